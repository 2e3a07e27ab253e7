"""What a change affects: the triples that rest on something else than before.

Premises are followed forward, rule by rule, in the stages in which rules run: where a changed triple fits a pattern of
a rule, also one that must not be there, the conclusions that it can take part in are worked out, before and after.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.derive.parse import Variable
from pressgraph.derive.view import View, resolve, unify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.derive.parse import Pattern
    from pressgraph.derive.rules import StagedRule
    from pressgraph.derive.view import Row


def affected(before: View, after: View, touched: Iterable[ox.Triple]) -> set[ox.Triple]:
    """Return every triple that follows from others and may rest on something else than before.

    `touched` are triples of which a statement came or went, or counts differently now.
    """
    return _Spread(before, after).run(touched)


class _Spread:
    def __init__(self, before: View, after: View) -> None:
        self.before = before
        self.after = after
        self.rules = after.rules
        self.changed: dict[ox.NamedNode, set[ox.Triple]] = {}
        """Triples, closed under axioms, by their property."""
        self.found: set[ox.Triple] = set()

    def run(self, touched: Iterable[ox.Triple]) -> set[ox.Triple]:
        for triple in touched:
            # not its proofs alone: a rule may ask which fact says it
            self.add(triple)
        for triple in list(self.found):
            for bound in self.bounds(triple):
                self.add(bound)
        for staged in self.rules.rules:
            heads = set(self.heads(staged))
            for head in heads:
                if self.before.conclusions(staged, head) != self.after.conclusions(staged, head):
                    self.add(head)
        return self.found

    def add(self, triple: ox.Triple) -> None:
        for one in self.rules.axioms.close(triple):
            if one not in self.found:
                self.found.add(one)
                self.changed.setdefault(one.predicate, set()).add(one)

    def bounds(self, triple: ox.Triple) -> Iterator[ox.Triple]:
        earliest, latest = self.rules.bounds.get(triple.predicate.value, ((), ()))
        for first, names in ((True, earliest), (False, latest)):
            day = View.bound(triple.object, first=first)
            if day is not None:
                for name in names:
                    yield ox.Triple(triple.subject, ox.NamedNode(name), day)

    def heads(self, staged: StagedRule) -> Iterator[ox.Triple]:
        """Yield what a rule may conclude with the help of a changed triple, or because one is gone."""
        rule = staged.rule
        outer = {name for pattern in rule.where for name in pattern.variables} | set(rule.values)
        outer |= {it.name for it in rule.sources.values() if isinstance(it, Variable)} | {
            name for name, _ in rule.binds
        }
        seen: set[frozenset[tuple[str, object]]] = set()
        for row in chain(self.fitting(rule.where), self.hindering(staged)):
            # of what must not be there, only what it shares with the rest says where to look
            shared = {name: value for name, value in row.items() if name in outer}
            key = frozenset(shared.items())
            if key in seen:
                continue
            seen.add(key)
            for view in (self.before, self.after):
                for solution, _ in view.candidates(staged, shared):
                    yield from self.instances(staged, solution)

    def fitting(self, patterns: Iterable[Pattern]) -> Iterator[Row]:
        """Yield the values that variables have where a changed triple fits a pattern."""
        for pattern in patterns:
            for triple in list(self.changed.get(pattern.predicate, ())):
                row = unify({}, pattern.subject, triple.subject)
                row = unify(row, pattern.object, triple.object)
                if row is not None:
                    yield row

    def hindering(self, staged: StagedRule) -> Iterator[Row]:
        """Yield what is or was there that must not be, and has a changed triple in it.

        The other patterns lead from the triple to what it shares with the rest of the rule.
        """
        for one in staged.rule.unless:
            for row in self.fitting(one.patterns):
                for view in (self.before, self.after):
                    yield from (found for found, _ in view.matches(staged, row, one.patterns))

    @staticmethod
    def instances(staged: StagedRule, row: Row) -> Iterator[ox.Triple]:
        for pattern in staged.rule.head:
            subject, value = resolve(pattern.subject, row), resolve(pattern.object, row)
            if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
                yield ox.Triple(subject, pattern.predicate, value)
