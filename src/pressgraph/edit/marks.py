"""A text cut into paragraphs, sentences and pieces: what is known of each, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.rdf import STATUSES
from pressgraph.text.paragraphs import paragraphs, sentences

if TYPE_CHECKING:
    from pressgraph.edit.source import OpenSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Characters of which the same is known."""

    start: int
    end: int
    facts: tuple[int, ...] = ()
    """The facts that are read from it."""
    status: str = ""
    """How sure the least certain of them is."""
    to_review: bool = False
    wrong: bool = False
    personal: bool = False
    checked: bool = False
    """Whether somebody found nothing worth a fact in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, without the space behind it."""

    start: int
    end: int
    pieces: tuple[Piece, ...] = ()


def marked(source: OpenSource) -> list[list[Sentence]]:
    """Return the paragraphs of a source's text as sentences, cut where what is known of them changes.

    In time linear in the length of the text and in how often facts meet.
    """
    if source.text is None:
        return []
    text = source.text.text
    facts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for fact in source.facts:
        for start, end in fact.spans:
            if start < end <= len(text):
                facts.setdefault(start, []).append(fact.index)
                ends.setdefault(end, []).append(fact.index)
    nothing = sorted(source.checked)
    cuts = sorted({*facts, *ends, *(at for span in nothing for at in span)})
    open_facts: dict[int, int] = {}
    at = checked = 0
    shown: list[list[Sentence]] = []

    def go_to(place: int) -> None:
        nonlocal at, checked
        while at < len(cuts) and cuts[at] <= place:
            for index in ends.get(cuts[at], ()):
                open_facts[index] -= 1
                if not open_facts[index]:
                    del open_facts[index]
            for index in facts.get(cuts[at], ()):
                open_facts[index] = open_facts.get(index, 0) + 1
            at += 1
        while checked < len(nothing) and nothing[checked][1] <= place:
            checked += 1

    for paragraph in paragraphs(text):
        done: list[Sentence] = []
        for start, end in sentences(text, paragraph):
            pieces: list[Piece] = []
            here = start
            while here < end:
                go_to(here)
                until = min(end, cuts[at]) if at < len(cuts) else end
                passed = checked < len(nothing) and nothing[checked][0] <= here
                pieces.append(_piece(source, here, until, tuple(sorted(open_facts)), checked=passed))
                here = until
            done.append(Sentence(start=start, end=end, pieces=tuple(pieces)))
        shown.append(done)
    return shown


def _piece(source: OpenSource, start: int, end: int, facts: tuple[int, ...], *, checked: bool) -> Piece:
    here = [source.facts[it] for it in facts]
    doubts = [STATUSES.index(it.status) for it in here if it.status in STATUSES]
    return Piece(
        start=start,
        end=end,
        facts=facts,
        status=STATUSES[max(doubts)] if doubts else ("stated" if here else ""),
        to_review=any(it.to_review for it in here),
        wrong=any(it.wrong for it in here),
        personal=any(it.personal for it in here),
        checked=checked and not here,
    )
