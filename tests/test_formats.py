"""What pressgraph writes is read by others: odd ids, terms, prefixes and texts, in every format, by every reader."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pyld
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.dataset import SERIALIZATIONS, serialization
from pressgraph.errors import DataError, PressgraphError, QueryError
from pressgraph.export import Selection, export
from pressgraph.project import open_project
from pressgraph.query import query_store, write_answer
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pressgraph.dataset import Serialization
    from pressgraph.profile import Profile

BASE = "https://data.example.org/id/"
SCHEMA = "http://schema.org/"
EX = "https://www.example.org/terms#"
RDFLIB = {
    "turtle": "turtle",
    "jsonld": "json-ld",
    "ntriples": "nt",
    "nquads": "nquads",
    "trig": "trig",
    "rdfxml": "xml",
}

every_serialization = pytest.mark.parametrize("form", SERIALIZATIONS, ids=lambda form: form.name)


@pytest.fixture(scope="module", autouse=True)
def literals_as_written() -> Iterator[None]:
    """Let rdflib keep literals as they are written."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    yield
    rdflib.NORMALIZE_LITERALS = before


def written(triples: Iterable[ox.Triple], profile: Profile, form: Serialization) -> bytes:
    graph = ox.NamedNode(f"{BASE}fact/x/1")
    quads = frozenset(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
    return export(Selection(quads=quads, profile=profile, id_base=BASE), form)


def term(node: Any) -> str:
    """Return a term of rdflib as N-Triples, as pyoxigraph writes it."""
    if isinstance(node, rdflib.Literal):
        if node.language:
            return str(ox.Literal(str(node), language=node.language))
        datatype = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return str(ox.Literal(str(node), datatype=datatype) if datatype else ox.Literal(str(node)))
    return str(ox.NamedNode(str(node)))


def by_rdflib(data: bytes, form: Serialization) -> set[tuple[str, ...]]:
    if form.named_graphs:
        quads = rdflib.Dataset().parse(data=data, format=RDFLIB.get(form.name, form.name)).quads()
        return {tuple(map(term, quad[:3])) for quad in quads}
    return {
        tuple(map(term, triple)) for triple in rdflib.Graph().parse(data=data, format=RDFLIB.get(form.name, form.name))
    }


def by_pyoxigraph(data: bytes, form: Serialization) -> set[tuple[str, ...]]:
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(data, format=form.ox_format)}


def by_pyld(data: bytes) -> set[tuple[str, ...]]:
    quads = pyld.jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"}).encode()
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)}


def check(triples: list[ox.Triple], profile: Profile, form: Serialization) -> None:
    expected = {(str(t.subject), str(t.predicate), str(t.object)) for t in triples}
    data = written(triples, profile, form)
    assert by_pyoxigraph(data, form) == expected
    assert by_rdflib(data, form) == expected
    if form.name == "jsonld":
        assert by_pyld(data) == expected
    if form.name == "rdfxml":
        ET.fromstring(data)  # noqa: S314 - what we wrote


IDS = (
    "agent/acme-inc.",
    "agent/acme.",
    "agent/a..",
    "agent/.a",
    "agent/-a",
    "agent/a-",
    "agent/1",
    "agent/a:b",
    "agent/a/b",
    "agent/a//b",
    "agent/a%20b",
    "agent/a%C3%A4b",
    "agent/küste",
    "agent/a~b!c$d&e'f(g)h*i+j,k;l=m",
    "agent/a?b#c",
    "agent/@id",
    "agent/_:a",
    "agent/../b",
    "agent/./b",
    "agent/..",
    "agent/a#",
    "agent/a/",
    "@graph",
    "@type",
    "//evil.example/x",
    "/agent/x",
    "?q",
    "#f",
    "a",
    "mailto:kim",
)


