"""Whether a label is valid on a day, as far as that is known, and how that is said and drawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import Struct

from pressgraph.pages.view.days import Dated, dated, day, day_before, day_of, duration
from pressgraph.pages.view.drawing import Span
from pressgraph.pages.view.parts import State, Tag
from pressgraph.rdf import CLU, TIME
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Sentence

SOON = 90
"""From how many days before its last one on it is said how many are left."""
_BASES = ("stated", "scheme-rule")


class Period(Struct, frozen=True, kw_only=True, gc=False):
    """A period of validity; `until` is not included in it, and what is not known is None."""

    iri: str
    start: Dated | None
    until: Dated | None
    basis: str
    """stated, scheme-rule or assumed-…"""
    basis_iri: str
    length: tuple[int, int, int] | None

    @property
    def has_days(self) -> bool:
        """Whether it says a first or a last day."""
        return self.start is not None or self.until is not None

    @property
    def assumed(self) -> bool:
        """Whether nobody stated it."""
        return self.basis.startswith("assumed")

    def span(self, metal: str) -> Span:
        """Return it as it is drawn."""
        look = "assumed" if self.assumed else "rule" if self.basis == "scheme-rule" else "stated"
        start = self.start.first if self.start is not None else None
        until = self.until.last if self.until is not None else None
        return Span(start=start, until=until, basis=look, metal=metal)


class Validity(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a label's validity on a day."""

    periods: tuple[Period, ...]
    best: Period | None
    """The surest period that has days."""
    valid: bool | None
    """Whether it is valid; None: nobody knows."""
    left: int | None = None
    """How many days are left."""
    replaced_by: str = ""
    withdrawn: bool = False


def validity_of(graph: Graph, label: str) -> Validity:
    """Return what is known of a label's validity on the page's day, and note what that rests on as shown."""
    periods = sorted(
        (period_of(graph, it.iri) for it in graph.out(label, f"{CLU}hasValidity") if it.iri), key=_sureness
    )
    best = next((it for it in periods if it.has_days), None)
    later = [it.subject for it in graph.look_into(label, f"{CLU}replaces")]
    later += [it.iri for it in graph.look(label, f"{CLU}replacedBy")]
    today = graph.today
    withdrawn = any(
        (day_ := dated(it.object)) is not None and (first := day_.first) is not None and first <= today
        for it in graph.out(label, f"{CLU}withdrawnOn")
    )
    valid, left = _on(best, today)
    if withdrawn:
        valid = False
    elif valid is None and later:
        # what took its place has come already
        valid = False
    return Validity(
        periods=tuple(periods),
        best=best,
        valid=valid,
        left=left if valid else None,
        replaced_by=next(iter(dict.fromkeys(later)), ""),
        withdrawn=withdrawn,
    )


def _on(period: Period | None, today: dt.date) -> tuple[bool | None, int | None]:
    if period is None:
        return None, None
    start = period.start.first if period.start is not None else None
    until = period.until.last if period.until is not None else None
    if start is not None and today < start:
        return False, None
    if until is not None:
        return today < until, (until - today).days - 1 if today < until else None
    return None, None


def period_of(graph: Graph, iri: str) -> Period:
    """Return a period, and note it as shown."""

    def date(word: str) -> Dated | None:
        said = graph.first(iri, f"{CLU}{word}")
        return dated(said.object) if said is not None else None

    basis = graph.first(iri, f"{CLU}basis")
    length = graph.first(iri, f"{TIME}hasXSDDuration")
    through = date("validThrough")
    until = date("validUntil")
    if until is None and through is not None and (last := through.last) is not None and last < dt.date.max:
        until = Dated(
            (last + dt.timedelta(days=1)).isoformat(),
            through.datatype.replace("gYearMonth", "date").replace("gYear", "date"),
        )
    return Period(
        iri=iri,
        start=date("validFrom"),
        until=until,
        basis=local_name(basis.iri) if basis is not None and basis.iri else "stated",
        basis_iri=basis.iri if basis is not None else "",
        length=duration(length.text) if length is not None else None,
    )


def _sureness(period: Period) -> tuple[int, bool, str]:
    rank = _BASES.index(period.basis) if period.basis in _BASES else len(_BASES)
    return rank, not period.has_days, period.iri


# -- in words


def last_day(graph: Graph, period: Period) -> Sentence:
    """Return the last day of a period in words; empty where it has none."""
    if period.until is None:
        return ()
    last = day_before(period.until)
    return (day_of(last, graph.language) if last is not None else day(period.until, graph.language),)


def from_to(graph: Graph, period: Period) -> Sentence:
    """Return a period in words, with its last day."""
    words = graph.words
    last = last_day(graph, period)
    if period.start is not None and last:
        return (day(period.start, graph.language), " – ", *last)
    if period.start is not None:
        return tuple(words["since"](day(period.start, graph.language)))
    if last:
        return tuple(words["until"](*last))
    return (words["no_days"],)


def until_words(graph: Graph, known: Validity) -> Sentence:
    """Return until when a label is valid, or that its period is not known."""
    if known.best is None:
        return (graph.words["period_unknown"],)
    last = last_day(graph, known.best)
    if last:
        return tuple(graph.words["until"](*last))
    return from_to(graph, known.best)


def basis_words(graph: Graph, period: Period | None) -> str:
    """Return on what a period rests, in words."""
    if period is None:
        return str(graph.words["no_period"])
    if period.basis_iri:
        return graph.names.name(period.basis_iri).label
    return str(graph.words["stated"])


def state_words(graph: Graph, known: Validity) -> Sentence:
    """Return whether a label is valid on the page's day, in a sentence; nothing where nobody knows."""
    words, best = graph.words, known.best
    if known.withdrawn:
        return (State(text=words["not_valid"], kind="bad", sign="warn"), " ", words["was_withdrawn"])
    if known.valid is None:
        if best is None and not known.replaced_by:
            return (words["period_unknown_sentence"],)
        return from_to(graph, best) if best is not None else ()
    if known.valid and best is not None:
        state = State(text=words["valid"], kind="good", sign="check")
        if best.assumed:
            return (state, " ", *words["if_assumed_until"](*last_day(graph, best)), Tag(status="assumed"))
        start = best.start
        days = (
            words["from_until"](day(start, graph.language), *last_day(graph, best))
            if start
            else words["until"](*last_day(graph, best))
        )
        return (state, " ", *days, ".")
    state = State(text=words["not_valid"], kind="bad", sign="warn")
    if best is None:
        return (state, " ", words["was_replaced"])
    if best.start is not None and (first := best.start.first) is not None and graph.today < first:
        return (state, " ", *words["begins"](day(best.start, graph.language)))
    if not best.until:
        return (state, " ", words["was_replaced"])
    key = "if_assumed_ran_out" if best.assumed else "ran_out"
    return (state, " ", *words[key](*last_day(graph, best)))


def days_left(graph: Graph, known: Validity) -> State | None:
    """Return how many days are left, where they are few."""
    if known.left is None or known.left > SOON:
        return None
    return State(text=graph.words["days_left"](count=known.left), kind="warn", sign="warn")


def axis_days(periods: Iterable[Period]) -> list[dt.date]:
    """Return the days that an axis needs room for."""
    return [
        found
        for it in periods
        for value in (it.start, it.until)
        if value is not None and (found := value.first) is not None
    ]
