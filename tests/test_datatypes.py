"""Datatypes from the shape to the export: what is right is accepted by both engines, by validate and by build."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

import pressgraph
from pressgraph.build.build import RefusedError
from pressgraph.convert import compile_emitter
from pressgraph.errors import ProfileError
from pressgraph.facts import read_facts_bytes
from pressgraph.facts.datatypes import datatype
from pressgraph.profile import Kind, Profile, ProfileSources, TurtleFile, compile_profile, json_ld_context
from pressgraph.validation import Report, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressgraph.workspace import Workspace

XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "https://data.example.org/terms#"
BASE = "https://data.example.org/id/"
PREFIXES = f"""\
@prefix ex: <{EX}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <{XSD}> .
"""
STUDY = """\
ex:StudyShape a sh:NodeShape ; sh:targetClass ex:Study ; sh:property ex:Study-val .
ex:Study-val sh:path ex:val ; """
SOURCE = "source: { id: document/a, type: NewsArticle, headline: { en: A }, datePublished: 2026-01-15 }\n"
ENGINES = ("shacl", "pyshacl")


def project(folder: Path, shape: str, *values: str, ontology: str = "", more: str = "") -> Workspace:
    """Make a project whose studies have values, each written as YAML, under one property shape."""
    for name in ("shapes", "ontology", "data"):
        (folder / name).mkdir()
    (folder / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    (folder / "shapes" / "own.ttl").write_text(f"{PREFIXES}{STUDY}{shape} .\n", encoding="utf-8")
    (folder / "ontology" / "own.ttl").write_text(f"{PREFIXES}{ontology}", encoding="utf-8")
    facts = "".join(f"  - {{ id: thing/s{i}, type: Study, val: {value} }}\n" for i, value in enumerate(values))
    (folder / "data" / "a.yaml").write_text(f"{SOURCE}facts:\n{facts}{more}", encoding="utf-8")
    return pressgraph.open(folder)


def with_keys(folder: Path, keys: Mapping[str, tuple[str, ...]], *, more: str = "") -> Workspace:
    """Make a project whose studies have values under keys of their own: each key's shape, and its values in YAML."""
    shapes = " .\n".join(
        f"ex:StudyShape sh:property ex:Study-{name} . ex:Study-{name} sh:path ex:val-{name} ; {shape}"
        for name, (shape, *_) in keys.items()
    )
    things = "".join(
        f"  - {{ id: thing/{name}-{i}, type: Study, val-{name}: {value} }}\n"
        for name, (_, *values) in keys.items()
        for i, value in enumerate(values)
    )
    return project(folder, f"sh:datatype xsd:string .\n{shapes}", more=things + more)


def terms_of_keys(data: bytes, form: ox.RdfFormat = ox.RdfFormat.N_QUADS) -> set[tuple[str, str]]:
    of = f"{EX}val-"
    found = ((quad.predicate.value, str(quad.object)) for quad in ox.parse(data, format=form))
    return {(predicate.removeprefix(of), term) for predicate, term in found if predicate.startswith(of)}


def objects(data: bytes, form: ox.RdfFormat = ox.RdfFormat.N_QUADS) -> set[str]:
    return {str(quad.object) for quad in ox.parse(data, format=form) if quad.predicate.value == f"{EX}val"}


def told(report: Report) -> list[str]:
    return list(report.lines(language="en"))


# -- single datatypes

