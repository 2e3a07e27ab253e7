"""Tables as facts: the same graph from every format, and mistakes with their cells."""

from __future__ import annotations

import csv
import datetime
import itertools
import json
import re
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet
import pytest
import python_calamine
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from pressgraph.cli import main
from pressgraph.errors import FactsError, column_letters
from pressgraph.facts.tables.sheet import join_values, split_values
from pressgraph.project import open_project
from pressgraph.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.profile import Profile

SOURCE = {
    "source": "document/a",
    "source.type": "NewsArticle",
    "source.headline.de": "Gold-Label für Küstenlicht",
    "source.datePublished": "2026-01-15",
}
LABEL = {
    **SOURCE,
    "id": "label/x-1",
    "type": "AwardedLabel | Certification",
    "level": "gold",
    "heldBy.id": "agent/küste".replace("ü", "ue"),
    "heldBy.type": "Organization",
    "heldBy.name.de": r"Küstenlicht \| Förderkreis e. V.",
    "hasValidity.1.basis": "stated",
    "hasValidity.1.duration": "P2Y",
    "hasValidity.2.basis": "assumed-from-release-date",
    "hasValidity.2.validFrom": "2026-01-15",
    "evidence": "1-20 | 30–44",
    "status": "implied",
}
EQUAL_YAML = """
source: { id: document/a, type: NewsArticle, headline: { de: Gold-Label für Küstenlicht }, datePublished: 2026-01-15 }
facts:
  - id: label/x-1
    type: [AwardedLabel, Certification]
    level: gold
    heldBy: { id: agent/kueste, type: Organization, name: { de: "Küstenlicht | Förderkreis e. V." } }
    hasValidity:
      - { basis: stated, duration: P2Y }
      - { basis: assumed-from-release-date, validFrom: 2026-01-15 }
    evidence: [[1, 20], [30, 44]]
    status: implied
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path)


def write_csv(path: Path, rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, headers, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def quads(workspace: Workspace, *paths: Path) -> set[bytes]:
    return set(b"".join(workspace.convert(paths)).splitlines())


def mistakes(workspace: Workspace, path: Path) -> list[str]:
    with pytest.raises(FactsError) as caught:
        b"".join(workspace.convert([path]))
    return [f"{one.place} {one.rule}" for one in caught.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_delimited_text_says_what_yaml_says(
    workspace: Workspace, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    yaml = tmp_path / "facts.yaml"
    yaml.write_text(EQUAL_YAML, encoding="utf-8")
    table = write_csv(tmp_path / "facts.csv", [LABEL], delimiter=delimiter, encoding=encoding)
    assert quads(workspace, table) == quads(workspace, yaml)


UMLAUT = {
    "source": "document/a",
    "source.headline.de": "Titel",
    "source.datePublished": "2020-01-01",
    "type": "Organization",
    "id": "agent/a",
    "name.de": "Förderverein",
}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-16-le", "UTF-16 (line 2 has 'Förderverein')"),
        ("cp1252", "Windows-1252 (line 2 has 'Förderverein')"),
        ("mac-roman", "Windows-1252 (line 2 has 'Fšrderverein')"),
    ],
)
def test_a_guessed_encoding_is_said(tmp_path: Path, encoding: str, said: str | None) -> None:
    (tmp_path / "pressgraph.toml").write_text("")
    table = write_csv(tmp_path / "a.csv", [UMLAUT], encoding=encoding)

    def run(*call: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--project", str(tmp_path), *call])
        return result.exit_code, result.stderr

    hint = "if that is wrong, set 'encoding' in a [tables] section of pressgraph.toml for a.csv"
    expected = f"a.csv: taken to be {said}; {hint}\n" if said else ""
    for call in (["convert"], ["facts", "convert"], ["convert", "-j", "2"]):
        assert run(*call, str(table)) == (0, expected)
    assert run("-q", "convert", str(table)) == (0, "")
    assert run("validate", str(table))[1].startswith(expected)
    (tmp_path / "pressgraph.toml").write_text(f'[tables.a]\nfile = "a.csv"\nencoding = "{encoding}"\n')
    assert run("convert", str(table)) == (0, "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("id\nagent/ü\n".encode() + b"agent/\xfc\n", "a.csv:3: error: the text is not UTF-8 (byte 0xfc)"),
        ("id\nagent/ü\n".encode("cp850"), "a.csv:2: error: the text is not UTF-8 (byte 0x81)"),
        (b"\x7fELF\x02\0\0\xff\xfe\0", "a.csv: error: the table cannot be read: it is no text"),
        (b"PK\x03\x04\x14\0\x08\xff\0", "a.csv: error: the table cannot be read: it is a workbook"),
        (b"", "a.csv:1:1: error: the first row must name the columns"),
        (b"\xef\xbb\xbf\n", "a.csv:1:1: error: the first row must name the columns"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "convert", str(tmp_path / "a.csv")])
    assert result.exit_code == 1
    assert result.stderr.startswith(said), result.stderr
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("form", ["xlsx", "csv", "tsv", "jsonl", "parquet", "yaml"])
def test_the_founding_release_is_the_same_in_every_format(
    root: Path, founding_path: Path, tmp_path: Path, form: str
) -> None:
    there, back = tmp_path / f"facts.{form}", tmp_path / "back.yaml"
    for source, target in ((founding_path, there), (there, back)):
        result = CliRunner().invoke(main, ["--project", str(root), "facts", "convert", str(source), "-o", str(target)])
        assert result.exit_code == 0, result.output
    workspace = open_workspace(root)
    expected = quads(workspace, founding_path)
    assert quads(workspace, there) == expected
    assert quads(workspace, back) == expected


def test_a_column_of_ids_and_columns_of_nodes_under_one_key_keep_each_other_in_any_order(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path)
    cells = {
        "hasValidity": "validity/a | validity/b",
        "hasValidity.validFrom": "2020-01-01",
        "hasValidity.0.validFrom": "2018-01-01",
        "hasValidity.1.validFrom": "2019-01-01",
    }
    path = tmp_path / "labels.csv"

    def links(columns: Sequence[str]) -> list[str]:
        head, row = (
            ("source", "id", "type", *columns),
            ("document/d", "label/x", "AwardedLabel", *map(cells.get, columns)),
        )
        path.write_text(f"{','.join(head)}\n{','.join(map(str, row))}\n", encoding="utf-8")
        lines = b"".join(workspace.convert([path])).decode().splitlines()
        return sorted(line for line in lines if "/cluster#hasValidity>" in line or "/cluster#validFrom>" in line)

    for number in (2, 3, 4):
        for chosen in itertools.combinations(cells, number):
            found = {tuple(links(order)) for order in itertools.permutations(chosen)}
            # each column of nodes is a link and a date; the column of ids is two links
            assert {len(it) for it in found} == {2 * number}, chosen
            assert len(found) == 1, chosen


@pytest.mark.parametrize("number", ["²", "٣", "-1", "9" * 5000])
def test_a_header_numbers_nodes_in_plain_digits(tmp_path: Path, number: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"source,id,hasValidity.{number}.validFrom\ndocument/d,label/x,2020-01-01\n", encoding="utf-8")
    with pytest.raises(FactsError) as caught:
        list(open_workspace(tmp_path).convert([path]))
    assert [it.rule for it in caught.value.problems] == ["unmapped-header"]


def test_a_query_of_sqlite_says_what_the_table_says(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "facts.csv", [LABEL])
    with sqlite3.connect(tmp_path / "facts.db") as database:
        names = ", ".join(f'"{name}"' for name in LABEL)
        database.execute(f"CREATE TABLE facts ({names})")
        database.execute(f"INSERT INTO facts VALUES ({', '.join('?' * len(LABEL))})", list(LABEL.values()))  # noqa: S608 - question marks
    database.close()
    (tmp_path / "labels.sql").write_text("SELECT * FROM facts;")
    (tmp_path / "pressgraph.toml").write_text('[tables.labels]\nfile = "labels.sql"\nurl = "sqlite:///facts.db"\n')
    workspace = open_workspace(tmp_path)
    assert quads(workspace, tmp_path / "labels.sql") == quads(workspace, table)


@pytest.mark.parametrize("statement", ["DELETE FROM facts", "DROP TABLE facts", "INSERT INTO facts VALUES (2)"])
def test_a_query_cannot_write(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "facts.db") as database:
        database.execute("CREATE TABLE facts (id)")
        database.execute("INSERT INTO facts VALUES (1)")
    database.close()
    (tmp_path / "labels.sql").write_text(statement)
    (tmp_path / "pressgraph.toml").write_text('[tables.labels]\nfile = "labels.sql"\nurl = "sqlite:///facts.db"\n')
    assert mistakes(open_workspace(tmp_path), tmp_path / "labels.sql") == ["labels.sql not-a-table"]
    with sqlite3.connect(tmp_path / "facts.db") as database:
        assert database.execute("SELECT count(*) FROM facts").fetchone() == (1,)
    database.close()


def test_a_query_of_no_database_makes_none(tmp_path: Path) -> None:
    (tmp_path / "labels.sql").write_text("SELECT 1")
    (tmp_path / "pressgraph.toml").write_text('[tables.labels]\nfile = "labels.sql"\nurl = "sqlite:///none.db"\n')
    assert mistakes(open_workspace(tmp_path), tmp_path / "labels.sql") == ["labels.sql not-a-table"]
    assert not (tmp_path / "none.db").exists()


def test_sheets_are_kinds_and_merged_cells_count_for_all(workspace: Workspace, tmp_path: Path) -> None:
    book = Workbook(tmp_path / "facts.xlsx")
    source = book.add_worksheet("source")
    source.write_column(0, 0, ["id", "document/a"])
    labels = book.add_worksheet("AwardedLabel")
    labels.write_row(0, 0, ["id", "level", "heldBy"])
    labels.write_column(1, 0, ["label/x-1", "label/x-2"])
    labels.merge_range(1, 1, 2, 1, "gold")
    labels.write_column(1, 2, ["agent/x", "agent/y"])
    book.close()
    (tmp_path / "facts.yaml").write_text(
        "source: { id: document/a }\nfacts:\n"
        "  - { id: label/x-1, type: AwardedLabel, level: gold, heldBy: agent/x }\n"
        "  - { id: label/x-2, type: AwardedLabel, level: gold, heldBy: agent/y }\n"
        "  - { id: agent/x, type: Organization }\n  - { id: agent/y, type: Organization }\n"
    )
    from_table = quads(workspace, tmp_path / "facts.xlsx")
    assert from_table < quads(workspace, tmp_path / "facts.yaml")
    assert sum(b"label-level/gold" in quad for quad in from_table) == 2


def test_a_workbook_says_in_which_cell_a_mistake_is(workspace: Workspace, tmp_path: Path) -> None:
    book = Workbook(tmp_path / "facts.xlsx")
    source = book.add_worksheet("source")
    source.write_column(0, 0, ["id", "document/a"])
    sheet = book.add_worksheet("Labels")
    sheet.write_row(0, 0, ["id", "type", "level", "hasValidity.validFrom", "name", "evidence", "Land", "level"])
    sheet.write_row(1, 0, ["label/x-1", "AwardedLabel", "glod", "15.1.2026", "x", "9-3", "#N/A", "gold"])
    sheet.write_row(2, 0, ["label/x-2", "AwardedLabel", "gold", None, 351, "3,5"])
    sheet.write_row(3, 0, ["label/x-3", "AwardedLabel", "#N/A"])
    sheet.write_row(4, 0, ["label/x-4", "AwardedLabel"])
    # of this one nobody can tell whether it says nothing
    sheet.write_row(5, 0, ["label/x-5", None, None, None, None, None, "Sachsen"])
    sheet.write_formula(4, 2, '="gold"', None, "gold")
    book.close()
    assert sorted(mistakes(workspace, tmp_path / "facts.xlsx")) == [
        "facts.xlsx:Labels!C2 unknown-term",
        "facts.xlsx:Labels!C4 cell-error",
        "facts.xlsx:Labels!D2 bad-literal",
        "facts.xlsx:Labels!E3 cell-not-text",
        "facts.xlsx:Labels!F2 bad-evidence",
        # what is no span is words, and there is no text to find them in
        "facts.xlsx:Labels!F3 evidence-without-text",
        # headers that are wrong cost their columns alone
        "facts.xlsx:Labels!G1 unmapped-header",
        "facts.xlsx:Labels!H1 repeated-header",
    ]


def test_a_formula_that_nobody_computed_is_not_an_empty_cell(workspace: Workspace, tmp_path: Path) -> None:
    book = Workbook(tmp_path / "facts.xlsx")
    sheet = book.add_worksheet("Labels")
    sheet.write_row(0, 0, ["source", "id", "type", "level"])
    sheet.write_row(1, 0, ["document/a", "label/x-1", "AwardedLabel"])
    sheet.write_formula(1, 3, '="gold"', None, "")
    book.close()
    assert mistakes(workspace, tmp_path / "facts.xlsx") == ["facts.xlsx:Labels!D2 formula"]


def test_german_dates_and_decimals_are_refused_with_a_hint(workspace: Workspace, tmp_path: Path) -> None:
    row = {"source": "document/a", "id": "place/x", "type": "City", "hasValidity.validFrom": ""}
    wrong = {**SOURCE, "source.datePublished": "1.2.2026", "id": "agent/x", "type": "Organization"}
    table = write_csv(tmp_path / "facts.csv", [row, wrong], delimiter=";")
    result = CliRunner().invoke(main, ["--project", str(workspace.project.root), "convert", str(table)])
    assert result.exit_code == 1
    assert "facts.csv:3:source.datePublished: error: '1.2.2026' is not a day, a month, a year" in result.stderr
    assert "(write 2026-02-01)" in result.stderr


def test_headers_that_are_no_keys_are_reported_once(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"source": "document/a", "id": f"agent/a{i}", "headlin.en": "x", "Organisation": "y"} for i in range(9)]
    table = write_csv(tmp_path / "facts.csv", rows)
    assert mistakes(workspace, table) == [
        "facts.csv:1:headlin.en unmapped-header",
        "facts.csv:1:Organisation unmapped-header",
    ]


AWKWARD = {
    "empty.csv": (b"", "the first row must name the columns"),
    "twice.csv": (b"source,id,type,id\n", "the column 'id' stands twice"),
    "more.csv": (b"source;id;type\ndocument/a;agent/x;Organization;x\n", "a column without a header"),
    "dos.csv": (b"source;id;type;name.de\ndocument/a;agent/x;Organization;K\x81ste\n", "the text is not UTF-8"),
    "half.xlsx": (b"PK\x03\x04", "cannot be read"),
    "locked.xlsx": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "it is protected by a password"),
    "text.xls": (b"id\tname\n", "cannot be read"),
    "text.ods": (b"id\tname\n", "cannot be read"),
    "text.parquet": (b"id\tname\n", "cannot be read"),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_what_is_no_table_is_one_line(workspace: Workspace, tmp_path: Path, name: str) -> None:
    content, said = AWKWARD[name]
    (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(main, ["--project", str(workspace.project.root), "convert", str(tmp_path / name)])
    assert result.exit_code == 1
    assert result.stderr.startswith(name)
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_headers_alone_are_no_facts(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("source;id;type\n")
    assert quads(workspace, tmp_path / "facts.csv") == set()


def test_rows_must_name_their_source(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"source": "", "id": "agent/x", "type": "Organization"}]
    assert mistakes(workspace, write_csv(tmp_path / "facts.csv", rows)) == ["facts.csv:2:source no-source"]


# -- one workbook of three sheets, and the same in every other format

ORGANISATIONS = [
    ("agent/kuestenlicht", "Organization", "Küstenlicht | Förderkreis e. V.", "photonics"),
    ("agent/buendnis-fuer-gewebe", "Organization", 'Bündnis „Gewebe"; Süd', "biotechnology | photonics"),
]
LABELS = [
    ("label/kuestenlicht-gold-1", "gold", "agent/kuestenlicht", "stated", "2026-01-15", "1-20 | 30-44"),
    ("label/buendnis-silver-1", "silver", "agent/buendnis-fuer-gewebe", "stated", "2025-06-30", "50-61"),
]
THE_SAME = """
source: { id: document/a, type: NewsArticle, headline: { de: Zwei Label für Bündnisse }, datePublished: 2026-01-15 }
facts:
  - { id: agent/kuestenlicht, type: Organization, name: { de: "Küstenlicht | Förderkreis e. V." }, sector: photonics }
  - id: agent/buendnis-fuer-gewebe
    type: Organization
    name: { de: 'Bündnis „Gewebe"; Süd' }
    sector: [biotechnology, photonics]
  - id: label/kuestenlicht-gold-1
    type: AwardedLabel
    level: gold
    heldBy: agent/kuestenlicht
    hasValidity: { basis: stated, validFrom: 2026-01-15 }
    evidence: [[1, 20], [30, 44]]
  - id: label/buendnis-silver-1
    type: AwardedLabel
    level: silver
    heldBy: agent/buendnis-fuer-gewebe
    hasValidity: { basis: stated, validFrom: 2025-06-30 }
    evidence: [50, 61]
