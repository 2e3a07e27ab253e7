"""The fast path of queries from clients that are known: it gives what the endpoint gives, to who asked for it."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

import httpx
import pytest
from harness import build, make_project, start
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pressgraph.query.guard import Limits, RefusedQueryError, check_query
from pressgraph.server.cache import QueryKey, ResponseCache
from pressgraph.server.http.requests import form_decoded
from pressgraph.server.http.responses import Representation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness import Server

ROWS = "application/sparql-results+json"
XSD = "http://www.w3.org/2001/XMLSchema#"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f FILTER({number} >= 0) }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER({number} >= 0) }}"


def _number(number: int) -> str:
    return f"SELECT ({number} AS ?n) {{ }}"


def _request(query: str, *, accept: str = ROWS, more: str = "", line: str = "") -> bytes:
    head = f"Host: localhost\r\nAccept: {accept}\r\n{line}\r\n"
    return f"GET /sparql?query={quote(query, safe='')}{more} HTTP/1.1\r\n{head}".encode()


class Connection:
    """A connection that sends bytes as they are and reads answers one by one."""

    def __init__(self, server: Server) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline()) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._file.readline(), 16):
                body += self._file.read(size)
                self._file.readline()
            self._file.readline()
        else:
            body = self._file.read(int(headers.get("content-length", 0)))
        return status, headers, body

    def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        self.send(data)
        return self.answer()

    def ended(self) -> bool:
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


QUERIES = {
    "rows": "SELECT ?s ?n { ?s a clu:ClusterOrganisation ; schema:name ?n } ORDER BY ?s ?n",
    "nothing": "SELECT ?s { ?s a <http://example.org/none> }",
    "yes": "ASK { ?s ?p ?o }",
    "graph": "CONSTRUCT WHERE { ?s a clu:ClusterOrganisation }",
    "umlauts": 'SELECT ("Größe „x“ 🎉" AS ?n) { }',
    "plus and percent": 'SELECT (1 + 1 AS ?n) ("100 %25" AS ?m) { }',
    "not SPARQL": "SELECT ?s WHERE { ?s ?p",
    "refused": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "too deep": "SELECT * WHERE " + "{" * 100 + "}" * 100,
    "changing": "SELECT (STRLEN(STRUUID()) AS ?n) { }",
    "large": "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000",
    "empty": "",
}


@pytest.fixture(scope="module")
def without(built: Path) -> Iterator[Server]:
    """A server of the same snapshot without the fast path."""
    config = built / "pressgraph.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[serve]\n", "[serve]\nfast_path = false\n"), encoding="utf-8")
    server = start(built, log=built / "without.log")
    config.write_text(text, encoding="utf-8")
    yield server
    server.stop()


@pytest.fixture(params=["with", "without"])
def either(request: pytest.FixtureRequest) -> Server:
    """A server with the fast path, and one without."""
    name = "founding_server" if request.param == "with" else "without"
    server: Server = request.getfixturevalue(name)
    return server


@pytest.mark.parametrize("accept", [ROWS, "text/csv", "text/turtle", "image/png", "*/*"])
@pytest.mark.parametrize("more", ["", "&format=json&output=json"])
@pytest.mark.parametrize("name", list(QUERIES))
def test_both_paths_give_the_same(name: str, more: str, accept: str, founding_server: Server, without: Server) -> None:
    with closing(Connection(founding_server)) as connection:
        for _ in range(2):
            connection.ask(_request("ASK {}", accept=accept))
            connection.ask(_request("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", accept=accept))
        # a head with a line that nobody sent before goes to the endpoint
        line = f"X-Never-Seen: {random.random()}\r\n"  # noqa: S311 - no secret
        request = _request(QUERIES[name], accept=accept, more=more)
        ordinary, *others = (
            connection.ask(_request(QUERIES[name], accept=accept, more=more, line=line)),
            connection.ask(request),
            connection.ask(request),
        )
    with closing(Connection(without)) as connection:
        others += [connection.ask(request), connection.ask(request)]
    for status, headers, body in others:
        assert status == ordinary[0]
        assert body == ordinary[2]
        assert headers.pop("x-request-id") != ordinary[1]["x-request-id"]
        own = {"date", "x-request-id"}
        assert {k: v for k, v in headers.items() if k not in own} == {
            k: v for k, v in ordinary[1].items() if k not in own
        }


@pytest.mark.parametrize(
    "more",
    ["&query=ASK%20%7B%7D", "&default-graph-uri=http://example.org/none", "&%71uery=ASK%7B%7D", "&update=CLEAR%20ALL"],
)
def test_other_parameters_of_the_protocol_are_not_passed_over(more: str, either: Server) -> None:
    connection = Connection(either)
    try:
        connection.ask(_request("ASK {}"))
        status, _, body = connection.ask(_request("ASK { ?s ?p ?o }", more=more))
        assert status == 400 or b"false" in body
    finally:
        connection.close()


@pytest.mark.parametrize("value", ["close", "keep-alive, close"])
def test_a_client_that_wants_no_more_is_let_go(value: str, either: Server) -> None:
    for _ in range(2):
        connection = Connection(either)
        status, headers, _ = connection.ask(_request("ASK {}", line=f"Connection: {value}\r\n"))
        assert (status, headers["connection"]) == (200, "close")
        assert connection.ended()
        connection.close()


@pytest.mark.parametrize("size", [1, 7, 100])
def test_requests_in_pieces_and_in_one_packet_are_answered_in_order(size: int, either: Server) -> None:
    connection = Connection(either)
    try:
        connection.ask(_request("ASK {}"))
        numbers = [random.randrange(10**9) for _ in range(6)]  # noqa: S311 - no secret
        data = b"".join(map(_request, map(_number, numbers)))
        for start in range(0, len(data), size):
            connection.send(data[start : start + size])
        for number in numbers:
            status, _, body = connection.answer()
            assert (status, f'"{number}"'.encode() in body) == (200, True)
        connection.send(data)
        assert all(f'"{number}"'.encode() in connection.answer()[2] for number in numbers)
        # the second begins to come while the first is answered
        first, second = _request(_number(1)), _request(_number(2))
        connection.send(first + second[:20])
        connection.send(second[20:])
        assert b'"1"' in connection.answer()[2]
        assert b'"2"' in connection.answer()[2]
    finally:
        connection.close()


@pytest.fixture
def founding(root: Path, tmp_path: Path) -> Callable[..., Path]:
    """Make a project of the founding release with these settings, built."""

    def make(**settings: Any) -> Path:
        project = make_project(tmp_path / "founding", settings)
        build(project, root)
        return project

    return make


def test_every_answer_goes_to_who_asked_whatever_happens_to_the_others(
    launch: Callable[..., Server], founding: Callable[..., Path]
) -> None:
    server = launch(founding(timeout=0.8, slow_after=0.3, queue=1000, queue_timeout=30.0))
    wrong: list[Any] = []
    answered = [0]

    async def honest(client: httpx.AsyncClient, start: int) -> None:
        for number in range(start, start + 60):
            answer = await client.get("/sparql", params={"query": _number(number)}, headers={"accept": ROWS})
            rows = answer.json()["results"]["bindings"] if answer.status_code == 200 else answer.text
            if rows != [{"n": {"type": "literal", "value": str(number), "datatype": f"{XSD}integer"}}]:
                wrong.append((number, rows))
            answered[0] += 1

    async def hostile(client: httpx.AsyncClient, start: int) -> None:
        for number in range(start, start + 6):
            with suppress(httpx.TimeoutException):
                # some of these go away, some are ended
                query = (SLOW if number % 3 else ENDLESS).format(number=number)
                await client.get("/sparql", params={"query": query}, timeout=0.05 if number % 2 else 10)

    async def run() -> None:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False, limits=limits) as client:
            tasks = [honest(client, 1000 * number) for number in range(1, 17)]
            tasks += [hostile(client, 1000 * number) for number in range(20, 24)]
            await asyncio.gather(*tasks)

    asyncio.run(run())
    assert wrong == []
    assert answered == [16 * 60]
    assert server.answers()


@pytest.mark.parametrize("fast_path", [True, False])
def test_a_client_that_goes_from_the_fast_path_frees_its_process(
    launch: Callable[..., Server], founding: Callable[..., Path], *, fast_path: bool
) -> None:
    server = launch(founding(fast_path=fast_path, workers=1, slow_workers=1, slow_after=60.0, timeout=60.0))
    assert server.answers()
    connection = Connection(server)
    connection.ask(_request("ASK {}"))
    connection.send(_request(ENDLESS.format(number=1)))
    time.sleep(0.05)
    connection.close()
    began = time.monotonic()
    assert server.answers()
    assert time.monotonic() - began < 5


def test_a_connection_is_kept_as_long_as_it_is_used(
    launch: Callable[..., Server], founding: Callable[..., Path]
) -> None:
    server = launch(founding(keep_alive=1, workers=1, slow_workers=1, slow_after=60.0, timeout=3.0))
    connection = Connection(server)
    for number in range(4):
        status, _, _ = connection.ask(_request(_number(number)))
        assert status == 200
        time.sleep(0.6)
    # a query that runs longer is no rest
    assert connection.ask(_request(ENDLESS.format(number=1)))[0] == 504
    assert connection.ask(_request("ASK {}"))[0] == 200
    rested = time.monotonic()
    assert connection.ended()
    assert 0.5 < time.monotonic() - rested < 15
    connection.close()


def test_many_small_answers_are_nothing_that_the_garbage_collector_looks_at() -> None:
    cache = ResponseCache(16 * 1024 * 1024)
    before = 0
    for number in range(11_000):
        if number == 1000:
            gc.collect()
            gc.collect()
            before = len(gc.get_objects())
        question = QueryKey("s", f"ASK {{ {number} }}", None, (f"{number}",), "json", "http://localhost/")
        cache.put(question, Representation(f"answer {number}".encode(), "text/plain", f'"{number}"'))
    gc.collect()
    gc.collect()
    assert len(gc.get_objects()) - before < 100
    question = QueryKey("s", "ASK { 10999 }", None, ("10999",), "json", "http://localhost/")
    assert cache.get(question) == Representation(b"answer 10999", "text/plain", '"10999"')


def test_a_large_answer_leaves_its_process_to_the_next(
    launch: Callable[..., Server], founding: Callable[..., Path]
) -> None:
    server = launch(founding(workers=1, slow_workers=1, timeout=5.0))
    # around what the front holds for a reader: there the end comes while the process is told to wait
    values = f'VALUES ?x {{ "{"x" * 1024}" }}'
    for rows in range(50, 65):
        text = f"SELECT (CONCAT({', '.join(['?x'] * 20)}) AS ?l) {{ {values} ?s ?p ?o }} LIMIT {rows}"
        answer = server.query(text, accept=ROWS)
        assert len(answer.json()["results"]["bindings"]) == rows
        assert server.answers()


def test_who_asks_and_never_reads_costs_little(founding_server: Server) -> None:
    connection = Connection(founding_server)
    request = _request("SELECT * { ?s ?p ?o } LIMIT 300")
    body = connection.ask(request)[2]
    connection.ask(request)
    before = founding_server.rss()
    with socket.create_connection(("127.0.0.1", founding_server.port), timeout=1) as sock:
        sent = 0
        with suppress(TimeoutError, ConnectionError):
            while sent < 20_000:
                sock.sendall(request)
                sent += 1
        assert sent * len(body) > 200 * 1024 * 1024
        assert founding_server.rss() - before < 32 * 1024 * 1024
        assert founding_server.answers()
    connection.close()


WORDS = [
    "SELECT * ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "<a",
    ">",
    "!",
    "||",
    ".",
    ",",
    '"',
    "'",
    "#",
    "\n",
    "\\",
    "SERVICE ",
    "x:y ",
]


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_what_is_plainly_fine_is_fine_when_it_is_looked_at(text: str) -> None:
    limits = Limits(depth=6, operators=60, patterns=60)

    def refused(it: str) -> bool:
        try:
            check_query(it, limits)
        except RefusedQueryError:
            return True
        return False

    # what is longer than the limits is always looked at, token by token; space changes nothing
    assert refused(text) == refused(" " * 200 + text)


@given(st.text(alphabet="aF3z0Ad=+%_~. -&\u00fc", max_size=40).map(str.encode))
@settings(max_examples=500)
def test_a_value_is_decoded_as_the_standard_library_does_it(data: bytes) -> None:
    assert form_decoded(data) == unquote_to_bytes(data.replace(b"+", b" "))


@given(st.text(max_size=60), st.sampled_from(["", "/:=?~"]))
def test_what_a_client_encodes_is_what_is_read(text: str, safe: str) -> None:
    encoded = quote(text, safe=safe, errors="replace")
    assert form_decoded(encoded.encode()) == text.encode("utf-8", "replace")
