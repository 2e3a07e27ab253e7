"""Draw the pages of a site: the templates and models that a server uses, with links between files."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.dataset.description import FOAF, including, link, said_of_document
from pressgraph.dataset.serializations import serialization
from pressgraph.dataset.writing import write_triples
from pressgraph.embed.data import PageContext, PageData
from pressgraph.embed.day import load_day_queries
from pressgraph.export.jsonld import json_bytes, json_ld
from pressgraph.export.published import PublishedGraph
from pressgraph.feeds.ical import has_event
from pressgraph.pages.describe import Describer
from pressgraph.pages.messages import LANGUAGES, messages
from pressgraph.pages.names import Links, Names
from pressgraph.pages.profile_documents import ProfileDocuments
from pressgraph.pages.settings import Site
from pressgraph.pages.templates import Templates
from pressgraph.pages.terms import shape_model, term_tree, without_terms
from pressgraph.pages.things import thing_model
from pressgraph.pages.view.days import day_in_words
from pressgraph.pages.view.links import links_page
from pressgraph.pages.view.listing import LISTS
from pressgraph.pages.view.lists import list_page
from pressgraph.pages.view.statements import Asked, term
from pressgraph.pages.view.things import has_view, thing_page
from pressgraph.profile import load_profile
from pressgraph.rdf import DCTERMS, VOID
from pressgraph.site.assets import Assets
from pressgraph.site.layout import CALENDAR, DATA, PAGE, Layout, folder_of, quoted
from pressgraph.site.links import PageLinks
from pressgraph.site.lists import LinksAt, ListAt, list_pages, noted
from pressgraph.site.reads import Answers, Reads
from pressgraph.site.told import Entry, entry_of, place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pressgraph.dataset.counts import Counts
    from pressgraph.embed.day import DayQuery
    from pressgraph.pages.view.parts import Page as ThingPage
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""What pages may load: what stands beside them. It is in their heads, as not every host can be told to send it."""
_MOST_LINKS_KEPT = 8
"""Pages whose references are kept while they are drawn."""
_MEDIA_TYPES = {"turtle": ("Turtle", "text/turtle"), "jsonld": ("JSON-LD", "application/ld+json")}


class Page(NamedTuple):
    """A page to draw: `thing`, `concept`, `namespace` or `other`, and its IRI.

    Or `list`, and the key of a `ListAt`; or `links`, and that of a `LinksAt`; or `query`, and the name of a saved
    query, or none for questions of one's own.
    """

    kind: str
    iri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The files of one page in all languages, and what was read for them (`pressgraph.site.reads`)."""

    files: tuple[tuple[str, bytes], ...]
    reads: bytes
    entry: Entry | None = None
    """What it adds to the files about all things, where it is the page of one."""
    asked: Answers | None = None
    """What it has asked, where it is the page of a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """All that pages depend on besides the graph: what a process needs to know to draw them."""

    project: Project
    url: str
    languages: tuple[str, ...]
    day: date
    store: Path
    counts: Counts
    others: Mapping[str, str]
    """The folders of pages about IRIs of others; see `Layout.others`."""
    sources: Mapping[str, str]
    """The folders of pages of sources; see `Layout.sources`."""
    called: Mapping[str, Sequence[tuple[str, str]]]
    """What pages of things call them, and in which language, by language of the page; none until these are drawn."""
    linked: Mapping[str, Sequence[str]]
    """The IRIs that more leads to than their pages show, with digests of the pages of all that does."""
    saved_queries: Mapping[str, SavedQuery]


class _Noted(PublishedGraph):
    """What is published, for one page, which notes what it reads itself; names are found once for all pages."""

    store: Reads  # type: ignore[assignment]  # has what it uses of a store

    def superclasses(self, iri: str) -> frozenset[str]:
        """Return the classes above a class."""

        def find() -> frozenset[str]:
            return PublishedGraph(self.store, self.graphs).superclasses(iri)  # type: ignore[arg-type]

        return self.store.remembered(("above", iri), find)

    def classes_of(self, iri: str) -> list[str]:
        """Return the classes of a thing, or of a term or of reference data of the profile, sorted."""

        def find() -> list[str]:
            return PublishedGraph(self.store, self.graphs, statuses=self.statuses).classes_of(iri)  # type: ignore[arg-type]

        return self.store.remembered(("classes", iri, self.statuses), find)


