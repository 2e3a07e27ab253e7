"""Bulk conversion: the same bytes however many processes, shards that survive interruptions, rejects with reasons."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from click.testing import CliRunner

from pressgraph.cli import main

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
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


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").write_text(releases(6000, bad=700))
    call = [
        sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "convert", str(tmp_path / "facts.jsonl"),
        "--shards", "3", "--compress", "gzip", "--jobs", "2", "--resume", "-o",
    ]  # fmt: skip
    assert subprocess.run([*call, str(tmp_path / "calm")], check=False, capture_output=True).returncode == 1
    disturbed = tmp_path / "disturbed"
    rng = random.Random(6)  # noqa: S311 - moments to kill at
    kills = 0
    while kills < 10:
        process = subprocess.Popen([*call, str(disturbed)], stderr=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + 20
        before = progress(disturbed)
        while time.monotonic() < until and progress(disturbed) == before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    subprocess.run([*call, str(disturbed)], check=False, capture_output=True)
    assert kills == 10
    names = sorted(path.name for path in (tmp_path / "calm").iterdir())
    assert sorted(path.name for path in disturbed.iterdir()) == names
    for name in names:
        assert (disturbed / name).read_bytes() == (tmp_path / "calm" / name).read_bytes(), name


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
