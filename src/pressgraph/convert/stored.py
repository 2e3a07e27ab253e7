"""What a store does to typed literals, and how they are stated again.

Oxigraph keeps numbers, times and durations by value: `"2.50"^^xsd:decimal` comes out as `2.5`, and the datatypes that
are derived from xsd:integer and xsd:dateTime come out as these. The profile knows the datatypes of each key, so what
is validated and exported has them again; of equal lexical forms the canonical one remains.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.facts.datatypes import INTEGERS, datatype
from pressgraph.rdf import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pressgraph.profile import Profile

_DATE_TIME, _INTEGER = f"{XSD}dateTime", f"{XSD}integer"
_BY_VALUE = INTEGERS | {
    f"{XSD}{name}"
    for name in (
        "decimal", "double", "float", "boolean", "date", "dateTime", "dateTimeStamp", "time",
        "duration", "yearMonthDuration", "dayTimeDuration", "gYear", "gYearMonth", "gMonth", "gDay", "gMonthDay",
    )
}  # fmt: skip
_KEPT_AS = {**dict.fromkeys(INTEGERS - {_INTEGER}, _INTEGER), f"{XSD}dateTimeStamp": _DATE_TIME}


@lru_cache(maxsize=4)
def changed_datatypes(profile: Profile) -> Mapping[str, tuple[str, ...]]:
    """Return, by property, the datatypes of its key, where the store changes one of them."""
    changes = {}
    for key in profile.keys.values():
        datatypes = key.datatypes or ((key.datatype,) if key.datatype is not None else ())
        if not _KEPT_AS.keys().isdisjoint(datatypes):
            changes[key.iri] = datatypes
    return changes


def restorer(profile: Profile) -> Callable[[ox.Triple], ox.Triple] | None:
    """Return what gives a triple of the store the datatype that its key has; None where no key needs it."""
    table = changed_datatypes(profile)
    if not table:
        return None

    def restore(triple: ox.Triple) -> ox.Triple:
        datatypes = table.get(triple.predicate.value)
        value = triple.object
        if datatypes is None or not isinstance(value, ox.Literal):
            return triple
        iri, text = value.datatype.value, value.value
        if iri not in {_INTEGER, _DATE_TIME}:
            return triple
        # the first that fits, as facts are read
        stated = next((it for it in datatypes if _KEPT_AS.get(it, it) == iri and datatype(it).valid(text)), iri)
        if stated == iri:
            return triple
        return ox.Triple(triple.subject, triple.predicate, ox.Literal(text, datatype=ox.NamedNode(stated)))

    return restore


def restored(quads: Collection[ox.Quad], profile: Profile) -> Collection[ox.Quad]:
    """Return quads of the store with the datatypes that their keys have."""
    restore = restorer(profile)
    if restore is None:
        return quads
    stated = ((restore(quad.triple), quad.graph_name) for quad in quads)
    return [ox.Quad(it.subject, it.predicate, it.object, graph) for it, graph in stated]


@lru_cache(maxsize=10_000)
def canonical(text: str, typed: str) -> str:
    """Return the lexical form that a store gives to a literal.

    >>> canonical("2.50", f"{XSD}decimal")
    '2.5'
    """
    node = ox.NamedNode("urn:x-pressgraph:literal")
    store = ox.Store()
    store.add(ox.Quad(node, node, ox.Literal(text, datatype=ox.NamedNode(typed))))
    (quad,) = store
    assert isinstance(quad.object, ox.Literal)  # noqa: S101 - a literal was added
    return quad.object.value


def canonical_literals(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield triples with the lexical forms that a store gives their literals, and the datatypes that they have."""
    for triple in triples:
        value = triple.object
        if not isinstance(value, ox.Literal) or value.datatype.value not in _BY_VALUE:
            yield triple
            continue
        text = canonical(value.value, value.datatype.value)
        yield ox.Triple(triple.subject, triple.predicate, ox.Literal(text, datatype=value.datatype))
