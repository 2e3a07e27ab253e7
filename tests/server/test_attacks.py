"""Requests that end or abuse servers, against a real server process: it refuses them, goes on, leaves no orphans."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import httpx
import pytest
from harness import TOKEN, Server, build, empty, make_project, start
from test_publication import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIB = 1024 * 1024
NUMBERS = " ".join(str(number) for number in range(200))


@pytest.fixture(scope="module")
def tight(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the founding release with limits that tests reach fast."""
    settings = {
        "timeout": 2.0,
        "slow_after": 0.5,
        "memory_mib": 512,
        "rows": 20_000,
        "result_mib": 8,
        "stall_timeout": 2.0,
    }
    project = make_project(tmp_path_factory.mktemp("tight"), settings)
    build(project, root)
    server = start(project)
    yield server
    server.stop()


@pytest.fixture
def survivor(tight: Server) -> Iterator[Server]:
    """The same server; afterwards it still answers, in bounded memory, with as many processes as it should have."""
    before = tight.process.pid
    yield tight
    assert tight.process.poll() is None
    assert tight.process.pid == before
    assert tight.answers()
    until = time.monotonic() + 5
    while len(tight.workers()) > 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(tight.workers()) <= 3
    assert tight.rss() < 300 * MIB


DEEP = {
    "braces": "SELECT * WHERE " + "{" * 4000 + "}" * 4000,
    "braces not closed": "SELECT * WHERE " + "{" * 4000,
    "parentheses": "SELECT * WHERE { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }",
    "not": "ASK { FILTER(" + "!" * 20000 + "true) }",
    "or": "ASK { FILTER(true" + " || true" * 7000 + ") }",
    "and": "ASK { FILTER(true" + "&&true" * 9000 + ") }",
    "sums": "ASK { FILTER(1" + "+1" * 20000 + " > 0) }",
    "paths": "ASK { ?s " + "(" * 5000 + "<p:p>" + ")*" * 5000 + " ?o }",
    "sequences": "ASK { ?s a" + "/a" * 20000 + " ?o }",
    "inverses": "ASK { ?s " + "^" * 20000 + "a ?o }",
    "unions": "SELECT * WHERE { {}" + " UNION {}" * 6000 + " }",
    "optionals": "SELECT * WHERE { " + "OPTIONAL { " * 4000 + "}" * 4000 + " }",
    "collections": "ASK { ?s ?p " + "(" * 10000 + ")" * 10000 + " }",
    "blank nodes": "ASK { ?s ?p " + "[ a " * 10000 + "<x:y>" + " ]" * 10000 + " }",
    "quoted triples": "ASK { " + "<<( " * 5000 + "?s ?p ?o" + " )>>" * 5000 + " ?p ?o }",
    "reified triples": "ASK { " + "<< " * 10000 + "?s ?p ?o" + " >>" * 10000 + " ?p ?o }",
    "hidden in an IRI": "ASK { FILTER(1<" + "(" * 20000 + "#>\n1" + ")" * 20000 + ") }",
    "hidden chain in an IRI": "ASK { FILTER(1<" + "!" * 20000 + "#>\ntrue) }",
    "minus signs hidden in an IRI": "ASK { FILTER(1<" + "-" * 20000 + "#>\n1) }",
    "if": "ASK { FILTER(" + "IF(true," * 3000 + "1" + ",1)" * 3000 + ") }",
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("way", ["direct", "form"])
def test_deep_and_long_queries_are_refused(name: str, way: str, survivor: Server) -> None:
    text = DEEP[name]
    if way == "direct":
        answer = survivor.client.post("/sparql", content=text, headers={"content-type": "application/sparql-query"})
    else:
        answer = survivor.client.post("/sparql", data={"query": text})
    assert answer.status_code == 400, answer.text
    assert survivor.answers()


@pytest.mark.parametrize("depth", [10, 59, 61, 500])
def test_depth_that_is_allowed_reaches_the_engine_and_more_does_not(depth: int, survivor: Server) -> None:
    answer = survivor.query("ASK " + "{" * depth + "}" * depth)
    assert answer.status_code == (200 if depth <= 60 else 400)


def test_what_the_guard_allows_does_not_end_the_engine(survivor: Server) -> None:
    def crashes() -> list[str]:
        text = survivor.client.get("/metrics").text
        return [it for it in text.splitlines() if it.startswith('pressgraph_queries_ended_total{reason="crash"}')]

    before = crashes()
    assert before
    for text in (
        "ASK { FILTER(true" + " || true" * 499 + ") }",
        "ASK { FILTER(" + "!" * 999 + "true) }",
        "ASK { FILTER(0 < 1" + "+1" * 900 + ") }",
        "SELECT * WHERE { {}" + " UNION {}" * 999 + " } LIMIT 1",
        "ASK { ?s a" + "|a" * 999 + " ?o }",
    ):
        survivor.query(text)
    assert survivor.answers()
    assert crashes() == before


HEAVY = {
    "cartesian count": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?d) }",
    "cartesian order": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "crossed values": "SELECT (COUNT(*) AS ?n) WHERE { "
    + " ".join(f"VALUES ?x{i} {{ {NUMBERS} }}" for i in range(6))
    + " }",
    "doubling": "SELECT (STRLEN(?z) AS ?n) WHERE { BIND('0123456789abcdef' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(28))
    + " BIND(?a28 AS ?z) }",
    "replacing": "SELECT (STRLEN(?z) AS ?n) WHERE { BIND('aaaaaaaaaaaaaaaaaaaa' AS ?a0) "
    + " ".join(f"BIND(REPLACE(?a{i}, 'a', 'aaaaaaaaaaaaaaaaaaaa') AS ?a{i + 1})" for i in range(6))
    + " BIND(?a6 AS ?z) }",
    "group concat": "SELECT (STRLEN(GROUP_CONCAT(?c)) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "large construct": "CONSTRUCT { "
    + " ".join(f"?a <p:{i}> ?c ." for i in range(1500))
    + " } WHERE { ?a ?b ?c . ?d ?e ?f }",
    "path and its inverse": "SELECT (COUNT(*) AS ?n) WHERE { ?a (a|^a)* ?b . ?b (a|^a)* ?c . ?c (a|^a)* ?d }",
    "path with free ends": "SELECT (COUNT(*) AS ?n) WHERE { ?s (!<x:y>|^!<x:y>)* ?o . ?o (!<x:y>|^!<x:y>)* ?z }",
    "long path": "ASK { ?s a" + "/a" * 900 + " ?o }",
    "many rows": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }",
    "many bytes": "SELECT ?c ?z WHERE { ?a ?b ?c . "
    "BIND(REPLACE(REPLACE(STR(?c), '.', 'aaaaaaaaaa'), 'a', 'bbbbbbbbbb') AS ?z) }",
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_queries_end_at_a_limit(name: str, survivor: Server) -> None:
    started = time.monotonic()
    try:
        accept = {"accept": "text/csv, */*;q=0.5"}
        answer = survivor.client.post("/sparql", data={"query": HEAVY[name]}, headers=accept)
        assert answer.status_code in {413, 503, 504, 507, 500}, (answer.status_code, answer.text[:200])
        assert "\n" not in answer.text.strip()
    except httpx.RemoteProtocolError:
        pass  # it failed in mid-stream, and the connection says so
    assert time.monotonic() - started < 6


