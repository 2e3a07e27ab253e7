"""Editing by calls: what each save writes, what it refuses, what two hands make of one file, and what is never lost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from click.testing import CliRunner
from tests.small_profile import write_small_profile

import pressgraph
from pressgraph.cli import main
from pressgraph.edit import Change, ConflictError, RefusedFactError, checking
from pressgraph.edit.changes import paired
from pressgraph.edit.forms import Forms
from pressgraph.edit.kinds import kinds_for
from pressgraph.edit.known import stamp_of
from pressgraph.edit.marks import marked
from pressgraph.edit.showing import Showing
from pressgraph.edit.values import read, shown
from pressgraph.edit.web.answers import Asked
from pressgraph.edit.web.desk import Desk
from pressgraph.edit.web.views import Views
from pressgraph.errors import DataError
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.query.saved import load_saved_queries
from pressgraph.server.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.edit import OpenSource, Saved, SourceEditor
    from pressgraph.edit.forms import NodeForm
    from pressgraph.profile import Profile

TEXT = (
    "Kiel, 15 January 2026\r\n\r\n"
    "Küstenlicht e. V. holds the Gold Label. It is valid from 1 January 2026. "
    "“It shows what we can do,” said Ida Lindqvist. 🧬 We will go on.\r\n\r\n"
    "Press contact: Maike Hinrichs.\r\n"
)
RELEASE = """\
# Küstenlicht, checked by Mira
source:
  id: document/kuestenlicht-gold   # the release
  type: NewsArticle
  headline: { en: Gold Label }
  datePublished: 2026-01-15
  inLanguage: en
  file: gold.txt
facts:
- id: agent/kuestenlicht
  type: ClusterOrganisation
  name: 'Küstenlicht'   # short
  evidence: Küstenlicht e. V.

- { id: label/gold,   type: AwardedLabel, heldBy: agent/kuestenlicht, level: gold,  evidence: Gold Label }
- id: agent/ida
  type: Person
  name: Ida Lindqvist
  proposedBy: rules
  evidence: Ida Lindqvist
- id: agent/kuestenlicht
  contactPoint: { id: thing/press, type: ContactPoint, name: Maike Hinrichs }
  personal: true
  evidence: Maike Hinrichs
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gold.txt").write_bytes(TEXT.encode())
    (tmp_path / "data" / "gold.yaml").write_text(RELEASE, encoding="utf-8")
    return tmp_path


def editor(folder: Path) -> SourceEditor:
    return pressgraph.open(folder).edit(folder / "data" / "gold.yaml")


def written(folder: Path) -> str:
    return (folder / "data" / "gold.yaml").read_text(encoding="utf-8")


def test_a_file_opens_with_what_is_to_be_done_about_each_passage(folder: Path) -> None:
    opened = editor(folder).open()
    assert opened.title == "Gold Label"
    assert [it.index for it in opened.to_review] == [2]
    assert [it.index for it in opened.personal] == [3]
    assert [it.id for it in opened.at((26, 34))] == ["agent/kuestenlicht"]
    assert opened.text is not None
    pieces = [it for paragraph in marked(opened) for sentence in paragraph for it in sentence.pieces]
    assert {opened.text.slice((it.start, it.end)) for it in pieces if it.to_review} == {"Ida Lindqvist"}
    assert {opened.text.slice((it.start, it.end)) for it in pieces if it.personal} == {"Maike Hinrichs"}
    assert [len(it) for it in marked(opened)] == [1, 4, 1]


def test_each_save_is_in_the_file_and_nothing_else_changes(folder: Path) -> None:
    it = editor(folder)
    said = {"id": "membership/ida", "type": "Membership", "member": "agent/ida", "organization": "agent/kuestenlicht"}
    # a proposal that nobody has reviewed is there to be linked to, once it is right
    saved = it.right(2, "agent/kuestenlicht")
    assert "  evidence: Ida Lindqvist\n  reviewedBy: agent/kuestenlicht\n  reviewedOn: 20" in written(folder)
    assert not saved.source.to_review
    saved = it.say({**said, "evidence": it.evidence((0, 4), saved.source)}, base=saved.source.sha256)
    assert saved.index == 4
    assert written(folder).endswith("  organization: agent/kuestenlicht\n  evidence: Kiel\n")
    fact = dict(saved.source.facts[0].said)
    saved = it.change(0, {**fact, "name": "Küstenlicht Nord", "legalForm": "registered-association"})
    assert "  name: 'Küstenlicht Nord'   # short\n  evidence: Küstenlicht e. V.\n  legalForm: reg" in written(folder)
    it.remove(4)
    assert "membership/ida" not in written(folder)
    for _ in range(4):
        it.undo()
    assert written(folder) == RELEASE
    with pytest.raises(DataError, match="nothing to undo"):
        it.undo()
    it.redo()
    (folder / "data" / "gold.yaml").write_text(written(folder) + "# more\n", encoding="utf-8")
    for step in (it.undo, it.redo):
        with pytest.raises(DataError, match="changed since"):
            step()


def test_a_right_fact_about_what_is_only_proposed_says_so(folder: Path) -> None:
    it = editor(folder)
    saved = it.say({"id": "agent/kuestenlicht", "founder": "agent/ida"})
    assert [str(trouble.message) for trouble in saved.source.facts[4].troubles] == [
        "only a proposal describes 'agent/ida'"
    ]
    assert [fact.index for fact in saved.source.wrong] == [4]
    assert not it.right(2, "agent/kuestenlicht").source.wrong


