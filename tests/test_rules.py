"""Each rule that a report names is explained, and its examples are what they are said to be."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main
from pressgraph.facts.rules import RULES
from pressgraph.validation.explain.rule_pages import as_markdown
from pressgraph.validation.explain.rules import explanations

if TYPE_CHECKING:
    from click.testing import Result

SOURCE = "source: { id: document/d, type: NewsArticle, headline: { en: News }, datePublished: 2026-01-01 }\nfacts:\n"
# rules about bytes of files, workbooks, configurations, several files or a source's text, and two that no key of the
# shipped profile can break: no few lines of one file break them
WITHOUT_EXAMPLE = {
    *("unreadable", "too-large", "not-utf8", "too-deep", "source-twice", "not-a-table", "no-header", "no-column"),
    *("formula", "cell-not-text", "cell-binary", "template-gap", "slug-collision", "not-listed"),
    *(
        "language-not-allowed",
        "evidence-outside",
        "evidence-absent",
        "evidence-several",
        "evidence-without-value",
        "hash-differs",
        "quotation-not-in-text",
    ),
}
SUFFIXES = {"yaml": ".yaml", "csv": ".csv", "jsonl": ".jsonl", "turtle": ".ttl"}
ROOT = Path(__file__).resolve().parents[1]
HERE = pressgraph.open(ROOT)
RULES_OF_HERE = explanations(HERE.project, HERE.profile)
SHOWN = {name: RULES_OF_HERE[name].example for name in RULES if name not in WITHOUT_EXAMPLE}


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def reported(folder: Path, text: str, syntax: str) -> set[str]:
    """Return the rules that a file breaks."""
    if syntax == "yaml" and text.startswith("-"):
        text = SOURCE + "".join(f"  {line}" if line.strip("-\n") else line for line in text.splitlines(keepends=True))
    path = folder / f"a{SUFFIXES[syntax]}"
    path.write_text(text, encoding="utf-8")
    return {it["rule"] for it in json.loads(run(folder, "validate", str(path), "-f", "json").stdout)["findings"]}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_the_wrong_example_breaks_its_rule_and_the_right_one_does_not(name: str, tmp_path: Path) -> None:
    example = SHOWN[name]
    assert example is not None
    assert name in reported(tmp_path, example.wrong.lstrip("\n"), example.syntax)
    assert name not in reported(tmp_path, example.right.lstrip("\n"), example.syntax)


PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/shapes#> .
@prefix schema: <http://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
OF_PROFILE = {name: it.example for name, it in RULES_OF_HERE.items() if it.example and "ontologies" in str(it.kind)}


@pytest.mark.parametrize("name", sorted(OF_PROFILE))
def test_the_wrong_example_of_a_profile_breaks_its_rule_and_the_right_one_does_not(name: str, tmp_path: Path) -> None:
    example = OF_PROFILE[name]
    for text, breaks in ((example.wrong, True), (example.right, False)):
        path = tmp_path / str(breaks) / ("data.ttl" if name == "undefined-term" else "shapes/own.ttl")
        path.parent.mkdir(parents=True)
        path.write_text(PREFIXES + text, encoding="utf-8")
        command = ["validate", str(path)] if name == "undefined-term" else ["profile", "check"]
        report = json.loads(run(tmp_path / str(breaks), *command, "-f", "json").stdout)
        assert (name in {it["rule"] for it in report["findings"]}) is breaks


def test_every_rule_that_the_program_names_is_explained() -> None:
    """What is reported under a name of the program's own, in whichever module."""
    named: set[str] = set()
    for path in (ROOT / "src/pressgraph").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("problem"), args=[ast.Constant(str(rule)), *_]):
                    named.add(rule)
                case ast.Call(func=ast.Name("Problem"), keywords=keywords):
                    named |= {
                        str(it.value.value)
                        for it in keywords
                        if it.arg == "rule" and isinstance(it.value, ast.Constant)
                    }
                case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name("NAMED_HERE")), ast.Constant(str(rule))]):
                    named.add(rule)
                case _:
                    pass
    assert {"misplaced-key", "undefined-term", "ill-formed-shape", "import-not-followed", "dangling-id"} <= named
    assert named <= RULES_OF_HERE.keys()


