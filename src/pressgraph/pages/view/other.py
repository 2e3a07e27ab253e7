"""The page of anything else, such as an event, a place or a programme's call: its facts in the profile's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.view.common import (
    badge_of,
    cite_part,
    class_words,
    facts_part,
    figures_part,
    know_part,
    lead_of,
    quotes_part,
    releases_part,
    rest_part,
)
from pressgraph.pages.view.days import dated, day
from pressgraph.pages.view.parts import Page, Part
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Sentence

_WHEN = (f"{SCHEMA}startDate", f"{SCHEMA}endDate")
_WHERE = (f"{SCHEMA}location",)


def other_page(graph: Graph, iri: str) -> Page:
    """Return the page of a thing of no kind that has a view of its own."""
    words = graph.words
    kind = graph.kind(iri)
    kicker = class_words(graph, iri)
    if kind == "event":
        kicker = (*kicker, *_when(graph, iri))
    lead = lead_of(graph, iri)
    graph.record()
    figures, newest = figures_part(graph, iri)
    graph.record()
    facts = facts_part(graph, iri, extra=newest, one=True)
    glance = (
        Part(key="glance", heading=words["glance"], blocks=(facts,), know=graph.know()) if facts is not None else None
    )
    quotes = quotes_part(graph, iri, words["said_about"])
    # a release that is named below is not named above too
    releases = releases_part(graph, iri, heading="named_in")
    parts = [
        glance,
        figures,
        quotes,
        rest_part(graph, iri),
        releases,
        know_part(graph, iri),
        cite_part(graph, iri),
    ]
    name = graph.name(iri)
    told = "".join(getattr(it, "text", "") for it in lead if not isinstance(it, str))
    return Page(
        kind=kind if kind == "event" else "other",
        iri=iri,
        name=name,
        kicker=kicker,
        lead=lead,
        description=told or words["about_name"](name=name.label),
        badge=badge_of(name.label),
        parts=tuple(it for it in parts if it is not None),
    )


def _when(graph: Graph, iri: str) -> Sentence:
    days = [
        day(value, graph.language) for word in _WHEN for it in graph.look(iri, word)[:1] if (value := dated(it.object))
    ]
    places = [graph.link(it.iri) for it in graph.look(iri, *_WHERE)[:1] if it.iri]
    said: list[object] = []
    if days:
        said += [" · ", days[0], *((" – ", days[1]) if len(days) > 1 else ())]
    if places:
        said += [" · ", places[0]]
    return tuple(said)  # type: ignore[arg-type]  # pieces of a sentence
