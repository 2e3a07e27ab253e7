"""What shapes and checks read, and what is checked again when something changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.rdf import RDF_TYPE
from pressgraph.validation.incremental.footprint import EXISTS, Read, Step, Unknown
from pressgraph.validation.incremental.neighbours import Neighbours
from pressgraph.validation.incremental.queries import ANYTHING, query_footprint, read_patterns
from pressgraph.validation.incremental.shapes import shape_footprint
from pressgraph.validation.shacl.shapes import Shapes, profile_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.profile import Profile

E = "https://x.example/"
PREFIXES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <{E}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
A, B, C = ((f"{E}{name}", False) for name in "abc")
TYPE = Read((), (RDF_TYPE, False))


def back(edge: tuple[str, bool]) -> tuple[str, bool]:
    return edge[0], not edge[1]


def one(*edges: tuple[str, bool]) -> tuple[Step, ...]:
    """Return a chain of single edges."""
    return tuple(Step(frozenset((edge,))) for edge in edges)


def any_number(*edges: tuple[str, bool]) -> Step:
    return Step(frozenset(edges), closure=True)


def shapes(text: str) -> object:
    triples = tuple(quad.triple for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE))
    return shape_footprint(Shapes(triples=triples, left_out=()))


def query(text: str) -> object:
    return query_footprint(text, {"e": E})


ANY_A = Read((any_number(A),), A)
PATHS = [
    ("e:a", "e:a", {Read((), A)}),
    ("( e:a e:b )", "e:a/e:b", {Read((), A), Read(one(A), B)}),
    ("( e:a e:b e:c )", "e:a/e:b/e:c", {Read((), A), Read(one(A), B), Read(one(A, B), C)}),
    ("[ sh:inversePath e:a ]", "^e:a", {Read((), back(A))}),
    ("[ sh:inversePath ( e:a e:b ) ]", "^(e:a/e:b)", {Read((), back(B)), Read(one(back(B)), back(A))}),
    ("( [ sh:inversePath e:a ] e:b )", "^e:a/e:b", {Read((), back(A)), Read(one(back(A)), B)}),
    ("[ sh:inversePath [ sh:inversePath e:a ] ]", "^(^e:a)", {Read((), A)}),
    ("[ sh:alternativePath ( e:a e:b ) ]", "e:a|e:b", {Read((), A), Read((), B)}),
    (
        "( [ sh:alternativePath ( e:a e:b ) ] e:c )",
        "(e:a|e:b)/e:c",
        {Read((), A), Read((), B), Read(one(A), C), Read(one(B), C)},
    ),
    ("[ sh:zeroOrMorePath e:a ]", "e:a*", {ANY_A}),
    ("[ sh:oneOrMorePath e:a ]", "e:a+", {ANY_A}),
    ("[ sh:zeroOrOnePath e:a ]", "e:a?", {ANY_A}),
    ("( [ sh:zeroOrOnePath e:a ] e:b )", "e:a?/e:b", {ANY_A, Read((any_number(A),), B)}),
    ("[ sh:inversePath [ sh:zeroOrMorePath e:a ] ]", "^(e:a*)", {Read((any_number(back(A)),), back(A))}),
    (
        "[ sh:oneOrMorePath [ sh:alternativePath ( e:a [ sh:inversePath e:b ] ) ] ]",
        "(e:a|^e:b)+",
        {Read((any_number(A, back(B)),), A), Read((any_number(A, back(B)),), back(B))},
    ),
    (
        "[ sh:zeroOrMorePath ( e:a [ sh:zeroOrOnePath e:b ] ) ]",
        "(e:a/e:b?)*",
        {Read((any_number(A, B),), A), Read((any_number(A, B),), B)},
    ),
]


def test_of_a_property_with_a_named_value_only_that_value_is_read() -> None:
    """A hub leads to thousands of things, of which a query may ask for those of one class."""
    hub = "?this e:a ?hub FILTER EXISTS { ?other e:a ?hub ; a e:Level }"
    there = one(A, back(A))
    assert query(f"SELECT ?this {{ {hub} }}") == {
        Read((), A),
        Read(one(A), back(A)),
        Read(there, (RDF_TYPE, False), f"{E}Level"),
    }
    store = ox.Store()
    for name, kind in (("x", "Level"), ("y", "Thing"), ("z", "Level")):
        store.add(ox.Quad(ox.NamedNode(E + name), ox.NamedNode(RDF_TYPE), ox.NamedNode(E + kind)))
    gone = ox.Triple(ox.NamedNode(f"{E}y"), ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{E}Level"))
    neighbours = Neighbours(store, {gone})
    for before, levels in ((False, "xz"), (True, "xyz")):
        found = [
            triple
            for name in "xyz"
            for triple in neighbours.triples(ox.NamedNode(E + name), (RDF_TYPE, False), f"{E}Level", before=before)
        ]
        assert [str(it.subject) for it in found] == [f"<{E}{name}>" for name in levels]


def test_a_path_that_leaves_properties_out_can_be_any() -> None:
    found = query("SELECT ?this { ?this !e:b ?value ; e:a ?other }")
    assert isinstance(found, Unknown)
    assert found.properties == {None, f"{E}a"}


@pytest.mark.parametrize(("path", "sparql", "expected"), PATHS, ids=[row[1] for row in PATHS])
def test_a_path_reads_the_same_in_shapes_and_in_queries(path: str, sparql: str, expected: set[Read]) -> None:
    shape = f"e:S sh:targetClass e:T ; sh:property [ sh:path {path} ; sh:minCount 1 ] ."
    assert shapes(shape) == {TYPE, *expected}
    assert query(f"SELECT ?this {{ ?this {sparql} ?value }}") == expected


TARGETS = [
    ("sh:targetClass e:T", {TYPE}),
    ("sh:targetSubjectsOf e:a", {Read((), A)}),
    ("sh:targetObjectsOf e:a", {Read((), back(A))}),
    ("sh:targetNode e:x", set()),
    ("a sh:NodeShape, rdfs:Class", {TYPE}),
    ("a sh:NodeShape, owl:Class", {TYPE}),
    ("a sh:NodeShape", None),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS)
def test_a_target_is_read_too(target: str, expected: set[Read] | None) -> None:
    found = shapes(f"e:S {target} ; sh:property [ sh:path e:c ; sh:class e:D ] .")
    # what nothing targets reads nothing
    assert found == (set() if expected is None else {*expected, Read((), C), Read(one(C), (RDF_TYPE, False))})


CONSTRAINTS = [
    ("sh:closed true", {Read((), (None, False))}),
    ("sh:node [ sh:property [ sh:path e:a ] ]", {Read((), A)}),
    ("sh:not [ sh:property [ sh:path e:a ] ]", {Read((), A)}),
    ("sh:or ( [ sh:class e:D ] [ sh:property [ sh:path e:a ; sh:node [ sh:closed true ] ] ] )",
     {TYPE, Read((), A), Read(one(A), (None, False))}),
    ("sh:and ( [ sh:property [ sh:path e:a ] ] )", {Read((), A)}),
    ("sh:xone ( [ sh:property [ sh:path e:a ] ] [ sh:property [ sh:path e:b ] ] )", {Read((), A), Read((), B)}),
    ("sh:property [ sh:path e:a ; sh:qualifiedValueShape [ sh:property [ sh:path e:b ] ] ]",
     {Read((), A), Read(one(A), B)}),
    *((f"sh:property [ sh:path e:a ; sh:{name} e:b ]", {Read((), A), Read((), B)})
      for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals")),
]  # fmt: skip


@pytest.mark.parametrize(("constraint", "expected"), CONSTRAINTS)
def test_a_constraint_reads_from_its_focus_and_from_its_values(constraint: str, expected: set[Read]) -> None:
    assert shapes(f"e:S sh:targetClass e:T ; {constraint} .") == {TYPE, *expected}


PATH_SELECT = 'sh:sparql [ sh:select "SELECT $this ?value { $this $PATH ?value . ?value <https://x.example/c> 1 }" ]'
UNCLEAR = [
    ("e:S sh:targetClass e:T ; sh:node e:S .", "in a circle"),
    ("e:S sh:targetClass e:T ; sh:property [ sh:path e:a ; sh:property [ sh:path e:b ] ] .", "shapes of its own"),
    ("e:S sh:targetClass e:T ; sh:rule [ ] .", "sh:rule"),
    ("e:S sh:target [ ] .", "sh:target"),
    ("e:C a sh:ConstraintComponent .", "sh:ConstraintComponent"),
    ('e:S sh:targetClass e:T ; sh:sparql [ sh:select "nonsense" ] .', "cannot be read"),
    (f"e:S sh:targetClass e:T ; {PATH_SELECT} .", "$PATH with a longer path"),
    (f"e:S sh:targetClass e:T ; sh:property [ sh:path ( e:a e:b ) ; {PATH_SELECT} ] .", "$PATH with a longer path"),
    (f"e:S sh:targetClass e:T ; sh:property [ sh:path [ sh:inversePath e:a ] ; {PATH_SELECT} ] .", "a longer path"),
]


@pytest.mark.parametrize(("text", "reason"), UNCLEAR)
def test_what_cannot_be_told_of_shapes_is_said(text: str, reason: str) -> None:
    found = shapes(text)
    assert isinstance(found, Unknown)
    assert reason in found.reason
    assert found.properties == {None}
    assert found.graphs


def test_the_path_of_a_sparql_constraint_is_its_shapes() -> None:
    found = shapes(f"e:S sh:targetClass e:T ; sh:property [ sh:path e:a ; {PATH_SELECT} ] .")
    assert found == {TYPE, Read((), A), Read(one(A), C)}


@pytest.mark.parametrize(
    ("text", "properties", "graphs"),
    [
        (
            "SELECT $this { $this e:a ?n { SELECT ?n { ?x e:b ?n FILTER NOT EXISTS { GRAPH ?g { ?x e:c ?y } } } } }",
            {f"{E}a", f"{E}b", f"{E}c"},
            True,
        ),
        (
            "SELECT ?this { ?this e:a ?x . ?y e:b ?z } GROUP BY ?this HAVING (EXISTS { ?this e:c ?w })",
            {f"{E}a", f"{E}b", None},
            True,
        ),
        ("this is no SPARQL", {None}, True),
        ("SELECT ?this { ?this e:a ?x } ORDER BY ?x LIMIT 1", {f"{E}a"}, False),
        ("SELECT ?this { ?this e:a ?x . { SELECT ?x { ?x e:b ?y } LIMIT 1 } }", {f"{E}a", f"{E}b"}, False),
        ("SELECT ?this { ?this e:a ?x . ?other e:b/^e:c ?y }", {f"{E}a", f"{E}b", f"{E}c"}, False),
        ("SELECT ?this { VALUES ?p { e:b e:c } ?this e:a ?x . ?other ?p ?y }", {f"{E}a", f"{E}b", f"{E}c"}, False),
        ("SELECT ?this { ?this e:a ?x . ?other ?p ?y }", {f"{E}a", None}, False),
        ("SELECT ?this { ?this e:a ?x . GRAPH ?g { ?other e:b ?y } }", {f"{E}a", f"{E}b"}, True),
    ],
)
def test_what_cannot_be_told_of_a_query_is_said(text: str, properties: set[str | None], *, graphs: bool) -> None:
    found = query(text)
    assert isinstance(found, Unknown)
    assert found.reason
    assert found.properties == properties
    assert found.graphs == graphs


@pytest.mark.parametrize(
    "group", ["OPTIONAL { ?this e:b ?y }", "MINUS { ?x e:b ?y }", "FILTER NOT EXISTS { ?this e:b 1 }"]
)
def test_what_stands_beside_a_pattern_is_read_from_where_it_starts(group: str) -> None:
    start = one(A) if "?x e:b" in group else ()
    assert query(f"SELECT ?this {{ ?this e:a ?x {group} }}") == {Read((), A), Read(start, B)}


def test_things_that_are_grouped_by_themselves_are_read_by_themselves() -> None:
    assert query("SELECT ?this { ?this e:a ?x } GROUP BY ?this HAVING (COUNT(?x) > 1)") == {Read((), A)}
    found = query("SELECT ?this { ?x e:a ?y BIND(?y AS ?this) }")
    assert isinstance(found, Unknown)
    assert "computes $this" in found.reason


def test_what_points_here_is_read_backwards_and_what_it_has_from_there() -> None:
    assert query("SELECT ?this { ?x e:a ?this ; e:b ?y }") == {Read((), back(A)), Read(one(back(A)), B)}


def test_values_of_a_property_hold_in_the_groups_inside_their_own() -> None:
    found = {Read((), A), Read((), B), Read((), C)}
    assert query("SELECT ?this { VALUES ?p { e:a e:b } ?this ?p ?x OPTIONAL { ?this e:c ?y } }") == found
    inside = query("SELECT ?this { VALUES ?p { e:a e:b } ?this e:c ?y OPTIONAL { ?this ?p ?x } }")
    assert inside == found


def test_what_is_taken_away_by_the_thing_itself_cannot_be_told() -> None:
    """Asked about one thing, the two sides would have no variable in common (SPARQL 1.1, 8.3.1)."""
    found = query("SELECT ?this { ?this e:a ?x MINUS { ?this e:b ?y } }")
    assert isinstance(found, Unknown)
    assert "takes away by $this" in found.reason
    assert found.properties == {f"{E}a", f"{E}b"}


def test_whether_a_thing_is_described_is_read_by_itself() -> None:
    found = query("SELECT ?this { ?this e:a ?x FILTER NOT EXISTS { ?x ?any ?thing } }")
    assert found == {Read((), A), Read(one(A), (EXISTS, False))}


# -- what a change is checked for


def line(name: str, **more: object) -> str:
    source = {"id": f"document/{name}", "type": "NewsArticle", "headline": {"en": name}, "datePublished": "2026-01-01"}
    return json.dumps({"source": source, "facts": [{"id": f"place/{name}", "type": "City", "name": name, **more}]})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project of JSON Lines, whose links the check of the built graph looks at."""
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n')
    (tmp_path / "data").mkdir()
    for number in range(4):
        (tmp_path / f"data/other-{number}.jsonl").write_text(line(f"other-{number}") + "\n")
    return tmp_path


