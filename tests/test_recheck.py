"""What is checked again after a change comes to the same results as if everything were."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pressgraph.dataset import union
from pressgraph.errors import Place
from pressgraph.facts.rules import problem
from pressgraph.i18n import by_language
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.rdf.terms import term_text
from pressgraph.validation.checks.check import read_check
from pressgraph.validation.incremental.cache import FootprintCache
from pressgraph.validation.incremental.compared import compared_by
from pressgraph.validation.incremental.neighbours import Neighbours
from pressgraph.validation.incremental.recheck import Change, recheck
from pressgraph.validation.incremental.state import ValidationState, warning_from_json, warning_to_json
from pressgraph.validation.shacl.engines import engine as choose_engine
from pressgraph.validation.suppressions import UNUSED
from pressgraph.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.rdf import Term
    from pressgraph.validation.checks.check import Check
    from pressgraph.validation.report import Result

BASE = "https://data.example.org/"
E = "https://x.example/"
SHAPES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

e:City-shape a sh:NodeShape ; sh:targetClass e:City ;
    sh:property [ sh:path ( e:in e:name ) ; sh:minCount 1 ] ,
                [ sh:path [ sh:inversePath e:twin ] ; sh:maxCount 1 ] ,
                [ sh:path ( [ sh:zeroOrMorePath e:in ] e:code ) ; sh:maxCount 1 ] ,
                [ sh:path e:in ; sh:class e:Country ] .
"""
ONTOLOGY = f"""
@prefix e: <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:City a rdfs:Class ; rdfs:label "city"@en .
e:Country a rdfs:Class ; rdfs:label "country"@en .
"""
CHECKS = {
    "far": "SELECT ?this ?path ?value { ?this e:in ?c . ?c e:code ?value . FILTER(?value = 'XX') BIND(e:in AS ?path) }",
    "named-by": "SELECT ?this { ?other e:twin ?this ; e:code 'XX' }",
    "bare": "SELECT ?this ?other { ?this e:in ?other FILTER NOT EXISTS { ?other ?p ?o } }",
    "held": "SELECT ?this { ?this e:name ?n FILTER NOT EXISTS { GRAPH ?g { ?this e:name ?n } FILTER(?g = g:one) } }",
    "most": "SELECT ?this { ?this e:code ?c { SELECT (MAX(?d) AS ?c) { ?any e:code ?d } } }",
    "same": "SELECT ?this ?key ?value { ?this e:code ?key BIND(?key AS ?value) }",
}
STATE = """
e:dresden a e:City ; e:in e:saxony ; e:twin e:wroclaw .
e:leipzig a e:City ; e:in e:saxony .
e:wroclaw a e:City ; e:in e:silesia ; e:code "a" .
e:saxony a e:Country ; e:name "Saxony" ; e:code "b" .
e:silesia a e:Country ; e:name "Silesia" ; e:in e:poland .
e:poland a e:Country ; e:name "Poland" .
e:zgorzelec e:code "a" .
"""
BLANK, HIERARCHY = "blank nodes changed", "the hierarchy of classes changed"
CHANGES = {
    "nothing": ("", "", None),
    "the end of a path goes": ('e:saxony e:name "Saxony" .', "", None),
    "the middle of a path goes": ("e:dresden e:in e:saxony .", "", None),
    "the middle of a path is another": ("e:leipzig e:in e:saxony .", "e:leipzig e:in e:silesia .", None),
    "a class goes": ("e:saxony a e:Country .", "", None),
    "a target goes": ("e:leipzig a e:City .", "", None),
    "a second one points there": ("", "e:leipzig e:twin e:wroclaw .", None),
    "one points elsewhere": ("e:dresden e:twin e:wroclaw .", "e:dresden e:twin e:leipzig .", None),
    "something far up comes": ("", 'e:poland e:code "c" .', None),
    "a value is forbidden": ('e:saxony e:code "b" .', 'e:saxony e:code "XX" .', None),
    "a value is forbidden of what is pointed at": ("", 'e:dresden e:code "XX" .', None),
    "nothing is said of a thing any more": (
        'e:saxony a e:Country ; e:name "Saxony" ; e:code "b" .', "", None,
    ),
    "something is named of which nothing is said": ("", "e:leipzig e:in e:bavaria .", None),
    "two things have one key": ("", 'e:poland e:code "a" . e:leipzig e:code "b" .', None),
    "what has one key is linked": ("", "e:zgorzelec e:linked e:wroclaw .", None),
    "another graph still says it": ('e:poland e:name "Poland" .', "", None),
    "a blank node comes": ("", "e:leipzig e:in [ e:code 'XX' ] .", BLANK),
    "a blank node is what something is said of": ("", "[] e:in e:poland .", BLANK),
    "the hierarchy changes": ("", "e:City <http://www.w3.org/2000/01/rdf-schema#subClassOf> e:Country .", HIERARCHY),
}  # fmt: skip


