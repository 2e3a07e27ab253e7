"""Count the rows of a result while the engine writes it: the engine counts none, and writes millions in one call."""

from __future__ import annotations

_ROWS: dict[str, tuple[bytes, ...]] = {
    # the first row, and each of the others
    "json": (b':[{"', b'}},{"'),
    "xml": (b"<result>",),
    "csv": (b"\r\n",),
    "tsv": (b"\n",),
}
"""What a row begins or ends with, and no value holds: there it would be escaped, and in CSV it is quoted."""
_HEADED = {"csv", "tsv"}
_LONGEST = 7
"""One byte less than the longest of them has."""


class RowCounter:
    """Counts the rows of a result in one format, whose bytes come in pieces.

    Rows without any value count in CSV and TSV only; in JSON and XML they hold nothing that a limit is for.

    >>> counter = RowCounter("csv")
    >>> counter.feed(b'a\\r\\n"two\\r'), counter.feed(b'\\nlines"\\r\\n')
    (0, 1)
    """

    def __init__(self, media_type: str) -> None:
        self._marks = _ROWS[media_type]
        self._quoting = media_type == "csv"
        self._quoted = False
        self._tail = b""
        self._unseen_heads = int(media_type in _HEADED)

    def feed(self, data: bytes) -> int:
        """Return how many rows came in a piece."""
        count = 0
        # a quoted value may hold line breaks (RFC 4180, 2.6); a quote in it is doubled, and so changes nothing
        for index, part in enumerate(data.split(b'"') if self._quoting else [data]):
            if index:
                self._quoted = not self._quoted
                self._tail = b""
            if not self._quoted:
                count += self._count(part)
        heads = min(count, self._unseen_heads)
        self._unseen_heads -= heads
        return count - heads

    def _count(self, data: bytes) -> int:
        tail = self._tail
        seen = tail + data
        self._tail = seen[-_LONGEST:]
        # what lies whole in the tail was counted with the piece before
        before = sum(map(tail.count, self._marks)) if tail else 0
        return sum(map(seen.count, self._marks)) - before
