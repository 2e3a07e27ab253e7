"""Write a site: the published copy, the pages that a change touches, the files that are no pages, what is gone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.feeds import File
from pressgraph.i18n import gettext
from pressgraph.pages.messages import LANGUAGES
from pressgraph.pages.view.pointing import ABOUT, Pointing
from pressgraph.pages.view.statements import DEFAULT, DERIVED, MOST_LINKS, NOT_POINTING, TYPE
from pressgraph.processes import processors, rare_collections
from pressgraph.project import write_atomically
from pressgraph.query.names import SCHEME
from pressgraph.site.downloads import Earlier
from pressgraph.site.drawing import Drawer, Page, Setting, fingerprint
from pressgraph.site.folder import Folder, stats_of, unchanged_stats, write
from pressgraph.site.lists import links_digests, patterns_of_lists
from pressgraph.site.processes import FEW, draw_pages
from pressgraph.site.published import FOLDER, earlier_copy, published_copy
from pressgraph.site.queries import QUERIES, QueryPages, queries_digest
from pressgraph.site.reads import (
    Answers,
    affected,
    altered,
    difference,
    matching,
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
from pressgraph.site.told import Entry  # noqa: TC001 - what is kept is read by its types
from pressgraph.site.whole import Group, whole_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.site.published import Copy

_HASHED = 16
_TOGETHER = 1024 * 1024
"""Bytes of files that are noted and written together."""
_SEAL = 16
"""Bytes of the digest before what is kept: of half a file, nothing can be trusted."""


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


class _Made(NamedTuple):
    """A page as it was made."""

    files: dict[str, str]
    """With their SHA-256."""
    reads: bytes
    entry: Entry | None
    asked: Answers | None


class _News(NamedTuple):
    """What has changed since the run before."""

    quads: set[ox.Quad]
    renamed: set[ox.NamedNode]
    """Things that may have another name."""
    patterns: set[int]


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph names."""

    things: list[str]
    """The IRIs that have a page of their own, sorted."""
    others: list[str]
    """The IRIs of others that not only the profile says something of, sorted."""
    hubs: list[str]
    """The IRIs that very much leads to, sorted."""


class _Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A group of files about the graph as a whole, as they were made."""

    key: str
    files: dict[str, str]
    """With their SHA-256."""


class _State(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a run for the next one."""

    fingerprint: str
    copy: str
    pages: dict[str, _Made]
    """By kind and IRI."""
    whole: dict[str, _Whole]
    """By the name of the group."""
    named: _Named
    others: list[str]
    """The IRIs of others that have a page."""
    lists: dict[str, str]
    """By page of a list, a digest of what it shows; and one of what all pages of queries depend on."""
    linked: dict[str, list[str]]
    """Digests of the pages of all that leads to an IRI, where that is much."""
    stats: dict[str, tuple[int, int]]

    @property
    def called(self) -> dict[str, list[tuple[str, str]]]:
        """What pages of things call them, by language."""
        made = ((key.removeprefix("thing "), it.entry) for key, it in self.pages.items())
        return {iri: entry.called for iri, entry in made if entry is not None}


