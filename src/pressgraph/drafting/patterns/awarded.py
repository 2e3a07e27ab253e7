"""Who holds the labels that a clause tells of, by its verb and its prepositions, in whichever order it says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention


def awarded(clause: Clause) -> list[tuple[Mention, list[Mention]]]:
    """Return the labels that a clause gives, each with those who hold it now."""
    if clause.says("label_over") or not clause.is_told:
        return []
    got, given = clause.says("award_get"), clause.says("award_give")
    if not (got or given or clause.says("award_renew")):
        return []
    labels = labels_of(clause)
    groups = clause.groups(clause.of_kind("org", "name"))
    marked = [it for it in groups if clause.is_marked(it[0], "to")]
    if len(labels) > 1:
        return _in_turn(labels, marked)
    others = [it for it in groups if not clause.is_marked(it[0], "by")]
    if marked:
        holders = marked
    elif given and not clause.says("passive"):
        holders = _given(clause, others)
    else:
        holders = others or pronoun_of(clause) or subject_of(clause)
    if len(labels) != 1 or len(holders) != 1:
        return []
    return [(labels[0], [it.mention for it in holders[0]])]


def labels_of(clause: Clause) -> list[Mention]:
    """Return the labels of a level that a clause speaks of, or is about; none that is held no more."""
    before = clause.reading.grammar.past_label
    found = [it.mention for it in clause.of_kind("label") if it.mention.value and not before.fullmatch(it.marker)]
    head = clause.head
    return [head] if not found and head is not None and head.kind == "label" and head.value else found


def _given(clause: Clause, others: list[list[Part]]) -> list[list[Part]]:
    """Return who is given it: the second one where who gives it comes first, the only one where a person gives it."""
    datives = tuple(f"{it} " for it in clause.reading.grammar.data["datives"])
    text = clause.reading.view.text
    to = [it for it in others if datives and text[it[0].mention.start : it[0].mention.end].lower().startswith(datives)]
    if to:
        # "Dem Netz verlieh das Sekretariat"
        return to
    if clause.of_kind("person"):
        return [it for it in others if not clause.is_marked(it[0], "of")]
    return others[1:] if len(others) == 2 else []  # noqa: PLR2004 - who gives, and who gets


def pronoun_of(clause: Clause) -> list[list[Part]]:
    """Return the pronoun of a relative clause about a label: "the Gold Label, which it received"."""
    return [clause.of_kind("pronoun")[:1]] if clause.head is not None and clause.of_kind("pronoun") else []


def subject_of(clause: Clause) -> list[list[Part]]:
    """Return the one pronoun of a clause, where no person has been spoken of whom it could mean."""
    around = clause.reading.back_from(clause.sentence, 1)
    people = any(it.kind == "person" for sentence in around for it in sentence.mentions)
    pronouns = clause.of_kind("pronoun")
    return [pronouns] if len(pronouns) == 1 and not people else []


def issuer_of(clause: Clause, holders: list[Mention]) -> Mention | None:
    """Return the one organisation that a clause says gives a label: with its preposition, or as who does it."""
    groups = clause.groups(clause.of_kind("org"))
    by = [it for it in groups if clause.is_marked(it[0], "by")]
    if not by and clause.says("award_give") and not clause.says("passive"):
        by = [it for it in groups if it[0].mention not in holders and not clause.is_marked(it[0], "to")]
    return by[0][0].mention if len(by) == 1 and len(by[0]) == 1 else None


def _in_turn(labels: list[Mention], groups: list[list[Part]]) -> list[tuple[Mention, list[Mention]]]:
    """Return several labels and whom each went to, where they take turns: "Gold went to A, Silver to B and C"."""
    order = [it.start for label, group in zip(labels, groups, strict=False) for it in (label, group[0].mention)]
    if len(labels) != len(groups) or order != sorted(order):
        return []
    return [(label, [it.mention for it in group]) for label, group in zip(labels, groups, strict=True)]
