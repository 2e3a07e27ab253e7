"""The pool of worker processes, as the front sees it: lanes, limits, kill and replace.

A query starts in the fast lane, which has `workers` processes. A process is sent a few queries in a row, so that it
need not wait for the front; when the first takes longer than an eye can see, those behind it are taken back and given
to others. When it has run for `slow_after` seconds it moves, with its process, to the slow lane, and a new process
takes its place; so slow queries never hold up fast ones, which also go first where the cores are scarce. When the slow
lane is full, the query that would have moved ends instead: the server is busier than it can be.

A process ends when its query passes a limit, when its client goes, when its slow query is done, and when a new snapshot
is published and its query is done. It is killed: nothing it has is worth keeping.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.server.exchange import Exchange, ExchangeError
from pressgraph.server.process import Process

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.project import Serving

_IN_A_ROW = 8
"""How many requests a process may have been sent."""
_LOOK = 0.01
"""Seconds between two looks at how long requests take."""
_STUCK = 0.01
"""Seconds after which a request holds up those behind it."""
_CROWDED = 0.1
"""Seconds after which a query makes room for those that wait, where the slow lane has a place."""
_MOST_FAILURES = 10
"""How many processes in a row may end before they are ready until the store counts as unreadable."""


@dataclass(slots=True)
class Counts:
    """What the pool has seen."""

    started: int = 0
    ended: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("time", "memory", "crash", "overload", "busy", "limit", "gone"), 0)
    )
    """Queries that were given up, by what for; not those that are no queries."""

    def note(self, kind: str) -> None:
        """Take note of a failure."""
        if kind in self.ended:
            self.ended[kind] += 1


class Pool:
    """The processes over one dataset at a time. `open` moves to another snapshot."""

    def __init__(self, settings: Serving, worker_settings: dict[str, Any]) -> None:
        self.settings = settings
        self._worker_settings = json.dumps({**worker_settings, "parent": os.getpid()}, separators=(",", ":"))
        self._store: Path | None = None
        self._epoch = 0
        self._processes: set[Process] = set()
        self._waiting: deque[Exchange] = deque()
        self._opening: asyncio.Future[None] | None = None
        self._connecting: set[asyncio.Task[None]] = set()
        self._watcher: asyncio.TimerHandle | None = None
        self._failures = 0
        self._stopping = False
        self.without_network = False
        self.counts = Counts()

    # -- processes

    async def open(self, store: Path, *, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - what comes late still counts
        """Move to a store: new requests go to it once a process has it open; old processes end what they do.

        Raises ExchangeError where no process can open it.
        """
        self._store = store
        self._epoch += 1
        self._failures = 0
        self._opening = asyncio.get_running_loop().create_future()
        self._refill()
        try:
            await asyncio.wait_for(asyncio.shield(self._opening), timeout)
        except TimeoutError:
            raise ExchangeError("failed", "the store could not be opened in time") from None

    def _in_lane(self, *, slow: bool) -> int:
        return sum(it.slow == slow and not it.retired and (slow or it.epoch == self._epoch) for it in self._processes)

    def _refill(self) -> None:
        """Start what is missing in the fast lane."""
        while not self._stopping and self._store is not None and self._in_lane(slow=False) < self.settings.workers:
            process = Process(
                ["pressgraph.server.worker", str(self._store), self._worker_settings], lost=self._gone, ready=self._came
            )
            process.epoch = self._epoch
            process.free = self._freed
            process.back = self._back
            self._processes.add(process)
            self.counts.started += 1
            task = asyncio.ensure_future(process.connect())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def _came(self, process: Process) -> None:
        self.without_network = process.without_network
        if process.epoch == self._epoch:
            self._failures = 0
            if self._opening is not None and not self._opening.done():
                self._opening.set_result(None)
                for old in [it for it in self._processes if it.epoch != self._epoch and not it.row]:
                    old.kill()
        self._freed(process)

    def _freed(self, process: Process) -> None:
        """Give a process that has room the next requests; one that has nothing to do may wait, or go."""
        if process.retired:
            return
        if not process.row:
            stale = process.epoch != self._epoch and self._opening is not None and self._opening.done()
            if stale or process.slow or self._stopping:
                process.kill()
                return
        self._hand_out()

    def _hand_out(self) -> None:
        """Send waiting requests to the processes that have room."""
        while self._waiting:
            if self._waiting[0].done:
                self._waiting.popleft()
                continue
            process = self._with_room()
            if process is None:
                return
            process.ask(self._waiting.popleft())

    def _with_room(self) -> Process | None:
        """Return the process that will come to a request first."""
        found, shortest, moved = None, _IN_A_ROW, self._opening is None or self._opening.done()
        for process in self._processes:
            length = len(process.row)
            if length >= shortest or not process.takes_requests or process.slow:
                continue
            if moved and process.epoch != self._epoch:
                continue
            if length == 0:
                return process
            if time.monotonic() - process.since < _STUCK:
                found, shortest = process, length
        return found

    def _back(self, exchanges: list[Exchange]) -> None:
        self._waiting.extendleft(reversed(exchanges))
        self._hand_out()

    def _gone(self, process: Process) -> None:
        self._processes.discard(process)
        process.retired = True
        if process.epoch != self._epoch:
            return
        delay = 0.0
        if not process.is_ready:
            self._failures += 1
            delay = min(2.0, 0.05 * 2**self._failures)
            if self._failures >= _MOST_FAILURES and self._opening is not None and not self._opening.done():
                self._opening.set_exception(ExchangeError("failed", "the store cannot be opened"))
        asyncio.get_running_loop().call_later(delay, self._refill)

    # -- requests

    def ask(self, request: bytes) -> Exchange:
        """Send a request to a process as soon as one is free.

        The exchange fails when too many wait, or this one too long.
        """
        exchange = Exchange(request, self.counts.note)
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().call_later(_LOOK, self._look)
        process = None if self._stopping or self._waiting else self._with_room()
        if process is not None:
            process.ask(exchange)
        elif self._stopping:
            exchange.finish(ExchangeError("stopping", "the server is stopping"))
        else:
            if len(self._waiting) >= self.settings.queue:
                self._waiting = deque(it for it in self._waiting if not it.done)
            if len(self._waiting) >= self.settings.queue:
                exchange.finish(ExchangeError("busy", "too many queries are waiting; try again soon"))
            else:
                self._waiting.append(exchange)
        return exchange

    def _look(self) -> None:
        """See what takes too long, as often as anything is under way."""
        now = time.monotonic()
        for process in list(self._processes):
            if not process.row:
                continue
            took, exchange = now - process.since, process.row[0]
            if took > _STUCK:
                process.take_back()
            if exchange is None:
                if took > self.settings.slow_after:
                    process.kill()
            elif took > self.settings.timeout:
                self._end(
                    exchange, ExchangeError("time", f"the query ran longer than {self.settings.timeout:g} seconds")
                )
            elif not process.slow and self.settings.slow_workers:
                self._slowed(process, exchange, took)
        late = ExchangeError("busy", "no process became free in time; try again soon")
        while self._waiting and (self._waiting[0].done or now - self._waiting[0].since > self.settings.queue_timeout):
            self._waiting.popleft().finish(late)
        busy = self._waiting or any(it.row for it in self._processes)
        self._watcher = asyncio.get_running_loop().call_later(_LOOK, self._look) if busy else None

    def _slowed(self, process: Process, exchange: Exchange, took: float) -> None:
        """Move a query that runs long to the slow lane, or end it where that is full; sooner where others wait."""
        if self._in_lane(slow=True) < self.settings.slow_workers:
            if took > self.settings.slow_after or (self._waiting and took > _CROWDED):
                process.slow_down()
                self._refill()
        elif took > self.settings.slow_after:
            self._end(exchange, ExchangeError("overload", "too many long queries are running; try again later"))

    def _end(self, exchange: Exchange, failure: ExchangeError) -> None:
        if not exchange.done and exchange.process is not None:
            exchange.process.kill(failure)

    # -- state

    @property
    def ready(self) -> bool:
        """Whether a process could answer now or soon."""
        return any(it.is_ready and not it.retired for it in self._processes)

    def gauges(self) -> dict[str, int]:
        """Return how many processes there are, and what they do."""
        busy = sum(bool(it.row) for it in self._processes)
        waiting = sum(not it.done for it in self._waiting)
        return {"processes": len(self._processes), "busy": busy, "slow": self._in_lane(slow=True), "waiting": waiting}

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - what is left after it is killed
        """Let queries end, then end the processes."""
        self._stopping = True
        stopping = ExchangeError("stopping", "the server is stopping")
        for exchange in self._waiting:
            exchange.finish(stopping)
        until = time.monotonic() + timeout
        while any(it.row for it in self._processes) and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.05)
        for process in list(self._processes):
            process.kill(stopping)
        until = time.monotonic() + 3
        while self._processes and time.monotonic() < until:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
