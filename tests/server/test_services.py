"""SERVICE: other endpoints that change their mind, are down, slow, or answer nonsense."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from harness import Server, empty, make_project, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROWS = b"application/sparql-results+json"


class Peer:
    """An endpoint on the loopback that answers each request with bytes of the test's choice, and closes."""

    def __init__(self, answer: Callable[[int], bytes | None]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"
        self.asked = 0
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with closing(connection):
            connection.recv(65536)
            self.asked += 1
            content = self._answer(self.asked)
            if content is None:
                # one that says nothing until the other side goes, or the test is over
                connection.settimeout(0.1)
                while not self.over.is_set():
                    try:
                        if not connection.recv(1):
                            return
                    except TimeoutError:
                        continue
                    except OSError:
                        return
            else:
                connection.sendall(content)

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            # closing alone does not wake who waits in accept
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def http(content: bytes, kind: bytes = ROWS, status: bytes = b"200 OK", length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (status, kind, size, content)


def numbered(number: int) -> bytes:
    row = {"o": {"type": "literal", "value": f"answer {number}"}}
    return http(json.dumps({"head": {"vars": ["o"]}, "results": {"bindings": [row]}}).encode())


@pytest.fixture
def peer() -> Iterator[Callable[[Callable[[int], bytes | None]], Peer]]:
    peers: list[Peer] = []

    def make(answer: Callable[[int], bytes | None]) -> Peer:
        peers.append(Peer(answer))
        return peers[-1]

    yield make
    for it in peers:
        it.close()


def asking(launch: Callable[..., Server], folder: Path, *peers: str, **settings: float) -> Server:
    return launch(empty(make_project(folder / "p", {"services": list(peers), "slow_after": 5.0, **settings})))


def service(url: str, extra: str = "") -> str:
    return f"SELECT ?o {{ SERVICE {extra}<{url}> {{ ?s ?p ?o }} }}"


@pytest.mark.parametrize(("kept", "answers"), [(0, {"answer 1", "answer 2"}), (3600.0, {"answer 1"})])
def test_an_answer_of_another_endpoint_is_kept_for_as_long_as_the_settings_say(
    kept: float,
    answers: set[str],
    launch: Callable[..., Server],
    peer: Callable[[Callable[[int], bytes]], Peer],
    tmp_path: Path,
) -> None:
    other = peer(numbered)
    server = asking(launch, tmp_path, other.url, service_cache=kept)
    found = [server.query(service(other.url), accept="text/csv") for _ in range(2)]
    assert {it.text.split("\r\n")[1] for it in found} == answers
    for answer in found:
        # nobody else is to keep it either
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_what_was_kept_of_another_endpoint_is_asked_again_later(
    launch: Callable[..., Server], peer: Callable[[Callable[[int], bytes]], Peer], tmp_path: Path
) -> None:
    other = peer(numbered)
    server = asking(launch, tmp_path, other.url, service_cache=0.2)
    seen: set[str] = set()
    until = time.monotonic() + 20
    while len(seen) < 3 and time.monotonic() < until:
        seen.add(server.query(service(other.url), accept="text/csv").text)
    assert len(seen) == 3


def test_the_word_service_alone_keeps_no_answer_from_the_cache(launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p")))
    for text in ('SELECT ("SERVICE" AS ?x) {}', "ASK {} # service"):
        assert "etag" in server.query(text, accept="*/*").headers


FAULTS = {
    "closes": b"",
    "says what is no HTTP": b"hello\r\n\r\n",
    "has an error of its own": http(b"the password is 1234", status=b"500 Oops"),
    "sends a page": http(b"<html>no rows here</html>", kind=b"text/html"),
    "sends no JSON": http(b"{{{{{"),
    "sends no rows": http(b'{"head":{"vars":["o"]}}'),
    "closes in the middle": http(b'{"head":{"vars":["o"]},"results":{"bindings":[', length=5000),
    "sends it elsewhere": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture(scope="module")
def beside_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server that may ask an endpoint for each fault, and their addresses."""

    def failing(content: bytes) -> Peer:
        return Peer(lambda _number: content)

    peers = {fault: failing(content) for fault, content in FAULTS.items()}
    settings = {"services": [it.url for it in peers.values()], "slow_after": 5.0}
    server = start(empty(make_project(tmp_path_factory.mktemp("faults"), settings)))
    yield server, {fault: it.url for fault, it in peers.items()}
    server.stop()
    for it in peers.values():
        it.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_another_endpoint_that_fails_is_named_and_no_process_ends(
    fault: str, beside_faults: tuple[Server, dict[str, str]]
) -> None:
    server, addresses = beside_faults
    url = addresses[fault]
    processes = set(server.workers())
    for number in range(6):
        answer = server.query(service(url) + f" # {number}")
        assert answer.status_code == 502, answer.text
        assert url in answer.text
        assert "password" not in answer.text
        assert answer.headers["retry-after"]
    assert set(server.workers()) == processes
    assert server.answers()
    if fault != "closes in the middle":
        # rows that came before cannot be taken back
        assert server.query(service(url, "SILENT "), accept="text/csv").status_code == 200


def test_an_endpoint_that_is_down_or_has_no_address_is_502_until_it_is_up(
    launch: Callable[..., Server], peer: Callable[[Callable[[int], bytes]], Peer], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    down, nowhere = f"http://127.0.0.1:{port}/sparql", "http://nothing.invalid/sparql"
    other = peer(numbered)
    server = asking(launch, tmp_path, down, nowhere, other.url)
    processes = set(server.workers())
    for url in (down, nowhere):
        for _ in range(3):
            answer = server.query(service(url))
            assert (answer.status_code, url in answer.text) == (502, True), answer.text
    # what a process says is said in the reader's language too
    german = {"accept": "text/html", "accept-language": "de"}
    page = server.client.get("/sparql", params={"query": service(down)}, headers=german)
    assert (page.status_code, "den SERVICE fragt, hat nicht geantwortet" in page.text) == (502, True), page.text
    both = f"SELECT * {{ SERVICE <{other.url}> {{ ?s ?p ?o }} SERVICE <{down}> {{ ?s ?p ?o }} }}"
    assert down in server.query(both).text
    assert set(server.workers()) == processes
    with socket.create_server(("127.0.0.1", port)) as back:

        def once() -> None:
            connection, _ = back.accept()
            with closing(connection):
                connection.recv(65536)
                connection.sendall(numbered(7))

        threading.Thread(target=once, daemon=True).start()
        # the same text as before: that it failed is not remembered
        assert "answer 7" in server.query(service(down)).text


def test_an_endpoint_that_does_not_answer_is_given_up(
    launch: Callable[..., Server], peer: Callable[[Callable[[int], None]], Peer], tmp_path: Path
) -> None:
    other = peer(lambda _number: None)
    server = asking(launch, tmp_path, other.url, service_timeout=0.3, timeout=60.0)
    processes = set(server.workers())
    for _ in range(2):
        answer = server.query(service(other.url))
        assert answer.status_code == 502, answer.text
        assert other.url in answer.text
        assert "0.3 seconds" in answer.text
    assert set(server.workers()) == processes


def test_an_endpoint_that_takes_no_connection_is_given_up(launch: Callable[..., Server], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = []
        for _ in range(4):
            # what the queue holds is taken by the kernel, and nothing more
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
            waiting.append(sock)
        url = f"http://127.0.0.1:{port}/sparql"
        server = asking(launch, tmp_path, url, service_timeout=0.3, timeout=60.0)
        answer = server.query(service(url))
        assert answer.status_code == 502, answer.text
        assert url in answer.text
        for sock in waiting:
            sock.close()


def test_endpoints_that_are_slow_do_not_hold_up_other_queries(
    launch: Callable[..., Server], peer: Callable[[Callable[[int], None]], Peer], tmp_path: Path
) -> None:
    other = peer(lambda _number: None)
    project = empty(
        make_project(
            tmp_path / "p", {"services": [other.url], "service_timeout": 60.0, "timeout": 60.0, "queue_timeout": 60.0}
        )
    )
    server = launch(project)

    def wait(number: int) -> None:
        server.raw(
            f"GET /sparql?query={service(other.url).replace(' ', '+')}%23{number} HTTP/1.1\r\nHost: x\r\n"
            "Connection: close\r\n\r\n".encode(),
            wait=60,
        )

    threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in range(6)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 20
    while not other.asked and time.monotonic() < until:
        time.sleep(0.01)
    for number in range(50):
        assert server.query(f"ASK {{ FILTER({number} >= 0) }}").json() == {"head": {}, "boolean": True}
    assert any(thread.is_alive() for thread in threads)
    other.close()
    for thread in threads:
        thread.join(60)
