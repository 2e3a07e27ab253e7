"""Validate a change: check again what it can affect, and keep the other results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.rdf import RDFS
from pressgraph.validation.checks import CHECKS
from pressgraph.validation.compare import compare_again
from pressgraph.validation.misplaced import MISPLACED
from pressgraph.validation.scope import EXISTS, IN_GRAPH, Unclear
from pressgraph.validation.shacl import profile_triples, term_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pressgraph.rdf import Term
    from pressgraph.validation.checks import Check
    from pressgraph.validation.inspect import Inspector
    from pressgraph.validation.keep import Kept
    from pressgraph.validation.report import Result
    from pressgraph.validation.scope import Chain, Edge, Read, Reads

_MOST = 20_000
"""From so many affected nodes on, checking all is quicker."""

_GLOBAL = {f"{RDFS}subClassOf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed in a store's default graph, and which things' facts were read again.

    `touched` are the things that the files read again speak of: their facts may stand on other lines. `elsewhere` are
    those of which other graphs speak than before, although the union may be the same.
    """

    removed: frozenset[ox.Triple]
    added: frozenset[ox.Triple]
    touched: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    @property
    def triples(self) -> frozenset[ox.Triple]:
        """Every triple that came or went."""
        return self.removed | self.added


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """The results after a change: which are new, and which of the old ones still stand."""

    fresh: tuple[Result, ...]
    kept: tuple[Result, ...]
    affected: int
    whole: str | None = None
    """Why everything was checked, if it was."""


def recheck(inspector: Inspector, change: Change, before: Kept) -> Recheck:
    """Validate a store to which a change was made; `before` is what was found on it without the change."""
    neighbours = _Neighbours(inspector.store, change.removed)
    found: dict[str, list[Result]] = defaultdict(list)
    for result in before.results:
        own = result.shape == MISPLACED or result.shape.startswith(CHECKS)
        found[result.shape if own else ""].append(result)
    again = _shapes(inspector, change, neighbours, found[""])
    fresh, kept = list(again.fresh), list(again.kept)
    changed = {triple.subject for triple in change.triples}
    names = {term_text(thing) for thing in changed}
    fresh += inspector.misplaced(changed)
    kept += [it for it in found[MISPLACED] if it.focus not in names]
    for check in inspector.checks:
        new, old = _Recheck(inspector, check, change, neighbours, before).run(found[check.iri])
        fresh += new
        kept += old
    return Recheck(fresh=tuple(fresh), kept=tuple(kept), affected=again.affected, whole=again.whole)


def _shapes(inspector: Inspector, change: Change, neighbours: _Neighbours, before: list[Result]) -> Recheck:
    """Run the shapes again over what a change can affect."""
    reads = inspector.reads.of_shapes(inspector.profile)
    why = reads.reason if isinstance(reads, Unclear) else None
    if any(triple.predicate.value in _GLOBAL for triple in change.triples):
        why = "the hierarchy of classes changed"
    if any(isinstance(term, ox.BlankNode) for t in change.triples for term in (t.subject, t.object)):
        why = "blank nodes changed"
    affected: set[Term] = set()
    if why is None and not isinstance(reads, Unclear):
        # the thing itself is always looked at: its shapes may have targets that no read tells of
        affected = {*_affected(reads, change, neighbours), *(triple.subject for triple in change.triples)}
        if len(affected) > _MOST:
            why = "the change affects too much"
    if why is not None or isinstance(reads, Unclear):
        return Recheck(fresh=inspector.shapes(), kept=(), affected=len(affected), whole=why)
    if not affected:
        return Recheck(fresh=(), kept=tuple(before), affected=0)
    names = {term_text(node) for node in affected}
    triples = {*_given(reads, affected, neighbours), *profile_triples(inspector.profile)}
    return Recheck(
        fresh=tuple(it for it in inspector.shapes(triples) if it.focus in names),
        kept=tuple(it for it in before if it.focus not in names),
        affected=len(affected),
    )