# datatype → right values, wrong values
VALUES: dict[str, tuple[list[str], list[str]]] = {
    "integer": (["0", "-7", "99999999999999999999"], ["1.0", "x", "٧", "+7", "007"]),
    "nonNegativeInteger": (["0", "7"], ["-1", "1.5", "٧"]),
    "positiveInteger": (["1", "7"], ["0", "-1"]),
    "nonPositiveInteger": (["0", "-7"], ["1"]),
    "negativeInteger": (["-7"], ["0", "7"]),
    "long": (["9223372036854775807", "-7"], ["9223372036854775808"]),
    "int": (["2147483647", "-2147483648"], ["2147483648"]),
    "short": (["32767"], ["32768", "-32769"]),
    "byte": (["-128", "127"], ["128"]),
    "unsignedLong": (["18446744073709551615", "0"], ["18446744073709551616", "-1"]),
    "unsignedInt": (["4294967295"], ["4294967296"]),
    "unsignedShort": (["65535"], ["65536"]),
    "unsignedByte": (["255"], ["256"]),
    "decimal": (["2.50", "100.00", "-0.5", "7", "0.123456789012345678"], ["1,5", "1e3", "x", "0.1234567890123456789"]),
    "double": (["1.5e3", "1.50", "INF", "7"], ["1E400", "x"]),
    "float": (["1.5", "-1.5e3"], ["x"]),
    "boolean": (["true", "false"], ["yes", "1"]),
    "date": (
        ["2026-01-15", "2026-01-15Z", "2026-01-15-05:00", "2026-01-15+14:00"],
        ["2026-02-30", "15.1.2026", "٢٠٢٦-01-15", "2026-02-30Z", "2026-01-15+14:01", "2026-01-15 Z"],
    ),
    "dateTime": (
        [
            "2026-01-15T10:00:00", "2026-01-15T10:00:00.500+14:00", "2026-01-15T10:00:00+00:00",
            "2026-01-16T24:00:00", "2026-01-16T24:00:00.0Z",
        ],
        [
            "2026-01-15T10:00:00+14:01", "2026-01-15T10:00:00+15:00", "2026-01-15T25:00:00", "2026-01-15",
            "2026-01-15T24:00:01", "2026-01-15T24:01:00", "2026-01-15T24:00:00.1",
        ],
    ),
    "dateTimeStamp": (
        ["2026-01-15T10:00:00Z", "2026-01-15T10:00:00+01:00", "2026-01-15T24:00:00Z"],
        ["2026-01-15T10:00:00", "2026-01-15T24:00:00"],
    ),
    "time": (["10:00:00", "10:00:00Z", "24:00:00"], ["10:00", "24:30:00", "24:00:01"]),
    "gYear": (["2026", "2026Z"], ["26", "٢٠٢٦"]),
    "gYearMonth": (["2026-01", "2026-01+01:00"], ["2026-13", "2026"]),
    "gMonth": (["--05", "--05Z"], ["--13", "05"]),
    "gDay": (["---15", "---15-01:00"], ["---32"]),
    "gMonthDay": (["--02-29", "--02-29Z"], ["--02-30"]),
    "duration": (["P2Y", "P18M", "P1Y2MT36H", "PT1.50S"], ["P2W", "P", "P٢Y", "P２Y", "P99999999999999999999Y"]),
    "yearMonthDuration": (["P18M"], ["P1D", "P"]),
    "dayTimeDuration": (["PT36H", "P1D"], ["P1M", "PT"]),
    "anyURI": (["https://example.org/a"], ["a b"]),
    "hexBinary": (["0aFF"], ["0a1"]),
    "base64Binary": (["YWJj", "YQ=="], ["YQ"]),
    "language": (["en", "de-CH"], ["e_n"]),
}  # fmt: skip


def test_right_values_are_accepted_by_both_engines_and_keep_their_datatype(tmp_path: Path) -> None:
    workspace = with_keys(
        tmp_path, {name: (f"sh:datatype xsd:{name}", *map(json.dumps, right)) for name, (right, _) in VALUES.items()}
    )
    written = {(name, typed(value, name)) for name, (right, _) in VALUES.items() for value in right}
    for engine in ENGINES:
        assert told(workspace.validate(engine=engine)) == []
    assert terms_of_keys(b"".join(workspace.convert())) == written
    assert workspace.build().changed
    exported = terms_of_keys(workspace.export("ntriples"), ox.RdfFormat.N_TRIPLES)
    # by value, so that lexical forms may be canonical
    assert len(exported) == len(written)
    assert all(term.endswith(f"^^<{XSD}{name}>") for name, term in exported)
    # what is exported conforms as plain RDF
    (tmp_path / "out.ttl").write_bytes(workspace.export("turtle"))
    for engine in ENGINES:
        assert told(workspace.validate([tmp_path / "out.ttl"], engine=engine)) == []


