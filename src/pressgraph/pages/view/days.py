"""Dates of facts in words, with what HTML can say of them, and periods as people say them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.facts.dates import bounds
from pressgraph.pages.dates import date_in_words
from pressgraph.pages.view.parts import Day
from pressgraph.rdf import EDTF, XSD

if TYPE_CHECKING:
    from collections.abc import Sequence

DATES = frozenset((*(f"{XSD}{it}" for it in ("date", "gYear", "gYearMonth", "dateTime")), EDTF))
_PLAIN = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_DURATION = re.compile(r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})D)?")


class Dated(NamedTuple):
    """A date as it is stored."""

    lexical: str
    datatype: str

    @property
    def first(self) -> dt.date | None:
        """The first day that it can be."""
        return bounds(self.lexical, self.datatype).earliest

    @property
    def last(self) -> dt.date | None:
        """The last day that it can be."""
        return bounds(self.lexical, self.datatype).latest


def dated(term: Sequence[str]) -> Dated | None:
    """Return a term that is a date."""
    return Dated(term[1], term[3]) if term[0] == "text" and term[3] in DATES else None


def day(value: Dated, language: str) -> Day:
    """Return a date in words, a time of day with its minutes.

    >>> day(Dated("2024-05", "http://www.w3.org/2001/XMLSchema#gYearMonth"), "en").text
    'May 2024'
    """
    lexical = value.lexical
    if value.datatype == f"{XSD}dateTime":
        clock = lexical[11:16]
        words = date_in_words(lexical[:10], language)
        return Day(text=f"{words}, {clock}" if clock != "00:00" else words, datetime=lexical)
    words = date_in_words(lexical, language)
    return Day(text=words, datetime=lexical if _PLAIN.fullmatch(lexical) else "")


def day_of(value: dt.date, language: str) -> Day:
    """Return a day in words."""
    return Day(text=date_in_words(value.isoformat(), language), datetime=value.isoformat())


def day_in_words(lexical: str, language: str) -> Day | None:
    """Return a day, written as YYYY-MM-DD, in words; None for an empty text."""
    return Day(text=date_in_words(lexical, language), datetime=lexical) if lexical else None


def day_before(value: Dated) -> dt.date | None:
    """Return the day before a whole day: the last one of a period that does not include its end."""
    first = value.first
    return None if first is None or first != value.last or first == dt.date.min else first - dt.timedelta(days=1)


def duration(lexical: str) -> tuple[int, int, int] | None:
    """Return the years, months and days of a duration that has nothing else."""
    match = _DURATION.fullmatch(lexical)
    if match is None or not any(match.groups()):
        return None
    years, months, days = (int(it or 0) for it in match.groups())
    return years, months, days
