"""The numbers that descriptions of a dataset give: counted once for a snapshot, and kept beside its store.

They are those of VoID (https://www.w3.org/TR/void/, 4.6), how often each term of the profile is used, how many things
there are of which classes, and the newest releases. All are of the default graph. A change updates them by what it
touched, in time that does not depend on the size of the dataset.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.graphs import GraphNames
from pressgraph.dataset.union import DEFAULT
from pressgraph.project import write_atomically
from pressgraph.rdf import RDF_TYPE, RELEASE, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_FILE = "counts.json"
_VERSION = 1
_TYPE = ox.NamedNode(RDF_TYPE)
_RELEASE = ox.NamedNode(RELEASE)
_PUBLISHED = ox.NamedNode(f"{SCHEMA}datePublished")
_NEWEST = 10

_BY_PROPERTY = "SELECT ?key (COUNT(*) AS ?n) { ?s ?key ?o } GROUP BY ?key"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"
_AS_OBJECT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?term }"
_NEWEST_RELEASES = f"""
    SELECT ?s (COALESCE(MAX(STR(?date)), "") AS ?day) {{
      ?s a <{_RELEASE.value}> FILTER(isIRI(?s) && STRSTARTS(STR(?s), ?base))
      OPTIONAL {{ ?s <{_PUBLISHED.value}> ?date FILTER(isLiteral(?date)) }}
    }} GROUP BY ?s ORDER BY DESC(?day) DESC(STR(?s)) LIMIT {_NEWEST}"""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change may have changed: triples that may have come into the default graph or left it, and graphs."""

    triples: set[ox.Triple] = field(default_factory=set)
    graphs: set[ox.NamedNode] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers of a dataset."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    graphs: int = 0
    facts: int = 0
    """How many graphs of facts there are."""
    properties: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How many things of the project there are, by all their classes, sorted and joined by spaces."""
    uses: Mapping[str, int] = field(default_factory=dict)
    """How often each term of the profile is a property or a value, without what the profile itself says."""
    releases: int = 0
    newest: tuple[tuple[str, str], ...] = ()
    """The newest releases, each with its day, newest first."""
    personal: Mapping[str, int] = field(default_factory=dict)
    """How many facts with personal data are withheld, by the IRI of their source."""

    def save(self, folder: Path) -> None:
        """Write the numbers into a snapshot's folder."""
        with write_atomically(folder / _FILE) as file:
            numbers = {it.name: getattr(self, it.name) for it in fields(self)}
            file.write(json.dumps({"version": _VERSION, **numbers}, ensure_ascii=False, sort_keys=True).encode())

    @classmethod
    def load(cls, folder: Path) -> Counts | None:
        """Return the numbers of a snapshot, or None where it has none: another version of the program made it."""
        try:
            stored: dict[str, Any] = json.loads((folder / _FILE).read_bytes())
            if stored.pop("version") != _VERSION:
                return None
            stored["newest"] = tuple((iri, day) for iri, day in stored["newest"])
            return cls(**stored)
        except (OSError, ValueError, TypeError, KeyError):
            return None


def count(store: ox.Store, id_base: str) -> Counts:
    """Count a store: the engine does, which takes about two seconds for half a million triples."""
    graphs = GraphNames(id_base=id_base)
    base = ox.Literal(id_base)
    properties = dict(_numbers(store, _BY_PROPERTY))
    classes: Counter[str] = Counter()
    things: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(None, _TYPE, None, DEFAULT):
        if isinstance(quad.object, ox.NamedNode):
            name = quad.object.value
            classes[name] += 1
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(id_base):
                things.setdefault(quad.subject.value, []).append(name)
    kinds = Counter(" ".join(sorted(names)) for names in things.values())
    named = [it.value for it in store.named_graphs() if isinstance(it, ox.NamedNode)]
    return Counts(
        triples=sum(properties.values()),
        subjects=_number(store, _SUBJECTS),
        objects=_number(store, _OBJECTS),
        graphs=len(named),
        facts=sum(name.startswith(graphs.facts) for name in named),
        properties=properties,
        classes=dict(classes),
        kinds=dict(kinds),
        uses=_uses(store, graphs.profile, properties),
        releases=_releases(kinds),
        newest=_newest(store, base),
    )


def recount(counts: Counts | None, before: ox.Store, after: ox.Store, touched: Touched | None, id_base: str) -> Counts:
    """Return the numbers of a store after a change, from those before; all is counted where that is less work."""
    graphs = GraphNames(id_base=id_base)
    if (
        counts is None
        or touched is None
        or len(touched.triples) > counts.triples // 4
        or ox.NamedNode(graphs.profile) in touched.graphs
    ):
        return replace(count(after, id_base), personal=counts.personal if counts is not None else {})
    change = _Change(before, after, id_base)
    for triple in touched.triples:
        change.see(triple)
    ends = [(name, before.contains_named_graph(name), after.contains_named_graph(name)) for name in touched.graphs]
    uses = dict(counts.uses)
    for iri, number in change.used.items():
        if iri in uses:
            uses[iri] += number
    kinds = _added(counts.kinds, change.kinds())
    return Counts(
        triples=counts.triples + change.triples,
        subjects=counts.subjects + change.subjects.more(),
        objects=counts.objects + change.objects.more(),
        graphs=counts.graphs + sum(now - was for _, was, now in ends),
        facts=counts.facts + sum(now - was for name, was, now in ends if name.value.startswith(graphs.facts)),
        properties=_added(counts.properties, change.properties),
        classes=_added(counts.classes, change.classes),
        kinds=kinds,
        uses=uses,
        releases=_releases(kinds),
        newest=change.newest(counts.newest),
        personal=counts.personal,
    )