def test_what_is_not_so_and_what_is_nothing_stays_in_the_source(folder: Path) -> None:
    it = editor(folder)
    saved = it.not_so(2)
    source = yaml.safe_load(written(folder))["source"]
    assert source["rejected"] == [
        {"id": "agent/ida", "type": "Person", "name": "Ida Lindqvist", "evidence": "Ida Lindqvist"}
    ]
    assert len(saved.source.facts) == 3
    saved = it.nothing((0, 4))
    saved = it.nothing((23, 30))
    assert saved.source.checked == ((0, 4), (23, 30))
    assert not saved.source.wrong
    assert written(folder).startswith(
        "# Küstenlicht, checked by Mira\nsource:\n  id: document/kuestenlicht-gold   # the"
    )
    with pytest.raises(DataError, match="not in the text"):
        it.nothing((0, 10_000))


@pytest.mark.parametrize(
    ("said", "key", "message"),
    [
        ({"id": "label/x", "type": "AwardedLabel"}, "heldBy", "needs a holder"),
        ({"id": "label/x", "type": "AwardedLabel", "heldBy": "agent/nobody"}, "heldBy", "no fact describes"),
        ({"id": "agent/kuestenlicht", "foundingDate": "yesterday"}, "foundingDate", "yesterday"),
        ({"id": "no id", "type": "Person", "name": "X"}, "id", "is not an id"),
        ({"id": "agent/kuestenlicht", "motto": "X"}, "motto", "motto"),
        ({"id": "agent/maike", "type": "ContactPoint", "email": "m@k.example"}, "type", "personal"),
    ],
)
def test_what_would_be_wrong_is_refused_in_the_words_of_validate(
    folder: Path, said: dict[str, Any], key: str, message: str
) -> None:
    with pytest.raises(RefusedFactError) as refused:
        editor(folder).say(said)
    assert written(folder) == RELEASE
    assert message in refused.value.troubles[0].message
    assert refused.value.troubles[0].key == key


def test_a_period_that_ends_before_it_begins_is_refused_and_an_old_problem_stops_nobody(folder: Path) -> None:
    it = editor(folder)
    period = {"type": "ValidityPeriod", "basis": "stated", "validFrom": "2026-01-01", "validUntil": "2025-01-01"}
    with pytest.raises(RefusedFactError, match="before it ends") as refused:
        it.say({"id": "label/gold", "hasValidity": period})
    assert refused.value.troubles[0].key == "hasValidity"
    broken = RELEASE.replace("level: gold", "level: golden")
    (folder / "data" / "gold.yaml").write_text(broken, encoding="utf-8")
    opened = it.open()
    assert [(fact.index, fact.troubles[0].key) for fact in opened.wrong] == [(1, "level")]
    it.say({"id": "agent/kuestenlicht", "legalForm": "registered-association"})
    saved = it.change(1, {**opened.facts[1].said, "level": "gold"})
    assert not saved.source.wrong


def test_of_a_large_file_what_a_save_does_not_reach_stays_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_MOST_WHOLE", 3)
    path = folder / "data" / "gold.yaml"
    broken = """\
- id: agent/nordlicht
  type: Organization
  name: Nordlicht
- id: label/alt
  type: AwardedLabel
  heldBy: agent/nordlicht
  level: silver
  hasValidity:
    - { type: ValidityPeriod, basis: stated, validFrom: 2026-01-01, validUntil: 2025-01-01 }
"""
    path.write_text(RELEASE + broken, encoding="utf-8")
    it = editor(folder)

    def wrong(opened: OpenSource) -> list[tuple[int, str, str]]:
        return [(fact.index, one.key, str(one.message)) for fact in opened.facts for one in fact.troubles]

    opened = it.open()
    assert [one[:2] for one in wrong(opened) if "before it ends" in one[2]] == [(5, "hasValidity")]
    saves: tuple[Callable[[], Saved], ...] = (
        lambda: it.change(0, {**it.open().facts[0].said, "legalForm": "registered-association"}),
        lambda: it.remove(3),
        lambda: it.say({"id": "agent/x", "type": "Person", "name": "X"}),
    )
    for number, save in enumerate(saves):
        saved = save()
        now = wrong(saved.source)
        assert now == wrong(editor(folder).open()), number
        assert len([one for one in now if "before it ends" in one[2]]) == 1
    label = next(fact for fact in it.open().facts if fact.id == "label/alt")
    period = {"type": "ValidityPeriod", "basis": "stated", "validFrom": "2026-01-01", "validUntil": "2027-01-01"}
    saved = it.change(label.index, {**label.said, "hasValidity": [period]})
    assert not [one for one in wrong(saved.source) if "before it ends" in one[2]]


