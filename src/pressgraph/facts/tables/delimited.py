"""Read CSV and TSV: the encoding and the delimiter are found out, and never guessed where two readings are possible."""

from __future__ import annotations

import codecs
import csv
import re
from typing import TYPE_CHECKING

from pressgraph.errors import Place
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.sheet import Cells, SheetRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.errors import Problem

_SAMPLE = 1024 * 1024
_MAX_CELL = 16 * 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# What Windows-1252 puts above ASCII in Western European prose; other bytes speak for another encoding.
_WESTERN = re.compile(
    "[\x00-\x7f ÄÖÜäöüßàâáãåæçéèêëíìîïñóòôõøúùûýÀÂÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÕØÚÙÛŠšŽžŸœŒ€„“”‚‘’–—…•«»§°©®™·²³µ´`½¼]*"
)


def read_delimited(
    path: Path, *, name: str, delimiter: str | None = None, encoding: str | None = None
) -> tuple[SheetRows | None, list[Problem]]:
    """Open a file of delimited text; its rows are read as they are iterated."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if not sample.strip():
        return None, [problem("no-header", Place(file=name, line=1, column=1))]
    found = encoding or _encoding(sample)
    if found is None:
        hint = f"save it as UTF-8, or set 'encoding' in a [tables] section of pressgraph.toml for {name}"
        return None, [problem("not-utf8", Place(file=name, line=1, column=1), hint=hint, found="another encoding")]
    text = codecs.getincrementaldecoder(found)("replace").decode(sample)
    first, declared = _first_line(text)
    comma = delimiter or declared or ("\t" if path.suffix.lower() == ".tsv" else _delimiter(first))
    csv.field_size_limit(_MAX_CELL)
    sheet = SheetRows(file=name, headers=[], rows=())
    rows = _rows(path, found, comma, sheet)
    if declared:
        next(rows, None)
    header = next(rows, None)
    if header is None:
        return None, sheet.problems or [problem("no-header", Place(file=name, line=1, column=1))]
    sheet.header_row = header[0]
    sheet.headers = [cell.strip() for cell in header[1]]
    sheet.rows = rows
    return sheet, []


def _rows(path: Path, encoding: str, delimiter: str, sheet: SheetRows) -> Iterator[tuple[int, Cells]]:
    line = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
    except csv.Error as error:
        sheet.problems.append(problem("not-a-table", Place(file=sheet.file, line=line), reason=str(error)))
    except UnicodeDecodeError as error:
        hint = f"save it as UTF-8, or set 'encoding' in a [tables] section of pressgraph.toml for {sheet.file}"
        found = f"byte 0x{error.object[error.start]:02x}"
        sheet.problems.append(problem("not-utf8", Place(file=sheet.file, line=line), hint=hint, found=found))


def _encoding(sample: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=len(sample) < _SAMPLE)
    except UnicodeDecodeError:
        try:
            western = sample.decode("cp1252")
        except UnicodeDecodeError:
            return None
        return "cp1252" if _WESTERN.fullmatch(western) else None
    return "utf-8"


def _first_line(text: str) -> tuple[str, str | None]:
    """Return the header's line, and the delimiter of Excel's `sep=` line before it."""
    lines = text.splitlines()
    declared = re.fullmatch(r'"?sep=(.)"?', lines[0].strip("\n")) if lines else None
    if declared:
        return (lines[1] if len(lines) > 1 else ""), declared[1]
    return (lines[0] if lines else ""), None


def _delimiter(header: str) -> str:
    """Return what separates the headers: no key holds any of these characters."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max((";", "\t", ","), key=bare.count)
