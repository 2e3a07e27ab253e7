"""Page data: what a page says about a thing, for search engines or in full.

For search engines it is schema.org alone: the description is cut to schema.org's terms, brought into the page's
language as plain strings, and written as a tree from the thing that the page is about. The context is stated as
`https://schema.org`, which is what consumers look for; nothing is fetched from there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import pyoxigraph as ox

from pressgraph.dataset.writing import triple_order
from pressgraph.embed.day import on_day
from pressgraph.embed.nodes import (
    ADDRESSES,
    Described,
    Link,
    NodeWriter,
    described,
    in_language,
    in_order,
    node,
    schema_types,
    takes_class,
)
from pressgraph.export.jsonld import json_ld, one_or_list
from pressgraph.languages import primary
from pressgraph.rdf import RDF_TYPE, SCHEMA

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

    from pressgraph.embed.day import DayQuery
    from pressgraph.embed.nodes import Value
    from pressgraph.export.published import PublishedGraph
    from pressgraph.export.select import Selection

T = TypeVar("T")
CONTEXT = "https://schema.org"
FULL_DEPTH = 2
"""How many links deep a page describes things; further ones are named only."""

_TITLES = ("headline", "name")
_NAMING = ("name", "url")
_OF_NAMED = tuple(map(ox.NamedNode, (RDF_TYPE, *(f"{SCHEMA}{it}" for it in (*_NAMING, "contentUrl")))))
"""What is written of things that are only named, and what that depends on."""
_SHARED = {RDF_TYPE, f"{SCHEMA}name"}
"""What is said of reference data, besides its id."""
_WORKS = f"{SCHEMA}CreativeWork"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What page data depends on besides the facts: the page's language (None: it states none) and its address."""

    language: str | None = None
    fallback: str = "en"
    """The project's language."""
    url: str | None = None


def full_data(selection: Selection, *, context: str | None = None) -> dict[str, Any]:
    """Return a whole description as JSON-LD; it carries its context, or refers to the address where that is published.

    Ids are absolute, because a page's `<base>` would move relative ones.
    """
    document = json_ld(selection.triples, selection.profile, id_base="", root=selection.root)
    document["@context"].pop("@base", None)
    if context is not None:
        document["@context"] = context
    return document


@dataclass(frozen=True, slots=True)
class _Node:
    """What is published of a thing: its triples in order, in schema.org's words, and which ids these link to."""

    triples: tuple[ox.Triple, ...]
    described: Described
    links: tuple[ox.NamedNode, ...]

    @classmethod
    def of(cls, iri: str, triples: Iterable[ox.Triple]) -> _Node:
        own = tuple(sorted(set(triples), key=triple_order))
        links = (it.object for it in own if it.predicate.value.startswith(SCHEMA))
        return cls(
            own, described(own).get(iri, Described()), tuple({it: None for it in links if isinstance(it, ox.NamedNode)})
        )


def _found(_key: Hashable, find: Callable[[], T]) -> T:
    return find()


