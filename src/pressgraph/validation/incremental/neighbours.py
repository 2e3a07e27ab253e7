"""Follow edges in a store's default graph, before and after a change."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.validation.incremental.footprint import IN_GRAPH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pressgraph.rdf import Term
    from pressgraph.validation.incremental.footprint import Chain, Edge

MOST = 20_000
"""From so many affected nodes on, checking all is quicker."""

_MANY = 100
"""From so many nodes on, which of them lead to a thing is asked of the thing."""


class Neighbours:
    """Follow edges in a store's default graph and in the triples removed from it."""

    def __init__(self, store: ox.Store, removed: Iterable[ox.Triple]) -> None:
        self.store = store
        self._removed: Mapping[Term, list[ox.Triple]] = defaultdict(list)
        for triple in removed:
            self._removed[triple.subject].append(triple)
            if triple.object != triple.subject:
                self._removed[triple.object].append(triple)

    def triples(self, node: Term, edge: Edge, value: str | None = None, *, before: bool) -> Iterator[ox.Triple]:
        """Yield the triples of a node along an edge, all or to a named one; `before` includes the removed ones."""
        predicate, inverse = edge
        if isinstance(node, ox.Triple) or (not inverse and isinstance(node, ox.Literal)):
            return
        if predicate == IN_GRAPH:
            yield from self._in_graph(node, inverse=inverse)
            return
        wanted = ox.NamedNode(predicate) if predicate is not None else None
        end = ox.NamedNode(value) if value is not None else None
        quads = (
            self.store.quads_for_pattern(end, wanted, node, union.DEFAULT)
            if inverse
            else self.store.quads_for_pattern(node, wanted, end, union.DEFAULT)  # type: ignore[arg-type]
        )
        for quad in quads:
            yield quad.triple
        if before:
            for triple in self._removed.get(node, ()):
                one, other = (triple.object, triple.subject) if inverse else (triple.subject, triple.object)
                if node == one and predicate in {None, triple.predicate.value} and end in {None, other}:
                    yield triple

    def of_all(self, nodes: set[Term], edge: Edge, value: str | None) -> Iterator[ox.Triple]:
        """Yield the triples of some nodes along an edge, all or to a named one."""
        predicate, inverse = edge
        if value is not None and len(nodes) > _MANY:
            # seldom do so many lead to one: asked of that one, it is a single look
            there = list(islice(self.triples(ox.NamedNode(value), (predicate, not inverse), before=False), len(nodes)))
            if len(there) < len(nodes):
                yield from (it for it in there if (it.object if inverse else it.subject) in nodes)
                return
        for node in nodes:
            yield from self.triples(node, edge, value, before=False)

    def _in_graph(self, node: Term, *, inverse: bool) -> Iterator[ox.Triple]:
        """Yield which graph says something of a node, or of what a graph says something."""
        link = ox.NamedNode(IN_GRAPH)
        if inverse and isinstance(node, ox.NamedNode):
            for quad in self.store.quads_for_pattern(None, None, None, node):
                yield ox.Triple(quad.subject, link, node)
        elif isinstance(node, ox.NamedNode | ox.BlankNode):
            for quad in self.store.quads_for_pattern(node, None, None, None):
                if isinstance(quad.graph_name, ox.NamedNode):
                    yield ox.Triple(node, link, quad.graph_name)

    def is_described(self, node: Term, but: Collection[ox.Triple] = (), *, before: bool = False) -> bool:
        """Tell whether anything is said of a node, some triples left out; `before` includes the removed ones."""
        if before and any(triple.subject == node for triple in self._removed.get(node, ())):
            return True
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return False
        quads = self.store.quads_for_pattern(node, None, None, union.DEFAULT)
        return any(quad.triple not in but for quad in quads)

    def follow(self, nodes: set[Term], chain: Chain, *, backwards: bool, before: bool) -> set[Term]:
        """Return the nodes at the other end of a chain."""
        for step in reversed(chain) if backwards else chain:
            reached: set[Term] = set(nodes) if step.closure else set()
            todo = list(nodes)
            while todo:
                node = todo.pop()
                for predicate, turned in step.edges:
                    inverse = turned != backwards
                    for triple in self.triples(node, (predicate, inverse), before=before):
                        other = triple.subject if inverse else triple.object
                        if other not in reached:
                            reached.add(other)
                            if step.closure:
                                todo.append(other)
                if len(reached) > MOST:
                    return reached
            nodes = reached
            if not nodes:
                break
        return nodes
