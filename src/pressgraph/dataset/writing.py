"""Write RDF with pyoxigraph: sorted, so that the same triples are the same bytes, and with the prefixes in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.dataset.serializations import Serialization


def write_triples(triples: Iterable[ox.Triple], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write triples grouped by subject, types first."""
    ordered = sorted(set(triples), key=triple_order)
    written = ox.serialize(ordered, format=form.ox_format, prefixes=used_prefixes(ordered, prefixes))
    assert written is not None  # noqa: S101 - no output was given
    return written


def write_quads(quads: Iterable[ox.Quad], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write quads grouped by graph, then by subject, in a serialization that keeps named graphs."""
    ordered = sorted(set(quads), key=lambda quad: (str(quad.graph_name), triple_order(quad.triple)))
    written = ox.serialize(ordered, format=form.ox_format, prefixes=used_prefixes(ordered, prefixes))
    assert written is not None  # noqa: S101 - no output was given
    return written


def triple_order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    """Return the key that triples are sorted by."""
    predicate = triple.predicate.value
    return (str(triple.subject), predicate != RDF_TYPE, predicate, str(triple.object))


def used_prefixes(statements: Iterable[ox.Quad | ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those prefixes whose namespace some term is in, sorted."""
    known: dict[str, str] = {}
    for prefix, namespace in sorted(prefixes.items()):
        if prefix:
            known.setdefault(namespace, prefix)
    namespaces: set[str] = set()
    for statement in statements:
        terms: list[object] = [statement.subject, statement.predicate, statement.object]
        if isinstance(statement, ox.Quad):
            terms.append(statement.graph_name)
        for term in terms:
            if isinstance(term, ox.Literal):
                term = term.datatype  # noqa: PLW2901 - what is abbreviated is the datatype
            if isinstance(term, ox.NamedNode):
                iri = term.value
                namespaces.add(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1])
    return dict(sorted((known[namespace], namespace) for namespace in namespaces & set(known)))
