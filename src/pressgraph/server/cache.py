"""Responses kept in memory, for one snapshot, which never changes: nothing is ever invalidated."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.server.http.responses import WORTH_COMPRESSING, Representation

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from pressgraph.server.failures import JobError

_MOST_FAILURES = 1000
_FAILURE_SECONDS = 60.0
_COST = 512
"""What a representation costs besides its bytes, roughly."""
_MOST_CACHED = 4096
_LARGEST_CACHED = 64 * 1024
"""A larger response is not kept by the bytes of its request."""


class QueryKey(NamedTuple):
    """All that the result of a query depends on: the key of the cache."""

    snapshot: str
    text: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    media_type: str
    base: str


@dataclass(slots=True)
class CacheCounts:
    """How often representations were found, whatever snapshot they are of."""

    hits: int = 0
    misses: int = 0


class ResponseCache:
    """The representations used last, within a bound in bytes; and, for a minute, which jobs ended a process.

    There are tens of thousands of small ones, and while Python's garbage collector looks at all objects that could be
    part of a cycle, nobody is answered. So they are kept as tuples of strings, which it passes over.
    """

    def __init__(self, size: int, counts: CacheCounts | None = None) -> None:
        self._size = size
        self._held = 0
        self._entries: OrderedDict[tuple[Hashable, ...], tuple[int, Representation] | tuple[int, bytes, str, str]] = (
            OrderedDict()
        )
        self._failures: OrderedDict[Hashable, tuple[float, JobError]] = OrderedDict()
        self._making: dict[tuple[Hashable, ...], asyncio.Future[Representation]] = {}
        self._counts = counts or CacheCounts()

    @property
    def hits(self) -> int:
        """How often a representation was found."""
        return self._counts.hits

    @property
    def misses(self) -> int:
        """How often there was none."""
        return self._counts.misses

    def get(self, key: tuple[Hashable, ...]) -> Representation | None:
        """Return a representation."""
        found = self._entries.get(key)
        if found is None:
            self._counts.misses += 1
            return None
        self._entries.move_to_end(key)
        self._counts.hits += 1
        return found[1] if isinstance(found[1], Representation) else Representation(*found[1:])

    async def made(
        self, key: tuple[Hashable, ...], make: Callable[[], Coroutine[Any, Any, Representation]], *, key_size: int = 0
    ) -> Representation:
        """Return a representation, which is made where there is none: once, however many ask for it meanwhile."""
        found = self.get(key)
        if found is not None:
            return found
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(make())

            def done(made: asyncio.Future[Representation]) -> None:
                del self._making[key]
                if not made.cancelled() and made.exception() is None:
                    self.put(key, made.result(), key_size=key_size)

            making.add_done_callback(done)
        # whoever asks may go; the others still want it
        return await asyncio.shield(making)

    def put(self, key: tuple[Hashable, ...], representation: Representation, *, key_size: int = 0) -> None:
        """Keep a representation."""
        body = representation.body
        cost = 2 * len(body) + key_size + _COST
        if cost > self._size:
            return
        old = self._entries.pop(key, None)
        if old is not None:
            self._held -= old[0]
        small = len(body) < WORTH_COMPRESSING
        # a tuple of a class of its own would be looked at
        self._entries[tuple(key)] = (
            (cost, body, representation.content_type, representation.etag) if small else (cost, representation)
        )
        self._held += cost
        while self._held > self._size:
            _, (freed, *_) = self._entries.popitem(last=False)
            self._held -= freed

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._failures.clear()
        self._held = 0

    def failed(self, key: Hashable, failure: JobError) -> None:
        """Remember that a job ended a process."""
        self._failures[key] = (time.monotonic() + _FAILURE_SECONDS, failure)
        if len(self._failures) > _MOST_FAILURES:
            self._failures.popitem(last=False)

    def failure(self, key: Hashable) -> JobError | None:
        """Return how a job ended a process a moment ago."""
        found = self._failures.get(key)
        if found is None:
            return None
        if found[0] < time.monotonic():
            del self._failures[key]
            return None
        return found[1]

    @property
    def held(self) -> int:
        """The bytes in use."""
        return self._held


@dataclass(slots=True, kw_only=True)
class CachedResponse:
    """A response of the fast path: its head without date and request id, its body, and its query's hash for the log."""

    head: bytes
    body: bytes
    query: str


class FastResponses:
    """Responses by the bytes of their requests, within a bound in bytes; all are forgotten where it is reached."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._responses: dict[bytes, CachedResponse] = {}
        self.get = self._responses.get

    def put(self, request: bytes, response: CachedResponse) -> None:
        """Keep a response."""
        if len(response.body) > _LARGEST_CACHED:
            return
        cost = len(request) + len(response.body)
        if self._held + cost > self._size or len(self._responses) >= _MOST_CACHED:
            self._responses.clear()
            self._held = 0
        self._held += cost
        self._responses[request] = response
