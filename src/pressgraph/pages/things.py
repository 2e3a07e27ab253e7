"""The page of a thing: what is said of it, with receipts, and what points to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pressgraph.pages.values import Fact, Name, Property, Receipt, Statements, Value
from pressgraph.rdf import DCTERMS, RDF_TYPE, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.pages.names import Names

_LEADS = (f"{SKOS}definition", *(f"{SCHEMA}{it}" for it in ("description", "abstract")), f"{DCTERMS}description")


class FactRead(Struct, frozen=True, kw_only=True, gc=False):
    """A fact that was read from a source: its graph, where it stands there, what it says."""

    fact: Name
    spans: tuple[tuple[int, int], ...]
    says: tuple[Statements, ...]


class Thing(Struct, frozen=True, kw_only=True, gc=False):
    """A thing's page."""

    name: Name
    kinds: tuple[Name, ...]
    """Its most specific classes."""
    more_kinds: tuple[Name, ...]
    lead: Value | None
    """What it is, in a sentence or two."""
    facts: tuple[Property, ...]
    links: tuple[Property, ...]
    more: bool
    """Whether more points here than is shown."""
    instances: tuple[Fact, ...]
    examples: tuple[Statements, ...]
    says: tuple[Statements, ...]
    """What it states, if it is a graph."""
    read: tuple[FactRead, ...]
    all_read: int
    uses: int

    @property
    def empty(self) -> bool:
        """Whether nothing is known of it."""
        return not (self.facts or self.kinds or self.links or self.instances or self.says or self.examples)


def thing_model(iri: str, found: dict[str, Any], names: Names, uses: int) -> Thing:
    """Return what the page of a thing shows; `uses` is how often a term is used."""
    names.nodes = dict(found["nodes"])
    shown = {name for key in ("facts", "links", "examples") for it in found[key] for name in it["graphs"]}
    receipts = {name: _receipt(name, it, names) for name in shown if (it := found["receipts"].get(name))}
    classes = [it["o"][1] for it in found["facts"] if it["p"] == RDF_TYPE and it["o"][0] == "iri"]
    specific = names.specific(classes)
    order = names.order(specific)
    leads = [it["o"][1:3] for word in _LEADS for it in found["facts"] if it["p"] == word and it["o"][0] == "text"]
    text, language = names.pick(leads)
    return Thing(
        name=names.name(iri),
        kinds=tuple(map(names.term, specific)),
        more_kinds=tuple(names.term(it) for it in sorted(set(classes) - set(specific))),
        lead=Value(text=text, language=language) if text else None,
        facts=_properties([it for it in found["facts"] if it["p"] != RDF_TYPE], "o", receipts, names, order),
        links=_properties([it for it in found["links"] if it["p"] != RDF_TYPE], "s", receipts, names, {}),
        more=found["more"],
        instances=_values([it for it in found["links"] if it["p"] == RDF_TYPE], "s", receipts, names),
        examples=_statements(found["examples"], receipts, names),
        says=_statements(found["says"], {}, names),
        read=tuple(
            FactRead(
                fact=names.name(it["graph"]),
                spans=tuple((start, end) for start, end in it["spans"]),
                says=_statements(_without_types(it["says"]), {}, names),
            )
            for it in found["read"]
        ),
        all_read=found["all_read"],
        uses=uses,
    )


def _without_types(entries: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Leave out what kinds of things a fact is about, where it says more than that."""
    more = [entry for entry in entries if entry["p"] != RDF_TYPE]
    return more or entries


def _statements(
    entries: Sequence[dict[str, Any]], receipts: dict[str, Receipt], names: Names
) -> tuple[Statements, ...]:
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        by_subject.setdefault(entry["s"][1], []).append(entry)
    found = [
        Statements(subject=names.name(subject), properties=_properties(said, "o", receipts, names, {}))
        for subject, said in by_subject.items()
    ]
    return tuple(sorted(found, key=lambda it: it.subject.label.casefold()))


def _properties(
    entries: Sequence[dict[str, Any]], end: str, receipts: dict[str, Receipt], names: Names, order: Mapping[str, int]
) -> tuple[Property, ...]:
    by_predicate: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        by_predicate.setdefault(entry["p"], []).append(entry)
    found = [
        Property(name=names.term(predicate), facts=_values(said, end, receipts, names))
        for predicate, said in by_predicate.items()
    ]
    return tuple(
        sorted(found, key=lambda it: (order.get(it.name.iri, len(order)), it.name.label.casefold(), it.name.iri))
    )


def _values(
    entries: Sequence[dict[str, Any]], end: str, receipts: dict[str, Receipt], names: Names
) -> tuple[Fact, ...]:
    found = [
        Fact(
            value=names.value(entry[end]),
            receipts=_telling([receipts[name] for name in entry["graphs"] if name in receipts]),
        )
        for entry in entries
    ]
    return tuple(sorted(found, key=lambda it: names.value_order(it.value)))


def _telling(receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """Leave out receipts that only name a source, which the source's own description has, where others say more.

    They are sorted by their sources.
    """
    telling = [it for it in receipts if it.status or it.spans] or receipts
    return tuple(sorted(telling, key=lambda it: (it.source.label.casefold() if it.source else "", it.fact.iri)))


def _receipt(graph: str, found: dict[str, Any], names: Names) -> Receipt:
    names.notes.receipt(graph)

    def named(key: str) -> Name | None:
        return names.name(found[key]) if key in found else None

    return Receipt(
        fact=names.name(graph),
        source=named("source"),
        status=named("status"),
        spans=tuple((start, end) for start, end in found.get("spans", ())),
        reviewer=named("reviewedBy"),
        reviewed=found.get("reviewedOn", ""),
    )
