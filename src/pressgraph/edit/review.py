"""Review what a program proposed: each proposal with its words, kept or dropped in the file where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import DataError, FactsError
from pressgraph.facts.edit import Add, edit_yaml, replace_file
from pressgraph.facts.tables.write import as_written, sayings
from pressgraph.facts.yaml_text import to_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.edit.editor import SourceEditor
    from pressgraph.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal that nobody has reviewed."""

    index: int
    """Which of the file's facts it is, from 0."""
    fact: Fact
    base: str
    """The hash of the file that it was read from."""
    says: tuple[tuple[str, str], ...]
    """What it says, as the headers and cells of a table."""
    written: str
    """The same as YAML, as people write it."""
    passages: tuple[tuple[int, str], ...]
    """The lines and the words of its evidence, where the text is at hand."""
    around: tuple[tuple[str, str], ...]
    """What stands before and behind each, in the same paragraph."""


class Review:
    """The review of a YAML facts file; each decision is a save of the editor, and in the file at once."""

    def __init__(self, editor: SourceEditor, by: str) -> None:
        """Take the editor of the file, and the id of who reviews.

        Raises PressgraphError for what is no id.
        """
        editor.check_reviewer(by)
        self._editor, self._by = editor, by

    def pending(self) -> list[Proposal]:
        """Return the proposals that nobody has reviewed, in the order of the file.

        Raises FactsError for a file with mistakes, DataError for one that cannot be edited, OSError.
        """
        opened = self._editor.open(checked=False)
        if opened.read is not None and opened.read.problems:
            raise FactsError(opened.read.problems)
        if not opened.editable:
            raise DataError(opened.refusal)
        profile = self._editor.session.profile
        text = opened.text
        found: list[Proposal] = []
        for view in opened.to_review:
            fact = view.fact
            if fact is None:
                continue
            spans = view.spans if text is not None else ()
            found.append(
                Proposal(
                    index=view.index,
                    fact=fact,
                    base=opened.sha256,
                    says=sayings(fact.body, profile),
                    written=to_yaml(as_written(fact.body, profile)),
                    passages=tuple((text.line(it[0]), text.slice(it)) for it in spans) if text is not None else (),
                    around=tuple(_around(text.text, it) for it in spans) if text is not None else (),
                )
            )
        return found

    def keep(self, proposal: Proposal) -> None:
        """Note in the file that a proposal has been reviewed, and today. Raises as `SourceEditor.save`."""
        self._editor.right(proposal.index, self._by, base=proposal.base)

    def drop(self, proposal: Proposal) -> None:
        """Remove a proposal, and keep it in the source as refused; raises as `keep`."""
        self._editor.not_so(proposal.index, base=proposal.base)

    def pass_over(self, proposal: Proposal) -> None:
        """Remove a proposal, and note in the source that its words say nothing worth a fact; raises as `keep`."""
        self._editor.says_nothing(proposal.index, base=proposal.base)


_AROUND = 100
"""Characters that are shown on either side of words."""
_PARAGRAPH = re.compile(r"(?:\r\n){2}|\n\n|\r\r")


def _around(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return what stands before and behind a span, up to the ends of its paragraph, and without cut words."""
    start, end = span
    before = _PARAGRAPH.split(text[max(0, start - _AROUND) : start])[-1]
    if start > _AROUND and len(before) == _AROUND:
        before = f"…{before.partition(' ')[2]}"
    behind = _PARAGRAPH.split(text[end : end + _AROUND])[0]
    if end + _AROUND < len(text) and len(behind) == _AROUND:
        behind = f"{behind.rpartition(' ')[0]}…"
    return before, behind


def add_reviewer(path: Path, reviewer: str, name: str) -> None:
    """Describe who reviews in a facts file, which is made where there is none: personal data, not published.

    Raises DataError for a file that cannot be edited, OSError.
    """
    person = {"id": reviewer, "type": "Person", "name": name, "personal": True}
    if not path.exists():
        source = {"id": "document/reviewers", "type": "CreativeWork", "name": "Reviewers"}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_yaml({"source": source, "facts": [person]}), encoding="utf-8")
        return
    data = path.read_bytes()
    replace_file(path, data, edit_yaml(data, [Add(("facts",), person)], file=str(path)))
