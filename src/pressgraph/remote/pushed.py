"""What a store has of ours: sources in their places, graphs that are staged, and a manifest graph that says which."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.description import dataset_iri
from pressgraph.errors import EndpointError
from pressgraph.i18n import gettext, some_of
from pressgraph.rdf import CLU, PG, PROV, SCHEMA, XSD
from pressgraph.remote.sources import CHUNK, DATASET, DERIVED, PROFILE, TOGETHER, hash_lines, sorted_lines
from pressgraph.remote.store import GRAPHS, slices
from pressgraph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.dataset import GraphNames
    from pressgraph.remote.sources import Source
    from pressgraph.remote.store import RemoteStore

_SHA256, _TRIPLES, _SOURCE = f"{SCHEMA}sha256", f"{PG}triples", f"{PG}PushedSource"
_CONCLUDED = f"{CLU}DerivedGraph"
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the manifest graph says of the last push; `ended` is None for one that was interrupted."""

    started: str
    ended: str | None
    version: str


@dataclass(slots=True)
class PushedSources:
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
        """The graph that says what was pushed."""
        return f"{self.graphs.id_base}push"

    def key(self, source: str) -> str:
        """Return what the manifest calls a source: the graph of its receipts."""
        if source in {PROFILE, DATASET}:
            return self.graphs.profile if source == PROFILE else dataset_iri(self.graphs.base)
        return self.derivation(source) if source == TOGETHER else self.graphs.provenance_of(source)

    def derivation(self, source: str) -> str:
        """Return the graph of the receipts of what follows from a source."""
        return self.graphs.derivation + self.graphs.conclusions_of(source if source != TOGETHER else None)

    def staging(self, sha256: str) -> str:
        """Return what the names of the staging graphs of a source begin with."""
        return f"{self.graphs.id_base}staging/{sha256[:16]}/"

    def places(self, source: Source) -> dict[str, str]:
        """Return the staging graphs of a source, and the graphs that they are to become."""
        prefix = self.staging(source.sha256)
        bases = (self.graphs.id_base, self.graphs.base)
        short = {
            graph: next((graph.removeprefix(it) for it in bases if graph.startswith(it)), graph)
            for graph in source.graphs
        }
        return {f"{prefix}{short[graph]}": graph for graph in source.graphs}

    def look(self) -> None:
        """Read the manifest, and find staging graphs."""
        note = (
            f"GRAPH <{self.manifest}> {{ ?key a <{_SOURCE}> "
            f"OPTIONAL {{ ?key <{_SHA256}> ?hash ; <{_TRIPLES}> ?size }} }}"
        )
        for row in self.target.pages("?key ?hash ?size", note):
            key = row["key"].value
            name = PROFILE if key == self.graphs.profile else key.removeprefix(self.graphs.provenance)
            name = TOGETHER if key == self.derivation(TOGETHER) else name
            name = DATASET if key == self.key(DATASET) else name
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
        by_source: dict[str, list[str]] = {}
        names = list(names)
        keys = {self.key(name): name for name in names}
        # what follows from a source goes with it
        keys |= {self.derivation(name): name for name in names if name not in {PROFILE, DATASET}}
        for some in slices(keys, GRAPHS):
            for key in some:
                by_source.setdefault(keys[key], []).append(key)
            values = " ".join(f"<{key}>" for key in some)
            derived = (
                f"VALUES ?key {{ {values} }} GRAPH ?key {{ {{ ?graph <{DERIVED.value}> ?document }} "
                f"UNION {{ ?graph a <{_CONCLUDED}> }} }}"
            )
            for row in self.target.pages("?key ?graph", derived):
                name = keys.get(row["key"].value)
                if name is not None and row["graph"].value not in by_source[name]:
                    by_source[name].append(row["graph"].value)
        return by_source

    def read(self, graphs: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
        """Return what stands in graphs, as sorted lines of N-Quads in the graphs that they are mapped to."""
        return sorted_lines(
            ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graphs[graph]))
            for graph, triple in self.target.quads({graph: sizes.get(graph, 0) for graph in graphs})
        )

    def sources(self, names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """Yield sources as the store has them."""
        batch: list[str] = []
        size = 0
        for name in [*names, None]:
            its = self.sizes.get(name, 0) if name is not None else CHUNK
            if batch and (size + its > CHUNK or len(batch) >= GRAPHS or name is None):
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

    def stage(self, sources: list[Source]) -> dict[str, str]:
        """Upload sources into staging graphs, check that all is there and nothing else; return the graphs' places."""
        places: dict[str, str] = {}
        graphs: dict[str, list[str]] = {}
        for source in sources:
            its = self.places(source)
            places |= its
            graphs |= {staging: source.graphs[graph] for staging, graph in its.items()}
        small = {staging: lines for staging, lines in graphs.items() if len(lines) <= CHUNK}
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
        for start in range(there - there % CHUNK, len(lines), CHUNK):
            self.target.add(staging, lines[start : start + CHUNK])

    def _verify(self, sources: list[Source], places: Mapping[str, str], sizes: Mapping[str, int]) -> None:
        lines = self.read(places, sizes)
        wanted = sorted(line for source in sources for line in source.lines)
        if lines == wanted and hash_lines(lines) == hash_lines(wanted):
            return
        self.target.drop(places)
        names = some_of([source.name for source in sources], _NAMED)
        if len(lines) != len(wanted):
            raise EndpointError(
                gettext("of {all} triples of {names} {count} arrived", all=len(wanted), names=names, count=len(lines)),
                hint=gettext("they were not put in place; push again, which begins with these"),
            )
        changed = sorted(set(lines) - set(wanted))
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

    def swap(self, sources: list[Source], places: Mapping[str, str]) -> None:
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
        removal = (
            f"DELETE {{ GRAPH <{self.manifest}> {{ ?key ?p ?o }} }} "
            f"WHERE {{ VALUES ?key {{ {values} }} GRAPH <{self.manifest}> {{ ?key ?p ?o }} }}"
        )
        self._once(
            [
                *self._begun(names),
                *self._removed(graphs),
                removal,
            ],
            dict.fromkeys(names),
        )

    def begin(self) -> None:
        """Note that a push has begun."""
        run = (
            f'<{self.manifest}> a <{PROV}Activity> ; <{SCHEMA}softwareVersion> "{__version__}" ; '
            f'<{PROV}startedAtTime> "{_now()}"^^<{XSD}dateTime> .'
        )
        removal = f"DELETE WHERE {{ GRAPH <{self.manifest}> {{ <{self.manifest}> ?p ?o }} }}"
        self.target.repeat(f"{removal} ;\nINSERT DATA {{ GRAPH <{self.manifest}> {{ {run} }} }}")

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
        hashes = {row["key"].value: row["hash"].value if row["hash"] else "" for row in rows}
        return {name: hashes.get(key) for key, name in keys.items()}

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


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
