"""Labels: who holds which one, of which scheme, from whom, since when, until when, and how it was assessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.awarded import awarded, issuer_of, labels_of, pronoun_of, subject_of
from pressgraph.drafting.patterns.clauses import clauses
from pressgraph.drafting.patterns.terms import found_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.drafting.patterns.clauses import Clause
    from pressgraph.drafting.patterns.mentions import Mention, Sentence
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Ref
    from pressgraph.text import Span

_YEAR = 4
_NO_HOLDERS = frozenset({"GovernmentOrganization", "Programme"})


@dataclass(slots=True)
class _Label:
    ref: Ref
    holder: Ref
    level: str
    past: bool
    span: Span

    @property
    def at(self) -> int:
        """Where it is told of first."""
        return self.span[0]


class Labels:
    """The labels that were found: one for each holder, level and time."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading, self.notes = reading, notes
        self._found: list[_Label] = []
        self.announced: list[tuple[Ref, Ref, Span]] = []
        """Announcements, with who made them, and where that is told."""
        self._set: Ref | None = None
        """The criteria that the text names: of several names all are taken to mean the same ones."""

    def propose(self) -> None:
        """Propose labels that are held or were; never those that somebody wants, or has not got."""
        for match in self.reading.matches("award"):
            if not match.denied and not match.planned and not match.future:
                self._award(match)
        for clause in clauses(self.reading):
            self._told(clause)
        for match in self.reading.matches("held"):
            if not match.denied and not match.planned and not match.future and not match.says_also("label_over"):
                self._held(match)
        for clause in clauses(self.reading):
            self._over(clause)
        for match in self.reading.matches("replaces"):
            if not match.denied and not match.planned:
                self._replaces(match)
        for clause in clauses(self.reading):
            self._holds(clause)
        for match in self.reading.matches("valid"):
            if not match.denied:
                self._valid(match)
        for match in self.reading.matches("issued"):
            issuer = self.notes.mention(match, "issuer", "org") if not match.denied and not match.planned else None
            for label in self._meant(match) if issuer is not None else ():
                self.notes.say(label.ref, "issuedBy", issuer[0], match.span)  # type: ignore[index]
        for clause in clauses(self.reading):
            self._given(clause)
            self._certified(clause)
        self._assessments()
        self._recognised()

    def _told(self, clause: Clause) -> None:
        """Propose the label of a clause that no template has read."""
        # a year alone may be that of anything else
        days = [it for it in clause.of_kind("date") if len(it.mention.value) > _YEAR and not clause.is_last(it)]
        for mention, named in awarded(clause):
            for holder in self._all_of(named):
                if any(it.holder == holder and it.level == mention.value for it in self._found):
                    continue
                label = self._label(holder, mention, clause.span, past=False)
                if clause.says("award_renew"):
                    self.notes.say(label.ref, "awardKind", "renewal", clause.span)
                if len(days) == 1:
                    self._dated(label, days[0].mention, clause.span)
                if (term := clause.one("duration")) is not None:
                    self.notes.say(label.ref, "duration", term.mention.value, clause.span, "normalised")
                by = issuer_of(clause, named)
                issuer = self.notes.of(by, "org") if by is not None else None
                if issuer is not None and issuer[0] != holder:
                    self.notes.say_once(label.ref, "issuedBy", issuer[0], clause.span)

    def _dated(self, label: _Label, day: Mention, span: Span) -> None:
        """Propose since when it is held, or else when it was awarded."""
        key = "validFrom" if self.reading.follows(day, "since") else "awardedOn"
        self.notes.say(label.ref, key, day.value, span, "normalised")

    def _holds(self, clause: Clause) -> None:
        """Propose the label that a clause says somebody holds, or held until a day."""
        labels, groups = labels_of(clause), clause.groups(clause.of_kind("org", "name"))
        groups = groups or pronoun_of(clause) or subject_of(clause)
        if not clause.says("label_held") or not clause.is_told or len(labels) != 1 or len(groups) != 1:
            return
        days, period = clause.of_kind("date"), clause.one("period")
        since = [it.mention.value for it in days if clause.is_behind(it, "since")]
        until = [it.mention.value for it in days if clause.is_last(it)]
        if period is not None and not days:
            since, until = [period.mention.value], [period.mention.other]
        if clause.says("label_ran_out") and not until:
            until = [it.mention.value for it in days if it.mention.value not in since]
        over = bool(until) or clause.says("label_over")
        for holder in self._all_of(it.mention for it in groups[0]):
            same = [it for it in self._found if it.holder == holder and it.level == labels[0].value]
            here = next((it for it in same if clause.sentence.start <= it.at < clause.sentence.end), None)
            if same and here is None and not (since or until):
                continue
            label = here or self._label(holder, labels[0], clause.span, past=over)
            label.past = label.past or over
            for key, found in (("validFrom", since), ("validThrough", until)):
                if len(found) == 1:
                    self.notes.say_once(label.ref, key, found[0], clause.span, "normalised")
            if (term := clause.one("duration")) is not None and not (since or until):
                self.notes.say_once(label.ref, "duration", term.mention.value, clause.span, "normalised")
            if clause.says("award_renew") and not label.past:
                self.notes.say_once(label.ref, "awardKind", "renewal", clause.span)

    def _certified(self, clause: Clause) -> None:
        """Propose until when somebody is certified, of whom a label is told: "is certified until 2028"."""
        until = [it.mention for it in clause.of_kind("date") if clause.is_last(it)]
        orgs = clause.of_kind("org")
        if not clause.says("certified") or clause.of_kind("label") or len(until) != 1 or len(orgs) != 1:
            return
        holder = self.notes.of(orgs[0].mention, "org") if not clause.denied else None
        labels = [it for it in self._found if holder is not None and it.holder == holder[0] and not it.past]
        if len(labels) == 1:
            self.notes.say_once(labels[0].ref, "validThrough", until[0].value, clause.span, "normalised")

    def _given(self, clause: Clause) -> None:
        """Propose on which day, and by whom, the label was given that a clause speaks of without its level."""
        meant = [it.mention for it in clause.of_kind("label", "pronoun")]
        given = clause.says("award_give") or clause.says("award_get")
        if len(meant) != 1 or meant[0].value or not given or clause.denied or clause.planned:
            return
        if meant[0].kind == "pronoun" and not clause.begins_with_pronoun and not clause.says("passive"):
            return
        orgs = clause.groups(clause.of_kind("org"))
        by = [it[0].mention for it in orgs if len(it) == 1 and clause.is_marked(it[0], "by")]
        if len(by) < len(orgs) or clause.of_kind("project", "event", "money"):
            return
        day = clause.day() if clause.is_told else None
        for label in self._named(meant[0]):
            if day is not None:
                self.notes.say_once(label.ref, "awardedOn", day.value, clause.span, "normalised")
            issuer = self.notes.of(by[0], "org") if len(by) == 1 else None
            if issuer is not None and issuer[0] != label.holder:
                self.notes.say_once(label.ref, "issuedBy", issuer[0], clause.span)

    def _over(self, clause: Clause) -> None:
        """Propose the label that a clause says has run out, of the one organisation that it names."""
        labels = [it for it in clause.of_kind("label") if it.mention.value]
        groups = clause.groups(clause.of_kind("org", "name"))
        if len(labels) != 1 or not clause.is_told or not clause.says("label_ran_out"):
            return
        day = clause.one("date")
        if not groups and self.reading.is_theirs(labels[0].mention):
            # "its former Silver Label"
            head = clause.head.entity if clause.head is not None else None
            whose = head if clause.head is not None else self.reading.before(labels[0].mention, "org")
            holders = [self.notes.entity(whose)] if whose is not None and whose.kind == "org" else []
        else:
            holders = self._all_of([groups[0][0].mention]) if [len(it) for it in groups] == [1] else []
        for holder in holders:
            label = self._label(holder, labels[0].mention, clause.span, past=True)
            if day is not None:
                self.notes.say(label.ref, "validThrough", day.mention.value, clause.span, "normalised")

    def _holders(self, match: Match) -> list[Ref]:
        return self._all_of(match.all("holder"))

    def _all_of(self, mentions: Iterable[Mention]) -> list[Ref]:
        holders = []
        for mention in mentions:
            found = self.reading.entity(mention, "org")
            if found is not None and found[0].class_ not in _NO_HOLDERS:
                if found[0].class_ == "Organization" and not found[0].ref:
                    # these labels are those of cluster organisations
                    found[0].class_ = "ClusterOrganisation"
                holders.append(self.notes.entity(found[0]))
        return list(dict.fromkeys(holders))

    def _label(self, holder: Ref, mention: Mention, span: Span, *, past: bool) -> _Label:
        """Return the label of a holder, proposed where it is new."""
        for label in self._found:
            if label.holder == holder and label.level == mention.value and label.past == past:
                if mention.other:
                    self.notes.say(label.ref, "scheme", mention.other, span)
                return label
        ref = self.notes.thing("AwardedLabel", mention.name)
        label = _Label(ref, holder, mention.value, past, span)
        self._found.append(label)
        self.notes.say(ref, "heldBy", holder, span)
        self.notes.say(ref, "level", mention.value, span)
        if mention.other:
            self.notes.say(ref, "scheme", mention.other, span)
        return label

    def _award(self, match: Match) -> None:
        mention = match.one("label")
        if mention is None or not mention.value:
            return
        issuer = self.notes.mention(match, "issuer", "org")
        issuer = issuer or self.notes.mention(match, "issuer", "programme")
        dates = [it for it in match.sentence.all_in(match.match[0]) if it.kind == "date"]
        beside = [it for it in match.beside("date") if it.is_day and not self.reading.follows(it, "last_day")]
        date = match.one("date") or next((it[0] for it in (dates, beside) if len(it) == 1), None)
        for holder in self._holders(match):
            label = self._label(holder, mention, match.span, past=False)
            for key, value in match.says.items():
                self.notes.say(label.ref, key, value, match.span)
            if issuer is not None and issuer[0] != holder:
                self.notes.say(label.ref, "issuedBy", issuer[0], match.span)
            if date is not None:
                self._dated(label, date, match.span)

    def _held(self, match: Match) -> None:
        mention = match.one("label")
        if mention is None or not mention.value:
            return
        period, since = match.one("from_to"), match.one("from")
        known = [it for it in self._found if it.level == mention.value]
        for holder in self._holders(match):
            if any(it.holder == holder for it in known) and period is None and since is None:
                continue
            label = self._label(holder, mention, match.span, past=period is not None)
            if period is not None:
                self.notes.say(label.ref, "validFrom", period.value, match.span, "normalised")
                self.notes.say(label.ref, "validThrough", period.other, match.span, "normalised")
            if since is not None:
                self.notes.say(label.ref, "validFrom", since.value, match.span, "normalised")

    def _replaces(self, match: Match) -> None:
        mention, old = match.one("new"), match.one("label")
        if mention is None or old is None or not old.value:
            return
        for new in self._named(mention):
            if new.level == old.value and not new.past:
                continue
            earlier = next((it for it in self._found if it.holder == new.holder and it.level == old.value), None)
            if earlier is None:
                earlier = self._label(new.holder, old, match.span, past=True)
            earlier.past = True
            if (scheme := self._scheme(new)) is not None:
                self.notes.say_once(earlier.ref, "scheme", scheme, earlier.span, "implied")
            self.notes.say(new.ref, "replaces", earlier.ref, match.span)

    def _scheme(self, label: _Label) -> str | None:
        return self.notes.value(label.ref, "scheme")

    def _valid(self, match: Match) -> None:
        period, start, end, duration = (match.one(it) for it in ("from_to", "from", "to", "duration"))
        for label in self._meant(match):
            if period is not None:
                self.notes.say(label.ref, "validFrom", period.value, match.span, "normalised")
                self.notes.say(label.ref, "validThrough", period.other, match.span, "normalised")
            if start is not None:
                self.notes.say(label.ref, "validFrom", start.value, match.span, "normalised")
            if end is not None:
                self.notes.say(label.ref, "validThrough", end.value, match.span, "normalised")
            if duration is not None:
                validity = self.notes.thing("ValidityPeriod", duration.name)
                self.notes.say(label.ref, "hasValidity", validity, match.span)
                self.notes.say(validity, "basis", "stated", match.span)
                self.notes.say(validity, "duration", duration.value, match.span)

    def _meant(self, match: Match) -> list[_Label]:
        mention = match.one("label") or match.one("pronoun")
        if mention is not None:
            return self._named(mention)
        return self._before(match.span[0])

    def _named(self, mention: Mention) -> list[_Label]:
        """Return the labels that a mention means: those of its level, or those that were spoken of last."""
        if mention.value and mention.kind == "label":
            found = [it for it in self._found if it.level == mention.value and not it.past]
            return found or [it for it in self._found if it.level == mention.value]
        found = self._before(mention.start)
        several = mention.value or mention.kind == "pronoun" or self._is_plural(mention)
        if (len(found) > 1 and not several) or not found:
            main = self.reading.main
            of_main = (it for it in self._found if main is not None and it.holder.ref == main.ref and not it.past)
            found = [it for it in of_main if it.at <= mention.start]
            return found if len(found) == 1 else []
        return found

    def _is_plural(self, mention: Mention) -> bool:
        words = self.reading.view.text[mention.start : mention.end].lower().split()
        return not set(words).isdisjoint(self.reading.grammar.data["label"]["several"])

    def _before(self, at: int) -> list[_Label]:
        """Return the labels that were proposed of the same words, the last ones before a place."""
        before = [it for it in self._found if it.at <= at and not it.past]
        if not before:
            return []
        last = max(it.at for it in before)
        return [it for it in before if it.at == last]

    def _recognised(self) -> None:
        """Propose the award itself where the text says what it honours, who announced it, and how it was assessed."""
        current = next((it for it in self._found if not it.past), None)
        award: Ref | None = None
        merits = self.reading.grammar.terms("merit")
        for match in self.reading.matches("recognised", once=""):
            if current is None or match.denied:
                continue
            found = list(found_in(match, "what", merits))
            if found and award is None and match.says["key"] == "recognises":
                label = match.one("label")
                award = self.notes.thing("LabelAward", label.name if label is not None else match.span)
                self.notes.say(award, "awards", current.ref, match.span)
                self.notes.say(award, "concerns", current.holder, match.span)
                if (by := self._initiative(match)) is not None:
                    self.notes.say(award, "awardedBy", by, match.span, "implied")
            for term, span in found if award is not None else ():
                self.notes.say(award, match.says["key"], term, span)  # type: ignore[arg-type]
        for match in self.reading.matches("announced"):
            agent = self.notes.mention(match, "agent", "person")
            if agent is None or current is None or match.denied or match.planned:
                continue
            label = match.one("label")
            ref = self.notes.thing("Announcement", label.name if label is not None else match.span)
            self.notes.say(ref, "concerns", current.ref, match.span)
            self.notes.say(ref, "agent", agent[0], match.span)
            self.announced.append((ref, agent[0], match.span))
            self._event(match, ref, current.holder)
        for match in self.reading.matches("assessed"):
            org = self.notes.mention(match, "org", "org") or (
                (current.holder, "implied") if current is not None else None
            )
            if org is None or match.denied or match.planned:
                continue
            ref = self.notes.thing("Assessment", match.span)
            self.notes.say(ref, "stage", match.says["stage"], match.span)
            self.notes.say(ref, "concerns", org[0], match.span, org[1])
            if (programme := self.notes.mention(match, "programme", "programme")) is not None:
                self.notes.say(ref, "conductedUnder", programme[0], match.span)
            if (partner := self.notes.mention(match, "with", "org")) is not None:
                self.notes.say(ref, "conductedWith", partner[0], match.span)
            self._criteria(match.sentence, ref)

    def _criteria(self, sentence: Sentence, assessment: Ref) -> None:
        """Propose the criteria of an assessment: their name, how many they are, and what they are about."""
        text = self.reading.view.text
        for mention in sentence.mentions:
            if mention.kind == "count" and mention.other == "indicators":
                noun = mention.end - len(text[mention.start : mention.end].rpartition(" ")[2]), mention.end
                criteria = self._criteria_set(noun)
                self.notes.say(criteria, "name", text[slice(*noun)], noun)
                self.notes.say(criteria, "indicators", mention.value, (mention.start, mention.end), mention.status)
                self.notes.say(assessment, "criteria", criteria, (mention.start, mention.end))
        for match in self.reading.matches("criteria", once=""):
            if match.sentence is not sentence or match.denied:
                continue
            name = sentence.span(match.match.start("name"), match.match.end())
            criteria = self._criteria_set(name)
            key = "alternateName" if self.notes.has(criteria, "name") else "name"
            self.notes.say(criteria, key, text[slice(*name)], name)
            self.notes.say(assessment, "criteria", criteria, match.span, "implied" if key != "name" else "stated")
            place = self.reading.known.named(text[slice(*name)].partition("-")[0], ("Place",))
            if place is not None and "-" in text[slice(*name)]:
                self.notes.say(criteria, "within", place, name, "implied")
        for match in self.reading.matches("criteria_about"):
            if match.sentence is sentence and self._set is not None and not match.denied:
                for term, span in found_in(match, "what", self.reading.grammar.terms("criteria-dimension")):
                    self.notes.say(self._set, "dimension", term, span)

    def _criteria_set(self, span: Span) -> Ref:
        if self._set is None:
            self._set = self.notes.thing("CriteriaSet", span)
        return self._set

    def _initiative(self, match: Match) -> Ref | None:
        """Return the known initiative that a label is called after."""
        label = match.one("label")
        defined = self.reading.known.schemes_of
        for entity in self.reading.entities:
            if (
                label is not None
                and label.other
                and entity.known is not None
                and defined.get(entity.known) == label.other
            ):
                return self.notes.entity(entity)
        return None

    def _event(self, match: Match, announcement: Ref, organizer: Ref) -> None:
        """Propose the event at which something was announced, where its last word is a noun for one."""
        start, end = match.match.span("event") if "event" in match.match.groupdict() else (0, 0)
        if start == end:
            return
        span = match.sentence.span(start, end)
        name = self.reading.view.text[slice(*span)]
        class_ = self.reading.grammar.class_by(self.reading.grammar.nouns, name.rpartition(" ")[2].lower())
        if class_ in {"Event", "SocialEvent", "Conference"}:
            event = self.notes.thing(class_, span)
            self.notes.say(event, "name", name, span)
            self.notes.say(announcement, "event", event, match.span)
            self.notes.say(event, "organizer", organizer, match.span, "implied")

    def _assessments(self) -> None:
        assessments: dict[str, Ref] = {}

        def assessment(label: _Label, span: Span) -> Ref:
            if label.ref.ref not in assessments:
                ref = assessments[label.ref.ref] = self.notes.thing("Assessment", span)
                self.notes.say(ref, "concerns", label.holder, span, "implied")
                self.notes.say(label.ref, "assessment", ref, span, "implied")
            return assessments[label.ref.ref]

        for match in self.reading.matches("audit"):
            count, date = match.one("assessors"), match.one("date")
            if match.denied or match.planned or (count is not None and count.other != "assessors"):
                continue
            current = [it for it in self._found if not it.past]
            if len(current) != 1:
                continue
            ref = assessment(current[0], match.span)
            if count is not None:
                self.notes.say(ref, "assessors", count.value, match.span, count.status)
            if date is not None:
                self.notes.say(ref, "tookPlaceOn", date.value, match.span, "normalised")
            self._criteria(match.sentence, ref)
        for match in self.reading.matches("score"):
            org, score = self.notes.mention(match, "org", "org"), match.one("score")
            if match.denied or match.planned or org is None or score is None or "%" in score.value:
                continue
            label = next((it for it in self._found if it.holder == org[0] and not it.past), None)
            if label is not None:
                self.notes.say(assessment(label, match.span), "score", score.value, match.span, score.status)
        for clause in clauses(self.reading):
            self._scored(clause, assessment)

    def _scored(self, clause: Clause, assessment: Callable[[_Label, Span], Ref]) -> None:
        """Propose the points that a clause says were given to the holder of a label, and by how many assessors."""
        score = clause.one("share")
        if score is None or " of " not in score.mention.value or not clause.is_told or clause.of_kind("project"):
            return
        orgs = clause.groups(clause.of_kind("org"))
        current = [it for it in self._found if not it.past]
        if len(orgs) > 1 or any(len(it) > 1 for it in orgs) or not current:
            return
        if orgs:
            whose = self.notes.of(orgs[0][0].mention, "org")
            current = [it for it in current if whose is not None and it.holder == whose[0]]
        if len(current) != 1 or self.notes.has(current[0].ref, "score"):
            return
        ref = assessment(current[0], clause.span)
        self.notes.say_once(ref, "score", score.mention.value, clause.span, score.mention.status)
        by = clause.one("count")
        if by is not None and by.mention.other == "assessors":
            self.notes.say_once(ref, "assessors", by.mention.value, clause.span, by.mention.status)
