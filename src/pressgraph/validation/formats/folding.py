"""Fold findings: the same problem in many places is one, with its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.errors import Place
    from pressgraph.validation.report import Finding

FOLD_FROM = 4
"""From so many places on, a problem is shown once."""


@dataclass(frozen=True, slots=True)
class FoldedFinding:
    """One problem, with every place where it is."""

    first: Finding
    places: tuple[Place, ...]


def by_file(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Yield findings by file, in order; those without a place come last, under an empty name."""
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.place.name if finding.place is not None else "", []).append(finding)
    yield from sorted(files.items(), key=lambda item: (item[0] == "", item[0]))


def folded(findings: Iterable[Finding], *, every: bool) -> list[FoldedFinding]:
    """Return findings as groups; those of one rule and one message that stand in many places are one.

    `every` keeps each by itself.
    """
    findings = list(findings)
    same: dict[tuple[str, str, str | None], list[Finding]] = {}
    for finding in findings:
        same.setdefault((finding.rule, finding.message, finding.allowed), []).append(finding)
    groups: list[FoldedFinding] = []
    for finding in findings:
        together = same[finding.rule, finding.message, finding.allowed]
        if every or len(together) < FOLD_FROM:
            groups.append(FoldedFinding(finding, (finding.place,) if finding.place is not None else ()))
        elif together[0] is finding:
            groups.append(FoldedFinding(finding, tuple(one.place for one in together if one.place is not None)))
    return groups
