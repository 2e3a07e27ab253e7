"""What lies in a project's folder is read, or named; a command that looked at nothing says so."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import unicodedata
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main
from pressgraph.project import open_project
from pressgraph.project.model import FACTS_PATTERNS
from pressgraph.scaffold import create_project

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

YAML = (
    "source: { id: document/%s, type: Article, headline: { en: X }, datePublished: 2026-01-15 }\n"
    "facts:\n  - { id: place/%s, type: City, name: { en: X } }\n"
)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def write(folder: Path, name: str, data: str | bytes | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    word = "".join(character for character in name.lower() if character.isascii() and character.isalnum())
    text = YAML % (word, word) if data is None else data
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_configuration_of_init_says_the_defaults(tmp_path: Path) -> None:
    create_project(tmp_path / "new", base="https://data.example.org/")
    told = open_project(tmp_path / "new")
    assert told.facts == FACTS_PATTERNS
    plain = open_project(tmp_path)
    assert (told.language, told.include_personal_data, told.embedding) == (
        plain.language,
        plain.include_personal_data,
        plain.embedding,
    )


@pytest.mark.parametrize(
    "suffix", [".yaml", ".YML", ".jsonl", ".jsonl.gz", ".JSONL.ZST", ".csv", ".CSV", ".tsv", ".xls", ".XLSB", ".xlsm"]
)
def test_every_kind_of_facts_file_is_taken_in_any_case(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, f"data/a{suffix}")
    assert open_project(tmp_path).facts_names() == [f"data/a{suffix}"]
    assert not open_project(tmp_path).unread_names()


def test_hidden_and_temporary_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "data/b.yaml")
    for name in (".ipynb_checkpoints/b.yaml", "x/.hidden/y/b.yaml", "~$labels.xlsx", "._b.yaml", ".~lock.b.ods#"):
        write(tmp_path, f"data/{name}")
    os.mkfifo(tmp_path / "data/pipe.yaml")
    assert open_project(tmp_path).facts_names() == ["data/b.yaml"]
    assert run(tmp_path, "build").exit_code == 0
    write(tmp_path, "pressgraph.toml", '[project]\nfacts = [".facts/*.yaml"]\n')
    write(tmp_path, ".facts/c.yaml")
    assert open_project(tmp_path).facts_names() == [".facts/c.yaml"]


def test_what_nothing_reads_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, "data/a.yaml")
    for name in ("labels.numbers", "more.json", "old.yaml~", "x.csv.gz"):
        write(tmp_path, f"data/{name}")
    for name in ("a.txt", "notes.md", "facts.schema.json", "photo.JPG", "README"):
        write(tmp_path, f"data/{name}")
    for command in ("build", "validate"):
        result = run(tmp_path, command)
        assert result.exit_code == 0
        said = "data/labels.numbers, data/more.json, data/old.yaml~, data/x.csv.gz are not read"
        assert result.stderr.count(said) == 1
    assert "not read" not in run(tmp_path, "-q", "build").stderr
    assert "not read" not in run(tmp_path, "validate", str(tmp_path / "data/a.yaml")).stderr


def test_a_link_to_nothing_is_an_error_beside_the_other_files(tmp_path: Path) -> None:
    write(tmp_path, "data/a.yaml", "source: { id: document/d }\nfacts: [{ id: agent/a, nmae: x }]\n")
    (tmp_path / "data/gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "data/gone.csv").symlink_to("nowhere.csv")
    (tmp_path / "data/gone.xlsx").symlink_to("nowhere.xlsx")
    (tmp_path / "data/gone.jsonl").symlink_to("nowhere.jsonl")
    (tmp_path / "data/round.yaml").symlink_to("round.yaml")
    for command in ("validate", "build", "convert"):
        result = run(tmp_path, command)
        assert result.exit_code in {1, 2}, result.output
        assert "data/gone.yaml" in result.output
        assert "No such file" in result.output
    report = run(tmp_path, "validate").output
    assert all(f"data/gone.{suffix}" in report for suffix in ("yaml", "csv", "xlsx", "jsonl"))
    assert "data/round.yaml" in report
    assert "data/a.yaml:2" in report


def test_a_damaged_file_costs_itself_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, "data/a.yaml", "source: { id: document/d }\nfacts: [{ id: agent/a, nmae: x }]\n")
    write(tmp_path, "data/b.jsonl", '{"source": {"id": "document/b"}, "facts": [{"id": "agent/b", "nmae": "x"}]}\n')
    write(tmp_path, "data/cut.jsonl.gz", gzip.compress(b'{"id": "agent/c"}\n')[:-9])
    write(tmp_path, "data/none.jsonl.gz", b"x")
    write(tmp_path, "data/none.jsonl.zst", b"x")
    write(tmp_path, "data/lost.jsonl.gz", b"")
    write(tmp_path, "data/empty.jsonl.gz", gzip.compress(b""))
    write(tmp_path, "data/none.xlsx", b"x")
    write(tmp_path, "data/open.csv", 'id,type,name,source\nagent/d,Organization,"D,document/b\n')
    for command in (["validate"], ["build"], ["convert"], ["convert", "--jobs", "2"], ["convert", "-f", "turtle"]):
        result = run(tmp_path, *command)
        assert result.exit_code == 1, result.output
        assert {"data/a.yaml:2", "data/b.jsonl:1"} <= set(re.findall(r"data/[ab]\.\w+:\d", result.output))
        for name in ("cut.jsonl.gz", "none.jsonl.gz", "none.jsonl.zst", "lost.jsonl.gz"):
            said = " ".join(result.output.split())
            assert re.search(rf"cannot be read: [^>]*> data/{name}|{name}: error: the file cannot be read", said), name
        assert "data/none.xlsx" in result.output
        assert "data/open.csv:2" in result.output
        assert "empty.jsonl.gz" not in result.output
    # what could be read stands in the shards, and what could not in the list of rejects
    write(tmp_path, "data/good.jsonl", '{"source": {"id": "document/g", "type": "NewsArticle"}, "facts": []}\n')
    result = run(tmp_path, "convert", "--shards", "2", "-o", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "8 bad records" in result.output
    rejects = [json.loads(line)["place"] for line in (tmp_path / "out" / "rejects.jsonl").read_text().splitlines()]
    assert [it.partition(":")[0] for it in rejects] == [
        f"data/{it}"
        for it in (
            "a.yaml", "b.jsonl", "cut.jsonl.gz", "lost.jsonl.gz", "none.jsonl.gz", "none.jsonl.zst", "none.xlsx",
            "open.csv",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["validate", "--changed"],
        ["validate", "--profile", "google"],
        ["build"],
        ["convert"],
        ["convert", "-f", "turtle"],
        ["convert", "--shards", "2", "-o", "out"],
        ["facts", "convert"],
    ],
    ids=" ".join,
)
def test_nothing_to_look_at_is_no_success(tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "data/notes.txt")
    result = run(tmp_path, *command)
    assert result.exit_code == 2
    assert "there are no facts files in" in result.stderr


@pytest.mark.parametrize(("name", "data"), [("empty.ttl", ""), ("comment.nt", "# nothing\n"), ("empty.jsonl", "")])
def test_a_file_that_says_nothing_is_no_success(tmp_path: Path, name: str, data: str) -> None:
    result = run(tmp_path, "validate", str(write(tmp_path, name, data)))
    assert result.exit_code == 2
    assert "there is nothing to check" in result.stderr


def test_a_byte_order_mark_is_taken_wherever_editors_put_one(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    write(tmp_path, "pressgraph.toml", mark + b'[project]\nbase = "https://data.example.org/"\n')
    write(tmp_path, "ontology/own.ttl", mark + b"@prefix ex: <https://e.org/> . ex:a ex:b ex:c .")
    write(tmp_path, "queries/own.rq", mark + b"# What?\nSELECT * { ?s ?p ?o } LIMIT 1")
    write(tmp_path, "data/a.yaml", mark + (YAML % ("a", "a")).encode())
    turtle = write(tmp_path, "x.ttl", mark + b"@prefix ex: <https://e.org/> . ex:a ex:b ex:c .")
    assert run(tmp_path, "build").exit_code == 0
    assert run(tmp_path, "query", "own").exit_code == 0
    assert run(tmp_path, "validate", str(turtle)).exit_code == 0
    (tmp_path / "pressgraph.toml").write_bytes('[project]\nbase = "x"\n'.encode("utf-16"))
    result = run(tmp_path, "validate")
    assert (result.exit_code, "save it as UTF-8" in result.stderr) == (2, True)


def test_names_that_macos_takes_apart_are_the_same_names(tmp_path: Path) -> None:
    def apart(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    write(
        tmp_path,
        "pressgraph.toml",
        '[tables.a]\nfile = "data/Größe.csv"\ncolumns = { "Träger" = "name.de" }\n'
        'constants = { source = "document/a", type = "Organization" }\ntemplates = { id = "agent/{Träger}" }\n',
    )
    for made in (str, apart):
        write(tmp_path, made("data/Größe.csv"), made("Träger\nKüstenlicht e. V.\n"))
        result = run(tmp_path, "convert")
        assert result.exit_code == 0, result.output
        assert "id/agent/kuestenlicht-e-v>" in result.stdout
        assert "kustenlicht" not in result.stdout
        (tmp_path / made("data/Größe.csv")).unlink()
    text = "source: { id: document/d, type: Article }\nfacts:\n  - { id: %s, type: City, name: { en: X } }\n"
    graphs = [
        run(tmp_path, "convert", str(write(tmp_path, "a.yaml", text % made("https://e.org/küste")))).stdout
        for made in (str, apart)
    ]
    assert graphs[0] == graphs[1]
    hints = [
        run(tmp_path, "validate", str(write(tmp_path, "a.yaml", text % made("agent/Küste")))).output
        for made in (str, apart)
    ]
    assert all("agent/kueste" in hint for hint in hints)


FORMS = ["text", "json", "sarif", "html", "turtle"]


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"caf\xe9.jsonl", b"Gr\xf6\xdfe.csv", b"a\nb.yaml"])
def test_names_of_files_that_are_not_utf8_work_and_are_shown_alike(tmp_path: Path, name: bytes) -> None:
    write(tmp_path, "data/z.yaml")
    fact = {"source": {"id": "document/d"}, "id": "place/x", "type": "City", "nmae": "x"}
    data = {"yaml": YAML % ("a", "a"), "jsonl": json.dumps(fact), "csv": "source,id,type,name.en\nd,place/x,City,X\n"}
    path = tmp_path / "data" / os.fsdecode(name)
    path.write_text(data[path.suffix[1:]])
    shown = "data/" + name.decode(errors="backslashreplace").replace("\n", "\\x0a")
    build = run(tmp_path, "build")
    assert build.exit_code == (0 if path.suffix == ".yaml" else 1), build.output
    assert run(tmp_path, "build", "--full").exit_code == build.exit_code
    path.write_text("source: [\n" if path.suffix == ".yaml" else "nonsense")
    assert shown in run(tmp_path, "build").stderr
    for form in FORMS:
        result = run(tmp_path, "validate", "-f", form)
        assert result.exit_code == 1, result.output
        # SARIF has addresses
        assert (quote(b"data/" + name) if form == "sarif" else escape(shown)) in (
            result.stdout.replace("\\\\", "\\") if form == "json" else result.stdout
        ) or form == "turtle"
        assert result.stdout_bytes.decode()
    # named on the command line, it is shown as in the report of all
    assert escape(shown) in run(tmp_path, "validate", str(path), "-f", "html").stdout
    done = subprocess.run(
        [sys.executable, "-m", "pressgraph", "validate", "-f", "json"],
        cwd=tmp_path, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert json.loads(done.stdout)["findings"]


def test_lines_are_shown_of_files_named_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "project/data/a.yaml")
    write(tmp_path, "other/f.yaml", "source: { id: document/d }\nfacts:\n  - { id: agent/a, nmae: SEEN }\n")
    monkeypatch.chdir(tmp_path / "other")
    result = run(tmp_path / "project", "validate", "f.yaml")
    assert "3 |   - { id: agent/a, nmae: SEEN }" in result.stdout
    write(tmp_path, "project/f.yaml", "another\nfile\nthan this\n")
    assert "3 |   - { id: agent/a, nmae: SEEN }" in run(tmp_path / "project", "validate", "f.yaml").stdout


def test_rewritten_facts_find_the_text_of_their_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "data/texts/a.txt", "X is a city.")
    write(tmp_path, "data/releases/a.yaml", (YAML % ("a", "a")).replace("type: Article", "file: ../texts/a.txt"))
    monkeypatch.chdir(tmp_path)
    for target in ("out/deep/a.yaml", "a.yaml", "out/folder/", "-"):
        result = run(tmp_path, "facts", "convert", "data/releases/a.yaml", "-o", target)
        assert result.exit_code == 0, result.output
        path = tmp_path / ("out/folder/a.yaml" if target.endswith("/") else target)
        if target == "-":
            path = write(tmp_path, "stdout.yaml", result.stdout)
        assert "source-file" not in run(tmp_path, "validate", str(path)).output
        assert "texts/a.txt" in path.read_text()


def test_the_library_looks_in_parent_folders_as_the_command_line_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "pressgraph.toml", "")
    (tmp_path / "docs/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "docs/deep")
    assert pressgraph.open(".").project.root == pressgraph.open().project.root == tmp_path.resolve()
    assert pressgraph.open(tmp_path / "docs").project.root == (tmp_path / "docs").resolve()


def test_facts_files_are_in_the_order_of_folders_and_then_of_names(tmp_path: Path) -> None:
    """Files of a folder stay together, whatever is beside it: "-" and "." come before "/"."""
    names = ["data/a/b.yaml", "data/a/c.yaml", "data/a-b.yaml", "data/a.yaml", "data/b/a.yaml", "data/b.yaml"]
    for name in reversed(names):
        write(tmp_path, name)
    project = open_project(tmp_path)
    assert project.facts_names() == names
    assert [project.name_of(path) for path in project.facts_files()] == names
