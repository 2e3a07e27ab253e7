"""Agreements: between whom, signed when, where and by whom, for how long, on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import before, clauses
from pressgraph.drafting.patterns.terms import found_in, terms_in

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_PARTIES = 2
_NEAR = 3
"""Sentences behind the one that tells of an agreement which may go on with what it is for."""


def propose(reading: Reading, notes: Notes) -> None:
    """Propose the agreement that a text tells of; one that has ended or is to come is left out."""
    Agreements(reading, notes).propose()


class Agreements:
    """The agreements of a text; what is said of one behind it is said of the first."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading, self.notes = reading, notes
        self._agreement: Ref | None = None
        self._parties_of: list[set[str]] = []
        self._at = -1
        """Where the sentence begins that tells of it first."""

    def propose(self) -> None:
        """Propose the agreement, then what is said of it."""
        for match in self.reading.matches("agreement"):
            self._said(match)
        for clause in clauses(self.reading):
            self._told(clause)
        if self._agreement is None:
            return
        for clause in clauses(self.reading):
            self._signed(clause, self._agreement)
        self._lasts(self._agreement)
        self._serves(self._agreement)
        for match in self.reading.matches("signed"):
            for person in self.notes.each(match, "signatory", "person"):
                self.notes.say(self._agreement, "signatory", person, match.span)

    def _serves(self, agreement: Ref) -> None:
        """Propose what it is for: of what its sentence says, and those behind it that speak of the parties' aims."""
        purposes = self.reading.grammar.terms("purpose")
        for match in self.reading.matches("agreement_purpose"):
            for term, span in found_in(match, "what", purposes) if not match.denied else ():
                self.notes.say(agreement, "purpose", term, span, "implied")
        told = [it for it in clauses(self.reading) if self._at < it.sentence.end]
        first = next((it.sentence for it in told), None)
        for clause in told:
            if clause.denied:
                continue
            behind = self.reading.back_from(clause.sentence, _NEAR)
            if first not in behind or clause.of_kind("quote", "label", "project", "event"):
                continue
            if clause.sentence is first or clause.of_kind("work") or clause.says("aims"):
                for term, span in terms_in(self.reading, clause.span, purposes):
                    self.notes.say(agreement, "purpose", term, span, "implied")

    def _said(self, match: Match) -> None:
        parties = self.notes.each(match, "party", "org")
        work = match.one("work")
        if match.denied or match.planned or len(parties) < _PARTIES or work is None:
            return
        day, event = match.one("date"), self.notes.mention(match, "event", "event")
        self._say(work, parties, match.span, day, event[0] if event is not None else None)

    def _told(self, clause: Clause) -> None:
        """Propose the agreement of a clause that tells who concludes it, wherever it names them."""
        work = clause.one("work")
        if work is None or not clause.says("agreement") or not clause.is_told:
            return
        groups = [it for it in clause.orgs() if not clause.is_marked(it[0], "at")]
        if groups:
            listed = {part.at for group in groups for part in group}
            named = (it for it in clause.groups(clause.of_kind("name")) if it[0].at not in listed)
            groups += [it for it in named if clause.is_marked(it[0], "with")]
        parties = self._parties(groups) or self._before(clause)
        if not parties:
            return
        events = clause.of_kind("event")
        event = self.notes.of(events[0].mention, "event") if len(events) == 1 else None
        self._say(work.mention, parties, clause.span, clause.day(), event[0] if event else None)

    def _parties(self, groups: list[list[Part]]) -> list[Ref]:
        found = [self.notes.of(part.mention, "org") for group in groups[:_PARTIES] for part in group]
        parties = list(dict.fromkeys(it[0] for it in found if it is not None))
        return parties if len(parties) >= _PARTIES else []

    def _before(self, clause: Clause) -> list[Ref]:
        """Return who is named together in the sentence before: "A and B will work together. They have signed"."""
        if clause.orgs() or not (clause.of_kind("person", "pronoun") or clause.says("both")):
            return []
        whole = before(clause)
        if whole is None:
            return []
        # "the two clusters" says what the names in the sentence before are
        groups = whole.groups(whole.of_kind("org", "name")) if clause.says("both") else whole.orgs()
        lists = [it for it in groups if len(it) >= _PARTIES]
        # "A and B want to work together. The two clusters have signed": they have, whatever they want
        told = not whole.planned or clause.says("both")
        return self._parties(lists) if len(lists) == 1 and not whole.denied and told else []

    def _say(self, work: Mention, parties: list[Ref], span: Span, day: Mention | None, event: Ref | None) -> None:
        notes = self.notes
        if self._agreement is not None and self._others(work, parties, span, day):
            return
        if self._agreement is None:
            self._parties_of.append({it.ref for it in parties})
            self._agreement = notes.thing("Agreement", work.name)
            self._at = span[0]
            notes.say(self._agreement, "name", self.reading.view.text[slice(*work.name)], work.name)
            for party in parties:
                notes.say(self._agreement, "party", party, span)
        if day is not None:
            notes.say_once(self._agreement, "signedOn", day.value, span, "normalised")
        if event is not None:
            notes.say_once(self._agreement, "signedAt", event, span)

    def _others(self, work: Mention, parties: list[Ref], span: Span, day: Mention | None) -> bool:
        """Propose an agreement between others than those of the first one; tell whether it is such."""
        between = {it.ref for it in parties}
        if any(between <= it or it <= between for it in self._parties_of):
            return between not in self._parties_of[:1]
        self._parties_of.append(between)
        other = self.notes.thing("Agreement", work.name)
        self.notes.say(other, "name", self.reading.view.text[slice(*work.name)], work.name)
        for party in parties:
            self.notes.say(other, "party", party, span)
        if day is not None:
            self.notes.say(other, "signedOn", day.value, span, "normalised")
        return True

    def _signed(self, clause: Clause, agreement: Ref) -> None:
        """Propose who put their names to it, and on which day, of a clause that tells of signing."""
        concluded = clause.of_kind("work") and clause.says("agreement") and not clause.orgs()
        if not (clause.says("signs") or concluded) or not clause.is_told or len(clause.of_kind("work")) > 1:
            return
        people = clause.groups(it for it in clause.of_kind("person") if it.mention.entity is not None)
        if people and not clause.of_kind("quote"):
            for part in (part for group in people for part in group):
                if (person := self.notes.of(part.mention, "person")) is not None:
                    self.notes.say(agreement, "signatory", person[0], clause.span)
        if (day := clause.day()) is not None:
            self.notes.say_once(agreement, "signedOn", day.value, clause.span, "normalised")
        events = clause.of_kind("event")
        event = self.notes.of(events[0].mention, "event") if len(events) == 1 else None
        if event is not None:
            self.notes.say_once(agreement, "signedAt", event[0], clause.span)

    def _lasts(self, agreement: Ref) -> None:
        for match in self.reading.matches("agreement_time"):
            if (duration := match.one("duration")) is not None and not match.denied:
                self.notes.say_once(agreement, "duration", duration.value, match.span, "normalised")
        for clause in clauses(self.reading):
            told = any(it.kind == "work" for it in clause.sentence.mentions)
            alone = told and all(it.mention.kind in {"date", "duration"} for it in clause.parts)
            about = clause.of_kind("work") or clause.begins_with_pronoun or alone
            near = clause.sentence.end > self._at and not clause.of_kind("project", "label", "role")
            if not about or not near or clause.denied or not (clause.says("runs") or clause.says("agreement")):
                continue
            term, last = clause.one("duration"), clause.one("date")
            if term is not None:
                self.notes.say_once(agreement, "duration", term.mention.value, clause.span, "normalised")
            if last is not None and clause.is_last(last):
                self.notes.say_once(agreement, "endDate", last.mention.value, clause.span, "normalised")
