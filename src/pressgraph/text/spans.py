"""Stretches of a text, and whether another one has something of them."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.text.fold import Span


class Spans:
    """A set of stretches of a text, each from a character to before another one.

    >>> spans = Spans([(3, 5)])
    >>> spans.meets((4, 9)), spans.meets((5, 9)), spans.meets((0, 3))
    (True, False, False)
    """

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._found = set(spans)
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, span: Span) -> None:
        """Add a stretch."""
        self._found.add(span)
        self._starts.clear()

    def __iter__(self) -> Iterator[Span]:
        return iter(self._found)

    def meets(self, span: Span) -> bool:
        """Tell whether a stretch has a character of these."""
        if not self._starts:
            self._starts, self._ends = [], []
            for start, end in sorted(self._found):
                if self._ends and start <= self._ends[-1]:
                    self._ends[-1] = max(self._ends[-1], end)
                else:
                    self._starts.append(start)
                    self._ends.append(end)
        # of stretches apart from each other, the last that begins before the end is the one that reaches farthest
        before = bisect_left(self._starts, span[1])
        return before > 0 and self._ends[before - 1] > span[0]
