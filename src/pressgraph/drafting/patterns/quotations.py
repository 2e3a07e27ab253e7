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
        elif last is not None and not reading.view.text[last.span[1] : start].strip(" .,"):
            last.parts.append((start, end))
            last.span = last.span[0], end
    for said in found:
        words = " ".join(_words(reading.view.text[slice(*it)], more=it != said.parts[-1]) for it in said.parts)
        if len(words.split()) < _FEWEST:
            continue
        ref = notes.thing("QuotedStatement", said.named)
        notes.say(ref, "text", words, said.span)
        notes.say(ref, "saidBy", said.speaker, said.span, said.status)


def _words(quoted: str, *, more: bool) -> str:
    words = " ".join(quoted.strip(_MARKS).split())
    return re.sub(r",$", "." if more else "", words).strip()
