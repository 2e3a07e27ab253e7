"""Workbooks as spreadsheet programs leave them: errors, line breaks, merged cells, titles above the headers."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlwt
from click.testing import CliRunner
from xlsxwriter import Workbook

from pressgraph.cli import main
from pressgraph.facts.tables import open_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click.testing import Result

    from pressgraph.errors import Problem

HEADERS = ("source", "id", "type", "name.de", "description.de")
ROW = ("document/a", "agent/k", "Organization", "Küstenlicht", "x")
SPACE = "urn:oasis:names:tc:opendocument:xmlns"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def rows_of(path: Path) -> tuple[list[list[object]], list[Problem]]:
    """Return the rows of a file's first sheet below its headers, and all problems."""
    sheets, problems = open_sheets(path, name=path.name, root=path.parent)
    rows: list[list[object]] = [list(cells) for _, cells in sheets[0].rows] if sheets else []
    return rows, [*problems, *(problem for sheet in sheets for problem in sheet.problems)]


def ods(path: Path, *rows: str, before: str = "") -> Path:
    """Write an OpenDocument spreadsheet of rows of XML."""
    content = (
        f'<office:document-content xmlns:office="{SPACE}:office:1.0" xmlns:table="{SPACE}:table:1.0" '
        f'xmlns:text="{SPACE}:text:1.0" xmlns:style="{SPACE}:style:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        f'office:version="1.3">{before}<office:body><office:spreadsheet><table:table table:name="Blatt">'
        f"{''.join(rows)}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest xmlns="{SPACE}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return path


def texts(values: Sequence[str]) -> str:
    """Return a row of cells with text."""
    cells = (f'<table:table-cell office:value-type="string">{text(value)}</table:table-cell>' for value in values)
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def text(value: str) -> str:
    return f"<text:p>{value}</text:p>"


def xlsb(path: Path) -> Path:
    """Write a binary workbook: headers, and a row with an error by itself, one of a formula, and a merged cell."""

    def record(kind: int, data: bytes) -> bytes:
        number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return number + bytes([len(data)]) + data

    def wide(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def cell(kind: int, column: int, data: bytes) -> bytes:
        return record(kind, struct.pack("<II", column, 0) + data)

    def row(number: int) -> bytes:
        return record(0, struct.pack("<II", number, 0) + bytes(9))

    sheet = record(129, b"") + record(148, struct.pack("<4I", 0, 3, 0, 3)) + record(145, b"")
    sheet += row(0) + cell(6, 0, wide("id")) + cell(6, 1, wide("name.de")) + cell(6, 2, wide("type"))
    sheet += row(1) + cell(6, 0, wide("agent/a")) + cell(3, 1, b"\x2a")
    sheet += row(2) + cell(6, 0, wide("agent/b")) + cell(11, 2, b"\x07" + bytes(10))
    sheet += row(3) + cell(6, 0, wide("m"))
    sheet += record(146, b"") + record(177, struct.pack("<I", 1)) + record(176, struct.pack("<4I", 3, 3, 0, 2))
    sheet += record(178, b"") + record(130, b"")
    book = record(131, b"") + record(143, b"") + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Blatt"))
    book += record(144, b"") + record(132, b"")
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="rId1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return path


CELL, ROWS = "table:table-cell", "table:table-row"
ERROR_CELL = f'<{CELL} office:value-type="string" office:string-value="" calcext:value-type="error">{{}}</{CELL}>'


def xlsx_with_errors(path: Path) -> Path:
    with Workbook(path) as book:
        sheet = book.add_worksheet("Blatt")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ROW[:3])
        sheet.write_formula(1, 3, "=VLOOKUP(B2,A:B,2,FALSE)", value="#N/A")
        sheet.write_row(2, 0, ROW[:4])
        sheet.write_formula(2, 4, "=A1", value="#REF!")
        sheet.write_row(3, 0, ROW)
        # a row that holds nothing else, at the end
        sheet.write_formula(5, 1, "=1/0", value="#DIV/0!")
    return path


def xls_with_errors(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Blatt")
    for column, header in enumerate(HEADERS):
        sheet.write(0, column, header)
    for number, (column, code) in enumerate(((3, 0x2A), (4, 0x17)), start=1):
        for at, value in enumerate(ROW[:column]):
            sheet.write(number, at, value)
        sheet.row(number).set_cell_error(column, code)
    for at, value in enumerate(ROW):
        sheet.write(3, at, value)
    sheet.row(5).set_cell_error(1, 0x07)
    book.save(path)
    return path


def ods_with_errors(path: Path) -> Path:
    def row(values: Sequence[str], error: str) -> str:
        return texts(values).replace("</table:table-row>", f"{ERROR_CELL.format(text(error))}</table:table-row>")

    empty = "<table:table-row table:number-rows-repeated='1'/>"
    last = f"<table:table-row><table:table-cell/>{ERROR_CELL.format(text('#DIV/0!'))}</table:table-row>"
    return ods(path, texts(HEADERS), row(ROW[:3], "#N/A"), row(ROW[:4], "#REF!"), texts(ROW), empty, last)


@pytest.mark.parametrize(
    ("name", "write"), [("a.xlsx", xlsx_with_errors), ("a.xls", xls_with_errors), ("a.ods", ods_with_errors)]
)
def test_a_cell_with_an_error_is_an_error_in_its_place(tmp_path: Path, name: str, write: object) -> None:
    path = write(tmp_path / name)  # type: ignore[operator]
    result = run(tmp_path, "validate", str(path), "-f", "json")
    assert result.exit_code == 1
    found = [
        (finding["place"]["line"], finding["place"]["column"], finding["message"])
        for finding in json.loads(result.stdout)["findings"]
        if finding["rule"] == "cell-error"
    ]
    assert found == [
        (2, 4, "the cell holds the error #N/A"),
        (3, 5, "the cell holds the error #REF!"),
        (6, 2, "the cell holds the error #DIV/0!"),
    ]
    rows, _ = rows_of(path)
    assert rows == [list(ROW)]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_column_that_is_skipped_may_hold_errors_and_formulas(tmp_path: Path, suffix: str) -> None:
    headers, row = ("source", "id", "type", "name", "Rest"), ("document/d", "agent/a", "Organization", "A")
    path = tmp_path / f"a{suffix}"
    if suffix == ".csv":
        path.write_text(f"{','.join(headers)}\n{','.join(row)},#N/A\n", encoding="utf-8")
    else:
        with Workbook(path) as book:
            sheet = book.add_worksheet("Blatt")
            sheet.write_row(0, 0, headers)
            for number, value in enumerate(("#N/A", ""), start=1):
                sheet.write_row(number, 0, row)
                sheet.write_formula(number, 4, "=B2", value=value)
    settings = f'[tables.a]\nfile = "a{suffix}"\n'
    (tmp_path / "pressgraph.toml").write_text(settings, encoding="utf-8")
    assert run(tmp_path, "convert", str(path)).exit_code == 1
    (tmp_path / "pressgraph.toml").write_text(f'{settings}columns = {{ Rest = "" }}\n', encoding="utf-8")
    result = run(tmp_path, "convert", str(path))
    assert result.exit_code == 0, result.stderr
    assert '"A"' in result.stdout


def test_errors_and_merged_cells_of_binary_workbooks(tmp_path: Path) -> None:
    rows, problems = rows_of(xlsb(tmp_path / "a.xlsb"))
    assert rows == [["m", "m", "m"]]
    assert [(str(problem.place), problem.message) for problem in problems] == [
        ("a.xlsb:Blatt!B2", "the cell holds the error #N/A"),
        ("a.xlsb:Blatt!C3", "the cell holds the error #DIV/0!"),
    ]


@pytest.mark.parametrize("shown", ["#NV", "#BEZUG!", "#N/A", "#SPILL!"])
def test_an_error_that_was_saved_as_text_is_one_too(tmp_path: Path, shown: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{';'.join(HEADERS)}\n{';'.join(ROW[:3])};{shown};x\n{';'.join(ROW[:4])};Label #1\n")
    rows, problems = rows_of(path)
    assert [str(problem.place) for problem in problems] == ["a.csv:2:name.de"]
    assert rows == [[*ROW[:4], "Label #1"]]


def test_text_of_opendocument_is_what_the_cell_shows(tmp_path: Path) -> None:
    cells = {
        "Gold<text:line-break/>Label": "Gold\nLabel",
        "Gold</text:p><text:p>Label": "Gold\nLabel",
        "a<text:tab/>b": "a\tb",
        "a<text:s text:c='3'/>b": "a   b",
        "a\n   b": "a b",
        " a<text:span> b</text:span>\n<text:a>c</text:a> ": "a b c ",
        "a&amp;b &#228;": "a&b ä",
    }
    shape = '<table:table-cell><draw xmlns="x"><text:p>no</text:p></draw></table:table-cell>'
    note = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    rows = [texts(["h"]), *(texts([cell]) for cell in cells)]
    rows.append(f'<table:table-row><table:table-cell office:value-type="string">{note}{text("t")}</table:table-cell>')
    rows.append(f"{shape}</table:table-row>")
    found, problems = rows_of(ods(tmp_path / "a.ods", *rows))
    assert not problems
    assert [row[0] for row in found] == [*cells.values(), "t"]


def test_values_of_opendocument(tmp_path: Path) -> None:
    kinds = {
        'float" office:value="2026': 2026,
        'float" office:value="12345678901234567890': 12345678901234567890,
        'currency" office:value="1.5': 1.5,
        'percentage" office:value="0.5': 0.5,
        'boolean" office:boolean-value="true': True,
        'string" office:string-value="whole': "whole",
    }
    rows = (f'<{ROWS}><{CELL} office:value-type="{kind}">{text("shown")}</{CELL}></{ROWS}>' for kind in kinds)
    date = (
        '<table:table-row><table:table-cell office:value-type="date" office:date-value="2026-02-03"/></table:table-row>'
    )
    found, problems = rows_of(ods(tmp_path / "a.ods", texts(["h"]), *rows, date))
    assert not problems
    assert [row[0] for row in found[:-1]] == list(kinds.values())
    assert str(found[-1][0]) == "2026-02-03"


def test_white_space_between_the_elements_of_opendocument_means_nothing(tmp_path: Path) -> None:
    rows = [row.replace("><", ">\n  <") for row in (texts(HEADERS), texts(ROW))]
    assert rows_of(ods(tmp_path / "a.ods", "\n", *rows)) == ([list(ROW)], [])


def test_merged_and_repeated_cells_of_opendocument(tmp_path: Path) -> None:
    merged = (
        '<table:table-row><table:table-cell office:value-type="string" table:number-rows-spanned="2">'
        f"{text('both')}</table:table-cell>{texts(['x'])[17:]}"
        f"<table:table-row><table:covered-table-cell/>{texts(['y'])[17:]}"
    )
    repeated = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" '
        f'office:value-type="string">{text("r")}</table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
    )
    rest = f'<{ROWS} table:number-rows-repeated="1048570"><{CELL} table:number-columns-repeated="16384"/></{ROWS}>'
    rows, problems = rows_of(ods(tmp_path / "a.ods", texts(["a", "b"]), merged, repeated, rest))
    assert not problems
    assert rows == [["both", "x"], ["both", "y"], ["r", "r"], ["r", "r"]]
    vast = '<table:table-row table:number-rows-repeated="999999"><table:table-cell table:number-columns-repeated="999" '
    vast += f'office:value-type="string">{text("r")}</table:table-cell></table:table-row>'
    rows, problems = rows_of(ods(tmp_path / "b.ods", texts(["a", "b"]), vast))
    assert "more than 20,000,000 cells" in str(problems[0])


def test_headers_below_a_title_are_found_by_their_row(tmp_path: Path) -> None:
    lines = ["Liste der Labels; Stand 2026", "", ";".join(("Quelle", *HEADERS[1:])), ";".join(ROW)]
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text("\n".join(lines))
    with Workbook(tmp_path / "data/b.xlsx") as book:
        sheet = book.add_worksheet("Blatt")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line.split(";"))
    for name in ("a.csv", "b.xlsx"):
        result = run(tmp_path, "validate", str(tmp_path / "data" / name))
        assert result.exit_code == 1
        assert "header = 3" in result.output
    section = '[tables.{0}]\nfile = "data/{1}"\nheader = 3\ncolumns = {{ Quelle = "source" }}\n'
    (tmp_path / "pressgraph.toml").write_text(section.format("a", "a.csv") + section.format("b", "b.xlsx"))
    graphs = [run(tmp_path, "convert", str(tmp_path / "data" / name)) for name in ("a.csv", "b.xlsx")]
    assert [it.exit_code for it in graphs] == [0, 0], graphs[0].output
    assert graphs[0].stdout == graphs[1].stdout
    assert "Küstenlicht" in graphs[0].stdout
    (tmp_path / "pressgraph.toml").write_text(section.format("a", "a.csv").replace("= 3", "= 0"))
    assert "tables.a.header must be the number of the row" in run(tmp_path, "validate").stderr


def test_bars_between_columns_are_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{'|'.join(HEADERS)}\n{'|'.join(ROW)}\n")
    assert rows_of(path) == ([list(ROW)], [])


def test_bytes_of_a_database_are_no_text(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE t (source, id, type, name)")
        database.execute(
            "INSERT INTO t VALUES ('document/a', 'agent/a', 'Organization', x'00ff'), (?, ?, ?, ?)", ROW[:4]
        )
    database.close()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.sql").write_text('SELECT source, id, type, name AS "name.de" FROM t')
    (tmp_path / "pressgraph.toml").write_text('[tables.a]\nfile = "data/a.sql"\nurl = "sqlite:///a.db"\n')
    for command in ("validate", "build", "convert"):
        result = run(tmp_path, command)
        assert result.exit_code == 1, result.output
        assert "data/a.sql:1:name.de" in result.output
        assert "the cell holds bytes, not text" in result.output
        assert "x00" not in result.output


def test_bytes_of_parquet_are_no_text(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = {header: [value, value] for header, value in zip(HEADERS, ROW, strict=True)}
    pq.write_table(pa.table({**table, "name.de": [b"\0\xff", None]}), tmp_path / "a.parquet")
    for command in (["validate"], ["convert"], ["convert", "--shards", "1", "-o", str(tmp_path / "out")]):
        result = run(tmp_path, command[0], str(tmp_path / "a.parquet"), *command[1:])
        assert result.exit_code == 1
    assert "bytes, not text" in (tmp_path / "out/rejects.jsonl").read_text()


def test_spaces_around_a_cell_are_no_part_of_it_on_any_way(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("Blatt")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, (*ROW[:3], "  Gold   Label ", " x | y  z\xa0"))
    graph = run(tmp_path, "convert", str(path)).stdout
    assert '"Gold   Label"@de' in graph
    assert '"y  z"@de' in graph
    for name in ("b.yaml", "b.csv", "b.jsonl", "b.xlsx"):
        assert run(tmp_path, "facts", "convert", str(path), "-o", str(tmp_path / name)).exit_code == 0
        assert run(tmp_path, "convert", str(tmp_path / name)).stdout == graph


def test_a_place_is_found_where_a_template_takes_cells_with_spaces_around(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text("Name;Stufe\n\xa0Küste; gold \n")
    (tmp_path / "pressgraph.toml").write_text(
        '[tables.a]\nfile = "data/a.csv"\ncolumns = { Name = "name.de", Stufe = "level" }\n'
        'constants = { source = "document/a", type = "AwardedLabel" }\n'
        'templates = { id = "label/{Name}-{level}-{n}" }\n'
    )
    result = run(tmp_path, "validate")
    assert "without a place" not in result.output
    assert "data/a.csv:2" in result.output


def test_a_broken_workbook_costs_that_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text(f"{';'.join(HEADERS)}\n{';'.join(ROW)};z\n")
    xlsx_with_errors(tmp_path / "data/b.xlsx")
    whole = (tmp_path / "data/b.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive, zipfile.ZipFile(tmp_path / "data/c.xlsx", "w") as broken:
        for name in archive.namelist():
            broken.writestr(name, archive.read(name).replace(b"</row>", b"</rows>", 1))
    (tmp_path / "data/d.ods").write_bytes(whole[:50])
    for command in ("validate", "build", "convert"):
        result = run(tmp_path, command)
        assert result.exit_code == 1
        assert "unexpected" not in result.output
        for place in ("data/a.csv:2", "data/b.xlsx:Blatt!D2", "data/c.xlsx", "data/d.ods"):
            assert place in result.output


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_part_in_an_encoding_that_is_none_is_a_workbook_that_cannot_be_read(tmp_path: Path, suffix: str) -> None:
    whole, path = tmp_path / f"whole.{suffix}", tmp_path / f"data.{suffix}"
    if suffix == "xlsx":
        with Workbook(str(whole)) as book:
            book.add_worksheet("Labels").write_string(0, 0, "id")
    else:
        ods(whole, texts(["id"]))
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as broken:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                content = b'<?xml version="1.0" encoding="TF-8"?>' + (content.partition(b"?>")[2] or content)
            broken.writestr(name, content)
    rows, problems = rows_of(path)
    assert rows == []
    assert [it.rule for it in problems] == ["not-a-table"]
