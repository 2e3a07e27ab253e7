"""A thread beside the event loop, which draws pages and descriptions while the loop answers everybody else.

Drawing is Python, and Python runs one thread at a time; but it changes threads between any two of its steps, so the
loop waits for no drawing, only for its turn. One thread draws, so that the loop has at least every other turn.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.server.http.responses import Representation

THREAD = "drawing"
_TURN = 0.001
"""Seconds after which whoever waits for its turn gets it; 5 milliseconds are Python's own."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Background:
    """The thread beside the event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=THREAD)

    def start(self) -> None:
        """Share the time of the process fairly from now on."""
        sys.setswitchinterval(_TURN)

    async def run(self, work: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        """Return what a function returns that runs beside the event loop; it must change nothing that the loop uses."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*arguments, **named))

    async def packed(self, representation: Representation) -> Representation:
        """Return a representation that is compressed already, for whoever takes it so."""
        await self.run(representation.encoded, compress=True)
        return representation

    def stop(self) -> None:
        """Begin nothing new."""
        self._thread.shutdown(wait=False, cancel_futures=True)
