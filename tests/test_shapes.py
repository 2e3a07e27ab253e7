"""Every named constraint has an example that conforms and one that violates it, and it alone.

The examples are tests/shapes/{constraint}.conforming.ttl and .violating.ttl. pySHACL is slow to start and
quick per node, so each of the two sets is validated in one run; what an example describes gets its own IRIs.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef

import pressgraph
from pressgraph.dataset import rdflib_graph
from pressgraph.validation.shacl.engines import choose
from pressgraph.validation.shacl.shapes import make_shapes

if TYPE_CHECKING:
    from rdflib.term import Node

    from pressgraph.profile import Profile

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "tests" / "shapes"
SHP = "https://w3id.org/pressgraph/shapes#"


def merged(*folders: str) -> Graph:
    graph = Graph()
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.ttl")):
            # shapes/consumers/ holds what search engines ask of pages, not what facts may say.
            if "consumers" not in file.parts:
                graph.parse(file)
    return graph


SHAPES = merged("shapes")
# Constraints that SHACL reports by name: those hanging on a shape with a target.
CONSTRAINTS = sorted(
    str(constraint).removeprefix(SHP)
    for predicate in (SH.property, SH.sparql)
    for constraint in set(SHAPES.objects(None, predicate))
    # shapes of words for keys ask nothing
    if isinstance(constraint, URIRef) and (constraint, SKOS.altLabel, None) not in SHAPES
)
COMPONENTS = {
    SH["class"],
    SH.datatype,
    SH.disjoint,
    SH.equals,
    SH["in"],
    SH.lessThan,
    SH.lessThanOrEquals,
    SH.maxCount,
    SH.maxInclusive,
    SH.minCount,
    SH.minInclusive,
    SH.node,
    SH.nodeKind,
    SH["not"],
    SH["or"],
    SH.pattern,
    SH.select,
    SH.uniqueLang,
}


@pytest.fixture(scope="session")
def ontology() -> Graph:
    return merged("ontology")


def examples(ontology: Graph, kind: str) -> Graph:
    """All examples of a kind in one graph, with the ontology: each example's things get IRIs of their own."""
    known = set(ontology.subjects())
    data = Graph()
    data += ontology
    for file in sorted(EXAMPLES.glob(f"*.{kind}.ttl")):
        example = Graph().parse(file)
        name = file.name.split(".")[0]
        own = {node for node in example.subjects() if isinstance(node, URIRef)} - known
        for s, p, o in example:
            data.add((URIRef(f"{s}?{name}") if s in own else s, p, URIRef(f"{o}?{name}") if o in own else o))
    return data


