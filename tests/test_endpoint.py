"""Remote endpoints: a real SPARQL server, and a small one that misbehaves in every way."""

from __future__ import annotations

import base64
import gc
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
from pressgraph.errors import EndpointError
from pressgraph.remote.results import Response, read_results
from pressgraph.remote.store import Addresses, RemoteStore

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


@pytest.fixture(autouse=True, scope="module")
def what_was_there_before() -> None:
    """Spare the garbage collector what other tests have left: it is asked after each of these."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def results_end_where_they_began() -> Iterator[None]:
    """Collect what a traceback kept: pyoxigraph's results must end in the thread that made them, not in a server's."""
    yield
    gc.collect()


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
    drip: float = 0
    """Seconds between the bytes of a body."""
    missing: int = 0
    """Bytes of a body that are announced and never sent."""
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
            if served.delay:
                time.sleep(served.delay)
            status = served.status
            served.status = served.then or status
            try:
                self.send_response(status)
                for name, value in served.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(served.body) + served.missing))
                self.end_headers()
                for part in [served.body[i : i + 1] for i in range(len(served.body))] if served.drip else [served.body]:
                    self.wfile.write(part)
                    if served.drip:
                        time.sleep(served.drip)
            except OSError:
                pass  # whoever asked has given up

        do_GET = do_POST  # noqa: N815 - as above

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    # what an earlier test's failed command left in its traceback may hold an answer, which no other thread may collect
    gc.disable()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/sparql"
        yield served
        server.shutdown()
        thread.join()
    gc.enable()


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
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url, "--timeout", "0.2")
    assert "did not answer within 0.2 seconds" in said


def test_an_answer_that_is_cut_short_or_cannot_be_unpacked_is_a_clear_error(built: Path, sham: Sham) -> None:
    sham.missing = 10
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert "was cut short: its server closed the connection" in said
    sham.missing, sham.headers["Content-Encoding"] = 0, "gzip"
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert "is not compressed as it says" in said
    assert "cannot be reached" not in said


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


# -- responses that are not perfect

RESULTS = "application/sparql-results+json"
GOOD = {"x": {"type": "literal", "value": "good"}}


def rows(*bindings: object) -> bytes:
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


@pytest.mark.parametrize(
    "cell",
    [
        {"type": "uri", "value": "http://x.example/a b|c"},
        {"type": "uri", "value": "foo"},
        {"type": "uri", "value": ""},
        {"type": "literal", "value": "x", "xml:lang": "en_US"},
        {"type": "literal", "value": "x", "xml:lang": ""},
        {"type": "literal", "value": "x", "datatype": "not an IRI"},
        {"type": "literal", "value": 5},
        {"type": "literal"},
        {"type": "cell", "value": "x"},
        "x",
        [],
        7,
    ],
)
def test_a_bad_cell_costs_its_row(built: Path, sham: Sham, cell: object) -> None:
    sham.body = rows(GOOD, {"x": cell}, GOOD)
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv")
    assert result.stdout == "x\ngood\ngood\n"
    assert "1 row is left out" in result.stderr
    assert "?x is" in result.stderr
    assert result.exit_code == 1


def test_half_a_surrogate_pair_costs_its_row(built: Path, sham: Sham) -> None:
    sham.body = rows(GOOD, {"x": {"type": "literal", "value": "\ud83d"}})
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv")
    assert (result.stdout, result.exit_code) == ("x\ngood\n", 1)


def test_bad_rows_are_counted(built: Path, sham: Sham) -> None:
    sham.body = rows(*[{"x": {"type": "uri", "value": "a b"}}] * 1200, GOOD)
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv")
    assert "1,200 rows are left out" in result.stderr
    assert "'a b'" in result.stderr


def test_what_is_harmless_is_read_as_meant(built: Path, sham: Sham) -> None:
    """An unbound cell as null, line breaks as they are, typed-literal (an older draft's word), variables unnamed."""
    typed = {"type": "typed-literal", "value": "5", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
    text = rows({"x": None}, {"x": {"type": "literal", "value": "a⏎b"}}, {"x": typed}).decode()
    for body in (text.replace("\\u23ce", "\n"), text.replace("\\u23ce", "\n").replace('"vars": ["x"]', "")):
        sham.body = body.encode()
        result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "tsv")
        assert (result.stdout, result.stderr, result.exit_code) == ('?x\n\n"a\\nb"\n5\n', "", 0)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "UTF-8"])
