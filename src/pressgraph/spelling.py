"""Compare words: one spelling of equal ones, and what a misspelt one was meant to be."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pressgraph.i18n import Text, gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

_MANY = 200
_NEAREST = 50


def composed(text: str) -> str:
    """Return a text in Unicode's normal form C, in which equal words are equal: macOS writes umlauts as two characters.

    RFC 3987 (5.3.2.2) wants it of IRIs too.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return a text as it is compared where neither case nor the form of its umlauts matters."""
    return composed(text).casefold()


def did_you_mean(wrong: str, names: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Suggest the nearest known word, ignoring case; else return `otherwise`.

    >>> did_you_mean("headlin", ["headline", "level"])
    "did you mean 'headline'?"
    """
    close = nearest(wrong, names)
    return suggestion(close) if close is not None else otherwise


def suggestion(word: str, *, quoted: bool = True) -> Text:
    """Return the question whether a word was meant; a CURIE, which nobody takes for other text, needs no quotes."""
    return gettext("did you mean '{word}'?", word=word) if quoted else gettext("did you mean {term}?", term=word)


def nearest(wrong: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the nearest known word, ignoring case, where one is so near (1: the same)."""
    import difflib

    by_case: dict[str, str] = {}
    for word in names:
        by_case.setdefault(folded(word), word)
    wanted = folded(wrong)
    candidates: Iterable[str] = by_case
    if len(by_case) > _MANY:
        # comparing takes the square of the length: of ids by the thousand only those that share most pairs of letters
        pairs = _pairs(wanted)
        most = 2 * len(wanted)
        candidates = sorted(
            (it for it in by_case if len(it) <= most), key=lambda it: (-len(pairs & _pairs(it)), len(it), it)
        )[:_NEAREST]
    close = difflib.get_close_matches(wanted, candidates, n=1, cutoff=cutoff)
    return by_case[close[0]] if close else None


def _pairs(word: str) -> set[str]:
    return {word[i : i + 2] for i in range(len(word) - 1)}