def test_a_large_file_is_shown_before_shapes_and_checks_are_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_MOST_WHOLE", 3)
    begun: list[Callable[[], None]] = []

    class Later:
        """A thread that runs when it is told to."""

        def __init__(self, target: Callable[[], None], *, daemon: bool) -> None:
            assert daemon
            self.start = lambda: begun.append(target)

    monkeypatch.setattr(checking, "Thread", Later)
    path = folder / "data" / "gold.yaml"
    period = "hasValidity: [{ type: ValidityPeriod, basis: stated, validFrom: 2026-01-01, validUntil: 2025-01-01 }]"
    path.write_text(f"{RELEASE}- id: label/gold\n  {period}\n", encoding="utf-8")
    it = editor(folder)
    opened = it.open(wait=False)
    assert (opened.unasked, len(opened.facts), opened.wrong) == (True, 5, ())
    # who asks again begins nothing more, and a save is checked all the same
    assert it.open(wait=False).unasked
    with pytest.raises(RefusedFactError):
        it.say({"id": "label/x", "type": "AwardedLabel", "level": "gold"})
    views = Views(Desk(root=folder, session=it.session))
    asked = Asked(query={"name": "data/gold.yaml"})
    assert 'id="unasked"' in views.file(asked).html
    assert views.checked(asked).data["asking"]
    (ask,) = begun
    ask()
    opened = it.open(wait=False)
    assert not opened.unasked
    assert [(fact.index, one.key) for fact in opened.wrong for one in fact.troubles] == [(4, "hasValidity")]
    assert 'id="unasked"' not in views.file(asked).html
    told = "Shapes and checks have been asked: 1 fact has a problem."
    assert views.checked(asked).data == {"asking": False, "told": told, "wrong": 1}
    # what cannot be asked is told
    monkeypatch.setattr(checking, "check_files", lambda *_, **__: (_ for _ in ()).throw(OSError("gone")))
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert it.open(wait=False).unasked
    begun[1]()
    assert [one.message for one in it.open(wait=False).troubles] == ["gone"]


def test_two_editors_put_together_what_only_one_changed(folder: Path) -> None:
    mine, theirs = editor(folder), editor(folder)
    base = mine.open().sha256
    name = dict(theirs.open().facts[0].said)
    theirs.change(0, {**name, "name": "Küste"})
    theirs.say({"id": "agent/kuestenlicht", "legalForm": "registered-association"})
    theirs.remove(3)
    saved = mine.change(1, {**mine.opened_at(base).facts[1].said, "level": "silver"}, base=base)
    assert saved.joined
    facts = yaml.safe_load(written(folder))["facts"]
    assert [it.get("name", it.get("level")) for it in facts] == ["Küste", "silver", "Ida Lindqvist", None]


def test_a_fact_that_both_changed_is_decided_by_its_author(folder: Path) -> None:
    mine, theirs = editor(folder), editor(folder)

    def clash() -> ConflictError:
        (folder / "data" / "gold.yaml").write_text(RELEASE, encoding="utf-8")
        base = mine.open().sha256
        said = dict(theirs.open().facts[0].said)
        theirs.change(0, {**said, "name": "Ihres"})
        before = written(folder)
        with pytest.raises(ConflictError) as conflict:
            mine.change(0, {**said, "name": "Meines"}, base=base)
        assert written(folder) == before
        return conflict.value

    error = clash()
    assert (error.before["name"], error.theirs["name"], error.mine["name"]) == ("Küstenlicht", "Ihres", "Meines")
    assert error.both is None
    kept = mine.resolve(error, "later")
    assert isinstance(kept, Path)
    assert kept.name == ".gold.yaml.mine"
    assert yaml.safe_load(kept.read_text(encoding="utf-8"))["facts"][0]["name"] == "Meines"
    assert "'Ihres'" in written(folder)
    assert mine.resolve(clash(), "later") == kept.with_name(".gold.yaml.2.mine")
    assert pressgraph.open(folder).project.facts_names() == ["data/gold.yaml"]
    mine.resolve(clash(), "theirs")
    assert "'Ihres'" in written(folder)
    mine.resolve(clash(), "mine")
    assert "'Meines'" in written(folder)
    # changes of different keys fit together
    base = mine.open().sha256
    said = dict(theirs.open().facts[0].said)
    theirs.change(0, {**said, "name": "Ihres"})
    with pytest.raises(ConflictError) as conflict:
        mine.change(0, {**said, "legalForm": "registered-association"}, base=base)
    mine.resolve(conflict.value, "both")
    assert yaml.safe_load(written(folder))["facts"][0] == {
        "id": "agent/kuestenlicht",
        "type": "ClusterOrganisation",
        "name": "Ihres",
        "evidence": "Küstenlicht e. V.",
        "legalForm": "registered-association",
    }


def test_a_fact_that_is_gone_can_be_said_again(folder: Path) -> None:
    mine, theirs = editor(folder), editor(folder)
    opened = mine.open()
    theirs.remove(2)
    with pytest.raises(ConflictError) as conflict:
        mine.change(2, {**opened.facts[2].said, "name": "Ida Maria Lindqvist"}, base=opened.sha256)
    assert conflict.value.theirs is None
    mine.resolve(conflict.value, "mine")
    assert yaml.safe_load(written(folder))["facts"][-1]["name"] == "Ida Maria Lindqvist"


def test_git_checkout_beside_the_editor_loses_nothing(folder: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Mira", "-c", "user.email=mira@kuestenlicht.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "One")
    git("checkout", "-q", "-b", "other")
    it = editor(folder)
    opened = it.open()
    changed = it.change(0, {**opened.facts[0].said, "name": "Anders"})
    git("commit", "-qam", "Two")
    git("checkout", "-q", "main")
    # another fact than that which the branches differ in
    saved = it.change(1, {**changed.source.facts[1].said, "level": "silver"}, base=changed.source.sha256)
    assert saved.joined
    assert "'Küstenlicht'" in written(folder)
    assert "level: silver" in written(folder)
    with pytest.raises(ConflictError) as conflict:
        it.change(0, {**changed.source.facts[0].said, "name": "Noch anders"}, base=changed.source.sha256)
    assert conflict.value.theirs["name"] == "Küstenlicht"
    git("checkout", "-qf", "other")
    with pytest.raises(DataError, match="changed since"):
        it.undo()
    (folder / "data" / "gold.yaml").unlink()
    with pytest.raises(DataError, match="not there any more"):
        it.change(0, opened.facts[0].said)