class PageData:
    """What a page about a thing tells search engines, from what is published.

    `queries` say what holds of the thing on a day (`pressgraph.embed.day`), which is `day`; without one, nothing that
    holds for a time is said. `order` tells the order in which the facts name the values of a property of a thing.
    `remembered` returns what something finds, by a key, and may keep it for the pages of other things of the graph.
    """

    def __init__(
        self,
        graph: PublishedGraph,
        iri: str,
        *,
        queries: Sequence[DayQuery] = (),
        day: datetime.date | None = None,
        order: Callable[[str, str], Sequence[str]] | None = None,
        remembered: Callable[[Hashable, Callable[[], Any]], Any] = _found,
    ) -> None:
        self.root = iri
        self._graph = graph
        self._order = order
        self._remembered = remembered
        self._trees: dict[tuple[str, str], dict[str, Any]] = {}
        self._nodes: dict[str, _Node] = {}
        """What is said of the thing, and of those around it."""
        self._of_day: set[str] = set()
        """Those of them that more is said of for the day."""
        self._read()
        if day is not None:
            self._add_day(on_day(queries, graph, iri, day))
        base = graph.graphs.id_base
        for term in {it for known in self._nodes.values() for it in known.links}:
            if not term.value.startswith(base):
                # places and programmes that everybody shares have names, too
                shared, known = self._shared(term), self._nodes.get(term.value)
                self._nodes[term.value] = (
                    shared if known is None else _Node.of(term.value, (*known.triples, *shared.triples))
                )

    def _read(self) -> None:
        base = self._graph.graphs.id_base
        level = [ox.NamedNode(self.root)]
        # what is one link further is named
        for words in (*(None for _ in range(FULL_DEPTH + 1)), _OF_NAMED):
            following: dict[ox.NamedNode, None] = {}
            for thing in level:
                said = self._nodes[thing.value] = self._said(thing, words)
                following.update(dict.fromkeys(it for it in said.links if it.value.startswith(base)))
            level = [it for it in following if it.value not in self._nodes]

    def _said(self, node: ox.NamedNode, words: Sequence[ox.NamedNode] | None) -> _Node:
        graph = self._graph

        def find() -> _Node:
            quads = (quad for word in (words or (None,)) for quad in graph.quads(node, word))
            return _Node.of(node.value, (it.triple for it in quads))

        found: _Node = self._remembered(("said", node, words is None, graph.statuses), find)
        return found

    def _shared(self, term: ox.NamedNode) -> _Node:
        def find() -> _Node:
            return _Node.of(term.value, (it for it in self._graph.defined(term) if it.predicate.value in _SHARED))

        found: _Node = self._remembered(("shared", term), find)
        return found

    def _add_day(self, triples: Iterable[ox.Triple]) -> None:
        more: dict[str, set[ox.Triple]] = defaultdict(set)
        for it in triples:
            if isinstance(it.subject, ox.NamedNode):
                more[it.subject.value].add(it)
        for iri, said in more.items():
            known = self._nodes[iri].triples if iri in self._nodes else ()
            if not said <= set(known):
                self._nodes[iri] = _Node.of(iri, (*known, *said))
                self._of_day.add(iri)

    @property
    def triples(self) -> set[ox.Triple]:
        """All that is said of the thing, and of those around it."""
        return {it for known in self._nodes.values() for it in known.triples}

    def __bool__(self) -> bool:
        """Whether anything published describes the thing."""
        return any(it.triples for it in self._nodes.values())

    @property
    def _own(self) -> tuple[ox.Triple, ...]:
        """What is said of the thing itself."""
        return self._nodes[self.root].triples

    def google(self, context: PageContext) -> dict[str, Any]:
        """Return the schema.org part of the description as plain JSON-LD; what it holds is shared, and not to change.

        Of a work it says what only the page knows, too: the language of its texts here, which may be only one of those
        that the facts name, and its address as the main page about the work.
        """
        language = context.language or next(iter(self._stated("inLanguage")), None) or context.fallback
        languages = (language, context.fallback)
        tree = self._trees.get(languages)
        if tree is None:
            tree = self._trees[languages] = self._in_language(language, context.fallback)
        data = tree
        if self._is_work:
            own = {"mainEntityOfPage": context.url} if context.url else {}
            data = {**own, **tree, "inLanguage": self._said_in(language, context.fallback)}
        root = _page_safe(self.root, context.url)
        if root != self.root:
            data = _renamed(data, self.root, root)
        return {"@context": CONTEXT, **in_order(data)}

    def _stated(self, word: str) -> list[str]:
        """Return the plain values of a property of schema.org that the thing itself has."""
        return sorted(
            triple.object.value
            for triple in self._own
            if triple.predicate.value == SCHEMA + word and isinstance(triple.object, ox.Literal)
        )

    def _said_in(self, language: str, fallback: str) -> str:
        """Return the language that the work's own texts are in on a page in `language`.

        It is the page's, unless there are texts and none is in it: then that of its title, which is another.
        """
        titles = (
            [t.object for t in self._own if t.predicate.value == SCHEMA + word and isinstance(t.object, ox.Literal)]
            for word in _TITLES
        )
        texts = [title for title in next(filter(None, titles), []) if title.language is not None]
        chosen = in_language(texts, language, fallback, prose=False)
        if not chosen or primary(str(chosen[0].language)) == primary(language):
            return language
        stated = self._stated("inLanguage")
        tag = str(chosen[0].language)
        return next((it for it in stated if primary(it) == primary(tag)), tag)

    def _in_language(self, language: str, fallback: str) -> dict[str, Any]:
        """Return the thing as a tree: each thing that it links to is described once, where it is nearest.

        Things that stand within themselves, elsewhere or too far away are named only.
        """
        things, levels = self._things, self._levels
        writer = NodeWriter(
            self._graph.graphs.id_base,
            (language, fallback),
            above=self._graph.superclasses,
            types=lambda iri: things[iri].types if iri in things else (),
            is_picture=lambda iri: iri in things and not things[iri].words.keys().isdisjoint({"contentUrl", "url"}),
            order=self._order,
        )
        properties = {iri: self._properties(writer, iri, level, (language, fallback)) for iri, level in levels.items()}
        placed, level = {self.root}, [(self.root, frozenset({self.root}))]
        trees: dict[str, dict[str, Any]] = {self.root: {}}

        def reference(iri: str, above: Collection[str]) -> dict[str, Any]:
            named = properties.get(iri)
            if named is None or iri in above:
                return node([], iri, {})
            return node(writer.types(iri), iri, {it: one_or_list(_plain(named[it])) for it in _NAMING if it in named})

        while level:
            following: list[tuple[str, frozenset[str]]] = []
            for iri, above in level:
                for word, values in properties[iri].items():
                    written: list[Any] = []
                    for value in values:
                        if not isinstance(value, Link):
                            written.append(value)
                        elif word in ADDRESSES and not takes_class(word, writer.types(value.iri)):
                            written.append(value.iri)
                        elif value.iri in properties and value.iri not in placed:
                            placed.add(value.iri)
                            trees[value.iri] = {}
                            following.append((value.iri, above | {value.iri}))
                            written.append(value)
                        else:
                            written.append(reference(value.iri, above))
                    trees[iri][word] = written
            level = following
        return _tree(self.root, trees, writer)

    def _properties(
        self, writer: NodeWriter, iri: str, level: int, languages: tuple[str, str]
    ) -> Mapping[str, Sequence[Value]]:
        words = None if level <= FULL_DEPTH else _NAMING

        def find() -> Mapping[str, Sequence[Value]]:
            return writer.properties(iri, self._nodes[iri].described, words=words)

        touched = {iri, *(it.value for it in self._nodes[iri].links)}
        if not touched.isdisjoint(self._of_day):
            return find()
        found: Mapping[str, Sequence[Value]] = self._remembered(
            ("properties", iri, words is None, languages, self._graph.statuses), find
        )
        return found

    @cached_property
    def _things(self) -> dict[str, Described]:
        return {iri: known.described for iri, known in self._nodes.items() if known.triples}

    @property
    def has_class(self) -> bool:
        """Whether schema.org has a class for the thing, so that search engines can make something of it."""
        return bool(
            schema_types(self._things[self.root].types if self.root in self._things else (), self._superclasses)
        )

    def _superclasses(self, iri: str) -> Collection[str]:
        return self._graph.superclasses(iri)

    @cached_property
    def _is_work(self) -> bool:
        """Whether the thing is a creative work, which has a language and a page."""
        types = {
            triple.object.value
            for triple in self._own
            if triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode)
        }
        return _WORKS in types or any(_WORKS in self._graph.superclasses(it) for it in types)

    @cached_property
    def _levels(self) -> dict[str, int]:
        """Return how many schema.org links each thing is from the root."""
        things = self._things
        levels = {self.root: 0}
        level = [self.root] if self.root in things else []
        while level:
            following = []
            for name in level:
                for _, terms in sorted(things[name].words.items()):
                    for term in terms:
                        if (
                            isinstance(term, ox.NamedNode)
                            and term.value in things
                            and term.value not in levels
                            and levels[name] <= FULL_DEPTH
                        ):
                            levels[term.value] = levels[name] + 1
                            following.append(term.value)
            level = following
        return levels


def _page_safe(iri: str, url: str | None) -> str:
    """Return an id that is not the page's own address: the page and what it is about are two things."""
    if url is not None and iri.rstrip("/") == url.rstrip("/"):
        return f"{iri}#this"
    return iri


def _renamed(value: Any, old: str, new: str) -> Any:
    """Give a thing another id; where its id is meant as an address, it stays."""
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: new if key == "@id" and item == old else _renamed(item, old, new) for key, item in value.items()}


def _plain(values: Iterable[Any]) -> list[Any]:
    return [it.iri if isinstance(it, Link) else it for it in values]


def _tree(root: str, trees: Mapping[str, Mapping[str, list[Any]]], writer: NodeWriter) -> dict[str, Any]:
    """Put the trees of things where they belong; they stand in one another no deeper than there are levels."""

    def value(it: Any) -> Any:
        return _tree(it.iri, trees, writer) if isinstance(it, Link) else it

    written = {word: one_or_list([value(it) for it in values]) for word, values in trees[root].items()}
    return node(writer.types(root), root, written)
