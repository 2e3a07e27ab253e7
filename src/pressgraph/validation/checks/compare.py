"""Checks that compare things: those with the same key are a problem; see `pressgraph.validation.checks.check`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.rdf.terms import lexical, read_term

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pressgraph.validation.checks.check import Check, CheckedGraph, Row
    from pressgraph.validation.report import Result


class Comparand(NamedTuple):
    """What a query says of a thing that is to be compared: terms in N-Triples syntax."""

    this: str
    key: str
    path: str
    value: str


def find_candidates(check: Check, graph: CheckedGraph, *, only: Collection[str] | None = None) -> set[Comparand]:
    """Return what is to be compared, of all things or of some alone."""
    return {
        Comparand(str(row["this"]), lexical(key), str(row.get("path") or ""), str(row.get("value") or ""))
        for row in check.rows(graph, only=only)
        if (key := row.get("key")) is not None
    }


def compare(check: Check, graph: CheckedGraph, candidates: Iterable[Comparand]) -> list[Result]:
    """Return a result for each thing that has its key in common with one before it, in the order of their IRIs."""
    groups: dict[str, list[Comparand]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.key].append(candidate)
    rows: list[Row] = []
    for group in groups.values():
        first = min(group)
        rows += [
            _row(one, first)
            for one in group
            if one.this != first.this and not check.linked(read_term(one.this), read_term(first.this), graph)
        ]
    return check.results(rows, graph)


def _row(candidate: Comparand, first: Comparand) -> Row:
    terms = {
        "this": candidate.this,
        "path": candidate.path,
        "value": candidate.value,
        "other": first.this,
        "otherValue": first.value,
    }
    return {name: read_term(text) if text else None for name, text in terms.items()}


def compare_again(
    check: Check, graph: CheckedGraph, before: Iterable[Comparand], changed: Collection[str], linked: Collection[str]
) -> tuple[set[Comparand], set[str], list[Result]]:
    """Compare after a change: of the things changed what is to be compared may differ, of the linked ones the links.

    Return what is to be compared now, the IRIs of the things whose results are these, and the results.
    """
    before = set(before)
    now = {one for one in before if one.this[1:-1] not in changed} | find_candidates(check, graph, only=changed)
    keys = {one.key for one in before ^ now} | {one.key for one in now if one.this[1:-1] in linked}
    things = {one.this for one in before | now if one.key in keys}
    concerned = {one.key for one in now if one.this in things}
    fresh = compare(check, graph, (one for one in now if one.key in concerned))
    names = {thing[1:-1] for thing in things}
    return now, names, [result for result in fresh if result.focus in names]
