"""The access log: each request has an id, is counted, and is a line of JSON, whichever path it took."""

from __future__ import annotations

import asyncio
import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.server.http.log import log_event, utc

if TYPE_CHECKING:
    from pressgraph.server.http.log import Log
    from pressgraph.server.http.metrics import RequestMetrics

_TOGETHER = 0.05
"""Seconds in which requests are collected, to be counted and logged together."""
_LONGEST_PATH = 200
_CACHED = ',"cached":true'


class Answered(NamedTuple):
    """A request that was answered, as the log has it. `query` is the hash of its query, if it had one."""

    request_id: str
    method: str
    path: str
    status: int
    seconds: float
    size: int
    query: str = ""
    cached: bool = False


class AccessLog:
    """Counts and logs requests; without a log it only counts them."""

    def __init__(self, metrics: RequestMetrics, log: Log | None) -> None:
        self._metrics = metrics
        self._log = log
        self._answered: list[Answered] = []
        self._prefix = f"{time.time_ns():x}"
        self._number = 0

    def next_id(self) -> str:
        """Return the id of a request, which no other one has."""
        self._number += 1
        return f"{self._prefix}-{self._number:x}"

    def add(self, answered: Answered) -> None:
        """Note a request that was answered."""
        self._answered.append(answered)
        if len(self._answered) == 1:
            asyncio.get_running_loop().call_later(_TOGETHER, self.flush)

    def flush(self) -> None:
        """Count and log what was noted."""
        answered, self._answered = self._answered, []
        for it in answered:
            self._metrics.request(it.path, it.status, it.seconds)
        if self._log is not None and answered:
            now = utc(time.time())
            self._log.write([_line(it, now) for it in answered])

    def refused(self, status: int, reason: str) -> None:
        """Count and log what a connection answered itself: it was no request, or one connection too many."""
        self._metrics.request("", status, 0.0)
        if self._log is not None:
            log_event("refused", status=status, reason=reason)


def _line(it: Answered, now: str) -> str:
    query = f',"query":"{it.query}"' if it.query else ""
    return (
        f'{{"time":"{now}","event":"request","request_id":"{it.request_id}","method":{_quoted(it.method)},'
        f'"path":{_quoted(it.path[:_LONGEST_PATH])},"status":{it.status},"ms":{round(it.seconds * 1000, 1)},'
        f'"bytes":{it.size}{query}{_CACHED if it.cached else ""}}}\n'
    )


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    """Return a text as JSON, so that a request cannot forge a line."""
    return json.dumps(text)
