"""Terms of vocabularies in words: what an organisation does and for whom, in which sectors, where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_STEM = 5
_ENDING = 4
"""Letters that an inflected word has more than the word, at most."""
_FEW = 3
"""Letters of words that carry no meaning by themselves."""


def propose(reading: Reading, notes: Notes) -> None:
    """Propose the terms that templates ask for, and the purposes in what an organisation says of itself."""
    for match in reading.matches("terms", once=""):
        key = notes.profile.keys.get(match.says["key"])
        if key is None or key.scheme is None or match.denied:
            continue
        org = notes.mention(match, "org", "org") or _spoken_of(match, notes)
        if org is not None:
            for term, span in found_in(match, "what", reading.grammar.terms(key.scheme.name)):
                notes.say(org[0], key.name, term, span, org[1])
    for match in reading.matches("area"):
        org, place = notes.mention(match, "org", "org"), match.one("place")
        if org is not None and place is not None and place.entity is not None and not match.denied:
            notes.say(org[0], "areaServed", notes.entity(place.entity), match.span)
    purposes = reading.grammar.terms("purpose")
    for sentence in reading.sentences:
        teller = _boilerplate_of(reading, notes) if sentence.section == "about" else None
        if teller is not None and purposes:
            for term, span in terms_in(reading, (sentence.start, sentence.end), purposes):
                notes.say(teller, "purpose", term, span, "implied")


def _spoken_of(match: Match, notes: Notes) -> tuple[Ref, str] | None:
    """Return the organisation that the sentence, or one before it, speaks of."""
    reading = match.reading
    here = reading.sentences.index(match.sentence)
    for sentence in reversed(reading.sentences[max(0, here - 2) : here + 1]):
        for mention in sentence.mentions:
            if mention.kind == "org" and mention.entity is not None and mention.start < match.span[0]:
                return notes.entity(mention.entity), "implied"
    return None


def _boilerplate_of(reading: Reading, notes: Notes) -> Ref | None:
    """Return the organisation whose boilerplate it is."""
    first = next((it for it in reading.sentences if it.section in {"about", "about-heading"}), None)
    mention = next((it for it in first.mentions if it.kind == "org" and it.entity), None) if first is not None else None
    return notes.entity(mention.entity) if mention is not None and mention.entity is not None else None


def found_in(match: Match, slot: str, terms: Mapping[str, str]) -> Iterator[tuple[str, Span]]:
    """Yield the terms in the text of a slot, each with where it stands."""
    start, end = match.match.span(slot)
    if start < end:
        yield from terms_in(match.reading, match.sentence.span(start, end), terms)


def terms_in(reading: Reading, part: Span, terms: Mapping[str, str]) -> Iterator[tuple[str, Span]]:
    """Yield the terms of which all words stand in a part of the text, inflected or not, each where fewest words do."""
    words = [(it[0].lower(), it.span()) for it in _WORD.finditer(reading.view.text, *part)]
    found: dict[str, Span] = {}
    for name, term in sorted(terms.items(), key=lambda it: -len(it[0])):
        spans: list[Span] = []
        for wanted in _WORD.findall(name):
            if len(wanted) <= _FEW and " " in name:
                continue
            span = next((at for word, at in words if _inflected(wanted, word)), None)
            if span is None:
                break
            spans.append(span)
        else:
            if spans:
                whole = min(it[0] for it in spans), max(it[1] for it in spans)
                known = found.get(term)
                if known is None or whole[1] - whole[0] < known[1] - known[0]:
                    found[term] = whole
    yield from found.items()


def _inflected(word: str, other: str) -> bool:
    """Tell whether a word may be a form of another one."""
    if word == other:
        return True
    stem = word[: max(_STEM, len(word) - 2)] if len(word) > _STEM else word
    return len(word) >= _STEM - 1 and other.startswith(stem) and abs(len(other) - len(word)) <= _ENDING
