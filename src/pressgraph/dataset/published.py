"""The copy of a build that others may read: what is withheld is not in it, so that no reader has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.dataset.counts import Touched
from pressgraph.dataset.graphs import GraphNames
from pressgraph.dataset.withholding import Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator

    from pressgraph.dataset.withholding import Rules
    from pressgraph.rdf import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken out of a build to make a copy of it."""

    quads: frozenset[ox.Quad] = frozenset()
    """Of the named graphs."""
    shared: frozenset[ox.Triple] = frozenset()
    """Those of their triples that the default graph still has: something that is published says the same."""
    names: frozenset[str] = frozenset()
    """All that is withheld, as N-Triples write it; of what is withheld in one graph alone, with that graph."""
    empty: frozenset[ox.NamedNode] = frozenset()
    """Withheld graphs that held nothing."""

    @property
    def graphs(self) -> set[ox.NamedNode]:
        """The graphs that something was taken out of."""
        return {*self.empty, *_graphs(self.quads)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCopy:
    """The copy of a build that another build went on from."""

    store: ox.Store
    taken: Taken
    altered: Collection[ox.NamedNode]
    """The graphs that may hold something else in the later build."""


def owned_by_build(id_base: str) -> Callable[[object], bool]:
    """Return what tells whether a graph is one that builds make and replace."""
    graphs = GraphNames(id_base=id_base)
    prefixes, profile = graphs.of_sources, graphs.profile

    def owned(name: object) -> bool:
        return isinstance(name, ox.NamedNode) and (name.value.startswith(prefixes) or name.value == profile)

    return owned


def withhold(
    store: ox.Store,
    rules: Rules,
    owned: Callable[[object], bool],
    graphs: GraphNames,
    unnamed: Container[ox.Triple] = (),
    earlier: EarlierCopy | None = None,
) -> tuple[Taken, Touched]:
    """Take what is withheld out of the graphs of builds in a store; return what that was, and what it touched.

    What is touched may differ from the store as it was; where there is an earlier copy, from that. It was made by the
    same rules, and lookups in what is as it was then are spared.
    """
    withheld = Withheld.of(store, rules, graphs)
    names: dict[str, tuple[Term, ox.NamedNode | None]] = {str(node): (node, None) for node in withheld.nodes}
    names |= {f"{name} {graph}": (name, graph) for graph, name in withheld.within}
    known = earlier.taken if earlier is not None else Taken()
    altered = frozenset(earlier.altered) if earlier is not None else frozenset()
    quads = {it for it in known.quads if it.graph_name not in altered and withheld.hides(it)}
    new = [it for name, it in names.items() if name not in known.names]
    quads.update(it for of in new for it in _named_by(store, *of) if owned(it.graph_name))
    told: set[ox.Triple] = set()
    for graph in altered:
        now = list(store.quads_for_pattern(None, None, None, graph))
        told.update(it.triple for it in now)
        quads.update(it for it in now if owned(graph) and withheld.hides(it))
        if earlier is not None:
            told.update(it.triple for it in earlier.store.quads_for_pattern(None, None, None, graph))
    told.update(it.triple for it in quads ^ known.quads)
    for quad in quads:
        store.remove(quad)
    triples = {it.triple for it in quads}
    shared = union.prune(store, triples & told, keep=unnamed) | (triples & known.shared - told)
    for triple in triples - told - shared:
        store.remove(ox.Quad(*triple))
    parts = _graphs(quads)
    empty = {
        it
        for it in withheld.nodes
        if isinstance(it, ox.NamedNode) and it not in parts and owned(it) and store.contains_named_graph(it)
    }
    for part in parts | empty:
        if next(store.quads_for_pattern(None, None, None, part), None) is None:
            # its name would tell of what it held
            store.remove_graph(part)
    taken = Taken(quads=frozenset(quads), shared=frozenset(shared), names=frozenset(names), empty=frozenset(empty))
    return taken, Touched(triples=told, graphs={*altered, *_graphs(quads ^ known.quads), *(empty ^ known.empty)})


def _graphs(quads: Iterable[ox.Quad]) -> set[ox.NamedNode]:
    return {it.graph_name for it in quads if isinstance(it.graph_name, ox.NamedNode)}


def _named_by(store: ox.Store, node: Term, graph: ox.NamedNode | None) -> Iterator[ox.Quad]:
    """Yield the quads that have a name: those of its graph, those about it, those that lead to it, or of one graph."""
    if graph is None:
        if isinstance(node, ox.NamedNode):
            yield from store.quads_for_pattern(None, None, None, node)
        yield from store.quads_for_pattern(None, None, node, None)
    if not isinstance(node, ox.Literal):
        yield from store.quads_for_pattern(node, None, None, graph)
