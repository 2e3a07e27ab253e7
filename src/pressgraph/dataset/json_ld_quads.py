"""Make quads of expanded JSON-LD documents (JSON-LD 1.1 API, 7.1 and 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.rdf import RDF, RDF_TYPE, XSD, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.rdf import Resource, Term

PROCESSOR_RAISES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What PyLD raises besides its own error: it assumes more of its input than pages keep."""


class ExpandedQuads:
    """Make quads of expanded documents in one walk.

    PyLD would first make a map of nodes, in which each value is compared with all others of its property: a page may
    have any number of them. What is no RDF term, which the readers have said, is dropped.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, ox.BlankNode] = {}
        self._count = 0

    def quads(self, expanded: Iterable[Any]) -> Iterator[ox.Quad]:
        """Yield the quads that nodes of the default graph say."""
        for item in expanded:
            _, quads = self._node(item, ox.DefaultGraph()) if "@value" not in item else (None, ())
            yield from quads

    def _fresh(self) -> ox.BlankNode:
        self._count += 1
        return ox.BlankNode(f"b{self._count - 1}")

    def _resource(self, text: str) -> ox.NamedNode | ox.BlankNode | None:
        if text.startswith("_:"):
            node = self._nodes.get(text)
            if node is None:
                node = self._nodes[text] = self._fresh()
            return node
        return _named(text)

    def _node(self, node: dict[str, Any], graph: Any) -> tuple[Resource | None, list[ox.Quad]]:
        """Return what a node or list is called, and what is said of it; None where its id is no IRI."""
        if "@list" in node:
            return self._list(node["@list"], graph)
        name = self._resource(node["@id"]) if "@id" in node else self._fresh()
        quads: list[ox.Quad] = []

        def say(subject: Any, predicate: Any, value: Any) -> None:
            if subject is not None and predicate is not None and value is not None:
                quads.append(ox.Quad(subject, predicate, value, graph))

        for key, items in node.items():
            if key == "@type":
                for item in items:
                    say(name, ox.NamedNode(RDF_TYPE), self._resource(item))
            elif key == "@graph":
                for item in items:
                    # a graph whose name is no IRI is lost with it
                    _, inner = self._node(item, name) if "@value" not in item else (None, [])
                    quads += inner if name is not None else ()
            elif key == "@included":
                for item in items:
                    quads += self._node(item, graph)[1]
            elif key == "@reverse":
                for word, values in items.items():
                    for item in values:
                        other, inner = self._node(item, graph)
                        quads += inner
                        say(other, _named(word), name)
            elif not key.startswith("@"):
                for item in items:
                    value, inner = self._value(item, graph)
                    quads += inner
                    say(name, _named(key), value)
        return name, quads

    def _value(self, item: dict[str, Any], graph: Any) -> tuple[Term | None, list[ox.Quad]]:
        return (_literal_of(item), []) if "@value" in item else self._node(item, graph)

    def _list(self, items: list[Any], graph: Any) -> tuple[Resource | None, list[ox.Quad]]:
        quads: list[ox.Quad] = []
        values = []
        for item in items:
            value, inner = self._value(item, graph)
            quads += inner
            values.append(value)
        following: Resource = ox.NamedNode(f"{RDF}nil")
        for value in reversed(values):
            cell = self._fresh()
            if value is not None:
                # what is no term leaves its cell empty, so that the list is as long as it was
                quads.append(ox.Quad(cell, ox.NamedNode(f"{RDF}first"), value, graph))
            quads.append(ox.Quad(cell, ox.NamedNode(f"{RDF}rest"), following, graph))
            following = cell
        return following, quads


def _named(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def _literal_of(value: dict[str, Any]) -> ox.Literal | None:
    content, kind, language = value["@value"], value.get("@type"), value.get("@language")
    if isinstance(content, str) and kind not in {"@json", f"{XSD}double"}:
        if language is not None:
            return literal(content, language)
        datatype = _named(kind) if kind is not None else ox.NamedNode(XSD_STRING)
        return ox.Literal(content, datatype=datatype) if datatype is not None else None
    return _number_or_json(value)


def _number_or_json(value: dict[str, Any]) -> ox.Literal | None:
    """Return a number, a truth value or JSON in its canonical form, which PyLD knows; None where there is none."""
    from pyld import jsonld

    class Expanded(jsonld.JsonLdProcessor):  # type: ignore[misc]  # PyLD has no types
        """Take its input as expanded."""

        def expand(self, input_: Any, options: Any) -> Any:  # noqa: ARG002 - PyLD's signature
            return input_

    try:
        (triple,) = Expanded().to_rdf([{"@id": "urn:x", "urn:y": [value]}], {})["@default"]
        term = triple["object"]
        return ox.Literal(str(term["value"]), datatype=ox.NamedNode(term["datatype"]))
    except PROCESSOR_RAISES:
        return None


def literal(text: str, language: str) -> ox.Literal | None:
    """Return a text with a language tag; None where the tag is none (BCP 47)."""
    try:
        return ox.Literal(text, language=language)
    except ValueError:
        return None
