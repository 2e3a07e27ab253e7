"""Read cells into records, by functions that are made once for each column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.facts.model import NeedsCheck
from pressgraph.facts.tables.sheet import Cell, cell_text, split_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.facts.model import Path

Record: TypeAlias = "dict[Any, Any]"

_SPAN = re.compile(r"\s*(\d+)\s*(?:[-–]|\.\.)\s*(\d+)\s*")


def span(text: str) -> list[int] | None:
    """Return the two numbers of a span such as `12-40`, or None."""
    match = _SPAN.fullmatch(text)
    return [int(match[1]), int(match[2])] if match else None


def setter(path: Path, kind: str) -> Callable[[Record, Cell], None]:
    """Return what puts a cell of a kind of column at a path of a record, or raises NeedsCheck."""
    read = _READERS[kind]
    last = path[-1]
    if len(path) == 1:

        def put(record: Record, cell: Cell) -> None:
            value = read(cell)
            if value is not None:
                record[last] = value

        return put
    outer = path[:-1]

    def put_below(record: Record, cell: Cell) -> None:
        value = read(cell)
        if value is None:
            return
        for part in outer:
            below = record.get(part)
            if below is None:
                below = record[part] = {}
            elif below.__class__ is not dict:
                raise NeedsCheck
            record = below
        if last in record:
            raise NeedsCheck
        record[last] = value

    return put_below


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
