"""The pool of worker processes, as the front sees it: lanes, limits, kill and replace.

A query starts in the fast lane, which has `workers` processes. When it has run for `slow_after` seconds it moves, with
its process, to the slow lane, and a new process takes its place; so slow queries never hold up fast ones. When the
slow lane is full, the query that would have moved ends instead: the server is busier than it can be.

A process ends when its query passes a limit, when its client goes, and when a new snapshot is published and its
query is done. It is killed: nothing it has is worth keeping.
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

from pressgraph.server.frames import DATA, END, FAILED, READY, Frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from pressgraph.project import Serving

_AHEAD = 1024 * 1024
"""How much of a result the front holds for a slow reader; then the process waits."""
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
        self.timer: asyncio.TimerHandle | None = None
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

    def finish(self, failure: ExchangeError | None = None) -> None:
        """Take note that nothing more will come."""
        if self.done:
            return
        self.done, self.failure = True, failure
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
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
        if self.done:
            return
        gone = ExchangeError("gone", "the client has gone")
        if self.process is not None:
            self.process.kill(gone)
        else:
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
        self.exchange: Exchange | None = None
        self.free: Callable[[Process], None] = lambda _process: None
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
            exchange = self.exchange
            if kind == DATA:
                if exchange is not None:
                    exchange.data(content)
            elif kind == READY:
                self.is_ready = True
                self.without_network = bool(json.loads(content).get("without_network"))
                self._ready(self)
            elif exchange is not None and kind in {END, FAILED}:
                self.exchange = None
                failure = None
                if kind == FAILED:
                    said = json.loads(content)
                    failure = ExchangeError(said["kind"], said["message"])
                elif content:
                    exchange.data(content)
                self.resume()
                exchange.finish(failure)
                self.free(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        """Fail what was asked, once it is known how the process ended."""
        self._transport = None
        self._reap(time.monotonic() + 5)

    # -- the front's side

    def ask(self, exchange: Exchange) -> None:
        """Send a request."""
        exchange.process = self
        self.exchange = exchange
        if self._transport is not None:
            self._transport.write(exchange.request)

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
        if self.exchange is not None and reason is not None:
            exchange, self.exchange = self.exchange, None
            exchange.finish(reason)
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
        if self.exchange is not None:
            exchange, self.exchange = self.exchange, None
            exchange.finish(self._killed_for or _ending(status))
        self._lost(self)


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
        self._idle: list[Process] = []
        self._processes: set[Process] = set()
        self._waiting: deque[Exchange] = deque()
        self._opening: asyncio.Future[None] | None = None
        self._connecting: set[asyncio.Task[None]] = set()
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
                for old in [it for it in self._idle if it.epoch != self._epoch]:
                    self._idle.remove(old)
                    old.kill()
        self._freed(process)

    def _freed(self, process: Process) -> None:
        """Give a process that has nothing to do the next request, or let it wait, or let it go."""
        if process.retired:
            return
        stale = process.epoch != self._epoch and self._opening is not None and self._opening.done()
        spare = process.slow and self._in_lane(slow=False) >= self.settings.workers
        if stale or spare or self._stopping:
            process.kill()
            return
        process.slow = False
        while self._waiting:
            exchange = self._waiting.popleft()
            if not exchange.done:
                self._start(process, exchange)
                return
        self._idle.append(process)

    def _gone(self, process: Process) -> None:
        self._processes.discard(process)
        process.retired = True
        if process in self._idle:
            self._idle.remove(process)
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
        if self._stopping:
            exchange.finish(ExchangeError("stopping", "the server is stopping"))
            return exchange
        while self._idle:
            process = self._idle.pop()
            if not process.retired:
                self._start(process, exchange)
                return exchange
        if len(self._waiting) >= self.settings.queue:
            self._waiting = deque(it for it in self._waiting if not it.done)
        if len(self._waiting) >= self.settings.queue:
            exchange.finish(ExchangeError("busy", "too many queries are waiting; try again soon"))
            return exchange
        self._waiting.append(exchange)
        late = ExchangeError("busy", "no process became free in time; try again soon")
        exchange.timer = asyncio.get_running_loop().call_later(self.settings.queue_timeout, exchange.finish, late)
        return exchange

    def _start(self, process: Process, exchange: Exchange) -> None:
        if exchange.timer is not None:
            exchange.timer.cancel()
        exchange.timer = asyncio.get_running_loop().call_later(self.settings.slow_after, self._slowed, exchange)
        process.ask(exchange)

    def _slowed(self, exchange: Exchange) -> None:
        """Move a query that runs long to the slow lane, or end it where that is full."""
        process = exchange.process
        if exchange.done or process is None:
            return
        if self.settings.slow_workers:
            if self._in_lane(slow=True) >= self.settings.slow_workers:
                self._end(exchange, ExchangeError("overload", "too many long queries are running; try again later"))
                return
            process.slow = True
            self._refill()
        left = max(0.0, self.settings.timeout - self.settings.slow_after)
        exchange.timer = asyncio.get_running_loop().call_later(left, self._timed_out, exchange)

    def _timed_out(self, exchange: Exchange) -> None:
        self._end(exchange, ExchangeError("time", f"the query ran longer than {self.settings.timeout:g} seconds"))

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
        busy = sum(it.exchange is not None for it in self._processes)
        waiting = sum(not it.done for it in self._waiting)
        return {"processes": len(self._processes), "busy": busy, "slow": self._in_lane(slow=True), "waiting": waiting}

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - what is left after it is killed
        """Let queries end, then end the processes."""
        self._stopping = True
        stopping = ExchangeError("stopping", "the server is stopping")
        for exchange in self._waiting:
            exchange.finish(stopping)
        until = time.monotonic() + timeout
        while any(it.exchange is not None for it in self._processes) and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.05)
        for process in list(self._processes):
            process.kill(stopping)
        until = time.monotonic() + 3
        while self._processes and time.monotonic() < until:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
