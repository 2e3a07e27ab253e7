"""Build: only what changed, all or nothing, and right after any sequence of changes or a kill at any moment."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.small_profile import write_small_profile

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import Snapshot, Snapshots

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

Facts = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A project in a temporary folder."""

    root: Path

    def write(self, name: str, *facts: dict[str, Any], source: str | None = None) -> Path:
        """Write a facts file as JSON, which YAML reads too."""
        path = self.root / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        document = source_of(source or name.partition(".")[0])
        if path.suffix == ".jsonl":
            path.write_text("".join(f"{json.dumps(line)}\n" for line in ({"source": document}, *facts)))
        else:
            path.write_text(json.dumps({"source": document, "facts": facts}, indent=1, ensure_ascii=False))
        return path

    def run(self, *arguments: str) -> Result:
        """Run the command line in this project."""
        return CliRunner().invoke(main, ["--project", str(self.root), *arguments])

    def build(self, *arguments: str) -> str:
        """Build, and return what was said."""
        result = self.run("build", *arguments)
        assert result.exit_code == 0, result.output
        return result.stderr

    def quads(self) -> set[ox.Quad]:
        """Return what is published."""
        return set(pressgraph.open(self.root).dataset().store)

    @property
    def pointer(self) -> Path:
        """The file that names the published snapshot."""
        return self.root / ".pressgraph" / "current"

    def leftovers(self) -> list[str]:
        """Return what is below the state folder besides the pointer, the lock and published snapshots."""
        state = self.root / ".pressgraph"
        names = [path.name for path in state.iterdir() if path.name not in {".gitignore", "cache", "current", "lock"}]
        names.remove("snapshots")
        names += [path.name for path in (state / "cache").glob(".*")]
        current = self.pointer.read_text().strip()
        kept = {current, f"{int(current) - 1:06d}"}
        return names + [path.name for path in (state / "snapshots").iterdir() if path.name not in kept]


def source_of(name: str) -> dict[str, Any]:
    return {
        "id": f"document/{name}",
        "type": "NewsArticle",
        "headline": {"en": f"Release {name}"},
        "datePublished": "2026-01-01",
    }


def city(name: str, title: str | None = None) -> dict[str, Any]:
    return {"id": f"place/{name}", "type": "City", "name": {"en": title or f"City {name}"}}


def inside(name: str, country: str) -> dict[str, Any]:
    return {
        "id": f"place/{name}",
        "containedInPlace": {"id": f"place/{country}", "type": "Country", "name": {"en": f"Country {country}"}},
    }


def made(root: Path, base: str = "https://data.example.org/") -> Sandbox:
    """Make an empty project whose things are its own, not those of the founding release."""
    (root / "pressgraph.toml").write_text(f'[project]\nbase = "{base}"\n')
    return Sandbox(root)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return made(tmp_path)


@pytest.fixture
def small_sandbox(sandbox: Sandbox) -> Sandbox:
    """A project of few classes, whose builds take little."""
    write_small_profile(sandbox.root)
    return sandbox


