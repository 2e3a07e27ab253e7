"""Names of things: which columns are filled, in which language and order, and queries that any SPARQL tool runs."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from rdflib import Literal

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import from_ox
from pressgraph.query import read_names
from pressgraph.query.names import best_name, end_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from pressgraph import Workspace

ROOT = Path(__file__).resolve().parents[1]
ID = "https://w3id.org/pressgraph/id/"
# rules are run by builds, not asked
SHIPPED = sorted(
    str(path.relative_to(ROOT / "queries").with_suffix(""))
    for path in (ROOT / "queries").rglob("*.rq")
    if path.parent.name != "derive"
)
SAVED = [name for name in SHIPPED if not name.startswith(("checks/", "embed/"))]


@pytest.fixture(scope="module")
def workspace(built: Path) -> Workspace:
    return pressgraph.open(built)


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), "query", *arguments])


def answer(folder: Path, *arguments: str) -> str:
    result = ask(folder, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


# -- the shipped queries


@pytest.mark.parametrize("name", SHIPPED)
def test_no_query_makes_names_itself(name: str) -> None:
    text = (ROOT / "queries" / f"{name}.rq").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert not re.search(r"LANGMATCHES|SUBSTR\s*\(\s*MIN|@param lang\b", text, re.IGNORECASE)
    assert not re.search(r"FILTER\s*\(\s*LANG\s*\(", code, re.IGNORECASE)
    assert len(code.splitlines()) < 30


# -- which columns are names


@pytest.mark.parametrize(
    ("text", "columns", "names"),
    [
        ("SELECT ?x ?xLabel { ?x a ?y }", ("x", "xLabel"), {"xLabel": "x"}),
        ("SELECT ?xLabel { ?x a ?y }", ("xLabel",), {"xLabel": "x"}),
        ("select distinct $x $xLabel where { ?x a ?y }", ("x", "xLabel"), {"xLabel": "x"}),
        ("SELECT (MAX(?y) AS ?x) ?xLabel { ?y a ?z }", ("x", "xLabel"), {"xLabel": "x"}),
        ("SELECT ?x ?xLabel { ?x a ?y } GROUP BY ?x", ("x", "xLabel"), {"xLabel": "x"}),
        ("# SELECT ?yLabel\nSELECT ?x ?xLabel { ?x a ?y }", ("x", "xLabel"), {"xLabel": "x"}),
        ("PREFIX a: <urn:SELECT> SELECT ?x ?xLabel { ?x a ?y }", ("x", "xLabel"), {"xLabel": "x"}),
    ],
)
def test_selected_column_that_nothing_binds_is_a_name(
    text: str, columns: tuple[str, ...], names: dict[str, str]
) -> None:
    found = read_names(text)
    assert found is not None
    assert (found.columns, dict(found.names)) == (columns, names)
    assert len(found.text) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x ?xLabel { ?x rdfs:label ?xLabel }",
        "SELECT ?x (STR(?n) AS ?xLabel) { ?x rdfs:label ?n }",
        "SELECT ?x ?xLabel { ?x a ?y BIND('a' AS ?xLabel) }",
        "SELECT ?yLabel { ?x a ?z }",
        "SELECT ?prefLabel { ?x skos:prefLabel ?prefLabel }",
        "SELECT * { ?x a ?xLabel }",
        "SELECT ?x { { SELECT ?x ?xLabel { ?x a ?y } } }",
        "ASK { ?x ?xLabel ?y }",
        "CONSTRUCT { ?x a ?xLabel } WHERE { SELECT ?x ?xLabel { ?x a ?y } }",
        "SELECT ?x ?xLabel {",
        "SELECT ?Label { ?x a ?y }",
        "",
    ],
)
def test_what_a_query_binds_is_left_alone(text: str) -> None:
    assert read_names(text) is None


def test_names_are_filled_for_iris_and_literals(workspace: Workspace) -> None:
    text = 'SELECT ?x ?xLabel { VALUES ?x { agent:biosaxony lvl:silver "text"@en 3 <urn:a:b#c> agent:nobody UNDEF } }'
    found = workspace.query(text, lang="de")
    assert [row.get("xLabel") for row in found] == [
        Literal("biosaxony"),
        Literal("Silber-Label", lang="de"),
        Literal("text", lang="en"),
        Literal(3),
        Literal("c"),
        Literal("agent/nobody"),
        None,
    ]


def test_thing_that_is_not_selected_is_named_too(workspace: Workspace) -> None:
    text = "SELECT ?xLabel { VALUES ?x { agent:biosaxony } }"
    assert workspace.query(text) == [{"xLabel": Literal("biosaxony")}]


def test_error_in_a_query_with_names_has_its_place(built: Path) -> None:
    result = ask(built, "SELECT ?x ?xLabel ?y\n  ?yLabel { ?x a ?y . } LIMIT x")
    assert result.exit_code == 2
    assert "line 2, column 31: unexpected 'x'" in result.stderr


# -- languages


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        (("de-CH", "en"), ("Silber", "de")),
        (("de", "en"), ("Silber", "de")),
        (("pl", "de"), ("Silber", "de")),
        (("pl", "fr"), ("Silver", "en")),
        (("en-GB",), ("Silver", "en")),
    ],
)
def test_name_is_in_the_readers_language_else_the_projects_else_english(
    languages: tuple[str, ...], name: tuple[str, str]
) -> None:
    assert best_name([(1, "Silver", "en"), (1, "Silber", "de"), (1, "Srebro", "cs")], languages) == name


def test_name_without_a_language_comes_before_english_and_any() -> None:
    assert best_name([(1, "Silver", "en"), (1, "Ag", "")], ["pl"]) == ("Ag", "")
    assert best_name([(1, "argent", "fr"), (1, "Silber", "de")], ["pl"]) == ("Silber", "de")
    assert best_name([], ["pl"]) is None


def test_better_property_and_first_text_name_a_thing_and_texts_only_what_has_no_name() -> None:
    assert best_name([(3, "headline", "en"), (0, "preferred", "en"), (0, "z", "en")], ["en"]) == ("preferred", "en")
    assert best_name([(5, "text", "en"), (1, "Name", "de")], ["en"]) == ("Name", "de")
    assert best_name([(5, "text", "en"), (6, "description", "de")], ["de"]) == ("description", "de")


@pytest.mark.parametrize(
    ("iri", "end"),
    [
        (f"{ID}agent/x", "agent/x"),
        ("http://example.org/a/b", "b"),
        ("http://example.org/a/", "a"),
        ("urn:isbn:1", "urn:isbn:1"),
        ("http://example.org/#", "example.org"),
        (ID, "id"),
    ],
)
def test_thing_without_a_name_is_called_by_the_end_of_its_iri(iri: str, end: str) -> None:
    assert end_of(iri, ID) == end


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], "assumed"),
        (["--lang", "de"], "angenommen"),
        (["--lang", "de-CH"], "angenommen"),
        (["-p", "lang=de-CH"], "angenommen"),
        (["--lang", "pl"], "assumed"),
        (["--lang", "de", "-p", "lang=en"], "angenommen"),
    ],
)
def test_language_of_names_is_an_option(built: Path, arguments: list[str], name: str) -> None:
    text = "SELECT ?x ?xLabel { VALUES ?x { status:assumed } }"
    assert answer(built, text, *arguments).split() == ["x", name]


def test_project_says_the_language_of_names(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "german"
    shutil.copytree(built, folder)
    path = folder / "pressgraph.toml"
    text = path.read_text() if path.exists() else ""
    path.write_text(f'{text}\n[project]\nlanguage = "de"\n' if "[project]" not in text else text)
    query = "SELECT ?x ?xLabel { VALUES ?x { status:assumed } }"
    for arguments in ([], ["--lang", "pl"]):
        assert answer(folder, query, *arguments).split() == ["x", "angenommen"]
    assert answer(folder, query, "--lang", "en").split() == ["x", "assumed"]


def test_lang_of_a_query_without_names_is_refused_and_of_one_that_declares_it_kept(built: Path) -> None:
    result = ask(built, "SELECT ?x { VALUES ?x { 1 } }", "-p", "lang=de")
    assert result.exit_code == 2
    assert "no parameter 'lang'" in result.stderr
    own = '# What?\n#\n# @param lang lang L.\nSELECT ?lang { VALUES ?lang { "en" } }'
    assert answer(built, own, "-p", "lang=de").split() == ["lang", "de"]
    result = ask(built, "labels-valid-on", "--lang", "!")
    assert result.exit_code == 2
    assert "not a language tag" in result.stderr


# -- columns


def test_thing_and_name_are_one_column_for_people_and_two_for_programs(built: Path) -> None:
    text = "SELECT ?x ?xLabel ?n { VALUES (?x ?n) { (agent:biosaxony 1) } }"
    assert answer(built, text).splitlines() == ["x          n", "biosaxony  1"]
    assert answer(built, text, "-f", "markdown").splitlines()[0] == "| x | n |"
    assert answer(built, text, "-f", "csv").splitlines() == ["x,xLabel,n", f"{ID}agent/biosaxony,biosaxony,1"]
    assert answer(built, text, "-f", "tsv").splitlines()[0] == "?x\t?xLabel\t?n"
    document = json.loads(answer(built, text, "-f", "json"))
    assert document["head"]["vars"] == ["x", "xLabel", "n"]
    assert document["results"]["bindings"][0]["xLabel"] == {"type": "literal", "value": "biosaxony"}


def test_thing_apart_from_its_name_is_a_column_of_ids(built: Path) -> None:
    text = 'SELECT ?xLabel ?n ?x { VALUES (?x ?n) { (agent:biosaxony 1) ("a" 2) } } ORDER BY ?n'
    assert answer(built, text).splitlines() == ["x          n  x id", "biosaxony  1  agent/biosaxony", "a          2"]


def test_name_before_its_thing_keeps_the_order_of_columns(built: Path) -> None:
    text = "SELECT ?n ?xLabel ?x { VALUES (?x ?n) { (agent:biosaxony 1) } }"
    assert answer(built, text, "-f", "csv").splitlines()[0] == "n,xLabel,x"


# -- order


THINGS = "VALUES (?x ?n) { (<urn:x/b> 10) (<urn:x/Ä> 9) (<urn:x/a> 9) (<urn:x/C> 100) }"


@pytest.mark.parametrize(
    ("modifiers", "names"),
    [
        ("ORDER BY ?xLabel", "a Ä b C"),
        ("ORDER BY DESC(?xLabel)", "C b Ä a"),
        ("ORDER BY ?n ?xLabel", "a Ä b C"),
        ("ORDER BY DESC(?n) ASC ( ?xLabel )", "C b a Ä"),
        ("ORDER BY ?xLabel LIMIT 2", "a Ä"),
        ("ORDER BY ?xLabel LIMIT 2 OFFSET 1", "Ä b"),
        ("ORDER BY ?xLabel OFFSET 3", "C"),
        ("ORDER BY ?xLabel LIMIT 0", ""),
        ("order by # by name\n ?xLabel", "a Ä b C"),
    ],
)
def test_rows_are_sorted_by_names_and_cut_afterwards(workspace: Workspace, modifiers: str, names: str) -> None:
    found = workspace.query(f"SELECT ?n ?xLabel {{ {THINGS} }} {modifiers}")
    assert " ".join(row["xLabel"] for row in found) == names


def test_rows_are_sorted_by_name_and_limited_by_the_engine_where_it_can(workspace: Workspace) -> None:
    found = workspace.query(f"SELECT ?xLabel {{ {THINGS} }} ORDER BY DESC(STR(?x)) LIMIT 1")
    assert found == [{"xLabel": Literal("Ä")}]


def test_order_by_a_name_and_an_expression_is_refused(built: Path) -> None:
    result = ask(built, f"SELECT ?n ?xLabel {{ {THINGS} }} ORDER BY STR(?n) ?xLabel")
    assert result.exit_code == 2
    assert "ORDER BY has a name and 'STR'" in result.stderr
    assert "columns that the query selects" in result.stderr


# -- a query for any tool


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Build the project that init makes: rdflib looks through every graph for each fact, so it gets few."""
    folder = tmp_path_factory.mktemp("small") / "news"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    workspace = pressgraph.open(folder)
    workspace.build()
    return workspace


