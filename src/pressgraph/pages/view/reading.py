"""What pages are made from, read from a store: what is said of a thing, of what is near it, and the receipts of that.

It is JSON, so that a process beside the server can read it. Terms travel as `["iri", value]`, `["node", label]` or
`["text", value, language, datatype]`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.graphs import SEVERAL, GraphNames, stands_apart
from pressgraph.dataset.shown_text import TEXT_OF, read_pieces
from pressgraph.pages.notes import NO_NOTES
from pressgraph.pages.view.statements import (
    DEFAULT,
    DERIVED,
    MOST_LINKS,
    MOST_STATEMENTS,
    NOT_POINTING,
    TYPE,
    Asked,
    blank_nodes,
    is_conclusion,
    kinds,
    labels,
    read_from,
    receipt,
    stated,
)
from pressgraph.query.names import HELD_BY, LABEL_NAMES
from pressgraph.rdf import CLU, DCTERMS, LABELS, ORG, PROV, SCHEMA, SKOS, XSD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pressgraph.dataset.counts import Counts
    from pressgraph.dataset.shown_text import Piece
    from pressgraph.pages.notes import Notes

_RANK, _IN_SCHEME = ox.NamedNode(f"{CLU}levelRank"), ox.NamedNode(f"{SKOS}inScheme")
_MOST_FACTS, _MOST_EXAMPLES = 3000, 50
_ABOUT = ox.NamedNode(f"{SCHEMA}about")
_PUBLISHED_BY, _PUBLISHED_ON = ox.NamedNode(f"{SCHEMA}sourceOrganization"), ox.NamedNode(f"{SCHEMA}datePublished")
_PUBLISHED = (ox.NamedNode(f"{SCHEMA}publisher"), _PUBLISHED_BY)
_REPLACES, _VALIDITY = ox.NamedNode(f"{CLU}replaces"), ox.NamedNode(f"{CLU}hasValidity")
_AWARDS = f"{CLU}awards"
_UNTIL = ox.NamedNode(f"{CLU}validUntil")
_REVIEWED = (ox.NamedNode(f"{CLU}reviewedBy"), ox.NamedNode(f"{CLU}reviewedOn"))
_SHOWN_OF_SOURCES = tuple(
    ox.NamedNode(f"{SCHEMA}{it}") for it in ("datePublished", "inLanguage", "publisher", "sourceOrganization")
)
_DAYS = tuple(ox.NamedNode(f"{SCHEMA}{it}") for it in ("datePublished", "dateModified"))
_DATED = frozenset((f"{XSD}date", f"{XSD}dateTime"))
_DAY_LENGTH = len("2026-01-31")
_NAMED_BY = frozenset(
    map(ox.NamedNode, (*LABEL_NAMES, HELD_BY, f"{SCHEMA}roleName", f"{ORG}role", f"{ORG}organization"))
)
"""What says what labels and roles are called, whether or not they have a name."""
_MOST_PUBLISHERS, _MOST_HELD = 12, 40
_MOST_NEAR, _MOST_SAID_NEAR, _MOST_SAID_OF_ONE, _MOST_SOURCES = 400, 6000, 200, 60
"""How many things near a thing are looked at, and how much of what is said of them."""
_MOST_PIECES = 5000
"""Of a text: what facts rest on behind them is told without it."""
_MOST_KEPT = 8192
"""Names and receipts that are kept for the next page."""
_MOST_SAID_KEPT = 2048
_MOST_SOURCES_KEPT = 100_000
NO_FIRST_PAGE: dict[str, Any] = {
    "releases": [],
    "named": [],
    "held": [],
    "publishers": [],
    "organisations": 0,
    "reviewed": 0,
    "reading": {
        "facts": [],
        "links": [],
        "near": [],
        "read": [],
        "nodes": {},
        "receipts": {},
        "labels": {},
        "kinds": {},
    },
}
"""What the first page names where nothing is published."""
ONWARD = frozenset(
    (
        *(
            f"{CLU}{it}"
            for it in ("awards", "hasValidity", "level", "expresses", "inCapacity", "replaces", "replacedBy")
        ),
        *(f"{CLU}{it}" for it in ("heldBy", "assessment", "scheme", "validityRule")),
        *(f"{SCHEMA}{it}" for it in ("amount", "score", "startTime", "address", "isPartOf")),
        *(f"{ORG}{it}" for it in ("member", "organization")),
        f"{PROV}wasInformedBy",
    )
)
"""What leads from a thing near to one that is shown in the same place."""
_MEMBER = ox.NamedNode(f"{ORG}member")
_BACK = frozenset((f"{CLU}expresses", f"{DCTERMS}isPartOf", f"{PROV}wasInformedBy", f"{CLU}replaces"))
"""What leads back to such things."""


def examples(store: ox.Store, predicate: ox.NamedNode) -> list[dict[str, Any]]:
    """Return the first statements that have a property."""
    return stated(store.quads_for_pattern(None, predicate, None, None), _MOST_EXAMPLES)


class GraphReader:
    """Reads what pages show of a store, which never changes; `id_base` is what the project's own ids begin with.

    With `near`, the same store, names and receipts are found out when they are asked for, and what is near a thing is
    read from it: pages show some of it, and views note what they take (`pressgraph.pages.notes`), so that a store that
    notes what is read needs not be asked.
    """

    def __init__(self, store: ox.Store, id_base: str, *, near: ox.Store | None = None, notes: Notes = NO_NOTES) -> None:
        self._store = store
        self._notes = notes
        self._near_store = near_store = store if near is None else near
        self._asked = near is not None
        # pages name the same things again and again
        self._receipt = lru_cache(_MOST_KEPT)(lambda name: receipt(near_store, ox.NamedNode(name)))
        self._labels = lru_cache(_MOST_KEPT)(lambda name: labels(near_store, (name,)).get(name, ()))
        self._kinds = lru_cache(_MOST_KEPT)(
            lambda name: kinds(near_store, (name,))[name] if name.startswith(id_base) else ()
        )
        # of hubs, each page around them reads the same
        self._said_of = lru_cache(_MOST_SAID_KEPT)(
            lambda name: stated(near_store.quads_for_pattern(ox.NamedNode(name), None, None, None), _MOST_SAID_OF_ONE)
        )
        self._source = lru_cache(_MOST_SAID_KEPT)(self._said_of_source)
        self._source_of = lru_cache(_MOST_SOURCES_KEPT)(self._find_source)
        self._source_named = lru_cache(_MOST_SOURCES_KEPT)(self._find_named)
        self._graphs = GraphNames(id_base=id_base)
        self._id_base = id_base

    def thing(self, iri: str) -> dict[str, Any]:
        """Return what is said of an IRI and what points to it, with receipts and the labels of all that is named.

        A graph comes with what it says, a source with the facts read from it, a property with its uses.
        """
        node = ox.NamedNode(iri)
        facts = stated(self._store.quads_for_pattern(node, None, None, None), _MOST_FACTS)
        links, more = self._links(node)
        says = stated(self._store.quads_for_pattern(None, None, None, node), MOST_STATEMENTS)
        read, all_read = read_from(self._store, node)
        used = examples(self._near_store, node)
        self._notes.examples(iri)
        # of terms and graphs, pages show nothing that is near them
        viewed = iri.startswith(self._id_base) and bool(facts or read) and not says
        ends = [end[1] for fact in read for it in fact["says"] for end in (it["s"], it["o"]) if end[0] == "iri"]
        near = self._near([*facts, *links], ends) if viewed else []
        every = [*facts, *links, *says, *used, *(entry for fact in read for entry in fact["says"])]
        every += near
        nodes = blank_nodes(self._store, every)
        every += [entry for said in nodes.values() for entry in said]
        graphs = sorted({name for entry in every for name in entry["graphs"]} | {fact["graph"] for fact in read})
        sources = self._sources(filter(None, map(self._source_of, graphs))) if viewed else []
        every += sources
        return {
            **self._named(node.value, every, graphs),
            "facts": facts,
            "links": links,
            "more": more,
            "says": says,
            "read": read,
            "all_read": all_read,
            "text": self._text(node) if read else [],
            "day": self._day(facts) if viewed else "",
            "examples": used,
            "near": [*near, *sources],
            "nodes": nodes,
        }

    def _links(self, node: ox.NamedNode) -> tuple[list[dict[str, Any]], bool]:
        """Return what points to a node, and whether that is not all of it."""
        pointing = self._store.quads_for_pattern(None, None, node, None)
        links = stated((it for it in pointing if it.predicate not in NOT_POINTING), MOST_LINKS)
        if len(links) < MOST_LINKS:
            return links, False
        if node.value.startswith(self._id_base):
            # a page tells of roles and labels in places of their own, whatever else there is much of
            quads = self._store.quads_for_pattern(None, None, node, DEFAULT)
            each = (
                stated(self._newest_first(self._store.quads_for_pattern(None, word, node, None), word), MOST_LINKS)
                for word in sorted({it.predicate for it in quads} - NOT_POINTING, key=str)
            )
            links = [it for some in sorted(each, key=len) for it in some]
        return links, True

    def _newest_first(self, quads: Iterable[ox.Quad], word: ox.NamedNode) -> Iterable[ox.Quad]:
        """Return what leads to who published it by its day: of much of that, pages show the newest."""
        if word not in _PUBLISHED:
            return quads

        def place(quad: ox.Quad) -> tuple[str, str]:
            days = self._store.quads_for_pattern(quad.subject, _PUBLISHED_ON, None, DEFAULT)
            return max((getattr(it.object, "value", "") for it in days), default=""), str(quad.subject)

        return sorted(quads, key=place, reverse=True)

    def _text(self, source: ox.NamedNode) -> list[Piece]:
        """Return the text of a source, as far as it may be shown."""
        for quad in self._store.quads_for_pattern(None, TEXT_OF, source, None):
            if isinstance(quad.subject, ox.NamedNode) and quad.graph_name == quad.subject:
                return read_pieces(self._store, quad.subject)[:_MOST_PIECES]
        return []

    def _named(self, iri: str, entries: list[dict[str, Any]], graphs: list[str]) -> dict[str, Any]:
        """Return the receipts of graphs, the names of all that entries and receipts name, and the classes of these."""
        if self._asked:
            return {"receipts": Asked(self._receipt), "labels": Asked(self._labels), "kinds": Asked(self._kinds)}
        receipts = {name: found for name in graphs if (found := self._receipt(name))}
        named = {iri, *(entry["p"] for entry in entries)}
        named.update(it[1] for entry in entries for it in (entry["s"], entry["o"]) if it[0] == "iri")
        named.update(
            found[key] for found in receipts.values() for key in ("source", "status", "reviewedBy") if key in found
        )
        classes = kinds(self._near_store, (name for name in named if name.startswith(self._id_base)))
        named.update(*classes.values())
        return {"receipts": receipts, "labels": labels(self._near_store, named), "kinds": classes}

    def _find_source(self, graph: str) -> str:
        """Return the source that a graph was read from; empty where there is none."""
        graphs = self._graphs
        if graph.startswith(graphs.facts) or graphs.is_derived(graph):
            name = graphs.source_behind(graph) or ""
            if name != SEVERAL:
                # a source has many graphs, whose names tell it
                return self._source_named(name)
        quads = self._near_store.quads_for_pattern(ox.NamedNode(graph), DERIVED, None, None)
        return next((getattr(it.object, "value", "") for it in quads if it.graph_name != DEFAULT), "")

    def _find_named(self, name: str) -> str:
        about = ox.NamedNode(self._graphs.provenance_of(name))
        quads = self._near_store.quads_for_pattern(about, _ABOUT, None, about)
        return next((it.object.value for it in quads if isinstance(it.object, ox.NamedNode)), "")

    def _near(self, entries: Iterable[dict[str, Any]], more: Iterable[str]) -> list[dict[str, Any]]:
        """Return what is said of the things next to one, of what is shown with these, and of the levels of labels."""
        waiting = [it[1] for entry in entries for it in (entry["s"], entry["o"]) if it[0] == "iri"]
        waiting = list(dict.fromkeys((*waiting, *more)))
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        for deep in (False, True):
            onward: list[str] = []
            for name in waiting:
                if name in seen or len(seen) >= _MOST_NEAR or len(found) >= _MOST_SAID_NEAR:
                    continue
                if not name.startswith(self._id_base) or stands_apart(name):
                    onward.append(name)
                    continue
                seen.add(name)
                self._notes.onward(name)
                said = self._said(name)
                found += said
                onward += [it["o"][1] for it in said if it["p"] in ONWARD and it["o"][0] == "iri"]
                onward += [] if deep else self._leading_to(name)
            waiting = list(dict.fromkeys(onward))
        if len(seen) >= _MOST_NEAR or len(found) >= _MOST_SAID_NEAR:
            # what is said more of one leaves less room for others
            for name in seen:
                self._notes.said(name)
        return [*found, *self._levels(waiting)]

    def _said(self, name: str) -> list[dict[str, Any]]:
        """Return what is said of a thing near, as far as there is room for it."""
        said = self._said_of(name)
        if len(said) >= _MOST_SAID_OF_ONE:
            self._notes.said(name)
        return said

    def _leading_to(self, name: str) -> Iterator[str]:
        for predicate in _BACK:
            quads = self._store.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(name), DEFAULT)
            yield from (it.subject.value for it in islice(quads, MOST_LINKS) if isinstance(it.subject, ox.NamedNode))

    def _levels(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Return what is said of levels among names, and of the other levels of their schemes."""
        schemes = {
            scheme.object
            for name in names
            if any(self._store.quads_for_pattern(ox.NamedNode(name), _RANK, None, DEFAULT))
            for scheme in self._store.quads_for_pattern(ox.NamedNode(name), _IN_SCHEME, None, DEFAULT)
        }
        return [
            entry
            for scheme in sorted(schemes, key=str)
            for level in islice(self._store.quads_for_pattern(None, _IN_SCHEME, scheme, DEFAULT), _MOST_SAID_OF_ONE)
            for entry in self._said(getattr(level.subject, "value", ""))
        ]

    def _sources(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Return what is said of sources: their dates, and who published them."""
        return [entry for name in islice(dict.fromkeys(names), _MOST_SOURCES) for entry in self._source(name)]

    def _said_of_source(self, name: str) -> list[dict[str, Any]]:
        return [
            entry
            for word in _SHOWN_OF_SOURCES
            for entry in stated(
                self._near_store.quads_for_pattern(ox.NamedNode(name), word, None, None), _MOST_SAID_OF_ONE
            )
        ]

    def _day(self, entries: Iterable[dict[str, Any]]) -> str:
        """Return the day of the newest source that says something of a thing, as YYYY-MM-DD; empty without one."""
        sources = {
            quad.object
            for graph in {it for entry in entries for it in entry["graphs"]}
            for quad in self._store.quads_for_pattern(ox.NamedNode(graph), DERIVED, None, None)
            if isinstance(quad.object, ox.NamedNode)
        }
        days = (
            quad.object.value[:_DAY_LENGTH]
            for source in sources
            for word in _DAYS
            for quad in self._store.quads_for_pattern(source, word, None, None)
            if isinstance(quad.object, ox.Literal) and quad.object.datatype.value in _DATED
        )
        return max(days, default="")

    def first_page(self, counts: Counts, today: dt.date) -> dict[str, Any]:
        """Return what the first page names, besides the numbers: releases, labels that may be held, who publishes."""
        publishers, released = self._publishers()
        releases = [
            {"iri": iri, "day": day, "by": released.get(iri, []), "facts": self._facts_of(iri)}
            for iri, day in counts.newest
        ]
        newest = read_from(self._store, ox.NamedNode(counts.newest[0][0]))[0] if counts.newest else []
        about = (
            self._store.quads_for_pattern(ox.NamedNode(counts.newest[0][0]), _ABOUT, None, DEFAULT) if newest else ()
        )
        named = [it.object.value for it in about if isinstance(it.object, ox.NamedNode)]
        named += [end[1] for fact in newest for it in fact["says"] for end in (it["s"], it["o"]) if end[0] == "iri"]
        named = [it for it in dict.fromkeys(named) if it.startswith(self._id_base) and it != counts.newest[0][0]][
            :_MOST_NEAR
        ]
        held = self._held(today)
        shown = [it["iri"] for it in publishers[:_MOST_PUBLISHERS]]
        return {
            "releases": releases,
            "named": named,
            "held": held,
            "publishers": publishers[:_MOST_PUBLISHERS],
            "organisations": len(publishers),
            "reviewed": len(
                {it.subject for how in _REVIEWED for it in self._store.quads_for_pattern(None, how, None, DEFAULT)}
            ),
            "reading": self.several([*(str(it["iri"]) for it in releases), *named, *held, *shown]),
        }

    def memberships(self, people: Iterable[str]) -> list[str]:
        """Return the memberships of people."""
        found = (
            it for name in people for it in self._store.quads_for_pattern(None, _MEMBER, ox.NamedNode(name), DEFAULT)
        )
        return [it.subject.value for it in found if isinstance(it.subject, ox.NamedNode)]

    def several(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what is said of several things and of what is next to them, as `thing` does of one."""
        return self._of_several(self._near((), names), names)

    def rows(self, names: Iterable[str], words: frozenset[ox.NamedNode], more: Iterable[str]) -> dict[str, Any]:
        """Return what some properties say of things, and what those and others (`more`) are called.

        A thing without a name of its own is called by what is near it, which is read, too.
        """
        named: list[str] = []
        nameless: list[str] = []
        for name in names:
            (named if self._labels(name) else nameless).append(name)
        words |= _NAMED_BY
        near = [
            entry
            for name in named
            # what was corrected or withdrawn is in no default graph
            for entry in stated(
                (
                    quad
                    for quad in self._near_store.quads_for_pattern(ox.NamedNode(name), None, None, DEFAULT)
                    if quad.predicate in words
                ),
                _MOST_SAID_OF_ONE,
            )
        ]
        return self._of_several([*near, *self._near((), nameless)], [*names, *more])

    def alone(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what is said of several things, and of the labels that are awarded, without what else is near."""
        near = [entry for name in names for entry in self._said(name)]
        awarded = {entry["o"][1] for entry in near if entry["p"] == _AWARDS}
        near += [entry for name in sorted(awarded.difference(names)) for entry in self._said(name)]
        return self._of_several(near, names)

    def _of_several(self, near: list[dict[str, Any]], names: Iterable[str]) -> dict[str, Any]:
        found = {"facts": [], "links": [], "near": near, "read": [], "nodes": {}, "receipts": {}}
        if self._asked:
            return {**found, "labels": Asked(self._labels), "kinds": Asked(self._kinds)}
        every = {entry["p"] for entry in near}
        every.update(names)
        every.update(it[1] for entry in near for it in (entry["s"], entry["o"]) if it[0] == "iri")
        classes = kinds(self._store, (it for it in every if it.startswith(self._id_base)))
        return {**found, "labels": labels(self._store, every.union(*classes.values())), "kinds": classes}

    def _publishers(self) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
        """Return who publishes, the most releases first, and the publishers of each release."""
        found: dict[str, dict[str, Any]] = {}
        by: dict[str, list[str]] = {}
        for quad in self._store.quads_for_pattern(None, _PUBLISHED_BY, None, DEFAULT):
            if not isinstance(quad.object, ox.NamedNode) or not isinstance(quad.subject, ox.NamedNode):
                continue
            by.setdefault(quad.subject.value, []).append(quad.object.value)
            days = self._store.quads_for_pattern(quad.subject, _PUBLISHED_ON, None, DEFAULT)
            day = max((getattr(it.object, "value", "") for it in days), default="")
            entry = found.setdefault(quad.object.value, {"iri": quad.object.value, "releases": 0, "latest": ""})
            entry["releases"] += 1
            entry["latest"] = max(entry["latest"], day)
        return sorted(found.values(), key=lambda it: (-it["releases"], it["iri"])), by

    def _facts_of(self, source: str) -> int:
        links = self._store.quads_for_pattern(None, DERIVED, ox.NamedNode(source), DEFAULT)
        return sum(not is_conclusion(self._store, quad.subject) for quad in links)

    def _held(self, today: dt.date) -> list[str]:
        """Return labels that may be held from a day on: by their last day, the first one first, then those without."""
        found: list[tuple[str, str]] = []
        of_classes = (self._store.quads_for_pattern(None, TYPE, it, DEFAULT) for it in map(ox.NamedNode, LABELS))
        for quad in {quad.subject: quad for some in of_classes for quad in some}.values():
            if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(self._id_base):
                continue
            if any(self._store.quads_for_pattern(None, _REPLACES, quad.subject, DEFAULT)):
                continue
            periods = self._store.quads_for_pattern(quad.subject, _VALIDITY, None, DEFAULT)
            ends = [
                getattr(end.object, "value", "")
                for period in periods
                if isinstance(period.object, ox.NamedNode)
                for end in self._store.quads_for_pattern(period.object, _UNTIL, None, DEFAULT)
            ]
            if not ends or max(ends) > today.isoformat():
                found.append((max(ends, default="9"), quad.subject.value))
        return [iri for _, iri in sorted(found)][:_MOST_HELD]
