"""A job: one request to a process, and what comes back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from pressgraph.i18n import gettext
from pressgraph.server.failures import JobError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pressgraph.server.served import ServedSnapshot

_AHEAD = 1024 * 1024
"""How much of a result is held for a slow reader; then the process waits."""


class Executor(Protocol):
    """What does a job: a process, as far as the job needs it."""

    def pause(self) -> None:
        """Read no more of the result for now."""

    def resume(self) -> None:
        """Read on."""

    def drop(self, job: Job, reason: JobError) -> None:
        """Forget a job."""

    def kill(self, reason: JobError | None = None) -> None:
        """End at once."""


class Job:
    """One request to a process, and what comes back."""

    __slots__ = (
        *("accepted", "begun", "client", "done", "failure", "held", "own", "parts", "process", "request", "returned"),
        *("since", "snapshot", "_enough", "_failed", "_on_begun"),
    )

    def __init__(
        self, request: bytes, failed: Callable[[str], None] | None = None, *, client: str = "", own: bool = False
    ) -> None:
        self.request = request
        self.client = client
        """Who waits for it."""
        self.own = own
        """Whether it is what a page needs, not a stranger's query: its work has a bound."""
        self._failed = failed
        """What is told the kind of a failure."""
        self.parts: list[bytes] = []
        self.held = 0
        self.done = False
        self.accepted = False
        """Whether a writer has said that it carries the request out; before that it has changed nothing."""
        self.returned = 0
        """How many processes ended before they read the request, so that another one was asked."""
        self.begun = False
        """Whether some of the result was taken, so that it cannot begin anew."""
        self.failure: JobError | None = None
        self.process: Executor | None = None
        self.snapshot: ServedSnapshot | None = None
        """What the process answers from, as soon as one is asked."""
        self.since = time.monotonic()
        self._enough = 0
        self._on_begun: Callable[[], None] | None = None

    # -- what the process's side calls

    def data(self, content: bytes) -> None:
        """Take a piece of the result."""
        self.parts.append(content)
        self.held += len(content)
        if self.held >= _AHEAD and self.process is not None:
            self.process.pause()
        if self._on_begun is not None:
            self._tell()

    def finish(self, failure: JobError | None = None, last: bytes = b"") -> None:
        """Take the last piece of the result, and note that nothing more will come."""
        if self.done:
            return
        if last:
            # whoever waits for room waits for the next job's result, not for this one's
            self.parts.append(last)
            self.held += len(last)
        self.done, self.failure = True, failure
        if failure is not None and self._failed is not None:
            self._failed(failure.kind)
        if self._on_begun is not None:
            self._tell()

    def begin_anew(self) -> None:
        """Forget what came: another process will be asked."""
        self.parts.clear()
        self.held = 0
        self.process = None
        self.since = time.monotonic()

    def _tell(self) -> None:
        if self._on_begun is not None and (self.done or self.held >= self._enough):
            on_begun, self._on_begun = self._on_begun, None
            on_begun()

    # -- what the side of the request calls

    def when_begun(self, enough: int, on_begun: Callable[[], None] | None) -> None:
        """Call back, once, when the result is complete, has failed, or `enough` bytes of it are here."""
        self._enough, self._on_begun = min(enough, _AHEAD), on_begun
        self._tell()

    async def _wait(self, enough: int) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.when_begun(enough, lambda: None if waiter.done() else waiter.set_result(None))
        try:
            await waiter
        finally:
            self._on_begun = None

    async def beginning(self, enough: int) -> None:
        """Wait until the result is complete or `enough` bytes of it are here.

        Raises JobError where it fails before that.
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
        self.begun = True
        if self.process is not None and not self.done:
            self.process.resume()
        return content

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the result as it comes.

        Raises JobError in the middle of it where it fails.
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
            gone = JobError("gone", gettext("the client has gone"))
            if self.process is not None:
                self.process.drop(self, gone)
            self.finish(gone)
