"""Projects: when they run, what they cost, who leads them and who takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import clauses

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref

_NEAR = 2
"""Sentences after which a project is still spoken of."""


def propose(reading: Reading, notes: Notes) -> None:
    """Propose what texts say of projects; what is only planned is left out."""
    for match in reading.matches("project_time"):
        if not match.denied:
            _times(match, notes)
    for kind in ("cost", "own_share", "coordinated", "partners"):
        for match in reading.matches(kind):
            project = _project(match, notes)
            if project is None or match.denied or match.planned:
                continue
            if (money := match.one("money")) is not None:
                notes.say(project, "totalCost", money.value, match.span, money.status)
            if (share := match.one("share")) is not None:
                notes.say(project, "ownShare", share.value, match.span, share.status)
            if (coordinator := notes.mention(match, "coordinator", "org")) is not None:
                notes.say(project, "coordinator", coordinator[0], match.span, coordinator[1])
            for partner in notes.each(match, "partner", "org"):
                notes.say(project, "partner", partner, match.span)
    for clause in clauses(reading):
        if not clause.denied and (project := spoken_of(clause, notes)) is not None:
            _told(clause, notes, project)


def _project(match: Match, notes: Notes) -> Ref | None:
    """Return the project that is named, or the one that was named last."""
    if (project := notes.mention(match, "project", "project")) is not None:
        return project[0]
    recent = match.reading.recent("Project", match.span[1])
    return notes.entity(recent) if recent is not None else None


def _times(match: Match, notes: Notes) -> None:
    project = notes.mention(match, "project", "project")
    if project is None:
        return
    period = match.one("from_to")
    for slot, key in (("start", "startDate"), ("end", "endDate")):
        if (date := match.one(slot)) is not None:
            notes.say(project[0], key, date.value, match.span, "normalised")
    if period is not None:
        notes.say(project[0], "startDate", period.value, match.span, "normalised")
        notes.say(project[0], "endDate", period.other, match.span, "normalised")
    if (duration := match.one("duration")) is not None:
        notes.say(project[0], "duration", duration.value, match.span, "normalised")


def spoken_of(clause: Clause, notes: Notes) -> Ref | None:
    """Return the project that a clause speaks of: the one that it names, or that its pronoun or its sentence means."""
    named = {it.mention.entity for it in clause.of_kind("project") if it.mention.entity is not None}
    if len(named) > 1:
        return None
    if named:
        return notes.entity(named.pop())
    if clause.head is not None:
        found = notes.of(clause.head, "project") if clause.head.kind == "project" else None
        return found[0] if found is not None else None
    if clause.of_kind("event", "work", "label"):
        return None
    project = clause.spoken_of("project", _NEAR)
    return notes.entity(project) if project is not None else None


def _told(clause: Clause, notes: Notes, project: Ref) -> None:
    """Propose what a clause tells of a project with its verb."""
    span = clause.span
    names = bool(clause.of_kind("project")) or (clause.head is not None and clause.head.kind == "project")
    about = names or clause.begins_with_pronoun
    subject = about and not clause.of_kind("role", "label", "work")
    period, day, duration = clause.one("period"), clause.one("date"), clause.one("duration")
    if subject and not clause.is_wanted:
        if period is not None and (clause.says("runs") or clause.says("starts")):
            _say(notes, project, "startDate", period.mention.value, clause)
            _say(notes, project, "endDate", period.mention.other, clause)
        elif day is not None and clause.says("starts") != clause.says("ends"):
            _say(notes, project, "startDate" if clause.says("starts") else "endDate", day.mention.value, clause)
        _from_and_to(clause, notes, project)
        if duration is not None and (clause.says("runs") or clause.says("ends")):
            _say(notes, project, "duration", duration.mention.value, clause)
    money = clause.of_kind("money")
    trigger = clause.trigger("cost")
    if money and trigger is not None and not clause.planned and not clause.says("funding_get"):
        one = next((it for it in money if it.at > trigger.start()), money[0]) if len(money) > 1 else money[0]
        if len(money) == 1:
            notes.say_once(project, "totalCost", one.mention.value, span, one.mention.status)
    if clause.planned or clause.of_kind("role"):
        return
    groups = [it for it in clause.orgs() if not clause.is_marked(it[0], "at")]
    lead = clause.trigger("leads")
    if lead is not None and groups and not notes.has(project, "coordinator"):
        marked = [it for it in groups if clause.is_marked(it[0], "by")]
        chosen = marked or groups[:1]
        if len(chosen[0]) == 1 and abs(chosen[0][0].at - lead.start()) <= _BESIDE and (names or len(groups) == 1):
            _agent(notes, project, "coordinator", chosen[0][0], clause)
            groups = [it for it in groups if it is not chosen[0]]
    partners = clause.trigger("partners")
    if partners is not None and not clause.of_kind("money"):
        named = [it for it in groups if not clause.is_marked(it[0], "by")]
        behind = [it for it in named if it[0].at > partners.start() or len(it) > 1]
        for part in behind[0] if len(behind) == 1 else ():
            _agent(notes, project, "partner", part, clause)


def _from_and_to(clause: Clause, notes: Notes, project: Ref) -> None:
    """Propose start and end of a clause that tells both: "started in May and will end in June"."""
    days, start, end = clause.of_kind("date"), clause.trigger("starts"), clause.trigger("ends")
    if len(days) == _BOTH and start is not None and end is not None and start.start() < end.start():
        _say(notes, project, "startDate", days[0].mention.value, clause)
        _say(notes, project, "endDate", days[1].mention.value, clause)


_BOTH = 2
_BESIDE = 60
"""Characters between a verb and who does it, at most."""


def _say(notes: Notes, project: Ref, key: str, value: str, clause: Clause) -> None:
    notes.say_once(project, key, value, clause.span, "normalised")


def _agent(notes: Notes, project: Ref, key: str, part: Part, clause: Clause) -> None:
    if (found := notes.of(part.mention, "org")) is not None:
        notes.say(project, key, found[0], clause.span, found[1])