def test_a_text_that_changed_says_which_facts_it_no_longer_bears(folder: Path) -> None:
    import hashlib

    path = folder / "data" / "gold.yaml"
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    at = TEXT.index("Küstenlicht e. V.")
    text = RELEASE.replace("  file: gold.txt\n", f"  file: gold.txt\n  sha256: {digest}\n")
    text = text.replace("evidence: Küstenlicht e. V.", f"evidence: [{at}, {at + 17}]")
    path.write_text(text, encoding="utf-8")
    it = editor(folder)
    assert not it.open().text_changed
    (folder / "data" / "gold.txt").write_text("Nothing of it. The Gold Label. Ida Lindqvist.", encoding="utf-8")
    opened = it.open()
    assert opened.text_changed
    assert [fact.index for fact in opened.facts if fact.misses] == [0, 3]
    assert [fact.index for fact in opened.wrong] == [0, 3]


def test_a_file_that_is_no_yaml_a_table_and_an_empty_list_are_opened(folder: Path) -> None:
    path = folder / "data" / "gold.yaml"
    it = editor(folder)
    for text in ("facts: [", "just words", ""):
        path.write_text(text, encoding="utf-8")
        assert not it.open().editable
        with pytest.raises(DataError):
            it.say({"id": "agent/x", "type": "Person", "name": "X"})
        assert written(folder) == text
    path.write_text(RELEASE[: RELEASE.index("facts:")] + "facts: []  # none yet\n", encoding="utf-8")
    it.say({"id": "agent/x", "type": "Person", "name": "X: Y"})
    assert written(folder).endswith('facts:  # none yet\n  - id: agent/x\n    type: Person\n    name: "X: Y"\n')
    (folder / "data" / "a.csv").write_text("source,id\n", encoding="utf-8")
    table = pressgraph.open(folder).edit(folder / "data" / "a.csv").open()
    assert "tables" in table.refusal


def test_anchors_and_aliases_stay_and_are_not_touched(folder: Path) -> None:
    text = RELEASE.replace("level: gold", "level: &it gold").replace("name: Ida Lindqvist", "name: Ida Lindqvist # &it")
    (folder / "data" / "gold.yaml").write_text(text, encoding="utf-8")
    it = editor(folder)
    fact = it.open().facts[1]
    with pytest.raises(DataError, match="an anchor, an alias or a tag"):
        it.change(1, {**fact.said, "level": "silver"})
    assert written(folder) == text
    it.say({"id": "agent/kuestenlicht", "legalForm": "registered-association"})
    assert written(folder).startswith(text)


def test_what_cannot_be_written_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = editor(folder)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as refused:
        it.say({"id": "agent/x", "type": "Person", "name": "X"})
    assert refused.value.filename == str(folder / "data" / "gold.yaml")
    assert written(folder) == RELEASE
    assert sorted(it.name for it in (folder / "data").iterdir()) == ["gold.txt", "gold.yaml"]
    assert not it.can_undo


def test_pages_speak_german_and_show_problems_beside_their_fields(folder: Path) -> None:
    workspace = pressgraph.open(folder)
    views = Views(Desk(root=folder, language="de", session=workspace.editing))
    page = views.file(Asked(query={"name": "data/gold.yaml", "at": "23-40"})).html
    assert "Was sagt diese Stelle?" in page
    assert "Jemand leitet etwas oder gehört dazu" in page
    # the words are framed without scripts too, within a sentence and over the pieces that facts make of it
    framed = re.findall(
        r'<span class="chosen">(.*?)</span></a>',
        views.file(Asked(query={"name": "data/gold.yaml", "at": "43-64"})).html,
    )
    assert [re.sub("<[^>]+>", "", it) for it in framed] == [TEXT[43:64]]
    # what most facts are about may be meant everywhere
    assert page.count("Anderes über Küstenlicht") == 1
    sent = {"name": "data/gold.yaml", "kind": "Membership", "k.member.0": "Niemand", "k.organization.0": "Küstenlicht"}
    answer = views.save(Asked(fields=sent))
    assert answer.status == 422
    assert "Nicht gesichert: 1 Problem" in answer.html
    field = re.search(r'<p class="wrong" id="(e1-k.member.0)">([^<]+)</p>', answer.html)
    assert field is not None
    assert field[2] == "hier heißt nichts so"
    assert f'aria-describedby="{field[1]} ' in answer.html
    assert "neu: Person" in answer.html
    answer = views.save(Asked(fields={**sent, "offer": "new.k.member.0=Person", "do": "save"}))
    assert "done=saved" in answer.location
    assert "member: { id: agent/niemand, type: Person, name: Niemand }" in written(folder)
    # what a proposal took somebody for is changed in its form, and behind the last one is said that it was
    it = editor(folder)
    sent = {"name": "data/gold.yaml", "base": it.open().sha256, "index": "2", "class": "Organization"}
    assert "&show=" not in views.save(Asked(fields=sent)).location
    assert it.open(checked=False).facts[2].types == ("Organization",)
    review = {"name": "data/gold.yaml", "base": it.open().sha256, "index": "2", "do": "not_so"}
    assert "show=todo" in views.review(Asked(fields=review)).location
    assert "Es ist nichts mehr zu prüfen." in views.file(Asked(query={"name": "data/gold.yaml", "show": "todo"})).html


