"""A worker or writer process, and the server's end of the socket to it.

A process ends when its query passes a limit, when its client goes, and when the pool has no more use for it. It is
killed: nothing it has is worth keeping.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pressgraph.i18n import gettext, said_in
from pressgraph.project.typed_json import from_json
from pressgraph.server.failures import JobError
from pressgraph.server.workers.frames import ACCEPTED, DATA, END, FAILED, READY, REQUEUE, Frames, frame
from pressgraph.server.workers.messages import Failed, Ready
from pressgraph.server.workers.sandbox import OUT_OF_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.workers.children import Child
    from pressgraph.server.workers.job import Job

_NICENESS = 5
"""About a third of the share of others; what rests most of the time need not be lower. The idle priority would leave
nothing where another program wants the cores: long queries would never end there, and what was killed not even exit."""
_MOST_RETURNS = 3
"""How many processes may end, one after another, before they have read a request: what ends them may end each."""


class Process(asyncio.Protocol):
    """A worker or writer process, and the server's end of the socket to it."""

    def __init__(
        self,
        start: Callable[[socket.socket], Child],
        *,
        lost: Callable[[Process], None],
        ready: Callable[[Process], None],
        snapshot: ServedSnapshot | None = None,
    ) -> None:
        self.snapshot = snapshot
        """What it has open; None for a writer."""
        self._lost = lost
        self._ready = ready
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._killed_for: JobError | None = None
        self._ended: JobError | None = None
        """How it ended, once that is known: what it is asked afterwards fails so."""
        self._left_unread = False
        """Whether its end of the socket was closed before all was read that it was sent."""
        self._unsent: list[bytes] = []
        """Requests that are sent together, at the end of the loop's turn: each message could wake the process."""
        self.queue: deque[Job | None] = deque()
        """The jobs that it was sent and has not done, the first of which it works on; None: nobody wants the result."""
        self.since = 0.0
        """When it began to work on the first."""
        self.taking_back = False
        """Whether it was told to give back what it has not begun."""
        self.free: Callable[[Process], None] = lambda _process: None
        self.requeue: Callable[[list[Job]], None] | None = None
        """What takes the jobs that it will not do through no fault of theirs; without it they fail."""
        self.is_ready = False
        self.without_network = False
        self.retired = False
        self.slow = False
        """Whether it is in the slow lane, and its priority low."""
        self.rested = 0.0
        """For how many seconds it was stopped since it began to work on the first."""
        self._resting = False
        self._rests_since = 0.0
        self._measured: Job | None = None
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
            job = self.queue[0] if self.queue else None
            if kind == DATA:
                if job is not None:
                    job.data(content)
            elif kind in {END, FAILED}:
                if self.queue:
                    self.queue.popleft()
                if self.queue:
                    self.since = time.monotonic()
                self.resume()
                if job is not None:
                    _finish(job, kind, content)
                self.free(self)
            elif kind == ACCEPTED:
                if job is not None:
                    job.accepted = True
            elif kind == REQUEUE:
                self._give_back(int.from_bytes(content, "big"))
            elif kind == READY:
                self.is_ready = True
                self.without_network = from_json(content, Ready).without_network
                self._ready(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what was asked, once it is known how the process ended."""
        self._transport = None
        self._left_unread = isinstance(exc, ConnectionError) or bool(self._unsent)
        self._reap(time.monotonic() + 5)

    # -- the server's side

    @property
    def is_connected(self) -> bool:
        """Whether what is sent to it can reach it, as far as is known."""
        return self._transport is not None and not self.retired

    @property
    def takes_requests(self) -> bool:
        """Whether it has its store open and can be asked."""
        return self.is_ready and self._transport is not None and not self.retired and not self.taking_back

    def ask(self, job: Job) -> None:
        """Send a request."""
        if self._ended is not None:
            job.finish(self._ended)
            return
        job.process, job.snapshot = self, self.snapshot
        if not self.queue:
            self.since = time.monotonic()
            self.rested = 0.0
        self.queue.append(job)
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._send)
        self._unsent.append(job.request)

    def _send(self) -> None:
        """Send what is to be sent."""
        requests, self._unsent = self._unsent, []
        if requests and self._transport is not None and not self.retired:
            self._transport.write(b"".join(requests))

    def take_back(self) -> None:
        """Give what is behind the first request to other processes."""
        if len(self.queue) > 1 and not self.taking_back and self._transport is not None:
            self.taking_back = True
            self._send()
            self._transport.write(frame(REQUEUE))
            self._return(self._behind())

    def _behind(self) -> list[Job]:
        """Take the requests behind the first out of the queue, and nobody will want their answers from here."""
        behind = [it for it in list(self.queue)[1:] if it is not None]
        for place in range(1, len(self.queue)):
            self.queue[place] = None
        for job in behind:
            job.process = None
        return behind

    def _give_back(self, count: int) -> None:
        """Take the last requests out of the queue, which are not begun: a process may not even have begun the first."""
        jobs = [self.queue.pop() for _ in range(count)]
        self.taking_back = False
        self._return([it for it in reversed(jobs) if it is not None])
        self.free(self)

    def drop(self, job: Job, reason: JobError) -> None:
        """Forget a request; the process is killed where it works on it."""
        if self.queue and self.queue[0] is job:
            self.kill(reason)
        elif job in self.queue:
            self.queue[self.queue.index(job)] = None

    def computed(self, job: Job) -> float:
        """Return for how many seconds it has computed since it was first asked so about its first request.

        Where the system does not tell, all the time since then counts.
        """
        seconds = _computed(self.child.pid)
        if self._measured is not job:
            self._measured, self._seconds = job, seconds
        return seconds - self._seconds

    def slow_down(self) -> None:
        """Lower the priority; only root can raise it again."""
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

    def abandon(self) -> Job | None:
        """Kill the process and return the request that it worked on, to be asked anew."""
        behind = self._behind()
        job = self.queue[0] if self.queue else None
        self.queue.clear()
        if job is not None:
            job.begin_anew()
        self.kill()
        self._return(behind)
        return job

    def _return(self, jobs: list[Job]) -> None:
        """Give requests to other processes."""
        if self.requeue is not None and jobs:
            self.requeue(jobs)

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

    def kill(self, reason: JobError | None = None) -> None:
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
            self.queue.clear()
            self._return([unread])
        else:
            self._fail(self._ended)
        self._lost(self)

    def _unread(self) -> Job | None:
        """Return the only request, where the process ended before it had read that: it is not what ended it."""
        if self.requeue is None or not self._left_unread or self._killed_for is not None or self.taking_back:
            return None
        job = self.queue[0] if len(self.queue) == 1 else None
        if job is None or job.done or job.returned >= _MOST_RETURNS or job.begun or job.held:
            return None
        job.begin_anew()
        job.returned += 1
        return job

    def _fail(self, reason: JobError) -> None:
        """Fail the request that the process worked on, and give back those behind it."""
        behind = self._behind()
        job = self.queue[0] if self.queue else None
        self.queue.clear()
        if job is not None:
            job.finish(reason)
        self._return(behind)


def _finish(job: Job, kind: bytes, content: bytes) -> None:
    if kind == FAILED:
        said = from_json(content, Failed)
        job.finish(JobError(said.kind, said_in(said.message)))
    else:
        job.finish(last=content)


def _ending(status: int) -> JobError:
    if status in {-signal.SIGABRT, OUT_OF_MEMORY}:
        # Rust and Python end so when the system gives no more memory
        return JobError("memory", gettext("the request needs more memory than this server gives"))
    return JobError("crash", gettext("the engine could not take the request"))


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
