"""Figures: how many members, companies, people, and how much turnover, of whom and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.clauses import clauses

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Clause, Part
    from pressgraph.drafting.patterns.mentions import Mention
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref, Value

_SUBJECTS = ("org", "industry", "project")


def propose(reading: Reading, notes: Notes) -> None:
    """Propose figures with their subject; what is planned or expected is none yet."""
    for match in reading.matches("counts", once="count"):
        subject = _subject(match, notes)
        if subject is not None and not match.denied and not match.planned and not match.says_also("expected"):
            _say(match, notes, subject)
    for match in reading.matches("counts_here"):
        subject = _topic(match, notes) if _names_somebody(match) else None
        if subject is not None and not match.denied and not match.planned and not match.says_also("expected"):
            _say(match, notes, subject)
    for match in reading.matches("figures", once="value"):
        _figure(match, notes)
    for clause in clauses(reading):
        _told(clause, notes)
    for match in reading.matches("turnover"):
        subject = _subject(match, notes) or _topic(match, notes, "turnover")
        money = match.one("money")
        if subject is None or money is None or match.denied or match.planned or match.says_also("members_of"):
            continue
        years = {it.value for it in match.beside("date") if len(it.value) == _YEAR}
        date = match.one("date")
        node: dict[str, Value] = {"value": money.value}
        if date is not None or len(years) == 1:
            node["period"] = date.value if date is not None else years.pop()
        if match.says_also("expected"):
            node["qualifier"] = "forecast"
        value: Value = node if len(node) > 1 else money.value
        notes.say(subject, "turnover", value, match.span, "normalised")


_OF_EVENTS = frozenset({"visitors", "exhibitors", "participants", "speakers", "countries"})
_OF_WORK = frozenset({"partners", "applications", "indicators", "assessors", "founders"})
_OWN = frozenset({"members", "companies", "researchInstitutions", "startups"})
"""What an organisation counts of its own members; other figures may be theirs."""
_OF_TRADE = frozenset({"turnover", "exports"})
"""What companies and industries have, and no cluster organisation, unless a sentence says so."""
_YEAR = 4


def _told(clause: Clause, notes: Notes) -> None:
    """Propose what a clause counts, of the organisation that it is about; another year's figure says its year."""
    counts = [
        it
        for it in clause.of_kind("count")
        if " of " not in it.mention.value and it.marker not in clause.reading.grammar.more
    ]
    counts = [
        it
        for it in counts
        if it.mention.other not in _OF_EVENTS
        and it.mention.other not in _OF_WORK
        and not _is_earlier(clause, it)
        and not _is_theirs(clause, it)
        and not (clause.says("founded") and any(clause.is_marked(it, key) for key in ("with", "by")))
    ]
    if not counts or not clause.is_told or not clause.says("has") or clause.says("expected"):
        return
    if clause.of_kind("event", "work", "label", "role", "money"):
        return
    subject = _counted(clause, counts[0], notes)
    first = clause.parts[0]
    dated = first.mention.kind == "date" and clause.is_marked(first, "in")
    if clause.says("was") and not dated:
        # how many there were, and not when
        return
    years = [first.mention.value] if dated else []
    if subject is None or clause.of_kind("period") or (years and len(years[0]) > _YEAR):
        return
    for part in counts:
        said = part.mention
        value: Value = {"value": said.value, "asOf": years[0]} if years else said.value
        notes.say_once(subject, said.other, value, clause.span, said.status)


def _is_earlier(clause: Clause, count: Part) -> bool:
    """Tell whether a clause says what was: "had 119 members a year ago", but not the first of "131, up from 119"."""
    before = clause.trigger("before")
    return before is not None and (before.start() < count.at or "," not in clause.text[count.at : before.start()])


def _is_theirs(clause: Clause, count: Part) -> bool:
    """Tell whether a figure is one of the members together: "120 companies with 9,400 employees"."""
    if count.mention.other in _OWN:
        return False
    counted = [it for it in clause.of_kind("count") if it.at < count.at and it.mention.other in _OWN]
    between = clause.text[counted[-1].at + 1 : count.at].lower().split() if counted else []
    together = not set(between).isdisjoint(clause.reading.grammar.data["prepositions"]["with"])
    return clause.says("members_of") or together


