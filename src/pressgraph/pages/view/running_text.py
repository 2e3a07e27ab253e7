"""The text of a release in paragraphs, with the passages that facts rest on."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import takewhile
from typing import TYPE_CHECKING

from pressgraph.pages.view.parts import Paragraph, Stretch
from pressgraph.text.contacts import MARK, without_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    starts = [it.start for it in passages]

    def covering(at: int) -> Passage | None:
        """Return the passage that a character is of; they stand apart, in their order."""
        before = bisect_right(starts, at)
        return passages[before - 1] if before and at < passages[before - 1].end else None

    for number, (begin, part, end) in enumerate(_parted(pieces)):
        here = list(takewhile(lambda it: it.start < end, left))  # noqa: B023 - used at once
        shown = Paragraph(
            stretches=tuple(_stretches(begin, part, end, covering, here)),
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
    covering: Callable[[int], Passage | None],
    here: Sequence[Passage],
) -> Iterator[Stretch]:
    """Yield the pieces of a paragraph, joined as far as they are of one passage; what is missing is a mark."""
    waiting = list(here)
    tokens: list[tuple[str, Passage | None, bool]] = []
    at = begin
    for start, stop, words in (*part, (end, end, "")):
        passage = covering(start) if words else None
        if start > at:
            missed = [it for it in waiting if it.start < start and it is not passage]
            tokens += [(MARK, it, True) for it in missed] or [(MARK, None, False)]
            waiting = [it for it in waiting if it not in missed]
        tokens.append((words, passage, passage in waiting))
        waiting = [it for it in waiting if it is not passage]
        at = stop
    tokens += [(MARK, it, True) for it in waiting]
    text, of, begins = "", None, False
    for words, one, new in tokens:
        if words == MARK and not new and text.endswith(MARK):
            continue
        if text and (new or one is not of):
            yield Stretch(text=text, passage=of, begins=begins)
            text = ""
        if not text:
            of, begins = one, new
        text += words
    if text:
        yield Stretch(text=text, passage=of, begins=begins)


def _is_lines(text: str) -> bool:
    lines = text.strip().split("\n")
    return len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE
