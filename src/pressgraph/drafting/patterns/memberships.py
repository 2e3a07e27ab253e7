"""Members that join or leave an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading


def propose(reading: Reading, notes: Notes) -> None:
    """Propose who has joined and who has left; what is to be decided is left out."""
    for kind, says in (("joined", {"filledBy": "accession"}), ("left", {"endedBy": "withdrawal"})):
        for match in reading.matches(kind):
            if not match.denied and not match.planned:
                _member(match, notes, says)


def _member(match: Match, notes: Notes, says: dict[str, str]) -> None:
    org = notes.mention(match, "org", "org")
    main = match.reading.main
    if org is None and main is not None:
        org = notes.entity(main), "implied"
    date = match.one("date")
    for mention in match.all("member"):
        found = notes.of(mention, "org")
        if org is None or found is None or found[0] == org[0]:
            continue
        member = found[0]
        ref = notes.thing("Membership", mention.name)
        notes.say(ref, "member", member, match.span)
        notes.say(ref, "organization", org[0], match.span, org[1])
        notes.say(ref, "role", "member", match.span, "implied")
        for key, value in says.items():
            notes.say(ref, key, value, match.span, "implied")
        if date is not None:
            key = "startDate" if "filledBy" in says else "endDate"
            notes.say(ref, key, date.value, match.span, "normalised")
