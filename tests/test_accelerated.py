"""Facts in bulk: the function for their shape says of each what the checker says, or leaves it to the checker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pressgraph.convert import Emitter, JsonLines, compile_emitter
from pressgraph.facts.model import NeedsCheck
from pressgraph.profile import load_profile
from pressgraph.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

E = "https://x.example/"
BASE = "https://data.example.org/id/"
IN_FACT = f" <{BASE}fact/d/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"
ONTOLOGY = f"""
@prefix e: <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:T a rdfs:Class ; rdfs:label "thing"@en .
e:U a rdfs:Class ; rdfs:label "other thing"@en .
"""
SHAPES = f"""
@prefix e: <{E}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <{XSD}> .
e:T-shape a sh:NodeShape ; sh:targetClass e:T ; sh:property
    [ sh:path e:code ; sh:datatype xsd:string ] ,
    [ sh:path e:one ; sh:datatype xsd:string ; sh:maxCount 1 ] ,
    [ sh:path e:label ; sh:datatype rdf:langString ; sh:languageIn ( "en" "de" ) ] ,
    [ sh:path e:text ; sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] ) ] ,
    [ sh:path e:level ; sh:in ( "a" "b" ) ] ,
    [ sh:path e:count ; sh:datatype xsd:integer ; sh:maxCount 1 ] ,
    [ sh:path e:counts ; sh:datatype xsd:integer ] ,
    [ sh:path e:yes ; sh:datatype xsd:boolean ] ,
    [ sh:path e:day ; sh:datatype xsd:date ] ,
    [ sh:path e:made ; sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] ) ] ,
    [ sh:path e:friend ; sh:class e:T ] ,
    [ sh:path e:best ; sh:class e:T ; sh:maxCount 1 ] .
