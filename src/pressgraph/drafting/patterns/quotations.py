"""Quotations, word for word, with who said them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_MARKS = "„“”»«\"'‚‘"
_FEWEST = 3
"""Words of a quotation; shorter ones are names and words that are spoken of."""


@dataclass(slots=True)
class _Said:
    speaker: Ref
    status: str
    named: Span
    span: Span
    parts: list[Span] = field(default_factory=list)


def propose(reading: Reading, notes: Notes) -> None:
    """Propose what is quoted, where the text says by whom; a quotation that goes on at once is one."""
    found: list[_Said] = []
    matches = {it.one("quote").start: it for it in reading.matches("quotation")}  # type: ignore[union-attr]
    last: _Said | None = None
    for start, end in reading.quotes:
        match = matches.get(start)
        if match is not None:
            speaker = notes.mention(match, "speaker", "person")
            if speaker is None:
                last = None
                continue
            if (
                last is not None
                and last.speaker == speaker[0]
                and not reading.view.text[last.span[1] : start].strip(" .,")
            ):
                last.parts.append((start, end))
                last.span = last.span[0], match.span[1]
                continue
            named = match.one("speaker")
            last = _Said(speaker[0], speaker[1], named.name if named else match.span, match.span, [(start, end)])
            found.append(last)
        elif last is not None and _goes_on(reading, last.span[1], start):
            last.parts.append((start, end))
            last.span = last.span[0], end
    for said in found:
        words = _joined([reading.view.text[slice(*it)] for it in said.parts])
        if len(words.split()) < _FEWEST:
            continue
        ref = notes.thing("QuotedStatement", said.named)
        notes.say(ref, "text", words, said.span)
        notes.say(ref, "saidBy", said.speaker, said.span, said.status)


def _goes_on(reading: Reading, end: int, start: int) -> bool:
    """Tell whether a quotation is the rest of one: it follows at once, or in the same sentence, behind its speaker."""
    gap = reading.view.text[end:start]
    if not gap.strip(" .,"):
        return True
    inside = any(it.start < end and start < it.end for it in reading.sentences)
    return inside and gap.rstrip().endswith(",") and reading.view.text[start + 1 : start + 2].islower()


def _joined(parts: list[str]) -> str:
    """Return the words of the parts of a quotation: one that begins small goes on with the sentence before."""
    words = _words(parts[0], more=False)
    for part in parts[1:]:
        following = _words(part, more=False)
        comma = "" if words[-1:] in ".!?…" else "," if following[:1].islower() else "."
        words = f"{words}{comma if comma == ',' or _ends_open(parts[0]) else ''} {following}"
    return words


def _ends_open(part: str) -> bool:
    """Tell whether a part ends with the comma that stands for its full stop."""
    return part.rstrip(_MARKS + " ").endswith(",")


def _words(quoted: str, *, more: bool) -> str:
    words = " ".join(quoted.strip(_MARKS).split())
    return re.sub(r",$", "." if more else "", words).strip()
