"""Validate a change: check again what it can affect, and keep the other results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.rdf.terms import read_term, term_text
from pressgraph.validation.checks.check import CHECKS
from pressgraph.validation.checks.compare import compare_again
from pressgraph.validation.checks.misplaced import MISPLACED
from pressgraph.validation.incremental.compared import compared_by
from pressgraph.validation.incremental.footprint import EXISTS, IN_GRAPH, Unknown
from pressgraph.validation.incremental.neighbours import MOST, Neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.rdf import Term
    from pressgraph.validation.checks.check import Check
    from pressgraph.validation.incremental.cache import FootprintCache
    from pressgraph.validation.incremental.compared import Compared
    from pressgraph.validation.incremental.footprint import Chain, Edge, Footprint, Read
    from pressgraph.validation.incremental.state import ValidationState
    from pressgraph.validation.report import Result
    from pressgraph.validation.validator import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed in a store's default graph, and which things' facts were read again.

    `touched` are the things that the files read again speak of: their facts may stand on other lines. `elsewhere` are
    those of which graphs say something else than before, although the union may be the same.
    """

    removed: frozenset[ox.Triple]
    added: frozenset[ox.Triple]
    touched: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def joined(self, came: set[ox.Triple], left: set[ox.Triple], quads: Iterable[ox.Quad]) -> Change:
        """Return this change with one that followed it, of these triples of the default graph, by these quads."""
        names = {str(term_text(quad.subject)) for quad in quads}
        return Change(
            removed=(self.removed - came) | (left - self.added),
            added=(self.added - left) | (came - self.removed),
            touched=self.touched | names,
            elsewhere=self.elsewhere | names,
        )

    @property
    def triples(self) -> frozenset[ox.Triple]:
        """Every triple that came or went."""
        return self.removed | self.added


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """The results after a change: which are new, and which of the old ones still stand."""

    fresh: tuple[Result, ...]
    standing: tuple[Result, ...]
    affected: int
    whole: str | None = None
    """Why everything was checked, if it was."""


def recheck(
    validator: Validator, change: Change, before: ValidationState, compared: Compared, footprints: FootprintCache
) -> Recheck:
    """Validate a store to which a change was made.

    `before` is what was found on it without the change, and `compared` what checks compared then.
    """
    neighbours = Neighbours(validator.store, change.removed)
    by_check: dict[str, list[Result]] = defaultdict(list)
    for result in before.results:
        beside_shapes = result.shape == MISPLACED or result.shape.startswith(CHECKS)
        by_check[result.shape if beside_shapes else ""].append(result)
    of_shapes = _shapes(validator, change, neighbours, by_check[""], footprints.of_shapes(validator.profile))
    fresh, standing = list(of_shapes.fresh), list(of_shapes.standing)
    changed = {triple.subject for triple in change.triples}
    names = {term_text(thing) for thing in changed}
    fresh += validator.misplaced(changed)
    standing += [result for result in by_check[MISPLACED] if result.focus not in names]
    for check in validator.checks:
        rerun = _CheckRerun(validator, check, change, neighbours, before, compared, footprints)
        new, old = rerun.run(by_check[check.iri])
        fresh += new
        standing += old
    return Recheck(fresh=tuple(fresh), standing=tuple(standing), affected=of_shapes.affected, whole=of_shapes.whole)


def _shapes(
    validator: Validator, change: Change, neighbours: Neighbours, before: list[Result], footprint: Footprint
) -> Recheck:
    """Run the shapes again over what a change can affect."""
    why = footprint.reason if isinstance(footprint, Unknown) else None
    if any(triple.predicate == union.BELOW for triple in change.triples):
        why = "the hierarchy of classes changed"
    if any(isinstance(term, ox.BlankNode) for t in change.triples for term in (t.subject, t.object)):
        why = "blank nodes changed"
    affected: set[Term] = set()
    if why is None and not isinstance(footprint, Unknown):
        # the thing itself is always looked at: its shapes may have targets that no read tells of
        affected = {*_affected(footprint, change, neighbours), *(triple.subject for triple in change.triples)}
        if len(affected) > MOST:
            why = "the change affects too much"
    if why is not None or isinstance(footprint, Unknown):
        return Recheck(fresh=validator.shapes(), standing=(), affected=len(affected), whole=why)
    if not affected:
        return Recheck(fresh=(), standing=tuple(before), affected=0)
    names = {term_text(node) for node in affected}
    # engines follow the hierarchy from every class that shapes name (SHACL 1.0, 1.1)
    triples = {*_given(footprint, affected, neighbours), *union.hierarchy(validator.store)}
    return Recheck(
        fresh=tuple(result for result in validator.shapes(triples) if result.focus in names),
        standing=tuple(result for result in before if result.focus not in names),
        affected=len(affected),
    )


