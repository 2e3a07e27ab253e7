"""Results that are sent as they come, and jobs that end when their client goes."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import Response

from pressgraph.server.failures import JobError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from pressgraph.server.workers.job import Job


class ResultStream(Response):
    """A result that is sent as it comes. One that fails midway ends as a broken connection, never as success."""

    def __init__(self, job: Job, beginning: bytes, *, headers: Mapping[str, str], compress: bool) -> None:
        super().__init__(status_code=200, headers=headers)
        del self.headers["content-length"]
        if compress:
            self.headers["content-encoding"] = "gzip"
        self._job = job
        self._beginning = beginning
        self._gzip = zlib.compressobj(1, zlib.DEFLATED, 31) if compress else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the result."""
        watch = asyncio.ensure_future(_close_when_gone(receive, self._job))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._send(self._beginning, send)
            async for chunk in self._job.chunks():
                await self._send(chunk, send)
            rest = self._gzip.flush() if self._gzip is not None else b""
            await send({"type": "http.response.body", "body": rest, "more_body": False})
        except JobError:
            abort = scope.get("pressgraph.abort")
            if abort is None:
                # another server than ours cuts the connection where the application fails
                raise
            abort()
            await asyncio.sleep(0)
        finally:
            watch.cancel()
            self._job.close()

    async def _send(self, chunk: bytes, send: Send) -> None:
        if self._gzip is not None:
            chunk = self._gzip.compress(chunk)
        if chunk:
            # a reader that takes nothing is cut by `pressgraph.server.http.connections`
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _close_when_gone(receive: Receive, job: Job) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        job.close()


class ClientWatch:
    """Close a job when its client goes; it costs nothing for what is answered at once."""

    def __init__(self, receive: Receive, job: Job) -> None:
        self._receive = receive
        self._job = job
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(0.1, self._start)

    def _start(self) -> None:
        self._task = asyncio.ensure_future(_close_when_gone(self._receive, self._job))

    def stop(self) -> None:
        """Watch no more."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