@dataclass(frozen=True, slots=True)
class _Recheck:
    """Run a check again as far as a change can affect it."""

    inspector: Inspector
    check: Check
    change: Change
    neighbours: _Neighbours
    before: Kept

    def run(self, results: list[Result]) -> tuple[list[Result], list[Result]]:
        """Return new results, and those of before that still stand."""
        check, inspector = self.check, self.inspector
        if self.before.checks.get(check.name) != check.digest:
            return inspector.check(check), []
        things = self.things(check.reads(inspector.graph, inspector.reads))
        if things is None:
            return inspector.check(check), []
        if not check.compares:
            rows = check.rows(inspector.graph, only=things)
            return check.results(rows, inspector.graph), [it for it in results if it.focus not in things]
        linked = self.things(check.link_reads(inspector.graph, inspector.reads)) if check.unless else set()
        if linked is None:
            return inspector.check(check), []
        candidates = self.before.candidates.get(check.name, ())
        now, concerned, fresh = compare_again(check, inspector.graph, candidates, things, linked)
        inspector.candidates[check.name] = now
        return fresh, [it for it in results if it.focus not in concerned]

    def things(self, reads: Reads) -> set[str] | None:
        """Return the things that the change can affect, None for all."""
        change = self.change
        if isinstance(reads, Unclear):
            changed = {triple.predicate.value for triple in change.triples}
            read = changed if None in reads.properties else changed & reads.properties
            return None if read or (reads.graphs and change.elsewhere) else set()
        affected = set(_affected(reads, change, self.neighbours))
        if len(affected) > _MOST or any(isinstance(it, ox.BlankNode) for it in affected):
            return None
        return {it.value for it in affected if isinstance(it, ox.NamedNode)}


class _Neighbours:
    """Follow edges in a store's default graph and in the triples removed from it."""

    def __init__(self, store: ox.Store, removed: Iterable[ox.Triple]) -> None:
        self.store = store
        self._removed: Mapping[Term, list[ox.Triple]] = defaultdict(list)
        for triple in removed:
            self._removed[triple.subject].append(triple)
            if triple.object != triple.subject:
                self._removed[triple.object].append(triple)

    def triples(self, node: Term, edge: Edge, *, before: bool) -> Iterator[ox.Triple]:
        """Yield the triples of a node along an edge; `before` includes the removed ones."""
        predicate, inverse = edge
        if isinstance(node, ox.Triple) or (not inverse and isinstance(node, ox.Literal)):
            return
        if predicate == IN_GRAPH:
            yield from self._in_graph(node, inverse=inverse)
            return
        wanted = ox.NamedNode(predicate) if predicate is not None else None
        found = (
            self.store.quads_for_pattern(None, wanted, node, union.DEFAULT)
            if inverse
            else self.store.quads_for_pattern(node, wanted, None, union.DEFAULT)  # type: ignore[arg-type]
        )
        for quad in found:
            yield quad.triple
        if before:
            for triple in self._removed.get(node, ()):
                if (predicate is None or triple.predicate.value == predicate) and node == (
                    triple.object if inverse else triple.subject
                ):
                    yield triple

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
                if len(reached) > _MOST:
                    return reached
            nodes = reached
            if not nodes:
                break
        return nodes


def _affected(reads: Iterable[Read], change: Change, neighbours: _Neighbours) -> Iterator[Term]:
    """Yield the nodes that something changed for which was read from them, and more."""
    starts: dict[Edge, set[Term]] = defaultdict(set)
    for triple in change.triples:
        for predicate in (triple.predicate.value, None):
            starts[predicate, False].add(triple.subject)
            starts[predicate, True].add(triple.object)
    elsewhere: set[Term] = {
        ox.BlankNode(it[2:]) if it.startswith("_:") else ox.NamedNode(it) for it in change.elsewhere
    }
    starts[IN_GRAPH, False] = starts[IN_GRAPH, True] = elsewhere
    by_start: dict[Chain, set[Term]] = defaultdict(set)
    for read in reads:
        if read.edge[0] == EXISTS and read.edge not in starts:
            starts[read.edge] = {
                node
                for node in {triple.subject for triple in change.triples}
                if neighbours.is_described(node) != neighbours.is_described(node, change.added, before=True)
            }
        by_start[read.chain] |= starts.get(read.edge, set())
    for chain, nodes in by_start.items():
        if nodes:
            yield from neighbours.follow(nodes, chain, backwards=True, before=True)


def _given(reads: Iterable[Read], focus: set[Term], neighbours: _Neighbours) -> Iterator[ox.Triple]:
    """Yield the triples that the shapes read from some focus nodes."""
    by_chain: dict[Chain, set[Edge]] = defaultdict(set)
    for read in reads:
        by_chain[read.chain].add(read.edge)
    for chain, edges in by_chain.items():
        for node in neighbours.follow(focus, chain, backwards=False, before=False):
            for edge in edges:
                yield from neighbours.triples(node, edge, before=False)
