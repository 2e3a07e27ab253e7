"""What was read of a graph, as views ask for it: by thing and property, with names, states and receipts.

A view takes statements; what it took is known, so that a page can list everything else, and each part has the receipts
of what it shows.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from pressgraph.dataset.graphs import stands_apart
from pressgraph.pages.countries import country
from pressgraph.pages.messages import messages
from pressgraph.pages.names import capital
from pressgraph.pages.tongues import tongue
from pressgraph.pages.values import Value
from pressgraph.pages.view.days import dated, day, duration
from pressgraph.pages.view.figures import figure_name, quantity
from pressgraph.pages.view.parts import Chip, Day, Know, Level, Link, Proof, Shown
from pressgraph.pages.view.statements import is_reviewed
from pressgraph.query.names import HELD_BY, grant_name, label_level, label_name
from pressgraph.rdf import CLU, DCTERMS, LABELS, ORG, RDF_TYPE, RELEASE, SCHEMA, SKOS, STATUSES
from pressgraph.rdf.terms import local_name
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.values import Name
    from pressgraph.profile import Profile

_QUANTITIES = frozenset(f"{SCHEMA}{it}" for it in ("QuantitativeValue", "MonetaryAmount", "Observation"))
_NESTED = frozenset(f"{SCHEMA}{it}" for it in ("PostalAddress", "Rating", "Offer", "PropertyValue", "GeoCoordinates"))
_TONGUES = frozenset(
    (f"{SCHEMA}inLanguage", f"{SCHEMA}availableLanguage", f"{SCHEMA}knowsLanguage", f"{DCTERMS}language")
)
_COUNTRIES = frozenset(f"{SCHEMA}{it}" for it in ("addressCountry", "nationality", "countryOfOrigin"))
_POSTAL_CODE = f"{SCHEMA}postalCode"
_METALS = ("gold", "silver", "bronze")
_MOST_PROOFS = 40
KINDS = {
    "label": LABELS,
    "person": (f"{SCHEMA}Person",),
    "release": (RELEASE,),
    "programme": (f"{CLU}Programme", f"{SCHEMA}Project", f"{CLU}Call", f"{SCHEMA}Grant"),
    "organisation": (f"{SCHEMA}Organization", f"{ORG}Organization"),
    "event": (f"{SCHEMA}Event",),
    "place": (f"{SCHEMA}Place",),
}
"""Kinds of things that pages tell apart, by their classes; the first that fits."""


class Statement(NamedTuple):
    """A triple and the graphs that hold it; its object as it travels."""

    subject: str
    predicate: str
    object: tuple[str, ...]
    graphs: tuple[str, ...]

    @property
    def iri(self) -> str:
        """Its object, where that is an IRI; else empty."""
        return self.object[1] if self.object[0] == "iri" else ""

    @property
    def text(self) -> str:
        """The value of its object."""
        return self.object[1]


def with_superclasses(classes: Iterable[str], profile: Profile) -> frozenset[str]:
    """Return classes, and those above them."""
    return frozenset(classes).union(*(profile.superclasses.get(it, ()) for it in classes))


def kind_of(types: frozenset[str]) -> str:
    """Return which kind of thing has these classes and those above them, one of KINDS or empty."""
    return next((kind for kind, classes in KINDS.items() if not types.isdisjoint(classes)), "")


class _Said:
    """The statements that were read, by subject and property, and by what they lead to and property.

    Much more is read than a page asks for: statements are made of what is asked for.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._to: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for entry in chain(found["facts"], found["links"], found["near"], _said_in(found["read"])):
            if entry["s"][0] == "iri":
                self._of[entry["s"][1]].append(entry)
                if entry["o"][0] == "iri":
                    self._to[entry["o"][1]].append(entry)
        self._by_property: dict[tuple[str, bool], dict[str, list[Mapping[str, Any]]]] = {}
        self._known: dict[tuple[str, str, bool], list[Statement]] = {}
        self._known_of_all: dict[tuple[str, bool], list[Statement]] = {}
        self.types: dict[str, frozenset[str]] = {}
        """The classes of things, and those above them, as far as they were asked for."""
        self.status_in: dict[str, str] = {}
        """How sure graphs are, as far as that was asked for."""

    def of(self, subject: str, predicate: str) -> list[Statement]:
        """Return what is said of a thing by a property."""
        known = self._known.get((subject, predicate, False))
        return self._found(subject, predicate, incoming=False) if known is None else known

    def to(self, value: str, predicate: str) -> list[Statement]:
        """Return what leads to a thing by a property."""
        known = self._known.get((value, predicate, True))
        return self._found(value, predicate, incoming=True) if known is None else known

    def _found(self, iri: str, predicate: str, *, incoming: bool) -> list[Statement]:
        by_property = self._by_property.get((iri, incoming))
        if by_property is None:
            by_property = self._by_property[iri, incoming] = {}
            for entry in (self._to if incoming else self._of).get(iri, ()):
                by_property.setdefault(entry["p"], []).append(entry)
        found = self._known[iri, predicate, incoming] = _merged(by_property.get(predicate, ()))
        return found

    def all_of(self, iri: str, *, incoming: bool = False) -> list[Statement]:
        """Return all that is said of a thing, by property, or all that leads to it."""
        known = self._known_of_all.get((iri, incoming))
        if known is None:
            by_property: dict[str, list[Statement]] = {}
            for it in _merged((self._to if incoming else self._of).get(iri, ())):
                by_property.setdefault(it.predicate, []).append(it)
            known = self._known_of_all[iri, incoming] = [it for said in by_property.values() for it in said]
        return known


