"""Read cells into records; what can be decided once for a column is."""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pressgraph.facts.model import NeedsCheck
from pressgraph.facts.tables.sheet import Cell, cell_text, split_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pressgraph.facts.model import Path
    from pressgraph.facts.tables.sheet import Cells

Record: TypeAlias = "dict[Any, Any]"

_KNOWN = 5_000
_SPAN = re.compile(r"\s*(\d+)\s*(?:[-–]|\.\.)\s*(\d+)\s*")


def span(text: str) -> list[int] | None:
    """Return the two numbers of a span such as `12-40`, or None."""
    match = _SPAN.fullmatch(text)
    return [int(match[1]), int(match[2])] if match else None


def is_words(text: str) -> bool:
    """Tell whether a text in a column of evidence is read as the words that it is."""
    return span(text) is None and text == text.strip() and "\n" not in text and "\r" not in text


class _Step(NamedTuple):
    """What to do with a cell."""

    read: Callable[[Cell], Any]
    strips: bool
    """Whether `read` only strips a text that has neither backslashes nor, where it `parts` values, bars."""
    parts: bool
    holder: int
    """The number of the node that the value goes into, and under which key."""
    key: str | int


class RowReader:
    """Make records of the rows of a table, given where the values of each column go, and how its cells are read."""

    def __init__(self, columns: Sequence[tuple[int, Path, str]], width: int, *, texts: bool) -> None:
        """Take the index, the path and the kind of columns; `texts` says that each cell is a text."""
        self._texts = texts
        paths = {path for _, path, _ in columns}
        self._meet = any(path[:end] in paths for path in paths for end in range(1, len(path)))
        """Whether values of two columns can meet: one has a path that another one's begins with."""
        self._indexed = any(isinstance(part, int) for path in paths for part in path)
        numbers: dict[Path, int] = {(): 0}
        self._holders: list[tuple[int, str | int]] = [(0, "")]
        """The nodes that values go into: of each, which one holds it, and under which key. The first is the record."""
        self._known: dict[str, Any] = {}
        """What was made of texts with several values."""
        self._steps: list[_Step | None] = [None] * width
        for index, path, kind in columns:
            for end in range(1, len(path)):
                if path[:end] not in numbers:
                    numbers[path[:end]] = len(self._holders)
                    self._holders.append((numbers[path[: end - 1]], path[end - 1]))
            strips, parts = kind in {"single", "text", "values"}, kind != "single"
            self._steps[index] = _Step(_READERS[kind], strips, parts, numbers[path[:-1]], path[-1])
        self._nodes: list[Record | None] = [None] * len(self._holders)

    def record(self, cells: Cells) -> Record:
        """Return a row as a record.

        Raises NeedsCheck where a cell is not plainly what its column wants.
        """
        record: Record = {}
        nodes = self._nodes.copy()
        nodes[0] = record
        meet, learned = self._meet, self._known
        filled: Iterable[tuple[_Step | None, Cell]] = zip(self._steps, cells, strict=False)
        if self._texts:
            # most columns of a wide table are empty
            filled = compress(filled, cells)
        try:
            for step, cell in filled:
                if step is None or cell is None or cell == "":
                    continue
                read, strips, parts, holder, key = step
                if not strips or cell.__class__ is not str:
                    value = read(cell)
                elif parts and ("|" in cell or "\\" in cell):
                    # texts with several values repeat
                    value = learned.get(cell) or self._learn(cell)
                elif "\\" in cell:
                    value = read(cell)
                else:
                    value = cell.strip()
                if value is not None and value != "":
                    node = nodes[holder]
                    if node is None:
                        node = self._begin(nodes, holder)
                    if meet and key in node:
                        raise NeedsCheck
                    node[key] = value
        except (TypeError, AttributeError, ValueError) as error:
            raise NeedsCheck from error
        return listed(record) if self._indexed else record

    def _learn(self, cell: str) -> Any:
        """Return the values of a text, and keep them."""
        if len(self._known) >= _KNOWN:
            self._known.clear()
        value = self._known[cell] = _values(cell)
        return value

    def _begin(self, nodes: list[Record | None], number: int) -> Record:
        """Put a new node into the one that holds it."""
        holder, key = self._holders[number]
        outer = nodes[holder]
        if outer is None:
            outer = self._begin(nodes, holder)
        if key in outer:
            raise NeedsCheck
        node = nodes[number] = outer[key] = {}
        return node


def _values(cell: Cell) -> Any:
    if cell.__class__ is str:
        if "|" in cell or "\\" in cell:
            values = split_values(cell)
            return values if len(values) > 1 else values[0] if values else None
        return cell.strip() or None
    if isinstance(cell, dict | list | tuple):
        return _native(cell)
    return cell_text(cell)


def _text(cell: Cell) -> Any:
    if cell.__class__ is not str and not isinstance(cell, dict | list | tuple):
        raise NeedsCheck
    return _values(cell)


def _native(value: Any) -> Any:
    """Return nested values of Parquet without what is missing."""
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items() if item is not None} or None
    if isinstance(value, list | tuple):
        # Parquet's maps are lists of pairs
        if value and all(isinstance(item, tuple) for item in value):
            return _native(dict(value))
        return [_native(item) for item in value if item is not None] or None
    return value if value.__class__ in {str, int, bool} else cell_text(value)


def _evidence(cell: Cell) -> Any:
    if isinstance(cell, list):
        return cell
    if cell.__class__ is not str:
        raise NeedsCheck
    match = _SPAN.fullmatch(cell)
    if match is not None:
        return [int(match[1]), int(match[2])]
    spans = [span(part) for part in split_values(cell)]
    if not spans or None in spans:
        raise NeedsCheck
    return spans


def _boolean(cell: Cell) -> bool:
    if cell.__class__ is bool:
        return bool(cell)
    text = cell.strip().lower()
    if text not in {"true", "false"}:
        raise NeedsCheck
    return bool(text == "true")


def _single(cell: Cell) -> str | None:
    return cell_text(cell)


_READERS: dict[str, Callable[[Cell], Any]] = {
    "text": _text,
    "values": _values,
    "evidence": _evidence,
    "boolean": _boolean,
    "single": _single,
}


def listed(value: Any) -> Any:
    """Turn mappings from number to value into lists."""
    if not isinstance(value, dict):
        return value
    numbers = [key for key in value if isinstance(key, int)]
    if not numbers:
        return {key: listed(item) for key, item in value.items()}
    if len(numbers) < len(value):
        raise NeedsCheck
    return list(_flat(listed(value[key]) for key in sorted(numbers)))


def _flat(values: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value
