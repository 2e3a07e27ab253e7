"""Money and projects: who funds what with how much, how long it runs, who takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref


def propose(reading: Reading, notes: Notes) -> None:
    """Propose grants and projects; what was refused or is only planned is none."""
    for match in reading.matches("funded"):
        if not match.denied and not match.planned:
            _grant(match, notes)
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


def _project(match: Match, notes: Notes) -> Ref | None:
    """Return the project that is named, or the one that was named last."""
    if (project := notes.mention(match, "project", "project")) is not None:
        return project[0]
    recent = match.reading.recent("Project", match.span[1])
    return notes.entity(recent) if recent is not None else None


def _grant(match: Match, notes: Notes) -> None:
    funder, money = notes.mention(match, "funder", "org"), match.one("money")
    paid_by = notes.mention(match, "programme", "programme")
    if (funder is None and paid_by is None) or money is None:
        return
    project = notes.mention(match, "funds", "project")
    recipient = notes.mention(match, "recipient", "org") or notes.mention(match, "funds", "org")
    if project is None and recipient is None:
        return
    grant = notes.thing("Grant", money.name)
    if funder is not None:
        notes.say(grant, "funder", funder[0], match.span)
    notes.say(grant, "amount", money.value, match.span, money.status)
    if project is not None:
        notes.say(grant, "funds", project[0], match.span)
    elif recipient is not None:
        notes.say(grant, "recipient", recipient[0], match.span)
    if (duration := match.one("duration")) is not None:
        notes.say(grant, "duration", duration.value, match.span, "normalised")
    if paid_by is not None:
        notes.say(grant, "programme", paid_by[0], match.span)


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