@cache
def profile_of(shape: str) -> Profile:
    return compile_profile(
        ProfileSources(ontology=(), shapes=(TurtleFile("shapes/own.ttl", f"{PREFIXES}{STUDY}{shape} .".encode()),))
    )


@pytest.mark.parametrize(("datatype", "value"), [(name, it) for name, (_, wrong) in VALUES.items() for it in wrong])
def test_wrong_values_are_refused_in_their_place(datatype: str, value: str) -> None:
    profile = profile_of(f"sh:datatype xsd:{datatype}")
    text = f'source: {{ id: document/a }}\nfacts:\n  - id: thing/s\n    type: Study\n    val: "{value}"\n'
    found = read_facts_bytes(text.encode(), profile, id_base=BASE, name="a.yaml")
    (problem,) = found.problems
    assert (problem.rule, problem.place.line, problem.place.column) == ("bad-literal", 5, 10)
    if problem.hint is not None and re.match("write (?!.*(?: for |such as ))", problem.hint):
        mended = text.replace(f'"{value}"', problem.hint.removeprefix("write "))
        assert read_facts_bytes(mended.encode(), profile, id_base=BASE, name="a.yaml").problems == ()


HINTS = [
    ("boolean", "TRUE", "write true"), ("boolean", "False", "write false"), ("boolean", "Ja", "write true"),
    ("boolean", "on", "write true"), ("boolean", "1", "write true"), ("boolean", "nein", "write false"),
    ("boolean", "no", "write false"), ("boolean", "OFF", "write false"), ("boolean", "0", "write false"),
    ("boolean", "maybe", None), ("boolean", "2", None), ("boolean", "", None),
    ("integer", "many", None), ("integer", "", None), ("integer", "1.5", None), ("integer", "12a", None),
    ("integer", "nan", None), ("integer", "inf", None), ("integer", "12.0", "write 12"),
    ("integer", "1e3", "write 1000"), ("integer", "1'200", "write 1200"), ("integer", "1e15", None),
    ("integer", "9e14", "write 900000000000000"), ("integer", "007", "write 7"), ("integer", "-0", "write 0"),
    ("positiveInteger", "0.0", None), ("positiveInteger", "1.0", "write 1"), ("byte", "128.0", None),
    ("byte", "127.0", "write 127"), ("byte", "-128.0", "write -128"), ("byte", "-129.0", None),
    ("decimal", "many", None), ("decimal", "1,5", "write 1.5"), ("decimal", "+1.", "write 1"),
    ("decimal", "-.5", "write -0.5"), ("decimal", "1,5,2", None),
    ("date", "soon", "year-month-day"), ("duration", "2 years", "write P2Y"), ("duration", "3 Monate", "write P3M"),
    ("duration", "1 day", "write P1D"), ("duration", "2 weeks", "P2Y"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "hint"), HINTS)
def test_a_word_where_a_value_should_be_is_refused_with_the_value_that_it_means(
    name: str, text: str, hint: str | None
) -> None:
    known = datatype(f"http://www.w3.org/2001/XMLSchema#{name}")
    assert not known.valid(text)
    said = known.mend(text)
    if hint is None or said is None:
        assert said is hint
    elif hint.startswith("write"):
        assert re.fullmatch(rf"{hint}\b.*", said)
        assert known.valid(hint.removeprefix("write "))
    else:
        assert hint in said


COMPARED = [
    ("sh:datatype xsd:decimal ; sh:in ( 0.50 2.50 )", "2.50", "2.51"),
    ("sh:datatype xsd:decimal ; sh:in ( 0.50 2.50 )", "2.5", "0.05"),
    ("sh:datatype xsd:decimal ; sh:hasValue 2.50", "2.50", "2.40"),
    ("sh:datatype xsd:decimal ; sh:maxExclusive 2.50", "2.49", "2.50"),
    ("sh:datatype xsd:duration ; sh:in ( 'P18M'^^xsd:duration )", "P18M", "P2Y"),
    ("sh:datatype xsd:duration ; sh:hasValue 'P12M'^^xsd:duration", "P12M", "P2Y"),
    ("sh:datatype xsd:nonNegativeInteger ; sh:in ( '7'^^xsd:nonNegativeInteger )", "7", "8"),
    ("sh:datatype xsd:positiveInteger ; sh:maxInclusive 9", "9", "10"),
    ("sh:datatype xsd:dateTime ; sh:in ( '2026-01-15T10:00:00+00:00'^^xsd:dateTime )",
     "2026-01-15T10:00:00+00:00", "2026-01-15T11:00:00+00:00"),
]  # fmt: skip
"""Shapes, each with a value that it lets pass and one that it does not."""


