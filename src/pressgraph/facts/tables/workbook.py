"""Read workbooks: Excel (.xlsx, .xlsm, .xlsb, .xls) through python-calamine, OpenDocument (.ods) from its XML.

calamine hands out cells that hold an error as empty ones: those are looked up in the file itself.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pressgraph.errors import Place
from pressgraph.extras import extra
from pressgraph.facts.rules import phrase, problem, unreadable
from pressgraph.facts.tables.grids import Grid, Marks
from pressgraph.facts.tables.sheet import COMPOUND, Cells, SheetRows, cell_text, is_source_sheet, report_errors
from pressgraph.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pressgraph.errors import Problem

_ZIPPED = {".xlsx", ".xlsm", ".xlsb", ".ods"}


def read_workbook(
    path: Path, *, name: str, header: Callable[[str], int | None] = lambda _: None
) -> tuple[list[SheetRows], list[Problem]]:
    """Read the visible sheets of a workbook; those named `source` come first, empty ones not at all.

    `header` tells of a sheet the row, from 1, that names its columns; None means the first that is not empty.
    """
    with extra("tables"):
        from python_calamine import CalamineError

    # what the readers of a workbook and of its parts raise for what they cannot read
    foreign = (CalamineError, zipfile.BadZipFile, ET.ParseError, zlib.error, EOFError, ValueError, LookupError)
    try:
        grids = list(_grids(path))
    except OSError as error:
        return [], [unreadable(error, name)]
    except BaseException as error:
        # a mistake in calamine comes as PyO3's PanicException, which is no Exception and has no public name
        if isinstance(error, Exception | KeyboardInterrupt | SystemExit) and not isinstance(
            error, (*foreign, NotImplementedError, RuntimeError)
        ):
            raise
        return [], [problem("not-a-table", Place(file=name), reason=_reason(path, error))]
    sheets: list[SheetRows] = []
    problems: list[Problem] = []
    for grid in grids:
        sheet = _sheet(grid, name, header(grid.name))
        if sheet is not None:
            sheets.append(sheet)
    headers_of_all = frozenset(header for one in sheets for header in one.headers)
    for one in sheets:
        one.elsewhere = headers_of_all
    sheets.sort(key=lambda sheet: not is_source_sheet(sheet.name))
    if not sheets:
        problems.append(problem("no-header", Place(file=name)))
    return sheets, problems


def _reason(path: Path, error: BaseException) -> str | Text:
    suffix = path.suffix.lower()
    if suffix in _ZIPPED:
        with path.open("rb") as file:
            beginning = file.read(len(COMPOUND))
        if beginning == COMPOUND or "encrypt" in str(error):
            return phrase("it is protected by a password; save it without one")
        if beginning.startswith(b"PK") and not zipfile.is_zipfile(path):
            return phrase("a part of the workbook is missing; save it or copy it again")
    if error.args and isinstance(error.args[0], Text):
        return error.args[0]
    return str(error).partition("\n")[0] or type(error).__name__


def _grids(path: Path) -> Iterator[Grid]:
    if path.suffix.lower() == ".ods":
        from pressgraph.facts.tables.opendocument import read_grids

        yield from read_grids(path)
        return
    import python_calamine as calamine

    from pressgraph.facts.tables.excel import read_marks

    book = calamine.CalamineWorkbook.from_path(str(path))
    marks = read_marks(path)
    for metadata in book.sheets_metadata:
        # a template keeps its lists of terms in a hidden sheet
        if metadata.visible != calamine.SheetVisibleEnum.Visible or metadata.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(metadata.name)
        sheet_marks = marks.get(metadata.name) or Marks()
        sheet_marks.merged.extend(sheet.merged_cell_ranges or ())
        yield Grid(name=metadata.name, rows=sheet.to_python(skip_empty_area=False), marks=sheet_marks)


def _sheet(grid: Grid, name: str, header: int | None) -> SheetRows | None:
    for (top, left), (bottom, right) in grid.marks.merged:
        _fill(grid.rows, top, left, bottom, right)
    named = next(
        (
            number
            for number, row in enumerate(grid.rows)
            if number + 1 >= (header or 1) and any(cell_text(cell) for cell in row)
        ),
        None,
    )
    if named is None:
        return None
    headers = [cell_text(cell) or "" for cell in grid.rows[named]]
    unknown = [cell for cell in grid.marks.formulas if cell[0] == named + 1]
    while headers and not headers[-1]:
        headers.pop()
    sheet = SheetRows(file=name, name=grid.name, headers=headers, header_row=named + 1, rows=())
    sheet.problems.extend(problem("formula", sheet.place(*cell)) for cell in unknown)
    sheet.rows = _rows(grid, named + 1, sheet)
    return sheet


def _fill(rows: list[list[Any]], top: int, left: int, bottom: int, right: int) -> None:
    """Give every cell of a merged range the value that the first one shows."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    value = rows[top][left]
    if value is None or value == "":
        return
    for row in rows[top : bottom + 1]:
        row.extend([None] * (min(right + 1, _MOST_COLUMNS) - len(row)))
        for column in range(left, min(right + 1, len(row))):
            row[column] = value


_MOST_COLUMNS = 16_384
"""How many columns sheets have in Excel and LibreOffice."""


def _rows(grid: Grid, start: int, sheet: SheetRows) -> Iterator[tuple[int, Cells]]:
    bad: dict[int, dict[int, str | None]] = {}
    for (number, column), shown in (*grid.marks.errors.items(), *dict.fromkeys(grid.marks.formulas).items()):
        if number > start and column not in sheet.skipped:
            bad.setdefault(number, {})[column] = shown
    for number, row in enumerate(grid.rows[start:], start=start + 1):
        errors = bad.pop(number, None)
        if errors is not None:
            _report(sheet, number, errors)
        elif any(cell is not None and cell != "" for cell in row) and not report_errors(sheet, number, row):
            yield number, row
    for number, errors in sorted(bad.items()):
        _report(sheet, number, errors)


def _report(sheet: SheetRows, number: int, cells: dict[int, str | None]) -> None:
    """Report cells with the error that they show, or None for a formula without a result."""
    for column, shown in sorted(cells.items()):
        place = sheet.place(number, column)
        sheet.problems.append(
            problem("cell-error", place, value=shown) if shown is not None else problem("formula", place)
        )
