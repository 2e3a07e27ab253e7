"""Places of results in RDF files: any valid file can be reported on, and what is underlined is what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.cli import main
from pressgraph.validation.locate.rdf import RdfLocator

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://x.example/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
ex:T a owl:Class ; rdfs:label "T"@en .
ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:S-v .
ex:S-v sh:path ex:v ; sh:datatype xsd:string ; sh:message "Text, please."@en .
"""
SYNTAX = st.sampled_from("<>\"'\\#@^[](){};,.:_ab1 \n\té")
HEAD = "@prefix ex: <https://x.example/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


def places(tmp_path: Path, text: str, suffix: str = ".ttl") -> list[tuple[int, int]]:
    """Return line and column of each finding."""
    (tmp_path / "shapes").mkdir(exist_ok=True)
    (tmp_path / "shapes" / "x.ttl").write_text(SHAPES, encoding="utf-8")
    path = tmp_path / f"d{suffix}"
    path.write_bytes(text.encode())
    arguments = ["--project", str(tmp_path), "validate", str(path), "-f", "json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    assert "unexpected" not in result.stderr
    found = [it["place"] for it in json.loads(result.stdout)["findings"] if it["rule"] == "S-v"]
    return [(it["line"], it["column"]) for it in found]


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("5", 6),
        ("-5.0", 6),
        ("1e3", 6),
        ("true", 6),
        ('"yes"^^xsd:boolean', 6),
        ('"1e5"^^xsd:decimal', 6),
        ('"P2W"^^xsd:duration', 6),
        ('"2026-02-30"^^xsd:date', 6),
        ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', 6),
        ('"""a\n"b" c"""@de', 6),
        ("'it'@en", 6),
        ("ex:a\\.", 6),
        ("<#t2>", 6),
        ("<a%20b>", 6),
        ("[ ex:q 5 ]", 6),
        ("( 1 2 )", 6),
        ("()", 6),
        ("_:b", 6),
    ],
)
def test_what_is_wrong_is_underlined(tmp_path: Path, value: str, column: int) -> None:
    """Beside values that are right, before and behind it."""
    text = f'{HEAD}ex:t a ex:T ; # a " comment <\nex:v "fine" ;\nex:v {value} ;\nex:v "ok" , "good" .\n'
    assert places(tmp_path, text) == [(5, column)]


