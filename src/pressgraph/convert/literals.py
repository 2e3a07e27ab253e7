"""Literals in N-Quads, and the tables that keep what was looked up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from pressgraph.facts.model import NeedsCheck

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOOKUPS_KEPT = 20_000
"""Look-ups are kept while they are few; a stream of ever new ids must not fill the memory."""


NEEDS_CHECK = (NeedsCheck, KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What values of unexpected kinds lead to."""


class Lookup(dict[Any, T]):
    """A bounded table that fills itself by a function, which may raise NeedsCheck. Threads may share it."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> T:
        if len(self) >= LOOKUPS_KEPT:
            self.clear()
        value = self[key] = self._make(key)
        return value


# What N-Quads must escape (N-Triples 1.1, 2.4), and what facts may not hold at all.
_SPECIAL = re.compile('["\\\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a literal.

    Raises NeedsCheck for what facts may not hold.
    """
    if _SPECIAL.search(text) is not None:
        if _FORBIDDEN.search(text) is not None:
            raise NeedsCheck
        text = text.translate(_ESCAPES)
    if not text or text.isspace():
        raise NeedsCheck
    return text


def quote(text: str) -> str:
    """Return a text as the quoted string of a literal; raises NeedsCheck as `escaped`."""
    return f'"{escaped(text)}"'
