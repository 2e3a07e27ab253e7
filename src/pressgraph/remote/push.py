"""Push the published graphs to a remote store, source by source; pull them back; compare.

The store gets the named graphs that `build` publishes, under the same names: a source is its facts, each a graph, and
the graph of their receipts. Small sources travel together. They are uploaded into staging graphs, counted and hashed
there, and put in their place by one update, which also notes their hashes in the manifest graph `{base}id/push`. So
who reads a source's graphs sees it as it was or as it is, an interrupted push goes on where it was, and a second one
sends nothing.
"""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.dataset.withholding import Rules, Withheld
from pressgraph.errors import EndpointError
from pressgraph.i18n import gettext
from pressgraph.rdf import PG, PROV, SCHEMA, XSD
from pressgraph.remote.store import GRAPHS, slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pressgraph.remote.store import RemoteStore
    from pressgraph.validation import ValidatedDataset

_NAMED = 3
_CHUNK = 5_000
"""Triples that are staged by one request, and of sources that are put in their place by one."""
_REMOVED = 25
"""Sources that are removed by one request."""
PROFILE = "profile"

_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_SHA256, _TRIPLES, _SOURCE = f"{SCHEMA}sha256", f"{PG}triples", f"{PG}PushedSource"

# What stores write in another way: Virtuoso writes booleans as 1 and 0, and drops what xsd:string says.
_CANONICAL = (
    (re.compile(rf'"1"\^\^<{XSD}boolean>'), f'"true"^^<{XSD}boolean>'),
    (re.compile(rf'"0"\^\^<{XSD}boolean>'), f'"false"^^<{XSD}boolean>'),
    (re.compile(rf'"\^\^<{XSD}string>'), '"'),
)

# What Virtuoso 7 cannot keep: it makes a number of a duration (P2Y becomes 24) and refuses it in INSERT DATA, forgets
# which kind of integer a number was, and drops trailing zeros.
_VIRTUOSO = (
    (re.compile(rf'"\^\^<{XSD}duration>'), '"'),
    (re.compile(rf"<{XSD}(?:nonNegativeInteger|positiveInteger|int|long|short|byte)>"), f"<{XSD}integer>"),
    (re.compile(rf'(\.[0-9]*[1-9])0+"\^\^<{XSD}decimal>'), rf'\1"^^<{XSD}decimal>'),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the manifest graph says of the last push; `ended` is None for one that was interrupted."""

    started: str
    ended: str | None
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push would do, by source: `profile` is the graph of ontology and vocabularies."""

    uploaded: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    same: int = 0
    staged: tuple[str, ...] = ()
    """Staging graphs that an interrupted push has left."""
    triples: int = 0
    """How many are sent; a triple counts for each graph that has it."""
    withheld: int = 0
    adapted: int = 0
    """Triples whose datatype the store cannot keep, and that are sent in another form."""
    last: Run | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.uploaded or self.replaced or self.deleted)


@dataclass(frozen=True)
class _Source:
    """What is published of one source: sorted lines of N-Quads."""

    name: str
    lines: list[str]
    withheld: int = 0
    adapted: int = 0

    @cached_property
    def sha256(self) -> str:
        return hash_lines(self.lines)

    @cached_property
    def graphs(self) -> dict[str, list[str]]:
        """The lines of N-Triples of each graph."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            triple, _, graph = line.removesuffix("> .").rpartition(" <")
            found.setdefault(graph, []).append(f"{triple} .")
        return found


@dataclass(frozen=True, slots=True)
class _Summary:
    """A source without its lines."""

    sha256: str
    size: int
    withheld: int
    adapted: int


def hash_lines(lines: Iterable[str]) -> str:
    """Return the SHA-256 of sorted lines of N-Quads."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _lines(quads: Iterable[ox.Quad]) -> list[str]:
    text = (ox.serialize(set(quads), format=ox.RdfFormat.N_QUADS) or b"").decode()
    for pattern, written in _CANONICAL:
        text = pattern.sub(written, text)
    return sorted(text.split("\n")[:-1])


