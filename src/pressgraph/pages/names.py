"""IRIs and values as people see them: named in the reader's language, and with links to where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.languages import lookup, primary
from pressgraph.pages.dates import date_in_words
from pressgraph.pages.messages import messages, word_of_others
from pressgraph.pages.notes import NO_NOTES
from pressgraph.pages.values import Fact, Name, Property, Value
from pressgraph.rdf import EDTF, PROV, RDF, RDF_TYPE, RDFS, SCHEMA, SKOS, XSD_STRING
from pressgraph.rdf.terms import external, local_name
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pressgraph.pages.notes import Notes
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_DEEPEST = 12
_FIRST_ITEM, _REST = f"{RDF}first", f"{RDF}rest"
_FIRST = (
    *(f"{SKOS}{it}" for it in ("prefLabel", "altLabel", "definition", "scopeNote")),
    *(f"{SCHEMA}{it}" for it in ("name", "legalName", "alternateName", "headline", "description", "abstract", "text")),
    f"{RDFS}label",
)


@dataclass(frozen=True, slots=True)
class Links:
    """Where pages show IRIs: on a server, or in the files of a site."""

    own: Callable[[str], str | None]
    """The reference to the page of an IRI of the project or the profile; None for those of others."""
    about: Callable[[str], str]
    """The reference to what is known of an IRI, of whomever it is; empty where no page says it."""


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


class Names:
    """Name and link IRIs in the reader's language; IRIs of the project and the profile link to their pages."""

    def __init__(
        self,
        profile: Profile,
        project: Project,
        links: Links,
        language: str,
        labels: Mapping[str, Sequence[Sequence[str]]],
        kinds: Mapping[str, Sequence[str]] | None = None,
        notes: Notes = NO_NOTES,
    ) -> None:
        self.notes = notes
        self._profile = profile
        self._project = project
        self._links = links
        self.language = language
        self._labels = labels
        self._kinds = {} if kinds is None else kinds
        self._known: dict[str, Name] = {}
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
        wanted: str | None = self.language
        own = [item for item in values if item[1].lower() == wanted]
        if not own:
            found = lookup(self.language, (item[1] for item in values if item[1]))
            wanted = found.lower() if found is not None else None
        best = min(own or values, key=rank)
        return best[0], best[1]

    def local(self, iri: str) -> str:
        """Return an IRI without the project's base."""
        return iri.removeprefix(self._project.id_base).removeprefix(self._project.base)

    def name(self, iri: str) -> Name:
        """Return an IRI as people see it."""
        known = self._known.get(iri)
        if known is None:
            known = self._known[iri] = self._name(iri)
        return known

    def _name(self, iri: str) -> Name:
        self.notes.named(iri)
        label, language = self.pick(self._labels.get(iri, ()))
        if not label:
            label, language = self._of_profile(iri)
        if not label and self.kinds_of(iri):
            # a thing without a name of its own: what it is, and how it is called in its IRI
            kind = next(iter(self.specific(self._kinds[iri])), "")
            label = f"{self.name(kind).label} · {local_name(iri)}" if kind else ""
        own = self._links.own(iri)
        return Name(
            label=label or self._profile.curie(iri) or self.local(iri) or iri,
            language=language,
            iri=iri,
            href=external(iri) if own is None else own,
            external=own is None,
        )

    def word(self, text: str) -> Name:
        """Return a word of the page's language as what has a name."""
        return Name(label=text, language="", iri="", href="", external=False)

    def kinds_of(self, iri: str) -> Sequence[str]:
        """Return the classes that a thing is known to have."""
        self.notes.holds(iri, RDF_TYPE)
        return self._kinds.get(iri, ())

    def heading(self, variable: str) -> str:
        """Return what a column or a field of a query is called: as the key of its name, else in common words."""
        words: Any = messages(self.language)["columns"]
        if variable in words:
            return str(words[variable])
        key = self._profile.keys.get(variable)
        if key is None or not key.labels:
            return variable
        text = self.pick([[text, tag] for tag, text in key.labels.items()])[0]
        return capital(text)

    def has_name(self, iri: str) -> bool:
        """Tell whether a thing is called something."""
        self.notes.named(iri)
        return bool(self._labels.get(iri))

    def is_word(self, iri: str) -> bool:
        """Tell whether a term is called something in the words of people, not only of a vocabulary for programs."""
        return self.has_name(iri) or bool(self._of_profile(iri)[1])

    def short(self, iri: str, classes: Iterable[str]) -> str:
        """Return what a property is called on the page of a thing of these classes: in a short word where one is."""
        key = self._profile.key_of.get(iri)
        for it in classes if key is not None else ():
            known = self._profile.class_of.get(it)
            use = known.uses.get(key.name) if known is not None and key is not None else None
            if use is not None and use.labels:
                return self.pick([[text, tag] for tag, text in use.labels.items()])[0]
        return self.name(iri).label

    def inverse(self, iri: str) -> str:
        """Return what a property is called from its other end; empty where nothing says it."""
        key = self._profile.key_of.get(iri)
        for other, turned in self._profile.implications.get(iri, ()):
            if turned and (known := self._profile.key_of.get(other)) is not None and known.labels:
                return self.pick([[text, tag] for tag, text in known.labels.items()])[0]
        if key is not None and key.inverse_labels:
            return self.pick([[text, tag] for tag, text in key.inverse_labels.items()])[0]
        return ""

    def specific(self, classes: Iterable[str]) -> list[str]:
        """Return those of a thing's classes that are no superclasses of the others, those of the profile first."""
        known = self._profile.class_of
        found = set(classes)
        above = {name for it in found if it in known for name in known[it].superclasses}
        return sorted(found - above, key=lambda it: (it not in known, it.startswith(PROV), it))

    def order(self, classes: Iterable[str]) -> dict[str, int]:
        """Return the places of properties on the page of a thing of these classes: names first, then as in shapes."""
        known = self._profile.class_of
        keys = [
            self._profile.keys[use.key].iri
            for it in classes
            if it in known
            for use in sorted(known[it].uses.values(), key=lambda it: (it.place, it.key))
        ]
        return {iri: place for place, iri in enumerate(dict.fromkeys((*_FIRST, *keys)))}

    def _of_profile(self, iri: str) -> tuple[str, str]:
        profile = self._profile
        known: Any = profile.key_of.get(iri) or profile.class_of.get(iri) or profile.concept_of.get(iri)
        if known is not None and known.labels:
            return self.pick([[text, tag] for tag, text in known.labels.items()])
        if iri.startswith(SCHEMA):
            return local_name(iri), ""
        return word_of_others(iri, self.language), self.language

    def term(self, iri: str) -> Name:
        """Return a property or class as people see it; it links to how it is used."""
        found = self.name(iri)
        if found.external:
            href = self._links.about(iri)
            return Name(label=found.label, language=found.language, iri=iri, href=href, external=False)
        return found

    def value_order(self, value: Value) -> tuple[bool, str, str]:
        """Return what values are sorted by: those in other languages than the reader's come last."""
        foreign = bool(value.language) and value.language.partition("-")[0] != self.language
        return foreign, (value.name.label if value.name else value.text).casefold(), value.language

    def value(self, term: Sequence[str], depth: int = 0) -> Value:
        """Return a term as people see it; `depth` is how many nodes without a name it is in."""
        match term[0]:
            case "iri":
                return Value(name=self.name(term[1]))
            case "node":
                return self._node(term[1], depth)
        datatype = term[3]
        if datatype == EDTF:
            return Value(text=date_in_words(term[1], self.language), datatype=self._profile.curie(datatype) or datatype)
        plain = not datatype or datatype == XSD_STRING or term[2]
        text = without_contacts(term[1])[0] if plain else term[1]
        return Value(text=text, language=term[2], datatype="" if plain else self._profile.curie(datatype) or datatype)

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