"""
LABEL_HEADERS = ["id", "level", "heldBy", "hasValidity.basis", "hasValidity.validFrom", "evidence"]


def write_workbook(path: Path, labels: Sequence[tuple[str, ...]]) -> None:
    """Write the three sheets as somebody would by hand: dates are dates, and the type is the sheet's name."""
    book = Workbook(path)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    source = book.add_worksheet("source")
    source.write_row(0, 0, ["id", "type", "headline.de", "datePublished"])
    source.write_row(1, 0, ["document/a", "NewsArticle", "Zwei Label für Bündnisse"])
    source.write_datetime(1, 3, datetime.datetime(2026, 1, 15), day)  # noqa: DTZ001 - as Excel has it
    organisations = book.add_worksheet("Organization")
    organisations.write_row(0, 0, ["id", "type", "name.de", "sector"])
    for number, row in enumerate(ORGANISATIONS, start=1):
        organisations.write_row(number, 0, [row[0], row[1], row[2].replace("|", "\\|"), row[3]])
    sheet = book.add_worksheet("AwardedLabel")
    sheet.write_row(0, 0, LABEL_HEADERS)
    for number, label in enumerate(labels, start=1):
        sheet.write_row(number, 0, label[:4])
        try:
            sheet.write_datetime(number, 4, datetime.datetime.fromisoformat(label[4]), day)
        except ValueError:
            sheet.write(number, 4, label[4])
        sheet.write(number, 5, label[5])
    book.close()


