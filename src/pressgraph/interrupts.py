"""What Ctrl-C (SIGINT) does to a command: one line, and exit status 130, whatever it meets the program at.

Python raises KeyboardInterrupt wherever it happens to be: in the midst of an import, where it ends as a traceback, or
in a callback, where it is printed and lost. Only a command that is under way has something to put in order, and gets
the exception; before and after it the process just ends.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MESSAGE = "\nstopped; nothing was left half-written"
STATUS = 130
"""128 + SIGINT, as shells say it."""


def end_at_once() -> None:
    """Let Ctrl-C end this process from now on; where somebody has it ignored (nohup, a shell's background), nothing."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
        sys.unraisablehook = _not_lost


@contextmanager
def raised() -> Iterator[None]:
    """Raise KeyboardInterrupt in what is done inside, so that it can put things in order."""
    if signal.getsignal(signal.SIGINT) is not _end:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, f"{MESSAGE}\n".encode())
    os._exit(STATUS)


def _not_lost(unraisable: sys.UnraisableHookArgs) -> None:
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        # it met a callback, which cannot pass it on
        signal.raise_signal(signal.SIGINT)
    else:
        sys.__unraisablehook__(unraisable)
