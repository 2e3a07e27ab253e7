"""Validate a change: check again what it can affect, and keep the other results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import RDFS
from pressgraph.validation.engines import profile_shapes
from pressgraph.validation.inspect import DEFAULT
from pressgraph.validation.scope import shape_reads
from pressgraph.validation.shacl import profile_triples, term_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term
    from pressgraph.validation.checks import Check
    from pressgraph.validation.inspect import Inspector
    from pressgraph.validation.report import Result
    from pressgraph.validation.scope import Chain, Edge, Read

_MOST = 20_000
"""From so many affected nodes on, checking all is quicker."""

_GLOBAL = {f"{RDFS}subClassOf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed in a store's default graph, and which things' facts were read again.

    `touched` are the subjects of every graph that was removed or added, changed or not: where a fact stands may have
    changed although the union did not.
    """

    removed: frozenset[ox.Triple]
    added: frozenset[ox.Triple]
    touched: frozenset[str] = field(default=frozenset())

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


def recheck(inspector: Inspector, change: Change, before: Iterable[Result]) -> Recheck:
    """Validate a store to which a change was made; `before` are the results on it without the change."""
    before = [it for it in before if it.component]
    shape_results = [it for it in before if not _of_check(it)]
    reads = shape_reads(profile_shapes(inspector.profile))
    why = reads if isinstance(reads, str) else None
    if any(triple.predicate.value in _GLOBAL for triple in change.triples):
        why = "the hierarchy of classes changed"
    if any(isinstance(term, ox.BlankNode) for t in change.triples for term in (t.subject, t.object)):
        why = "blank nodes changed"
    neighbours = _Neighbours(inspector.store, change.removed)
    affected: set[Term] = set()
    if why is None and not isinstance(reads, str):
        affected = set(_affected(reads, change, neighbours))
        if len(affected) > _MOST:
            why = "the change affects too much"
    if why is not None or isinstance(reads, str):
        fresh = list(inspector.shapes(inspector.triples()))
        kept: list[Result] = []
    else:
        names = {term_text(node) for node in affected}
        kept = [it for it in shape_results if it.focus not in names]
        fresh = []
        if affected:
            triples = {*_given(reads, affected, neighbours), *_profile_triples(inspector.profile)}
            fresh = [it for it in inspector.shapes(triples) if it.focus in names]
    for check in inspector.checks:
        new, old = _check(inspector, check, change, [it for it in before if it.shape == check.iri])
        fresh += new
        kept += old
    return Recheck(fresh=tuple(fresh), kept=tuple(kept), affected=len(affected), whole=why)


def _of_check(result: Result) -> bool:
    from pressgraph.validation.checks import CHECKS

    return result.shape.startswith(CHECKS)


def _check(
    inspector: Inspector, check: Check, change: Change, before: list[Result]
) -> tuple[list[Result], list[Result]]:
    """Run a check again as far as it says that a change can affect it; return new and standing results."""
    changed = {term_text(triple.subject) or "" for triple in change.triples}
    run = (inspector.store, inspector.profile, inspector.id_base)
    if check.scope is None:
        predicates = {triple.predicate.value for triple in change.triples}
        if not check.reads_any(predicates, inspector.profile, inspector.id_base) and not change.touched:
            return [], before
        if not check.reads_any(predicates, inspector.profile, inspector.id_base):
            return [], before
        return check.run(*run), []
    affected = set(changed) | change.touched
    if check.scope == "pointing":
        for name in changed:
            quads = inspector.store.quads_for_pattern(None, None, ox.NamedNode(name), DEFAULT)
            affected.update(term_text(quad.subject) or "" for quad in quads)
    if len(affected) > _MOST:
        return check.run(*run), []
    kept = [it for it in before if it.focus not in affected]
    return (check.run(*run, only=affected) if affected else []), kept


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
        wanted = ox.NamedNode(predicate) if predicate is not None else None
        found = (
            self.store.quads_for_pattern(None, wanted, node, DEFAULT)
            if inverse
            else self.store.quads_for_pattern(node, wanted, None, DEFAULT)  # type: ignore[arg-type]
        )
        for quad in found:
            yield quad.triple
        if before:
            for triple in self._removed.get(node, ()):
                if (predicate is None or triple.predicate.value == predicate) and node == (
                    triple.object if inverse else triple.subject
                ):
                    yield triple

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
    """Yield the focus nodes whose results a change can affect, and more."""
    starts: dict[Edge, set[Term]] = defaultdict(set)
    for triple in change.triples:
        for predicate in (triple.predicate.value, None):
            starts[predicate, False].add(triple.subject)
            starts[predicate, True].add(triple.object)
    # the thing itself is always looked at: its shapes may have targets that no read tells of
    yield from {triple.subject for triple in change.triples}
    by_start: dict[Chain, set[Term]] = defaultdict(set)
    for read in reads:
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


def _profile_triples(profile: Profile) -> Iterable[ox.Triple]:
    return profile_triples(profile)
