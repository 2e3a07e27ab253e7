"""People: who holds which office where, since when, how they came to it, whom they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.drafting.grounds import Grounds
from pressgraph.drafting.patterns.clauses import Clause, clauses
from pressgraph.drafting.patterns.names import words
from pressgraph.drafting.proposal import Ref

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.clauses import Part
    from pressgraph.drafting.patterns.mentions import Entity, Mention
    from pressgraph.drafting.patterns.notes import Notes
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.text import Span


def discover(reading: Reading) -> None:
    """Find the people whom templates of offices, quotations and successions name."""
    for kind in ("office", "quotation", "succession", "departure", "signed", "founded"):
        for match in reading.matches(kind):
            for slot in ("person", "speaker", "predecessor", "signatory", "founder"):
                for mention in match.all(slot):
                    reading.entity(mention, "person")
    for mention in reading.mentions:
        if mention.kind == "name" and _is_person(reading, mention):
            reading.person(mention)


def discover_listed(reading: Reading) -> None:
    """Find the organisations that are named in a list with others: no more than their list makes them one."""
    for sentence in reading.sentences:
        for clause in (Clause(reading, sentence, (0, len(sentence.tagged)), None),) if sentence.mentions else ():
            for group in clause.orgs() if sentence.section != "contact" else ():
                if _is_of_somebody(clause, group[0]):
                    # "Ann Marsh of A and Bob Lee": the list is one of people
                    continue
                for part in group:
                    if part.mention.kind == "name":
                        reading.entity(part.mention, "org")


def _is_of_somebody(clause: Clause, part: Part) -> bool:
    """Tell whether an organisation is said to be that of a person right in front of it."""
    people = [it for it in clause.of_kind("person") if it.at < part.at]
    between = clause.text[people[-1].at + 1 : part.at].split() if people else []
    return 0 < len(between) <= 2 and between[0].lower() in clause.reading.grammar.data["belongs"]  # noqa: PLR2004 - with an article


def _is_person(reading: Reading, mention: Mention) -> bool:
    """Tell whether a name is a person's: by its title, the word in front of it, or its first name."""
    start, end = mention.name
    text = reading.view.text
    if mention.start < start and reading.grammar.titles.match(text, mention.start) is not None:
        return True
    before = words(text[max(0, start - 40) : start])
    if before and text[start - 1 : start] == " " and reading.grammar.is_person_noun(before[-1].lower):
        return True
    return text[start:end].partition(" ")[0] in reading.grammar.given_names


