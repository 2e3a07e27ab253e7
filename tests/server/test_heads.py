"""Heads of requests, as RFC 9112 and 9110 want them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest
from sockets import HIDDEN, LAST, OFFERS, exchange, statuses

if TYPE_CHECKING:
    from harness import Server

# -- heads


CHUNKED = (
    b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b"3;x=y\r\na=b\r\n0\r\nAccept: image/png\r\nHost: b\r\n\r\n"
)
"""A form that comes in chunks, the head of one with an extension, and with fields behind it."""


def head_status(server: Server, request: bytes) -> list[int]:
    return statuses(exchange(server.port, request, last=LAST))


def test_a_head_behind_a_request_that_is_answered_with_an_error_is_refused_for_what_it_is(
    founding_server: Server,
) -> None:
    wrong = b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
    for target, status in ((b"/sparql?query=%ff", 400), (b"/nothing", 404), (b"/sparql?query=SELECT", 400)):
        answered = b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target
        assert head_status(founding_server, answered + wrong) == [status, 400]
        # what stands behind a request that is refused is none
        assert head_status(founding_server, answered * 2 + wrong + answered) == [status, status, 400]


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
