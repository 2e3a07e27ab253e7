"""Keys on things whose class another file gives, and terms in RDF that their ontology does not have."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.facts import read_facts_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from pressgraph.profile import Profile

SOURCE = "source: {{ id: document/{}, type: NewsArticle, headline: H, datePublished: 2024-05-02 }}\nfacts:\n"
TYPED = SOURCE.format("a") + "  - { id: agent/o, type: Organization, name: O }\n"


def used(key: str) -> str:
    """Return a file that says something of the thing without its class."""
    return SOURCE.format("b") + f"  - id: agent/o\n    {key}\n"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def write(folder: Path, **files: str) -> Path:
    (folder / "data").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "data" / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


MISPLACED = [
    ("level: gold", "level"),
    ("startDate: 2020-01-01", "startDate"),
    ("role: treasurer", "role"),
    ("headline: { en: X }", "headline"),
    ("validFrom: 2020-01-01", "validFrom"),
]


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_a_key_on_a_thing_of_another_class_is_an_error_with_both_places(tmp_path: Path, engine: str) -> None:
    write(tmp_path, a__yaml=TYPED, b__yaml=used("level: gold"))
    result = run(tmp_path, "validate", "--engine", engine)
    assert result.exit_code == 1
    assert "error: 'level' is not a key of Organization [misplaced-key]\n  --> data/b.yaml:4:12" in result.output
    assert "it belongs to AwardedLabel" in result.output
    assert "what it is stands here: data/a.yaml:3:11" in result.output


@pytest.mark.parametrize(("text", "key"), MISPLACED)
def test_builds_refuse_what_validate_refuses(tmp_path: Path, text: str, key: str) -> None:
    write(tmp_path, a__yaml=TYPED, b__yaml=used(text))
    for command in (("validate",), ("build",)):
        result = run(tmp_path, *command)
        assert result.exit_code == 1
        assert f"'{key}' is not a key of Organization" in result.output


def test_a_term_has_the_classes_of_its_vocabulary(profile: Profile) -> None:
    """No file states them; the facts rules know them all the same, without a graph."""
    text = b"source: { id: document/a }\nfacts: [{ id: lvl:gold, level: silver }]\n"
    found = read_facts_bytes(text, profile, id_base="https://data.example.org/id/", name="a.yaml")
    assert [(it.rule, it.message) for it in found.problems] == [("misplaced-key", "'level' is not a key of LabelLevel")]


def test_lines_of_json_and_cells_of_tables_are_told_too(tmp_path: Path) -> None:
    line = '{"source": "document/a", "id": "agent/o", "level": "gold"}\n'
    write(tmp_path, a__yaml=TYPED, b__jsonl=line)
    result = run(tmp_path, "validate")
    assert "data/b.jsonl:1" in result.output
    assert "'level' is not a key of Organization" in result.output
    (tmp_path / "data" / "b.jsonl").unlink()
    write(tmp_path, c__csv="source,id,level\ndocument/a,agent/o,gold\n")
    result = run(tmp_path, "validate")
    assert "data/c.csv:2:level" in result.output
    assert "'level' is not a key of Organization" in result.output


def test_one_file_is_checked_with_what_the_built_graph_knows(tmp_path: Path) -> None:
    write(tmp_path, a__yaml=TYPED)
    assert run(tmp_path, "build").exit_code == 0
    write(tmp_path, b__yaml=used("level: gold"))
    result = run(tmp_path, "validate", str(tmp_path / "data" / "b.yaml"))
    assert result.exit_code == 1
    assert "'level' is not a key of Organization" in result.output
    assert "what it is stands here: data/a.yaml:3:11" in result.output
    # its name is known too
    assert "1 file, 1 fact: 1 error" in result.output


def test_what_is_built_of_a_thing_is_known_where_a_file_says_more(tmp_path: Path) -> None:
    said = TYPED.replace("name: O", "name: O, foundingDate: 2001-01-01")
    write(tmp_path, a__yaml=said)
    assert run(tmp_path, "build").exit_code == 0
    more, b = "description: { en: More }", str(tmp_path / "data" / "b.yaml")
    write(tmp_path, b__yaml=used(more))
    assert "1 file, 1 fact: all conform" in run(tmp_path, "validate", b).output
    write(tmp_path, b__yaml=used("foundingDate: 2002-02-02"))
    result = run(tmp_path, "validate", b)
    assert result.exit_code == 1
    assert "An organisation has only one founding date" in result.output
    assert "the other value: data/a.yaml:3:" in result.output
    # what was written since is read, and what is gone is not known any more
    write(tmp_path, a__yaml=said.replace("2001-01-01", "2002-02-02"))
    newer = time.time() + 60
    os.utime(tmp_path / "data" / "a.yaml", (newer, newer))
    assert "1 file, 1 fact: all conform" in run(tmp_path, "validate", b).output
    (tmp_path / "data" / "a.yaml").unlink()
    write(tmp_path, b__yaml=used(f"type: Organization\n    {more}"))
    assert "needs a name" in run(tmp_path, "validate", b).output


def test_rdf_files_may_link_to_what_is_built(tmp_path: Path) -> None:
    write(tmp_path, a__yaml=TYPED)
    assert run(tmp_path, "build").exit_code == 0
    thing = "<https://w3id.org/pressgraph/id/agent/{}>"
    text = PREFIXES + f'{thing.format("p")} a schema:Organization ; schema:name "P" ; schema:memberOf {{}} .\n'
    (tmp_path / "x.ttl").write_text(text.format(thing.format("o")), encoding="utf-8")
    assert run(tmp_path, "validate", str(tmp_path / "x.ttl")).exit_code == 0
    (tmp_path / "x.ttl").write_text(text.format(thing.format("nobody")), encoding="utf-8")
    result = run(tmp_path, "validate", str(tmp_path / "x.ttl"))
    assert result.exit_code == 1
    assert "Nothing describes 'agent/nobody'" in result.output


def test_what_a_file_said_of_a_class_before_does_not_count(tmp_path: Path) -> None:
    both = SOURCE.format("b") + "  - { id: agent/o, type: Organization, name: O }\n"
    write(tmp_path, b__yaml=both)
    assert run(tmp_path, "build").exit_code == 0
    write(tmp_path, b__yaml=used("level: gold"))
    result = run(tmp_path, "validate", str(tmp_path / "data" / "b.yaml"))
    assert "misplaced-key" not in result.output


def test_a_change_is_noticed_in_either_file(tmp_path: Path) -> None:
    """The file with the key stays as it is, and another one says what the thing is."""
    write(tmp_path, b__yaml=used("name: O"), a__yaml=TYPED)
    assert run(tmp_path, "build").exit_code == 0
    write(tmp_path, b__yaml=used("level: gold"))
    result = run(tmp_path, "validate", "--changed")
    assert "'level' is not a key of Organization" in result.output
    label = TYPED.replace("Organization", "AwardedLabel")
    write(tmp_path, a__yaml=label)
    result = run(tmp_path, "validate", "--changed")
    assert "misplaced-key" not in result.output
    assert run(tmp_path, "build").exit_code == 1
    write(tmp_path, a__yaml=TYPED, b__yaml=used("name: O"))
    assert run(tmp_path, "build").exit_code == 0


def test_one_class_of_several_is_enough(tmp_path: Path) -> None:
    typed = SOURCE.format("a") + "  - { id: agent/o, type: [FormalOrganization, ClusterOrganisation], name: O }\n"
    write(tmp_path, a__yaml=typed, b__yaml=used("sector: photonics"))
    result = run(tmp_path, "validate")
    assert "misplaced-key" not in result.output


# -- terms in RDF

PREFIXES = (
    "@prefix clu: <https://w3id.org/pressgraph/cluster#> . @prefix schema: <http://schema.org/> . "
    "@prefix x: <https://x.example/> . @prefix ours: <https://own.example/terms#> . "
    "@prefix org: <http://www.w3.org/ns/org#> . @prefix prov: <http://www.w3.org/ns/prov#> .\n"
    "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
)


def warnings(folder: Path, text: str) -> list[tuple[str, int, int, str | None]]:
    path = folder / "d.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    result = run(folder, "validate", str(path), "-f", "json")
    found = json.loads(result.stdout)["findings"]
    return [
        (it["message"], it["place"]["line"], it["place"]["column"], it.get("hint"))
        for it in found
        if it["rule"] == "undefined-term"
    ]


@pytest.mark.parametrize(
    ("statement", "term", "column", "meant"),
    [
        ('x:a clu:secotr "photonics" .', "clu:secotr", 16, "clu:sector"),
        ('x:a schema:nmae "B" .', "schema:nmae", 17, "schema:name"),
        ("x:a clu:madeUp 3 .", "clu:madeUp", 16, None),
        ("x:a a schema:NewsArticel .", "schema:NewsArticel", 7, "schema:NewsArticle"),
        ("x:a a clu:ClusterOrganization .", "clu:ClusterOrganization", 7, "clu:ClusterOrganisation"),
        ("x:a org:memeber x:b .", "org:memeber", 17, "org:member"),
        ("x:a a prov:Entitty .", "prov:Entitty", 7, "prov:Entity"),
        ("x:a dcterms:isPartof x:b .", "dcterms:isPartof", 22, "dcterms:isPartOf"),
    ],
)
def test_a_typo_in_a_term_is_a_warning(
    tmp_path: Path, statement: str, term: str, column: int, meant: str | None
) -> None:
    ((message, line, at, hint),) = warnings(tmp_path, statement)
    assert message == f"its ontology has no term {term}"
    assert (line, at) == (3, column)
    assert (meant is None) == (hint is None)
    assert meant is None or f"did you mean {meant}?" == hint


def test_warnings_do_not_fail_the_check(tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(PREFIXES + 'x:a clu:secotr "photonics" .')
    assert run(tmp_path, "validate", str(tmp_path / "d.ttl")).exit_code == 0


@pytest.mark.parametrize(
    "statement",
    [
        'x:a schema:duns "1" .',
        # of a vocabulary that the profile builds on, which has more than the profile uses
        "x:a org:hasSite x:b ; prov:hadPlan x:c ; dcterms:audience x:d .",
        "x:a a schema:Bakery .",
        "x:a x:anything 3 .",
        "x:a <http://www.w3.org/ns/org#hasSite> x:b .",
        "x:a <https://schema.org/name> 'x' .",
        "x:a a x:Thing .",
    ],
)
def test_what_is_known_or_cannot_be_judged_is_no_warning(tmp_path: Path, statement: str) -> None:
    assert warnings(tmp_path, statement) == []


def test_a_projects_own_ontology_is_known_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "own.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ours: <https://own.example/terms#> .\n"
        "<https://own.example/terms> a owl:Ontology . ours:weight a owl:DatatypeProperty .\n"
    )
    ((message, _, _, hint),) = warnings(tmp_path, "x:a ours:wieght 3 . x:b ours:weight 4 .")
    assert "wieght" in message
    assert hint is not None
    assert "weight" in hint


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_deprecated_properties_and_classes_that_no_shape_uses_are_told_of_rdf_files(
    tmp_path: Path, engine: str
) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "own.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "<https://x.example/old> owl:deprecated true ; dcterms:isReplacedBy <https://x.example/new> .\n"
        "<https://x.example/Old> a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy <https://x.example/New> .\n"
        "<https://x.example/Older> owl:deprecated true . <https://x.example/Oldest> a owl:DeprecatedClass .\n"
        "<https://x.example/oldest> a owl:DeprecatedProperty .\n",
        encoding="utf-8",
    )
    # a value that rdflib warns of itself
    text = (
        '<https://x.example/a> <https://x.example/new> "yes"^^<http://www.w3.org/2001/XMLSchema#boolean> ;\n'
        "  <https://x.example/old> 5 ; <https://x.example/b> 6 ;\n"
        "  a <https://x.example/Old> ,\n"
        "    <https://x.example/Older> , <https://x.example/New> ,\n"
        "    <https://x.example/Oldest> ; <https://x.example/oldest> 7 .\n"
    )
    (tmp_path / "d.ttl").write_text(text, encoding="utf-8")
    result = run(tmp_path, "validate", str(tmp_path / "d.ttl"), "--engine", engine, "-f", "json")
    found = [(it["rule"], it["place"]["line"], it["message"]) for it in json.loads(result.stdout)["findings"]]
    assert found == [
        ("deprecated-old", 2, "'https://x.example/old' is deprecated: use 'https://x.example/new'."),
        ("deprecated-Old", 3, "'Old' is deprecated: use 'https://x.example/New'."),
        ("deprecated-Older", 4, "'https://x.example/Older' is deprecated."),
        ("deprecated-Oldest", 5, "'https://x.example/Oldest' is deprecated."),
        ("deprecated-oldest", 5, "'https://x.example/oldest' is deprecated."),
    ]
    assert result.exit_code == 0
    assert "weird boolean" not in result.output
