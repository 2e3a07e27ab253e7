"""Bring a store up to date with facts files that change, and validate it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.build.manifest import FileEntry, owners
from pressgraph.build.reading import FactsReader, Links, Reading
from pressgraph.convert import compile_emitter, is_stream, open_stream
from pressgraph.dataset import GraphNames, union
from pressgraph.dataset.counts import Touched
from pressgraph.dataset.graphs import stands_apart
from pressgraph.derive import Corrections, Derivation, load_rules
from pressgraph.errors import Place, shown_name
from pressgraph.facts.ids import Ids, advise_unknown
from pressgraph.facts.rules import problem
from pressgraph.rdf import RDF_TYPE
from pressgraph.rdf.terms import named, read_term, term_text
from pressgraph.validation import Locator, Report, Validator, load_checks
from pressgraph.validation.explain.hints import names_of
from pressgraph.validation.files import own_ontology, read_lines
from pressgraph.validation.incremental import Change, FootprintCache, ValidationState, recheck
from pressgraph.validation.incremental.state import warning_from_json, warning_to_json
from pressgraph.validation.locate.rdf import RdfLocator
from pressgraph.validation.shacl.engines import engine as choose_engine
from pressgraph.validation.suppressions import Suppression, suppressions_in

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from pathlib import Path

    from pressgraph.errors import Problem
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.rdf import Term
    from pressgraph.validation import Result
    from pressgraph.validation.incremental.compared import Compared

_TYPE = ox.NamedNode(RDF_TYPE)
_RELATED = 4
_SAMPLE = 20
_AT_ONCE = 30_000
"""Conclusions that are added to a store at a time."""
_DERIVED = ox.NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")


class StoreUpdate:
    """Bring a store up to date with facts files; `problems` are those of the facts rules."""

    def __init__(
        self,
        project: Project,
        profile: Profile,
        store: ox.Store,
        *,
        engine: str = "auto",
        footprints: FootprintCache | None = None,
    ) -> None:
        self.project = project
        self.profile = profile
        self.store = store
        self.graphs = GraphNames(id_base=project.id_base)
        self.emitter = compile_emitter(profile, project.id_base, reviewed=project.require_reviewed)
        self.rules = load_rules(project, profile)
        self.derivation = Derivation(store, project.id_base, self.rules, withhold=frozenset(project.withheld_iris))
        self.corrections = Corrections(store, self.graphs, profile)
        self.problems: list[Problem] = []
        self.reader = FactsReader(project, profile, self.emitter)
        self.read: dict[str, FactsFile] = self.reader.read
        self.links: dict[str, Links] = {}
        self._texts: list[bytes] = []
        self.change: Change | None = None
        self.touched: Touched | None = None
        """What `apply` may have changed in the dataset; None where it began anew."""
        self.altered: frozenset[str] = frozenset()
        """The graphs that may hold something else than before, texts included, where it did not begin anew."""
        self.changed: frozenset[str] = frozenset()
        self.validator = Validator(
            store,
            profile,
            project.id_base,
            engine=choose_engine(engine, profile),
            checks=load_checks(project),
        )
        self.footprints = footprints or FootprintCache()

    def load_profile(self) -> None:
        """Store ontology and vocabularies, so that queries can follow labels and classes."""
        union.add(self.store, self.profile.ontology_triples, self.graphs.profile)

    def apply(
        self,
        entries: Mapping[str, FileEntry],
        changed: list[str],
        removed: list[str],
        *,
        progress: Callable[[list[Path]], Iterable[Path]] = iter,
        fresh: bool = False,
    ) -> dict[str, FileEntry]:
        """Bring the store up to date with changed and removed files; return what is to be known of all files.

        Problems are gathered; where there are none, `self.change` says how the default graph differs from before,
        conclusions included. What is `fresh` begins anew: then `conclude` is still to be done.
        """
        levels = self.derivation.before() if not fresh else []
        former = {name for name in (*removed, *changed) if name in entries}
        again = self.corrected_by({source for name in former for source in entries[name].sources}, entries) - former
        touched = {source for name in former | again for source in entries[name].sources}
        gone = self.remove(touched)
        files = {name: entry for name, entry in entries.items() if name not in changed and name not in removed}
        delta = None if fresh else union.LoadDelta()

        def chunks() -> Iterator[bytes]:
            readings = self.reader.all([name for name in changed if not is_stream(self.project.root / name)])
            for name, path in zip(changed, progress([self.project.root / name for name in changed]), strict=True):
                files[name] = yield from self.convert(name, path, readings)
            for name in sorted(again):
                # what is withdrawn from it is to be found out again
                yield from self.convert(name, self.project.root / name, self.reader.all([name]))

        # in one piece: a store takes many files at once in a third of the time
        union.load(self.store, chunks(), delta=delta)
        for text in filter(None, self._texts):
            # texts are for pages alone: no part of the default graph, and nothing is concluded or checked of them
            self.store.extend(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        self._texts.clear()
        touched.update(source for name in changed if name in files for source in files[name].sources)
        self.corrections.apply(None if fresh else touched, delta=delta)
        triples = set().union(*(told for graph, told in gone.items() if not stands_apart(graph)))
        union.prune(self.store, triples)
        if fresh:
            self.derivation.clear()
        self.changed = frozenset((*changed, *removed))
        self.check_sources(files)
        self.check_references(files, {triple.subject for triple in triples})
        if delta is not None and not self.problems:
            for fact, told in self.corrections.changed.items():
                if str(fact) not in delta.graphs:
                    # it stood here before as it was said
                    gone[str(fact)] = told
                    delta.graphs[str(fact)] = {it.subject for it in told}
            self.change = self.difference(gone, triples, delta)
            conclusions = self.derivation.update(
                levels, dict(zip(_graphs(gone), gone.values(), strict=True)), _graphs(delta.graphs)
            )
            self.change = self.change.joined(*union.change(self.store, conclusions), conclusions.quads)
            self.touched = Touched(
                triples={*self.change.removed, *self.change.added},
                graphs={
                    *_graphs((*gone, *delta.graphs)),
                    *(it.graph_name for it in conclusions.quads if isinstance(it.graph_name, ox.NamedNode)),
                },
            )
            texts = (self.graphs.texts + it for it in touched)
            self.altered = frozenset((*(it.value for it in self.touched.graphs), *texts))
        return files

    def conclude(self, write: Callable[[Iterable[bytes]], None]) -> None:
        """Add what follows from all facts; `write` is handed it in parts, as N-Quads, and has to take all of them."""
        write(self._conclusions())

    def _conclusions(self) -> Iterator[bytes]:
        """Yield what follows from all facts, and add it in a thread beside."""
        quads = self.derivation.all()
        with ThreadPoolExecutor(1) as thread:
            loading = []
            while some := list(islice(quads, _AT_ONCE)):
                part = ox.serialize(union.both(some), format=ox.RdfFormat.N_QUADS) or b""
                # a table file made for a few quads has to wait for what the store writes in the background
                load = self.store.bulk_load if len(some) == _AT_ONCE else self.store.load
                loading.append(thread.submit(load, part, ox.RdfFormat.N_QUADS, lenient=True))
                yield part
            for it in loading:
                it.result()

    def difference(
        self, gone: Mapping[str, set[ox.Triple]], triples: Iterable[ox.Triple], delta: union.LoadDelta
    ) -> Change:
        """Say how the store differs from before: graphs went, with their triples, and others came."""
        touched: set[Term] = set()
        elsewhere: set[Term] = set()
        for graph in delta.graphs.keys() | gone.keys():
            came, went = delta.graphs.get(graph, set()), gone.get(graph, set())
            touched |= came | {it.subject for it in went}
            if came and went:
                quads = self.store.quads_for_pattern(None, None, None, ox.NamedNode(graph[1:-1]))
                elsewhere |= {it.subject for it in went ^ {quad.triple for quad in quads}}
            else:
                elsewhere |= came | {it.subject for it in went}
        left = {*triples, *self.corrections.withdrawn} - delta.triples
        return Change(
            removed=frozenset(it for it in left if not self._stands(it)),
            added=frozenset(it for it in delta.triples if it not in self.corrections.withdrawn or self._stands(it)),
            touched=frozenset(map(term_text, touched)),
            elsewhere=frozenset(map(term_text, elsewhere)),
        )

    def _stands(self, triple: ox.Triple) -> bool:
        return ox.Quad(triple.subject, triple.predicate, triple.object) in self.store

    def remove(self, sources: Iterable[str]) -> dict[str, set[ox.Triple]]:
        """Remove the graphs of sources; return the triples that stood in each."""
        gone: dict[str, set[ox.Triple]] = {}
        for source in sources:
            provenance = ox.NamedNode(self.graphs.provenance_of(source))
            for link in list(self.store.quads_for_pattern(None, _DERIVED, None, provenance)):
                if isinstance(link.subject, ox.NamedNode):
                    gone[str(link.subject)] = union.remove_graph(self.store, link.subject)
            gone[str(provenance)] = union.remove_graph(self.store, provenance)
            self.store.remove_graph(ox.NamedNode(self.graphs.texts + source))
        return gone

    def corrected_by(self, sources: set[str], files: Mapping[str, FileEntry]) -> set[str]:
        """Return the files of the sources from which something is withdrawn because of some sources."""
        corrected = self.corrections.corrected_by(sources)
        owner = owners(files) if corrected else {}
        return {owner[source] for source in corrected if source in owner}

    def convert(self, name: str, path: Path, readings: Iterator[Reading]) -> Generator[bytes, None, FileEntry]:
        """Yield a file's quads as chunks of N-Quads; return what the manifest keeps of it.

        The next of `readings` is that file, unless it is a stream of facts.
        """
        if is_stream(path):
            with open_stream(path, self.project, self.emitter) as stream:
                yield from stream
            self.problems.extend(stream.problems)
            return FileEntry(
                facts=stream.facts,
                sources=sorted(stream.described),
                allow=self._allowances(stream.allowing),
                warnings=[warning_to_json(it) for it in stream.warnings.values()],
            )
        reading = next(readings)
        self.problems.extend(reading.problems)
        self.links[name] = reading.links
        self._texts.append(reading.text)
        yield reading.quads
        return reading.entry

    def _allowances(self, files: Iterable[FactsFile]) -> list[Any]:
        return [it.to_json() for file in files for it in suppressions_in(file, self.profile, self.project.id_base)]

    def refusal(self, files: Mapping[str, FileEntry]) -> Report:
        """Return the report of a state whose facts have problems: the shapes are not asked."""
        report = Report(
            problems=tuple(sorted(self.problems, key=lambda it: it.place)),
            id_base=self.project.id_base,
            engine=self.validator.engine.name,
        )
        return _with_totals(report, files)

    def check_sources(self, files: dict[str, FileEntry]) -> None:
        """Report sources that two files claim: each would replace the other's graphs."""
        owner: dict[str, str] = {}
        for name, entry in files.items():
            for source in entry.sources:
                other = owner.setdefault(source, name)
                if other != name:
                    source_read = self.reader.one(name).source if name in self.links else None
                    place = source_read.place if source_read is not None else Place(file=name)
                    self.problems.append(problem("source-twice", place, source=source, other=shown_name(other)))

    def check_references(self, files: Mapping[str, FileEntry], gone: Iterable[object]) -> None:
        """Report links to ids that no file describes: those of the files just read, and those to what disappeared."""
        # a file with a mistake in it is not in the store, but says what it says
        described = {name for links in self.links.values() for name in links.described}
        ids = Ids(self.profile, self.project.id_base)

        def missing(reference: str) -> bool:
            return reference not in described and not self._described(ids.iri(reference) or reference)

        lost = {it for it in gone if isinstance(it, ox.NamedNode) and not self._described(it.value)}
        owner = owners(files) if lost else {}
        for iri in lost:
            pointing = self.store.quads_for_pattern(None, None, iri, None)
            for name in sorted({owner[it] for quad in pointing for it in self._source_of(quad) if it in owner}):
                path = self.project.root / name
                if name not in self.links and not is_stream(path):
                    self.links[name] = Links.of(self.reader.one(name))
        base = self.project.id_base
        # what follows from what is gone is still in the store
        ids_of = cache(lambda kind: self._ids_of(kind) - {it.value.removeprefix(base) for it in lost})
        for links in self.links.values():
            for reference, place in links.references.items():
                if missing(reference):
                    alike = ids_of(reference.partition("/")[0])
                    hint = advise_unknown(reference, alike, lambda it: names_of(self.store, base + it))
                    self.problems.append(problem("dangling-id", place, hint=hint, id=reference))

    def _described(self, iri: str) -> bool:
        quads = self.store.quads_for_pattern(ox.NamedNode(iri), None, None, None)
        names = (quad.graph_name for quad in quads)
        # a conclusion describes nothing that no fact describes
        return any(isinstance(it, ox.NamedNode) and not self.graphs.is_derived(it.value) for it in names)

    def _ids_of(self, kind: str) -> set[str]:
        """Return the ids of a kind that are described.

        The things of a class are mostly of one kind, so classes whose first things are of another are passed over: the
        stores keep things by class, not by the beginning of their names.
        """
        base = self.project.id_base
        iris: set[str] = set()
        for one in self.profile.classes.values():
            quads = self.store.quads_for_pattern(None, _TYPE, ox.NamedNode(one.iri), union.DEFAULT)
            names = (quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
            first = list(islice(names, _SAMPLE))
            if any(it.startswith(f"{base}{kind}/") for it in first):
                iris.update(it for it in chain(first, names) if it.startswith(f"{base}{kind}/"))
        return {it.removeprefix(base) for it in iris}

    def validate(
        self,
        files: Mapping[str, FileEntry],
        before: ValidationState | None,
        *,
        compared: Compared | None = None,
        triples: int = 0,
    ) -> tuple[Report, ValidationState]:
        """Validate the store, and bring the results back to their places.

        `before` is what was found on the state before the change, which had so many triples, and `compared` what checks
        compared in it; without it all is checked.
        """
        ready: list[Result] = []
        lines: dict[str, set[str]] = {}
        if before is None or self.change is None:
            # files are read for what checks find while the shapes still run
            results = self.validator.full(partial(self._read_for, owner=owners(files), lines=lines))
            triples = union.size(self.store)
        else:
            again = recheck(self.validator, self.change, before, compared or {}, self.footprints)
            results = list(again.fresh)
            for it in again.standing:
                (results if self._moved(it) else ready).append(it)
            triples += len(self.change.added) - len(self.change.removed)
            owner = owners(files) if results else {}
            for it in results:
                self._read_for(it, owner, lines)
        self._read_lines(lines)
        suppressions = [Suppression.from_json(stored, name) for name, entry in files.items() for stored in entry.allow]
        locate = Locator(self.read.values(), self.profile, self.project.id_base).locate
        own = own_ontology(results, self.profile, self.project)
        foreign = RdfLocator(own) if own else None
        report = self.validator.finish(
            results,
            locate=locate if foreign is None else lambda it: foreign.locate(locate(it), lambda _: ()),
            suppressions=suppressions,
            ready=ready,
            triples=triples,
        )
        return _with_totals(report, files), ValidationState.of(self.validator, report.results)

    def _moved(self, result: Result) -> bool:
        """Tell whether a result that still stands may stand somewhere else now."""
        files = {place.file for place in (result.place, *(it.place for it in result.related)) if place is not None}
        touched = self.change.touched if self.change is not None else frozenset()
        return (
            result.place is None
            or not files.isdisjoint(self.changed)
            or not touched.isdisjoint({result.focus, result.value or "", result.other or ""})
        )

    def _read_for(self, result: Result, owner: Mapping[str, str], lines: dict[str, set[str]]) -> None:
        """Read the files again that hold the places of a result; of files of lines, only note what is wanted."""
        for name in self._holding(result, owner):
            if is_stream(self.project.root / name):
                lines.setdefault(name, set()).add(result.focus)
            else:
                self.reader.one(name)

    def _read_lines(self, lines: Mapping[str, set[str]]) -> None:
        """Read the lines again that say something of what is wanted of each file."""
        for name, wanted in lines.items():
            for number, facts_file in enumerate(
                read_lines([self.project.root / name], wanted, self.profile, self.project)
            ):
                self.read[f"{name}#{number}"] = facts_file

    def _holding(self, result: Result, owner: Mapping[str, str]) -> set[str]:
        """Return the files that `Locator` can find a result's places in.

        It takes the first of equal places in the order of the files, and of several values the last: of what a
        thousand releases repeat, not all need be read.
        """

        def files(subject: Any, predicate: Any, term: Any) -> list[str]:
            quads = self.store.quads_for_pattern(subject, predicate, term, None)
            return sorted({owner[it] for quad in quads for it in self._source_of(quad) if it in owner})

        focus = named(self.validator.thing_of(result.focus))
        value = read_term(result.value) if result.value is not None else None
        other = read_term(result.other) if result.other is not None else None
        holding: set[str] = set()
        for node in (focus, value, other):
            if isinstance(node, ox.NamedNode):
                # where it says what it is, else where it is first described
                holding.update(files(node, _TYPE, None)[:1] or files(node, None, None)[:1])
        if focus is None:
            return holding
        for step in result.steps:
            predicate = ox.NamedNode(step.removeprefix("^"))
            if step.startswith("^"):
                holding.update(files(None, predicate, focus))
            elif value is not None:
                holding.update(files(focus, predicate, value)[:1])
            else:
                stated = files(focus, predicate, None)
                objects = {quad.object for quad in self.store.quads_for_pattern(focus, predicate, None, union.DEFAULT)}
                holding.update(stated[-1:])
                # values that differ are shown beside each other
                for one in objects if len(objects) > 1 else ():
                    holding.update(files(focus, predicate, one)[:_RELATED])
        for term in (value, other):
            if term is not None and not isinstance(term, ox.BlankNode):
                holding.update(files(focus, None, term)[:1])
        return holding

    def _source_of(self, quad: ox.Quad) -> Iterator[str]:
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(self.graphs.facts):
            yield self.graphs.source_of(quad.graph_name.value)


def _with_totals(report: Report, files: Mapping[str, FileEntry]) -> Report:
    """Return a report with what is known of the files: how much they say, and the warnings of the facts rules."""
    warnings = (warning_from_json(stored, name) for name, entry in files.items() for stored in entry.warnings)
    report = report.with_warnings(warnings)
    return report.with_totals(files=len(files), facts=sum(entry.facts for entry in files.values()))


def leave(parts: Iterable[bytes]) -> None:
    """Write nothing of what stands where it is to be once it is made."""
    for _ in parts:
        pass


def _graphs(names: Iterable[str]) -> list[ox.NamedNode]:
    """Return the graphs that are written as N-Triples has them."""
    return [ox.NamedNode(name[1:-1]) for name in names]
