"""All that leads to a thing, in pages: where so much does that the page of the thing cannot show it.

A fact's receipt, its evidence, or a graph counts as the source that it belongs to, on whose page it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.pages.view.statements import DEFAULT, NOT_POINTING
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from pressgraph.dataset import GraphNames

PAGE = 200
_ABOUT = ox.NamedNode(f"{SCHEMA}about")


def links_to(store: ox.Store, iri: str, graphs: GraphNames) -> list[tuple[str, str]]:
    """Return what leads to an IRI, as properties and things, sorted."""
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
            about = store.quads_for_pattern(ox.NamedNode(graphs.provenance_of(source)), _ABOUT, None, DEFAULT)
            known[source] = [it.object.value for it in about if isinstance(it.object, ox.NamedNode)]
        found.update((predicate, it) for it in known[source])
    return sorted(it for it in found if it[1] != iri)