class Offices:
    """The offices that were found: one for each person, organisation and role."""

    def __init__(self, reading: Reading, notes: Notes) -> None:
        self.reading, self.notes = reading, notes
        self._found: dict[tuple[str, str, str], Ref] = {}
        self._latest: Ref | None = None
        self._last: dict[str, tuple[Ref, str, str]] = {}
        """By person, the office named last, with the refs of its role and its organisation."""

    def propose(self) -> None:
        """Propose the offices of people, in the order of the text."""
        kinds = {
            "office": self._office,
            "succession": self._succession,
            "start": self._start,
            "departure": self._departure,
        }
        found = [
            (it.sentence.section == "headline", it.span, number, kind, it)
            for number, kind in enumerate(kinds)
            for it in self.reading.matches(kind, once="role" if kind == "office" else None)
        ]
        for _, _, _, kind, match in sorted(found, key=lambda it: it[:3]):
            if kind == "departure" or not match.denied:
                kinds[kind](match)
        for clause in clauses(self.reading):
            if not clause.denied and not clause.planned:
                self._told(clause)
                self._leads(clause)
        for match in self.reading.matches("post"):
            self._post(match)
        for match in self.reading.matches("affiliation"):
            self._affiliation(match)
        for entity in self.reading.entities:
            if entity.kind == "person" and not self._is_of_contact(entity):
                self.notes.entity(entity)

    def _post(self, match: Match) -> None:
        """Propose an office that no vocabulary has a term for, by its name: "Ann Marsh, chief scientist of A"."""
        person, org = self.notes.mention(match, "person", "person"), self.notes.mention(match, "org", "org")
        span = match.sentence.span(*match.match.span("title"))
        title = " ".join(self.reading.view.text[slice(*span)].split())
        grammar = self.reading.grammar
        said = title.lower().split()
        if any(it in grammar.plain_words or grammar.is_verb(it) for it in said):
            return
        if grammar.data["nouns_are_capital"] and not title[0].isupper():
            return
        if person is None or org is None or self._holds(person[0], org[0]) is not None:
            return
        key = person[0].ref, org[0].ref, title
        ref = self._found[key] = self.notes.thing("Membership", match.span)
        self.notes.say(ref, "member", person[0], match.span)
        self.notes.say(ref, "organization", org[0], match.span, org[1])
        self.notes.say(ref, "roleName", title, span)

    def _affiliation(self, match: Match) -> None:
        """Propose whose somebody is, unless an office there says so already: "Ann Marsh of the University of A"."""
        person, org = self.notes.mention(match, "person", "person"), self.notes.mention(match, "org", "org")
        if person is not None and org is not None and self._holds(person[0], org[0]) is None:
            self.notes.say(person[0], "affiliation", org[0], match.span, org[1])

    def _holds(self, person: Ref, org: Ref) -> Ref | None:
        """Return the office that a person has in an organisation."""
        found = (ref for (who, where, _), ref in self._found.items() if (who, where) == (person.ref, org.ref))
        return next(found, None)

    def _is_of_contact(self, entity: Entity) -> bool:
        return any(it.section == "contact" and it.start <= entity.first[0] < it.end for it in self.reading.sentences)

    def _told(self, clause: Clause) -> None:
        """Propose the offices that a clause tells of with its verb, wherever person and office stand in it."""
        roles = [it for it in clause.of_kind("role") if not self._is_taken(clause, it)]
        how = next((it for it in ("re-election", "election", "appointment", "office") if clause.says(it)), None)
        people = [it for it in clause.of_kind("person", "pronoun") if not clause.is_marked(it, "from")]
        groups = clause.groups(people)
        if len(roles) != 1 or how is None or not groups:
            return
        role = roles[0].mention
        named = [it for it in groups if any(part.mention.kind == "person" for part in it)]
        groups = named or groups
        if len(groups) != 1 or self.reading.recent("Person", clause.span[1]) is None:
            return
        org = self._holding(clause, roles[0])
        if org is None:
            return
        span = clause.span
        for part in groups[0]:
            person = self.notes.of(part.mention, "person")
            if person is None or (person[0].ref, org[0].ref, role.value) in self._found:
                continue
            ref = self.office(person[0], org[0], role.value, span, org[1], part.mention.name, role)
            if role.other:
                self._say_role(ref, role)
            if how != "office":
                self.notes.say(ref, "filledBy", how, span)
                days = clause.of_kind("date")
                if len(days) == 1 and not clause.future:
                    self.notes.say(ref, "startDate", days[0].mention.value, span, "normalised")
                terms = clause.of_kind("duration")
                if len(terms) == 1:
                    self.notes.say(ref, "duration", terms[0].mention.value, span, "normalised")

    def _leads(self, clause: Clause) -> None:
        """Propose the office that a verb tells of, or since when it is held: "has chaired the network since 2020"."""
        found = self.reading.grammar.leading.search(clause.text)
        orgs = clause.of_kind("org")
        head = clause.head if clause.head is not None and clause.head.kind == "person" else None
        people = [it.mention for it in clause.of_kind("person")] or ([head] if head is not None else [])
        if found is None or len(orgs) != 1 or len(people) != 1 or clause.of_kind("role", "project", "work", "quote"):
            return
        behind = clause.text[found.end() : orgs[0].at].strip()
        genitives = tuple(self.reading.grammar.data["genitives"])
        owned = bool(genitives) and self.reading.view.text[: orgs[0].mention.end].endswith(genitives)
        capital = self.reading.grammar.data["nouns_are_capital"]
        if capital:
            # "leitet die Entwicklung der A": something of it
            behind = " ".join(it for it in behind.split() if it[0].isupper())
            between = (it.at for it in clause.parts if it.mention.kind in {"word", "name"})
            behind += "".join("-" for at in between if found.end() <= at < orgs[0].at)
        if behind or owned or clause.is_marked(orgs[0], "by"):
            return
        person, org = self.notes.of(people[0], "person"), self.notes.of(orgs[0].mention, "org")
        if person is None or org is None:
            return
        _, _, held = self._last.get(person[0].ref, (None, "", ""))
        term = next(key for key, value in found.groupdict().items() if value).replace("_", "-")
        ref = self._holds(person[0], org[0])
        if ref is None:
            # of a predecessor, the office is the one that somebody else has now
            term = self._last[person[0].ref][1] if held == org[0].ref else term
            ref = self.office(person[0], org[0], term, clause.span, "implied", people[0].name)
        days = [it for it in clause.of_kind("date") if clause.is_behind(it, "since")]
        terms = clause.of_kind("duration")
        if len(days) == 1:
            self.notes.say_once(ref, "startDate", days[0].mention.value, clause.span, "normalised")
        if len(terms) == 1:
            self.notes.say_once(ref, "duration", terms[0].mention.value, clause.span, "normalised")

    def _is_taken(self, clause: Clause, part: Part) -> bool:
        """Tell whether an office stands beside a name already: the template for it has read it."""
        behind = [it for it in clause.of_kind("person") if 0 < it.at - part.at <= 2]  # noqa: PLR2004 - a space between
        return bool(behind)

    def _holding(self, clause: Clause, role: Part) -> tuple[Ref, str] | None:
        """Return the organisation of an office that a clause tells of: behind it, else alone, else the text's."""
        orgs = clause.of_kind("org")
        near = [it for it in orgs if 0 < it.at - role.at <= 12]  # noqa: PLR2004 - a preposition between
        one = near[0] if near else orgs[0] if len(orgs) == 1 and not clause.is_marked(orgs[0], "by") else None
        if one is not None:
            return self.notes.of(one.mention, "org")
        main = self.reading.main if not orgs and role.mention.value not in _OUTSIDE else None
        return (self.notes.entity(main), "implied") if main is not None else None

    def office(
        self, person: Ref, org: Ref, role: str, span: Span, status: str, named: Span, said: Mention | None = None
    ) -> Ref:
        """Return the office of a person, proposed where it is new; the person is `named` there, the role `said`."""
        key = person.ref, org.ref, role
        if key not in self._found:
            ref = self._found[key] = self.notes.thing("Membership", named)
            self.notes.say(ref, "member", person, span)
            self.notes.say(ref, "organization", org, span, status)
            self.notes.say(ref, "role", role, self._role_words(role, span, said))
        self._last[person.ref] = self._found[key], role, org.ref
        self._latest = person
        return self._found[key]

    def _role_words(self, term: str, span: Span, said: Mention | None) -> Span:
        """Return the words that say a role and no other one: the part of the sentence, or as few as it takes."""
        scheme = self.notes.profile.schemes.get("role")
        concept = scheme.concepts.get(term) if scheme is not None else None
        if said is None or scheme is None or concept is None:
            return span
        text = self.reading.view.text
        start, end = said.name
        # "head of research" is no researcher
        literal = start, start + self.reading.grammar.literal(text[start:end])
        wide = (span, said.name, literal)
        return next((it for it in wide if Grounds(text[slice(*it)]).term(concept, scheme) is not False), span)

    def in_capacity(self, person: Ref) -> Ref | None:
        """Return the office of a person, where only one is told of."""
        found = {ref.ref: ref for (who, _, _), ref in self._found.items() if who == person.ref}
        return next(iter(found.values())) if len(found) == 1 else None

    def last(self, person: Ref) -> Ref | None:
        """Return the office of a person that was named last."""
        found = self._last.get(person.ref)
        return found[0] if found is not None else None

    def _organisation(self, match: Match, role: Mention) -> tuple[Ref, str] | None:
        """Return the organisation of an office: the one that is named, or else the one that the text is about."""
        if (whose := self._named_in(role)) is not None:
            return self.notes.entity(whose), "stated"
        for kind in ("org", "project"):
            mention = match.one("org") or match.one("project")
            if mention is not None and (found := self.notes.of(mention, kind)) is not None:
                return found
        if role.value in _OF_PROJECTS and (project := self.reading.recent("Project", match.span[1])) is not None:
            return self.notes.entity(project), "implied"
        if role.end == match.span[1] and match.behind in self.reading.grammar.data["belongs"]:
            # it is said, but not understood
            return None
        if role.value == "minister":
            all_ = [it for it in self.reading.entities if it.kind == "org" and self._is_ministry(it)]
            return (self.notes.entity(all_[0]), "implied") if len(all_) == 1 else None
        main = self.reading.main if role.value not in _OUTSIDE else None
        if main is not None and self.reading.is_theirs(role):
            # "its chairman": of the one that was spoken of
            main = self.reading.before(role, "org") or main
        return (self.notes.entity(main), "implied") if main is not None else None

    def _named_in(self, role: Mention) -> Entity | None:
        """Return the organisation that a compound for an office names: "CGM-Geschäftsführerin"."""
        name, hyphen, _ = self._words(role.name).rpartition("-")
        orgs = (it for it in self.reading.entities if it.kind == "org" and name in it.forms)
        return next(orgs, None) if hyphen else None

    def _say_role(self, ref: Ref, role: Mention) -> None:
        """Propose what an office is called, without the organisation that a compound for it names."""
        words, (start, end) = self._words(role.name), role.name
        if self._named_in(role) is not None:
            start = end - len(words.rpartition("-")[2])
        self.notes.say(ref, "roleName", self._words((start, end)), (start, end))

    def _words(self, span: Span) -> str:
        return " ".join(self.reading.view.text[slice(*span)].split())

    def _is_ministry(self, entity: Entity) -> bool:
        words = tuple(self.reading.grammar.data["ministries"])
        return any(it.endswith(words) for it in entity.name.lower().split())

    def _office(self, match: Match) -> None:
        role = match.one("role")
        if role is None:
            return
        org = self._organisation(match, role)
        if org is None:
            return
        for mention in match.all("person"):
            person = self.notes.of(mention, "person")
            if person is None:
                continue
            span = match.span
            ref = self.office(person[0], org[0], role.value, span, org[1], mention.name, role)
            if role.other:
                self._say_role(ref, role)
            for key, value in match.says.items():
                self.notes.say(ref, key, value, span)
            if (date := match.one("date")) is not None and not match.planned:
                self.notes.say(ref, "startDate", date.value, span, "normalised")

    def _start(self, match: Match) -> None:
        person, date = self.notes.mention(match, "person", "person"), match.one("date")
        if person is not None and date is not None and (ref := self.last(person[0])) is not None:
            self.notes.say(ref, "startDate", date.value, match.span, "normalised")

    def _succession(self, match: Match) -> None:
        predecessor = self.notes.mention(match, "predecessor", "person")
        person = self.notes.mention(match, "person", "person")
        if predecessor is None or (person is None and match.one("person") is not None):
            return
        if person is None:
            # "his predecessor": that of whom the sentence before speaks
            if self._latest is None or self._latest == predecessor[0]:
                return
            person = self._latest, "implied"
        role, date = match.one("role"), match.one("date")
        main = self.reading.main
        if role is not None and main is not None:
            ref: Ref | None = self.office(
                person[0],
                self.notes.entity(main),
                role.value,
                match.span,
                "implied",
                self._named(match),
                role,
            )
        else:
            ref = self._here(person[0]) or self.last(person[0])
        if ref is None:
            return
        self.notes.say(ref, "predecessor", predecessor[0], match.span)
        if date is not None:
            self.notes.say(ref, "startDate", date.value, match.span, "normalised")
        _, held, org = self._last[person[0].ref]
        self._last[predecessor[0].ref] = ref, held, org

    @staticmethod
    def _named(match: Match) -> Span:
        mention = match.one("person")
        return mention.name if mention is not None else match.span

    def _here(self, person: Ref) -> Ref | None:
        """Return the office of a person in the organisation that the text is about, the one that was named last.

        A text of who follows whom there says besides what they do elsewhere.
        """
        main = self.reading.main
        if main is None:
            return None
        org = self.notes.entity(main).ref
        found = [(role, ref) for (who, where, role), ref in self._found.items() if (who, where) == (person.ref, org)]
        if not found:
            return None
        self._last[person.ref] = found[-1][1], found[-1][0], org
        return found[-1][1]

    def _departure(self, match: Match) -> None:
        person = self.notes.mention(match, "person", "person")
        if person is None or (last := self._last.get(person[0].ref)) is None:
            return
        ref = self.office(person[0], Ref(last[2]), last[1], match.span, "implied", self._named(match))
        for key, value in match.says.items():
            self.notes.say(ref, key, value, match.span)
        if (duration := match.one("duration")) is not None:
            self.notes.say(ref, "duration", duration.value, match.span, "normalised")
        if (date := match.one("date")) is not None:
            self.notes.say(ref, "endDate", date.value, match.span, "normalised")
        else:
            self.notes.say(ref, "state", "ended", match.span, "implied")


_OUTSIDE = frozenset({"founder", "minister", "professor", "researcher", "assessor", "chair-holder"})
"""Offices that are held elsewhere, where the text does not say where."""
_OF_PROJECTS = frozenset({"project-manager", "coordinator"})
