"""Read files that are compressed with gzip or zstd, by their suffix."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import IO, Any

from pressgraph.errors import DataError, Place
from pressgraph.extras import extra
from pressgraph.i18n import gettext

COMPRESSED = (".gz", ".zst")

# What so much becomes is held in memory: perhaps a hundred times as much.
_PIECE = 16 * 1024


def plain_name(name: str) -> str:
    """Return a file's name without the suffix of its compression.

    >>> plain_name("facts.jsonl.gz"), plain_name("facts.jsonl")
    ('facts.jsonl', 'facts.jsonl')
    """
    lower = name.lower()
    return next((name[: -len(suffix)] for suffix in COMPRESSED if lower.endswith(suffix)), name)


def decompressed(raw: IO[bytes], name: str) -> IO[bytes]:
    """Return a file as it was before its compression, which its name tells; members and frames follow each other.

    Raises PressgraphError where zstandard is not installed; reading raises DataError for what is not compressed so.
    """
    lower = name.lower()
    if lower.endswith(".gz"):
        reader = gzip.GzipFile(fileobj=raw)
        return io.BufferedReader(_Decompressed(raw, reader, name, (EOFError, zlib.error, OSError)))
    if not lower.endswith(".zst"):
        return raw
    with extra("zstd"):
        import zstandard
    return io.BufferedReader(_Decompressed(raw, _Frames(raw, zstandard), name, (EOFError, zstandard.ZstdError)))


class _Frames:
    """Read zstd frames; unlike the library's reader, notice where the last one lacks its end."""

    def __init__(self, raw: IO[bytes], zstandard: Any) -> None:
        self._raw = raw
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._compressed = b""
        self._data = memoryview(b"")

    def read(self, size: int) -> memoryview:
        """Return at most so many bytes; nothing only at the end."""
        while not self._data:
            compressed = self._compressed or self._raw.read(_PIECE)
            if not compressed:
                if self._frame is not None:
                    raise EOFError(gettext("it ends before its last frame does"))
                break
            self._frame = self._frame or self._new()
            self._data = memoryview(self._frame.decompress(compressed))
            self._compressed = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        data, self._data = self._data[:size], self._data[size:]
        return data

    def close(self) -> None:
        """Forget what is left; the file is its owner's to close."""
        self._data = memoryview(b"")


class _Decompressed(io.RawIOBase):
    """What a decompressor reads, with its errors in words."""

    def __init__(self, raw: IO[bytes], reader: Any, name: str, errors: tuple[type[Exception], ...]) -> None:
        self._raw = raw
        self._reader = reader
        self._name = name
        self._errors = errors

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            data = self._reader.read(len(view))
            if not data and self._is_empty():
                # not even compressed nothing: what was to come was lost on its way
                raise EOFError(gettext("the file is empty"))
        except self._errors as error:
            raise DataError(
                gettext("this cannot be decompressed: {reason}", reason=error), place=Place(file=self._name)
            ) from error
        view[: len(data)] = data
        return len(data)

    def _is_empty(self) -> bool:
        try:
            return self._raw.tell() == 0
        except OSError:
            # a pipe
            return False

    def close(self) -> None:
        if not self.closed:
            self._reader.close()
        super().close()