def test_a_class_of_the_project_is_offered_by_its_own_sentence_clue_and_place(folder: Path) -> None:
    (folder / "pressgraph.toml").write_text('[project]\nbase = "https://example.org/"\n', encoding="utf-8")
    (folder / "shapes").mkdir()
    (folder / "shapes" / "prizes.ttl").write_text(
        """\
@prefix ex: <https://example.org/terms#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pg: <https://w3id.org/pressgraph/profile#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
ex:Prize a owl:Class ; rdfs:label "prize"@en , "Preis"@de ; sh:order 0 ; pg:icon "no-such-icon" ;
    pg:saying "A prize is won"@en , "Ein Preis wird gewonnen"@de ; pg:clue "gewinn" , "würdig" .
ex:PrizeShape a sh:NodeShape ; sh:targetClass ex:Prize ;
    sh:property [ sh:path schema:name ; sh:nodeKind sh:Literal ] .
""",
        encoding="utf-8",
    )
    workspace = pressgraph.open(folder)

    def offered(words: str, language: str = "en") -> list[tuple[str, str, str]]:
        offers = kinds_for(words, workspace.profile, workspace.editing.known, language)
        return [(it.title, it.detail, it.icon) for it in offers]

    assert offered("Gewinnerin")[0] == ("A prize is won", "prize", "graph")
    assert offered("Würdigung", "de")[0] == ("Ein Preis wird gewonnen", "Preis", "graph")
    # where nothing makes one kind likelier, and files use neither, the order of the profile decides
    order = [it for it, _, _ in offered("xyz")]
    assert order.index("A prize is won") < order.index("Somebody leads or belongs to something")
    assert offered("Tagung")[0][0] == "Something takes place"
    # a number makes a figure likelier
    plain, counted = (
        [it.class_ for it in kinds_for(words, workspace.profile, workspace.editing.known, "en")].index("Figure")
        for words in ("xyz", "xyz 12")
    )
    assert counted < plain


def test_a_preview_writes_nothing(folder: Path) -> None:
    it = editor(folder)
    fact = it.open().facts[1]
    assert it.preview(Change(index=1, said={**fact.said, "level": "silver"})) == (
        "- { id: label/gold,   type: AwardedLabel, heldBy: agent/kuestenlicht, level: silver,  evidence: Gold Label }"
    )
    assert written(folder) == RELEASE


def test_what_is_said_of_the_release_is_changed_in_a_form_too(folder: Path) -> None:
    views = Views(Desk(root=folder, session=pressgraph.open(folder).editing))
    name = {"name": "data/gold.yaml"}
    page = views.release(Asked(query=name)).html
    assert "About this release" in views.file(Asked(query=name)).html
    sent = dict(re.findall(r'name="((?:lang\.)?k\.[^"]+)" value="([^"]*)"', page))
    base = re.search(r'name="base" value="(\w+)"', page)
    assert base is not None
    sent |= {**name, "base": base[1], "k.headline.0": "Gold Label"}
    assert "\nGold Label</textarea>" in page
    assert sent["k.datePublished.0"] == "15 January 2026"
    assert views.save_release(Asked(fields=sent)).location
    assert written(folder) == RELEASE
    sent |= {"k.headline.0": "Gold", "k.datePublished.0": "16 January 2026", "k.sourceOrganization.0": "Küstenlicht"}
    wrong = views.save_release(Asked(fields={**sent, "k.datePublished.0": "soon"}))
    assert wrong.status == 422
    assert '<p class="wrong" id="e1-k.datePublished.0">' in wrong.html
    assert written(folder) == RELEASE
    assert views.save_release(Asked(fields={**sent, "publishText": "1"})).location
    block = RELEASE.replace("{ en: Gold Label }", "{ en: Gold }").replace("2026-01-15", "2026-01-16")
    added = "  file: gold.txt\n  sourceOrganization: agent/kuestenlicht\n  publishText: true\n"
    assert written(folder) == block.replace("  file: gold.txt\n", added)
    # another program has changed the same key since the form was drawn
    again = views.save_release(Asked(fields={**sent, "k.headline.0": "Silver"}))
    assert again.status == 409
    assert "headline" in again.html
    assert "Silver" in again.html


def test_what_a_form_would_write_is_told_while_it_is_typed(folder: Path) -> None:
    views = Views(Desk(root=folder, session=pressgraph.open(folder).editing))
    sent = {"name": "data/gold.yaml", "kind": "Person", "k.name.0": "Merle: O", "words": "Kiel"}
    lines = '- id: agent/merle-o\n  type: Person\n  name: "Merle: O"\n  evidence: Kiel'
    assert views.preview(Asked(fields=sent)).data == {"written": lines}
    assert views.preview(Asked(fields={**sent, "words": "not there"})).data == {"written": ""}
    assert written(folder) == RELEASE
    assert views.save(Asked(fields=sent)).location
    assert written(folder) == f"{RELEASE}{lines}\n"


