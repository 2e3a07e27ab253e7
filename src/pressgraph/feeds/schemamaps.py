"""The whole graph in schema.org's terms, for agents that read sites as data: `schemamap.xml` and its files.

The form is that of Yoast SEO 28.3, which the crawler of NLWeb finds by robots.txt: a sitemap whose entries have
`contentType="structuredData/schema.org"` and lead to files of JSON Lines, each line a node with its `@id`. Each thing
is one node, so links are ids; texts are plain and in the project's language, as they are in web pages.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from pressgraph.embed.data import CONTEXT
from pressgraph.embed.nodes import ADDRESSES, Link, NodeWriter, described, in_order, node
from pressgraph.export.jsonld import one_or_list
from pressgraph.feeds.crawlers import SITEMAPS
from pressgraph.feeds.published_at import File
from pressgraph.feeds.reading import TYPE, Reading
from pressgraph.feeds.xml import DECLARATION, element
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.embed.nodes import Value
    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/jsonl"
CONTENT_TYPE = "structuredData/schema.org"
MOST = 1000
"""Lines of one file, as Yoast has them."""
_PICTURES = tuple(ox.NamedNode(SCHEMA + it) for it in ("contentUrl", "url"))


class Told(NamedTuple):
    """What a thing adds to a schemamap."""

    line: str
    """Empty where it says nothing."""
    day: str | None
    """Of the newest source that says something of it."""


def schemamap(
    graph: PublishedGraph, at: PublishedAt, *, most: int = MOST, known: Mapping[str, Told] | None = None
) -> Iterator[File]:
    """Yield `schemamap/N.jsonl`, each with so many things at most, then `schemamap.xml`, which names them.

    `known` are things for which is known what they add.
    """
    things = Schemamap(graph, at, most=most, known=known)
    for number in range(1, things.files + 1):
        yield things.file(number)
    yield things.index()


class Schemamap:
    """The files of a schemamap, each written when it is asked for."""

    def __init__(
        self,
        graph: PublishedGraph,
        at: PublishedAt,
        *,
        most: int = MOST,
        known: Mapping[str, Told] | None = None,
    ) -> None:
        self._graph = graph
        self._known = known or {}
        self._at = at
        self._most = most
        language = at.languages[0]
        self._reading = Reading(graph, language, language)
        self._writer = NodeWriter(
            graph.graphs.id_base,
            (language, language),
            above=graph.superclasses,
            types=self._types,
            is_picture=lambda iri: any(self._reading.values(iri, word) for word in _PICTURES),
        )

    @cached_property
    def _things(self) -> list[str]:
        return sorted(set(_of_schema_org(self._graph)))

    def _types(self, iri: str) -> list[str]:
        """Return the classes of a thing, or of a term or of reference data of the profile."""
        node = ox.NamedNode(iri)
        defined = (it.object for it in self._graph.defined(node) if it.predicate == TYPE)
        found = {*defined, *(quad.object for quad in self._graph.quads(node, TYPE))}
        return sorted(it.value for it in found if isinstance(it, ox.NamedNode))

    @property
    def files(self) -> int:
        """How many files of lines there are."""
        return -(-len(self._things) // self._most)

    def file(self, number: int) -> File:
        """Return the file of a number, from 1."""
        lines = map(self._line, self._part(number))
        return File(_name(number), "".join(f"{line}\n" for line in lines if line).encode())

    def index(self) -> File:
        """Return `schemamap.xml`: which files there are, and of which day their newest sources are."""
        entries = [
            element(
                "url",
                [
                    element("loc", self._at.file(_name(number))),
                    *([element("lastmod", day)] if (day := self._day(number)) is not None else []),
                ],
                contentType=CONTENT_TYPE,
            )
            for number in range(1, self.files + 1)
        ]
        written = element("urlset", ["\n", *(f"{entry}\n" for entry in entries)], xmlns=SITEMAPS)
        return File("schemamap.xml", f"{DECLARATION}{written}\n".encode())

    def _part(self, number: int) -> Sequence[str]:
        return self._things[(number - 1) * self._most : number * self._most]

    def _day(self, number: int) -> str | None:
        return max((day for iri in self._part(number) if (day := self._day_of(iri)) is not None), default=None)

    def told(self, iri: str) -> Told:
        """Return what a thing adds."""
        return Told(self._line(iri), self._day_of(iri))

    def _line(self, iri: str) -> str:
        known = self._known.get(iri)
        if known is not None:
            return known.line
        made = self._node(iri)
        return _line(made) if made is not None else ""

    def _day_of(self, iri: str) -> str | None:
        known = self._known.get(iri)
        return known.day if known is not None else self._reading.day(iri)

    def _node(self, iri: str) -> dict[str, Any] | None:
        thing = described(quad.triple for quad in self._graph.quads(ox.NamedNode(iri)))[iri]
        properties = {
            word: one_or_list([_written(word, it) for it in values])
            for word, values in self._writer.properties(iri, thing).items()
        }
        kinds = self._writer.types(iri)
        if not (kinds or properties):
            return None
        return in_order({"@context": CONTEXT, **node(kinds, iri, properties)})


def _of_schema_org(graph: PublishedGraph) -> Iterator[str]:
    """Yield the IRI of whatever may have a class or a property of schema.org, as often as it has.

    Of shared reference data and terms are those that a fact speaks of: what follows of the others is no news.
    """
    base, facts = graph.graphs.id_base, graph.graphs.facts
    for quad in graph.quads():
        if isinstance(quad.subject, ox.NamedNode) and (
            quad.predicate == TYPE or quad.predicate.value.startswith(SCHEMA)
        ):
            graph_name = getattr(quad.graph_name, "value", "")
            if quad.subject.value.startswith(base) or graph_name.startswith(facts):
                yield quad.subject.value


def _written(word: str, value: Value) -> Any:
    if isinstance(value, Link):
        return value.iri if word in ADDRESSES else {"@id": value.iri}
    return value


def _line(value: dict[str, Any]) -> str:
    """Return JSON in one line, whatever a reader takes for the end of one."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(f"\\u{ord(it):04x}" if it in "\x85\u2028\u2029" else it for it in text)


def _name(number: int) -> str:
    return f"schemamap/{number}.jsonl"
