"""Evidence in words instead of characters, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pressgraph.facts.model import Words

if TYPE_CHECKING:
    from pressgraph.facts.model import Fact
    from pressgraph.text import SourceText, Span


def in_words(fact: Fact, text: SourceText) -> Fact:
    """Return a fact whose evidence is written in words; a span that words do not give back stays as it is."""
    written = tuple(words_of(span, text) or span for span in fact.receipt.evidence)
    return replace(fact, receipt=replace(fact.receipt, written=written))


def in_offsets(fact: Fact) -> Fact:
    """Return a fact whose evidence is written as characters."""
    return replace(fact, receipt=replace(fact.receipt, written=()))


def words_of(span: Span, text: SourceText) -> Words | None:
    """Return the words that mean a span, with their number where they stand in several places; None where none do."""
    words = text.slice(span)
    # on one line, they are easier to read
    for candidate in (" ".join(words.split()), words):
        places = list(text.places(candidate))
        if span in places:
            return Words(candidate, places.index(span) + 1 if len(places) > 1 else None)
    return None
