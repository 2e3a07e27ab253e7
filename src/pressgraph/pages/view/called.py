"""What pages call things that have no name, for answers to questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.pages.view.graph import Graph

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.profile import Profile

MOST_NAMELESS = 2000
"""Things of one answer that are called as on pages; the others by their ids."""


def nameless(iris: Iterable[str], found: Mapping[str, Sequence[object]], id_base: str) -> list[str]:
    """Return the things of the project among some that nothing is found for, as many as are called as on pages."""
    return [it for it in iris if it.startswith(id_base) and not found.get(it)][:MOST_NAMELESS]


def called(
    iris: Iterable[str], reading: Mapping[str, Any], names: Names, profile: Profile, site: Site, today: dt.date
) -> dict[str, tuple[str, str]]:
    """Return what pages call things, and in which language; `reading` is what was read of each of them alone."""
    graph = Graph(reading, names, profile, site, names.language, today)
    return {iri: (name.label, name.language) for iri in iris for name in (graph.name(iri),)}