@pytest.fixture(scope="module")
def graph(small: Workspace) -> rdflib.Dataset:
    dataset = rdflib.Dataset(default_union=True)
    named = (quad for quad in small.dataset().store if quad.graph_name != ox.DefaultGraph())
    dataset.parse(data=ox.serialize(named, format=ox.RdfFormat.N_QUADS), format="nquads")
    return dataset


@pytest.fixture(scope="module")
def of_facts(graph: rdflib.Dataset, small: Workspace) -> rdflib.Dataset:
    """Leave of the vocabularies what facts name: rdflib looks through all, ten times as much, for what is open."""
    profile = rdflib.URIRef(f"{small.project.id_base}profile")
    quads = [(*it[:3], graph.graph(it[3])) for it in graph.quads() if it[3] is not None]
    named = {term for *triple, origin in quads if origin.identifier != profile for term in triple}
    dataset = rdflib.Dataset(default_union=True)
    dataset.addN(it for it in quads if it[3].identifier != profile or it[0] in named)
    return dataset


ABOUT = ("everything-about", "evidence-of", "where-is-it-mentioned")
"""Queries about one thing, which no description of what it does not name has a part in."""

WITH_ROWS = {"facts-by-status": {"status": "stated"}}
"""Parameters for queries with a subquery that groups nothing: rdflib makes one empty group of no rows."""


