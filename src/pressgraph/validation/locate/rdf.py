"""Lines of statements in RDF files, for results on what no facts file says.

The parser that reads the files for validation reads them again, piece by piece, and passes each statement on when it is
complete. JSON-LD is read as a whole, so that its file can be told, and no line.
"""

from __future__ import annotations

import bisect
import re
from codecs import BOM_UTF8
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.dataset import serialization
from pressgraph.errors import Place
from pressgraph.rdf import RDF, RDF_TYPE
from pressgraph.rdf.terms import term_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pressgraph.rdf import Term
    from pressgraph.validation.report import Result

Statement: TypeAlias = "tuple[Term, str, Term, int, int]"
"""Subject, predicate, object, line and column (0 where it is not known)."""


_NIL = ox.NamedNode(f"{RDF}nil")
_REMEMBERED = 10_000
"""Tokens that are kept to find the bracket at which an object starts."""
_LINE_END = re.compile(rb"\r\n?|\n")
_LINE = re.compile(rb"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
# The terminals of Turtle and TriG (Turtle, 6.5), as far as places need them; every byte is in some token.
_TOKEN = re.compile(
    rb"""
      (?P<space>\s++|\#[^\n\r]*+)
    | (?P<closing>[\])}])
    | (?P<opening>[\[({])
    | (?P<mark>\^\^|[;,]|\.(?!\d))
    | (?P<term>
          \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+'
        | <[^<>\x00-\x20]*+>
        | (?:[^\s<>"'\[\](){};,^\#\\]|\\.)++
      )
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class RdfLocator:
    """Know in which line of some RDF files a statement stands."""

    def __init__(self, files: Iterable[tuple[str, Path, str]]) -> None:
        """Read files again, each given by its name in messages, its path and its serialization."""
        self._values: dict[tuple[str, str], list[tuple[str, Place]]] = defaultdict(list)
        self._nodes: dict[str, Place] = {}
        self._blank: dict[frozenset[tuple[str, str]], set[str]] = defaultdict(set)
        for name, path, form in files:
            if form != "jsonld":
                self._learn(name, _read(path, form))

    def learn_whole(self, name: str, triples: Iterable[ox.Triple]) -> None:
        """Know the file of triples that it was read as a whole for."""
        self._learn(name, ((it.subject, it.predicate.value, it.object, 0, 0) for it in triples))

    def _learn(self, name: str, statements: Iterable[Statement]) -> None:
        about: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for subject, predicate, value, line, column in statements:
            place = Place(file=name, line=line, column=column)
            focus, other = term_text(subject) or "", term_text(value) or ""
            self._values[focus, predicate].append((other, place))
            if focus not in self._nodes or predicate == RDF_TYPE:
                self._nodes[focus] = place
            if isinstance(subject, ox.BlankNode) and not isinstance(value, ox.BlankNode):
                about[focus].add((predicate, other))
        for focus, statements_of in about.items():
            self._blank[frozenset(statements_of)].add(focus)

    def locate(self, result: Result, statements_about: Callable[[str], Iterable[tuple[str, str]]]) -> Result:
        """Return the result with its line.

        `said` returns what the graph says of a blank node (property and value), whose label is another there.
        """
        if result.place is not None:
            return result
        focus = result.focus
        if focus.startswith("_:"):
            same = self._blank.get(frozenset(statements_about(focus)), set())
            if len(same) != 1:
                return result
            focus = next(iter(same))
        place = self._place(focus, result)
        return replace(result, place=place) if place is not None else result

    def _place(self, focus: str, result: Result) -> Place | None:
        stated = [spot for step in result.steps for spot in self._values.get((focus, step), ())]
        for value, place in stated:
            if value == result.value:
                return place
        if stated and result.value is None:
            return stated[-1][1]
        # a blank node's label is another there
        nodes = [place for value, place in stated if value.startswith("_:")]
        if len(nodes) == 1 and (result.value or "").startswith("_:"):
            return nodes[0]
        for step in result.steps:
            if step.startswith("^") and result.value is not None:
                for value, place in self._values.get((result.value, step[1:]), ()):
                    if value == focus:
                        return place
        if focus.startswith('"'):
            # a literal that shapes are about stands where something has it
            return next((place for spots in self._values.values() for value, place in spots if value == focus), None)
        return self._nodes.get(focus)


class _Feed:
    """A file that hands pyoxigraph's parser one piece at a time, so that it is known how far the parser has come."""

    def __init__(self, pieces: Iterable[re.Match[bytes]]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")
        """What the parser had no room for."""
        self.read_pieces: list[re.Match[bytes]] = []

    def read(self, size: int) -> bytes:
        """Return the next piece, or as much of it as the parser has room for; nothing at the end."""
        if not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self.read_pieces.append(piece)
            self._rest = memoryview(piece[0])
        given, self._rest = self._rest[:size], self._rest[size:]
        return bytes(given)


def _read(path: Path, form: str) -> Iterator[Statement]:
    """Yield statements with their places, as far as the file can be read: what has no place has no line, no more.

    The parser passes a statement on as soon as it is complete. Of Turtle and TriG it gets token by token, so the last
    term before that is the object; of the others line by line.
    """
    serialized = serialization(form)
    data = path.read_bytes().removeprefix(BOM_UTF8)
    tokens = form in {"turtle", "trig"}
    starts = [0, *(match.end() for match in _LINE_END.finditer(data))]
    feed = _Feed((_TOKEN if tokens else _LINE).finditer(data))
    # as the file is read for validation, so that the same IRIs come out
    base = path.resolve().as_uri()
    try:
        quads = ox.parse(
            feed,  # type: ignore[arg-type]  # a file as far as it is used
            format=serialized.ox_format,
            base_iri=base,
            rename_blank_nodes=True,
        )
        for quad in quads:
            piece = _start(feed.read_pieces, quad.object) if tokens else feed.read_pieces[-1]
            start = piece.start() + (0 if tokens else len(piece[0]) - len(piece[0].lstrip()))
            line = bisect.bisect_right(starts, start)
            before = data[starts[line - 1] : start].decode("utf-8", "replace")
            yield quad.subject, quad.predicate.value, quad.object, line, 0 if form == "rdfxml" else len(before) + 1
            if tokens and len(feed.read_pieces) > _REMEMBERED:
                del feed.read_pieces[: -_REMEMBERED // 2]
    except (SyntaxError, ValueError, OSError):
        return


def _start(pieces: Sequence[re.Match[bytes]], value: Term) -> re.Match[bytes]:
    """Return the token at which the last object starts: a literal's text, the bracket of a list or of a node."""
    # of an element of a list the closing bracket has been read, which is not its own
    bracketed = isinstance(value, ox.BlankNode) or value == _NIL
    depth = 0
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece["closing"] and bracketed:
            depth += 1
        elif piece["opening"] and depth:
            depth -= 1
            if depth == 0:
                return piece
        elif piece["opening"] and bracketed and depth == 0:
            # a list is stated when its first element is read
            return piece
        elif depth == 0 and piece["term"] and not (bracketed and _opens(pieces, index - 1)):
            if index > 1 and pieces[index - 1][0] == b"^^":
                return pieces[index - 2]
            return pieces[index - 1] if piece[0].startswith(b"@") and index > 0 else piece
    return pieces[-1]


def _opens(pieces: Sequence[re.Match[bytes]], index: int) -> bool:
    """Whether the last token up to an index that is no space opens a list."""
    while index >= 0 and pieces[index]["space"]:
        index -= 1
    return index >= 0 and pieces[index][0] == b"("
