"""The document itself: headline, day, place, language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.dates import dates
from pressgraph.drafting.proposal import SOURCE

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading

_HEADLINE = 200
_INITIALS = 3


def propose(reading: Reading, notes: Notes) -> None:
    """Propose what the top of a release says of it."""
    text = reading.view.text
    headline = next((it for it in reading.lines if it.section == "headline"), None)
    if headline is not None and headline.end - headline.start <= _HEADLINE:
        notes.say(
            SOURCE, "headline", " ".join(text[headline.start : headline.end].split()), (headline.start, headline.end)
        )
    for line in reading.lines:
        if line.section == "release":
            days = [it for it in dates(text[line.start : line.end], reading.grammar, None) if not it.other]
            if len(days) == 1 and days[0].is_day:
                day = line.start + days[0].start, line.start + days[0].end
                status = "stated" if text[slice(*day)] == days[0].value else "normalised"
                notes.say(SOURCE, "datePublished", days[0].value, day, status)
            continue
        found = reading.grammar.dateline(text[line.start : line.end])
        if found is None:
            continue
        match = found[0]
        place = line.start + match.start("place"), line.start + match.end("place")
        day = line.start + match.start("date"), line.start + match.end("date")
        named = next(dates(match["date"], reading.grammar, None), None)
        if named is not None and not named.other:
            written = text[slice(*day)]
            notes.say(SOURCE, "datePublished", named.value, day, "stated" if written == named.value else "normalised")
        if line.section == "dateline":
            notes.say(SOURCE, "dateline", text[place[0] : day[1]], (place[0], day[1]))
        city = reading.place(place)
        if city is not None and city.known is None and city.name.isupper() and len(city.name) > _INITIALS:
            # datelines are set in capitals
            city.name = city.name.title()
            city.forms.add(city.name)
        if city is not None:
            notes.say(SOURCE, "locationCreated", notes.entity(city), place)
        break
