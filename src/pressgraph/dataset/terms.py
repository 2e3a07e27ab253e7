"""The border between pyoxigraph's terms and rdflib's: total functions that fail loudly on what they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef

from pressgraph.rdf import XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def rdflib_graph(triples: Iterable[ox.Triple | ox.Quad]) -> Graph:
    """Return an rdflib graph with these triples; graph names of quads are dropped."""
    graph = Graph(bind_namespaces="none")
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
