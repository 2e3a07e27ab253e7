"""Lists of things by kind, with facets: what is read of a store for them, once for a store that never changes.

A list is whole or has one facet: a value, and no pair of values, so that each list has an address that can be kept.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from pressgraph.pages.view.statements import DEFAULT, TITLES
from pressgraph.rdf import CLU, LABELS, ORG, RDF_TYPE, RELEASE, SCHEMA
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pressgraph.pages.view.reading import GraphReader

LISTS: dict[str, tuple[str, ...]] = {
    "organisations": (f"{SCHEMA}Organization", f"{ORG}Organization"),
    "labels": LABELS,
    "releases": (RELEASE,),
    "people": (f"{SCHEMA}Person",),
}
"""The lists, by the last part of their addresses, and the classes of what is on them."""
_NOT_ON = {"organisations": (f"{SCHEMA}Project", f"{CLU}Programme")}
"""What schema.org takes for organisations, too, and people do not."""
FACETS: dict[str, tuple[str, ...]] = {
    "organisations": ("sector", "region"),
    "labels": ("state", "level", "year", "region", "sector"),
    "releases": ("year", "publisher"),
    "people": ("role", "organisation"),
}
"""The facets of each list, in their order."""
_IN_ROWS = {
    "organisations": frozenset(map(ox.NamedNode, (RDF_TYPE, f"{CLU}sector", f"{SCHEMA}areaServed"))),
    "releases": frozenset(ox.NamedNode(f"{SCHEMA}{it}") for it in ("datePublished", "publisher", "sourceOrganization")),
}
"""What rows show of the things of lists whose rows show nothing of what is near these."""
PAGE = 50
_MOST_VALUES = 25
_TYPE = ox.NamedNode(RDF_TYPE)
_MOST_NAMES = 1024
_LONGEST = 40
"""How many years a label may be counted for."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing of a list: what it is sorted by, and its values by facet, as IRIs or words."""

    iri: str
    order: tuple[Any, ...]
    values: dict[str, tuple[str, ...]]
    start: str = ""
    until: str = ""
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListOn:
    """A list on a day: its things in order, those of each value of each facet, and what facets show."""

    items: tuple[Item, ...]
    by_value: dict[str, dict[str, list[Item]]]
    keys: dict[str, dict[str, str]]
    """The values by facet and key."""
    facets: dict[str, list[tuple[str, str, int]]]
    """Values with their keys and how many things have them."""
    more: dict[str, int]
    valid: int

    def matching(self, facet: str, value: str) -> Sequence[Item]:
        """Return the things with a value of a facet; without a facet, all."""
        return self.by_value[facet].get(value, ()) if facet else self.items


Letters: TypeAlias = list[tuple[str, int, str]]
"""Letters that a list is sorted by, each with the page and the thing that it begins at."""


def plain(text: str) -> str:
    """Return a text without accents.

    >>> plain("Süd-Čáslav")
    'Sud-Caslav'
    """
    return "".join(it for it in unicodedata.normalize("NFKD", text) if not unicodedata.combining(it))


