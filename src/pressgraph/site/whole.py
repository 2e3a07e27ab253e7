"""The files of a site that are about the graph as a whole: first page, search, queries, the graph itself, hosts."""

from __future__ import annotations

import gzip
import hashlib
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pyoxigraph as ox

from pressgraph.dataset import GraphNames, serialization
from pressgraph.export.jsonld import json_bytes
from pressgraph.export.published import PublishedGraph
from pressgraph.feeds import (
    DataFile,
    File,
    PageAddress,
    PublishedAt,
    calendar,
    calendar_of_event,
    catalogue,
    feed,
    opensearch,
    robots,
    schemamap,
    search_file,
    sitemap,
    void,
)
from pressgraph.i18n import gettext
from pressgraph.pages.first_page import first_page_model, home_questions
from pressgraph.pages.messages import messages
from pressgraph.pages.settings import Site
from pressgraph.pages.view.reading import GraphReader
from pressgraph.pages.view.statements import labels
from pressgraph.profile.context import context_document
from pressgraph.rdf import SCHEMA
from pressgraph.site.downloads import SYNTAXES, graph_files, packed
from pressgraph.site.drawing import POLICY, Page
from pressgraph.site.hosts import host_files
from pressgraph.site.layout import CALENDAR
from pressgraph.site.queries import answers_in_browser, called_file
from pressgraph.validation import ValidatedDataset

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pressgraph.site.drawing import Drawer
    from pressgraph.site.kept import Kept
    from pressgraph.site.named import Named
    from pressgraph.site.published import Copy

SEARCH = "search/"
_TOGETHER = 1_000
"""Parts of a file that are written together."""
_REUSE = {
    "graph.ttl": gettext("the whole graph as Turtle"),
    "graph.jsonld": gettext("as JSON-LD"),
    "graph.nt.gz": gettext("as N-Triples, compressed"),
    "feed.xml": gettext("new releases as a feed"),
    "calendar.ics": gettext("labels that run out, for your calendar"),
}
"""What readers take along from the first page."""


class Keys(NamedTuple):
    """What tells whether something else is said than before."""

    graph: str
    """In the whole graph, and in the queries."""
    counts: str
    """In the numbers of the graph, and in the queries."""
    others: str
    """Of what the project does not name."""


class Parts(NamedTuple):
    """A large file of a site, in parts that are made while it is written."""

    name: str
    parts: Iterable[bytes]


class Group(NamedTuple):
    """Files that are made together, and what tells whether they are made from something else than before."""

    name: str
    key: str
    make: Callable[[], Iterable[File | Parts]]
    notes_reads: bool = False
    """Whether what they are made from besides is noted as read, as it is of pages."""


def whole_files(
    drawer: Drawer, copy: Copy, kept: Kept, named: Named, keys: Keys, changed: Collection[ox.Quad] | None
) -> Iterator[Group]:
    """Yield groups of files; what leads crawlers and searches to others comes last.

    What pages load is not among them: it has to be there before the pages.

    What things add to them is `kept`; `changed` are the quads that came or went since the run before; None where nobody
    knows.
    """
    project = drawer.project
    sure = PublishedGraph(drawer.store, GraphNames(id_base=project.id_base), statuses=project.statuses)
    at = _published_at(drawer, frozenset(named.things))
    first = drawer.setting.languages[0]
    yield Group("graph", keys.graph, lambda: _graph(drawer, copy, at, kept, changed))
    # all that these depend on is the profile, with another one of which nothing is known of before
    yield Group("definitions", "", lambda: _definitions(drawer))
    yield Group("first pages", keys.counts, lambda: _first_pages(drawer), notes_reads=True)
    yield Group(
        "feed", "", lambda: [File("feed.xml", feed(drawer.noted(project.statuses), at, first))], notes_reads=True
    )
    yield Group("calendars", kept.mark("event"), lambda: _calendars(drawer, sure, at, kept.events()))
    yield Group("hosts", keys.graph, lambda: (File(*it) for it in host_files(drawer, POLICY)))
    told = f"{kept.mark('told')} {keys.others}"
    yield Group("schemamap", told, lambda: schemamap(sure, at, known=kept.told, others=named.others))
    yield Group("sitemap", kept.mark("day"), lambda: sitemap(_addresses(at, kept.days()), at))
    yield Group("names", kept.mark("rows"), lambda: _names(drawer, kept))
    if answers_in_browser(drawer):
        terms = hashlib.sha256(repr(sorted(drawer.layout.others)).encode()).hexdigest()
        yield Group("called", f"{kept.mark('called')} {keys.others} {terms}", lambda: _called(drawer, kept))


