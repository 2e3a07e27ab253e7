"""Check files: the facts rules over each, then the shapes over all of them together."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from pressgraph.convert import checked_lines, compile_emitter, convert_facts, is_stream, open_stream, texts_beside
from pressgraph.dataset import SERIALIZATIONS, GraphNames, parsed, union
from pressgraph.derive import Corrections, derive, load_rules
from pressgraph.errors import Place, Problem, ProjectError
from pressgraph.facts import dangling_problems, is_json_lines, names_in, open_json_lines, read_facts
from pressgraph.facts.ids import Ids
from pressgraph.facts.rules import problem, unreadable
from pressgraph.facts.tree import decoded
from pressgraph.i18n import gettext
from pressgraph.rdf.terms import term_text
from pressgraph.validation.built import Elsewhere, said_elsewhere
from pressgraph.validation.checks.check import load_checks
from pressgraph.validation.checks.misplaced import MISPLACED
from pressgraph.validation.checks.unknown import deprecated_terms, unknown_terms
from pressgraph.validation.locate.facts import Locator, above
from pressgraph.validation.report import Report
from pressgraph.validation.shacl.engines import engine as choose_engine
from pressgraph.validation.suppressions import suppressions_in
from pressgraph.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pressgraph.convert import Emitter, JsonLines
    from pressgraph.convert.table_rows import TableRows
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation.report import Result

Reader: TypeAlias = "Callable[[Path], FactsFile]"
"""What reads a YAML facts file."""

_FEW = 5
_RDF_SUFFIXES = {it.suffix: it for it in SERIALIZATIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFiles:
    """YAML facts files as read, with the problems of all of them, dangling links included."""

    found: dict[Path, FactsFile]
    problems: list[Problem] = field(default_factory=list)
    context: list[Path] = field(default_factory=list)
    """The project's other files, where some named file links to what they describe."""


def read_files(
    paths: Iterable[Path],
    project: Project,
    profile: Profile,
    *,
    proposals: bool = False,
    reader: Reader | None = None,
) -> ReadFiles:
    """Read YAML facts files, and look in the project's other files for the ids that they link to.

    With `proposals`, those that nobody has reviewed count as facts: to check, not to publish. A `reader` has read the
    files already, or reads them otherwise.
    """
    read_one = reader or _reader(project, profile)

    def read(path: Path) -> FactsFile:
        facts_file = read_one(path)
        return facts_file.with_proposals() if proposals else facts_file

    files = {path: read(path) for path in paths}
    described = _described(files.values())
    context: list[Path] = []

    def missing() -> set[str]:
        return {reference for one in files.values() for reference in one.references} - described.keys()

    if missing():
        named = {path.resolve() for path in files}
        others = [p for p in project.facts_files() if p.resolve() not in named]
        context = [p for p in others if not is_stream(p)]
        described.update(_described(map(read, context)))
        ids = Ids(profile, project.id_base)
        for path in filter(is_stream, others):
            # what is described there is read only where it is asked for: such a file can be as large as a disk
            if wanted := {ids.iri(reference) or reference for reference in missing()}:
                here = _described(read_lines([path], wanted, profile, project))
                if not here.keys().isdisjoint(missing()):
                    context.append(path)
                described.update(here)
    problems = [one for file in files.values() for one in (*file.problems, *dangling_problems(file, described))]
    return ReadFiles(found=files, problems=sorted(problems, key=lambda it: it.place), context=context)


def _reader(project: Project, profile: Profile) -> Reader:
    return lambda path: read_facts(path, profile, id_base=project.id_base, name=project.name_of(path))