class _Pages:
    """Draws pages that are not as they were drawn in the run before, of which everything else is known."""

    def __init__(
        self,
        queries: QueryPages,
        folder: Folder,
        before: _State | None,
        jobs: int | None,
        progress: Callable[[int, int], object],
    ) -> None:
        self._queries = queries
        self._folder = folder
        self._before = before
        self._jobs = jobs
        self._progress = progress
        self.made: dict[str, _Made] = {}
        """All pages, by kind and IRI."""
        self.drawn = 0
        self.written = 0
        """Files with another content than before."""
        self.stats: dict[str, tuple[int, int]] = {}
        """Sizes and times of the files of pages that were not drawn."""

    def draw(self, pages: Iterable[Page], changed: set[int], *, later: int = 0) -> None:
        """Draw pages with what is set now; `changed` are patterns, and so many other pages are drawn `later`."""
        wanted = {_key(page): page for page in pages}
        known = self._known(wanted, changed)
        self.made |= known
        folder, drawer = self._folder, self._queries.drawer
        todo = _by_source(drawer.store, (page for key, page in wanted.items() if key not in known))
        folder.begin(name for page in todo for name in drawer.file_names(page))
        end = self.drawn + len(todo) + (0 if known else later)
        # who draws all of very many does so for the few that come last, too
        jobs = processors() if self._jobs is None and not known and self.drawn > FEW else self._jobs
        for it in draw_pages(todo, drawer.setting, folder.path, folder.foreign, self._queries, jobs=jobs):
            self.made[_key(it.page)] = _Made(it.files, it.reads, it.entry, it.asked)
            self.drawn += 1
            self.written += it.changed
            self._progress(self.drawn, end)

    def asking(self, changed: set[int]) -> AbstractContextManager[None]:
        """Ask saved queries again that changed patterns touch, beside what is done within."""
        pages = self._before.pages.values() if self._before is not None else ()
        return self._queries.asking(
            it.asked for it in pages if it.asked is not None and touches(it.asked.patterns, changed)
        )

    def _known(self, wanted: Collection[str], changed: set[int]) -> dict[str, _Made]:
        """Return the pages of the run before that are as they would be drawn now."""
        before = self._before
        if before is None:
            return {}
        pages = {key: it for key, it in before.pages.items() if key in wanted}
        touched = affected({key: it.reads for key, it in pages.items()}, changed)
        pages = {key: it for key, it in pages.items() if key not in touched}
        # most answers are as before where what they are made from is another
        anew = self._queries.answered_anew({key: it.asked for key, it in pages.items() if it.asked is not None})
        pages = {key: it for key, it in pages.items() if key not in anew}
        made = {name: digest for it in pages.values() for name, digest in it.files.items()}
        unchanged = unchanged_stats(self._folder.path, made, before.stats)
        pages = {key: it for key, it in pages.items() if it.files.keys() <= unchanged.keys()}
        self.stats |= {name: unchanged[name] for it in pages.values() for name in it.files}
        return pages


class _Files:
    """Writes the files about the graph as a whole that are not as they were written in the run before."""

    def __init__(self, folder: Folder, before: _State | None) -> None:
        self._folder = folder
        self._known = {} if before is None else before.whole
        made = {name: digest for it in self._known.values() for name, digest in it.files.items()}
        self._standing = {} if before is None else unchanged_stats(folder.path, made, before.stats)
        self.made: dict[str, _Whole] = {}
        """All groups, by their names."""
        self.written = 0
        """Files with another content than before."""

    def put(self, group: Group) -> None:
        """Write the files of a group, where they are made from something else than before, or are not as they were."""
        known = self._known.get(group.name)
        if known is not None and known.key == group.key and known.files.keys() <= self._standing.keys():
            self.made[group.name] = known
            return
        folder, files = self._folder, dict[str, str]()
        for some in _together(group.make()):
            # each time that new files are noted, the list of all is written
            folder.begin(name for name, _ in some)
            for name, content in some:
                if name not in folder.foreign:
                    self.written += write(folder.path, name, content)
                    files[name] = hashlib.sha256(content).hexdigest()
        self.made[group.name] = _Whole(key=group.key, files=files)


