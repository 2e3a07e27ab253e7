"""Offers to speak another protocol: whatever is offered, one request stays one request, with its body."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
from harness import TOKEN, free_port, wait_for
from sockets import HIDDEN, LAST, OFFERS, exchange, framed, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness import Server

# -- offers to speak another protocol


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
    # the second time the client is known, and its requests take the fast path
    for _ in range(2):
        requests = query + b"\r\n" + query + OFFERS[offer] + b"\r\n" + HIDDEN + query + b"Connection: close\r\n\r\n"
        answer = exchange(founding_server.port, requests)
        assert statuses(answer) == [200, 200, 200, 200]
        assert [it.partition(b"\r\n\r\n")[2] for it in answer.split(b"HTTP/1.1 ")[1:]] == [
            *(b"x\r\n1\r\n", b"x\r\n1\r\n", b"ok\n", b"x\r\n1\r\n")
        ]


@pytest.mark.parametrize("seed", range(12))
def test_a_row_of_requests_in_any_pieces_is_answered_in_turn(seed: int, founding_server: Server) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in each run
    requests, wanted = [], []
    for _ in range(dice.randint(3, 12)):
        number = dice.choice([1, 2, dice.randrange(10**6)])
        query = f"SELECT ({number} AS ?x) {{}}"
        offer = dice.choice(list(OFFERS.values()))
        head = b"Host: a\r\nAccept: text/csv\r\n" + (offer if dice.random() < 0.5 else b"")
        if dice.random() < 0.5:
            requests.append(f"GET /sparql?query={quote(query)} HTTP/1.1\r\n".encode() + head + b"\r\n")
        else:
            body = (f"#{HIDDEN.decode()}\r\n" if dice.random() < 0.3 else "").replace("\r\n", "\r\n#").encode()
            field, sent = framed(body + b"\n" + query.encode(), chunked=dice.random() < 0.5)
            kind = b"Content-Type: application/sparql-query\r\n"
            requests.append(b"POST /sparql HTTP/1.1\r\n" + head + kind + field + b"\r\n" + sent)
        if dice.random() < 0.1:
            requests.append(b"\r\n")
        wanted.append(b"x\r\n%d\r\n" % number)
    data = b"".join([*requests, LAST])
    pieces = []
    while data:
        size = dice.choice([1, 3, 20, 90, 200, 1000, 5000])
        pieces.append(data[:size])
        data = data[size:]
    answer = exchange(founding_server.port, *pieces, gap=0.0005)
    assert statuses(answer) == [200] * (len(wanted) + 1)
    assert [it.partition(b"\r\n\r\n")[2] for it in answer.split(b"HTTP/1.1 ")[1:]] == [*wanted, b"ok\n"]


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


def nginx_conf(root: Path, folder: Path, *, listen: int, server: int) -> str:
    """The configuration of the documentation, for ports of a test, without certificates and without its rate."""
    text = (root / "docs" / "serving.md").read_text(encoding="utf-8")
    block = next(it for it in text.split("```") if it.startswith("nginx\n# ten requests")).removeprefix("nginx\n")
    site = "\n".join(line for line in block.splitlines() if "ssl_certificate" not in line)
    for written, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{listen};"),
        ("127.0.0.1:7019", f"127.0.0.1:{server}"),
        # the visitors of a test all come from one address, and faster
        ("rate=10r/s", "rate=1000r/s"),
    ):
        assert written in site
        site = site.replace(written, here)
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in temporary)
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{site}}}\n"
    )


@pytest.fixture(params=["caddy", "nginx"])
def proxy(request: pytest.FixtureRequest, root: Path, writable: Server, tmp_path: Path) -> Iterator[int]:
    """The port of a proxy as documented, in front of the writable server."""
    kind, port, config = request.param, free_port(), tmp_path / "config"
    if kind == "caddy":
        program = shutil.which("caddy") or shutil.which("caddy", path=str(Path(sys.executable).parent))
        config.write_text(caddyfile(root, listen=port, server=writable.port), encoding="utf-8")
        options = ["run", "--config", str(config), "--adapter", "caddyfile"]
    else:
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        config.write_text(nginx_conf(root, tmp_path, listen=port, server=writable.port), encoding="utf-8")
        options = ["-c", str(config), "-e", str(tmp_path / "error.log")]
    if program is None:
        pytest.skip(f"{kind} is not installed")
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log, env={**os.environ, **homes})
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("offer", ["unknown", "h2c", "websocket"])
def test_no_answer_is_for_the_request_of_another_visitor(offer: str, proxy: int) -> None:
    hidden = b"GET /void HTTP/1.1\r\nHost: smuggled.example\r\nX-Swallow: "
    padding = b"\r\n" * 4000
    for number in range(12):
        head = (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: application/sparql-results+json\r\n"
            + OFFERS[offer]
            + b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % (len(padding) + len(hidden))
        )
        with socket.create_connection(("127.0.0.1", proxy), timeout=1) as attacker:
            attacker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            attacker.sendall(head + padding[:5000])
            time.sleep((0.002, 0.01, 0.03)[number % 3])
            with suppress(OSError):
                attacker.sendall(padding[5000:] + hidden)
            with suppress(OSError):
                attacker.recv(300)
            with httpx.Client(base_url=f"http://127.0.0.1:{proxy}", timeout=20, trust_env=False) as visitor:
                answer = visitor.get("/healthz")
                assert (answer.status_code, answer.text) == (200, "ok\n")


def test_nobody_writes_with_the_token_of_another_visitor(proxy: int, writable: Server) -> None:
    write = {"content-type": "text/turtle", **writable.may_write}
    with httpx.Client(base_url=f"http://127.0.0.1:{proxy}", timeout=60, trust_env=False) as honest:
        assert honest.put("/store/precious", content="<urn:a> <urn:b> 1 .", headers=write).is_success
        hidden = b"DELETE /store/precious HTTP/1.1\r\nHost: a\r\nX-Swallow: "
        for number in range(6):
            field, sent = framed(b" " * 6000 + hidden, chunked=bool(number % 2))
            head = b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + OFFERS["unknown"] + b"Content-Type: text/plain\r\n" + field
            exchange(proxy, head + b"\r\n" + sent[:5000], sent[5000:], gap=0.02, last=LAST)
            assert honest.put("/store/other", content="<urn:a> <urn:b> 2 .", headers=write).is_success
        assert "<urn:a>" in honest.get("/store/precious", headers={"accept": "application/n-triples"}).text


def test_a_documented_proxy_passes_on_what_is_public_and_only_that(proxy: int) -> None:
    # from an address that is not the one that nginx lets in to look at the server
    stranger = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=f"http://127.0.0.1:{proxy}", timeout=60, transport=stranger) as visitor:
        assert visitor.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert visitor.get("/metrics").status_code in {403, 404}
        assert visitor.get("/readyz").status_code in {403, 404}
