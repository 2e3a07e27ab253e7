"""Edits of facts files that people have typed: what stays as it is, and what is refused with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pressgraph.cli.common import draw_diff
from pressgraph.errors import DataError
from pressgraph.facts.edit import Add, ChangeId, Literal, Remove, RenameKey, Replace, edit_yaml, replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.facts.edit import Edit

RELEASE = """\
# Küstenlicht, checked by Mira
source:
  id: document/kuestenlicht-silber   # the release
  type: NewsArticle
facts:
- id: agent/kuestenlicht
  name: {de: 'Küstenlicht e. V.', en: Kuestenlicht}
  # the old board
  description: |
    Zwei Zeilen
    Text

- { id: label/silber,   heldBy: agent/kuestenlicht, level: silver }
"""


def edited(*edits: Edit, text: str = RELEASE) -> str:
    return edit_yaml(text.encode(), edits, file="release.yaml").decode()


def test_a_renamed_key_leaves_value_quotes_and_comments() -> None:
    assert edited(RenameKey(("facts", 0, "name"), "legalName")) == RELEASE.replace("  name: {", "  legalName: {")
    quoted = "facts:\n- 'name' : x # y\n"
    assert (
        edited(RenameKey(("facts", 0, "name"), "alternateName"), text=quoted) == "facts:\n- 'alternateName' : x # y\n"
    )


def test_a_date_is_written_without_quotes_and_a_text_that_looks_like_one_with_them() -> None:
    dated = edited(Add(("facts", 0), Literal("2019-06-26"), "foundingDate"))
    assert "    Text\n\n  foundingDate: 2019-06-26\n- {" in dated
    assert 'motto: "2019-06-26"' in edited(Add(("facts", 0), "2019-06-26", "motto"))
    assert ', motto: "no" }' in edited(Add(("facts", 1), "no", "motto"))


def test_a_fact_is_added_as_people_write_facts() -> None:
    fact = {"id": "membership/holm", "type": "Membership", "member": "agent/mira-holm", "keywords": ["a", "b: c"]}
    added = edited(Add(("facts",), fact))
    assert added == RELEASE + (
        '- id: membership/holm\n  type: Membership\n  member: agent/mira-holm\n  keywords: [a, "b: c"]\n'
    )


def test_a_file_without_a_last_line_end_gets_none() -> None:
    assert edited(Add(("facts",), "agent/b"), text="facts:\n  - agent/a") == "facts:\n  - agent/a\n  - agent/b"


def test_a_removed_fact_takes_its_lines_and_no_others() -> None:
    assert edited(Remove(("facts", 1))) == RELEASE[: RELEASE.index("- { id: label")]
    assert edited(Remove(("facts", 0))).count("\n") == 6
    assert edited(Remove(("facts", 1, "level"))).endswith("heldBy: agent/kuestenlicht }\n")


def test_an_id_is_changed_where_it_is_an_id_and_not_in_a_text() -> None:
    text = "facts:\n- id: agent/a\n  name: agent/a\n  heldBy: ['agent/a', agent/ab]\n"
    change = ChangeId("agent/a", "agent/z", lambda key: key == "heldBy")
    assert edited(change, text=text) == "facts:\n- id: agent/z\n  name: agent/a\n  heldBy: ['agent/z', agent/ab]\n"


def test_umlauts_stay_as_they_are_typed() -> None:
    composed_and_not = "facts:\n- name: K\u00fcste # u\u0308\n  heldBy: K\u0075\u0308ste\n"
    assert edited(Replace(("facts", 0, "name"), "x"), text=composed_and_not) == composed_and_not.replace(
        "K\u00fcste", "x"
    )


@pytest.mark.parametrize(
    ("text", "edit", "place", "reason"),
    [
        (RELEASE, Remove(("facts", 7)), "release.yaml:6:1", "there is no 'facts.7'"),
        (RELEASE, RenameKey(("facts", 0, "name"), "id"), "release.yaml:7:3", "'id' stands beside it"),
        (RELEASE, Add(("facts", 0), "x", "name"), "release.yaml:6:3", "'name' is there already"),
        ("a: &x 1\nb: *x\n", Replace(("a",), "2"), "release.yaml:1:4", "an anchor, an alias or a tag"),
        ("a: &x 1\nb: *x\n", Replace(("b",), "2"), "release.yaml:2:4", "an anchor, an alias or a tag"),
        ("? a\n: 1\n", RenameKey(("a",), "b"), "release.yaml:1:3", "question mark"),
        ("a: 1\n---\nb: 2\n", Remove(("a",)), "release.yaml:2:1", "second YAML document"),
        ("a: [1\n", Remove(("a",)), "release.yaml:2:1", "not valid YAML"),
        (
            "facts:\n- a: 1\n  # about b\n  b: 2\n",
            Remove(("facts", 0, "a")),
            "release.yaml:2:6",
            "a comment stands below",
        ),
        ("a: [1, # one\n 2, # two\n 3]\n", Remove(("a", 1)), "release.yaml:2:2", "comments stand between"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_place(text: str, edit: Edit, place: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as refused:
        edit_yaml(text.encode(), [edit], file="release.yaml")
    assert str(refused.value.place) == place


def test_two_edits_of_one_place_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="same place"):
        edited(Replace(("facts", 0, "name"), "x"), RenameKey(("facts", 0, "name", "de"), "en-GB"))


def test_a_file_keeps_its_mode_and_one_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "release.yaml"
    path.write_text(RELEASE, encoding="utf-8")
    path.chmod(0o640)
    before = path.read_bytes()
    replace_file(path, before, edit_yaml(before, [Remove(("facts", 1))], file="release.yaml"))
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(DataError, match="was changed while it was edited"):
        replace_file(path, before, before + b"# more\n")
    assert b"# more" not in path.read_bytes()


def test_separators_of_lines_and_paragraphs_move_no_edit() -> None:
    """They end no line: what stands behind them is edited where it is, and they stay."""
    text = "facts: # a\u2028b\n- id: agent/a # \x85\n  name: x\u2028y\n"
    text += "- id: agent/b\u2029\n  name: z # \u2028\n- c\u2028d\n"
    edits = (Replace(("facts", 1, "name"), "w"), Remove(("facts", 0, "id")), Add(("facts", 1), "k", "url"))
    assert edited(*edits, text=text) == (
        "facts: # a\u2028b\n- name: x\u2028y\n- id: agent/b\u2029\n  name: w # \u2028\n  url: k\n- c\u2028d\n"
    )
    assert edited(Remove(("facts", 1)), text=text) == text[: text.index("- id: agent/b")] + "- c\u2028d\n"
    assert edited(RenameKey(("facts", 1, "name"), "n"), text=text) == text.replace("name: z", "n: z")
    # what changed is shown as git reads it: a line ends at a line feed
    assert draw_diff(b"a\xe2\x80\xa8b\nc\r\n", b"a\xe2\x80\xa8b\nd\r\n", "f.yaml") == (
        "--- a/f.yaml\n+++ b/f.yaml\n@@ -1,2 +1,2 @@\n a\u2028b\n-c\r\n+d\r\n"
    )