def test_folder_without_a_configuration_builds(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.write("a.yaml", city("dresden"))
    assert "converted 1 file" in sandbox.build()


def test_second_build_converts_nothing_and_says_so(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    first = sandbox.build()
    assert "converted 1 file" in first
    before, snapshot = sandbox.quads(), sandbox.pointer.read_text()
    assert "nothing to convert: 1 file unchanged" in sandbox.build()
    assert sandbox.pointer.read_text() == snapshot
    assert sandbox.quads() == before


def test_touching_a_file_without_a_change_converts_nothing(sandbox: Sandbox) -> None:
    path = sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    path.write_bytes(path.read_bytes())
    assert "nothing to convert" in sandbox.build()


def test_only_changed_files_are_converted(sandbox: Sandbox) -> None:
    for name in ("a", "b", "c"):
        sandbox.write(f"{name}.yaml", city(name))
    sandbox.build()
    sandbox.write("b.yaml", city("b", "Another name"))
    result = pressgraph.open(sandbox.root).build()
    assert (result.converted, result.removed, result.kept) == (("data/b.yaml",), (), 2)
    stated = "SELECT ?name { ?fact a clu:FactGraph GRAPH ?fact { ?c a schema:City ; schema:name ?name } }"
    names = {str(row["name"]) for row in pressgraph.open(sandbox.root).query(stated)}
    assert names == {"City a", "Another name", "City c"}


def test_verbose_build_names_the_converted_files(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    assert "data/a.yaml" in sandbox.run("-v", "build").stderr
    assert sandbox.run("-q", "build", "--full").stderr == ""


def test_graphs_of_a_removed_file_go(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    alone = sandbox.quads()
    other = sandbox.write("b.yaml", city("leipzig"))
    sandbox.build()
    assert sandbox.quads() > alone
    other.unlink()
    assert "removed 1 file" in sandbox.build()
    assert sandbox.quads() == alone


def test_triples_of_two_sources_survive_the_removal_of_one(sandbox: Sandbox) -> None:
    shared = city("dresden")
    sandbox.write("a.yaml", shared, city("leipzig"))
    sandbox.write("b.yaml", shared)
    sandbox.build()
    (sandbox.root / "data/a.yaml").unlink()
    sandbox.build()
    ask = "ASK {{ ?c a schema:City ; schema:name '{}'@en }}"
    workspace = pressgraph.open(sandbox.root)
    assert bool(workspace.ask(ask.format("City dresden")).found)
    assert not bool(workspace.ask(ask.format("City leipzig")).found)


def test_a_renamed_file_is_the_same_graph(sandbox: Sandbox) -> None:
    path = sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    before = sandbox.quads()
    path.rename(path.with_name("renamed.yaml"))
    assert "removed 1 file" in sandbox.build()
    assert sandbox.quads() == before


def test_default_graph_is_the_union_of_the_named_graphs(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"), inside("dresden", "germany"))
    sandbox.write("b.yaml", city("dresden"))
    sandbox.build()
    quads = sandbox.quads()
    assert {q.triple for q in quads if q.graph_name == ox.DefaultGraph()} == {
        q.triple for q in quads if q.graph_name != ox.DefaultGraph()
    }


# Few facts and few sources, so that they meet: the same fact in two sources, the same thing in three.
facts_pool = [city(c) for c in "pqr"] + [inside(c, d) for c in "pq" for d in "uv"]
sources = st.dictionaries(
    st.sampled_from(["a.yaml", "b.yaml", "c.jsonl"]),
    st.lists(st.sampled_from(facts_pool), min_size=1, max_size=4, unique_by=json.dumps),
    min_size=1,
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sandbox, Sandbox]:
    stepwise, scratch = made(tmp_path_factory.mktemp("stepwise")), made(tmp_path_factory.mktemp("scratch"))
    for one in (stepwise, scratch):
        write_small_profile(one.root)
    return stepwise, scratch


def check_account(before: Snapshot, now: Snapshot) -> None:
    """Check that a build names the one before, and each graph that holds something else than there."""
    altered = now.altered()
    if altered is not None:
        assert altered.before == before.identity()
        found: list[set[tuple[str, ox.Triple]]] = [
            {(it.graph_name.value, it.triple) for it in one.open() if isinstance(it.graph_name, ox.NamedNode)}
            for one in (before, now)
        ]
        assert {name for name, _ in found[0] ^ found[1]} <= set(altered.graphs)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(states=st.lists(sources, min_size=2, max_size=4))
def test_any_sequence_of_builds_ends_as_a_build_from_scratch(
    pair: tuple[Sandbox, Sandbox], states: list[dict[str, Facts]]
) -> None:
    stepwise, scratch = pair
    for state in states:
        shutil.rmtree(stepwise.root / "data", ignore_errors=True)
        for name, facts in state.items():
            stepwise.write(name, *facts)
        snapshots = Snapshots(stepwise.root / ".pressgraph")
        before = snapshots.current()
        stepwise.build()
        if before is not None and before != (now := snapshots.current()) and now is not None:
            check_account(before, now)
    shutil.rmtree(scratch.root / "data", ignore_errors=True)
    shutil.copytree(stepwise.root / "data", scratch.root / "data")
    scratch.build("--full")
    assert stepwise.quads() == scratch.quads()


# -- what is refused


def test_graph_that_does_not_conform_is_not_published(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    before, snapshot = sandbox.quads(), sandbox.pointer.read_text()
    path = sandbox.write("b.yaml", {"id": "label/b", "type": "AwardedLabel", "name": {"en": "Label"}})
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert re.search(r"^data/b\.yaml:\d+:\d+: error: .+ \[AwardedLabel-heldBy-minCount\]$", result.stderr, re.MULTILINE)
    assert "was not published" in result.stderr
    assert sandbox.quads() == before
    assert sandbox.pointer.read_text() == snapshot
    assert sandbox.leftovers() == []
    path.unlink()
    assert "nothing to convert" in sandbox.build()


def test_first_graph_that_does_not_conform_leaves_nothing_built(sandbox: Sandbox) -> None:
    sandbox.write("b.yaml", {"id": "label/b", "type": "AwardedLabel", "name": {"en": "Label"}})
    assert sandbox.run("build").exit_code == 1
    asked = sandbox.run("query", "releases")
    assert asked.exit_code == 2
    assert "nothing is built yet" in asked.stderr
    assert "pressgraph build" in asked.stderr


def test_facts_error_leaves_the_published_snapshot(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    before = sandbox.quads()
    sandbox.write("a.yaml", city("dresden") | {"nmae": "Dresden"})
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert re.search(
        r"^data/a\.yaml:\d+:\d+: error: 'nmae' .*did you mean 'name'\?.*\[unknown-key\]$", result.stderr, re.MULTILINE
    )
    assert sandbox.quads() == before
    assert sandbox.leftovers() == []


def test_links_dangle_when_the_described_file_is_removed(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden") | {"containedInPlace": "place/germany"})
    described = sandbox.write("b.yaml", city("germany"))
    sandbox.build()
    described.unlink()
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert re.search(r"^data/a\.yaml:\d+:\d+: error: no fact describes 'place/germany'", result.stderr, re.MULTILINE)
    (sandbox.root / "data/a.yaml").unlink()
    sandbox.write("c.yaml", city("leipzig"))
    sandbox.build()


def test_link_may_be_described_in_another_file_built_at_the_same_time(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden") | {"containedInPlace": "place/saxony"})
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert "no fact describes 'place/saxony'" in result.stderr
    sandbox.write("b.yaml", city("saxony"))
    sandbox.build()


def test_two_files_of_one_source_are_refused(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"), source="release")
    sandbox.build()
    before = sandbox.quads()
    sandbox.write("b.yaml", city("leipzig"), source="release")
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert re.search(
        r"^data/b\.yaml:\d+:\d+: error: 'data/a\.yaml' holds facts of the source", result.stderr, re.MULTILINE
    )
    assert "[source-twice]" in result.stderr
    assert sandbox.quads() == before


def test_project_without_facts_says_where_it_looked(sandbox: Sandbox) -> None:
    result = sandbox.run("build")
    assert result.exit_code == 2
    assert "no facts files" in result.stderr
    assert "data/**/*.yaml" in result.stderr
    assert "Traceback" not in result.stderr


# -- the whole anew


def test_full_build_converts_every_file(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.write("b.yaml", city("leipzig"))
    sandbox.build()
    before = sandbox.quads()
    assert "converted 2 files" in sandbox.build("--full")
    assert sandbox.quads() == before


def test_change_of_the_profile_builds_everything_anew(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.write("b.yaml", city("leipzig"))
    sandbox.build()
    (sandbox.root / "ontology").mkdir()
    (sandbox.root / "ontology" / "own.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<https://data.example.org/terms#Harbour> a owl:Class .\n"
    )
    assert "converted 2 files" in sandbox.build()
    assert bool(pressgraph.open(sandbox.root).ask("ASK { <https://data.example.org/terms#Harbour> a owl:Class }").found)
    assert "nothing to convert" in sandbox.build()


def test_change_of_the_base_builds_everything_anew(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    made(sandbox.root, "https://other.example.org/")
    assert "converted 1 file" in sandbox.build()
    assert "https://data.example.org/" not in str(sandbox.quads())


def test_json_lines_are_built_like_yaml(sandbox: Sandbox) -> None:
    facts = [city("dresden"), inside("dresden", "germany")]
    sandbox.write("a.yaml", *facts, source="release")
    sandbox.build()
    before = sandbox.quads()
    (sandbox.root / "data/a.yaml").unlink()
    lines = sandbox.write("a.jsonl", *facts, source="release")
    sandbox.build()
    assert sandbox.quads() == before
    assert "nothing to convert" in sandbox.build()
    sandbox.write("a.jsonl", city("leipzig"), source="release")
    sandbox.build()
    assert not {q for q in sandbox.quads() if "place/dresden" in str(q)}
    sandbox.write("b.yaml", city("dresden"))
    lines.unlink()
    sandbox.build()
    assert not {q for q in sandbox.quads() if "place/leipzig" in str(q)}


def test_a_change_of_most_sources_is_built_anew(sandbox: Sandbox) -> None:
    path = sandbox.root / "data" / "many.jsonl"

    def write(title: str, **more: str) -> None:
        lines = [{"source": source_of(f"r{n}"), "facts": [city(f"c{n}")]} for n in range(110)]
        lines[5]["facts"] = [city("c5", title) | more]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    sandbox.write("a.yaml", inside("c5", "germany"))
    write("Old")
    sandbox.build()
    first = sandbox.quads()
    write("New")
    assert sandbox.run("validate", "--changed").exit_code == 0
    assert "converted 2 files" in sandbox.build()
    said = {
        str(quad) for quad in sandbox.quads() if "/place/c5>" in str(quad.subject) and "schema.org/name" in str(quad)
    }
    assert all('"New"@en' in it for it in said)
    assert len(said) == 2
    # few files of many are converted alone
    sandbox.write("a.yaml", inside("c6", "germany"))
    assert "converted 1 file" in sandbox.build()
    write("Old")
    sandbox.write("a.yaml", inside("c5", "germany"))
    sandbox.build()
    assert sandbox.quads() == first
    write("Old", nmae="x")
    refused = sandbox.run("validate", "--changed")
    assert refused.exit_code == 1
    assert "data/many.jsonl:6:" in refused.output
    assert sandbox.run("build").exit_code == 1
    assert sandbox.quads() == first
    path.unlink()
    sandbox.build()
    assert not {quad for quad in sandbox.quads() if "place/c6" in str(quad)}


def test_what_checks_read_is_found_out_beside_a_build_from_nothing(
    small_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        pytest.fail("the first change finds it out again")

    monkeypatch.setattr(import_module("pressgraph.build.build"), "_MANY", 2)
    for name in ("a", "b"):
        small_sandbox.write(f"{name}.yaml", city(name))
    small_sandbox.build()
    for tells in ("query_footprint", "shape_footprint"):
        monkeypatch.setattr(f"pressgraph.validation.incremental.cache.{tells}", asked)
    small_sandbox.write("b.yaml", city("b", "Another name"))
    assert "converted 1 file" in small_sandbox.build()


def test_mistake_in_json_lines_is_shown_with_its_line(sandbox: Sandbox) -> None:
    sandbox.write("a.jsonl", city("dresden"), city("leipzig") | {"nmae": "x"})
    result = sandbox.run("build")
    assert result.exit_code == 1
    assert re.search(r"^data/a\.jsonl:3:\d+: error: 'nmae'", result.stderr, re.MULTILINE)


# -- one at a time, and dying


@pytest.fixture
def other_build(sandbox: Sandbox) -> Iterator[None]:
    """Hold the lock of the project in another process."""
    (sandbox.root / ".pressgraph").mkdir()
    code = "import filelock, sys\nwith filelock.FileLock(sys.argv[1]):\n print('held', flush=True)\n input()"
    command = [sys.executable, "-c", code, str(sandbox.root / ".pressgraph" / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate(b"\n")


@pytest.mark.usefixtures("other_build")
def test_two_builds_at_once_are_one_too_many(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    result = sandbox.run("build")
    assert result.exit_code == 2
    assert "another build is running" in result.stderr
    started = time.monotonic()
    assert sandbox.run("build", "--wait", "0.3").exit_code == 2
    assert time.monotonic() - started >= 0.3


# Forks a build for each line of input and kills it: at a moment ("0.05" seconds), or before the n-th step that makes,
# renames or removes something of the state folder ("#7"). Importing once keeps this quick.
KILLER = """
import os, signal, sys, time
import pressgraph, pressgraph.build, pressgraph.validation, filelock, shutil, tempfile
root = sys.argv[1]
pressgraph.open(root).profile
for line in sys.stdin:
    child = os.fork()
    if not child:
        when = line.strip()
        if when.startswith("#"):
            steps = 0
            def step(event, arguments):
                global steps
                changes = event.startswith(("os.", "tempfile.", "shutil.")) and event != "os.scandir"
                if changes and any(".pressgraph" in str(a) for a in arguments):
                    steps += 1
                    if steps == int(when[1:]):
                        os.kill(os.getpid(), signal.SIGKILL)
            sys.addaudithook(step)
        pressgraph.open(root).build()
        os._exit(0)
    if not line.startswith("#"):
        time.sleep(float(line))
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_build_killed_at_any_moment_leaves_the_old_state_or_the_new(small_sandbox: Sandbox) -> None:
    sandbox = small_sandbox
    versions = [[city(f"{version}{n}") for n in range(5)] for version in "ab"]
    states: list[set[ox.Quad]] = []
    for facts in versions:
        sandbox.write("a.yaml", *facts)
        sandbox.build()
        states.append(sandbox.quads())
    moments = random.Random(0)  # noqa: S311 - moments, not secrets
    at, steps, last = 1, 0, False
    with subprocess.Popen(
        [sys.executable, "-c", KILLER, str(sandbox.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while not last:
            steps += 1
            for when in (f"#{steps}", f"{moments.uniform(0, 0.2):.3f}") if steps <= 4 else (f"#{steps}",):
                old, at = states[at], 1 - at
                sandbox.write("a.yaml", *versions[at])
                print(when, file=process.stdin, flush=True)
                status = int(process.stdout.readline())
                last = last or (when.startswith("#") and status == 0)
                assert status in {0, -signal.SIGKILL}
                assert sandbox.quads() in ([old, states[at]] if status else [states[at]]), when
                sandbox.build()
                assert sandbox.quads() == states[at], when
                assert sandbox.leftovers() == [], when
        process.stdin.close()
    assert steps > 10


# -- a damaged store


def damage_pointer(sandbox: Sandbox) -> None:
    sandbox.pointer.write_bytes("größer\n".encode())


def empty_pointer(sandbox: Sandbox) -> None:
    sandbox.pointer.write_bytes(b"")


def point_nowhere(sandbox: Sandbox) -> None:
    sandbox.pointer.write_text("000099\n")


def point_outside(sandbox: Sandbox) -> None:
    sandbox.pointer.write_text("../../data\n")


def delete_store(sandbox: Sandbox) -> None:
    shutil.rmtree(sandbox.root / ".pressgraph/snapshots/000001/store")


def delete_snapshots(sandbox: Sandbox) -> None:
    shutil.rmtree(sandbox.root / ".pressgraph/snapshots")


def truncate_store(sandbox: Sandbox) -> None:
    for path in (sandbox.root / ".pressgraph/snapshots/000001/store").glob("MANIFEST*"):
        path.write_bytes(b"")


def shorten_tables(sandbox: Sandbox) -> None:
    tables = list((sandbox.root / ".pressgraph/snapshots/000001/store").glob("*.sst"))
    assert tables
    for path in tables:
        path.write_bytes(path.read_bytes()[:-20])


DAMAGES = (
    damage_pointer,
    empty_pointer,
    point_nowhere,
    point_outside,
    delete_store,
    delete_snapshots,
    truncate_store,
    shorten_tables,
)


@pytest.mark.parametrize(
    ("damage", "command"),
    [
        *((damage, ["query", "releases"]) for damage in DAMAGES),
        *(
            pytest.param(damage, [command], marks=() if damage in always else pytest.mark.further)
            for command, always in {
                "export": (delete_snapshots, truncate_store),
                "build": (damage_pointer, shorten_tables),
            }.items()
            for damage in DAMAGES
        ),
    ],
)
def test_damaged_store_is_a_clear_error_and_a_full_build_mends_it(
    sandbox: Sandbox, damage: Any, command: list[str]
) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    damage(sandbox)
    result = sandbox.run(*command)
    assert result.exit_code == 2
    assert "run 'pressgraph build --full'" in result.stderr
    assert "unexpected" not in result.stderr
    assert sandbox.run("build", "--full").exit_code == 0
    assert sandbox.run("query", "releases").exit_code == 0
    assert "nothing to convert" in sandbox.run("build").stderr


def test_manifest_that_cannot_be_read_is_a_clear_error(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    path = sandbox.root / ".pressgraph/snapshots/000001/build.json"
    path.write_bytes(path.read_bytes().replace(b'"facts":1', b'"facts":7'))
    result = sandbox.run("build")
    assert result.exit_code == 2
    assert "build.json: it is not as it was written" in result.stderr
    assert sandbox.run("build", "--full").exit_code == 0
    assert sandbox.run("build").exit_code == 0


@pytest.mark.parametrize("file", ["compared/near-duplicate-organisations.db", "validation.json"])
@pytest.mark.parametrize("data", [None, b"x" * 100])
def test_what_validation_keeps_is_found_out_again_where_it_is_damaged(
    sandbox: Sandbox, file: str, data: bytes | None
) -> None:
    alike = [{"id": f"agent/{name}", "type": "Organization", "name": "Xenon GmbH"} for name in ("x", "y")]
    for name, facts in (("a.yaml", alike[:1]), ("b.yaml", alike[1:]), ("c.yaml", city("dresden"))):
        sandbox.write(name, *([facts] if isinstance(facts, dict) else facts))
    assert "nearly the same name" in sandbox.build()
    kept = ".pressgraph/snapshots/00000{}/" + file
    sandbox.write("c.yaml", city("dresden", "Dresden"))
    sandbox.build()
    # what no change concerns is kept as it is
    first, second = (sandbox.root / kept.format(number) for number in (1, 2))
    assert first.samefile(second)
    if data is None:
        second.unlink()
    else:
        second.write_bytes(data)
    sandbox.write("b.yaml", {**alike[1], "name": "Other GmbH"})
    assert "nearly the same name" not in sandbox.build()
    sandbox.write("b.yaml", alike[1])
    assert "'agent/y' (“Xenon GmbH”) and 'agent/x'" in sandbox.build()


def test_a_build_says_what_is_new_and_how_much_is_not(sandbox: Sandbox) -> None:
    alike = [{"id": f"agent/{name}", "type": "Organization", "name": "Xenon GmbH"} for name in ("x", "y", "z")]
    for name, fact in (("a.yaml", alike[0]), ("b.yaml", alike[1]), ("c.yaml", city("dresden"))):
        sandbox.write(name, fact)
    assert "'agent/y' (“Xenon GmbH”) and 'agent/x'" in sandbox.build()
    sandbox.write("c.yaml", city("dresden", "Dresden"))
    said = sandbox.build()
    assert "Xenon" not in said
    assert "1 earlier warning or info still stands in other files ('pressgraph validate --changed')\n" in said
    assert "'agent/y' (“Xenon GmbH”) and 'agent/x'" in sandbox.run("validate", "--changed").output
    # what is new is said, and what stands in a file that changed
    sandbox.write("c.yaml", alike[2])
    said = sandbox.build()
    assert "'agent/z' (“Xenon GmbH”) and 'agent/x'" in said
    assert "'agent/y'" not in said
    sandbox.write("b.yaml", {**alike[1], "url": "https://xenon.example/"})
    said = sandbox.build()
    assert "'agent/y' (“Xenon GmbH”) and 'agent/x'" in said
    assert "1 earlier warning" in said
    # beside what a build is refused for, it is no news either
    sandbox.write("c.yaml", alike[2], {"id": "label/b", "type": "AwardedLabel", "name": {"en": "Label"}})
    refused = sandbox.run("build")
    assert refused.exit_code == 1
    assert "'agent/y'" not in refused.stderr
    assert "[AwardedLabel-heldBy-minCount]" in refused.stderr
    assert "1 earlier warning" in refused.stderr
    sandbox.write("c.yaml", city("dresden"))
    said = sandbox.build("--full")
    assert "'agent/y' (“Xenon GmbH”) and 'agent/x'" in said
    assert "earlier" not in said


def test_build_of_an_earlier_version_is_made_anew(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    path = sandbox.root / ".pressgraph/snapshots/000001/build.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes())["kept"], "facts": 99}), encoding="utf-8")
    assert sandbox.run("validate", "--changed").exit_code == 0
    result = sandbox.run("build")
    assert result.exit_code == 0
    assert result.stderr.count("an earlier version of pressgraph") == 1
    assert "converted 1 file; 1 facts" in result.stderr
    assert "nothing to convert: 1 file unchanged" in sandbox.run("build").stderr


def test_too_few_open_files_are_not_taken_for_a_damaged_store(sandbox: Sandbox) -> None:
    sandbox.write("a.yaml", city("dresden"))
    sandbox.build()
    for command in ("query releases", "build"):
        result = subprocess.run(
            ["sh", "-c", f"ulimit -n 64; exec {sys.executable} -m pressgraph {command}"],
            check=False,
            capture_output=True,
            text=True,
            cwd=sandbox.root,
            timeout=60,
        )
        assert result.returncode == 2
        assert "file descriptors" in result.stderr
        assert "ulimit -n" in result.stderr
        assert "delete" not in result.stderr
        assert "--full" not in result.stderr
