"""The compiled profile: frozen values that say which keys, classes and terms facts may use."""

from __future__ import annotations

import enum
from collections.abc import Mapping  # noqa: TC003 - what is kept of a profile is read by these types
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pressgraph.rdf import EDTF
from pressgraph.rdf.prefixes import Converter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyoxigraph as ox

    from pressgraph.errors import Problem
    from pressgraph.profile.sources import TurtleFile

# Words of a fact that say something about the fact, not about its thing.
FACT_WORDS = ("id", "type", "status", "evidence", "personal", "proposedBy", "reviewedBy", "reviewedOn", "allow")
# Words of the `source:` block that say something about the text that the offsets count in.
SOURCE_WORDS = ("id", "type", "sha256", "file", "publishText", "reviewedBy", "reviewedOn")
# Words that say what a review made of the text, and that only YAML files have: passages in which there is nothing worth
# a fact, and facts that are not so.
REVIEW_WORDS = ("checked", "rejected")


class Kind(enum.Enum):
    """What the values of a key are."""

    TERM = "term"
    """A concept of a vocabulary, or a listed IRI, by its short name."""
    LITERAL = "literal"
    """A typed literal, such as a date."""
    TEXT = "text"
    """Text, plain or by language."""
    LINK = "link"
    """Another thing: its id, or a nested node."""
    MIXED = "mixed"
    """Several of these, or literals of several datatypes: the form of each value decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """A term that should not be used any more (`owl:deprecated`); `replacement` is an IRI (`dcterms:isReplacedBy`)."""

    replacement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One term of a vocabulary. `labels` and `definitions` are by language tag."""

    name: str
    iri: str
    labels: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    """The IRIs of the concept's classes."""
    signs: tuple[str, ...] = ()
    """What is written for a unit behind a number, the usual one first."""
    deprecated: Deprecation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A vocabulary: a SKOS concept scheme, or a `sh:in` list of IRIs."""

    name: str
    iri: str
    concepts: Mapping[str, Concept]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounding:
    """The properties that say between which days a date of a key lies: IRIs, for its first and its last day."""

    earliest: tuple[str, ...]
    latest: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of facts files: the short name of a property, and what its values are."""

    name: str
    iri: str
    kind: Kind
    datatype: str | None = None
    """The datatype IRI of LITERAL values; None for other kinds."""
    kinds: frozenset[Kind] = frozenset()
    """What the values of a MIXED key may be."""
    datatypes: tuple[str, ...] = ()
    """The datatype IRIs of a MIXED key's typed literals, in the order in which their forms are tried."""
    scheme: Scheme | None = None
    language_required: bool = False
    plain_required: bool = False
    languages: tuple[str, ...] = ()
    """The language tags that sh:languageIn allows; empty: every well-formed tag."""
    listed: tuple[str, ...] = ()
    """The literals that sh:in allows; empty: every one."""
    personal: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    inverse_labels: Mapping[str, str] = field(default_factory=dict)
    """What it is called from its other end."""
    deprecated: Deprecation | None = None
    bounds: Bounding | None = None
    prose: bool = False
    """Whether texts without a language are in that of their source."""
    quantity: str | None = None
    """The class of the things that are values, where a scalar is read as a quantity."""
    measure: str | None = None
    """What a figure key counts or measures: a concept. Such a key links the figures to their thing, not it to them."""
    singular: str | None = None
    """The property that says who or which, where a figure key says how many."""

    @property
    def coercion(self) -> str | None:
        """The datatype of values that are written without one in JSON-LD; of a key of dates, that of days."""
        return self.datatypes[0] if EDTF in self.datatypes and self.kinds == {Kind.LITERAL} else self.datatype

    def takes(self, kind: Kind) -> bool:
        """Tell whether values may be of a kind."""
        return kind is self.kind or kind in self.kinds


