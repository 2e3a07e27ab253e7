"""The library: what the commands do is one call away, and the documentation's examples run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.plugins.sparql.parser import parseQuery
from tests.small_profile import write_small_profile

import pressgraph
from pressgraph.dataset import from_ox, rdflib_graph, to_ox

if TYPE_CHECKING:
    from pressgraph import Workspace

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    pytest.param(match[1], id=f"{page.name}-{number}")
    for page in PAGES
    for number, match in enumerate(
        re.finditer(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
]


@pytest.fixture(scope="module")
def workspace(built: Path) -> Workspace:
    return pressgraph.open(built)


def test_readme_has_a_python_example() -> None:
    assert "```python" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES)
def test_python_example_of_the_documentation_runs(
    example: str, tmp_path: Path, founding_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run in a project that holds the founding release, which is the working directory."""
    (tmp_path / "data" / "releases").mkdir(parents=True)
    shutil.copy(founding_path, tmp_path / "data" / "releases")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "example", "exec"), {"__name__": "example"})  # noqa: S102 - our own documentation


def test_public_names_are_these() -> None:
    assert sorted(pressgraph.__all__) == ["PressgraphError", "Workspace", "__version__", "open"]
    assert all(hasattr(pressgraph, name) for name in pressgraph.__all__)
    with pytest.raises(AttributeError):
        pressgraph.nothing  # noqa: B018 - the access is the test


def test_open_finds_the_project_above_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pressgraph.toml").write_text("")
    (tmp_path / "data" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "data" / "deep")
    assert pressgraph.open().project.root == tmp_path.resolve()


def test_open_of_nothing_is_a_project_error(tmp_path: Path) -> None:
    with pytest.raises(pressgraph.PressgraphError, match="there is no folder"):
        pressgraph.open(tmp_path / "nowhere")


