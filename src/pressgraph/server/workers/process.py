"""A worker or writer process, and the front's end of the socket to it.

A process ends when its query passes a limit, when its client goes, and when the pool has no more use for it. It is
killed: nothing it has is worth keeping.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mmap
import os
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pressgraph.server.workers.frames import ACCEPTED, BACK, DATA, END, FAILED, READY, Frames, frame
from pressgraph.server.workers.job import Exchange, ExchangeError
from pressgraph.server.workers.sandbox import OUT_OF_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.server.workers.children import Child

_NICENESS = 5
"""About a third of the share of others; what rests most of the time need not be lower. The idle priority would leave
nothing where another program wants the cores: long queries would never end there, and what was killed not even exit."""


class Process(asyncio.Protocol):
    """A worker or writer process, and the front's end of the socket to it."""

    def __init__(
        self,
        start: Callable[[socket.socket], Child],
        *,
        lost: Callable[[Process], None],
        ready: Callable[[Process], None],
    ) -> None:
        self._lost = lost
        self._ready = ready
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._killed_for: ExchangeError | None = None
        self._ended: ExchangeError | None = None
        """How it ended, once that is known: what it is asked afterwards fails so."""
        self._left_unread = False
        """Whether its end of the socket was closed before all was read that it was sent."""
        self.row: deque[Exchange | None] = deque()
        """What it was sent and has not answered, the first of which it works on; None: nobody wants the answer."""
        self.since = 0.0
        """When it began to work on the first."""
        self.taking_back = False
        """Whether it was told to give back what it has not begun."""
        self.free: Callable[[Process], None] = lambda _process: None
        self.back: Callable[[list[Exchange]], None] | None = None
        """What takes the requests that it will not answer through no fault of theirs; without it they fail."""
        self.is_ready = False
        self.without_network = False
        self.retired = False
        self.slow = False
        """Whether it is in the slow lane, and its priority low."""
        self.epoch = 0
        self.rested = 0.0
        """For how many seconds it was stopped since it began to work on the first."""
        self._resting = False
        self._rests_since = 0.0
        self._measured: Exchange | None = None
        self._seconds = 0.0
        """How long it had computed when it was first seen to work on what is measured."""
        ours, theirs = socket.socketpair()
        self._socket = ours
        with theirs:
            self.child = start(theirs)

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
            elif kind == ACCEPTED:
                if exchange is not None:
                    exchange.accepted = True
            elif kind == BACK:
                self._give_back(int.from_bytes(content, "big"))
            elif kind == READY:
                self.is_ready = True
                self.without_network = bool(json.loads(content).get("without_network"))
                self._ready(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what was asked, once it is known how the process ended."""
        self._transport = None
        self._left_unread = isinstance(exc, ConnectionError)
        self._reap(time.monotonic() + 5)

    # -- the front's side

    @property
    def is_connected(self) -> bool:
        """Whether what is sent to it can reach it, as far as is known."""
        return self._transport is not None and not self.retired

    @property
    def takes_requests(self) -> bool:
        """Whether it has its store open and can be asked."""
        return self.is_ready and self.is_connected and not self.taking_back

    def ask(self, exchange: Exchange) -> None:
        """Send a request."""
        if self._ended is not None:
            exchange.finish(self._ended)
            return
        exchange.process = self
        if not self.row:
            self.since = time.monotonic()
            self.rested = 0.0
        self.row.append(exchange)
        if self._transport is not None:
            self._transport.write(exchange.request)

    def take_back(self) -> None:
        """Give what is behind the first request to other processes."""
        if len(self.row) > 1 and not self.taking_back and self._transport is not None:
            self.taking_back = True
            self._transport.write(frame(BACK))
            self._return(self._behind())

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
        self._return([it for it in reversed(exchanges) if it is not None])
        self.free(self)

    def drop(self, exchange: Exchange, reason: ExchangeError) -> None:
        """Forget a request; the process is killed where it works on it."""
        if self.row and self.row[0] is exchange:
            self.kill(reason)
        elif exchange in self.row:
            self.row[self.row.index(exchange)] = None

    def computed(self, exchange: Exchange) -> float:
        """Return for how many seconds it has computed since it was first asked so about its first request.

        Where the system does not tell, all the time since then counts.
        """
        seconds = _computed(self.child.pid)
        if self._measured is not exchange:
            self._measured, self._seconds = exchange, seconds
        return seconds - self._seconds

    def slow_down(self) -> None:
        """Let others go first; who is not root cannot take this back."""
        self.slow = True
        if self.child.pid is not None:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.child.pid, _NICENESS)

    def rest(self, *, now: bool) -> None:
        """Stop computing, or go on."""
        if now != self._resting:
            self._resting = now
            moment = time.monotonic()
            self.rested += 0.0 if now else moment - self._rests_since
            self._rests_since = moment
            self.child.signal(signal.SIGSTOP if now else signal.SIGCONT)

    def abandon(self) -> Exchange | None:
        """Kill the process and return the request that it worked on, to be asked anew."""
        behind = self._behind()
        exchange = self.row[0] if self.row else None
        self.row.clear()
        if exchange is not None:
            exchange.begin_anew()
        self.kill()
        self._return(behind)
        return exchange

    def _return(self, exchanges: list[Exchange]) -> None:
        """Give requests to other processes."""
        if self.back is not None and exchanges:
            self.back(exchanges)

    @property
    def paused(self) -> bool:
        """Whether it waits for whoever reads its result."""
        return self._paused

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
        self.child.signal(signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()
        else:
            self._socket.close()

    def _reap(self, until: float) -> None:
        status = self.child.status()
        if status is None:
            if time.monotonic() > until - 4:
                self.child.signal(signal.SIGKILL)
            asyncio.get_running_loop().call_later(0.01, self._reap, until)
            return
        self._ended = self._killed_for or _ending(status)
        unread = self._unread()
        if unread is not None:
            self.row.clear()
            self._return([unread])
        else:
            self._fail(self._ended)
        self._lost(self)

    def _unread(self) -> Exchange | None:
        """Return the only request, where the process ended before it had read that: it is not what ended it."""
        if self.back is None or not self._left_unread or self._killed_for is not None or self.taking_back:
            return None
        exchange = self.row[0] if len(self.row) == 1 else None
        if exchange is None or exchange.done or exchange.returned or exchange.begun or exchange.held:
            return None
        exchange.begin_anew()
        exchange.returned = True
        return exchange

    def _fail(self, reason: ExchangeError) -> None:
        """Fail the request that the process worked on, and give back those behind it."""
        behind = self._behind()
        exchange = self.row[0] if self.row else None
        self.row.clear()
        if exchange is not None:
            exchange.finish(reason)
        self._return(behind)


def _finish(exchange: Exchange, kind: bytes, content: bytes) -> None:
    if kind == FAILED:
        said = json.loads(content)
        exchange.finish(ExchangeError(said["kind"], said["message"]))
    else:
        exchange.finish(last=content)


def _ending(status: int) -> ExchangeError:
    if status in {-signal.SIGABRT, OUT_OF_MEMORY}:
        # Rust and Python end so when the system gives no more memory
        return ExchangeError("memory", "the request needs more memory than this server gives")
    return ExchangeError("crash", "the engine could not take the request")


def resident(pid: int | None) -> int:
    """Return how many bytes of a process lie in memory; 0 where the system does not tell, or it has ended."""
    # workers cannot be dumped, so their statm may be read and their open files may not: proc(5)
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * mmap.PAGESIZE
    return 0


def _computed(pid: int | None) -> float:
    """Return the seconds that a process has computed, or any seconds where the system does not tell."""
    if sys.platform == "linux" and pid is not None:
        # what clock_getcpuclockid(3) makes of a process
        with contextlib.suppress(OSError):
            return time.clock_gettime(~pid << 3 | 2)
    return time.monotonic()
