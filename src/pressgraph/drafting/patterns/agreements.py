"""Agreements: between whom, signed when, where and by whom, for how long, on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.terms import found_in

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.drafting.proposal import Ref

_PARTIES = 2


def propose(reading: Reading, notes: Notes) -> None:
    """Propose the agreement that a text tells of; one that has ended or is to come is left out."""
    agreement: Ref | None = None
    for match in reading.matches("agreement"):
        parties = notes.each(match, "party", "org")
        work = match.one("work")
        if match.denied or match.planned or len(parties) < _PARTIES or work is None:
            continue
        if agreement is None:
            name = reading.view.text[slice(*work.name)]
            agreement = notes.thing("Agreement", work.name)
            notes.say(agreement, "name", name, work.name)
        for party in parties:
            notes.say(agreement, "party", party, match.span)
        if (date := match.one("date")) is not None:
            notes.say(agreement, "signedOn", date.value, match.span, "normalised")
        if (event := notes.mention(match, "event", "event")) is not None:
            notes.say(agreement, "signedAt", event[0], match.span)
    if agreement is None:
        return
    for match in reading.matches("agreement_time"):
        if (duration := match.one("duration")) is not None and not match.denied:
            notes.say(agreement, "duration", duration.value, match.span, "normalised")
            break
    purposes = reading.grammar.terms("purpose")
    for match in reading.matches("agreement_purpose"):
        for term, span in found_in(match, "what", purposes) if not match.denied else ():
            notes.say(agreement, "purpose", term, span, "implied")
    for match in reading.matches("signed"):
        for person in notes.each(match, "signatory", "person"):
            notes.say(agreement, "signatory", person, match.span)