class Listing:
    """The lists of a store; `id_base` is what the project's own ids begin with."""

    def __init__(self, store: ox.Store, id_base: str, reader: GraphReader, language: str) -> None:
        self._store = store
        self._language = language
        self._id_base = id_base
        self._reader = reader
        self._items = cache(self._read)
        self._known = lru_cache(len(LISTS))(self._list_on)
        # who holds many labels
        self._name = lru_cache(_MOST_NAMES)(self._find_name)

    def page(self, kind: str, facet: str, value: str, number: int, today: str) -> dict[str, Any]:
        """Return a page of a list: what it shows, how many there are, and how many of each value of each facet.

        `value` is a value's key: an id, the last part of an IRI, or a word. An unknown one matches nothing.
        """
        on = self._known(kind, today)
        wanted = on.keys.get(facet, {}).get(value, "")
        matching = on.matching(facet, wanted) if wanted or not facet else ()
        shown = [it.iri for it in matching[(number - 1) * PAGE : number * PAGE]]
        values = [it for some in on.facets.values() for it, _, _ in some if ":" in it]
        words = _IN_ROWS.get(kind)
        # rows of people say which roles they have
        more = self._reader.memberships(shown) if kind == "people" else []
        if words is None:
            reading = self._reader.several([*shown, *more, *values])
        else:
            reading = self._reader.rows(shown, words, values)
        return {
            "shown": shown,
            "matching": len(matching),
            "total": len(on.items),
            "wanted": wanted,
            "facets": on.facets,
            "more": on.more,
            "valid": on.valid,
            "letters": _letters(kind, matching),
            "reading": reading,
        }

    def key(self, value: str) -> str:
        """Return how a value of a facet is written in addresses."""
        if value.startswith(self._id_base):
            return value.removeprefix(self._id_base)
        return local_name(value) if ":" in value else value

    def contents(self, kind: str, today: str) -> Iterator[tuple[str, str, tuple[str, ...], Letters]]:
        """Yield what pages lead to: the whole list, then each value of a facet, with the things of each in order.

        With them come the letters that these begin with.

        Values that nothing names are left out: those that a facet has no room for, unless they are terms, whose own
        pages lead to them.
        """
        on = self._known(kind, today)
        yield "", "", tuple(it.iri for it in on.items), _letters(kind, on.items)
        for facet, keys in on.keys.items():
            shown = {key for _, key, _ in on.facets[facet]}
            for key, found in keys.items():
                if key in shown or (":" in found and not found.startswith(self._id_base)):
                    matching = on.matching(facet, found)
                    yield facet, key, tuple(it.iri for it in matching), _letters(kind, matching)

    def numbers(self, kind: str, today: str) -> tuple[Any, ...]:
        """Return what all pages of a list say of it besides its things."""
        on = self._known(kind, today)
        return len(on.items), on.valid, on.facets, on.more

    def _list_on(self, kind: str, today: str) -> _ListOn:
        items = self._items(kind)
        if kind == "labels":
            items = tuple(sorted((self._on(it, today) for it in items), key=lambda it: (it.order, it.iri)))
        by_value: dict[str, dict[str, list[Item]]] = {it: {} for it in FACETS[kind]}
        for item in items:
            for name, values in item.values.items():
                for it in dict.fromkeys(values):
                    by_value[name].setdefault(it, []).append(item)
        facets = {
            name: [
                (found, self.key(found), count)
                for found, count in _most(name, {it: len(of) for it, of in some.items()})
            ]
            for name, some in by_value.items()
        }
        return _ListOn(
            items=items,
            by_value=by_value,
            keys={name: {key: it for it in some if (key := self.key(it))} for name, some in by_value.items()},
            facets=facets,
            more={name: len(some) - len(facets[name]) for name, some in by_value.items()},
            valid=len(by_value.get("state", {}).get("valid", ())),
        )

    def _on(self, item: Item, today: str) -> Item:
        state = _state(item, today)
        values = {**item.values, "state": (state,)}
        rank = ("valid", "unknown", "over").index(state)
        return Item(item.iri, (rank, *item.order), values, item.start, item.until, item.replaced)

    # -- reading

    def _read(self, kind: str) -> tuple[Item, ...]:
        make = {
            "organisations": self._organisation,
            "labels": self._label,
            "releases": self._release,
            "people": self._person,
        }[kind]
        look = _Properties(self._store)
        return tuple(sorted((make(look, it) for it in self._things(kind)), key=lambda it: (it.order, it.iri)))

    def _things(self, kind: str) -> set[str]:
        """Return what `is_on` a list."""

        def of(classes: Iterable[str]) -> set[str]:
            some = (self._store.quads_for_pattern(None, _TYPE, ox.NamedNode(it), DEFAULT) for it in classes)
            named = (quad.subject for quad in chain.from_iterable(some) if isinstance(quad.subject, ox.NamedNode))
            return {it.value for it in named if it.value.startswith(self._id_base)}

        return of(LISTS[kind]) - of(_NOT_ON.get(kind, ()))

    def _find_name(self, iri: str) -> str:
        """Return what something is sorted by: its name in the language of lists, without accents."""
        for title in TITLES:
            said = self._store.quads_for_pattern(ox.NamedNode(iri), title, None, DEFAULT)
            names = [it.object for it in said if isinstance(it.object, ox.Literal)]
            if names:
                # else one that is in no language
                best = min(names, key=lambda it: (it.language != self._language, it.language or "", it.value))
                return plain(best.value.casefold())
        return iri

    def _organisation(self, look: _Properties, iri: str) -> Item:
        values = {
            "sector": tuple(look.values(iri, f"{CLU}sector")),
            "region": tuple(look.values(iri, f"{SCHEMA}areaServed")),
        }
        return Item(iri, (self._name(iri),), values)

    def _label(self, look: _Properties, iri: str) -> Item:
        periods = look.values(iri, f"{CLU}hasValidity")
        starts = [it for period in (iri, *periods) for it in look.values(period, f"{CLU}validFrom")]
        ends = [it for period in (iri, *periods) for it in look.values(period, f"{CLU}validUntil")]
        start, until = min(starts, default=""), max(ends, default="")
        first, last = start[:4] or until[:4], until[:4] or start[:4]
        years = range(int(first), int(last) + 1) if first.isdigit() and last.isdigit() else range(0)
        if until.endswith("-01-01"):
            years = range(years.start, max(years.start + 1, years.stop - 1))
        holder = next(iter(look.values(iri, f"{CLU}heldBy")), "")
        values = {
            "level": tuple(look.values(iri, f"{CLU}level")),
            "year": tuple(str(it) for it in list(years)[:_LONGEST]),
            "region": tuple(look.values(holder, f"{SCHEMA}areaServed")) if holder else (),
            "sector": tuple(look.values(holder, f"{CLU}sector")) if holder else (),
        }
        replaced = bool(look.values(iri, f"{CLU}replacedBy", f"{CLU}withdrawnOn"))
        return Item(iri, (until or "9", self._name(holder) if holder else ""), values, start, until, replaced)

    def _release(self, look: _Properties, iri: str) -> Item:
        day = max(look.values(iri, f"{SCHEMA}datePublished"), default="")
        values = {
            "year": (day[:4],) if day[:4].isdigit() else (),
            "publisher": tuple(it for it in look.values(iri, f"{SCHEMA}sourceOrganization") if ":" in it),
        }
        return Item(iri, tuple(-ord(it) for it in day), values)

    def _person(self, look: _Properties, iri: str) -> Item:
        roles, bodies = [], look.values(iri, f"{SCHEMA}affiliation")
        for membership in look.subjects(iri, f"{ORG}member"):
            roles += look.values(membership, f"{ORG}role")
            bodies += look.values(membership, f"{ORG}organization")
        family = look.values(iri, f"{SCHEMA}familyName")
        name = plain(min(family).casefold()) if family else self._name(iri).rpartition(" ")[2]
        return Item(iri, (name, self._name(iri)), {"role": tuple(roles), "organisation": tuple(bodies)})


