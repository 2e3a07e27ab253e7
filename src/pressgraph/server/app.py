"""The front: takes requests, asks the processes, answers. It evaluates nothing itself."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import prometheus_client as prometheus
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pressgraph.dataset import GraphNames
from pressgraph.errors import PressgraphError
from pressgraph.query.patterns import HOST
from pressgraph.server.fast_path import Known, Quick
from pressgraph.server.follow import Following
from pressgraph.server.http.addresses import link
from pressgraph.server.http.connections import Connections
from pressgraph.server.http.log import Log
from pressgraph.server.http.negotiation import GRAPHS, ROWS
from pressgraph.server.http.responses import RequestError, error_answer, request_error
from pressgraph.server.monitoring import Metrics
from pressgraph.server.pages.renderer import Pages
from pressgraph.server.sparql.graph_store import Writes
from pressgraph.server.sparql.protocol import Endpoint, parameters
from pressgraph.server.workers.background import Drawing
from pressgraph.server.workers.frames import request_frame
from pressgraph.server.workers.job import ExchangeError
from pressgraph.server.workers.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery


_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_CACHED = ',"cached":true'


_SMALL = 64 * 1024
"""The size in bytes up to which an answer of a process is read at once."""


class Front:
    """The server of a project: an ASGI application."""

    security = _SECURITY

    def __init__(
        self,
        project: Project,
        profile: Profile,
        saved_queries: Mapping[str, SavedQuery],
        *,
        writable: bool = False,
        token: str | None = None,
    ) -> None:
        self.project = project
        self.profile = profile
        self.saved_queries = saved_queries
        self.settings = project.serve
        self.writable = writable
        self.graphs = GraphNames(id_base=project.id_base)
        self.prefixes = profile.query_prefixes(project.id_base)
        self.problem: PressgraphError | None = None
        """Why it could not start."""
        self.pool = Pool(
            self.settings,
            {
                "memory": self.settings.memory_mib * 1024 * 1024,
                "network": bool(self.settings.services),
                "services": self.settings.services,
                "service_timeout": self.settings.service_timeout,
                "prefixes": self.prefixes,
                "base": project.base,
                "id_base": project.id_base,
            },
        )
        self.drawing = Drawing()
        self.writes = Writes(self, token)
        self.pages = Pages(self)
        self.endpoint = Endpoint(self)
        self.log = Log()
        self.metrics = Metrics(self)
        self.connections = Connections(self.settings, self.metrics.held)
        self.quick = Quick(self, self.settings.cache_mib * 1024 * 1024 // 4, self._answered)
        self._quickly: list[tuple[Known, str, float | None]] = []
        self._second, self._time = 0, ""
        self.following = Following(self)
        self._routes: ASGIApp = self._application()

    # -- the application

    def _application(self) -> Starlette:
        pages = self.pages

        async def graph_store(request: Request) -> Response:
            return await self.writes.graph_store(request)

        every = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
        return Starlette(
            routes=[
                Route("/download", self._download),
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/metrics", self._metrics),
                Route("/store", graph_store, methods=every),
                Route("/store/{path:path}", graph_store, methods=every),
                *pages.routes,
            ],
            exception_handlers={404: pages.not_found, 405: pages.not_found, RequestError: pages.refused},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and note that it was."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        self.pages.linked.addresses.enter(scope)
        request_id = secrets.token_hex(8)
        status, size = 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_SECURITY, (b"x-request-id", request_id.encode())]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._dispatch(scope, receive, counted)
        except (asyncio.CancelledError, ClientDisconnect):
            status = status or 499
        except Exception as error:  # noqa: BLE001 - the server goes on
            self.say("error", request_id=request_id, error=type(error).__name__, at=_place(error))
            if not status:
                await error_answer(RequestError(500, f"the server made a mistake (request {request_id})"))(
                    scope, receive, counted
                )
            else:
                scope.get("pressgraph.abort", lambda: None)()
        finally:
            begun = scope.get("pressgraph.exchange")
            if begun is not None:
                begun.close()
        took = time.perf_counter() - started
        self.metrics.request(scope["path"], status, took)
        if self.settings.log:
            self.say(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                ms=round(took * 1000, 1),
                bytes=size,
                **scope.get("pressgraph.log", {}),
            )

    def _answered(self, known: Known, request_id: str, seconds: float | None) -> None:
        self._quickly.append((known, request_id, seconds))
        if len(self._quickly) == 1:
            asyncio.get_running_loop().call_later(0.05, self._note_answered)

    def _note_answered(self) -> None:
        """Count and log, together, what was answered the short way."""
        self.metrics.quickly([seconds for _, _, seconds in self._quickly])
        if self.settings.log:
            now = self._now()
            # nothing here needs escaping: the query is a hash
            self.log.write(
                f'{{"time":"{now}","event":"request","request_id":"{request_id}","method":"GET","path":"/sparql",'
                f'"status":200,"ms":{round((seconds or 0) * 1000, 1)},"bytes":{len(known.body)},"query":"{known.query}"'
                f"{_CACHED if seconds is None else ''}}}\n"
                for known, request_id, seconds in self._quickly
            )
        self._quickly.clear()

    def _now(self) -> str:
        second = int(time.time())
        if second != self._second:
            self._second, self._time = second, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
        return self._time

    def refused(self, status: int, reason: str) -> None:
        """Count and log what a connection answered itself, because it was no request or one connection too many."""
        self.metrics.request("", status, 0.0)
        if self.settings.log:
            self.say("refused", status=status, reason=reason)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if scope["path"] == "*":
                # 'OPTIONS *' asks the server itself (RFC 9110, 9.3.7)
                await Response(status_code=204)(scope, receive, send)
            elif scope.get("pressgraph.outside"):
                response: Response = self._enter(request)
                await response(scope, receive, send)
            elif scope["path"] in {"/sparql", "/sparql/"}:
                response = await self.endpoint.answer(request)
                await response(scope, receive, send)
            else:
                await self._routes(scope, receive, send)
        except RequestError as error:
            response = await self.pages.error(request, error)
            await response(scope, receive, send)

    def _enter(self, request: Request) -> Response:
        """Send from the path that the server is mounted at to the first page, which ends in a slash."""
        query = request.scope["query_string"].decode("latin-1")
        # the path is the one that was asked for, whatever prefix other links have
        target = link("/", prefix=request.scope["pressgraph.entered"]) + (f"?{query}" if query else "")
        return RedirectResponse(target, 308)

    async def body(self, request: Request, most: int) -> bytes:
        """Read a request's body.

        Raises RequestError for one that is compressed, too large or too slow.
        """
        if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise RequestError(415, "a request's body must not be compressed", {"accept-encoding": "identity"})
        parts: list[bytes] = []
        size = 0
        close = {"connection": "close"}
        with suppress(ValueError):
            if int(request.headers.get("content-length", "0")) > most:
                raise RequestError(413, f"the request's body is larger than {most} bytes", close)
        try:
            async with asyncio.timeout(self.settings.body_timeout):
                async for part in request.stream():
                    size += len(part)
                    if size > most:
                        raise RequestError(413, f"the request's body is larger than {most} bytes", close)
                    parts.append(part)
        except TimeoutError:
            raise RequestError(408, "the request's body did not come in time", close) from None
        return b"".join(parts)

    def address(self, request: Request) -> str:
        """Return the address, without a slash at its end, by which the client reaches the server: where it is mounted.

        Raises RequestError for a Host that is none.
        """
        if self.settings.url:
            return self.settings.url
        host = next((value for name, value in request.scope["headers"] if name == b"host"), b"")
        if not HOST.fullmatch(host):
            raise RequestError(400, "the request's Host is not a host")
        return f"{request.scope['scheme']}://{host.decode('ascii')}{self.pages.prefix(request)}"

    # -- snapshots

    @property
    def snapshot_id(self) -> str:
        """What names the served snapshot, in entity tags and keys of caches."""
        return self.following.identity

    async def lookup(self, request: dict[str, Any]) -> Any:
        """Ask a process for what a page needs.

        Raises RequestError.
        """
        try:
            exchange = self.pool.ask(request_frame(request), own=True)
            try:
                parts = [chunk async for chunk in exchange.chunks()]
            finally:
                exchange.close()
        except ExchangeError as failure:
            raise request_error(failure) from failure
        content = b"".join(parts)
        return json.loads(content) if len(content) < _SMALL else await self.drawing.of(json.loads, content)

    def moved(self) -> None:
        """Take note of a new snapshot."""
        self.endpoint.moved()
        self.quick.clear()

    # -- life

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.following.move()
                except Exception as error:  # noqa: BLE001 - uvicorn would print it as its own
                    self.problem = error if isinstance(error, PressgraphError) else PressgraphError(str(error))
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                self.drawing.start()
                self.following.start()
                self.connections.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.following.stop()
                self.connections.stop()
                self._note_answered()
                await self.writes.stop()
                await self.pool.stop(1.0)
                self.drawing.stop()
                self.following.clean()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def say(self, event: str, **fields: Any) -> None:
        """Write a line of JSON to stderr; values are escaped, so that a request cannot forge a line."""
        line = {"time": self._now(), "event": event, **fields}
        self.log.write([json.dumps(line, separators=(",", ":")) + "\n"])

    async def _download(self, request: Request) -> Response:
        """Answer a query as a file: what a form can ask for, since it cannot set Accept."""
        kinds = [value for name, value in parameters(request.scope["query_string"]) if name == "type"]
        form = next((it for it in (*ROWS, *GRAPHS) if kinds[:1] == [it.media_type]), None)
        if form is None:
            raise RequestError(400, "the address needs a known ?type=")
        headers = [(name, value) for name, value in request.scope["headers"] if name != b"accept"]
        request.scope["headers"] = [*headers, (b"accept", form.media_type.encode())]
        response = await self.endpoint.answer(Request(request.scope, request.receive))
        response.headers["content-disposition"] = f'attachment; filename="result{form.suffix}"'
        return response

    # -- operating

    async def _healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    async def _readyz(self, _request: Request) -> Response:
        ready = self.pool.ready and self.following.snapshot is not None
        text = "ready\n" if ready else "not ready\n"
        if self.following.trouble:
            text += f"{self.following.trouble}; the last good snapshot is served\n"
        return PlainTextResponse(text, 200 if ready else 503, {"cache-control": "no-store"})

    async def _metrics(self, _request: Request) -> Response:
        content = prometheus.generate_latest(self.metrics.registry)
        return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")


def _place(error: BaseException) -> str:
    """Return file and line of an error, without folders."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
