"""Money: who funds what with how much, under which programme, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import clauses
from pressgraph.drafting.patterns.projects import spoken_of

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span


def propose(reading: Reading, notes: Notes) -> None:
    """Propose grants; what was refused or is only planned is none."""
    grants = Grants(reading, notes)
    for match in reading.matches("funded"):
        if not match.denied and not match.planned:
            grants.said(match)
    for clause in clauses(reading):
        grants.told(clause)


class Grants:
    """The grants that were found, one for each sum in a sentence."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading, self.notes = reading, notes
        self._sums: set[str] = set()

    def said(self, match: Match) -> None:
        """Propose what a template has found."""
        money = match.one("money")
        if money is None:
            return
        funder = self.notes.mention(match, "funder", "org")
        programme = self.notes.mention(match, "programme", "programme")
        project = self.notes.mention(match, "funds", "project")
        recipient = self.notes.mention(match, "recipient", "org") or self.notes.mention(match, "funds", "org")
        self._say(
            money,
            match.span,
            funders=[funder[0]] if funder is not None else [],
            programme=programme[0] if programme is not None else None,
            project=project[0] if project is not None else None,
            recipient=recipient[0] if recipient is not None else None,
            duration=match.one("duration"),
        )

    def told(self, clause: Clause) -> None:
        """Propose the grant of a clause that tells of one sum: who gives is marked, or comes before its verb."""
        money = clause.one("money")
        gets, gives = clause.says("funding_get"), clause.says("funding")
        if money is None or not (gets or gives) or clause.denied or clause.planned or clause.says("cost"):
            return
        groups = clause.orgs()
        marked = [it for it in groups if clause.is_marked(it[0], "by") or clause.is_marked(it[0], "out_of")]
        free = [it for it in groups if it not in marked and not clause.is_marked(it[0], "at")]
        if not marked and gives and not gets and free:
            marked, free = free[:1], free[1:]
        if any(len(it) > 1 or len(it[0]) > 1 for it in (marked, free) if it):
            return
        project = self._project(clause)
        if project is None and not free:
            project = spoken_of(clause, self.notes)
        programme, duration = clause.one("programme"), clause.one("duration")
        by = self.notes.of(programme.mention, "programme") if programme is not None else None
        self._say(
            money.mention,
            clause.span,
            funders=[it for part in (marked[0] if marked else ()) if (it := self._of(part)) is not None],
            programme=by[0] if by is not None else None,
            project=project,
            recipient=self._of(free[0][0]) if free else None,
            duration=duration.mention if duration is not None else None,
        )

    def _of(self, part: Part) -> Ref | None:
        found = self.notes.of(part.mention, "org")
        return found[0] if found is not None else None

    def _project(self, clause: Clause) -> Ref | None:
        for part in clause.of_kind("project", "pronoun"):
            if (found := self.notes.of(part.mention, "project")) is not None:
                return found[0]
        return None

    def _say(
        self,
        money: Mention,
        span: Span,
        *,
        funders: list[Ref],
        programme: Ref | None,
        project: Ref | None,
        recipient: Ref | None,
        duration: Mention | None,
    ) -> None:
        if not (funders or programme) or not (project or recipient) or money.value in self._sums:
            return
        if recipient in funders:
            return
        self._sums.add(money.value)
        grant = self.notes.thing("Grant", money.name)
        for funder in funders:
            self.notes.say(grant, "funder", funder, span)
        self.notes.say(grant, "amount", money.value, span, money.status)
        if project is not None:
            self.notes.say(grant, "funds", project, span)
        if recipient is not None:
            self.notes.say(grant, "recipient", recipient, span)
        if duration is not None:
            self.notes.say(grant, "duration", duration.value, span, "normalised")
        if programme is not None:
            self.notes.say(grant, "programme", programme, span)
