"""A text as patterns read it: composed letters, plain spaces, nothing of no width; with the way back to its characters.

Other than the fold that words are found with, it keeps quotation marks, dashes and line breaks: patterns need them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.text import Span

_NO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
# those planes are used for mentions; nobody may write one
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UNEVEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u0300-\u036f\r]")


class View:
    r"""A text and its reading.

    >>> view = View("Aus\u00adge\u00adzeich\u00adnet\u00a0am 1.\u202fMai")
    >>> view.text, view.words(0, 12)
    ('Ausgezeichnet am 1. Mai', 'Aus\xadge\xadzeich\xadne')
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._starts: list[int] | None = None
        self._stops: list[int] | None = None
        if _UNEVEN.search(source) or not unicodedata.is_normalized("NFC", source):
            text = self._composed(source)
        else:
            text = source
        text = "".join(map(_space, text)) if not text.isascii() else text.replace("\t", " ")
        self.text = _PRIVATE.sub("\ufffd", text)

    def _composed(self, source: str) -> str:
        """Return the text with each letter as one character where Unicode has one, and note where each stood."""
        characters: list[str] = []
        starts: list[int] = []
        stops: list[int] = []
        at = 0
        while at < len(source):
            end = at + 1
            while end < len(source) and unicodedata.combining(source[end]) and end - at < _MARKS:
                end += 1
            if source[at] not in _NO_WIDTH and not (source[at] == "\r" and source[end : end + 1] == "\n"):
                for one in unicodedata.normalize("NFC", source[at:end]):
                    characters.append("\n" if one == "\r" else one)
                    starts.append(at)
                    stops.append(end)
            at = end
        self._starts, self._stops = starts, stops
        return "".join(characters)

    def span(self, start: int, end: int) -> Span:
        """Return where characters of the reading, at least one, stood in the text."""
        if self._starts is None or self._stops is None:
            return start, end
        return self._starts[start], self._stops[end - 1]

    def words(self, start: int, end: int) -> str:
        """Return the characters of the text that a part of the reading stood for."""
        first, last = self.span(start, end)
        return self.source[first:last]


_MARKS = 32
"""Characters of one letter; of more marks nobody can tell what they are."""


def _space(character: str) -> str:
    return " " if character != "\n" and character.isspace() else character
