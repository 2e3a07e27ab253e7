"""The pool of worker processes, as the server sees it: lanes, limits, kill and replace.

A query starts in the fast lane, where as many processes work as `workers` says, and one more waits. A process is sent a
few queries in a row, so that it need not wait for the server; when the first takes longer than an eye can see, those
behind it are taken back, and the process that waited takes its place beside the others.

A query that has computed for `slow_after` seconds moves, with its process, to the slow lane, whose processes have a low
priority, and rest most of the time while many short queries come. When the slow lane is full, the query's process ends,
and the query waits for a place, where it begins anew: nothing tells a long query from an endless one but how long it
takes, and one that waits costs nothing. While some wait, those in the slow lane may run for `slow_turn` seconds.

Where queries wait, in either lane, clients take turns, and where too many wait, those of the client that has most are
refused (`pressgraph.server.workers.fair_queue`).

A process ends when its query passes a limit, when its client goes, when its slow query is done and none waits, and when
a new snapshot is published and its query is done. It is killed: nothing it has is worth keeping.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.server.failures import JobError
from pressgraph.server.http.clients import CLIENT
from pressgraph.server.workers.fair_queue import FairQueue
from pressgraph.server.workers.job import Job
from pressgraph.server.workers.process import Process, resident

if TYPE_CHECKING:
    from pressgraph.project import Serving
    from pressgraph.server.served import Served, ServedSnapshot
    from pressgraph.server.workers.children import Nursery

_IN_A_ROW = 8
"""How many requests a process may have been sent."""
_LOOK = 0.01
"""Seconds between two looks at how long requests take."""
_STUCK = 0.01
"""Seconds after which a request holds up those behind it."""
_BUSY = 10
"""Half as many looks that saw short requests, and the slow lane rests; a look that saw none counts twice against it."""
_TURN = 10
"""One look's time in so many the slow lane goes on though others are busy."""
_SPARE = 1
"""How many processes wait, so that a long query's place is taken at once."""
_LATE = 0.05
"""Seconds between two long queries that have waited for too long: they would all be asked again at once."""
_OWN = 1.0
"""Seconds that what a page needs may compute in the fast lane: a process keeps what it made for a search."""
_IDLE = 0.5
"""Seconds that a query may spend in the fast lane without computing: it waits for another endpoint, or for its turn."""
_MOST_FAILURES = 10
"""How many processes in a row may end before they are ready until the store counts as unreadable."""


@dataclass(slots=True)
class Counts:
    """What the pool has seen."""

    started: int = 0
    ended: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("time", "memory", "crash", "overload", "busy", "limit", "peer", "gone"), 0
        )
    )
    """Queries that were given up, by what for; not those that are no queries."""

    def note(self, kind: str) -> None:
        """Take note of a failure."""
        if kind in self.ended:
            self.ended[kind] += 1