def write_twin(path: Path, labels: Sequence[tuple[str, ...]]) -> None:
    """Write the same as one table with semicolons, as a German Excel saves it."""
    said = ["document/a", "NewsArticle", "Zwei Label für Bündnisse", "2026-01-15"]
    headers = ["source", "source.type", "source.headline.de", "source.datePublished", "type", "name.de", "sector"]
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*headers, *LABEL_HEADERS])
        for id_, type_, name, sector in ORGANISATIONS:
            writer.writerow([*said, type_, name.replace("|", "\\|"), sector, id_, *[""] * 5])
        for label in labels:
            writer.writerow([*said, "AwardedLabel", "", "", *label])


def test_a_workbook_of_three_sheets_says_the_same_in_every_format(tmp_path: Path) -> None:
    folder = tmp_path / "mit Leerzeichen ü"
    folder.mkdir()
    (folder / "facts.yaml").write_text(THE_SAME, encoding="utf-8")
    write_workbook(folder / "facts.xlsx", LABELS)
    write_twin(folder / "facts.csv", LABELS)
    for form in ("jsonl", "parquet"):
        call = ["facts", "convert", str(folder / "facts.xlsx"), "-o", str(folder / f"facts.{form}")]
        result = CliRunner().invoke(main, ["--project", str(folder), *call])
        assert result.exit_code == 0, result.output
    with (folder / "facts.csv").open(encoding="cp1252", newline="") as file:
        headers, *rows = csv.reader(file, delimiter=";")
    with sqlite3.connect(folder / "facts.db") as database:
        names = ", ".join(f'"{header}" TEXT' for header in headers)
        database.execute(f"CREATE TABLE facts ({names})")
        marks = ", ".join("?" * len(headers))
        database.executemany(f"INSERT INTO facts VALUES ({marks})", rows)  # noqa: S608 - question marks
    database.close()
    (folder / "facts.sql").write_text("SELECT * FROM facts")
    (folder / "pressgraph.toml").write_text('[tables.all]\nfile = "facts.sql"\nurl = "sqlite:///facts.db"\n')
    workspace = open_workspace(folder)
    expected = quads(workspace, folder / "facts.yaml")
    assert len(expected) > 40
    for form in ("xlsx", "csv", "jsonl", "parquet", "sql"):
        assert quads(workspace, folder / f"facts.{form}") == expected, form