class _Properties:
    """What a store says by some properties, each looked up once: of each thing of a list that would take longer."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._values: dict[str, dict[str, list[str]]] = {}
        self._subjects: dict[str, dict[str, list[str]]] = {}

    def values(self, iri: str, *words: str) -> list[str]:
        """Return the texts and IRIs that properties of a thing lead to, each once."""
        return list(dict.fromkeys(it for word in words for it in self._by_subject(word).get(iri, ())))

    def subjects(self, iri: str, word: str) -> list[str]:
        """Return the IRIs that a property leads from to a thing."""
        found = self._subjects.get(word)
        if found is None:
            found = self._subjects[word] = {}
            for quad in self._quads(word):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                    found.setdefault(quad.object.value, []).append(quad.subject.value)
        return found.get(iri, [])

    def _by_subject(self, word: str) -> dict[str, list[str]]:
        found = self._values.get(word)
        if found is None:
            found = self._values[word] = {}
            for quad in self._quads(word):
                subject, value = quad.subject, quad.object
                if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
                    found.setdefault(subject.value, []).append(value.value)
        return found

    def _quads(self, word: str) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(None, ox.NamedNode(word), None, DEFAULT)


def is_on(store: ox.Store, kind: str, thing: object, id_base: str) -> bool:
    """Tell whether a thing is on a list: it is of the project, and is of its classes."""
    if not isinstance(thing, ox.NamedNode) or not thing.value.startswith(id_base):
        return False

    def has_one_of(classes: Iterable[str]) -> bool:
        return any(ox.Quad(thing, _TYPE, ox.NamedNode(it), DEFAULT) in store for it in classes)

    return has_one_of(LISTS[kind]) and not has_one_of(_NOT_ON.get(kind, ()))


def _letters(kind: str, items: Sequence[Item]) -> Letters:
    """Return the letters that a list of several pages is sorted by; none for one page, or another order."""
    if kind not in {"organisations", "people"} or len(items) <= PAGE:
        return []
    found: dict[str, tuple[str, int, str]] = {}
    for number, item in enumerate(items):
        first = item.order[0][:1].upper()
        letter = first if first.isalpha() else "#"
        found.setdefault(letter, (letter, number // PAGE + 1, item.iri))
    return list(found.values())


def _state(item: Item, today: str) -> str:
    """Return whether a label is valid on a day: valid, over, or unknown."""
    if item.until and item.until <= today:
        return "over"
    if item.start and item.start > today:
        return "unknown"
    if item.until and not item.replaced:
        return "valid"
    return "over" if item.replaced else "unknown"


def _most(name: str, counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the values that are shown of a facet: years from the newest on, others by how many there are."""
    if name == "year":
        return sorted(counted.items(), reverse=True)[:_MOST_VALUES]
    if name == "state":
        return [(it, counted[it]) for it in ("valid", "over", "unknown") if it in counted]
    return sorted(counted.items(), key=lambda it: (-it[1], it[0]))[:_MOST_VALUES]
