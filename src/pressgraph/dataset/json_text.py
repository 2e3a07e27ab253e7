"""The text of JSON: where its strings and numbers stand, how much it holds, and what of it is no text."""

from __future__ import annotations

import json
import math
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)(?:\"|\Z)|(-?\d[0-9.eE+-]*)", re.DOTALL)


class Strings:
    """The strings and numbers of a JSON text, to find where one stands; the text is searched when one is asked for."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.base = base

    def find(self, value: str | float) -> int:
        """Return the offset of a string's content or a number; of an IRI, that of the text that it was made from."""
        places = self._places.get(value)
        if places is None and isinstance(value, str):
            places = self._folded.get(value.casefold(), self._resolved.get(value))
        if places is None and isinstance(value, str):
            # after a prefix or a vocabulary
            ends = [it for it in self._texts if value.endswith((it, it.partition(":")[2] or it))]
            places = self._places[max(ends, key=len)] if ends else 0
        return places or 0

    @cached_property
    def _places(self) -> dict[str | float, int]:
        places: dict[str | float, int] = {}
        for match in _STRING.finditer(self.text):
            content, number = match.groups()
            try:
                value = float(number) if content is None else content
                if isinstance(value, str) and "\\" in value:
                    value = json.loads(f'"{value}"', strict=False)
            except ValueError:
                continue
            places.setdefault(value, match.start() + (content is not None))
        return places

    @cached_property
    def _texts(self) -> list[str]:
        return [it for it in self._places if isinstance(it, str) and it]

    @cached_property
    def _folded(self) -> dict[str, int]:
        # expansion writes language tags in lower case
        return {it.casefold(): self._places[it] for it in reversed(self._texts)}

    @cached_property
    def _resolved(self) -> dict[str, int]:
        places: dict[str, int] = {}
        for text in self._texts:
            try:
                places.setdefault(urljoin(self.base, text), self._places[text])
            except ValueError:
                continue
        return places


def size(value: Any) -> int:
    """Return how many values a value holds."""
    count, stack = 0, [value]
    while stack:
        item = stack.pop()
        count += 1
        stack.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    return count


def first_half_pair(value: Any) -> str | None:
    """Return the first text of a JSON value that holds half of a surrogate pair."""
    texts = (it for it in _leaves(value) if isinstance(it, str))
    return next((it for it in texts if not it.isascii() and any("\ud800" <= mark <= "\udfff" for mark in it)), None)


def first_infinite(value: Any) -> float | None:
    """Return the first number of a JSON value that is larger than any double."""
    return next((it for it in _leaves(value) if isinstance(it, float) and not math.isfinite(it)), None)


def _leaves(value: Any) -> Iterator[Any]:
    """Yield what a JSON value holds, the keys of objects included, however deep it is."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend((*item.values(), *item))
        elif isinstance(item, list):
            stack.extend(item)
        else:
            yield item
