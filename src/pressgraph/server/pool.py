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
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pressgraph.server.frames import BACK, DATA, END, FAILED, READY, Frames, frame

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from pressgraph.project import Serving

_AHEAD = 1024 * 1024
"""How much of a result the front holds for a slow reader; then the process waits."""
_IN_A_ROW = 8
"""How many requests a process may have been sent."""
_LOOK = 0.01
"""Seconds between two looks at how long requests take."""
_STUCK = 0.01
"""Seconds after which a request holds up those behind it."""
_NICENESS = 10
_CROWDED = 0.1
"""Seconds after which a query makes room for those that wait, where the slow lane has a place."""
_MOST_FAILURES = 10
"""How many processes in a row may end before they are ready until the store counts as unreadable."""
_KEPT_ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
)


@dataclass(frozen=True, slots=True)
class ExchangeError(Exception):
    """A request that a process did not answer, or not to the end. `kind` decides the status."""

    kind: str
    """syntax, refused, missing, limit, time, memory, crash, busy, overload, failed, stall, gone or stopping"""
    message: str

    def __str__(self) -> str:
        return self.message


class Exchange:
    """One request to a process, and what comes back."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.parts: list[bytes] = []
        self.held = 0
        self.done = False
        self.failure: ExchangeError | None = None
        self.process: Process | None = None
        self.since = time.monotonic()
        self._enough = 0
        self._begun: Callable[[], None] | None = None

    # -- what the process's side calls

    def data(self, content: bytes) -> None:
        """Take a piece of the result."""
        self.parts.append(content)
        self.held += len(content)
        if self.held >= _AHEAD and self.process is not None:
            self.process.pause()
        if self._begun is not None:
            self._tell()

    def finish(self, failure: ExchangeError | None = None, last: bytes = b"") -> None:
        """Take the last piece of the result, and note that nothing more will come."""
        if self.done:
            return
        if last:
            # whoever waits for room waits for the next request's answer, not for this one's
            self.parts.append(last)
            self.held += len(last)
        self.done, self.failure = True, failure
        if self._begun is not None:
            self._tell()

    def _tell(self) -> None:
        if self._begun is not None and (self.done or self.held >= self._enough):
            begun, self._begun = self._begun, None
            begun()

    # -- what the front's side calls

    def when_begun(self, enough: int, begun: Callable[[], None] | None) -> None:
        """Call back, once, when the result is complete, has failed, or `enough` bytes of it are here."""
        self._enough, self._begun = min(enough, _AHEAD), begun
        self._tell()

    async def _wait(self, enough: int) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.when_begun(enough, lambda: None if waiter.done() else waiter.set_result(None))
        try:
            await waiter
        finally:
            self._begun = None

    async def beginning(self, enough: int) -> None:
        """Wait until the result is complete or `enough` bytes of it are here.

        Raises ExchangeError where it fails before that.
        """
        if not self.done:
            await self._wait(enough)
        if self.failure is not None:
            raise self.failure

    def take(self) -> bytes:
        """Return what is here."""
        content = self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)
        self.parts.clear()
        self.held = 0
        if self.process is not None and not self.done:
            self.process.resume()
        return content

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the result as it comes.

        Raises ExchangeError in the middle of it where it fails.
        """
        while True:
            if self.held:
                yield self.take()
            elif self.done:
                if self.failure is not None:
                    raise self.failure
                return
            else:
                await self._wait(1)

    def close(self) -> None:
        """Drop the result; a process that still works on it is killed."""
        self.parts.clear()
        if not self.done:
            gone = ExchangeError("gone", "the client has gone")
            if self.process is not None:
                self.process.drop(self, gone)
            self.finish(gone)


