"""Look pairs up by subject and by object."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pressgraph.derive.proofs import Proofs
    from pressgraph.rdf import Term

Pairs: TypeAlias = "dict[tuple[Term, Term], Proofs]"


class Table:
    """Pairs of subject and object with what they rest on, by subject and by object."""

    def __init__(self) -> None:
        self.pairs: Pairs = {}
        self._by_subject: dict[Term, list[Term]] = {}
        self._by_object: dict[Term, list[Term]] = {}

    def index(self) -> None:
        """Note by subject and by object what `pairs` holds."""
        for subject, value in self.pairs:
            self._by_subject.setdefault(subject, []).append(value)
            self._by_object.setdefault(value, []).append(subject)

    def match(self, subject: Term | None, value: Term | None) -> Pairs:
        """Return the pairs with a subject, with an object, with both, or all."""
        if subject is not None and value is not None:
            found = self.pairs.get((subject, value))
            return {(subject, value): found} if found is not None else {}
        if subject is not None:
            return {(subject, it): self.pairs[subject, it] for it in self._by_subject.get(subject, ())}
        if value is not None:
            return {(it, value): self.pairs[it, value] for it in self._by_object.get(value, ())}
        return self.pairs
