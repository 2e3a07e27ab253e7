"""Less exact dates in words, English and German: "mid-September 2017", „Mitte September 2017“."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pressgraph.facts.dates import written_form
from pressgraph.languages import primary
from pressgraph.rdf import EDTF

_MOST_KEPT = 4096
"""Dates that are written once: pages name the same ones."""


class _Words(NamedTuple):
    """What a language says for the forms of `pressgraph.facts.dates`."""

    months: tuple[str, ...]
    parts: dict[str, str]
    """Before a month, and before a year."""
    seasons: dict[str, str]
    quarters: tuple[str, ...]
    day: str
    before: dict[int, str]
    """By how exact the date is: a year, a month, a day."""
    after: dict[int, str]
    about: dict[int, str]
    period: str
    between: str
    end: dict[int, str]
    """Each of the two dates that something is between."""


_ENGLISH = _Words(
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    parts={"early": "early {}", "mid": "mid-{}", "late": "late {}"},
    seasons={"spring": "spring {}", "summer": "summer {}", "autumn": "autumn {}", "winter": "winter {}"},
    quarters=tuple(f"{number} quarter of {{}}" for number in ("first", "second", "third", "fourth")),
    day="{day} {month} {year}",
    before=dict.fromkeys((1, 2, 3), "before {}"),
    after=dict.fromkeys((1, 2, 3), "after {}"),
    about=dict.fromkeys((1, 2, 3), "about {}"),
    period="{} to {}",
    between="between {} and {}",
    end=dict.fromkeys((1, 2, 3), "{}"),
)  # fmt: skip
_GERMAN = _Words(
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    parts={"early": "Anfang {}", "mid": "Mitte {}", "late": "Ende {}"},
    seasons={"spring": "Frühjahr {}", "summer": "Sommer {}", "autumn": "Herbst {}", "winter": "Winter {}"},
    quarters=tuple(f"{number}. Quartal {{}}" for number in range(1, 5)),
    day="{day}. {month} {year}",
    before={1: "vor {}", 2: "vor {}", 3: "vor dem {}"},
    after={1: "nach {}", 2: "nach {}", 3: "nach dem {}"},
    about={1: "um {}", 2: "um {}", 3: "um den {}"},
    period="{} bis {}",
    between="zwischen {} und {}",
    end={1: "{}", 2: "{}", 3: "dem {}"},
)  # fmt: skip
_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN}
_EXACT = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?)?")
_ONE_OF = re.compile(r"\[([0-9-]+)\.\.([0-9-]+)\]")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")


@lru_cache(_MOST_KEPT)
def date_in_words(lexical: str, language: str) -> str:
    """Return an EDTF literal as people say it in a language, in English where it is another one.

    >>> date_in_words("[2017-09-11..2017-09-20]", "en"), date_in_words("2024-35", "de")
    ('mid-September 2017', '3. Quartal 2024')
    """
    words = _LANGUAGES.get(primary(language), _ENGLISH)
    written = written_form(lexical, EDTF)
    if (quarter := _QUARTER.fullmatch(written)) is not None:
        return words.quarters[int(quarter[2]) - 1].format(quarter[1])
    if _EXACT.fullmatch(written) is not None:
        return _exact(written, words)
    if "/" in written:
        return words.period.format(*(_exact(part, words) for part in written.split("/", 1)))
    if (ends := _ONE_OF.fullmatch(written)) is not None:
        return words.between.format(*(words.end[_exactness(end)].format(_exact(end, words)) for end in ends.groups()))
    word, _, rest = written.partition(" ")
    if _EXACT.fullmatch(rest) is None:
        return written
    date = _exact(rest, words)
    exactness = _exactness(rest)
    if word in words.parts:
        return words.parts[word].format(date)
    if word in words.seasons:
        return words.seasons[word].format(date)
    match word:
        case "before":
            return words.before[exactness].format(date)
        case "after":
            return words.after[exactness].format(date)
        case "about":
            return words.about[exactness].format(date)
    return written


def when_in_words(lexical: str, language: str) -> str:
    """Return a date of any exactness as people say it in a language: a day, a month, a year, or less exact.

    >>> when_in_words("2026-01-31", "de"), when_in_words("2024-05", "en"), when_in_words("2024-35", "en")
    ('31. Januar 2026', 'May 2024', 'third quarter of 2024')
    """
    if _EXACT.fullmatch(lexical) is not None:
        return _exact(lexical, _LANGUAGES.get(primary(language), _ENGLISH))
    return date_in_words(lexical, language)


def _exactness(date: str) -> int:
    """Return 1 for a year, 2 for a month, 3 for a day."""
    return date.count("-") + 1


def _exact(date: str, words: _Words) -> str:
    """Return a day, a month or a year in words; what is none as it is."""
    parts = date.split("-")
    if _EXACT.fullmatch(date) is None or len(parts) == 1:
        return date
    month = words.months[int(parts[1]) - 1]
    if len(parts) == 2:  # noqa: PLR2004 - year, month
        return f"{month} {parts[0]}"
    return words.day.format(day=int(parts[2]), month=month, year=parts[0])
