"""Find words in a text: as they are, else as they look, never what is only similar."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.text.fold import Folded, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.text.fold import Span

_AROUND = 24
"""Characters that are shown on either side of words."""
_LONGEST = 120
_GRAM = 3
_NEAR = 0.35
"""The part of the words' letters in threes that a passage must share to be called near."""


class Passage(NamedTuple):
    """A part of a text as it is shown: on one line, and with the line that it begins in, from 1."""

    line: int
    text: str


class WordsError(Exception):
    """Words that mean no span of a text. `words` are as they were given."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class AbsentError(WordsError):
    """Words that are not in the text; `nearest` is the passage that is most like them, if any is like them."""

    def __init__(self, words: str, nearest: Passage | None) -> None:
        super().__init__(words)
        self.nearest = nearest


class SeveralError(WordsError):
    """Words that stand in several places, or not as often as was asked for."""

    def __init__(self, words: str, passages: list[Passage], count: int) -> None:
        super().__init__(words)
        self.passages = passages
        """The first of them, with what stands around them."""
        self.count = count
        """In how many places they stand."""


class Searchable:
    """A text that words are found in, in time linear in its length."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _folded(self) -> Folded:
        return Folded(self.text)

    def forget(self) -> None:
        """Give back what finding words took: many times the memory of the text. It is worked out anew where needed."""
        self.__dict__.pop("_folded", None)

    def find(self, words: str, nth: int | None = None) -> Span:
        r"""Return the one place of words; of several, the `nth`, counted from 1.

        Raises AbsentError, and SeveralError where `nth` must say which, or there are fewer.

        >>> Searchable("The label, a\nSilver Label, is one.").find("a Silver Label")
        (11, 25)
        """
        spans = list(self.places(words))
        if not spans:
            raise AbsentError(words, self.nearest(words))
        if (nth is None and len(spans) > 1) or (nth is not None and not 0 < nth <= len(spans)):
            raise SeveralError(words, [self.passage(span) for span in spans[:_SHOWN]], len(spans))
        return spans[(nth or 1) - 1]

    def places(self, words: str) -> Iterator[Span]:
        """Yield the spans where words stand, from left to right, without overlaps.

        Where they stand exactly as written, only such places count.
        """
        exact = words.strip()
        if not exact:
            return
        found = False
        if not _is_mark(exact[0]):
            for start, end in _occurrences(self.text, exact, lambda _, end: not _is_mark(self.text[end : end + 1])):
                found = True
                yield start, end
        words = fold(words)
        if found or not words:
            return
        folded = self._folded
        for start, end in _occurrences(folded.text, words, lambda a, b: not folded.cuts(a) and not folded.cuts(b)):
            yield folded.span(start, end)

    def line(self, at: int) -> int:
        """Return the number of the line, from 1, that a character stands in."""
        return self.text.count("\n", 0, at) + 1

    def passage(self, span: Span, around: int = _AROUND) -> Passage:
        """Return a span with what stands around it, as it is shown."""
        start, end = span
        first, last = self._widened(max(0, start - around), min(len(self.text), end + around))
        shown = " ".join(self.text[first:last].split())
        if len(shown) > _LONGEST:
            shown = f"{shown[: _LONGEST // 2].rstrip()} … {shown[-_LONGEST // 2 :].lstrip()}"
        return Passage(self.line(start), f"{'…' if first > 0 else ''}{shown}{'…' if last < len(self.text) else ''}")

    def _widened(self, start: int, end: int) -> Span:
        """Return a span whose ends cut no word, except a very long one."""
        least, most = max(0, start - _AROUND), min(len(self.text), end + _AROUND)
        while start > least and not self.text[start - 1].isspace():
            start -= 1
        while end < most and not self.text[end].isspace():
            end += 1
        return start, end

    def nearest(self, words: str) -> Passage | None:
        """Return the passage that shares the most with words: for people, never as evidence."""
        wanted = Counter(_grams(fold(words).lower()))
        total = wanted.total()
        # some letters are several in lower case
        text = "".join(it if len(low := it.lower()) != 1 else low for it in self._folded.text)
        if not total or len(text) < _GRAM:
            return None
        best = shared = 0
        at = 0
        have: Counter[str] = Counter()
        for number, gram in enumerate(_grams(text)):
            if gram in wanted:
                have[gram] += 1
                shared += have[gram] <= wanted[gram]
            if number >= total:
                gone = text[number - total : number - total + _GRAM]
                if gone in wanted:
                    shared -= have[gone] <= wanted[gone]
                    have[gone] -= 1
            if shared > best:
                best, at = shared, max(0, number - total + 1)
        if best < _NEAR * total:
            return None
        end = min(len(text), at + total + _GRAM - 1)
        return self.passage(self._folded.span(at, end), around=0)


_SHOWN = 4


def _occurrences(text: str, words: str, whole: Callable[[int, int], bool]) -> Iterator[Span]:
    """Yield where words stand in a text, each time behind the last; `whole` says of a place that it cuts no letter."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if kept := whole(start, end):
            yield start, end
        start = text.find(words, end if kept else start + 1)


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.combining(character) > 0


def _grams(text: str) -> Iterator[str]:
    return (text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))
