"""Requests that come again byte for byte, answered without being parsed: what a cache in front of the server would do.

Only answers of the response cache are known here, and only those to a GET whose whole head came in one piece.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST = 4096
_LARGEST = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Known:
    """An answer: its head without date and request id, and its body."""

    head: bytes
    body: bytes
    query: str


class Repeated:
    """The answers, by the bytes of their requests."""

    def __init__(self, size: int, noted: Callable[[Known, str], None]) -> None:
        self._size = size
        self._held = 0
        self._known: dict[bytes, Known] = {}
        self._noted = noted
        self._second = 0
        self._date = b""
        self._number = 0
        self._prefix = f"{time.time_ns():x}"
        self.get = self._known.get

    def add(self, request: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes, query: str) -> None:
        """Remember the answer 200 to a request."""
        if not request.startswith(b"GET ") or request.count(b"\r\n\r\n") != 1 or not request.endswith(b"\r\n\r\n"):
            return
        lowered = request.lower()
        if b"\nconnection: close" in lowered or b"\nexpect:" in lowered or b"\ncontent-length:" in lowered:
            return
        if b"\ntransfer-encoding:" in lowered or b"\nupgrade:" in lowered or b" http/1.1\r\n" not in lowered:
            return
        cost = len(request) + len(body)
        if len(body) > _LARGEST:
            return
        if self._held + cost > self._size or len(self._known) >= _MOST:
            self.clear()
        skipped = {b"date", b"x-request-id", b"connection"}
        lines = [b"%s: %s\r\n" % (name, value) for name, value in headers if name not in skipped]
        self._held += cost
        self._known[request] = Known(head=b"HTTP/1.1 200 OK\r\n" + b"".join(lines), body=body, query=query)

    def clear(self) -> None:
        """Forget all: another snapshot is served."""
        self._known.clear()
        self._held = 0

    def answer(self, known: Known) -> bytes:
        """Return the bytes of an answer, and note that it was given."""
        now = time.time()
        if now >= self._second + 1:
            self._second = int(now)
            self._date = formatdate(now, usegmt=True).encode()
        self._number += 1
        request_id = f"{self._prefix}-{self._number:x}"
        self._noted(known, request_id)
        return b"%sdate: %s\r\nx-request-id: %s\r\n\r\n%s" % (
            known.head,
            self._date,
            request_id.encode(),
            known.body,
        )
