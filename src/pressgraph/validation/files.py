"""Check files: the facts rules over each, then the shapes over all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.convert import compile_emitter, convert_facts, is_stream, open_stream
from pressgraph.dataset import SERIALIZATIONS, GraphNames, union
from pressgraph.errors import Place, Problem
from pressgraph.facts import dangling_problems, read_facts
from pressgraph.facts.rules import problem
from pressgraph.validation.places import Locator
from pressgraph.validation.report import Report
from pressgraph.validation.shacl import profile_triples
from pressgraph.validation.validated import validate_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_RDF_SUFFIXES = {it.suffix: it for it in SERIALIZATIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFiles:
    """YAML facts files as read, with the problems of all of them, dangling links included."""

    found: dict[Path, FactsFile]
    problems: list[Problem] = field(default_factory=list)
    context: list[Path] = field(default_factory=list)
    """The project's other files, where some named file links to what they describe."""


def read_files(paths: Iterable[Path], project: Project, profile: Profile) -> ReadFiles:
    """Read YAML facts files, and look in the project's other files for the ids that they link to."""

    def read(path: Path) -> FactsFile:
        return read_facts(path, profile, id_base=project.id_base, name=project.name_of(path))

    found = {path: read(path) for path in paths}
    described = _described(found.values())
    context: list[Path] = []
    if any(reference not in described for one in found.values() for reference in one.references):
        named = {path.resolve() for path in found}
        context = [p for p in project.facts_files() if p.resolve() not in named and not is_stream(p)]
        described |= _described(map(read, context))
    problems = [one for file in found.values() for one in (*file.problems, *dangling_problems(file, described))]
    return ReadFiles(found=found, problems=sorted(problems, key=lambda it: it.place), context=context)


def check_files(paths: Sequence[Path], project: Project, profile: Profile, *, engine: str = "auto") -> Report:
    """Check facts files and RDF files (none named: the project's facts files).

    Where the facts rules find a problem the shapes are not asked: half a graph breaks rules that the whole keeps.
    Results are about the named files; the project's other files are only read for what these link to.
    """
    files = list(paths) or project.facts_files()
    rdf = [path for path in files if path.suffix.lower() in _RDF_SUFFIXES]
    lines = [path for path in files if path not in rdf and is_stream(path)]
    read = read_files([p for p in files if p not in rdf and p not in lines], project, profile)
    emitter = compile_emitter(profile, project.id_base)
    problems = list(read.problems)
    store = ox.Store()
    facts = sum(len(one.facts) for one in read.found.values())
    for path in rdf:
        problems.extend(_load_rdf(store, path, project))
    for path in lines:
        with open_stream(path, project, emitter) as stream:
            union.load(store, stream)
        problems.extend(stream.problems)
        facts += stream.facts
    if problems:
        return Report(problems=tuple(problems), files=len(files), facts=facts)
    for one in read.found.values():
        union.load(store, convert_facts(one, emitter))
    named = {quad.subject.value for quad in store if isinstance(quad.subject, ox.NamedNode | ox.BlankNode)}
    for other in read_files(read.context, project, profile).found.values():
        union.load(store, convert_facts(other, emitter))
    union.add(store, profile_triples(profile), GraphNames(id_base=project.id_base).profile)
    report = validate_store(store, profile, engine=engine).located(
        Locator(read.found.values(), profile, project.id_base)
    )
    return report.about(named).with_totals(files=len(files), facts=facts)


def _described(files: Iterable[FactsFile]) -> set[str]:
    return {name for one in files for name in (*one.described, *([one.source.id] if one.source is not None else []))}


def _load_rdf(store: ox.Store, path: Path, project: Project) -> list[Problem]:
    name = project.name_of(path)
    known = _RDF_SUFFIXES[path.suffix.lower()]
    try:
        base_iri = path.resolve().as_uri()
        quads = ox.parse(path.read_bytes(), format=known.ox_format, base_iri=base_iri, rename_blank_nodes=True)
        store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    except OSError as error:
        return [problem("unreadable", Place(file=name), reason=error.strerror or str(error))]
    except SyntaxError as error:
        place = Place(file=name, line=error.lineno or 0, column=error.offset or 0)
        return [problem("rdf-syntax", place, format=known.name, reason=error.msg)]
    return []