def test_what_shapes_list_and_compare_is_kept_as_the_data_are(tmp_path: Path) -> None:
    """Each shape is that of a class of its own: what asks for a value asks it of all things of its class."""

    def of(folder: Path, *values: str) -> Workspace:
        folder.mkdir()
        shapes = "".join(
            f"ex:Kind{n}Shape a sh:NodeShape ; sh:targetClass ex:Kind{n} ; sh:property ex:Kind{n}-val-{n} .\n"
            f"ex:Kind{n}-val-{n} sh:path ex:val-{n} ; {shape} .\n"
            for n, (shape, *_) in enumerate(COMPARED)
        )
        things = "".join(f"  - {{ id: thing/s{n}, type: Kind{n}, val-{n}: {it} }}\n" for n, it in enumerate(values))
        return project(folder, f"sh:datatype xsd:string .\n{shapes}ex:Study-val sh:maxCount 1", more=things)

    workspace = of(tmp_path / "good", *(right for _, right, _ in COMPARED))
    refused = of(tmp_path / "bad", *(wrong for *_, wrong in COMPARED))
    everyone = [f"{BASE}thing/s{n}" for n in range(len(COMPARED))]
    for engine in ENGINES:
        assert told(workspace.validate(engine=engine)) == []
        found = {str(it.focus): it for it in refused.validate(engine=engine).results}
        assert sorted(found) == everyone
        for n, (shape, *_) in enumerate(COMPARED):
            place = found[everyone[n]].place
            if "hasValue" not in shape:
                # the place is that of the value
                assert place is not None
                assert (place.line, place.column) == (3 + n, 41)
    assert workspace.build().changed
    with pytest.raises(RefusedError) as caught:
        refused.build()
    assert sorted({str(it.focus) for it in caught.value.report.results}) == everyone


