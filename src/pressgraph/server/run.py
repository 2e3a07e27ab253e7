"""Run the front on uvicorn."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

from pressgraph.errors import PressgraphError
from pressgraph.server.clients import LOCAL
from pressgraph.server.connection import Connection
from pressgraph.server.front import Front
from pressgraph.server.log import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.log import Log

SHORTEST_TOKEN = 16
_BACKLOG = 1024
_UNSENT = 128 * 1024
_LAST_WORDS = 1.0
"""Seconds that the log has to be written when the server ends."""
_MAKE_TOKEN = "export PRESSGRAPH_SERVE_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')"  # noqa: S105 - how to make one


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
    listener = _listen(host, port)
    front = Front(project, profile, saved_queries, writable=writable, token=token)
    config = uvicorn.Config(
        front,
        forwarded_allow_ips=[*settings.proxies, LOCAL],
        http=type("ServedConnection", (Connection,), {"front": front}),
        ws="none",
        loop=_loop(),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        backlog=_BACKLOG,
    )
    server = _Server(config, listening)
    # uvicorn ends gracefully, and then raises the signal again
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with listener, _logging(front.log), contextlib.suppress(KeyboardInterrupt):
        server.run([listener])
    if front.problem is not None:
        raise front.problem


@contextlib.contextmanager
def _logging(log: Log) -> Iterator[None]:
    """Have what libraries log, uvicorn and asyncio for example, written as lines of the same log."""
    records, root = Records(log), logging.getLogger()
    root.addHandler(records)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(records)
        log.stop(_LAST_WORDS)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises PressgraphError with a sentence that says what to do.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                reason, hint = f"port {port} of {host} is in use", "another server is there; take another port: --port"
            case errno.EACCES:
                reason, hint = f"port {port} is not yours to use", "take one above 1023, behind a reverse proxy: --port"
            case _:
                reason = f"'{host}' is no address of this machine"
                hint = "127.0.0.1 is for this machine alone, 0.0.0.0 for all networks: --host"
        raise PressgraphError(reason, hint=hint) from error
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        # connections inherit it: what a client does not read waits here, where that shows, not in the system
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
    return listener


def _loop() -> str:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: F401 - whether it is there

        return "uvloop"
    return "asyncio" if sys.platform != "win32" else "auto"
