"""Checks that compare things: those with the same key are a problem; see `pressgraph.validation.checks.check`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pressgraph.rdf.terms import lexical, read_term
from pressgraph.validation.checks.comparands import Comparand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pressgraph.validation.checks.check import Check, CheckedGraph, Row
    from pressgraph.validation.checks.comparands import Comparands
    from pressgraph.validation.report import Result


def find_candidates(check: Check, graph: CheckedGraph, *, only: Collection[str] | None = None) -> set[Comparand]:
    """Return what is to be compared, of all things or of some alone."""
    found = {
        Comparand(str(row["this"]), lexical(key), *(_text(row, name) for name in ("path", "value", "least", "most")))
        for row in check.rows(graph, only=only)
        if (key := row.get("key")) is not None
    }
    return _with_all_keys(found) if check.compares_numbers else found


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "")


def _with_all_keys(candidates: Iterable[Comparand]) -> set[Comparand]:
    """Give what is said of a value in several respects one key: all of them must be the same."""
    keys: dict[Comparand, list[str]] = defaultdict(list)
    for one in candidates:
        keys[one._replace(key="")].append(one.key)
    return {one._replace(key="\n".join(sorted(listed))) for one, listed in keys.items()}


def compare(check: Check, graph: CheckedGraph, candidates: Iterable[Comparand]) -> list[Result]:
    """Return a result for each thing that has its key in common with one before it, in the order of their IRIs.

    Of numbers it is each that is greater than the most that another one can be.
    """
    groups: dict[str, list[Comparand]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.key].append(candidate)
    rows: list[Row] = []
    if check.compares_numbers:
        for group in groups.values():
            rows += [_row(one, other) for one, other in _apart(group)]
        return check.results(rows, graph)
    for group in groups.values():
        first = min(group)
        rows += [
            _row(one, first)
            for one in group
            if one.this != first.this and not check.linked(read_term(one.this), read_term(first.this), graph)
        ]
    return check.results(rows, graph)


@dataclass(frozen=True, slots=True, order=True)
class _Most:
    """The greatest number that something can be."""

    number: Decimal
    said: Comparand


def _apart(group: Iterable[Comparand]) -> Iterator[tuple[Comparand, Comparand]]:
    """Yield each number that is greater than another one can be, and the least of these."""
    group = list(group)
    mosts = sorted(_Most(number, one) for one in group if (number := _number(one.most)) is not None)
    for one in group:
        number = _number(one.least)
        # of each thing its own number: most find the first
        other = next((it for it in mosts if it.said.this != one.this), None)
        if number is not None and other is not None and number > other.number:
            yield one, other.said


def _number(term: str) -> Decimal | None:
    if not term:
        return None
    try:
        return Decimal(lexical(read_term(term)))
    except InvalidOperation:
        return None


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
    check: Check, graph: CheckedGraph, comparands: Comparands, changed: Collection[str], linked: Collection[str]
) -> tuple[set[str], list[Result]]:
    """Compare after a change: of the things changed what is to be compared may differ, of the linked ones the links.

    `comparands` are those before; then they are those of now. Return the IRIs of the things whose results are these,
    and the results.
    """
    gone = comparands.about(f"<{it}>" for it in changed)
    found = find_candidates(check, graph, only=changed)
    comparands.replace(gone - found, found - gone)
    keys = {one.key for one in gone ^ found} | {one.key for one in comparands.about(f"<{it}>" for it in linked)}
    things = {one.this for one in (*comparands.with_keys(keys), *gone) if one.key in keys}
    concerned = {one.key for one in comparands.about(things)}
    fresh = compare(check, graph, comparands.with_keys(concerned))
    names = {thing[1:-1] for thing in things}
    return names, [result for result in fresh if result.focus in names]
