"""Events: when and where they are, who holds them, who exhibits where, how many come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import clauses
from pressgraph.drafting.patterns.hours import say_day

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause
    from pressgraph.drafting.patterns.mentions import Entity, Sentence
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref, Value
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
        if (start := match.one("start")) is not None and start.is_day:
            say_day(notes, event[0], start.value, match.sentence, match.span)
        elif start is not None:
            notes.say(event[0], "startDate", start.value, match.span, "normalised")
    for match in reading.matches("hosted"):
        if not match.denied:
            _hosted(match, notes)
    for clause in clauses(reading):
        if not clause.denied:
            _told(clause, notes)
    for match in reading.matches("event_place"):
        event, place = notes.mention(match, "event", "event"), match.one("place")
        if (
            event is not None
            and place is not None
            and not match.denied
            and (where := reading.place(place.name)) is not None
        ):
            notes.say(event[0], "location", notes.entity(where), match.span)
    for match in reading.matches("visited"):
        if match.says_also("before"):
            continue
        event, count = notes.mention(match, "event", "event"), match.one("count") or match.one("value")
        key = match.says.get("key") or (count.other if count is not None else "")
        if event is not None and count is not None and key and not match.denied and not match.planned:
            notes.say(event[0], key, count.value, match.span, count.status)
    stand = _stand(reading, notes)
    if stand is not None:
        _exhibitors(reading, notes, stand)
    for match in reading.matches("exhibit"):
        shown_at = stand or _event(match, notes)
        if shown_at is None or match.denied:
            continue
        for exhibitor in notes.each(match, "exhibitor", "org"):
            notes.say(shown_at, "exhibitor", exhibitor, match.span)
        if (count := match.one("count")) is not None:
            notes.say(shown_at, "exhibitors", count.value, match.span, count.status)


OF_EVENTS = frozenset({"visitors", "exhibitors", "participants", "speakers", "countries"})


def _told(clause: Clause, notes: Notes) -> None:
    """Propose day, place and host of the one event that a clause tells of, and how many came."""
    if not any(clause.says(it) for it in ("happens", "hosts", "came", "expected")):
        return
    found = {it.mention.entity for it in clause.of_kind("event") if it.mention.entity is not None}
    named = clause.of_kind("event")
    if len(found) > 1 or not named:
        event = _recent(clause, notes) if not found else None
        if event is None:
            return
    else:
        one = notes.of(named[0].mention, "event")
        if one is None:
            return
        event = one[0]
    if not clause.is_wanted and found:
        _when(clause, notes, event)
    hosts = clause.trigger("hosts")
    orgs = [it for it in clause.orgs() if len(it) == 1 and not clause.is_marked(it[0], "at")]
    at = bool(named) and clause.is_marked(named[0], "at")
    if hosts is not None and len(orgs) == 1 and found and not at and not clause.is_wanted:
        who = notes.of(orgs[0][0].mention, "org")
        if who is not None:
            notes.say_once(event, "organizer", who[0], clause.span, who[1])
    if clause.says("expected") and not clause.denied:
        for part in clause.of_kind("count"):
            if part.mention.other in OF_EVENTS and part.marker not in clause.reading.grammar.more:
                expected: dict[str, Value] = {"value": part.mention.value, "qualifier": "forecast"}
                notes.say_once(event, part.mention.other, expected, clause.span, "normalised")
        return
    if not clause.is_told or not clause.says("came") or clause.says("before"):
        return
    for part in clause.of_kind("count"):
        said = part.mention
        whole = part.marker not in clause.reading.grammar.more and " of " not in said.value
        if said.other in OF_EVENTS and whole:
            notes.say_once(event, said.other, said.value, clause.span, said.status)


def _when(clause: Clause, notes: Notes, event: Ref) -> None:
    """Propose the days of an event and where it is, of a clause whose verb tells that it happens."""
    if not clause.says("happens") or clause.of_kind("work", "label", "money"):
        return
    days, period = [it for it in clause.of_kind("date") if it.mention.is_day], clause.one("period")
    if period is not None and not days:
        for key, value in (("startDate", period.mention.value), ("endDate", period.mention.other)):
            notes.say_once(event, key, value, clause.span, "normalised")
    elif len(days) == 1 and period is None:
        say_day(notes, event, days[0].mention.value, clause.sentence, clause.span)
    where = places_in(clause)
    if len(where) == 1:
        notes.say_once(event, "location", notes.entity(where[0]), clause.span)


def places_in(clause: Clause, without: Span | None = None) -> list[Entity]:
    """Return the one place that something is in, where a clause says so."""
    marked = [
        it.mention
        for it in clause.of_kind("place", "name", "word")
        if clause.is_marked(it, "in") and it.mention.name != without
    ]
    found = [it.entity or clause.reading.place(it.name) for it in marked] if len(marked) == 1 else []
    return [it for it in found if it is not None]


def _recent(clause: Clause, notes: Notes) -> Ref | None:
    """Return the event that its sentence or the one before tells of, where it is the only one."""
    event = clause.spoken_of("event", 1)
    return notes.entity(event) if event is not None else None


def _exhibitors(reading: Reading, notes: Notes, stand: Ref) -> None:
    """Propose who shows something at the stand, of a clause that lists them."""
    for clause in clauses(reading):
        if clause.says("exhibits") and not clause.denied:
            for part in (part for group in clause.orgs() if len(group) > 1 for part in group):
                if (found := notes.of(part.mention, "org")) is not None:
                    notes.say(stand, "exhibitor", found[0], clause.span)


def _hosted(match: Match, notes: Notes) -> None:
    event, date = notes.mention(match, "event", "event"), match.one("date")
    organizer = notes.mention(match, "organizer", "org")
    if event is None or date is None:
        return
    say_day(notes, event[0], date.value, match.sentence, match.span)
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
    fullest = max(noun.finditer(reading.view.text), key=lambda it: (len(it[0]), -it.start()), default=None)
    hall = re.compile(rf"(?<!\w)(?:{halls})\s(\d{{1,2}}(?:\.\d)?[A-Z]?|[A-Z]\d?)(?!\w)", re.IGNORECASE)
    number = re.compile(rf"(?<!\w)(?i:{numbers})\s([A-Z]?\d{{1,4}}(?:[-/.]?[A-Z0-9]{{1,4}})?|[A-Z]-?\d{{1,4}})(?!\w)")
    for sentence in reading.sentences:
        part = sentence.start, sentence.end
        named = noun.search(reading.view.text, *part)
        in_hall, numbered = (it.search(reading.view.text, *part) for it in (hall, number))
        if named is None or (in_hall is None and numbered is None) or reading.grammar.denies(sentence.tagged):
            continue
        fair = next((it for it in reading.entities if it.kind == "event" and it.class_ == "Fair"), None)
        called = fullest or named
        stand = notes.thing("Stand", called.span())
        notes.say(stand, "name", called[0], called.span())
        for key, found in (("hall", in_hall), ("stand", numbered)):
            if found is not None:
                notes.say(stand, key, found[1], found.span())
        _of_stand(reading, notes, sentence, stand, _naming(reading, noun, reading.main) or named.span())
        if fair is not None:
            notes.say(stand, "partOf", notes.entity(fair), _naming(reading, noun, fair) or part, "implied")
        return stand
    return None


def _naming(reading: Reading, noun: re.Pattern[str], entity: Entity | None) -> Span | None:
    """Return the first sentence that names a thing, or means it, and a stand."""
    for sentence in reading.sentences:
        named = any(it.entity is entity is not None for it in sentence.mentions)
        if named and sentence.section != "headline" and noun.search(reading.view.text, sentence.start, sentence.end):
            return sentence.start, sentence.end
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
