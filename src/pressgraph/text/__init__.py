"""Texts that facts were read from: words found in them, as spans of characters."""

from pressgraph.text.find import AbsentError, Passage, Searchable, SeveralError, WordsError
from pressgraph.text.fold import Folded, Span, fold
from pressgraph.text.source import MAX_BYTES, SourceText, TextError, Texts

__all__ = [
    "MAX_BYTES",
    "AbsentError",
    "Folded",
    "Passage",
    "Searchable",
    "SeveralError",
    "SourceText",
    "Span",
    "TextError",
    "Texts",
    "WordsError",
    "fold",
]