@pytest.fixture(scope="module")
def validator_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[ox.Store], Validator]:
    """Return what makes a validator of a store, with the shapes and checks of this file."""
    folder = tmp_path_factory.mktemp("recheck")
    (folder / "pressgraph.toml").write_text(f'[project]\nbase = "{BASE}"\n[profile]\nreplace = true\n')
    for name, text in (("shapes", SHAPES), ("ontology", ONTOLOGY)):
        (folder / name).mkdir()
        (folder / name / "all.ttl").write_text(text)
    profile = load_profile(open_project(folder))
    checks = []
    for name, text in CHECKS.items():
        path = folder / f"{name}-violation.rq"
        unless = "# @unless e:linked\n" if name == "same" else ""
        prefixes = f"PREFIX e: <{E}>\nPREFIX g: <{E}graph/>\n"
        path.write_text(f"# {name}\n#\n# @message en {name}\n{unless}{prefixes}{text}\n")
        checks.append(read_check(path))
    engine = choose_engine("auto", profile)
    return lambda store: Validator(store, profile, BASE, engine=engine, checks=checks)


@dataclass(frozen=True)
class Quads:
    """What a change brings into a graph, and what it takes out."""

    added: frozenset[ox.Quad]
    removed: frozenset[ox.Quad]

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self.added | self.removed)


def quads(text: str, graph: str = "one") -> frozenset[ox.Quad]:
    parsed = ox.parse(f"@prefix e: <{E}> .\n{text}", format=ox.RdfFormat.TURTLE)
    return frozenset(ox.Quad(it.subject, it.predicate, it.object, ox.NamedNode(f"{E}graph/{graph}")) for it in parsed)


def order(result: Result) -> str:
    return repr((result.focus, result.shape, result.component, result.path, result.value, result.other))


