"""The text of a release, and what its document says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import DataError
from pressgraph.facts.dates import read_date
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pressgraph.i18n import Text

MAX_BYTES = 20 * 1024 * 1024
"""Of a document; its text may have half of that."""
MAX_CHARACTERS = 2_000_000
# what no text is made of, but for tabs and line feeds
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseText:
    """A text with line feeds alone; title, day and language are what its document states, None where it does not."""

    text: str
    title: str | None = None
    published: str | None = None
    """A day, YYYY-MM-DD."""
    language: str | None = None
    url: str | None = None
    notes: tuple[Text, ...] = ()
    """What a person should know of how the text was read."""


def clean(text: str) -> str:
    """Return a text with line feeds alone and without control characters and marks of byte order; nothing else changes.

    >>> clean("\\ufeffa\\r\\nb\\x0cc")
    'a\\nb\\nc'
    """
    lines = re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text.removeprefix("\ufeff"))
    return _CONTROLS.sub("", lines)


def required(text: str, name: str) -> str:
    """Return a text that says something.

    Raises DataError for an empty one and for one that is too long.
    """
    if not text.strip():
        raise DataError(gettext("{name}: there is no text in it", name=name))
    if len(text) > MAX_CHARACTERS:
        raise DataError(gettext("{name}: the text has more than {limit:,} characters", name=name, limit=MAX_CHARACTERS))
    return text


def one_line(text: str | None) -> str | None:
    """Return a title on one line; None where it says nothing."""
    return " ".join(clean(text or "").split()) or None


def day_of(stated: str | None) -> str | None:
    """Return the day that begins a date and time of ISO 8601; None where none does."""
    day = (stated or "").strip()[:10]
    return day if len(day) == len("2026-01-15") and read_date(day) is not None else None
