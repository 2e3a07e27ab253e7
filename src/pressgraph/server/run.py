"""Run the server on uvicorn."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.server.app import App
from pressgraph.server.connection import Connection
from pressgraph.server.http.clients import LOCAL
from pressgraph.server.http.listeners import BACKLOG, addresses, listening, room_for
from pressgraph.server.http.log import SERVER, Events, Log, Records, log_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from starlette.types import Message, Receive, Scope, Send

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery

SHORTEST_TOKEN = 16
_LAST_WORDS = 1.0
"""Seconds that the log has to be written when the server ends."""
_MAKE_TOKEN = "export PRESSGRAPH_SERVE_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')"  # noqa: S105 - how to make one


class _Started:
    """An application that says by an exception why it could not start, instead of in the log."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.problem: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def without_traceback(message: Message) -> None:
            message.pop("message", None)
            await send(message)

        try:
            await self._app(scope, receive, without_traceback)
        except Exception as error:  # noqa: BLE001 - uvicorn would print it as its own
            self.problem = error


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
            gettext(
                "a writable server needs a token of at least {count} characters in PRESSGRAPH_SERVE_TOKEN",
                count=SHORTEST_TOKEN,
            ),
            hint=gettext("make one: {command}", command=_MAKE_TOKEN),
        )
    settings = project.serve
    room, files = room_for(settings.connections)
    log = Log()
    app = App(project, profile, saved_queries, token=token if writable else None, log=log)
    started = _Started(app)
    parts = {
        "open_connections": app.connections,
        "refusals": app.access_log,
        "fast_path": app.fast_path,
        "most_head": settings.head_kib * 1024,
    }
    config = uvicorn.Config(
        started,
        forwarded_allow_ips=[*settings.proxies, LOCAL],
        http=type("ServedConnection", (Connection,), parts),
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
    app.connections.most = room
    # uvicorn ends gracefully, and then raises the signal again
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        listening(hosts, port, unix) as sockets,
        _logging(log),
        contextlib.suppress(KeyboardInterrupt),
    ):
        if room < settings.connections:
            log_event("limit", open_files=files, connections=room, instead_of=settings.connections)
        # what is here stays: the collector need not look at it again and again while nobody is answered
        gc.collect()
        gc.freeze()
        server.run(sockets)
    problem = started.problem
    if problem is not None:
        raise problem if isinstance(problem, PressgraphError) else PressgraphError(str(problem))


@contextlib.contextmanager
def _logging(log: Log) -> Iterator[None]:
    """Have what libraries log, uvicorn and asyncio for example, written as lines of the same log."""
    records, events, root = Records(log), Events(log), logging.getLogger()
    root.addHandler(records)
    SERVER.addHandler(events)
    SERVER.setLevel(logging.INFO)
    SERVER.propagate = False
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        SERVER.removeHandler(events)
        root.removeHandler(records)
        log.stop(_LAST_WORDS)


def _loop() -> str:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: F401 - whether it is there

        return "uvloop"
    return "asyncio" if sys.platform != "win32" else "auto"
