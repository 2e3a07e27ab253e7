"""The pages of all that leads to a thing, by property."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pressgraph.pages.names import capital
from pressgraph.pages.view.graph import Graph
from pressgraph.pages.view.pointing import PAGE
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.values import Name
    from pressgraph.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksPage:
    """A page of what leads to a thing, by property. `before` and `after` are the pages next to it, or 0."""

    name: Name
    said: str
    groups: tuple[tuple[str, tuple[Name, ...]], ...]
    number: int
    before: int
    after: int
    pages: int


def links_page(
    iri: str,
    found: Mapping[str, Any],
    names: Names,
    profile: Profile,
    site: Site,
    *,
    number: int,
    language: str,
    today: dt.date,
) -> LinksPage:
    """Return a page of what leads to an IRI from what `pressgraph.pages.describe` found."""
    graph = Graph(found["reading"], names, profile, site, language, today)
    groups = tuple(
        (_heading(graph, predicate), tuple(sorted((graph.name(it) for _, it in some), key=_by_name)))
        for predicate, some in groupby(found["shown"], key=lambda it: it[0])
    )
    pages = -(-found["matching"] // PAGE)
    return LinksPage(
        name=graph.name(iri),
        said=graph.words["n_links"](count=found["matching"]),
        groups=groups,
        number=number,
        before=number - 1,
        after=number + 1 if number < pages else 0,
        pages=pages,
    )


def _heading(graph: Graph, predicate: str) -> str:
    if predicate == RDF_TYPE:
        return str(graph.words["instances"])
    inverse = graph.names.inverse(predicate)
    return capital(inverse) if inverse else str(graph.words["leads_by"](label=graph.names.name(predicate).label))


def _by_name(name: Name) -> tuple[str, str]:
    return name.label.casefold(), name.iri
