"""Read CSV and TSV: the encoding and the delimiter are found out, and never guessed where two readings are possible."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import Place
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables.sheet import COMPOUND, ZIP, Cells, SheetRows, report_errors
from pressgraph.facts.tree import LINE_END
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.errors import Problem

_SAMPLE = 1024 * 1024
_MAX_CELL = 16 * 1024 * 1024
# of the whole process, so it is set once: long texts are no mistake, and 128 kB, the module's own limit, is one page
csv.field_size_limit(_MAX_CELL)
# The letters and quotation marks of UTF-8, in a file that is not all UTF-8: read as Windows-1252 they would be 'Ã¼'.
_MIXED = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")
# UTF-32 first: its mark begins with that of UTF-16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The first two characters of UTF-16 without a mark, which are a header's.
_UTF16 = ((re.compile(rb"[\t -~]\0[\t -~]\0"), "utf-16-le"), (re.compile(rb"\0[\t -~]\0[\t -~]"), "utf-16-be"))
_NAMES = {"cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_WORD = 30
"""Characters of a word that shows a guess."""

# What Windows-1252 puts above ASCII in Western European prose; other bytes speak for another encoding.
_WESTERN = re.compile(
    "[\x00-\x7f ÄÖÜäöüßàâáãåæçéèêëíìîïñóòôõøúùûýÀÂÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÕØÚÙÛŠšŽžŸœŒ€„“”‚‘’–—…•«»§°©®™·²³µ´`½¼]*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessedEncoding:
    """An encoding that neither a mark nor the configuration names: what it makes of the first foreign word."""

    name: str
    line: int
    word: str


def guess_encoding(path: Path) -> GuessedEncoding | None:
    """Return the encoding that a file of delimited text is taken to have, None where there is nothing to guess.

    Raises OSError.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    encoding = _encoding(sample)
    if encoding not in _NAMES:
        return None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    foreign = re.search(r"[^\W\x00-\x7f]|[^\x00-\x7f]", text)
    at = foreign.start() if foreign is not None else 0
    before = re.search(r"\w*$", text[max(0, at - _WORD) : at])
    word = re.match(r"\w*", text[at:])
    assert before is not None  # noqa: S101 - both patterns match nothing too
    assert word is not None  # noqa: S101 - as above
    shown = before[0] + (word[0][:_WORD] or text[at])
    return GuessedEncoding(name=_NAMES[encoding], line=text.count("\n", 0, at) + 1, word=shown)


def read_delimited(
    path: Path, *, name: str, delimiter: str | None = None, encoding: str | None = None, header: int | None = None
) -> tuple[SheetRows | None, list[Problem]]:
    """Open a file of delimited text; its rows are read as they are iterated.

    `header` is the row that names the columns, where that is not the first.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if not sample.strip():
        return None, [problem("no-header", Place(file=name, line=1, column=1))]
    codec = encoding or _encoding(sample)
    if codec is None:
        return None, [_not_utf8(name, sample)]
    text = codecs.getincrementaldecoder(codec)("replace").decode(sample)
    first, declared = _header_line(text, header)
    comma = delimiter or declared or ("\t" if path.suffix.lower() == ".tsv" else _delimiter(first))
    csv.field_size_limit(_MAX_CELL)
    sheet = SheetRows(file=name, headers=[], rows=(), texts=True)
    rows = _rows(path, codec, comma, sheet)
    if declared:
        next(rows, None)
    named = next((row for row in rows if header is None or row[0] >= header), None)
    if named is None:
        return None, sheet.problems or [problem("no-header", Place(file=name, line=1, column=1))]
    sheet.header_row = named[0]
    sheet.headers = [cell.strip() for cell in named[1]]
    sheet.rows = rows
    return sheet, []


def _rows(path: Path, encoding: str, delimiter: str, sheet: SheetRows) -> Iterator[tuple[int, Cells]]:
    line = 1
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            sheet.read = raw.tell
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                for row in reader:
                    if row and ("#" not in "".join(row) or not report_errors(sheet, line, row)):
                        yield line, row
                    line = reader.line_num + 1
            finally:
                size = raw.tell()
                sheet.read = lambda: size
    except csv.Error as error:
        place = Place(file=sheet.file, line=line)
        sheet.problems.append(
            problem(
                "not-a-table",
                place,
                hint=phrase(
                    "is a quotation mark missing, or one too many? inside a value in quotation marks it is "
                    "written twice"
                ),
                reason=str(error),
            )
        )
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        sheet.problems.append(
            problem("not-utf8", Place(file=sheet.file, line=line), hint=_hint(sheet.file), found=byte)
        )


def _hint(name: str) -> str:
    return gettext("save it as UTF-8, or set 'encoding' in a [tables] section of pressgraph.toml for {name}", name=name)


def _not_utf8(name: str, sample: bytes) -> Problem:
    """Return the problem of a text in no encoding that we know, at its first byte that is not UTF-8."""
    if sample.startswith((ZIP, COMPOUND)):
        return problem(
            "not-a-table",
            Place(file=name),
            reason=phrase("it is a workbook: give it the suffix that it has, such as .xlsx"),
        )
    if b"\0" in sample:
        return problem("not-a-table", Place(file=name), reason=phrase("it is no text"))
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        place = Place(file=name, line=sample.count(b"\n", 0, error.start) + 1)
        return problem("not-utf8", place, hint=_hint(name), found=f"byte 0x{sample[error.start]:02x}")
    raise AssertionError("the text is UTF-8")


def _encoding(sample: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    for beginning, encoding in _UTF16:
        if beginning.match(sample):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=len(sample) < _SAMPLE)
    except UnicodeDecodeError:
        if b"\0" in sample or _MIXED.search(sample) is not None:
            return None
        try:
            western = sample.decode("cp1252")
        except UnicodeDecodeError:
            return None
        return "cp1252" if _WESTERN.fullmatch(western) else None
    return "utf-8"


_CELL_END = re.compile(r"\r\n|\r|\n")


def _header_line(text: str, row: int | None) -> tuple[str, str | None]:
    """Return the header's line, and the delimiter of Excel's `sep=` line before it."""
    lines = LINE_END.split(text)
    declared = re.fullmatch(r'"?sep=(.)"?', lines[0].strip("\n")) if lines else None
    at = row - 1 if row is not None else (1 if declared else 0)
    return (lines[at] if at < len(lines) else ""), declared[1] if declared else None


def _delimiter(header: str) -> str:
    """Return what separates the headers: no key holds any of these characters."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max((";", "\t", ",", "|"), key=bare.count)


def cell_spans(
    text: str, suffix: str, *, delimiter: str | None = None, header: int | None = None
) -> Iterator[tuple[int, int, int, str]]:
    """Yield where the cells of delimited text stand, from the headers on: the column, from 0, beginning, end, content.

    They end where the text is no table any more, as behind a quotation mark that is not closed.
    """
    line, declared = _header_line(text, header)
    comma = delimiter or declared or ("\t" if suffix.lower() == ".tsv" else _delimiter(line))
    pattern = re.compile(rf'"(?:[^"]|"")*"|[^{re.escape(comma)}\r\n"]*')
    at, column = text.find(line), 0
    while match := pattern.match(text, at):
        cell = match[0]
        yield column, at, match.end(), cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
        end = _CELL_END.match(text, match.end())
        if text.startswith(comma, match.end()):
            at, column = match.end() + len(comma), column + 1
        elif end is not None and end.end() < len(text):
            at, column = end.end(), 0
        else:
            return