class Process(asyncio.Protocol):
    """A worker or writer process, and the front's end of the socket to it."""

    def __init__(
        self, arguments: list[str], *, lost: Callable[[Process], None], ready: Callable[[Process], None]
    ) -> None:
        self._lost = lost
        self._ready = ready
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._killed_for: ExchangeError | None = None
        self.row: deque[Exchange | None] = deque()
        """What it was sent and has not answered, the first of which it works on; None: nobody wants the answer."""
        self.since = 0.0
        """When it began to work on the first."""
        self.taking_back = False
        """Whether it was told to give back what it has not begun."""
        self.free: Callable[[Process], None] = lambda _process: None
        self.back: Callable[[list[Exchange]], None] = lambda _exchanges: None
        """What takes the requests that it will not answer through no fault of theirs."""
        self.is_ready = False
        self.without_network = False
        self.retired = False
        self.slow = False
        self.epoch = 0
        ours, theirs = socket.socketpair()
        self._socket = ours
        with theirs:
            self.popen = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", arguments[0], str(theirs.fileno()), *arguments[1:]],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )

    async def connect(self) -> None:
        """Attach the socket to the event loop."""
        self._socket.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: self, self._socket)

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports do not inherit from asyncio's
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass messages on."""
        for kind, content in self._frames.feed(data):
            exchange = self.row[0] if self.row else None
            if kind == DATA:
                if exchange is not None:
                    exchange.data(content)
            elif kind in {END, FAILED}:
                if self.row:
                    self.row.popleft()
                if self.row:
                    self.since = time.monotonic()
                self.resume()
                if exchange is not None:
                    _finish(exchange, kind, content)
                self.free(self)
            elif kind == BACK:
                self._give_back(int.from_bytes(content, "big"))
            elif kind == READY:
                self.is_ready = True
                self.without_network = bool(json.loads(content).get("without_network"))
                self._ready(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        """Fail what was asked, once it is known how the process ended."""
        self._transport = None
        self._reap(time.monotonic() + 5)

    # -- the front's side

    @property
    def takes_requests(self) -> bool:
        """Whether it has its store open and can be asked."""
        return self.is_ready and self._transport is not None and not self.retired and not self.taking_back

    def ask(self, exchange: Exchange) -> None:
        """Send a request."""
        exchange.process = self
        if not self.row:
            self.since = time.monotonic()
        self.row.append(exchange)
        if self._transport is not None:
            self._transport.write(exchange.request)

    def take_back(self) -> None:
        """Give what is behind the first request to other processes."""
        if len(self.row) > 1 and not self.taking_back and self._transport is not None:
            self.taking_back = True
            self._transport.write(frame(BACK))
            self.back(self._behind())

    def _behind(self) -> list[Exchange]:
        """Take the requests behind the first out of the row, and nobody will want their answers from here."""
        behind = [it for it in list(self.row)[1:] if it is not None]
        for place in range(1, len(self.row)):
            self.row[place] = None
        for exchange in behind:
            exchange.process = None
        return behind

    def _give_back(self, count: int) -> None:
        """Take the last requests out of the row, which are not begun: a process may not even have begun the first."""
        exchanges = [self.row.pop() for _ in range(count)]
        self.taking_back = False
        self.back([it for it in reversed(exchanges) if it is not None])
        self.free(self)

    def drop(self, exchange: Exchange, reason: ExchangeError) -> None:
        """Forget a request; the process is killed where it works on it."""
        if self.row and self.row[0] is exchange:
            self.kill(reason)
        elif exchange in self.row:
            self.row[self.row.index(exchange)] = None

    def slow_down(self) -> None:
        """Let others go first; who is not root cannot take this back."""
        self.slow = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.popen.pid, _NICENESS)

    def pause(self) -> None:
        """Read no more for now: the process waits when its socket is full."""
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def kill(self, reason: ExchangeError | None = None) -> None:
        """End the process at once; its request fails for this reason."""
        self._killed_for = self._killed_for or reason
        self.retired = True
        if reason is not None:
            self._fail(reason)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()
        else:
            self._socket.close()

    def _reap(self, until: float) -> None:
        status = self.popen.poll()
        if status is None:
            if time.monotonic() > until - 4:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.popen.pid, signal.SIGKILL)
            asyncio.get_running_loop().call_later(0.01, self._reap, until)
            return
        self._fail(self._killed_for or _ending(status))
        self._lost(self)

    def _fail(self, reason: ExchangeError) -> None:
        """Fail the request that the process worked on, and give back those behind it."""
        behind = self._behind()
        exchange = self.row[0] if self.row else None
        self.row.clear()
        if exchange is not None:
            exchange.finish(reason)
        if behind:
            self.back(behind)


def _finish(exchange: Exchange, kind: bytes, content: bytes) -> None:
    if kind == FAILED:
        said = json.loads(content)
        exchange.finish(ExchangeError(said["kind"], said["message"]))
    else:
        exchange.finish(last=content)


def _ending(status: int) -> ExchangeError:
    if status in {-signal.SIGABRT, 1}:
        # Rust and Python both end so when the system gives no more memory
        return ExchangeError("memory", "the request needs more memory than this server gives")
    return ExchangeError("crash", "the engine could not take the request")


@dataclass(slots=True)
class Counts:
    """What the pool has seen."""

    started: int = 0
    killed: dict[str, int] = field(default_factory=dict)


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
        exchange = Exchange(request)
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
            self.counts.killed[failure.kind] = self.counts.killed.get(failure.kind, 0) + 1
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
