"""Connections whose clients drip, send too much, read nothing or come in thousands."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from harness import empty, make_project, start
from sockets import GET, LAST, PATIENCE, STUBBORN, exchange, metrics, statuses, value

from pressgraph.project.serving import Serving
from pressgraph.server.http.clients import Proxies, network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness import Server

LIMITS = {"head_timeout": 1.0, "body_timeout": 1.0, "keep_alive": 1, "stall_timeout": 3.0, "workers": 1}
# -- time


def ended(sock: socket.socket, drip: bytes, until: float) -> bool:
    """Drip bytes until the server ends the connection; return whether it did."""
    sock.settimeout(0.2)
    while time.monotonic() < until:
        try:
            if drip:
                sock.sendall(drip)
            if not sock.recv(65536):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.fixture(scope="module")
def impatient(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the founding release with limits of a second or two."""
    project = make_project(tmp_path_factory.mktemp("impatient"), {**LIMITS, "connections": 60})
    shutil.copytree(built / ".pressgraph", project / ".pressgraph")
    server = start(project)
    yield server
    server.stop()


@pytest.mark.parametrize("kind", STUBBORN)
def test_a_connection_ends_whatever_its_client_does(kind: str, impatient: Server) -> None:
    first, drip = STUBBORN[kind]
    with socket.create_connection(("127.0.0.1", impatient.port)) as sock:
        sock.sendall(first)
        assert ended(sock, drip, time.monotonic() + PATIENCE)


LARGE = b"GET /sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%203000 HTTP/1.1\r\nHost: a\r\n"
STREAM = b"GET /sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo.%3Fa%20%3Fb%20%3Fc%7D HTTP/1.1\r\nHost: a\r\n"
ROWS = b"Accept: application/sparql-results+json\r\n\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "times", "clients"),
    [
        (LARGE + ROWS, 12, 5),
        (LARGE + b"Connection: close\r\n" + ROWS, 1, 5),
        # as many as may have a long result under way: where the machine is busy, a further one is ended for them
        (STREAM + ROWS, 1, 2 * Serving().slow_workers),
    ],
    ids=["many requests", "a large answer", "an endless answer"],
)
def test_who_does_not_read_is_let_go(request_bytes: bytes, times: int, clients: int, impatient: Server) -> None:
    def metric() -> float:
        return value("pressgraph_connections_ended_total", impatient, reason="stall")

    before = metric()
    impatient.query("SELECT * {?s ?p ?o} LIMIT 3000", accept="application/sparql-results+json")
    with ExitStack() as stack:
        for _ in range(clients):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", impatient.port))
            sock.settimeout(1)
            with suppress(TimeoutError):
                for _ in range(times):
                    sock.sendall(request_bytes)
        until = time.monotonic() + PATIENCE
        while metric() < before + clients and time.monotonic() < until:
            time.sleep(0.1)
        assert metric() >= before + clients


def test_who_reads_slowly_gets_it_all(impatient: Server) -> None:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", impatient.port))
        sock.settimeout(20)
        sock.sendall(LARGE + b"Connection: close\r\n" + ROWS)
        answer = b""
        # more slowly than the whole may take, and never standing still for so long
        while data := sock.recv(32 * 1024):
            answer += data
            time.sleep(0.02)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert length is not None
    assert len(body) == int(length[1])
    json.loads(body)


# -- many of them


@contextmanager
def crowd(server: Server, count: int, first: bytes, *, source: str = "127.0.0.1") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        held = []
        for _ in range(count):
            with suppress(OSError):
                sock = socket.create_connection(("127.0.0.1", server.port), timeout=20, source_address=(source, 0))
                held.append(stack.enter_context(closing(sock)))
                sock.sendall(first)
        yield held


def gets_in(server: Server) -> bool:
    """Whether a new visitor is answered soon: who sends a body is only thought stubborn after a second."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if statuses(exchange(server.port, LAST)) == [200]:
            return True
        time.sleep(0.1)
    return False


CROWDS = {
    name: STUBBORN[name]
    for name in (
        "says nothing",
        "half a head",
        "rests after an answer",
        "empty lines after an answer",
        "a body that does not come",
        "a body that nobody reads",
    )
}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with room for 40 connections and long limits."""
    patience = dict.fromkeys(("head_timeout", "body_timeout", "stall_timeout"), 600.0)
    settings = {**patience, "keep_alive": 600, "connections": 40, "connections_per_address": 20, "workers": 1}
    server = start(empty(make_project(tmp_path_factory.mktemp("patient"), settings)))
    yield server
    server.stop()


