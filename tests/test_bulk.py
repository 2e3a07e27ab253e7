"""Bulk conversion: the same bytes however many processes, shards that survive interruptions, rejects with reasons."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import zstandard
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.convert.bulk.blocks import Context
from pressgraph.convert.bulk.local import convert_in_order
from pressgraph.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable


def run(project: Path, *arguments: object) -> Any:
    return CliRunner().invoke(main, ["--project", str(project), *map(str, arguments)])


def releases(count: int, *, bad: int = 0) -> str:
    lines = []
    for number in range(count):
        source = {"id": f"document/d{number}", "type": "NewsArticle", "headline": {"en": f"Number {number}"}}
        facts = [
            {"id": f"agent/a{number}-{i}", "type": "Organization", "name": {"en": f"Name {i}"}, "evidence": [i, i + 9]}
            for i in range(20)
        ]
        if bad and number % bad == 1:
            facts[3]["type"] = "Organisatoin"
        lines.append(json.dumps({"source": source, "facts": facts}))
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bulk")
    (folder / "facts.jsonl").write_text(releases(1500))
    (folder / "bad.jsonl").write_text(releases(1500, bad=100))
    header = "source,id,type,name.en,evidence\n"
    rows = [f'document/d{i // 9},agent/b{i},Organization,"Name, {i}",{i}-{i + 5}\n' for i in range(5000)]
    (folder / "rows.csv").write_text(header + "".join(rows))
    result = run(folder, "facts", "convert", folder / "rows.csv", "-o", folder / "rows.parquet")
    assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize("name", ["facts.jsonl", "rows.csv", "rows.parquet"])
def test_two_processes_write_the_bytes_of_one(project: Path, tmp_path: Path, name: str) -> None:
    for jobs in (1, 2):
        result = run(project, "convert", project / name, "--jobs", jobs, "-o", tmp_path / f"{jobs}.nq")
        assert result.exit_code == 0, result.output
    assert (tmp_path / "1.nq").read_bytes() == (tmp_path / "2.nq").read_bytes()
    assert (tmp_path / "1.nq").stat().st_size > 100_000


@pytest.mark.parametrize("compress", [pytest.param("none", marks=pytest.mark.further), "gzip", "zstd"])
def test_shards_hold_what_one_file_would(project: Path, tmp_path: Path, compress: str) -> None:
    assert run(project, "convert", project / "facts.jsonl", "-o", tmp_path / "whole.nq").exit_code == 0
    for jobs in (1, 2):
        result = run(
            project, "convert", project / "facts.jsonl", "--jobs", jobs, "--shards", 3, "--compress", compress,
            "-o", tmp_path / str(jobs),
        )  # fmt: skip
        assert result.exit_code == 0, result.output
    manifests = [json.loads((tmp_path / str(jobs) / "manifest.json").read_bytes()) for jobs in (1, 2)]
    assert manifests[0] == manifests[1]
    opened = {"none": lambda data: data, "gzip": gzip.decompress, "zstd": unzstd}[compress]
    found = [opened((tmp_path / "2" / shard["file"]).read_bytes()).splitlines() for shard in manifests[0]["shards"]]
    whole = (tmp_path / "whole.nq").read_bytes().splitlines()
    assert sorted(line for lines in found for line in lines) == sorted(whole)
    assert [len(lines) for lines in found] == [shard["quads"] for shard in manifests[0]["shards"]]
    assert manifests[0]["facts"] == 30_000


def unzstd(data: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
        return reader.read()


def test_bad_records_are_rejected_with_their_reasons(project: Path, tmp_path: Path) -> None:
    result = run(project, "convert", project / "bad.jsonl", "--shards", 2, "-o", tmp_path / "out")
    assert result.exit_code == 1
    rejects = [json.loads(line) for line in (tmp_path / "out" / "rejects.jsonl").read_text().splitlines()]
    assert len(rejects) == 15
    assert rejects[0]["place"].startswith("bad.jsonl:2:")
    assert rejects[0]["problems"][0]["rule"] == "unknown-type"
    assert rejects[0]["problems"][0]["hint"] == "did you mean 'Organization'?"
    assert json.loads(rejects[0]["record"])["source"]["id"] == "document/d1"
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["rejected"] == 15


def test_too_many_bad_records_stop_the_run(project: Path, tmp_path: Path) -> None:
    result = run(project, "convert", project / "bad.jsonl", "--shards", 2, "--max-errors", 5, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "more than 5 bad records" in result.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("option", [("--max-errors", 5), ("--compress", "gzip")])
def test_what_is_for_shards_is_refused_without_them(project: Path, tmp_path: Path, option: tuple[object, ...]) -> None:
    result = run(project, "convert", project / "bad.jsonl", *option, "-o", tmp_path / "out.nq")
    assert result.exit_code == 2
    assert "add --shards N -o DIR/" in result.stderr
    assert not (tmp_path / "out.nq").exists()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Facts in so many blocks that a run can be killed many times before it ends."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "facts.jsonl").write_text(releases(4500, bad=700))
    return folder


@pytest.fixture(scope="module")
def calm(long: Path) -> Callable[[str], dict[str, bytes]]:
    """Return what an undisturbed run writes."""
    found: dict[str, dict[str, bytes]] = {}

    def files(compress: str) -> dict[str, bytes]:
        if compress not in found:
            call = shards_of(long, long / compress, "--compress", compress, "--jobs", 2)
            assert subprocess.run(call, check=False, capture_output=True).returncode == 1
            found[compress] = folder_of(long / compress)
        return found[compress]

    return files


def shards_of(project: Path, output: Path, *options: object) -> list[str]:
    call = [sys.executable, "-m", "pressgraph", "--project", project, "convert", project / "facts.jsonl"]
    return [*map(str, call), "--shards", "3", *map(str, options), "-o", str(output)]


@pytest.mark.parametrize(
    ("compress", "jobs"),
    [
        pytest.param("none", 2, marks=pytest.mark.further),
        pytest.param("gzip", 1, marks=pytest.mark.further),
        ("zstd", 2),
    ],
)
def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    long: Path, calm: Callable[[str], dict[str, bytes]], tmp_path: Path, compress: str, jobs: int
) -> None:
    disturbed = tmp_path / "disturbed"
    options = ("--compress", compress, "--jobs", jobs)
    rng = random.Random(f"{compress}{jobs}")  # noqa: S311 - moments to kill at
    seen = set()
    for _ in range(6):
        before = progress(disturbed)
        process = subprocess.Popen(
            shards_of(long, disturbed, *options, "--resume"), stderr=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and progress(disturbed) == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.05)
        helpers = helpers_of(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until_gone(helpers)
        if (disturbed / "manifest.json").exists():
            # a busy machine lets it come to its end between two looks
            break
        seen.add(progress(disturbed))
    assert len(seen) >= 3
    last = subprocess.run(shards_of(long, disturbed, *options, "--resume"), check=False, capture_output=True)
    assert last.returncode == 1
    assert folder_of(disturbed) == calm(compress)


def folder_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def helpers_of(process: subprocess.Popen[Any]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return []


def wait_until_gone(helpers: list[psutil.Process]) -> None:
    """Wait until no helper is left: whoever lost the process that started it ends by itself."""
    until = time.monotonic() + 30
    while left := [it for it in helpers if lives(it)]:
        assert time.monotonic() < until, f"{left} live on"
        time.sleep(0.01)


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.further), 2])
def test_ctrl_c_stops_all_processes_and_the_run_goes_on_later(long: Path, tmp_path: Path, jobs: int) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        shards_of(long, out, "--jobs", jobs), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    helpers: list[psutil.Process] = []
    while not progress(out) or (jobs > 1 and not helpers):
        time.sleep(0.01)
        helpers = helpers_of(process)
    # as a terminal does it: to the whole group
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "--resume goes on" in said
    assert "Traceback" not in said
    wait_until_gone(helpers)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert subprocess.run(shards_of(long, out, "--resume"), check=False, capture_output=True).returncode == 1
    assert (out / "manifest.json").exists()


def test_two_runs_do_not_write_into_one_folder(long: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = subprocess.Popen(shards_of(long, out), stderr=subprocess.DEVNULL)
    while not progress(out):
        time.sleep(0.01)
    second = subprocess.run(shards_of(long, out, "--resume"), check=False, capture_output=True, text=True)
    assert first.poll() is None
    first.kill()
    first.wait()
    assert second.returncode == 2
    assert "another run is writing to" in second.stderr


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.further), 2])
def test_a_full_disk_stops_a_run_that_goes_on_when_there_is_room(
    long: Path, calm: Callable[[str], dict[str, bytes]], tmp_path: Path, jobs: int
) -> None:
    out = tmp_path / "out"
    # in blocks of 512 or 1024 bytes
    limited = f"ulimit -f 8000; exec {shlex.join(shards_of(long, out, '--jobs', jobs))}"
    full = subprocess.run(["sh", "-c", limited], check=False, capture_output=True, text=True)
    assert full.returncode == 2, full.stderr
    assert "--resume" in full.stderr
    assert "Traceback" not in full.stderr
    assert subprocess.run(shards_of(long, out, "--resume"), check=False, capture_output=True).returncode == 1
    assert folder_of(out) == calm("none")


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.further), 2])
def test_what_a_lost_machine_did_not_keep_is_done_again(
    long: Path, calm: Callable[[str], dict[str, bytes]], tmp_path: Path, jobs: int
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(shards_of(long, out), stderr=subprocess.DEVNULL)
    while progress(out) < 1500:
        time.sleep(0.01)
    process.kill()
    process.wait()
    shard = out / "shard-00001.nq"
    os.truncate(shard, shard.stat().st_size // 2)
    call = shards_of(long, out, "--jobs", jobs, "--resume")
    assert subprocess.run(call, check=False, capture_output=True).returncode == 1
    assert folder_of(out) == calm("none")


@pytest.mark.parametrize(
    ("compress", "jobs"),
    [
        ("gz", 1),
        ("zst", 2),
        pytest.param("gz", 2, marks=pytest.mark.further),
        pytest.param("zst", 1, marks=pytest.mark.further),
    ],
)
def test_compressed_facts_are_read_as_they_were(project: Path, tmp_path: Path, compress: str, jobs: int) -> None:
    data = (project / "facts.jsonl").read_bytes()
    half = data.index(b"\n", len(data) // 2) + 1
    pack = gzip.compress if compress == "gz" else zstandard.compress
    # as tools do that compress in parallel: in members
    path = tmp_path / f"größer als.jsonl.{compress}"
    path.write_bytes(pack(data[:half]) + pack(data[half:]))
    assert run(project, "convert", project / "facts.jsonl", "-o", tmp_path / "plain.nq").exit_code == 0
    assert run(project, "convert", path, "--jobs", jobs, "-o", tmp_path / "out.nq").exit_code == 0
    assert (tmp_path / "out.nq").read_bytes() == (tmp_path / "plain.nq").read_bytes()
    path.write_bytes(path.read_bytes()[:-20])
    result = run(project, "convert", path, "--jobs", jobs, "-o", tmp_path / "broken.nq")
    assert result.exit_code == 1
    assert "cannot be decompressed" in result.stderr
    assert not (tmp_path / "broken.nq").exists()


def test_compressed_facts_are_validated_like_others(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "facts.jsonl.gz").write_bytes(gzip.compress(releases(2, bad=2).encode()))
    result = run(tmp_path, "validate")
    assert result.exit_code == 1
    assert "data/facts.jsonl.gz:2:" in result.output
    (tmp_path / "data" / "facts.jsonl.gz").write_bytes(gzip.compress(releases(2).encode()))
    compressed = run(tmp_path, "validate", "-f", "json")
    assert "\ufffd" not in run(tmp_path, "validate").output
    (tmp_path / "data" / "facts.jsonl.gz").unlink()
    (tmp_path / "data" / "facts.jsonl").write_text(releases(2))
    assert run(tmp_path, "validate", "-f", "json").output == compressed.output.replace(".jsonl.gz", ".jsonl")


@pytest.mark.parametrize(
    ("name", "jobs"),
    [
        ("facts.jsonl", 2),
        ("rows.parquet", 1),
        pytest.param("facts.jsonl", 1, marks=pytest.mark.further),
        pytest.param("rows.parquet", 2, marks=pytest.mark.further),
    ],
)
def test_facts_come_from_addresses(project: Path, tmp_path: Path, name: str, jobs: int) -> None:
    address = (project / name).as_uri()
    for source, output in ((project / name, "local"), (address, "remote")):
        result = run(project, "convert", source, "--jobs", jobs, "--shards", 2, "-o", tmp_path / output)
        assert result.exit_code == 0, result.output
    local, remote = folder_of(tmp_path / "local"), folder_of(tmp_path / "remote")
    assert remote.pop("manifest.json").replace(address.encode(), name.encode()) == local.pop("manifest.json")
    assert remote == local


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///no/such.jsonl", "No such file"),
        ("nowhere://bucket/facts.jsonl", "Protocol not known: nowhere"),
        (Path(__file__).as_uri(), "only JSON Lines and Parquet are read from addresses"),
    ],
)
def test_addresses_that_cannot_be_read_say_why(project: Path, tmp_path: Path, address: str, said: str) -> None:
    result = run(project, "convert", address, "-o", tmp_path / "out.nq")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out.nq").exists()


def test_what_is_no_parquet_at_an_address_is_said(tmp_path: Path) -> None:
    (tmp_path / "facts.parquet").write_bytes(b"PARquet" * 100)
    address = (tmp_path / "facts.parquet").as_uri()
    result = run(tmp_path, "convert", address, "-o", tmp_path / "out.nq")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{address}: error: the table cannot be read: ")


def test_nothing_becomes_empty_shards(tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").touch()
    result = run(tmp_path, "convert", tmp_path / "facts.jsonl", "--jobs", 2, "--shards", 2, "-o", tmp_path / "out")
    assert result.exit_code == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["quads"], [shard["bytes"] for shard in manifest["shards"]]) == (0, [0, 0])


def test_whoever_has_read_enough_may_close_the_pipe(project: Path) -> None:
    call = [sys.executable, "-m", "pressgraph", "convert", str(project / "facts.jsonl"), "--jobs", "2"]
    with subprocess.Popen(call, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"<")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["facts.jsonl", "rows.csv", "rows.parquet"])
def test_a_terminal_shows_rate_and_time_left(project: Path, tmp_path: Path, name: str) -> None:
    ours, theirs = os.openpty()
    call = [sys.executable, "-m", "pressgraph", "convert", str(project / name), "-o", str(tmp_path / "out.nq")]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(call, cwd=project, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux's way to say that nobody has the terminal open
    os.close(ours)
    assert process.wait() == 0
    assert re.search(rb"[0-9] facts . [0-9,]+ quads . [0-9.]+ M/s [^.]*0:00:0", shown.replace(b"\xc2\xb7", b"."))
    assert re.search(rb"[0-9]:[0-9]{2}:[0-9]{2}", shown)


def progress(folder: Path) -> int:
    file = folder / "progress.jsonl"
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def test_a_run_of_other_facts_is_not_gone_on_with(project: Path, tmp_path: Path) -> None:
    result = run(project, "convert", project / "bad.jsonl", "--shards", 2, "--max-errors", 1, "-o", tmp_path / "out")
    assert result.exit_code == 1
    result = run(project, "convert", project / "facts.jsonl", "--shards", 2, "--resume", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "begun with other facts" in result.stderr


def test_reviews_reach_facts_in_other_blocks(tmp_path: Path) -> None:
    source = {"id": "document/a", "reviewedBy": "agent/editor", "reviewedOn": "2026-01-01"}
    facts = [
        {"source": "document/a", "id": f"agent/x{i}", "type": "Organization", "name": "x" * 500} for i in range(4000)
    ]
    lines = [json.dumps({"source": source}), *map(json.dumps, facts)]
    (tmp_path / "facts.jsonl").write_text("\n".join(lines))
    result = run(tmp_path, "convert", tmp_path / "facts.jsonl", "-o", tmp_path / "out.nq")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.nq").read_text().count("cluster#reviewedBy>") == 4000


# -- progress


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("facts.jsonl", bytes),
        ("facts.jsonl.gz", gzip.compress),
        ("facts.jsonl.zst", zstandard.compress),
        ("rows.csv", lambda data: data.decode().replace("Name", "Förderverein für Zürich").encode()),
        ("rows.csv", lambda data: data.decode().encode("utf-16")),
        ("rows.parquet", bytes),
    ],
)
def test_progress_counts_bytes_of_the_files_as_they_lie(
    project: Path, tmp_path: Path, name: str, written: Callable[[bytes], bytes]
) -> None:
    data = written((project / name.removesuffix(".gz").removesuffix(".zst")).read_bytes())
    file = tmp_path / name
    file.write_bytes(data)
    seen = told(tmp_path, file)
    assert {size for _, size, _ in seen} == {len(data)}
    done = [bytes_done for bytes_done, _, _ in seen]
    assert done == sorted(done)
    assert done[-1] == len(data)
    assert 0.1 < done[0] / len(data) < 0.9
    # as far in the bytes as in the facts, apart from what is read ahead
    ahead = 0.1 + 16 * 1024 / len(data)
    assert all(abs(it / len(data) - facts / seen[-1][2]) < ahead for it, _, facts in seen)


def test_a_query_has_counts_and_no_percentage(project: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "rows.db") as database:
        database.execute('CREATE TABLE row (source TEXT, id TEXT, type TEXT, "name.en" TEXT)')
        rows = ((f"document/d{i // 9}", f"agent/b{i}", "Organization", f"Name {i}") for i in range(5000))
        database.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", rows)
    database.close()
    (tmp_path / "rows.sql").write_text("SELECT * FROM row")
    (tmp_path / "pressgraph.toml").write_text('[tables.rows]\nfile = "rows.sql"\nurl = "sqlite:///rows.db"\n')
    for paths in ((tmp_path / "rows.sql",), (project / "rows.csv", tmp_path / "rows.sql")):
        seen = told(tmp_path, *paths)
        assert {size for _, size, _ in seen} == {0}
        facts = [count for _, _, count in seen]
        assert facts == sorted(set(facts))
        assert facts[-1] == 5000 * len(paths)


def told(folder: Path, *paths: Path) -> list[tuple[int, int, int]]:
    """Convert files; return what progress was told: bytes done, bytes of all, facts."""
    seen: list[tuple[int, int, int]] = []
    context = Context.of(open_workspace(folder).project)
    for _ in convert_in_order(
        paths, context, jobs=1, progress=lambda totals: seen.append((totals.done, totals.size, totals.facts))
    ):
        pass
    return seen
