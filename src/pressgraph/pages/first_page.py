"""The first page: the newest releases, and what is in the graph, by the numbers that were kept with its snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.dataset.counts import Counts
    from pressgraph.pages.names import Names
    from pressgraph.profile import Profile


def first_page_model(counts: Counts, found: Mapping[str, Any], names: Names, profile: Profile) -> dict[str, Any]:
    """Return what the first page shows; `found` are the releases that it names."""
    things, kinds = _things(counts, profile)
    return {
        "counts": {"releases": counts.releases, "facts": counts.facts, "things": things, "triples": counts.triples},
        "releases": [
            {"name": names.name(it["iri"]), "day": it["day"], "by": [names.name(iri) for iri in it["by"]]}
            for it in found["releases"]
        ],
        "kinds": sorted(
            ({"name": names.term(iri), "count": count} for iri, count in kinds.items()),
            key=lambda it: (-it["count"], it["name"].label),
        ),
    }


def _things(counts: Counts, profile: Profile) -> tuple[int, dict[str, int]]:
    """Return how many things the profile knows, and how many of which class that is not only a superclass."""
    above = {it.iri: it.superclasses for it in profile.classes.values()}
    found = [([name for name in key.split(" ") if name in above], number) for key, number in counts.kinds.items()]
    told = {name for names, _ in found for name in names if not any(name in above[it] for it in names)}
    kinds = {name: sum(number for names, number in found if name in names) for name in told}
    return sum(number for names, number in found if names), kinds
