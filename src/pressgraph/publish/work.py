"""The work on a store whose facts files change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.convert import compile_emitter, convert_facts, is_stream, open_stream
from pressgraph.convert.emitter import source_name
from pressgraph.dataset import GraphNames, union
from pressgraph.errors import Place, Problem
from pressgraph.facts import read_facts
from pressgraph.facts.ids import Ids
from pressgraph.facts.rules import did_you_mean, phrase, problem
from pressgraph.validation import Inspector, Locator, Report, load_checks, profile_triples
from pressgraph.validation.allow import Permission, permissions
from pressgraph.validation.engines import engine as choose_engine
from pressgraph.validation.files import read_lines
from pressgraph.validation.incremental import Change, recheck
from pressgraph.validation.keep import from_json
from pressgraph.validation.shacl import term_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation import Result

_DERIVED = ox.NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")


class Work:
    """The work on a store whose facts files change; `problems` are those of the facts rules."""

    def __init__(self, project: Project, profile: Profile, store: ox.Store, *, engine: str = "auto") -> None:
        self.project = project
        self.profile = profile
        self.store = store
        self.graphs = GraphNames(id_base=project.id_base)
        self.emitter = compile_emitter(profile, project.id_base)
        self.problems: list[Problem] = []
        self.read: dict[str, FactsFile] = {}
        self.change: Change | None = None
        self.changed: frozenset[str] = frozenset()
        self.inspector = Inspector(
            store, profile, project.id_base, engine=choose_engine(engine, profile), checks=load_checks(project)
        )

    def load_profile(self) -> None:
        """Store ontology and vocabularies, so that queries can follow labels and classes."""
        union.add(self.store, profile_triples(self.profile), self.graphs.profile)

    def apply(
        self,
        known: Mapping[str, Any],
        changed: list[str],
        removed: list[str],
        paths: Mapping[str, Path],
        *,
        progress: Callable[[list[Path]], Iterable[Path]] = iter,
        fresh: bool = False,
    ) -> dict[str, Any]:
        """Bring the store up to date with changed and removed files; return what is to be known of all files.

        Problems are gathered. `self.change` then says how the default graph differs from before, unless it is `fresh`.
        """
        gone = self.remove(s for name in (*removed, *changed) for s in known.get(name, {}).get("sources", ()))
        files = {name: entry for name, entry in known.items() if name not in changed and name not in removed}
        news = None if fresh else union.News()
        for name, path in zip(changed, progress([paths[name] for name in changed]), strict=True):
            files[name] = self.load(name, path, news)
        union.forget(self.store, gone)
        if news is not None:
            touched = {str(term_text(it)) for it in (*news.subjects, *(triple.subject for triple in gone))}
            self.change = Change(
                removed=frozenset(it for it in gone if not self._stands(it)),
                added=frozenset(news.triples),
                touched=frozenset(touched),
            )
        self.changed = frozenset((*changed, *removed))
        self.check_sources(files)
        lost = {triple.subject.value for triple in gone if isinstance(triple.subject, ox.NamedNode)}
        self.check_references(files, lost, changed)
        return files

    def _stands(self, triple: ox.Triple) -> bool:
        return ox.Quad(triple.subject, triple.predicate, triple.object) in self.store

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

    def load(self, name: str, path: Path, news: union.News | None = None) -> dict[str, Any]:
        """Convert a file into the store; return what the manifest keeps of it."""
        if is_stream(path):
            with open_stream(path, self.project, self.emitter) as stream:
                seen = _SourcesSeen(stream, self.graphs.provenance)
                union.load(self.store, seen, news=news)
            self.problems.extend(stream.problems)
            return {"facts": stream.facts, "sources": sorted(seen.sources), "references": {}}
        found = self.read[name] = read_facts(path, self.profile, id_base=self.project.id_base, name=name)
        self.problems.extend(found.problems)
        if not found.problems:
            union.load(self.store, convert_facts(found, self.emitter), news=news)
        return {
            "facts": len(found.facts),
            "sources": [source_name(found.source.id)] if found.source is not None else [],
            "references": {iri: [place.line, place.column] for iri, place in self._references(found)},
            "allow": [it.to_json() for it in permissions(found, self.profile, self.project.id_base)],
        }

    def _references(self, found: FactsFile) -> Iterator[tuple[str, Place]]:
        own = {*found.described, found.source.id if found.source is not None else ""}
        for reference, place in found.references.items():
            if reference not in own:
                yield reference, place

    def refusal(self, files: Mapping[str, Any]) -> Report:
        """Return the report of a state whose facts have problems: the shapes are not asked."""
        report = Report(
            problems=tuple(sorted(self.problems, key=lambda it: it.place)),
            id_base=self.project.id_base,
            engine=self.inspector.engine.name,
        )
        return report.with_totals(files=len(files), facts=sum(entry["facts"] for entry in files.values()))

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
                    hint = did_you_mean(
                        reference, self._ids_like(reference), otherwise=phrase("add-fact", id=reference)
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

    def validate(
        self, files: Mapping[str, Any], paths: Mapping[str, Path], before: Iterable[dict[str, Any]] | None
    ) -> Report:
        """Validate the store, and bring the results back to their places.

        `before` are the kept results of the state before the change; without them all is checked.
        """
        ready: list[Result] = []
        if before is None or self.change is None:
            results, _ = self.inspector.full()
        else:
            again = recheck(self.inspector, self.change, [from_json(it) for it in before])
            results = list(again.fresh)
            for it in again.kept:
                (results if self._moved(it) else ready).append(it)
        self._read_for(results, files, paths)
        permitted = [
            Permission.from_json(kept, name) for name, entry in files.items() for kept in entry.get("allow", ())
        ]
        report = self.inspector.finish(
            results,
            locate=Locator(self.read.values(), self.profile, self.project.id_base).locate,
            permitted=permitted,
            ready=ready,
            triples=self._size(),
        )
        return report.with_totals(files=len(files), facts=sum(entry["facts"] for entry in files.values()))

    def _moved(self, result: Result) -> bool:
        """Tell whether a result that still stands may stand somewhere else now."""
        files = {place.file for place in (result.place, *(it.place for it in result.related)) if place is not None}
        touched = self.change.touched if self.change is not None else frozenset()
        return (
            result.place is None
            or not files.isdisjoint(self.changed)
            or not touched.isdisjoint({result.focus, result.value or ""})
        )

    def _size(self) -> int:
        quads = self.store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        assert isinstance(quads, ox.QuerySolutions)  # noqa: S101 - a SELECT
        return int(next(iter(quads))["n"].value)

    def _read_for(self, results: Iterable[Result], files: Mapping[str, Any], paths: Mapping[str, Path]) -> None:
        """Read the files again that say something of the results' nodes."""
        owner = {source: name for name, entry in files.items() for source in entry["sources"]}
        lines: dict[str, set[str]] = {}
        for result in results:
            for source in {it for quad in self._about(result) for it in self._source_of(quad)}:
                name = owner.get(source)
                if name is None or name in self.read:
                    continue
                if is_stream(paths[name]):
                    lines.setdefault(name, set()).add(result.focus)
                else:
                    self.read[name] = read_facts(paths[name], self.profile, id_base=self.project.id_base, name=name)
        for name, wanted in lines.items():
            for number, found in enumerate(read_lines([paths[name]], wanted, self.profile, self.project)):
                self.read[f"{name}#{number}"] = found

    def _about(self, result: Result) -> Iterator[ox.Quad]:
        """Yield the quads that a result can be placed by: about its node, about its value, pointing to its node."""
        if not result.focus.startswith("_:"):
            yield from self.store.quads_for_pattern(ox.NamedNode(result.focus), None, None, None)
            for step in result.steps:
                if step.startswith("^"):
                    focus, predicate = ox.NamedNode(result.focus), ox.NamedNode(step[1:])
                    yield from self.store.quads_for_pattern(None, predicate, focus, None)
        if result.value is not None and not result.value.startswith(("_:", '"')):
            yield from self.store.quads_for_pattern(ox.NamedNode(result.value), None, None, None)

    def _source_of(self, quad: ox.Quad) -> Iterator[str]:
        prefix = self.graphs.facts
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
