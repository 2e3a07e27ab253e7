"""Who holds the label that a clause tells of, by its verb and its prepositions, in whichever order it says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention


def awarded(clause: Clause) -> tuple[Mention, list[Mention]] | None:
    """Return the label and those who hold it now; None where a clause does not tell of one label."""
    before = clause.reading.grammar.past_label
    labels = [it for it in clause.of_kind("label") if it.mention.value and not before.fullmatch(it.marker)]
    if clause.says("label_over"):
        return None
    got, given = clause.says("award_get"), clause.says("award_give")
    if len(labels) != 1 or not clause.is_told or not (got or given or clause.says("award_renew")):
        return None
    groups = clause.groups(clause.of_kind("org", "name"))
    marked = [it for it in groups if clause.is_marked(it[0], "to")]
    others = [it for it in groups if not clause.is_marked(it[0], "by")]
    if marked:
        holders = marked
    elif given and not clause.says("passive"):
        # who gives it comes first
        holders = others[1:] if len(others) == 2 else []  # noqa: PLR2004 - who gives, and who gets
    else:
        holders = others
    if len(holders) != 1:
        return None
    return labels[0].mention, [_mention(it) for it in holders[0]]


def _mention(part: Part) -> Mention:
    return part.mention
