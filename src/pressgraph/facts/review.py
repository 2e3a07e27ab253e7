"""Review what a program proposed: each proposal with its words, kept or dropped in the file where it stands."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.errors import FactsError, PressgraphError
from pressgraph.facts.edit import Add, Literal, Remove, decode, edit_yaml, replace_file
from pressgraph.facts.ids import Ids
from pressgraph.facts.read import read_facts_bytes
from pressgraph.facts.spans import place_in, yaml_spans
from pressgraph.facts.tables.write import as_written, sayings
from pressgraph.facts.yaml_text import to_yaml
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.facts.edit import Edit
    from pressgraph.facts.model import Fact
    from pressgraph.facts.spans import Span
    from pressgraph.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal that nobody has reviewed."""

    index: int
    """Which of the file's facts it is, from 0."""
    fact: Fact
    says: tuple[tuple[str, str], ...]
    """What it says, as the headers and cells of a table."""
    written: str
    """The same as YAML, as people write it."""
    passages: tuple[tuple[int, str], ...]
    """The lines and the words of its evidence, where the text is at hand."""
    around: tuple[tuple[str, str], ...]
    """What stands before and behind each, in the same paragraph."""


class Review:
    """The review of a YAML facts file; each decision is in the file at once."""

    def __init__(self, path: Path, profile: Profile, *, id_base: str, name: str, by: str) -> None:
        """Take the file, how messages call it, and the id of who reviews.

        Raises PressgraphError for what is no id.
        """
        if Ids(profile, id_base).iri(by) is None:
            hint = gettext("an id is a kind and a name, such as agent/ida-lindqvist")
            raise PressgraphError(gettext("'{id}' is not an id", id=by), hint=hint)
        self._path, self._name, self._by = path, name, by
        self._profile, self._id_base = profile, id_base
        self._data = b""
        """The file as it was when its proposals were read."""

    def pending(self) -> list[Proposal]:
        """Return the proposals that nobody has reviewed, in the order of the file.

        Raises FactsError for a file with mistakes, DataError for one that cannot be edited, OSError.
        """
        self._data = self._path.read_bytes()
        facts_file = read_facts_bytes(
            self._data, self._profile, id_base=self._id_base, name=self._name, folder=self._path.parent
        )
        if facts_file.problems:
            raise FactsError(facts_file.problems)
        proposals = {(it.place.line, it.place.column): it for it in facts_file.proposals}
        source = facts_file.source.text if facts_file.source is not None else None
        text = decode(self._data, self._name)
        listed = yaml_spans(text, self._name).get("facts")
        found: list[Proposal] = []
        for index, (_, node) in enumerate(listed.items if listed is not None else ()):
            place = place_in(text, node.start, self._name)
            fact = proposals.get((place.line, place.column))
            if fact is not None:
                says = sayings(fact.body, self._profile)
                spans = fact.receipt.evidence if source is not None else ()
                passages = tuple((source.line(it[0]), source.slice(it)) for it in spans) if source is not None else ()
                around = tuple(_around(source.text, it) for it in spans) if source is not None else ()
                written = to_yaml(as_written(fact.body, self._profile))
                found.append(
                    Proposal(index=index, fact=fact, says=says, written=written, passages=passages, around=around)
                )
        return found

    def keep(self, proposal: Proposal) -> None:
        """Note in the file that a proposal has been reviewed, and today.

        Raises DataError where that cannot be written, or the file has changed since, OSError.
        """
        at = ("facts", proposal.index)
        today = datetime.datetime.now().astimezone().date().isoformat()
        reviewed: list[Edit] = [Add(at, self._by, key="reviewedBy")]
        if proposal.fact.receipt.reviewed_on is None:
            reviewed.append(Add(at, Literal(today), key="reviewedOn"))
        self._write(reviewed)

    def drop(self, proposal: Proposal) -> None:
        """Remove a proposal from the file, and keep it in the source as refused: no draft proposes it again.

        Raises as `keep`.
        """
        listed = self._listed(proposal)
        refused = {
            key.text: _plain(value) for key, value in listed.items if key is not None and key.text not in _NOT_KEPT
        }
        self._remember("rejected", [refused], proposal)

    def pass_over(self, proposal: Proposal) -> None:
        """Remove a proposal, and note in the source that its words say nothing worth a fact; raises as `keep`."""
        spans: list[Any] = [list(it) for it in proposal.fact.receipt.evidence]
        self._remember("checked", spans, proposal)

    def _listed(self, proposal: Proposal) -> Span:
        tree = yaml_spans(decode(self._data, self._name), self._name)
        found = tree.get("facts")
        node = found.get(proposal.index) if found is not None else None
        assert node is not None  # noqa: S101 - it was found there
        return node

    def _remember(self, word: str, items: list[Any], proposal: Proposal) -> None:
        source = yaml_spans(decode(self._data, self._name), self._name).get("source")
        before = source.get(word) if source is not None else None
        edits: list[Edit] = [Remove(("facts", proposal.index))]
        if items and before is None:
            edits.append(Add(("source",), items, key=word))
        elif items:
            edits += [Add(("source", word), it) for it in items]
        self._write(edits)

    def _write(self, edits: list[Edit]) -> None:
        after = edit_yaml(self._data, edits, file=self._name)
        replace_file(self._path, self._data, after)
        self._data = after


_AROUND = 100
"""Characters that are shown on either side of words."""


def _around(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return what stands before and behind a span, up to the ends of its paragraph, and without cut words."""
    start, end = span
    before = text[max(0, start - _AROUND) : start].rpartition("\n\n")[2]
    if start > _AROUND and len(before) == _AROUND:
        before = f"…{before.partition(' ')[2]}"
    behind = text[end : end + _AROUND].partition("\n\n")[0]
    if end + _AROUND < len(text) and len(behind) == _AROUND:
        behind = f"{behind.rpartition(' ')[0]}…"
    return before, behind


# what is said of a proposal rather than of its thing
_NOT_KEPT = frozenset({"proposedBy", "status", "personal", "allow"})


def _plain(node: Span) -> Any:
    """Return what a node says, as an edit writes it."""
    match node.kind:
        case "mapping":
            return {key.text: _plain(value) for key, value in node.items if key is not None}
        case "sequence":
            return [_plain(value) for _, value in node.items]
    return node.text if node.style else Literal(node.text)


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
