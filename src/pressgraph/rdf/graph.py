"""One view of a graph: its triples by subject and predicate, with RDF's lists and SHACL's property paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf.vocabulary import OWL, RDF, RDF_TYPE, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.rdf.terms import Resource, Term

_FIRST, _REST, _NIL = f"{RDF}first", f"{RDF}rest", ox.NamedNode(f"{RDF}nil")
_DEPRECATED = {f"{OWL}DeprecatedClass", f"{OWL}DeprecatedProperty"}
_REPEATED = (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?"))


class Graph:
    """Triples by subject and predicate, in the order in which they were added.

    Predicates are IRIs as text. Triples about triples (RDF-star) are left out.

    >>> turtle = "PREFIX : <https://example.org/> :a :b (1 2) ."
    >>> graph = Graph(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    >>> head = graph.value(ox.NamedNode("https://example.org/a"), "https://example.org/b")
    >>> [term.value for term in graph.items(head)]
    ['1', '2']
    """

    def __init__(self, triples: Iterable[ox.Triple] = ()) -> None:
        self._about: dict[Term, dict[str, list[Term]]] = {}
        for triple in triples:
            self.add(triple)

    def add(self, triple: ox.Triple) -> None:
        """Add a triple."""
        if not isinstance(triple.subject, ox.Triple):
            about = self._about.setdefault(triple.subject, {})
            about.setdefault(triple.predicate.value, []).append(triple.object)

    def __iter__(self) -> Iterator[tuple[Resource, str, Sequence[Term]]]:
        """Yield subject, predicate and objects."""
        for subject, about in self._about.items():
            for predicate, values in about.items():
                yield subject, predicate, values  # type: ignore[misc]  # no other term is a subject

    def triples(self, subject: Term) -> Iterator[ox.Triple]:
        """Yield the triples of a subject."""
        for predicate, values in self._about.get(subject, {}).items():
            for value in values:
                yield ox.Triple(subject, ox.NamedNode(predicate), value)  # type: ignore[arg-type]  # as above

    def values(self, subject: Term | None, predicate: str) -> Sequence[Term]:
        """Return the objects of a subject and a predicate."""
        # of a term that is no subject, or of none, nothing is said
        return self._about.get(subject, {}).get(predicate, ())  # type: ignore[arg-type]

    def value(self, subject: Term | None, predicate: str) -> Term | None:
        """Return the first of those objects."""
        return next(iter(self.values(subject, predicate)), None)

    def nodes(self, subject: Term | None, predicate: str) -> list[Resource]:
        """Return those objects that are IRIs or blank nodes."""
        return [value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode | ox.BlankNode)]

    def iris(self, subject: Term | None, predicate: str) -> list[str]:
        """Return those objects that are IRIs."""
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode)]

    def literals(self, subject: Term | None, predicate: str) -> list[str]:
        """Return the lexical forms of those objects that are literals."""
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.Literal)]

    def texts(self, subject: Term | None, *predicates: str) -> dict[str, str]:
        """Return the first literal of each language ("" for none), of earlier predicates first."""
        texts: dict[str, str] = {}
        for predicate in predicates:
            for value in self.values(subject, predicate):
                if isinstance(value, ox.Literal):
                    texts.setdefault(value.language or "", value.value)
        return dict(sorted(texts.items()))

    def is_true(self, subject: Term | None, predicate: str) -> bool:
        """Tell whether a subject has a property with the value true."""
        return not {"true", "1"}.isdisjoint(self.literals(subject, predicate))

    def is_deprecated(self, term: Term | None) -> bool:
        """Tell whether a term is deprecated, by its property or, as in OWL 1, by its type."""
        return self.is_true(term, f"{OWL}deprecated") or not _DEPRECATED.isdisjoint(self.iris(term, RDF_TYPE))

    def is_list(self, node: Term | None) -> bool:
        """Tell whether a node is an RDF list."""
        return node == _NIL or bool(self.values(node, _FIRST))

    def items(self, head: Term | None) -> list[Term]:
        """Return the items of an RDF list (RDF Schema 1.1, 5.2); one that runs in a circle ends where it began."""
        items: list[Term] = []
        seen: set[Term] = set()
        while head is not None and head not in seen and (first := self.value(head, _FIRST)) is not None:
            seen.add(head)
            items.append(first)
            head = self.value(head, _REST)
        return items

    def closure(self, node: Term) -> tuple[ox.Triple, ...]:
        """Return the triples of a node and of the blank nodes below it."""
        triples: list[ox.Triple] = []
        todo, seen = [node], {node}
        while todo:
            for triple in self.triples(todo.pop()):
                triples.append(triple)
                if isinstance(triple.object, ox.BlankNode) and triple.object not in seen:
                    seen.add(triple.object)
                    todo.append(triple.object)
        return tuple(triples)

    def path(self, node: Term) -> tuple[str, tuple[str, ...]]:
        """Return a property path (SHACL 1.0, 2.3.1) in SPARQL's syntax, and the properties that it can start with.

        A property that is followed backwards has `^` before it.
        """
        if isinstance(node, ox.NamedNode):
            return node.value, (node.value,)
        for name, sign in _REPEATED:
            if (inner := self.value(node, SH + name)) is not None:
                text, steps = self.path(inner)
                return f"{_grouped(text)}{sign}", steps
        if (inner := self.value(node, f"{SH}inversePath")) is not None:
            text, steps = self.path(inner)
            return f"^{_grouped(text)}", tuple(f"^{step}" for step in steps)
        if (head := self.value(node, f"{SH}alternativePath")) is not None:
            parts = [self.path(item) for item in self.items(head)]
            return "|".join(_grouped(text) for text, _ in parts), tuple(s for _, steps in parts for s in steps)
        parts = [self.path(item) for item in self.items(node)]
        return "/".join(_grouped(text) for text, _ in parts) or "…", parts[0][1] if parts else ()


def _grouped(path: str) -> str:
    return f"({path})" if "|" in path else path