def _counted(clause: Clause, count: Part, notes: Notes) -> Ref | None:
    """Return whose members or people a clause counts: the one organisation in front of them, or its pronoun's."""
    if clause.head is not None:
        found = notes.of(clause.head, "org") if clause.head.kind == "org" else None
        return found[0] if found is not None else None
    named = [it for it in clause.of_kind("org") if it.at < count.at]
    if len(clause.of_kind("org")) == 1 and named:
        found = notes.of(named[0].mention, "org")
        return found[0] if found is not None else None
    pronouns = [it for it in clause.of_kind("pronoun") if it.at < count.at]
    if not clause.of_kind("org") and pronouns:
        found = notes.of(pronouns[0].mention, "org")
        return found[0] if found is not None else None
    return None


def _names_somebody(match: Match) -> bool:
    """Tell whether a sentence says whose the figures in it are, with a name or a pronoun, or counts nothing before."""
    mentions = match.sentence.mentions
    first = next((it for it in mentions if it.kind == "count"), None)
    named = any(it.kind in {*_SUBJECTS, "pronoun"} for it in mentions)
    return named or first is None or first.start >= match.span[0]


def _figure(match: Match, notes: Notes) -> None:
    """Propose a figure of the key of its template, with its time and what it is besides: a share, a forecast."""
    says = match.says
    value = match.one("value") or match.one("count")
    if value is None or match.denied or (match.planned and "qualifier" not in says) or match.says_also("members_of"):
        return
    key = says.pop("key", value.other)
    if (subject := _subject(match, notes) or _topic(match, notes, key)) is None:
        return
    node: dict[str, Value] = {**says, "value": value.value}
    if (date := match.one("date")) is not None:
        node["asOf"] = date.value
    if (by := notes.mention(match, "by", "org")) is not None:
        node["saidBy"] = by[0]
    notes.say(subject, key, node if len(node) > 1 else value.value, match.span, "normalised")


def _subject(match: Match, notes: Notes) -> Ref | None:
    mention = match.one("subject")
    if mention is None or _is_possessor(match, mention):
        return None
    for kind in _SUBJECTS if mention.kind != "name" else _SUBJECTS[:1]:
        if (found := notes.of(mention, kind)) is not None:
            return found[0]
    return None


def _is_possessor(match: Match, mention: Mention) -> bool:
    """Tell whether a figure is of something of theirs: "the members of the network employ"."""
    before = match.reading.view.text[max(0, mention.start - 4) : mention.start]
    return bool(match.reading.grammar.data["genitives"]) and before == " of "


def _topic(match: Match, notes: Notes, key: str = "") -> Ref | None:
    """Return what the figures before were of: an industry, else what the sentence or the one before speaks of first."""
    reading = match.reading
    for mention in match.sentence.mentions if key not in _OF_TRADE else ():
        if mention.start < match.span[0] and mention.entity is not None and mention.kind in _SUBJECTS:
            return notes.entity(mention.entity)
    industries = [it for it in reading.entities if it.kind == "industry" and it.since < match.span[0]]
    if industries:
        return notes.entity(industries[-1])
    here = reading.sentences.index(match.sentence)
    for sentence in reversed(reading.sentences[max(0, here - 2) : here + 1]):
        for mention in sentence.mentions:
            if mention.start < match.span[0] and mention.entity is not None and mention.kind in _SUBJECTS:
                has_none = key in _OF_TRADE and mention.entity.class_ == "ClusterOrganisation"
                return notes.entity(mention.entity) if not has_none else None
    return None


def _say(match: Match, notes: Notes, subject: Ref) -> None:
    counts: list[Mention] = match.all("count")
    if (value := match.one("value")) is not None:
        notes.say(subject, match.says["key"], value.value, match.span, value.status)
    for count in counts:
        # a figure of several is said by its own words and those of its subject
        notes.say(subject, count.other, count.value, match.span, count.status)
