"""The border between pyoxigraph's terms and rdflib's: total functions that fail loudly on what they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef

from pressgraph.rdf import XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rdflib.plugins.sparql.sparql import Query
    from rdflib.query import Processor, Result
    from rdflib.term import Node

    from pressgraph.rdf import Term


def to_ox(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Turn an rdflib term into pyoxigraph's.

    Raises TypeError for what is no RDF 1.1 term.
    """
    match term:
        case Literal(language=str(tag)):
            return ox.Literal(str(term), language=tag)
        case Literal(datatype=URIRef() as datatype):
            return ox.Literal(str(term), datatype=ox.NamedNode(str(datatype)))
        case Literal():
            return ox.Literal(str(term))
        case URIRef():
            return ox.NamedNode(str(term))
        case BNode():
            return ox.BlankNode(str(term))
    raise TypeError(f"not an RDF 1.1 term: {term!r}")


def from_ox(term: Term) -> URIRef | BNode | Literal:
    """Turn a pyoxigraph term into rdflib's; plain literals come without a datatype, as rdflib's parsers make them.

    Raises TypeError for what is no RDF 1.1 term.
    """
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal() if term.language is not None:
            return Literal(term.value, lang=term.language)
        case ox.Literal() if term.datatype.value == XSD_STRING:
            return Literal(term.value)
        case ox.Literal():
            # normalize=False: the lexical form stays as it was written
            return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise TypeError(f"not an RDF 1.1 term: {term!r}")


class PreparingGraph(Graph):
    """An rdflib graph that parses a query once: pySHACL asks a constraint's query of each focus node anew."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self._prepared: dict[str, Query] = {}

    def query(
        self,
        query_object: str | Query,
        processor: str | Processor = "sparql",
        result: str | type[Result] = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803 (rdflib's name)
        *arguments: Any,
        **options: Any,
    ) -> Result:
        """Answer a query; see rdflib."""
        from rdflib.plugins.sparql import prepareQuery

        if isinstance(query_object, str) and not initNs:
            if query_object not in self._prepared:
                self._prepared[query_object] = prepareQuery(query_object, dict(self.namespaces()))
            query_object = self._prepared[query_object]
        return super().query(query_object, processor, result, initNs, *arguments, **options)


def rdflib_graph(triples: Iterable[ox.Triple | ox.Quad]) -> PreparingGraph:
    """Return an rdflib graph with these triples; graph names of quads are dropped."""
    graph = PreparingGraph()
    add = graph.store.add
    nodes: dict[Term, URIRef | BNode | Literal] = {}
    for triple in triples:
        terms = []
        for term in (triple.subject, triple.predicate, triple.object):
            node = nodes.get(term)
            if node is None:
                node = nodes[term] = from_ox(term)
            terms.append(node)
        add((terms[0], terms[1], terms[2]), graph)
    return graph