def _together(files: Iterable[File]) -> Iterator[list[File]]:
    """Yield files in lists: many small ones together, and large ones alone, so that few are in memory."""
    some: list[File] = []
    size = 0
    for it in files:
        some.append(it)
        size += len(it.content)
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
    folder = Folder(out)
    folder.open()
    copy = published_copy(project)
    drawer = _drawer(project, profile, saved_queries, copy, address, day)
    setting = drawer.setting
    mark = fingerprint(setting, profile, version)
    before = _load(project, out)
    if before is not None and before.fingerprint != mark:
        before = None
    news = _news(before, copy, setting)
    named = _named(drawer) if before is None or news is None else _named_anew(drawer, before.named, news.quads)
    linked = _linked(drawer, named, before, news)
    setting = replace(setting, linked={iri: digests for iri, digests in linked.items() if digests})
    drawer.use(setting)
    lists = drawer.list_pages()
    listed = {it.iri: digest for it, digest in lists.items()}
    listed[QUERIES] = queries_digest(saved_queries, copy.counts)
    own = [*_pages(drawer, named), *(it for it in lists if it.kind == "list")]
    # some queries take as long as many pages: who begins with them does not wait for them in the end
    naming = [*(Page("query", name) for name in ("", *saved_queries)), *(it for it in lists if it.kind == "links")]
    files = _Files(folder, before)
    # before the pages, which would be shown without styles until all are drawn
    files.put(Group("assets", drawer.assets.digest, lambda: (File(*it) for it in drawer.assets.files().items())))
    known = before if news is not None else None
    changed = set[int]() if known is None or news is None else news.patterns | patterns_of_lists(known.lists, listed)
    pages = _Pages(QueryPages(drawer), folder, known, jobs, progress)
    with pages.asking(changed):
        pages.draw(own, changed, later=len(naming))
        entries = {it.iri: entry for it in own if (entry := pages.made[_key(it)].entry) is not None}
        # these name things as their own pages do
        called = {iri: it.called for iri, it in entries.items()}
        drawer.use(replace(setting, called=called))
        pages.draw(naming, changed | patterns_of_called({} if known is None else known.called, called))
    earlier = None
    if known is not None and news is not None:
        earlier = Earlier(out, known.whole["graph"].files, news.quads)
    key = f"{copy.identity} {listed[QUERIES]}"
    for group in whole_files(drawer, copy, own, entries, named.others, key, earlier):
        files.put(group)
    parts = chain((it.files for it in pages.made.values()), (it.files for it in files.made.values()))
    made = dict(chain.from_iterable(it.items() for it in parts))
    removed = folder.finish(made)
    _save(
        project,
        out,
        _State(
            fingerprint=mark,
            copy=copy.identity,
            pages=pages.made,
            whole=files.made,
            named=named,
            others=list(setting.others),
            lists=listed,
            linked=linked,
            stats={**pages.stats, **stats_of(out, made.keys() - pages.stats.keys())},
        ),
    )
    return SiteResult(
        pages=len(pages.made) * len(setting.languages),
        files=len(made),
        drawn=pages.drawn * len(setting.languages),
        written=pages.written + files.written,
        removed=tuple(removed),
        kept=tuple(sorted(folder.foreign)),
        warnings=tuple(_warnings(project, drawer, url)),
    )


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


def _named(drawer: Drawer) -> _Named:
    """Return what the graph names."""
    led_to, told_of = _led_to(drawer.store), set(_told_of(drawer.store))
    return _sorted(
        things=filter(drawer.layout.is_thing, told_of | led_to.keys()),
        others=(it for it in told_of if _is_told_of_others(drawer, ox.NamedNode(it))),
        hubs=(iri for iri, links in led_to.items() if links >= MOST_LINKS),
    )


def _named_anew(drawer: Drawer, before: _Named, quads: Iterable[ox.Quad]) -> _Named:
    """Return what the graph names by what it named before, and the quads that came or went."""
    things, others, hubs = set(before.things), set(before.others), set(before.hubs)
    ends = {end for it in quads for end in (it.subject, it.object) if isinstance(end, ox.NamedNode)}
    for node in ends:
        told = any(True for _ in drawer.store.quads_for_pattern(node, None, None, DEFAULT))
        links = sum(1 for _ in islice(drawer.store.quads_for_pattern(None, None, node, DEFAULT), MOST_LINKS))
        for known, holds in (
            (things, (told or links > 0) and drawer.layout.is_thing(node.value)),
            (others, told and _is_told_of_others(drawer, node)),
            (hubs, links >= MOST_LINKS),
        ):
            (known.add if holds else known.discard)(node.value)
    return _sorted(things, others, hubs)


def _is_told_of_others(drawer: Drawer, node: ox.NamedNode) -> bool:
    """Tell whether an IRI is none of the project's, and not only the profile says something of it."""
    if node.value.startswith(drawer.project.id_base):
        return False
    own = (DEFAULT, ox.NamedNode(GraphNames(id_base=drawer.project.id_base).profile))
    return any(it.graph_name not in own for it in drawer.store.quads_for_pattern(node, None, None, None))


def _sorted(things: Iterable[str], others: Iterable[str], hubs: Iterable[str]) -> _Named:
    return _Named(things=sorted(things), others=sorted(others), hubs=sorted(hubs))