# shape, literal, whether it conforms
IN_RDF = [
    ("sh:datatype xsd:nonNegativeInteger", '"7"^^xsd:nonNegativeInteger', True),
    ("sh:datatype xsd:nonNegativeInteger", '"7"^^xsd:integer', False),
    ("sh:datatype xsd:integer", '"1"^^xsd:int', False),
    ("sh:datatype xsd:integer", "1", True),
    ("sh:datatype xsd:dateTimeStamp", '"2026-01-15T10:00:00Z"^^xsd:dateTimeStamp', True),
    ("sh:datatype xsd:decimal ; sh:in ( 2.50 )", "2.50", True),
    ("sh:datatype xsd:date", '"2026-02-30"^^xsd:date', False),
    ("sh:datatype xsd:duration", '"P"^^xsd:duration', False),
    ("sh:datatype xsd:integer", '"1.0"^^xsd:integer', False),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_rdf_files_are_checked_as_they_are_written(tmp_path: Path, engine: str) -> None:
    workspace = with_keys(tmp_path, {str(number): (shape,) for number, (shape, *_) in enumerate(IN_RDF)})
    lines = [*PREFIXES.splitlines(), *(f"ex:s{i} a ex:Study ; ex:val-{i} {it[1]} ." for i, it in enumerate(IN_RDF))]
    file = tmp_path / "d.ttl"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    report = workspace.validate([file], engine=engine)
    wrong = [len(lines) - len(IN_RDF) + number for number, it in enumerate(IN_RDF, 1) if not it[2]]
    assert [it.place.line for it in report.results if it.place is not None] == wrong
    assert len(report.results) == len(wrong)


def test_a_form_that_no_store_keeps_is_refused_when_the_shapes_are_compiled() -> None:
    with pytest.raises(
        ProfileError, match=r"shapes/own.ttl:1\d: ex:Study-val asks for the form of xsd:decimal"
    ) as error:
        profile_of('sh:datatype xsd:decimal ; sh:pattern "[.][0-9]{2}$"')
    assert error.value.hint is not None
    assert "use sh:datatype xsd:string" in error.value.hint


# -- several kinds of values under one key

PARTIAL = f"sh:or ({' '.join(f'[ sh:datatype xsd:{it} ]' for it in ('date', 'gYear', 'gYearMonth', 'dateTime'))})"
TEXT_OR_DATE = "sh:or ( [ sh:datatype xsd:string ] [ sh:datatype xsd:date ] )"


def typed(text: str, datatype: str) -> str:
    return f'"{text}"^^<{XSD}{datatype}>'


MIXED: list[tuple[str, str, str]] = [
    (PARTIAL, "2026-01-15", typed("2026-01-15", "date")),
    (PARTIAL, "2026", typed("2026", "gYear")),
    (PARTIAL, '"2026"', typed("2026", "gYear")),
    (PARTIAL, "2026-01", typed("2026-01", "gYearMonth")),
    (PARTIAL, "2026-01-15T10:00:00", typed("2026-01-15T10:00:00", "dateTime")),
    ("sh:xone ( [ sh:datatype xsd:date ] [ sh:datatype xsd:dateTime ] )", "2026-01-15", typed("2026-01-15", "date")),
    ("sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:decimal ] )", "5", typed("5", "integer")),
    ("sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:decimal ] )", "5.5", typed("5.5", "decimal")),
    ("sh:or ( [ sh:datatype xsd:unsignedInt ] [ sh:datatype xsd:date ] )", "5", typed("5", "unsignedInt")),
    ("sh:or ( [ sh:datatype xsd:string ] [ sh:datatype xsd:integer ] )", "5", typed("5", "integer")),
    ("sh:or ( [ sh:datatype xsd:string ] [ sh:datatype xsd:integer ] )", '"5"', '"5"'),
    ("sh:or ( [ sh:datatype xsd:string ] [ sh:datatype xsd:integer ] )", "five", '"five"'),
    (TEXT_OR_DATE, "2026-01-15", typed("2026-01-15", "date")),
    (TEXT_OR_DATE, '{ "@value": 2026-01-15 }', '"2026-01-15"'),
    ("sh:or ( [ sh:datatype xsd:anyURI ] [ sh:datatype xsd:date ] )", "2026-01-15", typed("2026-01-15", "date")),
    ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "place/x", f"<{BASE}place/x>"),
    ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "{ id: place/x }", f"<{BASE}place/x>"),
    ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "Leipzig", '"Leipzig"'),
    ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", '{ "@value": place/x }', '"place/x"'),
    ("sh:xone ( [ sh:class schema:Place ] [ sh:datatype rdf:langString ] )", "{ de: Leipzig }", '"Leipzig"@de'),
    ("sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:string ] )", "https://example.org/x", "<https://example.org/x>"),
    ("sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:string ] )", "a text", '"a text"'),
    ("sh:nodeKind sh:IRIOrLiteral", "place/x", f"<{BASE}place/x>"),
    ("sh:in ( ex:low ex:high 'none' )", "low", f"<{EX}low>"),
    ("sh:in ( ex:low ex:high 'none' )", "none", '"none"'),
    ("sh:or ( [ sh:class schema:Place ] [ sh:class schema:Organization ] )", "place/x", f"<{BASE}place/x>"),
    ("sh:node [ sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:gYear ] ) ]", "2026", typed("2026", "gYear")),
    ("sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class schema:Place ] )", "place/x", f"<{BASE}place/x>"),
    ("sh:nodeKind sh:Literal", "a text", '"a text"'),
    ("sh:in ( 'a' 'b' )", "a", '"a"'),
]  # fmt: skip
PLACE = "  - { id: place/x, type: Place, name: { en: X } }\n"


