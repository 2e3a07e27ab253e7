"""What all answers of the server share: errors in one line, headers, results that stream."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from pressgraph.query.patterns import FOLDERS
from pressgraph.server.http.negotiation import accepts_gzip, field
from pressgraph.server.workers.job import Exchange, ExchangeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from pressgraph.server.cache import Entry

STATUS = {
    "syntax": 400,
    "refused": 400,
    "missing": 404,
    "unacceptable": 406,
    "precondition": 412,
    "limit": 413,
    "unsupported": 415,
    "gone": 499,
    "crash": 500,
    "failed": 500,
    "peer": 502,
    "busy": 503,
    "overload": 503,
    "stopping": 503,
    "time": 504,
    "memory": 507,
    "disk": 507,
}
_RETRY = {"busy": "1", "overload": "5", "stopping": "5", "time": "60", "memory": "60", "disk": "60", "peer": "5"}

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Content-Location, X-Request-Id",
}


class RequestError(Exception):
    """A request that is answered with an error: a status and one sentence."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def request_error(failure: ExchangeError) -> RequestError:
    """Return the error that a failed exchange is answered with."""
    status = STATUS[failure.kind]
    headers = {"retry-after": _RETRY[failure.kind]} if failure.kind in _RETRY else {}
    # engines name the files of the store
    message = FOLDERS.sub("", failure.message) if status == 500 else failure.message  # noqa: PLR2004
    return RequestError(status, message, headers)


def error_answer(error: RequestError) -> Response:
    """Return an error as text: one line, nothing of the machine in it."""
    line = " ".join(error.message.split())
    return PlainTextResponse(f"{line}\n", error.status, {**CORS, "cache-control": "no-store", **error.headers})


def known_tag(request: Request, etag: str, *, made: bool = True) -> str | None:
    """Return which of the client's entity tags stands for this representation, or None (RFC 9110, 13.1.2).

    The same content with and without compression has two tags, and a client may have either: the answer 304 names the
    one that it has, which is that of the 200 that it got. Where it has both, or says '*', that is the one given here.
    '*' asks whether there is a representation at all, which is not known before it is `made`.
    """
    wanted = field(request.headers, "if-none-match")
    if wanted is None:
        return None
    listed = {it.strip().removeprefix("W/") for it in wanted.split(",")}
    if etag in listed or ("*" in listed and made):
        return etag
    return next((it for it in (plain_tag(etag), packed_tag(etag)) if it in listed), None)


def plain_tag(etag: str) -> str:
    """Return the entity tag of the same content without compression."""
    return f'{etag[:-1].removesuffix("-gz")}"'


def packed_tag(etag: str) -> str:
    """Return the entity tag of the same content with compression."""
    return f'{etag[:-1].removesuffix("-gz")}-gz"'


def takes_gzip(request: Request) -> bool:
    """Tell whether the answer to a request may be compressed with gzip."""
    return accepts_gzip(field(request.headers, "accept-encoding"))


def entity(request: Request, entry: Entry, headers: Mapping[str, str], status: int = 200) -> Response:
    """Return an answer that may be compressed; 304 where the client has it already."""
    found = {**headers, "vary": ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))}
    body, etag, packed = entry.encoded(compress=takes_gzip(request))
    if etag:
        known = known_tag(request, etag)
        if known is not None:
            return Response(status_code=304, headers={**found, "etag": known})
        found["etag"] = etag
    found["content-type"] = entry.content_type
    if packed:
        found["content-encoding"] = "gzip"
    return Response(body, status, found)


def preflight(methods: str) -> Response:
    """Answer OPTIONS, for clients and for browsers that ask before a request to another site (CORS)."""
    headers = {
        **CORS,
        "allow": methods,
        "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
        "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match",
        "access-control-max-age": "86400",
    }
    return Response(status_code=204, headers=headers)


class ResultStream(Response):
    """A result that is sent as it comes. One that fails midway ends as a broken connection, never as success."""

    def __init__(self, exchange: Exchange, beginning: bytes, *, headers: Mapping[str, str], compress: bool) -> None:
        super().__init__(status_code=200, headers=headers)
        del self.headers["content-length"]
        if compress:
            self.headers["content-encoding"] = "gzip"
        self._exchange = exchange
        self._beginning = beginning
        self._gzip = zlib.compressobj(1, zlib.DEFLATED, 31) if compress else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the result."""
        watch = asyncio.ensure_future(_gone(receive, self._exchange))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._send(self._beginning, send)
            async for chunk in self._exchange.chunks():
                await self._send(chunk, send)
            rest = self._gzip.flush() if self._gzip is not None else b""
            await send({"type": "http.response.body", "body": rest, "more_body": False})
        except ExchangeError:
            abort = scope.get("pressgraph.abort")
            if abort is not None:
                abort()
                await asyncio.sleep(0)
        finally:
            watch.cancel()
            self._exchange.close()

    async def _send(self, chunk: bytes, send: Send) -> None:
        if self._gzip is not None:
            chunk = self._gzip.compress(chunk)
        if chunk:
            # a reader that takes nothing is cut by `pressgraph.server.http.connections`
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _gone(receive: Receive, exchange: Exchange) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    exchange.close()


class Watch:
    """Close an exchange when its client goes; it costs nothing for what is answered at once."""

    def __init__(self, receive: Receive, exchange: Exchange) -> None:
        self._receive = receive
        self._exchange = exchange
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(0.1, self._start)

    def _start(self) -> None:
        self._task = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        with suppress(asyncio.CancelledError):
            while (await self._receive())["type"] != "http.disconnect":
                pass
            self._exchange.close()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
