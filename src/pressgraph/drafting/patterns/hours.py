"""Hours of the day: "von 10 bis 16 Uhr", "at 2.30 pm", and the days that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.mentions import Sentence
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_LAST_HOUR, _LAST_MINUTE, _NOON = 23, 59, 12
_BEFORE = 30
"""Characters in which a word stands that says what an hour is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When something starts and ends, or only starts, as HH:MM, and where the text says so."""

    start: str
    end: str | None
    span: Span
    doors: bool
    """Whether it is only when one may come in."""


def hours(text: str, span: Span, grammar: Grammar) -> Iterator[Hours]:
    """Yield the hours that a part of a text names."""
    for match in grammar.hours.finditer(text, *span):
        last = _hour(match["h2"], match["m2"], match["s2"], grammar) if match["h2"] else None
        first = _hour(match["h1"], match["m1"], match["s1"] or match["s2"], grammar)
        if first is not None and last is not None and first > last and not match["s1"]:
            # "10 to 2 pm"
            first = _hour(match["h1"], match["m1"], None, grammar)
        if first is None or (match["h2"] and (last is None or first >= last)):
            continue
        before = text[max(span[0], match.start() - _BEFORE) : match.start()].lower()
        doors = any(it in before for it in grammar.data["hours"]["doors"])
        yield Hours(start=first, end=last, span=match.span(), doors=doors)


def _hour(hour: str, minute: str | None, half: str | None, grammar: Grammar) -> str | None:
    """Return an hour of the day of 24; None for what is none."""
    number = int(hour)
    word = (half or "").lower().strip()
    if word in grammar.data["hours"]["afternoon"] and number < _NOON:
        number += _NOON
    elif word in grammar.data["hours"]["morning"] and number == _NOON:
        number = 0
    if number > _LAST_HOUR or int(minute or 0) > _LAST_MINUTE:
        return None
    return f"{number:02}:{int(minute or 0):02}"


def say_day(notes: Notes, event: Ref, day: str, sentence: Sentence, span: Span) -> None:
    """Propose when an event of one day starts: to the hour, where its sentence or the next one says one hour of it."""
    found, where = _of_day(notes.reading, sentence)
    opening = [it for it in found if not it.doors]
    if len(opening) != 1:
        notes.say_once(event, "startDate", day, span, "normalised")
        return
    around = min(span[0], where[0]), max(span[1], where[1])
    notes.say_once(event, "startDate", f"{day}T{opening[0].start}", around, "normalised")
    if opening[0].end is not None:
        notes.say_once(event, "endDate", f"{day}T{opening[0].end}", around, "normalised")
    for it in found:
        if it.doors and it.end is None:
            notes.say_once(event, "doorTime", f"{day}T{it.start}", around, "normalised")


def _of_day(reading: Reading, sentence: Sentence) -> tuple[list[Hours], Span]:
    """Return the hours that are said of the one day of a sentence, and where: in it, or in the next one."""
    text, grammar = reading.view.text, reading.grammar
    here = sentence.start, sentence.end
    days = [it for it in sentence.mentions if it.is_day or it.kind == "period"]
    if found := list(hours(text, here, grammar)):
        return (found, (found[0].span[0], found[-1].span[1])) if len(days) == 1 else ([], here)
    behind = reading.sentences[reading.sentences.index(sentence) + 1 :][:1]
    if len(days) != 1 or not behind or any(it.kind in {"date", "period"} for it in behind[0].mentions):
        return [], here
    if sum(it.kind == "event" for it in behind[0].mentions) > 1 or grammar.denies(behind[0].tagged):
        return [], here
    found = list(hours(text, (behind[0].start, behind[0].end), grammar))
    return found, (found[0].span[0], found[-1].span[1]) if found else here


def pattern(words: str, between: str) -> str:
    """Return the expression of hours: a number with a word for hours behind it, or two, of which the last has one."""
    number = r"(?P<h{0}>\d{{1,2}})(?:[.:](?P<m{0}>\d\d))?"
    said = rf"\s?(?P<s{{0}}>{words})(?!\w)"
    return (
        rf"(?<![\d.:,]){number.format(1)}"
        rf"(?:(?:{said.format(1)})?\s?(?:{between})\s?{number.format(2)})?{said.format(2)}"
    )
