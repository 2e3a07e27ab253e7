"""Bytes to a server and back, as they are."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from harness import Server

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: hidden.example\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: last.example\r\nConnection: close\r\n\r\n"
"""What a connection is asked last: nothing is answered behind it."""
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
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


OFFERS = {
    "none": b"",
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "unknown": b"Connection: keep-alive, upgrade\r\nUpgrade: foo\r\n",
    "several": b"Upgrade: foo/1, bar\r\nConnection: Upgrade\r\nConnection: foo\r\n",
    "websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "without Connection": b"Upgrade: h2c\r\n",
}
"""Fields that offer to speak another protocol."""


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


def metrics(server: Server) -> bytes:
    return exchange(server.port, LAST.replace(b"healthz", b"metrics"))


def value(name: str, server: Server, **labels: str) -> float:
    """The value of a sample; 0 where there is none."""
    text = metrics(server).partition(b"\r\n\r\n")[2].decode()
    samples = (it for family in text_string_to_metric_families(text) for it in family.samples)
    return next((it.value for it in samples if it.name == name and labels.items() <= it.labels.items()), 0.0)
