"""Things that are known by name: those of the built graph, and the reference data of the profile."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

import pyoxigraph as ox

from pressgraph.rdf import CLU, RDF_TYPE, SCHEMA
from pressgraph.spelling import folded, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pressgraph.profile import Profile

Thing = TypeVar("Thing")
WORD = re.compile(r"[^\W_]+(?:[-./&+][^\W_]+|['’](?!s\b)[^\W_]+)*")
"""A word of a name; the mark of a genitive is none of it."""
_NAMES = frozenset(f"{SCHEMA}{name}" for name in ("name", "alternateName", "legalName"))
_SHORTEST = 3
"""Letters of a name of one word; shorter ones mean too many things."""
_NEAR = 0.85
"""How much of two names must be the same, from 0 to 1, for somebody to be asked whether they mean one thing."""
_MOST_ALIKE = 500
KINDS = (
    ("person", "Person"), ("place", "Place"), ("event", "Event"), ("programme", "Programme"), ("project", "Project"),
    ("scheme", "LabelScheme"), ("industry", "Industry"), ("org", "Organization"), ("org", "org:Organization"),
)  # fmt: skip
"""What mentions of things are called, by the classes of the things; the first that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThing:
    """A thing with the names that texts call it by; `id` is as facts files write it."""

    id: str
    class_: str
    names: tuple[str, ...]


