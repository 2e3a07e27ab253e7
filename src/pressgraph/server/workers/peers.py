"""The endpoints that SERVICE asks, as a worker sees them: which a query names, and how long they may take.

The engine has an HTTP client of its own, without a limit of time. It opens sockets in this process, and one that is
shut down from outside ends its request with an error.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.server.workers.failed import FailedJobError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_LOOK = 0.05
_LONGEST_REASON = 200


def named_services(text: str, services: Iterable[str]) -> list[str]:
    """Return which of the allowed endpoints a query names; the guard has seen that it asks no other."""
    return [it for it in services if f"<{it}>" in text and "SERVICE" in text.upper()]


class Patience:
    """Within the block, no connection to a peer stays open for longer than `seconds`.

    Raises FailedJobError at its end where a peer gave no answer that could be read.
    """

    def __init__(self, peers: list[str], seconds: float) -> None:
        self._peers = peers
        self._seconds = seconds
        self._late = False
        self._before = set(_sockets())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if isinstance(error, OSError | RuntimeError):
            raise FailedJobError("peer", self._sentence(str(error))) from error

    def _watch(self) -> None:
        since: dict[tuple[int, int], float] = {}
        while not self._over.wait(_LOOK):
            now = time.monotonic()
            since = {it: since.get(it, now) for it in _sockets() if it not in self._before}
            for found, began in since.items():
                if now - began > self._seconds:
                    self._late = True
                    _shut_down(found)

    def _sentence(self, reason: str) -> str:
        named = [it for it in self._peers if it in reason] or self._peers
        # what the peer sent is not passed on
        why: str = (reason.splitlines() or [""])[0].removesuffix(" with payload:")[:_LONGEST_REASON]
        if self._late:
            why = gettext("it took longer than {seconds} seconds", seconds=f"{self._seconds:g}")
        if len(named) == 1:
            return gettext(
                "the endpoint {name}, which SERVICE asks, gave no answer: {reason}", name=named[0], reason=why
            )
        return gettext(
            "one of the endpoints {names}, which SERVICE asks, gave no answer: {reason}",
            names=", ".join(named),
            reason=why,
        )


def _sockets() -> list[tuple[int, int]]:
    """Return the sockets of this process: descriptor and inode."""
    found = []
    for path in Path("/dev/fd").iterdir():
        with suppress(OSError):
            seen = os.fstat(int(path.name))
            if stat.S_ISSOCK(seen.st_mode):
                found.append((int(path.name), seen.st_ino))
    return found


def _shut_down(which: tuple[int, int]) -> None:
    with suppress(OSError):
        # the engine may close its descriptor meanwhile, and the number may come to mean something else
        copy = os.dup(which[0])
        with socket.socket(fileno=copy) as sock:
            if os.fstat(copy).st_ino == which[1]:
                sock.shutdown(socket.SHUT_RDWR)
