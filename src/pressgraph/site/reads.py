"""What pages read of the graph, and which of them a change touches.

A page notes the patterns that it looks up: what is said of a thing, with one property or with any, what points to it,
and so on. A change is the quads that come and go; it touches the pages one of whose patterns matches one of them. That
holds for what was not there before too, such as a first name of a thing, and says nothing of how pages are made.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import pyoxigraph as ox

from pressgraph.dataset.union import DEFAULT
from pressgraph.pages.notes import Notes
from pressgraph.pages.view.reading import ONWARD, examples
from pressgraph.pages.view.statements import NAMING, TITLES, receipt
from pressgraph.processes import processors
from pressgraph.query.projection import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from pressgraph.dataset import GraphNames

T = TypeVar("T")
_Pattern = tuple[Any, Any, Any, Any]
"""Subject, predicate, object and graph, each a term or None."""
_DIGITS = "I"
_UNION = "union"
"""Stands for the default graph, which holds what any graph holds, among what is noted as read."""
_DIGEST = 12
_MOST_REMEMBERED = 4_000
_MOST_RECEIPTS = 2_000
_MOST_SAID, _MOST_POINTING, _MOST_KEPT = 4_000, 1_000, 150_000
"""Quads of a pattern with a subject and without one that are kept, and what is kept for long: some 60 MB."""


class _Found:
    """What matches a pattern, and the pattern's number, once somebody has noted that."""

    __slots__ = ("number", "quads")

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.number: int | None = None
        self.quads = quads


