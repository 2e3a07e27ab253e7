"""The copy of a build that others may read: what is withheld is not in it, so that no reader has to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.dataset.counts import Touched
from pressgraph.dataset.graphs import GraphNames
from pressgraph.dataset.withholding import Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from pressgraph.dataset.withholding import Rules


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
) -> Touched:
    """Take what is withheld out of the graphs of builds in a store; return what that was."""
    withheld = Withheld.of(store, rules, graphs)
    gone: set[ox.Triple] = set()
    parts: set[ox.NamedNode] = set()
    for node in withheld.nodes:
        if owned(node) and isinstance(node, ox.NamedNode) and store.contains_named_graph(node):
            gone |= union.remove_graph(store, node)
            parts.add(node)
    found: list[ox.Quad] = []
    for node in withheld.nodes:
        if not isinstance(node, ox.Literal):
            found += store.quads_for_pattern(node, None, None, None)
        found += store.quads_for_pattern(None, None, node, None)
    for graph, name in withheld.within:
        if not isinstance(name, ox.Literal):
            found += store.quads_for_pattern(name, None, None, graph)
    for quad in found:
        if isinstance(quad.graph_name, ox.NamedNode) and owned(quad.graph_name):
            gone.add(quad.triple)
            parts.add(quad.graph_name)
            store.remove(quad)
    for part in parts:
        if next(store.quads_for_pattern(None, None, None, part), None) is None:
            # its name would tell of what it held
            store.remove_graph(part)
    union.prune(store, gone, keep=unnamed)
    return Touched(triples=gone, graphs=parts)
