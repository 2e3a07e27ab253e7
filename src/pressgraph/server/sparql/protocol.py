"""SPARQL 1.1 Protocol: what a request asks for, and its answer (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from starlette.responses import Response

from pressgraph.errors import QueryError
from pressgraph.query.forms import query_form
from pressgraph.query.guard import Limits, check_query
from pressgraph.query.local import syntax_error
from pressgraph.query.patterns import ABSOLUTE_IRI, CHANGING
from pressgraph.server.cache import Cache, Entry, Question
from pressgraph.server.http.negotiation import GRAPHS, HTML, ROWS, Form, choose, field
from pressgraph.server.http.responses import (
    CORS,
    RequestError,
    ResultStream,
    Watch,
    entity,
    known_tag,
    packed_tag,
    preflight,
    request_error,
    takes_gzip,
)
from pressgraph.server.workers.frames import query_frame, query_head
from pressgraph.server.workers.job import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from starlette.requests import Request

    from pressgraph.server.app import Front
    from pressgraph.server.workers.job import Exchange

QUERY, UPDATE, FORM = "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded"
_METHODS = "GET, HEAD, POST, OPTIONS"
_CHANGING_WORDS = ("NOW", "RAND", "UUID", "BNODE")
_MOST_PARAMETERS = 200
_LONG = 8 * 1024
"""The length in characters from which a query is looked at beside the event loop."""
_OFFERED = {"SELECT": ROWS, "ASK": ROWS, "CONSTRUCT": GRAPHS, "DESCRIBE": GRAPHS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a request of the protocol asks for; both texts are None where it asks for the service description."""

    query: str | None = None
    update: str | None = None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


def absolute_iri(text: str) -> str:
    """Return an IRI that came in a parameter.

    Raises RequestError for what is none.
    """
    if not ABSOLUTE_IRI.fullmatch(text):
        raise RequestError(400, "a graph's name in the request is not an absolute IRI")
    return text


def parameters(raw: bytes | str) -> list[tuple[str, str]]:
    """Return the fields of a query string or form, decoded once.

    Raises RequestError for what is not UTF-8, and for too many.
    """
    try:
        text = raw.decode("ascii") if isinstance(raw, bytes) else raw
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise RequestError(400, "the request's parameters are not UTF-8") from error
    except ValueError as error:
        raise RequestError(400, "the request has too many parameters") from error


def media_type(request: Request) -> tuple[str, str]:
    """Return the media type of a request's body, and its charset."""
    value, *rest = request.headers.get("content-type", "").split(";")
    charset = "utf-8"
    for parameter in rest:
        name, _, setting = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = setting.strip().strip("\"'").lower()
    return value.strip().lower(), charset


