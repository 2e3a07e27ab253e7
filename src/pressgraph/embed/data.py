"""Page data: what a page says about a thing, for search engines or in full.

For search engines it is schema.org alone: the description is cut to schema.org's terms, brought into the page's
language as plain strings, and written as a tree from the thing that the page is about. The context is stated as
`https://schema.org`, which is what consumers look for; nothing is fetched from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pressgraph.embed.day import DayQuery
    from pressgraph.export.published import PublishedGraph
    from pressgraph.export.select import Selection

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


class PageData:
    """What a page about a thing tells search engines, from what is published.

    `queries` say what holds of the thing on a day (`pressgraph.embed.day`), which is `day`; without one, nothing that
    holds for a time is said. `order` tells the order in which the facts name the values of a property of a thing.
    """

    def __init__(
        self,
        graph: PublishedGraph,
        iri: str,
        *,
        queries: Sequence[DayQuery] = (),
        day: datetime.date | None = None,
        order: Callable[[str, str], Sequence[str]] | None = None,
    ) -> None:
        self.root = iri
        # what is one link further is named
        said = graph.description(iri, depth=FULL_DEPTH + 1, last=_OF_NAMED, along=SCHEMA)
        self.triples = {quad.triple for quad in said}
        if day is not None:
            self.triples.update(on_day(queries, graph, iri, day))
        base = graph.graphs.id_base
        linked = {it.object for it in self.triples if it.predicate.value.startswith(SCHEMA)}
        for term in linked:
            if isinstance(term, ox.NamedNode) and not term.value.startswith(base):
                # places and programmes that everybody shares have names, too
                self.triples.update(it for it in graph.defined(term) if it.predicate.value in _SHARED)
        self._graph = graph
        self._order = order
        self._trees: dict[tuple[str, str], dict[str, Any]] = {}

    def __bool__(self) -> bool:
        """Whether anything published describes the thing."""
        return bool(self.triples)

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
            for triple in self.triples
            if triple.subject == ox.NamedNode(self.root)
            and triple.predicate.value == SCHEMA + word
            and isinstance(triple.object, ox.Literal)
        )

    def _said_in(self, language: str, fallback: str) -> str:
        """Return the language that the work's own texts are in on a page in `language`.

        It is the page's, unless there are texts and none is in it: then that of its title, which is another.
        """
        about = [t for t in self.triples if t.subject == ox.NamedNode(self.root)]
        titles = (
            [t.object for t in about if t.predicate.value == SCHEMA + word and isinstance(t.object, ox.Literal)]
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
        properties = {
            iri: writer.properties(iri, things[iri], words=None if level <= FULL_DEPTH else _NAMING)
            for iri, level in levels.items()
        }
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

    @cached_property
    def _things(self) -> dict[str, Described]:
        return described(sorted(self.triples, key=triple_order))

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
            for triple in self.triples
            if triple.subject == ox.NamedNode(self.root)
            and triple.predicate.value == RDF_TYPE
            and isinstance(triple.object, ox.NamedNode)
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