def test_the_same_mistakes_are_found_in_the_workbook_and_in_its_twin(workspace: Workspace, tmp_path: Path) -> None:
    wrong = [
        ("label/kuestenlicht-gold-1", "glod", "agent/kuestenlicht", "stated", "15.1.2026", "1-20"),
        ("label/buendnis silver", "silver", "agent/buendnis-fuer-gewebe", "said", "2025-06-31", "61-50"),
    ]
    write_workbook(tmp_path / "facts.xlsx", wrong)
    write_twin(tmp_path / "facts.csv", wrong)
    assert sorted(mistakes(workspace, tmp_path / "facts.xlsx")) == [
        "facts.xlsx:AwardedLabel!A3 bad-id",
        "facts.xlsx:AwardedLabel!B2 unknown-term",
        "facts.xlsx:AwardedLabel!D3 unknown-term",
        "facts.xlsx:AwardedLabel!E2 bad-literal",
        "facts.xlsx:AwardedLabel!E3 bad-literal",
        "facts.xlsx:AwardedLabel!F3 bad-evidence",
    ]
    assert sorted(mistakes(workspace, tmp_path / "facts.csv")) == [
        "facts.csv:4:hasValidity.validFrom bad-literal",
        "facts.csv:4:level unknown-term",
        "facts.csv:5:evidence bad-evidence",
        "facts.csv:5:hasValidity.basis unknown-term",
        "facts.csv:5:hasValidity.validFrom bad-literal",
        "facts.csv:5:id bad-id",
    ]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n"), min_size=1, max_size=40
).filter(lambda text: text == text.strip() and bool(text))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3, unique=True)), min_size=1, max_size=4))
def test_nothing_is_lost_between_formats(tmp_path: Path, things: list[tuple[str, list[str]]]) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    facts = [
        {
            "id": f"agent/a{i}",
            "type": "Organization",
            "name": {"de": name},
            "alternateName": {"en": others},
            "evidence": [i, i + 9],
        }
        for i, (name, others) in enumerate(things)
    ]
    source = {
        "id": "document/a",
        "type": "NewsArticle",
        "headline": {"de": things[0][0]},
        "datePublished": "2026-01-15",
    }
    first = folder / "facts.jsonl"
    first.write_text(json.dumps({"source": source, "facts": facts}), encoding="utf-8")
    workspace = open_workspace(folder)
    expected = quads(workspace, first)
    before = first
    for form in ("xlsx", "csv", "yaml", "parquet", "tsv", "jsonl"):
        after = folder / f"back.{form}"
        result = CliRunner().invoke(main, ["--project", str(folder), "facts", "convert", str(before), "-o", str(after)])
        assert result.exit_code == 0, (form, result.output)
        assert quads(workspace, after) == expected, form
        before = after