def texts(rows: Any) -> list[tuple[str, ...]]:
    def text(term: Any) -> str:
        # rdflib's values are Python's, which lacks months of a year
        return "" if term is None else str(term if isinstance(term, rdflib.term.Node) else term.value)

    return sorted(tuple(map(text, row)) for row in rows)


@pytest.mark.parametrize("name", SAVED)
def test_shown_query_answers_in_rdflib_as_here(
    small: Workspace, graph: rdflib.Dataset, of_facts: rdflib.Dataset, name: str
) -> None:
    text = small.portable(small.query_text(name, WITH_ROWS.get(name, {})), language="de")
    there: Any = (of_facts if name in ABOUT else graph).query(text)
    here = small.ask_text(text)[0]
    if there.type == "ASK":
        assert bool(there.askAnswer) is here.is_true
    elif there.type == "CONSTRUCT":
        assert {tuple(map(str, it)) for it in there} == {
            tuple(str(from_ox(term)) for term in it if term is not None) for it in here.rows()
        }
    else:
        assert texts(map(tuple, there)) == texts(here.rows())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x ?xLabel { ?x a clu:ClusterOrganisation }",
        "SELECT ?xLabel (COUNT(*) AS ?n) ?x { ?x a clu:ClusterOrganisation } GROUP BY ?x ORDER BY ?xLabel",
        "SELECT ?x ?xLabel { SELECT DISTINCT ?x { ?x a clu:ClusterOrganisation } }",
        "SELECT ?x ?xLabel ?y ?yLabel { ?x a clu:ClusterOrganisation OPTIONAL { ?x org:hasUnit ?y } }",
        "SELECT ?x ?xLabel ?xKnown { OPTIONAL { ?x a clu:ClusterOrganisation } OPTIONAL { ?xKnown a ?nothing, ?x } }",
        "SELECT ?x ?xLabel { ?x a clu:ClusterOrganisation # no end\n}",
        "PREFIX schema: <urn:other> SELECT ?x ?xLabel { ?x a clu:ClusterOrganisation }",
    ],
)
def test_shown_query_gives_the_names_that_are_filled_here(workspace: Workspace, text: str) -> None:
    shown = workspace.portable(text)
    assert read_names(shown) is None
    found = ox.Store()
    found.extend(workspace.dataset().store)
    there = found.query(shown)
    assert isinstance(there, ox.QuerySolutions)
    here = workspace.ask(text)
    assert [it.value for it in there.variables] == here.variables
    assert texts(there) == texts(here.rows())