@dataclass(frozen=True, slots=True)
class _CheckRerun:
    """Run a check again as far as a change can affect it."""

    validator: Validator
    check: Check
    change: Change
    neighbours: Neighbours
    before: ValidationState
    compared: Compared
    footprints: FootprintCache

    def run(self, results: list[Result]) -> tuple[list[Result], list[Result]]:
        """Return new results, and those of before that still stand."""
        check, validator = self.check, self.validator
        if self.before.checks.get(check.name) != check.digest:
            return validator.check(check), []
        things = self.things(self.footprints.of_check(check, validator.graph))
        if things is None:
            return validator.check(check), []
        if not check.compares:
            rows = check.rows(validator.graph, only=things)
            return check.results(rows, validator.graph), [result for result in results if result.focus not in things]
        linked = self.things(self.footprints.of_links(check, validator.graph)) if check.unless else set()
        if linked is None:
            return validator.check(check), []
        if not things and not linked and check.name in self.compared:
            validator.compared[check.name] = self.compared[check.name]
            return [], results
        comparands = compared_by(check.name, self.compared)
        if comparands is None:
            return validator.check(check), []
        concerned, fresh = compare_again(check, validator.graph, comparands, things, linked)
        validator.compared[check.name] = comparands if comparands.is_changed else self.compared[check.name]
        return fresh, [result for result in results if result.focus not in concerned]

    def things(self, footprint: Footprint) -> set[str] | None:
        """Return the things that the change can affect, None for all."""
        change = self.change
        if isinstance(footprint, Unknown):
            changed = {triple.predicate.value for triple in change.triples}
            read = changed if None in footprint.properties else changed & footprint.properties
            return None if read or (footprint.graphs and change.elsewhere) else set()
        affected = set(_affected(footprint, change, self.neighbours))
        if len(affected) > MOST or any(isinstance(node, ox.BlankNode) for node in affected):
            return None
        return {node.value for node in affected if isinstance(node, ox.NamedNode)}


def _affected(reads: Iterable[Read], change: Change, neighbours: Neighbours) -> Iterator[Term]:
    """Yield the nodes that something changed for which was read from them, and more."""
    starts: dict[tuple[Edge, str | None], set[Term]] = defaultdict(set)
    for triple in change.triples:
        for predicate in (triple.predicate.value, None):
            starts[(predicate, False), None].add(triple.subject)
            starts[(predicate, True), None].add(triple.object)
        if isinstance(triple.object, ox.NamedNode):
            starts[(triple.predicate.value, False), triple.object.value].add(triple.subject)
    elsewhere = {read_term(name) for name in change.elsewhere}
    starts[(IN_GRAPH, False), None] = starts[(IN_GRAPH, True), None] = elsewhere
    by_start: dict[Chain, set[Term]] = defaultdict(set)
    for read in reads:
        key = (read.edge, read.value)
        if read.edge[0] == EXISTS and key not in starts:
            starts[key] = {
                node
                for node in {triple.subject for triple in change.triples}
                if neighbours.is_described(node) != neighbours.is_described(node, change.added, before=True)
            }
        by_start[read.chain] |= starts.get(key, set())
    for chain, nodes in by_start.items():
        if nodes:
            yield from neighbours.follow(nodes, chain, backwards=True, before=True)


def _given(reads: Iterable[Read], focus: set[Term], neighbours: Neighbours) -> Iterator[ox.Triple]:
    """Yield the triples that the shapes read from some focus nodes."""
    by_chain: dict[Chain, set[tuple[Edge, str | None]]] = defaultdict(set)
    for read in reads:
        by_chain[read.chain].add((read.edge, read.value))
    for chain, edges in by_chain.items():
        nodes = neighbours.follow(focus, chain, backwards=False, before=False)
        for edge, value in edges:
            yield from neighbours.of_all(nodes, edge, value)
