"""In which order forms ask: where properties stand, as the shapes say, and levels by their rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pressgraph.rdf import CLU, SH
from pressgraph.rdf.terms import term_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.profile import Profile
    from pressgraph.profile.model import Concept

LAST = 10**6
"""The place of what has none."""


@dataclass(frozen=True, slots=True)
class Order:
    """Where properties stand in forms, by their IRIs."""

    order: dict[str, float]
    group: dict[str, str]
    groups: dict[str, tuple[float, dict[str, str]]]


@lru_cache(maxsize=8)
def orders(profile: Profile) -> Order:
    """Return where forms show the properties, as the shapes say (sh:order, sh:group; SHACL 1.0, 2.3.2)."""
    paths: dict[str, str] = {}
    places: dict[str, float] = {}
    grouped: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    for file in profile.shapes:
        for triple in file.triples:
            subject, value = str(triple.subject), getattr(triple.object, "value", "")
            match triple.predicate.value.removeprefix(SH):
                case "path":
                    paths[subject] = value
                case "order":
                    places[subject] = float(value)
                case "group":
                    grouped[subject] = str(triple.object)
            if triple.predicate.value.endswith("rdf-schema#label"):
                labels.setdefault(subject, {})[getattr(triple.object, "language", None) or "en"] = value
    order: dict[str, float] = {}
    group: dict[str, str] = {}
    for subject, path in paths.items():
        if subject in places:
            order[path] = min(order.get(path, LAST), places[subject])
        if subject in grouped:
            group.setdefault(path, grouped[subject])
    groups = {it: (places.get(it, LAST), labels.get(it, {})) for it in set(grouped.values())}
    return Order(order, group, groups)


def by_rank(concepts: Iterable[Concept], profile: Profile) -> list[Concept]:
    """Return terms in their order, those that are levels from the lowest to the highest."""
    ranks = _ranks(profile)
    return sorted(concepts, key=lambda it: ranks.get(it.iri, 0))


@lru_cache(maxsize=8)
def _ranks(profile: Profile) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for triple in profile.ontology_triples:
        value = getattr(triple.object, "value", "")
        if triple.predicate.value == f"{CLU}levelRank" and value.isdecimal():
            ranks[term_text(triple.subject) or ""] = int(value)
    return ranks
