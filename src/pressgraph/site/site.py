"""Write a site: the published copy, the pages that a change touches, the files that are no pages, what is gone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.dataset.failures import DamagedError
from pressgraph.dataset.graphs import stands_apart
from pressgraph.feeds import File
from pressgraph.i18n import gettext
from pressgraph.pages.messages import LANGUAGES
from pressgraph.pages.view.pointing import ABOUT, Pointing
from pressgraph.pages.view.statements import DEFAULT, DERIVED, MOST_LINKS, NOT_POINTING, TYPE
from pressgraph.processes import rare_collections
from pressgraph.query.names import SCHEME
from pressgraph.site.drawing import Drawer, Page, Setting, fingerprint
from pressgraph.site.folder import Folder, changed_parts, write
from pressgraph.site.kept import kept_of
from pressgraph.site.lists import links_digests, patterns_of_lists
from pressgraph.site.named import Named, named_anew, named_in
from pressgraph.site.processes import FEW, Drawing
from pressgraph.site.published import earlier_copy, published_copy
from pressgraph.site.queries import QUERIES, QueryPages, queries_digest
from pressgraph.site.reads import (
    affected,
    altered,
    difference,
    patterns_of,
    patterns_of_called,
    patterns_of_examples,
    patterns_of_links,
    patterns_of_names,
    patterns_of_personal,
    patterns_of_uses,
    renamed,
    touches,
)
from pressgraph.site.whole import Group, Keys, whole_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.site.kept import Kept, Standing
    from pressgraph.site.published import Copy
    from pressgraph.site.whole import Parts

_RUN = "run"
_TOGETHER = 1024 * 1024
"""Bytes of files that are noted and written together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What became of a site: how many pages and files it has, and what was done to the files."""

    pages: int
    files: int
    drawn: int
    """Pages that were drawn: all, or those that a change touches."""
    written: int
    """Files whose content is another one than before."""
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    """Files of others that stand where one of the site's belongs, and stay."""
    warnings: tuple[tuple[str, str], ...] = ()
    """What is missing, each with what to do."""