class _Change:
    """What differs between the default graphs of two stores."""

    def __init__(self, before: ox.Store, after: ox.Store, id_base: str) -> None:
        self._before = before
        self._after = after
        self._base = id_base
        self.triples = 0
        self.properties: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.subjects = _Ends(lambda store, it: store.quads_for_pattern(it, None, None, DEFAULT), before, after)
        self.objects = _Ends(lambda store, it: store.quads_for_pattern(None, None, it, DEFAULT), before, after)
        self._typed: set[Any] = set()
        """Of which another class is said."""
        self._dated: set[Any] = set()
        """Of which another class or another day is said."""

    def see(self, triple: ox.Triple) -> None:
        """Look whether a triple came or went."""
        quad = ox.Quad(triple.subject, triple.predicate, triple.object)
        sign = (quad in self._after) - (quad in self._before)
        if not sign:
            return
        self.triples += sign
        self.properties[triple.predicate.value] += sign
        self.used[triple.predicate.value] += sign
        if isinstance(triple.object, ox.NamedNode):
            self.used[triple.object.value] += sign
            if triple.predicate == _TYPE:
                self.classes[triple.object.value] += sign
        self.subjects.see(triple.subject, sign)
        self.objects.see(triple.object, sign)
        if triple.predicate == _TYPE:
            self._typed.add(triple.subject)
        if triple.predicate in {_TYPE, _PUBLISHED}:
            self._dated.add(triple.subject)

    def kinds(self) -> Counter[str]:
        """Return how many more things there are of which classes."""
        kinds: Counter[str] = Counter()
        for subject in self._typed:
            if isinstance(subject, ox.NamedNode) and subject.value.startswith(self._base):
                for store, sign in ((self._before, -1), (self._after, 1)):
                    key = " ".join(sorted(_classes(store, subject)))
                    if key:
                        kinds[key] += sign
        return kinds

    def newest(self, known: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return the newest releases, from those before."""
        ours = {it.value for it in self._dated if isinstance(it, ox.NamedNode) and it.value.startswith(self._base)}
        changed = [(iri, day) for iri in ours if (day := _day(self._after, ox.NamedNode(iri))) is not None]
        listed = sorted([*(it for it in known if it[0] not in ours), *changed], key=_by_day, reverse=True)[:_NEWEST]
        # of those that are not known, none is newer than the last of the known ones
        if len(known) < _NEWEST or (len(listed) == _NEWEST and _by_day(listed[-1]) >= _by_day(known[-1])):
            return tuple(listed)
        return _newest(self._after, ox.Literal(self._base))


class _Ends:
    """What stands at one end of triples that came or went."""

    def __init__(self, found: Callable[[ox.Store, Any], Iterator[ox.Quad]], before: ox.Store, after: ox.Store) -> None:
        self._found = found
        self._before = before
        self._after = after
        self._came: set[Any] = set()
        self._went: set[Any] = set()

    def see(self, term: Any, sign: int) -> None:
        """Note what stands in a triple that came, or in one that went."""
        (self._came if sign > 0 else self._went).add(term)

    def more(self) -> int:
        """Return how many more terms stand there than before: each did in what went, and does in what came."""
        new = sum(next(self._found(self._before, it), None) is None for it in self._came - self._went)
        return new - sum(next(self._found(self._after, it), None) is None for it in self._went - self._came)


def _by_day(release: tuple[str, str]) -> tuple[str, str]:
    return release[1], release[0]


def _day(store: ox.Store, release: ox.NamedNode) -> str | None:
    """Return the last day of a release, as `_NEWEST_RELEASES` has it; None for what is no release."""
    if ox.Quad(release, _TYPE, _RELEASE) not in store:
        return None
    quads = store.quads_for_pattern(release, _PUBLISHED, None, DEFAULT)
    return max((quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)), default="")


def _classes(store: ox.Store, subject: ox.NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(subject, _TYPE, None, DEFAULT):
        if isinstance(quad.object, ox.NamedNode):
            yield quad.object.value


def _added(numbers: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    counts = dict(numbers)
    for key, number in more.items():
        counts[key] = counts.get(key, 0) + number
    return {key: number for key, number in counts.items() if number}


def _uses(store: ox.Store, profile: str, properties: Mapping[str, int]) -> dict[str, int]:
    own: Counter[str] = Counter()
    terms: set[ox.NamedNode] = set()
    for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(profile)):
        own[quad.predicate.value] += 1
        if isinstance(quad.object, ox.NamedNode):
            own[quad.object.value] += 1
        if isinstance(quad.subject, ox.NamedNode):
            terms.add(quad.subject)
    return {
        term.value: properties.get(term.value, 0) + _number(store, _AS_OBJECT, term=term) - own[term.value]
        for term in terms
    }


def _releases(kinds: Mapping[str, int]) -> int:
    return sum(number for names, number in kinds.items() if _RELEASE.value in names.split(" "))


def _newest(store: ox.Store, base: ox.Literal) -> tuple[tuple[str, str], ...]:
    rows = _rows(store, _NEWEST_RELEASES, base=base)
    return tuple((row["s"].value, row["day"].value) for row in rows)


def _numbers(store: ox.Store, query: str, **values: ox.NamedNode | ox.Literal) -> Iterator[tuple[str, int]]:
    for row in _rows(store, query, **values):
        yield row["key"].value, int(row["n"].value)


def _number(store: ox.Store, query: str, **values: ox.NamedNode | ox.Literal) -> int:
    return sum(int(row["n"].value) for row in _rows(store, query, **values))


def _rows(store: ox.Store, query: str, **values: ox.NamedNode | ox.Literal) -> Iterator[Any]:
    for name, value in values.items():
        # the engine puts values only into the place of variables that are selected
        query = query.replace(f"?{name}", str(value))
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - SELECTs
    return iter(rows)
