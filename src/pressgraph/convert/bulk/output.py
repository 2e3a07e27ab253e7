"""Files of converted blocks: compressed or not, one after another."""

from __future__ import annotations

import gzip
import io
from typing import IO, TYPE_CHECKING, Any, Self

from pressgraph.extras import extra

if TYPE_CHECKING:
    from collections.abc import Callable

# N-Quads repeat themselves: higher levels take several times as long and save little.
_GZIP_LEVEL = 3
_ZSTD_LEVEL = 3


def compressed(raw: Any, compression: str) -> Any:
    """Return a file that compresses what is written; members written one after another are one valid file."""
    match compression:
        case "none":
            return _Unclosed(raw)
        case "gzip":
            # no name and no time: the same bytes each time
            return gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0)
    with extra("zstd"):
        import zstandard
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(raw, closefd=False)


class _Unclosed:
    """A file that leaves its closing to whoever opened it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.write = raw.write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Sink(io.RawIOBase):
    """A file that hands on what is written."""

    def __init__(self, put: Callable[[bytes], object]) -> None:
        self._put = put

    def writable(self) -> bool:
        """Tell that this can be written."""
        return True

    def write(self, data: Any) -> int:
        """Hand data on."""
        self._put(bytes(data))
        return len(data)
