"""The numbers of a dataset: what the engine counts, and what a change makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

import pressgraph
from pressgraph.dataset import Snapshots, union
from pressgraph.dataset.counts import Counts, Touched, count, recount
from pressgraph.rdf import RDF_TYPE, SCHEMA
from pressgraph.scaffold import create_project

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

BASE = "https://example.org/id/"
FACT = f"{BASE}fact/a/"
PROFILE = f"{BASE}profile"
CLASS, PROPERTY, RELEASE = "https://example.org/terms#Thing", "https://example.org/terms#of", f"{SCHEMA}NewsArticle"


def _store(graphs: dict[str, Iterable[ox.Triple]]) -> ox.Store:
    store = ox.Store()
    for name, triples in graphs.items():
        union.add(store, triples, name)
    return store


def _triple(subject: str, predicate: str, value: str) -> ox.Triple:
    end = ox.NamedNode(value) if ":" in value else ox.Literal(value)
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), end)


DEFINED = [_triple(CLASS, RDF_TYPE, "http://www.w3.org/2002/07/owl#Class"), _triple(PROPERTY, RDF_TYPE, CLASS)]


def test_the_numbers_are_those_of_the_default_graph() -> None:
    said = [
        _triple(f"{BASE}a", RDF_TYPE, CLASS),
        _triple(f"{BASE}b", RDF_TYPE, CLASS),
        _triple(f"{BASE}b", RDF_TYPE, RELEASE),
        _triple(f"{BASE}b", f"{SCHEMA}datePublished", "2020-01-02"),
        _triple(f"{BASE}b", PROPERTY, "urn:isbn:1"),
        _triple("urn:isbn:1", "urn:example:likes", f"{BASE}a"),
    ]
    # in two graphs, and counted once
    found = count(_store({f"{FACT}1": said, f"{FACT}2": said[:2], PROFILE: DEFINED}), BASE)
    assert (found.triples, found.subjects, found.objects) == (8, 5, 6)
    assert (found.graphs, found.facts) == (3, 2)
    assert found.properties[RDF_TYPE] == 5
    assert found.classes == {CLASS: 3, RELEASE: 1, "http://www.w3.org/2002/07/owl#Class": 1}
    assert found.kinds == {CLASS: 1, f"{RELEASE} {CLASS}": 1}
    assert found.uses == {CLASS: 2, PROPERTY: 1}
    assert (found.releases, found.newest) == (1, ((f"{BASE}b", "2020-01-02"),))


_TRIPLES = st.builds(
    _triple,
    st.sampled_from([f"{BASE}a", f"{BASE}b", "urn:isbn:1", "https://example.org/elsewhere"]),
    st.sampled_from([RDF_TYPE, RDF_TYPE, PROPERTY, f"{SCHEMA}datePublished", "urn:example:likes"]),
    st.sampled_from([CLASS, RELEASE, f"{BASE}a", "urn:isbn:1", "2020-01-01", "2021-01-01"]),
)
_GRAPHS = st.dictionaries(
    st.sampled_from([f"{FACT}1", f"{FACT}2", "urn:graph:1"]), st.sets(_TRIPLES, min_size=1, max_size=6), max_size=3
)
ENOUGH = [_triple(f"urn:x:{number}", "urn:p", "v") for number in range(200)]
# with those of a change, about as many releases as are listed
RELEASES = [
    _triple(f"{BASE}{number}", predicate, value)
    for number in range(9)
    for predicate, value in ((RDF_TYPE, RELEASE), (f"{SCHEMA}datePublished", f"2020-0{number + 1}-01"))
]


@settings(deadline=None)
@given(before=_GRAPHS, after=_GRAPHS)
def test_a_change_makes_of_the_numbers_what_counting_would_find(
    before: dict[str, set[ox.Triple]], after: dict[str, set[ox.Triple]]
) -> None:
    always: dict[str, Iterable[ox.Triple]] = {PROFILE: DEFINED, "urn:graph:0": [*ENOUGH, *RELEASES]}
    old, new = _store({**before, **always}), _store({**after, **always})
    touched = Touched(
        triples={it for said in (*before.values(), *after.values()) for it in said},
        graphs={ox.NamedNode(name) for name in (*before, *after)},
    )
    assert recount(count(old, BASE), old, new, touched, BASE) == count(new, BASE)


def test_a_small_change_looks_only_at_what_it_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    old = _store({PROFILE: DEFINED, "urn:graph:0": ENOUGH})
    new = _store({PROFILE: DEFINED, "urn:graph:0": ENOUGH, f"{FACT}1": [_triple(f"{BASE}a", RDF_TYPE, CLASS)]})
    known = count(old, BASE)
    monkeypatch.setattr("pressgraph.dataset.counts.count", None)
    touched = Touched(triples={_triple(f"{BASE}a", RDF_TYPE, CLASS)}, graphs={ox.NamedNode(f"{FACT}1")})
    found = recount(known, old, new, touched, BASE)
    assert found.kinds == {CLASS: 1}
    assert found.uses[CLASS] == known.uses[CLASS] + 1


def test_numbers_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    assert Counts.load(tmp_path) is None
    known = count(_store({PROFILE: DEFINED}), BASE)
    known.save(tmp_path)
    assert Counts.load(tmp_path) == known
    for content in ("", "[]", "{}", '{"version": 0}', '{"version": 1, "newest": [1]}'):
        (tmp_path / "counts.json").write_text(content)
        assert Counts.load(tmp_path) is None


def test_each_build_keeps_the_numbers_of_its_snapshot(tmp_path: Path) -> None:
    project = tmp_path / "project"
    create_project(project)
    workspace = pressgraph.open(project)

    def numbers() -> tuple[Counts | None, Counts]:
        snapshot = Snapshots(workspace.project.state).current()
        assert snapshot is not None
        return Counts.load(snapshot.path), count(snapshot.open(), workspace.project.id_base)

    workspace.build()
    kept, counted = numbers()
    assert kept == counted
    facts = next(project.glob("data/**/*.yaml"))
    facts.write_text(facts.read_text().replace("2026-01-15", "2026-01-16"))
    workspace.build()
    changed, counted = numbers()
    assert changed == counted
    assert changed != kept
