"""Propose by rules what a text says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns import (
    agreements,
    counts,
    document,
    events,
    funding,
    memberships,
    occasions,
    organisations,
    people,
    projects,
    quotations,
    terms,
)
from pressgraph.drafting.patterns.grammar import Grammar, grammar_of
from pressgraph.drafting.patterns.labels import Labels
from pressgraph.drafting.patterns.notes import Notes
from pressgraph.drafting.patterns.reading import Reading
from pressgraph.languages import primary

if TYPE_CHECKING:
    from pressgraph.drafting.known import KnownNames
    from pressgraph.drafting.proposal import Proposal


_OTHERWISE = "en"


def propose(text: str, language: str | Grammar | None, known: KnownNames) -> Proposal:
    """Propose what a text says, in the order of the text; the same text gives the same proposal.

    `language` is a tag, or a grammar of another language. Of a text in a language that there is no file for, only what
    takes no language is proposed: its headline, its day, names with a legal form, contacts.
    """
    grammar = language if isinstance(language, Grammar) else _grammar(language, known)
    reading = Reading(text, grammar or grammar_of(_OTHERWISE, known.profile), known)
    notes = Notes(reading)
    document.propose(reading, notes)
    if grammar is None:
        organisations.without_language(reading, notes)
        return notes.proposal()
    people.discover(reading)
    reading.retag()
    people.discover_listed(reading)
    reading.retag()
    labels = Labels(reading, notes)
    labels.propose()
    offices = people.Offices(reading, notes)
    offices.propose()
    for announcement, agent, span in labels.announced:
        if (office := offices.in_capacity(agent)) is not None:
            notes.say(announcement, "inCapacity", office, span, "implied")
    for kind in (
        quotations,
        counts,
        organisations,
        funding,
        projects,
        memberships,
        agreements,
        events,
        occasions,
        terms,
    ):
        kind.propose(reading, notes)
    return notes.proposal()


def _grammar(language: str | None, known: KnownNames) -> Grammar | None:
    try:
        return grammar_of(primary(language), known.profile) if language is not None else None
    except KeyError:
        return None
