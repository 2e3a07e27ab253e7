"""Queries, in two steps: `prepare` says what is asked for and what it is called, `evaluate` gives the result.

The endpoint, the query page and the fast path all go these two steps, so that they cannot differ.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.errors import QueryError
from pressgraph.project.typed_json import to_json
from pressgraph.query.forms import query_form
from pressgraph.query.guard import Limits, check_query
from pressgraph.query.local import syntax_error
from pressgraph.query.patterns import CHANGING
from pressgraph.server.cache import QueryKey
from pressgraph.server.failures import JobError, request_error
from pressgraph.server.http.negotiation import GRAPHS, HTML, ROWS, MediaType, choose
from pressgraph.server.http.responses import Representation, RequestError
from pressgraph.server.sparql.streams import ClientWatch
from pressgraph.server.workers.frames import query_frame
from pressgraph.server.workers.messages import QueryRequest

if TYPE_CHECKING:
    from collections.abc import Hashable

    from starlette.types import Receive

    from pressgraph.project import Serving
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.job import Job
    from pressgraph.server.workers.pool import Pool

_LONG = 8 * 1024
"""The length in characters from which a query is looked at beside the event loop."""
_OFFERED = {"SELECT": ROWS, "ASK": ROWS, "CONSTRUCT": GRAPHS, "DESCRIBE": GRAPHS}


class PreparedQuery(NamedTuple):
    """A query that the guard has let through, with all that its response is made of but the result."""

    snapshot: ServedSnapshot
    key: QueryKey
    digest: str
    """What names the query in the log and in entity tags."""
    media_type: MediaType
    """What the client gets; where it accepts nothing that there is, the first that there is."""
    offered: tuple[MediaType, ...]
    acceptable: bool
    """Whether the client accepts any of those."""
    changing: bool
    """Whether the query could have another result the next time, on the same data."""
    asks_others: bool
    """Whether it could ask another endpoint, whose data changes when it likes."""
    cache_key: tuple[Hashable, ...] | None
    """What the result is kept as; None: it is not kept."""

    @property
    def text(self) -> str:
        """The query."""
        return self.key.text

    @property
    def etag(self) -> str:
        """The entity tag of the result, empty where the result could change."""
        return "" if self.changing else self.snapshot.etag(self.digest, _tag(self.key[2:]))

    def on(self, snapshot: ServedSnapshot) -> PreparedQuery:
        """Return the same query on another snapshot."""
        key = self.key._replace(snapshot=snapshot.id)
        cache_key = key if self.cache_key == self.key else self.cache_key
        return self._replace(snapshot=snapshot, key=key, cache_key=cache_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A result that is too large to be kept: its beginning, and the job that has the rest."""

    prepared: PreparedQuery
    beginning: bytes
    job: Job


class Evaluation:
    """A query that a process works on."""

    def __init__(self, prepared: PreparedQuery, job: Job, *, enough: int) -> None:
        self.prepared = prepared
        self.job = job
        self.enough = enough
        """The size in bytes up to which a result is kept."""

    async def result(self, receive: Receive) -> Representation | Stream:
        """Return the result, whole or as a stream; the process ends its work where the client goes.

        Raises RequestError.
        """
        watch = ClientWatch(receive, self.job)
        try:
            await self.job.beginning(self.enough)
        except JobError as failure:
            self._settle()
            # what other endpoints did a moment ago they may not do again
            if not self.prepared.asks_others and failure.kind in {"time", "memory", "crash"}:
                self.prepared.snapshot.responses.failed(self.prepared.key, failure)
            if failure.kind == "syntax":
                raise RequestError(400, syntax_error(self.prepared.text, failure.message).sentence) from failure
            raise request_error(failure) from failure
        except BaseException:
            self.job.close()
            raise
        finally:
            watch.stop()
        whole = self.completed()
        if whole is not None:
            return whole
        self._settle()
        return Stream(prepared=self.prepared, beginning=self.job.take(), job=self.job)

    def completed(self) -> Representation | None:
        """Return the whole result where it is there, and keep it."""
        if not self.job.done or self.job.failure is not None:
            return None
        self._settle()
        prepared = self.prepared
        result = Representation(self.job.take(), prepared.media_type.content_type, prepared.etag)
        if prepared.cache_key is not None and prepared.acceptable:
            prepared.snapshot.responses.put(prepared.cache_key, result, key_size=2 * len(prepared.text))
        return result

    def _settle(self) -> None:
        """Take note of the snapshot that the process had open: another one may be served since the query came."""
        snapshot = self.job.snapshot
        if snapshot is not None and snapshot is not self.prepared.snapshot:
            self.prepared = self.prepared.on(snapshot)