class Near:
    """A store whose looked up quads are kept, where they are few: pages ask for the same names, kinds and receipts.

    What was asked for lately stays: where enough is kept, it becomes the older half, and what nobody asks for until
    the next time goes.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._known: dict[_Pattern, _Found] = {}
        self._older: dict[_Pattern, _Found] = {}
        self._by_property: dict[tuple[Any, bool], dict[Any, list[ox.Quad]]] = {}
        self._hubs: set[Any] = set()
        """Of which more is said than is kept."""
        self._kept = 0

    def found(self, pattern: _Pattern) -> _Found:
        """Return what matches a pattern."""
        subject, _, value, _ = pattern
        if subject is value is None:
            # whoever asks what has a property takes the first of very many
            return _Found(self._store.quads_for_pattern(*pattern))
        known = self._known.get(pattern)
        if known is not None:
            return known
        known = self._older.get(pattern)
        if known is None:
            few = self._said(*pattern)
            if few is None:
                few, more = self._few(pattern)
                if more is not None:
                    return _Found(chain(few, more))
            known = _Found(few)
        return self._keep(pattern, known)

    def _few(self, pattern: _Pattern) -> tuple[list[ox.Quad], Iterator[ox.Quad] | None]:
        """Return what matches a pattern, and where that is too much, an iterator over the rest."""
        most = _MOST_POINTING if pattern[0] is None else _MOST_SAID
        quads = self._store.quads_for_pattern(*pattern)
        few = list(islice(quads, most + 1))
        return few, quads if len(few) > most else None

    def _keep(self, pattern: _Pattern, found: _Found) -> _Found:
        self._kept += len(found.quads) + 1  # type: ignore[arg-type]  # a list
        if self._kept > _MOST_KEPT:
            self._older, self._known, self._kept = self._known, {}, 0
            self._by_property = {}
        self._known[pattern] = found
        return found

    def _said(self, subject: Any, predicate: Any, value: Any, graph: Any) -> list[ox.Quad] | None:
        """Return what matches a pattern of what is said of a thing, from all of that; None where that is not kept.

        Of a thing of which the union is asked by a property, it is asked by others, too: all that the union says of it
        is looked up at once.
        """
        if subject is None:
            return None
        union = graph == DEFAULT
        said = self._by_property.get((subject, union))
        if said is None:
            whole = self._known.get((subject, None, None, None))
            if whole is None and union and predicate is not None:
                of_union = (subject, None, None, DEFAULT)
                whole = self._known.get(of_union)
                if whole is None and subject not in self._hubs:
                    quads, more = self._few(of_union)
                    if more is None:
                        whole = self._keep(of_union, _Found(quads))
                    else:
                        self._hubs.add(subject)
            if whole is None:
                return None
            said = self._by_property[subject, union] = {}
            for quad in whole.quads:
                if not union or quad.graph_name == DEFAULT:
                    said.setdefault(quad.predicate, []).append(quad)
        found = chain.from_iterable(said.values()) if predicate is None else said.get(predicate, ())
        return [
            it
            for it in found
            if (value is None or it.object == value) and (graph is None or union or it.graph_name == graph)
        ]

    def quads_for_pattern(self, subject: Any, predicate: Any, value: Any, graph: Any = None) -> Iterator[ox.Quad]:
        """Look quads up, without a note."""
        return iter(self.found((subject, predicate, value, graph)).quads)

    def __contains__(self, quad: ox.Quad) -> bool:
        return quad in self._store


class Reads(Notes):
    """A store that notes what is read of it, as numbers of patterns (see `patterns_of`).

    It has the methods of `pyoxigraph.Store` that pages use. `near` is the same without notes: what is read of it counts
    where views say that they took it.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self.near = Near(store)
        self.seen: set[int] = set()
        self._asked: set[tuple[str, str, str | None]] = set()
        self._receipts: set[str] = set()
        self._remembered: dict[Any, tuple[Any, set[int]]] = {}
        # the pages of a release and of what it tells of show the same ones
        self._of_receipt = lru_cache(_MOST_RECEIPTS)(self._read_for_receipt)

    def remembered(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what is found for a key; it is found once, and counts as read by each page that asks for it.

        What is found must depend on nothing but the key, and on what is read of this store for it.
        """
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            before, self.seen = self.seen, set()
            found = find()
            known = self._remembered[key] = (found, self.seen)
            self.seen = before
        self.seen |= known[1]
        return known[0]

    def quads_for_pattern(self, subject: Any, predicate: Any, value: Any, graph: Any = None) -> Iterator[ox.Quad]:
        """Look quads up."""
        pattern = (subject, predicate, value, graph)
        found = self.near.found(pattern)
        if found.number is None:
            found.number = _number(*pattern)
        self.seen.add(found.number)
        return iter(found.quads)

    def said(self, subject: str, predicate: str | None = None) -> None:
        """Note that it was asked what is said of a thing, by a property or by any."""
        self._asked.add(("said", subject, predicate))

    def holds(self, subject: str, predicate: str) -> None:
        """Note that it was asked what is said of a thing by a property, whoever says it."""
        self._asked.add(("holds", subject, predicate))

    def pointing(self, value: str, predicate: str | None = None) -> None:
        """Note that it was asked what points to a thing, by a property or by any."""
        self._asked.add(("pointing", value, predicate))

    def onward(self, subject: str) -> None:
        """Note that it was asked what is shown together with a thing."""
        self._asked.add(("onward", subject, None))

    def named(self, iri: str) -> None:
        """Note that it was asked what an IRI is called."""
        self._asked.add(("named", iri, None))

    def receipt(self, graph: str) -> None:
        """Note that it was asked where a graph comes from."""
        self._receipts.add(graph)

    def personal(self, source: str) -> None:
        """Note that it was asked how many facts of a source are withheld."""
        self._asked.add(("personal", source, None))

    def examples(self, predicate: str) -> None:
        """Note that it was asked for the first statements that have a property."""
        self._asked.add(("examples", predicate, None))

    def __contains__(self, quad: ox.Quad) -> bool:
        self.seen.add(_number(quad.subject, quad.predicate, quad.object, quad.graph_name))
        return quad in self._store

    def contains_named_graph(self, graph: Any) -> bool:
        """Tell whether a graph is there."""
        self.seen.add(_number(None, None, None, graph))
        return self._store.contains_named_graph(graph)

    def query(self, text: str, **settings: Any) -> Any:
        """Answer a query about things: what it is told of them, and they themselves, count as read."""
        for value in settings.get("substitutions", {}).values():
            self.seen.add(_number(value, None, None, None))
            self.seen.add(_number(None, None, value, None))
        return self._store.query(text, **settings)

    def note_uses(self, iri: str) -> None:
        """Note that how often a term is used was read."""
        self.seen.add(_used(iri))

    def note_link(self, iri: str) -> None:
        """Note that it was asked whether there is a page about an IRI of others."""
        self.seen.add(_linked(iri))

    def note_called(self, iri: str) -> None:
        """Note that it was asked what the page of a thing calls it."""
        self.seen.add(_called(iri))

    def _read_for_receipt(self, graph: str) -> set[int]:
        before, self.seen = self.seen, set()
        receipt(self, ox.NamedNode(graph))  # type: ignore[arg-type]  # has what it uses of a store
        found, self.seen = self.seen, before
        return found

    def taken(self) -> bytes:
        """Return what was seen until now, packed, and begin anew."""
        for graph in self._receipts:
            self.seen |= self._of_receipt(graph)
        self.seen.update(map(_number_of_asked, self._asked))
        taken = packed(self.seen)
        self.seen, self._asked, self._receipts = set(), set(), set()
        return taken


@dataclass(slots=True, kw_only=True)
class Answers:
    """What the page of a query has asked: patterns, packed, and a digest of each answer by the text of its query."""

    patterns: bytes = b""
    answers: dict[str, str] = field(default_factory=dict)


def matching(patterns: Iterable[tuple[str | None, str | None, str | None]]) -> set[int]:
    """Return the numbers of patterns of IRIs, in any graph."""
    return {_noted((*(f"<{it}>" if it else "" for it in pattern), "")) for pattern in patterns}


def packed(numbers: Iterable[int], more: bytes = b"") -> bytes:
    """Return the numbers of patterns packed, with those that are packed already."""
    return array(_DIGITS, sorted({*numbers, *_unpacked(more)})).tobytes()


def touches(taken: bytes, changed: set[int]) -> bool:
    """Tell whether a change touches a page that has read some patterns."""
    return not changed.isdisjoint(_unpacked(taken))


def _unpacked(taken: bytes) -> array[int]:
    seen = array(_DIGITS)
    seen.frombytes(taken)
    return seen


def _noted(pattern: tuple[str, ...]) -> int:
    return zlib.crc32("\x1f".join(pattern).encode())


def renamed(quads: Iterable[ox.Quad], before: ox.Store, after: ox.Store) -> set[ox.NamedNode]:
    """Return the things that may be called something else, by the quads that only one of two stores has."""
    found: set[ox.NamedNode] = set()
    for quad in quads:
        thing, word = quad.subject, quad.predicate.value
        if not isinstance(thing, ox.NamedNode) or word not in NAMING or not _differs(quad, before, after):
            continue
        # what is said of a thing in texts names it only where it has no name
        if word in NAMES or not (_has_name(thing, before) and _has_name(thing, after)):
            found.add(thing)
    return found


def _has_name(node: ox.NamedNode, store: ox.Store) -> bool:
    return any(any(store.quads_for_pattern(node, it, None, DEFAULT)) for it in TITLES)


def patterns_of(quads: Iterable[ox.Quad], before: ox.Store, after: ox.Store) -> set[int]:
    """Return all patterns that match some of the quads that only one of two stores has.

    A fact of which something is another is in another graph; what it says as before is in the union as before, so that
    no pattern in that one matches it.
    """
    found: set[int] = set()
    for quad in quads:
        is_other = _differs(quad, before, after)
        for graph in (None, DEFAULT) if is_other else (None,):
            for subject in (quad.subject, None):
                for predicate in (quad.predicate, None):
                    for value in (quad.object, None):
                        found.add(_number(subject, predicate, value, graph))
        found.add(_number(None, None, None, quad.graph_name))
        if is_other and isinstance(quad.subject, ox.NamedNode) and quad.predicate.value in ONWARD:
            found.add(_asked("onward", quad.subject.value))
    return found


def patterns_of_examples(quads: Iterable[ox.Quad], before: ox.Store, after: ox.Store) -> set[int]:
    """Return what pages note that show how properties are used, for those whose first uses are others."""
    properties = {quad.predicate for quad in quads}
    return {_asked("examples", it.value) for it in properties if examples(before, it) != examples(after, it)}


def _differs(quad: ox.Quad, before: ox.Store, after: ox.Store) -> bool:
    """Tell whether only one of two stores has a triple in the union of its graphs; of blank nodes nobody knows it."""
    if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
        return True
    united = ox.Quad(quad.subject, quad.predicate, quad.object, DEFAULT)
    return (united in before) != (united in after)


def patterns_of_names(things: Iterable[ox.NamedNode]) -> set[int]:
    """Return what pages note that name things, for those that may be called something else."""
    return {_asked("named", it.value) for it in things}


def patterns_of_uses(before: Mapping[str, int], after: Mapping[str, int]) -> set[int]:
    """Return what pages note that say how often a term is used, for terms that are used more or less often."""
    return {_used(iri) for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}


def patterns_of_personal(before: Mapping[str, int], after: Mapping[str, int]) -> set[int]:
    """Return what pages note that say how many facts of sources are withheld, for sources of which more or less are."""
    return {_asked("personal", iri) for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}


def patterns_of_called(things: Iterable[str]) -> set[int]:
    """Return what pages note that call things as their own pages do, for things whose pages call them otherwise."""
    return set(map(_called, things))


def patterns_of_links(before: Iterable[str], after: Iterable[str]) -> set[int]:
    """Return what pages note that link to IRIs of others which have a page only before, or only after a change."""
    return {_linked(iri) for iri in set(before) ^ set(after)}


def _number_of_asked(asked: tuple[str, str, str | None]) -> int:
    """Return the number of what a page notes as asked: what was asked, of which IRI, by which property."""
    what, iri, predicate = asked
    word = f"<{predicate}>" if predicate else ""
    match what:
        case "said":
            return _noted((f"<{iri}>", word, "", ""))
        case "holds":
            return _noted((f"<{iri}>", word, "", _UNION))
        case "pointing":
            return _noted(("", word, f"<{iri}>", ""))
    return _asked(what, iri)


def _asked(what: str, iri: str) -> int:
    return zlib.crc32(f"{what}\x1f{iri}\x1f\x1f".encode())


def _linked(iri: str) -> int:
    return zlib.crc32(f"link {iri}".encode())


def _called(iri: str) -> int:
    return _asked("called", iri)


def _used(iri: str) -> int:
    return zlib.crc32(f"uses {iri}".encode())


def _number(subject: Any, predicate: Any, value: Any, graph: Any) -> int:
    # the graph counts where nothing else is asked for, and where that is the union
    if subject is predicate is value is None:
        of = "" if graph is None or graph == DEFAULT else str(graph)
    else:
        of = _UNION if graph == DEFAULT else ""
    return _noted((*("" if it is None else str(it) for it in (subject, predicate, value)), of))


def difference(before: ox.Store, after: ox.Store, graphs: Iterable[str]) -> set[ox.Quad]:
    """Return the quads of some named graphs that only one of two stores has."""
    quads: set[ox.Quad] = set()
    for name in map(ox.NamedNode, graphs):
        quads ^= set(before.quads_for_pattern(None, None, None, name))
        quads ^= set(after.quads_for_pattern(None, None, None, name))
    return quads


def altered(before: ox.Store, after: ox.Store, graphs: GraphNames) -> set[str]:
    """Return the named graphs that may hold something else in one of two stores of a profile than in the other."""
    old, new = _digests(before, graphs), _digests(after, graphs)
    return {it for it in old.keys() | new.keys() if old.get(it) != new.get(it)}


def _says_its_content(graph: ox.NamedNode, graphs: GraphNames) -> bool:
    """Tell whether a graph's name says what is in it, as that of a fact's graph does."""
    return graph.value.startswith(graphs.facts) and not graph.value.endswith("/source")


def _digests(store: ox.Store, graphs: GraphNames) -> dict[str, bytes]:
    """Return a digest of each named graph but the profile's; an empty one where the name says what is in it."""
    names = [it for it in store.named_graphs() if isinstance(it, ox.NamedNode) and it.value != graphs.profile]
    looked = [it for it in names if not _says_its_content(it, graphs)]
    # a store is read without Python
    with ThreadPoolExecutor(processors()) as threads:
        digests = dict(zip(looked, threads.map(lambda name: _digest(store, name), looked), strict=True))
    return {it.value: digests.get(it, b"") for it in names}


def _digest(store: ox.Store, graph: ox.NamedNode) -> bytes:
    written = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
    # another store has another order
    return hashlib.blake2b(b"".join(sorted(written.splitlines(keepends=True))), digest_size=_DIGEST).digest()


def affected(read: Iterable[tuple[int, bytes]], changed: set[int]) -> set[int]:
    """Return the pages that a change touches, of those whose reads are known."""
    return {number for number, taken in read if touches(taken, changed)} if changed else set()
