"""The paragraphs and sentences of a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.text.fold import Span

_PARAGRAPH = re.compile(r"[^\S\n]*\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_END = re.compile(r"[.!?…]+[\"'”“»«’)\]]*(\s+)(?=[^\s\d])")
_LAST_WORD = re.compile(r"[\w.]*\Z")
_LONGEST_WORD = 24
_ORDINAL = 2
"""Digits: a stop behind more of them, such as those of a year, ends a sentence."""
_NO_END = frozenset(
    (
        "e",
        "v",
        "u",
        "a",
        "z",
        "b",
        "d",
        "h",
        "co",
        "dr",
        "prof",
        "st",
        "nr",
        "no",
        "ca",
        "inc",
        "ltd",
        "mr",
        "mrs",
        "ms",
        "bzw",
        "usw",
        "etc",
        "vgl",
        "abs",
        "str",
        "inkl",
        "max",
        "min",
        "mio",
        "mrd",
        "tel",
        "dipl",
        "ing",
        "med",
        "rer",
        "nat",
    )
)
"""What a full stop stands behind in the middle of a sentence, German and English; single letters too."""


def paragraphs(text: str) -> Iterator[Span]:
    """Yield the spans of the paragraphs of a text: what blank lines stand between.

    >>> list(paragraphs("Kiel\\n\\nOne.\\nTwo.\\n"))
    [(0, 4), (6, 15)]
    """
    for match in _PARAGRAPH.finditer(text):
        start, end = match.span()
        yield start + len(match[0]) - len(match[0].lstrip()), end - len(match[0]) + len(match[0].rstrip())


def sentences(text: str, within: Span) -> Iterator[Span]:
    """Yield the spans of the sentences of a paragraph.

    >>> text = "Küstenlicht e. V. holds it. Dr. Holm said: “Good.” On 15. Januar it ends."
    >>> [text[a:b] for a, b in sentences(text, (0, len(text)))]
    ['Küstenlicht e. V. holds it.', 'Dr. Holm said: “Good.”', 'On 15. Januar it ends.']
    """
    start, last = within
    for match in _END.finditer(text, start, last):
        if text[match.start()] == ".":
            before = text[max(start, match.start() - _LONGEST_WORD) : match.start()]
            word = _LAST_WORD.search(before)
            token = word[0].rpartition(".")[2].casefold() if word is not None else ""
            follows = text[match.end()]
            ordinal = token.isdigit() and len(token) <= _ORDINAL
            if ordinal or token in _NO_END or len(token) == 1 or follows.islower():
                continue
        yield start, match.start(1)
        start = match.end()
    if start < last:
        yield start, last