class Drawer:
    """Draws pages in one process."""

    setting: Setting

    def __init__(self, setting: Setting, *, profile: Profile | None = None) -> None:
        self.project = setting.project
        self.profile = load_profile(setting.project) if profile is None else profile
        self.defined = ProfileDocuments(self.profile)
        self.layout = Layout(self.project, self.profile, self.defined, setting.languages, setting.url)
        self.assets = Assets(setting.project.published)
        self._templates = Templates()
        self._links: dict[tuple[str, str], PageLinks] = {}
        self.use(setting)

    def use(self, setting: Setting) -> None:
        """Take a setting that says more than the one before of the same graph in the same project."""
        self.setting = setting
        self.layout.place(setting.others, setting.sources, setting.linked)
        self._links.clear()

    @cached_property
    def store(self) -> ox.Store:
        """The published copy."""
        return ox.Store.read_only(str(self.setting.store))

    @cached_property
    def reads(self) -> Reads:
        """The published copy, which notes what is read of it for the page that is being drawn."""
        return Reads(self.store)

    @cached_property
    def _day_queries(self) -> tuple[DayQuery, ...]:
        return load_day_queries(self.project, self.profile.query_prefixes(self.project.id_base))

    @cached_property
    def describer(self) -> Describer:
        """What describes things of the published copy, and notes what it reads."""
        reads, near = self.reads, self.reads.near
        return Describer(
            reads,  # type: ignore[arg-type]  # has what it uses
            self.project.id_base,
            language=self.project.language,
            near=near,  # type: ignore[arg-type]
            whole=self.store,
            notes=reads,
        )

    def draw(self, page: Page) -> Drawn:
        """Draw a page in all languages, with its data; those of queries are `pressgraph.site.queries`'."""
        entry = None
        match page.kind:
            case "namespace":
                files = tuple(self._namespace(page.iri))
            case "list":
                files = tuple(self._list(ListAt.of(page.iri)))
            case "links":
                files = tuple(self._links_to(LinksAt.of(page.iri)))
            case kind:
                sure = self.noted(self.project.statuses)
                called: list[tuple[str, str]] = []
                files = tuple(self._thing(kind, page.iri, sure, called))
                entry = self._entry(page, sure, called) if kind == "thing" else None
        return Drawn(files=files, reads=self.reads.taken(), entry=entry)

    def noted(self, statuses: Collection[str] | None = None) -> _Noted:
        """Return what is published, of some statuses, for one page: what is read of it is noted."""
        store: Any = self.reads
        return _Noted(store, GraphNames(id_base=self.project.id_base), statuses=statuses)

    def _entry(self, page: Page, sure: _Noted, called: list[tuple[str, str]]) -> Entry:
        setting, folder = self.setting, self.folder(page)
        addresses = {tag: self.layout.address(folder, tag) for tag in setting.languages}
        return entry_of(
            self.noted(),
            sure,
            page.iri,
            place(self.project, setting.url, setting.languages, addresses),
            quoted(folder),
            called,
        )

    def folder(self, page: Page) -> str:
        """Return the folder of a page."""
        if page.kind == "list":
            return self.layout.in_list(*ListAt.of(page.iri))
        if page.kind == "links":
            return self.layout.in_links(*LinksAt.of(page.iri))
        if page.kind == "query":
            return f"query/{folder_of(page.iri)}" if page.iri else "query/"
        spot = self.layout.spot(page.iri.rstrip("#/") if page.kind == "namespace" else page.iri)
        # a term has its place on the page of its namespace; how it is used is told on a page of its own
        return self.layout.others[page.iri] if page.kind == "other" or spot is None else spot.folder

    def _uses(self, iri: str) -> int:
        """Return how often a term is used."""
        self.reads.note_uses(iri)
        return self.setting.counts.uses.get(iri, 0)

    def file_names(self, page: Page) -> list[str]:
        """Return the files of a page."""
        kind, folder = page.kind, self.folder(page)
        names = [f"{self.layout.in_language(tag)}{folder}{PAGE}" for tag in self.setting.languages]
        names += [folder + it for it in DATA.values()] if kind not in {"list", "links", "query"} else []
        return [*names, f"id/{folder.removeprefix('doc/')}{PAGE}"] if kind == "thing" else names

    # -- pages

    def page(
        self,
        template: str,
        folder: str,
        language: str,
        *,
        as_of: str = "",
        absolute: bool = False,
        for_crawlers: bool = True,
        **values: Any,
    ) -> tuple[str, bytes]:
        """Draw one page: its name, and its content. With `absolute` references it may be shown at any address.

        `as_of` is the day of the newest source that it is made from.
        """
        links = self.links(folder, language)
        links = replace(links, absolute=True, known={}) if absolute else links
        text = self._templates.draw(
            template,
            language,
            others=[
                (tag, LANGUAGES[tag], links.page(folder, tag)) for tag in self.setting.languages if tag != language
            ],
            link=links.app,
            asset=links.asset,
            indexed=None
            if absolute or not for_crawlers
            else {
                "canonical": self.layout.address(folder, language),
                "neutral": self.layout.address(folder, self.setting.languages[0]),
                "languages": [(tag, self.layout.address(folder, tag)) for tag in self.setting.languages],
            },
            site=Site.of(self.project, language),
            path="",
            places=self.places,
            policy=POLICY,
            as_of=day_in_words(as_of, language),
            **{"editor": False, "scripts": (), "section": "", "forms": (), **values},
        )
        return f"{self.layout.in_language(language)}{folder}{PAGE}", text.encode()

    @cached_property
    def places(self) -> frozenset[str]:
        """The addresses of a server that every page links to."""
        known = ("cluster", "vocab", "shapes")
        terms = (it for it in known if self.defined.namespace(it, self.layout.roots))
        return frozenset({"/sparql", *(f"/{it}" for it in (*LISTS, *terms))})

    def links(self, folder: str, language: str) -> PageLinks:
        """Return the links of a page."""
        known = self._links.get((folder, language))
        if known is None:
            if len(self._links) >= _MOST_LINKS_KEPT:
                self._links.clear()
            others = (self._links.get((folder, it)) for it in self.setting.languages)
            same = next((it.known for it in others if it is not None), {})
            known = PageLinks(self.layout, self.assets, folder, language, self.reads.note_link, known=same)
            self._links[folder, language] = known
        return known

    def script(self, name: str, folder: str, language: str, **data: str) -> dict[str, Any]:
        """Return a script of a page, with what it is told."""
        return {"src": self.links(folder, language).asset(name), "data": {"language": language, **data}}

    def missing(self, language: str) -> tuple[str, bytes]:
        """Draw the page for addresses that there is nothing at; it may be shown at any of them."""
        name, content = self.page(
            "error.html",
            "",
            language,
            code=404,
            message="",
            near=(),
            absolute=True,
        )
        return name.replace(PAGE, "404.html"), content

    def names(
        self,
        folder: str,
        language: str,
        labels: Mapping[str, Sequence[Sequence[str]]],
        kinds: Mapping[str, Sequence[str]] | None = None,
    ) -> Names:
        """Return what names IRIs on a page."""
        links = self.links(folder, language)
        return Names(
            self.profile, self.project, Links(links.own, links.about), language, labels, kinds, notes=self.reads
        )

    def called(self, iri: str, language: str) -> tuple[str, str] | None:
        """Return what the page of a thing calls it, and in which language; None where it has none, or is not drawn."""
        names = self.setting.called.get(iri)
        if names is None:
            return None
        self.reads.note_called(iri)
        return names[self.setting.languages.index(language)]

    def _names_on_pages(self, folder: str, language: str, reading: Mapping[str, Any]) -> Names:
        """Return what names things as their own pages do, and everything else as it was read."""

        def label(iri: str) -> Sequence[Sequence[str]]:
            name = self.called(iri, language)
            return reading["labels"].get(iri, ()) if name is None else [name]

        def kinds(iri: str) -> Sequence[str]:
            return () if iri in self.setting.called else reading["kinds"].get(iri, ())

        return self.names(folder, language, Asked(label), Asked(kinds))

    def _thing(self, kind: str, iri: str, sure: _Noted, called: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Draw the page of a thing or term, and note in `called` what it is called in each language."""
        found = self.describer.thing(iri)
        if not (found["examples"] or found["links"]):
            found["examples"] = [entry(it) for it in self.defined.uses(iri)]
        document = self.describer.said_in_document(iri)
        folder = self.folder(Page(kind, iri))
        uses = self._uses(iri)
        head = self._head(sure, iri, folder)
        has_calendar = has_event(sure, iri)
        for language in self.setting.languages:
            names = self.names(folder, language, found["labels"], found["kinds"])
            forms = self._forms(folder, language, calendar=has_calendar)
            if has_view(iri, found, self.project.id_base):
                shown = self._view(iri, found, names, language)
                called.append((shown.name.label, shown.name.language))
                yield self._viewed(shown, found, folder, language, head(language), forms)
                continue
            thing = thing_model(iri, found, names, uses)
            called.append((thing.name.label, thing.name.language))
            yield self.page(
                "thing.html",
                folder,
                language,
                thing=thing,
                json_ld=head(language),
                forms=forms,
                is_term=iri in self.profile.ontology_terms,
                dump="",
            )
        yield from self._data(folder, iri, self._triples(document, (iri,)) or list(self.defined.uses(iri)))
        if kind == "thing":
            yield self._redirect(folder)

    def _head(self, graph: _Noted, iri: str, folder: str) -> Callable[[str], dict[str, Any]]:
        """Return what gives the data in the head of a page in a language: for search engines, as 'embed' writes it.

        Of what search engines have no class for it is all that is said.
        """
        if iri.startswith(self.project.id_base):
            data = PageData(
                graph, iri, queries=self._day_queries, day=self.setting.day, remembered=self.reads.remembered
            )
            if data.has_class:
                return lambda language: data.google(
                    PageContext(
                        language=language,
                        fallback=self.project.language,
                        url=self.layout.address(folder, language),
                    )
                )
        sure = self.describer.said_in_document(iri, statuses=self.project.statuses)
        tree = self._tree(self._triples(sure, (iri,)), iri)
        return lambda _language: tree

    def _view(self, iri: str, found: dict[str, Any], names: Names, language: str) -> ThingPage:
        """Return what the page of a thing shows by its kind."""
        return thing_page(
            iri,
            found,
            names,
            self.profile,
            Site.of(self.project, language),
            language=language,
            today=self.setting.day,
            personal=self.setting.counts.personal,
        )

    def _viewed(
        self,
        shown: ThingPage,
        found: dict[str, Any],
        folder: str,
        language: str,
        json_ld: dict[str, Any],
        forms: list[dict[str, str]],
    ) -> tuple[str, bytes]:
        """Draw the page of a thing that has a view by its kind."""
        return self.page(
            "page.html",
            folder,
            language,
            page=shown,
            json_ld=json_ld,
            forms=forms,
            section=shown.section,
            read_shown=len(found["read"]),
            as_of=found["day"],
        )

    def _namespace(self, namespace: str) -> Iterator[tuple[str, bytes]]:
        """Draw the page of a namespace: of hash IRIs, or of a vocabulary."""
        iri = namespace.rstrip("#/")
        terms = self.defined.terms(namespace)
        found, about = self.describer.terms(terms), self.describer.thing(iri)
        labels = about["labels"]
        labels.update(found["labels"])
        for triple in self.defined.about(iri):
            about["facts"].append(said := entry(triple))
            if triple.predicate.value == f"{DCTERMS}title":
                labels[iri] = [*labels.get(iri, ()), said["o"][1:3]]
        folder = self.folder(Page("namespace", namespace))
        for language in self.setting.languages:
            names = self.names(folder, language, labels)
            yield self.page(
                "terms.html",
                folder,
                language,
                thing=thing_model(iri, without_terms(about, found["terms"]), names, self._uses(iri)),
                terms=term_tree(found["terms"], namespace, names, language, self._uses),
                shapes=[shape_model(name, said, namespace, names) for name, said in self.defined.shapes(terms).items()],
                forms=self._forms(folder, language),
                is_term=False,
                dump="",
            )
        document = self.describer.said_in_document(iri, terms)
        yield from self._data(folder, iri, self._triples(document, (iri, *terms)))

    def list_pages(self) -> dict[Page, str]:
        """Return the pages of lists and of links, each with a digest of what it shows."""
        lists = list_pages(self.describer, self.setting.day.isoformat())
        found = {Page("list", at.key): digest for at, digest in lists}
        for iri, digests in self.setting.linked.items():
            found |= {Page("links", LinksAt(iri, number).key): it for number, it in enumerate(digests, 1)}
        return found

    def _list(self, at: ListAt) -> Iterator[tuple[str, bytes]]:
        """Draw a page of a list."""
        self.reads.seen.add(noted(at.key))
        folder = self.layout.in_list(*at)
        found = self.describer.listed(*at, today=self.setting.day.isoformat())
        for language in self.setting.languages:
            names = self.names(folder, language, found["reading"]["labels"], found["reading"]["kinds"])
            shown = list_page(
                at.kind,
                found,
                names,
                self.profile,
                Site.of(self.project, language),
                facet=at.facet,
                value=at.value,
                number=at.number,
                language=language,
                today=self.setting.day,
            )
            yield self.page("list.html", folder, language, list=shown, section=f"/{at.kind}")

    def _links_to(self, at: LinksAt) -> Iterator[tuple[str, bytes]]:
        """Draw a page of all that leads to an IRI."""
        self.reads.seen.add(noted(at.key))
        folder = self.layout.in_links(*at)
        for language in self.setting.languages:
            found = self.describer.links(*at, language, self.setting.called)
            names = self._names_on_pages(folder, language, found["reading"])
            site, day = Site.of(self.project, language), self.setting.day
            shown = links_page(at.iri, found, names, self.profile, site, number=at.number, language=language, today=day)
            yield self.page("links.html", folder, language, links=shown, for_crawlers=False)

    # -- data

    def _triples(self, said: Sequence[ox.Triple], names: Iterable[str]) -> list[ox.Triple]:
        triples = [*said, *chain.from_iterable(map(self.defined.shape_triples, names))]
        if not any(isinstance(node, ox.BlankNode) for it in triples for node in (it.subject, it.object)):
            return triples
        # nodes without a name are called something else each time that a file is read (RDF Dataset Canonicalization)
        dataset = ox.Dataset(ox.Quad(it.subject, it.predicate, it.object) for it in triples)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return [quad.triple for quad in dataset]

    def _tree(self, triples: Iterable[ox.Triple], iri: str) -> dict[str, Any]:
        return json_ld(triples, self.profile, id_base=self.project.id_base, root=iri)

    def _data(self, folder: str, iri: str, triples: list[ox.Triple]) -> Iterator[tuple[str, bytes]]:
        """Write what is said of an IRI, and of the document."""
        page = self.layout.address(folder, self.setting.languages[0])
        said = said_of_document(iri, self.project.base, self.project.published)
        yield f"{folder}{DATA['jsonld']}", json_bytes(including(self._tree(triples, iri), page, said))
        prefixes = {**self.profile.query_prefixes(self.project.id_base), "foaf": FOAF, "void": VOID}
        everything = [*triples, *(link(page, *it) for it in said.items())]
        yield f"{folder}{DATA['turtle']}", write_triples(everything, serialization("turtle"), prefixes)

    def _forms(self, folder: str, language: str, *, calendar: bool = False) -> list[dict[str, str]]:
        links = self.links(folder, language)
        forms = [
            {"name": _MEDIA_TYPES[form][0], "href": links.file(folder + name), "media_type": _MEDIA_TYPES[form][1]}
            for form, name in DATA.items()
        ]
        if calendar:
            name = str(messages(language)["calendar"])
            forms.append({"name": name, "href": links.file(folder + CALENDAR), "media_type": "text/calendar"})
        return forms

    def _redirect(self, folder: str) -> tuple[str, bytes]:
        """Return what stands at a thing's own IRI on a host that cannot redirect: a page that sends on."""
        place = f"id/{folder.removeprefix('doc/')}"
        target = html.escape(self.links(place, self.setting.languages[0]).page(folder))
        address = html.escape(self.layout.address(folder, self.setting.languages[0]))
        text = (
            "<!DOCTYPE html>\n"
            f'<html lang="{self.setting.languages[0]}"><head><meta charset="utf-8"><title>→</title>\n'
            f'<meta name="robots" content="noindex"><link rel="canonical" href="{address}">\n'
            f'<meta http-equiv="refresh" content="0; url={target}"></head>\n'
            f'<body><a href="{target}">{address}</a></body></html>\n'
        )
        return f"{place}{PAGE}", text.encode()


def entry(triple: ox.Triple) -> dict[str, Any]:
    """Return a statement of a file of shapes as descriptions have those of the dataset."""
    return {"s": term(triple.subject), "p": triple.predicate.value, "o": term(triple.object), "graphs": []}


def fingerprint(setting: Setting, profile: Profile, version: str) -> str:
    """Return what pages depend on besides the graph, as a digest: where it is another one, all are drawn anew."""
    parts = (
        version,
        profile.digest,
        setting.url,
        setting.languages,
        # what is valid, and what runs out, depends on it
        setting.day,
        setting.project.base,
        setting.project.serve,
        setting.project.published,
        setting.project.statuses,
        load_day_queries(setting.project, profile.query_prefixes(setting.project.id_base)),
        Assets(setting.project.published).digest,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
