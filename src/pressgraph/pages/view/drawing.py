"""Bars of validity on an axis of years, and the steps of levels, as SVG.

Places are percentages: nothing is stretched, no script and no style is needed. What a drawing shows stands beside it in
words, so it is hidden from screen readers.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_YEARS, _MOST_WORDS = 16, 7
"""On an axis: a word for each of more years would run into the next one on a telephone."""
_THIN, _THICK, _LARGE = 12, 18, 30


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """A period on an axis: `until` is its first day after. What is not known is None."""

    start: dt.date | None
    until: dt.date | None
    basis: str = "stated"
    """stated, rule or assumed."""
    metal: str = ""


class Axis(Struct, frozen=True, kw_only=True, gc=False):
    """The years from `first` up to, not including, `end`; one without days draws nothing."""

    first: int
    end: int
    today: dt.date
    is_empty: bool = False

    @classmethod
    def of(cls, days: Iterable[dt.date], today: dt.date) -> Axis:
        """Return the axis that has room for days and today, with a year before and after."""
        dated = [it.year for it in days]
        years = [*dated, today.year]
        first, last = min(years), max(years) + 1
        first = max(first, last + 1 - _MOST_YEARS) if today.year < last else first
        return cls(
            first=max(first, last + 1 - _MOST_YEARS, 1),
            end=min(last + 1, dt.MAXYEAR),
            today=today,
            is_empty=not dated,
        )

    def percent(self, day: dt.date) -> float:
        """Return where a day is, from 0 to 100; what is outside is at the nearer end."""
        first, end = dt.date(self.first, 1, 1), dt.date(self.end, 1, 1)
        return round(100 * min(1.0, max(0.0, (day - first) / (end - first))), 2)

    def draw(self, word: str) -> Markup:
        """Draw the years, and today with its word."""
        if self.is_empty:
            return Markup()
        out = ['<svg class="axis" height="40" aria-hidden="true">']
        out.extend(
            f'<text x="{self.percent(dt.date(year, 1, 1))}%" dx="3" y="34">{year}</text>'
            for year in range(self.first, self.end, -(-(self.end - self.first) // _MOST_WORDS))
        )
        x = self.percent(self.today)
        out.append(f'<text class="now" x="{x}%" y="12" text-anchor="middle">{Markup.escape(word)}</text>')
        out.append(f'<line class="today" x1="{x}%" x2="{x}%" y1="17" y2="100%"/></svg>')
        return Markup("".join(out))  # noqa: S704 - of numbers, and a word that is escaped

    def bar(self, spans: Iterable[Span], height: int = 22) -> Markup:
        """Draw periods: solid stated, half by rule, hatched assumed; no end is solid to today, then dots."""
        if self.is_empty:
            return Markup()
        middle, thick = height / 2, _THIN if height < _LARGE else _THICK
        y = middle - thick / 2
        out = [f'<svg class="bar" height="{height}" aria-hidden="true">', _grid(self)]
        out.append(f'<line class="track" x1="0" x2="100%" y1="{middle}" y2="{middle}"/>')
        out.extend(self._span(span, y, thick, middle) for span in spans)
        x = self.percent(self.today)
        out.append(f'<line class="today" x1="{x}%" x2="{x}%" y1="-200" y2="400"/></svg>')
        return Markup("".join(out))  # noqa: S704 - of numbers and words of this module

    def _span(self, span: Span, y: float, thick: int, middle: float) -> str:
        if span.start is None and span.until is None:
            return ""
        end = span.until or max(self.today, span.start or self.today)
        a = self.percent(span.start) if span.start is not None else self.percent(end)
        b = self.percent(end)
        width = round(b - a, 2)
        fill = f' fill="url(#hatch-{span.metal or "silver"})"' if span.basis == "assumed" else ""
        out = [f'<g class="{span.metal}">']
        if fill:
            # paper below the hatch, so that the grid does not show through
            out.append(f'<rect class="ground" x="{a}%" y="{y}" width="{width}%" height="{thick}"/>')
        out.append(f'<rect class="span {span.basis}"{fill} x="{a}%" y="{y}" width="{width}%" height="{thick}"/>')
        if span.basis == "rule":
            out.append(f'<rect class="half" x="{a}%" y="{y + thick / 2}" width="{width}%" height="{thick / 2}"/>')
        if span.until is None:
            out.append(f'<line class="open" x1="{b}%" x2="100%" y1="{middle}" y2="{middle}"/>')
        if span.start is None:
            out.append(f'<line class="open" x1="0" x2="{a}%" y1="{middle}" y2="{middle}"/>')
        return "".join((*out, "</g>"))


@lru_cache
def stairs(rank: int, of: int) -> Markup:
    """Draw the steps of a scheme, filled up to a rank."""
    out = [f'<svg class="stairs" viewBox="0 0 {of * 6 - 1} 16" aria-hidden="true">']
    for step in range(of):
        height = 6 + step * (10 // max(1, of - 1))
        x, y = step * 6, 16 - height
        out.append(
            f'<rect x="{x}" y="{y}" width="5" height="{height}"/>'
            if step < rank
            else f'<rect class="off" x="{x + 0.5}" y="{y + 0.5}" width="4" height="{height - 1}"/>'
        )
    return Markup("".join(out) + "</svg>")  # noqa: S704 - of numbers


@lru_cache(1)
def _grid(axis: Axis) -> str:
    """Return the lines of the years, which are the same in all bars."""
    places = (axis.percent(dt.date(year, 1, 1)) for year in range(axis.first + 1, axis.end))
    return "".join(f'<line class="grid" x1="{x}%" x2="{x}%" y1="-200" y2="400"/>' for x in places)
