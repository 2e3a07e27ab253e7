"""Whether words of a text say the values of a fact: its numbers, its dates, its names.

Only what is surely missing is told. A number counts where its digits or its word stand, in either way of grouping
digits; a date where its year stands, or its day and month; a name where one of its words does, inflected or not, or its
initials.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from unicodedata import normalize

from pressgraph.facts.datatypes import NUMBERS
from pressgraph.facts.date_words import month_of
from pressgraph.facts.dates import bounds
from pressgraph.facts.model import LanguageMap, ValueObject, is_node
from pressgraph.facts.quantity_words import number_of, readings
from pressgraph.profile.model import Kind
from pressgraph.rdf import EDTF, SCHEMA, XSD
from pressgraph.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.facts.model import Body
    from pressgraph.profile import Key, Profile

_NAMES = frozenset(
    f"{SCHEMA}{name}" for name in ("name", "legalName", "alternateName", "givenName", "familyName", "headline")
)
_DATES = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear", "dateTime"))})
_DURATION = f"{XSD}duration"
_SCALES = tuple(Decimal(10) ** power for power in (0, 3, 6, 9))
_DIGITS = re.compile(r"[0-9](?:[.,'’ ]?[0-9])*")
_WORD = re.compile(r"[^\W\d_]+")
_STEM = 4
"""Letters that a word and its inflections share."""


class Said:
    """What words of a text say."""

    def __init__(self, words: str) -> None:
        # words are read by letters: a letter and its marks are one
        folded = normalize("NFC", fold(words))
        self._text = folded.casefold()
        self._words = [it.casefold() for it in _WORD.findall(folded)]
        self._stems = {it[:_STEM] for it in self._words}
        self._runs = [int(it) for it in re.findall(r"[0-9]{1,9}", folded)]
        self._numbers = {Decimal(one) for it in _DIGITS.findall(folded) for one in _readings(it)}
        self._numbers |= {Decimal(it) for it in self._runs}
        self._numbers |= {Decimal(number) for it in self._words if (number := number_of(it)) is not None}

    def number(self, lexical: str) -> bool:
        """Tell whether a number is said, in thousands or millions too."""
        try:
            wanted = abs(Decimal(lexical))
        except ArithmeticError:
            return True
        return any(wanted == number * scale for number in self._numbers for scale in _SCALES)

    def date(self, lexical: str, datatype: str) -> bool:
        """Tell whether the year of a date is said, or its day and its month."""
        first, last = bounds(lexical, datatype)
        days = [it for it in (first, last) if it is not None]
        months = {month_of(it) for it in self._words} - {None} | set(self._runs)
        return not days or any(
            day.year in self._runs or (day.day in self._runs and day.month in months) for day in days
        )

    def duration(self, lexical: str) -> bool:
        """Tell whether a number of a duration is said."""
        return any(self.number(it) for it in re.findall(r"[0-9]+", lexical))

    def name(self, name: str) -> bool:
        """Tell whether a word of a name is said, or its initials are."""
        words = [it.casefold() for it in _WORD.findall(normalize("NFC", fold(name)))]
        long = [it for it in words if len(it) >= _STEM] or words
        initials = "".join(it[0] for it in words)
        return not words or any(it[:_STEM] in self._stems for it in long) or initials in self._words


def _readings(digits: str) -> tuple[str, ...]:
    return readings(digits.replace(" ", "")) if len(digits) <= _LONGEST else ()


_LONGEST = 40


def unsaid(body: Body, words: str, profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of a fact that words do not say; nodes inside of it are looked at too."""
    said = Said(words)
    for key, value in _values(body, profile):
        if isinstance(value, LanguageMap):
            texts = [text for each in value.values() for text in each]
            if key.iri in _NAMES and not any(map(said.name, texts)):
                yield key.name, texts[0]
            continue
        datatype = value.get("@type") if isinstance(value, ValueObject) else key.datatype
        lexical = value["@value"] if isinstance(value, ValueObject) else str(value)
        if datatype in _DATES:
            fine = said.date(lexical, datatype)
        elif datatype in NUMBERS:
            fine = said.number(lexical)
        elif datatype == _DURATION:
            fine = said.duration(lexical)
        else:
            fine = key.kind is not Kind.TEXT or key.iri not in _NAMES or said.name(lexical)
        if not fine:
            yield key.name, lexical


def _values(body: Body, profile: Profile) -> Iterator[tuple[Key, LanguageMap | ValueObject | str]]:
    for name, values in body.items():
        if name in {"id", "type"}:
            continue
        for value in values:
            if is_node(value):
                yield from _values(value, profile)
            else:
                yield profile.keys[name], value
