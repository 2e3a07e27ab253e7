"""The fast path: a query by GET from a client whose head is known goes from the socket to a process and back.

Clients send the same head again and again but for the request's line. When the endpoint has answered a query, the rest
of its head is remembered with what it said: which media types the client accepts, by which address it reached the
server. The next request that ends with the same bytes needs no HTTP parser, no ASGI scope and no task: its query is
prepared and evaluated as the endpoint does it (`pressgraph.server.sparql.queries`). Whatever is not a small, complete,
successful result goes on at the endpoint, with the process's result as far as it came.

A request that comes again byte for byte is not even read: what a cache in front of the server would do. The setting
`serve.fast_path` turns all of this off.
"""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from pressgraph.query.patterns import FORWARDED, NOT_LEARNT, OTHER_PARAMETERS, REQUEST_LINE
from pressgraph.server.cache import CachedResponse
from pressgraph.server.http.access_log import Answered
from pressgraph.server.http.clients import CLIENT
from pressgraph.server.http.middleware import SECURITY
from pressgraph.server.http.negotiation import HTML, MediaType, accepts_gzip, field
from pressgraph.server.http.requests import form_decoded
from pressgraph.server.http.responses import Representation, RequestError
from pressgraph.server.sparql.endpoint import RESULT_HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request

    from pressgraph.server.http.access_log import AccessLog
    from pressgraph.server.served import Served
    from pressgraph.server.sparql.queries import Evaluation, PreparedQuery, QueryService

_MOST_CLIENTS = 4096
_LONGEST_QUERY = 8 * 1024
"""In bytes, as it is written in an address; a longer one is looked at beside the event loop, which takes longer."""
_LARGEST_HEAD = 8 * 1024


class ClientProfile:
    """What a client's head says, without the request's line."""

    def __init__(self, accept: str | None, encoding: str | None, base: str, client: str) -> None:
        self.accept = accept
        self.client = client
        """Who sent it, where a reverse proxy passed it on: its address is a part of the head."""
        self.gzip = accepts_gzip(encoding)
        self.base = base
        self._heads: dict[MediaType, bytes] = {}

    def response_head(self, media_type: MediaType) -> bytes:
        """Return the beginning of the head of each result in a media type."""
        head = self._heads.get(media_type)
        if head is None:
            lines = [*RESULT_HEADERS.items(), ("cache-control", "no-cache"), ("content-type", media_type.content_type)]
            head = b"HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines).encode()
            head = self._heads[media_type] = head + b"".join(b"%s: %s\r\n" % pair for pair in SECURITY)
        return head


class PendingQuery:
    """A query of the fast path that a process works on."""

    __slots__ = ("client", "evaluation", "request", "started")

    def __init__(self, request: bytes, client: ClientProfile, evaluation: Evaluation) -> None:
        self.request = request
        self.client = client
        self.evaluation = evaluation
        self.started = time.perf_counter()


class FastPath:
    """The clients that are known; `public_path` is the path that the server is mounted at, as its links have it."""

    def __init__(
        self, queries: QueryService, served: Served, access_log: AccessLog, *, public_url: str, public_path: str
    ) -> None:
        self._queries = queries
        self._served = served
        self._access_log = access_log
        self._public_url = public_url
        self._mounted = b"GET " + public_path.encode() if public_path else b""
        self.enough = queries.enough
        """The size in bytes up to which a result is answered here."""
        self._clients: dict[bytes, ClientProfile] = {}
        self._second = 0
        self._date = b""

    def learn(self, request: Request, base: str) -> None:
        """Remember the head of a request that the endpoint has understood."""
        data = self._inside(request.scope.get("pressgraph.bytes", b""))
        line = REQUEST_LINE.match(data)
        # a head in one piece, and nothing behind it
        if line is None or data.count(b"\r\n\r\n") != 1 or not data.endswith(b"\r\n\r\n"):
            return
        head = data[line.end() - 2 :]
        if len(head) > _LARGEST_HEAD or NOT_LEARNT.search(head):
            return
        if not self._public_url and FORWARDED.search(head):
            # who may say so is decided by the client's address, which is not in the head
            return
        if len(self._clients) >= _MOST_CLIENTS:
            self._clients.clear()
        headers = request.headers
        self._clients[head[2:]] = ClientProfile(
            field(headers, "accept"), field(headers, "accept-encoding"), base, CLIENT.get()
        )

    def ask(self, data: bytes, sender: str | None) -> CachedResponse | PendingQuery | None:
        """Return the response to a request, or its query as a process works on it; None: it is for the endpoint.

        `sender` is the client whose connection it came by, None where that is a reverse proxy's.
        """
        snapshot = self._served.current
        cached = snapshot.fast_responses.get(data)
        if cached is not None:
            return cached
        inside = self._inside(data)
        line = REQUEST_LINE.match(inside)
        if line is None or len(line[1]) > _LONGEST_QUERY:
            return None
        client = self._clients.get(inside[line.end() :])
        if client is None or OTHER_PARAMETERS.search(line[2]):
            return None
        try:
            text = form_decoded(line[1]).decode()
            prepared = self._queries.prepare(text, snapshot=snapshot, accept=client.accept, base=client.base)
            if prepared.changing or not prepared.acceptable or prepared.media_type is HTML:
                return None
            result = self._queries.evaluate(prepared, client.client if sender is None else sender)
        except (UnicodeDecodeError, RequestError):
            return None
        if not isinstance(result, Representation):
            return PendingQuery(data, client, result)
        response = _response(client, prepared, result)
        snapshot.fast_responses.put(data, response)
        return response

    def _inside(self, data: bytes) -> bytes:
        """Return a request without the path that the server is mounted at, which a proxy may have left in its line."""
        mounted = self._mounted
        return b"GET " + data[len(mounted) :] if mounted and data.startswith(mounted) else data

    def bytes_of(self, response: CachedResponse, started: float | None = None) -> bytes:
        """Return the bytes of a response, and log it; `started` is None where it was cached."""
        now = time.time()
        if now >= self._second + 1:
            self._second = int(now)
            self._date = formatdate(now, usegmt=True).encode()
        request_id = self._access_log.next_id()
        took = 0.0 if started is None else time.perf_counter() - started
        size, cached = len(response.body), started is None
        self._access_log.add(Answered(request_id, "GET", "/sparql", 200, took, size, response.query, cached))
        head = b"%sdate: %s\r\nx-request-id: %s\r\n\r\n" % (response.head, self._date, request_id.encode())
        return head + response.body


def completed(pending: PendingQuery) -> CachedResponse | None:
    """Return the response to a query whose result has begun; None: it goes on at the endpoint."""
    result = pending.evaluation.completed()
    return None if result is None else _response(pending.client, pending.evaluation.prepared, result)


def _response(client: ClientProfile, prepared: PreparedQuery, result: Representation) -> CachedResponse:
    body, etag, compressed = result.encoded(compress=client.gzip)
    return CachedResponse(
        head=b"%setag: %s\r\n%scontent-length: %d\r\n"
        % (
            client.response_head(prepared.media_type),
            etag.encode(),
            b"content-encoding: gzip\r\n" if compressed else b"",
            len(body),
        ),
        body=body,
        query=prepared.digest,
    )
