"""Language tags (BCP 47): which are well-formed, and which of some texts a reader wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

# RFC 5646, 2.1: langtag without the irregular tags of old, or privateuse
_WELL_FORMED = re.compile(
    r"""
      (?: [a-z]{2,3} (?:-[a-z]{3}){0,3} | [a-z]{4,8} )   # language and extended language
      (?: -[a-z]{4} )?                                   # script
      (?: -(?:[a-z]{2}|[0-9]{3}) )?                      # region
      (?: -(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}) )*         # variants
      (?: -[0-9a-wy-z] (?:-[a-z0-9]{2,8})+ )*            # extensions
      (?: -x (?:-[a-z0-9]{1,8})+ )?                      # private use
    | x (?:-[a-z0-9]{1,8})+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def is_well_formed(tag: str) -> bool:
    """Tell whether a language tag is well-formed (RFC 5646, 2.2.9).

    >>> [is_well_formed(tag) for tag in ("de", "de-CH-1901", "de-x-leicht", "x-private", "de_DE", "d")]
    [True, True, True, True, False, False]
    """
    return _WELL_FORMED.fullmatch(tag) is not None


def primary(tag: str) -> str:
    """Return the language of a tag without script, region and all else."""
    return tag.partition("-")[0].lower()


def lookup(wanted: str, offered: Iterable[str]) -> str | None:
    """Return the tag among those offered that a reader of a language wants; None where there is none.

    The wanted tag is shortened from the right until it is offered (RFC 4647, 3.4). Where no shorter tag is offered, one
    that is longer does: who reads German reads Swiss German too.

    >>> lookup("de-CH-1901", ["en", "de"]), lookup("de", ["de-CH", "en"]), lookup("fr", ["en"])
    ('de', 'de-CH', None)
    """
    tags = {tag.lower(): tag for tag in offered}
    range_ = wanted.lower()
    longest = max(map(len, tags), default=0)
    if len(range_) > longest:
        # what is longer than all that is offered is cut at once: one by one would take the square of the length
        range_ = _shortened(range_[: longest + 1])
    while range_:
        if range_ in tags:
            return tags[range_]
        range_ = _shortened(range_)
    first = primary(wanted)
    return next((tag for lower, tag in sorted(tags.items()) if first and primary(lower) == first), None)


def _shortened(range_: str) -> str:
    """Return a language range without its last part."""
    range_ = range_.rpartition("-")[0]
    # a single letter or digit begins something, and ends nothing
    return range_[:-2] if len(range_) > 1 and range_[-2] == "-" else range_


def choose(texts: Mapping[str, T], *wanted: str) -> T | None:
    """Return the text in the first of some languages that there is one in, then in English, in none, in any.

    >>> choose({"en": "colour", "de": "Farbe"}, "pl", "de-AT")
    'Farbe'
    """
    for language in (*wanted, "en"):
        tag = lookup(language, texts)
        if tag is not None:
            return texts[tag]
    return texts[""] if "" in texts else next(iter(texts.values()), None)