FOREIGN = """
[tables.labels]
file = "labels.csv"
columns = { "Organisation" = "heldBy.name.de", "Stufe" = "level", "Bemerkung" = "" }
constants = { source = "document/list", type = "AwardedLabel", "heldBy.type" = "Organization" }
templates = { id = "label/{Organisation}-{level}-{n}", "heldBy.id" = "agent/{Organisation}" }
"""


def test_foreign_headers_are_mapped_and_ids_made(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text(FOREIGN)
    rows = [
        {"Organisation": "Bündnis für Gewebe e. V.", "Stufe": "gold", "Bemerkung": "?"},
        {"Organisation": "Bündnis für Gewebe e. V.", "Stufe": "gold", "Bemerkung": ""},
    ]
    found = quads(open_workspace(tmp_path), write_csv(tmp_path / "labels.csv", rows, delimiter=";", encoding="cp1252"))
    text = b"\n".join(found).decode()
    assert "id/label/buendnis-fuer-gewebe-e-v-gold-1>" in text
    assert "id/label/buendnis-fuer-gewebe-e-v-gold-2>" in text
    assert '"Bündnis für Gewebe e. V."@de' in text


def test_a_name_is_one_however_its_umlauts_are_written(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text(FOREIGN)
    rows = [{"Organisation": name, "Stufe": "gold", "Bemerkung": ""} for name in ("M\u00fcller", "Mu\u0308ller")]
    found = quads(open_workspace(tmp_path), write_csv(tmp_path / "labels.csv", rows))
    assert {it for line in found for it in re.findall(r"/id/(?:agent|label)/[\w-]+", line.decode())} == {
        "/id/agent/mueller",
        "/id/label/mueller-gold-1",
        "/id/label/mueller-gold-2",
    }


def test_two_names_that_make_one_id_are_reported(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text(FOREIGN)
    rows = [{"Organisation": name, "Stufe": "gold", "Bemerkung": ""} for name in ("Müller", "Mueller", "")]
    table = write_csv(tmp_path / "labels.csv", rows)
    assert mistakes(open_workspace(tmp_path), table) == [
        "labels.csv:3:Organisation slug-collision",
        "labels.csv:4:Organisation template-gap",
    ]


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1))
def test_cells_give_back_what_was_joined(values: list[str]) -> None:
    joined = join_values(values)
    found = split_values(joined)
    assert found == values


def kinds() -> list[str]:
    return sorted(Workspace(open_project(Path(__file__).parents[1])).profile.classes)


@pytest.mark.parametrize("kind", kinds())
def test_a_template_offers_its_keys_with_hints_and_its_terms_to_choose_from(
    profile: Profile, tmp_path: Path, kind: str
) -> None:
    template = tmp_path / "template.xlsx"
    call = ["--project", str(tmp_path), "facts", "template", kind, "-o", str(template)]
    assert CliRunner().invoke(main, call).exit_code == 0
    with zipfile.ZipFile(template) as parts:
        sheets = [parts.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
        notes = sum(parts.read(name).count(b"<comment ") for name in parts.namelist() if "comments" in name)
    book = python_calamine.CalamineWorkbook.from_path(str(template))
    terms = [list(filter(None, column)) for column in zip(*book.get_sheet_by_name("terms").to_python(), strict=True)]
    headers = 0
    for name, xml in zip(book.sheet_names, sheets, strict=False):
        if name == "terms":
            continue
        offered = {
            column: terms[ord(listed) - ord("A")]
            for column, listed in re.findall(r'sqref="([A-Z]+)2:.*?<formula1>terms!\$([A-Z])\$1:', xml)
        }
        for number, header in enumerate(book.get_sheet_by_name(name).to_python()[0], start=1):
            headers += 1
            key = profile.keys.get(str(header).rpartition("source.")[2])
            if key is not None and key.scheme is not None:
                assert offered[column_letters(number)] == list(key.scheme.concepts), header
    assert notes == headers > 5


@pytest.mark.parametrize("kind", ["AwardedLabel", "schema:Claim", "Organization"])
def test_a_template_reads_as_an_empty_table(tmp_path: Path, kind: str) -> None:
    template = tmp_path / "template.xlsx"
    call = ["--project", str(tmp_path), "facts", "template", kind, "-o", str(template)]
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 0, result.output
    assert quads(open_workspace(tmp_path), template) == set()


def test_a_template_of_no_kind_says_what_was_meant(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "facts", "template", "AwardedLable"])
    assert result.exit_code == 2
    assert "did you mean 'AwardedLabel'?" in result.stderr


def test_a_shape_that_is_broken_names_the_cell(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    row = {**SOURCE, "id": "label/x-1", "type": "AwardedLabel", "level": "gold"}
    table = write_csv(tmp_path / "data" / "labels.csv", [row])
    report = workspace.validate([table])
    assert not report.conforms
    places = {str(result.place) for result in report.results}
    assert any(place.startswith("data/labels.csv:2:") for place in places), places


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"", "the file is empty"),
        ("a.ods", b"", "the file is empty"),
        ("a.parquet", b"", "the file is empty"),
        ("a.xlsx", b"a;b\n1;2\n", "it is no workbook; if it is text, its suffix is .csv"),
        ("a.xls", b"PK\x03\x04", "it is a workbook: give it the suffix that it has, such as .xlsx"),
        ("a.xlsx", b"PK\x03\x04" + bytes(500), "a part of the workbook is missing; save it or copy it again"),
        ("a.parquet", b"PK\x03\x04" + bytes(500), "it is no Parquet file"),
    ],
)
def test_a_file_that_is_not_what_its_suffix_says(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    for call in (["convert"], ["convert", "-j", "2"], ["facts", "convert"]):
        result = CliRunner().invoke(main, ["--project", str(tmp_path), *call, str(tmp_path / name)])
        assert result.exit_code == 1
        expected = f"{name}: error: the table cannot be read: {said} [not-a-table]\n1 problem in the facts\n"
        assert result.stderr == expected


def test_a_group_of_rows_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = {**SOURCE, "id": "place/a", "type": "City", "name.de": "Stadt"}
    columns = {header: [value] * 30 for header, value in rows.items()}
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=10, compression="none")
    at = pyarrow.parquet.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content = path.read_bytes()
    path.write_bytes(content[:at] + b"\xff" * 30 + content[at + 30 :])
    for call in (["convert"], ["convert", "-j", "2"], ["facts", "convert"], ["validate"]):
        result = CliRunner().invoke(main, ["--project", str(tmp_path), *call, str(path)])
        assert result.exit_code == 1
        said = result.stderr + result.stdout
        assert said.count("the table cannot be read") == 1
        assert "a.parquet:11" in said


