"""A connection: uvicorn's, with limits on what comes before a request is one, and with a short way for queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pressgraph.server.quick import Known

if TYPE_CHECKING:
    import asyncio

    from pressgraph.server.exchange import Exchange
    from pressgraph.server.front import Front
    from pressgraph.server.quick import Asked

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A client's connection. What `pressgraph.server.quick` can answer never becomes an ASGI request."""

    front: ClassVar[Front]

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request's head."""
        super().connection_made(transport)
        settings = self.front.settings
        self._head_timeout = settings.head_timeout
        self._head_size = settings.head_kib * 1024
        self._head = 0
        self._in_head = True
        self._bytes = b""
        """A request's head, where it came in one piece."""
        self._timer: asyncio.TimerHandle | None = self.loop.call_later(self._head_timeout, self._late)
        self._asked: Asked | None = None
        """The query that is being answered the short way."""
        self._handed: Exchange | None = None
        """What was begun the short way and goes on the ordinary way."""
        self._answered = 0.0
        """When the last query was answered the short way, in the loop's seconds."""
        self._behind = b""
        """What came while it was."""

    def _late(self) -> None:
        if self._in_head and not self.transport.is_closing():
            self.transport.abort()

    def _no_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def data_received(self, data: bytes) -> None:
        """Take what came: a request the short way, or anything the ordinary way."""
        if self._asked is not None:
            self._behind += data
            if len(self._behind) > self._head_size:
                self.flow.pause_reading()
            return
        if self._in_head and not self._head and self._at_rest():
            found = self.front.quick.ask(data)
            if found is not None:
                self._no_timer()
                if isinstance(found, Known):
                    self._answer(found)
                else:
                    self._asked = found
                    self.front.quick.watch(self)
                    found.exchange.when_begun(self.front.quick.enough, self._begun)
                return
        self._feed(data)

    def _at_rest(self) -> bool:
        """Tell whether no other request is under way, and the client takes its answers."""
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        rested = cycle is None or bool(cycle.response_complete)
        return rested and not self.flow.write_paused and len(self.connections) < (self.limit_concurrency or 0)

    def _feed(self, data: bytes) -> None:
        """Take bytes the ordinary way."""
        if self._in_head:
            self._head += len(data)
            if self._head > self._head_size and self._endless(data):
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
            self._bytes = data if self._head == len(data) else b""
        super().data_received(data)

    def _endless(self, data: bytes) -> bool:
        return b"\r\n\r\n" not in data[: max(0, self._head_size - self._head + len(data)) + 4]

    # -- the short way

    def _begun(self) -> None:
        """Answer, where the whole answer is there; else go on the ordinary way."""
        asked = self._asked
        if asked is None or self.transport.is_closing():
            return
        answer = self.front.quick.answer(asked)
        if answer is None:
            self.hand_over()
            return
        self._asked = None
        self.front.quick.unwatch(self)
        self._answer(answer, asked.started)
        self._go_on()

    def _answer(self, answer: Known, started: float | None = None) -> None:
        self.transport.write(self.front.quick.bytes_of(answer, started))
        self.server_state.total_requests += 1
        self._answered = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._close_after(self.timeout_keep_alive)

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been at rest for long enough: one timer serves many answers."""
        left = self._answered + self.timeout_keep_alive - self.loop.time()
        if self._asked is not None:
            left = self.timeout_keep_alive
        if left > 0 and not self.transport.is_closing():
            self._close_after(left)
        else:
            super().timeout_keep_alive_handler()

    def asked_before(self, moment: float) -> bool:
        """Tell whether its query came before a moment of `time.perf_counter`."""
        return self._asked is not None and self._asked.started < moment

    def hand_over(self) -> None:
        """Let the ordinary way go on with what was begun the short way."""
        asked = self._asked
        if asked is None:
            return
        asked.exchange.when_begun(0, None)
        self.front.quick.unwatch(self)
        self._asked = None
        if self.transport.is_closing():
            asked.exchange.close()
            return
        self._handed = asked.exchange
        self._feed(asked.request)
        self._go_on()

    def _go_on(self) -> None:
        """Take what came meanwhile."""
        if self._behind:
            behind, self._behind = self._behind, b""
            self.flow.resume_reading()
            self.data_received(behind)

    # -- what uvicorn calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._timer is None:
            self._timer = self.loop.call_later(self._head_timeout, self._late)
        self._in_head = True
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # with keys of our own
        scope["pressgraph.abort"] = self.transport.abort
        scope["pressgraph.bytes"] = self._bytes
        if self._handed is not None:
            scope["pressgraph.exchange"], self._handed = self._handed, None

    def on_headers_complete(self) -> None:
        """Note that the head is complete."""
        self._in_head = False
        self._head = 0
        self._no_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for the next head."""
        super().on_message_complete()
        self._in_head = True
        self._head = 0

    def shutdown(self) -> None:
        """Close the connection as soon as its request is answered."""
        self.hand_over()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; a query that runs longer ends with it."""
        self._no_timer()
        super().connection_lost(exc)