@pytest.mark.parametrize("suffix", [".ttl", ".nt"])
def test_a_token_or_a_line_may_be_longer_than_what_the_parser_reads_at_once(tmp_path: Path, suffix: str) -> None:
    ex = "https://x.example/"
    lines = [
        f'<{ex}a> <{ex}p> "{"x" * 300_000}" .{" " * 200_000}',
        f"<{ex}a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{ex}T> .",
        f'<{ex}a> <{ex}v> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    ]
    assert [line for line, _ in places(tmp_path, "\n".join(lines), suffix)] == [3]


def test_each_of_several_values_has_its_place(tmp_path: Path) -> None:
    text = f'{HEAD}ex:t1 a ex:T ;\n ex:v 5 ;\n ex:v true , 7.5 ;\n ex:v "ok" .'
    assert places(tmp_path, text) == [(4, 7), (5, 7), (5, 14)]


@pytest.mark.parametrize(
    "text",
    [
        "@base <https://x.example/terms#> .\n<#t1> a ex:T ; ex:v 5 .",
        "ex:a\\. a ex:T ; ex:v 5 .",
        'ex:t a ex:T ; ex:v 5 ; ex:l "x"@de-x-leicht , "y"@sl-rozaj-biske-1994 .',
        'ex:t a ex:T ; ex:v 5 ; ex:w \'a\\\'b\' , """x"" y""" .',
        "ex:t a ex:T ; ex:v 5 ; ex:w <https://x.example/\\u00e4> .",
        "BASE <https://x.example/>\nPREFIX y: <y#>\ny:t a ex:T ; ex:v 5 .",
        "ex:t a ex:T ; ex:v 5 .\nex:no.dots. ex:p ex:a.b.c .",
        "\r\nex:t a ex:T ;\r\n ex:v 5 .\r\n",
    ],
)
def test_any_valid_turtle_can_be_reported_on(tmp_path: Path, text: str) -> None:
    if "no.dots." in text:
        text = text.replace("no.dots. ", "no.dots ")
    ((line, column),) = places(tmp_path, HEAD + text)
    lines = (HEAD + text).split("\n")
    assert lines[line - 1][column - 1] == "5"


@pytest.mark.parametrize(
    ("name", "text", "place", "hint"),
    [
        ("a.ttl", "[] a schema:NewsArticle .", "a.ttl:2:6", "add schema:datePublished"),
        (
            "a.ttl",
            "<urn:x:d> a schema:NewsArticle .",
            "a.ttl:2:13",
            "add schema:datePublished to <urn:x:d>",
        ),
        (
            "a.jsonld",
            '{"@context": "https://schema.org", "@type": "NewsArticle"}',
            "a.jsonld",
            "add schema:datePublished",
        ),
        (
            "a.jsonld",
            '{"@id": "urn:x:d", "@type": "http://schema.org/NewsArticle"}',
            "a.jsonld",
            "add schema:datePublished to <urn:x:d>",
        ),
    ],
)
def test_what_rdf_lacks_is_said_in_words_of_rdf(tmp_path: Path, name: str, text: str, place: str, hint: str) -> None:
    head = "@prefix schema: <http://schema.org/> .\n" if name.endswith("ttl") else ""
    (tmp_path / name).write_text(head + text, encoding="utf-8")
    call = ["--project", str(tmp_path), "validate", str(tmp_path / name), "-f", "json"]
    found = json.loads(CliRunner().invoke(main, call).stdout)["findings"]
    it = next(it for it in found if it["rule"] == "Article-datePublished-minCount")
    assert ":".join(str(it["place"][key]) for key in ("file", "line", "column") if it["place"].get(key)) == place
    assert it["hint"] == f"{hint}: as year-month-day"


def test_triples_as_terms_are_said_to_be_too_new_for_pyshacl(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:x:a> <urn:x:p> <<( <urn:x:a> <urn:x:b> 1 )>> .\n", encoding="utf-8")
    call = ["--project", str(tmp_path), "validate", str(path)]
    assert CliRunner().invoke(main, call).exit_code == 0
    said = CliRunner().invoke(main, [*call, "--engine", "pyshacl"])
    assert (said.exit_code, "a triple as a term (RDF 1.2)" in said.stderr, "use --engine shacl" in said.stderr) == (
        2,
        1,
        1,
    )


LITERALS = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://x.example/> .
ex:O a sh:NodeShape ; sh:targetObjectsOf ex:v ; sh:class ex:T ; sh:or ( [ sh:class ex:T ] [ sh:nodeKind sh:IRI ] ) ;
  sh:property ex:O-w , ex:O-q .
ex:O-w sh:path ex:w ; sh:minCount 1 .
ex:O-q sh:path ex:w ; sh:uniqueLang true ; sh:qualifiedValueShape [ sh:class ex:T ] ; sh:qualifiedMinCount 1 .
"""


@pytest.mark.parametrize("engine", ["auto", "pyshacl"])
def test_shapes_may_be_about_literals(tmp_path: Path, engine: str) -> None:
    """Targets may be literals (SHACL 2.1.3.3), and so may be what a shape wants to be of a class."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "x.ttl").write_text(LITERALS, encoding="utf-8")
    path = tmp_path / "d.ttl"
    path.write_text(f'{HEAD}ex:a ex:v "Gold"@de ,\n 5 .\n', encoding="utf-8")
    arguments = ["--project", str(tmp_path), "validate", str(path), "--engine", engine, "-f", "json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    found = {
        (it["place"]["line"], it["place"]["column"], it["rule"], it.get("hint"))
        for it in json.loads(result.stdout)["findings"]
    }
    for line, column, text in ((3, 11, "Gold"), (4, 2, "5")):
        at = {(rule, hint) for row, at_column, rule, hint in found if (row, at_column) == (line, column)}
        assert at == {("O", None), ("O", f"'{text}' is text, not a thing"), ("O-w", None), ("O-q", None)}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("suffix", [".ttl", ".nt"])
def test_a_byte_order_mark_is_no_column_and_lines_end_as_the_grammar_says(
    tmp_path: Path, suffix: str, end: str
) -> None:
    type_, value = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://x.example/v>"
    text = f'\ufeff<urn:t> {type_} <https://x.example/T> .\n# of a thing\n<urn:t> {value} "ä"@de .\n'
    expected = [(3, 1)] if suffix == ".nt" else [(3, 31)]
    assert places(tmp_path, text.replace("\n", end), suffix) == expected


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    data=st.binary(max_size=200)
    | st.text(st.sampled_from("<>\"'\\#@^[](){};,.:_ab1 \n\té"), max_size=60).map(str.encode)
)
@pytest.mark.parametrize("form", ["turtle", "trig", "ntriples", "nquads", "rdfxml"])
def test_a_file_that_no_parser_takes_has_no_places(
    tmp_path_factory: pytest.TempPathFactory, form: str, data: bytes
) -> None:
    """It may have changed since it was validated."""
    path = tmp_path_factory.getbasetemp() / f"any.{form}"
    path.write_bytes(data)
    RdfLocator([("any", path, form)])


RDF_XML = (
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<r:Description r:about="x:a"><b xmlns="x:">1</b>'
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.ttl", "<x:a> <x:b> 'x' .\n<x:a> <x:b> 'ü' .".encode("latin-1"), "a.ttl:2:14"),
        ("a.nt", '<x:a> <x:b> "ü" .\n'.encode("utf-16"), "the text is not UTF-8 (UTF-16)"),
        ("a.jsonld", '{"@id": "x:a", "x:b": "ü"}'.encode("cp1252"), "the text is not UTF-8 (byte 0xfc)"),
        ("a.rdf", f"{RDF_XML}</r:Description>\n".encode(), "the document breaks off: its last element has no end"),
        ("b.rdf", RDF_XML.encode(), "b.rdf:2"),
    ],
)
def test_a_file_that_is_cut_or_in_another_encoding_is_said_to_be(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "validate", str(tmp_path / name)])
    assert (result.exit_code, said in result.output) == (1, True), result.output


@pytest.mark.parametrize("context", ["5", '{ "name": 5 }'])
def test_a_context_that_none_may_be_has_its_place(tmp_path: Path, context: str) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text(f'{{\n  "@id": "urn:a",\n  "@context": {context},\n  "name": "x"\n}}\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "validate", str(path), "-f", "json"])
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["rule"], found["place"]["line"]) == ("rdf-syntax", 3)