def check_files(
    paths: Sequence[Path],
    project: Project,
    profile: Profile,
    *,
    engine: str = "auto",
    shapes: Profile | None = None,
    reader: Reader | None = None,
) -> Report:
    """Check facts files and RDF files (none named: the project's facts files).

    `shapes` are those of another profile, such as a consumer's. A `reader` has read YAML files already, or reads them
    otherwise: so what is not saved yet is checked.

    Where the facts rules find a problem the shapes are not asked: half a graph breaks rules that the whole keeps.
    Results are about the named files; the project's other files are only read for what these link to.
    """
    files = list(paths) or project.required_facts_files()
    rdf = [path for path in files if path.suffix.lower() in _RDF_SUFFIXES]
    lines = [path for path in files if path not in rdf and is_stream(path)]
    reader = reader or _reader(project, profile)
    yaml_files = [path for path in files if path not in rdf and path not in lines]
    read = read_files(yaml_files, project, profile, proposals=True, reader=reader)
    emitter = compile_emitter(profile, project.id_base)
    store = ox.Store()
    # RDF files are checked as they are written; facts alone, as a build keeps them
    stated: list[ox.Triple] | None = [] if rdf else None

    def load(chunks: Iterable[bytes]) -> None:
        union.load(store, chunks if stated is None else _listening(chunks, stated))

    def add(triples: list[ox.Triple]) -> None:
        store.bulk_extend(ox.Quad(it.subject, it.predicate, it.object) for it in triples)
        if stated is not None:
            stated.extend(triples)

    facts = sum(len(one.facts) for one in read.found.values())
    problems = [*read.problems, *(one for path in rdf for one in _load_rdf(add, path, project, profile))]
    foreign = [quad.triple for quad in store]
    # a consumer's shapes are all that it asks for
    warnings = [it for one in read.found.values() for it in one.warnings] if shapes is None else []
    streams = list(_load_lines(load, lines, project, emitter))
    problems += [it for one in streams for it in one.problems]
    warnings += [it for one in streams for it in one.warnings.values() if shapes is None]
    facts += sum(one.facts for one in streams)
    chosen = choose_engine(engine, shapes or profile, as_written=bool(rdf))
    if problems:
        report = Report(problems=tuple(problems), id_base=project.id_base, engine=chosen.name)
        return report.with_warnings(warnings).with_totals(files=len(files), facts=facts)
    for one in read.found.values():
        load(convert_facts(one, emitter))
    named = _named(store, files, project)
    if not paths and shapes is None:
        # a build refuses what is wrong with the project's own vocabularies, too
        named |= own_nodes(profile)
    load_others = partial(_load_others, load, lines=lines, project=project, profile=profile, reader=reader)
    load_others(read.context)
    # RDF files may link to whatever is built, facts files to what the project's files describe
    asked = named | _unknown(store, named, project) if rdf else named
    elsewhere = said_elsewhere(asked, files, store, project, profile) if paths else Elsewhere()
    load_others(elsewhere.changed)
    union.add_quads(store, elsewhere.quads)
    union.extend(store, iter(_of_profile(profile, GraphNames(id_base=project.id_base).profile)))
    Corrections(store, GraphNames(id_base=project.id_base), profile).apply()
    derive(store, project.id_base, load_rules(project, profile))
    if stated is not None:
        stated = list(dict.fromkeys((*stated, *(it.triple for it in elsewhere.quads), *profile.ontology_triples)))
    # a consumer's shapes are all that it asks for
    checks = load_checks(project) if shapes is None else ()
    validator = Validator(store, shapes or profile, project.id_base, engine=chosen, checks=checks, stated=stated)
    results = _about(
        (*validator.full(), *unknown_terms(foreign, profile), *deprecated_terms(foreign, profile)),
        named,
        validator,
        store if rdf else None,
    )
    # what was built has been judged
    results = [it for it in results if (it.focus, it.path, it.value) not in elsewhere.news]
    locate = _locator(
        results,
        read.found.values(),
        lines,
        rdf,
        validator,
        project,
        beside=[*read.context, *elsewhere.files],
        reader=reader,
    )
    suppressing = chain(read.found.values(), *(one.allowing for one in streams))
    suppressions = [it for file in suppressing for it in suppressions_in(file, profile, project.id_base)]
    report = validator.finish(results, locate=locate, suppressions=suppressions, triples=union.size(store))
    return report.with_warnings(warnings).with_totals(files=len(files), facts=facts)


@lru_cache(maxsize=2)
def _of_profile(profile: Profile, graph: str) -> tuple[ox.Quad, ...]:
    """Return what a profile says, in its graph and in the default graph, made once for many checks."""
    name = ox.NamedNode(graph)
    return tuple(
        ox.Quad(it.subject, it.predicate, it.object, where)
        for it in profile.ontology_triples
        for where in (name, union.DEFAULT)
    )


def _named(store: ox.Store, files: Sequence[Path], project: Project) -> set[str]:
    """Return what files say something of.

    Raises ProjectError where they say nothing.
    """
    named = {term_text(quad.subject) for quad in store}
    if not named:
        names = ", ".join(project.name_of(path) for path in files[:_FEW])
        raise ProjectError(
            gettext("there is nothing to check in {names}: no fact and no statement", names=names),
            hint=gettext("name other files"),
        )
    return {name for name in named if name is not None}


def _load_lines(
    load: Callable[[Iterable[bytes]], None], paths: Iterable[Path], project: Project, emitter: Emitter
) -> Iterator[JsonLines | TableRows]:
    """Load lines and rows, and yield what tells of each file."""
    for path in paths:
        with open_stream(path, project, emitter) as stream:
            load(stream)
        yield stream