def test_a_model_drafts_in_the_browser_where_its_user_has_set_one_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "data" / "gold.yaml"
    empty = RELEASE.partition("facts:")[0] + "facts: []\n"
    path.write_text(empty, encoding="utf-8")
    workspace = pressgraph.open(folder)
    views = Views(Desk(root=folder, session=workspace.editing, draft=workspace.draft_into, models=workspace.models_for))
    file = {"name": "data/gold.yaml"}
    settings = folder / "settings.toml"
    monkeypatch.setenv("PRESSGRAPH_CONFIG", str(settings))
    # nobody is asked that was not set up
    assert views.file(Asked(query=file)).html.count('action="/draft"') == 1
    assert "no model is called" in views.draft(Asked(fields={**file, "propose": "local"})).html
    settings.write_text("[models.local]\n", encoding="utf-8")
    page = views.file(Asked(query=file)).html
    assert "needs either" in page
    assert page.count('action="/draft"') == 1
    answer = folder / "answer.py"
    settings.write_text(f"[models.local]\ncommand = {[sys.executable, str(answer)]}\n", encoding="utf-8")
    page = views.file(Asked(query=file)).html
    # what leaves the house is said before, and whom to contact does not
    told = re.search(r"<b>sends ([\d,]+) characters to [^;]+; ([\d,]+) characters of contacts are cut</b>", page)
    assert told is not None
    assert int(told[1]) + int(told[2]) == len(TEXT)
    assert '<input type="hidden" name="propose" value="local">' in page
    answer.write_text("import sys\nsys.exit('out of memory')\n", encoding="utf-8")
    failed = views.draft(Asked(fields={**file, "propose": "local"}))
    assert (failed.status, written(folder)) == (409, empty)
    assert "ended with status 1: out of memory" in failed.html
    said = {
        "things": [
            {"ref": "c", "type": "ClusterOrganisation", "name": "Küstenlicht e. V.", "quote": "Küstenlicht e. V."}
        ],
        "statements": [{"about": "c", "key": "legalName", "value": "Küstenlicht e. V.", "quote": "Küstenlicht e. V."}],
    }
    answer.write_text("print('{}')\n", encoding="utf-8")
    nothing = views.draft(Asked(fields={**file, "propose": "local"}))
    assert "The draft found nothing in this text" in nothing.html
    answer.write_text(
        f"import json, sys\nsent = json.load(sys.stdin)['messages'][1]['content']\n"
        f"assert 'Gold Label' in sent\nprint({json.dumps(said)!r})\n",
        encoding="utf-8",
    )
    done = views.draft(Asked(fields={**file, "propose": "local"}))
    assert done.location.endswith("show=todo")
    assert "proposedBy: local" in written(folder)
    assert editor(folder).open().to_review


def test_pages_count_what_somebody_reviewed_whose_name_is_withheld(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSGRAPH_CONFIG", str(folder / "settings.toml"))
    workspace = pressgraph.open(folder)
    it = workspace.edit(folder / "data" / "gold.yaml")
    it.right(2, workspace.name_reviewer("Mira Wendt"))
    workspace.build()
    home, release, people = shown_pages(folder, "/", "/doc/document/kuestenlicht-gold", "/people")
    assert "1 of them reviewed" in home
    assert re.search(r">1(\s*<[^>]*>\s*)+reviewed", release)
    assert not [page for page in (home, release, people) if "mira-wendt" in page or "Mira Wendt" in page]


def shown_pages(folder: Path, *addresses: str) -> list[str]:
    """Return pages of what was built, as a server in this process draws them."""
    opened = open_project(folder)
    app = App(opened, load_profile(opened), load_saved_queries(opened))

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client,
        ):
            return [await client.get(it, headers={"accept": "text/html"}) for it in addresses]

    answers = asyncio.run(ask())
    assert [it.status_code for it in answers] == [200] * len(addresses)
    return [it.text for it in answers]


def test_a_review_in_the_terminal_and_one_in_the_browser_write_the_same(folder: Path) -> None:
    proposals = """\
- id: agent/kuestenlicht
  foundingDate: 2016-04-01
  proposedBy: rules
  status: normalised
  evidence: Kiel
- id: agent/kuestenlicht
  legalForm: 'registered-association'
  proposedBy: rules
  evidence: e. V.
"""
    path = folder / "data" / "gold.yaml"
    whole = RELEASE + proposals
    path.write_text(whole, encoding="utf-8")
    call = ["--project", str(folder), "review", str(path), "--by", "agent/kuestenlicht"]
    done = CliRunner().invoke(main, call, input="k\nd\nn\n")
    assert done.exit_code == 0, done.output
    assert "all is reviewed" in done.output
    in_terminal = path.read_bytes()
    path.write_text(whole, encoding="utf-8")
    workspace = pressgraph.open(folder)
    views = Views(Desk(root=folder, session=workspace.editing, by="agent/kuestenlicht"))
    it = workspace.edit(path)
    for index, do in ((2, "right"), (4, "not_so"), (4, "nothing")):
        fields = {"name": it.name, "index": str(index), "do": do, "base": it.open(checked=False).sha256}
        assert views.review(Asked(fields=fields)).location
    assert path.read_bytes() == in_terminal
    source = yaml.safe_load(in_terminal)["source"]
    assert b"foundingDate: 2016-04-01" in in_terminal
    at = TEXT.index("e. V.")
    assert source["checked"] == [[at, at + 5]]
    assert [set(one) for one in source["rejected"]] == [{"id", "foundingDate", "evidence"}]
    # what another program writes between question and answer is kept
    path.write_text(whole, encoding="utf-8")
    review = workspace.review(path, "agent/kuestenlicht")
    first = review.pending()[0]
    assert first.passages == ((3, "Ida Lindqvist"),)
    before = "…e. V. holds the Gold Label. It is valid from 1 January 2026. “It shows what we can do,” said "
    assert first.around == ((before, ". 🧬 We will go on."),)
    path.write_text(whole.replace("level: gold", "level: silver"), encoding="utf-8")
    review.keep(first)
    assert "level: silver" in written(folder)
    assert "reviewedBy: agent/kuestenlicht" in written(folder)


# -- forms


def sent_of(form: NodeForm) -> dict[str, str]:
    """Return what a browser sends of a form that nobody has touched."""
    sent: dict[str, str] = {}
    for field in form.fields:
        for slot in field.slots:
            if slot.node is not None:
                sent |= sent_of(slot.node)
            else:
                sent[slot.name] = slot.text.replace("\n", "\r\n") if slot.text != "\n" else slot.text
                sent[f"lang.{slot.name}"] = slot.language
    return sent


