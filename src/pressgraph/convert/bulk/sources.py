"""What lines of JSON say of the sources that other lines name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = re.compile(rb'"source"\s*:')
_PASSED_ON = re.compile(rb'"(?:reviewed(?:By|On)|file)"')


def names_source(line: bytes) -> bool:
    """Tell whether a line names the source of what follows it."""
    if _SOURCE.search(line) is None:
        return False
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "source" in record


def passes_on(data: bytes) -> bool:
    """Tell whether lines may say something of a source that counts for facts elsewhere."""
    return _PASSED_ON.search(data) is not None


def reviewed_sources(data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the ids of sources with what lines say of them that counts for facts that only name them."""
    for line in data.splitlines():
        if _PASSED_ON.search(line) is None or _SOURCE.search(line) is None:
            continue
        try:
            source = json.loads(line).get("source")
        except (ValueError, RecursionError, AttributeError):
            continue
        if isinstance(source, dict) and isinstance(source.get("id"), str):
            words = {
                word: source[word]
                for word in ("reviewedBy", "reviewedOn", "file", "publishText")
                if isinstance(source.get(word), str) or source.get(word) is True
            }
            if words:
                yield source["id"], {"id": source["id"], **words}