class _Published:
    """What is published of a dataset, as a store can keep it."""

    def __init__(self, dataset: ValidatedDataset, *, rules: Rules, virtuoso: bool) -> None:
        self._store, self._graphs = dataset.store, dataset.graphs
        self._withheld = Withheld.of(dataset.store, rules)
        self._adapted = _VIRTUOSO if virtuoso else ()

    def names(self) -> list[str]:
        """Return the names of the sources, sorted; the profile comes first."""
        prefix = self._graphs.provenance
        found = (graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))
        return [PROFILE, *sorted(graph.removeprefix(prefix) for graph in found if graph.startswith(prefix))]

    def source(self, name: str) -> _Source:
        """Return what is published of a source: its facts and their receipts, without what is withheld."""
        if name == PROFILE:
            shown = [quad for quad in self._in(self._graphs.profile) if not self._withheld.hides(quad)]
            return _Source(name, _lines(shown))
        receipts = self._in(self._graphs.provenance_of(name))
        facts = {quad.subject for quad in receipts if quad.predicate == _DERIVED}
        quads = receipts
        for graph in facts - self._withheld.facts:
            if isinstance(graph, ox.NamedNode):
                quads += self._in(graph.value)
        shown = [quad for quad in quads if not self._withheld.hides(quad)]
        return self._fit(name, _lines(shown), len(facts & self._withheld.facts))

    def summaries(self) -> dict[str, _Summary]:
        """Return all sources without their lines."""
        found: dict[str, _Summary] = {}
        for name in self.names():
            source = self.source(name)
            if not source.lines:
                # all of it is withheld, its name too
                continue
            found[name] = _Summary(source.sha256, len(source.lines), source.withheld, source.adapted)
        return found

    def batches(self, names: Iterable[str]) -> Iterator[list[_Source]]:
        """Yield sources in groups that fit into one request; a large one comes alone."""
        batch: list[_Source] = []
        size = graphs = 0
        for name in names:
            source = self.source(name)
            its = len(source.graphs)
            if batch and (size + len(source.lines) > _CHUNK or graphs + its > GRAPHS):
                yield batch
                batch, size, graphs = [], 0, 0
            batch.append(source)
            size, graphs = size + len(source.lines), graphs + its
        if batch:
            yield batch

    def _in(self, graph: str) -> list[ox.Quad]:
        return list(self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))

    def _fit(self, name: str, lines: list[str], withheld: int) -> _Source:
        adapted = 0
        if self._adapted:
            fitting: set[str] = set()
            for line in lines:
                fit = line
                for pattern, written in self._adapted:
                    fit = pattern.sub(written, fit)
                adapted += fit != line
                fitting.add(fit)
            lines = sorted(fitting)
        return _Source(name, lines, withheld, adapted)


