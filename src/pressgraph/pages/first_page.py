"""The first page: the newest releases, the labels that are held today, who publishes, and the numbers of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.pages.messages import messages
from pressgraph.pages.view.common import badge_of
from pressgraph.pages.view.days import Dated, day
from pressgraph.pages.view.drawing import Axis
from pressgraph.pages.view.graph import Graph
from pressgraph.pages.view.parts import Bar, Bars, Empty, Link, Part
from pressgraph.pages.view.validity import axis_days, basis_words, days_left, until_words, validity_of
from pressgraph.rdf import CLU, SCHEMA, XSD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pressgraph.dataset.counts import Counts
    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.view.parts import Day, Sentence
    from pressgraph.pages.view.validity import Validity
    from pressgraph.profile import Profile
    from pressgraph.query import SavedQuery

_MOST_CHIPS, _MOST_LABELS, _MOST_QUESTIONS = 4, 12, 6
_DAY_LENGTH = len("2026-01-31")
_NAMED = ("label", "person", "organisation", "programme", "event")


def first_page_model(
    counts: Counts,
    found: Mapping[str, Any],
    names: Names,
    profile: Profile,
    site: Site,
    *,
    language: str,
    today: dt.date,
) -> dict[str, Any]:
    """Return what the first page shows; `found` is what `pressgraph.pages.view.reading.first_page` read."""
    words: Mapping[str, Any] = messages(language)
    graph = Graph(found["reading"], names, profile, site, language, today)
    releases = [
        {
            "name": names.name(it["iri"]),
            "day": _day(it["day"], language),
            "by": [names.name(iri) for iri in it["by"]],
            "facts": it["facts"],
        }
        for it in found["releases"]
    ]
    newest = releases[0] if releases else None
    if newest is not None:
        chips = [iri for iri in found["named"] if graph.kind(iri) in _NAMED]
        newest["chips"] = [graph.chip(iri) for iri in chips[:_MOST_CHIPS]]
    held = _held(graph, found["held"])
    return {
        "figures": (
            (counts.releases, words["releases"]),
            (found["organisations"], words["publishers_noun"](count=found["organisations"])),
            (
                counts.facts,
                f"{words['facts_noun'](count=counts.facts)}, {words['of_them_reviewed'](count=found['reviewed'])}",
            ),
        ),
        "count_releases": counts.releases,
        "newest": newest,
        "as_of": counts.newest[0][1][:_DAY_LENGTH] if counts.newest else "",
        "releases": releases[1:],
        "parts": [held] if held is not None else [],
        "publishers": [_publisher(graph, it, words, language) for it in found["publishers"]],
    }


def _day(lexical: str, language: str) -> Day | None:
    if not lexical:
        return None
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}.get(len(lexical), "dateTime")
    return day(Dated(lexical, f"{XSD}{kind}"), language)


def _held(graph: Graph, names: list[str]) -> Part | None:
    """Return the labels that are valid today, the first to run out first, then those whose period nobody knows."""
    known = [(it, validity_of(graph, it)) for it in names]
    valid = [(it, found) for it, found in known if found.valid]
    unknown = [
        (it, found) for it, found in known if found.valid is None and not found.periods and not found.replaced_by
    ]
    if not names:
        return None
    words = graph.words
    valid.sort(key=lambda it: (it[1].left if it[1].left is not None else 10**9, it[0]))
    shown = [*valid, *unknown][:_MOST_LABELS]
    if not shown:
        return Part(
            key="held", heading=words["labels_today"], blocks=(Empty(strong="", text=words["no_labels_today"]),)
        )
    axis = Axis.of(axis_days([it for _, found in shown for it in found.periods]), graph.today)
    # where nobody knows any of their periods, the heading says so for all
    rows = tuple(_row(graph, axis, label, found, tells=bool(valid)) for label, found in shown)
    small = words["soonest_first"](count=len(valid)) if valid else ""
    return Part(
        key="held",
        heading=words["labels_today"] if valid else words["labels_without_period"],
        small=small,
        blocks=(Bars(axis=axis.draw(words["today"]), rows=rows),),
    )


def _row(graph: Graph, axis: Axis, label: str, known: Validity, *, tells: bool) -> Bar:
    level = graph.level(label)
    holder = next((it.iri for it in graph.look(label, f"{CLU}heldBy")), "")
    left = days_left(graph, known)
    small: Sentence = (left,) if left is not None else (basis_words(graph, known.best),)
    return Bar(
        who=(Link(name=graph.names.name(holder)) if holder else graph.link(label),),
        note=(Link(name=graph.name(label), label=graph.level_name(label)),)
        if not level.of
        else (Link(name=graph.name(label), level=level),),
        drawing=axis.bar([known.best.span(level.metal)] if known.best is not None else []),
        until=until_words(graph, known) if tells else (),
        small=small if tells else (),
    )


def _publisher(graph: Graph, found: Mapping[str, Any], words: Mapping[str, Any], language: str) -> dict[str, Any]:
    name = graph.names.name(found["iri"])
    what = [
        graph.names.name(it.iri).label
        for word in (f"{CLU}sector", f"{SCHEMA}areaServed")
        for it in graph.look(found["iri"], word)[:2]
        if it.iri
    ]
    latest = _day(found["latest"], language)
    said = words["n_releases"](count=found["releases"])
    return {
        "name": name,
        "badge": badge_of(name.label),
        "what": " · ".join(what),
        "said": f"{said}, {words['latest_on'](day=latest.text)}" if latest is not None else said,
    }


def home_questions(queries: Iterable[SavedQuery]) -> list[SavedQuery]:
    """Return the saved queries that the first page asks: those that say `@home`, in its order, else the first ones."""
    named = [it for it in queries if "/" not in it.name]
    chosen = sorted((it for it in named if "home" in it.tags), key=lambda it: (it.tags["home"].zfill(4), it.name))
    return (chosen or named)[:_MOST_QUESTIONS]
