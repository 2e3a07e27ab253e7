"""Facts from a real PostgreSQL: the same graph as from a file, read-only, with the cells of mistakes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

psycopg = pytest.importorskip("psycopg")

SECRET = "g'heim @:/%"
ROWS = [
    ("Bündnis für Gewebe e. V.", "gold", "2026-01-15", 3),
    ("Küstenlicht | Förderkreis", "silver", "2025-06-30", None),
]
CONFIG = """
[tables.labels]
file = "labels.sql"
url = "postgresql://reader:${PG_TEST_PASSWORD}@127.0.0.1:PORT/network"
constants = { source = "document/list", type = "AwardedLabel", "heldBy.type" = "Organization" }
templates = { id = "label/{heldBy.name.de}-{level}", "heldBy.id" = "agent/{heldBy.name.de}" }
"""
QUERY = "SELECT replace(name, '|', '\\|') AS \"heldBy.name.de\", level FROM labels ORDER BY name;\n"


def program(name: str) -> str:
    """Return a program of PostgreSQL, which Debian keeps off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        pytest.skip("PostgreSQL is not installed")
    return path


def as_postgres(*call: str) -> list[str]:
    """Return a call as a user that PostgreSQL runs as: it refuses root."""
    return ["runuser", "-u", "postgres", "--", *call] if os.getuid() == 0 else list(call)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve a cluster of its own on the loopback, with a password; yield its port."""
    # a socket's path is short
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    try:
        init = as_postgres(
            program("initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"
        )
        subprocess.run(init, check=True, capture_output=True, cwd=folder)
        (folder / "data" / "pg_hba.conf").write_text(
            "local all postgres trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        options = f"-c listen_addresses=127.0.0.1 -p {free} -k {folder} -c fsync=off"
        control = program("pg_ctl")
        start = as_postgres(control, "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            yield free
        finally:
            stop = as_postgres(control, "-D", f"{folder}/data", "-m", "immediate", "stop")
            subprocess.run(stop, check=True, capture_output=True, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database(port: int) -> str:
    """Make the table; return an address of its owner."""
    owner = f"postgresql://postgres@127.0.0.1:{port}/network"
    with psycopg.connect(owner.replace("/network", "/postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE network")
        quoted = SECRET.replace("'", "''")
        # a reader who could write, if pressgraph let it
        admin.execute(f"CREATE ROLE reader LOGIN PASSWORD '{quoted}' SUPERUSER")
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE labels (name text, level text, since date, size int)")
        for row in ROWS:
            connection.execute("INSERT INTO labels VALUES (%s, %s, %s, %s)", row)
        connection.execute("CREATE SEQUENCE counted")
    return owner


@pytest.fixture
def project(tmp_path: Path, port: int, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert database
    monkeypatch.setenv("PG_TEST_PASSWORD", "g%27heim%20%40%3A%2F%25")
    (tmp_path / "pressgraph.toml").write_text(CONFIG.replace("PORT", str(port)), encoding="utf-8")
    (tmp_path / "labels.sql").write_text(QUERY, encoding="utf-8")
    return tmp_path


def run(project: Path, *call: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(project), *call])


def test_rows_say_what_a_file_says(project: Path) -> None:
    (project / "labels.csv").write_text(
        "heldBy.name.de;level\nBündnis für Gewebe e. V.;gold\nKüstenlicht \\| Förderkreis;silver\n", encoding="utf-8"
    )
    config = project / "pressgraph.toml"
    table = CONFIG.partition("\n[")[2].replace("tables.labels", "tables.file").replace("labels.sql", "labels.csv")
    config.write_text(
        config.read_text(encoding="utf-8")
        + "\n["
        + "\n".join(line for line in table.splitlines() if not line.startswith("url")),
        encoding="utf-8",
    )
    workspace = open_workspace(project)
    from_rows = set(b"".join(workspace.convert([project / "labels.sql"])).splitlines())
    assert from_rows == set(b"".join(workspace.convert([project / "labels.csv"])).splitlines())
    assert any("Küstenlicht | Förderkreis".encode() in quad for quad in from_rows)


def test_dates_and_numbers_of_the_database_are_read(project: Path) -> None:
    (project / "labels.sql").write_text(
        'SELECT name AS "heldBy.name.de", level, since AS "hasValidity.validFrom", '
        "'stated' AS \"hasValidity.basis\" FROM labels WHERE size = 3",
        encoding="utf-8",
    )
    converted = run(project, "convert", str(project / "labels.sql"))
    assert converted.exit_code == 0, converted.output
    assert '"2026-01-15"^^<http://www.w3.org/2001/XMLSchema#date>' in converted.stdout


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM labels RETURNING name, level", "syntax error|read-only"),
        ("WITH gone AS (DELETE FROM labels RETURNING *) SELECT name, level FROM gone", "data-modifying|read-only"),
        ("SELECT name, nextval('counted') AS level FROM labels", "read-only"),
        ("SELECT 1; COMMIT; DELETE FROM labels; SELECT name, level FROM labels", "multiple commands"),
        ("COMMIT; DROP TABLE labels", "multiple commands"),
        ("SET default_transaction_read_only = off; DELETE FROM labels", "multiple commands"),
        ("DROP TABLE labels", "syntax error|read-only"),
        ("SELECT nmae FROM labels", 'column "nmae" does not exist'),
        ("SELEKT", "syntax error"),
    ],
)
def test_a_query_cannot_write(project: Path, database: str, statement: str, said: str) -> None:
    (project / "labels.sql").write_text(statement, encoding="utf-8")
    result = run(project, "convert", str(project / "labels.sql"))
    assert result.exit_code == 1
    assert "labels.sql: error:" in result.stderr
    assert any(words in result.stderr for words in said.split("|")), result.stderr
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM labels").fetchone() == (2,)
        assert connection.execute("SELECT is_called FROM counted").fetchone() == (False,)


def test_mistakes_name_row_and_column(project: Path) -> None:
    (project / "labels.sql").write_text(
        "SELECT 'x' || n AS \"heldBy.name.de\", CASE n WHEN 2 THEN 'glod' ELSE 'gold' END AS level "
        "FROM generate_series(1, 3) AS n",
        encoding="utf-8",
    )
    result = run(project, "convert", str(project / "labels.sql"))
    assert result.exit_code == 1
    assert "labels.sql:2:level: error:" in result.stderr
    assert "did you mean 'gold'?" in result.stderr


def test_passwords_come_from_the_environment_and_are_not_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_TEST_PASSWORD")
    result = run(project, "convert", str(project / "labels.sql"))
    assert result.exit_code == 2
    assert "PG_TEST_PASSWORD is not set" in result.stderr
    monkeypatch.setenv("PG_TEST_PASSWORD", "wr0ng-word")
    for options in ((), ("--debug",)):
        call = ["--project", str(project), *options, "convert", str(project / "labels.sql")]
        refused = CliRunner().invoke(main, call)
        assert refused.exit_code == 1
        assert "password authentication failed" in refused.output + str(refused.exception)
        assert "wr0ng-word" not in refused.output + str(refused.exception)


def test_a_server_that_is_not_there_is_one_line(project: Path, port: int) -> None:
    config = project / "pressgraph.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(str(port), "1"), encoding="utf-8")
    result = run(project, "convert", str(project / "labels.sql"))
    assert result.exit_code == 1
    assert "labels.sql: error:" in result.stderr
    assert "refused" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_many_rows_are_read_as_they_come(project: Path) -> None:
    (project / "labels.sql").write_text(
        "SELECT 'x ' || n AS \"heldBy.name.de\", 'gold' AS level FROM generate_series(1, 25000) AS n", encoding="utf-8"
    )
    converted = run(project, "convert", str(project / "labels.sql"))
    assert converted.exit_code == 0, converted.output
    assert converted.stdout.count("label-level/gold") == 25_000
