"""Open a file of tables by its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.errors import Place
from pressgraph.facts.rules import phrase, problem, unreadable
from pressgraph.facts.tables.sheet import COMPOUND, ZIP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pressgraph.errors import Problem
    from pressgraph.facts.tables.sheet import SheetRows
    from pressgraph.i18n import Text
    from pressgraph.project.model import TableSettings

DELIMITED = (".csv", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET = (".parquet",)
SQL = (".sql",)
TABLE_SUFFIXES = (*DELIMITED, *WORKBOOKS, *PARQUET, *SQL)


def is_table(path: Path) -> bool:
    """Tell by its suffix whether a file holds tables."""
    return path.suffix.lower() in TABLE_SUFFIXES


def open_sheets(
    path: Path,
    *,
    name: str,
    settings: Sequence[TableSettings] = (),
    root: Path,
    groups: Sequence[int] | None = None,
) -> tuple[list[SheetRows], list[Problem]]:
    """Open the sheets of a file; `groups` are row groups of Parquet.

    `root` is what a database's relative path is below. Problems are those of the file; those of cells come later.
    """
    suffix = path.suffix.lower()
    own = settings[0] if settings else None
    try:
        if (mistaken := _mistaken(path, suffix)) is not None:
            return [], [problem("not-a-table", Place(file=name), reason=mistaken)]
        if suffix in WORKBOOKS:
            return read_workbook_sheets(path, name, settings)
        sheet: SheetRows | None
        if suffix in DELIMITED:
            from pressgraph.facts.tables.delimited import read_delimited

            sheet, problems = read_delimited(
                path,
                name=name,
                delimiter=own.delimiter if own else None,
                encoding=own.encoding if own else None,
                header=own.header if own else None,
            )
        elif suffix in PARQUET:
            from pressgraph.facts.tables.parquet import read_parquet

            sheet, problems = read_parquet(path, name=name, groups=groups)
        else:
            from pressgraph.facts.tables.sql import read_sql

            sheet, problems = read_sql(path, name=name, url=own.url if own else None, root=root)
    except OSError as error:
        return [], [unreadable(error, name)]
    return ([sheet] if sheet is not None else []), problems


def _mistaken(path: Path, suffix: str) -> Text | None:
    """Say what a file is whose beginning does not fit its suffix."""
    if suffix not in {*WORKBOOKS, *PARQUET}:
        return None
    with path.open("rb") as file:
        beginning = file.read(4)
    if not beginning:
        return phrase("the file is empty")
    if suffix in PARQUET:
        return phrase("it is no Parquet file") if beginning != b"PAR1" else None
    if suffix == ".xls":
        return phrase("it is a workbook: give it the suffix that it has, such as .xlsx") if beginning == ZIP else None
    # a password makes a compound of any workbook
    return phrase("it is no workbook; if it is text, its suffix is .csv") if beginning not in {ZIP, COMPOUND} else None


def read_workbook_sheets(
    path: Path, name: str, settings: Sequence[TableSettings] = ()
) -> tuple[list[SheetRows], list[Problem]]:
    """Read a workbook's sheets."""
    from pressgraph.facts.tables.workbook import read_workbook

    def header(sheet: str) -> int | None:
        return next((one.header for one in settings if one.header and one.sheet in {None, sheet}), None)

    return read_workbook(path, name=name, header=header)