def test_shown_query_names_nothing_for_what_is_open(workspace: Workspace) -> None:
    text = "SELECT ?y ?yLabel { ?x a clu:ClusterOrganisation OPTIONAL { ?x org:noSuch ?y } }"
    found = ox.Store()
    found.extend(workspace.dataset().store)
    rows = found.query(workspace.portable(text))
    assert isinstance(rows, ox.QuerySolutions)
    assert {tuple(row) for row in rows} == {(None, None)}


def test_shown_query_begins_with_the_question_and_its_prefixes(built: Path) -> None:
    lines = answer(built, "labels-valid-on", "--show", "--lang", "de-AT").splitlines()
    assert lines[0] == "# Which labels are valid on a day: surely or perhaps, and on what basis do we say so?"
    assert "PREFIX clu: <https://w3id.org/pressgraph/cluster#>" in lines
    assert '    FILTER(LANGMATCHES(LANG(?labelLabel), "de") || LANG(?labelLabel) = "")' in lines


def test_name_of_what_the_select_computes_cannot_be_shown(built: Path) -> None:
    text = "SELECT (MIN(?y) AS ?x) ?xLabel { ?y a clu:ClusterOrganisation }"
    assert "biosaxony" in answer(built, text)
    result = ask(built, text, "--show")
    assert result.exit_code == 2
    assert "compute ?x in a subquery" in result.stderr


