"""Read the sheets of an OpenDocument spreadsheet (.ods) from its XML (OpenDocument 1.3, part 3)."""

from __future__ import annotations

import datetime
import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pressgraph.facts.tables.grids import Grid, Marks, local
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OFFICE, _TABLE, _TEXT, _STYLE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text", "style")
)
_MOST_CELLS = 20_000_000
"""How many cells a sheet may have: a repeated one can stand for a million in a few bytes."""
_MOST_REPORTED = 100
"""How many errors a repeated cell is reported for, in each direction."""
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,](\d+))?S")
_SPACE = re.compile("[ \t\r\n]+")


def read_grids(path: Path) -> Iterator[Grid]:
    """Yield the visible sheets.

    Raises what the readers of ZIP archives and XML raise, and ValueError for a sheet that is too large.
    """
    with zipfile.ZipFile(path) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise ValueError(gettext("it is encrypted"))
        hidden: set[str] = set()
        with archive.open("content.xml") as file:
            sheet: _Sheet | None = None
            for event, element in ET.iterparse(file, ("start", "end")):  # noqa: S314 - expat limits what entities grow to
                if event == "start":
                    if element.tag == f"{_TABLE}table" and sheet is None:
                        sheet = _Sheet(element)
                    elif sheet is not None:
                        sheet.depth += element.tag == f"{_TABLE}table"
                    continue
                if element.tag == f"{_STYLE}style" and any(it.get(f"{_TABLE}display") == "false" for it in element):
                    hidden.add(str(element.get(f"{_STYLE}name")))
                if sheet is None:
                    continue
                if element.tag == f"{_TABLE}table":
                    if sheet.depth:
                        # a table in a cell or a chart is none of the sheet's
                        sheet.depth -= 1
                        continue
                    if sheet.style not in hidden:
                        yield Grid(name=sheet.name, rows=sheet.rows, marks=sheet.marks)
                    sheet = None
                    element.clear()
                elif element.tag == f"{_TABLE}table-row" and not sheet.depth:
                    sheet.add(element)
                    element.clear()


class _Sheet:
    """The cells of a sheet as its rows are read; what is empty at the end of a row or a sheet is left out."""

    def __init__(self, table: ET.Element) -> None:
        self.name = table.get(f"{_TABLE}name", "")
        self.style = table.get(f"{_TABLE}style-name", "")
        self.rows: list[list[Any]] = []
        self.marks = Marks()
        self.depth = 0
        self._number = 0
        self._cells = 0

    def add(self, row: ET.Element) -> None:
        """Add a row, as often as it is repeated."""
        times = _count(row, "number-rows-repeated")
        cells: list[Any] = []
        errors: dict[int, str] = {}
        column = 0
        for element in row:
            if local(element.tag) not in {"table-cell", "covered-table-cell"}:
                continue
            value, error = _cell(element)
            repeated = _count(element, "number-columns-repeated")
            if error is not None:
                errors.update((at, error) for at in range(column, column + min(repeated, _MOST_REPORTED)))
            elif value is not None:
                self._room(column + repeated)
                cells.extend([None] * (column - len(cells)))
                cells.extend([value] * repeated)
            below, beside = _count(element, "number-rows-spanned"), _count(element, "number-columns-spanned")
            if below * beside > 1:
                first = self._number, column
                self.marks.merged.append((first, (first[0] + below - 1, first[1] + beside - 1)))
            column += repeated
        if cells or errors:
            self._cells += len(cells) * times
            self._room(self._cells + self._number + times)
            self.rows.extend([] for _ in range(self._number - len(self.rows)))
            self.rows.extend(list(cells) for _ in range(times))
            for at, shown in errors.items():
                for number in range(self._number, self._number + min(times, _MOST_REPORTED)):
                    self.marks.errors[number + 1, at + 1] = shown
        self._number += times

    def _room(self, cells: int) -> None:
        if cells > _MOST_CELLS:
            raise ValueError(
                gettext("the sheet '{name}' has more than {count:,} cells", name=self.name, count=_MOST_CELLS)
            )


def _count(element: ET.Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) <= 9 else 1  # noqa: PLR2004 - digits


def _cell(cell: ET.Element) -> tuple[Any, str | None]:
    """Return a cell's value, None where it is empty, and what it shows where that is an error."""
    text = "\n".join(_paragraph(it) for it in cell if it.tag == f"{_TEXT}p")
    attributes = {local(name): value for name, value in cell.items()}
    # LibreOffice says in its own namespace what the standard has no word for
    kinds = {value for name, value in cell.items() if local(name) == "value-type"}
    if "error" in kinds:
        return None, text or "#?"
    if "formula" in attributes and re.fullmatch(r"Err:\d{3}", text):
        return None, text
    kind = cell.get(f"{_OFFICE}value-type", "string" if text else "")
    value: Any = text
    if kind in {"float", "percentage", "currency"}:
        value = _number(attributes.get("value", text))
    elif kind == "boolean":
        value = attributes.get("boolean-value", text) == "true"
    elif kind == "date":
        value = _date(attributes.get("date-value", text))
    elif kind == "time":
        value = _time(attributes.get("time-value", text))
    elif kind == "string":
        value = attributes.get("string-value", text)
    return (None if value == "" else value), None


def _number(text: str) -> float | int | str:
    if re.fullmatch(r"-?\d{1,400}", text, re.ASCII):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


def _date(text: str) -> datetime.date | str:
    try:
        return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
    except ValueError:
        return text


def _time(text: str) -> datetime.time | str:
    match = _TIME.fullmatch(text)
    try:
        hours, minutes, seconds = (int(match[number]) for number in (1, 2, 3)) if match else (24, 0, 0)
        return datetime.time(hours, minutes, seconds)
    except ValueError:
        return text


def _paragraph(paragraph: ET.Element) -> str:
    """Return a paragraph's text: runs of white space are one space, those that count are elements (6.1.2, 6.1.3)."""
    parts: list[str] = []
    _gather(paragraph, parts)
    return "".join(parts).removeprefix(_SOFT).replace(_SOFT, " ")


_SOFT = "\0"
"""A space that white space in the XML stands for: no XML holds this character."""


def _gather(element: ET.Element, parts: list[str]) -> None:
    def add(text: str | None) -> None:
        for number, piece in enumerate(_SPACE.split(text or "")):
            if number and not (parts and parts[-1] == _SOFT):
                parts.append(_SOFT)
            if piece:
                parts.append(piece)

    add(element.text)
    for child in element:
        match local(child.tag):
            case "s":
                parts.append(" " * min(_spaces(child), 10_000))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case "annotation" | "note" | "ruby-text" | "frame":
                pass
            case _:
                _gather(child, parts)
        add(child.tail)


def _spaces(element: ET.Element) -> int:
    text = element.get(f"{_TEXT}c", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1  # noqa: PLR2004 - digits
