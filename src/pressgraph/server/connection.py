"""A connection: HTTP/1.1 from the socket to an ASGI request, with a limit for all that a client may make us wait for.

uvicorn has the parts (the parser's callbacks, a request's cycle); how bytes reach them is decided here:

- Bytes are parsed up to the end of a head or of a body, and no further until the request is answered. So a connection
  has one request at a time, and what comes behind it is kept as bytes.
- An offer to speak another protocol is ignored (RFC 9110, 7.8). llhttp ends at a head that offers one, and uvicorn
  would take what follows, the body, for a new request (Kludex/uvicorn #2722, MagicStack/httptools #124; both open in
  November 2026). So the head is parsed once more, by a new parser, without the offer.
- A request that is answered before its body has come ends the connection: what is left of the body is no request.
- What `pressgraph.server.fast_path` can answer never becomes an ASGI request.
"""

from __future__ import annotations

import asyncio
import http
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pressgraph.server.cache import CachedResponse
from pressgraph.server.fast_path import completed
from pressgraph.server.http.clients import LOCAL, UNIX
from pressgraph.server.http.connections import PROGRESS, Waiting
from pressgraph.server.http.heads import RefusedHeadError, read_head, without_offer
from pressgraph.server.http.log import log_event
from pressgraph.server.http.middleware import SECURITY

if TYPE_CHECKING:
    from pressgraph.server.fast_path import FastPath, PendingQuery
    from pressgraph.server.http.access_log import AccessLog
    from pressgraph.server.http.connections import Connections
    from pressgraph.server.sparql.queries import Evaluation

_HEAD_END = b"\r\n\r\n"
_REFUSALS = {
    "address": (429, "too many connections from one address"),
    "full": (503, "too many connections"),
}


class Cycle(RequestResponseCycle):
    """A request and its answer."""

    _until_close = False

    async def send(self, message: Any) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            if self.more_body:
                self.keep_alive = False
            if self.scope["http_version"] == "1.0" and not _has_length(message):
                # HTTP/1.0 knows no chunks: the answer ends with the connection
                self._until_close = True
                self.chunked_encoding = False
        elif self._until_close:
            self.expected_content_length = len(message.get("body", b""))
        await super().send(message)

    def forget(self) -> None:
        """Let the application know that nobody waits for its answer."""
        self.disconnected = True
        self.message_event.set()


def _has_length(message: Any) -> bool:
    return any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))


