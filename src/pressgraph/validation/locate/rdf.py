"""Lines of statements in RDF files, for results on what no facts file says.

The parser that reads the files for validation reads them again; see `dataset.places`. JSON-LD is read as a whole, so
that its file can be told, and no line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.places import read_statements
from pressgraph.errors import Place
from pressgraph.rdf import RDF_TYPE
from pressgraph.rdf.terms import term_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.dataset.places import Statement
    from pressgraph.validation.report import Result


class RdfLocator:
    """Know in which line of some RDF files a statement stands."""

    def __init__(self, files: Iterable[tuple[str, Path, str]]) -> None:
        """Read files again, each given by its name in messages, its path and its serialization."""
        self._values: dict[tuple[str, str], list[tuple[str, Place]]] = defaultdict(list)
        self._nodes: dict[str, Place] = {}
        self._blank: dict[frozenset[tuple[str, str]], set[str]] = defaultdict(set)
        for name, path, form in files:
            if form != "jsonld":
                self._learn(name, _statements(path, form))

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


def _statements(path: Path, form: str) -> Iterator[Statement]:
    # the base with which the file is read for validation, so that the same IRIs come out
    return read_statements(path.read_bytes(), form, base=path.resolve().as_uri())
