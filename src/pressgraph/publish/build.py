"""Build: convert what changed, validate the whole, publish a snapshot; or leave everything as it was."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.convert import compile_emitter, convert_facts, is_stream, open_stream
from pressgraph.convert.emitter import source_name
from pressgraph.dataset import GraphNames, Snapshot, Snapshots, union
from pressgraph.errors import FactsError, NotConformingError, Place, Problem, ProjectError
from pressgraph.facts import read_facts
from pressgraph.facts.ids import Ids
from pressgraph.facts.rules import did_you_mean, problem
from pressgraph.facts.tables.open import SQL, open_sheets
from pressgraph.validation import Locator, Report, profile_triples, validate_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project

# Raise it when the same facts and profile give other quads than before: every project then builds anew.
_QUADS_VERSION = 1

_DERIVED = ox.NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """What a build did: which files it converted, removed and kept, and the snapshot that is published now."""

    snapshot: Snapshot
    converted: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: int = 0
    facts: int = 0
    triples: int = 0
    report: Report = field(default_factory=Report)

    @property
    def changed(self) -> bool:
        """Whether a new snapshot was published."""
        return bool(self.converted or self.removed)


class RefusedError(NotConformingError):
    """The new graph does not conform and was not published; `report` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("the graph does not conform to the shapes, so it was not published")
        self.report = report


def build(
    project: Project,
    profile: Profile,
    *,
    full: bool = False,
    wait: float = 0,
    progress: Callable[[list[Path]], Iterable[Path]] = iter,
) -> BuildResult:
    """Bring the project's dataset up to date with its facts files.

    `full` converts every file. `progress` wraps the files to be converted, to show how far it is. `wait` is how many
    seconds to wait for another build.

    Raises FactsError for facts that cannot be converted and RefusedError for a graph that the shapes refuse; what was
    published before then stays published.
    """
    paths = {project.name_of(path): path for path in project.facts_files()}
    if not paths:
        raise ProjectError(
            f"there are no facts files in {project.root}",
            hint=f"looked for {', '.join(project.facts)}; 'pressgraph init DIR' makes a project with a sample",
        )
    snapshots = Snapshots(project.state)
    with snapshots.building(wait=wait):
        current = snapshots.current()
        before = current.manifest() if current is not None else {}
        basis = {"quads": _QUADS_VERSION, "profile": profile.digest, "base": project.id_base}
        fresh = full or before.get("basis") != basis
        known: dict[str, Any] = {} if fresh else before["files"]
        hashes = {name: _fingerprint(path, project) for name, path in paths.items()}
        changed = [name for name in paths if known.get(name, {}).get("sha256") != hashes[name]]
        removed = sorted(set(known) - set(paths))
        kept = {name: known[name] for name in paths if name not in changed}
        if current is not None and not fresh and not changed and not removed:
            return BuildResult(snapshot=current, kept=len(kept), facts=before["facts"], triples=before["triples"])

        candidate = snapshots.candidate(fresh=fresh)
        try:
            work = _Work(project, profile, candidate.open_store())
            if fresh:
                work.load_profile()
            gone = work.remove(
                source for name in (*removed, *changed) for source in known.get(name, {}).get("sources", ())
            )
            files = dict(kept)
            for name, path in zip(changed, progress([paths[name] for name in changed]), strict=True):
                files[name] = {"sha256": hashes[name], **work.load(name, path)}
            union.forget(work.store, gone)
            work.check_sources(files)
            work.check_references(
                files, {triple.subject.value for triple in gone if isinstance(triple.subject, ox.NamedNode)}, changed
            )
            if work.problems:
                raise FactsError(sorted(work.problems, key=lambda it: it.place))
            report = work.validate(files, paths)
            if not report.conforms:
                raise RefusedError(report)
            work.store.flush()
            del work
            snapshot = candidate.publish(
                {"basis": basis, "facts": report.facts, "triples": report.triples, "files": files}
            )
        except BaseException:
            candidate.discard()
            raise
    return BuildResult(
        snapshot=snapshot,
        converted=tuple(changed),
        removed=tuple(removed),
        kept=len(kept),
        facts=report.facts,
        triples=report.triples,
        report=report,
    )


