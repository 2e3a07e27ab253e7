"""The SPARQL endpoint: queries, updates, and what a bare request gets (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request
from starlette.responses import Response

from pressgraph.i18n import gettext
from pressgraph.server.http.negotiation import DOCUMENT_TYPES, GRAPHS, HTML, ROWS, choose, field
from pressgraph.server.http.requests import base_address, media_type, parameters, read_body
from pressgraph.server.http.responses import (
    CORS,
    Representation,
    RequestError,
    known_tag,
    not_acceptable,
    packed_tag,
    preflight,
    respond,
    takes_gzip,
)
from pressgraph.server.sparql.protocol import UPDATE, Operation, read_operation
from pressgraph.server.sparql.queries import Evaluation, query_digest
from pressgraph.server.sparql.streams import ResultStream

if TYPE_CHECKING:
    from pressgraph.project import Serving
    from pressgraph.server.http.requests import GraphNaming
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.sparql.descriptions import ServiceDescriptions
    from pressgraph.server.sparql.queries import PreparedQuery, QueryService
    from pressgraph.server.sparql.update import UpdateEndpoint

_METHODS = "GET, HEAD, POST, OPTIONS"
RESULT_HEADERS = {**CORS, "vary": "Accept, Accept-Encoding"}
"""Headers of all results."""


class Page(Protocol):
    """What shows the query page."""

    async def show(self, request: Request, snapshot: ServedSnapshot, operation: Operation) -> Response:
        """Show the query page with what the request asks for."""


class Learner(Protocol):
    """What learns which clients there are."""

    def learn(self, request: Request, base: str) -> None:
        """Remember the head of a request that was understood."""


class SparqlEndpoint:
    """The endpoint at /sparql, and /download."""

    def __init__(
        self,
        queries: QueryService,
        update: UpdateEndpoint,
        descriptions: ServiceDescriptions,
        page: Page,
        settings: Serving,
        naming: GraphNaming,
        learner: Learner | None,
    ) -> None:
        self._queries = queries
        self._update = update
        self._descriptions = descriptions
        self._page = page
        self._settings = settings
        self._naming = naming
        self._learner = learner

    async def answer(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer a request.

        Raises RequestError.
        """
        largest = self._queries.largest * 4
        match request.method:
            case "OPTIONS":
                return preflight(_METHODS)
            case "GET" | "HEAD":
                pass
            case "POST":
                if media_type(request)[0] == UPDATE:
                    self._update.access.check(request)
                    largest = self._update.largest
            case _:
                raise RequestError(405, gettext("queries come by GET or POST"), {"allow": _METHODS})
        seconds = self._settings.body_timeout
        operation = await read_operation(
            request,
            lambda: read_body(request, most=largest, seconds=seconds),
            lambda text: self._naming.named(request, text),
        )
        if operation.update is not None:
            return await self._update.answer(request, operation)
        if operation.query is None:
            return await self._describe(request, snapshot)
        return await self._query(request, snapshot, operation.query, operation)

    async def download(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer a query as a file: what a form can ask for, since it cannot set Accept.

        Raises RequestError.
        """
        names = [value for name, value in parameters(request.scope["query_string"]) if name == "type"]
        wanted = next((it for it in (*ROWS, *GRAPHS) if names[:1] == [it.media_type]), None)
        if wanted is None:
            raise RequestError(400, gettext("the address needs a known ?type="))
        headers = [(name, value) for name, value in request.scope["headers"] if name != b"accept"]
        request.scope["headers"] = [*headers, (b"accept", wanted.media_type.encode())]
        response = await self.answer(Request(request.scope, request.receive), snapshot)
        response.headers["content-disposition"] = f'attachment; filename="result{wanted.suffix}"'
        return response

    async def _describe(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer a bare request: the query page, or the service description (SPARQL 1.1 Service Description, 2)."""
        if request.method == "POST":
            raise RequestError(400, gettext("the request has no query"))
        chosen = choose(field(request.headers, "accept"), (*GRAPHS, HTML))
        if chosen is None:
            raise not_acceptable(DOCUMENT_TYPES)
        if chosen is HTML:
            return await self._page.show(request, snapshot, Operation())
        return await self._descriptions.service(request, snapshot, chosen)

    async def _query(self, request: Request, snapshot: ServedSnapshot, text: str, operation: Operation) -> Response:
        log = request.scope["pressgraph.log"]
        log["query"] = query_digest(text)
        base = base_address(request, self._settings.url)
        prepared = await self._queries.prepare_beside(
            text,
            snapshot=snapshot,
            accept=field(request.headers, "accept"),
            base=f"{base}/sparql",
            default=operation.default,
            named=operation.named,
            html=request.method != "POST",
        )
        if prepared.media_type is HTML:
            return await self._page.show(request, snapshot, operation)
        if prepared.acceptable and not prepared.changing:
            if self._learner is not None:
                self._learner.learn(request, prepared.key.base)
            etag = packed_tag(prepared.etag) if takes_gzip(request) else prepared.etag
            tag = known_tag(request, etag, made=False)
            if tag is not None:
                headers = {**RESULT_HEADERS, "cache-control": "no-cache", "etag": tag}
                return Response(status_code=304, headers=headers)
        result = self._begun(request, prepared) or self._queries.evaluate(prepared)
        if isinstance(result, Representation):
            log["cached"] = True
            return _respond(request, result)
        found = await result.result(request.receive)
        prepared = result.prepared
        if not prepared.acceptable:
            result.job.close()
            raise not_acceptable(prepared.offered, gettext("the answer"))
        if isinstance(found, Representation):
            return _respond(request, found)
        return self._stream(request, prepared, found.beginning, result)

    def _begun(self, request: Request, prepared: PreparedQuery) -> Evaluation | None:
        """Return what the fast path has begun of this query, which goes on here."""
        begun: Evaluation | None = request.scope.get("pressgraph.evaluation")
        if begun is None or begun.prepared.key[1:] != prepared.key[1:]:
            return None
        del request.scope["pressgraph.evaluation"]
        return begun

    def _stream(self, request: Request, prepared: PreparedQuery, beginning: bytes, evaluation: Evaluation) -> Response:
        compress = takes_gzip(request)
        headers = {**RESULT_HEADERS, "content-type": prepared.media_type.content_type}
        if not prepared.changing:
            etag = packed_tag(prepared.etag) if compress else prepared.etag
            headers |= {"etag": etag, "cache-control": "no-cache"}
            if known_tag(request, etag) is not None:
                evaluation.job.close()
                return Response(status_code=304, headers=headers)
        return ResultStream(evaluation.job, beginning, headers=headers, compress=compress)


def _respond(request: Request, result: Representation) -> Response:
    kept = "no-cache" if result.etag else "no-store"
    return respond(request, result, {**CORS, "vary": "Accept", "cache-control": kept})
