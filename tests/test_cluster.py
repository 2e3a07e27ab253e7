"""A Dask cluster converts into the same shards as one process, also when it loses a worker."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from pressgraph.convert.blocks import Context
from pressgraph.convert.bulk import convert_to_shards
from pressgraph.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("distributed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers without nannies: a killed worker stays dead."""
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rpartition(":")[2]
    common = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen([*dask, "scheduler", *common, "--port", port, "--no-show"], **quiet)
    workers = [
        subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-nanny", *common], **quiet)
        for _ in range(2)
    ]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


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


def test_a_lost_worker_loses_nothing_and_doubles_nothing(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    from pressgraph.convert.cluster import convert_on_cluster

    address, workers = cluster
    facts = tmp_path / "facts.jsonl"
    write_facts(facts, 8000)
    context = Context.of(open_project(tmp_path))
    local = convert_to_shards([facts], context, tmp_path / "local", shards=6, compression="gzip")

    def kill_one() -> None:
        # when work is under way, in the middle of it
        until = time.monotonic() + 60
        while time.monotonic() < until and not list((tmp_path / "cluster").glob("shard-*")):
            time.sleep(0.02)
        workers[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    remote = convert_on_cluster(
        [str(facts)], context, str(tmp_path / "cluster"), scheduler=address, shards=6, compression="gzip"
    )
    killer.join()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert remote == local
    assert local["rejected"] == 16
    for name in ["manifest.json", "rejects.jsonl", *(shard["file"] for shard in local["shards"])]:
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()
    assert not list((tmp_path / "cluster").glob(".*"))
