"""Writing over HTTP: SPARQL Update, and the SPARQL 1.1 Graph Store HTTP Protocol (which also reads).

A write is made by a process of its own (`pressgraph.server.workers.writer`), with its own limits; one process at a
time. What waits meanwhile is made together, by the next process, and published once: each write sees those before it,
and has its own answer. The next process is started ahead, so that what `build` publishes is served at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import math
import os
import secrets
import time
from dataclasses import dataclass
from dataclasses import field as default
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import PlainTextResponse, Response

from pressgraph.dataset import SERIALIZATIONS, Snapshots
from pressgraph.errors import QueryError, StoreError
from pressgraph.query.guard import Limits, check_query
from pressgraph.server.http.negotiation import GRAPHS, choose, field
from pressgraph.server.http.responses import (
    CORS,
    RequestError,
    ResultStream,
    Watch,
    known_tag,
    packed_tag,
    preflight,
    request_error,
    takes_gzip,
)
from pressgraph.server.sparql.protocol import absolute_iri, media_type, parameters
from pressgraph.server.sparql.using_clauses import with_dataset
from pressgraph.server.workers.children import Spawned
from pressgraph.server.workers.frames import DATA, frame, request_frame
from pressgraph.server.workers.job import Exchange, ExchangeError
from pressgraph.server.workers.process import Process

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from starlette.requests import Request

    from pressgraph.server.app import Front
    from pressgraph.server.sparql.protocol import Operation

_READING, _WRITING = "GET, HEAD, OPTIONS", "GET, HEAD, PUT, POST, DELETE, OPTIONS"
_MOST_PARTS = 100
_MOST_WAITING = 64
_MOST_HELD = 4
"""How many of the largest writes may be held in memory while they wait."""
_TRIES = 3
"""How many processes are asked for a write, one after another, where none of them accepts it."""
_TOGETHER = 8 * 1024 * 1024
"""The size in bytes up to which waiting writes are made together."""
_NAMED = {form.media_type for form in SERIALIZATIONS if form.named_graphs and form.name != "jsonld"}
_TRIPLES = {form.media_type for form in SERIALIZATIONS} - _NAMED


@dataclass(slots=True, eq=False)
class _Write:
    """A write that waits for its turn, or is made."""

    request: dict[str, Any]
    contents: Sequence[bytes]
    outcome: dict[str, Any] | RequestError = default(
        # whoever made it has not come to its end
        default_factory=lambda: request_error(ExchangeError("stopping", "the server is stopping"))
    )

    @property
    def size(self) -> int:
        """How much there is to be written, in bytes or characters."""
        return len(self.request.get("text", "")) + sum(map(len, self.contents))


class Writes:
    """What changes the served dataset."""

    def __init__(self, front: Front, token: str | None) -> None:
        self.front = front
        self._token = token
        self._lock = asyncio.Lock()
        self._waiting: list[_Write] = []
        self._making = 0
        self._alive: set[Process] = set()
        self._spare: Process | None = None
        self._not_before = 0.0
        self._settings = json.dumps(
            {
                "memory": front.settings.write_memory_mib * 1024 * 1024,
                "network": False,
                "parent": os.getpid(),
            }
        )

    @property
    def size(self) -> int:
        """How large a write may be, in bytes."""
        return self.front.settings.write_body_mib * 1024 * 1024

    @property
    def under_way(self) -> int:
        """How many writes wait or are made."""
        return len(self._waiting) + self._making

    # -- who may

    def authorise(self, request: Request) -> None:
        """Let a request write.

        Raises RequestError: 403 on a read-only server, 401 without the token.
        """
        if not self.front.writable or self._token is None:
            raise RequestError(403, "this server is read-only")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        good = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token.encode())
        if scheme.lower() != "bearer" or not good:
            raise RequestError(
                401, "writing needs the server's token", {"www-authenticate": 'Bearer realm="pressgraph"'}
            )

    # -- SPARQL Update

    async def update(self, request: Request, operation: Operation) -> Response:
        """Answer an update (SPARQL 1.1 Protocol, 2.2)."""
        self.authorise(request)
        front = self.front
        text = operation.update
        assert text is not None  # noqa: S101 - the caller asked
        # its writer is a process of its own, which may end of a long update; nesting is refused as in queries
        limits = Limits(size=self.size, depth=front.settings.depth, operators=self.size, patterns=self.size)
        try:
            check_query(text, limits)
            text = with_dataset(text, operation.using, operation.using_named)
        except QueryError as error:
            raise RequestError(400, str(error)) from error
        await self._write(
            {
                "op": "update",
                "text": text,
                "base": front.address(request) + "/sparql",
            }
        )
        return Response(status_code=204, headers={"cache-control": "no-store"})

    # -- graph store protocol

    async def graph_store(self, request: Request) -> Response:
        """Answer a request for a graph."""
        match request.method:
            case "OPTIONS":
                return preflight(_WRITING if self.front.writable else _READING)
            case "GET" | "HEAD":
                return await self._get(request)
            case "PUT" | "POST" | "DELETE":
                self.authorise(request)
                return await self._change(request)
        raise RequestError(405, "a graph takes GET, PUT, POST and DELETE", {"allow": _WRITING})

    def _graph(self, request: Request) -> tuple[bool, str | None]:
        """Return whether a request names a graph, and the graph; None is the default graph (4.1, 4.2).

        A path below /store is the same path below the project's base, so that the names do not depend on the host.
        """
        base = self.front.project.base
        fields = parameters(request.scope["query_string"])
        names = [value for name, value in fields if name == "graph"]
        default = any(name == "default" for name, _ in fields)
        path = (
            request.scope.get("raw_path", request.scope["path"].encode()).decode("ascii", "replace").partition("?")[0]
        )
        below = path.removeprefix("/store").removeprefix("/")
        if len(names) + default + bool(below) > 1:
            raise RequestError(400, "the request names more than one graph")
        if below:
            return True, absolute_iri(f"{base}store/{unquote(below, errors='strict') if '%' not in below else below}")
        if names:
            iri = absolute_iri(names[0])
            here = f"{self.front.address(request)}/store/"
            return True, f"{base}store/{iri.removeprefix(here)}" if iri.startswith(here) else iri
        return default, None

    async def _get(self, request: Request) -> Response:
        front = self.front
        named, graph = self._graph(request)
        if not named:
            raise RequestError(400, "the address names no graph: add ?graph=IRI or ?default")
        form = choose(field(request.headers, "accept"), GRAPHS)
        if form is None:
            known = ", ".join(it.media_type for it in GRAPHS)
            raise RequestError(406, f"a graph has one of the media types {known}", {"vary": "Accept"})
        compress = takes_gzip(request)
        etag = self._tag(graph, form.name)
        etag = packed_tag(etag) if compress else etag
        headers = {**CORS, "vary": "Accept, Accept-Encoding", "etag": etag}
        tag = known_tag(request, etag, made=False)
        if tag is not None:
            return Response(status_code=304, headers={**headers, "etag": tag})
        exchange = front.pool.ask(
            request_frame(
                {
                    "op": "graph",
                    "graph": graph,
                    "format": form.name,
                    "rows": front.settings.rows,
                    "size": front.settings.result_mib * 1024 * 1024,
                }
            )
        )
        watch = Watch(request.receive, exchange)
        try:
            await exchange.beginning(front.settings.cached_result_kib * 1024)
        except ExchangeError as failure:
            raise request_error(failure) from failure
        finally:
            watch.stop()
        content = exchange.take()
        if known_tag(request, etag) is not None:
            exchange.close()
            return Response(status_code=304, headers=headers)
        headers["content-type"] = form.content_type
        if exchange.done and not compress:
            return Response(content, headers=headers)
        return ResultStream(exchange, content, headers=headers, compress=compress)

    def _tag(self, graph: str | None, form: str) -> str:
        """Return the entity tag of a graph in a form; another state of the graph has another one."""
        digest = hashlib.sha256(repr((graph, form)).encode()).hexdigest()[:20]
        return f'"{self.front.following.revisions.graph(graph)}-{digest}"'

    def _precondition(self, request: Request, graph: str | None) -> dict[str, Any]:
        """Return what must hold of a graph for a write to be made (RFC 9110, 13.1).

        `revision` is the only one that may be changed, `exists` says whether the graph must be there. Raises
        RequestError where it is known not to hold.
        """
        match, none = (field(request.headers, name) for name in ("if-match", "if-none-match"))
        tags = {self._tag(graph, form.name) for form in GRAPHS}
        tags |= {packed_tag(tag) for tag in tags}
        failed = RequestError(412, "the graph is not in the state that the request names; read it again")
        found: dict[str, Any] = {"revision": None, "exists": None}
        if match is not None:
            if match.strip() == "*":
                found["exists"] = True
            elif tags.isdisjoint(it.strip() for it in match.split(",")):
                raise failed
            else:
                found["revision"] = self.front.following.revisions.graph(graph)
        if none is not None:
            if none.strip() == "*":
                found["exists"] = False
            elif not tags.isdisjoint(it.strip().removeprefix("W/") for it in none.split(",")):
                raise failed
        return found

    async def _change(self, request: Request) -> Response:
        front = self.front
        named, graph = self._graph(request)
        precondition = self._precondition(request, graph) if named else {}
        if request.method == "DELETE":
            if not named:
                raise RequestError(400, "the address names no graph: add ?graph=IRI or ?default")
            await self._write({"op": "delete", "graph": graph, "precondition": precondition})
            return Response(status_code=204)
        minted = None
        if not named:
            if request.method == "PUT":
                raise RequestError(400, "the address names no graph: add ?graph=IRI or ?default")
            name = secrets.token_urlsafe(12)
            graph = f"{front.project.base}store/{name}"
            minted = f"{front.address(request)}/store/{name}"
        parts, contents = await self._content(request)
        outcome = await self._write(
            {
                "op": "put",
                "graph": graph,
                "precondition": precondition,
                "replace": request.method == "PUT",
                "parts": parts,
                "base": graph or f"{front.address(request)}/store",
            },
            contents,
        )
        if minted is not None:
            # queries name it by the project's base, wherever the server is reached
            text = f"the graph is <{graph}>\n"
            return PlainTextResponse(text, 201, {"location": minted, "cache-control": "no-store"})
        return Response(status_code=201 if outcome.get("created") else 204)

    async def _content(self, request: Request) -> tuple[list[str], list[bytes]]:
        """Return media types and contents of what a request brings: one document, or several (5.5)."""
        kind, charset = media_type(request)
        body = await self.front.body(request, self.size)
        if kind == "multipart/form-data":
            return await self._multipart(request, body)
        _check_kind(kind)
        if charset not in {"utf-8", "utf8"}:
            raise RequestError(415, "a graph comes in UTF-8")
        return [kind], [body]

    async def _multipart(self, request: Request, body: bytes) -> tuple[list[str], list[bytes]]:
        async def stream() -> AsyncGenerator[bytes, None]:
            yield body

        parser = MultiPartParser(
            Headers(raw=request.headers.raw), stream(), max_files=_MOST_PARTS, max_fields=_MOST_PARTS
        )
        try:
            form = await parser.parse()
        except (MultiPartException, KeyError, ValueError) as error:
            raise RequestError(400, "the request's body is not multipart/form-data") from error
        kinds, contents = [], []
        for _, part in form.multi_items():
            if isinstance(part, str):
                raise RequestError(400, "each part needs a filename and a Content-Type")
            kind = (part.content_type or "").partition(";")[0].strip().lower()
            _check_kind(kind)
            kinds.append(kind)
            contents.append(await part.read())
        await form.close()
        if not kinds:
            raise RequestError(400, "the request has no parts")
        return kinds, contents

    # -- the process

    async def publish(self) -> None:
        """Make the served dataset from what was built.

        Raises RequestError.
        """
        async with self._lock:
            try:
                await self._in_process([], "")
            except ExchangeError as failure:
                raise self._failed(failure, "publish") from failure

    async def _write(self, request: dict[str, Any], contents: Sequence[bytes] = ()) -> dict[str, Any]:
        """Have a write made, together with those that wait too; return what came of it.

        Raises RequestError.
        """
        write = _Write(request, contents)
        if len(self._waiting) >= _MOST_WAITING or sum(it.size for it in self._waiting) > _MOST_HELD * self.size:
            raise RequestError(503, "too many writes are waiting; try again soon", {"retry-after": "2"})
        self._waiting.append(write)
        try:
            async with self._lock:
                # whoever had the lock before may have taken it along
                if write in self._waiting:
                    await self._make(self._next())
        finally:
            if write in self._waiting:
                self._waiting.remove(write)
        if isinstance(write.outcome, RequestError):
            raise write.outcome
        await self.front.following.move()
        return write.outcome

    def _next(self) -> list[_Write]:
        """Take the writes that are made together: the first that waits, and more while they are small."""
        group = [self._waiting.pop(0)]
        size = group[0].size
        while self._waiting and (size := size + self._waiting[0].size) <= _TOGETHER:
            group.append(self._waiting.pop(0))
        return group

    async def _make(self, group: list[_Write]) -> None:
        """Make writes as one publication; where one of them spoils that, each by itself. The caller holds the lock."""
        made = secrets.token_hex(8)
        self._making = len(group)
        try:
            outcomes = await self._in_process(group, made)
        except ExchangeError as failure:
            if len(group) > 1 and (failure.kind == "apart" or not self._is_published(made)):
                for write in group:
                    await self._make([write])
                return
            for write in group:
                write.outcome = self._failed(failure, write.request["op"])
            return
        finally:
            self._making = 0
        for write, outcome in zip(group, outcomes, strict=True):
            refused = outcome.get("failed")
            write.outcome = request_error(ExchangeError(refused, outcome["message"])) if refused else outcome

    def _is_published(self, made: str) -> bool:
        """Tell whether a process published its writes before it failed; where that cannot be told, it may have."""
        try:
            current = Snapshots(self.front.following.folder, kind="served").current()
            return current is not None and current.manifest().get("made") == made
        except StoreError:
            return True

    def _failed(self, failure: ExchangeError, operation: str) -> RequestError:
        error = request_error(failure)
        if error.status >= 500:  # noqa: PLR2004
            # no message: it may hold what was written
            self.front.say("error", error="write", operation=operation, kind=failure.kind)
        return error

    async def _in_process(self, group: Sequence[_Write], made: str) -> list[dict[str, Any]]:
        """Have a process make writes and publish them under a name, or publish what was built where there are none.

        Raises ExchangeError.
        """
        front = self.front
        timeout = front.settings.write_timeout
        message = request_frame(
            {
                **front.following.request(),
                "writes": [it.request for it in group],
                "made": made,
                "prefixes": front.prefixes,
                "wait": timeout / 2,
            }
        )
        message += b"".join(frame(DATA, content) for it in group for content in it.contents)
        # the answer comes before the process's end, and its lock goes with it
        outcomes: list[dict[str, Any]] = json.loads(await self._asked(message, timeout)).get("outcomes", [])
        return outcomes

    async def _asked(self, message: bytes, timeout: float) -> bytes:  # noqa: ASYNC109 - the process is killed then
        """Ask a process, and another one where that ends before it accepts the request; return its answer.

        Raises ExchangeError.
        """
        limit = ExchangeError("time", f"the write took longer than {timeout:g} seconds")
        for left in reversed(range(_TRIES)):
            exchange = Exchange(message)
            process = await self._fresh()
            process.ask(exchange)
            timer = asyncio.get_running_loop().call_later(timeout, process.kill, limit)
            try:
                return b"".join([chunk async for chunk in exchange.chunks()])
            except ExchangeError as failure:
                # nothing was changed by a process that did not accept the request
                if failure.kind != "crash" or exchange.accepted or not left:
                    raise
            finally:
                timer.cancel()
                exchange.close()
        raise AssertionError

    async def prepare(self) -> None:
        """Have a process that waits for the next write, unless one is under way."""
        if self._spare is None and not self._lock.locked() and time.monotonic() > self._not_before:
            async with self._lock:
                process = await self._fresh()
                self._spare = process if process.is_connected else None

    async def _fresh(self) -> Process:
        """Return a process that has made no write yet; the caller holds the lock."""
        if self._spare is not None:
            spare, self._spare = self._spare, None
            # its end may be known before it is known how it ended
            if spare.is_connected:
                return spare
        process = Process(
            lambda theirs: Spawned("pressgraph.server.workers.writer", theirs, self._settings),
            lost=self._lost,
            ready=lambda _process: None,
        )
        self._alive.add(process)
        await process.connect()
        return process

    def _lost(self, process: Process) -> None:
        self._alive.discard(process)
        if process is self._spare:
            self._spare = None
            # whatever ended it may end the next one too
            self._not_before = time.monotonic() + 1

    async def stop(self) -> None:
        """End a write that is under way: it leaves no trace."""
        self._not_before = math.inf
        for process in self._alive:
            process.kill(ExchangeError("stopping", "the server is stopping"))
        until = time.monotonic() + 3
        while self._alive and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.01)


def _check_kind(kind: str) -> None:
    """Raise RequestError for a media type that no graph comes in."""
    known = ", ".join(sorted(_TRIPLES))
    if kind in _NAMED:
        raise RequestError(
            415, f"{kind} holds named graphs, and this address is one graph: send each as one of {known}"
        )
    if kind not in _TRIPLES:
        raise RequestError(415, f"a graph comes as one of {known}")
