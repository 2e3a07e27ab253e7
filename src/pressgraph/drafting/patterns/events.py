"""Events: when and where they are, who holds them, who exhibits where, how many come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.mentions import Sentence
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span


def propose(reading: Reading, notes: Notes) -> None:
    """Propose events with day and place; those to come too, but none that is called off."""
    for match in reading.matches("event_time"):
        event = notes.mention(match, "event", "event")
        if event is None or match.denied:
            continue
        if (period := match.one("from_to")) is not None:
            notes.say(event[0], "startDate", period.value, match.span, "normalised")
            notes.say(event[0], "endDate", period.other, match.span, "normalised")
        if (start := match.one("start")) is not None:
            notes.say(event[0], "startDate", start.value, match.span, "normalised")
    for match in reading.matches("hosted"):
        if not match.denied:
            _hosted(match, notes)
    for match in reading.matches("event_place"):
        event, place = notes.mention(match, "event", "event"), match.one("place")
        if event is not None and place is not None and (where := reading.place(place.name)) is not None:
            notes.say(event[0], "location", notes.entity(where), match.span)
    for match in reading.matches("visited"):
        event, count = notes.mention(match, "event", "event"), match.one("count") or match.one("value")
        key = match.says.get("key") or (count.other if count is not None else "")
        if event is not None and count is not None and key and not match.denied and not match.planned:
            notes.say(event[0], key, count.value, match.span, count.status)
    stand = _stand(reading, notes)
    for match in reading.matches("exhibit"):
        shown_at = stand or _event(match, notes)
        if shown_at is None or match.denied:
            continue
        for exhibitor in notes.each(match, "exhibitor", "org"):
            notes.say(shown_at, "exhibitor", exhibitor, match.span)
        if (count := match.one("count")) is not None:
            notes.say(shown_at, "exhibitors", count.value, match.span, count.status)


def _hosted(match: Match, notes: Notes) -> None:
    event, date = notes.mention(match, "event", "event"), match.one("date")
    organizer = notes.mention(match, "organizer", "org")
    if event is None or date is None:
        return
    notes.say(event[0], "startDate", date.value, match.span, "normalised")
    if organizer is not None:
        notes.say(event[0], "organizer", organizer[0], match.span, organizer[1])
    place = match.one("place")
    if place is not None and (where := match.reading.place(place.name)) is not None:
        notes.say(event[0], "location", notes.entity(where), match.span)


def _event(match: Match, notes: Notes) -> Ref | None:
    if (named := notes.mention(match, "event", "event")) is not None:
        return named[0]
    recent = match.reading.recent("Fair", match.span[1])
    return notes.entity(recent) if recent is not None else None


def _stand(reading: Reading, notes: Notes) -> Ref | None:
    """Propose the stand that a text tells of, where it says its hall or its number."""
    words = reading.grammar.data["stand"]
    nouns, halls, numbers = (
        "|".join(re.escape(it) for it in sorted(words[key], key=len, reverse=True))
        for key in ("nouns", "hall", "number")
    )
    if not nouns:
        return None
    noun = re.compile(rf"(?<!\w)(?:{nouns})(?!\w)", re.IGNORECASE)
    hall = re.compile(rf"(?<!\w)(?:{halls})\s(\d{{1,2}}(?:\.\d)?[A-Z]?|[A-Z]\d?)(?!\w)", re.IGNORECASE)
    number = re.compile(rf"(?<!\w)(?i:{numbers})\s([A-Z]?\d{{1,4}}(?:[-/.]?[A-Z0-9]{{1,4}})?|[A-Z]-?\d{{1,4}})(?!\w)")
    for sentence in reading.sentences:
        part = sentence.start, sentence.end
        named = noun.search(reading.view.text, *part)
        in_hall, numbered = (it.search(reading.view.text, *part) for it in (hall, number))
        if named is None or (in_hall is None and numbered is None) or reading.grammar.negation.search(sentence.tagged):
            continue
        fair = next((it for it in reading.entities if it.kind == "event" and it.class_ == "Fair"), None)
        stand = notes.thing("Stand", named.span())
        notes.say(stand, "name", named[0], named.span())
        for key, found in (("hall", in_hall), ("stand", numbered)):
            if found is not None:
                notes.say(stand, key, found[1], found.span())
        _of_stand(reading, notes, sentence, stand, named.span())
        if fair is not None:
            notes.say(stand, "partOf", notes.entity(fair), part, "implied")
        return stand
    return None


def _of_stand(reading: Reading, notes: Notes, sentence: Sentence, stand: Ref, named: Span) -> None:
    for mention in sentence.mentions:
        if mention.kind == "number" and mention.value.endswith(" m²"):
            notes.say(stand, "area", mention.value, (mention.start, mention.end), mention.status)
    whose = next((it for it in reading.matches("stand_of") if not it.denied), None)
    org = notes.mention(whose, "org", "org") if whose is not None else None
    if whose is not None and org is not None:
        notes.say(stand, "organizer", org[0], whose.span, org[1])
    elif reading.main is not None and reading.main.class_ == "ClusterOrganisation":
        notes.say(stand, "organizer", notes.entity(reading.main), named, "implied")
