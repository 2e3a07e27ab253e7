"""All that leads to a thing, in pages: where so much does that the page of the thing cannot show it.

A fact's receipt, its evidence, or a graph counts as the source that it belongs to, on whose page it stands. What a
property says that follows from another one is told by the latter alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.pages.view.listing import plain
from pressgraph.pages.view.statements import DEFAULT, NOT_POINTING
from pressgraph.query.names import best_name, name_in_store
from pressgraph.rdf import RDFS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.dataset import GraphNames

PAGE = 200
_MOST_KEPT = 4
_MOST_PLACES = 50_000
_MOST_NAMED = 10_000
"""What more leads to is in the order of ids: to read its names would take more than two seconds, whoever asks."""
ABOUT = ox.NamedNode(f"{SCHEMA}about")
_SUBPROPERTY = ox.NamedNode(f"{RDFS}subPropertyOf")


class Pointing:
    """What leads to things of a store, which never changes."""

    def __init__(self, store: ox.Store, graphs: GraphNames) -> None:
        self._store = store
        self._graphs = graphs
        # all pages about one thing are asked for in a row, and much is led to by the same things
        self._found = lru_cache(1)(self._find)
        self._names = lru_cache(_MOST_PLACES)(lambda thing: name_in_store(store, thing)[0])
        self._place = lru_cache(_MOST_PLACES)(self._sorted_by)
        self.to = lru_cache(_MOST_KEPT)(self._to)
        """Return what leads to an IRI, as properties and things, sorted by names in a language, or else by ids."""

    def _to(self, iri: str, language: str) -> list[tuple[str, str]]:
        found = self._found(iri)
        if len(found) > _MOST_NAMED:
            return sorted(found)
        return sorted(found, key=lambda it: (it[0], *self._place(it[1], language)))

    def _find(self, iri: str) -> set[tuple[str, str]]:
        found = _pointing(self._store, iri, self._graphs)
        above = _above(self._store, {predicate for predicate, _ in found})
        return found - {(general, thing) for predicate, thing in found for general in above[predicate]}

    def _sorted_by(self, thing: str, language: str) -> tuple[bool, str, str]:
        """Return what a thing is sorted by: its name as in a dictionary; things without one come last."""
        name = best_name(self._names(thing), (language,))
        return name is None, plain(name[0].casefold()) if name is not None else "", thing


def _above(store: ox.Store, predicates: Iterable[str]) -> dict[str, set[str]]:
    """Return the properties that follow from some, by these."""
    found: dict[str, set[str]] = {}
    for predicate in predicates:
        above, todo = set[str](), [predicate]
        while todo:
            for quad in store.quads_for_pattern(ox.NamedNode(todo.pop()), _SUBPROPERTY, None, DEFAULT):
                general = getattr(quad.object, "value", "")
                if general not in above and isinstance(quad.object, ox.NamedNode):
                    above.add(general)
                    todo.append(general)
        found[predicate] = above - {predicate}
    return found


def _pointing(store: ox.Store, iri: str, graphs: GraphNames) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    of_sources: set[tuple[str, str]] = set()
    inner, left_out = (*graphs.of_sources, graphs.evidence), {it.value for it in NOT_POINTING}
    for quad in store.quads_for_pattern(None, None, ox.NamedNode(iri), DEFAULT):
        predicate, subject = quad.predicate.value, getattr(quad.subject, "value", "")
        if predicate in left_out or isinstance(quad.subject, ox.BlankNode):
            continue
        if not subject.startswith(inner):
            found.add((predicate, subject))
        elif (source := graphs.source_behind(subject)) is not None:
            of_sources.add((predicate, source))
    known: dict[str, list[str]] = {}
    for predicate, source in of_sources:
        if source not in known:
            about = store.quads_for_pattern(ox.NamedNode(graphs.provenance_of(source)), ABOUT, None, DEFAULT)
            known[source] = [it.object.value for it in about if isinstance(it.object, ox.NamedNode)]
        found.update((predicate, it) for it in known[source])
    return {it for it in found if it[1] != iri}