def forms(it: SourceEditor, opened: OpenSource, language: str = "en") -> Forms:
    session = it.session
    return Forms(session.profile, session.known, session.project.id_base, language, opened.language)


def test_a_card_says_in_words_what_a_fact_says(founding_path: Path) -> None:
    session = pressgraph.open(founding_path.parents[2]).edit(founding_path).session
    showing = Showing(session.profile, session.known, "de")
    fact = {"id": "agent/ecei", "type": "Organization", "level": "gold", "validFrom": "2026-01-01", "status": "assumed"}
    assert [(it.label, it.value) for it in showing.sayings(fact)] == [
        ("Stufe", "Gold-Label"),
        ("gültig ab", "1. Januar 2026"),
    ]
    assert (showing.title(fact), showing.kind(fact)) == ("ECEI", "Organisation")
    # a file may have anything where a fact belongs
    assert [(it.label, it.value) for it in showing.sayings("odd")] == [("", "odd")]
    assert (showing.title("odd"), showing.kind("odd")) == ("", "")


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_form_that_nobody_touched_says_what_the_file_says(founding_path: Path, language: str) -> None:
    it = pressgraph.open(founding_path.parents[2]).edit(founding_path)
    opened = it.open(checked=False)
    for fact in opened.facts:
        types = fact.types or it.session.known.things[fact.id].types
        form = forms(it, opened, language).of(types, fact.said)
        said = forms(it, opened, language).read(form, sent_of(form))
        words = {"id", "type", "status", "evidence", "personal", *form.others}
        assert said == {key: value for key, value in fact.said.items() if key not in words}
    # of those whose names have what is typed, three are offered
    form = forms(it, opened, language).of(("Membership",), {})
    forms(it, opened, language).read(form, {"k.organization.0": "cluster"})
    (offers,) = (slot.offers for field in form.fields for slot in field.slots if slot.name == "k.organization.0")
    picked = [name.partition("=")[2] for name, _ in offers if name.startswith("pick.")]
    assert picked == ["agent/bmwi-cluster-excellence", "agent/ecei", "agent/esca"]


def test_a_form_asks_for_what_is_needed_first_and_reads_what_people_write(folder: Path) -> None:
    it = editor(folder)
    made = forms(it, it.open())
    form = made.of(("Membership",), {})
    # then what is usually said, as the profile has it
    asked = ["member", "organization", "role", "startDate", "endDate", "roleName"]
    assert [field.key.name for field in form.first] == asked
    assert [field.needed for field in form.first] == [True, True, False, False, False, False]
    fair = [field.key.name for field in made.of(("Fair",), {}).first]
    assert fair[:5] == ["name", "startDate", "endDate", "location", "organizer"]
    assert "Times" in [heading for heading, _ in form.groups]
    sent = {
        "k.member.0": "Merle Osterkamp",
        "new.k.member.0": "Person",
        "k.organization.0": "küstenlicht",
        "k.startDate.0": "14. Mai 2024",
        "k.role.0": "chairperson",
    }
    said = made.read(form, sent)
    assert said["member"] == {"id": "agent/merle-osterkamp", "type": "Person", "name": "Merle Osterkamp"}
    assert (said["organization"], said["startDate"]) == ("agent/kuestenlicht", "2024-05-14")
    # what stands in a thing has the class that the key asks for
    inner = made.read(made.of(("AwardedLabel",), {}), {"k.hasValidity.0.k.validFrom.0": "14. Mai 2024"})
    assert inner == {"hasValidity": {"type": "ValidityPeriod", "validFrom": "2024-05-14"}}
    form = made.of(("Membership",), {})
    made.read(form, {**sent, "new.k.member.0": "", "k.startDate.0": "1/2/2024"})
    problems = {slot.name: slot for field in form.fields for slot in field.slots if slot.problem}
    assert problems.keys() == {"k.member.0", "k.startDate.0"}
    assert ("new.k.member.0=Person", "new: person") in problems["k.member.0"].offers


@pytest.mark.parametrize(
    ("widget", "text", "value"),
    [
        ("date", "31 January 2026", "2026-01-31"),
        ("date", "31. Januar 2026", "2026-01-31"),
        ("date", "31.1.2026", "2026-01-31"),
        ("date", "May 2024", "2024-05"),
        ("date", "Mitte September 2017", "mid 2017-09"),
        ("date", "1/2/2026", None),
        ("last-day", "31 December 2028", "2029-01-01"),
        ("last-day", "2028", None),
        ("duration", "three years", "P3Y"),
        ("duration", "18 Monate", "P18M"),
        ("duration", "some time", None),
        ("quantity", "rund 350", "about 350"),
        ("quantity", "more than 180", "more than 180"),
        ("quantity", "73.000", None),
    ],
)
def test_values_are_read_as_people_write_them(profile: Profile, widget: str, text: str, value: str | None) -> None:
    found = read(widget, text, "en", profile)
    assert found.value == value
    assert bool(found.problem) == (value is None)


