"""Threads share a workspace: what each call gives is what one thread alone is given."""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import pressgraph
from pressgraph.errors import FactsError

THREADS = 8
ROUNDS = 1
GOOD = 60


@pytest.fixture
def busy() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def shared(tmp_path: Path) -> pressgraph.Workspace:
    """Return a project with a built graph, good facts in three formats, and facts that contradict themselves."""
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://example.org/"\n')
    data = tmp_path / "data"
    data.mkdir()
    (data / "good.yaml").write_text(
        "source: { id: document/y }\n"
        "facts:\n"
        "  - { id: agent/y, type: ClusterOrganisation, name: { en: Why, de: Wieso } }\n"
        "  - { id: label/y, type: AwardedLabel, level: silver, heldBy: agent/y }\n"
    )
    lines: list[dict[str, Any]] = [{"source": {"id": "document/d"}}]
    for number in range(GOOD):
        name = {"en": [f"Cluster {number}"], "de": f"Cluster {number}"} if number % 3 else {"en": f"Cluster {number}"}
        fact = {"id": f"agent/a{number}", "type": "ClusterOrganisation", "name": name, "evidence": [number, number + 9]}
        city = {"id": f"place/p{number % 5}", "type": "City", "name": f"City {number % 5}"}
        lines.append(fact if number % 2 else {**fact, "areaServed": city})
    (data / "good.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = [f"document/t,agent/t{number},ClusterOrganisation,Row {number}\n" for number in range(GOOD)]
    (data / "good.csv").write_text("source,id,type,name.en\n" + "".join(rows))
    # the nested node is the fact itself, and says of it what its class forbids
    bad = [
        {"source": "document/d", "id": f"agent/b{number}", "sector": "health", "about": nested}
        for number in range(40)
        for nested in [{"id": f"agent/b{number}", "type": "AwardedLabel"}]
    ]
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(line) + "\n" for line in bad))
    workspace = pressgraph.open(tmp_path)
    assert workspace.build().changed
    return workspace


def tasks(workspace: pressgraph.Workspace) -> list[Callable[[], object]]:
    """Return what threads ask of a workspace: conversions of good and bad files, checks, queries, an export."""
    root = workspace.project.root

    def convert(name: str) -> object:
        return b"".join(workspace.convert([root / "data" / name]))

    def refused() -> object:
        try:
            chunks = list(workspace.convert([root / "bad.jsonl"]))
        except FactsError as error:
            return [(one.rule, str(one.place), str(one.message)) for one in error.problems]
        return chunks

    def validate(*names: str) -> object:
        report = workspace.validate([root / name for name in names])
        problems = [(one.rule, str(one.place)) for one in report.problems]
        return problems, [(it.focus, it.shape, str(it.place)) for it in report.results]

    def ask() -> object:
        answer = workspace.ask("SELECT ?s ?type { ?s a ?type } ORDER BY ?s ?type")
        return [[str(cell) for cell in row] for row in answer.rows()]

    return [
        lambda: convert("good.jsonl"),
        refused,
        lambda: convert("good.csv"),
        lambda: convert("good.yaml"),
        validate,
        lambda: validate("bad.jsonl"),
        ask,
        lambda: workspace.export("ntriples"),
    ]


@pytest.mark.usefixtures("busy")
def test_threads_share_a_workspace(shared: pressgraph.Workspace) -> None:
    # a workspace that no call has warmed up
    workspace = pressgraph.open(shared.project.root)
    started = Barrier(THREADS, timeout=60)

    def work(number: int) -> list[tuple[int, object]]:
        started.wait()
        own = tasks(workspace)
        order = [(number + step) % len(own) for step in range(len(own))] * ROUNDS
        return [(which, own[which]()) for which in order]

    with ThreadPoolExecutor(THREADS) as pool:
        found = [one for results in pool.map(work, range(THREADS), timeout=300) for one in results]
    alone = [task() for task in tasks(shared)]
    assert all(alone[which] == result for which, result in found)
    assert len(found) == THREADS * ROUNDS * len(alone)


def test_no_contradiction_is_lost_beside_other_threads(shared: pressgraph.Workspace) -> None:
    results = tasks(shared)
    refused, refused_by_validate = results[1](), results[5]()
    assert isinstance(refused, list)
    assert [rule for rule, *_ in refused] == ["misplaced-key"] * 40
    assert isinstance(refused_by_validate, tuple)
    assert [rule for rule, _ in refused_by_validate[0]] == ["misplaced-key"] * 40
