"""A plain installation is small: what only some need is an extra, and its absence is said with the extra's name."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from pressgraph.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# pressgraph as it is where these packages are not installed: importing one fails as it does there
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

ABSENT = set(sys.argv.pop(1).split(","))
sys.meta_path.insert(0, Absent())
from pressgraph.cli import run
sys.argv[0] = "pressgraph"
run()
"""
FACTS = """\
source: { id: document/d, type: NewsArticle, headline: { en: News }, datePublished: 2026-01-01 }
facts: [{ id: agent/a, type: Organization, name: { en: Alpha } }]
"""


def call(folder: Path, modules: object, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call pressgraph in a folder as if modules were not installed."""
    command = [sys.executable, "-c", WITHOUT, str(modules), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pressgraph.toml").write_text("")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.yaml").write_text(FACTS)
    return tmp_path


def package(name: str) -> str:
    return re.split(r"[\[>=<; ]", name)[0]


def test_the_table_of_extras_is_that_of_the_project() -> None:
    declared = PROJECT["optional-dependencies"]
    # keyring is used where it is there, and not missed where it is not
    assert declared.keys() - {"keyring", "all"} == EXTRAS.keys()
    everything = re.fullmatch(r"pressgraph\[(.*)\]", declared["all"][0])
    assert everything is not None
    assert set(everything[1].split(",")) == declared.keys() - {"all"}
    plain = {package(it) for it in PROJECT["dependencies"]}
    assert not plain & {package(it) for extra in declared.values() for it in extra}


MISSING = [
    *(("serve", module, ["serve"]) for module in sorted(EXTRAS["serve"].modules)),
    ("tables", "xlsxwriter", ["facts", "template", "Organization", "-o", "t.xlsx"]),
    ("tables", "xlsxwriter", ["facts", "convert", "data/a.yaml", "-o", "t.xlsx"]),
    ("tables", "python_calamine", ["convert", "t.xls"]),
    ("tables", "python_calamine", ["validate", "t.xls"]),
    ("watch", "watchfiles", ["validate", "--watch"]),
    ("sql", "sqlalchemy", ["convert", "t.sql"]),
    ("sql", "psycopg", ["convert", "p.sql"]),
    ("parquet", "pyarrow", ["convert", "t.parquet"]),
    ("parquet", "pyarrow", ["facts", "convert", "data/a.yaml", "-o", "u.parquet"]),
    ("zstd", "zstandard", ["convert", "t.jsonl.zst"]),
    ("zstd", "zstandard", ["convert", "data/a.yaml", "-o", "out", "--shards", "1", "--compress", "zstd"]),
    ("distributed", "distributed", ["convert", "l.jsonl", "-o", "out", "--scheduler", "tcp://127.0.0.1:1"]),
    ("draft", "pypdfium2", ["new", "r.pdf"]),
    ("draft", "docx", ["new", "r.docx"]),
    ("s3", "s3fs", ["convert", "s3://bucket/facts.jsonl", "-o", "out.nq"]),
    ("s3", "fsspec", ["convert", "s3://bucket/facts.jsonl", "-o", "out.nq"]),
]


@pytest.mark.parametrize(
    ("extra", "module", "arguments"), MISSING, ids=[f"{extra}-{module}-{args[0]}" for extra, module, args in MISSING]
)
def test_a_missing_extra_is_named(project: Path, extra: str, module: str, arguments: list[str]) -> None:
    for name in ("t.xls", "t.parquet", "t.jsonl.zst"):
        (project / name).write_bytes(b"something")
    (project / "r.pdf").write_bytes(b"%PDF-1.4")
    with zipfile.ZipFile(project / "r.docx", "w") as archive:
        archive.writestr("word/document.xml", "")
    (project / "l.jsonl").write_text('{"id": "agent/a"}\n')
    (project / "t.sql").write_text("SELECT 1")
    (project / "p.sql").write_text("SELECT 1")
    (project / "pressgraph.toml").write_text(
        '[tables.t]\nfile = "t.sql"\nurl = "sqlite:///t.db"\n'
        '[tables.p]\nfile = "p.sql"\nurl = "postgresql://kim@127.0.0.1:1/x"\n'
    )
    if arguments == ["serve"]:
        assert call(project, "none", "build").returncode == 0
    result = call(project, module, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"install it: pip install 'pressgraph[{extra}]'" in result.stderr
    assert module in result.stderr
    assert "Traceback" not in result.stderr


def test_without_any_extra_the_main_job_is_done(project: Path) -> None:
    modules = ",".join(module for extra in EXTRAS.values() for module in extra.modules)
    page = project / "page.html"
    page.write_text("<!doctype html><html lang=en><head><title>News</title></head><body>News</body></html>")
    for arguments in (
        ["facts", "template", "Organization", "-o", "t.csv"],
        ["convert", "data/a.yaml", "-f", "jsonld"],
        ["validate"],
        ["validate", "--engine", "pyshacl"],
        ["build"],
        ["query", "statistics"],
        ["export"],
        ["export", "-f", "jsonld", "--about", "agent/a"],
        ["embed", "page.html", "--about", "agent/a"],
        ["extract", "page.html"],
        ["new", "page.html", "--name", "page"],
    ):
        result = call(project, modules, *arguments)
        assert result.returncode == 0, (arguments, result.stderr)
    assert "Alpha" in page.read_text()


def test_a_module_that_fails_by_itself_is_not_taken_for_a_missing_one(project: Path) -> None:
    result = call(project, "anyio", "--debug", "validate", "--watch")
    assert "ModuleNotFoundError: No module named 'anyio'" in result.stderr