@pytest.mark.parametrize("kind", ["json", "xml"])
def test_the_charset_of_the_response_is_read(built: Path, sham: Sham, charset: str, kind: str) -> None:
    cell = {"x": {"type": "literal", "value": "Küste"}}
    text = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [cell]}}, ensure_ascii=False)
    if kind == "xml":
        text = (
            '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results><result>'
            '<binding name="x"><literal>Küste</literal></binding></result></results></sparql>'
        )
    sham.body = text.encode(charset)
    sham.headers = {"Content-Type": f"application/sparql-results+{kind}; charset={charset}"}
    assert ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv").stdout == "x\nKüste\n"


NO_CHARSETS = ("unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "base64", "rot13", "none-such")
"""What Python has codecs for and no register calls a charset, and what nobody knows."""


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_a_charset_that_is_none_is_named(built: Path, sham: Sham, charset: str) -> None:
    # neither engine's parser reads this, so it is decoded here
    sham.body, sham.headers = b"\\q{" + rows(GOOD), {"Content-Type": f"{RESULTS}; charset={charset}"}
    result = ask(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert result.exit_code == 2
    assert f"its charset {charset} is unknown" in result.stderr


def test_what_a_parser_says_of_tsv_is_said() -> None:
    answer = Response(url="https://store.example/sparql", body=b"?x\n<a b>\n", content_type="text/tab-separated-values")
    with pytest.raises(EndpointError, match=r"answered what is no SPARQL result .*: .*IRI"):
        read_results(answer)


def test_xml_in_an_encoding_that_is_none_is_no_result() -> None:
    # broken, so that it is read with patience
    body = XML.format("de", "a").replace('version="1.0"', 'version="1.0" encoding="tf-8"').replace("<sparql", "sparql")
    with pytest.raises(EndpointError, match="incomplete"):
        read_results(Response(url="https://store.example/sparql", body=body.encode()))


@pytest.mark.parametrize("media_type", [RESULTS, "application/json", "text/plain", "text/html", ""])
def test_results_are_known_by_what_they_are(built: Path, sham: Sham, media_type: str) -> None:
    sham.body, sham.headers = rows(GOOD), {"Content-Type": media_type}
    assert ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv").stdout == "x\ngood\n"


XML = (
    '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
    '<results><result><binding name="x"><literal xml:lang="{}">good</literal></binding></result>'
    '<result><binding name="x"><uri>http://x.example/{}</uri></binding></result></results></sparql>'
)


@pytest.mark.parametrize("media_type", ["application/sparql-results+xml", "application/xml; charset=utf-8", "text/xml"])
def test_a_bad_cell_costs_its_row_in_xml_too(built: Path, sham: Sham, media_type: str) -> None:
    sham.headers = {"Content-Type": media_type}
    for language, local, left in (("de", "a b", "good"), ("de_DE", "a", "http://x.example/a")):
        sham.body = XML.format(language, local).encode()
        result = ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv")
        assert (result.stdout, result.exit_code) == (f"x\n{left}\n", 1)
        assert "1 row is left out" in result.stderr


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        (rows(GOOD, GOOD)[:-20], ""),
        (rows(GOOD)[:-3] + b"\n\nERROR: java.util.concurrent.TimeoutException", "TimeoutException"),
        (XML.format("de", "a").encode()[:-60], ""),
        (XML.format("de", "a").encode()[:-10] + b"\nERROR: out of memory", "out of memory"),
    ],
)
def test_a_result_that_breaks_off_is_incomplete(built: Path, sham: Sham, body: bytes, rest: str) -> None:
    kind = "xml" if body.startswith(b"<") else "json"
    sham.body, sham.headers = body, {"Content-Type": f"application/sparql-results+{kind}"}
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url)
    assert "is incomplete" in said
    assert rest in said


