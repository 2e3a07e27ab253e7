"""The sentences of a text and the sections that they stand in: headline, dateline, body, boilerplate, contact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.drafting.languages import begins_release
from pressgraph.drafting.patterns.mentions import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.text import Span

_WRAPPED = 55
"""Characters: a line that is shorter and ends without a period stands by itself."""
_LONGEST = 1500
"""Characters of a sentence that are read; nobody writes longer ones."""
_SHORT = 100
_QUOTED = re.compile('„([^„“”]+)[“”]|“([^“”„]+)”|»([^»«]+)«|«([^«»]+)»|"([^"]+)"')
_END = re.compile(r"[.!?…]+(?P<mark>[\"”“»«’)]*)\s+(?=[\"„“»«(]?[^\W_a-z])")
_WORD = re.compile(r"[.\s\"„“»«(]{1,6}([^\W\d_]+)")
_BEFORE = re.compile(r"([^\W_]+|\S)$")


def quotes(text: str) -> list[Span]:
    """Return where quotations stand, with their marks; none goes on behind an empty line."""
    return [it.span() for it in _QUOTED.finditer(text) if "\n\n" not in it[0]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the view that says something."""

    start: int
    end: int
    section: str


def lines(text: str, grammar: Grammar) -> list[Line]:
    """Return the lines of a text, each with its section."""
    found: list[Line] = []
    section = "top"
    at = 0
    for line in text.split("\n"):
        start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
        at += len(line) + 1
        if start >= end:
            continue
        shown = text[start:end]
        if section == "top":
            if begins_release(shown):
                found.append(Line(start, end, "release"))
            elif grammar.dateline(shown) and not grammar.dateline(shown)[1]:  # type: ignore[index]
                found.append(Line(start, end, "dateline"))
            else:
                found.append(Line(start, end, "headline"))
                section = "body"
            continue
        if len(found) == 1 and section == "body" and begins_release(shown):
            found.append(Line(start, end, "release"))
            continue
        if grammar.contact.match(shown):
            section = "contact"
        elif (told := grammar.about.match(shown)) is not None and ": " in shown[told.end() : told.end() + _SHORT]:
            colon = start + shown.index(": ", told.end())
            found.append(Line(start, colon + 1, "about-heading"))
            start = colon + 2
            section = "about"
        elif end - start <= _SHORT and grammar.about.match(shown):
            found.append(Line(start, end, "about-heading"))
            section = "about"
            continue
        found.append(Line(start, end, section))
    return found


def sentences(text: str, rows: Sequence[Line], quoted: Sequence[Span], grammar: Grammar) -> list[Sentence]:
    """Return the sentences of lines; a quotation is never cut."""
    inside = bytearray(len(text) + 1)
    for start, end in quoted:
        inside[start + 1 : end] = b"\1" * (end - start - 1)
    found: list[Sentence] = []
    for start, end, section in _joined(text, rows):
        at = start
        for match in _END.finditer(text, start, end):
            stop = match.start()
            if inside[stop] and not (match["mark"] and not inside[match.end()]):
                continue
            if _is_abbreviation(text, start, stop, grammar):
                continue
            stop += len(match[0].rstrip())
            if stop > at:
                found.append(Sentence(start=at, end=min(stop, at + _LONGEST), section=section))
            at = match.end()
        if end > at:
            found.append(Sentence(start=at, end=min(end, at + _LONGEST), section=section))
    return found


def _joined(text: str, rows: Sequence[Line]) -> Iterator[tuple[int, int, str]]:
    """Yield what stands together: lines that are wrapped are one."""
    at = 0
    while at < len(rows):
        last = at
        while (
            last + 1 < len(rows)
            and rows[last].section == rows[last + 1].section == "body"
            and _goes_on(text, rows[last], rows[last + 1])
        ):
            last += 1
        yield rows[at].start, rows[last].end, rows[at].section
        at = last + 1


def _goes_on(text: str, line: Line, following: Line) -> bool:
    """Tell whether a line is the first half of a sentence: it is wrapped, or a page ended there."""
    if text.count("\n", line.end, following.start) > 1:
        return text[line.end - 1].isalpha() and text[following.start].islower()
    return line.end - line.start >= _WRAPPED


def _is_abbreviation(text: str, start: int, stop: int, grammar: Grammar) -> bool:
    if text[stop] != ".":
        return False
    if text[max(start, stop - 12) : stop].rpartition(" ")[2] in grammar.forms:
        return False
    behind = _WORD.match(text, stop)
    if behind is not None and behind[1].lower() in grammar.openers:
        return False
    word = _BEFORE.search(text, max(start, stop - 24), stop)
    if word is None:
        return False
    return word[0].lower() in grammar.abbreviations or bool(re.fullmatch(r"\d{1,2}|[^\W\d_]", word[0]))