async def read_operation(request: Request, body: Callable[[], Awaitable[bytes]]) -> Operation:
    """Read what a GET or POST asks for (2.1, 2.2); `body` reads the body within its limits.

    Raises RequestError.
    """
    fields = parameters(request.scope["query_string"])
    if request.method == "POST":
        kind, charset = media_type(request)
        if kind not in {FORM, QUERY, UPDATE}:
            raise RequestError(415, f"a POST has the media type {FORM}, {QUERY} or {UPDATE}")
        if charset not in {"utf-8", "utf8"}:
            raise RequestError(415, "a query or update is UTF-8")
        try:
            text = (await body()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestError(400, "the request's body is not UTF-8") from error
        if kind == FORM:
            fields += parameters(text)
        else:
            if any(name in {"query", "update"} for name, _ in fields):
                raise RequestError(400, "the request has a query or update in its address and in its body")
            fields.append(("query" if kind == QUERY else "update", text))
    elif any(name == "update" for name, _ in fields):
        raise RequestError(400, "an update is sent by POST")
    return _operation(fields)


def _operation(fields: list[tuple[str, str]]) -> Operation:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    texts = [*found.get("query", ()), *found.get("update", ())]
    if len(texts) > 1:
        raise RequestError(400, "the request has more than one query or update")

    def graphs(name: str) -> tuple[str, ...] | None:
        return tuple(map(absolute_iri, found[name])) if name in found else None

    default, named = graphs("default-graph-uri"), graphs("named-graph-uri")
    using, using_named = graphs("using-graph-uri"), graphs("using-named-graph-uri")
    if "update" in found and (default or named):
        raise RequestError(400, "an update takes using-graph-uri and using-named-graph-uri")
    if "query" in found and (using or using_named):
        raise RequestError(400, "a query takes default-graph-uri and named-graph-uri")
    return Operation(
        query=found["query"][0] if "query" in found else None,
        update=found["update"][0] if "update" in found else None,
        default=default,
        named=named,
        using=using or (),
        using_named=using_named or (),
    )


class Endpoint:
    """The SPARQL endpoint."""

    headers: ClassVar[dict[str, str]] = {**CORS, "vary": "Accept, Accept-Encoding"}
    """Of all its results."""

    def __init__(self, front: Front) -> None:
        settings = front.settings
        self.front = front
        self.cache = Cache(settings.cache_mib * 1024 * 1024)
        self.limits = Limits(
            size=settings.query_kib * 1024,
            depth=settings.depth,
            operators=settings.operators,
            services=frozenset(settings.services),
        )

    def moved(self) -> None:
        """Take note of a new snapshot."""
        self.cache.clear()

    @staticmethod
    def digest(text: str) -> str:
        """Return what names a query in logs and entity tags."""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def is_changing(self, text: str) -> bool:
        """Tell whether a query could answer otherwise the next time, on the same data."""
        upper = text.upper()
        if any(word in upper for word in _CHANGING_WORDS) and CHANGING.search(text) is not None:
            return True
        return self.asks_others(text)

    def asks_others(self, text: str) -> bool:
        """Tell whether a query could ask another endpoint, whose data changes when it likes."""
        return bool(self.limits.services) and "SERVICE" in text.upper()

    def brief_key(self, question: Question) -> tuple[Hashable, ...] | None:
        """Return what the answer of other endpoints is kept as for a while; None: it is not."""
        seconds = self.front.settings.service_cache
        if not seconds or not self.asks_others(question.text) or CHANGING.search(question.text):
            return None
        return (*question, int(time.monotonic() / seconds))

    @staticmethod
    def form(kind: str | None, accept: str | None, *, html: bool) -> Form | None:
        """Return the form of the result of a kind of query; None where the client accepts none that there is."""
        return choose(accept, _offered(kind, html=html))

    @staticmethod
    def etag(question: Question, digest: str) -> str:
        """Return the entity tag of the answer to a query."""
        return f'"{question.snapshot}-{digest}-{_tag(question[2:])}"'

    def process_head(self, question: Question) -> bytes:
        """Return what a process is told about a query, without its text."""
        settings = self.front.settings
        return query_head(question, rows=settings.rows, size=settings.result_mib * 1024 * 1024)

    async def answer(self, request: Request) -> Response:
        """Answer a request.

        Raises RequestError.
        """
        most = self.limits.size * 4
        match request.method:
            case "OPTIONS":
                return preflight(_METHODS)
            case "GET" | "HEAD":
                pass
            case "POST":
                if media_type(request)[0] == UPDATE:
                    self.front.writes.authorise(request)
                    most = self.front.writes.size
            case _:
                raise RequestError(405, "queries come by GET or POST", {"allow": _METHODS})
        operation = await read_operation(request, lambda: self.front.body(request, most))
        if operation.update is not None:
            return await self.front.writes.update(request, operation)
        if operation.query is None:
            return await self.front.pages.endpoint(request)
        return await self._query(request, operation)

    async def _query(self, request: Request, operation: Operation) -> Response:
        text = operation.query
        assert text is not None  # noqa: S101 - the caller asked
        front = self.front
        digest = self.digest(text)
        request.scope["pressgraph.log"] = {"query": digest}
        try:
            if len(text) < _LONG:
                check_query(text, self.limits)
            else:
                await front.drawing.of(check_query, text, self.limits)
        except QueryError as error:
            raise RequestError(400, str(error)) from error
        kind, html = query_form(text), request.method != "POST"
        offered = _offered(kind, html=html)
        wanted = self.form(kind, field(request.headers, "accept"), html=html)
        # what is wrong with a query matters more than the form of its answer: it is asked in any case
        form = wanted or offered[0]
        if form is HTML:
            return await front.pages.query_page(request, operation)
        base = front.address(request) + "/sparql"
        question = Question(front.snapshot_id, text, operation.default, operation.named, form.name, base)
        changing = self.is_changing(text)
        etag = self.etag(question, digest)
        compress = takes_gzip(request)
        if not changing and wanted is not None:
            front.quick.learn(request, base)
            found = self.cache.get(question)
            if found is not None:
                request.scope["pressgraph.log"]["cached"] = True
                return self._entry_answer(request, found)
            tag = known_tag(request, packed_tag(etag) if compress else etag, made=False)
            if tag is not None:
                return Response(status_code=304, headers={**self.headers, "cache-control": "no-cache", "etag": tag})
        brief = self.brief_key(question) if changing else None
        found = self.cache.get(brief) if brief is not None and wanted is not None else None
        if found is not None:
            request.scope["pressgraph.log"]["cached"] = True
            return self._entry_answer(request, found)
        content, exchange = await self.evaluate(request, question)
        if wanted is None:
            if exchange is not None:
                exchange.close()
            names = ", ".join(it.media_type for it in offered)
            raise RequestError(406, f"the answer has one of the media types {names}", {"vary": "Accept"})
        if exchange is not None:
            headers = {**self.headers, "content-type": form.content_type}
            if not changing:
                etag = packed_tag(etag) if compress else etag
                headers |= {"etag": etag, "cache-control": "no-cache"}
                if known_tag(request, etag) is not None:
                    exchange.close()
                    return Response(status_code=304, headers=headers)
            return ResultStream(exchange, content, headers=headers, compress=compress)
        entry = Entry(content, form.content_type, etag if not changing else "")
        key = brief if changing else question
        if key is not None:
            self.cache.put(key, entry, key_size=2 * len(text))
        return self._entry_answer(request, entry)

    async def evaluate(self, request: Request, question: Question) -> tuple[bytes, Exchange | None]:
        """Have a query evaluated; return the result, or its beginning and the exchange that has the rest.

        Raises RequestError.
        """
        front = self.front
        known = self.cache.failure(question)
        if known is not None:
            raise request_error(known)
        # what was begun the short way goes on here
        exchange: Exchange | None = request.scope.pop("pressgraph.exchange", None)
        if exchange is None:
            exchange = front.pool.ask(query_frame(self.process_head(question), question.text))
        watch = Watch(request.receive, exchange)
        try:
            await exchange.beginning(front.settings.cached_result_kib * 1024)
        except ExchangeError as failure:
            # what other endpoints did a moment ago they may not do again
            if failure.kind in {"time", "memory", "crash"} and not self.asks_others(question.text):
                self.cache.failed(question, failure)
            if failure.kind == "syntax":
                raise RequestError(400, str(syntax_error(question.text, failure.message))) from failure
            raise request_error(failure) from failure
        except BaseException:
            exchange.close()
            raise
        finally:
            watch.stop()
        content = exchange.take()
        return content, None if exchange.done else exchange

    def _entry_answer(self, request: Request, entry: Entry) -> Response:
        kept = "no-cache" if entry.etag else "no-store"
        return entity(request, entry, {**CORS, "vary": "Accept", "cache-control": kept})


@lru_cache(maxsize=64)
def _tag(rest: tuple[Any, ...]) -> str:
    return hashlib.sha256(repr(rest).encode("utf-8", "replace")).hexdigest()[:10]


def _offered(kind: str | None, *, html: bool) -> tuple[Form, ...]:
    offered = _OFFERED.get(kind or "SELECT", ROWS)
    return (*offered, HTML) if html else offered
