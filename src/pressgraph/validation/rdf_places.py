"""Lines of statements in RDF files, for results on what no facts file says.

N-Triples and N-Quads have one statement on a line. rdflib's readers of Turtle, TriG and RDF/XML know how far they have
come when they pass a statement on. Of JSON-LD no line can be told.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import Place
from pressgraph.rdf import RDF_TYPE
from pressgraph.validation.shacl import term_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.rdf import Term
    from pressgraph.validation.report import Result

Statement: TypeAlias = "tuple[Term, str, Term, int, int]"
"""Subject, predicate, object, line and column (0 where it is not known)."""


_SPACE = re.compile(r"(?:\s|#[^\n]*)*")


class RdfLocator:
    """Know in which line of some RDF files a statement stands."""

    def __init__(self, files: Iterable[tuple[str, Path, str]]) -> None:
        """Read files again, each given by its name in messages, its path and its serialization."""
        self._values: dict[tuple[str, str], list[tuple[str, Place]]] = defaultdict(list)
        self._nodes: dict[str, Place] = {}
        self._blank: dict[frozenset[tuple[str, str]], set[str]] = defaultdict(set)
        for name, path, form in files:
            read = _READERS.get(form)
            if read is not None:
                self._learn(name, list(read(path)))

    def _learn(self, name: str, statements: list[Statement]) -> None:
        about: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for subject, predicate, value, line, column in statements:
            place = Place(file=name, line=line, column=column)
            focus, other = term_text(subject) or "", term_text(value) or ""
            self._values[focus, predicate].append((other, place))
            if focus not in self._nodes or predicate == RDF_TYPE:
                self._nodes[focus] = place
            if isinstance(subject, ox.BlankNode) and not isinstance(value, ox.BlankNode):
                about[focus].add((predicate, other))
        for focus, said in about.items():
            self._blank[frozenset(said)].add(focus)

    def locate(self, result: Result, said: Callable[[str], Iterable[tuple[str, str]]]) -> Result:
        """Return the result with its line.

        `said` returns what the graph says of a blank node (property and value), whose label is another there.
        """
        if result.place is not None:
            return result
        focus = result.focus
        if focus.startswith("_:"):
            same = self._blank.get(frozenset(said(focus)), set())
            if len(same) != 1:
                return result
            focus = next(iter(same))
        place = self._place(focus, result)
        return replace(result, place=place) if place is not None else result

    def _place(self, focus: str, result: Result) -> Place | None:
        stated = [it for step in result.steps for it in self._values.get((focus, step), ())]
        for value, place in stated:
            if value == result.value:
                return place
        if stated:
            return stated[-1][1]
        for step in result.steps:
            if step.startswith("^") and result.value is not None:
                for value, place in self._values.get((result.value, step[1:]), ()):
                    if value == focus:
                        return place
        return self._nodes.get(focus)


def _lines(path: Path) -> Iterator[Statement]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            column = len(line) - len(line.lstrip()) + 1
            for quad in ox.parse(line, format=ox.RdfFormat.N_QUADS):
                yield quad.subject, quad.predicate.value, quad.object, number, column


def _turtle(path: Path) -> Iterator[Statement]:
    from rdflib import Dataset
    from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser
    from rdflib.plugins.parsers.trig import TrigSinkParser

    text = path.read_text(encoding="utf-8-sig")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[Statement] = []
    base: Any = TrigSinkParser if path.suffix.lower() == ".trig" else SinkParser

    class Noting(base):  # type: ignore[misc]
        """Notes where each object starts, and tells it when the statement is complete."""

        def __init__(self) -> None:
            self.at: dict[Any, int] = {}
            sink = RDFSink(Dataset(default_union=True).default_graph)
            super().__init__(sink, baseURI=path.resolve().as_uri(), turtle=True)

        def object(self, argstr: str, i: int, res: Any) -> int:
            end: int = super().object(argstr, i, res)
            if end >= 0:
                space = _SPACE.match(argstr, i)
                self.at[res[-1]] = space.end() if space is not None else i
            return end

        def makeStatement(self, quadruple: Any) -> None:  # noqa: N802 - the parser's name
            # the parser has a pair for 'a'
            verb = quadruple[1][1] if isinstance(quadruple[1], tuple) else quadruple[1]
            subject, predicate, value = _term(quadruple[2]), str(verb), _term(quadruple[3])
            offset = self.at.get(quadruple[3])
            if subject is not None and value is not None and offset is not None:
                line = bisect.bisect_right(starts, offset)
                found.append((subject, predicate, value, line, offset - starts[line - 1] + 1))
            super().makeStatement(quadruple)

    Noting().loadBuf(text)
    yield from found


def _xml(path: Path) -> Iterator[Statement]:
    from rdflib import Graph
    from rdflib.parser import FileInputSource
    from rdflib.plugins.parsers.rdfxml import create_parser

    found: list[Statement] = []

    class Noting(Graph):
        def add(self, triple: Any) -> Noting:
            subject, predicate, value = (_term(it) for it in triple)
            if subject is not None and value is not None and isinstance(predicate, ox.NamedNode):
                found.append((subject, predicate.value, value, parser.getLineNumber(), 0))
            return self

    with path.open("rb") as file:
        source = FileInputSource(file)
        source.setSystemId(path.resolve().as_uri())
        parser: Any = create_parser(source, Noting(bind_namespaces="none"))
        parser.parse(source)
    yield from found


def _term(term: Any) -> Term | None:
    from pressgraph.dataset import to_ox

    try:
        return to_ox(term)
    except TypeError:
        return None


_READERS: dict[str, Callable[[Path], Iterator[Statement]]] = {
    "ntriples": _lines,
    "nquads": _lines,
    "turtle": _turtle,
    "trig": _turtle,
    "rdfxml": _xml,
}
