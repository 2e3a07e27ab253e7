"""Read workbooks through python-calamine: Excel (.xlsx, .xlsb, .xls) and OpenDocument (.ods)."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pressgraph.errors import Place
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables.sheet import Cells, SheetRows, cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.errors import Problem, Text

_ERRORS = {"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"}
_ZIPPED = {".xlsx", ".xlsm", ".xlsb"}
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""What Office wraps an encrypted workbook in (MS-CFB, 2.2)."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_workbook(path: Path, *, name: str) -> tuple[list[SheetRows], list[Problem]]:
    """Read the visible sheets of a workbook; those named `source` come first, empty ones not at all."""
    from python_calamine import CalamineError

    # what calamine and the readers of a workbook's parts raise for what they cannot read
    foreign = (CalamineError, zipfile.BadZipFile, ET.ParseError, zlib.error, EOFError, ValueError, NotImplementedError)
    try:
        return _read(path, name)
    except OSError as error:
        return [], [problem("unreadable", Place(file=name), reason=error.strerror or str(error))]
    except BaseException as error:
        # a mistake in calamine comes as PyO3's PanicException, which is no Exception and has no public name
        if isinstance(error, Exception | KeyboardInterrupt | SystemExit) and not isinstance(error, foreign):
            raise
        reason: str | Text = str(error).partition("\n")[0]
        if path.suffix.lower() in _ZIPPED and _begins_with(path, b"PK") and not zipfile.is_zipfile(path):
            reason = phrase("cut-off")
        if path.suffix.lower() in _ZIPPED and _begins_with(path, _COMPOUND):
            reason = "it is protected by a password; save it without one"
        return [], [problem("not-a-table", Place(file=name), reason=reason)]


def _read(path: Path, name: str) -> tuple[list[SheetRows], list[Problem]]:
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_path(str(path))
    sheets: list[SheetRows] = []
    problems: list[Problem] = []
    for metadata in book.sheets_metadata:
        # a template keeps its lists of terms in a hidden sheet
        if metadata.visible != calamine.SheetVisibleEnum.Visible or metadata.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(metadata.name)
        grid = sheet.to_python(skip_empty_area=False)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            _fill(grid, top, left, bottom, right)
        header = next((number for number, row in enumerate(grid) if any(cell_text(cell) for cell in row)), None)
        if header is None:
            continue
        headers = [cell_text(cell) or "" for cell in grid[header]]
        while headers and not headers[-1]:
            headers.pop()
        found = SheetRows(file=name, name=metadata.name, headers=headers, header_row=header + 1, rows=())
        found.rows = _rows(grid, header + 1, found)
        sheets.append(found)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        problems.extend(_formulas_without_results(path, {sheet.name: sheet for sheet in sheets}))
    headers_of_all = frozenset(header for one in sheets for header in one.headers)
    for one in sheets:
        one.elsewhere = headers_of_all
    sheets.sort(key=lambda sheet: not is_source_sheet(sheet.name))
    if not sheets:
        problems.append(problem("no-header", Place(file=name)))
    return sheets, problems


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def is_source_sheet(name: str) -> bool:
    """Tell whether a sheet describes sources instead of facts."""
    return name.strip().casefold() in {"source", "sources"}


def _fill(grid: list[list[Any]], top: int, left: int, bottom: int, right: int) -> None:
    """Give every cell of a merged range the value that the first one shows."""
    if top >= len(grid) or left >= len(grid[top]):
        return
    value = grid[top][left]
    for row in grid[top : bottom + 1]:
        for column in range(left, min(right + 1, len(row))):
            row[column] = value


def _rows(grid: list[list[Any]], start: int, sheet: SheetRows) -> Iterator[tuple[int, Cells]]:
    for number, row in enumerate(grid[start:], start=start + 1):
        if not any(cell is not None and cell != "" for cell in row):
            continue
        errors = [column for column, cell in enumerate(row, start=1) if isinstance(cell, str) and cell in _ERRORS]
        for column in errors:
            sheet.problems.append(problem("cell-error", sheet.place(number, column), value=row[column - 1]))
        if not errors:
            yield number, row


def _formulas_without_results(path: Path, sheets: dict[str, SheetRows]) -> Iterator[Problem]:
    """Report formulas that a program wrote and no spreadsheet has computed: they would read as empty cells."""
    with zipfile.ZipFile(path) as archive:
        for name, part in _sheet_parts(archive):
            sheet = sheets.get(name)
            data = archive.read(part) if sheet is not None and part in archive.namelist() else b""
            if sheet is None or not re.search(rb"<f[\s>/]", data):
                continue
            for cell in ET.fromstring(data).iter(f"{_MAIN}c"):  # noqa: S314 - calamine has read the same part
                if cell.find(f"{_MAIN}f") is None:
                    continue
                value = cell.find(f"{_MAIN}v")
                if value is None or not (value.text or "").strip():
                    row, column = _cell(cell.get("r", "A1"))
                    yield problem("formula", sheet.place(row, column))


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    try:
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - as above
    except (KeyError, ET.ParseError):
        return
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(relations), "")
        yield str(sheet.get("name")), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _cell(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 1), column
