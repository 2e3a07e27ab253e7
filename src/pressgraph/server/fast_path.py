"""The short way: a query by GET from a client whose head is known goes from the socket to a process and back.

Clients send the same head again and again but for the request's line. When the ordinary way (uvicorn, Starlette,
`pressgraph.server.sparql.protocol`) has answered a query, the rest of its head is remembered with what it said: which
forms the client accepts, by which address it reached the server. The next request that ends with the same bytes needs
no HTTP parser, no ASGI scope and no task. Whatever is not a small, complete, successful result goes back to the
ordinary way, with the process's answer as far as it came.

A request that comes again byte for byte is not even read: what a cache in front of the server would do.
"""

from __future__ import annotations

import asyncio
import time
from binascii import a2b_qp
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from pressgraph.errors import QueryError
from pressgraph.query.forms import query_form
from pressgraph.query.guard import check_query
from pressgraph.query.patterns import FORWARDED, NOT_LEARNT, OTHER_PARAMETERS, REQUEST_LINE
from pressgraph.server.cache import Entry, Question
from pressgraph.server.http.negotiation import HTML, Form, accepts_gzip, field
from pressgraph.server.workers.frames import query_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from pressgraph.server.app import Front
    from pressgraph.server.connection import Connection
    from pressgraph.server.workers.job import Exchange

_MOST_CALLERS = 4096
_LONGEST_QUERY = 8 * 1024
"""In bytes, as it is written in an address; a longer one is looked at beside the event loop, which takes longer."""
_LARGEST_HEAD = 8 * 1024
_MOST_KNOWN = 4096
_LARGEST = 64 * 1024
"""A larger answer is not remembered by the bytes of its request; the response cache has it."""
_PATIENCE = 0.1
"""Seconds until a query that went the short way goes on the ordinary one, where its client is watched."""


@dataclass(slots=True, kw_only=True)
class Known:
    """An answer: its head without date and request id, its body, and the hash of its query for the log."""

    head: bytes
    body: bytes
    query: str


@dataclass(slots=True, kw_only=True)
class Way:
    """What queries of one form by one client share: what the process is told, and the answer's head."""

    form: Form
    request: bytes
    head: bytes


class Caller:
    """What a client's head says, without the request's line."""

    def __init__(self, accept: str | None, encoding: str | None, base: str) -> None:
        self.accept = accept
        self.gzip = accepts_gzip(encoding)
        self.base = base
        self.ways: dict[str | None, Way | None] = {}


class Asked:
    """A query on the short way."""

    __slots__ = ("caller", "digest", "exchange", "question", "request", "started", "way")
    exchange: Exchange

    def __init__(self, request: bytes, question: Question, digest: str, caller: Caller, way: Way) -> None:
        self.request = request
        self.question = question
        self.digest = digest
        self.caller = caller
        self.way = way
        self.started = time.perf_counter()


