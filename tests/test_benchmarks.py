"""The benchmarks run, and what they measure on is what facts are."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks import generate, news

import pressgraph
from pressgraph.convert import JsonLines, compile_emitter
from pressgraph.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def workspace(tmp_path: Path) -> pressgraph.Workspace:
    """Open a project that holds nothing: the profile is the shipped one."""
    (tmp_path / "project").mkdir()
    return pressgraph.open(tmp_path / "project")


def digest(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_same_seed_makes_the_same_facts() -> None:
    def lines(seed: int) -> list[str]:
        return list(generate.release_lines(generate.iter_releases(20, seed, errors=0.5, mistakes=0.5)))

    assert lines(1) == lines(1)
    assert lines(1) != lines(2)


def test_more_releases_begin_with_the_same_ones() -> None:
    assert list(generate.iter_releases(30))[:10] == list(generate.iter_releases(10))


@pytest.mark.parametrize("triples", [None, 16])
def test_generated_facts_convert_and_wide_ones_without_a_second_look(
    triples: int | None, profile: Profile, id_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = list(generate.iter_releases(40, triples_per_fact=triples))
    emitter = compile_emitter(profile, id_base)
    converted = []
    for write in (generate.release_lines, generate.fact_lines):
        stream = JsonLines([line.encode() for line in write(releases)], emitter, name="facts.jsonl")
        if triples is not None:
            # figures, which only news of all kinds have, are read by the checker
            monkeypatch.setattr(stream, "place", lambda line: pytest.fail(f"not understood: {line!r}"))
        lines = b"".join(stream).splitlines()
        assert not stream.problems
        assert stream.facts == sum(len(release["facts"]) for release in releases)
        # without what describes the sources, in which a line that only names its source differs
        converted.append({line for line in lines if b"/id/fact/" in line})
    assert converted[0] == converted[1]


def test_news_is_of_all_kinds(profile: Profile) -> None:
    """Every class that a release can be about, dates and numbers as exact as they are known, and a correction."""
    releases = list(generate.iter_releases(len(news.NEWS)))
    text = json.dumps(releases)
    for kind in ("AwardedLabel", "Certification", "LabelScheme", "Membership", "Grant", "Call", "Agreement", "Fair"):
        assert f'"{kind}"' in text
        assert kind in {term.name for term in profile.classes.values()}
    for kind in ("Stand", "Industry", "Project", "Product", "Report", "QuotedStatement", "Claim", "Assessment"):
        assert f'"{kind}"' in text
    assert [release["source"].get("corrects") for release in releases[-2:]] == [None, releases[-2]["source"]["id"]]
    # the same when only a part is made
    assert list(generate.iter_releases(3, first=9)) == releases[9:]


@pytest.mark.parametrize("triples", [5, 9, 16, 40])
def test_wide_facts_have_as_many_triples_as_they_should(triples: int, profile: Profile, id_base: str) -> None:
    emitter = compile_emitter(profile, id_base)
    for release in generate.iter_releases(2, triples_per_fact=triples):
        for fact in release["facts"]:
            assert len(emitter.triples(fact)) == triples


@pytest.mark.parametrize("triples", [None, 16])
def test_generated_facts_conform(triples: int | None, workspace: pressgraph.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text("".join(generate.release_lines(generate.iter_releases(12, triples_per_fact=triples))), "utf-8")
    report = workspace.validate([path])
    assert report.conforms, "\n".join(report.lines(language="en"))


def test_generated_yaml_converts_to_the_same_facts(workspace: pressgraph.Workspace, tmp_path: Path) -> None:
    lines = tmp_path / "facts.jsonl"
    assert generate.main(["6", "-o", str(lines)]) == 0
    assert generate.main(["6", "--yaml", str(tmp_path / "yaml")]) == 0
    files = sorted((tmp_path / "yaml").iterdir())
    assert len(files) == 6
    assert set(b"".join(workspace.convert(files)).splitlines()) == set(
        b"".join(workspace.convert([lines])).splitlines()
    )


@pytest.mark.parametrize("option", ["--errors", "--mistakes"])
def test_seeded_errors_are_found(option: str, workspace: pressgraph.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    generate.main(["12", option, "1", "-o", str(path)])
    assert not workspace.validate([path]).conforms


@pytest.mark.parametrize("kind", ["_ERRORS", "_MISTAKES"])
def test_each_seeded_error_is_one(kind: str, workspace: pressgraph.Workspace, tmp_path: Path) -> None:
    """Errors break shapes alone, mistakes rules of facts files."""
    path = tmp_path / "facts.jsonl"
    spoilers: tuple[Callable[[object], None], ...] = getattr(generate, kind)
    for spoil in spoilers:
        release = next(generate.iter_releases(1))
        spoil(release)
        path.write_text(json.dumps(release) + "\n", "utf-8")
        try:
            b"".join(workspace.convert([path]))
            converts = True
        except pressgraph.PressgraphError:
            converts = False
        assert converts is (kind == "_ERRORS"), spoil.__name__
        assert not workspace.validate([path]).conforms, spoil.__name__


def test_the_benchmarks_run() -> None:
    command = [sys.executable, "benchmarks/run.py", "--quick", "--facts", "240"]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    for row in ("pressgraph, Python", "pyoxigraph's JSON-LD parser", "rdflib, hand-written", "peak memory"):
        assert row in run.stdout


@pytest.mark.further
def test_bulk_conversion_is_measured_against_peers_that_say_the_same() -> None:
    # without those that pip would install into environments of their own
    command = [sys.executable, "benchmarks/convert.py", "--quick", "--only", "pressgraph", "rdflib", "JSON-LD"]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("all say the same of a sample")
    rows = [line.split("|")[1].strip() for line in run.stdout.splitlines() if line.startswith("|")]
    assert [row for row in rows if row.startswith(("pressgraph", "pyoxigraph", "rdflib"))][:6] == [
        "pressgraph, JSON Lines, 1 process",
        "pressgraph, JSON Lines, 2 processes",
        "pressgraph, Parquet, 1 process",
        "pressgraph, Parquet, 2 processes",
        "pyoxigraph's JSON-LD parser",
        "rdflib, hand-written",
    ]
