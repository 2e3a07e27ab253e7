"""Run the editor: a server for this machine alone, and a browser that is let in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import webbrowser
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.extras import extra
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import uvicorn

    from pressgraph.edit.web.app import Activity
    from pressgraph.edit.web.desk import Desk

IDLE = 3600.0
"""Seconds without a request after which the editor ends."""
_LOOK = 1.0
"""Seconds after which it looks whether that is so."""


def run(
    desk: Desk,
    *,
    port: int = 0,
    browser: bool = True,
    say: Callable[[Path], None] = lambda _: None,
    activity: Activity | None = None,
) -> None:
    """Serve a desk until Ctrl-C, or until nobody has asked for anything for an hour.

    `say` is told of the file that lets a browser in; `browser` opens it. `activity` knows when somebody last asked.

    Raises PressgraphError for a port that is taken.
    """
    with extra("serve"):
        import uvicorn

        from pressgraph.edit.web.app import Activity, make_app

    activity = activity or Activity()
    with _listening(port) as listener:
        desk.door.port = listener.getsockname()[1]
        app = make_app(desk, activity)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=2, lifespan="off"
        )
        server = uvicorn.Server(config)
        page = desk.door.write_file()
        try:
            say(page)
            desk.prepare()
            if browser:
                webbrowser.open(page.as_uri())
            asyncio.run(_serve(server, listener, activity))
        except KeyboardInterrupt:
            return
        finally:
            desk.door.close()


async def _serve(server: uvicorn.Server, listener: socket.socket, activity: Activity) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not serving.done():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), _LOOK)
        if activity.idle() > IDLE:
            server.should_exit = True
    await serving


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise PressgraphError(
                gettext("port {port} is taken", port=port), hint=gettext("name another one with --port, or none")
            ) from error
        yield listener
    finally:
        listener.close()