def _led_to(store: ox.Store) -> dict[str, int]:
    """Return the IRIs that something leads to, with how often that is."""
    rows = store.query("SELECT ?n (COUNT(*) AS ?links) { ?s ?p ?n FILTER(isIRI(?n)) } GROUP BY ?n")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    return {row["n"].value: int(row["links"].value) for row in rows}


def _linked(drawer: Drawer, named: _Named, before: _State | None, news: _News | None) -> dict[str, list[str]]:
    """Return the IRIs that more leads to than their pages show, with a digest of each page of all that does.

    Where nothing has changed of that since the run before, they are those of then.
    """
    store, layout = drawer.store, drawer.layout
    known = before.linked if before is not None and news is not None else {}
    changed = news.patterns if news is not None else set()
    graphs = GraphNames(id_base=drawer.project.id_base)
    anew = _led_to_anew(store, news, graphs) if news is not None else set[str]()
    pointing = Pointing(store, graphs)
    found: dict[str, list[str]] = {}
    for iri in named.hubs:
        if iri in known and iri not in anew and matching([(None, None, iri)]).isdisjoint(changed):
            found[iri] = known[iri]
        elif (iri in layout.others or layout.has_page(iri)) and _is_much_linked(store, iri):
            found[iri] = links_digests(pointing, iri, drawer.setting.languages)
    return found


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
    about = store.quads_for_pattern(None, ABOUT, None, None)
    return {
        quad.subject.value.removeprefix(prefix): quad.object.value
        for quad in about
        if quad.subject == quad.graph_name
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
        and quad.subject.value.startswith(prefix)
    }


def _pages(drawer: Drawer, named: _Named) -> Iterator[Page]:
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


def _told_of(store: ox.Store) -> Iterator[str]:
    """Yield the IRIs that something is said of."""
    rows = store.query("SELECT DISTINCT ?n { ?n ?p ?o }")
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    yield from (name.value for row in rows if isinstance(name := row["n"], ox.NamedNode))


def _news(before: _State | None, copy: Copy, setting: Setting) -> _News | None:
    """Return what has changed since the run before; None where nothing tells it."""
    if before is None:
        return None
    if before.copy == copy.identity:
        return _News(set(), set(), set())
    earlier = earlier_copy(setting.project, before.copy)
    if earlier is None:
        return None
    stores = earlier.snapshot.open(), copy.snapshot.open()
    quads = difference(*stores, _altered(earlier, copy, setting.project.id_base) | earlier.withheld | copy.withheld)
    things = renamed(quads, *stores)
    patterns = patterns_of(quads, *stores) | patterns_of_names(things) | patterns_of_examples(quads, *stores)
    patterns |= patterns_of_uses(earlier.counts.uses, copy.counts.uses)
    patterns |= patterns_of_personal(earlier.counts.personal, copy.counts.personal)
    patterns |= patterns_of_links(before.others, setting.others)
    return _News(quads, things, patterns)


def _altered(earlier: Copy, copy: Copy, id_base: str) -> set[str]:
    """Return the graphs of two builds that may hold something else in one of them."""
    if copy.altered is not None and copy.altered.before == earlier.built:
        return set(copy.altered.graphs)
    # other builds were between them
    return altered(earlier.snapshot.open(), copy.snapshot.open(), GraphNames(id_base=id_base))


def _key(page: Page) -> str:
    return f"{page.kind} {page.iri}"


def _state_file(project: Project, out: Path) -> Path:
    name = hashlib.sha256(str(out.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:_HASHED]
    return project.state / FOLDER / f"{name}.state"


def _load(project: Project, out: Path) -> _State | None:
    try:
        data = _state_file(project, out).read_bytes()
        if data[:_SEAL] == hashlib.blake2b(data[_SEAL:], digest_size=_SEAL).digest():
            return msgspec.msgpack.decode(data[_SEAL:], type=_State)
    except (OSError, msgspec.MsgspecError):
        pass
    return None


def _save(project: Project, out: Path, state: _State) -> None:
    data = msgspec.msgpack.encode(state)
    with write_atomically(_state_file(project, out), durable=False) as file:
        file.write(hashlib.blake2b(data, digest_size=_SEAL).digest())
        file.write(data)


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
