"""The log: lines of JSON on stderr, which never hold up an answer.

A thread of its own writes them. Where nobody reads what it writes (a pipe that is full), lines wait up to a bound; what
is more is dropped and counted, and the log says so as soon as it can.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 4 * 1024 * 1024
"""Bytes of lines that may wait."""
_TOGETHER = 0.05
"""Seconds in which lines are collected, to be written together."""
_STDERR = 2


def utc(moment: float) -> str:
    """Return a moment of `time.time` as the log has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


class Log:
    """Lines that a thread writes to a file descriptor, stderr as a rule."""

    def __init__(self, descriptor: int = _STDERR, *, most: int = _MOST) -> None:
        self._descriptor = descriptor
        self._most = most
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._unsaid = 0
        self.dropped = 0
        """How many lines were never written."""
        self._lock = threading.Lock()
        self._there = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def write(self, lines: Sequence[str]) -> None:
        """Have lines written soon, all or none; each ends with a line break."""
        content = "".join(lines).encode("utf-8", "backslashreplace")
        with self._lock:
            if self._held + len(content) > self._most:
                self.dropped += len(lines)
                self._unsaid += len(lines)
            else:
                self._held += len(content)
                self._lines.append(content)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
        self._there.set()

    def stop(self, timeout: float) -> None:
        """Write what is left, for so many seconds at most."""
        self._stopping = True
        self._there.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._there.wait()
            if not self._stopping:
                time.sleep(_TOGETHER)
            self._there.clear()
            while (content := self._next()) is not None:
                self._put(content)
            if self._stopping:
                return

    def _next(self) -> bytes | None:
        """Return what is to be written next."""
        with self._lock:
            if not self._lines and not self._unsaid:
                return None
            content, self._held = b"".join(self._lines), 0
            self._lines.clear()
            if self._unsaid:
                line = {"time": utc(time.time()), "event": "dropped", "lines": self._unsaid}
                content += json.dumps(line, separators=(",", ":")).encode() + b"\n"
                self._unsaid = 0
            return content

    def _put(self, content: bytes) -> None:
        """Write, and wait for as long as that takes; where nobody can ever read it, it is dropped."""
        rest = memoryview(content)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                time.sleep(_TOGETHER)
            except OSError:
                with self._lock:
                    self.dropped += bytes(rest).count(b"\n")
                return


SERVER = logging.getLogger("pressgraph.server")
"""Where the server says what happens."""


def log_event(event: str, **fields: Any) -> None:
    """Log an event with fields: a line of JSON, where the server has its own log."""
    text = json.dumps(fields, separators=(",", ":"))
    SERVER.info("%s %s", event, text, extra={"event": event, "fields": fields})


class Events(logging.Handler):
    """Writes what the server says as lines of JSON; values are escaped, so that a request cannot forge a line."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of `log_event`."""
        line = {"time": utc(record.created), "event": record.event, **record.fields}  # type: ignore[attr-defined]
        self._log.write([json.dumps(line, separators=(",", ":")) + "\n"])


class Records(logging.Handler):
    """Writes what libraries log as lines of the same log: what strangers make them say is escaped like all else."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, without a traceback: those name files of the machine."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        with suppress(Exception):
            line = {
                "time": utc(record.created),
                "event": "library",
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage()[:300],
                **({"error": error} if error else {}),
            }
            self._log.write([json.dumps(line, separators=(",", ":")) + "\n"])