@dataclass(slots=True)
class _Remote:
    """What the store has of ours."""

    target: RemoteStore
    graphs: GraphNames
    hashes: dict[str, str] = field(default_factory=dict)
    """By source; empty for one whose graphs a push has begun to change and not finished."""
    sizes: dict[str, int] = field(default_factory=dict)
    staged: dict[str, int] = field(default_factory=dict)
    """Staging graphs, and how many triples they have."""
    last: Run | None = None

    @property
    def manifest(self) -> str:
        return f"{self.graphs.id_base}push"

    def key(self, source: str) -> str:
        """Return what the manifest calls a source: the graph of its receipts."""
        return self.graphs.profile if source == PROFILE else self.graphs.provenance_of(source)

    def staging(self, sha256: str) -> str:
        """Return what the names of the staging graphs of a source begin with."""
        return f"{self.graphs.id_base}staging/{sha256[:16]}/"

    def places(self, source: _Source) -> dict[str, str]:
        """Return the staging graphs of a source, and the graphs that they are to become."""
        prefix = self.staging(source.sha256)
        return {prefix + graph.removeprefix(self.graphs.id_base): graph for graph in source.graphs}

    def look(self) -> None:
        """Read the manifest, and find staging graphs."""
        note = (
            f"GRAPH <{self.manifest}> {{ ?key a <{_SOURCE}> "
            f"OPTIONAL {{ ?key <{_SHA256}> ?hash ; <{_TRIPLES}> ?size }} }}"
        )
        for row in self.target.pages("?key ?hash ?size", note):
            key = row["key"].value
            name = PROFILE if key == self.graphs.profile else key.removeprefix(self.graphs.provenance)
            self.hashes[name] = row["hash"].value if row["hash"] else ""
            self.sizes[name] = int(row["size"].value) if row["size"] else 0
        self._look_for_staged()
        self._look_for_run()

    def _look_for_staged(self) -> None:
        staging = f"{self.graphs.id_base}staging/"
        graphs = [
            row["g"].value
            for row in self.target.pages("?g", f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{staging}"))')
        ]
        self.staged = self.target.counts(graphs)

    def _look_for_run(self) -> None:
        rows = self.target.select(
            f"SELECT ?started ?ended ?version WHERE {{ GRAPH <{self.manifest}> {{ <{self.manifest}> "
            f"<{PROV}startedAtTime> ?started ; <{SCHEMA}softwareVersion> ?version "
            f"OPTIONAL {{ <{self.manifest}> <{PROV}endedAtTime> ?ended }} }} }}"
        )
        for row in rows:
            ended = row["ended"].value if row["ended"] else None
            self.last = Run(started=row["started"].value, ended=ended, version=row["version"].value)

    # -- what is there

    def graphs_of(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the graphs that the store has of sources."""
        found: dict[str, list[str]] = {}
        keys = {self.key(name): name for name in names}
        for some in slices(keys, GRAPHS):
            for key in some:
                found[keys[key]] = [key]
            values = " ".join(f"<{key}>" for key in some)
            derived = f"VALUES ?key {{ {values} }} GRAPH ?key {{ ?graph <{_DERIVED.value}> ?document }}"
            for row in self.target.pages("?key ?graph", derived):
                if (name := keys.get(row["key"].value)) is not None:
                    found[name].append(row["graph"].value)
        return found

    def read(self, graphs: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
        """Return what stands in graphs, as sorted lines of N-Quads in the graphs that they are mapped to."""
        return _lines(
            ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graphs[graph]))
            for graph, triple in self.target.quads({graph: sizes.get(graph, 0) for graph in graphs})
        )

    def sources(self, names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """Yield sources as the store has them."""
        batch: list[str] = []
        size = 0
        for name in [*names, None]:
            its = self.sizes.get(name, 0) if name is not None else _CHUNK
            if batch and (size + its > _CHUNK or len(batch) >= GRAPHS or name is None):
                graphs = self.graphs_of(batch)
                of = {graph: source for source, its_graphs in graphs.items() for graph in its_graphs}
                counts = self.target.counts(of)
                lines: dict[str, list[str]] = {source: [] for source in batch}
                for line in self.read({graph: graph for graph in of}, counts):
                    lines[of[line.removesuffix("> .").rpartition(" <")[2]]].append(line)
                yield from lines.items()
                batch, size = [], 0
            if name is not None:
                batch.append(name)
                size += its

    # -- uploading

    def stage(self, sources: list[_Source]) -> dict[str, str]:
        """Upload sources into staging graphs, check that all is there and nothing else; return the graphs' places."""
        places: dict[str, str] = {}
        graphs: dict[str, list[str]] = {}
        for source in sources:
            its = self.places(source)
            places |= its
            graphs |= {staging: source.graphs[graph] for staging, graph in its.items()}
        small = {staging: lines for staging, lines in graphs.items() if len(lines) <= _CHUNK}
        self.target.drop(staging for staging in small if staging in self.staged)
        self.target.insert(small)
        for staging in graphs.keys() - small.keys():
            self._add(staging, graphs[staging])
        self._verify(sources, places, {staging: len(lines) for staging, lines in graphs.items()})
        return places

    def _add(self, staging: str, lines: list[str]) -> None:
        """Add a large graph in chunks, going on after those that are there."""
        there = self.staged.get(staging, 0)
        if there > len(lines):
            self.target.drop([staging])
            there = 0
        for start in range(there - there % _CHUNK, len(lines), _CHUNK):
            self.target.add(staging, lines[start : start + _CHUNK])

    def _verify(self, sources: list[_Source], places: Mapping[str, str], sizes: Mapping[str, int]) -> None:
        found = self.read(places, sizes)
        wanted = sorted(line for source in sources for line in source.lines)
        if found == wanted and hash_lines(found) == hash_lines(wanted):
            return
        self.target.drop(places)
        names: str = ", ".join(source.name for source in sources[:_NAMED])
        if len(sources) > _NAMED:
            names = gettext("{names} and {count} more", names=names, count=len(sources) - _NAMED)
        if len(found) != len(wanted):
            raise EndpointError(
                gettext("of {all} triples of {names} {count} arrived", all=len(wanted), names=names, count=len(found)),
                hint=gettext("they were not put in place; push again, which begins with these"),
            )
        changed = sorted(set(found) - set(wanted))
        raise EndpointError(
            gettext(
                "{url} changed {count} triples of {names}, such as {triple}",
                url=self.target.addresses.query,
                count=len(changed),
                names=names,
                triple=changed[0][:200],
            ),
            hint=gettext("they were not put in place"),
        )

    # -- putting in place

    def swap(self, sources: list[_Source], places: Mapping[str, str]) -> None:
        """Move staging graphs to their places, and note their sources in the manifest."""
        there = [source.name for source in sources if source.name in self.hashes]
        old = [graph for graphs in (self.graphs_of(there) if there else {}).values() for graph in graphs]
        notes = "\n".join(
            f'<{self.key(source.name)}> <{_SHA256}> "{source.sha256}" ; '
            f'<{_TRIPLES}> "{len(source.lines)}"^^<{XSD}integer> .'
            for source in sources
        )
        self._once(
            [
                *self._begun([source.name for source in sources]),
                *self._removed(old, once=next(iter(places))),
                *self._copied(places),
                f"INSERT DATA {{ GRAPH <{self.manifest}> {{ {notes} }} }}",
                *self._removed(list(places), silent=False),
            ],
            {source.name: source.sha256 for source in sources},
        )

    def remove(self, names: list[str]) -> None:
        """Remove sources' graphs and notes."""
        graphs = [graph for graphs in self.graphs_of(names).values() for graph in graphs]
        values = " ".join(f"<{self.key(name)}>" for name in names)
        forget = (
            f"DELETE {{ GRAPH <{self.manifest}> {{ ?key ?p ?o }} }} "
            f"WHERE {{ VALUES ?key {{ {values} }} GRAPH <{self.manifest}> {{ ?key ?p ?o }} }}"
        )
        self._once(
            [
                *self._begun(names),
                *self._removed(graphs),
                forget,
            ],
            dict.fromkeys(names),
        )

    def begin(self) -> None:
        """Note that a push has begun."""
        from importlib.metadata import version

        run = (
            f'<{self.manifest}> a <{PROV}Activity> ; <{SCHEMA}softwareVersion> "{version("pressgraph")}" ; '
            f'<{PROV}startedAtTime> "{_now()}"^^<{XSD}dateTime> .'
        )
        forget = f"DELETE WHERE {{ GRAPH <{self.manifest}> {{ <{self.manifest}> ?p ?o }} }}"
        self.target.repeat(f"{forget} ;\nINSERT DATA {{ GRAPH <{self.manifest}> {{ {run} }} }}")

    def end(self) -> None:
        """Note that the push has ended."""
        ended = f'<{self.manifest}> <{PROV}endedAtTime> "{_now()}"^^<{XSD}dateTime>'
        self.target.repeat(f"INSERT DATA {{ GRAPH <{self.manifest}> {{ {ended} }} }}")

    def _begun(self, names: Iterable[str]) -> Iterator[str]:
        """Take the hashes of sources out of the manifest, so that it never says more than is true.

        Stores that do not keep an update's parts together may stop between them.
        """
        keys = [self.key(name) for name in names]
        yield f"INSERT DATA {{ GRAPH <{self.manifest}> {{ {' '.join(f'<{key}> a <{_SOURCE}> .' for key in keys)} }} }}"
        yield (
            f"DELETE {{ GRAPH <{self.manifest}> {{ ?key ?p ?o }} }} WHERE {{ "
            f"VALUES ?key {{ {' '.join(f'<{key}>' for key in keys)} }} VALUES ?p {{ <{_SHA256}> <{_TRIPLES}> }} "
            f"GRAPH <{self.manifest}> {{ ?key ?p ?o }} }}"
        )

    def _copied(self, places: Mapping[str, str]) -> Iterator[str]:
        for some in slices(places, GRAPHS):
            if len(some) == 1:
                # Virtuoso does not take a VALUES block of one row here
                pattern = "{ ?s ?p ?o }"
                yield f"INSERT {{ GRAPH <{places[some[0]]}> {pattern} }} WHERE {{ GRAPH <{some[0]}> {pattern} }}"
                continue
            pairs = " ".join(f"(<{staging}> <{places[staging]}>)" for staging in some)
            where = f"VALUES (?from ?to) {{ {pairs} }} GRAPH ?from {{ ?s ?p ?o }}"
            yield f"INSERT {{ GRAPH ?to {{ ?s ?p ?o }} }} WHERE {{ {where} }}"

    def _removed(self, graphs: list[str], *, silent: bool = True, once: str | None = None) -> Iterator[str]:
        """Remove graphs; unless `silent`, fail where one is not there, and undo what the same update did before.

        A server may come to an update twice whose answer took too long. The second time there is nothing to put in
        place of what is removed. Virtuoso neither fails nor undoes: there, graphs are removed only as long as there is
        something in the graph `once`.
        """
        if not self.target.is_virtuoso:
            yield from (f"DROP{' SILENT' if silent else ''} GRAPH <{graph}>" for graph in graphs)
            return
        # which takes five times as long to drop many graphs as to empty them, and keeps no empty ones
        guard = f" FILTER EXISTS {{ GRAPH <{once}> {{ ?a ?b ?c }} }}" if once is not None else ""
        for some in slices(graphs, GRAPHS):
            values = " ".join(f"<{graph}>" for graph in some)
            yield (
                f"DELETE {{ GRAPH ?old {{ ?s ?p ?o }} }} "
                f"WHERE {{ VALUES ?old {{ {values} }} GRAPH ?old {{ ?s ?p ?o }}{guard} }}"
            )

    def _noted(self, names: Iterable[str]) -> dict[str, str | None]:
        """Return the hashes that the manifest has of sources, asked anew; None for one that it does not know."""
        keys = {self.key(name): name for name in names}
        rows = self.target.select(
            f"SELECT ?key ?hash WHERE {{ VALUES ?key {{ {' '.join(f'<{key}>' for key in keys)} }} "
            f"GRAPH <{self.manifest}> {{ ?key a <{_SOURCE}> OPTIONAL {{ ?key <{_SHA256}> ?hash }} }} }}"
        )
        found = {row["key"].value: row["hash"].value if row["hash"] else "" for row in rows}
        return {name: found.get(key) for key, name in keys.items()}

    def _once(self, operations: list[str], wanted: Mapping[str, str | None]) -> None:
        """Run an update; where its answer is lost, look whether it was done before doing it again."""
        for pause in (*self.target.pauses(), None):
            try:
                self.target.update(" ;\n".join(operations))
            except EndpointError as error:
                if self._noted(wanted) == wanted:
                    return
                if pause is None or not error.passes:
                    raise
                time.sleep(error.retry_after or pause)
            else:
                return


def plan_push(dataset: ValidatedDataset, target: RemoteStore, *, rules: Rules, check: bool = False) -> Plan:
    """Compare the published sources with what the store's manifest says, and change nothing.

    `check` reads every source back, instead of trusting the manifest.
    """
    return _Push(dataset, target, rules=rules, check=check).plan


class _Push:
    def __init__(self, dataset: ValidatedDataset, target: RemoteStore, *, rules: Rules, check: bool) -> None:
        self.remote = _Remote(target, dataset.graphs)
        self.remote.look()
        if check:
            for name, lines in self.remote.sources(sorted(self.remote.hashes)):
                if hash_lines(lines) != self.remote.hashes[name]:
                    self.remote.hashes[name] = ""
        self.published = _Published(dataset, rules=rules, virtuoso=target.is_virtuoso)
        self.sources = self.published.summaries()
        there = self.remote.hashes
        self.changed = [name for name, source in self.sources.items() if there.get(name) != source.sha256]

    @property
    def plan(self) -> Plan:
        there = self.remote.hashes
        return Plan(
            uploaded=tuple(name for name in self.changed if name not in there),
            replaced=tuple(name for name in self.changed if name in there),
            deleted=tuple(sorted(there.keys() - self.sources.keys())),
            same=len(self.sources) - len(self.changed),
            staged=tuple(sorted(self.remote.staged)),
            triples=sum(self.sources[name].size for name in self.changed),
            withheld=sum(source.withheld for source in self.sources.values()),
            adapted=sum(self.sources[name].adapted for name in self.changed),
            last=self.remote.last,
        )

    def sweep(self) -> None:
        """Drop the staging graphs of an interrupted push that are of no use to this one."""
        useful = tuple(self.remote.staging(self.sources[name].sha256) for name in self.changed)
        self.remote.target.drop(graph for graph in self.remote.staged if not graph.startswith(useful))

    def place(self, sources: list[_Source]) -> int:
        """Bring sources to their place in the store; return how many."""
        self.remote.swap(sources, self.remote.stage(sources))
        return len(sources)


def push(
    dataset: ValidatedDataset,
    target: RemoteStore,
    *,
    rules: Rules,
    check: bool = False,
    jobs: int = 1,
    progress: Callable[[int], AbstractContextManager[Callable[[int], None]]] | None = None,
) -> Plan:
    """Bring a store up to date with the published sources; return what was done.

    `check` reads every source back first, instead of trusting the manifest. `jobs` requests are under way at a time.
    `progress` is told the number of sources to send, and gives a function that is told how many more are in place.

    Raises EndpointError; every source in the store is then as it was or as it is to be, and another push goes on. So
    it does after KeyboardInterrupt, which does not wait for the answers of requests that are under way.
    """
    work = _Push(dataset, target, rules=rules, check=check)
    planned = work.plan
    if not planned.changes and not planned.staged:
        return planned
    if target.is_read_only:
        raise EndpointError(
            gettext("{url} takes no updates: its service description names queries alone", url=target.addresses.update),
            hint=gettext(
                "pressgraph serve: --writable; another store: say 'update' under [endpoints] in pressgraph.toml"
            ),
        )
    work.remote.begin()
    work.sweep()
    shown = progress(len(work.changed)) if progress is not None else nullcontext(lambda _: None)
    with shown as tell:
        try:
            for placed in _in_threads(work.place, work.published.batches(work.changed), jobs):
                tell(placed)
        except KeyboardInterrupt:
            target.stop()
            raise
    for some in slices(planned.deleted, _REMOVED):
        work.remote.remove(some)
    work.remote.end()
    return planned


def _in_threads(work: Callable[[list[_Source]], int], batches: Iterable[list[_Source]], jobs: int) -> Iterator[int]:
    """Yield what work makes of batches, so many at a time; an error is raised when those under way are through.

    The threads are daemons, which those of the standard library's executors are not: who interrupts the program does
    not wait for them.
    """
    results: SimpleQueue[int | Exception] = SimpleQueue()

    def run(batch: list[_Source]) -> None:
        try:
            results.put(work(batch))
        except Exception as error:  # noqa: BLE001 - raised again by whoever takes the results
            results.put(error)

    running = 0
    failed: Exception | None = None
    remaining = iter(batches)
    while True:
        while running < jobs and failed is None and (batch := next(remaining, None)) is not None:
            Thread(target=run, args=(batch,), daemon=True).start()
            running += 1
        if not running:
            break
        result = results.get()
        running -= 1
        if isinstance(result, Exception):
            failed = failed or result
        else:
            yield result
    if failed is not None:
        raise failed


def pull(target: RemoteStore, id_base: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the sources of a store, and their graphs as sorted lines of N-Quads.

    Raises EndpointError where a source is not what the manifest says.
    """
    remote = _Remote(target, GraphNames(id_base=id_base))
    remote.look()
    for name, lines in remote.sources(sorted(remote.hashes)):
        if hash_lines(lines) != remote.hashes[name]:
            unfinished = not remote.hashes[name]
            raise EndpointError(
                gettext("'{name}' is half-way through a push", name=name)
                if unfinished
                else gettext("'{name}' is not what was pushed: somebody else has changed its graphs", name=name),
                hint=gettext("push again") if unfinished else gettext("'pressgraph push --check' mends it"),
            )
        yield name, lines


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
