"""Members that join or leave an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import clauses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_CHANGES: Mapping[str, tuple[str, str, str]] = {
    "joined": ("filledBy", "accession", "startDate"),
    "left": ("endedBy", "withdrawal", "endDate"),
}
_BOTH = 2


def propose(reading: Reading, notes: Notes) -> None:
    """Propose who has joined and who has left; what is to be decided is left out."""
    members = Members(reading, notes)
    for kind in _CHANGES:
        for match in reading.matches(kind):
            if not match.denied and not match.planned:
                members.said(match, kind)
    for clause in clauses(reading):
        members.told(clause)


class Members:
    """The members that came or went, each once."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading, self.notes = reading, notes
        self._found: set[tuple[str, str]] = set()

    def said(self, match: Match, kind: str) -> None:
        """Propose what a template has found."""
        org = self.notes.mention(match, "org", "org") or self._main()
        if org is not None:
            days = [it for it in match.sentence.mentions if it.kind == "date"]
            day = match.one("date") or (days[0] if len(days) == 1 else None)
            self._say(match.all("member"), org, kind, day, match.span)

    def told(self, clause: Clause) -> None:
        """Propose what a clause tells with its verb, in whichever order it names the organisation and its members."""
        kind = next((it for it in _CHANGES if clause.says(it)), None)
        if kind is None or not clause.is_told or clause.of_kind("role", "work", "project", "label"):
            return
        verb = clause.trigger(kind)
        groups = [it for it in clause.orgs() if not clause.is_marked(it[0], "by")]
        if verb is None or not groups:
            return
        main = self.reading.main
        own = [it for it in groups if len(it) == 1 and main is not None and it[0].mention.entity is main]
        org: tuple[Ref, str] | None
        inside = [it for it in groups if len(it) == 1 and clause.is_marked(it[0], "at")]
        if len(inside) == 1 and len(groups) == _BOTH:
            # "das Netzwerk ist Mitglied im Bundesverband"
            org, others = self.notes.of(inside[0][0].mention, "org"), next(it for it in groups if it is not inside[0])
        elif len(own) == 1 and len(groups) == _BOTH:
            org = self.notes.of(own[0][0].mention, "org")
            others = next(it for it in groups if it is not own[0])
            if kind == "joined" and not clause.says("welcome") and self._joins_another(clause, own[0][0], verb.start()):
                org, others = self.notes.of(others[0].mention, "org"), own[0]
        elif len(groups) == 1 and not own and clause.parts[0].mention.kind == "pronoun" and len(groups[0]) == 1:
            # "it has joined the European Alliance"
            org, others = self.notes.of(groups[0][0].mention, "org"), clause.parts[:1]
        elif len(groups) == 1 and not own:
            org, others = self._main(), groups[0]
        else:
            return
        day = clause.one("date")
        if org is not None:
            listed, since = [it.mention for it in others], day.mention if day is not None else None
            self._say(
                listed,
                org,
                kind,
                since,
                clause.span,
                comes=not clause.says("is_member") or (since is not None and since.is_day),
            )

    def _joins_another(self, clause: Clause, own: Part, verb: int) -> bool:
        """Tell whether the organisation that the text is about is the one that joins, where order tells that."""
        return bool(clause.reading.grammar.data["nouns_behind"]) and own.at < verb

    def _main(self) -> tuple[Ref, str] | None:
        main = self.reading.main
        return (self.notes.entity(main), "implied") if main is not None else None

    def _say(
        self,
        members: list[Mention],
        org: tuple[Ref, str],
        kind: str,
        day: Mention | None,
        span: Span,
        *,
        comes: bool = True,
    ) -> None:
        """Propose memberships; that somebody is a member does not say how they came to be one."""
        key, how, since = _CHANGES[kind]
        for mention in members:
            found = self.notes.of(mention, "org")
            if found is None or found[0] == org[0] or (found[0].ref, kind) in self._found:
                continue
            self._found.add((found[0].ref, kind))
            ref = self.notes.thing("Membership", mention.name)
            self.notes.say(ref, "member", found[0], span)
            self.notes.say(ref, "organization", org[0], span, org[1])
            self.notes.say(ref, "role", "member", span, "implied")
            if comes or kind == "left":
                self.notes.say(ref, key, how, span, "implied")
            if day is not None:
                self.notes.say(ref, since, day.value, span, "normalised")
