"""What every reader of tables hands on: sheets of rows of cells."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.facts.rules import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.errors import Place, Problem

Cell: TypeAlias = Any
"""None, a text, a bool, a number, a date or a time; from Parquet also lists and dicts of these."""

Cells: TypeAlias = "list[Cell] | tuple[Cell, ...]"

ERRORS = frozenset(
    {
        *("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!", "#FIELD!"),
        *("#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA"),
        *("#NV", "#ZAHL!", "#BEZUG!", "#WERT!", "#ÜBERLAUF!", "#KALK!"),
    }
)
"""The errors that spreadsheets write for formulas without a result, as they are stored and as German ones show them."""

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""What files of Excel and LibreOffice begin with."""


@dataclass(slots=True, kw_only=True)
class SheetRows:
    """One sheet: its headers, and its rows with their numbers, read as they are iterated.

    `header_row` is the number of the header's row, 0 where the columns are named otherwise. `name` is the sheet's in a
    workbook, else ''. Problems of single cells arise while rows are read: they are appended to `problems`. `read` says
    how many bytes of the file that took so far, where that is known. `elsewhere` are the headers of all sheets of a
    workbook, `skipped` the numbers of the columns that nobody wants, whatever stands in them. `texts` says that each
    cell is a text, '' where it is empty.
    """

    file: str
    name: str = ""
    headers: list[str]
    header_row: int = 1
    rows: Iterable[tuple[int, Cells]]
    problems: list[Problem] = field(default_factory=list)
    read: Callable[[], int] | None = None
    elsewhere: frozenset[str] = frozenset()
    skipped: set[int] = field(default_factory=set)
    texts: bool = False

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell, both counted from 1."""
        from pressgraph.errors import Place

        header = self.headers[column - 1] if 0 < column <= len(self.headers) else ""
        return Place(file=self.file, sheet=self.name, line=row, column=column, header=header)


def cell_text(value: Cell) -> str | None:
    """Return a cell as facts write it; None where it is empty.

    >>> cell_text(3.0), cell_text(True), cell_text(datetime.datetime(2019, 1, 1)), cell_text("  ")
    ('3', 'true', '2019-01-01', None)
    """
    match value:
        case None:
            return None
        case str():
            return _strip(value) or None
        case bool():
            return "true" if value else "false"
        case decimal.Decimal() if value.is_finite():
            return format(value, "f")
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime.datetime() if value.time() == datetime.time() and value.tzinfo is None:
            return value.date().isoformat()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
    return str(value)


def _strip(text: str) -> str:
    """Strip a text, but leave a space that a backslash protects."""
    stripped = text.strip()
    if stripped.endswith("\\") and len(text.rstrip()) < len(text) and _odd_backslashes(stripped):
        stripped += text[len(text.rstrip())]
    return stripped


def _odd_backslashes(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def report_errors(sheet: SheetRows, row: int, cells: Cells) -> bool:
    """Report the cells of a row that show a spreadsheet's error instead of a value; tell whether there are any."""
    errors = [
        (column, cell)
        for column, cell in enumerate(cells, 1)
        if isinstance(cell, str) and cell in ERRORS and column not in sheet.skipped
    ]
    sheet.problems.extend(problem("cell-error", sheet.place(row, column), value=cell) for column, cell in errors)
    return bool(errors)


def report_bytes(sheet: SheetRows, row: int, cells: Cells) -> bool:
    """Report the cells of a row that hold bytes, which would be published as Python writes them."""
    with_bytes = [column for column, cell in enumerate(cells, 1) if _has_bytes(cell)]
    sheet.problems.extend(problem("cell-binary", sheet.place(row, column)) for column in with_bytes)
    return bool(with_bytes)


def _has_bytes(cell: Cell) -> bool:
    if isinstance(cell, dict | list | tuple):
        return any(map(_has_bytes, cell.values() if isinstance(cell, dict) else cell))
    return isinstance(cell, bytes | bytearray | memoryview)


def split_values(text: str) -> list[str]:
    r"""Split a cell at its bars; a backslash before a bar, a backslash or an outer space takes it literally.

    >>> split_values("a | b"), split_values(r"a\|b"), split_values("\\ a")
    (['a', 'b'], ['a|b'], [' a'])
    """
    if "\\" not in text:
        return [part for piece in text.split("|") if (part := piece.strip())]
    parts: list[str] = []
    current: list[str] = []
    protected = 0

    def end() -> None:
        nonlocal protected
        joined = "".join(current)
        stripped = joined.rstrip() if len(joined.rstrip()) >= protected else joined[:protected]
        if stripped:
            parts.append(stripped)
        current.clear()
        protected = 0

    characters = iter(text)
    for character in characters:
        if character == "|":
            end()
        elif character == "\\":
            following = next(characters, "")
            if following in {"|", "\\"} or following.isspace():
                current.append(following)
            else:
                current.extend(("\\", following))
            protected = sum(map(len, current))
        elif current or not character.isspace():
            current.append(character)
    end()
    return parts


def join_values(values: Iterable[str]) -> str:
    r"""Join values into a cell, so that `split_values` gives them back.

    >>> join_values(["a", "b|c", " d"])
    'a | b\\|c | \\ d'
    """
    return " | ".join(map(_escape, values))


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|")
    if escaped[:1].isspace():
        escaped = "\\" + escaped
    last = escaped[-1:]
    if last.isspace() and len(escaped) > 1:
        body = escaped[:-1]
        escaped = body + "\\" + last if not (len(body) == 1 and body == "\\") else escaped
    return escaped


def is_source_sheet(name: str) -> bool:
    """Tell whether a sheet describes sources instead of facts."""
    return name.strip().casefold() in {"source", "sources"}
