"""What a triple rests on: by source, how sure it is; and what a conclusion then rests on.

A source alone can be enough for a conclusion; so for each source there is at most one status, that of its surest proof.
What no source alone proves rests on several.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Proofs: TypeAlias = MutableMapping[str, int]
"""By source (as graphs name it), the place of a status in `STATUSES`; 0 is surest."""

Pair = TypeVar("Pair")

SHIPPED = "*"
"""Stands for the profile, which every source may rest on."""
SEVERAL = ""
"""Stands for sources that prove something only together."""


class LateProofs(MutableMapping[str, int]):
    """Proofs of what many sources say, each found when it is asked for: who has another premise asks for few.

    `sources` returns them; `find` returns how sure a source is of it, None where it does not say it.
    """

    def __init__(self, sources: Callable[[], Iterable[str]], find: Callable[[str], int | None]) -> None:
        self._sources = sources
        self._known: dict[str, int] = {}
        self._find = find

    @cached_property
    def _waiting(self) -> dict[str, None]:
        """The sources that nobody has asked for."""
        return dict.fromkeys(self._sources())

    def best(self) -> int:
        """Return the surest."""
        ranks = (it for source in (*self._known, *self._waiting) if (it := self.get(source)) is not None)
        found = next(ranks)
        while found and (rank := next(ranks, None)) is not None:
            found = min(found, rank)
        return found

    def __getitem__(self, source: str) -> int:
        if source in self._waiting:
            del self._waiting[source]
            rank = self._find(source)
            if rank is not None:
                self._known[source] = rank
        return self._known[source]

    def __setitem__(self, source: str, rank: int) -> None:
        self._waiting.pop(source, None)
        self._known[source] = rank

    def __delitem__(self, source: str) -> None:
        self[source]
        del self._known[source]

    def __iter__(self) -> Iterator[str]:
        for source in list(self._waiting):
            self.get(source)
        return iter(self._known)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def merge(into: Proofs, more: Proofs) -> None:
    """Add proofs: of each source the surest counts."""
    for source, rank in more.items():
        known = into.get(source)
        if known is None or rank < known:
            into[source] = rank


def adopt(found: dict[Pair, Proofs], pair: Pair, proofs: Proofs) -> None:
    """Add proofs, which nobody else has, to those that are found: what many sources say is not asked for yet."""
    known = found.get(pair)
    if known is None:
        found[pair] = proofs
    elif isinstance(proofs, LateProofs) and not isinstance(known, LateProofs):
        merge(proofs, known)
        found[pair] = proofs
    else:
        merge(known, proofs)


def best(proofs: Proofs) -> int:
    """Return the surest of some proofs."""
    return proofs.best() if isinstance(proofs, LateProofs) else min(proofs.values())


def combine(premises: Sequence[Proofs], doubt: int = 0) -> Proofs:
    """Return what a conclusion from some premises rests on, which is at most as sure as `doubt` says.

    >>> combine([{"a": 0, "b": 2}, {"a": 1, "*": 0}, {"a": 1}])
    {'a': 1}
    >>> combine([{"a": 0}, {"b": 2}])
    {'': 2}
    >>> combine([{"*": 0}])
    {'*': 0}
    """
    own = [it for it in premises if SHIPPED not in it]
    doubt = max(doubt, *(it[SHIPPED] for it in premises if SHIPPED in it), 0)
    if not own:
        return {SHIPPED: doubt}
    if len(own) == 1:
        return {source: max(rank, doubt) for source, rank in own[0].items()}
    found: Proofs = {}
    smallest = min([it for it in own if not isinstance(it, LateProofs)] or own, key=len)
    for source in smallest:
        if source != SEVERAL and all(source in it for it in own):
            found[source] = max(doubt, *(it[source] for it in own))
    return found or {SEVERAL: max(doubt, *(best(it) for it in own))}
