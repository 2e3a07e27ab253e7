"""Events that have no name: "the annual meeting on 5 May in Leeds", "auf der Herbsttagung am 15. Oktober"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.drafting.known import kind_of_class
from pressgraph.drafting.patterns.clauses import clauses
from pressgraph.drafting.patterns.events import OF_EVENTS, places_in
from pressgraph.drafting.patterns.hours import say_day

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.text import Span

_AT = 24
"""Characters between the noun for an event and who holds it, at most."""


def propose(reading: Reading, notes: Notes) -> None:
    """Propose the events that a noun alone names, where their day is told; each noun with its day once."""
    done: set[tuple[str, str]] = set()
    for clause in clauses(reading):
        if clause.denied or clause.is_wanted or clause.of_kind("event", "work") or clause.says("before"):
            continue
        days, period = clause.of_kind("date"), clause.one("period")
        dated = [it.mention for it in days if it.mention.is_day]
        if len(dated) + (period is not None) != 1:
            continue
        found = _noun(clause)
        if found is None:
            continue
        class_, span, at = found
        first = dated[0].value if dated else period.mention.value if period is not None else ""
        name = " ".join(reading.view.text[slice(*span)].split())
        if (name.casefold(), first) in done or any(it.kind == "event" and it.name == name for it in reading.entities):
            continue
        done.add((name.casefold(), first))
        event = notes.thing(class_, span)
        notes.say(event, "name", name, span)
        if dated:
            say_day(notes, event, first, clause.sentence, clause.span)
        else:
            notes.say(event, "startDate", first, clause.span, "normalised")
        if period is not None:
            notes.say(event, "endDate", period.mention.other, clause.span, "normalised")
        for place in places_in(clause, span)[:1]:
            notes.say(event, "location", notes.entity(place), clause.span)
        orgs = [it for it in clause.orgs() if len(it) == 1]
        beside = [it for it in orgs if 0 < it[0].at - at <= _AT]
        who = orgs[0][0] if clause.says("hosts") and len(orgs) == 1 else beside[0][0] if beside else None
        if who is None and clause.says("hosts"):
            who = next(iter(clause.of_kind("pronoun")), None)
        if clause.of_kind("label"):
            # who is given something there need not be the host
            who = None
        host = notes.of(who.mention, "org") if who is not None else None
        if host is not None:
            notes.say(event, "organizer", host[0], clause.span, "implied")
        for part in clause.of_kind("count"):
            if part.mention.other in OF_EVENTS and part.marker not in reading.grammar.more:
                notes.say(event, part.mention.other, part.mention.value, clause.span, part.mention.status)


def _noun(clause: Clause) -> tuple[str, Span, int] | None:
    """Return the class of the event that a noun of a clause stands for, where it stands, and where in the clause."""
    grammar, text = clause.reading.grammar, clause.reading.view.text
    if grammar.data["nouns_are_capital"]:
        for part in clause.of_kind("word"):
            word = text[slice(*part.mention.name)]
            class_ = grammar.class_by(grammar.nouns, word.lower())
            if word.lower() in grammar.data["any_event"] and part.mention.start < part.mention.name[0]:
                article = text[part.mention.start : part.mention.name[0]].strip().lower()
                if article not in grammar.data["indefinite"]:
                    # the one that was named before
                    continue
            if class_ is not None and kind_of_class(class_, grammar.profile) == "event":
                return class_, part.mention.name, part.at
        return None
    match = _nouns(clause).search(clause.text)
    if match is None:
        return None
    before = clause.text[: match.start()].split()[-1:]
    if match[0].lower() in grammar.data["any_event"] and not set(before) & {*grammar.data["indefinite"], ""}:
        return None
    start, end = clause.start + match.start(), clause.start + match.end()
    return grammar.nouns[match[0].lower()], clause.sentence.span(start, end), match.start()


def _nouns(clause: Clause) -> re.Pattern[str]:
    grammar = clause.reading.grammar
    words = (it for it, class_ in grammar.nouns.items() if kind_of_class(class_, grammar.profile) == "event")
    alternatives = "|".join(re.escape(it) for it in sorted(words, key=len, reverse=True) if not it.startswith("-"))
    return re.compile(rf"(?<![\w-])(?:{alternatives or '(?!)'})(?![\w-])", re.IGNORECASE)