def test_a_quotation_mark_that_nothing_closes(workspace: Workspace, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text('source,id,type,name.en\ndocument/a,agent/a,Organization,"open\n')
    with pytest.raises(FactsError) as caught:
        b"".join(workspace.convert([table]))
    (problem,) = caught.value.problems
    assert (str(problem.place), problem.rule) == ("a.csv:2", "not-a-table")
    assert "quotation mark" in (problem.hint or "")


def test_columns_of_a_workbook_may_stand_in_one_of_its_sheets(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    for name, headers, cells in (
        ("source", ["id", "headline.de"], ["document/a", "Titel"]),
        ("Organization", ["id", "Firma", "Umsatz"], ["agent/a", "Bündnis", "1,5"]),
        ("Person", ["id", "name.de"], ["agent/b", "Kim"]),
    ):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, headers)
        sheet.write_row(1, 0, cells)
    book.close()
    config = '[tables.a]\nfile = "a.xlsx"\ncolumns = { "Firma" = "name.de", "Umsatz" = "" }\n'
    (tmp_path / "pressgraph.toml").write_text(config)
    found = b"".join(open_workspace(tmp_path).convert([tmp_path / "a.xlsx"])).decode()
    assert '"Bündnis"@de' in found
    assert '"Kim"@de' in found
    (tmp_path / "pressgraph.toml").write_text(config.replace("Firma", "Fimra") + 'sheet = "Organization"\n')
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "convert", str(tmp_path / "a.xlsx")])
    assert "a.xlsx:Organization!1: error: the table has no column 'Fimra', which [tables] names" in result.stderr
    assert "did you mean 'Firma'?" in result.stderr