OFFERED: tuple[tuple[str, str, str, dict[str, str], str], ...] = (
    ("rund 73 Mitglieder", "ClusterOrganisation", "agent/kl", {"members": "rund 73"}, "normalised"),
    ("Merle Osterkamp", "Person", "", {"name": "Merle Osterkamp"}, "stated"),
    ("Merle Holm leitet seit dem 14. Mai 2024", "Membership", "", {"startDate": "14. Mai 2024"}, "stated"),
    (
        "vom 1. Januar 2026 bis 31. Dezember 2028",
        "AwardedLabel",
        "",
        {"validFrom": "1. Januar 2026", "validThrough": "31. Dezember 2028"},
        "normalised",
    ),
    ("Küstenlicht e. V. gilt", "AwardedLabel", "", {"heldBy": "Küstenlicht e. V."}, "stated"),
    ("ist Vorstandsvorsitzender", "Membership", "", {"role": "chairperson"}, "stated"),
    ("trägt das Silber-Label", "AwardedLabel", "", {"level": "silver"}, "stated"),
    # a name has six words at most
    ("Bund für Technik und neue Stoffe", "Organization", "", {"name": "Bund für Technik und neue Stoffe"}, "stated"),
    ("Kreis für Kunst und Handwerk auf Rügen", "Organization", "", {}, "stated"),
    # what is counted, and how much of it
    ("genau 12 Mitglieder", "Figure", "", {"value": "12", "measure": "members"}, "stated"),
    ("im September 2017 gegründet", "ClusterOrganisation", "agent/kl", {"foundingDate": "September 2017"}, "stated"),
    ("hat 12 Gäste", "ClusterOrganisation", "agent/kl", {}, "stated"),
    # two things may be meant: nothing is proposed
    ("löst Bronze-Label und Gold-Label ab", "AwardedLabel", "", {}, "stated"),
    ("Küstenlicht e. V. hat", "Membership", "", {}, "stated"),
    ("am 2. Mai 2024 und am 3. Juni 2024", "Membership", "", {}, "stated"),
)


def test_a_form_proposes_what_the_selected_words_give_and_nothing_else(tmp_path: Path) -> None:
    text = "\n\n".join(words for words, *_ in OFFERED)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.txt").write_text(text, encoding="utf-8")
    (tmp_path / "data" / "a.yaml").write_text(
        "source: { id: document/a, type: NewsArticle, headline: { de: A }, inLanguage: de, file: t.txt }\n"
        "facts:\n  - { id: agent/kl, type: ClusterOrganisation, name: Küstenlicht e. V. }\n",
        encoding="utf-8",
    )
    views = Views(Desk(root=tmp_path, language="de", session=pressgraph.open(tmp_path).editing))
    field = re.compile(r'<input type="text" id="k\.(\w+)\.0" name="[^"]+" value="([^"]+)"')
    term = re.compile(r'name="k\.(\w+)\.0"[^>]*>(?:<option[^>]*>[^<]*</option>)*<option value="([^"]+)" selected')
    choice = re.compile(r'type="radio" name="k\.(\w+)\.0" value="([^"]+)" checked')
    for words, kind, about, values, status in OFFERED:
        at = text.index(words)
        query = {"name": "data/a.yaml", "at": f"{at}-{at + len(words)}", "kind": kind, "about": about}
        page = views.file(Asked(query=query)).html
        given = dict((*field.findall(page), *term.findall(page), *choice.findall(page)))
        assert given == values, words
        assert re.findall(r'name="status" value="(\w+)" checked', page) == [status], words


def test_a_form_asks_for_no_key_that_is_given_up_unless_the_fact_has_it(tmp_path: Path) -> None:
    write_small_profile(tmp_path)
    given_up = "schema:alternateName <http://www.w3.org/2002/07/owl#deprecated> true .\n"
    with (tmp_path / "ontology" / "small.ttl").open("a", encoding="utf-8") as file:
        file.write(given_up)
    session = pressgraph.open(tmp_path).editing
    made = Forms(session.profile, session.known, session.project.id_base, "en")
    asked = [
        sorted(it.key.name for it in made.of(("Organization",), said).fields) for said in ({}, {"alternateName": "A"})
    ]
    assert asked == [["name"], ["alternateName", "name"]]


def test_what_became_of_a_fact_is_paired_with_it() -> None:
    first, last = {"id": "agent/a", "name": "A"}, {"id": "agent/z", "name": "Z"}
    one, other = {"id": "agent/b", "name": "B"}, {"id": "agent/b", "name": "C"}
    assert paired([first, one, last], [first, other, last]) == [(one, other)]
    assert paired([first, one, last], [first, last, other]) == [(one, None), (None, other)]
    assert paired([first], [first]) == []


def test_a_search_finds_a_dozen_things_those_that_begin_with_the_words_first(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    names = [f"Anna {letter}" for letter in "ABCDEFGHIJKLM"]
    people = "".join(f"  - {{ id: agent/p{at}, type: Person, name: {it} }}\n" for at, it in enumerate(names))
    club = "  - { id: agent/club, type: Organization, name: Club of Anna }\n"
    (tmp_path / "data" / "a.yaml").write_text(f"source: {{ id: document/a }}\nfacts:\n{club}{people}", encoding="utf-8")
    known = pressgraph.open(tmp_path).editing.known
    found = known.search("anna")
    assert len(found) == 12
    assert {it.name for it in found} < set(names)
    assert [it.name for it in known.search("club")] == ["Club of Anna"]
    assert known.search("anna m")[0].name == "Anna M"
    assert known.search("?") == []
    # a file that is gone is another one than any that is there
    assert stamp_of(tmp_path / "gone") not in {stamp_of(tmp_path), stamp_of(tmp_path / "data" / "a.yaml")}


def test_the_last_day_is_shown_for_the_first_one_after(profile: Profile) -> None:
    assert shown("last-day", "2029-01-01", "de", profile) == "31. Dezember 2028"
    assert shown("last-day", "0001-01-01", "de", profile) == "0001-01-01"
