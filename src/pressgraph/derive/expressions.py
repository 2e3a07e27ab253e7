"""Evaluate FILTER and BIND of rules: the engine does, for many rows at once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.query.forms import empty_store
from pressgraph.query.lexer import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.rdf import Term

_ROWS = 2_000


def evaluate(
    rows: Sequence[Mapping[str, Term]],
    binds: Sequence[tuple[str, str]],
    filters: Sequence[str],
    prefixes: Mapping[str, str],
) -> list[tuple[int, dict[str, Term]]]:
    """Return which rows pass the filters, by number, with what the expressions bind (SPARQL 1.1, 10.1 and 17.2).

    An expression that fails binds nothing, and a filter that fails lets nothing pass.
    """
    needed = _needed(tuple(binds), tuple(filters))
    body = " ".join([*(f"BIND(({text}) AS ?{name})" for name, text in binds), *(f"FILTER({text})" for text in filters)])
    names = " ".join(f"?{name}" for name in needed)
    selected = " ".join(f"?{name}" for name, _ in binds)
    # many rows have the same few values
    alike: dict[tuple[Term | None, ...], list[int]] = {}
    for number, row in enumerate(rows):
        alike.setdefault(tuple(map(row.get, needed)), []).append(number)
    values, numbers = list(alike), list(alike.values())
    found: list[tuple[int, dict[str, Term]]] = []
    for first in range(0, len(values), _ROWS):
        lines = [
            f"({number} {' '.join('UNDEF' if it is None else str(it) for it in told)})"
            for number, told in enumerate(values[first : first + _ROWS], start=first)
        ]
        query = f"SELECT ?rowNumber {selected} {{ VALUES (?rowNumber {names}) {{ {' '.join(lines)} }} {body} }}"
        answer = empty_store().query(query, prefixes=dict(prefixes))
        assert isinstance(answer, ox.QuerySolutions)  # noqa: S101 - a SELECT
        for row in answer:
            bound = {name: value for name, _ in binds if (value := row[name]) is not None}
            found += ((number, bound) for number in numbers[int(row["rowNumber"].value)])
    found.sort(key=lambda it: it[0])
    return found


@lru_cache(maxsize=512)
def _needed(binds: tuple[tuple[str, str], ...], filters: tuple[str, ...]) -> list[str]:
    """Return the variables that expressions read and none of them makes: the same few are evaluated again and again."""
    texts = [*(text for _, text in binds), *filters]
    read = {it.text[1:] for text in texts for it in tokens(text) if it.kind == "variable"}
    return sorted(read - {name for name, _ in binds})
