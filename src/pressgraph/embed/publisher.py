"""Edit pages from a built graph: find what each is about, write its data, put it in."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pressgraph.convert import is_stream
from pressgraph.dataset.withholding import Rules
from pressgraph.embed.addresses import address_of_file, bare, is_address
from pressgraph.embed.block import Block, PageLink
from pressgraph.embed.conflicts import OnConflict, existing_markup, join
from pressgraph.embed.consumers import GOOGLE, Advice, advise
from pressgraph.embed.data import FULL_DEPTH, PageContext, PageData, full_data
from pressgraph.embed.day import load_day_queries
from pressgraph.embed.files import read_page, write_page
from pressgraph.embed.page import Page
from pressgraph.embed.subject import mapped, named_by, page_words
from pressgraph.errors import DataError, PageError
from pressgraph.export.published import PublishedGraph
from pressgraph.export.select import select
from pressgraph.facts import read_facts
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pressgraph.embed.conflicts import ExistingMarkup
    from pressgraph.embed.day import DayQuery
    from pressgraph.embed.subject import PageWords
    from pressgraph.project import Project
    from pressgraph.validation import ValidatedDataset

_PAGE_OF = ("mainEntityOfPage", "url")


class Status(enum.Enum):
    """What became of a page, or would."""

    EMBEDDED = "embedded"
    UPDATED = "updated"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"

    @property
    def changes(self) -> bool:
        """Whether the page's bytes change."""
        return self in {Status.EMBEDDED, Status.UPDATED, Status.REMOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedOptions:
    """What to put into pages: about which id (None: as the page says), for whom, and how."""

    about: str | None = None
    audience: str = "google"
    links: bool = False
    on_conflict: OnConflict = OnConflict.LINK
    must_say: bool = True
    """Whether a page that does not say what it is about is a mistake, or merely left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A page before and after, and what there is to say about it."""

    status: Status
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    about: str | None = None
    notes: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()


def strip(html: bytes) -> Edit:
    """Take our block out of a page."""
    try:
        after = Page(html).remove()
    except PageError as error:
        return refused(html, error)
    return Edit(status=Status.REMOVED if after != html else Status.UNCHANGED, before=html, after=after)


class Publisher:
    """Write data of a built graph into pages. One object edits many pages of one project.

    `day` is the day that the pages are of: what held before and no more, such as a role, is not said.
    """

    def __init__(self, dataset: ValidatedDataset, project: Project, *, day: datetime.date) -> None:
        self.dataset = dataset
        self.project = project
        self.day = day
        self._data: dict[str, PageData] = {}
        self._iris: dict[str, str] = {}
        self._advice: dict[tuple[str, str | None], tuple[Advice, ...]] = {}

    # -- pages

    def edit(self, html: bytes, options: EmbedOptions, *, path: Path | None = None) -> Edit:
        """Put a block into a page, or bring it up to date.

        Nothing is raised for a page that cannot be edited; its status says so.

        Raises DataError for an id, stated in `options`, that nothing published describes.
        """
        try:
            return self._edit(html, options, path)
        except PageError as error:
            return refused(html, error)

    def _edit(self, html: bytes, options: EmbedOptions, path: Path | None) -> Edit:
        page = Page(html)
        address = self._address(path)
        words = page_words(page, address)
        if options.about is not None:
            iri = self._known(options.about)
        else:
            subject = self._subject(words, path, address)
            if subject is None:
                return self._without_subject(html, options)
            try:
                iri = self._known(subject)
            except DataError as error:
                raise PageError(error.reason, hint=error.hint) from error
        existing = existing_markup(page, self.dataset.profile, base=words.base)
        notes = list(existing.notes)
        about = self.dataset.profile.shrink(iri, self.project.id_base)
        if existing:
            what = _counts(existing)
            carried = gettext("carries structured data already ({what})", what=what)
            if options.on_conflict is OnConflict.FAIL:
                return refused(
                    html, PageError(gettext("the page carries structured data already ({what})", what=what)), about
                )
            if options.on_conflict is OnConflict.SKIP:
                return Edit(status=Status.SKIPPED, before=html, after=html, about=about, notes=(carried,))
            if options.on_conflict is OnConflict.WARN:
                notes.append(carried)
        context = PageContext(language=words.language, fallback=self.project.language, url=words.canonical or address)
        block = self.block(iri, options, context, existing=existing if options.on_conflict is OnConflict.LINK else None)
        after = page.embed(block)
        changed = Status.UPDATED if page.tree.own else Status.EMBEDDED
        status = changed if after != html else Status.UNCHANGED
        return Edit(
            status=status,
            before=html,
            after=after,
            about=about,
            notes=tuple(notes),
            advice=self._advise(iri, context) if options.audience == GOOGLE else (),
        )

    def block(
        self, about: str, options: EmbedOptions, context: PageContext, *, existing: ExistingMarkup | None = None
    ) -> Block:
        """Return the block about a thing, an IRI or an id.

        Raises DataError for an id that nothing published describes.
        """
        iri = self._known(about)
        if options.audience == GOOGLE:
            document = self.data(iri).google(context)
            if existing:
                document = join(document, existing, self.dataset.profile)
        else:
            document = self.full(iri)
        return Block(
            data=document, audience=options.audience, about=iri, links=self.links(iri) if options.links else ()
        )

    def snippet(self, about: str, options: EmbedOptions, context: PageContext) -> str:
        """Return the script element about a thing, for editors who have no page file.

        Raises DataError for an id that nothing published describes.
        """
        return self.block(about, options, context).write(1, "\n") + "\n"

    def links(self, iri: str) -> tuple[PageLink, ...]:
        """Return the links from a page to the documents about a thing: what it says, as RDF.

        A thing of somebody else's has none.
        """
        base = self.project.id_base
        if not iri.startswith(base):
            return ()
        document = f"{self.project.base}doc/{iri.removeprefix(base)}"
        return (
            PageLink(rel="alternate", href=f"{document}.jsonld", media_type="application/ld+json"),
            PageLink(rel="describedby", href=f"{document}.ttl", media_type="text/turtle"),
        )

    def data(self, iri: str) -> PageData:
        """Return what search engines are told of a thing; what is withheld is not in it."""
        data = self._data.get(iri)
        if data is None:
            data = self._data[iri] = PageData(
                self._graph, iri, queries=self._day_queries, day=self.day, order=self._order
            )
        return data

    def full(self, iri: str) -> dict[str, Any]:
        """Return the whole description of a thing as JSON-LD; what is withheld is not in it."""
        rules, statuses = Rules.of(self.project), self.project.statuses
        selection = select(self.dataset, about=iri, depth=FULL_DEPTH, rules=rules, statuses=statuses)
        url = self.project.published.url
        # sites and servers have the context beside the pages
        return full_data(selection, context=f"{url}/context.jsonld" if url else None)

    @cached_property
    def _graph(self) -> PublishedGraph:
        return PublishedGraph.of(self.dataset, Rules.of(self.project), statuses=self.project.statuses)

    @cached_property
    def _day_queries(self) -> tuple[DayQuery, ...]:
        return load_day_queries(self.project, self.dataset.profile.query_prefixes(self.project.id_base))

    # -- what a page is about

    def _known(self, about: str) -> str:
        iri = self._iris.get(about)
        if iri is None:
            selection = select(self.dataset, about=about, depth=0, rules=Rules.of(self.project))
            iri = self._iris[about] = str(selection.root)
        return iri

    def _subject(self, words: PageWords, path: Path | None, address: str | None) -> str | None:
        if words.about is not None:
            return words.about
        pages = self.project.embedding.pages
        if pages:
            names = [words.canonical or "", address or ""]
            if path is not None:
                names.append(self.project.name_of(path))
            subject = mapped(pages, names)
            if subject is not None:
                return subject
        for iri in named_by(words.links, self.project.base):
            if self._described(iri):
                return iri
        for url in (words.canonical, address):
            things = self._by_page.get(bare(url), []) if url is not None else []
            if len(things) == 1:
                return things[0]
        return words.block_about

    def _described(self, iri: str) -> bool:
        try:
            self._known(iri)
        except DataError:
            return False
        return True

    @cached_property
    def _by_page(self) -> dict[str, list[str]]:
        """Things by the address of the page about them, as the facts state it."""
        import pyoxigraph as ox

        subjects: dict[str, list[str]] = {}
        for word in _PAGE_OF:
            for quad in self.dataset.store.quads_for_pattern(None, ox.NamedNode(SCHEMA + word), None, None):
                url, thing = getattr(quad.object, "value", ""), getattr(quad.subject, "value", "")
                if is_address(url) and thing not in subjects.setdefault(bare(url), []):
                    subjects[bare(url)].append(thing)
        return subjects

    def _without_subject(self, html: bytes, options: EmbedOptions) -> Edit:
        if options.must_say:
            error = PageError(
                gettext("the page does not say what it is about"),
                hint=gettext("name it with --about ID, or map the page under [embed.pages] in pressgraph.toml"),
            )
            return refused(html, error)
        notes = ("does not say what it is about",)
        return Edit(status=Status.SKIPPED, before=html, after=html, notes=notes)

    def _address(self, path: Path | None) -> str | None:
        """Return where a file is published, as the configuration says."""
        site = self.project.embedding.site
        if site is None or path is None:
            return None
        folder = (self.project.root / self.project.embedding.folder).resolve()
        try:
            below = path.resolve().relative_to(folder).as_posix()
        except ValueError:
            return None
        return address_of_file(site, below)

    # -- order, advice

    def _order(self, subject: str, predicate: str) -> Sequence[str]:
        """Return the values of a property of a thing in the order of the facts files, which a graph does not keep."""
        return self._stated_order.get((subject, predicate), ())

    @cached_property
    def _stated_order(self) -> dict[tuple[str, str], list[str]]:
        from pressgraph.embed.nodes import ORDERED

        profile, base = self.dataset.profile, self.project.id_base
        keys = [key for word in ORDERED if (key := profile.key_of.get(SCHEMA + word)) is not None]
        ids = Ids(profile, base)
        stated: dict[tuple[str, str], list[str]] = {}
        for path in self.project.facts_files():
            if is_stream(path) or not any(key.name.encode() in path.read_bytes() for key in keys):
                continue
            facts = read_facts(path, profile, id_base=base)
            bodies = [*([facts.source.body] if facts.source is not None else []), *(one.body for one in facts.facts)]
            for body in bodies:
                for key in keys:
                    for value in body.get(key.name, ()):
                        name = value.get("id") if isinstance(value, dict) else value
                        if isinstance(name, str):
                            order = stated.setdefault((ids.iri(str(body["id"])) or "", key.iri), [])
                            order.append(ids.iri(name) or name)
        return stated

    def _advise(self, iri: str, context: PageContext) -> tuple[Advice, ...]:
        advice = self._advice.get((iri, context.language))
        if advice is None:
            data = self.data(iri)
            advice = advise(data.google(context), data, self.dataset.profile, self.project.id_base, consumer=GOOGLE)
            self._advice[iri, context.language] = advice
        return advice


def refused(html: bytes, error: PageError, about: str | None = None) -> Edit:
    """Return what became of a page that is left alone."""
    note = f"{error.reason} ({error.hint})" if error.hint else error.reason
    return Edit(status=Status.REFUSED, before=html, after=html, about=about, notes=(note,))


def _counts(existing: ExistingMarkup) -> str:
    parts = [(existing.blocks, "JSON-LD block"), (existing.items, "microdata item")]
    counts = ", ".join(f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in parts if count)
    types = sorted(existing.types & {"Organization", "WebSite", "Article", "NewsArticle", "WebPage"})
    return f"{counts}: {', '.join(types)}" if types else counts


def edit_file(
    path: Path, edit: Callable[[bytes, Path | None, bool], Edit], *, must_say: bool = True, write: bool = True
) -> Edit:
    """Edit the page in a file, and write it; one that cannot be edited, read or written is refused and left alone."""
    html = b""
    try:
        html = read_page(path)
        edited = edit(html, path, must_say)
        if edited.status.changes and write:
            write_page(path, edited.before, edited.after)
    except PageError as error:
        return refused(html, error)
    except OSError as error:
        return refused(html, PageError(error.strerror or str(error)))
    return edited
