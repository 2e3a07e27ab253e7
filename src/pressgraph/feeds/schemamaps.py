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
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pressgraph.embed.nodes import Described, Value
    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/jsonl"
CONTENT_TYPE = "structuredData/schema.org"
MOST = 1000
"""Lines of one file, as Yoast has them."""
_PICTURES = tuple(ox.NamedNode(SCHEMA + it) for it in ("contentUrl", "url"))


class Told(NamedTuple):
    """What a thing adds to a schemamap."""

    line: str | None
    """Empty where it says nothing that schema.org has a place for; None where it says nothing in its terms."""
    day: str | None
    """Of the newest source that says something of it."""


def schemamap(
    graph: PublishedGraph,
    at: PublishedAt,
    *,
    most: int = MOST,
    known: Mapping[str, Told] | None = None,
    others: Collection[str] = (),
) -> Iterator[File]:
    """Yield `schemamap/N.jsonl`, each with so many things at most, then `schemamap.xml`, which names them.

    `known` is what each thing of the project adds, `others` are what else something is said of; without these, the
    whole graph is read for them.
    """
    things = Schemamap(graph, at, most=most, known=known, others=others)
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
        others: Collection[str] = (),
    ) -> None:
        self._graph = graph
        self._known = known or {}
        self._others = others
        self._at = at
        self._most = most
        language = at.languages[0]
        self._reading = Reading(graph, language, language)
        self._writer = NodeWriter(
            graph.graphs.id_base,
            (language, language),
            above=graph.superclasses,
            types=graph.classes_of,
            is_picture=lambda iri: any(self._reading.values(iri, word) for word in _PICTURES),
        )

    @cached_property
    def _things(self) -> list[str]:
        if not self._known:
            return sorted(set(_of_schema_org(self._graph, self._graph.quads())))
        others = (quad for iri in self._others for quad in self._graph.quads(ox.NamedNode(iri)))
        own = {iri for iri, told in self._known.items() if told.line is not None}
        return sorted(own.union(_of_schema_org(self._graph, others)))

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
        thing = self._described(iri)
        line = self._made(iri, thing) if thing.types or thing.words else None
        return Told(line, self._day_of(iri))

    def _line(self, iri: str) -> str:
        known = self._known.get(iri)
        return self._made(iri, self._described(iri)) if known is None else known.line or ""

    def _made(self, iri: str, thing: Described) -> str:
        made = self._node(iri, thing)
        return _line(made) if made is not None else ""

    def _described(self, iri: str) -> Described:
        return described(quad.triple for quad in self._graph.quads(ox.NamedNode(iri)))[iri]

    def _day_of(self, iri: str) -> str | None:
        known = self._known.get(iri)
        return known.day if known is not None else self._reading.day(iri)

    def _node(self, iri: str, thing: Described) -> dict[str, Any] | None:
        properties = {
            word: one_or_list([_written(word, it) for it in values])
            for word, values in self._writer.properties(iri, thing).items()
        }
        kinds = self._writer.types(iri)
        if not (kinds or properties):
            return None
        return in_order({"@context": CONTEXT, **node(kinds, iri, properties)})


def _of_schema_org(graph: PublishedGraph, quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield the IRI of whatever quads say that it has a class or a property of schema.org, as often as it has.

    Of shared reference data and terms are those that a fact speaks of: what follows of the others is no news.
    """
    base, facts = graph.graphs.id_base, graph.graphs.facts
    for quad in quads:
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