def test_convert_yields_n_quads(workspace: Workspace) -> None:
    data = b"".join(workspace.convert())
    quads = set(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    assert quads <= set(workspace.dataset().store)
    assert workspace.convert_to("nquads") == data


def test_validate_reports_on_the_project(workspace: Workspace) -> None:
    report = workspace.validate()
    assert report.conforms
    assert (report.files, report.facts) == (1, 124)


def test_build_says_what_it_did(tmp_path: Path, founding_path: Path) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(founding_path, tmp_path / "data")
    workspace = pressgraph.open(tmp_path)
    first = workspace.build()
    assert first.changed
    assert first.facts == 124
    second = workspace.build()
    assert not second.changed
    assert (second.kept, second.facts, second.triples) == (1, first.facts, first.triples)


def test_a_build_is_opened_once_and_the_next_one_is_seen(tmp_path: Path) -> None:
    write_small_profile(tmp_path)
    path = tmp_path / "data" / "a.jsonl"
    path.parent.mkdir()
    workspace = pressgraph.open(tmp_path)

    def cities(*names: str) -> None:
        facts = [{"id": f"place/{name}", "type": "City", "name": {"en": name}} for name in names]
        source = {"id": "document/a", "type": "NewsArticle", "headline": {"en": "A"}}
        path.write_text(json.dumps({"source": source, "facts": facts}))
        workspace.build()

    def known() -> list[str]:
        return [str(row["name"]) for row in workspace.query("SELECT ?name { ?s a schema:City ; schema:name ?name }")]

    cities("one")
    assert known() == ["one"]
    assert workspace.dataset() is workspace.dataset()
    cities("two")
    assert known() == ["two"]
    # the next one has the name that this one had
    shutil.rmtree(tmp_path / ".pressgraph")
    with pytest.raises(pressgraph.PressgraphError, match="nothing is built yet"):
        known()
    cities("three")
    shutil.rmtree(tmp_path / ".pressgraph")
    cities("four")
    assert known() == ["four"]


def test_query_returns_rdflib_terms(workspace: Workspace) -> None:
    rows = workspace.query("labels-valid-on", date="2020-06-01")
    assert len(rows) == 1
    assert rows[0]["labelLabel"] == Literal("Silver Label", lang="en")
    assert rows[0]["label"] == URIRef("https://w3id.org/pressgraph/id/label/biosaxony-ecei-silver-1")
    assert workspace.query("labels-valid-on", date="2021-01-01") == []


def test_unbound_variables_are_missing_from_a_row(workspace: Workspace) -> None:
    assert workspace.query("SELECT ?x ?y { VALUES ?x { 1 } }") == [{"x": Literal(1)}]


def test_query_before_the_first_build_says_so(tmp_path: Path) -> None:
    with pytest.raises(pressgraph.PressgraphError, match="nothing is built yet"):
        pressgraph.open(tmp_path).query("releases")


def test_export_is_one_call(workspace: Workspace) -> None:
    graph = rdflib.Graph().parse(data=workspace.export("turtle", about="agent/biosaxony"), format="turtle")
    assert (URIRef("https://w3id.org/pressgraph/id/agent/biosaxony"), None, None) in graph


def test_graph_is_an_rdflib_dataset_over_the_same_store(workspace: Workspace) -> None:
    dataset = workspace.graph()
    assert isinstance(dataset, rdflib.Dataset)
    count = int(workspace.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"])
    assert len(dataset.default_graph) == count
    rows = list(dataset.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    assert int(rows[0][0]) == count  # type: ignore[index, arg-type]
    names = workspace.query("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert sum(1 for graph in dataset.graphs() if graph != dataset.default_graph) == int(names[0]["n"])
    quads = workspace.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert sum(1 for quad in dataset.quads() if quad[3] != DATASET_DEFAULT_GRAPH_ID) == int(quads[0]["n"])


def test_graph_knows_the_prefixes(workspace: Workspace) -> None:
    namespaces = {prefix: str(iri) for prefix, iri in workspace.graph().namespaces()}
    assert namespaces["schema"] == "http://schema.org/"
    assert namespaces["agent"] == "https://w3id.org/pressgraph/id/agent/"


def test_graph_cannot_be_changed(workspace: Workspace) -> None:
    dataset = workspace.graph()
    with pytest.raises(RuntimeError, match="read-write"):
        dataset.add((URIRef("urn:s"), URIRef("urn:p"), URIRef("urn:o")))


# -- the border between the two engines

texts = st.text(st.characters(exclude_categories=["Cs"]))
iris = st.from_regex(r"https://data\.example\.org/[a-zäöü0-9/_.-]{0,20}(#[a-z]{0,5})?", fullmatch=True)
tags = st.sampled_from(["en", "de", "de-at", "zh-hant"])
datatypes = st.sampled_from(["date", "integer", "decimal", "boolean", "duration", "dateTime", "anyURI"])
ox_terms = (
    iris.map(ox.NamedNode)
    | st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).map(ox.BlankNode)
    | texts.map(ox.Literal)
    | st.builds(lambda text, tag: ox.Literal(text, language=tag), texts, tags)
    | st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")),
        st.sampled_from(["2019-01-01", "01", "1.50", "TRUE", "P2Y", "P24M", "", "no such thing"]) | texts,
        datatypes,
    )
)


@given(term=ox_terms)
def test_terms_cross_the_border_and_back_unchanged(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
    crossed = from_ox(term)
    assert to_ox(crossed) == term
    assert from_ox(to_ox(crossed)) == crossed


@pytest.mark.parametrize(
    "foreign",
    [
        ox.DefaultGraph(),
        ox.Variable("x"),
        "text",
        1,
        None,
        ox.Triple(*[ox.NamedNode("urn:x")] * 3),
        rdflib.Variable("x"),
    ],
    ids=repr,
)
def test_what_is_no_term_is_refused(foreign: object) -> None:
    with pytest.raises(TypeError, match=r"not an RDF 1\.1 term"):
        from_ox(foreign)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not an RDF 1\.1 term"):
        to_ox(foreign)  # type: ignore[arg-type]


def test_graph_of_triples_is_the_same_in_rdflib(workspace: Workspace) -> None:
    store = workspace.dataset().store
    triples = list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    graph = rdflib_graph(triples)
    assert {(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in graph} == {
        (t.subject, t.predicate, t.object) for t in triples
    }


def test_a_query_that_is_asked_of_many_things_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pySHACL does with a constraint's query, which takes longer to parse than to answer."""
    parsed: list[str] = []

    def parse(text: str) -> Any:
        parsed.append(text)
        return parseQuery(text)

    monkeypatch.setattr("rdflib.plugins.sparql.processor.parseQuery", parse)
    name = ox.NamedNode("urn:name")
    graph = rdflib_graph([ox.Triple(ox.NamedNode(f"urn:{word}"), name, ox.Literal(word)) for word in "abc"])
    query = "PREFIX x: <urn:> SELECT ?name WHERE { $this x:name ?name . FILTER(?name != 'c') }"
    found = [
        [str(row[0]) for row in graph.query(query, initBindings={"this": rdflib.URIRef(f"urn:{word}")})]  # type: ignore[index]
        for word in "abcd"
    ]
    assert found == [["a"], ["b"], [], []]
    assert parsed == [query]
