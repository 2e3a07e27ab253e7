"""What Excel's files say of cells that calamine does not hand out: errors, formulas without a result, merged cells."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pressgraph.extras import extra
from pressgraph.facts.tables.grids import Marks, local, parse_xml
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""Errors as binary files write them (MS-XLS, 2.5.10)."""
# what only a cell with an error, or with a formula, holds
_WORTH_READING = re.compile(rb"<(?:\w+:)?f[\s>/]|\bt\s*=\s*[\"']e[\"']")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_marks(path: Path) -> dict[str, Marks]:
    """Return the marks of a workbook's sheets by name.

    Raises what the readers of ZIP archives, XML and binary files raise.
    """
    if path.suffix.lower() == ".xls":
        return _of_xls(path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            read: Callable[[zipfile.ZipFile, str], Marks] = _of_xlsb
            sheets = list(_sheets_of_xlsb(archive))
        else:
            read, sheets = _of_xlsx, list(_sheets_of_xlsx(archive))
        return {name: read(archive, part) for name, part in sheets if part in names}


def _of_xls(path: Path) -> dict[str, Marks]:
    with extra("tables"):
        import xlrd

    try:
        book = xlrd.open_workbook(path, logfile=_Silence(), on_demand=True)
        errors = {}
        for sheet in book.sheets():
            marks = errors[sheet.name] = Marks()
            for row in range(sheet.nrows):
                for column, kind in enumerate(sheet.row_types(row)):
                    if kind == xlrd.XL_CELL_ERROR:
                        code = sheet.cell_value(row, column)
                        marks.errors[row + 1, column + 1] = _CODES.get(code, "#?")
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, LookupError, TypeError, struct.error) as error:
        raise ValueError(str(error) or gettext("it is damaged")) from error
    return errors


class _Silence:
    def write(self, _text: str) -> None:
        """Keep what xlrd has to say from stdout."""


def _sheets_of_xlsx(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    try:
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat limits what entities grow to
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - as above
    except KeyError:
        return
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for sheet in book.iter():
        if local(sheet.tag) == "sheet":
            link = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            yield str(sheet.get("name")), _part(targets.get(link, ""))


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _of_xlsx(archive: zipfile.ZipFile, part: str) -> Marks:
    marks = Marks()
    if not _WORTH_READING.search(archive.read(part)):
        return marks
    for cell in parse_xml(archive, part, ("c",)):
        reference = _REFERENCE.fullmatch(cell.get("r", ""))
        if reference is None:
            continue
        at = int(reference[2]), _column(reference[1])
        inner = {local(it.tag): it for it in cell}
        shown = (inner["v"].text or "").strip() if "v" in inner else ""
        if cell.get("t") == "e":
            marks.errors[at] = shown or "#?"
        elif "f" in inner and not shown and "is" not in inner:
            marks.formulas.append(at)
    return marks


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


# Records of binary workbooks (MS-XLSB, 2.3.2): a row, cells with an error by themselves or of a formula, merged cells.
_ROW, _ERROR, _FORMULA_ERROR, _MERGED, _SHEET = 0, 3, 11, 176, 156


def _sheets_of_xlsb(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = ET.fromstring(archive.read("xl/_rels/workbook.bin.rels"))  # noqa: S314 - as above
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for kind, data in _records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            link, end = _wide_text(data, 8)
            name, _ = _wide_text(data, end)
            yield name, _part(targets.get(link, ""))


def _of_xlsb(archive: zipfile.ZipFile, part: str) -> Marks:
    marks = Marks()
    row = 0
    for kind, data in _records(archive.read(part)):
        if kind == _ROW and len(data) >= 4:  # noqa: PLR2004 - the bytes of a number
            (row,) = struct.unpack_from("<I", data)
        elif kind in {_ERROR, _FORMULA_ERROR} and len(data) >= 9:  # noqa: PLR2004 - column, style, error
            (column,) = struct.unpack_from("<I", data)
            marks.errors[row + 1, column + 1] = _CODES.get(data[8], "#?")
        elif kind == _MERGED and len(data) >= 16:  # noqa: PLR2004 - the bytes of four numbers
            top, bottom, left, right = struct.unpack_from("<4I", data)
            marks.merged.append(((top, left), (bottom, right)))
    return marks


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part: type and length are numbers of seven bits a byte (MS-XLSB, 2.1.4)."""
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80 and at < len(data):
            kind, at = kind & 0x7F | (data[at] & 0x7F) << 7, at + 1
        length = shift = 0
        while at < len(data) and shift <= 21:  # noqa: PLR2004 - four bytes at most
            byte, at = data[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + length]
        at += length


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end
