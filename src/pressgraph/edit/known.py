"""What a project's files say already: things by name and id, and how its facts are usually written."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from pressgraph.convert import is_stream
from pressgraph.facts import names_in, read_facts
from pressgraph.facts.ids import slug
from pressgraph.facts.model import is_node
from pressgraph.rdf import RDF_TYPE, RDFS, SCHEMA, SKOS
from pressgraph.rdf.terms import term_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pressgraph.facts import FactsFile
    from pressgraph.facts.model import Body
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_MOST_FOUND = 12
Stamp = tuple[int, int, int]
"""What changes with a file: when it was written, its size, which one it is."""
_GONE: Stamp = (0, 0, 0)


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file; zeros for one that is not there."""
    try:
        status = path.stat()
    except OSError:
        return _GONE
    return status.st_mtime_ns, status.st_size, status.st_ino


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThing:
    """A thing that some file names."""

    id: str
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Its classes, by their names."""
    linked: str = ""
    """Of what has no name, the name of the first thing that it links to: whose label, whose role."""

    @property
    def name(self) -> str:
        """What it is called; its id where no file says."""
        return self.names[0] if self.names else self.id


class Known:
    """The things of a project's YAML files, and of its vocabularies; files are read again when they have changed."""

    def __init__(self, project: Project, profile: Profile) -> None:
        self._project, self._profile = project, profile
        self._read: dict[Path, tuple[Stamp, FactsFile]] = {}
        self._things: dict[str, KnownThing] | None = None
        self._uses: dict[str, Counter[str]] = {}
        self._lock = Lock()
        self._fixed = dict(_of_vocabularies(profile))

    def file(self, path: Path) -> FactsFile:
        """Return a YAML facts file as it is now."""
        stamp = stamp_of(path)
        kept = self._read.get(path)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        name = self._project.name_of(path)
        found = read_facts(path, self._profile, id_base=self._project.id_base, name=name)
        self._read[path] = (stamp, found)
        self._things = None
        return found

    def keep(self, path: Path, file: FactsFile, stamp: Stamp | None = None) -> None:
        """Note what was read of a file: of one that has just been written, or that had a stamp before it was read."""
        if stamp is not None and (kept := self._read.get(path)) is not None and kept[0] == stamp:
            return
        stamp = stamp or stamp_of(path)
        if stamp != _GONE:
            self._read[path] = (stamp, file)
            self._things = None

    def files(self) -> list[Path]:
        """Return the project's YAML files."""
        return [path for path in self._project.facts_files() if not is_stream(path)]

    @property
    def things(self) -> Mapping[str, KnownThing]:
        """All things by id."""
        with self._lock:
            paths = self.files()
            read = [self.file(path) for path in paths]
            for gone in self._read.keys() - set(paths):
                del self._read[gone]
                self._things = None
            if self._things is None:
                self._things = self._gathered(read)
            return self._things

    def _gathered(self, files: Iterable[FactsFile]) -> dict[str, KnownThing]:
        names: dict[str, dict[str, None]] = {}
        types: dict[str, dict[str, None]] = {}
        links: dict[str, dict[str, None]] = {}
        self._uses = defaultdict(Counter)
        for file in files:
            full = file.with_proposals()
            for name, called in names_in(full).items():
                names.setdefault(name, {}).update(dict.fromkeys(sorted(called, key=lambda it: (len(it), it))))
            bodies = [fact.body for fact in full.facts] + ([file.source.body] if file.source is not None else [])
            for node in (it for body in bodies for it in _nodes(body)):
                if isinstance(node.get("id"), str) and node["id"]:
                    types.setdefault(node["id"], {}).update(dict.fromkeys(node.get("type", ())))
                    names.setdefault(node["id"], {})
            for body in bodies:
                for kind in types.get(body["id"], ()):
                    self._uses[kind].update(body.keys())
                if not names.get(body["id"]):
                    links.setdefault(body["id"], {}).update(
                        dict.fromkeys(it for key, value in body.items() if key != "id" for it in sorted(ids_in(value)))
                    )
        found = {
            name: KnownThing(
                id=name,
                names=tuple(called),
                types=tuple(types.get(name, ())),
                linked=next((next(iter(names[it])) for it in links.get(name, ()) if not called and names.get(it)), ""),
            )
            for name, called in names.items()
        }
        return {**self._fixed, **found}

    def uses(self, kind: str) -> Mapping[str, int]:
        """Return how often things of a class are said to have a key."""
        _ = self.things
        return self._uses.get(kind, {})

    def of_kind(self, thing: KnownThing, classes: Collection[str]) -> bool:
        """Tell whether a thing is of some classes (IRIs), or of one below them; of no class, it may be of any."""
        if not classes or not thing.types:
            return True
        for name in thing.types:
            term = self._profile.class_of.get(name) or self._profile.classes.get(name)
            if term is not None and (term.iri in classes or not term.superclasses.isdisjoint(classes)):
                return True
        return False

    def search(self, words: str, classes: Collection[str] = ()) -> list[KnownThing]:
        """Return the things whose name or id has some words, those that begin with them first."""
        wanted = slug(words)
        if not wanted:
            return []
        found: list[tuple[tuple[int, int, str], KnownThing]] = []
        for thing in self.things.values():
            if not self.of_kind(thing, classes):
                continue
            slugs = [slug(it) for it in (*thing.names, thing.id)]
            ranks = [0 if it == wanted else 1 if it.startswith(wanted) else 2 for it in slugs if wanted in it]
            if ranks:
                found.append(((min(ranks), len(thing.name), thing.id), thing))
        return [it for _, it in sorted(found, key=lambda it: it[0])[:_MOST_FOUND]]

    def named(self, words: str, classes: Collection[str] = ()) -> list[KnownThing]:
        """Return the things that words name exactly, in capitals or not, or whose id they are."""
        exact = self.things.get(words)
        if exact is not None:
            return [exact]
        wanted = words.casefold().strip()
        return [
            it
            for it in self.things.values()
            if self.of_kind(it, classes) and any(name.casefold() == wanted for name in it.names)
        ]

    def within(self, passage: str) -> list[KnownThing]:
        """Return the things that a passage names, the longest names first."""
        text = f" {slug(passage).replace('-', ' ')} "
        found: dict[str, int] = {}
        for thing in self.things.values():
            for name in thing.names:
                words = slug(name).replace("-", " ")
                if len(words) > 2 and f" {words} " in text:  # noqa: PLR2004 - shorter ones stand everywhere
                    found[thing.id] = max(found.get(thing.id, 0), len(words))
        return [self.things[it] for it in sorted(found, key=lambda it: (-found[it], it))]

    def free_id(self, prefix: str, name: str) -> str:
        """Return an id that nothing has, made of a name."""
        base = f"{prefix}/{slug(name) or 'new'}"
        things = self.things
        number = 2
        free = base
        while free in things:
            free = f"{base}-{number}"
            number += 1
        return free

    def prefix(self, kind: str) -> str:
        """Return what ids of things of a class begin with: as in these files, else as the profile has it."""
        seen = Counter(
            it.id.partition("/")[0]
            for it in self.things.values()
            if kind in it.types and "/" in it.id and ":" not in it.id
        )
        if seen:
            return seen.most_common(1)[0][0]
        term = self._profile.classes.get(kind)
        lineage = (
            [kind, *sorted((self._profile.short_name(it) for it in term.superclasses), key=_depth(self._profile))]
            if term
            else [kind]
        )
        return next((_PREFIXES[it] for it in lineage if it in _PREFIXES), "thing")

    def with_only(self, file: FactsFile, wanted: Collection[str]) -> FactsFile:
        """Return a file with those facts alone that say something of some things; it describes what it described."""
        return replace(file, facts=tuple(it for it in file.facts if not ids_in(it.body).isdisjoint(wanted)))