@every_serialization
@pytest.mark.parametrize("name", IDS)
def test_an_odd_id_reads_as_itself(profile: Profile, name: str, form: Serialization) -> None:
    thing = ox.NamedNode(BASE + name)
    triples = [
        ox.Triple(thing, ox.NamedNode(f"{SCHEMA}name"), ox.Literal("A")),
        ox.Triple(ox.NamedNode(f"{BASE}agent/other"), ox.NamedNode(f"{SCHEMA}member"), thing),
    ]
    check(triples, profile, form)


TEXTS = (
    "a\rb\r\nc\nd",
    "a\tb",
    'say "x" \\ y',
    "]]> &amp; <b> &#13;",
    "\u2028\u2029\u0085\u00a0",
    "a\\.b x:a\\.",
    "\U0001f600 خبر",
    " both ends ",
    "",
    "@prefix x: <y> .",
)


@every_serialization
@pytest.mark.parametrize("text", TEXTS)
def test_an_odd_text_reads_as_itself(profile: Profile, text: str, form: Serialization) -> None:
    thing = ox.NamedNode(f"{BASE}agent/x")
    triples = [
        ox.Triple(thing, ox.NamedNode(f"{SCHEMA}name"), ox.Literal(text)),
        ox.Triple(thing, ox.NamedNode(f"{SCHEMA}description"), ox.Literal(text, language="de")),
        ox.Triple(thing, ox.NamedNode(f"{EX}note"), ox.Literal(text, datatype=ox.NamedNode(f"{EX}a."))),
    ]
    check(triples, profile, form)


PROPERTIES = ("p/a", "p/1a", "p/a.b", "p/a-1", "p/ä", "p/a%20b", "p/@foo", "p#x", "p/a:b", "p/_1", "p/a\u00b7")


@every_serialization
@pytest.mark.parametrize("name", PROPERTIES)
def test_an_odd_property_reads_as_itself(profile: Profile, name: str, form: Serialization) -> None:
    triples = [ox.Triple(ox.NamedNode(f"{BASE}a/x"), ox.NamedNode(f"https://x.example/{name}"), ox.Literal("A"))]
    check(triples, profile, form)


@every_serialization
@pytest.mark.parametrize("name", ["p/123", "p/", "p#", "p/-", "p/a)"])
def test_a_property_without_an_xml_name_is_refused_in_xml_alone(
    profile: Profile, name: str, form: Serialization
) -> None:
    triples = [ox.Triple(ox.NamedNode(f"{BASE}a/x"), ox.NamedNode(f"https://x.example/{name}"), ox.Literal("A"))]
    if form.name == "rdfxml":
        with pytest.raises(DataError, match=r"the property <https://x\.example/p") as refused:
            written(triples, profile, form)
        assert "turtle" in str(refused.value.hint)
    else:
        check(triples, profile, form)


@every_serialization
@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_has_not_is_refused_in_xml_alone(
    profile: Profile, character: str, form: Serialization
) -> None:
    text = ox.Literal(f"a{character}b")
    triples = [ox.Triple(ox.NamedNode(f"{BASE}a/x"), ox.NamedNode(f"{SCHEMA}name"), text)]
    if form.name == "rdfxml":
        with pytest.raises(DataError, match=f"U\\+{ord(character):04X}"):
            written(triples, profile, form)
    else:
        assert by_pyoxigraph(written(triples, profile, form), form) == {
            (str(t.subject), str(t.predicate), str(t.object)) for t in triples
        }


_LOCAL = st.text(st.sampled_from("aB1.-_~:/@?#%;,=+!'()*&$äß\u00b7"), max_size=8).filter(
    lambda text: "%" not in text or all(part[:2].isalnum() for part in text.split("%")[1:])
)
_SPACES = st.sampled_from(
    [f"{BASE}agent/", BASE, EX, SCHEMA, "https://x.example/", "https://w3id.org/pressgraph/vocab/role/"]
)