def _load_others(
    load: Callable[[Iterable[bytes]], None],
    files: Iterable[Path],
    *,
    lines: list[Path],
    project: Project,
    profile: Profile,
    reader: Reader,
) -> None:
    """Load what other files say, which is no matter of this check but what it is about links to."""
    emitter = compile_emitter(profile, project.id_base)
    for path in files:
        if not is_stream(path):
            load(convert_facts(reader(path), emitter))
        elif path not in lines:
            with open_stream(path, project, emitter) as stream:
                load(stream)


def _about(results: Iterable[Result], named: set[str], validator: Validator, mixed: ox.Store | None) -> list[Result]:
    """Return the results on the things that were named; of RDF files in a `mixed` store, none about keys."""
    # a literal that shapes are about belongs to no file more than to another
    about = [
        it for it in results if it.focus in named or it.focus.startswith('"') or validator.thing_of(it.focus) in named
    ]
    if mixed is None:
        return about
    keyed = {term_text(quad.subject) for quad in mixed if quad.graph_name != union.DEFAULT}
    return [result for result in about if result.focus in keyed or result.shape != MISPLACED]


def _unknown(store: ox.Store, named: set[str], project: Project) -> set[str]:
    """Return the project's ids that a store names as values, and does not describe."""
    values = {quad.object.value for quad in store if isinstance(quad.object, ox.NamedNode)}
    return {it for it in values if it.startswith(project.id_base)} - named


def _locator(
    results: list[Result],
    read: Iterable[FactsFile],
    lines: list[Path],
    rdf: list[Path],
    validator: Validator,
    project: Project,
    *,
    beside: list[Path],
    reader: Reader,
) -> Callable[[Result], Result]:
    """Return what brings results to their places; files are read again only where there is something to find."""
    if not results:
        return lambda result: result
    again = read_lines(lines, {result.focus for result in results}, validator.profile, project) if lines else []
    others = list(dict.fromkeys(beside))
    wanted = {it for result in results for it in (result.focus, result.value, result.other) if it is not None}
    told = [reader(path) for path in others if not is_stream(path)]
    told += read_lines([path for path in others if is_stream(path)], wanted, validator.profile, project)
    locator = Locator([*read, *again], validator.profile, project.id_base, beside=told)
    foreigners = [(project.name_of(p), p, _RDF_SUFFIXES[p.suffix.lower()].name) for p in rdf]
    foreigners += own_ontology(results, validator.profile, project)
    if not foreigners:
        return locator.locate
    from pressgraph.validation.locate.rdf import RdfLocator

    foreign = RdfLocator(foreigners)
    for name, path, form in foreigners:
        if form == "jsonld":
            triples: list[ox.Triple] = []
            _load_rdf(triples.extend, path, project, validator.profile)
            foreign.learn_whole(name, triples)

    def said(label: str) -> list[tuple[str, str]]:
        node = ox.BlankNode(label.removeprefix("_:"))
        quads = validator.store.quads_for_pattern(node, None, None, ox.DefaultGraph())
        return [
            (quad.predicate.value, term_text(quad.object) or "")
            for quad in quads
            if not isinstance(quad.object, ox.BlankNode)
        ]

    return lambda result: foreign.locate(locator.locate(result), said)


def own_nodes(profile: Profile) -> set[str]:
    """Return the IRIs and blank nodes that the project's own ontology and vocabularies describe."""
    return {term_text(triple.subject) for file in profile.ontology if file.own for triple in file.triples}


def own_ontology(results: Iterable[Result], profile: Profile, project: Project) -> list[tuple[str, Path, str]]:
    """Return the project's ontology files, as `RdfLocator` takes them, if some result is about what they describe."""
    if not any(file.own for file in profile.ontology):
        return []
    nodes = own_nodes(profile)
    if not any(result.focus in nodes for result in results):
        return []
    return turtle_files(project.ontology, project)