def test_a_template_is_a_table(tmp_path: Path) -> None:
    call = ["--project", str(tmp_path), "facts", "template", "Organization", "-o"]
    result = CliRunner().invoke(main, [*call, str(tmp_path / "a.pdf")])
    assert result.exit_code == 2
    assert "a template is .xlsx, .csv or .tsv, not .pdf" in result.stderr
    assert not list(tmp_path.iterdir())
    assert CliRunner().invoke(main, [*call, str(tmp_path / "a.xlsx")]).exit_code == 0
    into = ["facts", "convert", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "a.yaml")]
    result = CliRunner().invoke(main, ["--project", str(tmp_path), *into])
    assert result.exit_code == 2
    assert "there are no facts to write" in result.stderr


def test_a_date_that_is_formatted_as_a_number(workspace: Workspace, tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("AwardedLabel")
    sheet.write_row(0, 0, ["source", "id", "level", "dateModified"])
    sheet.write_row(1, 0, ["document/a", "label/a", "gold", 43862])
    book.close()
    with pytest.raises(FactsError) as caught:
        b"".join(workspace.convert([tmp_path / "a.xlsx"]))
    (problem,) = caught.value.problems
    assert str(problem.place) == "a.xlsx:AwardedLabel!D2"
    assert problem.hint == "is it a spreadsheet's number for 2020-02-01? format the cell as a date"


def test_a_row_that_only_describes_its_source_is_a_source_without_facts(workspace: Workspace, tmp_path: Path) -> None:
    described = write_csv(tmp_path / "a.csv", [{**SOURCE, "id": "", "name.en": ""}])
    alone = tmp_path / "a.jsonl"
    news = {"type": "NewsArticle", "headline": {"de": SOURCE["source.headline.de"]}, "datePublished": "2026-01-15"}
    alone.write_text(json.dumps({"source": {"id": "document/a", **news}}))
    assert quads(workspace, described) == quads(workspace, alone)
    nothing = write_csv(tmp_path / "b.csv", [{"source": "document/a", "id": "", "name.en": ""}])
    with pytest.raises(FactsError) as refused:
        quads(workspace, nothing)
    assert [(one.rule, one.place.line) for one in refused.value.problems] == [("missing-id", 2)]
