"""Figures: numbers with what makes them exact or not, their unit, and the key of what they count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.mentions import Mention
from pressgraph.facts.quantities import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.drafting.patterns.grammar import Grammar


_NEAR = 40
"""Characters in front of a number in which the words stand that deny it."""


def figures(text: str, grammar: Grammar) -> Iterator[Mention]:
    """Yield the figures that a text names: numbers, counts of something, money and shares."""
    for match in grammar.figures.finditer(text):
        if (mention := _figure(match, grammar)) is not None:
            yield mention
    for value, words in grammar.data["fractions"].items():
        for word in words:
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
                yield Mention(kind="share", start=match.start(), end=match.end(), value=value, status="normalised")


def _figure(match: re.Match[str], grammar: Grammar) -> Mention | None:
    group = match.groupdict()
    number = _number(group["n"], grammar)
    second = _number(group["to"], grammar) if group["to"] else None
    whole = _number(group["of"], grammar) if group["of"] else None
    if number is None:
        return None
    words = group["hedge"] or group["behind"]
    hedge = grammar.hedges.get(" ".join((group["hedge"] or "").lower().split()), "about" if group["behind"] else "")
    unit_word = (group["unit"] or group["before"] or "").strip().lower()
    currency = grammar.currencies.get(unit_word)
    if group["before"] and currency is None:
        return None
    unit = currency or grammar.units.get(unit_word, "")
    noun = grammar.measures.get(" ".join((group["noun"] or "").lower().split()), "")
    scale = grammar.scales.get((group["scale"] or group["scale1"] or "").lower(), "")
    if second is not None and hedge:
        return None
    parts = [hedge, number]
    if second is not None:
        parts += ["to", second]
    parts.append(scale)
    if whole is not None:
        parts += ["of", whole]
        unit = "" if unit == "points" else unit
    parts.append(unit)
    value = " ".join(filter(None, parts))
    start = match.start()
    kind = "number"
    if currency is not None:
        kind = "money"
    elif grammar.instead.search(match.string[max(0, start - _NEAR) : start]):
        # "72 instead of the 74 members": not so many
        noun = ""
    elif noun:
        kind = "count"
    elif whole is not None or unit == "%":
        kind = "share"
    normal = words or scale or unit or second or whole or number != group["n"]
    return Mention(
        kind=kind, start=start, end=match.end(), value=value, other=noun, status="normalised" if normal else "stated"
    )


def _number(written: str, grammar: Grammar) -> str | None:
    """Return a number without the signs that group its digits; None for what is none in this language."""
    if (word := grammar.number_words.get(written.lower())) is not None:
        return word
    plain = re.sub(r"[\s'’]", "", written)
    plain = plain.replace(".", "").replace(",", ".") if grammar.data["decimal"] == "," else plain.replace(",", "")
    return plain if read_number(plain) is not None else None