class Quick:
    """The callers and answers that are known."""

    def __init__(self, front: Front, size: int, noted: Callable[[Known, str, float | None], None]) -> None:
        self._front = front
        self._mounted = b"GET " + front.pages.linked.addresses.public.encode()
        self._size = size
        self._noted = noted
        self.enough = front.settings.cached_result_kib * 1024
        self._held = 0
        self._known: dict[bytes, Known] = {}
        self._callers: dict[bytes, Caller] = {}
        self._under_way: set[Connection] = set()
        self._watcher: asyncio.TimerHandle | None = None
        self._second = 0
        self._date = b""
        self._number = 0
        self._prefix = f"{time.time_ns():x}"

    def clear(self) -> None:
        """Forget all answers: another snapshot is served."""
        self._known.clear()
        self._held = 0

    def learn(self, request: Request, base: str) -> None:
        """Remember what the head of a request says that was read the ordinary way."""
        data: bytes = request.scope.get("pressgraph.bytes", b"")
        data = self._inside(data)
        line = REQUEST_LINE.match(data)
        if line is None or data.count(b"\r\n\r\n") != 1 or not data.endswith(b"\r\n\r\n"):
            return
        head = data[line.end() - 2 :]
        if len(head) > _LARGEST_HEAD or NOT_LEARNT.search(head):
            return
        if not self._front.settings.url and FORWARDED.search(head):
            # who may say so is decided by the client's address, which is not in the head
            return
        if len(self._callers) >= _MOST_CALLERS:
            self._callers.clear()
        headers = request.headers
        self._callers[head[2:]] = Caller(field(headers, "accept"), field(headers, "accept-encoding"), base)

    def ask(self, data: bytes) -> Known | Asked | None:
        """Return the answer to a request, or have its query answered; None where it has to go the ordinary way."""
        known = self._known.get(data)
        if known is not None:
            return known
        inside = self._inside(data)
        line = REQUEST_LINE.match(inside)
        if line is None or len(line[1]) > _LONGEST_QUERY:
            return None
        caller = self._callers.get(inside[line.end() :])
        if caller is None or OTHER_PARAMETERS.search(line[2]):
            return None
        endpoint = self._front.endpoint
        try:
            text = form_decoded(line[1]).decode()
            check_query(text, endpoint.limits)
        except (UnicodeDecodeError, QueryError):
            return None
        kind = query_form(text)
        way = caller.ways[kind] if kind in caller.ways else self._way(caller, kind)
        if way is None or endpoint.is_changing(text):
            return None
        question = Question(self._front.snapshot_id, text, None, None, way.form.name, caller.base)
        asked = Asked(data, question, endpoint.digest(text), caller, way)
        entry = endpoint.cache.get(question)
        if entry is not None:
            return self._answer(asked, entry)
        if endpoint.cache.failure(question) is not None:
            return None
        asked.exchange = self._front.pool.ask(query_frame(way.request, text))
        return asked

    def _inside(self, data: bytes) -> bytes:
        """Return a request without the path that the server is mounted at, which a proxy may have left in its line."""
        mounted = self._mounted
        return b"GET " + data[len(mounted) :] if len(mounted) > 4 and data.startswith(mounted) else data  # noqa: PLR2004 - "GET "

    def _way(self, caller: Caller, kind: str | None) -> Way | None:
        endpoint = self._front.endpoint
        form = endpoint.form(kind, caller.accept, html=True)
        way: Way | None = None
        if form is not None and form is not HTML:
            lines = [*endpoint.headers.items(), ("cache-control", "no-cache"), ("content-type", form.content_type)]
            head = "".join(f"{name}: {value}\r\n" for name, value in lines).encode()
            head += b"".join(b"%s: %s\r\n" % pair for pair in self._front.security)
            way = Way(
                form=form,
                # what is shared has no text, and lasts for longer than a snapshot
                request=endpoint.process_head(Question("", "", None, None, form.name, caller.base)),
                head=b"HTTP/1.1 200 OK\r\n" + head,
            )
        caller.ways[kind] = way
        return way

    def answer(self, asked: Asked) -> Known | None:
        """Return the answer to a query whose exchange has begun; None where it has to go the ordinary way."""
        exchange = asked.exchange
        if not exchange.done or exchange.failure is not None:
            return None
        endpoint = self._front.endpoint
        etag = endpoint.etag(asked.question, asked.digest)
        entry = Entry(exchange.take(), asked.way.form.content_type, etag)
        endpoint.cache.put(asked.question, entry, key_size=2 * len(asked.question.text))
        return self._answer(asked, entry)

    def _answer(self, asked: Asked, entry: Entry) -> Known:
        body, etag, compressed = entry.encoded(compress=asked.caller.gzip)
        known = Known(
            head=b"%setag: %s\r\n%scontent-length: %d\r\n"
            % (asked.way.head, etag.encode(), b"content-encoding: gzip\r\n" if compressed else b"", len(body)),
            body=body,
            query=asked.digest,
        )
        cost = len(asked.request) + len(body)
        if len(body) <= _LARGEST and asked.question.snapshot == self._front.snapshot_id:
            if self._held + cost > self._size or len(self._known) >= _MOST_KNOWN:
                self.clear()
            self._held += cost
            self._known[asked.request] = known
        return known

    def watch(self, connection: Connection) -> None:
        """Have a connection hand its query over when that takes long: one timer for all of them."""
        self._under_way.add(connection)
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().call_later(_PATIENCE / 2, self._look)

    def unwatch(self, connection: Connection) -> None:
        """Let a connection alone: its query is answered or handed over."""
        self._under_way.discard(connection)

    def _look(self) -> None:
        before = time.perf_counter() - _PATIENCE
        for connection in [it for it in self._under_way if it.asked_before(before)]:
            connection.hand_over()
        self._watcher = asyncio.get_running_loop().call_later(_PATIENCE / 2, self._look) if self._under_way else None

    def bytes_of(self, known: Known, started: float | None = None) -> bytes:
        """Return the bytes of an answer, and note that it was given; `started` is None where it was known."""
        now = time.time()
        if now >= self._second + 1:
            self._second = int(now)
            self._date = formatdate(now, usegmt=True).encode()
        self._number += 1
        request_id = f"{self._prefix}-{self._number:x}"
        self._noted(known, request_id, None if started is None else time.perf_counter() - started)
        return b"%sdate: %s\r\nx-request-id: %s\r\n\r\n%s" % (known.head, self._date, request_id.encode(), known.body)


def form_decoded(data: bytes) -> bytes:
    """Return a value of a form, which holds no line break, without its percent-encoding (URL, 5.1).

    Quoted-printable is percent-encoding with another sign, and the standard library decodes it ten times as fast.
    """
    quoted = data.replace(b"=", b"=3D").replace(b"%", b"=").replace(b"+", b" ")
    decoded = a2b_qp(quoted)
    # a sign that no two digits follow does not make the text two bytes shorter, and is read differently
    if len(quoted) - len(decoded) != 2 * quoted.count(b"="):
        return unquote_to_bytes(data.replace(b"+", b" "))
    return decoded
