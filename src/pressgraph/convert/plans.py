"""Plans: from checked bodies to triples, by what the profile says of each class and key.

A plan maps the keys that a class may use to functions that append triples; all that can be looked up is looked up when
the plan is made, and what repeats in the data (ids, dates, language tags) is looked up once and kept. Plans and tables
depend on the profile alone, so threads share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.convert.literals import LOOKUPS_KEPT, Lookup, quote
from pressgraph.facts.datatypes import INTEGERS, datatype, fitting
from pressgraph.facts.figures import figure_id, figures_of
from pressgraph.facts.language_tags import good_language
from pressgraph.facts.mixed import looks_like_id, nquads_literal, takes_languages
from pressgraph.facts.model import LanguageMap, NeedsCheck, ValueObject, nested_id
from pressgraph.facts.quantities import read_number
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Key, Kind, Profile
from pressgraph.rdf import RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.facts.ids import Ids

    Emit: TypeAlias = Callable[[str, Any, list[str]], None]
    Plan: TypeAlias = dict[str, Emit]
    Values: TypeAlias = Callable[[Any], list[Any]]

# Where a node stands decides which words beside keys it may have.
FACT, SOURCE, NESTED = range(3)
WORDS = (FACT_WORDS, SOURCE_WORDS, ("id", "type"))

_PLANS_KEPT = 1_000


class Iris(dict[Any, str]):
    """A bounded table of the IRIs of ids, in angle brackets. Threads may share it."""

    def __init__(self, ids: Ids) -> None:
        super().__init__()
        self._iri = ids.iri
        self.normal = ids.normal

    def __missing__(self, name: Any) -> str:
        iri = self._iri(name) if name.__class__ is str else None
        if iri is None:
            raise NeedsCheck
        if len(self) >= LOOKUPS_KEPT:
            self.clear()
        node = self[name] = f"<{iri}>"
        return node


def _ignore(_subject: str, _value: Any, _out: list[str]) -> None:
    """Emit nothing: the word says something about the fact."""


class Plans:
    """Make plans as types turn up, and run them."""

    def __init__(self, profile: Profile, iris: Iris, *, personal: bool, language: str | None = None) -> None:
        self.profile = profile
        self.iris = iris
        self.personal = personal
        self.language = language
        """That of running text which does not say its own."""
        self.figures = figures_of(profile)
        self.tables: dict[str, dict[str, str]] = {}
        """By key, what its terms and literals add to a subject."""
        keys = {name: key for name, key in profile.keys.items() if personal or not key.personal}
        self.emits: Plan = {name: self.key(key, _several) for name, key in keys.items()}
        self.emits_one: Plan = {name: self.key(key, _one) for name, key in keys.items()}
        self.types = {
            name: f" <{RDF_TYPE}> <{term.iri}>"
            for name, term in profile.classes.items()
            if personal or not term.personal
        }
        self.words: tuple[Plan, ...] = tuple(dict.fromkeys(words, _ignore) for words in WORDS)
        self.plans: dict[str | tuple[str, ...], tuple[list[str], tuple[Plan, ...]]] = {}
        self.untyped = tuple({**self.emits, **words} for words in self.words)
        # A concept has its classes from the vocabulary.
        self.concepts = {
            f"<{concept.iri}>": types
            for concept in profile.concept_of.values()
            if (types := tuple(profile.class_of[iri].name for iri in concept.types if iri in profile.class_of))
        }
        self._lists: dict[tuple[str, bool], dict[Any, list[str]]] = {}

    def plan(self, types: str | tuple[str, ...]) -> tuple[list[str], tuple[Plan, ...]]:
        """Return how nodes say these classes, and their plans: for facts, sources and nested nodes."""
        names = (types,) if isinstance(types, str) else types
        type_parts = [self.types[name] for name in names]
        uses = self.profile.uses_of(names)
        keys = {
            name: (self.emits_one if use.single else self.emits)[name]
            for name, use in uses.items()
            if name in self.emits and (self.personal or not use.personal)
        }
        if len(self.plans) >= _PLANS_KEPT:
            self.plans.clear()
        made = self.plans[types] = (type_parts, tuple({**keys, **words} for words in self.words))
        return made

    def node(self, node: Mapping[str, Any], out: list[str], where: int) -> str:
        """Append the triples of a node; return its IRI."""
        subject = self.iris[node["id"]]
        types = node.get("type")
        plans = self.untyped
        if types is not None or "type" in node:
            names = types if types.__class__ is str else tuple(_several(types))
            type_parts, plans = self.plans.get(names) or self.plan(names)
            out.extend([subject + one for one in type_parts])
        plan = plans[where]
        for key, value in node.items():
            plan[key](subject, value, out)
        return subject

    def key(self, key: Key, values: Values) -> Emit:
        """Compile one key; `values` lets the lists pass that may be its values."""
        match key.kind:
            case Kind.TERM:
                return self.terms(key, values)
            case Kind.LITERAL:
                return self.literals(key, values)
            case Kind.LINK:
                return self.links(key, values)
            case Kind.TEXT:
                # Texts may come once for each language; the shapes count them.
                return self.texts(key, values if key.plain_required else _several)
            case Kind.MIXED:
                return self.mixed(key, _several if takes_languages(key) else values)

    def terms(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are terms."""
        concepts = key.scheme.concepts if key.scheme else {}
        table = {name: f" <{key.iri}> <{concept.iri}>" for name, concept in concepts.items()}
        self.tables[key.name] = table

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            else:
                out.extend([subject + table[item] for item in values(value)])

        return emit

    def literals(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are typed literals."""
        read = read_number if self.figures.is_number(key) else datatype(key.datatype).lexical

        def make(text: str) -> str:
            lexical = read(text)
            if lexical is None:
                raise NeedsCheck
            return f" <{key.iri}> {quote(lexical)}^^<{key.datatype}>"

        table = self.tables.setdefault(key.name, Lookup(make))
        lexical = self.lexical(key)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            elif value.__class__ is list:
                out.extend([subject + table[lexical(item)] for item in values(value)])
            else:
                out.append(subject + table[lexical(value)])

        return emit

    def lexical(self, key: Key) -> Callable[[Any], str]:
        """Return what gives the lexical form of a key's values."""
        numeric = key.datatype in INTEGERS
        boolean = key.datatype == f"{XSD}boolean"

        def lexical(value: Any) -> str:
            if value.__class__ is str:
                return str(value)
            if numeric and value.__class__ is int:
                return str(value)
            if boolean and value.__class__ is bool:
                return "true" if value else "false"
            raise NeedsCheck

        return lexical

    def lists(self, key: Key, *, single: bool) -> dict[Any, list[str]]:
        """Return, by tuples of a key's terms, what they add to a subject, sorted."""
        table = self.tables[key.name]
        values = _one if single else _several

        def make(names: tuple[str, ...]) -> list[str]:
            return sorted({table[name] for name in values(list(names))})

        return self._lists.setdefault((key.name, single), Lookup(make))

    def mixed(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are of several kinds; the checker says which kind each of them is."""
        predicate = f" <{key.iri}> "
        link = self.link(key)

        def make(text: str) -> str:
            typed = fitting(key.datatypes, text)
            if typed is None:
                raise NeedsCheck
            return f"{predicate}{quote(typed[1])}^^<{typed[0]}>"

        self.tables.setdefault(key.name, Lookup(make))

        def one(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is ValueObject:
                out.append(f"{subject}{predicate}{nquads_literal(value, quote(value['@value']))}")
            elif value.__class__ is str:
                out.append(f"{subject}{predicate}{quote(value)}")
            else:
                link(subject, value, out)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            for item in values(value) if value.__class__ is list else (value,):
                one(subject, item, out)

        return emit

    def link(self, key: Key) -> Emit:
        """Compile what one linked thing adds to a subject."""
        iris = self.iris
        predicate = f" <{key.iri}> "
        node = self.node

        def figure(subject: str, value: Any, out: list[str]) -> None:
            # what a quantity says by itself, the checker has made a node of
            if value.__class__ is not dict:
                raise NeedsCheck
            target = node(value, out, NESTED) if len(value) > 1 else iris[value["id"]]
            out.append(f"{target} <{SCHEMA}observationAbout> {subject}")

        if key.measure is not None:
            return figure

        def one(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(f"{subject}{predicate}{iris[value]}")
            elif value.__class__ is dict and len(value) > 1:
                out.append(f"{subject}{predicate}{node(value, out, NESTED)}")
            elif value.__class__ is dict:
                out.append(f"{subject}{predicate}{iris[value['id']]}")
            else:
                raise NeedsCheck

        return one

    def quantity(self, key: Key) -> Callable[[str, str, str], tuple[str, str]]:
        """Return what makes the IRI and the triples of the node that a quantity says, where no checker has made one.

        It takes the IRI of the thing that has the key, that thing's id, and the text.
        """
        measured = key.measure is not None
        mint = figure_id if measured else nested_id
        about = f" <{SCHEMA}observationAbout> "

        def read(text: str) -> dict[str, Any]:
            content = None if looks_like_id(text) and not measured else self.figures.read(text)
            if content is None:
                raise NeedsCheck
            node = self.figures.completed(key, content)
            del node["id"]
            return node

        nodes = Lookup(read)

        def make(subject: str, thing: str, text: str) -> tuple[str, str]:
            node = nodes[text]
            out: list[str] = []
            target = self.node({"id": mint(self.iris.normal(thing), key.name, node), **node}, out, NESTED)
            if measured:
                out.append(f"{target}{about}{subject}")
            return target, "\n".join(sorted(set(out)))

        return make

    def links(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are other things."""
        one = self.link(key)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is list:
                for item in values(value):
                    one(subject, item, out)
            else:
                one(subject, value, out)

        return emit

    def tag_suffix(self, key: Key, tag: str) -> str:
        """Return what follows a key's texts in a language."""
        tag = tag.lower()
        allowed = [ok.lower() for ok in key.languages]
        fits = not allowed or any(tag == ok or tag.startswith(f"{ok}-") for ok in allowed)
        if not fits or not good_language(tag):
            raise NeedsCheck
        return f"@{tag}"

    def standing_suffix(self, key: Key) -> str:
        """Return what follows a key's texts that do not say their language; '' where that is nothing."""
        return self.tag_suffix(key, self.language) if key.prose and self.language is not None else ""

    def texts(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are texts."""
        predicate = f" <{key.iri}> "
        listed = frozenset(key.listed)
        tags = Lookup(lambda tag: self.tag_suffix(key, tag))

        standing = self.standing_suffix(key)

        def plain(subject: str, value: Any, out: list[str]) -> None:
            required = key.language_required and not standing
            if value.__class__ is not str or required or (listed and value not in listed):
                raise NeedsCheck
            out.append(f"{subject}{predicate}{quote(value)}{standing}")

        def by_language(subject: str, value: dict[str, Any], out: list[str]) -> None:
            if key.plain_required or not value:
                raise NeedsCheck
            for tag, texts in value.items():
                suffix = tags[tag]
                if texts.__class__ is str:
                    out.append(f"{subject}{predicate}{quote(texts)}{suffix}")
                else:
                    out.extend([f"{subject}{predicate}{quote(text)}{suffix}" for text in _several(texts)])

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                plain(subject, value, out)
            elif value.__class__ is dict:
                by_language(subject, value, out)
            else:
                for item in values(value):
                    if item.__class__ is LanguageMap:
                        by_language(subject, item, out)
                    else:
                        plain(subject, item, out)

        return emit


def _several(value: Any) -> list[Any]:
    """Let only a list with something in it pass."""
    if not isinstance(value, list) or not value:
        raise NeedsCheck
    return value


def _one(value: Any) -> list[Any]:
    """Let only a list with one thing in it pass."""
    if not isinstance(value, list) or len(value) != 1:
        raise NeedsCheck
    return value
