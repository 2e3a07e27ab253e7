"""The standard streams as the commands want them, whatever the program was started with.

A reader that goes away (`| head`) ends the output, not the command: its exit status still says what it found. A
closed stream, a full disk or a device that takes nothing is an error that names the stream.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Stream(io.RawIOBase):
    """A standard stream that is written to; `gone` once its reader is."""

    def __init__(self, descriptor: int, name: str, *, closed: bool) -> None:
        self.name = name
        self.gone = False
        self._descriptor = descriptor
        self._closed = closed

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer) -> int:
        view = memoryview(data)
        while not self.gone:
            try:
                if self._closed:
                    raise OSError(errno.EBADF, "it is closed")
                return os.write(self._descriptor, view)
            except BrokenPipeError:
                self.gone = True
            except BlockingIOError:
                # somebody who shares it has set it so
                select.select((), (self._descriptor,), ())
            except OSError as error:
                if self.name == "stderr":
                    # there is nobody to tell, and the work is worth doing all the same
                    self.gone = True
                else:
                    error.filename = self.name
                    raise
        return view.nbytes


def set_up() -> None:
    """Put the standard streams in order; their text is UTF-8 whatever the locale claims, as RDF and JSON are."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        closed = getattr(sys, name) is None
        if closed:
            # else the next file that is opened is taken for it
            spare = os.open(os.devnull, os.O_RDWR)
            if spare != number:
                os.dup2(spare, number)
                os.close(spare)
        if name == "stdin":
            if closed:
                sys.stdin = io.TextIOWrapper(io.BytesIO())
            continue
        buffer = io.BufferedWriter(_Stream(number, name, closed=closed), 64 * 1024)
        is_terminal = not closed and os.isatty(number)
        stream = io.TextIOWrapper(
            buffer,
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=is_terminal or name == "stderr",
            write_through=name == "stderr",
        )
        setattr(sys, name, stream)


def reader_is_gone(stream: TextIO) -> bool:
    """Tell whether nobody reads a stream any more."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return isinstance(raw, _Stream) and raw.gone


def finish() -> None:
    """Write out what is held back.

    Raises OSError where it cannot be written; what is left then is dropped, so that Python does not try once more.
    """
    try:
        sys.stdout.flush()
    except OSError:
        raw = getattr(sys.stdout.buffer, "raw", None)
        if isinstance(raw, _Stream):
            raw.gone = True
        raise
