"""The W3C suites of the SPARQL protocol, the graph store protocol and the service description, from their manifests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

if TYPE_CHECKING:
    from harness import Server
    from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
SUITES = Path(os.environ.get("PRESSGRAPH_SUITES", ROOT.parent / "shared" / "suites"))
if not (SUITES / "sparql11-protocol").is_dir():
    pytest.skip("the suites are neither in ../shared/suites nor in PRESSGRAPH_SUITES", allow_module_level=True)
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
HTS = "http://www.w3.org/2011/http-statusCodes#"
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
STATUS = {
    "OK": {200},
    "Created": {201},
    "NoContent": {204},
    "NotFound": {404},
    "StatusCode2xx": set(range(200, 300)),
    "StatusCode3xx": set(range(300, 400)),
    "StatusCode4xx": set(range(400, 500)),
}
ROWS = {"json", "xml", "csv", "tab-separated-values"}


@dataclass
class Case:
    manifest: Graph
    node: Node

    @property
    def name(self) -> str:
        return str(self.node).rpartition("#")[2]

    def requests(self) -> list[Node]:
        action = self.manifest.value(self.node, MF.action)
        return list(Collection(self.manifest, self.manifest.value(action, HT.requests)))  # type: ignore[arg-type]


def cases(path: Path) -> list[Case]:
    manifest = Graph().parse(path)
    entries = manifest.value(predicate=RDF.type, object=MF.Manifest)
    listed = manifest.value(entries, MF.entries)
    found = [Case(manifest, node) for node in Collection(manifest, listed)]  # type: ignore[arg-type]
    # an entry without a description cannot be run, and one with a description that is not listed can
    described = {Case(manifest, node).name: node for node in manifest.subjects(MF.action, None)}
    names = [case.name for case in found] + [name for name in described if name not in {case.name for case in found}]
    return [Case(manifest, described[name]) for name in names if name in described]


PROTOCOL = cases(SUITES / "sparql11-protocol" / "manifest.ttl")
GRAPH_STORE = [
    case
    for name in ("manifest-direct.ttl", "manifest-indirect.ttl")
    for case in cases(SUITES / "sparql11-graph-store-protocol" / name)
]
DESCRIPTIONS = [
    str(node).rpartition("#")[2]
    for manifest in [Graph().parse(SUITES / "sparql11-service-description" / "manifest.ttl")]
    for node in Collection(manifest, next(manifest.objects(None, MF.entries)))
]


def test_the_suites_are_whole() -> None:
    assert len(PROTOCOL) == 34
    assert len(GRAPH_STORE) == 14


def headers_of(manifest: Graph, node: Node) -> dict[str, str]:
    listed = manifest.value(node, HT.headers)
    if listed is None:
        return {}
    return {
        str(manifest.value(header, HT.fieldName)).lower(): str(manifest.value(header, HT.fieldValue))
        for header in Collection(manifest, listed)
    }


def body_of(manifest: Graph, node: Node) -> bytes | None:
    body = manifest.value(node, HT.body)
    if body is None:
        return None
    encoding = str(manifest.value(body, CNT.characterEncoding) or "UTF-8")
    return str(manifest.value(body, CNT.chars)).encode(encoding)


class Runner:
    def __init__(self, server: Server, case: Case) -> None:
        self.server = server
        self.case = case
        self.variables: dict[str, str] = {}

    def run(self) -> None:
        for node in self.case.requests():
            self.request(node)

    def request(self, node: Node) -> None:
        manifest = self.case.manifest
        path = str(manifest.value(node, HT.absolutePath))
        for name, value in self.variables.items():
            path = path.replace(name, value)
        path = (
            path.replace("/sparql/", "/sparql", 1) if path.startswith("/sparql/") else path.replace("/gsp", "/store", 1)
        )
        headers = headers_of(manifest, node)
        content = body_of(manifest, node)
        method = str(manifest.value(node, HT.methodName))
        if method in {"PUT", "POST", "DELETE"}:
            headers |= self.server.may_write
        # the path goes as the manifest has it: httpx would encode it anew
        url = httpx.URL(self.server.url).copy_with(raw_path=path.encode())
        request = httpx.Request(method, url, headers=headers, content=content)
        answer = self.server.client.send(request)
        expected = manifest.value(node, HT.resp)
        self.check(answer, expected)

    def check(self, answer: httpx.Response, expected: Node | None) -> None:
        manifest = self.case.manifest
        allowed: set[int] = set()
        for status in manifest.objects(expected, MF.expectedStatus):
            allowed |= STATUS[str(status).removeprefix(HTS)]
        assert answer.status_code in allowed, answer.text
        location = manifest.value(expected, MF.expectedLocation)
        if location is not None:
            self.variables[str(location)] = answer.headers["location"]
        kind = answer.headers.get("content-type", "").partition(";")[0]
        match str(manifest.value(expected, MF.expectedFormat)):
            case "boolean":
                assert kind == "application/sparql-results+json"
                assert isinstance(answer.json()["boolean"], bool)
            case "tabular":
                assert ox.QueryResultsFormat.from_media_type(kind) is not None
            case "RDF":
                form = ox.RdfFormat.from_media_type(kind)
                assert form is not None
                list(ox.parse(answer.content, format=form))
        boolean = manifest.value(expected, MF.expectedBoolean)
        if boolean is not None:
            assert answer.json()["boolean"] is (str(boolean) == "true")
        for name, value in headers_of(manifest, expected).items() if expected is not None else ():
            assert answer.headers[name] == value
        wanted = body_of(manifest, expected) if expected is not None else None
        if wanted is not None:
            assert isomorphic(
                Graph().parse(data=answer.content, format="turtle"), Graph().parse(data=wanted, format="turtle")
            )


def clear(server: Server) -> None:
    answer = server.client.post("/sparql", data={"update": "DROP ALL"}, headers=server.may_write)
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize("case", PROTOCOL, ids=lambda case: case.name)
def test_protocol(case: Case, writable: Server) -> None:
    clear(writable)
    for data in case.manifest.objects(case.node, UT.graphData):
        name = str(case.manifest.value(data, RDFS.label))
        path = SUITES / "sparql11-protocol" / str(case.manifest.value(data, UT.graph)).rpartition("/")[2]
        answer = writable.client.put(
            "/store",
            params={"graph": name},
            content=path.read_bytes(),
            headers={"content-type": "application/n-triples", **writable.may_write},
        )
        assert answer.status_code == 201
    Runner(writable, case).run()


@pytest.mark.parametrize("case", GRAPH_STORE, ids=lambda case: case.name)
def test_graph_store_protocol(case: Case, writable: Server) -> None:
    clear(writable)
    Runner(writable, case).run()


@pytest.fixture(scope="module")
def described(founding_server: Server) -> tuple[str, Graph]:
    answer = founding_server.client.get("/sparql", headers={"accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return f"{founding_server.url}/sparql", Graph().parse(data=answer.content, format="turtle")


def returns_rdf(_endpoint: str, graph: Graph) -> None:
    assert len(graph)


def has_endpoint_triple(endpoint: str, graph: Graph) -> None:
    assert list(graph.subjects(SD.endpoint, URIRef(endpoint)))


def conforms_to_schema(_endpoint: str, graph: Graph) -> None:
    """Every property of the vocabulary has its domain's subjects and its range's values (Service Description, 3)."""
    services = set(graph.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    for service in services:
        assert len(list(graph.objects(service, SD.endpoint))) == 1
        known = {
            SD.supportedLanguage: {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update},
            SD.feature: {
                SD.DereferencesURIs,
                SD.UnionDefaultGraph,
                SD.RequiresDataset,
                SD.EmptyGraphs,
                SD.BasicFederatedQuery,
            },
        }
        for predicate, values in known.items():
            assert set(graph.objects(service, predicate)) <= values
        assert SD.SPARQL11Query in set(graph.objects(service, SD.supportedLanguage))
        for form in graph.objects(service, SD.resultFormat):
            assert str(form).startswith("http://www.w3.org/ns/formats/")
        for dataset in graph.objects(service, SD.defaultDataset):
            assert (dataset, RDF.type, SD.Dataset) in graph
            defaults = list(graph.objects(dataset, SD.defaultGraph))
            assert len(defaults) == 1
            assert (defaults[0], RDF.type, SD.Graph) in graph
    used = {predicate for predicate in graph.predicates() if str(predicate).startswith(str(SD))}
    assert used <= {SD.endpoint, SD.supportedLanguage, SD.resultFormat, SD.feature, SD.defaultDataset, SD.defaultGraph}


CHECKS = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_service_description(name: str, described: tuple[str, Graph]) -> None:
    CHECKS[name](*described)
