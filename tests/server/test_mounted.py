"""The server at a path of a host, behind real proxies that take the path away or leave it: every link works there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from harness import TOKEN, Server, free_port, make_project, run_build, start, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC = "https://www.example.org"
BASE = f"{PUBLIC}/data/"
HTML = {"accept": "text/html"}
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
THING = "agent/kuestenlicht"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project whose things are named below a path."""
    folder = tmp_path_factory.mktemp("mounted") / "news"
    init = [sys.executable, "-m", "pressgraph", "init", str(folder), "--base", BASE]
    subprocess.run(init, check=True, capture_output=True)
    run_build(folder)
    return folder


@pytest.fixture(scope="module")
def named(project: Path) -> Iterator[Server]:
    """A server that knows its public address."""
    config = project / "pressgraph.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("\n[serve]\n", f'\n[serve]\nurl = "{PUBLIC}/data/"\n'), encoding="utf-8")
    server = start(project)
    config.write_text(text, encoding="utf-8")
    yield server
    server.stop()


def documented(root: Path, language: str) -> str:
    """The configuration that the documentation gives for a path of a host."""
    section = (root / "docs" / "serving.md").read_text(encoding="utf-8").partition("### Below a path of a host")[2]
    blocks = section.split("```")[1::2]
    return next(it.removeprefix(language) for it in blocks if it.startswith(f"{language}\n"))


NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    upstream pressgraph {{ server 127.0.0.1:{server}; keepalive 16; }}
    server {{ listen 127.0.0.1:{port}; {location} }}
}}
"""


@contextmanager
def proxy(kind: str, *, strip: bool, root: Path, server: int, folder: Path) -> Iterator[str]:
    """A proxy as documented in front of a server; yield its address."""
    folder.mkdir()
    port = free_port()
    config = folder / "config"
    if kind == "nginx":
        location = documented(root, "nginx")
        if strip:
            location = location.replace("proxy_pass http://pressgraph;", "proxy_pass http://pressgraph/;")
        config.write_text(NGINX.format(folder=folder, server=server, port=port, location=location), encoding="utf-8")
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        call = [str(program), "-c", str(config), "-e", str(folder / "error.log")]
    else:
        text = documented(root, "").replace("127.0.0.1:7019", f"127.0.0.1:{server}")
        if strip:
            text = text.replace("handle /", "handle_path /")
        text = text.replace("www.example.org {", f"http://:{port} {{\n\tbind 127.0.0.1")
        config.write_text(f"{{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}}\n{text}", encoding="utf-8")
        program = shutil.which("caddy") or shutil.which("caddy", path=str(Path(sys.executable).parent))
        call = [str(program), "run", "--config", str(config), "--adapter", "caddyfile"]
    if program is None:
        pytest.skip(f"no {kind} is installed")
    with (folder / "log").open("wb") as log:
        homes = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        process = subprocess.Popen(call, stdout=log, stderr=log, env={**os.environ, **homes})
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def links(answer: httpx.Response) -> Iterator[str]:
    """Yield what an answer points to: links, forms with what they send, redirects, Link headers."""
    for header in ("location", "content-location"):
        if header in answer.headers:
            yield answer.headers[header]
    yield from re.findall(r"<([^>]*)>", answer.headers.get("link", ""))
    if answer.headers.get("content-type", "").startswith("text/html"):
        yield from map(unescape, re.findall(r'\b(?:href|src|data-terms)="([^"]*)"', answer.text))
        for action, inner in re.findall(r'<form[^>]* action="([^"]*)"(.*?)</form>', answer.text, re.DOTALL):
            field = "query=ASK+%7B%7D" if "<textarea" in inner else "q=label"
            yield f"{unescape(action)}?{field}"


def crawl(proxied: str, first: str, *, wholly: int) -> set[str]:
    """Follow everything from a page on, and hold that each address of this host lies below the path and answers.

    After so many addresses, one of each kind is followed.
    """
    waiting, seen = deque([first]), {first}
    with httpx.Client(timeout=60, trust_env=False) as client:
        while waiting:
            address = waiting.popleft()
            answer = client.get(proxied + address, headers=BROWSER)
            assert answer.status_code < 400, (address, answer.status_code, answer.text[:300])
            for reference in links(answer):
                absolute = urldefrag(urljoin(PUBLIC + address, reference))[0]
                if not absolute.startswith(f"{PUBLIC}/"):
                    continue
                inner = absolute.removeprefix(PUBLIC)
                assert inner.startswith("/data/"), (address, reference)
                # the other language of every page, and the terms of others, are more of the same
                more = urlsplit(inner)
                known = inner if len(seen) < wholly else f"{more.path.rpartition('/')[0]}{more.query[:8]}"
                if known not in seen:
                    seen.add(known)
                    waiting.append(inner)
    return seen


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("nginx", "kept"),
        ("caddy", "taken away"),
        pytest.param("nginx", "taken away", marks=pytest.mark.further),
        pytest.param("caddy", "kept", marks=pytest.mark.further),
    ],
)
def test_every_link_works_below_the_path(kind: str, path: str, named: Server, root: Path, tmp_path: Path) -> None:
    with proxy(kind, strip=path != "kept", root=root, server=named.port, folder=tmp_path / "proxy") as address:
        # the pages are the same behind every proxy
        seen = crawl(address, "/data/", wholly=1500 if (kind, path) == ("nginx", "kept") else 250)
        assert {"/data/sparql", "/data/cluster", "/data/vocab", "/data/void", "/data/shapes"} <= seen
        assert f"/data/doc/{THING}" in seen
        assert any(it.startswith("/data/about?iri=") for it in seen)
        assert any(it.startswith("/data/static/pressgraph.css?v=") for it in seen)
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            # an IRI leads to its document
            answer = client.get(f"/data/id/{THING}", headers={"accept": "text/turtle"})
            assert (answer.status_code, answer.headers["location"]) == (303, f"/data/doc/{THING}")
            turtle = client.get(answer.headers["location"], headers={"accept": "text/turtle"})
            triples = {str(quad.triple) for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
            assert f"<{BASE}doc/{THING}> <http://xmlns.com/foaf/0.1/primaryTopic> <{BASE}id/{THING}>" in triples
            assert turtle.headers["content-location"] == f"/data/doc/{THING}.ttl"
            page = client.get(f"/data/doc/{THING}?lang=de", headers=HTML)
            assert "path=/data/;" in page.headers["set-cookie"].lower()
            assert f'<link rel="canonical" href="{PUBLIC}/data/doc/{THING}?lang=de">' in page.text
            assert "Disallow: /data/sparql\n" in client.get("/data/robots.txt").text
            void = client.get("/data/void").text
            assert f"<{PUBLIC}/data/sparql>" in void
            answer = client.get("/data/.well-known/void")
            assert answer.headers["location"] == "/data/void"
            found = client.get("/data/sparql", params={"query": f"ASK {{ <{BASE}id/{THING}> ?p ?o }}"})
            assert found.json()["boolean"] is True
            assert client.get("/data").headers["location"].removeprefix(PUBLIC).removeprefix(address) == "/data/"


def test_without_a_public_address_links_have_the_path_that_requests_have(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    server = start(copy)
    try:
        for prefix in ("/data", ""):
            page = server.client.get(f"{prefix}/id/{THING}", headers=HTML, follow_redirects=True)
            assert page.url.path == f"{prefix}/doc/{THING}"
            hrefs = [unescape(it) for it in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)]
            assert hrefs
            assert all(it.startswith(f"{prefix}/") for it in hrefs)
            assert all(it.startswith("/data/") == bool(prefix) for it in hrefs)
            # both are kept, and neither answers for the other
            again = server.client.get(f"{prefix}/doc/{THING}", headers=HTML)
            assert again.content == page.content
        away = server.client.get("/data?x=1")
        assert (away.status_code, away.headers["location"]) == (308, "/data/?x=1")
        assert server.client.get("/database").status_code == 404
    finally:
        server.stop()


def test_the_fast_path_is_taken_below_the_path_too(named: Server) -> None:
    query = f"SELECT ?o WHERE {{ <{BASE}id/{THING}> ?p ?o }}"
    paths = ("/data/sparql", "/sparql", "/data/sparql")
    answers = [named.client.get(path, params={"query": query}) for path in paths for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://www.example.org/id/", "an address of the server itself"),
        ("https://www.example.org/a/../b", "a path that addresses cannot begin with"),
        ("https://www.example.org//a", "a path that addresses cannot begin with"),
        ("www.example.org/data", "is not an http"),
        ("https://www.example.org/data?x", "is not an http"),
    ],
)
def test_a_wrong_public_address_is_said_at_the_start(url: str, says: str, tmp_path: Path) -> None:
    project = make_project(tmp_path / "wrong", {"url": url})
    run = [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", "0", "--writable"]
    environment = {**os.environ, "PRESSGRAPH_SERVE_TOKEN": TOKEN}
    ended = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