def test_many_heavy_queries_do_not_hold_up_a_small_one(survivor: Server) -> None:
    def attack(number: int) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            client.get(
                f"{survivor.url}/sparql",
                params={"query": f"SELECT (COUNT(*) AS ?n{number}) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"},
            )

    threads = [threading.Thread(target=attack, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    for _ in range(5):
        started = time.monotonic()
        assert survivor.answers()
        assert time.monotonic() - started < 5
    for thread in threads:
        thread.join()


def test_a_query_that_ended_a_process_is_not_tried_again_at_once(survivor: Server) -> None:
    text = HEAVY["cartesian count"] + " # again"
    first = survivor.query(text)
    assert first.status_code in {503, 504}
    if first.status_code == 504:
        started = time.monotonic()
        again = survivor.query(text)
        assert again.status_code == 504
        assert again.headers["retry-after"]
        assert time.monotonic() - started < 1


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_error_in_mid_stream_is_no_success(encoding: str, survivor: Server) -> None:
    # more than what is held back before a status is sent, then the limit
    text = "SELECT ?a ?b ?c ?d WHERE { ?a ?b ?c . ?d a ?e }"
    with (  # noqa: PT012 - the body is read to the end
        pytest.raises(httpx.RemoteProtocolError),
        survivor.client.stream(
            "GET",
            "/sparql",
            params={"query": text},
            headers={"accept": "application/sparql-results+xml", "accept-encoding": encoding},
        ) as answer,
    ):
        assert answer.status_code == 200
        for _ in answer.iter_bytes():
            pass


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port on loopback that notes who calls."""
    calls: list[bytes] = []
    sock = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                found, _ = sock.accept()
            except OSError:
                return
            calls.append(b"call")
            found.close()

    threading.Thread(target=run, daemon=True).start()
    yield sock.getsockname()[1], calls
    sock.close()


SERVICES = [
    "SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <http://169.254.169.254/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <http://[::ffff:127.0.0.1]:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ sErViCe SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE # a comment\n <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?o FILTER(EXISTS {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}) }}",
    "SELECT * {{ ?s ?p ?o FILTER(?s<?o)SERVICE#>\n<http://127.0.0.1:{port}/> {{ ?a ?b ?c }} }}",
    "SELECT * {{ BIND(<http://127.0.0.1:{port}/> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "PREFIX x: <http://127.0.0.1:{port}/> SELECT * {{ SERVICE x: {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'a' SERVICE<http://127.0.0.1:{port}/>{{ ?s ?p ?o }} }}",
    # the engine wants no space between a keyword and what follows
    "SELECT * {{ SERVICESILENT<http://127.0.0.1:{port}/>{{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p trueSERVICE<http://127.0.0.1:{port}/>{{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 1e5SERVICE<http://127.0.0.1:{port}/>{{ ?s ?p ?o }} }}",
    "PREFIX a: <http://127.0.0.1:{port}/> SELECT * {{ SERVICEa:b{{ ?s ?p ?o }} }}",
    "PREFIX : <http://127.0.0.1:{port}/> SELECT * {{ ?a ?b 1 .service:b #\n{{ ?s ?p ?o }} }}",
    "PREFIX a: <http://127.0.0.1:{port}/> SELECT * {{ SERVICESILENTa:b {{ ?s ?p ?o }} }}",
    "PREFIX : <http://127.0.0.1:{port}/> SELECT * {{ ?s ?p :.SERVICE:{{ ?s ?p ?o }} }}",
    # an IRI that is a comparison, after which strings are not where they seem to be
    "SELECT * {{ ?x ?y ?z FILTER(?z<'>') SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o FILTER(?o<'>') }} }}",
    "SELECT * {{ ?x ?y ?z FILTER(?z<?x#>'''\n) SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} #'''\n }}",
    "SELECT * {{ ?x ?y ?z FILTER(?z<?x#>'\n) SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
]


@pytest.mark.parametrize("text", SERVICES)
def test_service_is_refused_and_opens_no_socket(text: str, survivor: Server, listener: tuple[int, list[bytes]]) -> None:
    port, calls = listener
    before = len(calls)
    answer = survivor.query(text.format(port=port))
    assert answer.status_code == 400, answer.text
    assert len(calls) == before


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <http://127.0.0.1/> {}" }',
        "SELECT * { ?s a <http://schema.org/Service> }",
        "SELECT * { ?s a <http://example.org/SERVICE> } # SERVICE <http://127.0.0.1/>",
        "SELECT ?service { ?service a schema:Service }",
        "SELECT * { ?s ?p '''LOAD <http://127.0.0.1/>''' }",
        "SELECT * { ?s ?p <http://example.org/a_(b)/service> }",
        "PREFIX service: <http://example.org/> SELECT * { ?s a service:Load ; service:load ?load . service:a ?p ?o }",
        "PREFIX service: <http://example.org/> SELECT * FROM service:a { GRAPH service:g { ?s ?p ?o } }",
        'SELECT * { ?s ?p ?o FILTER(?o IN ("load", "a service", <http://example.org/#it\'s>)) }',
        "SELECT * { ?s ?p ?o FILTER(?o IN (<#a>, <#b>) && ?s < <#c>) }",
    ],
)
def test_the_words_pass_where_they_are_no_keywords(text: str, survivor: Server) -> None:
    assert survivor.query(text).status_code == 200


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("ASK FROM <{there}> {{ ?s ?p ?o }}", None),
        ("ASK FROM NAMED <{there}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", None),
        ("ASK {{ ?s ?p ?o }}", "default-graph-uri"),
        ("ASK {{ GRAPH ?g {{ ?s ?p ?o }} }}", "named-graph-uri"),
        ("ASK {{ GRAPH <{there}> {{ ?s ?p ?o }} }}", None),
    ],
)
def test_the_name_of_a_graph_opens_no_socket(
    text: str, parameter: str | None, survivor: Server, listener: tuple[int, list[bytes]]
) -> None:
    port, calls = listener
    there = f"http://127.0.0.1:{port}/"
    params = {"query": text.format(there=there)} | ({parameter: there} if parameter else {})
    answer = survivor.client.get("/sparql", params=params, headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["boolean"] is False
    assert calls == []
    assert survivor.client.get("/store", params={"graph": there}).status_code == 404
    assert calls == []


def test_the_processes_have_no_network(survivor: Server) -> None:
    metrics = survivor.client.get("/metrics").text
    if "pressgraph_workers_without_network 1.0" not in metrics:
        pytest.skip("the kernel gives no user namespaces here")
    own = Path("/proc/self/ns/net").readlink()
    for pid in survivor.workers():
        try:
            assert Path(f"/proc/{pid}/ns/net").readlink() != own
        except PermissionError:
            continue  # not dumpable: its namespace is nobody's to read


# -- what writes


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"write_timeout": 6.0, "write_memory_mib": 512, "write_body_mib": 4, "workers": 1}
    server = start(empty(make_project(tmp_path_factory.mktemp("writer"), settings)), "--writable")
    yield server
    server.stop()


@pytest.fixture
def kept(writer: Server) -> Iterator[Server]:
    """A writable server with a graph that no attack may change."""
    put = writer.client.put(
        "/store",
        params={"graph": "http://example.org/kept"},
        content="<http://example.org/s> <http://example.org/p> 'kept' .",
        headers={"content-type": "text/turtle", **writer.may_write},
    )
    assert put.status_code in {201, 204}
    yield writer
    assert writer.rows("SELECT ?o { GRAPH <http://example.org/kept> { ?s ?p ?o } }") == [{"o": "kept"}]
    assert writer.rss() < 300 * MIB


def nested_json(depth: int) -> str:
    return '{"http://example.org/p":' * depth + "1" + "}" * depth


BOMB = (
    "<?xml version='1.0'?><!DOCTYPE r ["
    + "".join(
        f"<!ENTITY e{i + 1} '{f'&e{i};' * 10}'>" if i else "<!ENTITY e0 'aaaaaaaaaa'><!ENTITY e1 '&e0;&e0;'>"
        for i in range(9)
    )
    + (
        "]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:x='http://example.org/'>"
        "<rdf:Description rdf:about='http://example.org/s'><x:p>&e9;</x:p></rdf:Description></rdf:RDF>"
    )
)
TRIX = BOMB.partition("]>")[0] + (
    "]><TriX xmlns='http://www.w3.org/2004/03/trix/trix-1/'><graph><triple><uri>http://example.org/s</uri>"
    "<uri>http://example.org/p</uri><plainLiteral>&e9;</plainLiteral></triple></graph></TriX>"
)
XXE = (
    "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:x='http://example.org/'>"
    "<rdf:Description rdf:about='http://example.org/s'><x:p>&x;</x:p></rdf:Description></rdf:RDF>"
)
RDF_HEAD = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:x='http://example.org/'>"
BAD_DOCUMENTS: dict[str, tuple[str, str | bytes]] = {
    "deep JSON-LD": ("application/ld+json", nested_json(20000)),
    "deep Turtle": ("text/turtle", "<x:s> <x:p> " + "(" * 100000 + ")" * 100000 + " ."),
    "remote context": ("application/ld+json", json.dumps({"@context": "http://127.0.0.1:9/c", "@id": "x:y", "a": "b"})),
    "file context": ("application/ld+json", json.dumps({"@context": "file:///etc/passwd", "@id": "x:y", "a": "b"})),
    "XXE": ("application/rdf+xml", XXE),
    "entity bomb": ("application/rdf+xml", BOMB),
    "context on this host": (
        "application/ld+json",
        '{"@context": "http://127.0.0.1:{port}/c", "@id": "x:y", "a": "b"}',
    ),
    "entity from this host": ("application/rdf+xml", XXE.replace("file:///etc/passwd", "http://127.0.0.1:{port}/x")),
    "RDF/XML that breaks off": (
        "application/rdf+xml",
        f"{RDF_HEAD}<rdf:Description rdf:about='http://example.org/s'><x:p>1</x:p></rdf:Description>",
    ),
    "not parsing": ("text/turtle", "<x:a> <x:b> <x:c> . and then nonsense"),
    "no UTF-8": ("text/turtle", b"<x:a> <x:b> '\xff\xfe' ."),
    "named graphs": ("application/trig", "GRAPH <x:g> { <x:a> <x:b> <x:c> }"),
}


DEEP_XML = RDF_HEAD + "<rdf:Description><x:p>" * 20000 + "</x:p></rdf:Description>" * 20000 + "</rdf:RDF>"


def test_a_deep_document_is_stored_whole_or_not_at_all(writer: Server) -> None:
    # nesting is legal in RDF/XML: whether it fits is a matter of the machine's limits
    answer = writer.client.put(
        "/store",
        params={"graph": "http://example.org/deep"},
        content=DEEP_XML,
        headers={"content-type": "application/rdf+xml", **writer.may_write},
    )
    stored = writer.rows("SELECT (COUNT(*) AS ?n) { GRAPH <http://example.org/deep> { ?s ?p ?o } }")
    whole = answer.status_code in {201, 204}
    assert whole or answer.status_code in {400, 413, 500, 504, 507}
    assert stored == [{"n": "20000" if whole else "0"}]


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_bad_document_leaves_the_old_graph(
    name: str, method: str, kept: Server, listener: tuple[int, list[bytes]]
) -> None:
    port, calls = listener
    kind, content = BAD_DOCUMENTS[name]
    if isinstance(content, str):
        content = content.replace("{port}", str(port))
    answer = kept.client.request(
        method,
        "/store",
        params={"graph": "http://example.org/kept"},
        content=content,
        headers={"content-type": kind, **kept.may_write},
    )
    expected = {415} if kind == "application/trig" else {400, 413, 500, 504, 507}
    assert answer.status_code in expected, (answer.status_code, answer.text[:300])
    assert "root:" not in answer.text
    assert "/etc/" not in answer.text or "file:" in answer.text
    assert str(kept.project) not in answer.text
    assert calls == []


@pytest.mark.parametrize(
    ("kind", "content", "encoding"),
    [
        ("text/turtle", gzip.compress(b"<x:a> <x:b> <x:c> .\n" * 1_000_000), "gzip"),
        (
            "application/yaml",
            b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(25)),
            None,
        ),
        ("application/trix", TRIX.encode(), None),
        ("text/html", b"<p>", None),
        ("", b"<x:a> <x:b> <x:c> .", None),
    ],
)
def test_what_is_not_read_is_415(kind: str, content: bytes, encoding: str | None, kept: Server) -> None:
    headers = {"content-type": kind, **kept.may_write} | ({"content-encoding": encoding} if encoding else {})
    answer = kept.client.put("/store", params={"graph": "http://example.org/kept"}, content=content, headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:{port}/>",
        "LOAD SILENT <file:///etc/passwd> INTO GRAPH <http://example.org/kept>",
        "lOaD <file:///etc/passwd>",
        "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        "DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s<?o)SERVICE#>\n<http://127.0.0.1:{port}/> {{ ?a ?b ?c }} }}",
        "INSERT {{ ?s ?p ?o }} USING <http://127.0.0.1:{port}/> WHERE {{ ?s ?p ?o }} ; LOAD <http://127.0.0.1:{port}/>",
    ],
)
def test_updates_fetch_nothing(text: str, kept: Server, listener: tuple[int, list[bytes]]) -> None:
    port, calls = listener
    before = len(calls)
    answer = kept.client.post("/sparql", data={"update": text.format(port=port)}, headers=kept.may_write)
    assert answer.status_code == 400, answer.text
    assert len(calls) == before


def test_an_update_that_does_not_end_is_ended_and_frees_the_lock(kept: Server) -> None:
    values = " ".join(f"VALUES ?x{i} {{ {NUMBERS} }}" for i in range(5))
    answer = kept.client.post(
        "/sparql",
        data={
            "update": f"INSERT {{ <x:s> <x:p> ?x0 }} WHERE {{ {values} FILTER(?x0 + ?x1 + ?x2 + ?x3 + ?x4 > 100000) }}"
        },
        headers=kept.may_write,
    )
    assert answer.status_code in {504, 507}
    after = kept.client.post("/sparql", data={"update": "INSERT DATA { <x:s> <x:p> 1 }"}, headers=kept.may_write)
    assert after.status_code == 204


def test_a_writer_killed_in_mid_update_leaves_a_consistent_store(tmp_path: Path) -> None:
    project = empty(make_project(tmp_path / "project", {"write_timeout": 20.0, "workers": 1}))
    server = start(project, "--writable")
    insert = {"update": "INSERT DATA { GRAPH <x:g> { <x:s> <x:p> 1 } }"}
    assert server.client.post("/sparql", data=insert, headers=server.may_write).status_code == 204
    values = " ".join(f"VALUES ?x{i} {{ {NUMBERS} }}" for i in range(5))
    values += " FILTER(?x0 + ?x1 + ?x2 + ?x3 + ?x4 > 100000)"
    long = {"update": f"CLEAR ALL ; INSERT {{ <x:s> <x:p> ?x0 }} WHERE {{ {values} }}"}

    def update() -> None:
        with suppress(httpx.HTTPError):
            httpx.post(f"{server.url}/sparql", data=long, headers=server.may_write, timeout=30, trust_env=False)

    thread = threading.Thread(target=update)
    thread.start()
    eventually(lambda: bool(server.writers()))
    # in the middle of it, as far as can be told from outside
    time.sleep(0.5)
    (pid,) = server.writers()
    os.kill(pid, signal.SIGKILL)
    thread.join()
    assert server.rows("SELECT ?o { GRAPH <x:g> { ?s ?p ?o } }") == [{"o": "1"}]
    server.stop()
    server = start(project, "--writable")
    try:
        assert server.rows("SELECT ?o { ?s ?p ?o }") == [{"o": "1"}]
        assert server.client.post("/sparql", data=insert, headers=server.may_write).status_code == 204
    finally:
        server.stop()


def test_a_store_that_another_process_holds_is_503_and_names_no_folder(kept: Server) -> None:
    with filelock.FileLock(kept.project / "served" / "lock"):
        answer = kept.client.post("/sparql", data={"update": "CLEAR ALL"}, headers=kept.may_write)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "/" not in answer.text


def test_a_killed_server_leaves_no_process(tmp_path: Path) -> None:
    server = start(empty(make_project(tmp_path / "project")), "--writable")
    children = server.children()
    assert children
    server.process.kill()
    server.process.wait()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    server.stop()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": "Bearer é"}, 401),
        ({"origin": "http://evil.example", "sec-fetch-site": "cross-site"}, 401),
    ],
)
def test_writing_needs_the_token(headers: dict[str, str], status: int, kept: Server) -> None:
    raw = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    update = {"update": "DROP ALL"}
    assert kept.client.post("/sparql", data=update, headers=raw).status_code == status
    assert kept.client.delete("/store", params={"graph": "http://example.org/kept"}, headers=raw).status_code == status
    put = [(b"content-type", b"text/turtle"), *raw]
    assert kept.client.put("/store?default", content="", headers=put).status_code == status


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"])
def test_a_form_on_another_site_changes_nothing(kind: str, kept: Server) -> None:
    # what a browser sends from a form without asking first, with every cookie that it has
    bodies = {
        "application/x-www-form-urlencoded": b"update=DROP+ALL",
        "text/plain": b"update=DROP ALL\r\n",
        "multipart/form-data; boundary=b": (
            b'--b\r\nContent-Disposition: form-data; name="update"\r\n\r\nDROP ALL\r\n--b--\r\n'
        ),
    }
    headers = {
        "content-type": kind,
        "origin": "http://evil.example",
        "sec-fetch-site": "cross-site",
        "cookie": "lang=de",
    }
    answer = kept.client.post("/sparql", content=bodies[kind], headers=headers)
    assert answer.status_code in {401, 415}, answer.text
    assert kept.client.post("/store?default", content=bodies[kind], headers=headers).status_code == 401


def test_updates_by_get_and_on_a_read_only_server_are_refused(kept: Server, survivor: Server) -> None:
    assert kept.client.get("/sparql", params={"update": "DROP ALL"}, headers=kept.may_write).status_code == 400
    link = {"update": "DROP ALL", "type": "text/csv"}
    assert kept.client.get("/download", params=link, headers=kept.may_write).status_code == 400
    assert survivor.client.post("/sparql", data={"update": "DROP ALL"}, headers=survivor.may_write).status_code == 403
    assert survivor.client.put("/store?default", content="", headers=survivor.may_write).status_code == 403


def test_a_browser_may_not_send_the_token_across_sites(kept: Server) -> None:
    answer = kept.client.options(
        "/sparql",
        headers={
            "origin": "http://evil.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        },
    )
    assert "authorization" not in answer.headers.get("access-control-allow-headers", "").lower()


EVIL = """
<http://example.org/evil> a <javascript:alert(1)> ;
  <http://schema.org/name> "<img src=x onerror=alert(1)>" ;
  <http://schema.org/url> <javascript:alert(2)> ;
  <http://schema.org/image> <data:text/html,%3Cscript%3Ealert(3)%3C/script%3E> ;
  <http://schema.org/description> "</script><script>alert(4)</script>"@en , "'\\"><svg onload=alert(5)>" ;
  <http://example.org/'onmouseover='alert(6)> 1 .
<https://w3id.org/pressgraph/id/thing/evil> <http://schema.org/name> "</script><img src=x onerror=alert(7)>" .
<https://w3id.org/pressgraph/id/document/evil> a <http://schema.org/NewsArticle> ;
  <http://schema.org/headline> "<img src=x onerror=alert(8)>" ;
  <http://schema.org/datePublished> "\\"><script>alert(9)</script>" .
<http://example.org/evil-graph>
  <http://www.w3.org/ns/prov#wasDerivedFrom> <https://w3id.org/pressgraph/id/document/evil> ;
  <https://w3id.org/pressgraph/cluster#epistemicStatus> <javascript:alert(10)> ;
  <https://w3id.org/pressgraph/cluster#reviewedOn> "<img src=x onerror=alert(11)>" .
"""


def test_every_page_escapes_what_the_graph_holds(writer: Server) -> None:
    put = writer.client.put(
        "/store",
        params={"graph": "http://example.org/evil-graph"},
        content=EVIL.encode(),
        headers={"content-type": "text/turtle", **writer.may_write},
    )
    assert put.status_code in {201, 204}, put.text
    html = {"accept": "text/html"}
    every = "SELECT ?s ?p ?o (?o AS ?x) { GRAPH <http://example.org/evil-graph> { ?s ?p ?o } }"
    pages = [
        writer.client.get("/about", params={"iri": "http://example.org/evil"}, headers=html),
        writer.client.get("/about", params={"iri": "http://example.org/evil-graph"}, headers=html),
        writer.client.get("/about", params={"iri": "javascript:alert(1)"}, headers=html),
        writer.client.get("/about", params={"iri": "http://example.org/'onmouseover='alert(6)"}, headers=html),
        writer.client.get("/doc/document/evil", headers=html),
        writer.client.get("/search", params={"q": "onerror"}, headers=html),
        writer.client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"}, headers=html),
        writer.client.get(
            "/sparql", params={"query": "SELECT * {\n</textarea><script>alert(1)</script>"}, headers=html
        ),
        writer.client.get(
            "/sparql", params={"query": "ASK {}", "default-graph-uri": 'x:"><script>alert(1)'}, headers=html
        ),
        writer.client.get(
            "/sparql", params={"saved": "labels-valid-on", "p.date": '"><script>alert(1)</script>'}, headers=html
        ),
        writer.client.get("/?lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", headers=html),
        writer.client.get("/search?q=x&%22%3E%3Cscript%3Ealert(1)%3C/script%3E=1", headers=html),
        writer.client.get("/doc/thing/evil", headers=html),
        writer.client.get("/search", params={"q": "<img"}, headers=html),
        writer.client.get("/search", params={"q": '"><script>alert(1)</script>'}, headers=html),
        writer.client.get("/sparql", params={"query": every}, headers=html),
        writer.client.get("/sparql", params={"query": "SELECT <script>alert(1)</script>"}, headers=html),
        writer.client.get("/sparql", params={"saved": "<script>alert(1)</script>"}, headers=html),
        writer.client.get("/sparql", params={"query": "DESCRIBE <http://example.org/evil>"}, headers=html),
        writer.client.get("/doc/<script>alert(1)</script>", headers=html),
        writer.client.get("/", headers=html),
        writer.client.get("/releases", headers=html),
    ]
    for page in pages:
        assert page.headers["content-type"] == "text/html; charset=utf-8", page.url
        text = page.text
        for bad in (
            "<img src=x",
            "<svg onload",
            "<script>alert",
            "</script><script",
            "</script><img",
            'href="javascript',
            'href="data:',
            " 'onmouseover",
            " onmouseover=",
        ):
            assert bad not in text, (page.url, bad)
        # however it is written, nothing of it is an event's handler
        assert not re.search(r"<[a-z][^<>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', text)), page.url
        assert "unsafe-inline" not in page.headers["content-security-policy"]
        assert "script-src 'self'" in page.headers["content-security-policy"]


# -- HTTP itself


@pytest.mark.parametrize(
    "accept",
    [
        "text/html\r\nX-Evil: 1".replace("\r\n", " "),
        "*/*;q=0",
        "application/sparql-results+json;q=0, */*;q=0.1",
        ";;;,,,q=;=q,/*/",
        "a/b;q=1e999",
        "text/html;q=NaN",
        ",".join(f"a/b{i};q=0.{i % 9}" for i in range(2500)) + ",*/*",
        "," * 10000,
        "a/b," * 10000 + "*/*",
        "a/b;q=" + "1" * 50000,
    ],
)
def test_odd_accept_headers(accept: str, survivor: Server) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/doc/agent/biosaxony", "/store?default", "/"):
        answer = survivor.client.get(path, headers={"accept": accept})
        assert answer.status_code in {200, 406, 431}
        assert "x-evil" not in answer.headers
    for name in ("accept-language", "accept-encoding", "cookie", "if-none-match", "authorization", "x-forwarded-for"):
        assert survivor.client.get("/doc/agent/biosaxony", headers={name: accept}).status_code == 200


def test_line_breaks_do_not_become_headers(survivor: Server) -> None:
    for path in (
        "/store?graph=http://example.org/%0d%0aX-Evil:%201",
        "/id/agent/biosaxony%0d%0aX-Evil:%201",
        "/doc/agent/x%0d%0aX-Evil:%201",
        "/about?iri=http://example.org/%0d%0aX-Evil:%201",
        "/sparql?query=ASK%7B%7D&default-graph-uri=http://x/%0d%0aX-Evil:1",
        "/id/agent/biosaxony?lang=%0d%0aX-Evil:%201",
        "//evil.example/%2f..",
    ):
        answer = survivor.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"\nx-evil" not in head, path
        assert b"location: //" not in head
        assert head.split(b" ")[1] in {b"400", b"404", b"303"}, head


@pytest.mark.parametrize(
    "lines",
    [
        b"Accept: text/html\rX-Evil: 1",
        b"Accept: text/html\nX-Evil: 1",
        b"Accept: text/html\0X-Evil: 1",
        b"Host: x\rX-Evil: 1",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: identity, chunked, chunked",
        b"X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript",
    ],
)
def test_odd_heads_are_no_second_request_and_no_header(lines: bytes, survivor: Server) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Hidden: 1\r\nConnection: close\r\n\r\n"
    answer = survivor.raw(b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\n0\r\n\r\n" + hidden, wait=2)
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\nx-evil" not in head
    assert b"evil.example" not in answer
    assert answer.split(b" ")[1:2] in ([], [b"400"], [b"415"]), answer
    page = survivor.raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + b"\r\n\r\n", wait=2)
    assert b"evil.example" not in page
    assert b"javascript:" not in page


def test_pipelined_requests_are_answered_in_turn_and_cost_little(survivor: Server) -> None:
    get = b"GET /doc/agent/biosaxony HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n"
    with socket.create_connection(("127.0.0.1", survivor.port)) as sock:
        sock.settimeout(0.5)
        with suppress(TimeoutError):
            for _ in range(200):
                sock.sendall(get * 100)
        assert survivor.answers()
    assert survivor.rss() < 300 * MIB


@pytest.mark.parametrize(
    "path",
    [
        "/static/../front.py",
        "/static/%2e%2e/front.py",
        "/static/..%2ffront.py",
        "/static/....//front.py",
        "/../../../../etc/passwd",
        "/doc/../../etc/passwd",
        "/doc/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/static//etc/passwd",
    ],
)
def test_paths_do_not_climb(path: str, survivor: Server) -> None:
    answer = survivor.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in {b"404", b"400"}
    assert b"root:" not in answer
    assert b"import" not in answer


def test_heads_too_large_are_refused(survivor: Server) -> None:
    answer = survivor.raw(b"GET /sparql?query=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.split(b" ")[1] in {b"431", b"414", b"400"}
    endless = b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(500))
    assert survivor.raw(endless).split(b" ")[1:2] in ([b"431"], [])


def test_bodies_too_large_are_refused(survivor: Server, kept: Server) -> None:
    large = b"a" * (5 * MIB)
    answer = survivor.client.post("/sparql", content=large, headers={"content-type": "application/sparql-query"})
    assert answer.status_code == 413
    headers = {"content-type": "text/turtle", **kept.may_write}
    assert kept.client.put("/store?default", content=large, headers=headers).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 65536

    try:
        answer = survivor.client.post(
            "/sparql", content=endless(), headers={"content-type": "application/sparql-query"}
        )
        assert answer.status_code == 413
    except httpx.WriteError:
        pass  # the server hung up while it was being sent


def test_a_body_that_does_not_end_is_cut(launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p", {"body_timeout": 1.0, "workers": 1})))
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n")
        sock.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        answer = b""
        with suppress(ConnectionError):
            while not answer and time.monotonic() - started < 8:
                sock.sendall(b"1\r\na\r\n")
                sock.settimeout(0.1)
                with suppress(TimeoutError):
                    answer = sock.recv(65536)
                    break
    assert answer.split(b" ")[1] == b"408"
    assert time.monotonic() - started < 5


def test_a_compressed_query_is_not_unpacked(survivor: Server) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"content-type": "application/sparql-query", "content-encoding": "gzip"}
    assert survivor.client.post("/sparql", content=bomb, headers=headers).status_code == 415


def test_a_client_that_goes_frees_its_process(survivor: Server) -> None:
    text = "SELECT%20(COUNT(*)%20AS%20%3Fgone)%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff.%3Fg%20%3Fh%20%3Fi%7D"
    with socket.create_connection(("127.0.0.1", survivor.port)) as sock:
        sock.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.3)
    time.sleep(0.7)
    metrics = survivor.client.get("/metrics").text
    assert "pressgraph_pool_busy 0.0" in metrics


def test_a_slow_reader_is_cut_and_costs_little(survivor: Server) -> None:
    with socket.create_connection(("127.0.0.1", survivor.port)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        text = "SELECT%20%2A%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20a%20%3Ff%7D"
        sock.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        time.sleep(1)
        assert survivor.rss() < 300 * MIB
        assert survivor.answers()
        eventually(lambda: "pressgraph_pool_busy 0.0" in survivor.client.get("/metrics").text)


def test_head_has_no_body_and_the_connection_goes_on(survivor: Server) -> None:
    get = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for path, status in (
        ("/sparql?query=ASK%7B%7D", b"200"),
        ("/doc/agent/nobody", b"404"),
        ("/doc/agent/biosaxony", b"200"),
        ("/store?default", b"200"),
    ):
        head = f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        answer = survivor.raw(head + get)
        assert answer.split(b" ")[1] == status, answer[:200]
        assert answer.partition(b"\r\n\r\n")[2].startswith(b"HTTP/1.1 200"), answer[:500]
        assert answer.endswith(b"ok\n")
    answer = survivor.raw(b"HEAD /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\n\r\n" + get)
    assert answer.split(b" ")[1] == b"406"
    assert answer.partition(b"\r\n\r\n")[2].startswith(b"HTTP/1.1 200")


def test_errors_and_logs_leak_nothing(survivor: Server) -> None:
    secret = "a-literal-nobody-may-log"
    for path, params in (
        ("/sparql", {"query": f"SELECT * {{ ?s ?p '{secret}' }} nonsense"}),
        ("/sparql", {"query": f"SELECT * {{ ?s ?p '{secret}' }}"}),
        ("/doc/agent/nobody", {}),
        ("/store", {"graph": "http://example.org/none"}),
        ("/sparql", {"query": "ASK {}", "default-graph-uri": "no iri"}),
    ):
        answer = survivor.client.get(path, params=params)
        assert str(survivor.project) not in answer.text
        assert "Traceback" not in answer.text
        assert "site-packages" not in answer.text
        assert "server" not in answer.headers
    log = survivor.log.read_text(encoding="utf-8")
    assert secret not in log
    assert "Traceback" not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line["event"] == "request" and "query" in line for line in lines)
    assert not [line for line in lines if line["event"] == "error"]
