"""What a program proposed and nobody has reviewed is checked and kept, and is no fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.facts import read_facts, read_facts_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile

SOURCE = {"id": "document/d", "type": "NewsArticle", "headline": {"en": "N"}, "datePublished": "2026-01-15"}
TYPED = {"id": "agent/a", "type": "Organization", "name": "Aurora"}
PROPOSED = {"id": "agent/p", "type": "Organization", "name": "Proposal", "proposedBy": "rules"}
REVIEWED = {**PROPOSED, "reviewedBy": "agent/a"}


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def written(folder: Path, *facts: object, suffix: str = "yaml", **source: object) -> Path:
    (folder / "data").mkdir(exist_ok=True)
    path = folder / "data" / f"a.{suffix}"
    document = {"source": {**SOURCE, **source}, "facts": list(facts)}
    path.write_text(json.dumps(document) if suffix == "jsonl" else yaml.safe_dump(document), encoding="utf-8")
    return path


def converted(folder: Path, path: Path) -> str:
    result = run(folder, "convert", str(path), "-f", "nquads")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("suffix", ["yaml", "jsonl"])
def test_a_proposal_is_converted_once_it_is_reviewed(tmp_path: Path, suffix: str) -> None:
    assert '"Proposal"' not in converted(tmp_path, written(tmp_path, TYPED, PROPOSED, suffix=suffix))
    assert '"Proposal"' in converted(tmp_path, written(tmp_path, TYPED, REVIEWED, suffix=suffix))
    # that the source is reviewed, or that a day is noted, says nothing of a proposal
    for unread in ({**PROPOSED, "reviewedOn": "2026-01-16"}, {**PROPOSED, "proposedBy": "some-model"}):
        path = written(tmp_path, TYPED, unread, suffix=suffix, reviewedBy="agent/a")
        assert '"Proposal"' not in converted(tmp_path, path)


def test_a_table_has_a_column_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "document/d,agent/a,Organization,Aurora,,\n{0},{1}\n"
    for reviewed in ("", "agent/a"):
        proposal = f"document/d,agent/p,Organization,Proposal,rules,{reviewed}"
        path.write_text(f"source,id,type,name,proposedBy,reviewedBy\n{rows.splitlines()[0]}\n{proposal}\n")
        assert ('"Proposal"' in converted(tmp_path, path)) is bool(reviewed)


def test_a_build_leaves_proposals_out_and_says_so(tmp_path: Path) -> None:
    written(tmp_path, TYPED, PROPOSED)
    result = run(tmp_path, "build")
    assert result.exit_code == 0, result.output
    assert "Proposal" not in run(tmp_path, "export", "-f", "nquads", "--with-evidence").stdout
    report = json.loads(run(tmp_path, "validate", "-f", "json").stdout)
    (found,) = report["findings"]
    assert (found["rule"], found["severity"]) == ("unreviewed-proposal", "warning")
    assert "'rules'" in found["message"]
    written(tmp_path, TYPED, REVIEWED)
    assert run(tmp_path, "build").exit_code == 0
    assert "Proposal" in run(tmp_path, "export", "-f", "nquads").stdout


def test_proposals_are_checked_as_facts_are(tmp_path: Path) -> None:
    lasting = {"basis": "stated", "duration": "P2Y"}
    wrong = {**PROPOSED, "id": "label/p", "type": "AwardedLabel", "level": "gold", "heldBy": "agent/a"}
    path = written(tmp_path, TYPED, {**wrong, "hasValidity": lasting})
    del wrong["name"]
    assert "AwardedLabel-hasValidity-class" in run(tmp_path, "validate", str(path)).output
    # and do not stand in the way of what is published
    assert run(tmp_path, "build").exit_code == 0
    path = written(tmp_path, TYPED, {**PROPOSED, "nmae": "P"})
    assert "unknown-key" in run(tmp_path, "validate", str(path)).output


def test_facts_cannot_rest_on_proposals(tmp_path: Path, profile: Profile, id_base: str) -> None:
    member = {"id": "agent/a", "memberOf": "agent/p"}
    path = written(tmp_path, TYPED, PROPOSED, member)
    assert "dangling-id" in run(tmp_path, "convert", str(path)).output
    assert "dangling-id" in run(tmp_path, "build").output
    # proposals may rest on each other, and on facts
    other = {"id": "agent/p", "memberOf": ["agent/a", "agent/q"], "proposedBy": "rules"}
    path = written(tmp_path, TYPED, PROPOSED, other, {**PROPOSED, "id": "agent/q", "name": "Q"})
    assert run(tmp_path, "build").exit_code == 0
    assert "dangling-id" not in run(tmp_path, "validate", str(path)).output
    found = read_facts(path, profile, id_base=id_base)
    assert [it.body["id"] for it in found.facts] == ["agent/a"]
    assert [it.body["id"] for it in found.with_proposals().facts] == ["agent/a", "agent/p", "agent/p", "agent/q"]


@pytest.mark.parametrize("form", ["yaml", "jsonl", "csv"])
def test_rewriting_keeps_proposals(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, PROPOSED, TYPED, REVIEWED | {"id": "agent/q"})
    target = tmp_path / f"again.{form}"
    assert run(tmp_path, "facts", "convert", str(path), "-o", str(target)).exit_code == 0
    back = run(tmp_path, "facts", "convert", str(target), "-f", "yaml")
    facts = yaml.safe_load(back.stdout)["facts"]
    assert [(it["id"], it.get("proposedBy"), it.get("reviewedBy")) for it in facts] == [
        ("agent/p", "rules", None),
        ("agent/a", None, None),
        ("agent/q", "rules", "agent/a"),
    ]


TEXT = "Aurora is the network.\nBorealis has joined it, and so has Corona.\n"
DRAFT = """\
# a draft
source: { id: document/d, type: NewsArticle, headline: { en: N }, datePublished: 2026-01-15, file: t.txt }
facts:
  - { id: agent/a, type: Organization, name: Aurora, evidence: Aurora }   # typed
  - id: agent/b
    type: Organization
    name: Borealis   # the name
    evidence: Borealis has joined it
    proposedBy: rules
  - { id: agent/c, type: Organization, name: Corona, proposedBy: rules, evidence: so has Corona }
  - id: agent/d
    type: Organization
    name: Drift
    proposedBy: rules
