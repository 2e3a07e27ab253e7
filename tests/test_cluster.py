"""A Dask cluster converts into the same shards as one process, into folders and object storage, whatever it loses."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow.csv
import pyarrow.parquet
import pytest
import requests
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Cluster:
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


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
        yield Cluster(address, scheduler, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """Start an S3 server, which the environment names as for any program; give the address of a bucket."""
    port = free_port()
    server = f"http://127.0.0.1:{port}"
    call = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server)
        patch.setenv("AWS_ACCESS_KEY_ID", "opensesame")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                with suppress(requests.ConnectionError):
                    requests.put(f"{server}/bucket", timeout=10).raise_for_status()
                    break
                time.sleep(0.1)
            yield "s3://bucket"
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(storage: str) -> Iterator[str]:
    """Start a cluster that tests share; by default, workers have several threads."""
    assert storage
    with started(threads=3) as found:
        yield found.address


@pytest.fixture
def mortal(storage: str) -> Iterator[Cluster]:
    """Start a cluster whose machines may be killed."""
    assert storage
    with started() as found:
        yield found


@pytest.fixture(params=["folder", "storage"])
def place(request: pytest.FixtureRequest, tmp_path: Path, storage: str) -> str:
    """Give a place that all machines see: a folder, or a part of a bucket of its own."""
    return str(tmp_path) if request.param == "folder" else f"{storage}/{tmp_path.name}"


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


@pytest.mark.parametrize("place", ["storage", pytest.param("folder", marks=pytest.mark.further)], indirect=True)
def test_a_lost_worker_loses_nothing_and_doubles_nothing(tmp_path: Path, mortal: Cluster, place: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 4000)
    facts = copied(tmp_path / "facts.jsonl", f"{place}/facts.jsonl")
    options = ("--shards", 6, "--compress", "gzip")
    assert run(tmp_path, "convert", facts, *options, "-o", tmp_path / "local").exit_code == 1
    seen: list[set[str]] = []

    def kill_one() -> None:
        seen.append(shards_begun(f"{place}/cluster"))
        mortal.workers[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = run(tmp_path, "convert", facts, *options, "--scheduler", mortal.address, "-o", f"{place}/cluster")
    killer.join()
    assert result.exit_code == 1, result.output
    assert mortal.workers[0].wait(10) == -signal.SIGKILL
    assert 0 < len(seen[0]) < 6, "not in mid-run"
    assert files_at(f"{place}/cluster") == folder_of(tmp_path / "local")
    assert json.loads((tmp_path / "local" / "manifest.json").read_bytes())["rejected"] == 8


def copied(path: Path, to: str) -> str:
    """Copy a file to a place where it is not yet."""
    files, target = fsspec.url_to_fs(to)
    if target != str(path):
        files.put_file(str(path), target)
    return to


def files_at(place: str) -> dict[str, bytes]:
    files, path = fsspec.url_to_fs(place)
    files.invalidate_cache()
    return {name.rpartition("/")[2]: files.cat_file(name) for name in files.find(path)}


def shards_begun(place: str) -> set[str]:
    """Wait until a run is in the middle of its work; return the shards that are there."""
    files, path = fsspec.url_to_fs(place)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        files.invalidate_cache()
        names = {name.rpartition("/")[2] for name in files.find(path)}
        if any(name.startswith("progress-") for name in names):
            return {name for name in names if name.startswith("shard-")}
        time.sleep(0.02)
    raise TimeoutError(place)


@pytest.mark.parametrize(
    ("place", "stop"),
    [("storage", "kill"), ("folder", "interrupt"), pytest.param("storage", "scheduler", marks=pytest.mark.further)],
    indirect=["place"],
)
def test_a_run_that_was_stopped_goes_on(tmp_path: Path, mortal: Cluster, place: str, stop: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 6000)
    facts = copied(tmp_path / "facts.jsonl", f"{place}/facts.jsonl")
    options = ("--shards", 24, "--compress", "zstd")
    assert run(tmp_path, "convert", facts, *options, "-o", tmp_path / "local").exit_code == 1
    there = f"{place}/cluster"
    call = ("convert", facts, *options, "-o", there, "--scheduler")
    program = [sys.executable, "-m", "pressgraph", "--project", tmp_path, *call, mortal.address]
    client = subprocess.Popen(list(map(str, program)), stderr=subprocess.PIPE, text=True)
    shards_begun(there)
    match stop:
        case "kill":
            client.kill()
        case "interrupt":
            client.send_signal(signal.SIGINT)
        case _:
            mortal.scheduler.kill()
    said = client.communicate(timeout=120)[1]
    assert client.returncode == {"kill": -signal.SIGKILL, "interrupt": 130, "scheduler": 2}[stop]
    assert "Traceback" not in said
    assert ("--resume goes on" in said) == (stop != "kill")
    for process in (mortal.scheduler, *mortal.workers):
        # what was being written is written or not, but not while we look
        process.kill()
        process.wait()
    before = files_at(there)
    kept = {name for name in before if name.startswith("shard-") and noted(name) in before}
    assert 0 < len(kept) < 24
    assert "manifest.json" not in before
    with started() as again:
        refused = run(tmp_path, *call, again.address)
        assert refused.exit_code == 2
        assert "holds a run that was interrupted" in refused.stderr
        other = run(tmp_path, *call, again.address, "--resume", "--shards", 11)
        assert other.exit_code == 2
        assert "was begun with other facts, settings or shards" in other.stderr
        assert files_at(there) == before
        times = modified(there)
        result = run(tmp_path, *call, again.address, "--resume")
        assert result.exit_code == 1, result.output
        assert files_at(there) == folder_of(tmp_path / "local")
        changed = {name for name, when in modified(there).items() if times.get(name) != when}
        assert not changed & kept
        finished = run(tmp_path, *call, again.address, "--resume")
        assert "nothing to do" in finished.stderr
        assert files_at(there) == folder_of(tmp_path / "local")


def noted(shard: str) -> str:
    return shard.replace("shard", "progress").partition(".")[0] + ".json"


def modified(place: str) -> dict[str, Any]:
    files, path = fsspec.url_to_fs(place)
    files.invalidate_cache()
    return {name.rpartition("/")[2]: files.modified(name) for name in files.find(path)}


def test_one_machine_and_a_cluster_take_no_half_shards_from_each_other(tmp_path: Path, cluster: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 3000)
    call = ("convert", tmp_path / "facts.jsonl", "--shards", 2, "-o")
    assert run(tmp_path, *call, tmp_path / "calm").exit_code == 1
    for first, then in (((), ("--scheduler", cluster)), (("--scheduler", cluster), ())):
        folder = tmp_path / f"out{len(then)}"
        assert "more than 2 bad" in run(tmp_path, *call, folder, *first, "--max-errors", 2).stderr
        result = run(tmp_path, *call, folder, *then, "--resume")
        assert result.exit_code == 1, result.output
        assert folder_of(folder) == folder_of(tmp_path / "calm")


def folder_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(project: Path, *arguments: object) -> Any:
    return CliRunner().invoke(main, ["--project", str(project), *map(str, arguments)])


@pytest.mark.parametrize("kind", ["path", "file", "s3"])
@pytest.mark.parametrize("name", ["facts.jsonl", "facts.jsonl.gz", "facts.parquet"])
def test_a_cluster_writes_what_one_machine_writes(
    tmp_path: Path, cluster: str, storage: str, name: str, kind: str
) -> None:
    write_facts(tmp_path / "facts.jsonl", 1400)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / "facts.jsonl").read_bytes()))
    elif name.endswith(".parquet"):
        rows = [f"document/d{i // 9},agent/b{i},{'Wrong' if i == 99 else 'Organization'},N{i}\n" for i in range(9000)]
        (tmp_path / "facts.csv").write_text("source,id,type,name.en\n" + "".join(rows))
        pyarrow.parquet.write_table(pyarrow.csv.read_csv(tmp_path / "facts.csv"), tmp_path / name, row_group_size=3000)
    place = {"path": str(tmp_path), "file": tmp_path.as_uri(), "s3": f"{storage}/{tmp_path.name}"}[kind]
    facts, there = copied(tmp_path / name, f"{place}/{name}"), f"{place}/cluster"
    options = ("--shards", 3, "--compress", "zstd")
    local = run(tmp_path, "convert", facts, *options, "-o", tmp_path / "local")
    remote = run(tmp_path, "convert", facts, *options, "--scheduler", cluster, "-o", there)
    assert (local.exit_code, remote.exit_code) == (1, 1), remote.output
    assert remote.stderr == local.stderr.replace(str(tmp_path / "local"), there)
    assert files_at(there) == folder_of(tmp_path / "local")
    manifest = json.loads((tmp_path / "local" / "manifest.json").read_bytes())
    assert manifest["rejected"] > 0
    assert all(shard["quads"] for shard in manifest["shards"])


def test_a_cluster_withholds_by_name_what_one_machine_withholds(tmp_path: Path, cluster: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 600)
    (tmp_path / "pressgraph.toml").write_text('[publish]\nwithhold = ["agent/a3-1", "document/d5"]\n', encoding="utf-8")
    call = ("convert", tmp_path / "facts.jsonl", "--shards", 3, "-o")
    local = run(tmp_path, *call, tmp_path / "local")
    remote = run(tmp_path, *call, tmp_path / "cluster", "--scheduler", cluster)
    assert (local.exit_code, remote.exit_code) == (1, 1), remote.output
    assert remote.stderr == local.stderr.replace(str(tmp_path / "local"), str(tmp_path / "cluster"))
    written = folder_of(tmp_path / "cluster")
    assert written == folder_of(tmp_path / "local")
    quads = b"".join(data for name, data in written.items() if name.startswith("shard-"))
    assert b"/agent/a3-2>" in quads
    for name in (b"/agent/a3-1>", b"/document/d5>", b"/agent/a5-2>", b"/provenance/d5>"):
        assert name not in quads
    # the one named, and the ten that were read from the other
    manifest = json.loads(written["manifest.json"])
    assert (manifest["facts"], manifest["withheld"]) == (6000 - 20 - 11, 11)


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
    assert run(tmp_path, *call, "--max-errors", 6, "--resume").exit_code == 1
    assert (tmp_path / "out" / "manifest.json").exists()


def test_what_a_worker_cannot_read_is_said_in_words(tmp_path: Path, cluster: str) -> None:
    (tmp_path / "facts.jsonl.gz").write_bytes(gzip.compress(b'{"id": "agent/a"}\n' * 1000)[:-9])
    call = ("--scheduler", cluster, "-o", tmp_path / "out")
    result = run(tmp_path, "convert", "file:///no/such.jsonl", *call)
    assert result.exit_code in {1, 2}
    assert "No such file" in result.stderr
    assert "unexpected" not in result.stderr
    # a file that is damaged costs itself
    result = run(tmp_path, "convert", tmp_path / "facts.jsonl.gz", *call)
    assert result.exit_code == 1
    assert "see " in result.stderr
    (reject,) = (tmp_path / "out" / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert "cannot be decompressed" in json.loads(reject)["problems"][0]["message"]


def test_what_a_run_left_before_is_cleared_away(tmp_path: Path, cluster: str, place: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 100)
    facts = copied(tmp_path / "facts.jsonl", f"{place}/facts.jsonl")
    for shards in (5, 2):
        call = ("convert", facts, "--shards", shards, "--scheduler", cluster, "-o", f"{place}/out")
        assert run(tmp_path, *call).exit_code == 1
    assert sorted(files_at(f"{place}/out")) == ["manifest.json", "rejects.jsonl", "shard-00000.nq", "shard-00001.nq"]


def test_what_was_sent_in_part_is_swept(tmp_path: Path, cluster: str, storage: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 100)
    files, path = fsspec.url_to_fs(f"{storage}/{tmp_path.name}")
    bucket, _, prefix = path.partition("/")
    for name in ("out/shard-00000.nq", "outer/shard-00000.nq"):
        files.call_s3("create_multipart_upload", Bucket=bucket, Key=f"{prefix}/{name}")
    call = ("convert", tmp_path / "facts.jsonl", "--scheduler", cluster, "-o", f"{storage}/{tmp_path.name}/out")
    assert run(tmp_path, *call).exit_code == 1
    left = [upload["Key"] for upload in files.list_multipart_uploads(bucket)]
    assert left == [f"{prefix}/outer/shard-00000.nq"]


def test_a_misspelt_bucket_is_not_made(tmp_path: Path, cluster: str, storage: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 10)
    for address in ("s3://bucked/out", "s3://bucked"):
        call = ("convert", tmp_path / "facts.jsonl", "--scheduler", cluster, "-o", address)
        result = run(tmp_path, *call)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"error: {address}")
        assert "The specified bucket does not exist" in result.stderr
    assert not fsspec.url_to_fs(storage)[0].exists("bucked")


def without_keys(environment: dict[str, str]) -> None:
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]


@pytest.mark.parametrize(
    ("facts", "change", "said"),
    [
        ("s3://bucked/facts.jsonl", None, "The specified bucket does not exist"),
        ("s3://bucket/nothing.jsonl", None, "there is no such file"),
        ("s3://bucket/nothing.parquet", None, "there is no such file"),
        ("s3://bucket/facts.jsonl", without_keys, "Unable to locate credentials"),
    ],
)
def test_storage_that_cannot_be_read_says_why(
    tmp_path: Path, storage: str, facts: str, change: Callable[[dict[str, str]], None] | None, said: str
) -> None:
    assert storage
    result = program(tmp_path, change, "convert", facts, "-o", tmp_path / "out.nq")
    assert result.returncode == 2
    assert result.stderr == f"error: {facts}: {said}\n"


def test_wrong_credentials_are_said_and_not_shown(tmp_path: Path, cluster: str, storage: str) -> None:
    write_facts(tmp_path / "facts.jsonl", 10)
    facts = copied(tmp_path / "facts.jsonl", f"{storage}/{tmp_path.name}/facts.jsonl")
    switch = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
    # from now on nobody is known
    requests.post(switch, data="0", timeout=10).raise_for_status()
    try:
        local = program(tmp_path, None, "convert", facts, "--shards", 1, "-o", tmp_path / "out")
        remote = program(
            tmp_path, None, "convert", tmp_path / "facts.jsonl", "--scheduler", cluster, "-o", f"{storage}/out"
        )
    finally:
        requests.post(switch, data="inf", timeout=10).raise_for_status()
    for result, address in ((local, facts), (remote, f"{storage}/out")):
        assert result.returncode == 2
        assert result.stderr.startswith(f"error: {address}: ")
        assert "are the right credentials in the environment" in result.stderr
        assert result.stderr.count("\n") == 2
        assert not any(word in result.stderr for word in ("opensesame", "verysecret"))


def program(
    project: Path, change: Callable[[dict[str, str]], None] | None, *arguments: object
) -> subprocess.CompletedProcess[str]:
    """Run the program in an environment of its own."""
    environment = dict(os.environ)
    if change is not None:
        change(environment)
    call = [sys.executable, "-m", "pressgraph", "--project", str(project), *map(str, arguments)]
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "s3fs.py").write_text("raise ImportError('as where it is not installed')")

    def without_it(environment: dict[str, str]) -> None:
        environment["PYTHONPATH"] = str(tmp_path)

    result = program(tmp_path, without_it, "convert", "s3://bucket/facts.jsonl", "-o", tmp_path / "out.nq")
    assert result.returncode == 2
    assert result.stderr.startswith("error: s3://bucket/facts.jsonl: Install s3fs to access S3\n")
    assert "pip install 'pressgraph[s3]'" in result.stderr


def test_passwords_in_addresses_are_not_shown(tmp_path: Path) -> None:
    address = f"ftp://kim:verysecret@127.0.0.1:{free_port()}/facts.jsonl"
    result = run(tmp_path, "convert", address, "-o", tmp_path / "out.nq")
    assert result.exit_code == 2
    assert "ftp://127.0.0.1" in result.stderr
    assert "verysecret" not in result.output


def test_one_machine_writes_to_no_address(tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").touch()
    for options in ((), ("--shards", 2)):
        result = run(tmp_path, "convert", tmp_path / "facts.jsonl", *options, "-o", "s3://bucket/out")
        assert result.exit_code == 2
        assert "add --scheduler" in result.stderr


def test_a_cluster_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressgraph.convert.bulk.cluster._TIMEOUT", 1)
    (tmp_path / "facts.jsonl").touch()
    address = f"tcp://127.0.0.1:{free_port()}"
    result = run(tmp_path, "convert", tmp_path / "facts.jsonl", "--scheduler", address, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert f"no Dask scheduler answers at {address}" in result.stderr
