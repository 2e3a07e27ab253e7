"""What a triple rests on: by source, how sure it is; and what a conclusion then rests on.

A source alone can be enough for a conclusion; so for each source there is at most one status, that of its surest proof.
What no source alone proves rests on several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Proofs: TypeAlias = "dict[str, int]"
"""By source (as graphs name it), the place of a status in `STATUSES`; 0 is surest."""

SHIPPED = "*"
"""Stands for the profile, which every source may rest on."""
SEVERAL = ""
"""Stands for sources that prove something only together."""


def merge(into: Proofs, more: Proofs) -> None:
    """Add proofs: of each source the surest counts."""
    for source, rank in more.items():
        known = into.get(source)
        if known is None or rank < known:
            into[source] = rank


def best(proofs: Proofs) -> int:
    """Return the surest of some proofs."""
    return min(proofs.values())


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
    smallest = min(own, key=len)
    for source in smallest:
        if source != SEVERAL and all(source in it for it in own):
            found[source] = max(doubt, *(it[source] for it in own))
    return found or {SEVERAL: max(doubt, *(best(it) for it in own))}