class _Work:
    """The work of one build on the candidate's store."""

    def __init__(self, project: Project, profile: Profile, store: ox.Store) -> None:
        self.project = project
        self.profile = profile
        self.store = store
        self.graphs = GraphNames(id_base=project.id_base)
        self.emitter = compile_emitter(profile, project.id_base)
        self.problems: list[Problem] = []
        self.read: dict[str, FactsFile] = {}

    def load_profile(self) -> None:
        """Store ontology and vocabularies, so that queries can follow labels and classes."""
        union.add(self.store, profile_triples(self.profile), self.graphs.profile)

    def remove(self, sources: Iterable[str]) -> set[ox.Triple]:
        """Remove the graphs of sources; return the triples that stood in them."""
        gone: set[ox.Triple] = set()
        for source in sources:
            provenance = ox.NamedNode(self.graphs.provenance_of(source))
            for link in list(self.store.quads_for_pattern(None, _DERIVED, None, provenance)):
                if isinstance(link.subject, ox.NamedNode):
                    gone |= union.remove_graph(self.store, link.subject)
            gone |= union.remove_graph(self.store, provenance)
        return gone

    def load(self, name: str, path: Path) -> dict[str, Any]:
        """Convert a file into the store; return what the manifest keeps of it."""
        if is_stream(path):
            with open_stream(path, self.project, self.emitter) as stream:
                noted = _SourcesSeen(stream, self.graphs.provenance)
                union.load(self.store, noted)
            self.problems.extend(stream.problems)
            return {"facts": stream.facts, "sources": sorted(noted.sources), "references": {}}
        found = self.read[name] = read_facts(path, self.profile, id_base=self.project.id_base, name=name)
        self.problems.extend(found.problems)
        if not found.problems:
            union.load(self.store, convert_facts(found, self.emitter))
        return {
            "facts": len(found.facts),
            "sources": [source_name(found.source.id)] if found.source is not None else [],
            "references": {iri: [place.line, place.column] for iri, place in self._references(found)},
        }

    def _references(self, found: FactsFile) -> Iterator[tuple[str, Place]]:
        own = {*found.described, found.source.id if found.source is not None else ""}
        for reference, place in found.references.items():
            if reference not in own:
                yield reference, place

    def check_sources(self, files: dict[str, Any]) -> None:
        """Report sources that two files claim: each would replace the other's graphs."""
        owner: dict[str, str] = {}
        for name, entry in files.items():
            for source in entry["sources"]:
                other = owner.setdefault(source, name)
                if other != name:
                    found = self.read.get(name)
                    place = found.source.place if found is not None and found.source else Place(file=name)
                    self.problems.append(problem("source-twice", place, source=source, other=other))

    def check_references(self, files: dict[str, Any], gone: set[str], changed: list[str]) -> None:
        """Report links to ids that no file describes: those of changed files, and those to what disappeared."""
        ids = Ids(self.profile, self.project.id_base)
        lost = {iri for iri in gone if not self._described(iri)}
        for name, entry in files.items():
            for reference, (line, column) in entry["references"].items():
                iri = ids.iri(reference) or reference
                if iri in lost or (name in changed and iri not in gone and not self._described(iri)):
                    place = Place(file=name, line=line, column=column)
                    hint = did_you_mean(reference, self._ids_like(reference)) or (
                        f"add a fact about it: '- id: {reference}'"
                    )
                    self.problems.append(problem("dangling-id", place, hint=hint, id=reference))

    def _described(self, iri: str) -> bool:
        return next(self.store.quads_for_pattern(ox.NamedNode(iri), None, None, None), None) is not None

    def _ids_like(self, reference: str) -> set[str]:
        """Return the ids of the same kind that are described."""
        kind = reference.partition("/")[0]
        base = self.project.id_base
        query = f'SELECT DISTINCT ?s WHERE {{ GRAPH ?g {{ ?s a ?c }} FILTER(STRSTARTS(STR(?s), "{base}{kind}/")) }}'
        found = self.store.query(query)
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - a SELECT
        return {row["s"].value.removeprefix(base) for row in found}

    def validate(self, files: dict[str, Any], paths: dict[str, Path]) -> Report:
        """Run the shapes over the store, and bring the results back to their places."""
        report = validate_store(self.store, self.profile)
        facts = sum(entry["facts"] for entry in files.values())
        report = report.with_totals(files=len(files), facts=facts)
        if not report.results:
            return report
        owner = {source: name for name, entry in files.items() for source in entry["sources"]}
        for source in {s for result in report.results for s in self._sources_of(result.focus)}:
            name = owner.get(source)
            if name is not None and name not in self.read and not is_stream(paths[name]):
                self.read[name] = read_facts(paths[name], self.profile, id_base=self.project.id_base, name=name)
        return report.located(Locator(self.read.values(), self.profile, self.project.id_base))

    def _sources_of(self, focus: str) -> Iterator[str]:
        prefix = self.graphs.facts
        for quad in self.store.quads_for_pattern(ox.NamedNode(focus), None, None, None):
            if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(prefix):
                yield quad.graph_name.value.removeprefix(prefix).rpartition("/")[0]


class _SourcesSeen:
    """Pass chunks of N-Quads on, and note whose receipts they hold."""

    def __init__(self, chunks: Iterable[bytes], provenance: str) -> None:
        self.chunks = chunks
        self.sources: set[str] = set()
        self._pattern = re.compile(
            rb"^<" + re.escape(provenance).encode() + rb"([^>]+)> <http://schema.org/about>", re.MULTILINE
        )

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.sources.update(name.decode() for name in self._pattern.findall(chunk))
            yield chunk


def _fingerprint(path: Path, project: Project) -> str:
    """Return what changes with what a file says: its SHA-256, and of tables also their settings and a query's rows."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    settings = project.tables_of(path)
    if settings:
        digest.update(repr(settings).encode())
    if path.suffix.lower() in SQL:
        sheets, _ = open_sheets(path, name=path.name, settings=settings, root=project.root)
        for sheet in sheets:
            for row in sheet.rows:
                digest.update(repr(row).encode())
    return digest.hexdigest()
