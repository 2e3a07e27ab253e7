"""What endpoints answer, as they answer it: read as far as it can be, and told where it cannot."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest

from pressgraph.convert.emitter import source_name
from pressgraph.errors import EndpointError
from pressgraph.query.lexer import Token, tokens
from pressgraph.remote.results import Reading, Response, read_graph, read_results

URL = "https://x.example/sparql"
JSON, XML, TSV = "application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values"
NAMESPACE = "http://www.w3.org/2005/sparql-results#"
A = {"type": "uri", "value": "x:a"}


def response(body: str | bytes, kind: str = "") -> Response:
    return Response(url=URL, body=body.encode() if isinstance(body, str) else body, content_type=kind)


def rows(reading: Reading) -> list[list[str | None]]:
    assert isinstance(reading.found, ox.QuerySolutions)
    names = reading.found.variables
    return [[None if row[name] is None else str(row[name]) for name in names] for row in reading.found]


def document(*bindings: Any, names: list[Any] | None = None) -> str:
    head = {"vars": ["a", "b"] if names is None else names}
    return json.dumps({"head": head, "results": {"bindings": bindings}})


def xml(inside: str) -> str:
    return f'<sparql xmlns="{NAMESPACE}"><head><variable name="a"/></head>{inside}</sparql>'


RESULT = '<results><result><binding name="a"><uri>x:a</uri></binding></result></results>'


@pytest.mark.parametrize("kind", ["", "text/html", "application/octet-stream; charset=utf-8"])
def test_a_result_of_no_declared_kind_is_told_by_its_first_sign(kind: str) -> None:
    for begin in ("", " \r\n\t", "\ufeff"):
        assert rows(read_results(response(begin + xml(RESULT), kind))) == [["<x:a>"]]
        assert rows(read_results(response(begin.replace("\ufeff", "") + document({"a": A}), kind))) == [["<x:a>", None]]


def test_a_document_says_its_encoding_where_its_head_does_not() -> None:
    text = xml('<results><result><binding name="a"><literal>Küste</literal></binding></result></results><!-- -->')
    for codec, kind in (("iso-8859-1", XML), ("utf-16", XML), ("cp1252", f"{XML}; charset=windows-1252")):
        declared = f'<?xml version="1.0" encoding="{codec if kind == XML else "utf-8"}"?>{text}'
        assert rows(read_results(response(declared.encode(codec), kind))) == [['"Küste"']]


def test_a_bad_cell_costs_its_row() -> None:
    long = {"type": "uri", "value": "no iri " + "x" * 200}
    body = document({"a": A}, {"a": long, "b": A}, "no row", {"c": A}, {"a": None, "b": A})
    found = read_results(response(body, JSON))
    assert rows(found) == [["<x:a>", None], [None, "<x:a>"]]
    assert (found.size, found.lost) == (2, 3)
    shown = f"'no iri {'x' * 200}"[:120]
    assert str(found.reason) == f"?a is {shown}"
    tagged = {"type": "literal", "value": "A", "xml:lang": "d_e"}
    for cell, said in (
        (tagged, "?a is 'A'@d_e"),
        ({"type": "literal", "value": "\ud800"}, "?a is '\\ud800'"),
        ({"type": "other", "value": "A"}, "?a is 'A'"),
        ({"type": "triple", "value": {"subject": A}}, f"?a is { ({'subject': A})!r}"),
        ({"type": "uri"}, "?a is None"),
        ("A", "?a is 'A'"),
        ([["A"]], "?a is [['A']]"),
    ):
        found = read_results(response(document({"a": cell}, {"a": A}), JSON))
        assert (rows(found), found.lost, str(found.reason)) == ([["<x:a>", None]], 1, said)


def test_good_cells_keep_what_they_say() -> None:
    tagged = {"type": "literal", "value": "A", "xml:lang": "de"}
    typed = {"type": "typed-literal", "value": "5", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
    triple = {"type": "triple", "value": {"subject": A, "predicate": A, "object": tagged}}
    # one bad row, so that each is read cell by cell
    body = document(
        {"a": tagged}, {"a": typed}, {"a": {"type": "literal", "value": "A"}}, {"a": {"type": "bnode", "value": "n"}},
        {"a": triple}, {"a": 5}, names=["a", "a", 5],
    )  # fmt: skip
    found = rows(read_results(response(body, JSON)))
    assert found[:3] == [['"A"@de'], ['"5"^^<http://www.w3.org/2001/XMLSchema#integer>'], ['"A"']]
    assert (found[3][0] or "").startswith("_:")
    assert found[4:] == [['<x:a> <x:a> "A"@de']]
    # where no names are declared, they are those of the rows
    assert rows(read_results(response(document({"a": A}, {"b": A}, 5, names=[]), JSON))) == [
        ["<x:a>", None],
        [None, "<x:a>"],
    ]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("[]", JSON, "it is JSON without a head and results"),
        ("{}", JSON, "it is JSON without results"),
        ('{"results": []}', JSON, "it is JSON without results"),
        ('{"results": {"bindings": {}}}', JSON, "it is JSON without results"),
        ("[" * 100_000, JSON, "it is nested too deep"),
        ("1" * 5_000, JSON, "it has a number that is too large"),
        (document(5, names=["a b"]), JSON, "no variable can be called 'a b'"),
        ("not found", JSON, "answered what is no SPARQL result (application/sparql-results+json)"),
        ("<html></html>", "", "answered what is no SPARQL result (no media type)"),
        (f'<other xmlns="{NAMESPACE}"/>', XML, "answered what is no SPARQL result"),
        (document()[:-4], JSON, "is incomplete: the end is missing"),
        (document({"a": A})[:-3] + "Error 1", JSON, "is incomplete: where it should go on, it says: Error 1"),
        (xml("<results><result>") + "timeout", XML, "is incomplete: "),
        (xml(RESULT).removesuffix("</sparql>"), XML, "is incomplete: the end is missing"),
        (xml(RESULT).removesuffix("</results></sparql>") + "<!-- -->", XML, "is incomplete: the end is missing"),
        (xml("<results><result>").removesuffix("</sparql>") + "&x; later", XML, "it should go on, it says: &x; later"),
        (b"\xff", f"{JSON}; charset=utf-8", "it is not UTF-8 at byte 0"),
        ("{}", f"{JSON}; charset=odd", "its charset odd is unknown"),
    ],
)
def test_what_is_no_result_is_told(body: str | bytes, kind: str, said: str) -> None:
    with pytest.raises(EndpointError) as caught:
        read_results(response(body, kind))
    assert said in str(caught.value)
    assert URL in str(caught.value)


def test_of_a_long_reason_the_beginning_is_shown() -> None:
    assert f": {('reason ' * 100)[:120]} (" in str(response("").refused("reason \n" * 100))
    assert f": {('reason ' * 100)[:120]} (" in str(response("").broken("reason \n" * 100))


def test_a_question_of_yes_or_no_has_many_answers() -> None:
    ask = "__ASK_RETVAL"
    for body, kind, yes in (
        ('{"head": {}, "boolean": true}', JSON, True),
        ('{"boolean": false}', JSON, False),
        (f'<sparql xmlns="{NAMESPACE}"><head/><boolean>true</boolean></sparql>', XML, True),
        (f'<sparql xmlns="{NAMESPACE}"><boolean> false </boolean></sparql>', XML, False),
        (document({ask: {"type": "literal", "value": "1"}}, names=[ask]), JSON, True),
        (document({ask: {"type": "literal", "value": "0"}}, 5, {}, names=[ask]), JSON, False),
    ):
        found = read_results(response(body, kind))
        assert isinstance(found.found, ox.QueryBoolean), body
        assert (bool(found.found), found.size) == (yes, 1), body


def test_a_bad_line_of_a_graph_costs_its_triple() -> None:
    good = "<x:a> <x:b> <x:c> ."
    bad = "<x:a> <x: b> <x:d> . " + "#" * 200
    found = read_graph(response(f"{good}\r\n{bad}\n\n<x:a> <x:b> <x:e> .\nno triple\n", "application/n-triples"))
    assert isinstance(found.found, list)
    assert {str(it.object) for it in found.found} == {"<x:c>", "<x:e>"}
    assert (found.size, found.lost, found.reason) == (2, 2, bad[:120])
    for kind in ("text/plain", ""):
        assert read_graph(response(good, kind)).size == 1
    assert read_graph(response("<a> <x:b> 5 .", "text/turtle")).size == 1
    with pytest.raises(EndpointError, match="no SPARQL result"):
        read_graph(response(bad, "application/n-triples"))
    with pytest.raises(EndpointError, match="no SPARQL result"):
        read_graph(response(f"{good} nonsense", "text/turtle"))
    whole = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description r:about="x:a"><b xmlns="x:">1</b></r:Description></r:RDF>'
    )
    assert read_graph(response(whole, "application/rdf+xml")).size == 1
    for end in ("</r:RDF>", "</r:Description></r:RDF>"):
        with pytest.raises(EndpointError, match="the document breaks off"):
            read_graph(response(whole.removesuffix(end), "application/rdf+xml"))
    assert read_graph(response("", "application/n-triples")).size == 0


def test_tokens_stand_where_they_are_in_the_text() -> None:
    text = "SELECT ?a { ?a x:b-c 'A'@de . FILTER(?a<5 || now-then)} # end"
    found = list(tokens(text))
    assert all(text.startswith(it.text, it.start) for it in found)
    assert [it.start for it in found] == sorted({it.start for it in found})
    assert "".join(it.text for it in found) == text.replace(" ", "").replace("#end", "# end")
    assert found[0] == Token(kind="word", text="SELECT", start=0)


def test_the_graphs_of_a_long_address_are_named_by_its_beginning_and_its_hash() -> None:
    name = source_name(f"https://a.example/{'x' * 100}")
    readable, _, digest = name.rpartition("-")
    assert readable == f"a-example-{'x' * 50}"
    assert len(digest) == 8
    assert source_name(f"https://a.example/{'x' * 49}-y").startswith(f"a-example-{'x' * 49}-")
