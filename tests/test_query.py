"""Query: saved and ad-hoc SPARQL, its parameters, every format, and what is said of mistakes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import XSD

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import SERIALIZATIONS, Serialization
from pressgraph.errors import ProfileError, QueryError
from pressgraph.query import read_names, unknown_terms
from pressgraph.query.names import in_order, looked_up, name_in_store
from pressgraph.query.results import table_of
from pressgraph.query.saved import parse_saved_query

if TYPE_CHECKING:
    from click.testing import Result

    from pressgraph import Workspace
    from pressgraph.profile import Profile

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
COMPETENCY = sorted(path.stem for path in (ROOT / "queries" / "competency").glob("*.rq"))
EXPECTED: dict[str, list[list[str]]] = yaml.safe_load((ROOT / "tests" / "competency.yaml").read_text())
# Shipped queries that may find nothing in the founding release: nothing is wrong with it, or nothing so is in it.
EMPTY = {
    "agreements-in-force-on", "corrections", "figures", "founded-before", "grants", "labels-expiring-between",
    "mentioned-but-not-described", "products", "results-of", "sources-that-disagree", "stands-at", "statements",
    "successions", "verbatim-quotations",
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(built: Path) -> Workspace:
    return pressgraph.open(built)


def ask(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), "query", *arguments], input=stdin)


def answer(folder: Path, *arguments: str, stdin: str | None = None) -> str:
    result = ask(folder, *arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    assert "warning" not in result.stderr
    return result.stdout


def refused(folder: Path, *arguments: str) -> str:
    result = ask(folder, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "unexpected:" not in result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


# -- saved queries


def test_listing_names_every_saved_query_with_its_question(built: Path) -> None:
    text = answer(built)
    for name in SHIPPED:
        assert name in text
    assert "Which labels are valid on a day" in text


def test_verbose_listing_names_the_queries_in_folders_too(built: Path) -> None:
    result = CliRunner().invoke(main, ["-v", "--project", str(built), "query"])
    for name in COMPETENCY:
        assert f"competency/{name}" in result.stdout


def test_ten_useful_saved_queries_are_shipped() -> None:
    assert len(SHIPPED) >= 10


@pytest.mark.parametrize("name", SHIPPED)
def test_saved_query_runs_on_the_founding_release(built: Path, workspace: Workspace, name: str) -> None:
    assert answer(built, name)
    found = list(workspace.ask(name).rows())
    assert found or name in EMPTY


@pytest.mark.parametrize("name", SHIPPED)
def test_saved_query_has_a_question_and_documented_parameters(workspace: Workspace, name: str) -> None:
    saved = workspace.saved_queries[name]
    assert saved.question.endswith("?") or saved.question.startswith("Give me ")
    assert all(parameter.description for parameter in saved.parameters.values())
    for parameter in saved.parameters.values():
        assert parameter.optional == (parameter.default == "UNDEF"), parameter.name


def test_label_valid_on_a_day_is_answered_with_its_basis(built: Path) -> None:
    found = rows(answer(built, "labels-valid-on", "-p", "date=2020-06-01", "-f", "csv"))
    assert len(found) == 2
    assert "Silver Label" in found[1]
    assert "assumed to start on the release date" in found[1]


def test_no_label_is_valid_after_its_period(built: Path) -> None:
    assert len(rows(answer(built, "labels-valid-on", "-p", "date=2021-01-01", "-f", "csv"))) == 1


@pytest.mark.parametrize(
    ("date", "label"), [("2018-12-31", "Bronze Label"), ("2019-01-01", "Silver Label"), ("2020-12-31", "Silver Label")]
)
def test_period_holds_from_its_first_day_up_to_its_end(built: Path, date: str, label: str) -> None:
    found = rows(answer(built, "labels-valid-on", "-p", f"date={date}", "-f", "csv"))[1:]
    # a source says on 2019-01-01 that the label is held; before that, the label that it replaced may have been valid
    assert [(row[0], row[3]) for row in found] == [(label, "surely" if date == "2019-01-01" else "perhaps")]


@pytest.mark.parametrize("name", COMPETENCY)
def test_competency_question_has_the_expected_answer(workspace: Workspace, name: str) -> None:
    saved = workspace.saved_queries[f"competency/{name}"]
    text = workspace.query_text(saved.name, {})
    found, _ = workspace.ask_text(text, entail=saved.tags["mode"] == "entailment")
    # as people read them: things by their names
    _, values = table_of(found, workspace.profile, workspace.project.id_base)
    assert sorted(map(list, values)) == sorted(EXPECTED[name])


def test_every_competency_question_is_a_query() -> None:
    assert sorted(EXPECTED) == COMPETENCY


def test_project_query_takes_the_place_of_a_shipped_one(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(built, folder)
    (folder / "queries").mkdir()
    (folder / "queries" / "releases.rq").write_text(
        "# How many?\nSELECT (COUNT(*) AS ?n) { ?d a schema:NewsArticle }\n"
    )
    assert rows(answer(folder, "releases", "-f", "csv")) == [["n"], ["1"]]
    assert "How many?" in answer(folder)


def test_unknown_saved_query_has_a_hint(built: Path) -> None:
    assert "did you mean 'labels-valid-on'?" in refused(built, "label-valid-on")


# -- parameters


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["labels-valid-on", "-p", "dat=2020-06-01"], "did you mean 'date'?"),
        (["labels-valid-on", "-p", "zzz=1"], "it has: date, holder"),
        (["labels-valid-on", "-p", "date=2020-02-30"], "no such day"),
        (["labels-valid-on", "-p", "date=1.6.2020"], "write 2020-06-01"),
        (["labels-valid-on", "-p", "holder=bio saxony"], "not an id"),
        (["labels-valid-on", "-p", "lang=!"], "not a language tag"),
        (["labels-valid-on", "-p", "date"], "is not KEY=VALUE"),
        (["facts-by-status", "-p", "status=statd"], "did you mean 'stated'?"),
        (["facts-by-status", "-p", "status=zzzzz"], "known: "),
        (["property-usage", "-p", "date=2020-06-01"], "has no parameter 'date'"),
        (["SELECT * { ?s ?p ?o }", "-p", "date=2020-06-01"], "has no parameter 'date'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_mistake_in_a_parameter_has_a_hint(built: Path, arguments: list[str], said: str) -> None:
    assert said in refused(built, *arguments)


def test_optional_parameter_means_any_when_left_out(built: Path) -> None:
    every = answer(built, "labels-valid-on", "-f", "csv")
    assert answer(built, "labels-valid-on", "-p", "holder=agent/biosaxony", "-f", "csv") == every
    assert len(rows(answer(built, "labels-valid-on", "-p", "holder=agent/ecei", "-f", "csv"))) == 1


@pytest.mark.parametrize(
    "name", ["agent/biosaxony", "agent:biosaxony", "https://w3id.org/pressgraph/id/agent/biosaxony"]
)
def test_id_parameter_takes_an_id_a_curie_or_an_iri(built: Path, name: str) -> None:
    assert "Silver Label" in answer(built, "label-history", "-p", f"holder={name}")


def test_a_question_about_a_thing_is_asked_about_one_of_this_graph(built: Path, tmp_path: Path) -> None:
    """The thing in a query's file is an example: elsewhere an answer about it would look like one about one's own."""
    assert "nothing here is said of agent/nobody" in ask(built, "label-history", "-p", "holder=agent/nobody").stderr
    (tmp_path / "data").mkdir()
    text = "source: { id: document/a, type: NewsArticle, headline: { en: A }, datePublished: 2026-01-15 }\nfacts:\n"
    (tmp_path / "data" / "a.yaml").write_text(f"{text}  - {{ id: agent/anna, type: Person, name: Anna }}\n")
    workspace = pressgraph.open(tmp_path)
    workspace.build()
    for name, parameter in (("has-valid-label", "holder"), ("everything-about", "id"), ("members-of", "organisation")):
        said = refused(tmp_path, name)
        assert f"the query '{name}' needs a thing of your graph to ask about" in said
        assert f"-p {parameter}=ID" in said
        with pytest.raises(QueryError, match="needs a thing"):
            workspace.query(name)
    assert "Anna" in answer(tmp_path, "everything-about", "-p", "id=agent/anna")
    # what may stay empty asks about any
    assert answer(tmp_path, "labels-of", "-f", "csv")
    # what is only printed is for any graph
    assert "VALUES" in answer(tmp_path, "has-valid-label", "--show")


def test_show_prints_the_query_with_the_values_in_place(built: Path) -> None:
    text = answer(built, "labels-valid-on", "-p", "date=2020-12-24", "--show")
    assert '"2020-12-24"^^<http://www.w3.org/2001/XMLSchema#date>' in text
    assert "2020-06-01" not in text


TEXT_QUERY = """# What?
#
# @param text string T.
# @param other string O.
SELECT ?text ?other { VALUES ?text { "x" } VALUES ?other { "O" } }
"""


@settings(max_examples=200, deadline=None)
@given(value=st.text())
def test_any_text_is_a_literal_and_nothing_else(workspace: Workspace, value: str) -> None:
    found = workspace.query(TEXT_QUERY, text=value)
    assert found == [{"text": rdflib.Literal(value), "other": rdflib.Literal("O")}]


INJECTIONS = [
    '" } }',
    "\\",
    '\\"',
    "> } #",
    "x> . ?s ?p ?o . <y",
    "a b",
    "}",
    "'''",
    "\n# @param",
    "agent/x> <",
    'en" }',
]


@pytest.mark.parametrize("kind", ["id", "lang", "term:sector", "xsd:date", "xsd:integer"])
@settings(max_examples=100, deadline=None)
@given(value=st.text() | st.sampled_from(INJECTIONS) | st.builds("agent/{}".format, st.text()))
def test_any_value_is_one_term_or_refused(workspace: Workspace, kind: str, value: str) -> None:
    text = f"# What?\n#\n# @param it {kind} I.\nSELECT ?it {{ VALUES ?it {{ UNDEF }} }}"
    saved = parse_saved_query(text, name="it")
    try:
        filled = saved.fill({"it": value}, workspace.profile, workspace.project.id_base)
    except pressgraph.PressgraphError:
        return
    found = list(workspace.ask(filled).rows())
    assert len(found) == 1
    assert len(found[0]) == 1


@pytest.mark.parametrize("inside", ["", " ", "UNDEF", " agent:a # one }\n"])
def test_a_parameter_is_what_stands_between_the_braces_of_its_values(inside: str, workspace: Workspace) -> None:
    text = f"# What?\n#\n# @param it id I.\nSELECT ?it {{ VALUES ?it {{{inside}}} {{ ?it ?p ?o }} }}"
    saved = parse_saved_query(text, name="it")
    assert saved.parameters["it"].default == inside.strip()
    filled = saved.fill({"it": "agent/b"}, workspace.profile, workspace.project.id_base)
    assert (
        re.sub(r"\s", "", filled.partition("SELECT")[2])
        == f"?it{{VALUES?it{{<{workspace.project.id_base}agent/b>}}{{?it?p?o}}}}"
    )


@pytest.mark.parametrize(("kind", "said"), [("odd", "it .* unknown type: odd"), ("term:odd", "no vocabulary 'odd'")])
def test_a_parameter_of_no_known_type_is_refused(kind: str, said: str, profile: Profile) -> None:
    saved = parse_saved_query(f"# What?\n#\n# @param it {kind} I.\nSELECT ?it {{ VALUES ?it {{ UNDEF }} }}", name="it")
    with pytest.raises(ProfileError, match=said):
        saved.fill({"it": "x"}, profile, "https://data.example.org/id/")


def test_the_translation_of_no_parameter_is_refused_at_its_line() -> None:
    text = "# What?\n# @param it id I.\n# @param_de if Ich.\nSELECT ?it { VALUES ?it { UNDEF } }"
    with pytest.raises(ProfileError, match="has no parameter 'if'") as caught:
        parse_saved_query(text, name="it")
    assert caught.value.place is not None
    assert caught.value.place.line == 3
    assert parse_saved_query(text.replace("if", "it"), name="it").parameters["it"].translations == {"de": "Ich."}


# -- ad-hoc SPARQL

NAME = "SELECT ?name { agent:biosaxony schema:name ?name }"


def test_text_file_and_stdin_are_asked_alike(built: Path, tmp_path: Path) -> None:
    expected = [["name"], ["biosaxony"]]
    path = tmp_path / "eine frage mit ö.rq"
    path.write_text(NAME, encoding="utf-8-sig")
    assert rows(answer(built, NAME, "-f", "csv")) == expected
    assert rows(answer(built, str(path), "-f", "csv")) == expected
    assert rows(answer(built, "-", "-f", "csv", stdin=NAME)) == expected


def test_parameters_of_a_file_are_filled(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "named.rq"
    path.write_text("# Who?\n#\n# @param id id I.\nSELECT ?name { VALUES ?id { agent:ecei } ?id schema:name ?name }")
    assert rows(answer(built, str(path), "-p", "id=agent/biosaxony", "-f", "csv")) == [["name"], ["biosaxony"]]


def test_file_that_is_not_there_is_a_clear_error(built: Path) -> None:
    assert "nowhere.rq" in refused(built, "nowhere.rq")


def test_file_that_is_not_utf8_is_a_clear_error(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "latin.rq"
    path.write_bytes("# größe\nSELECT * {}".encode("latin-1"))
    assert "is not UTF-8" in refused(built, str(path))


def test_saved_query_that_cannot_be_read_is_a_clear_error_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "gone.rq").symlink_to("nowhere.rq")
    said = refused(tmp_path, "gone")
    assert "gone.rq" in said
    assert "the query cannot be read: " in said
    assert "No such file" in said


@pytest.mark.parametrize(
    "text", ["SELECT ?x {", "SELEC ?x { }", "SELECT * { ?s }", "ASK {} }", "SELECT ?x { ?x nope:y 1 }"]
)
def test_syntax_error_is_one_line_with_a_place(built: Path, text: str) -> None:
    said = refused(built, text)
    assert "not valid SPARQL 1.1 in line 1, column " in said
    assert len(said) < 500


@pytest.mark.parametrize(
    ("arguments", "said", "followed"),
    [
        (["labels-valid-onn"], "did you mean 'labels-valid-on'?", ["labels-valid-on"]),
        (["labels-valid-on", "-p", "dat=2020-06-01"], "'date'", ["labels-valid-on", "-p", "date=2020-06-01"]),
        (["labels-valid-on", "-p", "date=1.6.2020"], "write 2020-06-01", ["labels-valid-on", "-p", "date=2020-06-01"]),
        (["facts-by-status", "-p", "status=statd"], "'stated'", ["facts-by-status", "-p", "status=stated"]),
        (["ASK { ?x a s:Person }"], "a prefix not declared?", ["PREFIX s: <http://schema.org/> ASK { ?x a s:Person }"]),
        ([" "], "it begins with SELECT, ASK, CONSTRUCT or DESCRIBE", ["ASK { ?s ?p ?o }"]),
        (["ASK {}", "-f", "tvs"], "did you mean 'tsv'?", ["SELECT * {}", "-f", "tsv"]),
        (["SELECT * {}", "-f", "turtle"], "use one of", ["SELECT * {}", "-f", "markdown"]),
        (
            ["SELECT ?x ?xLabel { ?x a ?c } ORDER BY ?xLabel STRLEN(?c)"],
            "ORDER BY takes columns that the query selects, and ASC or DESC of them",
            ["SELECT ?x ?xLabel ?c { ?x a ?c } ORDER BY ?xLabel DESC(?c)"],
        ),
    ],
)
def test_what_help_says_to_ask_is_answered(built: Path, arguments: list[str], said: str, followed: list[str]) -> None:
    assert said in refused(built, *arguments)
    answer(built, *followed)


def test_help_for_a_syntax_error_lists_no_keywords_where_anything_else_may_stand(built: Path) -> None:
    assert "expected" not in refused(built, "SELECT ?x { ?x a ?y } ORDER")
    assert "expected" not in refused(built, "SELECT * { FILTER(1 <x'y> 2) }")


def test_query_without_a_word_is_called_empty(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "empty.rq"
    for text in ("", " \n", "# a comment"):
        path.write_text(text)
        assert "the query is empty" in refused(built, str(path))


def test_update_is_refused(built: Path) -> None:
    assert "not valid SPARQL" in refused(built, "DELETE WHERE { ?s ?p ?o }")


@pytest.mark.parametrize(
    "text",
    ["SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "ASK { service silent <http://127.0.0.1:9/> {} }"],
)
def test_service_is_refused(built: Path, text: str) -> None:
    said = refused(built, text)
    assert "SERVICE" in said
    assert "--endpoint" in said


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 20_000 + "}" * 20_000,
        "SELECT * { FILTER(" + "STR(" * 20_000 + "1" + ")" * 20_000 + ") }",
        "SELECT * { FILTER(" + "!" * 50_000 + "true) }",
        "SELECT (" + "+".join("1" * 50_000) + " AS ?x) {}",
        "SELECT * { FILTER(" + " || ".join(["true"] * 50_000) + ") }",
        "SELECT * { ?s " + "/".join(["a"] * 50_000) + " ?o }",
        "SELECT * { " + "?s a ?o . " * 50_000 + "}",
        "SELECT * { ?s a " + ", ".join(["?o"] * 50_000) + " }",
        "SELECT * { " + " UNION ".join(["{ ?s a ?o }"] * 50_000) + " }",
        "SELECT * { " + "OPTIONAL { ?s a ?o } " * 50_000 + " }",
    ],
    ids=["braces", "calls", "not", "plus", "or", "path", "patterns", "objects", "union", "optional"],
)
def test_query_that_would_exhaust_the_stack_is_refused(workspace: Workspace, text: str) -> None:
    with pytest.raises(pressgraph.PressgraphError, match=r"nested deeper|more than"):
        workspace.ask(text)


def test_long_lists_of_values_are_no_danger(workspace: Workspace) -> None:
    many = [f"{number}.5" for number in range(10_000)]
    assert workspace.query(f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(many)} }} }}")[0]["n"].value == 10_000
    assert bool(workspace.ask(f"ASK {{ FILTER(3 IN ({', '.join(['1', *['2'] * 5000, '3'])})) }}").found)


def test_failure_while_evaluating_is_a_clear_error(built: Path) -> None:
    result = ask(built, "SELECT (1/0 AS ?x) {}")
    assert result.exit_code == 0
    assert "Traceback" not in result.output


# -- formats

PEOPLE = 'SELECT ?name ?missing { VALUES ?name { "a, \\"b\\"\\nc"@en "tab\\there" 3 agent:biosaxony } }'


def parsed(text: str, form: ox.QueryResultsFormat) -> list[tuple[Any, ...]]:
    found = ox.parse_query_results(text.encode(), format=form)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(row) for row in found]


def test_json_xml_and_tsv_hold_the_same_terms(built: Path) -> None:
    terms = parsed(answer(built, PEOPLE, "-f", "json"), ox.QueryResultsFormat.JSON)
    assert terms[0] == (ox.Literal('a, "b"\nc', language="en"), None)
    assert terms[3] == (ox.NamedNode("https://w3id.org/pressgraph/id/agent/biosaxony"), None)
    assert parsed(answer(built, PEOPLE, "-f", "xml"), ox.QueryResultsFormat.XML) == terms
    assert parsed(answer(built, PEOPLE, "-f", "tsv"), ox.QueryResultsFormat.TSV) == terms


def test_json_is_the_w3c_format(built: Path) -> None:
    document = json.loads(answer(built, NAME, "-f", "json"))
    assert document == {
        "head": {"vars": ["name"]},
        "results": {"bindings": [{"name": {"type": "literal", "value": "biosaxony"}}]},
    }


def test_xml_is_the_w3c_format(built: Path) -> None:
    root = ET.fromstring(answer(built, NAME, "-f", "xml"))  # noqa: S314 - our own output
    assert root.tag == "{http://www.w3.org/2005/sparql-results#}sparql"


def test_csv_reads_back(built: Path) -> None:
    text = answer(built, PEOPLE, "-f", "csv")
    assert [row[0] for row in rows(text)[1:]] == [
        'a, "b"\nc',
        "tab\there",
        "3",
        "https://w3id.org/pressgraph/id/agent/biosaxony",
    ]


def test_table_and_markdown_keep_a_row_in_a_line(built: Path) -> None:
    assert len(answer(built, PEOPLE).splitlines()) == 5
    markdown = answer(built, 'SELECT ?x { VALUES ?x { "a | b\\n<script>" } }', "-f", "markdown")
    assert markdown.splitlines() == ["| x |", "| --- |", "| a \\| b<br>&lt;script> |"]


def test_ids_are_shown_short_in_tables(built: Path) -> None:
    assert answer(built, "SELECT ?x { VALUES ?x { agent:biosaxony } }").split() == ["x", "agent/biosaxony"]
    assert re.fullmatch(r"x\s+_:\w+\s+", answer(built, "SELECT ?x { BIND(BNODE() AS ?x) }"))


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "tsv", "json", "xml"])
@pytest.mark.parametrize(
    ("text", "word"), [("ASK { agent:biosaxony ?p ?o }", "true"), ("ASK { FILTER(1 = 2) }", "false")]
)
def test_ask_says_true_or_false(built: Path, form: str, text: str, word: str) -> None:
    written = answer(built, text, "-f", form)
    assert word in written
    if form == "json":
        assert json.loads(written)["boolean"] is (word == "true")


@pytest.mark.parametrize("form", SERIALIZATIONS, ids=lambda form: form.name)
def test_construct_writes_every_serialization(built: Path, form: Serialization) -> None:
    text = "CONSTRUCT { ?s schema:name ?n } WHERE { ?s schema:name ?n }"
    written = answer(built, text, "-f", form.name)
    triples = {quad.triple for quad in ox.parse(written.encode(), format=form.ox_format)}
    expected = {quad.triple for quad in ox.parse(answer(built, text).encode(), format=ox.RdfFormat.TURTLE)}
    assert triples == expected
    assert len(triples) > 10
    assert answer(built, text, "-f", form.name) == written


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "tsv"])
def test_construct_writes_rows(built: Path, form: str) -> None:
    assert "biosaxony" in answer(built, "CONSTRUCT WHERE { agent:biosaxony schema:name ?n }", "-f", form)


def test_describe_is_a_graph(built: Path) -> None:
    assert "agent:biosaxony a " in answer(built, "DESCRIBE agent:biosaxony")


@pytest.mark.parametrize("form", ["turtle", "nquads", "rdfxml"])
def test_rows_are_no_graph(built: Path, form: str) -> None:
    assert "CONSTRUCT" in refused(built, NAME, "-f", form)


def test_unknown_format_has_a_hint(built: Path) -> None:
    assert "did you mean 'markdown'?" in refused(built, NAME, "-f", "markdwn")


def test_output_goes_to_a_file(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    assert answer(built, NAME, "-f", "csv", "-o", str(path)) == ""
    assert rows(path.read_text()) == [["name"], ["biosaxony"]]


# -- terms that nothing knows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?x a clu:ClusterOrganization }", "did you mean clu:ClusterOrganisation?"),
        ("SELECT * { ?x clu:hasLevel ?y }", "cluster#hasLevel"),
        ("SELECT * { ?x <https://schema.org/name> ?y }", "did you mean schema:name?"),
        ("PREFIX s: <https://schema.org/> SELECT * { ?x s:name ?y }", "did you mean schema:name?"),
        ("SELECT * { agent:biosaxonia ?p ?o }", "did you mean 'agent/biosaxony'?"),
        ("SELECT * { ?x foaf:nme ?y }", "http://xmlns.com/foaf/0.1/nme"),
        ("SELECT * { ?x schema:nmae ?y }", "did you mean schema:name?"),
        ("SELECT * { ?x clu:level lvl:sliver }", "did you mean lvl:silver?"),
    ],
    ids=lambda value: value if value.startswith(("SELECT", "PREFIX")) else "",
)
def test_unknown_term_is_named_on_stderr(built: Path, text: str, said: str) -> None:
    text = f"PREFIX foaf: <http://xmlns.com/foaf/0.1/> {text}" if "foaf:" in text else text
    result = ask(built, text, "-f", "csv")
    assert result.exit_code == 0
    assert len(rows(result.stdout)) == 1
    assert "warning: nothing here knows" in result.stderr
    assert said in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?x a clu:ClusterOrganisation ; schema:name ?name }",
        "SELECT * { ?x clu:level lvl:gold }",
        'SELECT * { ?x ?p "see <https://schema.org/nmae> and clu:nope" }',
        "SELECT * { ?x ?p ?o # clu:nope <https://schema.org/nmae>\n} LIMIT 1",
        "SELECT * { ?x ?p '''<https://schema.org/nmae>\nclu:nope''' }",
        'SELECT ("1"^^xsd:integer AS ?x) { }',
        "SELECT (xsd:date('2020-01-01') AS ?x) { }",
        "SELECT * { GRAPH ?g { agent:biosaxony rdf:type ?t } ?g prov:wasDerivedFrom doc:biosaxony-silver-label }",
        "PREFIX mine: <https://w3id.org/pressgraph/cluster#> SELECT * { ?x a mine:AwardedLabel }",
    ],
)
def test_known_terms_texts_and_comments_raise_no_warning(built: Path, text: str) -> None:
    assert ask(built, text).stderr == ""


@pytest.mark.parametrize("name", [*SHIPPED, *(f"competency/{name}" for name in COMPETENCY)])
def test_shipped_queries_name_known_terms_only(workspace: Workspace, name: str) -> None:
    text = workspace.query_text(name, {})
    store = workspace.dataset().store
    assert unknown_terms(text, workspace.profile, id_base=workspace.project.id_base, store=store) == []


def test_quiet_leaves_warnings_out(built: Path) -> None:
    result = CliRunner().invoke(main, ["-q", "--project", str(built), "query", "SELECT * { ?x clu:nope ?y }"])
    assert result.stderr == ""


def test_entail_finds_what_follows_and_leaves_rdflib_as_it_was(built: Path) -> None:
    forms = [("--05", XSD.gMonth), ("2026-01", XSD.gYearMonth), ("---31", XSD.gDay), ("a b", XSD.NCName)]
    before = [rdflib.Literal(text, datatype=datatype).value for text, datatype in forms]
    # a build derives what the ontology says of classes and properties, but for what is true of everything
    things = "SELECT DISTINCT ?thing { ?thing a schema:Thing } ORDER BY ?thing"
    assert len(rows(answer(built, things, "-f", "csv"))) < len(rows(answer(built, things, "--entail", "-f", "csv")))
    assert [rdflib.Literal(text, datatype=datatype).value for text, datatype in forms] == before


_CELLS = st.one_of(
    st.builds(lambda it: {"type": "literal", "value": it}, st.sampled_from("abAäÄ")),
    st.builds(
        lambda it: {"type": "literal", "value": it, "datatype": f"{XSD}double"},
        st.sampled_from(["1", "2e0", "NaN", "x"]),
    ),
    st.builds(lambda it: {"type": "uri", "value": f"urn:{it}"}, st.sampled_from("abc")),
    st.just({"type": "bnode", "value": "b"}),
)


@given(
    rows=st.lists(st.dictionaries(st.sampled_from(["x", "y", "z"]), _CELLS), max_size=12),
    most=st.integers(0, 13),
    offset=st.integers(0, 3),
    limit=st.none() | st.integers(0, 8),
)
def test_the_first_rows_are_sorted_as_all_are(
    rows: list[dict[str, Any]], most: int, offset: int, limit: int | None
) -> None:
    cut = f"OFFSET {offset}" + (f" LIMIT {limit}" if limit is not None else "")
    named = read_names(f"SELECT ?x ?xLabel ?y ?z {{ ?x ?y ?z }} ORDER BY ?y DESC(?xLabel) DESC(?z) {cut}")
    assert named is not None

    def cell(iri: str) -> dict[str, Any]:
        return {"type": "literal", "value": "same" if iri < "urn:c" else "other"}

    every = in_order(named, rows, cell)
    some = in_order(named, rows, cell, most=most)
    assert some[:most] == every[:most]
    assert len(some) == len(every) == len(rows[offset : None if limit is None else offset + limit])


def test_names_that_are_looked_up_together_are_those_of_each(built: Path) -> None:
    store = pressgraph.open(built).dataset().store
    things = {it.value for quad in store for it in (quad.subject, quad.object) if isinstance(it, ox.NamedNode)}
    found = looked_up(store, [*things, "no IRI"])
    each = {it: name_in_store(store, it) for it in (*things, "no IRI")}
    assert {it: (sorted(names), schemes) for it, (names, schemes) in found.items()} == {
        it: (sorted(names), schemes) for it, (names, schemes) in each.items()
    }