@pytest.mark.parametrize("kind", CROWDS)
def test_many_stubborn_clients_leave_a_way_in(kind: str, patient: Server) -> None:
    first, _ = CROWDS[kind]
    with crowd(patient, 60, first):
        time.sleep(1.2)
        assert gets_in(patient)
    with crowd(patient, 60, first, source="127.0.0.9"):
        assert gets_in(patient)


def healthy(sock: socket.socket) -> bool:
    """Whether a connection that asked for /healthz is answered."""
    answer = b""
    while not answer.endswith(b"ok\n"):
        data = sock.recv(65536)
        if not data:
            return False
        answer += data
    return statuses(answer) == [200]


def test_who_is_idle_the_longest_makes_room_first(patient: Server) -> None:
    patient.client.close()
    until = time.monotonic() + PATIENCE
    while b"\npressgraph_connections 1.0" not in metrics(patient) and time.monotonic() < until:
        time.sleep(0.05)
    with crowd(patient, 30, GET) as held:
        for sock in held:
            assert healthy(sock)
        for sock in held[15:]:
            sock.sendall(GET)
            assert healthy(sock)
        with crowd(patient, 15, GET) as late:
            for sock in late:
                assert healthy(sock)
            gone = [ended(sock, b"", time.monotonic() + 0.1) for sock in held]
    assert gone == [True] * 5 + [False] * 25


@pytest.mark.parametrize(("source", "status", "reason"), [("127.0.0.1", 503, "full"), ("127.0.0.5", 429, "address")])
def test_where_all_are_at_work_one_more_is_told_so(
    source: str, status: int, reason: str, launch: Callable[..., Server], built: Path, tmp_path: Path
) -> None:
    limits = {"connections": 6 if reason == "address" else 3, "connections_per_address": 3}
    settings = {"workers": 1, "slow_workers": 0, "slow_after": 60.0, "timeout": 60.0, "queue_timeout": 60.0}
    project = make_project(tmp_path / "p", {**settings, **limits})
    shutil.copytree(built / ".pressgraph", project / ".pressgraph")
    server = launch(project)
    query = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    request = f"GET /sparql?query={query} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    told = b""
    with ExitStack() as stack:
        until = time.monotonic() + PATIENCE
        while b"too many connections" not in told and time.monotonic() < until:
            sock = socket.create_connection(("127.0.0.1", server.port), timeout=20, source_address=(source, 0))
            stack.enter_context(closing(sock)).sendall(request)
            sock.settimeout(0.5)
            told = b""
            with suppress(TimeoutError, ConnectionError):
                while data := sock.recv(65536):
                    told += data
        assert statuses(told) == [status]
        if reason == "address":
            assert gets_in(server)
    # the server notices that they are gone
    assert gets_in(server)
    assert value("pressgraph_connections_refused_total", server, reason=reason) >= 1


def test_a_thousand_of_each_leave_a_way_in(launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p", {"workers": 1})))
    for first, _ in CROWDS.values():
        with crowd(server, 1100, first):
            assert gets_in(server)


def test_proxies_are_networks_and_clients_of_ipv6_are_networks_too() -> None:
    proxies = Proxies(["127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:1::/48"])
    for address in ("127.0.0.1", "::1", "10.9.8.7", "::ffff:10.9.8.7", "2001:db8:1:2::3", "unix"):
        assert address in proxies
    for address in ("127.0.0.2", "192.0.2.1", "2001:db8:2::1", "", "localhost", "10.0.0.0/8", "unknown"):
        assert address not in proxies
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_proxy_is_believed(trusted: bool, launch: Callable[..., Server], tmp_path: Path) -> None:  # noqa: FBT001
    settings = {"proxies": ["127.0.0.0/8"] if trusted else ["192.0.2.1"], "workers": 1}
    server = launch(empty(make_project(tmp_path / "p", settings)))
    headers = {"x-forwarded-proto": "https", "host": "data.example", "accept": "text/turtle"}
    for _ in range(2):
        said = server.client.get("/void", headers=headers).text
        assert ("https://data.example/sparql" in said) == trusted
        assert ("http://data.example/sparql" in said) != trusted


def test_a_wrong_proxy_is_said(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text('[serve]\nproxies = ["proxy.example"]\n', encoding="utf-8")
    call = [sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "serve"]
    found = subprocess.run(call, check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert "serve.proxies names 'proxy.example', which is no address and no network" in found.stderr
