"""What the server gives: results, linked data, pages, its answers to clients that people use, moves to new builds."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import httpx
import pyoxigraph as ox
import pytest
from harness import BASE, Server, build, empty, make_project, run_build, start
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper

from pressgraph.project.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BIOSAXONY = f"{BASE}id/agent/biosaxony"
CLUSTERS = "SELECT ?s WHERE { ?s a clu:ClusterOrganisation }"
HTML = {"accept": "text/html"}
GERMAN = {**HTML, "accept-language": "de"}


# -- the protocol


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0.1, application/xml;q=0.9", "application/sparql-results+xml"),
        ("text/*", "text/csv; charset=utf-8"),
        ("*/*", "application/sparql-results+json"),
        ("image/png, */*;q=0.1", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, text/csv;q=0.001", "text/csv; charset=utf-8"),
    ],
)
def test_rows_are_negotiated(accept: str, kind: str, founding_server: Server) -> None:
    answer = founding_server.query(CLUSTERS, accept=accept)
    assert answer.headers["content-type"] == kind
    assert "Accept" in answer.headers["vary"]
    assert BIOSAXONY in answer.text


@pytest.mark.parametrize(
    "accept",
    [
        "text/turtle",
        "application/ld+json",
        "application/n-triples",
        "application/n-quads",
        "application/trig",
        "application/rdf+xml",
    ],
)
def test_graphs_are_negotiated(accept: str, founding_server: Server) -> None:
    answer = founding_server.query(f"DESCRIBE <{BIOSAXONY}>", accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    form = ox.RdfFormat.from_media_type(accept)
    assert form is not None
    assert len(list(ox.parse(answer.content, format=form))) > 5


def test_what_is_not_accepted_is_406(founding_server: Server) -> None:
    assert founding_server.query(CLUSTERS, accept="image/png").status_code == 406
    assert founding_server.query("ASK {}", accept="text/turtle").status_code == 406
    assert founding_server.query(f"DESCRIBE <{BIOSAXONY}>", accept="text/csv").status_code == 406


def test_etags_and_gzip(founding_server: Server) -> None:
    text = "SELECT * WHERE { ?s ?p ?o } LIMIT 500"
    plain = founding_server.query(text, **{"accept-encoding": "identity"})
    packed = founding_server.query(text, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]
    for etag in (
        plain.headers["etag"],
        packed.headers["etag"],
        f"W/{plain.headers['etag']}",
        '"x", ' + plain.headers["etag"],
    ):
        again = founding_server.query(text, **{"if-none-match": etag})
        assert again.status_code == 304
        assert again.content == b""
    other = founding_server.query(text, accept="text/csv", **{"if-none-match": plain.headers["etag"]})
    assert other.status_code == 200


def test_what_changes_is_not_kept(founding_server: Server) -> None:
    first, second = (founding_server.rows("SELECT (STRUUID() AS ?u) {}") for _ in range(2))
    assert first != second


def test_a_repeated_request_gets_the_same_answer_and_its_own_id(founding_server: Server) -> None:
    answers = [founding_server.query(CLUSTERS + " # repeated") for _ in range(5)]
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 5
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert all(answer.headers["x-content-type-options"] == "nosniff" for answer in answers)


def test_a_large_result_streams(founding_server: Server) -> None:
    text = "SELECT ?s ?p ?o ?x WHERE { ?s ?p ?o . ?x a clu:FactGraph } LIMIT 120000"
    with founding_server.client.stream(
        "GET", "/sparql", params={"query": text}, headers={"accept": "text/csv"}
    ) as answer:
        assert "content-length" not in answer.headers
        lines = sum(chunk.count(b"\n") for chunk in answer.iter_bytes())
    assert lines > 100_000
    assert founding_server.rss() < 300 * 1024 * 1024


def test_cors_and_options(founding_server: Server) -> None:
    answer = founding_server.client.options("/sparql", headers={"origin": "https://example.org"})
    assert answer.status_code == 204
    assert "POST" in answer.headers["allow"]
    assert founding_server.query("ASK {}").headers["access-control-allow-origin"] == "*"


def test_a_syntax_error_says_where(founding_server: Server) -> None:
    answer = founding_server.query("SELECT * WHERE { ?s ?p }")
    assert answer.status_code == 400
    assert "line 1" in answer.text
    assert answer.text.count("\n") == 1


def test_the_dataset_of_the_request_replaces_the_stored_one(founding_server: Server) -> None:
    graph = founding_server.rows(f"SELECT ?g {{ GRAPH ?g {{ <{BIOSAXONY}> a ?c }} }} LIMIT 1")[0]["g"]
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    answer = founding_server.client.get(
        "/sparql", params={"query": count, "default-graph-uri": graph}, headers={"accept": "application/json"}
    )
    found = int(answer.json()["results"]["bindings"][0]["n"]["value"])
    everything = int(founding_server.rows(count)[0]["n"])
    assert 0 < found < everything


# -- clients


def test_sparqlwrapper(founding_server: Server) -> None:
    wrapper = SPARQLWrapper(f"{founding_server.url}/sparql")
    wrapper.setQuery(f"PREFIX clu: <{BASE}cluster#> {CLUSTERS}")
    wrapper.setReturnFormat(JSON)
    found: Any = wrapper.query().convert()
    assert BIOSAXONY in {row["s"]["value"] for row in found["results"]["bindings"]}
    wrapper.setMethod(POST)
    wrapper.setReturnFormat(CSV)
    rows: Any = wrapper.query().convert()
    assert BIOSAXONY.encode() in rows
    wrapper.setQuery(f"DESCRIBE <{BIOSAXONY}>")
    wrapper.setReturnFormat(TURTLE)
    turtle: Any = wrapper.query().convert()
    assert len(Graph().parse(data=turtle, format="turtle")) > 5


def test_rdflib_sparqlstore(founding_server: Server) -> None:
    for method in ("GET", "POST"):
        graph = Graph(SPARQLStore(f"{founding_server.url}/sparql", method=method))
        assert len(list(graph.predicate_objects(URIRef(BIOSAXONY)))) > 5
        assert (URIRef(BIOSAXONY), None, None) in graph


def test_curl(founding_server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")

    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-sS", *arguments], check=True, capture_output=True, text=True).stdout

    endpoint = f"{founding_server.url}/sparql"
    assert BIOSAXONY in curl("-G", endpoint, "--data-urlencode", f"query={CLUSTERS}")
    assert BIOSAXONY in curl(endpoint, "--data-urlencode", f"query={CLUSTERS}", "-H", "Accept: text/csv")
    turtle = curl("-L", f"{founding_server.url}/id/agent/biosaxony", "-H", "Accept: text/turtle")
    assert len(Graph().parse(data=turtle, format="turtle")) > 5
    assert "HTTP/1.1 200" in curl("-I", "-L", f"{founding_server.url}/id/agent/biosaxony")


# -- linked data


def test_a_thing_redirects_to_its_document(founding_server: Server) -> None:
    answer = founding_server.client.get("/id/agent/biosaxony", headers={"accept": "text/turtle"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/doc/agent/biosaxony"
    document = founding_server.client.get("/doc/agent/biosaxony", headers={"accept": "text/turtle"})
    assert document.headers["content-type"] == "text/turtle; charset=utf-8"
    assert 'rel="alternate"' in document.headers["link"]
    assert f'<{BIOSAXONY}>; rel="describes"' in document.headers["link"]
    assert f'</doc/agent/biosaxony>; rel="describedby"; anchor="{BIOSAXONY}"' in document.headers["link"]
    assert "Accept" in document.headers["vary"]
    graph = Graph().parse(data=document.text, format="turtle")
    assert (URIRef(BIOSAXONY), None, None) in graph


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".html", "text/html; charset=utf-8"),
        (".ttl", "text/turtle; charset=utf-8"),
        (".jsonld", "application/ld+json"),
        (".nt", "application/n-triples"),
        (".rdf", "application/rdf+xml"),
    ],
)
def test_suffixes(suffix: str, kind: str, founding_server: Server) -> None:
    answer = founding_server.client.get(f"/doc/agent/biosaxony{suffix}", headers={"accept": "image/png"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind


def test_all_forms_of_a_document_say_the_same(founding_server: Server) -> None:
    def triples(suffix: str, form: ox.RdfFormat) -> set[str]:
        content = founding_server.client.get(f"/doc/agent/biosaxony{suffix}").content
        about = f"<{BIOSAXONY}"
        return {str(quad.triple) for quad in ox.parse(content, format=form) if str(quad.subject).startswith(about)}

    turtle = triples(".ttl", ox.RdfFormat.TURTLE)
    assert turtle
    assert turtle == triples(".nt", ox.RdfFormat.N_TRIPLES) == triples(".jsonld", ox.RdfFormat.JSON_LD)
    assert turtle == triples(".rdf", ox.RdfFormat.RDF_XML)


def test_the_page_of_a_thing(founding_server: Server) -> None:
    page = founding_server.client.get("/doc/agent/biosaxony", headers=HTML).text
    # each part ends with its receipts: the source, where it stands there, and how sure it is
    assert re.search(r"<details class=\"know\">\s*<summary>How do we know\?", page)
    assert re.search(
        r'<a href="/doc/document/biosaxony-silver-label#c-62"[^>]*>Silver Label[^<]*</a>[^\n]*characters <span', page
    )
    start_, end = '<script type="application/ld+json">', "</script>"
    data = json.loads(page.partition(start_)[2].partition(end)[0])
    assert data["@id"] == BIOSAXONY
    german = founding_server.client.get("/doc/agent/biosaxony", headers={**HTML, "accept-language": "de-AT, en;q=0.5"})
    assert german.headers["content-language"] == "de"
    assert "Woher wissen wir das?" in german.text


def test_every_thing_of_the_founding_release_has_a_page(founding_server: Server) -> None:
    rows = founding_server.rows(
        f'SELECT DISTINCT ?s {{ ?s a ?c FILTER(STRSTARTS(STR(?s), "{BASE}id/")) '
        'FILTER(!CONTAINS(STR(?s), "/fact/") && !CONTAINS(STR(?s), "/provenance/")) }'
    )
    assert len(rows) > 50
    for row in rows:
        path = row["s"].replace(f"{BASE}id/", "/doc/")
        assert founding_server.client.get(path, headers=HTML).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/cluster", "Awarded"),
        ("/vocab/label-level", "Silver"),
        ("/vocab/label-level/silver", "Silver"),
        ("/about?iri=http://schema.org/name", "used"),
    ],
)
def test_terms_resolve(path: str, says: str, founding_server: Server) -> None:
    page = founding_server.client.get(path, headers=HTML)
    assert page.status_code == 200
    assert says in page.text
    turtle = founding_server.client.get(path, headers={"accept": "text/turtle"})
    assert len(Graph().parse(data=turtle.text, format="turtle")) > 1


def test_what_is_not_there_is_404_and_helps(founding_server: Server) -> None:
    for path in ("/id/agent/nobody", "/doc/agent/nobody", "/doc/agent/nobody.ttl", "/nonsense", "/static/nothing.css"):
        assert founding_server.client.get(path).status_code == 404, path
    page = founding_server.client.get("/doc/agent/nobody", headers=HTML)
    assert page.status_code == 404
    assert 'href="/"' in page.text
    assert "search" in page.text


def test_the_first_page_and_the_search(founding_server: Server) -> None:
    page = founding_server.client.get("/", headers=HTML).text
    assert page.count("/sparql?saved=") == 6
    assert "/doc/document/" in page
    found = founding_server.client.get("/search", params={"q": "BIOSAXONY"}, headers=HTML).text
    assert 'href="/doc/agent/biosaxony"' in found


def test_a_saved_query_with_a_parameter(founding_server: Server) -> None:
    ask = {"saved": "labels-valid-on", "run": "1", "p.date": "2020-06-01"}
    page = founding_server.client.get("/sparql", params=ask, headers=HTML)
    assert page.status_code == 200
    assert "<table " in page.text
    wrong = founding_server.client.get("/sparql", params={**ask, "p.date": "someday"}, headers=HTML)
    assert 'role="alert"' in wrong.text


def test_columns_that_no_row_has_stand_below_the_table(founding_server: Server) -> None:
    text = "SELECT ?none ?n ?one { VALUES (?n ?one) { (1 UNDEF) (2 agent:biosaxony) } OPTIONAL { ?n ?p ?none } }"
    page = founding_server.client.get("/sparql", params={"query": text}, headers=HTML).text
    assert re.findall(r'<th role="columnheader" scope="col">(.*?)</th>', page) == ["n", "one"]
    assert "Empty in all rows: none</p>" in page


def test_a_page_fills_in_the_names_that_a_query_selects(founding_server: Server) -> None:
    client = founding_server.client
    page = client.get("/sparql", params={"saved": "labels-valid-on", "run": "1"}, headers=GERMAN).text
    headings = re.findall(r'<th role="columnheader" scope="col">(.*?)</th>', page)
    assert headings == ["Label", "Inhaber", "Wie sicher", "Gültig ab", "Nicht mehr gültig ab", "Grundlage"]
    assert re.search(r'<a href="/doc/label/biosaxony-ecei-silver-1"[^>]*>\s*Silver Label', page)
    assert "angenommen ab dem Datum der Mitteilung" in page
    assert "1 Label hat keinen bekannten Zeitraum" in page
    text = "SELECT ?n ?xLabel { VALUES (?x ?n) { (agent:biosaxony 1) (lvl:silver 2) } } ORDER BY DESC(?xLabel) LIMIT 1"
    page = client.get("/sparql", params={"query": text}, headers=GERMAN).text
    assert "Silber-Label" in page
    assert "biosaxony</" not in page


def test_a_form_takes_names_for_ids(founding_server: Server) -> None:
    ask = {"saved": "labels-valid-on", "run": "1", "p.date": "2020-06-01", "p.holder": "Biosaxony"}
    page = founding_server.client.get("/sparql", params=ask, headers=HTML).text
    assert 'href="/doc/label/biosaxony-ecei-silver-1"' in page
    chosen = '<option value="agent/biosaxony" selected>'
    assert chosen in page
    assert '<label for="p-holder">Holder' in page
    nobody = founding_server.client.get("/sparql", params={**ask, "p.holder": "Nobody at all"}, headers=HTML)
    assert nobody.status_code == 200
    assert 'role="alert"' in nobody.text
    assert chosen.removesuffix(" selected>") in nobody.text


def test_a_download_of_names_is_a_query_that_the_endpoint_answers_as_sparql_has_it(founding_server: Server) -> None:
    client = founding_server.client
    ask = {"saved": "roles-on", "run": "1"}
    page = client.get("/sparql", params=ask, headers=HTML).text
    href = next(it for it in re.findall(r'href="(/download[^"]*)"', page) if "csv" in it)
    assert "André Hofmann" in client.get(html.unescape(href)).text
    text = "SELECT ?xLabel { VALUES ?x { lvl:silver } }"
    raw = client.get("/sparql", params={"query": text}, headers={"accept": "text/csv"})
    assert raw.text.splitlines() == ["xLabel", ""]


def test_a_page_of_more_rows_than_it_reads_is_sorted_by_names_all_the_same(founding_server: Server) -> None:
    text = (
        "SELECT ?xLabel ?m ?mLabel ?a ?p ?o { ?a ?p ?o VALUES ?x { lvl:gold lvl:bronze }"
        f" VALUES ?m {{ <{BASE}id/membership/hofmann-biosaxony> }} }} ORDER BY ?xLabel"
    )
    page = founding_server.client.get("/sparql", params={"query": text}, headers=HTML).text
    assert "<bdi>Bronze Label" in page
    assert "<bdi>Gold Label" not in page
    # what has no name is called as elsewhere
    assert ">Vice president of biosaxony<" in page


def test_without_the_editor_the_query_page_has_a_text_area(
    root: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # an installation that npm never ran for
    left_out = shutil.ignore_patterns("editor", "editor.js", "__pycache__")
    shutil.copytree(root / "src" / "pressgraph", tmp_path / "src" / "pressgraph", ignore=left_out)
    for folder in ("ontology", "shapes", "queries", "data"):
        (tmp_path / folder).symlink_to(root / folder)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    server = start(built)
    try:
        page = server.client.get("/sparql", params={"query": CLUSTERS}, headers=HTML)
        assert "<script" not in page.text
        assert '<textarea id="query"' in page.text
        assert 'href="/doc/agent/biosaxony"' in page.text
        assert server.client.get("/static/editor.js").status_code == 404
    finally:
        server.stop()


def test_questions_are_in_the_readers_language(founding_server: Server) -> None:
    german = {**HTML, "accept-language": "de"}
    for path in ("/", "/sparql", "/sparql?saved=labels-valid-on&run=1"):
        page = founding_server.client.get(path, headers=german).text
        asked = "an einem Tag" if path == "/" else "Welche Labels gelten an einem Tag"
        assert asked in page
        asked = "on a day" if path == "/" else "Which labels are valid on a day"
        assert asked in founding_server.client.get(path, headers=HTML).text


def test_what_is_wrong_with_a_query_is_said_in_the_readers_language(founding_server: Server) -> None:
    client = founding_server.client
    for text, german, english in (
        ("SELECT * {", "kein gültiges SPARQL 1.1 in Zeile 1, Spalte 11: der Text endet zu früh", "it ends too early"),
        ("SELECT * { ?s nope:a 1 }", "Ist ein Präfix nicht deklariert?", "is a prefix not declared?"),
    ):
        page = client.get("/sparql", params={"query": text}, headers=GERMAN)
        assert (page.status_code, german in page.text, english in page.text) == (400, True, False), page.text
        assert f'<span lang="en">{german[:8]}' not in page.text
        assert english in client.get("/sparql", params={"query": text}, headers=HTML).text
        # programs are answered in English
        line = client.get("/sparql", params={"query": text}, headers={"accept": "text/csv", "accept-language": "de"})
        assert english in line.text


def test_a_download_is_a_file(founding_server: Server) -> None:
    answer = founding_server.client.get("/download", params={"query": CLUSTERS, "type": "text/csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="result.csv"'
    assert BIOSAXONY in answer.text


def test_void_and_operating(founding_server: Server) -> None:
    void = Graph().parse(data=founding_server.client.get("/void").text, format="turtle")
    assert (None, URIRef("http://rdfs.org/ns/void#sparqlEndpoint"), None) in void
    assert founding_server.client.get("/.well-known/void").status_code == 302
    assert founding_server.client.get("/healthz").text == "ok\n"
    assert founding_server.client.get("/readyz").status_code == 200
    assert "pressgraph_requests_total" in founding_server.client.get("/metrics").text


# -- other endpoints


def test_service_asks_the_endpoints_that_are_allowed_and_no_other(
    launch: Callable[..., Server], founding_server: Server, tmp_path: Path
) -> None:
    allowed = f"{founding_server.url}/sparql"
    server = launch(empty(make_project(tmp_path / "p", {"services": [allowed], "workers": 1, "timeout": 10.0})))
    clusters = "{ ?s a clu:ClusterOrganisation }"
    assert server.rows(f"SELECT ?s {{ SERVICE <{allowed}> {clusters} }}") == founding_server.rows(CLUSTERS)
    for text in (
        f"SELECT ?s {{ SERVICE <{founding_server.url}/other> {clusters} }}",
        f"SELECT ?s {{ SERVICE <{allowed}?x> {clusters} }}",
        f"BASE <{founding_server.url}/> SELECT ?s {{ SERVICE <sparql> {clusters} }}",
        f"SELECT ?s {{ VALUES ?e {{ <{allowed}> }} SERVICE ?e {clusters} }}",
        f"SELECT ?s {{ SERVICE <{allowed}> {{ SERVICE <http://127.0.0.1:9/> {clusters} }} }}",
        "SELECT ?s { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ):
        answer = server.query(text)
        assert answer.status_code == 400, text
        assert allowed in answer.text
    assert server.answers()


# -- personal data


def test_personal_data_is_withheld_everywhere(founding_server: Server) -> None:
    phone = "+49 351 7965106"
    assert founding_server.rows(f'SELECT ?s {{ ?s ?p "{phone}" }}') == []
    assert founding_server.rows("SELECT ?s { GRAPH ?g { ?s schema:telephone ?o } }") == []
    assert founding_server.rows("SELECT ?g { ?g clu:personalData true }") == []
    dump = founding_server.client.get("/store?default", headers={"accept": "application/n-triples"}).text
    assert "7965106" not in dump
    assert len(dump) > 100_000


def test_personal_data_is_served_where_the_project_says_so(root: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "open", {"workers": 1}, extra="[publish]\npersonal_data = true")
    build(project, root)
    server = start(project)
    try:
        assert server.rows("SELECT ?o { ?s schema:telephone ?o }")
    finally:
        server.stop()


# -- moving, writing, starting


def test_a_new_build_is_served_and_nothing_fails_meanwhile(root: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "moving")
    build(project, root)
    server = start(project)
    failures: list[Any] = []
    answered = [0]
    stop = threading.Event()

    def load(number: int) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            count = 0
            while not stop.is_set():
                count += 1
                text = f"SELECT ?s {{ ?s a clu:ClusterOrganisation FILTER({number}{count} > 0) }}"
                try:
                    answer = client.get(f"{server.url}/sparql", params={"query": text})
                    if answer.status_code != 200 or BIOSAXONY not in answer.text:
                        failures.append((answer.status_code, answer.text))
                except httpx.HTTPError as error:
                    failures.append(error)
                answered[0] += 1
                # busy clients would leave a build nothing to run on
                stop.wait(0.02)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    try:
        path = project / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"
        addition = "  - id: agent/new-cluster\n    type: ClusterOrganisation\n    name: { en: Round 1 }\n"
        text = path.read_text(encoding="utf-8")
        for round_ in range(1, 4):
            path.write_text(text + addition.replace("1", str(round_)), encoding="utf-8")
            run_build(project)
            published = time.monotonic()
            want = [{"n": f"Round {round_}"}]
            while server.rows(f"SELECT ?n {{ <{BASE}id/agent/new-cluster> schema:name ?n }}") != want:
                assert time.monotonic() - published < 60
                time.sleep(0.01)
        path.write_text(text, encoding="utf-8")
        run_build(project)
        until = time.monotonic() + 60
        while server.client.get("/id/agent/new-cluster").status_code != 410 and time.monotonic() < until:
            time.sleep(0.05)
        gone = server.client.get("/doc/agent/new-cluster", headers=HTML)
        assert gone.status_code == 410
        assert 'href="/"' in gone.text
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.stop()
    assert failures == []
    assert answered[0] > 20


def test_what_is_written_stays_when_a_build_publishes(root: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "both", {"workers": 1})
    build(project, root)
    server = start(project, "--writable")
    try:
        assert server.rows(CLUSTERS)
        put = server.client.put(
            "/store/notes",
            content="<http://example.org/n> <http://example.org/p> 'note' .",
            headers={"content-type": "text/turtle", **server.may_write},
        )
        assert put.status_code == 201
        assert server.rows("SELECT ?o { <http://example.org/n> ?p ?o }") == [{"o": "note"}]
        path = project / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"
        with path.open("a", encoding="utf-8") as file:
            file.write("  - id: agent/new-cluster\n    type: ClusterOrganisation\n    name: { en: New }\n")
        run_build(project)
        until = time.monotonic() + 60
        while f"{BASE}id/agent/new-cluster" not in {row["s"] for row in server.rows(CLUSTERS)}:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert server.rows("SELECT ?o { <http://example.org/n> ?p ?o }") == [{"o": "note"}]
        assert server.rows("SELECT ?s { GRAPH ?g { ?s schema:telephone ?o } }") == []
    finally:
        server.stop()


def test_deleting_a_triple_keeps_it_where_another_graph_states_it(
    launch: Callable[..., Server], tmp_path: Path
) -> None:
    server = launch(empty(make_project(tmp_path / "p", {"workers": 1})), "--writable")

    def update(text: str) -> None:
        assert server.client.post("/sparql", data={"update": text}, headers=server.may_write).status_code == 204

    update("INSERT DATA { GRAPH <x:a> { <x:s> <x:p> 1, 2 } GRAPH <x:b> { <x:s> <x:p> 1 } <x:s> <x:p> 3 }")
    values = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    assert server.rows(values) == [{"o": "1"}, {"o": "2"}, {"o": "3"}]
    update("DROP GRAPH <x:a>")
    assert server.rows(values) == [{"o": "1"}, {"o": "3"}]
    update("CLEAR GRAPH <x:b>")
    assert server.rows(values) == [{"o": "3"}]


@pytest.mark.parametrize("token", [None, "short"])
def test_a_writable_server_without_a_token_does_not_start(token: str | None, built: Path) -> None:
    environment = {**os.environ, "PRESSGRAPH_SERVE_TOKEN": token or ""}
    found = subprocess.run(
        [sys.executable, "-m", "pressgraph", "--project", str(built), "serve", "--port", "0", "--writable"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=30,
    )
    assert found.returncode == 2
    assert "PRESSGRAPH_SERVE_TOKEN" in found.stderr
    assert "token_urlsafe" in found.stderr


def test_a_server_with_nothing_to_serve_says_so(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "serve", "--port", "0"],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert found.returncode == 2
    assert "pressgraph build" in found.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--host", "300.1.2.3"], "'300.1.2.3' is no address of this machine"),
        (["--host", "192.0.2.1"], "'192.0.2.1' is no address of this machine"),
        (["--port", "70000"], "70000 is not in the range"),
        (["--port", "{taken}"], "port {taken} of 127.0.0.1 is in use"),
    ],
)
def test_where_it_cannot_listen_it_says_so(options: list[str], says: str, built: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        taken = str(sock.getsockname()[1])
        command = [sys.executable, "-m", "pressgraph", "--project", str(built), "serve"]
        found = subprocess.run(
            [*command, *(option.replace("{taken}", taken) for option in options)],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert found.returncode == 2
    assert says.replace("{taken}", taken) in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_every_setting_is_documented_with_its_default(root: Path) -> None:
    text = (root / "docs" / "serving.md").read_text(encoding="utf-8")
    table = text.partition("| `[serve]` |")[2].partition("\n\n")[0]
    documented: dict[str, str] = {}
    for line in table.splitlines()[2:]:
        names, defaults, _ = (cell.strip() for cell in line.strip("|").split("|"))
        values = map(json.dumps, json.loads("[" + defaults.replace("`", "") + "]"))
        documented |= zip(names.replace("`", "").split(", "), values, strict=True)
    assert documented == {it.name: json.dumps(getattr(Serving(), it.name)) for it in fields(Serving)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_requests_end(number: int, launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p", {"slow_after": 5.0})))
    numbers = " ".join(str(it) for it in range(200))
    text = (
        f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} VALUES ?c {{ {numbers} }} }}"
    )
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(server.query(text, accept="text/csv")))
    asking.start()
    until = time.monotonic() + 60
    while "pressgraph_pool_busy 1.0" not in server.client.get("/metrics").text and time.monotonic() < until:
        time.sleep(0.01)
    server.process.send_signal(number)
    asking.join()
    assert server.process.wait(20) == 0
    assert answers[0].status_code == 200
    assert answers[0].text.split() == ["n", "8000000"]


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text("[serve]\nworkers = 0\n", encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "serve"],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert found.returncode == 2
    assert "serve.workers must be a whole number above 0" in found.stderr


def test_stopping_is_graceful_and_leaves_no_process(launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p")))
    children = server.children()
    server.stop()
    assert server.process.returncode == 0
    time.sleep(0.2)
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110 - no path, a process