MIXED_KEYS = {str(number): (shape, value) for number, (shape, value, _) in enumerate(MIXED)}
MIXED_TERMS = {(str(number), term) for number, (_, _, term) in enumerate(MIXED)}


def test_the_form_of_a_value_decides_which_alternative_it_is(tmp_path: Path) -> None:
    workspace = with_keys(tmp_path, MIXED_KEYS, more=PLACE)
    assert terms_of_keys(b"".join(workspace.convert())) == MIXED_TERMS
    for engine in ENGINES:
        assert told(workspace.validate(engine=engine)) == []
    assert workspace.build().changed
    assert terms_of_keys(workspace.export("ntriples"), ox.RdfFormat.N_TRIPLES) == MIXED_TERMS
    assert told(workspace.validate_changed()) == []


def test_a_value_that_is_none_of_the_alternatives_is_named(tmp_path: Path) -> None:
    shape = "sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] [ sh:datatype xsd:gYearMonth ] )"
    # each with what it was probably meant to be
    help_of = {
        "soon": "write year-month-day, such as 2019-01-31", "2026-1": "write 2026-01",
        "1.5": "write year-month-day, such as 2019-01-31", "Mai 2026": "write 2026-05", "15.1.2026": "write 2026-01-15",
    }  # fmt: skip
    problems = project(tmp_path, shape, *help_of).validate().problems
    assert [(it.rule, str(it.hint)) for it in problems] == [("bad-literal", hint) for hint in help_of.values()]
    assert all(value in str(problem) for value, problem in zip(help_of, problems, strict=True))


def test_the_alternative_that_comes_closest_says_its_limit(tmp_path: Path) -> None:
    shape = """sh:or ( [ sh:datatype xsd:integer ; sh:minInclusive 3 ] [ sh:datatype xsd:string ; sh:minLength 4 ] )"""
    found = project(tmp_path, shape, "1", "ab").validate().results
    assert [str(it.notes[-1]) for it in found] == [
        "closest is 1, written as xsd:integer: the value is below 3",
        "closest is 2, plain text: the text is shorter than 4 characters",
    ]


def test_what_follows_texts_by_language_is_kept(tmp_path: Path) -> None:
    shape = "sh:or ( [ sh:class schema:Place ] [ sh:datatype rdf:langString ] )"
    workspace = project(tmp_path, shape, "[{ de: Leipzig }, { en: Leipsic }, place/x]", more=PLACE)
    assert objects(b"".join(workspace.convert())) == {'"Leipzig"@de', '"Leipsic"@en', f"<{BASE}place/x>"}


@pytest.mark.parametrize("form", ["yaml", "jsonl", "csv", "xlsx"])
def test_facts_written_in_another_format_are_read_as_the_same(tmp_path: Path, form: str) -> None:
    from pressgraph.convert.rewrite import read_documents
    from pressgraph.facts.tables.write import write_documents

    workspace = with_keys(tmp_path, MIXED_KEYS, more=PLACE)
    documents = read_documents([], workspace.project, workspace.profile)
    path = tmp_path / "data" / f"again.{form}"
    path.write_bytes(write_documents(documents, form, workspace.profile))
    assert terms_of_keys(b"".join(workspace.convert([path]))) == MIXED_TERMS


@pytest.mark.parametrize(("shape", "value", "term"), MIXED)
def test_normalised_facts_are_json_ld_under_the_context(shape: str, value: str, term: str) -> None:
    profile = profile_of(shape)
    text = f"source: {{ id: document/a }}\nfacts:\n  - {{ id: thing/s, type: Study, val: {value} }}\n"
    found = read_facts_bytes(text.encode(), profile, id_base=BASE, name="a.yaml")
    assert [it for it in found.problems if it.rule != "dangling-id"] == []
    emitter = compile_emitter(profile, BASE)
    ours = set(emitter.triples(found.facts[0].body))
    document: dict[str, Any] = {"@context": {**json_ld_context(profile), "@base": BASE}, **found.facts[0].body}
    theirs = ox.parse(jsonld.to_rdf(document, {"format": "application/n-quads"}), format=ox.RdfFormat.N_QUADS)
    assert {str(quad.triple) for quad in theirs} == ours
    assert any(line.endswith(term) for line in ours)


