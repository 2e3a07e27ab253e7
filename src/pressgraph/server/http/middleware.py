"""What happens to every request: an id, a line in the log, headers of security, the path of the mount."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from pressgraph.i18n import gettext
from pressgraph.server.http.access_log import Answered
from pressgraph.server.http.addresses import link
from pressgraph.server.http.clients import CLIENT, network
from pressgraph.server.http.log import log_event
from pressgraph.server.http.responses import RequestError, error_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pressgraph.server.http.access_log import AccessLog
    from pressgraph.server.http.addresses import Addresses

SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_GONE = 499


class AccessLogged:
    """Gives each request an id, logs how it was answered, and answers 500 for what nobody expected."""

    def __init__(self, app: ASGIApp, access_log: AccessLog) -> None:
        self._app = app
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        client = scope.get("client")
        CLIENT.set(network(client[0]) if client else "")
        log = scope["pressgraph.log"] = {}
        request_id = self._access_log.next_id()
        status, size = 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *SECURITY, (b"x-request-id", request_id.encode())]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except (asyncio.CancelledError, ClientDisconnect):
            status = status or _GONE
        except Exception as error:  # noqa: BLE001 - the server goes on
            log_event("error", request_id=request_id, error=type(error).__name__, at=_place(error))
            if not status:
                response = error_response(
                    RequestError(500, gettext("the server made a mistake (request {id})", id=request_id))
                )
                await response(scope, receive, counted)
            else:
                scope.get("pressgraph.abort", lambda: None)()
        took = time.perf_counter() - started
        # the path is the one below the mount by now
        self._access_log.add(Answered(request_id, scope["method"], scope["path"], status, took, size, **log))


class Mounted:
    """Takes from a request's path what the server is mounted at, and sends from there to the first page."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            self._addresses.enter(scope)
            if scope["path"] == "*":
                # 'OPTIONS *' asks the server itself (RFC 9110, 9.3.7)
                await Response(status_code=204)(scope, receive, send)
                return
            if scope.get("pressgraph.outside"):
                query = scope["query_string"].decode("latin-1")
                # the path is the one that was asked for, whatever prefix other links have
                target = link("/", prefix=scope["pressgraph.entered"]) + (f"?{query}" if query else "")
                await RedirectResponse(target, 308)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _place(error: BaseException) -> str:
    """Return file and line of an error, without folders."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
