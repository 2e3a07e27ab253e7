"""Organisations: when and by whom they were founded, where they are, what they say of themselves, whom to ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.drafting.proposal import SOURCE

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.mentions import Entity
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref

_PHONE = re.compile(r"(?:\+|00|0)\d[\d\s()/.-]{5,24}\d")


def propose(reading: Reading, notes: Notes) -> None:
    """Propose what texts say of organisations, and their contact, which is personal."""
    for match in reading.matches("founded"):
        org = notes.mention(match, "org", "org")
        date = match.one("date")
        if org is None or date is None or match.denied or match.planned:
            continue
        notes.say(org[0], "foundingDate", date.value, match.span)
        for founder in notes.each(match, "founder", "person"):
            notes.say(org[0], "founder", founder, match.span)
        if (founders := match.one("founders")) is not None:
            notes.say(org[0], "founders", founders.value, match.span)
    for kind in ("seat", "from_place"):
        for match in reading.matches(kind):
            org = notes.mention(match, "org", "org") or _spoken_of(match, notes)
            place = _place(match)
            if org is not None and place is not None and not match.denied and not match.planned:
                notes.say(org[0], "location", notes.entity(place), match.span)
    for entity in reading.entities:
        if entity.formal or (entity.kind == "org" and entity.known is None):
            notes.entity(entity)
    _about(reading, notes)
    _publisher(reading, notes)
    _contact(reading, notes)


def without_language(reading: Reading, notes: Notes) -> None:
    """Propose the organisations that have a legal form behind their names, and the contact."""
    for entity in reading.entities:
        if entity.formal:
            notes.entity(entity)
    _contact(reading, notes)


def _spoken_of(match: Match, notes: Notes) -> tuple[Ref, str] | None:
    """Return the organisation that the sentences before speak of."""
    reading = match.reading
    here = reading.sentences.index(match.sentence)
    for sentence in reversed(reading.sentences[max(0, here - 2) : here]):
        for mention in sentence.mentions:
            if mention.kind == "org" and mention.entity is not None:
                return notes.entity(mention.entity), "implied"
    return None


def _place(match: Match) -> Entity | None:
    mention = match.one("place")
    if mention is None:
        return None
    return mention.entity if mention.entity is not None else match.reading.place(mention.name)


def _about(reading: Reading, notes: Notes) -> None:
    """Propose the first sentence of what an organisation says of itself as its description."""
    told = [it for it in reading.sentences if it.section == "about"]
    founding = reading.grammar.trigger("founding")
    first = next((it for it in told if not founding.search(reading.view.text, it.start, it.end)), None)
    heading = [it for it in reading.sentences if it.section == "about-heading"]
    named = (it for sentence in (first, *heading) if sentence is not None for it in sentence.mentions)
    mention = next((it for it in named if it.kind == "org" and it.entity), None)
    if first is not None and mention is not None and mention.entity is not None:
        words = " ".join(reading.view.text[first.start : first.end].split())
        notes.say(notes.entity(mention.entity), "description", words, (first.start, first.end))


def _publisher(reading: Reading, notes: Notes) -> None:
    """Propose who publishes a release: whose own description and contact close it."""
    heading = next((it for it in reading.sentences if it.section == "about-heading"), None)
    contact = any(it.section == "contact" for it in reading.lines)
    mention = (
        next((it for it in heading.mentions if it.kind == "org" and it.entity), None) if heading is not None else None
    )
    if contact and heading is not None and mention is not None and mention.entity is not None:
        notes.say(SOURCE, "publisher", notes.entity(mention.entity), (heading.start, heading.end), "implied")


def _number(written: str) -> str:
    """Return a number to call, without the zero in brackets that nobody dials from abroad."""
    plain = " ".join(written.split())
    if "(0)" not in plain or not plain.startswith("+"):
        return plain
    import phonenumbers

    try:
        number = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException:
        return plain
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _contact(reading: Reading, notes: Notes) -> None:
    rows = [it for it in reading.lines if it.section == "contact"]
    main = reading.main
    if not rows or main is None:
        return
    start, end = rows[0].start, rows[-1].end
    text = reading.view.text
    heading = reading.grammar.contact.match(text, start)
    behind = heading.end() if heading is not None else start
    mails = (it for it in reading.mentions if it.kind == "address" and start <= it.start < end and "@" in it.value)
    said = [("email", it.value, it.start, it.end) for it in mails]
    said += [("telephone", _number(it[0]), *it.span()) for it in _PHONE.finditer(text, start, end)]
    named = next((it for it in reading.mentions if behind <= it.start < end and it.kind == "org"), None)
    if said:
        whose = named.entity if named is not None and named.entity is not None else main
        org = notes.entity(whose)
        whole = start, max(it[3] for it in said)
        ref = notes.thing("ContactPoint", (said[0][2], said[0][3]))
        notes.say(org, "contactPoint", ref, whole, personal=True)
        for key, value, first, last in {it[0]: it for it in reversed(said)}.values():
            status = "stated" if value == text[first:last] else "normalised"
            notes.say(ref, key, value, (first, last), status, personal=True)
    for mention in reading.mentions:
        if behind <= mention.start < end and mention.kind in {"name", "person"}:
            person = reading.entity(mention, "person")
            if person is not None:
                ref = notes.person_of_contact(person[0])
                if named is not None and named.entity is not None:
                    around = min(mention.start, named.start), max(mention.end, named.end)
                    notes.say(ref, "affiliation", notes.entity(named.entity), around, "implied", personal=True)
            break
