"""Dates of any precision: what people write, what is stored, and between which days it lies.

A day, a month, a year and a time of day are stored as XML Schema's datatypes; what these cannot say as an EDTF literal
(ISO 8601-2:2019, Extended Date/Time Format, levels 0 to 2):

| written                    | stored                                       |
|----------------------------|----------------------------------------------|
| 2018-11-27, 2017-09, 2008  | xsd:date, xsd:gYearMonth, xsd:gYear          |
| 2025-06-12T18:00+02:00     | xsd:dateTime, with seconds                   |
| mid 2017-09, late 2017     | [2017-09-11..2017-09-20], [2017-09..2017-12] |
| 2024-Q3, spring 2025       | 2024-35, 2025-21                             |
| before 2018-12-05          | [..2018-12-05]                               |
| after 2020                 | [2020..]                                     |
| about 2008                 | 2008~                                        |
| 2020/2022 (periods only)   | 2020/2022                                    |

Nothing is guessed: `bounds` gives the days between which a date surely lies, and no day where none is sure.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.rdf import EDTF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE, MONTH, YEAR, TIME = (f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear", "dateTime"))
_MOST_KEPT = 4096
"""Dates that are read once: what is published together tells of the same days."""


class Bounds(NamedTuple):
    """The first and the last day on which something with a date can have been; None where it may be any day."""

    earliest: datetime.date | None
    latest: datetime.date | None


class Stored(NamedTuple):
    """A date as a literal: its lexical form and the IRI of its datatype."""

    lexical: str
    datatype: str


NO_BOUNDS = Bounds(None, None)

ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
"""A time zone, at most 14 hours from UTC (XML Schema 1.1 part 2, 3.3.7)."""
# four-digit years only, as everywhere in facts; 0000 is no year that a release speaks of
_PLAIN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_ZONED = re.compile(rf"([0-9]{{4}}(?:-[0-9]{{2}}){{0,2}}){ZONE}?")
# stores count fractions of a second in 18 digits at most; 24:00 is the end of a day (3.3.7.1)
_WITH_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T"
    r"(?:((?:[01][0-9]|2[0-3]):[0-5][0-9])(:[0-5][0-9](?:\.[0-9]{1,18})?)?|(24:00)(:00(?:\.0{1,18})?)?)"
    rf"({ZONE})?"
)
_CODED = re.compile(r"([0-9]{4})-(2[1-4]|3[3-6])")
_ONE_OF = re.compile(r"\[([0-9-]{0,10})\.\.([0-9-]{0,10})\]")

_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "winter": 24}
_FIRST_QUARTER, _LAST_QUARTER = 33, 36
_PARTS = ("early", "mid", "late")
# of a month: the days from which its parts start; of a year: the months
_DAYS, _MONTHS = (1, 11, 21), (1, 5, 9)
_DECEMBER = 12


def read_date(text: str) -> Stored | None:
    """Return the literal of a date as people write it; None where it is no date.

    EDTF's own forms are read too, but for its numbers of seasons and quarters: whoever types 2017-23 means a day.

    >>> read_date("mid 2017-09")
    Stored(lexical='[2017-09-11..2017-09-20]', datatype='http://id.loc.gov/datatypes/edtf/EDTF')
    >>> read_date("2025-06-12T18:00+02:00").lexical
    '2025-06-12T18:00:00+02:00'
    """
    for kind in (DATE, MONTH, YEAR, TIME):
        if (lexical := lexical_form(text, kind)) is not None:
            return Stored(lexical, kind)
    lexical = None if _CODED.fullmatch(text) else _edtf(text)
    return None if lexical is None else Stored(lexical, EDTF)


def read_period(text: str) -> str | None:
    """Return a period as an EDTF literal: an interval, or any date but a time of day.

    >>> read_period("2020/2022"), read_period("2024-Q3"), read_period("2022/2020")
    ('2020/2022', '2024-35', None)
    """
    start, slash, end = text.partition("/")
    if not slash:
        date = read_date(text)
        return None if date is None or date.datatype == TIME else date.lexical
    first, last = _plain(start), _plain(end)
    if first is None or last is None or first.earliest is None or last.latest is None:
        return None
    return text if first.earliest <= last.latest else None


def is_edtf(text: str) -> bool:
    """Tell whether a text is an EDTF literal of the forms that are stored."""
    return _plain(text) is not None or _edtf(text) == text or ("/" in text and read_period(text) is not None)


def lexical_form(text: str, datatype: str) -> str | None:
    """Return the lexical form that a text has in one of the datatypes of dates, or None.

    >>> lexical_form("2017-09", "http://www.w3.org/2001/XMLSchema#gYearMonth")
    '2017-09'
    """
    if datatype == EDTF:
        return _edtf(text)
    if datatype == TIME:
        match = _WITH_TIME.fullmatch(text)
        if match is None or _plain(match[1]) is None:
            return None
        return f"{match[1]}T{match[2] or match[4]}{match[3] or match[5] or ':00'}{match[6] or ''}"
    zoned = _ZONED.fullmatch(text)
    if zoned is None or _plain(zoned[1]) is None:
        return None
    return text if datatype == {10: DATE, 7: MONTH, 4: YEAR}[len(zoned[1])] else None


@lru_cache(_MOST_KEPT)
def bounds(lexical: str, datatype: str) -> Bounds:
    """Return the days between which a stored date lies, both included; of a period, its first and its last day.

    A day and a time of day are those of their own zone; 24:00 is the first moment of the next day. What is no date has
    no bounds.

    >>> [str(day) for day in bounds("2017-09", "http://www.w3.org/2001/XMLSchema#gYearMonth")]
    ['2017-09-01', '2017-09-30']
    >>> bounds("2008~", "http://id.loc.gov/datatypes/edtf/EDTF")
    Bounds(earliest=None, latest=None)
    """
    if datatype == TIME:
        return _of_time(lexical)
    if datatype != EDTF:
        zoned = _ZONED.fullmatch(lexical) if datatype in {DATE, MONTH, YEAR} else None
        return (_plain(zoned[1]) if zoned is not None else None) or NO_BOUNDS
    if (match := _CODED.fullmatch(lexical)) is not None:
        return _coded(int(match[1]), int(match[2]))
    if (match := _ONE_OF.fullmatch(lexical)) is not None:
        first, last = _plain(match[1]), _plain(match[2])
        return Bounds(first.earliest if first else None, last.latest if last else None)
    start, slash, end = lexical.partition("/")
    if slash:
        first, last = _plain(start), _plain(end)
        return Bounds(first.earliest if first else None, last.latest if last else None)
    return _plain(lexical) or NO_BOUNDS


def _of_time(lexical: str) -> Bounds:
    day = _plain(lexical[:10]) if lexical_form(lexical, TIME) is not None else None
    if day is None or day.earliest is None:
        return NO_BOUNDS
    if not lexical.startswith("T24", 10):
        return day
    return NO_BOUNDS if day.earliest == datetime.date.max else Bounds(*[day.earliest + datetime.timedelta(days=1)] * 2)


def _plain(text: str) -> Bounds | None:
    """Return the first and the last day of a day, a month or a year; None where there is no such."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    if year == 0:
        return None
    if month is None:
        return Bounds(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
    number = int(month)
    if not 1 <= number <= _DECEMBER:
        return None
    length = monthrange(year, number)[1]
    if day is None:
        return Bounds(datetime.date(year, number, 1), datetime.date(year, number, length))
    if not 1 <= int(day) <= length:
        return None
    return Bounds(*[datetime.date(year, number, int(day))] * 2)


def _coded(year: int, code: int) -> Bounds:
    if year in {0, datetime.MAXYEAR}:
        return NO_BOUNDS
    if code >= _FIRST_QUARTER:
        month = 3 * (code - _FIRST_QUARTER) + 1
        return Bounds(datetime.date(year, month, 1), _last_day(year, month + 2))
    if code == _SEASONS["winter"]:
        # "winter 2025" is said of the one that begins in 2025 and of the one that ends in it
        return Bounds(datetime.date(year, 1, 1), _last_day(year + 1, 2))
    month = 3 * (code - _SEASONS["spring"]) + 3
    return Bounds(datetime.date(year, month, 1), _last_day(year, month + 2))


def _last_day(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, monthrange(year, month)[1])


def _edtf(text: str) -> str | None:
    """Return what is written in words, or in EDTF already, as EDTF; None where it is neither, or needs no EDTF."""
    if (coded := _CODED.fullmatch(text)) is not None:
        return text if int(coded[1]) else None
    if (one_of := _ONE_OF.fullmatch(text)) is not None:
        return text if _is_one_of(one_of[1], one_of[2]) else None
    if text.endswith("~"):
        return text if _plain(text[:-1]) is not None else None
    if (quarter := re.fullmatch(r"([0-9]{4})-Q([1-4])", text)) is not None:
        return f"{quarter[1]}-{_FIRST_QUARTER + int(quarter[2]) - 1}" if int(quarter[1]) else None
    word, space, rest = text.partition(" ")
    if not space or _plain(rest) is None:
        return None
    if word in _SEASONS:
        return f"{rest}-{_SEASONS[word]}" if len(rest) == len("2025") else None
    if word in _PARTS:
        return _part(_PARTS.index(word), rest)
    return {"before": f"[..{rest}]", "after": f"[{rest}..]", "about": f"{rest}~"}.get(word)


def _part(part: int, whole: str) -> str | None:
    """Return the early, middle or late part of a month in days, or of a year in months."""
    if len(whole) == len("2017"):
        first = _MONTHS[part]
        return f"[{whole}-{first:02}..{whole}-{first + 3:02}]"
    if len(whole) != len("2017-09"):
        return None
    first = _DAYS[part]
    last = first + 9 if part < len(_DAYS) - 1 else monthrange(int(whole[:4]), int(whole[5:]))[1]
    return f"[{whole}-{first:02}..{whole}-{last:02}]"


def _is_one_of(start: str, end: str) -> bool:
    """Tell whether there are dates from one to another, of one precision; one of them may be left open."""
    first, last = _plain(start), _plain(end)
    if (start and first is None) or (end and last is None):
        return False
    if first is None or last is None:
        return first is not last
    assert first.earliest is not None and last.earliest is not None  # noqa: S101, PT018 - both are plain
    return len(start) == len(end) and first.earliest < last.earliest


def written_form(lexical: str, datatype: str) -> str:
    """Return a stored date as people write it: what `read_date` or `read_period` reads as the same literal.

    >>> written_form("[2017-09-11..2017-09-20]", "http://id.loc.gov/datatypes/edtf/EDTF")
    'mid 2017-09'
    """
    if datatype != EDTF:
        return lexical
    return next((it for it in _candidates(lexical) if _edtf(it) == lexical), lexical)


def _candidates(lexical: str) -> Iterator[str]:
    if (coded := _CODED.fullmatch(lexical)) is not None:
        code = int(coded[2])
        season = next((name for name, number in _SEASONS.items() if number == code), None)
        yield f"{season} {coded[1]}" if season else f"{coded[1]}-Q{code - _FIRST_QUARTER + 1}"
    elif (one_of := _ONE_OF.fullmatch(lexical)) is not None:
        if not one_of[1]:
            yield f"before {one_of[2]}"
        elif not one_of[2]:
            yield f"after {one_of[1]}"
        else:
            # the part of a month, or of a year, that starts and ends so
            yield from (f"{part} {one_of[1][:-3]}" for part in _PARTS)
    elif lexical.endswith("~"):
        yield f"about {lexical[:-1]}"