def test_pushing_and_pulling_take_no_bad_result(built: Path, sham: Sham) -> None:
    for command in ("status", "pull", "push"):
        for body in (rows({"g": {"type": "uri", "value": "a b"}}), rows(GOOD)[:-9], b"\xff", b"[]"):
            sham.body = body
            result = CliRunner().invoke(main, ["--project", str(built), command, "--endpoint", sham.url])
            assert result.exit_code == 2
            assert "unexpected:" not in result.stderr


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("text/turtle", b"@prefix x: <http://x/> . <rel> x:b <#f> .", "<{here}rel> <http://x/b> <{url}#f> .\n"),
        ("text/plain", b'<http://x/a> <http://x/b> "1" .\n', '<http://x/a> <http://x/b> "1" .\n'),
        ("text/rdf+n3", b'<http://x/a> <http://x/b> "1" .\n', '<http://x/a> <http://x/b> "1" .\n'),
        ("application/ld+json", b'{"@id":"http://x/a","http://x/b":"1"}', '<http://x/a> <http://x/b> "1" .\n'),
    ],
)
def test_graphs_are_read_in_what_endpoints_give(
    built: Path, sham: Sham, media_type: str, body: bytes, expected: str
) -> None:
    sham.body, sham.headers = body, {"Content-Type": media_type}
    result = ask(built, "CONSTRUCT WHERE { ?s ?p ?o }", "--endpoint", sham.url, "-f", "nt")
    assert result.stdout == expected.format(url=sham.url, here=sham.url.removesuffix("sparql"))


def test_a_bad_line_of_n_triples_costs_its_triple(built: Path, sham: Sham) -> None:
    sham.headers = {"Content-Type": "application/n-triples"}
    sham.body = b'<http://x/a> <http://x/b> <http://x/c d> .\n<http://x/a> <http://x/b> "1" .\n'
    result = ask(built, "CONSTRUCT WHERE { ?s ?p ?o }", "--endpoint", sham.url, "-f", "nt")
    assert (result.stdout, result.exit_code) == ('<http://x/a> <http://x/b> "1" .\n', 1)
    assert "1 triple is left out" in result.stderr


@pytest.mark.parametrize(
    ("media_type", "body", "said"),
    [
        (
            "text/html",
            b"<!DOCTYPE html><html><head><title>E</title></head><body><h1>Parse error</h1><p>no",
            "Parse error · no",
        ),
        ("application/problem+json", b'{"title":"Bad Request","detail":"Unknown prefix foo"}', "Unknown prefix foo"),
        ("application/json", b'{"message":"out of luck"}', "out of luck"),
        ("application/json", b"[1]", "[1]"),
        ("text/plain", b"\n  Parse error: line 1\nstack", "Parse error: line 1"),
    ],
)
def test_what_the_endpoint_finds_wrong_is_said_as_text(
    built: Path, sham: Sham, media_type: str, body: bytes, said: str
) -> None:
    sham.status, sham.body, sham.headers = 400, body, {"Content-Type": media_type}
    # valid SPARQL, so that what is wrong is the endpoint's to say
    assert f"finds the query wrong: {said}\n" in refused(built, "SELECT ?x {}", "--endpoint", sham.url)


def test_a_syntax_error_is_said_with_its_place_in_the_text_as_given(built: Path, sham: Sham) -> None:
    sham.status, sham.body = 400, b"error at 2:30"
    said = refused(built, "SELECT ?x {\n ?x a clu:Cluster . FILTR(1) }", "--endpoint", sham.url)
    assert "in line 2, column 29: unexpected '}'" in said
    # and the endpoint sees the same lines
    assert unquote_plus(sham.asked[-1][1].decode()).count("\n") == 1


@pytest.mark.parametrize("status", [405, 415, 501])
def test_an_endpoint_that_takes_no_post_is_asked_by_get(built: Path, sham: Sham, status: int) -> None:
    sham.status, sham.then, sham.body = status, 200, rows(GOOD)
    assert ask(built, "SELECT ?x {}", "--endpoint", sham.url, "-f", "csv").stdout == "x\ngood\n"
    assert [body for _, body in sham.asked][1:] == [b""]