@st.composite
def iris(draw: st.DrawFn) -> ox.NamedNode:
    iri = draw(_SPACES) + draw(_LOCAL)
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return ox.NamedNode(f"{EX}a")


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t"), max_size=12)
_LITERALS = st.one_of(
    _TEXT.map(ox.Literal),
    st.tuples(_TEXT, st.sampled_from(["de", "en-GB", "de-x-leicht"])).map(lambda it: ox.Literal(it[0], language=it[1])),
    st.tuples(_TEXT, iris()).map(lambda it: ox.Literal(it[0], datatype=it[1])),
)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of a profile's long repr
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(triples=st.lists(st.builds(ox.Triple, iris(), iris(), st.one_of(iris(), _LITERALS)), min_size=1, max_size=6))
@every_serialization
def test_any_graph_reads_as_itself_or_is_refused(
    profile: Profile, form: Serialization, triples: list[ox.Triple]
) -> None:
    try:
        check(triples, profile, form)
    except DataError:
        if form.name != "rdfxml":
            raise


# -- results of queries


def rows_of(profile: Profile, text: str) -> Answer:
    return query_store(text, ox.Store(), profile, id_base=BASE)


ODD = "VALUES (?a ?b) { ('x\\ty\\nz\\r\\u0022\\\\' <https://x.example/a>) (UNDEF 1.5) ('ä'@de '') ('', true) }"


@pytest.mark.parametrize("form", ["json", "xml", "tsv", "csv"])
def test_solutions_are_read_by_others(profile: Profile, form: str) -> None:
    data = write_answer(rows_of(profile, f"SELECT * {{ {ODD.replace(',', '')} }}"), form, profile, id_base=BASE)
    if form == "csv":
        assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [
            ["a", "b"],
            ['x\ty\nz\r"\\', "https://x.example/a"],
            ["", "1.5"],
            ["ä", ""],
            ["", "true"],
        ]
        return
    found = rdflib.query.Result.parse(io.BytesIO(data), format=form)
    assert [str(name) for name in found.vars or ()] == ["a", "b"]
    rows = [tuple(str(row[name]) if name in row else None for name in found.vars or ()) for row in found.bindings]
    assert rows[0] == ('x\ty\nz\r"\\', "https://x.example/a")
    assert rows[2] == ("ä", "")


TRIPLES = [
    ox.Triple(ox.NamedNode(f"{BASE}a"), ox.NamedNode(f"{SCHEMA}name"), ox.Literal('Ida "L"\t\n', language="de")),
    ox.Triple(ox.BlankNode("b1"), ox.NamedNode(f"{SCHEMA}age"), ox.Literal(5)),
]


def test_a_graph_as_tsv_is_sparql_results_tsv(profile: Profile) -> None:
    data = write_answer(Answer(list(TRIPLES)), "tsv", profile, id_base=BASE)
    assert data.splitlines()[0] == b"?subject\t?predicate\t?object"
    found = ox.parse_query_results(data, format=ox.QueryResultsFormat.TSV)
    assert isinstance(found, ox.QuerySolutions)
    assert [row["object"] for row in found] == [it.object for it in sorted(TRIPLES, key=lambda it: str(it.subject))]


