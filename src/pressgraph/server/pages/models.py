"""What templates show: IRIs as names and links, terms, facts with their receipts, result tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pressgraph.languages import lookup, primary
from pressgraph.rdf import DCTERMS, PROV, RDF, RDF_TYPE, RDFS, SCHEMA, SKOS, XSD_STRING
from pressgraph.rdf.terms import local_name
from pressgraph.server.http.addresses import about, external
from pressgraph.server.pages.messages import word_of_others

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.server.http.addresses import Addresses

_NUMBERS = {"integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger", "int", "long"}
_LONG = 40
_DEEPEST = 12
_FIRST_ITEM, _REST = f"{RDF}first", f"{RDF}rest"
_DAYS = {"date", "dateTime", "gYear", "gYearMonth"}
_FIRST = (
    *(f"{SKOS}{it}" for it in ("prefLabel", "altLabel", "definition", "scopeNote")),
    *(f"{SCHEMA}{it}" for it in ("name", "legalName", "alternateName", "headline", "description", "abstract", "text")),
    f"{RDFS}label",
)
_LEADS = (f"{SKOS}definition", *(f"{SCHEMA}{it}" for it in ("description", "abstract")), f"{DCTERMS}description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An IRI as people see it. `href` is empty where a link would not be safe, or lead nowhere."""

    label: str
    language: str
    iri: str
    href: str
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A literal, an IRI (`name`), a list (`items`), or a node without a name: what is said of it (`properties`)."""

    text: str = ""
    language: str = ""
    datatype: str = ""
    name: Name | None = None
    items: tuple[Value, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def look(self) -> str:
        """How it is set in a table: 'number' and 'day' stay on their line, 'long' gets room; else nothing."""
        local = local_name(self.datatype.replace(":", "/"))
        if local in _NUMBERS:
            return "number"
        return "day" if local in _DAYS else "long" if len(self.text) > _LONG else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a fact comes from. `fact` is its graph, which has an address of its own."""

    fact: Name
    source: Name | None
    status: Name | None
    spans: tuple[tuple[int, int], ...]
    reviewer: Name | None
    reviewed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value of a property, with its receipts."""

    value: Value
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property with its values."""

    name: Name
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What is said of one thing: the thing, and properties with values."""

    subject: Name
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRead:
    """A fact that was read from a source: its graph, where it stands there, what it says."""

    fact: Name
    spans: tuple[tuple[int, int], ...]
    says: tuple[Statements, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
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


class Names:
    """Name and link IRIs in the reader's language; IRIs of the project and the profile link to this server."""

    def __init__(
        self,
        profile: Profile,
        project: Project,
        addresses: Addresses,
        prefix: str,
        language: str,
        labels: Mapping[str, Sequence[Sequence[str]]],
        kinds: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._profile = profile
        self._project = project
        self._addresses = addresses
        self._prefix = prefix
        self._language = language
        self._labels = labels
        self._kinds = kinds or {}
        self.nodes: dict[str, Sequence[dict[str, Any]]] = {}
        """What is said of nodes without a name that are still to be shown: each is shown once."""

    def pick(self, values: Sequence[Sequence[str]]) -> tuple[str, str]:
        """Return the text in the reader's language, else one without a language, else English, else any."""

        def rank(item: Sequence[str]) -> tuple[int, str]:
            tag = item[1].lower()
            if tag and tag == wanted:
                return 0, item[0]
            return (1 if not tag else 2 if primary(tag) == "en" else 3), item[0]

        if not values:
            return "", ""
        wanted = lookup(self._language, (item[1] for item in values if item[1]))
        wanted = wanted.lower() if wanted is not None else None
        best = min(values, key=rank)
        return best[0], best[1]

    def local(self, iri: str) -> str:
        """Return an IRI without the project's base."""
        return iri.removeprefix(self._project.id_base).removeprefix(self._project.base)

    def name(self, iri: str) -> Name:
        """Return an IRI as people see it."""
        label, language = self.pick(self._labels.get(iri, ()))
        if not label:
            label, language = self._of_profile(iri)
        if not label and iri in self._kinds:
            # a thing without a name of its own: what it is, and how it is called in its IRI
            kind = next(iter(self.specific(self._kinds[iri])), "")
            label = f"{self.name(kind).label} · {local_name(iri)}" if kind else ""
        own = self._addresses.place(iri)
        return Name(
            label=label or self._profile.curie(iri) or self.local(iri) or iri,
            language=language,
            iri=iri,
            href=external(iri) if own is None else own.link(self._prefix),
            external=own is None,
        )

    def specific(self, classes: Iterable[str]) -> list[str]:
        """Return those of a thing's classes that are no superclasses of the others, those of the profile first."""
        known = self._profile.class_of
        found = set(classes)
        above = {name for it in found if it in known for name in known[it].superclasses}
        return sorted(found - above, key=lambda it: (it not in known, it.startswith(PROV), it))

    def order(self, classes: Iterable[str]) -> dict[str, int]:
        """Return the places of properties on the page of a thing of these classes: names first, then as in shapes."""
        known = self._profile.class_of
        keys = [self._profile.keys[use].iri for it in classes if it in known for use in known[it].uses]
        return {iri: place for place, iri in enumerate(dict.fromkeys((*_FIRST, *keys)))}

    def _of_profile(self, iri: str) -> tuple[str, str]:
        profile = self._profile
        known: Any = profile.key_of.get(iri) or profile.class_of.get(iri) or profile.concept_of.get(iri)
        if known is not None and known.labels:
            return self.pick([[text, tag] for tag, text in known.labels.items()])
        if iri.startswith(SCHEMA):
            return local_name(iri), ""
        return word_of_others(iri, self._language), self._language

    def term(self, iri: str) -> Name:
        """Return a property or class as people see it; it links to how it is used."""
        found = self.name(iri)
        if found.external:
            href = about(iri).link(self._prefix)
            return Name(label=found.label, language=found.language, iri=iri, href=href, external=False)
        return found

    def value_order(self, value: Value) -> tuple[bool, str, str]:
        """Return what values are sorted by: those in other languages than the reader's come last."""
        foreign = bool(value.language) and value.language.partition("-")[0] != self._language
        return foreign, (value.name.label if value.name else value.text).casefold(), value.language

    def value(self, term: Sequence[str], depth: int = 0) -> Value:
        """Return a term as people see it; `depth` is how many nodes without a name it is in."""
        match term[0]:
            case "iri":
                return Value(name=self.name(term[1]))
            case "node":
                return self._node(term[1], depth)
        datatype = term[3]
        plain = not datatype or datatype == XSD_STRING or term[2]
        return Value(
            text=term[1], language=term[2], datatype="" if plain else self._profile.curie(datatype) or datatype
        )

    def _node(self, label: str, depth: int) -> Value:
        said = self.nodes.pop(label, None) if depth < _DEEPEST else None
        if said is None:
            return Value(text="…" if depth else f"_:{label}")
        items: list[Value] = []
        rest: Sequence[dict[str, Any]] | None = said
        while rest and {entry["p"] for entry in rest} - {RDF_TYPE} == {_FIRST_ITEM, _REST}:
            items += [self.value(entry["o"], depth + 1) for entry in rest if entry["p"] == _FIRST_ITEM]
            after = next(entry["o"] for entry in rest if entry["p"] == _REST)
            rest = self.nodes.pop(after[1], None)
        if items:
            return Value(items=tuple(items))
        by_predicate: dict[str, list[Value]] = {}
        for entry in said:
            by_predicate.setdefault(entry["p"], []).append(self.value(entry["o"], depth + 1))
        return Value(
            properties=tuple(
                Property(name=self.term(it), facts=tuple(Fact(value=value, receipts=()) for value in values))
                for it, values in sorted(by_predicate.items(), key=lambda it: (it[0] != RDF_TYPE, it[0]))
            )
        )


def thing_model(iri: str, found: dict[str, Any], names: Names, uses: int) -> Thing:
    """Return what the page of a thing shows; `uses` is how often a term is used."""
    names.nodes = dict(found["nodes"])
    receipts = {name: _receipt(name, it, names) for name, it in found["receipts"].items()}
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
    """Leave out receipts that only name a source, which the source's own description has, where others say more."""
    return tuple(it for it in receipts if it.status or it.spans) or tuple(receipts)


def _receipt(graph: str, found: dict[str, Any], names: Names) -> Receipt:
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


def result_table(
    variables: Sequence[str],
    bindings: Sequence[Mapping[str, Any]],
    total: int | None,
    names: Names,
    things: Mapping[str, str],
) -> dict[str, Any]:
    """Return the table of a SPARQL JSON result. `total` is the number of all rows where it is known.

    `things` are the columns of things by the columns of their names: both are one column, the name with a link.
    """

    def value(binding: dict[str, Any] | None) -> Value | None:
        match binding:
            case None:
                return None
            case {"type": "uri"}:
                return names.value(["iri", binding["value"]])
            case {"type": "bnode"}:
                return names.value(["node", binding["value"]])
            case {"type": "literal" | "typed-literal"}:
                language, datatype = binding.get("xml:lang", ""), binding.get("datatype", "")
                return names.value(["text", binding["value"], language, datatype])
        return Value(text=str(binding.get("value", "")))

    def cell(binding: Mapping[str, Any], column: str) -> Value | None:
        name, thing = binding.get(column), value(binding.get(things.get(column, column)))
        if name is None or thing is None or thing.name is None or column not in things:
            return thing or value(name)
        return Value(name=replace(thing.name, label=name["value"], language=name.get("xml:lang", "")))

    shown = [it for it in variables if it not in things.values()]
    return {
        "kind": "rows",
        "variables": [things.get(it, it) for it in shown],
        "rows": [[cell(binding, it) for it in shown] for binding in bindings],
        "total": total,
    }


def graph_table(triples: Sequence[Sequence[Sequence[Any]]], total: int | None, names: Names) -> dict[str, Any]:
    """Return the table of a graph: a row for each triple, whose terms travel as those of lookups do."""
    rows = [[names.value(it) for it in triple] for triple in triples]
    return {"kind": "graph", "variables": ("subject", "predicate", "object"), "rows": rows, "total": total}
