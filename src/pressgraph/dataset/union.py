"""The default graph of a store: the union of its named graphs, materialised, without what was corrected.

SPARQL engines can make the union while they query, but then a triple that stands in two graphs is found twice, and
every join over such triples multiplies; counts are wrong and some queries never end. So the union is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol, TypeAlias

import pyoxigraph as ox

from pressgraph.dataset.graphs import stands_apart
from pressgraph.rdf import RDFS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from pressgraph.rdf import Term

DEFAULT = ox.DefaultGraph()
BELOW = ox.NamedNode(f"{RDFS}subClassOf")
"""What leads from a class to one above it."""
_FEW = 20_000


Subject: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Triple"


class Changed(Protocol):
    """Quads of named graphs that come, and those that go."""

    @property
    def added(self) -> frozenset[ox.Quad]:
        """Those that come."""

    @property
    def removed(self) -> frozenset[ox.Quad]:
        """Those that go."""


@dataclass(frozen=True, slots=True)
class LoadDelta:
    """What a store was told: triples that did not stand in its default graph before, and of whom each graph speaks."""

    triples: set[ox.Triple] = field(default_factory=set)
    graphs: dict[str, set[Subject]] = field(default_factory=dict)


def load(store: ox.Store, chunks: Iterable[bytes], *, delta: LoadDelta | None = None) -> None:
    """Load chunks of N-Quads, each of whole lines, into their graphs and into the default graph.

    `delta` is told what was loaded and what of it is new.
    """

    def both() -> Iterator[ox.Quad]:
        for chunk in chunks:
            for quad in ox.parse(chunk, format=ox.RdfFormat.N_QUADS):
                stands = ox.Quad(quad.subject, quad.predicate, quad.object)
                if delta is not None:
                    delta.graphs.setdefault(str(quad.graph_name), set()).add(quad.subject)
                    if stands not in store:
                        delta.triples.add(quad.triple)
                yield quad
                yield stands

    extend(store, both())


def extend(store: ox.Store, quads: Iterator[ox.Quad]) -> None:
    """Add quads: few in one transaction, many as table files."""
    few = list(islice(quads, _FEW))
    if len(few) < _FEW:
        # a table file made for a few quads has to wait for what the store writes in the background
        store.extend(few)
    else:
        store.bulk_extend(chain(few, quads))


def stated(
    store: ox.Store, subject: ox.NamedNode | ox.BlankNode, predicate: ox.NamedNode, derived: str
) -> Iterator[ox.Quad]:
    """Yield what is said of a subject by a property and is not only concluded.

    Graphs whose names begin with `derived` hold conclusions.
    """
    named = False
    for quad in store.quads_for_pattern(subject, predicate, None, None):
        if isinstance(quad.graph_name, ox.NamedNode):
            named = True
            if not quad.graph_name.value.startswith(derived):
                yield quad
    if not named:
        # RDF files are read into the default graph
        yield from store.quads_for_pattern(subject, predicate, None, DEFAULT)


def add(store: ox.Store, triples: Iterable[ox.Triple], graph: str) -> None:
    """Add triples to a named graph and to the default graph."""
    name = ox.NamedNode(graph)

    def both() -> Iterator[ox.Quad]:
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, name)
            yield ox.Quad(triple.subject, triple.predicate, triple.object)

    extend(store, both())


def triples(store: ox.Store) -> Iterator[ox.Triple]:
    """Yield the triples of the default graph."""
    return (quad.triple for quad in store.quads_for_pattern(None, None, None, DEFAULT))


def hierarchy(store: ox.Store) -> Iterator[ox.Triple]:
    """Yield which classes of a store are below which."""
    for quad in store.quads_for_pattern(None, BELOW, None, DEFAULT):
        yield quad.triple


def objects(store: ox.Store, subject: Term, predicate: str) -> Iterator[Term]:
    """Yield the objects of a subject and a predicate in the default graph."""
    if isinstance(subject, ox.NamedNode | ox.BlankNode):
        for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None, DEFAULT):
            yield quad.object


def add_quads(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Add quads to their named graphs and to the default graph."""
    extend(store, both(quads))


def both(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads of named graphs, each also as one of the default graph."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def change(store: ox.Store, quads: Changed) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Add and remove quads of named graphs; return which triples came into the default graph and left it."""
    came = {quad.triple for quad in quads.added}
    came = {it for it in came if ox.Quad(it.subject, it.predicate, it.object) not in store}
    add_quads(store, quads.added)
    for quad in quads.removed:
        store.remove(quad)
    for graph in {quad.graph_name for quad in quads.removed}:
        # the name of an empty graph would still tell that something stood there
        if isinstance(graph, ox.NamedNode) and next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)
    gone = {quad.triple for quad in quads.removed}
    prune(store, gone)
    return came, {it for it in gone if ox.Quad(it.subject, it.predicate, it.object) not in store}


def remove_graph(store: ox.Store, graph: ox.NamedNode) -> set[ox.Triple]:
    """Remove a named graph; return its triples, which `prune` takes out of the default graph."""
    triples = {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}
    store.remove_graph(graph)
    return triples


def prune(store: ox.Store, triples: Iterable[ox.Triple], *, keep: Container[ox.Triple] = ()) -> set[ox.Triple]:
    """Take triples out of the default graph unless some named graph still has them, or they are to be kept there.

    Those that stay are returned.
    """
    stay: set[ox.Triple] = set()
    for triple in triples:
        if triple in keep:
            stay.add(triple)
            continue
        pattern = (triple.subject, triple.predicate, triple.object)
        graphs = (quad.graph_name for quad in store.quads_for_pattern(*pattern))
        if any(isinstance(it, ox.NamedNode) and not stands_apart(it.value) for it in graphs):
            stay.add(triple)
        else:
            store.remove(ox.Quad(*pattern))
    return stay


def size(store: ox.Store) -> int:
    """Count the triples of the default graph."""
    counted = store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert isinstance(counted, ox.QuerySolutions)  # noqa: S101 - a SELECT
    return int(next(iter(counted))["n"].value)
