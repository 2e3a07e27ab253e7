"""Remote endpoints: a real SPARQL server, and a small one that misbehaves in every way."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import keyring
import keyring.backend
import keyring.credentials
import pytest
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

SECRET = "s3cret-t0ken"
CREDENTIALS = ("PRESSGRAPH_ENDPOINT_TOKEN", "PRESSGRAPH_ENDPOINT_USER", "PRESSGRAPH_ENDPOINT_PASSWORD")
NAME = "SELECT ?name { agent:biosaxony schema:name ?name }"


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    # a proxy of the machine has no part in this
    monkeypatch.setenv("no_proxy", "*")


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), "query", *arguments])


def refused(folder: Path, *arguments: str) -> str:
    result = ask(folder, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "unexpected:" not in result.stderr
    assert SECRET not in result.stderr
    assert len(result.stderr.splitlines()) <= 2
    return result.stderr


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


# -- a real server


@pytest.fixture(scope="module")
def oxigraph(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the founding release by `oxigraph serve`; yield the endpoint."""
    beside = Path(sys.executable).with_name("oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("oxigraph is not installed; it is one of the dev dependencies")
        pytest.skip("the program 'oxigraph' is not installed (PyPI package oxigraph)")
    url = f"http://127.0.0.1:{free_port()}"
    command = [program, "serve", "--location", str(tmp_path_factory.mktemp("store")), "--bind", url[7:]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    urllib.request.urlopen(url, timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            store = pressgraph.open(built).dataset().store
            lines = "".join(f"{quad.triple} .\n" for quad in store).encode()
            load = urllib.request.Request(  # noqa: S310 - loopback
                f"{url}/store?default", data=lines, headers={"Content-Type": "application/n-triples"}
            )
            urllib.request.urlopen(load, timeout=20).close()  # noqa: S310 - loopback
            yield f"{url}/query"
        finally:
            process.terminate()


@pytest.mark.parametrize("form", ["csv", "json", "xml", "tsv", "table", "markdown"])
def test_select_answers_as_the_local_store(built: Path, oxigraph: str, form: str) -> None:
    remote = ask(built, NAME, "--endpoint", oxigraph, "-f", form)
    assert remote.exit_code == 0, remote.output
    assert remote.stderr == ""
    assert remote.stdout == ask(built, NAME, "-f", form).stdout


def test_saved_query_with_a_parameter_answers_as_the_local_store(built: Path, oxigraph: str) -> None:
    for date in ("2020-06-01", "2021-01-01"):
        arguments = ["labels-valid-on", "-p", f"date={date}", "-f", "csv"]
        remote = ask(built, *arguments, "--endpoint", oxigraph)
        assert remote.exit_code == 0, remote.output
        assert remote.stdout == ask(built, *arguments).stdout
        assert ("Silver Label" in remote.stdout) == (date == "2020-06-01")


def test_ask_answers_as_the_local_store(built: Path, oxigraph: str) -> None:
    for text in ("ASK { agent:biosaxony ?p ?o }", "ASK { agent:nobody ?p ?o }"):
        remote = ask(built, text, "--endpoint", oxigraph)
        assert remote.exit_code == 0, remote.output
        assert remote.stdout == ask(built, text).stdout


@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "csv"])
def test_construct_answers_as_the_local_store(built: Path, oxigraph: str, form: str) -> None:
    text = "CONSTRUCT WHERE { ?s schema:name ?n }"
    remote = ask(built, text, "--endpoint", oxigraph, "-f", form)
    assert remote.exit_code == 0, remote.output
    assert "biosaxony" in remote.stdout
    assert remote.stdout == ask(built, text, "-f", form).stdout


def test_endpoint_has_a_name_in_the_configuration(built: Path, oxigraph: str, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    shutil.copytree(built, folder)
    (folder / "pressgraph.toml").write_text(f'[endpoints]\nnetwork = {{ url = "{oxigraph}", timeout = 5 }}\n')
    assert "biosaxony" in ask(folder, NAME, "--endpoint", "network").stdout
    assert "did you mean 'network'?" in refused(folder, NAME, "--endpoint", "netwrk")


def test_query_that_the_server_finds_wrong_is_a_clear_error(built: Path, oxigraph: str) -> None:
    assert "finds the query wrong" in refused(built, "SELECT ?x { ?x ", "--endpoint", oxigraph)


# -- a server that misbehaves


@dataclass
class Sham:
    """A server that answers every request with the same, and remembers what it was asked."""

    status: int = 200
    then: int | None = None
    """The status of all answers but the first."""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/sparql-results+json"})
    body: bytes = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": []}}).encode()
    delay: float = 0
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def sham() -> Iterator[Sham]:
    served = Sham()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer."""
            length = int(self.headers.get("Content-Length", 0))
            served.asked.append(({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)))
            time.sleep(served.delay)
            status = served.status
            served.status = served.then or status
            try:
                self.send_response(status)
                for name, value in served.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(served.body)))
                self.end_headers()
                self.wfile.write(served.body)
            except OSError:
                pass  # whoever asked has given up

        do_GET = do_POST  # noqa: N815 - as above

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/sparql"
        yield served
        server.shutdown()
        thread.join()


def test_bearer_token_comes_from_the_environment(built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_TOKEN", SECRET)
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert result.exit_code == 0
    assert sham.asked[0][0]["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in result.output


def test_user_and_password_come_from_the_environment(built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_USER", "kim")
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_PASSWORD", SECRET)
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert result.exit_code == 0
    expected = base64.b64encode(f"kim:{SECRET}".encode()).decode()
    assert sham.asked[-1][0]["authorization"] == f"Basic {expected}"
    assert SECRET not in result.output


def test_a_password_in_an_address_is_used_and_not_shown(built: Path, sham: Sham) -> None:
    address = sham.url.replace("://", f"://kim:{SECRET}@")
    result = ask(built, "SELECT ?x {}", "--endpoint", address)
    assert result.exit_code == 0
    expected = base64.b64encode(f"kim:{SECRET}".encode()).decode()
    assert sham.asked[-1][0]["authorization"] == f"Basic {expected}"
    assert SECRET not in result.output
    for status in (400, 401, 404, 500, 503):
        sham.status = status
        refused(built, "SELECT ?x {}", "--endpoint", address)
    sham.status, sham.headers = 302, {"Location": f"http://kim:{SECRET}@127.0.0.1:1/sparql"}
    assert "redirects to http://127.0.0.1:1/sparql" in refused(built, "SELECT ?x {}", "--endpoint", address)
    for command in ("query", "push", "status", "pull"):
        words = ["SELECT ?x {}"] if command == "query" else []
        nowhere = f"http://kim:{SECRET}@127.0.0.1:{free_port()}/sparql"
        call = [sys.executable, "-m", "pressgraph", "--project", str(built), "--debug", command, *words]
        found = subprocess.run([*call, "--endpoint", nowhere], capture_output=True, text=True, check=False)
        assert found.returncode == 1, "a traceback"
        assert "Connection refused" in found.stderr
        assert SECRET not in found.stderr
    assert SECRET not in refused(built, "SELECT ?x {}", "--endpoint", f"htp://kim:{SECRET}@127.0.0.1/")
    assert SECRET not in refused(built, "SELECT ?x {}", "--endpoint", f"https://kim:{SECRET}@[")


def test_a_password_is_sent_as_it_is_only_where_the_server_knows_no_better(
    built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_USER", "kim")
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_PASSWORD", SECRET)
    sham.status = 401
    sham.headers["WWW-Authenticate"] = 'Digest realm="store", qop="auth", nonce="abc", algorithm=MD5'
    refused(built, "SELECT ?x {}", "--endpoint", sham.url)
    given = [headers["authorization"] for headers, _ in sham.asked if "authorization" in headers]
    assert given
    assert all(it.startswith("Digest ") for it in given)


def test_credentials_come_from_the_keyring(built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ring(keyring.backend.KeyringBackend):
        priority = 1.0

        def get_password(self, service: str, username: str) -> str | None:
            known = service == f"pressgraph:{sham.url.split('/')[2]}" and username in {"", "kim"}
            return SECRET if known else None

        def get_credential(self, service: str, username: str | None) -> keyring.credentials.Credential | None:
            found = self.get_password(service, username or "")
            return keyring.credentials.SimpleCredential("kim", found) if found else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Ring())  # type: ignore[no-untyped-call]
    try:
        assert ask(built, "SELECT ?x {}", "--endpoint", sham.url).exit_code == 0
        expected = base64.b64encode(f"kim:{SECRET}".encode()).decode()
        assert sham.asked[-1][0]["authorization"] == f"Basic {expected}"
        # the environment goes first
        monkeypatch.setenv("PRESSGRAPH_ENDPOINT_TOKEN", "other")
        assert ask(built, "SELECT ?x {}", "--endpoint", sham.url).exit_code == 0
        assert sham.asked[-1][0]["authorization"] == "Bearer other"
    finally:
        keyring.set_keyring(before)


def test_nothing_is_sent_but_the_query_without_credentials(built: Path, sham: Sham) -> None:
    assert ask(built, "SELECT ?x { ?x a clu:Cluster }", "--endpoint", sham.url).exit_code == 0
    headers, body = sham.asked[0]
    assert "authorization" not in headers
    assert "cookie" not in headers
    assert b"clu" in body


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "finds the query wrong"),
        (401, "does not let us in (401)"),
        (403, "does not let us in (403)"),
        (404, "is not there (404)"),
        (500, "answered 500"),
        (503, "answered 503"),
    ],
)
def test_refusal_is_a_clear_error(
    built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_TOKEN", SECRET)
    sham.status, sham.body = status, b"<html>\n<h1>No</h1>\n" * 1000
    assert said in refused(built, "SELECT ?x {}", "--endpoint", sham.url)


def test_refused_credentials_say_how_to_give_them(built: Path, sham: Sham) -> None:
    sham.status = 401
    sham.headers["WWW-Authenticate"] = 'Basic realm="store"'
    assert "PRESSGRAPH_ENDPOINT_TOKEN" in refused(built, "SELECT ?x {}", "--endpoint", sham.url)


def test_timeout_is_a_clear_error(built: Path, sham: Sham) -> None:
    sham.delay = 1
    started = time.monotonic()
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url, "--timeout", "0.2")
    assert "did not answer within 0.2 seconds" in said
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize("body", [b"", b"<html>Welcome</html>", b'{"head": {}}', b"\x00\xff\xfe", b"{" * 10_000])
@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "text/html; charset=utf-8", ""])
@pytest.mark.parametrize("text", ["SELECT ?x {}", "ASK {}"])
def test_garbage_is_a_clear_error(built: Path, sham: Sham, body: bytes, media_type: str, text: str) -> None:
    sham.body, sham.headers = body, {"Content-Type": media_type}
    assert "answered what is no SPARQL result" in refused(built, text, "--endpoint", sham.url)


@pytest.mark.parametrize("body", [b"<html>Welcome", b"@prefix : <", b"\xff"])
def test_garbage_for_a_graph_is_a_clear_error(built: Path, sham: Sham, body: bytes) -> None:
    sham.body, sham.headers = body, {"Content-Type": "text/turtle"}
    assert "is no SPARQL result" in refused(built, "CONSTRUCT WHERE { ?s ?p ?o }", "--endpoint", sham.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_another_host_is_refused(
    built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_TOKEN", SECRET)
    sham.status, sham.headers = status, {"Location": f"http://localhost:{free_port()}/sparql"}
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert "localhost" in said or f"answered {status}" in said
    assert len(sham.asked) == 1


def test_redirect_on_the_same_host_is_followed(built: Path, sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_TOKEN", SECRET)
    sham.status, sham.then, sham.headers["Location"] = 307, 200, "/elsewhere"
    assert ask(built, "SELECT ?x {}", "--endpoint", sham.url).exit_code == 0
    assert [headers["authorization"] for headers, _ in sham.asked] == [f"Bearer {SECRET}"] * 2
    assert sham.asked[0][1] == sham.asked[1][1]


def test_redirect_on_the_same_host_that_never_ends_is_a_clear_error(built: Path, sham: Sham) -> None:
    sham.status, sham.headers = 302, {"Location": sham.url}
    refused(built, "SELECT ?x {}", "--endpoint", sham.url)


def test_nobody_there_is_a_clear_error(built: Path) -> None:
    said = refused(built, "SELECT ?x {}", "--endpoint", f"http://127.0.0.1:{free_port()}/sparql")
    assert "cannot be reached" in said
    assert "refused" in said


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "http://[", "https://a b/"])
def test_what_is_no_address_is_refused(built: Path, url: str) -> None:
    assert url in refused(built, "SELECT ?x {}", "--endpoint", url)


def test_entailment_is_local(built: Path, sham: Sham) -> None:
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "--entail")
    assert result.exit_code == 2
    assert "--entail" in result.stderr
    assert sham.asked == []


def test_typo_in_a_term_of_the_profile_is_named_and_foreign_terms_are_not(built: Path, sham: Sham) -> None:
    text = "SELECT ?x { ?x a clu:ClusterOrganization ; <http://xmlns.com/foaf/0.1/name> <https://example.org/it> }"
    said = ask(built, text, "--endpoint", sham.url).stderr.splitlines()
    assert len(said) == 1
    assert "did you mean clu:ClusterOrganisation?" in said[0]


def test_prefixes_in_use_are_declared_once(built: Path, sham: Sham) -> None:
    text = "PREFIX clu: <https://data.example.org/#> SELECT ?x { ?x a clu:A, schema:B, 'skos:C' }"
    assert ask(built, text, "--endpoint", sham.url).exit_code == 0
    sent = unquote_plus(sham.asked[0][1].decode())
    assert sent.count("PREFIX clu:") == 1
    assert "PREFIX schema: <http://schema.org/>" in sent
    assert "PREFIX skos:" not in sent