def test_raw_records_give_what_checked_facts_give() -> None:
    profile = profile_of(PARTIAL)
    assert profile.keys["val"].kind is Kind.MIXED
    emitter = compile_emitter(profile, BASE)
    for number in range(40):
        record = {"id": f"thing/s{number}", "type": "Study", "val": ["2026", "2026-01-15", "2026-01"][number % 3]}
        text = json.dumps({"source": {"id": "document/a"}, "facts": [record]})
        (fact,) = read_facts_bytes(text.encode(), profile, id_base=BASE, name="a.json").facts
        raw = emitter.lines(record, personal=False, checked=False)
        assert raw == emitter.lines(fact.body, personal=False, checked=True)


@pytest.mark.parametrize(
    ("shape", "value", "rule", "hint"),
    [
        ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "place/münchen", "bad-id", "@value"),
        ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "plce:x", "unknown-prefix", "@value"),
        ("sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ] )", "5", "ambiguous-text", '"5"'),
        (PARTIAL, "15.1.2026", "bad-literal", "write 2026-01-15"),
        (TEXT_OR_DATE, '{ "@value": x, "@type": date }', "bad-literal", ""),
        (TEXT_OR_DATE, '{ "@value": x, "@type": integer }', "not-text", ""),
    ],
)  # fmt: skip
def test_a_link_is_never_taken_for_text(shape: str, value: str, rule: str, hint: str) -> None:
    text = f"source: {{ id: document/a }}\nfacts:\n  - {{ id: thing/s, type: Study, val: {value} }}\n"
    found = read_facts_bytes(text.encode(), profile_of(shape), id_base=BASE, name="a.yaml")
    (problem,) = found.problems
    assert problem.rule == rule
    assert hint in (problem.hint or "")
    assert (problem.place.line, problem.place.column > 30) == (3, True)


# -- deprecated terms

OLD = """
ex:val a rdf:Property ; owl:deprecated true ; dcterms:isReplacedBy ex:worth .
ex:Study a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy ex:Survey .
ex:Survey a owl:Class .
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_each_use_of_a_deprecated_term_is_a_warning_that_names_its_successor(tmp_path: Path, engine: str) -> None:
    shape = "sh:datatype xsd:integer . ex:StudyShape sh:property [ sh:path ex:worth ; sh:datatype xsd:integer ]"
    report = project(tmp_path, shape, "1", "2", ontology=OLD).validate(engine=engine)
    assert report.conforms
    assert report.counts[Severity.WARNING] == 4
    assert [line.partition("warning: ")[2] for line in told(report)[:2]] == [
        "'Study' is deprecated: use 'Survey'. [deprecated-Study]",
        "'val' is deprecated: use 'worth'. [deprecated-val]",
    ]
    assert [(it.place.line, it.place.column) for it in report.results if it.place is not None] == [
        (3, 27), (3, 39), (4, 27), (4, 39),
    ]  # fmt: skip


def test_a_deprecated_term_of_a_vocabulary_is_a_warning(tmp_path: Path) -> None:
    terms = """
    <https://data.example.org/v> a skos:ConceptScheme ; skos:prefLabel "V"@en , "V"@de .
    <https://data.example.org/v/wet> a skos:Concept ; skos:inScheme <https://data.example.org/v> ;
        skos:prefLabel "wet"@en ; owl:deprecated true ; dcterms:isReplacedBy <https://data.example.org/v/damp> .
    <https://data.example.org/v/damp> a skos:Concept ; skos:inScheme <https://data.example.org/v> ;
        skos:prefLabel "damp"@en .
    """
    shape = "sh:node [ sh:property [ sh:path skos:inScheme ; sh:hasValue <https://data.example.org/v> ] ]"
    workspace = project(tmp_path, shape, "wet", "damp", ontology=terms)
    (line,) = told(workspace.validate())
    assert line == "data/a.yaml:3:39: warning: 'wet' is deprecated: use 'damp'. [deprecated-val-wet]"
