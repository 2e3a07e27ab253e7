"""The pages of all that leads to a thing, by property."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pressgraph.pages.names import capital
from pressgraph.pages.view.graph import Graph
from pressgraph.pages.view.pointing import PAGE
from pressgraph.rdf import RDF_TYPE
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.values import Name
    from pressgraph.profile import Profile


class LinksPage(Struct, frozen=True, kw_only=True, gc=False):
    """A page of what leads to a thing, by property. `before` and `after` are the pages next to it, or 0.

    What is called as others are is told from them by what stands beside its name, which is empty for the rest.
    """

    name: Name
    said: str
    groups: tuple[tuple[str, tuple[tuple[Name, str], ...]], ...]
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
    pages = -(-found["matching"] // PAGE)
    groups = tuple(
        (_heading(graph, predicate), _told_apart(_in_order(graph, [it for _, it in some], alone=pages == 1)))
        for predicate, some in groupby(found["shown"], key=lambda it: it[0])
    )
    return LinksPage(
        name=_name(graph, iri),
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


def _name(graph: Graph, iri: str) -> Name:
    """Return what an IRI is called, with a link to what is known of it here, where that is something."""
    name = graph.name(iri)
    known = graph.names.term(iri) if name.external else name
    return known if known.href else name


def _in_order(graph: Graph, iris: Sequence[str], *, alone: bool) -> list[Name]:
    """Return what things are called, in the order in which they come: by names, and without one by ids.

    A page that has all of them sorts what has no name by what it calls them.
    """
    if alone:
        iris = sorted(iris, key=lambda it: "" if graph.names.has_name(it) else _name(graph, it).label.casefold())
    return [_name(graph, it) for it in iris]


def _told_apart(names: Sequence[Name]) -> tuple[tuple[Name, str], ...]:
    called = Counter(it.label for it in names)
    return tuple((it, local_name(it.iri) if called[it.label] > 1 else "") for it in names)