def turtle_files(paths: Iterable[Path], project: Project) -> list[tuple[str, Path, str]]:
    """Return the Turtle files among paths and below them, as `RdfLocator` takes them."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.ttl")))]
    return [(project.name_of(file), file, "turtle") for file in files]


def _listening(chunks: Iterable[bytes], heard: list[ox.Triple]) -> Iterator[bytes]:
    """Pass chunks of N-Quads on, and note the triples as they are written."""
    for chunk in chunks:
        heard.extend(quad.triple for quad in ox.parse(chunk, format=ox.RdfFormat.N_QUADS))
        yield chunk


def read_lines(paths: Iterable[Path], wanted: set[str], profile: Profile, project: Project) -> list[FactsFile]:
    """Read the lines or rows that say something of some things again, with the places of all they say."""
    emitter = compile_emitter(profile, project.id_base)
    names = {iri.removeprefix(project.id_base) for iri in wanted}
    # a nested node without an id is named after its parent
    names |= {above(name) for name in names}
    files: list[FactsFile] = []
    for path in paths:
        if str(path) != "-" and not is_json_lines(path):

            def hear(one: FactsFile, _source: object) -> None:
                about = {*one.described, one.source.id} if one.source is not None else one.described
                if not names.isdisjoint(about) or not wanted.isdisjoint(about):
                    files.append(one)

            with open_stream(path, project, emitter, listen=hear) as rows:
                for _ in rows:
                    pass
        elif str(path) != "-":
            with open_json_lines(path) as file:
                files.extend(
                    checked_lines(
                        file, emitter, name=project.name_of(path), wanted=names | wanted, texts=texts_beside(path)
                    )
                )
    return files


def file_triples(paths: Sequence[Path], project: Project, profile: Profile) -> Iterator[ox.Triple]:
    """Yield the triples of facts files and RDF files (none named: the project's) without receipts and the profile."""
    files = list(paths) or project.required_facts_files()
    emitter = compile_emitter(profile, project.id_base)
    facts = f"<{GraphNames(id_base=project.id_base).facts}"
    rdf, store = ox.Store(), ox.Store()
    for path in files:
        if path.suffix.lower() in _RDF_SUFFIXES:
            _load_rdf(
                lambda triples: rdf.extend(ox.Quad(it.subject, it.predicate, it.object) for it in triples),
                path,
                project,
                profile,
            )
        elif is_stream(path):
            with open_stream(path, project, emitter) as stream:
                union.load(store, stream)
        else:
            file = read_facts(path, profile, id_base=project.id_base, name=project.name_of(path))
            union.load(store, convert_facts(file, emitter))
    for quad in (*rdf, *store):
        if (quad.graph_name == union.DEFAULT and quad in rdf) or str(quad.graph_name).startswith(facts):
            yield quad.triple


def _described(files: Iterable[FactsFile]) -> dict[str, set[str]]:
    """Return the ids that files say something about, each with the names of its thing."""
    described: dict[str, set[str]] = {}
    for one in files:
        for name in (*one.described, *([one.source.id] if one.source is not None else [])):
            described.setdefault(name, set())
        for name, texts in names_in(one).items():
            described.setdefault(name, set()).update(texts)
    return described


def _load_rdf(add: Callable[[list[ox.Triple]], None], path: Path, project: Project, profile: Profile) -> list[Problem]:
    name = project.name_of(path)
    form = _RDF_SUFFIXES[path.suffix.lower()]
    try:
        base_iri = path.resolve().as_uri()
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        quads = parsed(content, form.ox_format, base_iri=base_iri, rename_blank_nodes=True)
        # complete before anything is added: JSON-LD may turn out only midway to need another parser
        add([quad.triple for quad in quads])
    except OSError as error:
        return [unreadable(error, name)]
    except SyntaxError as error:
        if "LoadDocumentCallback" in str(error.msg):
            return _load_json_ld(add, path.read_bytes(), base_iri, name, profile)
        if not_text := decoded(content, name)[1]:
            return not_text
        if form.name == "jsonld" and not error.lineno:
            # of a context that none may be, the engine does not say where; nothing is added
            found = _load_json_ld(lambda _: None, content, base_iri, name, profile)
            if found:
                return found
        place = Place(file=name, line=error.lineno or 0, column=error.offset or 0)
        return [problem("rdf-syntax", place, format=form.name, reason=error.msg)]
    return []


def _load_json_ld(
    add: Callable[[list[ox.Triple]], None], content: bytes, base: str, name: str, profile: Profile
) -> list[Problem]:
    """Load JSON-LD whose context is an address, which the engine's parser cannot look up."""
    from pressgraph.dataset.json_ld import Document, read_json_ld

    text = content.decode("utf-8-sig", errors="replace")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = Place(file=name, line=getattr(error, "lineno", 0), column=getattr(error, "colno", 0))
        reason = (
            gettext("it is nested too deep") if isinstance(error, RecursionError) else getattr(error, "msg", str(error))
        )
        return [problem("rdf-syntax", place, format="jsonld", reason=reason)]
    quads, findings = read_json_ld([Document(data=data, text=text)], base, profile)
    nodes: dict[str, ox.BlankNode] = {}

    def own(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Any:
        # another file's blank nodes have the same labels
        return nodes.setdefault(term.value, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term

    add([ox.Triple(own(quad.subject), quad.predicate, own(quad.object)) for quad in quads])
    problems = []
    for finding in findings:
        if not finding.lost:
            continue
        before = text[: finding.offset]
        column = finding.offset - before.rfind("\n")
        place = Place(file=name, line=before.count("\n") + 1, column=column)
        problems.append(problem("rdf-syntax", place, format="jsonld", reason=finding.reason))
    return problems
