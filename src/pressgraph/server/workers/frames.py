"""Messages between the server and its processes: a kind (one byte), a length (four, big-endian), the content."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pressgraph.project.typed_json import to_json

if TYPE_CHECKING:
    import socket

    import msgspec

HEAD = struct.Struct(">cI")
REQUEST, READY, DATA, END, FAILED = b"Q", b"R", b"D", b"E", b"X"
ACCEPTED = b"A"
"""The writer: it has the whole request, and begins to carry it out."""
REQUEUE = b"B"
"""The server: give back the requests that are not begun. The process: so many (four bytes) of the last were not."""
LARGEST = 256 * 1024 * 1024


def frame(kind: bytes, content: bytes = b"") -> bytes:
    """Return a message."""
    return HEAD.pack(kind, len(content)) + content


def typed_frame(kind: bytes, content: msgspec.Struct) -> bytes:
    """Return a message whose content is one of `pressgraph.server.workers.messages`."""
    return frame(kind, to_json(content))


def request_frame(request: msgspec.Struct) -> bytes:
    """Return a request that is all JSON."""
    return typed_frame(REQUEST, request)


def query_frame(head: bytes, text: str) -> bytes:
    """Return a request for a query: JSON that many queries share, a line break, and the query's text."""
    return frame(REQUEST, head + b"\n" + text.encode("utf-8", "replace"))


def receive(sock: socket.socket) -> tuple[bytes, bytes] | None:
    """Read a message in a process that has nothing else to do; None where the other side is gone."""
    head = _exactly(sock, HEAD.size)
    if head is None:
        return None
    kind, size = HEAD.unpack(head)
    if size > LARGEST:
        return None
    content = _exactly(sock, size)
    return None if content is None else (kind, content)


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = sock.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Frames:
    """Cut a stream of bytes into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the messages that are complete now."""
        data = self._rest + data if self._rest else data
        found: list[tuple[bytes, bytes]] = []
        at, end = 0, len(data)
        while end - at >= HEAD.size:
            kind, size = HEAD.unpack_from(data, at)
            stop = at + HEAD.size + size
            if stop > end:
                break
            found.append((kind, data[at + HEAD.size : stop]))
            at = stop
        self._rest = data[at:] if at else data
        return found