def test_a_graph_as_csv_marks_its_blank_nodes(profile: Profile) -> None:
    data = write_answer(Answer(list(TRIPLES)), "csv", profile, id_base=BASE).decode()
    assert list(csv.reader(io.StringIO(data, newline=""))) == [
        ["subject", "predicate", "object"],
        [f"{BASE}a", f"{SCHEMA}name", 'Ida "L"\t\n'],
        ["_:b1", f"{SCHEMA}age", "5"],
    ]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", ["s", "p", "o"]),
        ("SELECT DISTINCT * WHERE { ?z ?a ?m OPTIONAL { ?m ?b ?c } }", ["z", "a", "m", "b", "c"]),
        ("PREFIX x: <y:> select reduced * { ?o x:p $s . # ?comment\n FILTER(?o != '?text') }", ["o", "s"]),
        ("SELECT * { { SELECT (?c AS ?d) ?b { ?c ?b ?a } } ?z ?y ?d }", ["d", "b", "z", "y"]),
        ("SELECT (COUNT(DISTINCT *) AS ?n) { ?s ?p ?o }", ["n"]),
        ("SELECT ?p ?s { ?s ?p ?o { SELECT * { ?o ?b ?a } } }", ["p", "s"]),
        ("SELECT * { ?s ?p ?o MINUS { ?x ?y ?s } } ORDER BY ?o", ["s", "p", "o"]),
        ("SELECT * { VALUES (?b ?a) { (1 2) } BIND(?a AS ?z) }", ["b", "a", "z"]),
        ("SELECT * {}", []),
    ],
)
def test_the_columns_of_star_stand_as_they_are_written(profile: Profile, text: str, columns: list[str]) -> None:
    assert rows_of(profile, text).variables == columns


@pytest.mark.parametrize(
    "alias", ["nt", "ttl", "nq", "json-ld", "rdf", "xml", "json", "TURTLE", "text/turtle", "n-triples"]
)
def test_graphs_take_the_names_of_export(profile: Profile, alias: str) -> None:
    data = write_answer(Answer(TRIPLES[:1]), alias, profile, id_base=BASE)
    form = serialization(alias)
    assert by_pyoxigraph(data, form) == {tuple(map(str, (t.subject, t.predicate, t.object))) for t in TRIPLES[:1]}


def test_a_terminal_draws_the_names_and_the_rows(profile: Profile) -> None:
    found = rows_of(profile, "SELECT ?a ?b { VALUES (?a ?b) { (1 2) (3 4) } }")
    data = write_answer(found, None, profile, id_base=BASE, table=lambda names, rows: repr((names, rows)).encode())
    assert data.decode() == repr((["a", "b"], [("1", "2"), ("3", "4")]))


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ("turtle", "CONSTRUCT { ?a ?b ?c }"),
        ("tsv", "CONSTRUCT { ?a ?b ?c }"),
        ("table", "SELECT *"),
        ("json", "SELECT *"),
    ],
)
def test_what_fails_while_it_is_computed_is_said(profile: Profile, form: str, query: str) -> None:
    # no address of an endpoint: the store says so when it gets there
    found = Answer(ox.Store().query(f"{query} {{ SERVICE <x:y> {{ ?a ?b ?c }} }}"))
    with pytest.raises(QueryError, match="the query failed: "):
        write_answer(found, form, profile, id_base=BASE)


@pytest.mark.parametrize(("alias", "known"), [("md", "markdown"), ("CSV", "csv"), ("srj", "json"), ("srx", "xml")])
def test_rows_take_short_names(profile: Profile, alias: str, known: str) -> None:
    text = "SELECT ?x { VALUES ?x { 1 } }"
    data = write_answer(rows_of(profile, text), alias, profile, id_base=BASE)
    assert data == write_answer(rows_of(profile, text), known, profile, id_base=BASE)


# -- prefixes


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"a b" = "https://x.example/"', "'a b' is not a prefix"),
        ('"1a" = "https://x.example/"', "'1a' is not a prefix"),
        ('"a." = "https://x.example/"', "'a.' is not a prefix"),
        ('"_" = "https://x.example/"', "'_' is not a prefix"),
        ('"a:" = "https://x.example/"', "'a:' is not a prefix"),
        ('x = "terms#"', "is not an IRI"),
        ('x = "https://x.example/a b"', "is not an IRI"),
        ('x = ""', "is not an IRI"),
    ],
)
def test_a_prefix_that_no_format_can_write_is_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "pressgraph.toml").write_text(f"[prefixes]\n{line}\n")
    with pytest.raises(PressgraphError, match=said) as refused:
        open_project(tmp_path)
    assert "pressgraph.toml" in str(refused.value)