_PREFIXES = {
    "Person": "agent", "Organization": "agent", "org:Organization": "agent", "Agent": "agent", "Place": "place",
    "AwardedLabel": "label", "Certification": "label", "Membership": "membership", "Activity": "activity",
    "Event": "event", "Project": "project", "Grant": "grant", "Agreement": "agreement", "Call": "call",
    "QuotedStatement": "quotation", "Quotation": "quotation", "Claim": "claim", "Figure": "figure",
    "CriteriaSet": "criteria", "ValidityPeriod": "validity", "Industry": "industry", "CreativeWork": "document",
    "ChangeEvent": "activity",
}  # fmt: skip


def _depth(profile: Profile):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Return a key that puts near superclasses first: those that have many above them."""

    def key(name: str) -> int:
        term = profile.classes.get(name)
        return -len(term.superclasses) if term is not None else 0

    return key


def _nodes(value: object) -> Iterator[Body]:
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one)
    elif is_node(value):
        yield value
        for inner in value.values():
            yield from _nodes(inner)


def ids_in(value: object) -> set[str]:
    """Return every text of a body: its ids and those that it links to are among them."""
    todo, found = [value], set()
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, list):
            todo += one
        elif is_node(one):
            todo += one.values()
    return found


def _of_vocabularies(profile: Profile) -> Iterator[tuple[str, KnownThing]]:
    """Yield the things that the profile itself describes, such as label schemes, by their CURIEs."""
    types: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    labels = {f"{SCHEMA}name", f"{RDFS}label", f"{SKOS}prefLabel", f"{SKOS}altLabel"}
    for triple in profile.ontology_triples:
        subject = term_text(triple.subject) or ""
        if triple.predicate.value == RDF_TYPE and (term := profile.class_of.get(term_text(triple.object) or "")):
            types.setdefault(subject, []).append(term.name)
        elif triple.predicate.value in labels:
            names.setdefault(subject, []).append(getattr(triple.object, "value", ""))
    for iri, classes in types.items():
        curie = profile.curie(iri)
        if curie is not None and iri not in profile.concept_of:
            yield curie, KnownThing(id=curie, names=tuple(names.get(iri, ())), types=tuple(classes))
