"""What a graph names: which things have pages, of which others something is said, what very much leads to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.pages.view.statements import DEFAULT, MOST_LINKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.site.drawing import Drawer


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph names."""

    things: list[str]
    """The IRIs that have a page of their own, sorted."""
    others: list[str]
    """The IRIs of others that not only the profile says something of, sorted."""
    hubs: list[str]
    """The IRIs that very much leads to, sorted."""


def named_in(drawer: Drawer) -> Named:
    """Return what the graph names."""
    led_to, told_of = _led_to(drawer.store), set(_told_of(drawer.store))
    return _sorted(
        things=filter(drawer.layout.is_thing, told_of | led_to.keys()),
        others=(it for it in told_of if _is_told_of_others(drawer, ox.NamedNode(it))),
        hubs=(iri for iri, links in led_to.items() if links >= MOST_LINKS),
    )


def named_anew(drawer: Drawer, before: Named, quads: Iterable[ox.Quad]) -> Named:
    """Return what the graph names by what it named before, and the quads that came or went."""
    things, others, hubs = set(before.things), set(before.others), set(before.hubs)
    ends = {end for it in quads for end in (it.subject, it.object) if isinstance(end, ox.NamedNode)}
    for node in ends:
        told = any(True for _ in drawer.store.quads_for_pattern(node, None, None, DEFAULT))
        links = sum(1 for _ in islice(drawer.store.quads_for_pattern(None, None, node, DEFAULT), MOST_LINKS))
        for known, holds in (
            (things, (told or links > 0) and drawer.layout.is_thing(node.value)),
            (others, told and _is_told_of_others(drawer, node)),
            (hubs, links >= MOST_LINKS),
        ):
            (known.add if holds else known.discard)(node.value)
    return _sorted(things, others, hubs)


def _is_told_of_others(drawer: Drawer, node: ox.NamedNode) -> bool:
    """Tell whether an IRI is none of the project's, and not only the profile says something of it."""
    if node.value.startswith(drawer.project.id_base):
        return False
    own = (DEFAULT, ox.NamedNode(GraphNames(id_base=drawer.project.id_base).profile))
    return any(it.graph_name not in own for it in drawer.store.quads_for_pattern(node, None, None, None))


def _sorted(things: Iterable[str], others: Iterable[str], hubs: Iterable[str]) -> Named:
    return Named(things=sorted(things), others=sorted(others), hubs=sorted(hubs))


def _led_to(store: ox.Store) -> dict[str, int]:
    """Return the IRIs that something leads to, with how often that is."""
    rows = store.query("SELECT ?n (COUNT(*) AS ?links) { ?s ?p ?n FILTER(isIRI(?n)) } GROUP BY ?n")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    return {row["n"].value: int(row["links"].value) for row in rows}


def _told_of(store: ox.Store) -> Iterator[str]:
    """Yield the IRIs that something is said of."""
    rows = store.query("SELECT DISTINCT ?n { ?n ?p ?o }")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    yield from (name.value for row in rows if isinstance(name := row["n"], ox.NamedNode))