"""


def reviewed(folder: Path, answers: str, by: str = "agent/a") -> tuple[Result, str]:
    """Review the draft with answers; return what was said, and the file."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "t.txt").write_text(TEXT, encoding="utf-8")
    path = folder / "data" / "a.yaml"
    if not path.exists():
        path.write_text(DRAFT, encoding="utf-8")
    result = CliRunner().invoke(
        main, ["--project", str(folder), "review", str(path), "--by", by], input="\n".join(answers) + "\n"
    )
    return result, path.read_text(encoding="utf-8")


def test_a_review_shows_words_and_writes_each_answer(tmp_path: Path) -> None:
    result, text = reviewed(tmp_path, "kds")
    assert result.exit_code == 0, result.output
    assert "line 2 │ Aurora is the network. »Borealis has joined it«, and so has Corona." in result.output
    assert "name: Borealis" in result.output
    assert "1 proposal is left" in result.output
    facts = yaml.safe_load(text)["facts"]
    assert [it["id"] for it in facts] == ["agent/a", "agent/b", "agent/d"]
    assert facts[1]["reviewedBy"] == "agent/a"
    assert facts[1]["reviewedOn"] is not None
    assert "reviewedBy" not in facts[2]
    refused = {"id": "agent/c", "type": "Organization", "name": "Corona", "evidence": "so has Corona"}
    assert yaml.safe_load(text)["source"]["rejected"] == [refused]
    # nothing else moves
    assert text.startswith("# a draft\nsource: {")
    assert "name: Borealis   # the name" in text
    published = converted(tmp_path, tmp_path / "data" / "a.yaml")
    assert ['"Aurora"' in published, '"Borealis"' in published, '"Drift"' in published] == [True, True, False]
    # who comes back goes on where it was
    again, text = reviewed(tmp_path, "k")
    assert "Borealis" not in again.output
    assert "all is reviewed" in again.output
    assert all("reviewedBy" in it for it in yaml.safe_load(text)["facts"][1:])


def test_a_review_that_ends_early_keeps_what_was_decided(tmp_path: Path) -> None:
    result, text = reviewed(tmp_path, "kq")
    assert result.exit_code == 0
    assert "2 proposals are left" in result.output
    assert text.count("reviewedBy") == 1


def test_a_review_needs_an_id_and_a_file_without_mistakes(tmp_path: Path) -> None:
    result, text = reviewed(tmp_path, "k", by="Ida Lindqvist")
    assert result.exit_code == 2
    assert "is not an id" in result.output
    assert text == DRAFT
    (tmp_path / "data" / "a.yaml").write_text(DRAFT.replace("so has Corona", "so has Karona"), encoding="utf-8")
    result, text = reviewed(tmp_path, "k")
    assert result.exit_code == 1
    assert "does not say" in result.output
    assert "reviewedBy" not in text


def test_what_a_review_refused_or_passed_over_is_kept_in_the_source_and_is_no_fact(
    tmp_path: Path, profile: Profile
) -> None:
    def read(text: str) -> FactsFile:
        return read_facts_bytes(
            text.encode(), profile, id_base="https://data.example.org/id/", name="a.yaml", folder=tmp_path
        )

    (tmp_path / "t.txt").write_text("Aurora has moved. Nothing else.", encoding="utf-8")
    refused = {"id": "agent/p", "type": "Nonsense", "name": "Not so", "evidence": [0, 6]}
    source = {"file": "t.txt", "checked": [[18, 31]], "rejected": [refused]}
    text = yaml.safe_dump({"source": {**SOURCE, **source}, "facts": [TYPED]})
    found = read(text)
    assert found.problems == ()
    assert found.source is not None
    assert found.source.checked == ((18, 31),)
    assert [it["name"] for it in found.source.rejected] == ["Not so"]
    (tmp_path / "data").mkdir()
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert "Not so" not in converted(tmp_path, path)
    again = run(tmp_path, "facts", "convert", str(path), "-f", "yaml").stdout
    assert yaml.safe_load(again)["source"]["rejected"][0]["type"] == "Nonsense"
    assert yaml.safe_load(again)["source"]["checked"] == [[18, 31]]
    for wrong in ({"rejected": "agent/p"}, {"rejected": ["agent/p"]}, {"checked": "Moon"}, {"checked": [[9, 2]]}):
        wrong_source = {**SOURCE, "file": "t.txt", **wrong}
        (problem,) = read(yaml.safe_dump({"source": wrong_source, "facts": [TYPED]})).problems
        assert problem.rule in {"bad-rejected", "evidence-absent", "bad-evidence"}
