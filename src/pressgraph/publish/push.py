"""Push the published graph to a remote store, source by source; pull it back; compare.

Each source becomes one graph of the store, `{base}id/graph/{source}`: the facts that are published, and their
receipts. It is uploaded into a staging graph, counted and hashed there, and moved to its place by one update, which
also notes its hash in the manifest graph `{base}id/push`. So a reader sees a source as it was or as it is, an
interrupted push goes on where it was, and a second one sends nothing.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.errors import EndpointError
from pressgraph.rdf import CLU, PG, PROV, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.query.target import Target
    from pressgraph.validation import ValidatedDataset

_CHUNK = 5_000
"""Triples in one request."""

_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_PERSONAL = ox.NamedNode(f"{CLU}personalData")
_EVIDENCE = ox.NamedNode(f"{CLU}evidence")
_ATTEMPTS = 4

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
class Plan:
    """What a push would do, by source: `profile` is the graph of ontology and vocabularies."""

    uploaded: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    same: int = 0
    staged: tuple[str, ...] = ()
    """Staging graphs that an interrupted push has left."""
    triples: int = 0
    withheld: int = 0
    adapted: int = 0
    """Triples whose datatype the store cannot keep, and that are sent in another form."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.uploaded or self.replaced or self.deleted)


@dataclass(slots=True)
class _Published:
    """What is published of one source."""

    name: str
    lines: list[str]
    withheld: int = 0
    adapted: int = 0

    @property
    def sha256(self) -> str:
        return hash_lines(self.lines)

    def fit(self, rules: Iterable[tuple[re.Pattern[str], str]]) -> _Published:
        """Return the source as a store can keep it."""
        rules = tuple(rules)
        if not rules:
            return self
        lines: set[str] = set()
        adapted = 0
        for line in self.lines:
            fitting = line
            for pattern, written in rules:
                fitting = pattern.sub(written, fitting)
            adapted += fitting != line
            lines.add(fitting)
        return _Published(self.name, sorted(lines), self.withheld, adapted)


def hash_lines(lines: Iterable[str]) -> str:
    """Return the SHA-256 of a set of triples: of its sorted lines of N-Triples."""
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(set(lines))).encode()).hexdigest()


def published_sources(dataset: ValidatedDataset, *, personal: bool) -> Iterator[_Published]:
    """Yield what is published of each source, sorted by name; the profile comes first."""
    store, graphs = dataset.store, dataset.graphs
    yield _Published("profile", _lines(quad.triple for quad in _in(store, graphs.profile)))
    names = sorted(
        graph.value.removeprefix(graphs.provenance)
        for graph in store.named_graphs()
        if isinstance(graph, ox.NamedNode) and graph.value.startswith(graphs.provenance)
    )
    for name in names:
        receipts = _in(store, graphs.provenance_of(name))
        facts = {quad.subject for quad in receipts if quad.predicate == _DERIVED}
        withheld = set() if personal else {quad.subject for quad in receipts if quad.predicate == _PERSONAL}
        shown = facts - withheld
        evidence = {quad.object for quad in receipts if quad.predicate == _EVIDENCE and quad.subject in shown}
        of_evidence = f"{graphs.id_base}evidence/{name}/"
        triples: set[ox.Triple] = set()
        for quad in receipts:
            subject = quad.subject
            about = subject.value if isinstance(subject, ox.NamedNode) else ""
            if about.startswith(of_evidence):
                node = ox.NamedNode(about.removesuffix("/selector"))
                if subject not in evidence and node not in evidence:
                    continue
            elif subject in withheld:
                continue
            triples.add(quad.triple)
        for graph in shown:
            if isinstance(graph, ox.NamedNode):
                triples.update(quad.triple for quad in _in(store, graph.value))
        yield _Published(name, _lines(triples), len(withheld))


def _in(store: ox.Store, graph: str) -> list[ox.Quad]:
    return list(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))


def _lines(triples: Iterable[ox.Triple]) -> list[str]:
    return sorted({_canonical(f"{triple} .") for triple in triples})


def _canonical(line: str) -> str:
    for pattern, written in _CANONICAL:
        line = pattern.sub(written, line)
    return line