class QueryService:
    """Prepares and evaluates queries over what is served."""

    def __init__(self, pool: Pool, background: Background, settings: Serving) -> None:
        self._pool = pool
        self._background = background
        self._settings = settings
        self._limits = Limits(
            size=settings.query_kib * 1024,
            depth=settings.depth,
            operators=settings.operators,
            services=frozenset(settings.services),
        )
        self.enough = settings.cached_result_kib * 1024
        self._request_head = lru_cache(maxsize=256)(self._make_request_head)

    @property
    def largest(self) -> int:
        """The size in bytes of the largest query."""
        return self._limits.size

    def check(self, text: str) -> None:
        """Let the guard look at a query.

        Raises RequestError for one that it does not let through.
        """
        try:
            check_query(text, self._limits)
        except QueryError as error:
            raise RequestError(400, error.sentence) from error

    def prepare(
        self,
        text: str,
        *,
        snapshot: ServedSnapshot,
        accept: str | None,
        base: str,
        default: tuple[str, ...] | None = None,
        named: tuple[str, ...] | None = None,
        html: bool = True,
    ) -> PreparedQuery:
        """Prepare a query whose result has one of the media types that `accept` lists; `html` offers the page too.

        `default` and `named` replace its dataset (SPARQL 1.1 Protocol, 2.1.4). Raises RequestError for a query that
        the guard does not let through.
        """
        self.check(text)
        offered = _offered(query_form(text), html)
        chosen = _chosen(accept, offered)
        # what is wrong with a query matters more than the media type of its result: it is evaluated in any case
        media_type = chosen or offered[0]
        key = QueryKey(snapshot.id, text, default, named, media_type.name, base)
        upper = text.upper()
        asks_others = bool(self._limits.services) and "SERVICE" in upper
        changing = asks_others or _is_changing(text, upper)
        cache_key = self._brief_key(key) if asks_others else None if changing else key
        digest, acceptable = query_digest(text), chosen is not None
        return PreparedQuery(snapshot, key, digest, media_type, offered, acceptable, changing, asks_others, cache_key)

    async def prepare_beside(self, text: str, **options: Any) -> PreparedQuery:
        """Prepare a query, a long one beside the event loop; the options are those of `prepare`.

        Raises RequestError.
        """
        if len(text) < _LONG:
            return self.prepare(text, **options)
        return await self._background.run(self.prepare, text, **options)

    def evaluate(self, prepared: PreparedQuery, client: str | None = None) -> Representation | Evaluation:
        """Return the result from the cache, else what a process is making of the query for a client.

        The client is that of the request which is answered, where none is given.
        Raises RequestError for a query that ended its process a moment ago.
        """
        responses = prepared.snapshot.responses
        if prepared.cache_key is not None and prepared.acceptable:
            kept = responses.get(prepared.cache_key)
            if kept is not None:
                return kept
        failure = responses.failure(prepared.key)
        if failure is not None:
            raise request_error(failure)
        job = self._pool.ask(query_frame(self._request_head(prepared.key[2:]), prepared.text), client)
        return Evaluation(prepared, job, enough=self.enough)

    async def result(self, prepared: PreparedQuery, receive: Receive) -> Representation | Stream:
        """Evaluate a query and wait for the result, whole or as a stream.

        Raises RequestError.
        """
        found = self.evaluate(prepared)
        return await found.result(receive) if isinstance(found, Evaluation) else found

    def _make_request_head(self, rest: tuple[Any, ...]) -> bytes:
        """Return what a process is told of a query besides its text, as JSON; `rest` is its key after the text."""
        default, named, media_type, base = rest
        return to_json(
            QueryRequest(
                format=media_type,
                base=base,
                default=default,
                named=named,
                rows=self._settings.rows,
                size=self._settings.result_mib * 1024 * 1024,
            )
        )

    def _brief_key(self, key: QueryKey) -> tuple[Hashable, ...] | None:
        """Return what the result of other endpoints is kept as for a while; None: it is not."""
        seconds = self._settings.service_cache
        if not seconds or CHANGING.search(key.text):
            return None
        return (*key, int(time.monotonic() / seconds))


def _is_changing(text: str, upper: str) -> bool:
    """Tell whether a query could have another result the next time, on the same data; `upper` is its text so."""
    # looked for one by one: this is asked of each query
    hinted = "NOW" in upper or "RAND" in upper or "UUID" in upper or "BNODE" in upper
    return hinted and CHANGING.search(text) is not None


def query_digest(text: str) -> str:
    """Return what names a query in logs and entity tags."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=64)
def _tag(rest: tuple[Any, ...]) -> str:
    return hashlib.sha256(repr(rest).encode("utf-8", "replace")).hexdigest()[:10]


@lru_cache(maxsize=16)
def _offered(kind: str | None, html: bool) -> tuple[MediaType, ...]:  # noqa: FBT001 - a key of the cache
    offered = _OFFERED.get(kind or "SELECT", ROWS)
    return (*offered, HTML) if html else offered


@lru_cache(maxsize=1024)
def _chosen(accept: str | None, offered: tuple[MediaType, ...]) -> MediaType | None:
    return choose(accept, offered)