class _News(NamedTuple):
    """What has changed since the run before."""

    quads: set[ox.Quad]
    renamed: set[ox.NamedNode]
    """Things that may have another name."""
    patterns: set[int]


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run notes of itself for the next one."""

    fingerprint: str
    copy: str
    named: Named
    others: list[str]
    """The IRIs of others that have a page."""
    lists: dict[str, str]
    """By page of a list, a digest of what it shows; and one of what all pages of queries depend on."""
    linked: dict[str, list[str]]
    """Digests of the pages of all that leads to an IRI, where that is much."""
    key_of_others: str
    """What tells whether something else is said of others than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a run works with."""

    folder: Folder
    kept: Kept
    drawing: Drawing
    copy: Copy
    drawer: Drawer
    queries: QueryPages
    progress: Callable[[int, int], object]


class _Pages:
    """Draws pages that are not as they were drawn in the run before, of which everything else is known.

    `known` is whether that is so of any, and `broken` what has files that are not as they were written.
    """

    def __init__(self, work: _Work, *, known: bool, broken: set[int]) -> None:
        self._work = work
        self._pages = work.kept.pages()
        self._known = known
        self._broken = broken
        self.drawn = 0
        self.written = 0
        """Files with another content than before."""

    def keep(self, pages: Collection[Page]) -> None:
        """Forget all but some pages, which are all of the site."""
        gone = [it for it in self._pages.items() if it[0] not in pages]
        self._work.kept.drop(gone)
        for page, _ in gone:
            del self._pages[page]

    def draw(self, pages: Iterable[Page], changed: set[int], *, later: int = 0) -> None:
        """Draw pages with what is set now; `changed` are patterns, and so many other pages are drawn `later`."""
        work = self._work
        todo = _by_source(work.drawer.store, self._todo(pages, changed))
        work.folder.begin(name for page in todo for name in work.drawer.file_names(page))
        end = self.drawn + len(todo) + (0 if self._known else later)
        # who draws all of very many does so for the few that come last, too
        many = len(todo) > FEW or (not self._known and self.drawn > FEW)
        for it in work.drawing.draw(todo, many=many):
            work.kept.put(it.page, it.files, reads=it.reads, asked=it.asked)
            if it.entry is not None:
                work.kept.put_entry(it.page.iri, it.entry)
            self.drawn += 1
            self.written += it.changed
            work.progress(self.drawn, end)

    def _todo(self, pages: Iterable[Page], changed: set[int]) -> list[Page]:
        """Return the pages that are not as they would be drawn now."""
        wanted = {page: self._pages.get(page) for page in pages}
        if not self._known:
            return list(wanted)
        numbers = set(wanted.values()) - self._broken
        reads = ((number, taken) for number, taken in self._work.kept.reads() if number in numbers)
        numbers -= affected(reads, changed)
        # most answers are as before where what they are made from is another
        asked = {number: it for number, it in self._work.kept.asked().items() if number in numbers}
        numbers -= self._work.queries.answered_anew(asked)
        return [page for page, number in wanted.items() if number is None or number not in numbers]


class _Files:
    """Writes the files about the graph as a whole that are not as they were written in the run before.

    `changed` are the patterns of what has changed since; None where nobody knows.
    """

    def __init__(self, work: _Work, *, changed: set[int] | None, broken: set[int]) -> None:
        self._work = work
        self._changed = changed
        self._broken = broken
        self.written = 0
        """Files with another content than before."""

    def put(self, group: Group) -> None:
        """Write the files of a group, where they are made from something else than before, or are not as they were."""
        number, key, reads = self._work.kept.group(group.name) or (0, None, b"")
        is_known = self._changed is not None and not touches(reads, self._changed)
        if key == group.key and number not in self._broken and (is_known or not group.notes_reads):
            return
        folder = self._work.folder
        files: dict[str, Standing] = {}
        for some in _together(group.make()):
            # each time that new files are noted, the disk is waited for
            folder.begin(it.name for it in some)
            for it in some:
                if it.name not in folder.foreign:
                    is_other, files[it.name] = write(
                        folder.path, it.name, it.content if isinstance(it, File) else it.parts
                    )
                    self.written += is_other
        taken = self._work.drawer.reads.taken()
        self._work.kept.put_group(group.name, files, key=group.key, reads=taken if group.notes_reads else b"")


def _together(files: Iterable[File | Parts]) -> Iterator[list[File | Parts]]:
    """Yield files in lists: many small ones together, and large ones alone, so that few are in memory."""
    some: list[File | Parts] = []
    size = 0
    for it in files:
        some.append(it)
        size += len(it.content) if isinstance(it, File) else _TOGETHER
        if size >= _TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


@rare_collections()
def write_site(
    project: Project,
    profile: Profile,
    saved_queries: Mapping[str, SavedQuery],
    out: Path,
    *,
    day: date,
    version: str,
    url: str | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> SiteResult:
    """Write the site of what is built into a folder; files that need not change are left alone.

    `url` is the address of the first page, by default the configuration's, else the project's base. `day` is the day
    that the site is made for: the same facts and the same day give the same bytes.

    Raises StoreError before the first build, PressgraphError for a folder that cannot be one, OSError.
    """
    address = f"{(url or project.published.url or project.base).rstrip('/')}/"

    def written() -> SiteResult:
        with kept_of(project, out) as kept:
            folder = Folder(out, kept)
            folder.open()
            copy = published_copy(project)
            drawer = _drawer(project, profile, saved_queries, copy, address, day)
            queries = QueryPages(drawer)
            with Drawing(queries, folder, jobs=jobs) as drawing:
                work = _Work(
                    folder=folder,
                    kept=kept,
                    copy=copy,
                    drawer=drawer,
                    queries=queries,
                    drawing=drawing,
                    progress=progress,
                )
                made = _written(work, fingerprint(drawer.setting, profile, version))
            return replace(made, warnings=tuple(_warnings(project, drawer, url)))

    try:
        return written()
    except DamagedError:
        # all of it can be made again
        return written()


def _written(work: _Work, mark: str) -> SiteResult:
    """Write what is not as it was written in the run before; `mark` is what all pages depend on."""
    kept, copy, drawer = work.kept, work.copy, work.drawer
    setting = drawer.setting
    broken = changed_parts(work.folder.path, kept)
    before = kept.noted(_RUN, _Run)
    if before is not None and before.fingerprint != mark:
        before = None
        kept.forget()
    news = _news(before, copy, setting)
    asked = () if news is None else (it for it in kept.asked().values() if touches(it.patterns, news.patterns))
    # the engine takes its time, but no Python
    with work.queries.asking(asked):
        named = named_in(drawer) if before is None or news is None else named_anew(drawer, before.named, news.quads)
        linked = _linked(drawer, named, before, news)
        setting = replace(setting, linked={iri: digests for iri, digests in linked.items() if digests})
        drawer.use(setting)
        lists = drawer.list_pages()
        listed = {it.iri: digest for it, digest in lists.items()}
        listed[QUERIES] = queries_digest(setting.saved_queries, copy.counts)
        own = [*_pages(drawer, named), *(it for it in lists if it.kind == "list")]
        # some queries take as long as many pages: who begins with them does not wait for them in the end
        naming = [Page("query", name) for name in ("", *setting.saved_queries)]
        naming += (it for it in lists if it.kind == "links")
        files = _Files(work, changed=None if news is None else news.patterns, broken=broken)
        # before the pages, which would be shown without styles until all are drawn
        files.put(Group("assets", drawer.assets.digest, lambda: (File(*it) for it in drawer.assets.files().items())))
        changed = set[int]()
        if before is not None and news is not None:
            changed = news.patterns | patterns_of_lists(before.lists, listed)
        pages = _Pages(work, known=news is not None, broken=broken)
        pages.keep({*own, *naming})
        pages.draw(own, changed, later=len(naming))
        # these name things as their own pages do
        drawer.use(replace(setting, called={iri: names for iri, _, names in kept.called()}))
        pages.draw(naming, changed | patterns_of_called(kept.renamed))
    keys = _keys(copy, listed[QUERIES], setting.project.id_base, before, news)
    for group in whole_files(drawer, copy, kept, named, keys, None if news is None else news.quads):
        files.put(group)
    removed = work.folder.finish()
    run = _Run(
        fingerprint=mark,
        copy=copy.identity,
        named=named,
        others=list(setting.others),
        lists=listed,
        linked=linked,
        key_of_others=keys.others,
    )
    kept.note(_RUN, run)
    return SiteResult(
        pages=(len(own) + len(naming)) * len(setting.languages),
        files=kept.number_of_files(),
        drawn=pages.drawn * len(setting.languages),
        written=pages.written + files.written,
        removed=tuple(removed),
        kept=tuple(sorted(work.folder.foreign)),
    )


def _keys(copy: Copy, queries: str, id_base: str, before: _Run | None, news: _News | None) -> Keys:
    """Return what tells whether files about the graph as a whole are made from something else than before."""
    key = f"{copy.identity} {queries}"
    of_counts = hashlib.sha256(f"{copy.counts} {queries}".encode()).hexdigest()
    # of what is said of others, such as the names of terms, entries say nothing
    if before is None or news is None or not all(str(it.subject).startswith(f"<{id_base}") for it in news.quads):
        return Keys(key, of_counts, others=key)
    return Keys(key, of_counts, others=before.key_of_others)


def _drawer(
    project: Project,
    profile: Profile,
    saved_queries: Mapping[str, SavedQuery],
    copy: Copy,
    address: str,
    day: date,
) -> Drawer:
    """Return what draws the pages of a copy, but for what needs to know which pages there are."""
    first = project.language if project.language in LANGUAGES else "en"
    languages = (first, *(tag for tag in LANGUAGES if tag != first))
    setting = Setting(
        project=project,
        url=address,
        languages=languages,
        day=day,
        store=copy.snapshot.path / "store",
        counts=copy.counts,
        others={},
        sources={},
        called={},
        linked={},
        saved_queries=saved_queries,
    )
    drawer = Drawer(setting, profile=profile)
    layout, sources = drawer.layout, _sources(drawer.store, project)
    counts = copy.counts
    others = {iri for iri in (*counts.properties, *counts.classes) if layout.spot(iri) is None}
    # a term with a place on the page of its namespace has another one that says how it is used
    others |= {iri for iri, uses in counts.uses.items() if uses and "#" in iri}
    others |= {iri for iri in sources.values() if layout.spot(iri) is None}
    setting = replace(setting, others={iri: layout.other(iri) for iri in sorted(others)})
    drawer.use(setting)
    folders = {name: drawer.folder(Page("other" if iri in others else "thing", iri)) for name, iri in sources.items()}
    drawer.use(replace(setting, sources=folders))
    return drawer


def _linked(drawer: Drawer, named: Named, before: _Run | None, news: _News | None) -> dict[str, list[str]]:
    """Return the IRIs that more leads to than their pages show, with a digest of each page of all that does.

    Where nothing has changed of that since the run before, they are those of then.
    """
    store, layout = drawer.store, drawer.layout
    known = before.linked if before is not None and news is not None else {}
    graphs = GraphNames(id_base=drawer.project.id_base)
    anew = _led_to_anew(store, news, graphs) if news is not None else set[str]()
    changed = _led_to_otherwise(store, news.quads, graphs) if news is not None else {}
    pointing = Pointing(store, graphs)
    found: dict[str, list[str]] = {}
    for iri in named.hubs:
        is_known = iri in known and iri not in anew
        if is_known and iri not in changed:
            found[iri] = known[iri]
        elif (iri in layout.others or layout.has_page(iri)) and _is_much_linked(store, iri):
            same = is_known and not changed[iri]
            found[iri] = known[iri] if same else links_digests(pointing, iri, drawer.setting.languages)
    return found


def _led_to_otherwise(store: ox.Store, quads: Iterable[ox.Quad], graphs: GraphNames) -> dict[str, bool]:
    """Return what other triples lead to than before, and whether these are of other things, as pages list them.

    A fact that says something else is another graph, and a source stands for its facts.
    """
    came: dict[str, set[tuple[str, str | None, str]]] = {}
    went: dict[str, set[tuple[str, str | None, str]]] = {}
    for quad in quads:
        graph, thing, value = quad.graph_name, quad.subject, quad.object
        if not isinstance(graph, ox.NamedNode) or stands_apart(graph.value) or not isinstance(value, ox.NamedNode):
            continue
        there = (came if quad in store else went).setdefault(value.value, set())
        if isinstance(thing, ox.NamedNode):
            source = graphs.source_behind(thing.value)
            there.add((quad.predicate.value, source, thing.value if source is None else ""))
    return {iri: came.get(iri) != went.get(iri) for iri in came.keys() | went.keys()}


def _led_to_anew(store: ox.Store, news: _News, graphs: GraphNames) -> set[str]:
    """Return what things lead to that have another name now: what leads to a thing is in the order of names."""
    anew = news.renamed | {it.subject for it in news.quads if it.predicate == SCHEME}
    # a label without a name is called as its scheme is, and a source stands for its facts
    anew |= {it.subject for name in anew for it in store.quads_for_pattern(None, SCHEME, name, DEFAULT)}
    about = [it.subject for name in anew for it in store.quads_for_pattern(None, ABOUT, name, DEFAULT)]
    sources = {graphs.source_behind(it.value) for it in about if isinstance(it, ox.NamedNode)} - {None}
    told = (ox.NamedNode(f"{of}{it}") for it in sources for of in (graphs.provenance, graphs.derivation))
    anew |= {it.subject for graph in told for it in store.quads_for_pattern(None, None, None, graph)}
    leading = (it for name in anew for it in store.quads_for_pattern(name, None, None, DEFAULT))
    return {it.object.value for it in leading if isinstance(it.object, ox.NamedNode)}


def _is_much_linked(store: ox.Store, iri: str) -> bool:
    quads = store.quads_for_pattern(None, None, ox.NamedNode(iri), DEFAULT)
    pointing = (it for it in quads if it.predicate not in NOT_POINTING)
    return sum(1 for _ in islice(pointing, MOST_LINKS)) >= MOST_LINKS


def _sources(store: ox.Store, project: Project) -> dict[str, str]:
    """Return the sources' IRIs, by what their graphs call them."""
    prefix = GraphNames(id_base=project.id_base).provenance
    # the engine looks only into named graphs
    rows = store.query(f"SELECT ?graph ?source {{ GRAPH ?graph {{ ?graph {ABOUT} ?source FILTER(isIRI(?source)) }} }}")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    found = sorted((row["graph"].value, row["source"].value) for row in rows)
    return {graph.removeprefix(prefix): source for graph, source in found if graph.startswith(prefix)}