def _merged(entries: Iterable[Mapping[str, Any]]) -> list[Statement]:
    """Return statements, each once with all graphs that hold it."""
    merged: dict[tuple[str, str, tuple[str, ...]], dict[str, None]] = {}
    for entry in entries:
        # what was corrected or withdrawn stands apart, and holds no more
        graphs = entry["graphs"]
        if not (graphs and all(map(stands_apart, graphs))):
            key = (entry["s"][1], entry["p"], tuple(entry["o"]))
            merged.setdefault(key, {}).update(dict.fromkeys(graphs))
    return [
        Statement(subject, predicate, value, tuple(graphs)) for (subject, predicate, value), graphs in merged.items()
    ]


class Graph:
    """What was read (`reading`), for a page in a language on a day."""

    def __init__(
        self,
        found: Mapping[str, Any],
        names: Names,
        profile: Profile,
        site: Site,
        language: str,
        today: dt.date,
        personal: Mapping[str, int] | None = None,
    ) -> None:
        self.names, self.profile, self.site = names, profile, site
        self._notes = names.notes
        self.words: Mapping[str, Any] = messages(language)
        self.language, self.today = language, today
        self.as_of: str = found.get("day", "")
        """The day of the newest source that tells of the page's thing, as YYYY-MM-DD; empty where none has one."""
        self.more: bool = found.get("more", False)
        """Whether more leads to the page's thing than was read."""
        names.nodes = dict(found["nodes"])
        self._personal = personal or {}
        self._told_kept: set[str] = set()
        self._receipts: Mapping[str, Mapping[str, Any]] = found["receipts"]
        self._said: _Said = found.get("said") or _Said(found)
        if isinstance(found, dict):
            # it is the same in all languages
            found["said"] = self._said
        self.used: dict[Statement, None] = {}
        self._recorded: dict[Statement, None] = {}
        self._followed: dict[Statement, None] = {}
        self.linked: set[str] = set()
        """What the page leads to by name."""

    # -- statements

    def out(self, subject: str, *predicates: str) -> list[Statement]:
        """Return what is said of a thing by properties, and note that it is shown."""
        return self._note(self.look(subject, *predicates))

    def into(self, value: str, *predicates: str) -> list[Statement]:
        """Return what is said by properties whose value is a thing, and note that it is shown."""
        return self._note(self.look_into(value, *predicates))

    def look(self, subject: str, *predicates: str) -> list[Statement]:
        """Return what is said of a thing by properties, without showing it."""
        for name in predicates:
            self._notes.said(subject, name)
        return [it for name in predicates for it in self._said.of(subject, name)]

    def look_into(self, value: str, *predicates: str) -> list[Statement]:
        """Return what is said by properties whose value is a thing, without showing it."""
        for name in predicates:
            self._notes.pointing(value, name)
        return [it for name in predicates for it in self._said.to(value, name)]

    def first(self, subject: str, *predicates: str) -> Statement | None:
        """Return the first of what is said of a thing, and note that it is shown."""
        found = self.out(subject, *predicates)
        return found[0] if found else None

    def things(self, subject: str, predicate: str) -> list[str]:
        """Return the things that a property of a thing leads to, whoever says it and however sure that is."""
        self._notes.holds(subject, predicate)
        return [it.iri for it in self._said.of(subject, predicate) if it.iri]

    def all_of(self, subject: str) -> list[Statement]:
        """Return all that is said of a thing."""
        self._notes.said(subject)
        return self._said.all_of(subject)

    def all_into(self, value: str) -> list[Statement]:
        """Return all that points to a thing."""
        self._notes.pointing(value)
        return self._said.all_of(value, incoming=True)

    def _note(self, statements: list[Statement]) -> list[Statement]:
        self.used.update(dict.fromkeys(statements))
        self._recorded.update(dict.fromkeys(statements))
        return statements

    # -- kinds

    def types(self, iri: str) -> frozenset[str]:
        """Return the classes of a thing, and those above them."""
        types = self._said.types.get(iri)
        if types is None:
            found = self.names.kinds_of(iri) or self.things(iri, RDF_TYPE)
            types = self._said.types[iri] = with_superclasses(found, self.profile)
        return types

    def kind(self, iri: str) -> str:
        """Return which kind a thing is, one of KINDS or empty."""
        return kind_of(self.types(iri))

    # -- names

    def name(self, iri: str) -> Name:
        """Return what a thing is called on pages; what has no name of its own is called by what it is of."""
        self.linked.add(iri)
        found = self.names.name(iri)
        title = self._title(iri)
        return replace(found, label=title, language="") if title else found

    def link(self, iri: str, fragment: str = "") -> Link:
        """Return a thing as a part of a sentence."""
        return Link(name=self.name(iri), fragment=fragment)

    def _title(self, iri: str) -> str:
        types = self.types(iri)
        if not types.isdisjoint(KINDS["label"]):
            return self.label_title(iri)
        if f"{ORG}Membership" in types:
            role, body = self.role(iri), self.look(iri, f"{ORG}organization")
            return (
                self.words["role_of"](role=capital(role), body=self.names.name(body[0].iri).label)
                if role and body
                else ""
            )
        if not self.names.has_name(iri):
            if f"{SCHEMA}Observation" in types:
                return figure_name(self, iri)
            awards = self.look(iri, f"{CLU}awards")
            held = awards if awards and self.look(awards[0].iri, HELD_BY) else []
            of = self.look(iri, f"{CLU}stage") or held or self.look(iri, f"{CLU}concerns") or awards
            kind = next(iter(self.names.specific(self.names.kinds_of(iri))), "")
            if of and of[0].iri and kind:
                return str(
                    self.words["kind_of"](kind=capital(self.names.name(kind).label), name=self._plain_name(of[0].iri))
                )
            if f"{SCHEMA}Grant" in types and kind:
                return grant_name(partial(self._called, iri), capital(self.names.name(kind).label), self.language)
        return ""

    def _called(self, iri: str, predicate: str) -> str:
        """Return what a property of a thing says, or what that which it leads to is called; empty without one."""
        said = self.look(iri, predicate)
        if said and said[0].iri:
            return self.names.name(said[0].iri).label
        return self.names.pick([it.object[1:3] for it in said])[0]

    def _plain_name(self, iri: str) -> str:
        return self.label_title(iri) if not self.types(iri).isdisjoint(KINDS["label"]) else self.names.name(iri).label

    def summary(self, iri: str) -> str:
        """Return what a node without a name says, such as an address: its values; empty where it has none."""
        if self.names.has_name(iri):
            return ""
        types = self.types(iri)
        if not types.isdisjoint(_QUANTITIES):
            return quantity(self, iri)[0]
        if types.isdisjoint(_NESTED):
            return ""
        order = self.names.order(self.names.specific(self.names.kinds_of(iri)))
        said = sorted(self.all_of(iri), key=lambda it: order.get(it.predicate, len(order)))
        self._note([it for it in said if it.object[0] == "text"])
        texts: dict[str, str] = {}
        for it in said:
            if it.object[0] == "text" and not self.concluded(it):
                texts.setdefault(self.shown(it).value.text, it.predicate)
        parts = [f"{text} " if predicate == _POSTAL_CODE else f"{text}, " for text, predicate in texts.items()]
        return "".join(parts).rstrip(", ")

    def label_title(self, iri: str) -> str:
        """Return what a label is called with its holder."""
        return label_name(partial(self._called, iri), self.language)

    def level_name(self, iri: str) -> str:
        """Return what a label is called without its holder."""
        return label_level(partial(self._called, iri), self.language)

    def level(self, iri: str) -> Level:
        """Return the level of a label, with as many steps as its scheme has."""
        said = self.look(iri, f"{CLU}level")
        return self.level_of(said[0].iri, self.level_name(iri)) if said else Level(label=self.level_name(iri))

    def level_of(self, concept: str, label: str = "") -> Level:
        """Return a level of a scheme."""
        ranks = self.ranks(concept)
        name = local_name(concept)
        return Level(
            label=label or self.names.name(concept).label,
            metal=name if name in _METALS else "",
            rank=ranks.get(concept, 0),
            of=len(ranks) if concept in ranks else 0,
        )

    def ranks(self, concept: str) -> dict[str, int]:
        """Return the levels of a level's scheme by rank."""
        schemes = [it.iri for it in self.look(concept, f"{SKOS}inScheme")]
        found = {
            it.subject: int(rank.text)
            for scheme in schemes
            for it in self.look_into(scheme, f"{SKOS}inScheme")
            for rank in self.look(it.subject, f"{CLU}levelRank")
            if rank.text.isdigit()
        }
        return dict(sorted(found.items(), key=lambda it: it[1]))

    def role(self, membership: str) -> str:
        """Return the role of a membership as its source calls it in the reader's language, else as the vocabulary.

        It is as it stands within a sentence.
        """
        names = [it.object[1:3] for it in self.look(membership, f"{SCHEMA}roleName")]
        roles = self.look(membership, f"{ORG}role")
        if roles:
            text = self.names.name(roles[0].iri).label
        elif names:
            text = self.names.pick(names)[0]
        else:
            return ""
        return text

    def chip(self, iri: str) -> Chip:
        """Return a thing by kind and name."""
        kind = self.kind(iri)
        level = self.level(iri) if kind == "label" else None
        word = self.words["kinds"].get(kind, "")
        return Chip(
            name=self.name(iri), kind=kind or "graph", kind_word=word, level=level if level and level.of else None
        )

    # -- values

    def day(self, statement: Statement) -> Day | None:
        """Return the date that a statement says, in words."""
        value = dated(statement.object)
        return day(value, self.language) if value is not None else None

    def shown(self, statement: Statement) -> Shown:
        """Return the value of a statement with how sure it is."""
        value = self.names.value(list(statement.object))
        if value.name is not None:
            text = self.summary(value.name.iri)
            value = replace(value, name=None, text=text) if text else replace(value, name=self.name(value.name.iri))
        elif statement.object[0] == "text":
            found = self.day(statement)
            length = duration(value.text) if value.datatype.endswith("duration") else None
            text, _ = without_contacts(found.text if found is not None else value.text)
            text = self.length(length) if length is not None else text
            text = tongue(text, self.language) if statement.predicate in _TONGUES else text
            text = country(text, self.language) if statement.predicate in _COUNTRIES else text
            value = replace(value, text=text)
        return self._with_status(value, statement)

    def shown_subject(self, statement: Statement) -> Link | Shown:
        """Return what a statement is about as a value: where it only follows, with how sure it is."""
        if not self.concluded(statement):
            return self.link(statement.subject)
        return self._with_status(Value(name=self.name(statement.subject)), statement)

    def _with_status(self, value: Value, statement: Statement) -> Shown:
        derived = self.concluded(statement)
        if derived:
            self._followed[statement] = None
        return Shown(value=value, status=self.status(statement), derived=derived)

    def length(self, parts: tuple[int, int, int]) -> str:
        """Return years, months and days in words."""
        names = ("n_years", "n_months", "n_days")
        return " ".join(self.words[name](count=number) for name, number in zip(names, parts, strict=True) if number)

    def status(self, statement: Statement) -> str:
        """Return how sure a statement is: as sure as the surest of the facts that say it.

        What only follows is as sure as the least sure of the facts that it follows from.
        """
        known = self._said.status_in
        for graph in statement.graphs:
            if graph not in known:
                known[graph] = _status(self.receipt(graph))
        found = [known[graph] for graph in statement.graphs]
        return min((it for it in found if it in STATUSES), key=STATUSES.index, default="stated")

    def concluded(self, statement: Statement) -> bool:
        """Tell whether a statement only follows from others."""
        known = [it for it in map(self.receipt, statement.graphs) if it]
        return bool(known) and all(it.get("concluded") for it in known)

    # -- receipts

    def record(self) -> None:
        """Begin to note what a part shows."""
        self._recorded, self._followed = {}, {}

    def know(self, *, opened: bool = False) -> Know | None:
        """Return the receipts of what has been shown since `record`: of facts, and of what follows from them."""
        by_graph: dict[str, list[Statement]] = {}
        for statement in self._recorded:
            for graph in statement.graphs:
                receipt = self.receipt(graph)
                if "source" in receipt and not receipt.get("concluded"):
                    by_graph.setdefault(graph, []).append(statement)
        conclusions = self._conclusions()
        self._recorded, self._followed = {}, {}
        if not by_graph and not conclusions:
            return None
        # a source's own description only names it, where facts say more
        telling = {it: said for it, said in by_graph.items() if self.receipt(it).get("status")} or by_graph
        proofs = sorted((self._proof(graph, said) for graph, said in telling.items()), key=_proof_order)
        sources = {it.source.name.iri for it in proofs if it.source is not None}
        spans = {(it.source.name.iri, span) for it in proofs if it.source is not None for span in it.spans}
        counted = [("n_facts", len(proofs)), ("n_passages", len(spans)), ("n_releases", len(sources))]
        counted.append(("n_conclusions", len(conclusions)))
        proofs = _said_once(proofs) + conclusions
        return Know(
            summary=", ".join(self.words[word](count=number) for word, number in counted if number),
            proofs=tuple(proofs[:_MOST_PROOFS]),
            open=opened,
            kept=self.kept(sources),
            more=max(0, len(proofs) - _MOST_PROOFS),
        )

    def _conclusions(self) -> list[Proof]:
        """Return from which sources' facts that follows which has been shown and which no fact says."""
        by_graph: dict[str, list[Statement]] = {}
        for statement in self._followed:
            for graph in statement.graphs:
                if self.receipt(graph).get("concluded"):
                    by_graph.setdefault(graph, []).append(statement)
        return sorted((self._conclusion(graph, said) for graph, said in by_graph.items()), key=_proof_order)

    def _conclusion(self, graph: str, statements: Sequence[Statement]) -> Proof:
        receipt = self.receipt(graph)
        source = receipt.get("source", "")
        return Proof(
            words=(),
            language="",
            says="; ".join(dict.fromkeys(map(self._sentence, statements))),
            source=self.link(source) if source else None,
            day=self.published(source) if source else None,
            spans=(),
            status=_status(receipt),
            reviewed=False,
            fact=None,
        )

    def _proof(self, graph: str, statements: Sequence[Statement]) -> Proof:
        receipt = self.receipt(graph)
        spans = tuple((start, end) for start, end in receipt.get("spans", ()))
        source = receipt["source"]
        # facts and their own words
        said = [it for it in statements if it.predicate != RDF_TYPE] or list(statements)
        return Proof(
            words=tuple(without_contacts(it)[0] for it in receipt.get("words", ())),
            language=next((it.text for it in self.look(source, f"{SCHEMA}inLanguage")), ""),
            says="; ".join(dict.fromkeys(map(self._sentence, said))),
            source=self.link(source, f"c-{spans[0][0]}" if spans else ""),
            day=self.published(source),
            spans=spans,
            status=local_name(receipt.get("status", "")) or "stated",
            reviewed=is_reviewed(receipt),
            fact=self.names.name(graph),
        )

    def _sentence(self, statement: Statement) -> str:
        shown = self.shown(statement)
        value = shown.value.name.label if shown.value.name is not None else shown.value.text
        return f"{self.names.name(statement.predicate).label}: {value}"

    def published(self, source: str) -> Day | None:
        """Return when a source was published."""
        return next((found for it in self.look(source, f"{SCHEMA}datePublished") if (found := self.day(it))), None)

    def receipts_of(self, statements: Iterable[Statement]) -> dict[str, Mapping[str, Any]]:
        """Return the receipts of the facts that say statements, by graph."""
        return {
            graph: found
            for statement in statements
            for graph in statement.graphs
            if "source" in (found := self.receipt(graph)) and not found.get("concluded")
        }

    def kept(self, sources: Iterable[str]) -> str:
        """Say how many facts of sources are withheld as personal data; an empty text where none are."""
        number = 0
        for source in set(sources) - self._told_kept:
            self._notes.personal(source)
            number += self._personal.get(source, 0)
        return str(self.words["kept_facts"](count=number)) if number else ""

    def tell_kept(self, source: str) -> str:
        """Say it of one source, whose receipts on this page then need not."""
        said = self.kept((source,))
        self._told_kept.add(source)
        return said

    def receipt(self, graph: str) -> Mapping[str, Any]:
        """Return the receipt of a fact; an empty one where there is none."""
        self._notes.receipt(graph)
        return self._receipts.get(graph, {})


def _status(receipt: Mapping[str, Any]) -> str:
    """Return how sure a fact is; of conclusions, the least sure of the facts that they rest on."""
    return local_name(receipt.get("restsOn") or receipt.get("status", ""))


def _said_once(proofs: Sequence[Proof]) -> list[Proof]:
    """Return receipts with what several of them say only before the first of these, which stand together."""
    by_words: dict[tuple[tuple[str, ...], str], list[Proof]] = {}
    for it in proofs:
        by_words.setdefault((it.words, it.says), []).append(it)
    return [
        replace(it, words=(), says="") if number else it for same in by_words.values() for number, it in enumerate(same)
    ]


def _proof_order(proof: Proof) -> tuple[str, str, tuple[tuple[int, int], ...], str]:
    source = proof.source.name.iri if proof.source is not None else ""
    return (proof.day.datetime if proof.day is not None else "", source, proof.spans, proof.says)


def _said_in(read: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "graphs": [*entry["graphs"], fact["graph"]]} for fact in read for entry in fact["says"]]