@pytest.mark.parametrize("many", [0, 100])
def test_of_which_nodes_something_is_said_is_asked_of_either_end(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressgraph.validation.incremental.neighbours._MANY", many)
    store = ox.Store()
    union.add_quads(store, quads('e:a e:p e:c ; e:q "text" . e:b e:p e:c , e:d . e:x e:p e:c . e:c e:p e:b .'))
    neighbours = Neighbours(store, ())
    a, b, c, d = (ox.NamedNode(f"{E}{name}") for name in "abcd")

    def found(nodes: set[Term], value: str | None, *, inverse: bool = False) -> list[str]:
        triples = neighbours.of_all(nodes, (f"{E}p", inverse), value)
        return sorted(f"{it.subject}{it.object}".replace(f"<{E}", "").replace(">", "") for it in triples)

    assert found({a, b}, c.value) == ["ac", "bc"]
    assert found({a, b}, d.value) == ["bd"]
    assert found({a, b}, None) == ["ac", "bc", "bd"]
    assert found({c, d}, b.value, inverse=True) == ["bc", "bd"]
    # more than there are nodes lead to it
    assert found({a}, c.value) == ["ac"]
    assert found({a, d}, f"{E}nothing") == []


@pytest.mark.parametrize(("gone", "came", "whole"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_checked_as_if_everything_were(
    validator_of: Callable[[ox.Store], Validator], gone: str, came: str, whole: str | None
) -> None:
    store, footprints = ox.Store(), FootprintCache()
    union.add_quads(store, quads(STATE))
    # a graph that says again what another one does, which therefore stands when that one goes
    union.add_quads(store, quads('e:poland e:name "Poland" .', "two"))
    first = validator_of(store)
    state, compared = ValidationState.of(first, first.full()), first.compared
    ways = quads(gone), quads(came)
    for removed, added in (ways, ways[::-1]):
        change = Quads(added=added, removed=removed)
        validator = validator_of(store)
        made = Change(removed=frozenset(), added=frozenset()).joined(*union.change(store, change), change)
        again = recheck(validator, made, state, compared, footprints)
        everything = validator_of(store)
        expected = sorted(everything.full(), key=order)
        assert sorted((*again.fresh, *again.standing), key=order) == expected
        assert again.whole == whole
        # what the next change is compared with
        state = ValidationState.of(validator, expected)
        compared = validator.compared
        assert {it: sorted(compared_by(it, compared) or ()) for it in compared} == {
            name: sorted(compared_by(name, everything.compared) or ()) for name in everything.compared
        }
    assert len(expected) == 3


def test_changes_one_after_the_other_are_one_change() -> None:
    one, two, three = (it.triple for it in sorted(quads("e:a e:p 1 . e:b e:p 2 . e:c e:p 3 ."), key=str))
    first = Change(removed=frozenset({one}), added=frozenset({two}), touched=frozenset("x"), elsewhere=frozenset("y"))
    quad = ox.Quad(three.subject, three.predicate, three.object, ox.NamedNode(f"{E}graph/one"))
    blank = ox.Quad(ox.BlankNode("n"), three.predicate, three.object)
    both = first.joined({one, three}, {two}, [quad, blank])
    # what comes back never went, and what goes again never came
    assert not both.removed
    assert both.added == {three}
    assert both.triples == {three}
    assert both.touched == {"x", f"{E}c", "_:n"}
    assert both.elsewhere == {"y", f"{E}c", "_:n"}
    assert first.joined({three}, set(), []).triples == {one, two, three}
    left = first.joined(set(), {three}, [])
    assert (left.removed, left.added) == (frozenset({one, three}), frozenset({two}))
    assert (left.touched, left.elsewhere) == (frozenset("x"), frozenset("y"))


def test_edges_are_followed_as_they_are_and_as_they_were() -> None:
    store = ox.Store()
    union.add_quads(store, quads('e:a e:p e:b ; e:q "text" . e:b e:p e:c . e:c e:p e:a .'))
    gone = "e:a e:p e:x ; e:q e:y . e:x e:p e:a . e:s e:p e:s . e:y e:q 'old' ."
    neighbours = Neighbours(store, (it.triple for it in quads(gone)))
    a, b, s, x, y = (ox.NamedNode(f"{E}{name}") for name in "absxy")

    def ends(node: Term, predicate: str | None, *, inverse: bool, before: bool) -> list[str]:
        edge = (f"{E}{predicate}" if predicate else None, inverse)
        found = neighbours.triples(node, edge, before=before)
        return sorted(term_text(it.subject if inverse else it.object).removeprefix(E) for it in found)

    assert ends(a, "p", inverse=False, before=False) == ["b"]
    assert ends(a, "p", inverse=False, before=True) == ["b", "x"]
    assert ends(a, None, inverse=False, before=True) == ['"text"', "b", "x", "y"]
    assert ends(a, "p", inverse=True, before=False) == ["c"]
    assert ends(a, "p", inverse=True, before=True) == ["c", "x"]
    assert ends(y, None, inverse=True, before=True) == ["a"]
    assert ends(s, "p", inverse=False, before=True) == ends(s, "p", inverse=True, before=True) == ["s"]
    for literal in (ox.Literal("text"), ox.Literal("old")):
        assert ends(literal, "q", inverse=False, before=True) == []
    assert ends(ox.Literal("text"), "q", inverse=True, before=False) == ["a"]
    assert ends(ox.Literal("old"), "q", inverse=True, before=True) == ["y"]
    link = ox.Triple(a, ox.NamedNode(f"{E}p"), b)
    for node, before, now, but_link in ((a, True, True, True), (x, True, False, False), (b, True, True, True)):
        assert neighbours.is_described(node, before=True) is before
        assert neighbours.is_described(node) is now
        assert neighbours.is_described(node, {link}) is but_link
    assert not neighbours.is_described(ox.Literal("text"), before=True)
    only = Neighbours(store, ())
    assert not only.is_described(b, {ox.Triple(b, ox.NamedNode(f"{E}p"), ox.NamedNode(f"{E}c"))})


def test_what_is_kept_of_results_is_neither_allowed_nor_quoted(validator_of: Callable[[ox.Store], Validator]) -> None:
    store = ox.Store()
    union.add_quads(store, quads("e:dresden a e:City ; e:name 'Dresden' ."))
    validator = validator_of(store)
    (found,) = validator.full()
    results = (found, replace(found, allowed="so it is"), replace(found, words=("a city",)))
    state = ValidationState.of(validator, (*results, replace(found, shape=f"x:{UNUSED}")))
    assert [(it.allowed, it.words, it.shape) for it in state.results] == [(None, (), found.shape)] * 3


def test_warnings_are_kept_in_their_languages() -> None:
    for place in (Place(file="a.yaml", line=3, column=5), Place(file="a.yaml", line=2, sheet="Labels", header="size")):
        warning = problem("former-key", place, key="x", now="y")
        again = warning_from_json(json.loads(json.dumps(warning_to_json(warning))), "a.yaml")
        assert again == warning
        for before, text in ((warning.message, again.message), (warning.hint, again.hint)):
            assert by_language(text or "") == by_language(before or "")
        assert by_language(again.message)["de"] == "'x' heißt jetzt 'y'"


def test_of_what_is_read_anywhere_only_its_properties_and_graphs_matter(
    validator_of: Callable[[ox.Store], Validator],
) -> None:
    """A check with a subquery is asked as a whole, when a property that it reads changes, and else not at all."""
    store = ox.Store()
    union.add_quads(store, quads(STATE))
    first = validator_of(store)
    state = ValidationState.of(first, first.full())
    asked: list[str] = []

    class Watched(Validator):
        def check(self, check: Check) -> list[Result]:
            asked.append(check.name)
            return super().check(check)

    for text, whole in (("e:leipzig e:population 5 .", []), ('e:leipzig e:code "z" .', ["most"])):
        change = Quads(added=quads(text), removed=frozenset())
        validator = validator_of(store)
        validator.__class__ = Watched
        made = Change(removed=frozenset(), added=frozenset()).joined(*union.change(store, change), change)
        recheck(validator, made, state, first.compared, FootprintCache())
        assert asked == whole
    # of a check that reads otherwise now, nothing stands
    asked.clear()
    nothing = Change(removed=frozenset(), added=frozenset())
    changed = replace(state, checks={**state.checks, "far": "another"})
    recheck(validator, nothing, changed, first.compared, FootprintCache())
    assert asked == ["far"]
