"""The W3C SPARQL 1.0 and 1.1 evaluation suites through a running server, in each result format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
from benchmarks import sparql_suite as suite
from benchmarks.suites import MISSING, suite_folder
from harness import Server, empty, make_project, start
from rdflib import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ACCEPT = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "tsv": "text/tab-separated-values",
    "csv": "text/csv",
    "ntriples": "application/n-triples",
}


FOLDER = suite_folder(suite.SUITE)
CASES = {case.name: case for case in suite.cases(FOLDER)} if FOLDER.is_dir() else {}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)


@pytest.fixture(scope="module")
def suite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve every file of the suite as a graph that has the file's name."""
    server = start(empty(make_project(tmp_path_factory.mktemp("suite"))), "--writable")
    try:
        paths = sorted({path for case in CASES.values() for path in (*case.default, *case.named)})
        graphs = []
        for path in paths:
            triples = "".join(f"{triple} .\n" for triple in suite.graph_of(path, FOLDER))
            graphs.append(f"GRAPH <{suite.iri(path, FOLDER)}> {{\n{triples}}}")
        update = "INSERT DATA {\n" + "\n".join(graphs) + "\n}"
        headers = {**server.may_write, "content-type": "application/sparql-update"}
        response = server.client.post("/sparql", content=update.encode(), headers=headers)
        assert response.status_code in {200, 204}, response.text
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("name", CASES)
def test_case_of_the_suite(suite_server: Server, name: str) -> None:
    case = CASES[name]
    if case.has_dataset:
        pytest.skip(suite.SKIPPED)
    dataset = {
        "default-graph-uri": [suite.iri(path, FOLDER) for path in case.default] or [f"{suite.BASE}nothing"],
        "named-graph-uri": [suite.iri(path, FOLDER) for path in case.named],
    }

    def ask(form: str) -> bytes:
        response: httpx.Response = suite_server.client.post(
            "/sparql", data={"query": case.text(FOLDER), **dataset}, headers={"accept": ACCEPT[form]}
        )
        if response.status_code != httpx.codes.OK:
            raise ValueError(response.text)
        return response.content

    outcome = suite.compare(case, FOLDER, ask)
    if reason := suite.EXPECTED.get(name):
        assert outcome != "passed", f"this is no longer so: {reason}"
    else:
        assert outcome == "passed"


@pytest.fixture(scope="module")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve texts and properties that some formats cannot say."""
    server = start(empty(make_project(tmp_path_factory.mktemp("odd"))), "--writable")
    try:
        for name, triple in (
            ("cr", '<urn:cr> <urn:b> "1\\r\\n2"'),
            ("control", '<urn:control> <urn:b> "\\u0001"'),
            ("dot", '<https://w3id.org/pressgraph/id/agent/acme-inc.> <http://schema.org/name> "x:a\\\\. \\\\"'),
            ("number", '<urn:number> <https://x.example/p/123> "x"'),
        ):
            headers = {**server.may_write, "content-type": "application/n-triples"}
            written = server.client.put(f"/store/{name}", content=f"{triple} .\n".encode(), headers=headers)
            assert written.status_code == 201
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("name", "form", "media_type", "status"),
    [
        ("cr", "SELECT ?o", "application/sparql-results+xml", 200),
        ("cr", "CONSTRUCT { ?s ?p ?o }", "application/rdf+xml", 200),
        ("control", "SELECT ?o", "application/sparql-results+xml", 406),
        ("control", "SELECT ?o", "application/sparql-results+json", 200),
        ("control", "CONSTRUCT { ?s ?p ?o }", "application/rdf+xml", 406),
        ("control", "CONSTRUCT { ?s ?p ?o }", "text/turtle", 200),
        ("number", "CONSTRUCT { ?s ?p ?o }", "application/rdf+xml", 406),
        ("number", "CONSTRUCT { ?s ?p ?o }", "application/n-triples", 200),
    ],
)
def test_xml_says_what_it_can_and_refuses_the_rest(
    odd_server: Server, name: str, form: str, media_type: str, status: int
) -> None:
    query = f"{form} WHERE {{ VALUES ?s {{ <urn:{name}> }} ?s ?p ?o }}"
    response = odd_server.query(query, accept=media_type)
    assert response.status_code == status, response.text
    if status == httpx.codes.NOT_ACCEPTABLE:
        assert "XML has no" in response.text
    elif name == "cr":
        # an XML parser must get back what was written
        texts = [element.text for element in ET.fromstring(response.content).iter()]  # noqa: S314 - ours
        assert "1\r\n2" in texts


@pytest.mark.parametrize("media_type", ["text/turtle", "application/trig"])
@pytest.mark.parametrize("what", ["DESCRIBE <https://w3id.org/pressgraph/id/agent/acme-inc.>", "/store/dot"])
def test_names_are_written_as_every_parser_reads_them(odd_server: Server, what: str, media_type: str) -> None:
    headers = {"accept": media_type}
    if what.startswith("/"):
        response = odd_server.client.get(what, headers=headers)
    else:
        response = odd_server.query(what, **headers)
    assert "acme-inc" in response.text
    graph = Dataset(default_union=True).parse(data=response.content, format=media_type.rpartition("/")[2])
    ((subject, _, name),) = graph.triples((None, None, None))
    assert str(subject).endswith("agent/acme-inc.")
    assert str(name) == "x:a\\. \\"


def test_both_kinds_of_results_were_compared() -> None:
    assert any(isinstance(suite.expected(case, FOLDER), suite.Rows) for case in CASES.values())
    assert any(case.result.suffix in {".csv", ".tsv"} for case in CASES.values())
    assert ox.RdfFormat.N_TRIPLES.media_type == ACCEPT["ntriples"]