def test_shapes_without_a_name_or_a_message_are_explained_as_reports_name_them(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes/own.ttl").write_text(
        f"{PREFIXES}ex:Firm a sh:NodeShape ; sh:targetClass schema:Organization ;\n"
        "  sh:property [ sh:path schema:slogan ; sh:datatype xsd:string ; sh:maxLength 9 ] .\n"
    )
    facts = SOURCE + "  - { id: agent/aurora, type: Organization, name: Aurora, slogan: Light for all }\n"
    (tmp_path / "a.yaml").write_text(facts, encoding="utf-8")
    report = json.loads(run(tmp_path, "validate", str(tmp_path / "a.yaml"), "-f", "json").stdout)
    (rule,) = {it["rule"] for it in report["findings"]}
    assert "the text is longer than 9 characters" in run(tmp_path, "rule", rule).output


def test_rules_have_examples() -> None:
    assert {name for name in RULES if RULES_OF_HERE[name].example is None} == WITHOUT_EXAMPLE
    shapes = [it for it in RULES_OF_HERE.values() if str(it.kind).startswith("a constraint")]
    own = [it for it in shapes if it.example is not None]
    assert len(own) > 200
    assert all({"en", "de"} <= it.messages.keys() for it in RULES_OF_HERE.values())


def test_rule_explains_in_the_readers_language(tmp_path: Path) -> None:
    english = run(tmp_path, "rule", "unknown-key").output
    assert english.startswith("unknown-key: a rule of facts files (error)\n")
    assert "'KEY' is not a key of the profile" in english
    assert "Wrong:\n\n    - { id: agent/aurora, type: Organization, nmae: Aurora }" in english
    german = run(tmp_path, "rule", "[AwardedLabel-heldBy-minCount]", "--lang", "de").output
    assert german.startswith("AwardedLabel-heldBy-minCount: eine Bedingung der Shapes (Fehler)\n")
    assert "Falsch:\n\n    label:nordlicht-gold a clu:AwardedLabel" in german
    assert "@prefix" not in german
    check = run(tmp_path, "rule", "near-duplicate-places").output
    assert "(warning)" in check
    assert "are they one?" in check


def test_rule_lists_rules_and_asks_what_was_meant(tmp_path: Path) -> None:
    listed = run(tmp_path, "rule").output
    assert all(name in listed for name in ("bad-id", "near-duplicate-persons", "AwardedLabel-level-node"))
    result = run(tmp_path, "rule", "unknown-kye")
    assert result.exit_code == 2
    assert "did you mean 'unknown-key'?" in result.stderr


def test_ids_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"_PRESSGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": "pressgraph rule near-dup", "COMP_CWORD": "2"}
    output = CliRunner().invoke(main, [], env=environment, prog_name="pressgraph").output
    assert [line.removeprefix("plain,") for line in output.split()] == [
        f"near-duplicate-{kind}" for kind in ("events", "organisations", "persons", "places")
    ]


def test_rules_of_a_project_are_explained_and_have_no_page(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes/own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/shapes#> .\n"
        "@prefix schema: <http://schema.org/> .\n"
        "ex:Firm a sh:NodeShape ; sh:targetClass schema:Organization ; sh:property ex:Firm-slogan .\n"
        'ex:Firm-slogan sh:path schema:slogan ; sh:minCount 1 ; sh:message "Say the slogan."@en .\n'
    )
    assert "Say the slogan." in run(tmp_path, "rule", "Firm-slogan").output
    (tmp_path / "a.yaml").write_text(SOURCE + "  - { id: agent/aurora, type: Organization, name: A }\n")
    report = json.loads(run(tmp_path, "validate", str(tmp_path / "a.yaml"), "-f", "sarif").stdout)
    rules = {it["id"]: it.get("helpUri") for it in report["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["Firm-slogan"] is None
    (tmp_path / "a.yaml").write_text(SOURCE + "  - { id: agent/aurora, nmae: A }\n")
    report = json.loads(run(tmp_path, "validate", str(tmp_path / "a.yaml"), "-f", "sarif").stdout)
    rules = {it["id"]: it.get("helpUri") for it in report["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["unknown-key"] == "https://w3id.org/pressgraph/rules/unknown-key"


def test_pages_show_both_examples() -> None:
    page = as_markdown(RULES_OF_HERE["unknown-key"])
    assert page.startswith("# unknown-key\n\nA rule of facts files. Severity: error.\n")
    assert page.index("## Wrong") < page.index("nmae") < page.index("## Right")