LAST = 10_000
"""The place of a key that no shape gives one (`sh:order`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """How a class uses a key."""

    key: str
    single: bool = False
    single_by_language: bool = False
    """Whether it has one value in each language at most."""
    required: bool = False
    value_classes: tuple[str, ...] = ()
    """IRIs of the classes that shapes name for linked things."""
    words: tuple[str, ...] = ()
    """What people call it there."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What pages call it there, by language: a short word; empty where the property's own label does."""
    place: int = LAST
    """Its place among the keys of the class."""
    personal: bool = False
    """Whether its values are personal data there, whatever they are elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerm:
    """A class that facts may state, with the IRIs of its superclasses and what it uses."""

    name: str
    iri: str
    superclasses: frozenset[str]
    uses: Mapping[str, KeyUse]
    personal: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    """Other words for it, in any language."""
    words: tuple[str, ...] = ()
    """What else people call it, by its shapes: what is suggested where somebody types one of them."""
    sayings: Mapping[str, str] = field(default_factory=dict)
    """What words say that make a thing of it, by language: a sentence; empty where nobody wrote one."""
    clues: tuple[str, ...] = ()
    """Beginnings of words that make it likely."""
    icon: str = ""
    """The drawing before the sentence."""
    usual: tuple[str, ...] = ()
    """The keys that are usually said of it, in the order that forms ask for them."""
    place: int = LAST
    """Its place among the kinds of facts that are offered."""
    deprecated: Deprecation | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Profile:
    """Everything that facts files, the emitter, the checks and the documents derive from.

    Compared by identity: `compile_profile` returns one profile for equal sources.

    `ontology` and `shapes` are its sources, for SHACL engines and the built store; `digest` identifies them.
    """

    keys: Mapping[str, Key]
    classes: Mapping[str, ClassTerm]
    schemes: Mapping[str, Scheme]
    prefixes: Mapping[str, str]
    id_prefixes: Mapping[str, str]
    """SPARQL prefix → path below `{base}id/`."""
    ontology_terms: frozenset[str]
    """IRIs of every term that the ontology, the vocabularies and the shapes describe or use."""
    ontology: tuple[TurtleFile, ...]
    """The files of ontology and vocabularies."""
    shapes: tuple[TurtleFile, ...]
    """The files of shapes."""
    digest: str
    warnings: tuple[Problem, ...] = ()
    """What of the sources is left out, and why."""
    superclasses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By class, every class above it: `rdfs:subClassOf`, closed."""
    implications: Mapping[str, frozenset[tuple[str, bool]]] = field(default_factory=dict)
    """By property, those that it implies at once, each with whether the ends change places: `rdfs:subPropertyOf` and
    `owl:inverseOf`."""
    shipped: frozenset[str] = frozenset()
    """IRIs that shipped files describe and no file of the project does."""
    former_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that earlier versions had, and what they are called now."""
    cache: Path | None = None
    """The folder in which what is made of it may be kept."""
    places_keys: bool = True
    """Whether a thing takes the keys of its classes alone; a consumer's shapes say nothing of that."""

    def __repr__(self) -> str:
        """Return a line: the fields hold whole files."""
        return f"<Profile {self.digest[:12]}: {len(self.classes)} classes, {len(self.keys)} keys>"

    @property
    def ontology_triples(self) -> tuple[ox.Triple, ...]:
        """The triples of ontology and vocabularies, which a store keeps beside the facts."""
        return tuple(triple for file in self.ontology for triple in file.triples)

    @cached_property
    def key_of(self) -> Mapping[str, Key]:
        """Keys by property IRI."""
        return {key.iri: key for key in self.keys.values()}

    @cached_property
    def class_of(self) -> Mapping[str, ClassTerm]:
        """Classes by IRI."""
        return {term.iri: term for term in self.classes.values()}

    @cached_property
    def concept_of(self) -> Mapping[str, Concept]:
        """Vocabulary concepts by IRI."""
        return {c.iri: c for scheme in self.schemes.values() for c in scheme.concepts.values()}

    @cached_property
    def bounds(self) -> Mapping[str, Bounding]:
        """What the values of date properties bound, by property IRI; see `pressgraph.facts.dates.bounds`."""
        return {key.iri: key.bounds for key in self.keys.values() if key.bounds is not None}

    @cached_property
    def single_valued(self) -> frozenset[str]:
        """IRIs of the properties that some class has once, or once in each language."""
        uses = (use for term in self.classes.values() for use in term.uses.values())
        return frozenset(self.keys[use.key].iri for use in uses if use.single or use.single_by_language)

    @cached_property
    def context_prefixes(self) -> Mapping[str, str]:
        """The prefixes that a facts file may use: those that are no key or class at the same time."""
        taken = {*self.keys, *self.classes, *FACT_WORDS}
        return {prefix: iri for prefix, iri in self.prefixes.items() if prefix and prefix not in taken}

    @cached_property
    def context_converter(self) -> Converter:
        """CURIEs under the prefixes of facts files."""
        return Converter(dict(sorted(self.context_prefixes.items())))

    def query_prefixes(self, id_base: str) -> dict[str, str]:
        """Return the prefixes that a query may use without declaring them."""
        ids = {prefix: id_base + path for prefix, path in self.id_prefixes.items()}
        return {**self.prefixes, **ids}

    def uses_of(self, types: Iterable[str]) -> Mapping[str, KeyUse]:
        """Return what a thing of these class names may use, by key; the stricter use wins."""
        names = tuple(types)
        uses = self._uses.get(names)
        if uses is None:
            uses = self._uses[names] = self._uses_together(names)
        return uses

    @cached_property
    def _uses(self) -> dict[tuple[str, ...], Mapping[str, KeyUse]]:
        """What `uses_of` told: thousands of things have the same few classes."""
        return {}

    def _uses_together(self, names: Iterable[str]) -> dict[str, KeyUse]:
        uses: dict[str, KeyUse] = {}
        for name in names:
            for key, use in self.classes[name].uses.items():
                other = uses.get(key)
                uses[key] = use if other is None else merge_uses(use, other)
        return uses

    def homes(self, key: str) -> list[ClassTerm]:
        """Return the classes that have a key of their own, not from a superclass."""
        return [
            term
            for term in self.classes.values()
            if key in term.uses
            and not any(
                parent is not None and key in parent.uses for parent in map(self.class_of.get, term.superclasses)
            )
        ]

    def shrink(self, iri: str, id_base: str) -> str:
        """Return an IRI as people write it: a relative id, a key, a class, a CURIE, or the IRI itself."""
        if iri.startswith(id_base):
            return iri.removeprefix(id_base)
        if (key := self.key_of.get(iri)) is not None:
            return key.name
        if (term := self.class_of.get(iri)) is not None:
            return term.name
        return self.curie(iri) or iri

    def short_name(self, iri: str) -> str:
        """Return the name of a key, a class or a term, else a CURIE or the IRI."""
        named = self.key_of.get(iri) or self.class_of.get(iri) or self.concept_of.get(iri)
        return named.name if named is not None else self.curie(iri) or iri

    def curie(self, iri: str) -> str | None:
        """Return an IRI as `prefix:local` under the profile's prefixes, or None."""
        return self._converter.compress(iri)

    @cached_property
    def _converter(self) -> Converter:
        return Converter(self.prefixes)


def merge_uses(one: KeyUse, other: KeyUse) -> KeyUse:
    """Return the use that satisfies two uses of one key."""
    return KeyUse(
        key=one.key,
        single=one.single or other.single,
        single_by_language=one.single_by_language or other.single_by_language,
        required=one.required or other.required,
        value_classes=tuple(dict.fromkeys((*one.value_classes, *other.value_classes))),
        words=tuple(dict.fromkeys((*one.words, *other.words))),
        labels={**other.labels, **one.labels},
        place=min(one.place, other.place),
        personal=one.personal or other.personal,
    )
