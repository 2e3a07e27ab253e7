"""The copy of a build that a site is drawn from: one that goes on from the copy before is as one that is made anew."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests import leaks

import pressgraph
from pressgraph.dataset import GraphNames, Snapshots
from pressgraph.dataset.counts import count
from pressgraph.dataset.published import owned_by_build, withhold
from pressgraph.dataset.withholding import Rules, count_personal
from pressgraph.site.published import FOLDER, Copy, published_copy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PUBLIC = "  - { id: agent/leakbravo, type: Person, name: Ida Bravo }\n"
HIDDEN = "  - { id: agent/third, legalName: The Third, personal: true }\n"
SAID_TOO = "  - { id: agent/renamed, legalName: Leakromeo }\n"
EVIDENCE = "  - { id: agent/leakdelta, legalName: Delta, evidence: [20, 30] }\n"
NEWS = """
source:
  id: document/more
  type: NewsArticle
  headline: { en: More }
  datePublished: 2026-02-01
  author: agent/leakbravo
facts:
  - { id: agent/third, memberOf: agent/public, reviewedBy: agent/leakbravo }
  - { id: agent/hidden/more, type: Organization, name: More }
  - { id: agent/fifth, type: Organization, name: Fifth, memberOf: [agent/leakdelta, agent/public] }
  - { id: agent/fifth, legalName: The Fifth, personal: true }
"""


@pytest.fixture(params=[leaks.WITHHOLD, ()], ids=["by name", "personal alone"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = leaks.make_project(tmp_path / "project", lifted=False)
    path, names = folder / "pressgraph.toml", json.dumps(list(leaks.WITHHOLD))
    path.write_text(path.read_text().replace(f"withhold = {names}", f"withhold = {json.dumps(request.param)}"))
    shutil.rmtree(folder / ".pressgraph")
    return folder


def quads_of(store: ox.Store) -> set[tuple[str, str]]:
    """Return what is in a store, and the names of its graphs; blank nodes have the names that the build gave them."""
    return {(str(it.triple), str(it.graph_name)) for it in store} | {("", str(it)) for it in store.named_graphs()}


def check(folder: Path, before: Copy | None) -> Copy:
    """Build, and compare the copy with one that is made of the build alone."""
    workspace = pressgraph.open(folder)
    workspace.build()
    project = workspace.project
    built = Snapshots(project.state).current()
    assert built is not None
    copy = published_copy(project)
    rules, graphs = Rules.of(project), GraphNames(id_base=project.id_base)
    store = ox.Store()
    store.extend(built.open())
    for name in built.open().named_graphs():
        # some hold nothing
        store.add_graph(name)
    taken, _ = withhold(store, rules, owned_by_build(project.id_base), graphs)
    now = quads_of(copy.snapshot.open())
    assert now == quads_of(store)
    assert copy.withheld == {it.value for it in taken.graphs} != set()
    personal = count_personal(built.open(), rules, graphs)
    assert copy.counts == replace(count(store, project.id_base), personal=personal)
    if before is not None and copy.identity != before.identity:
        assert copy.altered is not None
        assert copy.altered.before == before.identity
        other = {graph for _, graph in quads_of(before.snapshot.open()) ^ now if graph != "DEFAULT"}
        assert other <= {f"<{it}>" for it in copy.altered.graphs}
    return copy


def test_a_copy_that_goes_on_from_another_is_as_one_that_is_made_anew(project: Path) -> None:
    data = project / "data"

    def put(name: str, old: str, new: str) -> Callable[[], object]:
        def change() -> None:
            text = (data / name).read_text(encoding="utf-8")
            assert old in text
            (data / name).write_text(text.replace(old, new), encoding="utf-8")

        return change

    def write(path: Path, more: str) -> None:
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    def add(name: str, fact: str) -> Callable[[], object]:
        return lambda: write(data / name, fact)

    changes: tuple[Callable[[], object], ...] = (
        # what only withheld facts described is described by another source, and no longer: other graphs speak of it
        add("draft.yaml", PUBLIC),
        put("draft.yaml", PUBLIC, ""),
        # a fact becomes personal, and is that no longer; something else says the same meanwhile
        add("draft.yaml", HIDDEN),
        add("typed.yaml", HIDDEN.replace(", personal: true", "")),
        put("draft.yaml", ", personal: true", ""),
        put("typed.yaml", "The Third", "Third of All"),
        # what was corrected, its conclusions, and what is told again
        (data / leaks.CORRECTION).unlink,
        add("draft.yaml", SAID_TOO),
        lambda: (data / leaks.CORRECTION).write_text(leaks.FACTS[leaks.CORRECTION], encoding="utf-8"),
        put("draft.yaml", SAID_TOO, ""),
        # sources come and go: evidence, texts, reviewers, what is named below something else
        lambda: (data / "more.yaml").write_text(NEWS, encoding="utf-8"),
        add("news.yaml", EVIDENCE),
        put("more.yaml", "The Fifth", "The Sixth"),
        put("words.txt", "Leakmike left", "Leakmike and the Leakdeltas left with Ida Bravo"),
        (data / "words.yaml").unlink,
        lambda: (data / "words.yaml").write_text(leaks.FACTS["words.yaml"], encoding="utf-8"),
        (data / "other.yaml").unlink,
        (data / "more.yaml").unlink,
        lambda: (data / "other.yaml").write_text(leaks.FACTS["other.yaml"], encoding="utf-8"),
    )
    copy = check(project, None)
    for number, change in enumerate(changes):
        change()
        if number % 3 == 2:
            # two builds, of which one copy is made
            pressgraph.open(project).build()
            write(data / "typed.yaml", f"  - {{ id: agent/third, alternateName: Third {number} }}\n")
        copy = check(project, copy)


def test_a_copy_begins_anew_where_nothing_tells_what_was_taken_out_before(project: Path) -> None:
    first = check(project, None)
    folder = project / ".pressgraph" / FOLDER

    def build(*names: str) -> None:
        for name in names:
            path.write_text(leaks.FACTS["typed.yaml"].replace("Leakpapa", name), encoding="utf-8")
            pressgraph.open(project).build()

    path = project / "data" / "typed.yaml"
    losses: tuple[Callable[[], object], ...] = (
        (folder / "withheld.json").unlink,
        lambda: (folder / "withheld.json").write_bytes(b"{}"),
        lambda: shutil.rmtree(folder),
        # three builds, of which one copy is made: no more than two are kept
        lambda: build("One", "Two"),
    )
    for number, lose in enumerate(losses):
        lose()
        path.write_text(leaks.FACTS["typed.yaml"].replace("Leakpapa", f"Papa {number}"), encoding="utf-8")
        copy = check(project, None)
        assert copy.altered is None
        assert copy.identity != first.identity
    # other rules withhold something else of the same graphs
    path = project / "pressgraph.toml"
    path.write_text(path.read_text().replace("withhold = [", 'withhold = ["agent/fourth", '))
    assert check(project, None).altered is None
