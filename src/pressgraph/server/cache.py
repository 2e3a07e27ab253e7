"""Answers kept in memory. A snapshot never changes, so nothing is ever invalidated: what is old is not asked for."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from pressgraph.server.workers.job import ExchangeError

_WORTH_COMPRESSING = 1024
_MOST_FAILURES = 1000
_FAILURE_SECONDS = 60.0
_COST = 512
"""What an entry costs besides its bytes, roughly."""


class Question(NamedTuple):
    """All that the answer to a query depends on: the key of the cache."""

    snapshot: str
    text: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    form: str
    base: str


@dataclass(slots=True)
class Entry:
    """An answer: its bytes, and what its headers say."""

    body: bytes
    content_type: str
    etag: str
    _gzipped: bytes | None = None

    def encoded(self, *, compress: bool) -> tuple[bytes, str, bool]:
        """Return the bytes, compressed where that is accepted and worth it, their entity tag, and whether they are."""
        if not compress or len(self.body) < _WORTH_COMPRESSING:
            return self.body, self.etag, False
        if self._gzipped is None:
            self._gzipped = gzip.compress(self.body, 3, mtime=0)
        return self._gzipped, f'{self.etag[:-1]}-gz"' if self.etag else "", True


class Cache:
    """The answers used last, within a bound in bytes; and, for a minute, which requests ended a process.

    There are tens of thousands of small answers, and while Python's garbage collector looks at all objects that could
    be part of a cycle, nobody is answered. So they are kept as tuples of strings, which it passes over.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._entries: OrderedDict[tuple[Hashable, ...], tuple[int, Entry] | tuple[int, bytes, str, str]] = (
            OrderedDict()
        )
        self._failures: OrderedDict[Hashable, tuple[float, ExchangeError]] = OrderedDict()
        self._making: dict[tuple[Hashable, ...], asyncio.Future[Entry]] = {}
        self.hits = 0
        self.misses = 0

    def get(self, key: tuple[Hashable, ...]) -> Entry | None:
        """Return an answer."""
        found = self._entries.get(key)
        if found is None:
            self.misses += 1
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return found[1] if isinstance(found[1], Entry) else Entry(*found[1:])

    async def made(
        self, key: tuple[Hashable, ...], make: Callable[[], Coroutine[Any, Any, Entry]], *, key_size: int = 0
    ) -> Entry:
        """Return an answer, which is made where it is not there: once, however many ask for it meanwhile."""
        entry = self.get(key)
        if entry is not None:
            return entry
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(make())

            def done(made: asyncio.Future[Entry]) -> None:
                del self._making[key]
                if not made.cancelled() and made.exception() is None:
                    self.put(key, made.result(), key_size=key_size)

            making.add_done_callback(done)
        # whoever asks may go; the others still want it
        return await asyncio.shield(making)

    def put(self, key: tuple[Hashable, ...], entry: Entry, *, key_size: int = 0) -> None:
        """Keep an answer."""
        cost = 2 * len(entry.body) + key_size + _COST
        if cost > self._size:
            return
        old = self._entries.pop(key, None)
        if old is not None:
            self._held -= old[0]
        small = len(entry.body) < _WORTH_COMPRESSING
        # a tuple of a class of its own would be looked at
        self._entries[tuple(key)] = (cost, entry.body, entry.content_type, entry.etag) if small else (cost, entry)
        self._held += cost
        while self._held > self._size:
            _, (freed, *_) = self._entries.popitem(last=False)
            self._held -= freed

    def clear(self) -> None:
        """Forget all answers: their snapshot is not served any more."""
        self._entries.clear()
        self._failures.clear()
        self._held = 0

    def failed(self, key: Hashable, failure: ExchangeError) -> None:
        """Remember that a request ended a process."""
        self._failures[key] = (time.monotonic() + _FAILURE_SECONDS, failure)
        if len(self._failures) > _MOST_FAILURES:
            self._failures.popitem(last=False)

    def failure(self, key: Hashable) -> ExchangeError | None:
        """Return how a request ended a process a moment ago."""
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