def run(project: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--project", str(project), *arguments])
    return result.exit_code, result.output


def test_a_link_is_checked_again_when_what_it_names_is_no_longer_described(project: Path) -> None:
    named, link = project / "data/named.jsonl", project / "data/link.jsonl"
    named.write_text(line("saxony") + "\n")
    link.write_text(line("dresden", containedInPlace="place/saxony") + "\n")
    assert run(project, "build")[0] == 0
    named.unlink()
    for command in (["validate", "--changed"], ["build"]):
        status, said = run(project, *command)
        assert status == 1
        assert "place/saxony" in said
    # described by another source, which says another thing of it
    named.write_text(line("saxony", alternateName="Sachsen") + "\n")
    assert run(project, "validate", "--changed")[0] == 0
    assert run(project, "build")[0] == 0


def test_a_link_is_checked_again_when_what_it_names_becomes_described(project: Path) -> None:
    reason = "it comes with the next release"
    allow = [{"undescribed-id": reason}, {"Place-containedInPlace-class": reason}]
    link = project / "data/link.jsonl"
    link.write_text(line("dresden", containedInPlace="place/saxony", allow=allow) + "\n")
    assert run(project, "build")[0] == 0
    (project / "data/named.jsonl").write_text(line("saxony") + "\n")
    for options in (["--changed"], []):
        status, said = run(project, "validate", "--fail-on", "info", *options)
        # nothing needs the allowance any more
        assert "undescribed-id" in said, said
        assert status == 1


def test_what_the_shipped_shapes_read_is_known(profile: Profile) -> None:
    """Otherwise each edit would have everything checked again."""
    footprint = shape_footprint(profile_shapes(profile))
    assert not isinstance(footprint, Unknown), footprint.reason


def test_patterns_of_a_query_match_all_that_its_answer_may_depend_on() -> None:
    a, b, thing = f"{E}a", f"{E}b", f"{E}thing"
    rows: tuple[tuple[str, object], ...] = (
        ("SELECT ?x { ?x a e:thing }", {(None, RDF_TYPE, thing)}),
        ('SELECT ?x { ?x e:a "text" . e:thing e:b ?x }', {(None, a, None), (thing, b, None)}),
        ("ASK { e:thing ?property ?x }", {(thing, None, None)}),
        # what is not there, what may be there, in whichever graph and however far
        ("ASK { ?x e:a ?y FILTER NOT EXISTS { GRAPH ?g { ?x e:b ?z } } }", {(None, a, None), (None, b, None)}),
        ("SELECT * { ?x e:a ?y MINUS { ?x e:b ?z } }", {(None, a, None), (None, b, None)}),
        ("SELECT * { ?x e:a ?y OPTIONAL { SELECT ?y { ?y e:b ?z } LIMIT 1 } }", {(None, a, None), (None, b, None)}),
        ("SELECT (COUNT(?x) AS ?n) { ?x e:a ?y } HAVING (EXISTS { ?z e:b ?n })", {(None, a, None), ANYTHING}),
        ("SELECT * { ?x e:a/^e:b+ e:thing }", {(None, a, None), (None, b, None)}),
        ("SELECT * { ?x e:a/e:b* ?y }", {(None, a, None), (None, b, None)}),
        ("CONSTRUCT { ?x e:c ?y } { { ?x e:a ?y } UNION { ?x e:b ?y } }", {(None, a, None), (None, b, None)}),
        # each thing is at no distance from itself
        ("SELECT * { ?x e:b* ?y }", {ANYTHING}),
        ("SELECT * { ?x (e:a|e:b?) ?y }", {ANYTHING}),
        ("SELECT * { ?x !e:a ?y }", {ANYTHING}),
        ("SELECT * { ?x ?p ?y VALUES ?p { e:a } }", {ANYTHING}),
        ("SELECT ?g { GRAPH ?g { } }", {ANYTHING}),
        ("DESCRIBE e:thing", {ANYTHING}),
        ("no query", {ANYTHING}),
    )
    for text, expected in rows:
        assert read_patterns(text, {"e": E}) == expected, text