class KnownNames:
    """What a draft knows before it reads: a profile, and things by their names."""

    def __init__(self, profile: Profile, things: Iterable[KnownThing] = ()) -> None:
        self.profile = profile
        self.things = (*things, *_reference(profile))

    def named(self, name: str, classes: Collection[str]) -> str | None:
        """Return the id of the one thing that has a name, and is of one of these classes (by name) or below it."""
        wanted = {self.profile.classes[it].iri for it in classes if it in self.profile.classes}
        fits = {
            it.id
            for it in self._by_name.get(folded(name), ())
            if it.class_ in self.profile.classes and not wanted.isdisjoint(self._above(it.class_))
        }
        return fits.pop() if len(fits) == 1 else None

    def _above(self, class_: str) -> Collection[str]:
        term = self.profile.classes[class_]
        return {term.iri, *term.superclasses}

    def near(self, name: str, class_: str) -> KnownThing | None:
        """Return a thing whose name is nearly this one, and of a class that fits: to be asked about, never taken."""
        kind = kind_of_class(class_, self.profile)
        candidates: dict[str, KnownThing] = {}
        for word in WORD.findall(name):
            for thing in self._by_word.get(folded(word), ())[:_MOST_ALIKE]:
                if kind_of_class(thing.class_, self.profile) == kind:
                    candidates.update(dict.fromkeys(thing.names, thing))
        close = nearest(name, candidates, cutoff=_NEAR) if candidates else None
        return candidates[close] if close is not None and folded(close) != folded(name) else None

    @cached_property
    def _by_word(self) -> Mapping[str, list[KnownThing]]:
        """Things by the longer words of their names."""
        found: dict[str, list[KnownThing]] = defaultdict(list)
        for thing in self.things:
            for word in {folded(it) for name in thing.names for it in WORD.findall(name) if len(it) > _SHORTEST}:
                found[word].append(thing)
        return found

    def classes(self, id_: str) -> frozenset[str] | None:
        """Return the classes, by name, of what an id stands for; None where nothing is known of it."""
        return self._classes.get(id_)

    @cached_property
    def _by_name(self) -> Mapping[str, list[KnownThing]]:
        found: dict[str, list[KnownThing]] = defaultdict(list)
        for thing in self.things:
            for name in thing.names:
                found[folded(name)].append(thing)
        return found

    @cached_property
    def _classes(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for thing in self.things:
            found[thing.id].add(thing.class_)
        return {id_: frozenset(classes) for id_, classes in found.items()}

    @cached_property
    def names(self) -> Names[KnownThing]:
        """The names of things, by their words."""
        names: Names[KnownThing] = Names()
        for thing in self.things:
            if kind_of_class(thing.class_, self.profile) is not None:
                for name in thing.names:
                    words = WORD.findall(name)
                    if len(words) > 1 or (words and len(words[0]) >= _SHORTEST):
                        names.add(words, thing)
        return names

    @cached_property
    def schemes_of(self) -> Mapping[str, str]:
        """Schemes of labels, by the ids of who defines them, where that is one."""
        found: dict[str, list[str]] = defaultdict(list)
        schemes = {it.id for it in self.things if it.class_ == "LabelScheme"}
        for triple in self.profile.ontology_triples:
            if triple.predicate.value == f"{CLU}definedBy" and isinstance(triple.object, ox.NamedNode):
                scheme = _id(self.profile, str(triple.subject).strip("<>"))
                if scheme in schemes:
                    found[_id(self.profile, triple.object.value)].append(scheme)
        return {who: schemes[0] for who, schemes in found.items() if len(schemes) == 1}


class _Node(Generic[Thing]):
    __slots__ = ("below", "thing")

    def __init__(self) -> None:
        self.below: dict[str, _Node[Thing]] = {}
        self.thing: Thing | None = None


class Names(Generic[Thing]):
    """Names by their words, in their own case: which begins at a word of a text, the longest first.

    To find all names of a text takes time linear in it, whatever the number of names.

    >>> names = Names[int]()
    >>> names.add(["Green", "Quay"], 1)
    >>> names.longest(["the", "Green", "Quay", "project"], 1)
    (1, 2)
    """

    def __init__(self) -> None:
        self._root: _Node[Thing] = _Node()

    def add(self, words: Sequence[str], thing: Thing) -> None:
        """Add a name by its words; the first thing of a name keeps it."""
        node = self._root
        for word in words:
            node = node.below.setdefault(word, _Node())
        if node.thing is None:
            node.thing = thing

    def longest(self, words: Sequence[str], at: int) -> tuple[Thing, int] | None:
        """Return the thing whose name begins at a word, and the number of its words."""
        node = self._root
        found: tuple[Thing, int] | None = None
        for count, word in enumerate(words[at : at + _MOST_WORDS], start=1):
            below = node.below.get(word)
            if below is None:
                break
            node = below
            if node.thing is not None:
                found = node.thing, count
        return found


_MOST_WORDS = 24


def kind_of_class(name: str, profile: Profile) -> str | None:
    """Return what mentions of things of a class are called; None where texts do not name such things."""
    term = profile.classes.get(name)
    if term is None:
        return None
    names = {name, *(profile.short_name(it) for it in term.superclasses)}
    return next((kind for kind, class_ in KINDS if class_ in names), None)


@lru_cache(maxsize=4)
def _reference(profile: Profile) -> tuple[KnownThing, ...]:
    """Return the things of the profile's reference data."""
    named: dict[str, list[str]] = defaultdict(list)
    typed: dict[str, str] = {}
    for triple in profile.ontology_triples:
        if not isinstance(triple.subject, ox.NamedNode) or isinstance(triple.object, ox.Triple):
            continue
        subject, predicate, value = triple.subject.value, triple.predicate.value, triple.object.value
        if predicate in _NAMES:
            named[subject].append(value)
        elif predicate == RDF_TYPE and (term := profile.class_of.get(value)) is not None:
            typed.setdefault(subject, term.name)
    return tuple(
        KnownThing(id=_id(profile, iri), class_=typed[iri], names=tuple(dict.fromkeys(names)))
        for iri, names in named.items()
        if iri in typed
    )


def _id(profile: Profile, iri: str) -> str:
    return profile.curie(iri) or iri


def known_names(store: ox.Store, profile: Profile, id_base: str, *, without: str | None = None) -> KnownNames:
    """Return the things that a built store names; `without` is the IRI of a source whose own facts do not count.

    A text that is drafted again would else find its own first draft, and take it for knowledge.
    """
    facts = f"{id_base}fact/"
    own = f"{facts}{without.removeprefix(id_base)}/" if without is not None else None
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for predicate in sorted(_NAMES):
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if not graph.startswith(facts) or (own is not None and graph.startswith(own)):
                continue
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                named[quad.subject.value][quad.object.value] = None
    things = []
    for iri, names in named.items():
        quads = store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(RDF_TYPE), None, ox.DefaultGraph())
        types = (it.object for it in quads)
        classes = [term for it in types if isinstance(it, ox.NamedNode) and (term := profile.class_of.get(it.value))]
        if classes:
            # the narrowest class says most
            class_ = max(classes, key=lambda it: (len(it.superclasses), it.name))
            things.append(KnownThing(id=profile.shrink(iri, id_base), class_=class_.name, names=tuple(names)))
    return KnownNames(profile, things)
