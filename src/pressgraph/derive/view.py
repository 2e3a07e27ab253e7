"""What holds: facts and what follows from them, asked for pattern by pattern.

Each answer is worked out when it is asked for, backwards from the pattern: what is stated, what an axiom concludes,
what a date bounds, and the heads of rules that fit it. So an edit costs what it affects, a conclusion can be asked why
it holds, and nothing is kept that could be out of date. A build of everything asks for all that can be concluded; then
the rules have been run from front to back, and their results stand in tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.derive.expressions import evaluate
from pressgraph.derive.parse import Pattern, Variable
from pressgraph.derive.proofs import adopt, combine, merge
from pressgraph.derive.tables import Table
from pressgraph.facts.dates import bounds
from pressgraph.rdf import RDF_TYPE, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pressgraph.derive.parse import Rule, Slot
    from pressgraph.derive.proofs import Proofs
    from pressgraph.derive.rules import Rules, StagedRule
    from pressgraph.derive.stated import Origin, Stated
    from pressgraph.rdf import Term

Pairs: TypeAlias = "dict[tuple[Term, Term], Proofs]"
Row: TypeAlias = "dict[str, Term]"
Solution: TypeAlias = "tuple[Row, list[Proofs]]"

LAST = 1_000_000
"""A stage behind all others: everything that holds."""
_TYPE = ox.NamedNode(RDF_TYPE)
_DATE = ox.NamedNode(f"{XSD}date")
_KEPT = 100_000


class View:
    """Everything that holds in what is stated."""

    def __init__(self, stated: Stated, rules: Rules) -> None:
        self.stated = stated
        self.rules = rules
        self._heads: dict[str, list[tuple[StagedRule, int]]] = {}
        for staged in rules.rules:
            for number, pattern in enumerate(staged.rule.head):
                self._heads.setdefault(pattern.predicate.value, []).append((staged, number))
        self._bounding: dict[str, list[tuple[str, bool]]] = {}
        for key, (earliest, latest) in rules.bounds.items():
            for iri in earliest:
                self._bounding.setdefault(iri, []).append((key, True))
            for iri in latest:
                self._bounding.setdefault(iri, []).append((key, False))
        self._answers: dict[tuple[object, ...], Pairs] = {}
        self._tables: dict[tuple[str, int], Table] = {}
        self._whole: dict[tuple[ox.NamedNode, Term | None, int], Table] | None = None
        """Of who asks about everything: all pairs of a property, of types those of a class, as rules see them."""
        self._plans: dict[tuple[object, ...], list[Pattern]] = {}

    # -- questions

    def match(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None, stage: int = LAST) -> Pairs:
        """Return the pairs that a property links, each with what that rests on, as rules of a stage see it."""
        if self._whole is not None:
            return self._wholly(predicate, value, stage).match(subject, value)
        key = (subject, predicate, value, stage)
        known = self._answers.get(key)
        if known is None:
            known = self._match(subject, predicate, value, stage)
            if len(self._answers) > _KEPT:
                self._answers.clear()
            self._answers[key] = known
        return known

    def _wholly(self, predicate: ox.NamedNode, value: Term | None, stage: int) -> Table:
        """Return all pairs of a property, or of a class, as rules of a stage see them."""
        assert self._whole is not None  # noqa: S101 - who calls has looked
        kind = value if predicate == _TYPE else None
        key = (predicate, kind, stage)
        known = self._whole.get(key)
        if known is None:
            more, since = self._giving(predicate, kind, stage)
            # stages between which nothing is concluded see the same
            same = (predicate, kind, since)
            known = self._whole.get(same)
            if known is None and more:
                known = Table()
                known.pairs = self._match(None, predicate, kind, stage)
                known.index()
            elif known is None:
                known = self.stated.table(predicate, kind)
            self._whole[key] = self._whole[same] = known
        return known

    def _giving(self, predicate: ox.NamedNode, kind: Term | None, stage: int) -> tuple[bool, int]:
        """Tell whether a property has more pairs than are stated, and since which stage it has these."""
        axioms = self.rules.axioms
        if predicate == _TYPE:
            names = {RDF_TYPE}
            implied = bool(axioms.subclasses(kind.value) if isinstance(kind, ox.NamedNode) else axioms.above)
        else:
            implying = axioms.implying(predicate.value)
            names = {predicate.value, *(name for name, _ in implying)}
            implied = bool(implying)
        stages = {staged.stage for name in names for staged, _ in self._heads.get(name, ()) if staged.stage < stage}
        dated = stage > 0 and not names.isdisjoint(self._bounding)
        return implied or dated or bool(stages), 1 + max(stages, default=0) if stage > 0 else 0

    def proofs(self, triple: ox.Triple) -> Proofs:
        """Return what a triple rests on, empty where it does not hold."""
        return self.match(triple.subject, triple.predicate, triple.object).get((triple.subject, triple.object), {})

    def concluded(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None) -> Pairs:
        """Return the pairs that follow from others, each with what the conclusion rests on."""
        found: Pairs = {}
        self._by_axioms(found, subject, predicate, value, LAST)
        self._by_dates(found, subject, predicate.value, value)
        self._by_rules(found, subject, predicate.value, value, LAST)
        return found

    def _match(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None, stage: int) -> Pairs:
        found = self._direct(subject, predicate, value, stage)
        self._by_axioms(found, subject, predicate, value, stage)
        return found

    def _direct(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None, stage: int) -> Pairs:
        """Return what holds without an axiom: stated, or concluded from dates or by rules."""
        found = self.stated.match(subject, predicate, value)
        if stage > 0:
            self._by_dates(found, subject, predicate.value, value)
            self._by_rules(found, subject, predicate.value, value, stage)
        return found

    def _by_axioms(
        self, found: Pairs, subject: Term | None, predicate: ox.NamedNode, value: Term | None, stage: int
    ) -> None:
        axioms = self.rules.axioms
        if predicate == _TYPE:
            if isinstance(value, ox.NamedNode):
                for name in axioms.subclasses(value.value):
                    for (thing, _), proofs in self._direct(subject, _TYPE, ox.NamedNode(name), stage).items():
                        adopt(found, (thing, value), proofs)
            elif value is None:
                for (thing, kind), proofs in self._direct(subject, _TYPE, None, stage).items():
                    if isinstance(kind, ox.NamedNode):
                        for name in axioms.superclasses(kind.value):
                            merge(found.setdefault((thing, ox.NamedNode(name)), {}), proofs)
            return
        for name, turned in axioms.implying(predicate.value):
            one, other = (value, subject) if turned else (subject, value)
            for (a, b), proofs in self._direct(one, ox.NamedNode(name), other, stage).items():
                if not turned:
                    adopt(found, (a, b), proofs)
                elif isinstance(b, ox.NamedNode):
                    adopt(found, (b, a), proofs)

    def _by_dates(self, found: Pairs, subject: Term | None, predicate: str, value: Term | None) -> None:
        for key, first in self._bounding.get(predicate, ()):
            for (thing, date), proofs in self.match(subject, ox.NamedNode(key), None, 0).items():
                day = self.bound(date, first=first)
                if day is not None and (value is None or day == value):
                    merge(found.setdefault((thing, day), {}), proofs)

    @staticmethod
    def bound(date: Term, *, first: bool) -> ox.Literal | None:
        """Return the first or the last day on which something with a date can have been."""
        if not isinstance(date, ox.Literal):
            return None
        ends = bounds(date.value, date.datatype.value)
        day = ends.earliest if first else ends.latest
        return ox.Literal(day.isoformat(), datatype=_DATE) if day is not None else None

    def _by_rules(self, found: Pairs, subject: Term | None, predicate: str, value: Term | None, stage: int) -> None:
        for staged, number in self._heads.get(predicate, ()):
            if staged.stage >= stage:
                continue
            table = self._tables.get((staged.name, number))
            pairs = table.match(subject, value) if table is not None else self._head(staged, number, subject, value)
            for pair, proofs in pairs.items():
                merge(found.setdefault(pair, {}), proofs)

    # -- rules

    def run(self) -> None:
        """Run all rules from front to back; what they conclude is looked up from then on, as is what holds at all."""
        self._whole = {}
        for staged in self.rules.rules:
            tables = [Table() for _ in staged.rule.head]
            for row, proofs in self.solve(staged, {}):
                for table, pattern in zip(tables, staged.rule.head, strict=True):
                    self._note(table.pairs, pattern, row, proofs)
            for number, table in enumerate(tables):
                table.index()
                self._tables[staged.name, number] = table

    def conclusions(self, staged: StagedRule, triple: ox.Triple) -> Proofs:
        """Return what a triple rests on as a conclusion of one rule."""
        found: Proofs = {}
        for number, pattern in enumerate(staged.rule.head):
            if pattern.predicate == triple.predicate:
                pair = (triple.subject, triple.object)
                merge(found, self._head(staged, number, *pair).get(pair, {}))
        return found

    def _head(self, staged: StagedRule, number: int, subject: Term | None, value: Term | None) -> Pairs:
        """Return what a triple of a rule's head concludes about a subject or an object."""
        pattern = staged.rule.head[number]
        found: Pairs = {}
        row: Row | None = {}
        row = unify(row, pattern.subject, subject)
        row = unify(row, pattern.object, value) if row is not None else None
        if row is not None:
            for solution, proofs in self.solve(staged, row):
                self._note(found, pattern, solution, proofs)
        return found

    @staticmethod
    def _note(found: Pairs, pattern: Pattern, row: Row, proofs: Proofs) -> None:
        subject, value = resolve(pattern.subject, row), resolve(pattern.object, row)
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            merge(found.setdefault((subject, value), {}), proofs)

    def solve(self, staged: StagedRule, row: Row) -> list[tuple[Row, Proofs]]:
        """Return the solutions of a rule in which variables have some values, each with what it rests on."""
        rule = staged.rule
        solutions = self._permitted(rule, self.candidates(staged, row), staged.stage)
        return [(found, combine(premises, staged.doubt)) for found, premises in solutions]

    def candidates(self, staged: StagedRule, row: Row) -> list[Solution]:
        """Return the solutions of a rule's patterns, filters and expressions, whatever must not be there."""
        rule = staged.rule
        made = {name for name, _ in rule.binds}
        # what an expression makes is compared when it is made, and says of which thing it was made where it can
        wanted = {name: value for name, value in row.items() if name in made}
        given: Row | None = {name: value for name, value in row.items() if name not in made}
        for name, value in wanted.items():
            if given is not None and name in rule.minted:
                base, ending = rule.minted[name]
                stem = value.value.removesuffix(ending) if isinstance(value, ox.NamedNode) else ""
                known = isinstance(value, ox.NamedNode) and stem != value.value
                given = unify(given, Variable(base), ox.NamedNode(stem)) if known else None
        if given is None:
            return []
        found = self._join(rule, given, rule.where, staged.stage)
        if not (rule.binds or rule.filters) or not found:
            return found
        passed = evaluate([it for it, _ in found], rule.binds, rule.filters, self.rules.prefixes)
        return [
            ({**found[number][0], **bound}, found[number][1])
            for number, bound in passed
            if all(bound.get(name) == value for name, value in wanted.items())
        ]

    def matches(self, staged: StagedRule, row: Row, patterns: Sequence[Pattern]) -> list[Solution]:
        """Return the solutions of some patterns of a rule in which variables have some values."""
        return self._join(staged.rule, row, patterns, staged.stage)

    def _permitted(self, rule: Rule, solutions: list[Solution], stage: int) -> list[Solution]:
        """Return the solutions for which nothing is there that must not be there."""
        for one in rule.unless:
            inner = [
                (number, it)
                for number, (row, _) in enumerate(solutions)
                for it, _ in self._join(rule, row, one.patterns, stage)
            ]
            if inner and one.filters:
                passed = evaluate([it for _, it in inner], (), one.filters, self.rules.prefixes)
                inner = [inner[number] for number, _ in passed]
            excluded = {number for number, _ in inner}
            solutions = [it for number, it in enumerate(solutions) if number not in excluded]
        return solutions

    # -- joins

    def _join(self, rule: Rule, row: Row, patterns: Sequence[Pattern], stage: int) -> list[Solution]:
        solutions: list[Solution] = [(row, [])]
        for name, values in rule.values.items() if patterns is rule.where else ():
            known = row.get(name)
            if known is not None:
                if known not in values:
                    return []
            else:
                solutions = [({**it, name: value}, proofs) for it, proofs in solutions for value in values]
        for pattern in self._plan(rule, frozenset(solutions[0][0]), patterns) if solutions else ():
            step = self._in_graphs(rule, pattern) if pattern.fact is not None else self._everywhere(pattern, stage)
            solutions = [it for solution in solutions for it in step(solution)]
            if not solutions:
                break
        return solutions

    def _everywhere(self, pattern: Pattern, stage: int) -> Callable[[Solution], Iterator[Solution]]:
        def step(solution: Solution) -> Iterator[Solution]:
            row, proofs = solution
            subject, value = resolve(pattern.subject, row), resolve(pattern.object, row)
            for (one, other), found in self.match(subject, pattern.predicate, value, stage).items():
                extended = unify(row, pattern.subject, one)
                extended = unify(extended, pattern.object, other) if extended is not None else None
                if extended is not None:
                    yield extended, [*proofs, found]

        return step

    def _in_graphs(self, rule: Rule, pattern: Pattern) -> Callable[[Solution], Iterator[Solution]]:
        document = rule.sources.get(pattern.fact or "")

        def step(solution: Solution) -> Iterator[Solution]:
            row, proofs = solution
            subject, value = resolve(pattern.subject, row), resolve(pattern.object, row)
            known = resolve(document, row) if document is not None else None
            seen: dict[tuple[Term, Term, str], tuple[int, ox.NamedNode | None]] = {}
            for one, other, origin in self._stated_in_graphs(subject, pattern.predicate, value, known):
                key = (one, other, origin.source)
                if key not in seen or origin.rank < seen[key][0]:
                    seen[key] = (origin.rank, origin.document)
            for (one, other, source), (rank, read) in seen.items():
                extended = unify(row, pattern.subject, one)
                extended = unify(extended, pattern.object, other) if extended is not None else None
                if extended is not None and document is not None:
                    extended = unify(extended, document, read) if read is not None else None
                if extended is not None:
                    yield extended, [*proofs, {source: rank}]

        return step

    def _stated_in_graphs(
        self, subject: Term | None, predicate: ox.NamedNode, value: Term | None, document: Term | None
    ) -> Iterator[tuple[Term, Term, Origin]]:
        """Yield what facts say, also by axioms, each with the fact's origin; `document` is what they were read from."""
        source = document if isinstance(document, ox.NamedNode) and subject is None else None

        def stated(one: Term | None, name: ox.NamedNode, other: Term | None) -> Iterator[tuple[ox.Quad, Origin]]:
            if source is None:
                return self.stated.quads(one, name, other)
            return self.stated.quads_of(source, one, name, other)

        axioms = self.rules.axioms
        if predicate == _TYPE:
            below = axioms.subclasses(value.value) if isinstance(value, ox.NamedNode) else ()
            for kind in (value, *map(ox.NamedNode, below)):
                for quad, origin in stated(subject, _TYPE, kind):
                    if value is not None:
                        yield quad.subject, value, origin
                        continue
                    yield quad.subject, quad.object, origin
                    if isinstance(quad.object, ox.NamedNode):
                        for name in axioms.superclasses(quad.object.value):
                            yield quad.subject, ox.NamedNode(name), origin
            return
        for name, turned in ((predicate.value, False), *axioms.implying(predicate.value)):
            one, other = (value, subject) if turned else (subject, value)
            for quad, origin in stated(one, ox.NamedNode(name), other):
                yield (quad.object, quad.subject, origin) if turned else (quad.subject, quad.object, origin)

    def _plan(self, rule: Rule, bound: frozenset[str], patterns: Sequence[Pattern]) -> list[Pattern]:
        """Order patterns: next comes what has most values, of equals what is written first."""
        key = (rule.name, bound, id(patterns))
        if key not in self._plans:
            known = set(bound)
            rest = list(patterns)
            plan: list[Pattern] = []
            while rest:
                following = max(rest, key=lambda it: _selectivity(it, known, rule.sources))
                rest.remove(following)
                plan.append(following)
                known |= following.variables
                source = rule.sources.get(following.fact or "")
                if isinstance(source, Variable):
                    known.add(source.name)
            self._plans[key] = plan
        return self._plans[key]


def _selectivity(pattern: Pattern, known: set[str], sources: Mapping[str, Slot]) -> float:
    def has(slot: Slot | None) -> bool:
        return slot is not None and (not isinstance(slot, Variable) or slot.name in known)

    weight = 4.0 * has(pattern.subject)
    # classes and the terms that rules name have many subjects, most other values few
    named = pattern.predicate == _TYPE or not isinstance(pattern.object, Variable)
    weight += (1.0 if named else 3.0) * has(pattern.object)
    return weight + (2.0 if has(sources.get(pattern.fact or "")) else 0.0)


def resolve(slot: Slot, row: Mapping[str, Term]) -> Term | None:
    """Return a term, or the value of a variable; None where it has none."""
    return row.get(slot.name) if isinstance(slot, Variable) else slot


def unify(row: Row | None, slot: Slot, term: Term | None) -> Row | None:
    """Return a row in which a slot is a term; None where it cannot be. No term asks for nothing."""
    if term is None or row is None:
        return row
    if not isinstance(slot, Variable):
        return row if slot == term else None
    known = row.get(slot.name)
    if known is None:
        return {**row, slot.name: term}
    return row if known == term else None
