"""A text as it is read: its sentences with what they mention, and what templates find in them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pressgraph.drafting.known import kind_of_class
from pressgraph.drafting.patterns.dates import dates, durations
from pressgraph.drafting.patterns.figures import figures
from pressgraph.drafting.patterns.mentions import Entity, Mention
from pressgraph.drafting.patterns.names import Discovery, words
from pressgraph.drafting.patterns.sentences import lines, quotes, sentences
from pressgraph.drafting.patterns.tagging import Tagger, title_before
from pressgraph.drafting.patterns.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.drafting.known import KnownNames, KnownThing
    from pressgraph.drafting.patterns.clauses import Clause
    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.mentions import Sentence
    from pressgraph.drafting.patterns.template import Template
    from pressgraph.text import Span

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”]{2,300}[^\s<>\"“”.,;:!?)]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
)
_NOT_MEANT = frozenset({"GovernmentOrganization"})
_PERSON_WORDS = (2, 5)
_LONGEST = 24
"""Characters in which the word in front of a mention stands."""
_LAST = re.compile(r"([^\W\d_][\w-]*) $")
_QUOTED_NAME = 5
"""Words of a name in quotation marks."""
_QUOTED_KINDS = frozenset({"project", "programme", "event", "org"})


_SHORTEST_HOST = 5
"""Letters of a word of a domain that tell whose it is."""
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    """Return a name as domains have it."""
    lower = name.lower().translate(_PLAIN)
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFD", lower))


@dataclass(frozen=True, slots=True)
class Match:
    """What a template found in a sentence."""

    reading: Reading
    sentence: Sentence
    frame: Template
    match: re.Match[str]

    @property
    def span(self) -> Span:
        """Where it stands in the view."""
        return self.sentence.span(*self.match.span())

    @property
    def says(self) -> dict[str, str]:
        """What the template says besides its slots."""
        return dict(self.frame.says)

    @property
    def behind(self) -> str:
        """The word behind it, in lower case."""
        return self.sentence.tagged[self.match.end() :].lstrip().partition(" ")[0].lower()

    def all(self, slot: str) -> list[Mention]:
        """Return the mentions of a slot; none where the template has no such slot."""
        part = self.match.groupdict().get(slot)
        if not part:
            return []
        found = self.sentence.all_in(part)
        # what stands behind one of a list, such as its place, is none of it
        wanted = found[0].kind
        kinds = {
            "org": {"org", "name", "pronoun"},
            "person": {"person", "name"},
            "name": {"name", "org", "person"},
        }.get(wanted, {wanted})
        at = self.reading.grammar.data["prepositions"].get("at", ())
        before = self.reading.view.text[max(0, found[0].start - _LONGEST) : found[0].start].lower().split()[-1:]
        if len(found) > 1 and wanted in {"org", "name"} and not set(before).isdisjoint(at):
            # "at the forum, A and B": where it was is none of the list
            found = found[1:]
        return [it for number, it in enumerate(found) if it.kind in kinds and not (number and self._is_tail(it))]

    def _is_tail(self, mention: Mention) -> bool:
        before = self.reading.view.text[max(0, mention.start - 12) : mention.start]
        return mention.kind in {"name", "word"} and re.search(r"\b(?:aus|in|of|from) $", before) is not None

    def one(self, slot: str) -> Mention | None:
        """Return the mention of a slot, if there is one."""
        return next(iter(self.all(slot)), None)

    @property
    def denied(self) -> bool:
        """Whether its clause says that it is not so."""
        return self.reading.grammar.denies(self._clause())

    @property
    def future(self) -> bool:
        """Whether its clause says what will be, or is being done."""
        return self.reading.grammar.future.search(self._clause()) is not None

    @property
    def planned(self) -> bool:
        """Whether its clause says that it is not so yet."""
        return self.reading.grammar.plan.search(self._clause()) is not None

    def says_also(self, key: str) -> bool:
        """Tell whether its clause has a word of the language for a kind of news."""
        return self.reading.grammar.trigger(key).search(self._clause()) is not None

    def beside(self, kind: str) -> list[Mention]:
        """Return what its clause mentions of a kind."""
        return [it for it in self.sentence.all_in(self._clause()) if it.kind == kind]

    def _clause(self) -> str:
        """Return the clause of the tagged sentence that it stands in."""
        tagged = self.sentence.tagged
        start, end = self.match.span()
        before = [it.end() for it in self.reading.grammar.contrast.finditer(tagged, 0, start)]
        behind = self.reading.grammar.contrast.search(tagged, end)
        return tagged[before[-1] if before else 0 : behind.start() if behind else len(tagged)]


class Reading:
    """A text, read with a grammar and what is known."""

    def __init__(self, source: str, grammar: Grammar, known: KnownNames) -> None:
        self.view = View(source)
        self.grammar, self.known = grammar, known
        text = self.view.text
        self.quotes = [it for it in quotes(text) if not self._is_name(text, it)]
        self.lines = lines(text, grammar)
        self.sentences = sentences(text, self.lines, self.quotes, grammar)
        text = self._unwrapped(text)
        self.words = words(text)
        self.texts = [it.text for it in self.words]
        self.day = self._day()
        self.addresses = [
            Mention(kind="address", start=it.start(), end=it.end(), value=it[0]) for it in _ADDRESS.finditer(text)
        ]
        closed = bytearray(len(text) + 1)
        for start, end in (*self.quotes, *((it.start, it.end) for it in self.addresses)):
            closed[start:end] = b"\1" * (end - start)
        for line in self.lines:
            # what contacts are called is no name: "Press Office"
            heading = grammar.contact.match(text, line.start) if line.section == "contact" else None
            if heading is not None:
                closed[heading.start() : heading.end()] = b"\1" * (heading.end() - heading.start())
        self.clauses: list[Clause] | None = None
        """Written by `clauses`, for the names that are known by now."""
        self.entities: list[Entity] = []
        self._known_entities: dict[str, Entity] = {}
        self._people: dict[str, Entity] = {}
        self._known_mentions(closed)
        for mention in self.fixed:
            if mention.kind == "label":
                continue
            closed[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
        self.entities += Discovery(text, self.words, closed, grammar).run()
        self._merge_headline()
        self._note_boilerplate()
        self.retag()

    def _merge_headline(self) -> None:
        """Take an organisation that only the headline names for the one below it that has the same proper name.

        "Chemical cluster Unterelbe receives a label" tells of the "Chemienetzwerk Unterelbe e. V.".
        """
        headline = next((it for it in self.lines if it.section == "headline"), None)
        orgs = [it for it in self.entities if it.kind == "org"]
        for entity in orgs if headline is not None else ():
            assert headline is not None  # noqa: S101 - else there is none
            proper = entity.name.rpartition(" ")[2]
            if entity.known is not None or entity.formal or not headline.start <= entity.first[0] < headline.end:
                continue
            if any(self.view.text.find(form, headline.end) >= 0 for form in entity.forms):
                continue
            own = (self.grammar.heads, self.grammar.nouns)
            if proper == entity.name or any(self.grammar.class_by(it, proper.lower()) is not None for it in own):
                continue
            short = entity.name.partition(" ")[0].isupper()
            alike = [
                it for it in orgs if it is not entity and (it.formal or short) and it.name.rpartition(" ")[2] == proper
            ]
            if len(alike) == 1:
                alike[0].forms |= entity.forms
                alike[0].since = min(alike[0].since, entity.since)
                self.entities.remove(entity)

    def _is_name(self, text: str, quoted: Span) -> bool:
        """Tell whether quotation marks stand around the name of a thing: the noun for its kind is in front."""
        start, end = quoted
        inner = text[start + 1 : end - 1].split()
        before = _LAST.search(text, max(0, start - 40), start)
        if before is None or not 0 < len(inner) <= _QUOTED_NAME or not inner[-1][-1].isalnum():
            return False
        class_ = self.grammar.class_by(self.grammar.nouns, before[1].lower())
        return class_ is not None and kind_of_class(class_, self.grammar.profile) in _QUOTED_KINDS

    def _unwrapped(self, text: str) -> str:
        """Write the line breaks inside of sentences as spaces: they say nothing."""
        parts: list[str] = []
        at = 0
        for sentence in self.sentences:
            parts += [text[at : sentence.start], text[sentence.start : sentence.end].replace("\n", " ")]
            at = sentence.end
        self.view.text = "".join([*parts, text[at:]])
        return self.view.text

    def _note_boilerplate(self) -> None:
        """Take what stands below a line that is only the name of an organisation for what it says of itself."""
        forms = {form for it in self.entities if it.kind == "org" for form in (*it.forms, *it.variants)}
        about = False
        for sentence in self.sentences:
            if sentence.section == "body" and self.view.text[sentence.start : sentence.end] in forms:
                sentence.section = "about-heading"
                about = True
            elif about and sentence.section == "body":
                sentence.section = "about"

    def _day(self) -> str | None:
        """Return the day of the dateline, or else of the first day that is named."""
        for line in self.lines:
            if (found := self.grammar.dateline(self.view.text[line.start : line.end])) is not None:
                named = next(dates(found[0]["date"], self.grammar, None), None)
                if named is not None:
                    return named.value
            elif line.section == "release":
                named = next(dates(self.view.text[line.start : line.end], self.grammar, None), None)
                if named is not None and not named.other:
                    return named.value
        return None

    @cached_property
    def figures(self) -> list[Mention]:
        """The figures that the text names."""
        return list(figures(self.view.text, self.grammar))

    @cached_property
    def fixed(self) -> list[Mention]:
        """The mentions that do not depend on names: labels, days, durations, offices."""
        grammar, text = self.grammar, self.view.text
        found: list[Mention] = []
        for match in grammar.levels.finditer(text):
            level = next(key for key, value in match.groupdict().items() if value).replace("_", "-")
            found.append(Mention(kind="label", start=match.start(), end=match.end(), value=level))
        for match in grammar.bare_levels.finditer(text) if grammar.levels.search(text) else ():
            level = next(key for key, value in match.groupdict().items() if value)
            found.append(Mention(kind="label", start=match.start(), end=match.end(), value=level.replace("_", "-")))
        found += dates(text, grammar, self.day[:4] if self.day else None)
        found += durations(text, grammar)
        for match in grammar.roles.finditer(text):
            role = grammar.role(match[0])
            if role is not None and not self._is_title(match):
                found.append(
                    Mention(
                        kind="role",
                        start=match.start(),
                        end=match.end(),
                        value=role[0],
                        other=match[0] if role[1] else "",
                    )
                )
        return found

    def _is_title(self, match: re.Match[str]) -> bool:
        """Tell whether an office stands in front of a name as a title does: "Professor Lind", not "professor of"."""
        behind = self.view.text[match.end() : match.end() + 2]
        return match[0] in self.grammar.data["titles"] and behind[:1] == " " and behind[1:].isupper()

    def _known_mentions(self, closed: bytearray) -> None:
        """Note the known things that are named, so that no other name is made of their words."""
        for number, word in enumerate(self.words):
            if closed[word.start]:
                continue
            found = self.known.names.longest(self.texts, number)
            if found is not None:
                thing, count = found
                start, end = word.start, self.words[number + count - 1].end
                if self.is_run(number, count):
                    self._known(thing, (start, end))
                    if count > 1:
                        closed[start:end] = b"\1" * (end - start)

    def is_run(self, number: int, count: int) -> bool:
        """Tell whether words stand side by side."""
        gaps = (
            self.view.text[self.words[at].end : self.words[at + 1].start] for at in range(number, number + count - 1)
        )
        return all(len(gap) <= 3 and "\n\n" not in gap for gap in gaps)  # noqa: PLR2004 - a space, " & "

    def _known(self, thing: KnownThing, first: Span) -> Entity:
        entity = self._known_entities.get(thing.id)
        if entity is None:
            kind = kind_of_class(thing.class_, self.grammar.profile) or "org"
            name = " ".join(self.view.text[slice(*first)].split())
            entity = Entity(kind=kind, class_=thing.class_, name=name, first=first, known=thing.id)
            entity.forms.update(thing.names)
            self._known_entities[thing.id] = entity
            self.entities.append(entity)
        return entity

    # -- people, who are found by what is said of them

    def person(self, mention: Mention) -> Entity | None:
        """Return the person that a mention names, a new one where it can be one; None where it cannot."""
        if mention.entity is not None:
            return mention.entity if mention.entity.kind == "person" else None
        start, end = mention.name
        name = " ".join(self.view.text[start:end].split())
        if name in self._people:
            return self._people[name]
        parts = name.split()
        if not _PERSON_WORDS[0] <= len(parts) <= _PERSON_WORDS[1] or any(it.isupper() and len(it) > 2 for it in parts):  # noqa: PLR2004
            return None
        if any(
            self.grammar.class_by(which, form) is not None
            for it in parts
            for form in (it.lower(), it.lower().removesuffix("s"))
            for which in (self.grammar.heads, self.grammar.nouns)
        ):
            return None
        entity = Entity(kind="person", class_="Person", name=name, first=(start, end))
        particles = self.grammar.data["particles"]
        at = next((i for i, it in enumerate(parts) if it in particles and i), len(parts) - 1)
        entity.family = " ".join(parts[at:])
        entity.forms |= {name, entity.family}
        if match := title_before(self, start):
            entity.title = match
        self._people[name] = entity
        self.entities.append(entity)
        return entity

    # -- mentions

    def retag(self) -> None:
        """Write all sentences with what they mention, by the names that are known by now."""
        self.clauses = None
        self.mentions = Tagger(self).tag()

    # -- who is meant

    def recent(self, class_: str, at: int) -> Entity | None:
        """Return the thing of a class that was named last before a place."""
        kind = kind_of_class(class_, self.grammar.profile)
        general = class_ == "Organization"
        best: tuple[int, Entity] | None = None
        for entity in self.entities:
            fits = entity.class_ == class_ if kind == "org" and not general else entity.kind == kind
            if general and entity.class_ in _NOT_MEANT:
                fits = False
            if fits and entity.since < at:
                place = max((p for form in entity.forms if (p := self.view.text.rfind(form, 0, at)) >= 0), default=-1)
                if place >= 0 and (best is None or place > best[0]):
                    best = place, entity
        return best[1] if best is not None else None

    @property
    def main(self) -> Entity | None:
        """The organisation that the text is about: one of a cluster, in the headline, an association, or the first."""
        orgs = [it for it in self.entities if it.kind == "org" and it.class_ != "GovernmentOrganization"]
        headline = next((it for it in self.lines if it.section == "headline"), None)
        top = self.view.text[headline.start : headline.end] if headline is not None else ""

        hosts = self._hosts

        def rank(entity: Entity) -> tuple[bool, bool, bool, bool, bool, int]:
            return (
                any(host in joined for host in hosts for joined in (_plain(it) for it in entity.forms)),
                entity.known is None or entity.class_ == "ClusterOrganisation",
                entity.class_ == "ClusterOrganisation",
                any(form in top for form in entity.forms),
                entity.legal is not None,
                -entity.since,
            )

        return max(orgs, key=rank, default=None)

    @cached_property
    def _hosts(self) -> frozenset[str]:
        """The words of the domains that are written to, as names have them: "webnet" of "press@web-net.example"."""
        found = (it.value.rpartition("@")[2].lower() for it in self.addresses if "@" in it.value)
        names = (part for it in found for part in it.split(".")[:-1])
        return frozenset(
            word
            for it in names
            for word in (it.replace("-", ""), *it.split("-"))
            if len(word) >= _SHORTEST_HOST and word not in self.grammar.heads and word not in self.grammar.nouns
        )

    def matches(self, kind: str, *, once: str | None = None) -> Iterator[Match]:
        """Yield what the templates of a kind find, sentence by sentence, the headline last: it says the least.

        A later template finds nothing in what an earlier one has found; with `once`, only not the same mention of that
        slot, and with `once=""` anything.
        """
        frames = self.grammar.frames.get(kind, ())
        for sentence in sorted(self.sentences, key=lambda it: it.section == "headline"):
            if sentence.section in {"contact", "about-heading", "release"}:
                continue
            done: list[Span] = []
            for frame in frames:
                if not frame.may_find(sentence.kinds, sentence.small):
                    continue
                for match in frame.pattern.finditer(sentence.tagged):
                    span = match.span(once) if once is not None and once in frame.pattern.groupindex else match.span()
                    if once != "" and any(span[0] < end and span[1] > start for start, end in done):
                        continue
                    done.append(span)
                    yield Match(self, sentence, frame, match)

    def entity(self, mention: Mention, kind: str) -> tuple[Entity, str] | None:
        """Return the thing of a kind that a mention means, and how surely: stated or implied; None where it is none."""
        if mention.entity is not None:
            return (mention.entity, mention.status) if mention.entity.kind == kind else None
        if mention.kind == "pronoun":
            personal = kind != "person" and mention.value in self.grammar.data["personal"]
            found = self.before(mention, kind) if not personal else None
            return (found, "implied") if found is not None else None
        if mention.kind == "word" and kind == "event":
            noun = self.view.text[slice(*mention.name)].rpartition("-")[2].lower()
            class_ = self.grammar.class_by(self.grammar.nouns, noun)
            named = (
                self._new(mention, kind)
                if class_ is not None and kind_of_class(class_, self.grammar.profile) == kind
                else None
            )
            return (named, "stated") if named is not None else None
        if mention.kind == "name":
            entity = self.person(mention) if kind == "person" else self._new(mention, kind)
            return (entity, "stated") if entity is not None else None
        return None

    def follows(self, mention: Mention, key: str) -> bool:
        """Tell whether some words of the language stand in front of a mention."""
        before = self.view.text[max(0, mention.start - _LONGEST) : mention.start].rstrip().lower()
        return any(re.search(rf"(?<!\w){re.escape(it)}$", before) for it in self.grammar.data[key])

    def is_theirs(self, mention: Mention) -> bool:
        """Tell whether a possessive stands in front of a mention: "its chairman"."""
        before = words(self.view.text[max(0, mention.start - 40) : mention.start])[-2:]
        return any(it.lower in self.grammar.data["possessives"] for it in before)

    def back_from(self, sentence: Sentence, most: int) -> list[Sentence]:
        """Return a sentence and the ones before it, as many as `most`, the nearest first."""
        here = bisect_left(self.sentences, sentence.start, key=lambda it: it.start)
        return self.sentences[max(0, here - most) : here + 1][::-1]

    def before(self, mention: Mention, kind: str) -> Entity | None:
        """Return whom a pronoun means: of people the last one, of organisations the first of the sentence before."""
        here = next((i for i, it in enumerate(self.sentences) if it.start <= mention.start < it.end), None)
        if here is None:
            return None
        if kind == "person":
            earlier = [it for it in self.mentions if it.end <= mention.start and it.entity and it.kind == "person"]
            # who has just been named, and is not known to be somebody, may be meant
            last = self.sentences[max(0, here - 1)].start
            unknown = any(
                it.kind == "name" and " " in self.view.text[slice(*it.name)] and earlier and it.start > earlier[-1].end
                for it in self.mentions
                if last <= it.start < mention.start
            )
            return earlier[-1].entity if earlier and not unknown else None
        own = self.sentences[here]
        part = self.view.text.rfind("; ", own.start, mention.start)
        # "A has joined; it is small": what its part of the sentence names goes before what the other part does
        for it in sorted(own.mentions, key=lambda it: it.start < part):
            if it.end <= mention.start and (found := self._called(it, kind)) is not None:
                return found
        for sentence in reversed(self.sentences[max(0, here - 2) : here]):
            if (first := next((it for it in sentence.mentions if it.kind == kind and it.entity), None)) is not None:
                return first.entity
        return None

    def _called(self, mention: Mention, kind: str) -> Entity | None:
        """Return the thing of a kind that a mention names, though it was found only after the mention was written."""
        if mention.entity is not None or mention.kind != "name":
            return mention.entity if mention.kind == kind else None
        name = self.view.text[slice(*mention.name)]
        return next((it for it in self.entities if it.kind == kind and name in it.forms), None)

    def place(self, span: Span) -> Entity | None:
        """Return the place that stands somewhere: one that is named already, or a new one, but no hall or street."""
        name = " ".join(self.view.text[slice(*span)].split())
        for entity in self.entities:
            if name in entity.forms:
                return entity if entity.kind == "place" else None
        before = self.view.text[max(0, span[0] - _LONGEST) : span[0]].lower().split()
        if before and before[-1] in self.grammar.articles and before[-1] not in self.grammar.data["pronouns"]:
            # "in der Stadthalle": a city has no article
            return None
        entity = Entity(kind="place", class_="City", name=name, first=span, forms={name})
        self.entities.append(entity)
        return entity

    def _whole(self, name: str) -> Entity | None:
        """Return the one organisation whose name a shorter one is a part of, which is a form of it from now on."""
        orgs = [it for it in self.entities if it.kind == "org"]
        found = [it for it in orgs if it.name.startswith(f"{name} ") or ("-" in name and it.name.endswith(f" {name}"))]
        if len(found) != 1:
            return None
        found[0].forms.add(name)
        return found[0]

    def _new(self, mention: Mention, kind: str) -> Entity | None:
        """Return a new thing of a name that only its sentence makes one."""
        start, end = mention.name
        name = " ".join(self.view.text[start:end].split())
        if name in self._people:
            return None
        for entity in self.entities:
            if name in entity.forms:
                return entity if entity.kind == kind else None
        if kind == "org" and (whole := self._whole(name)) is not None:
            return whole
        if kind == "org" and " " not in name and name.lower().endswith(tuple(self.grammar.data["any_company"])):
            # "die Biotechnologie-Unternehmen" are many
            return None
        classes = {"org": "Organization", "place": "City", "event": "Event", "project": "Project"}
        if kind not in classes:
            return None
        entity = Entity(kind=kind, class_=classes[kind], name=name, first=(start, end), forms={name})
        self.entities.append(entity)
        return entity