class Connection(HttpToolsProtocol):
    """A client's connection."""

    open_connections: ClassVar[Connections]
    refusals: ClassVar[AccessLog]
    """Where it is noted what a connection answers itself."""
    fast_path: ClassVar[FastPath | None]
    most_head: ClassVar[int]
    """The size in bytes of the largest head."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request's head, where there is room."""
        super().connection_made(transport)
        self.waits_for = Waiting.HEAD
        self.since = self.loop.time()
        """When it began to wait, in the loop's seconds."""
        self._unread = 0
        """What its client had not read when it last read something, and when that was."""
        self._unread_since = self.since
        self._in_head = True
        self._framing = 0
        """Bytes of a head, a chunk's head or trailers that came without anything new."""
        self._left: int | None = None
        """What is to come of a body that said its length."""
        self._tail = b""
        """The last bytes, where the end of a head may have begun."""
        self._begun_message = False
        """Whether a request has begun to come, and is not complete."""
        self._offers = False
        """Whether the head offers to speak another protocol."""
        self._head = b""
        """A request's head, where it came in one piece."""
        self._pending = b""
        """What came behind a request that is not answered yet."""
        self._taking = False
        self._fast: PendingQuery | None = None
        """The query that is being answered on the fast path."""
        self._handed: Evaluation | None = None
        """What was begun on the fast path and goes on at the endpoint."""
        address = self._address(transport)
        refusal = self.open_connections.admit(self, address)
        if refusal is not None:
            self.refuse(*_REFUSALS[refusal])
        self._client = self.open_connections.client_of(self)
        """The client that it counts for; None where a reverse proxy passes on the requests of many."""

    def _address(self, transport: Any) -> str:
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family == UNIX:
            self.client = (LOCAL, 0)
            return LOCAL
        if self.client is None:
            return ""
        # an IPv4 client of a socket for both families
        self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        return self.client[0]

    # -- its state, as `Connections` sees it

    def _wait(self, waits_for: Waiting) -> None:
        self.waits_for = waits_for
        self.since = self.loop.time()

    @property
    def has_begun(self) -> bool:
        """Whether a request has begun to come."""
        return self._begun_message

    def unread_for(self, now: float) -> float:
        """Return for how many seconds its client has read nothing of what was sent."""
        size = self.transport.get_write_buffer_size()
        if not size:
            self._unread = 0
            return 0.0
        if not self._unread or size > self._unread or size <= self._unread - PROGRESS:
            self._unread, self._unread_since = size, now
        return now - self._unread_since

    # -- bytes

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.waits_for is Waiting.END:
            return
        if self._pending or self._busy:
            self._pending += data
            self._hold()
        elif not self._fast_answered(data):
            self._take(data)

    @property
    def _busy(self) -> bool:
        """Whether a whole request is there, and is not answered."""
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        return self._fast is not None or (self._in_head and cycle is not None and not cycle.response_complete)

    def _hold(self) -> None:
        """Read no more of what comes behind a request than is good; the end of the connection shows for as long."""
        if len(self._pending) > self.most_head:
            self.flow.pause_reading()

    def _take(self, data: bytes) -> None:
        """Take requests one after another, until one has to be waited for."""
        at, self._taking = 0, True
        while at < len(data) and self.waits_for is not Waiting.END and not self.transport.is_closing():
            if self._busy:
                self._pending = data[at:]
                self._hold()
                break
            end = self._end_of_piece(data, at)
            piece = data if end - at == len(data) else data[at:end]
            if not self._fast_answered(piece):
                end = at + self._feed(piece)
            at = end
        self._taking = False

    def _end_of_piece(self, data: bytes, at: int) -> int:
        """Return where a head or body ends at the latest; every head and chunked body ends with an empty line."""
        if self._left is not None:
            return min(len(data), at + self._left)
        if self._tail:
            across = (self._tail + data[at : at + 3]).find(_HEAD_END)
            if across >= 0:
                return at + across + len(_HEAD_END) - len(self._tail)
        found = data.find(_HEAD_END, at)
        return len(data) if found < 0 else found + len(_HEAD_END)

    def _go_on(self) -> None:
        """Take what came while a request was answered."""
        if self._pending and not self._taking:
            pending, self._pending = self._pending, b""
            self.flow.resume_reading()
            self._take(pending)

    def _feed(self, piece: bytes) -> int:
        """Parse a piece; return how much of it was."""
        if self.waits_for is Waiting.NEXT:
            self._wait(Waiting.HEAD)
        length, size = self._left, len(piece)
        self._head = piece if not self._framing else b""
        self._framing += size
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offer:
            size = int(offer.args[0])
            self._parse_without_offer()
        except httptools.HttpParserError as error:
            self._refuse_for(error)
            return size
        if length is not None and self._left is not None:
            self._left = length - size
        ends = self._left is not None or piece.endswith(_HEAD_END)
        self._tail = b"" if ends else (self._tail + piece[-3:])[-3:]
        if self._framing > self.most_head:
            self.refuse(431, f"the request's head is larger than {self.most_head} bytes")
        return size

    def _parse_without_offer(self) -> None:
        method = self.parser.get_method()
        head = without_offer(self.parser.get_http_version(), method, self.url, self.headers)
        self._offers = False
        self._in_head = True
        self.parser = httptools.HttpRequestParser(self)
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserError as error:
            self._refuse_for(error)

    def _refuse_for(self, error: httptools.HttpParserError) -> None:
        """Refuse a request that the parser, or one of its callbacks, did not take."""
        cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else None
        if isinstance(cause, RefusedHeadError):
            self.refuse(cause.status, cause.reason)
        elif isinstance(cause, Exception):
            log_event("error", error=type(cause).__name__, at="connection")
            self.refuse(500, "the server made a mistake")
        else:
            self.refuse(400, f"the request is not HTTP/1.1: {error}")

    # -- the fast path

    def _fast_answered(self, piece: bytes) -> bool:
        """Answer a request on the fast path, or begin to; return whether that is possible."""
        fast_path = self.fast_path
        if fast_path is None or not self._in_head or self._framing or self.flow.write_paused:
            return False
        found = fast_path.ask(piece, self._client)
        if found is None:
            return False
        if isinstance(found, CachedResponse):
            self._send_response(fast_path.bytes_of(found))
            return True
        self._fast = found
        self._wait(Waiting.NOTHING)
        found.evaluation.job.when_begun(fast_path.enough, self._fast_begun)
        return True

    def _fast_begun(self) -> None:
        """Answer, where the whole result is there; else go on at the endpoint."""
        pending, fast_path = self._fast, self.fast_path
        if pending is None or fast_path is None or self.transport.is_closing():
            return
        response = completed(pending)
        if response is None:
            self.hand_over()
            return
        self._leave_fast_path()
        self._send_response(fast_path.bytes_of(response, pending.started))
        self._go_on()

    def _send_response(self, data: bytes) -> None:
        self.transport.write(data)
        self.server_state.total_requests += 1
        self._wait(Waiting.NEXT)

    def hand_over(self) -> None:
        """Let the endpoint go on with what was begun on the fast path."""
        pending = self._leave_fast_path()
        if pending is None:
            return
        pending.evaluation.job.when_begun(0, None)
        if self.transport.is_closing():
            pending.evaluation.job.close()
            return
        self._handed = pending.evaluation
        self._feed(pending.request)

    def _leave_fast_path(self) -> PendingQuery | None:
        pending, self._fast = self._fast, None
        return pending

    # -- what the parser calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._begun_message = True
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # with keys of our own
        scope["pressgraph.abort"] = self.abort
        scope["pressgraph.bytes"] = self._head
        if self._handed is not None:
            scope["pressgraph.evaluation"], self._handed = self._handed, None

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; those behind a body are none of the head (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Have a request answered whose head is complete."""
        if self._framing > self.most_head:
            raise RefusedHeadError(431, f"the request's head is larger than {self.most_head} bytes")
        method = self.parser.get_method()
        if self.parser.should_upgrade() and method != b"CONNECT":
            self._offers = True
            return
        version = self.parser.get_http_version()
        head = read_head(version, method, self.url, self.headers, here=self._here())
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # as above
        scope["method"] = method.decode("ascii")
        scope["http_version"] = version
        scope["headers"] = head.fields
        parsed = httptools.parse_url(head.target)
        path = parsed.path.decode("ascii")
        scope["path"] = self.root_path + (unquote(path) if "%" in path else path)
        scope["raw_path"] = self.root_path.encode("ascii") + parsed.path
        scope["query_string"] = parsed.query or b""
        self._in_head = False
        self._framing = 0
        length = dict(head.fields).get(b"content-length")
        self._left = int(length) if length else None
        self._wait(Waiting.BODY)
        self.cycle = Cycle(
            scope=self.scope,
            transport=self,  # type: ignore[arg-type]  # as far as a cycle uses it: to end the connection well
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version == "1.1",
            keep_alive=version == "1.1" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        task = self.loop.create_task(self._run(self.cycle))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _run(self, cycle: RequestResponseCycle) -> None:
        """Have a request answered; what the fast path has begun of it ends with it, whoever took it."""
        scope: Any = cycle.scope
        try:
            await cycle.run_asgi(self.app)
        finally:
            begun: Evaluation | None = scope.get("pressgraph.evaluation")
            if begun is not None:
                begun.job.close()

    def _here(self) -> bytes:
        """Return the address that the client reached, as a Host."""
        if self.server is None or self.server[1] is None:
            return b"localhost"
        host, port = self.server
        host = host.removeprefix("::ffff:")
        return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode("ascii")

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._framing = 0
        super().on_body(body)

    def on_chunk_header(self) -> None:
        """Take note of a chunk."""
        self._framing = 0

    def on_message_complete(self) -> None:
        """Wait for the answer."""
        self._framing = 0
        if self._offers:
            return
        super().on_message_complete()
        self._begun_message = False
        self._in_head = True
        self._left = None
        self._wait(Waiting.NOTHING)

    # -- what a request's cycle calls

    def on_response_complete(self) -> None:
        """Wait for the next request, which may be here already."""
        self.server_state.total_requests += 1
        if self.is_closing():
            return
        self.flow.resume_reading()
        self._wait(Waiting.NEXT)
        if self._pending:
            # not within the answer: of an error that is answered, Python would make the context of what the parser
            # raises for the next request, where httptools says why a callback did not take it
            self.loop.call_soon(self._go_on)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.transport.write(data)

    def is_closing(self) -> bool:
        """Tell whether the connection ends."""
        return self.waits_for is Waiting.END or self.transport.is_closing()

    def close(self) -> None:
        """End the connection so that its client gets what was written.

        While bytes come that nobody reads, closing would take back what the client has not read yet (RFC 9112, 9.6).
        """
        if self.is_closing():
            return
        if self._in_head and not self._begun_message and not self._pending:
            self._wait(Waiting.NOTHING)
            self.transport.close()
        elif self.open_connections.leaving(self):
            self._wait(Waiting.END)
            self._pending = b""
            self.flow.resume_reading()
            if self.transport.can_write_eof():
                self.transport.write_eof()
        else:
            self.abort()

    def abort(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    def refuse(self, status: int, reason: str) -> None:
        """Answer what is no request that anybody could answer, and end the connection."""
        self.refusals.refused(status, reason)
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.forget()
            if cycle.response_started:
                self.abort()
                return
        body = f"{reason}\n".encode()
        lines = [
            b"HTTP/1.1 %d %s" % (status, http.HTTPStatus(status).phrase.encode()),
            *(b"%s: %s" % pair for pair in self.server_state.default_headers),
            *(b"%s: %s" % pair for pair in SECURITY),
            b"cache-control: no-store",
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % len(body),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self._begun_message = True
        self.close()

    # -- what uvicorn's server and the event loop call

    def shutdown(self) -> None:
        """Close the connection as soon as its request is answered."""
        self.hand_over()
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.close()
        else:
            cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; a query that runs longer ends with it."""
        self.open_connections.left(self)
        pending = self._leave_fast_path()
        if pending is not None:
            pending.evaluation.job.close()
        super().connection_lost(exc)