class Pool:
    """The processes over the snapshot that is served, and over the one that will be."""

    def __init__(self, served: Served, settings: Serving, nursery: Nursery) -> None:
        self._served = served
        self.settings = settings
        self._nursery = nursery
        self._newest: ServedSnapshot | None = None
        """What processes are started for."""
        self._processes: set[Process] = set()
        self._waiting = FairQueue(settings.queue)
        self._waiting_slow = FairQueue(settings.queue)
        """Long queries that wait for a place in the slow lane."""
        self._next_turn = 0.0
        """When the next query in the slow lane may be ended for those that wait: not all at once."""
        self._next_late = 0.0
        """When the next that waits for too long may be refused."""
        self._asked = 0
        """How many requests came to the fast lane since the last look."""
        self._busy = 0
        self._looks = 0
        self._opening: asyncio.Future[None] | None = None
        self._connecting: set[asyncio.Task[None]] = set()
        self._watcher: asyncio.TimerHandle | None = None
        self._failures = 0
        self._stopping = False
        self.without_network = False
        self.counts = Counts()

    # -- processes

    async def open(self, snapshot: ServedSnapshot, *, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - what comes late still counts
        """Wait until a process has a snapshot open, so that it can be served.

        Until then the processes over the served one are asked. Raises JobError where no process can open it; the
        served one goes on.
        """
        self._newest = snapshot
        self._failures = 0
        self._opening = asyncio.get_running_loop().create_future()
        self._refill()
        try:
            await asyncio.wait_for(asyncio.shield(self._opening), timeout)
        except (TimeoutError, JobError) as error:
            self._newest = self._served.current
            self._end_idle()
            self._refill()
            if isinstance(error, JobError):
                raise
            raise JobError("failed", gettext("the store could not be opened in time")) from None

    def moved(self) -> None:
        """Take note that another snapshot is served: idle processes over others end, and the others when they are."""
        self._end_idle()
        self._hand_out()

    def _end_idle(self) -> None:
        for process in [it for it in self._processes if self._is_stale(it) and not it.queue]:
            process.kill()

    def _is_stale(self, process: Process) -> bool:
        return process.snapshot is not self._served.current and process.snapshot is not self._newest

    def _in_lane(self, *, slow: bool) -> int:
        return sum(
            it.slow == slow and not it.retired and (slow or it.snapshot is self._newest) for it in self._processes
        )

    def _refill(self) -> None:
        """Start what is missing in the fast lane."""
        most = self.settings.workers + _SPARE
        newest = self._newest
        while not self._stopping and newest is not None and newest.store and self._in_lane(slow=False) < most:
            start = partial(self._nursery.fork_worker, store=str(newest.store))
            process = Process(start, lost=self._gone, ready=self._came, snapshot=newest)
            process.free = self._freed
            process.requeue = self._requeue
            self._processes.add(process)
            self.counts.started += 1
            task = asyncio.ensure_future(process.connect())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def _came(self, process: Process) -> None:
        self.without_network = process.without_network
        if process.snapshot is self._newest:
            self._failures = 0
            if self._opening is not None and not self._opening.done():
                self._opening.set_result(None)
        self._freed(process)

    def _freed(self, process: Process) -> None:
        """Give a process that has room the next requests; one that has nothing to do may wait, or go."""
        if process.retired:
            return
        if not process.queue:
            stale = self._is_stale(process)
            following = self._next_slow() if process.slow and not stale else None
            if following is not None:
                process.ask(following)
            elif stale or process.slow or self._stopping:
                process.kill()
                return
        self._hand_out()

    def _hand_out(self) -> None:
        """Send waiting requests to the processes that have room."""
        while self._waiting and (process := self._with_room()) is not None:
            job = self._waiting.next()
            if job is not None:
                process.ask(job)

    def _with_room(self) -> Process | None:
        """Return the process of the fast lane that will come to a request first."""
        found, idle, flowing, shortest = None, None, 0, _IN_A_ROW
        now, current = time.monotonic(), self._served.current
        for process in self._processes:
            if process.snapshot is not current or process.slow or not process.takes_requests:
                continue
            length = len(process.queue)
            if length == 0:
                idle = process
            elif now - process.since < _STUCK:
                flowing += 1
                if length < shortest:
                    found, shortest = process, length
        return idle if idle is not None and flowing < self.settings.workers else found

    def _next_slow(self) -> Job | None:
        """Return the long query whose turn it is."""
        return None if self._stopping else self._waiting_slow.next()

    def _fill_slow_lane(self) -> None:
        """Give places in the slow lane to those that wait, as far as there are processes that have nothing to do."""
        while self._waiting_slow and self._in_lane(slow=True) < self.settings.slow_workers:
            idle = next((it for it in self._processes if self._idle(it)), None)
            job = self._next_slow() if idle is not None else None
            if idle is None or job is None:
                return
            idle.slow_down()
            idle.ask(job)
            self._refill()

    def _idle(self, process: Process) -> bool:
        """Tell whether a process of the fast lane has nothing to do."""
        current = process.snapshot is self._served.current
        return process.takes_requests and current and not process.slow and not process.queue

    def _requeue(self, jobs: list[Job]) -> None:
        self._waiting.put_back(reversed(jobs))
        self._hand_out()

    def _gone(self, process: Process) -> None:
        self._processes.discard(process)
        process.retired = True
        if process.snapshot is not self._newest:
            return
        delay = 0.0
        if not process.is_ready:
            self._failures += 1
            delay = min(2.0, 0.05 * 2**self._failures)
            if self._failures >= _MOST_FAILURES and self._opening is not None and not self._opening.done():
                self._opening.set_exception(JobError("failed", gettext("the store cannot be opened")))
        asyncio.get_running_loop().call_later(delay, self._refill)

    # -- requests

    def ask(self, request: bytes, client: str | None = None, *, own: bool = False) -> Job:
        """Send a request to a process as soon as one is free; `own` is what a page needs.

        It is for a client, that of the request which is answered where none is given. The job fails when too many
        wait, or this one too long.
        """
        job = Job(request, self.counts.note, client=CLIENT.get() if client is None else client, own=own)
        self._asked += 1
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().call_later(_LOOK, self._look)
        process = None if self._stopping or self._waiting else self._with_room()
        if process is not None:
            process.ask(job)
        elif self._stopping:
            job.finish(JobError("stopping", gettext("the server is stopping")))
        else:
            refused = self._waiting.add(job)
            if refused is not None:
                refused.finish(JobError("busy", gettext("too many queries are waiting; try again soon")))
        return job

    def _look(self) -> None:
        """See what takes too long, as often as anything is under way."""
        now = time.monotonic()
        for process in list(self._processes):
            if not process.queue:
                continue
            took, job = now - process.since, process.queue[0]
            if took > _STUCK:
                process.take_back()
            if job is None:
                # nobody waits for it
                if took > _IDLE:
                    process.kill()
            elif took - process.rested > self.settings.timeout:
                seconds = f"{self.settings.timeout:g}"
                self._end(
                    job, JobError("time", gettext("the query ran longer than {seconds} seconds", seconds=seconds))
                )
            elif process.slow:
                if self._waiting_slow and took > self.settings.slow_turn and now > self._next_turn:
                    self._next_turn = now + self.settings.slow_turn / self.settings.slow_workers
                    self._end(
                        job, JobError("overload", gettext("other long queries wait for their turn; try again later"))
                    )
            elif self.settings.slow_workers and self._is_long(process, job, took):
                self._move(process, job)
        self._fill_slow_lane()
        self._pace()
        self._end_waiting(now)
        busy = self._waiting or self._waiting_slow or any(it.queue for it in self._processes)
        self._watcher = asyncio.get_running_loop().call_later(_LOOK, self._look) if busy else None

    def _end_waiting(self, now: float) -> None:
        """Refuse what has waited for too long."""
        longest = self.settings.queue_timeout
        late = JobError("busy", gettext("no process became free in time; try again soon"))
        while (job := self._waiting.oldest()) is not None and now - job.since > longest:
            self._waiting.remove(job)
            job.finish(late)
        job = self._waiting_slow.oldest()
        if job is not None and now - job.since > longest and now > self._next_late:
            self._next_late = now + _LATE
            self._waiting_slow.remove(job)
            job.finish(_too_many_long())

    def _pace(self) -> None:
        """Let the slow lane rest most of the time while many short queries come.

        Priorities do not do it alone: what has the core keeps it for some milliseconds, which is as long as several
        short queries take, and some systems know priorities only between processes of one session or container.
        """
        self._busy = min(_BUSY, self._busy + 1) if self._asked or self._waiting else max(0, self._busy - 2)
        self._asked = 0
        self._looks += 1
        rest = self._busy > _BUSY // 2 and self._looks % _TURN != 0
        for process in self._processes:
            if process.slow and not process.retired:
                process.rest(now=rest)

    def _is_long(self, process: Process, job: Job, took: float) -> bool:
        """Tell whether a query does not belong into the fast lane.

        What counts is how long it computed: where the cores are scarce, short queries take long too.
        """
        most = max(self.settings.slow_after, _OWN) if job.own else self.settings.slow_after
        return process.computed(job) > most or took > most + _IDLE or (process.paused and took > most)

    def _move(self, process: Process, job: Job) -> None:
        """Move a long query to the slow lane, or let it wait for a place there.

        A result that someone reads already cannot begin anew; there are as many places again for what has a result.
        """
        flows = job.begun or job.held > 0
        places = self.settings.slow_workers * (2 if flows else 1)
        if self._in_lane(slow=True) < places and (flows or not self._waiting_slow):
            process.slow_down()
        elif job.begun:
            self._end(job, _too_many_long())
        else:
            process.abandon()
            if job.own:
                self._waiting_slow.put_back([job])
            else:
                refused = self._waiting_slow.add(job)
                if refused is not None:
                    refused.finish(_too_many_long())
        self._refill()

    def _end(self, job: Job, failure: JobError) -> None:
        if not job.done and job.process is not None:
            job.process.kill(failure)

    # -- state

    @property
    def ready(self) -> bool:
        """Whether a process could answer now or soon."""
        return any(it.is_ready and not it.retired for it in self._processes)

    def gauges(self) -> dict[str, int]:
        """Return how many processes there are, and what they do."""
        busy = sum(bool(it.queue) for it in self._processes)
        return {
            "processes": len(self._processes),
            "busy": busy,
            "slow": self._in_lane(slow=True),
            "waiting": sum(1 for _ in self._waiting),
            "waiting_slow": sum(1 for _ in self._waiting_slow),
            "resident_memory_bytes": sum(resident(it.child.pid) for it in self._processes),
        }

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - what is left after it is killed
        """Let queries end, then end the processes."""
        self._stopping = True
        stopping = JobError("stopping", gettext("the server is stopping"))
        for job in (*self._waiting, *self._waiting_slow):
            job.finish(stopping)
        until = time.monotonic() + timeout
        while any(it.queue for it in self._processes) and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.05)
        for process in list(self._processes):
            process.kill(stopping)
        until = time.monotonic() + 3
        while self._processes and time.monotonic() < until:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)


def _too_many_long() -> JobError:
    return JobError("overload", gettext("too many long queries are running; try again later"))