e:U-shape a sh:NodeShape ; sh:targetClass e:U ; sh:property [ sh:path e:code ; sh:datatype xsd:string ] .
"""

# what a fact about thing/x of class T says beside that, and the triples of it: `x code "A"`
SAID: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "A"}, ['x code "A"']),
    ({"code": ["B", "A", "B"]}, ['x code "A"', 'x code "B"']),
    ({"one": ["A"]}, ['x one "A"']),
    ({"code": 'a "quoted" \\ text\n'}, ['x code "a \\"quoted\\" \\\\ text\\n"']),
    ({"label": {"en": "A"}}, ['x label "A"@en']),
    ({"label": {"en": "A", "de-AT": "B"}}, ['x label "A"@en', 'x label "B"@de-at']),
    ({"label": {"de": ["B", "A"]}}, ['x label "A"@de', 'x label "B"@de']),
    ({"label": {"en": ["B", "A"], "de": "C"}}, ['x label "A"@en', 'x label "B"@en', 'x label "C"@de']),
    ({"text": "A"}, ['x text "A"']),
    ({"text": ["B", "A"]}, ['x text "A"', 'x text "B"']),
    ({"text": {"fr": "A", "it": "A"}}, ['x text "A"@fr', 'x text "A"@it']),
    ({"level": "b"}, ['x level "b"']),
    ({"level": ["b", "a"]}, ['x level "a"', 'x level "b"']),
    ({"count": 5}, [f'x count "5"^^<{XSD}integer>']),
    ({"count": ["5"]}, [f'x count "5"^^<{XSD}integer>']),
    ({"counts": ["7", "6"]}, [f'x counts "6"^^<{XSD}integer>', f'x counts "7"^^<{XSD}integer>']),
    ({"yes": True}, [f'x yes "true"^^<{XSD}boolean>']),
    ({"yes": False}, [f'x yes "false"^^<{XSD}boolean>']),
    ({"yes": "false"}, [f'x yes "false"^^<{XSD}boolean>']),
    ({"day": "2019-01-31"}, [f'x day "2019-01-31"^^<{XSD}date>']),
    ({"made": "2019"}, [f'x made "2019"^^<{XSD}gYear>']),
    ({"made": ["2019-01-31", "2018"]}, [f'x made "2018"^^<{XSD}gYear>', f'x made "2019-01-31"^^<{XSD}date>']),
    ({"friend": "thing/y"}, ["x friend y"]),
    ({"friend": ["thing/z", "thing/y"]}, ["x friend y", "x friend z"]),
    ({"best": ["thing/y"]}, ["x best y"]),
    ({"friend": {"id": "thing/y"}}, ["x friend y"]),
    ({"friend": {"id": "thing/y", "code": "A"}}, ["x friend y", 'y code "A"']),
    ({"best": {"id": "thing/y", "type": "U", "code": "A"}}, ["x best y", f"y {TYPE} U", 'y code "A"']),
    (
        {"friend": [{"id": "thing/z"}, {"id": "thing/y", "label": {"en": "A"}}, {"id": "thing/z"}]},
        ["x friend y", "x friend z", 'y label "A"@en'],
    ),
    (
        {"friend": [{"id": "thing/y", "friend": {"id": "thing/z", "code": ["B", "A"]}}], "code": "A"},
        ["x friend y", 'x code "A"', "y friend z", 'z code "A"', 'z code "B"'],
    ),
    ({"best": [{"id": "thing/y", "count": 1}]}, ["x best y", f'y count "1"^^<{XSD}integer>']),
]  # fmt: skip
DOUBTFUL: list[dict[str, Any]] = [
    {"code": ""}, {"code": " \u2003"}, {"code": []}, {"code": ["A", ""]}, {"code": None}, {"code": {"en": "A"}},
    {"code": [["A"]]}, {"code": ["A", 5]}, {"one": ["A", "B"]}, {"one": []}, {"code": "a\x00"}, {"code": "a\ud800"},
    {"label": "A"}, {"label": ["A"]}, {"label": {}}, {"label": {"fr": "A"}}, {"label": {"eng": "A"}},
    {"label": {"en": "A", "EN": "B"}}, {"label": {"en": []}}, {"label": {"en": {"de": "A"}}}, {"label": {"en": ""}},
    {"text": {"not a tag": "A"}}, {"text": {"en": 5}}, {"level": "c"}, {"level": ["a", "c"]}, {"level": 1},
    {"count": True}, {"count": 5.0}, {"count": "5.0"}, {"count": ["1", "2"]}, {"count": [1]}, {"counts": [[1]]},
    {"yes": 1}, {"yes": "maybe"}, {"day": "2019-02-30"}, {"day": 2019}, {"made": "then"}, {"made": 2019},
    {"friend": "no id"}, {"friend": []}, {"friend": ["thing/y", {"id": "thing/z"}]}, {"friend": [{"id": "thing/y"}, 5]},
    {"best": ["thing/y", "thing/z"]}, {"best": [{"id": "thing/y"}, {"id": "thing/z"}]}, {"best": {"code": "A"}},
    {"friend": {"id": "thing/y", "code": "A", "type": []}}, {"friend": {"id": "thing/y", "xyzzy": "A"}},
    {"friend": {"id": "thing/x", "code": "A"}}, {"friend": {"id": "thing/y", "type": "U", "one": "A"}},
    {"friend": [{"id": "thing/y", "code": "A"}, {"id": "thing/y", "code": "B"}]},
    {"id": "thing/x x"}, {"type": "V"}, {"type": ["T", "V"]}, {"type": "U", "one": "A"}, {"xyzzy": "A"},
]  # fmt: skip


@pytest.fixture(scope="module")
def emitter(tmp_path_factory: pytest.TempPathFactory) -> Emitter:
    folder: Path = tmp_path_factory.mktemp("accelerated")
    (folder / "pressgraph.toml").write_text(
        '[project]\nbase = "https://data.example.org/"\n[profile]\nreplace = true\n'
    )
    for name, text in (("shapes", SHAPES), ("ontology", ONTOLOGY)):
        (folder / name).mkdir()
        (folder / name / "all.ttl").write_text(text)
    return compile_emitter(load_profile(open_project(folder)), BASE)


def whole(triple: str) -> str:
    """Return a triple as it is written out."""
    subject, predicate, value = triple.split(" ", 2)
    predicate = predicate if predicate == TYPE else f"<{E}{predicate}>"
    value = f"<{E}{value}>" if value in {"T", "U"} else f"<{BASE}thing/{value}>" if value in {"y", "z"} else value
    return f"<{BASE}thing/{subject}> {predicate} {value}"


def strings(value: Any) -> int:
    """Count the strings of what JSON says, keys included."""
    if isinstance(value, dict):
        return sum(1 + strings(it) for it in value.values())
    return sum(map(strings, value)) if isinstance(value, list) else int(isinstance(value, str))


def lines(emitter: Emitter, fact: dict[str, Any], **more: Any) -> list[str]:
    return emitter.lines(fact, personal=False, checked=False, **more).split("\n")


@pytest.mark.parametrize("types", ["T", ["T"], ["U", "T"]], ids=str)
def test_a_function_says_of_each_shape_what_it_says(emitter: Emitter, types: str | list[str]) -> None:
    classes = [types] if isinstance(types, str) else types
    for more, triples in SAID:
        fact = {"id": "thing/x", "type": types, **more}
        expected = sorted(whole(it) for it in [*triples, *(f"x {TYPE} {name}" for name in classes)])
        # the first of a shape, and one that comes after it
        for _ in range(2):
            assert lines(emitter, fact) == expected, more
            assert lines(emitter, fact, strings=strings(fact)) == expected, more
        if "code" not in more or "\\" not in str(more["code"]):
            assert lines(emitter, fact, plain=True) == expected, more
        for wrong in (strings(fact) - 1, strings(fact) + 1):
            with pytest.raises(NeedsCheck):
                lines(emitter, fact, strings=wrong)
        stream = JsonLines([json.dumps({"source": "document/d", **fact}).encode()], emitter, name="a.jsonl")
        quads = b"".join(stream).decode().splitlines()
        graph = [line.partition(f" <{BASE}fact/")[0] for line in quads if line.endswith("> .") and IN_FACT in line]
        assert (graph, stream.problems) == (expected, []), more


def answers(emitter: Emitter, fact: dict[str, Any], *, plain: bool = False) -> bool:
    """Tell whether a function answers for a fact; else the checker does."""
    try:
        lines(emitter, fact, plain=plain)
    except NeedsCheck:
        return False
    return True


def test_a_function_leaves_what_is_doubtful_to_the_checker(emitter: Emitter) -> None:
    assert not answers(emitter, {"id": "thing/x"})
    for more in DOUBTFUL:
        assert not answers(emitter, {"id": "thing/x", "type": "T", **more}), more
        # of plain texts it is known that they hold no such characters
        if not any(it in str(more.get("code")) for it in ("\x00", "\ud800")):
            assert not answers(emitter, {"id": "thing/x", "type": "T", **more}, plain=True), more


def test_a_function_for_good_values_notices_bad_ones_of_their_shape(emitter: Emitter) -> None:
    for good, bad in (
        ({"code": "A"}, {"code": ""}),
        ({"code": ["A"]}, {"code": ["A", "\u2003"]}),
        ({"level": "a"}, {"level": "c"}),
        ({"level": ["a"]}, {"level": ["a", "c"]}),
        ({"one": ["A"]}, {"one": ["A", "B"]}),
        ({"day": "2019-01-31"}, {"day": "2019-01-32"}),
        ({"friend": "thing/y"}, {"friend": "thing y"}),
        ({"friend": {"id": "thing/y", "code": "A"}}, {"friend": {"id": "thing/x", "code": "A"}}),
        ({"friend": {"id": "thing/y"}}, {"friend": {"id": "thing/y", "code": "A", "type": "V"}}),
        ({"best": [{"id": "thing/y"}]}, {"best": [{"id": "thing/y"}, {"id": "thing/z"}]}),
        ({"label": {"en": "A"}}, {"label": {"en": "A", "fr": "B"}}),
        ({"label": {"en": ["A"]}}, {"label": {"en": []}}),
        ({"label": {"en": ["A"]}}, {"label": {"en": ("A",)}}),
        ({"code": ["A"]}, {"code": ("A",)}),
        ({"type": "U"}, {"type": "V"}),
    ):
        assert answers(emitter, {"id": "thing/x", "type": "T", **good}), good
        assert not answers(emitter, {"id": "thing/x", "type": "T", **bad}), bad