@dataclass(slots=True)
class _Remote:
    """What the store has of ours."""

    target: Target
    graphs: GraphNames
    hashes: dict[str, str] = field(default_factory=dict)
    staged: list[str] = field(default_factory=list)

    @property
    def manifest(self) -> str:
        return f"{self.graphs.id_base}push"

    def graph(self, source: str) -> str:
        return self.graphs.profile if source == "profile" else f"{self.graphs.id_base}graph/{source}"

    def staging(self, source: str, sha256: str) -> str:
        return f"{self.graphs.id_base}staging/{sha256[:16]}/{source}"

    def sources(self, dataset: ValidatedDataset, *, personal: bool) -> dict[str, _Published]:
        """Return what is published, as this store can keep it."""
        rules = _VIRTUOSO if self.target.is_virtuoso else ()
        return {one.name: one.fit(rules) for one in published_sources(dataset, personal=personal)}

    def look(self) -> None:
        """Read the manifest, and find staging graphs."""
        prefix = self.graph("")
        rows = self.target.select(
            f"SELECT ?graph ?hash WHERE {{ GRAPH <{self.manifest}> {{ ?graph <{SCHEMA}sha256> ?hash }} }}"
        )
        for row in rows:
            graph = row["graph"].value
            name = "profile" if graph == self.graphs.profile else graph.removeprefix(prefix)
            self.hashes[name] = row["hash"].value
        staging = f"{self.graphs.id_base}staging/"
        found = self.target.select(
            f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{staging}")) }}'
        )
        self.staged = sorted(row["g"].value for row in found)

    def noted(self, source: str) -> str | None:
        """Return the hash that the manifest has of a source, asked anew."""
        rows = self.target.select(
            f"SELECT ?hash WHERE {{ GRAPH <{self.manifest}> {{ <{self.graph(source)}> <{SCHEMA}sha256> ?hash }} }}"
        )
        return rows[0]["hash"].value if rows else None

    def stage(self, source: _Published) -> str:
        """Upload a source into a staging graph, and check that it is all there and nothing else."""
        graph = self.staging(source.name, source.sha256)
        if graph in self.staged and self.target.count(graph) == len(source.lines):
            self._verify(graph, source)
            return graph
        if graph in self.staged:
            self.target.drop(graph)
        for start in range(0, len(source.lines), _CHUNK):
            self.target.add(graph, source.lines[start : start + _CHUNK])
        self._verify(graph, source)
        return graph

    def _verify(self, graph: str, source: _Published) -> None:
        count = self.target.count(graph)
        if count != len(source.lines):
            raise EndpointError(
                f"of {len(source.lines)} triples of '{source.name}' {count} arrived",
                hint="nothing was replaced; push again, which begins this source anew",
            )
        found = _lines(self.target.graph(graph))
        if hash_lines(found) != source.sha256:
            changed = sorted(set(found) - set(source.lines))
            example = f", such as {changed[0][:200]}" if changed else ""
            raise EndpointError(
                f"{self.target.addresses.query} changed {len(changed)} triples of '{source.name}'{example}",
                hint="nothing was replaced",
            )

    def swap(self, source: _Published, staged: str) -> None:
        """Move a staging graph to its place, and note it in the manifest."""
        graph = self.graph(source.name)
        noted = (
            f'<{graph}> <{SCHEMA}sha256> "{source.sha256}" . '
            f'<{graph}> <{PG}triples> "{len(source.lines)}"^^<{XSD}integer> .'
        )
        self._once(
            f"MOVE GRAPH <{staged}> TO GRAPH <{graph}> ;\n"
            f"{self._forgotten(graph)} ;\n"
            f"INSERT DATA {{ GRAPH <{self.manifest}> {{ {noted} }} }}",
            source.name,
            source.sha256,
        )

    def remove(self, name: str) -> None:
        """Remove a source's graph and its note."""
        graph = self.graph(name)
        self._once(f"DROP SILENT GRAPH <{graph}> ;\n{self._forgotten(graph)}", name, None)

    def _forgotten(self, graph: str) -> str:
        return f"DELETE WHERE {{ GRAPH <{self.manifest}> {{ <{graph}> ?p ?o }} }}"

    def _once(self, update: str, name: str, wanted: str | None) -> None:
        """Run an update that must not be done twice: where its answer is lost, look whether it was done."""
        for attempt in range(_ATTEMPTS):
            try:
                self.target.update(update)
            except EndpointError:
                if self.noted(name) == wanted:
                    return
                if attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(self.target.pause * 2**attempt)
            else:
                return


def plan_push(dataset: ValidatedDataset, target: Target, *, personal: bool) -> Plan:
    """Compare the published sources with the store's, and change nothing."""
    remote = _Remote(target, dataset.graphs)
    remote.look()
    return _plan(remote, remote.sources(dataset, personal=personal))


def _plan(remote: _Remote, sources: dict[str, _Published]) -> Plan:
    hashes = {name: source.sha256 for name, source in sources.items()}
    changed = [name for name in sources if remote.hashes.get(name) != hashes[name]]
    return Plan(
        uploaded=tuple(name for name in changed if name not in remote.hashes),
        replaced=tuple(name for name in changed if name in remote.hashes),
        deleted=tuple(sorted(set(remote.hashes) - set(sources))),
        same=len(sources) - len(changed),
        staged=tuple(remote.staged),
        triples=sum(len(sources[name].lines) for name in changed),
        withheld=sum(source.withheld for source in sources.values()),
        adapted=sum(sources[name].adapted for name in changed),
    )


def push(
    dataset: ValidatedDataset,
    target: Target,
    *,
    personal: bool,
    progress: Callable[[list[str]], Iterable[str]] = iter,
) -> Plan:
    """Bring a store up to date with the published sources; return what was done.

    Raises EndpointError; every source in the store is then as it was or as it is to be, and another push goes on.
    """
    remote = _Remote(target, dataset.graphs)
    remote.look()
    sources = remote.sources(dataset, personal=personal)
    planned = _plan(remote, sources)
    wanted = {remote.staging(name, sources[name].sha256) for name in (*planned.uploaded, *planned.replaced)}
    for name in progress([*planned.uploaded, *planned.replaced]):
        remote.swap(sources[name], remote.stage(sources[name]))
    for name in planned.deleted:
        remote.remove(name)
    for graph in remote.staged:
        if graph not in wanted:
            target.drop(graph)
    return planned


def pull(target: Target, id_base: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the graph of each source of a store, and its triples as sorted lines of N-Triples.

    Raises EndpointError where a graph is not what the manifest says.
    """
    remote = _Remote(target, GraphNames(id_base=id_base))
    remote.look()
    for name, noted in sorted(remote.hashes.items()):
        lines = _lines(target.graph(remote.graph(name)))
        if hash_lines(lines) != noted:
            raise EndpointError(
                f"the graph of '{name}' is not what was pushed: somebody else has changed it",
                hint="push it again: remove its entry from the manifest graph, or change the facts",
            )
        yield remote.graph(name), lines