def _graph(
    drawer: Drawer, copy: Copy, at: PublishedAt, kept: Kept, changed: Collection[ox.Quad] | None
) -> Iterator[File | Parts]:
    """Yield the graph as a whole, as `export` writes it, and what catalogues and crawlers read of it."""
    project, graphs = drawer.project, GraphNames(id_base=drawer.project.id_base)
    dataset = ValidatedDataset.published(copy.snapshot, drawer.profile, graphs)
    everything = PublishedGraph(drawer.store, graphs)
    forms: list[DataFile] = []
    for name, parts in graph_files(dataset, everything, project.published, kept, changed):
        sizes: list[int] = []
        yield Parts(name, _counted(parts, sizes))
        syntax = serialization(SYNTAXES[name])
        form = DataFile(
            name=syntax.name,
            address=drawer.setting.url + name,
            media_type=syntax.media_type,
            size=sum(sizes),
            compressed="application/gzip" if name.endswith(".gz") else None,
        )
        forms.append(form)
    yield File("void.ttl", void(copy.counts, at, forms))
    yield File("catalog.ttl", catalogue(everything, at, forms))
    yield File("robots.txt", robots(at))


def _counted(parts: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    """Yield parts joined to larger ones, whose sizes are noted."""
    parts = iter(parts)
    while some := b"".join(islice(parts, _TOGETHER)):
        sizes.append(len(some))
        yield some


def _calendars(
    drawer: Drawer, sure: PublishedGraph, at: PublishedAt, events: Mapping[str, list[str]]
) -> Iterator[File]:
    yield File("calendar.ics", calendar(sure, at, drawer.setting.languages[0], events=events.values()))
    for iri, it in events.items():
        yield File(f"{drawer.folder(Page('thing', iri))}{CALENDAR}", calendar_of_event(it))


def _names(drawer: Drawer, kept: Kept) -> Iterator[File]:
    for number, language in enumerate(drawer.setting.languages):
        yield File(_names_file(drawer, language), search_file(it[number] for it in kept.rows()))


def _called(drawer: Drawer, kept: Kept) -> Iterator[Parts]:
    """Yield what answers in the browser call terms and things, in each language, and which pages these have.

    It is JSON: `{IRI: [page, name]}`, with the name's language where it is another one than the page's. Pages are
    written from those in the language on.
    """
    layout, defined = drawer.layout, drawer.defined
    terms = {it for namespace in layout.namespaces.values() for it in defined.terms(namespace)} | layout.others.keys()
    said = labels(drawer.reads.near, terms)  # type: ignore[arg-type]  # has what it uses of a store
    for number, language in enumerate(drawer.setting.languages):
        names = drawer.names("", language, said)
        named = ((iri, names.name(iri)) for iri in sorted(terms))
        called = ((iri, ["" if it.external else it.href, it.label, it.language]) for iri, it in named)
        things = ((iri, [page, *names_of[number]]) for iri, page, names_of in kept.called())
        name = called_file(drawer, language)
        yield Parts(name, packed(name, _rows(chain(called, things), language), kept))


def _rows(called: Iterable[tuple[str, list[str]]], language: str) -> Iterator[tuple[str, bytes]]:
    """Yield the members of an object of JSON, each with its IRI."""
    mark = b""
    yield "", b"{"
    for iri, (page, name, tag) in called:
        value = [page, name] if tag in ("", language) else [page, name, tag]
        yield iri, mark + msgspec.json.encode(iri) + b":" + msgspec.json.encode(value)
        mark = b",\n"
    yield "", b"}"


def _addresses(at: PublishedAt, listed: Iterable[tuple[str, str | None]]) -> Iterator[PageAddress]:
    """Yield the pages of things, each with the day of its newest source."""
    for iri, day in listed:
        yield PageAddress({tag: page for tag in at.languages if (page := at.page(iri, tag)) is not None}, day)


def _published_at(drawer: Drawer, things: Collection[str]) -> PublishedAt:
    """Return where things are published, for files that are no pages."""

    def page(iri: str, language: str) -> str | None:
        return drawer.layout.address(drawer.folder(Page("thing", iri)), language) if iri in things else None

    setting = drawer.setting
    return PublishedAt.of(drawer.project, url=setting.url, page=page, languages=setting.languages, day=setting.day)


def _first_pages(drawer: Drawer) -> Iterator[File]:
    setting, profile = drawer.setting, drawer.profile
    reads: Any = drawer.reads
    reader = GraphReader(reads, drawer.project.id_base, near=reads.near, notes=reads)
    found = reader.first_page(setting.counts, setting.day)
    queries = home_questions(setting.saved_queries.values())
    for language in setting.languages:
        names = drawer.names("", language, found["reading"]["labels"], found["reading"]["kinds"])
        site = Site.of(drawer.project, language)
        yield _page(
            drawer,
            "home.html",
            "",
            language,
            base=drawer.project.base,
            **first_page_model(setting.counts, found, names, profile, site, language=language, today=setting.day),
            queries=queries,
            reuse=[(text.to(language), drawer.links("", language).file(name)) for name, text in _REUSE.items()],
            data={
                "@context": SCHEMA,
                "@type": "Dataset",
                "@id": f"{drawer.project.base}#dataset",
                "name": Site.of(drawer.project, "en").title,
                "url": setting.url,
            },
        )

        words = messages(language)
        yield _page(
            drawer,
            "search.html",
            SEARCH,
            language,
            text="",
            groups=(),
            shown=0,
            total=0,
            scripts=(
                drawer.script(
                    "search.js",
                    SEARCH,
                    language,
                    names=drawer.links(SEARCH, language).file(_names_file(drawer, language)),
                    root=drawer.links(SEARCH, language).file(""),
                    empty=str(words["nothing_found"]),
                    others=str(words["others"]),
                    more=words["some_rows"](shown="{shown}", total="{total}"),  # type: ignore[operator]  # says numbers
                ),
            ),
        )
        site_icon = drawer.assets.name("icon.svg")
        yield File(
            f"{drawer.layout.in_language(language)}opensearch.xml",
            opensearch(
                Site.of(drawer.project, language).title,
                drawer.layout.address(SEARCH, language),
                f"{setting.url}{site_icon}" if site_icon else "",
                language,
            ),
        )
    # whichever address it is shown at: its references are whole paths
    yield File(*drawer.missing(setting.languages[0]))


def _page(drawer: Drawer, template: str, folder: str, language: str, **values: Any) -> File:
    return File(*drawer.page(template, folder, language, **values))


def _names_file(drawer: Drawer, language: str) -> str:
    return f"{drawer.layout.in_language(language)}names.json"


def _definitions(drawer: Drawer) -> Iterator[File]:
    """Yield what the profile defines, for queries in the browser and for readers of JSON-LD."""
    graph = ox.NamedNode(GraphNames(id_base=drawer.project.id_base).profile)
    terms = drawer.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
    yield File("ontology/terms.nt.gz", _packed(b"".join(sorted(terms.splitlines(keepends=True)))))
    yield File("context.jsonld", json_bytes(context_document(drawer.profile)))


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
