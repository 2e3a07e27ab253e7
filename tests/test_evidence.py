"""Evidence in words of the source's text is the same as evidence in characters."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

import pressgraph
from pressgraph.cli import main
from pressgraph.facts import read_facts
from pressgraph.profile.json_schema import facts_json_schema

if TYPE_CHECKING:
    from click.testing import Result

    from pressgraph.profile import Profile

ROOT = Path(__file__).resolve().parents[1]
TEXT = """Flensburg, 15. Januar 2026 🚀

Das Netzwerk „Küstenlicht“ hat das Gold-Label erhalten.
Das Gold-Label gilt zwei Jahre, sagte Ida Lindqvist.
"""
SOURCE = {"id": "document/d", "type": "NewsArticle", "headline": {"de": "Gold"}, "datePublished": "2026-01-15"}


def run(folder: Path, *arguments: str) -> Result:
    # wide enough for what is looked for to stand on one line
    return CliRunner().invoke(main, ["--project", str(folder), *arguments], env={"COLUMNS": "200"})


def written(folder: Path, facts: Any, name: str = "a.yaml", /, **source: Any) -> Path:
    (folder / "text.txt").write_text(TEXT, encoding="utf-8", newline="")
    path = folder / name
    document = {"source": {**SOURCE, "file": "text.txt", **source}, "facts": facts}
    if name.endswith(".jsonl"):
        path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def fact(evidence: Any, name: str = "Küstenlicht") -> dict[str, Any]:
    return {"id": "agent/k", "type": "ClusterOrganisation", "name": name, "evidence": evidence}


def spans(path: Path, profile: Profile, id_base: str) -> list[tuple[tuple[int, int], ...]]:
    found = read_facts(path, profile, id_base=id_base)
    assert found.problems == ()
    return [it.receipt.evidence for it in found.facts]


def at(words: str, nth: int = 1) -> tuple[int, int]:
    start = -1
    for _ in range(nth):
        start = TEXT.index(words, start + 1)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("hat das Gold-Label erhalten", [at("hat das Gold-Label erhalten")]),
        ('Netzwerk "Küstenlicht"', [at("Netzwerk „Küstenlicht“")]),
        ("erhalten. Das Gold–Label", [at("erhalten.\nDas Gold-Label")]),
        (["Flensburg", "zwei Jahre"], [at("Flensburg"), at("zwei Jahre")]),
        ({"words": "Gold-Label", "nth": 2}, [at("Gold-Label", 2)]),
        ([{"words": "Gold-Label", "nth": 1}, [0, 9]], [at("Flensburg"), at("Gold-Label")]),
        # words that are said twice are one passage
        (["Flensburg", [0, 9]], [at("Flensburg")]),
        # what looks like a number is words in quotes
        ("2026", [at("2026")]),
        ([0, 9], [(0, 9)]),
    ],
)  # fmt: skip
def test_words_mean_the_characters_that_say_them(
    evidence: Any, expected: list[tuple[int, int]], tmp_path: Path, profile: Profile, id_base: str
) -> None:
    assert spans(written(tmp_path, [fact(evidence)]), profile, id_base) == [tuple(expected)]
    facts = {"source": {**SOURCE, "file": "text.txt"}, "facts": [fact(evidence)]}
    assert list(Draft7Validator(facts_json_schema(profile)).iter_errors(facts)) == []


@pytest.mark.parametrize(
    ("evidence", "rule", "said"),
    [
        ("hat das Silber-Label erhalten", "evidence-absent", "line 3 of the text says"),
        ("Zylinderkopfdichtung", "evidence-absent", "does not say 'Zylinderkopfdichtung'"),
        ("küstenlicht", "evidence-absent", "does not say"),
        ("Gold-Label", "evidence-several", "2: '"),
        ({"words": "Gold-Label", "nth": 3}, "evidence-several", "stands in 2 places"),
        ({"words": "Gold-Label", "nth": 0}, "bad-evidence", "whole number from 1"),
        ({"words": "Gold-Label", "nht": 1}, "bad-evidence", "{ words: …, nth: 2 }"),
        ({"nth": 1}, "bad-evidence", "{ words: …, nth: 2 }"),
        ({"words": ["a"]}, "bad-evidence", "{ words: …, nth: 2 }"),
        (["Flensburg", 2026], "bad-evidence", "a number need quotes"),
        (" ", "bad-evidence", "no words"),
        ([], "bad-evidence", "list of numbers"),
        (5, "bad-evidence", "list of numbers"),
        ([9, 0], "bad-evidence", "not before"),
        ([[0, 9], [5, 500]], "evidence-outside", "outside"),
    ],
)
def test_words_that_mean_no_passage_are_a_mistake(
    evidence: Any, rule: str, said: str, tmp_path: Path, profile: Profile, id_base: str
) -> None:
    for name in ("a.yaml", "a.jsonl"):
        path = written(tmp_path, [fact(evidence)], name)
        result = run(tmp_path, "validate", str(path), "-f", "json")
        assert result.exit_code == 1
        (found,) = json.loads(result.stdout)["findings"]
        assert found["rule"] == rule
        assert said in f"{found['message']} {found.get('hint', '')}"
        assert run(tmp_path, "convert", str(path)).exit_code == 1
    assert read_facts(tmp_path / "a.yaml", profile, id_base=id_base).problems[0].place.line > 1


def test_words_need_the_text(tmp_path: Path) -> None:
    path = written(tmp_path, [fact("Flensburg")])
    text = path.read_text(encoding="utf-8")
    for replaced, rules in (
        ("", ["evidence-without-text"]),
        # said once, not of each fact
        ("  file: none.txt\n", ["source-file"]),
    ):
        path.write_text(text.replace("  file: text.txt\n", replaced), encoding="utf-8")
        result = run(tmp_path, "validate", str(path), "-f", "json")
        assert [it["rule"] for it in json.loads(result.stdout)["findings"]] == rules


def quads(folder: Path, path: Path) -> list[str]:
    result = run(folder, "convert", str(path), "-f", "nquads")
    assert result.exit_code == 0, result.stderr
    return sorted(result.stdout.splitlines())


def test_every_format_gives_the_same_quads(tmp_path: Path) -> None:
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    evidence = ["Flensburg", "das Gold-Label erhalten"]
    numbers = [list(at(words)) for words in evidence]
    plain = quads(tmp_path, written(tmp_path, [fact(numbers)], "numbers.yaml", sha256=digest))
    assert quads(tmp_path, written(tmp_path, [fact(evidence)])) == plain
    assert quads(tmp_path, written(tmp_path, [fact(evidence)], "a.jsonl")) == plain
    assert not any("Flensburg" in line for line in plain)
    for form in ("yaml", "jsonl", "csv", "xlsx", "parquet"):
        path = tmp_path / f"again.{form}"
        for how in (("--evidence", "words"), ("--evidence", "offsets"), ()):
            assert run(tmp_path, "facts", "convert", str(tmp_path / "a.yaml"), *how, "-o", str(path)).exit_code == 0
            assert quads(tmp_path, path) == plain
            if form == "csv":
                cell = next(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))["evidence"]
                assert cell == ("0-9 | 61-84" if "offsets" in how else "Flensburg | das Gold-Label erhalten")


def test_lines_that_name_a_source_find_words_in_its_text(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    described = {"source": {**SOURCE, "file": "text.txt", "publishText": True}}
    other = {"source": {**SOURCE, "id": "document/other"}}
    lines = [described, fact("Flensburg"), other, {**fact("zwei Jahre", name="K"), "source": "document/d"}]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(it) + "\n" for it in lines), encoding="utf-8")
    found = "\n".join(quads(tmp_path, path))
    assert '"Flensburg"' in found
    assert '"zwei Jahre"' in found
    lines[3]["source"] = "document/other"
    path.write_text("".join(json.dumps(it) + "\n" for it in lines), encoding="utf-8")
    assert "evidence-without-text" in run(tmp_path, "validate", str(path), "-f", "text").output


def test_lines_that_name_a_source_quote_what_stands_in_its_text(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    quoted = {"id": "quotation/q", "type": "QuotedStatement", "saidBy": "agent/a", "text": "zwei Jahre"}
    lines: list[dict[str, Any]] = [
        {"source": {**SOURCE, "file": "text.txt"}},
        {**quoted, "source": "document/d"},
        quoted,
    ]
    path = tmp_path / "a.jsonl"
    for words, found in (("zwei Jahre", []), ("drei Jahre", [2, 3])):
        quoted["text"] = lines[1]["text"] = words
        path.write_text("".join(json.dumps(it) + "\n" for it in lines), encoding="utf-8")
        problems = pressgraph.open(tmp_path).validate([path]).problems
        assert [it.place.line for it in problems if it.rule == "quotation-not-in-text"] == found


def test_blocks_of_a_large_file_find_the_text_that_an_earlier_one_names(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    described = {"source": {**SOURCE, "file": "text.txt", "publishText": True}}
    filling = [{"source": {**SOURCE, "id": f"document/f{i}", "headline": {"en": "F" * 400}}} for i in range(2000)]
    later = [{**fact("zwei Jahre"), "source": "document/d"}, {**fact([0, 9], "K"), "source": "document/d"}]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(it) + "\n" for it in (described, *filling, *later)), encoding="utf-8")
    whole = quads(tmp_path, path)
    assert any('"zwei Jahre"' in line for line in whole)
    assert any('"Flensburg"' in line for line in whole)
    result = run(tmp_path, "convert", str(path), "--jobs", "2", "-f", "nquads")
    assert sorted(result.stdout.splitlines()) == whole


def test_words_that_stand_in_several_places_are_converted_with_their_number(tmp_path: Path) -> None:
    path = written(tmp_path, [fact([list(at("Gold-Label", 2)), [1, 3]])])
    plain = quads(tmp_path, path)
    result = run(tmp_path, "facts", "convert", str(path), "--evidence", "words", "-o", str(tmp_path / "w.yaml"))
    assert result.exit_code == 0
    document = yaml.safe_load((tmp_path / "w.yaml").read_text(encoding="utf-8"))
    assert {"words": "Gold-Label", "nth": 2} in document["facts"][0]["evidence"]
    assert len(document["source"]["sha256"]) == 64
    assert quads(tmp_path, tmp_path / "w.yaml") == plain
    lacking = run(tmp_path, "facts", "convert", str(written(tmp_path, [fact([0, 9])], file="")), "--evidence", "words")
    assert lacking.exit_code != 0


def test_words_are_published_where_the_source_allows_it(tmp_path: Path) -> None:
    person = {"id": "agent/ida", "type": "Person", "name": "Ida Lindqvist", "evidence": "Ida Lindqvist"}
    facts = [fact("Flensburg"), {**person, "personal": True}]
    allowed = "\n".join(quads(tmp_path, written(tmp_path, facts, publishText=True)))
    assert '<http://www.w3.org/ns/oa#exact> "Flensburg"' in allowed
    assert "Lindqvist" not in allowed
    # nor as words that another fact rests on, which say more, as much or less
    for other in ("zwei Jahre, sagte Ida Lindqvist", "Ida Lindqvist", "Lindqvist"):
        for both in ([fact(other), facts[1]], [facts[1], fact(other), fact("Flensburg", "K")]):
            for name in ("a.yaml", "a.jsonl"):
                found = "\n".join(quads(tmp_path, written(tmp_path, both, name, publishText=True)))
                assert "oa#start" in found
                assert "Lindqvist" not in found
                assert ("Flensburg" in found) == (len(both) > 2)
    for refused in ({}, {"publishText": False}):
        assert "oa#exact" not in "\n".join(quads(tmp_path, written(tmp_path, facts, **refused)))
    assert run(tmp_path, "validate", str(written(tmp_path, facts, publishText="perhaps"))).exit_code == 1
    conforming = run(tmp_path, "validate", str(written(tmp_path, [fact("Flensburg")], publishText=True)))
    assert "error" not in conforming.output, conforming.output


def warned(folder: Path, *facts: dict[str, Any]) -> list[str]:
    result = run(folder, "validate", str(written(folder, list(facts))), "-f", "json")
    assert result.exit_code == 0, result.output
    return [it["message"] for it in json.loads(result.stdout)["findings"] if it["rule"] == "evidence-without-value"]


def test_evidence_that_does_not_say_the_value_is_warned_of(tmp_path: Path) -> None:
    label = {"id": "label/k-1", "type": "AwardedLabel", "level": "gold", "heldBy": "agent/k"}
    lasting = {"hasValidity": {"type": "ValidityPeriod", "basis": "stated", "duration": "P2Y"}}
    holder = fact("Netzwerk Küstenlicht".replace(" ", ' "') + '"')
    dated = {"id": "document/d", "dateline": {"de": "Flensburg"}, "evidence": "Flensburg"}
    assert warned(tmp_path, holder, {**label, **lasting, "evidence": "gilt zwei Jahre"}, dated) == []
    (months,) = warned(tmp_path, holder, {**label, **lasting, "evidence": "das Gold-Label erhalten"})
    assert "'P2Y'" in months
    (named,) = warned(tmp_path, fact("zwei Jahre"))
    assert "'Küstenlicht'" in named
    # a name is said by its initials, by its stem, in either language
    assert warned(tmp_path, fact("Netzwerk", name="Netzwerkes der Küste")) == []
    # what is only implied needs no words
    assert warned(tmp_path, {**fact("zwei Jahre"), "status": "implied"}) == []
    opened = {"id": "agent/k", "foundingDate": "2026-01-15", "evidence": "15. Januar"}
    assert warned(tmp_path, holder, opened) == []
    assert len(warned(tmp_path, holder, {**opened, "evidence": "zwei Jahre"})) == 1
    # who knows why the words say it otherwise says so; what nothing needs is told, as for shapes
    allowed = {"allow": [{"evidence-without-value": "the sentence before says the year"}]}
    assert warned(tmp_path, holder, {**opened, **allowed, "evidence": "zwei Jahre"}) == []
    needed = run(
        tmp_path, "validate", str(written(tmp_path, [holder, {**opened, **allowed, "evidence": "zwei Jahre"}]))
    )
    assert "unused-allowance" not in needed.output
    needless = run(tmp_path, "validate", str(written(tmp_path, [holder, {**opened, **allowed}])))
    assert "unused-allowance" in needless.output


def test_facts_stand_beside_their_words(tmp_path: Path) -> None:
    person = {"id": "agent/ida", "type": "Person", "name": "Ida Lindqvist", "evidence": "Ida Lindqvist"}
    (tmp_path / "data").mkdir()
    facts = [fact("Netzwerk „Küstenlicht“"), {**person, "personal": True}]
    path = written(tmp_path / "data", facts)
    for what in (str(path), "agent/k"):
        shown = run(tmp_path, "evidence", what)
        assert "line 3: Netzwerk „Küstenlicht“" in shown.stdout
        assert "name: Küstenlicht" in shown.stdout
        assert "Lindqvist" not in shown.output
    assert "1 fact with personal data is not shown" in run(tmp_path, "evidence", str(path)).stderr
    assert "Lindqvist" in run(tmp_path, "evidence", str(path), "--personal").stdout
    unknown = run(tmp_path, "evidence", "agent/nobody")
    assert unknown.exit_code == 1
    assert "no fact about it" in unknown.stderr
    path.write_text(path.read_text(encoding="utf-8").replace("  file: text.txt\n", ""), encoding="utf-8")
    assert "evidence-without-text" in run(tmp_path, "evidence", str(path)).output
    written(tmp_path / "data", [fact([0, 9])])
    path.write_text(path.read_text(encoding="utf-8").replace("  file: text.txt\n", ""), encoding="utf-8")
    assert "characters 0–9" in run(tmp_path, "evidence", "agent/k").stdout


def test_reports_and_the_saved_query_show_words_where_the_source_allows_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    # what is under hasValidity lacks its type
    lasting = {"hasValidity": {"basis": "stated", "duration": "P2Y"}, "evidence": "gilt zwei Jahre"}
    label = {"id": "label/k-1", "type": "AwardedLabel", "level": "gold", "heldBy": "agent/k", **lasting}
    facts = [fact("Netzwerk „Küstenlicht“"), label]
    for allowed in (True, False):
        path = written(tmp_path / "data", facts, publishText=allowed)
        for form in ("text", "json", "html"):
            report = run(tmp_path, "validate", str(path), "-f", form)
            assert report.exit_code == 1
            assert ("gilt zwei Jahre" in report.stdout.replace("\n    ", " ")) is allowed
        written(tmp_path / "data", facts[:1], publishText=allowed)
        assert run(tmp_path, "build").exit_code == 0
        rows = run(tmp_path, "query", "evidence-of", "-p", "id=agent/k", "-f", "csv").stdout
        assert ("Netzwerk „Küstenlicht“" in rows) is allowed


RELEASE = os.environ.get("PRESSGRAPH_RELEASE", "")


@pytest.mark.skipif(not RELEASE, reason="PRESSGRAPH_RELEASE does not name the text of the founding release")
def test_the_founding_release_can_be_written_in_words(tmp_path: Path) -> None:
    (tmp_path / "release.txt").write_bytes(Path(RELEASE).read_bytes())
    shipped = next((ROOT / "data" / "releases").glob("*biosaxony-silver-label.yaml")).read_text(encoding="utf-8")
    path = tmp_path / "a.yaml"
    path.write_text(shipped.replace("source:\n", "source:\n  file: release.txt\n", 1), encoding="utf-8")
    result = run(tmp_path, "facts", "convert", str(path), "--evidence", "words", "-o", str(tmp_path / "w.yaml"))
    assert result.exit_code == 0, result.stderr
    words = (tmp_path / "w.yaml").read_text(encoding="utf-8")
    assert "evidence: [" not in words
    assert quads(tmp_path, tmp_path / "w.yaml") == quads(tmp_path, path)
