"""Writes that wait, and the processes that make them.

A write is made by a process of its own (`pressgraph.server.workers.writer`), with its own limits, one process at a
time. The writes that wait meanwhile are made together, by the next process, and published once: each sees those before
it, and has its own outcome.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pressgraph.dataset import Snapshots
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext, said_in
from pressgraph.project.typed_json import from_json
from pressgraph.server.failures import JobError, request_error
from pressgraph.server.http.log import log_event
from pressgraph.server.http.responses import RequestError
from pressgraph.server.manifest import ServedManifest
from pressgraph.server.workers.frames import DATA, frame, request_frame
from pressgraph.server.workers.job import Job
from pressgraph.server.workers.messages import UpdateWrite, WriterAnswer, WriterRequest
from pressgraph.server.workers.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pressgraph.project import Serving
    from pressgraph.server.workers.children import Nursery
    from pressgraph.server.workers.messages import Outcome, ServedFolder, Write

_MOST_WAITING = 64
_MOST_HELD = 4
"""How many of the largest writes may be held in memory while they wait."""
_TRIES = 3
"""How many processes are asked for a write, one after another, where none of them accepts it."""
_TOGETHER = 8 * 1024 * 1024
"""The size in bytes up to which waiting writes are made together."""


_OF_A_BUILD = 20
"""How many times as long as a write the publication of a build may take: it grows with the build, the owner's own."""


class WrittenDataset(Protocol):
    """The served dataset, as far as writes need it."""

    @property
    def folder(self) -> Path:
        """The folder of its snapshots."""

    def request(self) -> ServedFolder:
        """Return what a writer process needs to know of it."""


@dataclass(slots=True, eq=False)
class _Write:
    """A write that waits for its turn, or is made."""

    request: Write
    contents: Sequence[bytes]
    outcome: Outcome | RequestError = field(
        # whoever made it has not come to its end
        default_factory=lambda: request_error(JobError("stopping", gettext("the server is stopping")))
    )

    @property
    def size(self) -> int:
        """How much there is to be written, in bytes or characters."""
        text = self.request.text if isinstance(self.request, UpdateWrite) else ""
        return len(text) + sum(map(len, self.contents))


class WriteQueue:
    """The writes of a served dataset, in the order in which they came."""

    def __init__(
        self, dataset: WrittenDataset, prefixes: Mapping[str, str], settings: Serving, nursery: Nursery
    ) -> None:
        self._dataset = dataset
        self._prefixes = prefixes
        self._settings = settings
        self._largest = settings.write_body_mib * 1024 * 1024
        self._lock = asyncio.Lock()
        self._waiting: list[_Write] = []
        self._making = 0
        self._alive: set[Process] = set()
        self._fork = partial(nursery.fork_writer, memory=settings.write_memory_mib * 1024 * 1024)

    @property
    def under_way(self) -> int:
        """How many writes wait or are made."""
        return len(self._waiting) + self._making

    async def publish(self) -> None:
        """Make the served dataset from what was built.

        Raises RequestError.
        """
        async with self._lock:
            try:
                await self._in_process([], "")
            except JobError as failure:
                raise self._failed(failure, "publish") from failure

    async def write(self, request: Write, contents: Sequence[bytes] = ()) -> Outcome:
        """Have a write made, together with those that wait too; return what came of it.

        Raises RequestError.
        """
        write = _Write(request, contents)
        if len(self._waiting) >= _MOST_WAITING or sum(it.size for it in self._waiting) > _MOST_HELD * self._largest:
            raise RequestError(503, gettext("too many writes are waiting; try again soon"), {"retry-after": "2"})
        self._waiting.append(write)
        try:
            async with self._lock:
                # whoever had the lock before may have taken it along
                if write in self._waiting:
                    await self._make(self._next())
        finally:
            if write in self._waiting:
                self._waiting.remove(write)
        if isinstance(write.outcome, RequestError):
            raise write.outcome
        return write.outcome

    def _next(self) -> list[_Write]:
        """Take the writes that are made together: the first that waits, and more while they are small."""
        group = [self._waiting.pop(0)]
        size = group[0].size
        while self._waiting and (size := size + self._waiting[0].size) <= _TOGETHER:
            group.append(self._waiting.pop(0))
        return group

    async def _make(self, group: list[_Write]) -> None:
        """Make writes as one publication; where one of them spoils that, each by itself. The caller holds the lock."""
        made = secrets.token_hex(8)
        self._making = len(group)
        try:
            outcomes = await self._in_process(group, made)
        except JobError as failure:
            if len(group) > 1 and (failure.kind == "apart" or not self._is_published(made)):
                for write in group:
                    await self._make([write])
                return
            for write in group:
                write.outcome = self._failed(failure, _operation(write.request))
            return
        finally:
            self._making = 0
        for write, outcome in zip(group, outcomes, strict=True):
            if outcome.failed:
                write.outcome = request_error(JobError(outcome.failed, said_in(outcome.message)))
            else:
                write.outcome = outcome

    def _is_published(self, made: str) -> bool:
        """Tell whether a process published its writes before it failed; where that cannot be told, it may have."""
        try:
            current = Snapshots(self._dataset.folder, kind="served").current()
            return current is not None and ServedManifest.of(current).made == made
        except StoreError:
            return True

    def _failed(self, failure: JobError, operation: str) -> RequestError:
        error = request_error(failure)
        if error.status >= 500:  # noqa: PLR2004
            # no message: it may hold what was written
            log_event("error", error="write", operation=operation, kind=failure.kind)
        return error

    async def _in_process(self, group: Sequence[_Write], made: str) -> tuple[Outcome, ...]:
        """Have a process make writes and publish them under a name, or publish what was built where there are none.

        Raises JobError.
        """
        patience = self._settings.write_timeout
        timeout = patience if group else _OF_A_BUILD * patience
        message = request_frame(
            WriterRequest(
                dataset=self._dataset.request(),
                writes=tuple(it.request for it in group),
                made=made,
                prefixes=dict(self._prefixes),
                wait=patience / 2,
            )
        )
        message += b"".join(frame(DATA, content) for it in group for content in it.contents)
        # the answer comes before the process's end, and its lock goes with it
        return from_json(await self._asked(message, timeout), WriterAnswer).outcomes

    async def _asked(self, message: bytes, timeout: float) -> bytes:  # noqa: ASYNC109 - the process is killed then
        """Ask a process, and another one where that ends before it accepts the request; return its answer.

        Raises JobError.
        """
        limit = JobError("time", gettext("the write took longer than {seconds} seconds", seconds=f"{timeout:g}"))
        for left in reversed(range(_TRIES)):
            job = Job(message)
            process = Process(self._fork, lost=self._alive.discard, ready=lambda _process: None)
            self._alive.add(process)
            await process.connect()
            process.ask(job)
            timer = asyncio.get_running_loop().call_later(timeout, process.kill, limit)
            try:
                return b"".join([chunk async for chunk in job.chunks()])
            except JobError as failure:
                # nothing was changed by a process that did not accept the request
                if failure.kind != "crash" or job.accepted or not left:
                    raise
            finally:
                timer.cancel()
                job.close()
        raise AssertionError

    async def stop(self) -> None:
        """End a write that is under way: it leaves no trace."""
        for process in self._alive:
            process.kill(JobError("stopping", gettext("the server is stopping")))
        until = time.monotonic() + 3
        while self._alive and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.01)


def _operation(write: Write) -> str:
    return str(write.__struct_config__.tag)
