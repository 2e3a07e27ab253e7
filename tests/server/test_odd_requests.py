"""Requests thrown together from odd parts, the same in each run: the server never makes a mistake of its own."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from harness import Server

METHODS = ["GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"]
PATHS = [
    *("/", "/search", "/about", "/void", "/.well-known/void", "/robots.txt", "/favicon.ico", "/terms.json", "/context"),
    *("/healthz", "/readyz", "/metrics", "/download", "/sparql", "/sparql/", "/store", "/store/x"),
    *("/static/x", "/static/pressgraph.css", "/cluster", "/cluster.jsonld", "/cluster/0.1.0", "/shapes", "/vocab"),
    *("/vocab/label-level.nt", "/id/", "/id/agent/biosaxony", "/id/agent/%E2%80%AE", "/doc/", "/doc//", "/doc/profile"),
    *("/doc/agent/biosaxony", "/doc/agent/biosaxony.ttl", "/doc/agent/biosaxony;x", "/doc/%C3%BC", "/%00", "/%ff"),
]
ENDS = [".ttl", ".html", "/", "/../x", "#a"]
FIELDS = [
    *("query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "graph", "default", "q", "iri"),
    *("lang", "saved", "run", "p.date", "p.lang", "type", "x"),
]
VALUES = [
    *(
        "",
        "ASK {}",
        "SELECT * {?s ?p ?o} LIMIT 3",
        "DESCRIBE agent:biosaxony",
        "CONSTRUCT WHERE {?s ?p ?o}",
        "nonsense",
    ),
    *("labels-valid-on", "2020-01-01", "text/csv", "text/turtle", "de", "xx", "http://schema.org/name", "1", "urn:x"),
    *(
        "javascript:alert(1)",
        "http://[::1",
        "\ud83d",
        "\u202e",
        "\0",
        "%",
        "a" * 3000,
        "'\"<>",
        "SELECT (1/0 AS ?x) {}",
    ),
]
ACCEPTS = [
    *("*/*", "text/html", "text/turtle", "application/ld+json", "application/rdf+xml", "text/csv", "application/json"),
    *("image/png", "text/html;q=0.5,text/turtle", "", "q=1", ";"),
]
HEADERS = [
    *(
        "Accept-Language: de;q=x",
        "Accept-Encoding: gzip",
        "If-None-Match: *",
        'If-None-Match: W/"x"',
        "Cookie: lang=de",
    ),
    *("Cookie: ;=;", "X-Forwarded-Proto: javascript", "Range: bytes=0-1", "Expect: 100-continue"),
]
KINDS = [
    *("application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update", "text/turtle", "x"),
    *("multipart/form-data", "multipart/form-data; boundary=", "application/sparql-query; charset=latin1"),
]


@pytest.mark.parametrize("seed", range(4))
def test_no_odd_request_is_the_servers_mistake(seed: int, founding_server: Server) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in each run
    for _ in range(150):
        fields = [(dice.choice(FIELDS), dice.choice(VALUES)) for _ in range(dice.randrange(4))]
        query = urlencode(fields, errors="surrogatepass")
        path = dice.choice(PATHS) + (dice.choice(ENDS) if dice.random() < 0.2 else "")
        method = dice.choice(METHODS)
        lines = [f"{method} {path}{'?' if query else ''}{query} HTTP/1.1", "Host: x", "Connection: close"]
        lines += [f"Accept: {dice.choice(ACCEPTS)}", dice.choice(HEADERS)]
        body = b""
        if method in {"POST", "PUT"}:
            body = dice.choice([query.encode(), b"ASK {}", b"\xff\xfe", b"<x:a> <x:b> <x:c> ."])
            lines += [f"Content-Length: {len(body)}", f"Content-Type: {dice.choice(KINDS)}"]
        answer = founding_server.raw("\r\n".join([*lines, "", ""]).encode() + body, wait=20)
        answer = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert int(answer.split(b" ")[1]) < 500, (lines, answer[:300])
        assert b"javascript://" not in answer
        assert method != "HEAD" or answer.endswith(b"\r\n\r\n"), lines
    log = founding_server.log.read_text(encoding="utf-8")
    assert '"event":"error"' not in log
