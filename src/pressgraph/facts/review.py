"""Review what a program proposed: each proposal with its words, kept or dropped in the file where it stands."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import FactsError, PressgraphError
from pressgraph.facts.edit import Add, Literal, Remove, decode, edit_yaml, replace_file
from pressgraph.facts.ids import Ids
from pressgraph.facts.read import read_facts_bytes
from pressgraph.facts.spans import place_in, yaml_spans
from pressgraph.facts.tables.write import sayings
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.facts.edit import Edit
    from pressgraph.facts.model import Fact
    from pressgraph.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal that nobody has reviewed."""

    index: int
    """Which of the file's facts it is, from 0."""
    fact: Fact
    says: tuple[tuple[str, str], ...]
    """What it says, as the headers and cells of a table."""
    passages: tuple[tuple[int, str], ...]
    """The lines and the words of its evidence, where the text is at hand."""


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
                found.append(Proposal(index=index, fact=fact, says=says, passages=passages))
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
        """Remove a proposal from the file; raises as `keep`."""
        self._write([Remove(("facts", proposal.index))])

    def _write(self, edits: list[Edit]) -> None:
        replace_file(self._path, self._data, edit_yaml(self._data, edits, file=self._name))
