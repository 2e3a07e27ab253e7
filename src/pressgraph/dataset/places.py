"""Statements of RDF files with their places.

The parser that reads the files reads them piece by piece, and passes each statement on when it is complete.
"""

from __future__ import annotations

import bisect
import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.dataset.serializations import serialization
from pressgraph.rdf import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.rdf import Term

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


def read_statements(data: bytes, form: str, *, base: str | None = None) -> Iterator[Statement]:
    """Yield statements with their places, as far as the file can be read: what has no place has no line, no more.

    The parser passes a statement on as soon as it is complete. Of Turtle and TriG it gets token by token, so the last
    term before that is the object; of the others line by line.
    """
    serialized = serialization(form)
    data = data.removeprefix(BOM_UTF8)
    tokens = form in {"turtle", "trig"}
    starts = [0, *(match.end() for match in _LINE_END.finditer(data))]
    feed = _Feed((_TOKEN if tokens else _LINE).finditer(data))
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
    except (SyntaxError, ValueError):
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