@pytest.mark.parametrize(
    ("text", "headers", "said"),
    [
        ("SELECT ?x {}", {"X-SPARQL-MaxRows": "3"}, "gives 3 rows at most"),
        ("SELECT ?x {} LIMIT 4", {"X-SPARQL-MaxRows": "3"}, "gives 3 rows at most"),
        ("SELECT ?x {} LIMIT 3", {"X-SPARQL-MaxRows": "3"}, ""),
        ("SELECT ?x { { SELECT ?x {} LIMIT 2 } }", {"X-SPARQL-MaxRows": "3"}, "gives 3 rows at most"),
        ("SELECT ?x {}", {"X-SPARQL-MaxRows": "4"}, ""),
        ("SELECT ?x {}", {"X-SPARQL-MaxRows": "many"}, ""),
        ("SELECT ?x {}", {"X-SQL-State": "S1TAT"}, "stopped before it had found everything"),
    ],
)
def test_a_result_that_is_cut_off_is_said(
    built: Path, sham: Sham, text: str, headers: dict[str, str], said: str
) -> None:
    sham.body = rows(GOOD, GOOD, GOOD)
    sham.headers.update(headers)
    result = ask(built, text, "--endpoint", sham.url, "-f", "csv")
    assert result.stdout == "x\n" + "good\n" * 3
    assert result.exit_code == (1 if said else 0)
    assert said in result.stderr
    assert bool(result.stderr) == bool(said)


def test_the_timeout_is_for_the_whole_response(built: Path, sham: Sham) -> None:
    sham.body, sham.drip = rows(*[GOOD] * 100), 0.05
    said = refused(built, "SELECT ?x {}", "--endpoint", sham.url, "--timeout", "0.3")
    assert "did not answer within 0.3 seconds" in said


# -- one policy for what passes


def test_a_deadlock_that_never_ends_costs_six_updates_and_no_pause_after_the_last(
    sham: Sham, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    sleep, here = time.sleep, threading.get_ident()

    def noted(seconds: float) -> None:
        # other threads sleep by the same function
        (slept.append if threading.get_ident() == here else sleep)(seconds)

    monkeypatch.setattr("pressgraph.remote.store.time.sleep", noted)
    sham.status, sham.body = 500, b"Virtuoso 40001 Error SR172: Transaction deadlocked"
    store = RemoteStore(Addresses.of(sham.url), pause=0.01)
    store.is_virtuoso = False
    with pytest.raises(EndpointError, match="undid an update") as refused:
        store.repeat("INSERT DATA {}")
    assert refused.value.passes
    assert len(sham.asked) == 6
    assert len(slept) == 5
    assert slept == sorted(slept)


def test_what_does_not_pass_is_not_sent_again(sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressgraph.remote.store.time.sleep", lambda _: pytest.fail("nothing passes with time here"))
    sham.status = 400
    store = RemoteStore(Addresses.of(sham.url))
    store.is_virtuoso = False
    for write in (store.update, store.repeat):
        sham.asked.clear()
        with pytest.raises(EndpointError) as refused:
            write("INSERT DATA {}")
        assert not refused.value.passes
        assert len(sham.asked) == 1


def test_while_one_thread_waits_another_may_write(sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause holds no lock."""
    store = RemoteStore(Addresses.of(sham.url), pause=0.01)
    store.is_virtuoso = False
    sham.status, sham.then = 503, 200
    done: list[int] = []

    def pause(_seconds: float) -> None:
        def write() -> None:
            store.repeat("INSERT DATA {}")
            done.append(1)

        other = threading.Thread(target=write)
        other.start()
        other.join(20)
        assert done, "the other thread waits for this one"

    monkeypatch.setattr("pressgraph.remote.store.time.sleep", pause)
    store.repeat("INSERT DATA {}")
    assert len(sham.asked) == 3


def test_nobody_logs_in_before_there_is_something_to_ask(sham: Sham, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_USER", "kim")
    monkeypatch.setenv("PRESSGRAPH_ENDPOINT_PASSWORD", SECRET)
    store = RemoteStore(Addresses.of(sham.url))
    assert sham.asked == []
    store.select("SELECT ?x {}")
    assert [("authorization" in headers) for headers, _ in sham.asked] == [False, True]