def _pages(drawer: Drawer, named: Named) -> Iterator[Page]:
    """Yield the pages of the things that a graph names, of concepts, of namespaces and of terms of others."""
    layout = drawer.layout
    yield from (Page("thing", it) for it in named.things)
    yield from (Page("namespace", it) for it in layout.namespaces.values())
    yield from (Page("concept", it) for it in layout.concepts)
    yield from (Page("other", it) for it in drawer.setting.others)


def _by_source(store: ox.Store, pages: Iterable[Page]) -> list[Page]:
    """Return pages of things by the sources that tell of them, those of others first: neighbours read the same."""

    def source(page: Page) -> str:
        if page.kind != "thing":
            return ""
        stated = store.quads_for_pattern(ox.NamedNode(page.iri), TYPE, None, None)
        graphs = (it.graph_name for it in stated if isinstance(it.graph_name, ox.NamedNode))
        sources = (it.object for graph in graphs for it in store.quads_for_pattern(graph, DERIVED, None, None))
        return str(next(sources, ""))

    return sorted(pages, key=source)


def _news(before: _Run | None, copy: Copy, setting: Setting) -> _News | None:
    """Return what has changed since the run before; None where nothing tells it."""
    if before is None:
        return None
    if before.copy == copy.identity:
        return _News(set(), set(), set())
    earlier = earlier_copy(setting.project, before.copy)
    if earlier is None:
        return None
    stores = earlier.snapshot.open(), copy.snapshot.open()
    quads = difference(*stores, _altered(earlier, copy, setting.project.id_base))
    things = renamed(quads, *stores)
    patterns = patterns_of(quads, *stores) | patterns_of_names(things) | patterns_of_examples(quads, *stores)
    patterns |= patterns_of_uses(earlier.counts.uses, copy.counts.uses)
    patterns |= patterns_of_personal(earlier.counts.personal, copy.counts.personal)
    patterns |= patterns_of_links(before.others, setting.others)
    return _News(quads, things, patterns)


def _altered(earlier: Copy, copy: Copy, id_base: str) -> set[str]:
    """Return the graphs of two copies that may hold something else in one of them."""
    if copy.altered is not None and copy.altered.before == earlier.identity:
        return set(copy.altered.graphs)
    # other copies were between them, or nothing tells what was withheld of the one before
    found = altered(earlier.snapshot.open(), copy.snapshot.open(), GraphNames(id_base=id_base))
    return found | earlier.withheld | copy.withheld


def _warnings(project: Project, drawer: Drawer, url: str | None) -> Iterator[tuple[str, str]]:
    """Yield what is missing of a site, each with what to do."""
    if not url and not project.published.url:
        yield (
            gettext("nothing says where the site is published; its pages say {url}", url=drawer.setting.url),
            gettext("give --url, or write 'url' under [publish] in pressgraph.toml"),
        )
    if not (project.published.imprint or project.serve.imprint):
        yield (
            gettext("the pages have no imprint, which the law of many countries wants"),
            gettext("write its address as 'imprint' under [publish] in pressgraph.toml"),
        )
    if not drawer.assets.has_engine:
        yield (
            gettext("the pages cannot answer SPARQL in the browser: this program was built without Node"),
            gettext("'make assets' in a checkout makes what is missing"),
        )
