"""What templates show: IRIs as names and links, terms, facts with their receipts, result tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from pressgraph.profile.model import local_name
from pressgraph.project.config import DEFAULT_BASE
from pressgraph.rdf import RDF_TYPE, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.profile import Profile
    from pressgraph.project import Project

_SAFE = "/:@!$&'()*+,;=~-._"


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
    """A literal, or an IRI (`name`)."""

    text: str = ""
    language: str = ""
    datatype: str = ""
    name: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a fact comes from."""

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
class Thing:
    """A thing's page."""

    name: Name
    kinds: tuple[Name, ...]
    facts: tuple[Property, ...]
    links: tuple[Property, ...]
    more: bool
    uses: int


class Names:
    """Name and link IRIs in the reader's language; IRIs of the project and the profile link to this server."""

    def __init__(
        self, profile: Profile, project: Project, labels: Mapping[str, Sequence[Sequence[str]]], language: str
    ) -> None:
        self._profile = profile
        self._project = project
        self._labels = labels
        self._language = language

    def pick(self, texts: Sequence[Sequence[str]]) -> tuple[str, str]:
        """Return the text in the reader's language, else one without a language, else English, else any."""

        def rank(item: Sequence[str]) -> tuple[int, str]:
            tag = item[1].lower()
            if tag.partition("-")[0] == self._language:
                return 0, item[0]
            return (1 if not tag else 2 if tag.startswith("en") else 3), item[0]

        if not texts:
            return "", ""
        best = min(texts, key=rank)
        return best[0], best[1]

    def local(self, iri: str) -> str:
        """Return an IRI without the project's base."""
        return iri.removeprefix(self._project.id_base).removeprefix(self._project.base)

    def path(self, iri: str) -> str | None:
        """Return where this server shows an IRI of the project or the profile, or None."""
        for base in (self._project.base, DEFAULT_BASE):
            if iri.startswith(base):
                rest, hash_sign, fragment = iri.removeprefix(base).partition("#")
                if base == self._project.base and rest.startswith("id/"):
                    rest = f"doc/{rest.removeprefix('id/')}"
                anchor = f"#{quote(fragment, safe=_SAFE)}" if hash_sign else ""
                return f"/{quote(rest, safe=_SAFE)}{anchor}"
        return None

    def name(self, iri: str) -> Name:
        """Return an IRI as people see it."""
        label, language = self.pick(self._labels.get(iri, ()))
        if not label:
            label, language = self._of_profile(iri)
        own = self.path(iri)
        scheme = _scheme(iri)
        href = own or (iri if scheme in {"http", "https", "mailto", "tel"} else "")
        return Name(
            label=label or self._profile.curie(iri) or self.local(iri) or iri,
            language=language,
            iri=iri,
            href=href,
            external=own is None,
        )

    def _of_profile(self, iri: str) -> tuple[str, str]:
        profile = self._profile
        known: Any = profile.key_of.get(iri) or profile.class_of.get(iri) or profile.concept_of.get(iri)
        if known is not None and known.labels:
            return self.pick([[text, tag] for tag, text in known.labels.items()])
        if iri.startswith("http://schema.org/"):
            return local_name(iri), ""
        return "", ""

    def term(self, iri: str) -> Name:
        """Return a property or class as people see it; it links to how it is used."""
        found = self.name(iri)
        if found.external:
            href = f"/about?{urlencode({'iri': iri})}"
            return Name(label=found.label, language=found.language, iri=iri, href=href, external=False)
        return found

    def value(self, term: Sequence[str]) -> Value:
        """Return a term as people see it."""
        match term[0]:
            case "iri":
                return Value(name=self.name(term[1]))
            case "node":
                return Value(text=f"_:{term[1]}")
        datatype = term[3]
        plain = not datatype or datatype == XSD_STRING or term[2]
        return Value(
            text=term[1], language=term[2], datatype="" if plain else self._profile.curie(datatype) or datatype
        )


def thing_view(iri: str, found: dict[str, Any], names: Names) -> Thing:
    """Return what the page of a thing shows."""
    receipts = {name: _receipt(it, names) for name, it in found["receipts"].items()}
    kinds = [names.term(it["o"][1]) for it in found["facts"] if it["p"] == RDF_TYPE and it["o"][0] == "iri"]
    return Thing(
        name=names.name(iri),
        kinds=tuple(sorted(kinds, key=lambda it: it.label)),
        facts=_properties([it for it in found["facts"] if it["p"] != RDF_TYPE], "o", receipts, names),
        links=_properties(found["links"], "s", receipts, names),
        more=found["more"],
        uses=found["uses"]["instances"] + found["uses"]["statements"],
    )


def _properties(
    entries: Sequence[dict[str, Any]], end: str, receipts: dict[str, Receipt], names: Names
) -> tuple[Property, ...]:
    by_predicate: dict[str, list[Fact]] = {}
    for entry in entries:
        fact = Fact(
            value=names.value(entry[end]),
            receipts=tuple(receipts[name] for name in entry["graphs"] if name in receipts),
        )
        by_predicate.setdefault(entry["p"], []).append(fact)
    found = [
        Property(name=names.term(predicate), facts=tuple(sorted(facts, key=_order)))
        for predicate, facts in by_predicate.items()
    ]
    return tuple(sorted(found, key=lambda it: (it.name.label.casefold(), it.name.iri)))


def _order(fact: Fact) -> tuple[str, str]:
    value = fact.value
    return (value.name.label if value.name else value.text, value.language)


def _receipt(found: dict[str, Any], names: Names) -> Receipt:
    def named(key: str) -> Name | None:
        return names.name(found[key]) if key in found else None

    return Receipt(
        source=named("source"),
        status=named("status"),
        spans=tuple((start, end) for start, end in found.get("spans", ())),
        reviewer=named("reviewedBy"),
        reviewed=found.get("reviewedOn", ""),
    )


def result_view(found: dict[str, Any], names: Names, most: int) -> dict[str, Any]:
    """Return the table of a SPARQL JSON result: names, and at most `most` rows of values."""
    variables = found["head"]["vars"]
    bindings = found["results"]["bindings"]

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

    rows = [[value(row.get(name)) for name in variables] for row in bindings[:most]]
    return {"kind": "rows", "variables": variables, "rows": rows, "total": len(bindings)}


def _scheme(iri: str) -> str:
    try:
        return urlsplit(iri).scheme.lower()
    except ValueError:
        return ""