def by_example(report: Graph) -> dict[str, set[str]]:
    """Read a report: example → constraints reported on its nodes."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for result in report.objects(None, SH.result):
        focus = report.value(result, SH.focusNode)
        constraint = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        example, rule = str(focus).partition("?")[2], str(constraint).removeprefix(SHP)
        # what is merely worth knowing may be so of any example
        if rule == example or report.value(result, SH.resultSeverity) != SH.Info:
            found[example].add(rule)
    return dict(found)


def reports(data: Graph) -> dict[str, set[str]]:
    _, report, _ = pyshacl.validate(rdflib_graph(triples(data)), shacl_graph=SHAPES, inference="none", inplace=True)
    assert isinstance(report, Graph)
    return by_example(report)


def triples(graph: Graph) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)]


def compiled_reports(data: Graph) -> dict[str, set[str]]:
    report = choose("shacl", make_shapes(triples(SHAPES))).run(triples(data))
    return by_example(Graph().parse(data=ox.serialize(report, format=ox.RdfFormat.N_TRIPLES), format="nt"))


@pytest.fixture(scope="session")
def conforming(ontology: Graph) -> dict[str, set[str]]:
    return reports(examples(ontology, "conforming"))


@pytest.fixture(scope="session")
def violating(ontology: Graph) -> dict[str, set[str]]:
    return reports(examples(ontology, "violating"))


def test_the_compiled_engine_reports_the_same_of_every_example(
    ontology: Graph, conforming: dict[str, set[str]], violating: dict[str, set[str]]
) -> None:
    assert compiled_reports(examples(ontology, "conforming")) == conforming
    assert compiled_reports(examples(ontology, "violating")) == violating


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_conforming_example_conforms(constraint: str, conforming: dict[str, set[str]]) -> None:
    assert (EXAMPLES / f"{constraint}.conforming.ttl").is_file()
    assert conforming.get(constraint, set()) == set()


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_violating_example_violates_that_constraint_alone(constraint: str, violating: dict[str, set[str]]) -> None:
    assert (EXAMPLES / f"{constraint}.violating.ttl").is_file()
    assert violating.get(constraint, set()) == {constraint}


def test_no_example_is_left_over() -> None:
    assert {file.name.split(".")[0] for file in EXAMPLES.iterdir()} == set(CONSTRAINTS)


def test_ontology_and_vocabularies_conform(conforming: dict[str, set[str]]) -> None:
    assert "" not in conforming


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_constraint_says_one_thing_in_english_and_german(constraint: str) -> None:
    node = URIRef(SHP + constraint)
    messages = list(SHAPES.objects(node, SH.message))
    assert sorted(str(m.language) for m in messages if isinstance(m, Literal)) == ["de", "en"]
    assert len([p for p in SHAPES.predicates(node) if p in COMPONENTS]) == 1


def test_every_term_and_concept_is_labelled_and_defined_in_english_and_german(ontology: Graph) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, SKOS.Concept, SKOS.ConceptScheme)
    defined = {term for kind in kinds for term in ontology.subjects(RDF.type, kind)}
    assert defined
    for term in defined:
        for predicates in ((RDFS.label, SKOS.prefLabel), (SKOS.definition,)):
            languages = {
                text.language
                for predicate in predicates
                for text in ontology.objects(term, predicate)
                if isinstance(text, Literal)
            }
            assert {"en", "de"} <= languages, (term, predicates)


@pytest.mark.parametrize("folder", ["ontology"])
def test_no_blank_nodes_are_published(folder: str) -> None:
    terms = {term for triple in merged(folder) for term in triple}
    assert [term for term in terms if not isinstance(term, URIRef | Literal)] == []


def imported(graph: Graph) -> dict[URIRef, Graph]:
    """What a graph imports and what that does, by name: each from the files that describe it."""
    files: defaultdict[Node, Graph] = defaultdict(Graph)
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        content = Graph().parse(path)
        for kind in (OWL.Ontology, SKOS.ConceptScheme):
            for name in content.subjects(RDF.type, kind):
                files[name] += content
    found: dict[URIRef, Graph] = {}
    todo = list(graph.objects(None, OWL.imports))
    while todo:
        name = todo.pop()
        if isinstance(name, URIRef) and name not in found:
            assert name in files
            found[name] = files[name]
            todo += files[name].objects(None, OWL.imports)
    return found


def test_shapes_are_usable_alone(built: Path, tmp_path: Path) -> None:
    """The command pyshacl, given an export, the shapes and what they import, needs nothing of the program."""
    needed = imported(SHAPES)
    assert len(needed) > 20
    data = Graph().parse(data=pressgraph.open(built).export("turtle"), format="turtle")
    # an ontology given by -e lends pySHACL its classes, not its vocabularies
    for content in needed.values():
        data += content
    date = URIRef("http://schema.org/datePublished")
    ((release, _, _),) = data.triples((None, date, None))
    data.remove((release, date, None))
    data.serialize(tmp_path / "data.ttl")
    SHAPES.serialize(tmp_path / "shapes.ttl")
    command = [sys.executable, "-m", "pyshacl", "-s", "shapes.ttl", "data.ttl"]
    told = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=300)
    assert told.returncode == 1
    assert told.stdout.count("Severity: sh:Violation") == 1
    assert "A press release or article needs a publication date." in told.stdout


def test_forms_can_be_drawn_for_every_key_of_every_class(profile: Profile) -> None:
    drawn: defaultdict[str, set[str]] = defaultdict(set)
    for shape, constraint in SHAPES.subject_objects(SH.property):
        names = {name.language for name in SHAPES.objects(constraint, SH.name) if isinstance(name, Literal)}
        order, group = SHAPES.value(constraint, SH.order), SHAPES.value(constraint, SH.group)
        if names != {"en", "de"} or order is None or (group, RDF.type, SH.PropertyGroup) not in SHAPES:
            continue
        for target in SHAPES.objects(shape, SH.targetClass):
            drawn[str(target)].add(str(SHAPES.value(constraint, SH.path)))
    for term in profile.classes.values():
        # figures are things of their own, and have forms of their own
        wanted = {profile.keys[name].iri for name in term.uses if profile.keys[name].measure is None}
        assert wanted <= drawn[term.iri].union(*(drawn[it] for it in term.superclasses)), term.name


def test_what_forms_show_is_current(profile: Profile) -> None:
    written = runpy.run_path(str(ROOT / ".ci" / "write_forms.py"))["document"](profile)
    assert (ROOT / "shapes" / "forms.ttl").read_text(encoding="utf-8") == written, "run 'make profile'"
