"""SPARQL 1.1 Update where the default graph is the union of the named graphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressgraph.dataset import union
from pressgraph.server.workers import operations
from pressgraph.server.workers.failed import FailedJobError
from pressgraph.server.workers.operations import Update
from pressgraph.server.workers.unnamed import Unnamed

if TYPE_CHECKING:
    from collections.abc import Iterable

START = """
<x:a> <x:p> "1" <x:g> .
<x:a> <x:p> "2" <x:g> .
<x:a> <x:p> "1" <x:h> .
<x:b> <x:p> "3" <x:h> .
"""


def dataset(text: str = START, own: str = '<x:o> <x:p> "own" .') -> ox.Store:
    store = ox.Store()
    union.load(store, [text.encode()])
    store.extend(ox.parse(own, format=ox.RdfFormat.N_TRIPLES))
    return store


def updated(text: str, store: ox.Store | None = None) -> dict[str, list[str]]:
    """Update a dataset, and return subject and value of what stands in each graph.

    Whatever changed must have been noted.
    """
    store = store or dataset()
    quads, names = set(store), set(store.named_graphs())
    update = Update(store, Unnamed.found_in(store), base="http://example.org/", prefixes={"x": "x:"})
    update.run(text)
    changed = quads ^ set(store)
    names ^= set(store.named_graphs())
    names |= {it.graph_name for it in changed if isinstance(it.graph_name, ox.NamedNode)}
    assert update.whole or (names <= update.graphs and {it.triple for it in changed} <= update.triples)
    graphs: dict[str, list[str]] = {name.value: [] for name in store.named_graphs() if isinstance(name, ox.NamedNode)}
    graphs["default"] = []
    for quad in store:
        name = quad.graph_name
        value = quad.object.value if isinstance(quad.object, ox.Literal) else str(quad.object)
        subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else "_"
        graphs[name.value if isinstance(name, ox.NamedNode) else "default"].append(f"{subject} {value}")
    return {name: sorted(lines) for name, lines in graphs.items()}


ALL = ["x:a 1", "x:a 2", "x:b 3", "x:o own"]
G, H = ["x:a 1", "x:a 2"], ["x:a 1", "x:b 3"]


@pytest.mark.parametrize(
    ("text", "default", "g", "h"),
    [
        ("", ALL, G, H),
        ("# nothing", ALL, G, H),
        ("INSERT DATA { x:n x:p 'new' }", sorted([*ALL, "x:n new"]), G, H),
        ("INSERT DATA { GRAPH x:g { x:n x:p 'new' } }", sorted([*ALL, "x:n new"]), [*G, "x:n new"], H),
        # from the union, so from every graph
        ("DELETE DATA { x:a x:p '1' }", ALL[1:], G[1:], H[1:]),
        ("DELETE DATA { GRAPH x:g { x:a x:p '1' } }", ALL, G[1:], H),
        ("DELETE DATA { GRAPH x:g { x:a x:p '2' } }", ["x:a 1", *ALL[2:]], G[:1], H),
        ("DELETE WHERE { x:a ?p ?o }", ALL[2:], [], H[1:]),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o = '1') }", ALL[1:], G[1:], H[1:]),
        ("DELETE{?s ?p ?o}WHERE{?s ?p ?o FILTER(?o='1')}", ALL[1:], G[1:], H[1:]),
        ("DELETE WHERE { GRAPH ?g { x:a ?p '1' } }", ALL[1:], G[1:], H[1:]),
        ("WITH x:g DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ["x:a 1", *ALL[2:]], [], H),
        ("WITH x:g DELETE { ?s ?p ?o } USING x:h WHERE { ?s ?p ?o }", ALL, G[1:], H),
        # a graph without a name costs its triples alone; the engine gives templates from behind
        (
            "INSERT { GRAPH x:h { x:n x:p 2 } GRAPH ?u { x:n x:p 1 } } WHERE { x:b x:p ?o OPTIONAL { ?o x:q ?u } }",
            sorted([*ALL, "x:n 2"]),
            G,
            [*H, "x:n 2"],
        ),
        # and a triple that is none itself alone
        (
            "INSERT { x:n x:p 2 . x:n x:p ?u . x:n x:p 3 } WHERE { x:b x:p ?o OPTIONAL { ?o x:q ?u } }",
            sorted([*ALL, "x:n 2", "x:n 3"]),
            G,
            H,
        ),
        ("DELETE { ?s ?p ?o } USING x:h WHERE { ?s ?p ?o }", ["x:a 2", "x:o own"], G[1:], []),
        (
            "DELETE { GRAPH ?g { ?s ?p ?o } } USING NAMED x:h WHERE { GRAPH ?g { ?s ?p ?o } }",
            ["x:a 1", "x:a 2", "x:o own"],
            G,
            [],
        ),
        (
            "DELETE { ?s ?p ?o } INSERT { GRAPH x:g { ?s ?p 'new' } } WHERE { ?s ?p ?o . FILTER(?o = '3') }",
            ["x:a 1", "x:a 2", "x:b new", "x:o own"],
            [*G, "x:b new"],
            H[:1],
        ),
        ("DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { x:b ?p ?o BIND(x:b AS ?s) }", ALL, G, H[:1]),
        ("CLEAR GRAPH x:g", ["x:a 1", *ALL[2:]], [], H),
        # named graphs are not emptied by what is said of the default graph
        ("CLEAR DEFAULT", ALL[:3], G, H),
        ("DROP DEFAULT", ALL[:3], G, H),
        ("CLEAR SILENT DEFAULT", ALL[:3], G, H),
        ("CLEAR NAMED", ["x:o own"], [], []),
        ("CLEAR ALL", [], [], []),
        ("CLEAR SILENT GRAPH x:none", ALL, G, H),
        ("DROP NAMED", ["x:o own"], None, None),
        ("DROP ALL", [], None, None),
        ("DROP GRAPH x:h", ["x:a 1", "x:a 2", "x:o own"], G, None),
        ("DROP SILENT GRAPH x:none ; DROP GRAPH x:h", ["x:a 1", "x:a 2", "x:o own"], G, None),
        ("CREATE SILENT GRAPH x:g", ALL, G, H),
        ("ADD x:g TO x:h", ALL, G, ["x:a 1", "x:a 2", "x:b 3"]),
        ("ADD GRAPH x:g TO DEFAULT ; DROP GRAPH x:g", ALL, None, H),
        # what was inserted without a graph stays, whatever becomes of a graph that has it too
        ("INSERT DATA { x:a x:p '2' } ; DROP GRAPH x:g", ALL, None, H),
        ("INSERT DATA { x:a x:p '2' } ; CLEAR GRAPH x:g", ALL, [], H),
        ("INSERT DATA { x:a x:p '2' } ; DELETE DATA { GRAPH x:g { x:a x:p '2' } }", ALL, G[:1], H),
        ("INSERT DATA { x:a x:p '2' } ; DELETE WHERE { GRAPH ?g { x:a ?p '2' } }", ALL, G[:1], H),
        ("INSERT DATA { x:a x:p '2' } ; DROP NAMED", ["x:a 2", "x:o own"], None, None),
        ("INSERT DATA { x:a x:p '2' } ; DELETE DATA { x:a x:p '2' }", ["x:a 1", *ALL[2:]], G[:1], H),
        ("INSERT DATA { x:a x:p '2' } ; CLEAR DEFAULT ; DROP GRAPH x:g", ["x:a 1", "x:b 3"], None, H),
        ("INSERT DATA { x:a x:p '2' } ; MOVE DEFAULT TO x:h ; DROP GRAPH x:h", G, G, None),
        ("INSERT DATA { x:a x:p '2' } ; COPY DEFAULT TO x:h ; DROP NAMED", ["x:a 2", "x:o own"], None, None),
        ("INSERT DATA { GRAPH x:h { x:o x:p 'own' } } ; DROP GRAPH x:h", ["x:a 1", "x:a 2", "x:o own"], G, None),
        ("COPY x:g TO x:h", ["x:a 1", "x:a 2", "x:o own"], G, G),
        ("COPY x:g TO x:g", ALL, G, H),
        ("COPY x:g TO DEFAULT", ALL[:3], G, H),
        ("COPY DEFAULT TO x:g", ["x:a 1", *ALL[2:]], ["x:o own"], H),
        ("ADD DEFAULT TO x:g", ALL, [*G, "x:o own"], H),
        ("MOVE x:g TO x:h", ["x:a 1", "x:a 2", "x:o own"], None, G),
        ("MOVE x:g TO DEFAULT", ALL[:3], None, H),
        ("MOVE x:g TO DEFAULT ; CLEAR NAMED", ["x:a 1", "x:a 2"], None, []),
        ("MOVE DEFAULT TO x:g", ["x:a 1", *ALL[2:]], ["x:o own"], H),
        ("MOVE SILENT x:none TO x:g", ALL, G, H),
        # one after another, each sees what the one before has done
        (
            """PREFIX e: <x:> INSERT DATA { GRAPH e:g { e:c e:p '4' } } ; PREFIX e: <x:other/>
            DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o IN ('4', '1')) } ;""",
            ["x:a 2", "x:b 3", "x:o own"],
            ["x:a 2"],
            ["x:b 3"],
        ),
        (
            "DELETE WHERE { x:a ?p ?o } # a } brace\n; INSERT DATA { x:n x:p '}{;' }",
            ["x:b 3", "x:n }{;", "x:o own"],
            [],
            H[1:],
        ),
    ],
)
def test_an_operation_keeps_the_default_graph_the_union(
    text: str, default: list[str], g: list[str] | None, h: list[str] | None
) -> None:
    found = updated(text)
    assert found.pop("default") == default
    assert found == {name: lines for name, lines in {"x:g": g, "x:h": h}.items() if lines is not None}


def test_a_graph_is_created_empty() -> None:
    assert updated("CREATE GRAPH x:i") == {"x:g": G, "x:h": H, "x:i": [], "default": ALL}


def test_many_quads_are_inserted_like_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_MANY", 2)
    assert updated("INSERT DATA { GRAPH x:g { x:n x:p 'new' } }")["x:g"] == [*G, "x:n new"]


def test_each_solution_has_blank_nodes_of_its_own_and_a_template_shares_them() -> None:
    found = updated("INSERT { _:n x:q ?o . GRAPH x:n { _:n x:r ?o } } WHERE { x:a x:p ?o }")
    assert len(found["x:n"]) == 2
    store = dataset()
    update = Update(store, Unnamed(), base="x:", prefixes={})
    update.run("INSERT { [] <x:q> ?o ; <x:r> [ <x:s> (1 2) ] } WHERE { <x:a> <x:p> ?o }")
    asked = store.query("SELECT DISTINCT ?n { ?n <x:q> ?o ; <x:r> [ <x:s> ( 1 2 ) ] }")
    assert isinstance(asked, ox.QuerySolutions)
    assert len(list(asked)) == 2


def test_what_is_no_rdf_is_not_inserted() -> None:
    before = updated("")
    # unbound subject, unbound graph, literals where none may stand
    for template in (
        "?none x:p ?o",
        "GRAPH ?none { x:n x:p ?o }",
        "?o x:p x:n",
        "x:n ?o x:n",
        "GRAPH ?o { x:n x:p 1 }",
    ):
        assert updated(f"INSERT {{ {template} }} WHERE {{ x:a x:p ?o }}") == before


@pytest.mark.parametrize("first", ["GRAPH ?none { x:n x:p ?o }", "x:n x:p ?none .", "?o x:p x:n ."])
def test_what_is_no_rdf_takes_nothing_else_of_its_template_along(first: str) -> None:
    found = updated(
        f"INSERT {{ {first} GRAPH x:n {{ x:n x:p ?o }} }} WHERE {{ x:a x:p ?o OPTIONAL {{ x:a x:none ?none }} }}"
    )
    assert found["x:n"] == ["x:n 1", "x:n 2"]


def test_names_are_resolved_as_they_are_declared() -> None:
    found = updated(
        "BASE <http://b.example/> PREFIX : <http://c.example/> INSERT DATA { GRAPH <one> { :s <p> 'v' } } ; "
        "COPY <one> TO :two ; WITH :two DELETE { ?s <p> 'v' } INSERT { ?s <p> 'w' } WHERE { ?s <p> 'v' }"
    )
    assert found["http://b.example/one"] == ["http://c.example/s v"]
    assert found["http://c.example/two"] == ["http://c.example/s w"]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { ?s x:p 1 }",
        "DELETE { _:b x:p ?o } WHERE { ?s x:p ?o }",
        "INSERT DATA { x:s x:p 1",
        "SELECT * { ?s ?p ?o }",
        "DELETE WHERE { ?s ?p ?o FILTER(?o > 1) }",
        "CLEAR GRAPH",
        "none:x",
        "INSERT DATA { none:s x:p 1 }",
        "DROP ALL ; nonsense",
        "DROP ALL ;; CLEAR ALL",
        "DROP ALL ; PREFIX e: <x:e> CLEAR",
    ],
)
def test_what_is_no_update_changes_nothing(text: str) -> None:
    store = dataset()
    with pytest.raises(SyntaxError) as caught:
        updated(text, store)
    # a place is one in the text, whatever is put before it to try
    place = re.search(r"error at 1:(\d+)", str(caught.value))
    assert place is None or int(place[1]) <= len(text) + 1
    assert updated("", store) == updated("")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("INSERT DATA { x:a x:p 1 } ;\nPREFIX y: <y:>\nINSERT DATA { y:a y:p }", "3:23"),
        ("INSERT DATA { x:ä x:p 'ö' } ; # {\r\n\tPREFIX  y: # c\n <y:> INSERT DATA { y:a z:p 1 } ; CLEAR ALL", "3:28"),
        ("BASE <http://a/> CLEAR ALL ;\nBASE <b/> CLEAR ALL ; CLEAR x", "2:30"),
        ("CLEAR ALL ;\n PREFIX y: <y:>\n ; CLEAR ALL", "3:2"),
    ],
)
def test_a_mistake_behind_later_declarations_has_its_place_in_the_text_as_sent(text: str, place: str) -> None:
    with pytest.raises(SyntaxError, match=rf"error at {place}:"):
        updated(text)


@pytest.mark.parametrize(
    "text",
    ["DROP GRAPH x:none", "CLEAR GRAPH x:none", "CREATE GRAPH x:g", "COPY x:none TO x:g", "MOVE x:none TO DEFAULT"],
)
def test_what_cannot_be_done_says_so(text: str) -> None:
    with pytest.raises(FailedJobError, match=r"there is (no|a) graph"):
        updated(text)


TERMS = [ox.NamedNode(f"x:{name}") for name in "abc"]
QUADS = st.builds(
    ox.Quad,
    st.sampled_from(TERMS),
    st.just(ox.NamedNode("x:p")),
    st.sampled_from(TERMS),
    st.sampled_from([ox.DefaultGraph(), ox.NamedNode("x:g"), ox.NamedNode("x:h")]),
)


def data(quads: Iterable[ox.Quad]) -> str:
    parts = []
    for quad in quads:
        triple = f"{quad.subject} {quad.predicate} {quad.object} ."
        named = isinstance(quad.graph_name, ox.NamedNode)
        parts.append(f"GRAPH {quad.graph_name} {{ {triple} }}" if named else triple)
    return " ".join(parts)


GRAPHS = [None, "x:g", "x:h"]
Contents = dict[str | None, set[ox.Triple]]
"""What was inserted without a graph, and into each named graph."""


def inserted(graphs: Contents, quads: set[ox.Quad]) -> Contents:
    for quad in quads:
        graphs[quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None].add(quad.triple)
    return graphs


def deleted(graphs: Contents, quads: set[ox.Quad]) -> Contents:
    for quad in quads:
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None
        for it in graphs if name is None else [name]:
            graphs[it].discard(quad.triple)
    return graphs


def transferred(graphs: Contents, verb: str, source: str | None, target: str | None) -> Contents:
    if source != target:
        graphs[target] = graphs[source] | (graphs[target] if verb == "ADD" else set())
        if verb == "MOVE":
            graphs[source] = set()
    return graphs


def name(graph: str | None) -> str:
    return "DEFAULT" if graph is None else f"GRAPH <{graph}>"


STEPS = st.one_of(
    st.tuples(st.just("INSERT"), st.sets(QUADS, max_size=3)),
    st.tuples(st.just("DELETE"), st.sets(QUADS, max_size=3)),
    st.tuples(st.sampled_from(["CLEAR", "DROP"]), st.sampled_from([["NAMED"], ["ALL"], *([it] for it in GRAPHS)])),
    st.tuples(st.sampled_from(["ADD", "COPY", "MOVE"]), st.tuples(st.sampled_from(GRAPHS), st.sampled_from(GRAPHS))),
)


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEPS, max_size=8))
def test_after_any_operations_each_graph_is_what_they_made_of_it(steps: list[tuple[str, Any]]) -> None:
    store = ox.Store()
    update = Update(store, Unnamed(), base="x:", prefixes={})
    graphs: Contents = {it: set() for it in GRAPHS}
    for verb, what in steps:
        match verb, what:
            case "INSERT" | "DELETE", _:
                update.run(f"{verb} DATA {{ {data(what)} }}")
                graphs = inserted(graphs, what) if verb == "INSERT" else deleted(graphs, what)
            case "CLEAR" | "DROP", [("NAMED" | "ALL") as which]:
                update.run(f"{verb} {which}")
                graphs = {it: graphs[it] if it is None and which == "NAMED" else set() for it in GRAPHS}
            case "CLEAR" | "DROP", [graph]:
                update.run(f"{verb} SILENT {name(graph)}")
                graphs[graph] = set()
            case _, (source, target) if source is None or store.contains_named_graph(ox.NamedNode(source)):
                update.run(f"{verb} {name(source)} TO {name(target)}")
                graphs = transferred(graphs, verb, source, target)
        found: Contents = {it: set() for it in GRAPHS}
        inserted(found, set(store))
        assert found == graphs | {None: set().union(*graphs.values())}
        assert set(update.unnamed) == graphs[None]
