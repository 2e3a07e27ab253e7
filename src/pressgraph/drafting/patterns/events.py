"""Events: when and where they are, who exhibits, who comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading


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
        event, date = notes.mention(match, "event", "event"), match.one("date")
        organizer = notes.mention(match, "organizer", "org")
        if event is None or date is None or match.denied:
            continue
        notes.say(event[0], "startDate", date.value, match.span, "normalised")
        if organizer is not None:
            notes.say(event[0], "organizer", organizer[0], match.span, organizer[1])
        place = match.one("place")
        if place is not None and (where := reading.place(place.name)) is not None:
            notes.say(event[0], "location", notes.entity(where), match.span)
    for match in reading.matches("event_place"):
        event, place = notes.mention(match, "event", "event"), match.one("place")
        if event is not None and place is not None and (where := reading.place(place.name)) is not None:
            notes.say(event[0], "location", notes.entity(where), match.span)
