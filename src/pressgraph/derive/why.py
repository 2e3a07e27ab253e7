"""Why something holds: the rules that conclude it, run again for one triple, and the facts that they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from pressgraph.derive.rules import BOUNDS
from pressgraph.derive.stated import Stated
from pressgraph.derive.view import LAST, View, resolve, unify
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pressgraph.dataset import GraphNames
    from pressgraph.dataset.withholding import Withheld
    from pressgraph.derive.rules import Rules, StagedRule
    from pressgraph.derive.view import Row

AXIOM = "axiom"
"""Stands in the place of a rule's name for what the ontology says of classes and properties."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reason:
    """One way in which something follows: by which rule, and from which facts (their graphs)."""

    rule: str
    sentence: str
    """What the rule says, in English; empty for axioms and for what follows from dates."""
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What holds of a thing, and why."""

    triple: ox.Triple
    statuses: tuple[str, ...]
    """How sure the facts are that it rests on: one for each source that proves it; none where it is only stated."""
    reasons: tuple[Reason, ...]
    facts: tuple[str, ...] = ()
    """The facts (their graphs) that state it; none where it is only concluded."""


def conclusions_about(
    store: ox.Store,
    graphs: GraphNames,
    rules: Rules,
    thing: ox.NamedNode,
    properties: Collection[str] | None = None,
    *,
    withheld: Withheld | None = None,
) -> list[Conclusion]:
    """Return what a store concludes of a thing, each with its reasons, in the order of properties and values.

    With `properties` (IRIs), these alone are looked at, and what is stated is returned too. What is `withheld` is
    neither shown nor a reason.
    """
    statuses: dict[ox.Triple, set[str]] = {}
    facts: dict[ox.Triple, set[str]] = {}
    for quad in store.quads_for_pattern(thing, None, None, None):
        if properties is not None and quad.predicate.value not in properties:
            continue
        if not isinstance(quad.graph_name, ox.NamedNode) or (withheld is not None and withheld.hides(quad)):
            continue
        graph = quad.graph_name.value
        if graphs.is_derived(graph):
            statuses.setdefault(quad.triple, set()).add(graphs.concluded(graph).status)
        elif properties is not None and graph.startswith(graphs.facts):
            facts.setdefault(quad.triple, set()).add(graph)
    why = Why(View(Stated(store, graphs, withheld), rules))
    return [
        Conclusion(
            triple=it,
            statuses=tuple(sorted(statuses.get(it, ()))),
            reasons=tuple(why.reasons(it)) if it in statuses else (),
            facts=tuple(sorted(facts.get(it, ()))),
        )
        for it in sorted(statuses.keys() | facts.keys(), key=lambda it: (it.predicate.value, str(it.object)))
    ]


class _Step(NamedTuple):
    """What may conclude a triple: a rule's name and sentence, its premises, and before which stage these hold."""

    name: str
    sentence: str
    premises: list[ox.Triple]
    stage: int = LAST


class Why:
    """Looks for the reasons of what a store concludes."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.rules = view.rules

    def reasons(self, triple: ox.Triple, stage: int = LAST, *, axioms: bool = True) -> list[Reason]:
        """Return how a triple follows, each way once, from facts and what rules of stages before `stage` conclude.

        `axioms` says whether those of the ontology are asked too: of what they read, they are not asked again.
        """
        steps = [*(self._by_axioms(triple) if axioms else ()), *self._by_rules(triple, stage)]
        steps += self._by_dates(triple) if stage > 0 else ()
        found = {
            Reason(rule=step.name, sentence=step.sentence, facts=tuple(sorted(facts)))
            for step in steps
            if (facts := self._facts(step, stage)) is not None
        }
        return sorted(found)

    def _facts(self, step: _Step, stage: int) -> set[str] | None:
        """Return the graphs of facts that a step rests on; None where one of its premises does not hold."""
        facts: set[str] = set()
        for premise in step.premises:
            quads = self.view.stated.quads(premise.subject, premise.predicate, premise.object)
            stated = {quad.graph_name.value for quad, _ in quads if isinstance(quad.graph_name, ox.NamedNode)}
            if not stated:
                reasons = self.reasons(premise, min(stage, step.stage), axioms=step.name != AXIOM)
                if not reasons:
                    return None
                stated = set(reasons[0].facts)
            facts |= {it for it in stated if it != self.view.stated.graphs.profile}
        return facts

    def _by_axioms(self, triple: ox.Triple) -> Iterator[_Step]:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if predicate.value == RDF_TYPE and isinstance(value, ox.NamedNode):
            for name in self.rules.axioms.subclasses(value.value):
                yield _Step(AXIOM, "", [ox.Triple(subject, predicate, ox.NamedNode(name))])
        for name, turned in self.rules.axioms.implying(predicate.value):
            if not turned:
                yield _Step(AXIOM, "", [ox.Triple(subject, ox.NamedNode(name), value)])
            elif isinstance(value, ox.NamedNode):
                yield _Step(AXIOM, "", [ox.Triple(value, ox.NamedNode(name), subject)])

    def _by_dates(self, triple: ox.Triple) -> Iterator[_Step]:
        for key, ends in self.rules.bounds.items():
            for names, first in zip(ends, (True, False), strict=True):
                if triple.predicate.value not in names:
                    continue
                for _, date in self.view.match(triple.subject, ox.NamedNode(key), None, 0):
                    if View.bound(date, first=first) == triple.object:
                        premise = ox.Triple(triple.subject, ox.NamedNode(key), date)
                        yield _Step(BOUNDS, "", [premise], 0)

    def _by_rules(self, triple: ox.Triple, stage: int) -> Iterator[_Step]:
        for staged in self.rules.rules:
            if staged.stage < stage:
                for premises in self._instances(staged, triple):
                    yield _Step(staged.name, staged.rule.question, premises, staged.stage)

    def _instances(self, staged: StagedRule, triple: ox.Triple) -> Iterator[list[ox.Triple]]:
        for pattern in staged.rule.head:
            row: Row | None = unify({}, pattern.subject, triple.subject)
            row = unify(row, pattern.object, triple.object)
            if pattern.predicate != triple.predicate or row is None:
                continue
            for solution, _ in self.view.solve(staged, row):
                if resolve(pattern.subject, solution) == triple.subject:
                    yield [
                        ox.Triple(resolve(it.subject, solution), it.predicate, resolve(it.object, solution))  # type: ignore[arg-type]
                        for it in staged.rule.where
                    ]
