"""A Dask cluster converts into the same shards as one process, also when it loses a worker."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow.csv
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.convert.blocks import Context
from pressgraph.convert.bulk import convert_to_shards
from pressgraph.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


Cluster = tuple[str, list[subprocess.Popen[bytes]]]


@contextmanager
def started(*, threads: int = 1) -> Iterator[Cluster]:
    """Start a scheduler and two workers without nannies: a killed worker stays dead."""
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rpartition(":")[2]
    common = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen([*dask, "scheduler", *common, "--port", port, "--no-show"], **quiet)
    workers = [
        subprocess.Popen([*dask, "worker", address, "--nthreads", str(threads), "--no-nanny", *common], **quiet)
        for _ in range(2)
    ]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Start a cluster that tests share; by default, workers have several threads."""
    with started(threads=3) as (address, _):
        yield address


@pytest.fixture
def mortal() -> Iterator[Cluster]:
    """Start a cluster whose workers may be killed."""
    with started() as found:
        yield found


def write_facts(path: Path, sources: int) -> None:
    with path.open("w") as file:
        for number in range(sources):
            source = {"id": f"document/d{number}", "type": "NewsArticle", "headline": {"en": f"Number {number}"}}
            facts = [
                {
                    "id": f"agent/a{number}-{i}",
                    "type": "Organization",
                    "name": {"en": f"Name {i}"},
                    "evidence": [i, i + 9],
                }
                for i in range(10)
            ]
            if number % 500 == 7:
                facts[3]["type"] = "Organisatoin"
            file.write(json.dumps({"source": source, "facts": facts}) + "\n")


def test_a_lost_worker_loses_nothing_and_doubles_nothing(tmp_path: Path, mortal: Cluster) -> None:
    from pressgraph.convert.cluster import convert_on_cluster

    address, workers = mortal
    facts = tmp_path / "facts.jsonl"
    write_facts(facts, 8000)
    context = Context.of(open_project(tmp_path))
    local = convert_to_shards([facts], context, tmp_path / "local", shards=6, compression="gzip")

    def kill_one() -> None:
        # when work is under way, in the middle of it
        until = time.monotonic() + 60
        while time.monotonic() < until and not list((tmp_path / "cluster").glob("shard-*")):
            time.sleep(0.02)
        shards.extend(path.name for path in (tmp_path / "cluster").glob("shard-*"))
        workers[0].kill()

    shards: list[str] = []
    killer = threading.Thread(target=kill_one)
    killer.start()
    remote = convert_on_cluster(
        [str(facts)], context, str(tmp_path / "cluster"), scheduler=address, shards=6, compression="gzip"
    )
    killer.join()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert 0 < len(shards) < 6, "not in mid-run"
    assert remote == local
    assert local["rejected"] == 16
    for name in ["manifest.json", "rejects.jsonl", *(shard["file"] for shard in local["shards"])]:
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()
    assert not list((tmp_path / "cluster").glob(".*"))


def folder_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(project: Path, *arguments: object) -> Any:
    return CliRunner().invoke(main, ["--project", str(project), *map(str, arguments)])


@pytest.mark.parametrize("addressed", [False, True])
@pytest.mark.parametrize("name", ["facts.jsonl", "facts.jsonl.gz", "facts.parquet"])
def test_a_cluster_writes_what_one_machine_writes(tmp_path: Path, cluster: str, name: str, *, addressed: bool) -> None:
    write_facts(tmp_path / "facts.jsonl", 1400)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / "facts.jsonl").read_bytes()))
    elif name.endswith(".parquet"):
        rows = [f"document/d{i // 9},agent/b{i},{'Wrong' if i == 99 else 'Organization'},N{i}\n" for i in range(9000)]
        (tmp_path / "facts.csv").write_text("source,id,type,name.en\n" + "".join(rows))
        pyarrow.parquet.write_table(pyarrow.csv.read_csv(tmp_path / "facts.csv"), tmp_path / name, row_group_size=3000)
    facts = (tmp_path / name).as_uri() if addressed else tmp_path / name
    there = (tmp_path / "cluster").as_uri() if addressed else tmp_path / "cluster"
    options = ("--shards", 3, "--compress", "zstd")
    local = run(tmp_path, "convert", facts, *options, "-o", tmp_path / "local")
    remote = run(tmp_path, "convert", facts, *options, "--scheduler", cluster, "-o", there)
    assert (local.exit_code, remote.exit_code) == (1, 1), remote.output
    assert remote.stderr == local.stderr.replace(str(tmp_path / "local"), str(there))
    assert folder_of(tmp_path / "cluster") == folder_of(tmp_path / "local")
    manifest = json.loads((tmp_path / "local" / "manifest.json").read_bytes())
    assert manifest["rejected"] > 0
    assert all(shard["quads"] for shard in manifest["shards"])


def test_too_many_bad_records_stop_a_cluster(tmp_path: Path, cluster: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 3000)
    call = ("convert", tmp_path / "facts.jsonl", "--shards", 2, "--scheduler", cluster, "-o", tmp_path / "out")
    assert run(tmp_path, *call, "--max-errors", 6).exit_code == 1
    assert (tmp_path / "out" / "manifest.json").exists()
    result = run(tmp_path, *call, "--max-errors", 2)
    assert result.exit_code == 1
    assert "more than 2 bad records" in result.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert (tmp_path / "out" / "rejects.jsonl").read_bytes().count(b"\n") > 2


def test_what_a_worker_cannot_read_is_said_in_words(tmp_path: Path, cluster: str) -> None:
    (tmp_path / "facts.jsonl.gz").write_bytes(gzip.compress(b'{"id": "agent/a"}\n' * 1000)[:-9])
    for facts, said in (
        ("file:///no/such.jsonl", "No such file"),
        (tmp_path / "facts.jsonl.gz", "cannot be decompressed"),
    ):
        result = run(tmp_path, "convert", facts, "--scheduler", cluster, "-o", tmp_path / "out")
        assert result.exit_code in {1, 2}
        assert said in result.stderr
        assert "unexpected" not in result.stderr


def test_a_cluster_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressgraph.convert.cluster._TIMEOUT", 1)
    (tmp_path / "facts.jsonl").touch()
    address = f"tcp://127.0.0.1:{free_port()}"
    result = run(tmp_path, "convert", tmp_path / "facts.jsonl", "--scheduler", address, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert f"no Dask scheduler answers at {address}" in result.stderr
