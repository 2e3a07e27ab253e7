"""Jobs that wait for a process, shared out among the clients that they are for.

Clients take turns, each with its jobs in the order in which they came. Where no more may wait, whoever has most waiting
gives up the job that came last; so a client that asks much leaves the others their places.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.server.workers.job import Job


class FairQueue:
    """Jobs that wait, `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._clients: dict[str, deque[Job]] = {}
        """Each client's jobs, first the client whose turn it is; no client is without one."""
        self._size = 0

    def __bool__(self) -> bool:
        return self._size > 0 and any(True for _ in self)

    def __iter__(self) -> Iterator[Job]:
        """Yield those whose result somebody still waits for."""
        return (job for jobs in self._clients.values() for job in jobs if not job.done)

    def add(self, job: Job) -> Job | None:
        """Have a job wait; return one for which there is no more room, it or another one."""
        if self._size >= self._most:
            self._sweep()
        if self._size < self._most:
            self._put(job)
            return None
        biggest = max(self._clients.values(), key=len, default=None)
        if biggest is None or len(biggest) <= 1 + len(self._clients.get(job.client, ())):
            return job
        refused = biggest.pop()
        self._size -= 1
        self._put(job)
        return refused

    def _put(self, job: Job) -> None:
        self._clients.setdefault(job.client, deque()).append(job)
        self._size += 1

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Have jobs wait before all others, the last of them first; there is always room for them."""
        for job in jobs:
            mine = self._clients.pop(job.client, None) or deque()
            mine.appendleft(job)
            self._clients = {job.client: mine, **self._clients}
            self._size += 1

    def next(self) -> Job | None:
        """Take the job whose turn it is."""
        while self._clients:
            client, jobs = next(iter(self._clients.items()))
            job = jobs.popleft()
            self._size -= 1
            del self._clients[client]
            if jobs:
                self._clients[client] = jobs
            if not job.done:
                return job
        return None

    def oldest(self) -> Job | None:
        """Return the job that has waited longest."""
        return min(self, key=lambda job: job.since, default=None)

    def remove(self, job: Job) -> None:
        """Take a job out."""
        jobs = self._clients[job.client]
        jobs.remove(job)
        self._size -= 1
        if not jobs:
            del self._clients[job.client]

    def _sweep(self) -> None:
        """Forget those whose client has gone."""
        left = {client: deque(it for it in jobs if not it.done) for client, jobs in self._clients.items()}
        self._clients = {client: jobs for client, jobs in left.items() if jobs}
        self._size = sum(map(len, self._clients.values()))
