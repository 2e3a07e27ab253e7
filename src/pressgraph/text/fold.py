"""One spelling of texts that look the same, with the way back to the characters that they were.

Folded away are the differences that programs make, not people: which quotation marks, dashes and spaces stand there and
how many spaces, line breaks among them, soft hyphens, characters of no width, and whether a letter and its marks
are one character or several (Unicode's normal forms C and D, UAX 15). Case, letters and numbers stay.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Unicode code points of a text, the end exclusive."""

_DOUBLE = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036\u301d\u301e\u301f\uff02'
_SINGLE = "'\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u2035\u02bc`\u00b4\uff07"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SAME = {
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_NO_WIDTH, ""),
}


class _Piece(NamedTuple):
    """What a character becomes, and whether a mark that goes over or under a letter is in it."""

    text: str
    marked: bool


class _Pieces(dict[str, _Piece]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, character: str) -> _Piece:
        if character.isspace():
            text = " "
        else:
            text = "".join(_SAME.get(it, it) for it in unicodedata.normalize("NFD", character))
        piece = self[character] = _Piece(text, any(map(unicodedata.combining, text)))
        return piece


_PIECES = _Pieces()


class Folded:
    """A text in its one spelling, and where each of its characters stood.

    >>> folded = Folded("the\u00a0 \u201eSil\u00adver\u201c")
    >>> folded.text, folded.span(4, 12)
    ('the "Silver"', (5, 14))
    """

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        starts: list[int] = []
        stops: list[int] = []
        marks: int | None = None
        """Where the marks of the last letter begin."""
        for at, character in enumerate(text):
            piece, marked = _PIECES[character]
            if not piece:
                continue
            if piece == " " and characters and characters[-1] == " ":
                # the run is one space
                stops[-1] = at + 1
                continue
            for one in piece:
                if not marked or not unicodedata.combining(one):
                    if marks is not None:
                        _order(characters, starts, stops, marks)
                        marks = None
                elif marks is None:
                    marks = len(characters)
                characters.append(one)
                starts.append(at)
                stops.append(at + 1)
        if marks is not None:
            _order(characters, starts, stops, marks)
        self.text = "".join(characters)
        self._starts = starts
        self._stops = stops

    def span(self, start: int, end: int) -> Span:
        """Return where characters of the folded text, at least one, stood."""
        return self._starts[start], self._stops[end - 1]

    def cuts(self, at: int) -> bool:
        """Tell whether a place lies inside of what is one letter: between its marks, or in one that was several."""
        if not 0 < at < len(self.text):
            return at == 0 and bool(self.text) and unicodedata.combining(self.text[0]) > 0
        return self._starts[at] == self._starts[at - 1] or unicodedata.combining(self.text[at]) > 0


def _order(characters: list[str], starts: list[int], stops: list[int], first: int) -> None:
    """Put the marks of a letter, from `first` to the end, in their canonical order."""
    if len(characters) - first > 1:
        order = sorted(range(first, len(characters)), key=lambda it: unicodedata.combining(characters[it]))
        characters[first:] = [characters[it] for it in order]
        # a span that ends with the letter ends behind all of its marks
        starts[first:] = [min(starts[first:])] * len(order)
        stops[first:] = [max(stops[first:])] * len(order)


def fold(words: str) -> str:
    """Return words in their one spelling, without spaces around them.

    >>> fold("Zertifi\u00adkat \u2013\\n\u00bbGold\u00ab ")
    'Zertifikat - "Gold"'
    """
    return _folded(words) if len(words) <= _SHORT else Folded(words).text.strip(" ")


_SHORT = 100
"""Characters of words that are folded again and again, such as names and labels."""


@lru_cache(maxsize=8192)
def _folded(words: str) -> str:
    return Folded(words).text.strip(" ")