# -- what cannot be decided


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["labels-valid-on"], "note: 1 label has no known period"),
        (["labels-valid-on", "-p", "holder=agent/biosaxony"], "note: 1 label has no known period"),
        (["labels-valid-on", "--lang", "de"], "Anmerkung: 1 Label hat keinen bekannten Zeitraum"),
        (["labels-expiring-between"], "note: 1 label has no known period"),
        (["has-valid-label", "-p", "date=2030-01-01"], "note: 1 label has no known period"),
        (["has-valid-label", "-p", "date=2020-06-01"], ""),
        (["has-valid-label", "-p", "date=2030-01-01", "-p", "level=gold"], ""),
        (["labels-valid-on", "-p", "holder=agent/ecei"], ""),
        (["label-history"], ""),
    ],
)
def test_labels_of_which_no_period_is_known_are_said(built: Path, arguments: list[str], said: str) -> None:
    result = ask(built, *arguments)
    assert result.exit_code == 0
    see = "siehe" if "de" in arguments else "see"
    assert result.stderr == (f"{said}: {see} 'pressgraph query labels-without-period'\n" if said else "")


def test_labels_of_which_no_period_is_known_are_listed(built: Path) -> None:
    rows = list(csv.reader(io.StringIO(answer(built, "labels-without-period", "-f", "csv"))))
    assert [row[0] for row in rows[1:]] == ["Bronze Label"]


# -- endpoints


class Endpoint(http.server.BaseHTTPRequestHandler):
    """An endpoint with things, whose second question may go wrong."""

    def do_POST(self) -> None:
        text = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        self.server.asked.append(text)  # type: ignore[attr-defined]
        code, body = self.server.replies[min(len(self.server.asked), len(self.server.replies)) - 1]  # type: ignore[attr-defined]
        self.send_response(code)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def endpoint(*replies: tuple[int, Any]) -> Iterator[tuple[str, list[str]]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.replies, server.asked = replies, []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", server.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def things(*iris: str) -> tuple[int, Any]:
    return 200, {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": it}} for it in iris]}}


def test_names_of_all_rows_are_one_more_question(built: Path) -> None:
    name = {"type": "literal", "value": "Silber", "xml:lang": "de"}
    row = {
        "thing": {"type": "uri", "value": "urn:a/1"},
        "property": {"type": "uri", "value": "http://schema.org/name"},
        "name": name,
    }
    names = 200, {"head": {"vars": ["thing", "property", "name"]}, "results": {"bindings": [row]}}
    with endpoint(things("urn:a/1", "urn:a/2", "urn:a/1"), names) as (url, asked):
        found = answer(built, "SELECT ?x ?xLabel { ?x a ?y }", "--endpoint", url, "-f", "csv")
    assert found.splitlines() == ["x,xLabel", "urn:a/1,Silber", "urn:a/2,2", "urn:a/1,Silber"]
    assert len(asked) == 2
    assert "xLabel" not in asked[0]
    assert "VALUES ?thing { <urn:a/1> <urn:a/2> }" in asked[1]


def test_what_has_no_name_is_called_as_its_scheme_is(built: Path) -> None:
    def said(thing: str, name: str, scheme: str | None = None) -> dict[str, dict[str, str]]:
        cells = {"thing": thing, "property": "http://schema.org/name", **({"scheme": scheme} if scheme else {})}
        texts = {it: {"type": "uri", "value": value} for it, value in cells.items()}
        return {**texts, "name": {"type": "literal", "value": name}}

    bindings = [said("urn:a/1", "Gold", "urn:s"), said("urn:a/2", "Silver", "urn:s"), said("urn:a/2", "Mine")]
    names = 200, {"head": {"vars": ["thing", "scheme", "property", "name"]}, "results": {"bindings": bindings}}
    with endpoint(things("urn:a/1", "urn:a/2"), names) as (url, asked):
        found = answer(built, "SELECT ?x ?xLabel { ?x a ?y }", "--endpoint", url, "-f", "csv")
    assert found.splitlines() == ["x,xLabel", "urn:a/1,Gold", "urn:a/2,Mine"]
    assert len(asked) == 2


def test_many_names_are_asked_for_in_parts(built: Path) -> None:
    nothing = 200, {"head": {"vars": ["thing", "property", "name"]}, "results": {"bindings": []}}
    with endpoint(things(*(f"urn:a/{i}" for i in range(450))), nothing) as (url, asked):
        assert len(answer(built, "SELECT ?x ?xLabel { ?x a ?y }", "--endpoint", url, "-f", "csv").splitlines()) == 451
    assert len(asked) == 4


def test_rows_come_without_names_where_the_endpoint_gives_none(built: Path) -> None:
    with endpoint(things("urn:a/1"), (400, {})) as (url, _):
        result = ask(built, "SELECT ?x ?xLabel { ?x a ?y }", "--endpoint", url, "-f", "csv")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["x,xLabel", "urn:a/1,1"]
    assert "warning: names are missing: " in result.stderr
