"""Run the front on uvicorn, with limits on what comes before a request is one."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pressgraph.errors import PressgraphError
from pressgraph.server.front import Front

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.repeated import Known, Repeated

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
SHORTEST_TOKEN = 16
_MAKE_TOKEN = "export PRESSGRAPH_SERVE_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')"  # noqa: S105 - how to make one


def _protocol(head_size: int, head_timeout: float, repeated: Repeated) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with a limit on the size of a request's head and on how long it may take to come."""

    class LimitedProtocol(HttpToolsProtocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._head = 0
            self._in_head = True
            self._bytes = b""
            self._timer: asyncio.TimerHandle | None = self.loop.call_later(head_timeout, self._late)

        def _late(self) -> None:
            if self._in_head and not self.transport.is_closing():
                self.transport.abort()

        def data_received(self, data: bytes) -> None:
            if self._in_head and not self._head and self._at_rest():
                known = repeated.get(data)
                if known is not None:
                    self._again(known)
                    return
            if self._in_head:
                self._head += len(data)
                if self._head > head_size and b"\r\n\r\n" not in data[: max(0, head_size - self._head + len(data)) + 4]:
                    self.transport.write(_TOO_LARGE)
                    self.transport.close()
                    return
                self._bytes = data if not self._head or self._head == len(data) else b""
            super().data_received(data)

        def _at_rest(self) -> bool:
            cycle: Any = self.cycle  # None before the first request, whatever its type says
            return cycle is None or bool(cycle.response_complete)

        def _again(self, known: Known) -> None:
            """Answer a request that came before, byte for byte, as it was answered then."""
            self._unset_keepalive_if_required()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self.transport.write(repeated.answer(known))
            self.server_state.total_requests += 1
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

        def on_message_begin(self) -> None:
            if self._timer is None:
                self._timer = self.loop.call_later(head_timeout, self._late)
            self._in_head = True
            super().on_message_begin()
            self.scope["pressgraph.abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
            self.scope["pressgraph.bytes"] = self._bytes  # type: ignore[typeddict-unknown-key]

        def on_headers_complete(self) -> None:
            self._in_head = False
            self._head = 0
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._in_head = True
            self._head = 0

        def connection_lost(self, exc: Exception | None) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            super().connection_lost(exc)

    return LimitedProtocol


class _Server(uvicorn.Server):
    """uvicorn's server, which says where it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[str, int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: Any = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started and self.servers:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._listening(host, port)


def serve(
    project: Project,
    profile: Profile,
    saved_queries: Mapping[str, SavedQuery],
    *,
    host: str,
    port: int,
    writable: bool,
    token: str | None,
    listening: Callable[[str, int], None],
) -> None:
    """Serve a project until a signal ends it.

    Raises PressgraphError where it cannot start.
    """
    if writable and (token is None or len(token) < SHORTEST_TOKEN):
        raise PressgraphError(
            f"a writable server needs a token of at least {SHORTEST_TOKEN} characters in PRESSGRAPH_SERVE_TOKEN",
            hint=f"make one: {_MAKE_TOKEN}",
        )
    settings = project.serve
    front = Front(project, profile, saved_queries, writable=writable, token=token)
    config = uvicorn.Config(
        front,
        host=host,
        port=port,
        http=_protocol(settings.head_kib * 1024, settings.head_timeout, front.repeated),
        ws="none",
        loop=_loop(),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        limit_concurrency=settings.connections,
        backlog=1024,
    )
    server = _Server(config, listening)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if front.problem is not None:
        raise front.problem
    if not server.started:
        raise PressgraphError(f"{host}:{port} cannot be listened on", hint="is another server there? try --port")


def _loop() -> str:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: F401 - whether it is there

        return "uvloop"
    return "asyncio" if sys.platform != "win32" else "auto"
