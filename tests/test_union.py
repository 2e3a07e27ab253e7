"""The default graph of a store is the union of its named graphs, whatever comes and goes."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
import pytest

from pressgraph.dataset import GraphNames, union
from pressgraph.dataset.graphs import Concluded

A, B, P, Q = (ox.NamedNode(f"https://x.example/{name}") for name in "abpq")
BASE = "https://data.example.org/id/"
NAMES = GraphNames(id_base=BASE)
FACT = ox.NamedNode(f"{NAMES.facts}document/d/1")
OTHER = ox.NamedNode(f"{NAMES.facts}document/e/1")
DERIVED = ox.NamedNode(f"{NAMES.derived}document/d/stated")
WITHDRAWN = ox.NamedNode(NAMES.withdrawn_of("document/d"))
ONE, TWO, THREE = (ox.Triple(A, P, ox.Literal(number)) for number in (1, 2, 3))


@dataclass(frozen=True)
class Quads:
    """Quads that come, and those that go."""

    added: frozenset[ox.Quad] = frozenset()
    removed: frozenset[ox.Quad] = frozenset()


def quad(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def store_of(*quads: ox.Quad) -> ox.Store:
    store = ox.Store()
    union.add_quads(store, quads)
    return store


def test_what_is_stated_is_what_no_rule_alone_concludes() -> None:
    store = store_of(quad(ONE, FACT), quad(TWO, DERIVED), quad(ONE, DERIVED), quad(THREE, OTHER))
    store.add(quad(ox.Triple(B, P, ox.Literal(4)), DERIVED))
    store.add(ox.Quad(B, Q, ox.Literal(5)))
    # of a property: each statement with its graph, conclusions not
    assert set(union.stated(store, A, P, NAMES.derived)) == {quad(ONE, FACT), quad(THREE, OTHER)}
    # what stands in no graph is of a file of RDF, and stated; what is only concluded is not
    assert [it.object for it in union.stated(store, B, Q, NAMES.derived)] == [ox.Literal(5)]
    assert list(union.stated(store, B, P, NAMES.derived)) == []


def test_what_was_loaded_and_what_of_it_is_new_is_told() -> None:
    store = store_of(quad(ONE, FACT))
    delta = union.LoadDelta()
    lines = [f"{A} {P} {it.object} {OTHER} .\n".encode() for it in (ONE, TWO)]
    union.load(store, [*lines, f"{B} {P} {A} {FACT} .\n".encode()], delta=delta)
    new = ox.Triple(B, P, A)
    assert delta.triples == {TWO, new}
    assert delta.graphs == {str(OTHER): {A}, str(FACT): {B}}
    assert set(union.triples(store)) == {ONE, TWO, new}
    assert union.size(store) == 3
    assert len(store) == 3 + 4
    assert list(union.objects(store, B, P.value)) == [A]
    assert list(union.objects(store, ox.Literal("b"), P.value)) == []
    union.load(store, [f"{A} {P} {THREE.object} {OTHER} .\n".encode()])
    assert union.size(store) == 4


@pytest.mark.parametrize("count", [3, 5])
def test_few_quads_and_many_are_added_alike(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(union, "_FEW", 4)
    quads = {ox.Quad(A, P, ox.Literal(number)) for number in range(count)}
    store = ox.Store()
    union.extend(store, iter(quads))
    assert set(store) == quads


def test_a_triple_stays_as_long_as_one_graph_of_the_union_has_it() -> None:
    store = store_of(quad(ONE, FACT), quad(ONE, OTHER), quad(TWO, FACT), quad(THREE, FACT))
    # what was corrected stands apart from the union
    store.add(quad(THREE, WITHDRAWN))
    gone = union.remove_graph(store, FACT)
    assert gone == {ONE, TWO, THREE}
    assert set(union.triples(store)) == gone
    union.prune(store, gone, keep={TWO})
    assert set(union.triples(store)) == {ONE, TWO}
    # one that is kept ends nothing for those after it
    union.prune(store, [TWO, ONE], keep=())
    assert set(union.triples(store)) == {ONE}
    assert set(store.quads_for_pattern(None, None, None, WITHDRAWN)) == {quad(THREE, WITHDRAWN)}


def test_a_change_says_what_came_into_the_union_and_what_left_it() -> None:
    store = store_of(quad(ONE, FACT), quad(TWO, FACT), quad(TWO, OTHER))
    change = Quads(
        added=frozenset({quad(ONE, OTHER), quad(THREE, OTHER)}), removed=frozenset({quad(ONE, FACT), quad(TWO, FACT)})
    )
    assert union.change(store, change) == ({THREE}, set())
    assert union.change(store, Quads(removed=frozenset({quad(ONE, OTHER)}))) == (set(), {ONE})
    assert set(union.triples(store)) == {TWO, THREE}
    union.add(store, [ONE], FACT.value)
    assert set(store) == {it for t in (ONE, TWO, THREE) for it in (ox.Quad(t.subject, t.predicate, t.object),)} | {
        quad(ONE, FACT), quad(TWO, OTHER), quad(THREE, OTHER),
    }  # fmt: skip


def test_the_name_of_a_graph_tells_what_it_is_of() -> None:
    for graph, source in (
        (FACT.value, "document/d"),
        (f"{NAMES.facts}document/d/source", "document/d"),
        (NAMES.withdrawn_of("document/d"), "document/d"),
        (NAMES.withdrawn_of("document/d", "personal"), "document/d"),
    ):
        assert NAMES.receipts_of(graph) == f"{BASE}provenance/{source}"
    assert NAMES.receipts_of(DERIVED.value) == f"{BASE}derivation/document/d"
    assert NAMES.withdrawn_from(NAMES.withdrawn_of("document/d", "personal")) == "document/d"
    assert NAMES.withdrawn_from(FACT.value) is None
    assert [NAMES.is_derived(it) for it in (DERIVED.value, FACT.value)] == [True, False]
    derived = f"{NAMES.derived}document/d/stated"
    assert NAMES.concluded(derived) == Concluded("document/d", "stated", "")
    assert NAMES.concluded(f"{derived}/personal") == Concluded("document/d", "stated", "personal")
    assert [NAMES.conclusions_of(it) for it in (None, "several", "document/d")] == ["several", "several!", "document/d"]
