"""The graph store: graphs by their addresses (https://www.w3.org/TR/sparql11-http-rdf-update/)."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import PlainTextResponse, Response

from pressgraph.dataset import SERIALIZATIONS
from pressgraph.i18n import gettext
from pressgraph.server.failures import JobError, request_error
from pressgraph.server.http.negotiation import GRAPHS, choose, field
from pressgraph.server.http.requests import (
    absolute_iri,
    base_address,
    media_type,
    parameters,
    read_body,
    sent_path,
)
from pressgraph.server.http.responses import (
    CORS,
    RequestError,
    known_tag,
    not_acceptable,
    packed_tag,
    preflight,
    takes_gzip,
)
from pressgraph.server.sparql.streams import ClientWatch, ResultStream
from pressgraph.server.workers.frames import request_frame
from pressgraph.server.workers.messages import DeleteWrite, GraphRequest, Precondition, PutWrite

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from pressgraph.project import Serving
    from pressgraph.server.follow import Follower
    from pressgraph.server.http.authorization import WriteAccess
    from pressgraph.server.http.negotiation import MediaType
    from pressgraph.server.http.requests import GraphNaming
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.workers.pool import Pool

_READING, _WRITING = "GET, HEAD, OPTIONS", "GET, HEAD, PUT, POST, DELETE, OPTIONS"
_MOST_PARTS = 100
_NAMED = {it.media_type for it in SERIALIZATIONS if it.named_graphs and it.name != "jsonld"}
_TRIPLES = {it.media_type for it in SERIALIZATIONS} - _NAMED
_NO_GRAPH = "the address names no graph: add ?graph=IRI or ?default"


class GraphStore:
    """The graph store at /store."""

    def __init__(
        self, pool: Pool, writer: Follower, access: WriteAccess, settings: Serving, naming: GraphNaming
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._access = access
        self._settings = settings
        self._largest = settings.write_body_mib * 1024 * 1024
        self._naming = naming

    async def answer(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer a request for a graph.

        Raises RequestError.
        """
        match request.method:
            case "OPTIONS":
                return preflight(_WRITING if self._access.is_granted else _READING)
            case "GET" | "HEAD":
                return await self._get(request, snapshot)
            case "PUT" | "POST" | "DELETE":
                self._access.check(request)
                return await self._change(request, snapshot)
        raise RequestError(405, gettext("a graph takes GET, PUT, POST and DELETE"), {"allow": _WRITING})

    def _graph(self, request: Request) -> tuple[bool, str | None]:
        """Return whether a request names a graph, and the graph; None is the default graph (4.1, 4.2).

        A path below /store is the same path below the project's base, so that the names do not depend on the host.
        """
        base = self._naming.base
        fields = parameters(request.scope["query_string"])
        names = [value for name, value in fields if name == "graph"]
        default = any(name == "default" for name, _ in fields)
        below = sent_path(request).removeprefix("/store").removeprefix("/")
        if len(names) + default + bool(below) > 1:
            raise RequestError(400, gettext("the request names more than one graph"))
        if below:
            return True, absolute_iri(f"{base}store/{unquote(below, errors='strict') if '%' not in below else below}")
        if names:
            return True, self._naming.named(request, names[0])
        return default, None

    async def _get(self, request: Request, snapshot: ServedSnapshot) -> Response:
        named, graph = self._graph(request)
        if not named:
            raise RequestError(400, _NO_GRAPH)
        chosen = choose(field(request.headers, "accept"), GRAPHS)
        if chosen is None:
            raise not_acceptable(GRAPHS, gettext("a graph"))
        compress = takes_gzip(request)
        etag = _etag(snapshot, graph, chosen, packed=compress)
        headers = {**CORS, "vary": "Accept, Accept-Encoding"}
        tag = known_tag(request, etag, made=False)
        if tag is not None:
            return Response(status_code=304, headers={**headers, "etag": tag})
        job = self._pool.ask(
            request_frame(
                GraphRequest(
                    graph=graph,
                    format=chosen.name,
                    rows=self._settings.rows,
                    size=self._settings.result_mib * 1024 * 1024,
                )
            )
        )
        watch = ClientWatch(request.receive, job)
        try:
            await job.beginning(self._settings.cached_result_kib * 1024)
        except JobError as failure:
            raise request_error(failure) from failure
        finally:
            watch.stop()
        content = job.take()
        # another snapshot may be served since the request came
        headers["etag"] = etag = _etag(job.snapshot or snapshot, graph, chosen, packed=compress)
        if known_tag(request, etag) is not None:
            job.close()
            return Response(status_code=304, headers=headers)
        headers["content-type"] = chosen.content_type
        if job.done and not compress:
            return Response(content, headers=headers)
        return ResultStream(job, content, headers=headers, compress=compress)

    def _precondition(self, request: Request, snapshot: ServedSnapshot, graph: str | None) -> Precondition:
        """Return what must hold of a graph for a write to be made (RFC 9110, 13.1).

        `revision` is the only one that may be changed, `exists` says whether the graph must be there. Raises
        RequestError where it is known not to hold.
        """
        match, none = (field(request.headers, name) for name in ("if-match", "if-none-match"))
        tags = {_etag(snapshot, graph, it, packed=packed) for it in GRAPHS for packed in (False, True)}
        failed = RequestError(412, gettext("the graph is not in the state that the request names; read it again"))
        revision: str | None = None
        exists: bool | None = None
        if match is not None:
            if match.strip() == "*":
                exists = True
            elif tags.isdisjoint(it.strip() for it in match.split(",")):
                raise failed
            else:
                revision = snapshot.revisions.graph(graph)
        if none is not None:
            if none.strip() == "*":
                exists = False
            elif not tags.isdisjoint(it.strip().removeprefix("W/") for it in none.split(",")):
                raise failed
        return Precondition(revision=revision, exists=exists)

    async def _change(self, request: Request, snapshot: ServedSnapshot) -> Response:
        named, graph = self._graph(request)
        precondition = self._precondition(request, snapshot, graph) if named else Precondition()
        if request.method == "DELETE":
            if not named:
                raise RequestError(400, _NO_GRAPH)
            await self._writer.write(DeleteWrite(graph=graph, precondition=precondition))
            return Response(status_code=204)
        minted = None
        if not named:
            if request.method == "PUT":
                raise RequestError(400, _NO_GRAPH)
            name = secrets.token_urlsafe(12)
            graph = f"{self._naming.base}store/{name}"
            minted = f"{base_address(request, self._settings.url)}/store/{name}"
        parts, contents = await self._content(request)
        outcome = await self._writer.write(
            PutWrite(
                graph=graph,
                precondition=precondition,
                replace=request.method == "PUT",
                parts=tuple(parts),
                base=graph or f"{base_address(request, self._settings.url)}/store",
            ),
            contents,
        )
        if minted is not None:
            # queries name it by the project's base, wherever the server is reached
            text = f"the graph is <{graph}>\n"
            return PlainTextResponse(text, 201, {"location": minted, "cache-control": "no-store"})
        return Response(status_code=201 if outcome.created else 204)

    async def _content(self, request: Request) -> tuple[list[str], list[bytes]]:
        """Return media types and contents of what a request brings: one document, or several (5.5)."""
        kind, charset = media_type(request)
        body = await read_body(request, most=self._largest, seconds=self._settings.body_timeout)
        if kind == "multipart/form-data":
            return await self._multipart(request, body)
        _check_kind(kind)
        if charset not in {"utf-8", "utf8"}:
            raise RequestError(415, gettext("a graph comes in UTF-8"))
        return [kind], [body]

    async def _multipart(self, request: Request, body: bytes) -> tuple[list[str], list[bytes]]:
        async def stream() -> AsyncGenerator[bytes, None]:
            yield body

        parser = MultiPartParser(
            Headers(raw=request.headers.raw), stream(), max_files=_MOST_PARTS, max_fields=_MOST_PARTS
        )
        try:
            parts = await parser.parse()
        except (MultiPartException, KeyError, ValueError) as error:
            raise RequestError(400, gettext("the request's body is not multipart/form-data")) from error
        kinds, contents = [], []
        for _, part in parts.multi_items():
            if isinstance(part, str):
                raise RequestError(400, gettext("each part needs a filename and a Content-Type"))
            kind = (part.content_type or "").partition(";")[0].strip().lower()
            _check_kind(kind)
            kinds.append(kind)
            contents.append(await part.read())
        await parts.close()
        if not kinds:
            raise RequestError(400, gettext("the request has no parts"))
        return kinds, contents


def _etag(snapshot: ServedSnapshot, graph: str | None, media_type: MediaType, *, packed: bool) -> str:
    """Return the entity tag of a graph in a media type; another state of the graph has another one."""
    digest = hashlib.sha256(repr((graph, media_type.name)).encode()).hexdigest()[:20]
    etag = snapshot.etag(digest, revision=snapshot.revisions.graph(graph))
    return packed_tag(etag) if packed else etag


def _check_kind(kind: str) -> None:
    """Raise RequestError for a media type that no graph comes in."""
    known = ", ".join(sorted(_TRIPLES))
    if kind in _NAMED:
        raise RequestError(
            415,
            gettext(
                "{media_type} holds named graphs, and this address is one graph: send each as one of {words}",
                media_type=kind,
                words=known,
            ),
        )
    if kind not in _TRIPLES:
        raise RequestError(415, gettext("a graph comes as one of {words}", words=known))
