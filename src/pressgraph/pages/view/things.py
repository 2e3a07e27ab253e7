"""The page of a thing, by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pressgraph.pages.view.graph import Graph
from pressgraph.pages.view.label import label_page
from pressgraph.pages.view.organisation import organisation_page
from pressgraph.pages.view.other import other_page
from pressgraph.pages.view.person import person_page
from pressgraph.pages.view.release import release_page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.view.parts import Page
    from pressgraph.profile import Profile


def has_view(iri: str, found: Mapping[str, Any], id_base: str) -> bool:
    """Tell whether an IRI is a thing of the project of which something is said, and no fact or other graph."""
    return iri.startswith(id_base) and bool(found["facts"] or found["read"]) and not found["says"]


def thing_page(
    iri: str,
    found: Mapping[str, Any],
    names: Names,
    profile: Profile,
    site: Site,
    *,
    language: str,
    today: dt.date,
    personal: Mapping[str, int] | None = None,
) -> Page:
    """Return the page of a thing from what `pressgraph.pages.view.reading` found; `today` decides what is current.

    `personal` says how many facts are withheld as personal data, by source.
    """
    graph = Graph(found, names, profile, site, language, today, personal)
    return replace(_by_kind(graph, iri, found), more=bool(found.get("more")))


def _by_kind(graph: Graph, iri: str, found: Mapping[str, Any]) -> Page:
    kind = graph.kind(iri)
    if kind == "label":
        return label_page(graph, iri)
    if kind == "person":
        return person_page(graph, iri)
    if kind == "release" or found["read"]:
        return release_page(graph, iri, found["read"], found["all_read"], found["text"])
    if kind == "organisation":
        return organisation_page(graph, iri)
    return other_page(graph, iri)
