"""Run the front on uvicorn."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

from pressgraph.errors import PressgraphError
from pressgraph.server.app import Front
from pressgraph.server.connection import Connection
from pressgraph.server.http.clients import LOCAL
from pressgraph.server.http.listeners import BACKLOG, addresses, listening, room_for
from pressgraph.server.http.log import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.http.log import Log

SHORTEST_TOKEN = 16
_LAST_WORDS = 1.0
"""Seconds that the log has to be written when the server ends."""
_MAKE_TOKEN = "export PRESSGRAPH_SERVE_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')"  # noqa: S105 - how to make one


class _Server(uvicorn.Server):
    """uvicorn's server, which says where it listens."""

    def __init__(self, config: uvicorn.Config, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: Any = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._say(addresses(sockets))


def serve(
    project: Project,
    profile: Profile,
    saved_queries: Mapping[str, SavedQuery],
    *,
    hosts: Sequence[str],
    port: int,
    unix: str,
    writable: bool,
    token: str | None,
    say: Callable[[str], None],
) -> None:
    """Serve a project until a signal ends it; `say` is told where it listens.

    Raises PressgraphError where it cannot start.
    """
    if writable and (token is None or len(token) < SHORTEST_TOKEN):
        raise PressgraphError(
            f"a writable server needs a token of at least {SHORTEST_TOKEN} characters in PRESSGRAPH_SERVE_TOKEN",
            hint=f"make one: {_MAKE_TOKEN}",
        )
    settings = project.serve
    room, files = room_for(settings.connections)
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
        backlog=BACKLOG,
    )
    server = _Server(config, say)
    front.connections.most = room
    # uvicorn ends gracefully, and then raises the signal again
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        listening(hosts, port, unix) as sockets,
        _logging(front.log),
        contextlib.suppress(KeyboardInterrupt),
    ):
        if room < settings.connections:
            front.say("limit", open_files=files, connections=room, instead_of=settings.connections)
        server.run(sockets)
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


def _loop() -> str:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: F401 - whether it is there

        return "uvloop"
    return "asyncio" if sys.platform != "win32" else "auto"
