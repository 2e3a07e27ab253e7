"""Whether words of a text say a proposed value: all of its numbers, its date, its name, its words.

Facts that people type are warned of only where something is surely missing (`pressgraph.facts.support`). A proposal is
refused unless everything is there: nobody has read it.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from pressgraph.facts.date_words import month_of
from pressgraph.facts.dates import read_date
from pressgraph.facts.quantity_words import number_of, readings, scale_of
from pressgraph.facts.quotations import is_said
from pressgraph.spelling import composed
from pressgraph.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.facts.figures import Figures
    from pressgraph.profile.model import Concept, Scheme

_WORD = re.compile(r"[^\W_]+")
# groups of three digits may stand apart, as in 17 400
_NUMBER = re.compile(r"(?<![\w.,])[0-9]{1,3}(?: [0-9]{3})+(?![\w])|[0-9]+(?:[.,'’][0-9]+)*")
_BEHIND = re.compile(r"[\s-]*([^\W\d_]+\.?)")
_OTHER_END = re.compile(r"\s*(?:to|bis|and|und|or|oder|-)\s*(?=[0-9])", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|([0-9]{2})(?:-([0-9]{2}))?))?")
_HOUR = re.compile(r"T([0-9]{2}):([0-9]{2})")
_CLOCK = re.compile(
    r"(?<![0-9.:,])([0-9]{1,2})(?:[.:]([0-9]{2}))?(?![0-9])(?:\s?([ap])\.?m\b)?(?=\.?\s*([^\W\d_]*))", re.IGNORECASE
)
_NOON = 12
_NOON_WORDS = frozenset({"noon", "midday", "mittag", "mittags"})
_MIDNIGHT_WORDS = frozenset({"midnight", "mitternacht"})
_IN_DIGITS = re.compile(
    r"(?<!\w)(?:([0-9]{1,2})\. ?([0-9]{1,2})\.(?: ?([0-9]{4}))?|([0-9]{4})-([0-9]{2})-([0-9]{2}))(?!\w)"
)
_DATE_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[-.,/]")
_MARKS = frozenset("-.,/")
_LINKS = _MARKS | {"to", "bis", "and", "und", "of", "the", "zum", "den", "st", "nd", "rd", "th"}
"""What may stand between the numbers of days and the name of their month."""
_MOST_DAYS = 31
_YEAR = re.compile(r"(?<![0-9.,])(?:1[89]|20)[0-9]{2}(?![0-9])")
_STEM = 4
_ENDING = 3
"""Letters: an inflected word shares its stem, and differs by an ending."""
_PARTS = {
    **dict.fromkeys(("half", "hälfte"), "50"),
    **dict.fromkeys(("quarter", "viertel"), "25"),
    **dict.fromkeys(("fifth", "fünftel"), "20"),
}
"""Parts of a whole that are whole numbers of percent."""
_PERCENT = re.compile(r"%|\b(?:percent|per cent|prozent)", re.IGNORECASE)
_CURRENCY_WORDS = {
    "EUR": ("euro", "€"),
    "USD": ("dollar", "$"),
    "GBP": ("pound", "pfund", "£"),
    "CHF": ("franc", "franken", "sfr"),
}
_MOST_NUMBERS = 1_000


class Grounds:
    """What some words of a text say."""

    def __init__(self, words: str, *, published: datetime.date | None = None) -> None:
        """Take words, and the day that a date without a year counts from."""
        self.words = words
        self._published = published
        self._folded = _folded(words)
        self._tokens = [it.casefold() for it in _WORD.findall(self._folded)]
        self._set = frozenset(self._tokens)

    # -- numbers

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        return frozenset(self._read_numbers())

    def _read_numbers(self) -> Iterator[Decimal]:
        text = self._folded
        found: list[tuple[tuple[str, ...], int]] = []
        for match in _NUMBER.finditer(text):
            if len(found) < _MOST_NUMBERS and len(match[0]) <= _LONGEST:
                found.append((readings(match[0].replace(" ", "")), match.end()))
        for match in _WORD.finditer(text):
            if (number := number_of(match[0].casefold())) is not None:
                found.append(((number,), match.end()))
            elif (part := _PARTS.get(match[0].casefold())) is not None:
                yield Decimal(part)
        for numbers, end in found:
            scales = self._scales(end)
            if not scales and (other := _OTHER_END.match(text, end)) is not None:
                # "4 bis 6 Millionen": the scale is said once
                further = _NUMBER.match(text, other.end())
                scales = (0, *self._scales(further.end())) if further is not None else ()
            yield from (Decimal(number).scaleb(scale) for number in numbers for scale in scales or (0,))

    def _scales(self, at: int) -> tuple[int, ...]:
        match = _BEHIND.match(self._folded, at)
        return scale_of(match[1].casefold()) if match is not None else ()

    def number(self, lexical: str) -> bool:
        """Tell whether a number is said, with its thousands or millions."""
        try:
            return abs(Decimal(lexical)) in self._numbers
        except ArithmeticError:
            return False

    def quantity(self, text: str, figures: Figures) -> bool | None:
        """Tell whether all of a quantity is said: its numbers, and its currency; None where the text is none."""
        body = figures.read(text)
        if body is None:
            return None
        for part, key in figures.keys.items():
            for value in body.get(key.name, ()):
                if part in {"value", "least", "most", "out_of"} and not self.number(str(value)):
                    return False
                if part == "currency" and not self._currency(str(value)):
                    return False
                if part == "unit" and "percent" in str(value) and not self._percent():
                    return False
        return True

    def _currency(self, code: str) -> bool:
        text = self._folded.casefold()
        return code.casefold() in self._set or any(it in text for it in _CURRENCY_WORDS.get(code, ()))

    def _percent(self) -> bool:
        return _PERCENT.search(self._folded) is not None or not self._set.isdisjoint(_PARTS)

    # -- dates

    @cached_property
    def _years(self) -> frozenset[int]:
        return frozenset(int(it) for it in _YEAR.findall(self._folded))

    @cached_property
    def _days(self) -> frozenset[tuple[int | None, int, int | None]]:
        """The days and months that are said: year, month and day, None for a year or a day that is not beside it."""
        found: set[tuple[int | None, int, int | None]] = set()
        for match in _IN_DIGITS.finditer(self._folded):
            one, two, year, iso_year, iso_month, iso_day = match.groups()
            if iso_year is not None:
                found.add((int(iso_year), int(iso_month), int(iso_day)))
            else:
                found.add((int(year) if year else None, int(two), int(one)))
        tokens = _DATE_TOKEN.findall(self._folded.casefold())
        for at, token in enumerate(tokens):
            if (month := month_of(token)) is not None:
                before = list(_beside(reversed(tokens[:at]), _LINKS))
                behind = list(_beside(tokens[at + 1 :], _MARKS))
                year = next((it for it in behind if it > _MOST_DAYS), None)
                days = {it for it in (*before, *behind) if it <= _MOST_DAYS}
                found |= {(year, month, day) for day in (None, *days)}
        return frozenset(found)

    def date(self, written: str) -> bool:
        """Tell whether each year, month and day of a date, however exact, is said.

        A year that is not said is that of the release, or the one before or after it.
        """
        parts = list(_DATE.finditer(written))
        hours = _HOUR.findall(written)
        return bool(parts) and all(self._one_date(*it.groups()) for it in parts) and all(map(self._hour, hours))

    def _hour(self, hour: tuple[str, str]) -> bool:
        """Tell whether an hour of the day is said, of 24 or of 12, with its minutes, where it has some."""
        number, minute = map(int, hour)
        words = {12: _NOON_WORDS, 0: _MIDNIGHT_WORDS}.get(number, frozenset())
        if minute == 0 and not self._set.isdisjoint(words):
            return True
        return any(
            number in _of_day(int(said), half.lower()) and minute == int(minutes or 0)
            for said, minutes, half, behind in _CLOCK.findall(self._folded)
            # "3 June" is no hour
            if month_of(behind.casefold()) is None
        )

    def _one_date(self, year: str, quarter: str | None, month: str | None, day: str | None) -> bool:
        if quarter is not None and not self._quarter(int(quarter)):
            return False
        if month is None:
            return int(year) in self._years
        wanted = (int(month), int(day) if day is not None else None)
        years = {said for said, *others in self._days if tuple(others) == wanted}
        if not years or int(year) in years:
            return bool(years)
        near = self._published is not None and abs(int(year) - self._published.year) <= 1
        return None in years and (int(year) in self._years if self._years else near)

    def _quarter(self, number: int) -> bool:
        said = (*_ORDINALS[number - 1], f"q{number}", str(number))
        return not self._set.isdisjoint(said)

    def duration(self, lexical: str) -> bool:
        """Tell whether each number of a duration is said."""
        return all(self.number(it) or int(it) == 1 for it in re.findall("[0-9]+", lexical))

    # -- words

    def name(self, name: str) -> bool:
        """Tell whether every word of a name is said, inflected or not."""
        return all(map(self._word, _WORD.findall(_folded(name))))

    def _word(self, word: str) -> bool:
        wanted = word.casefold()
        return wanted in self._set or any(_inflected(wanted, it) for it in self._tokens)

    def text(self, text: str) -> bool:
        """Tell whether a text is said word for word, but for marks and case; `[…]` and who tells it may interrupt."""
        if _WORD.search(text) is None:
            return False
        # nobody who calls from abroad dials the zero in brackets
        return is_said(text, self.words) or (text.startswith("+") and is_said(text, self.words.replace("(0)", "")))

    def literal(self, text: str) -> bool:
        """Tell whether letters and digits stand there in one piece: an address, a number to call."""
        wanted = "".join(_WORD.findall(_folded(text).casefold().removeprefix("https").removeprefix("http")))
        return bool(wanted) and wanted in "".join(self._tokens)

    def term(self, concept: Concept, scheme: Scheme) -> bool | None:
        """Tell whether a term of a vocabulary is said; None where neither it is, nor another one is in its place."""
        if any(map(self._named, _names(concept))):
            return True
        others = (it for it in scheme.concepts.values() if it.name != concept.name)
        return False if any(self.name(name) for it in others for name in _names(it)) else None

    def _named(self, name: str) -> bool:
        """Tell whether a name is said, be it within longer words."""
        text = self._folded.casefold()
        words = [it.casefold() for it in _WORD.findall(_folded(name))]
        return bool(words) and all(self._word(it) or (len(it) >= _STEM and it in text) for it in words)


_LONGEST = 40
_ORDINALS = (("first", "erste", "ersten", "erstes"), ("second", "zweite", "zweiten", "zweites"),
             ("third", "dritte", "dritten", "drittes"), ("fourth", "vierte", "vierten", "viertes"))  # fmt: skip


def _folded(words: str) -> str:
    """Return words in their one spelling, letters and their marks as one character: patterns of letters take these."""
    return composed(fold(words))


def day(written: str | None) -> datetime.date | None:
    """Return a day that is written YYYY-MM-DD."""
    if written is None or read_date(written) is None or len(written) != len("2026-01-15"):
        return None
    return datetime.date.fromisoformat(written)


def _names(concept: Concept) -> Iterable[str]:
    return (*concept.labels.values(), *concept.alternatives, *concept.signs, concept.name)


def _beside(tokens: Iterable[str], links: frozenset[str]) -> Iterator[int]:
    """Yield the numbers that stand beside the name of a month, up to the year."""
    for token in tokens:
        if token.isdigit():
            number = int(token)
            if number > _MOST_DAYS:
                if len(token) == len("2026"):
                    yield number
                return
            yield number
        elif token not in links:
            return


def _of_day(hour: int, half: str) -> tuple[int, ...]:
    """Return the hours of 24 that one may be; `half` is the letter of a.m. or p.m., where it is said."""
    late = hour % _NOON + _NOON
    if half:
        return (hour % _NOON if half == "a" else late,)
    return (hour, late) if hour < _NOON else (hour,)


def _inflected(one: str, other: str) -> bool:
    shortest = min(len(one), len(other))
    if shortest < _STEM or abs(len(one) - len(other)) > _ENDING:
        return False
    shared = next((at for at in range(shortest) if one[at] != other[at]), shortest)
    return shared >= max(_STEM, shortest - 2)
