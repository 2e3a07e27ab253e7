"""The text of a release in paragraphs, with the passages that facts rest on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.pages.view.parts import Paragraph, Stretch
from pressgraph.text.contacts import MARK, without_contacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.pages.view.parts import Passage

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_END = "\n\n"
_SHORT_LINE = 60
"""Characters: the line ends of a paragraph whose lines are no longer are meant, as in an address."""


def paragraphs(pieces: Sequence[tuple[int, int, str]], passages: Sequence[Passage], headline: str) -> list[Paragraph]:
    """Return the paragraphs of a text, given as pieces that may be shown, each with the passages that begin in it.

    What begins where nothing is shown has its number at the mark that stands there. A first paragraph that only repeats
    the headline is left out. Without pieces, each passage is a paragraph, with its words where these are published.
    """
    if not pieces:
        return [_alone(it) for it in passages]
    found: list[Paragraph] = []
    left = list(passages)
    for number, (begin, part, end) in enumerate(_parted(pieces)):
        here = [it for it in left if it.start < end]
        shown = Paragraph(
            stretches=tuple(_stretches(begin, part, end, passages, here)),
            passages=tuple(here),
            is_lines=_is_lines("".join(text for *_, text in part)),
            cut=sum(text == MARK for *_, text in part),
        )
        if number or here or "".join(it.text for it in shown.stretches).strip() != headline:
            found.append(shown)
            left = left[len(here) :]
    return [*found, *(_alone(it) for it in left)]


def _alone(passage: Passage) -> Paragraph:
    text, cut = without_contacts(passage.words)
    stretch = Stretch(text=text, passage=passage, begins=True)
    return Paragraph(stretches=(stretch,) if text else (), passages=(passage,), cut=cut)


def _parted(pieces: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, list[tuple[int, int, str]], int]]:
    """Yield the pieces of each paragraph, with the characters where it begins and ends; something may be missing."""
    blank = any(not text.strip() and _BLANK_LINE.search(text) for *_, text in pieces)
    part: list[tuple[int, int, str]] = []
    begin = 0
    for start, end, text in (*pieces, (pieces[-1][1], pieces[-1][1], _END)):
        if not text.strip() and (_BLANK_LINE.search(text) if blank else "\n" in text):
            if any(it[2].strip() for it in part):
                yield begin, part, start
            part, begin = [], end
        else:
            part.append((start, end, text))


def _stretches(
    begin: int,
    part: Sequence[tuple[int, int, str]],
    end: int,
    passages: Sequence[Passage],
    here: Sequence[Passage],
) -> Iterator[Stretch]:
    """Yield the pieces of a paragraph, joined as far as they are of one passage; what is missing is a mark."""
    waiting = list(here)
    tokens: list[tuple[str, Passage | None, bool]] = []
    at = begin
    for start, stop, words in (*part, (end, end, "")):
        covering = next((it for it in passages if it.start <= start < it.end), None) if words else None
        if start > at:
            missed = [it for it in waiting if it.start < start and it is not covering]
            tokens += [(MARK, it, True) for it in missed] or [(MARK, None, False)]
            waiting = [it for it in waiting if it not in missed]
        tokens.append((words, covering, covering in waiting))
        waiting = [it for it in waiting if it is not covering]
        at = stop
    tokens += [(MARK, it, True) for it in waiting]
    text, of, begins = "", None, False
    for words, passage, new in tokens:
        if words == MARK and not new and text.endswith(MARK):
            continue
        if text and (new or passage is not of):
            yield Stretch(text=text, passage=of, begins=begins)
            text = ""
        if not text:
            of, begins = passage, new
        text += words
    if text:
        yield Stretch(text=text, passage=of, begins=begins)


def _is_lines(text: str) -> bool:
    lines = text.strip().split("\n")
    return len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE
