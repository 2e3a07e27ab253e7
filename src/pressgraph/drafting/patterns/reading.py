"""A text as it is read: its sentences with what they mention, and what templates find in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pressgraph.drafting.known import WORD, Names, kind_of_class
from pressgraph.drafting.patterns.dates import dates, durations
from pressgraph.drafting.patterns.figures import figures
from pressgraph.drafting.patterns.mentions import Entity, Mention
from pressgraph.drafting.patterns.names import Discovery, name_runs, words
from pressgraph.drafting.patterns.sentences import lines, quotes, sentences
from pressgraph.drafting.patterns.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.drafting.known import KnownNames, KnownThing
    from pressgraph.drafting.patterns.grammar import Frame, Grammar
    from pressgraph.drafting.patterns.mentions import Sentence
    from pressgraph.drafting.patterns.names import Word
    from pressgraph.text import Span

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”]{2,300}[^\s<>\"“”.,;:!?)]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
)
_NOT_MEANT = frozenset({"GovernmentOrganization"})
_PERSON_WORDS = (2, 5)


@dataclass(frozen=True, slots=True)
class Match:
    """What a template found in a sentence."""

    reading: Reading
    sentence: Sentence
    frame: Frame
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
        return self.reading.grammar.negation.search(self._clause()) is not None

    @property
    def future(self) -> bool:
        """Whether its clause says what will be, or is being done."""
        return self.reading.grammar.future.search(self._clause()) is not None

    @property
    def planned(self) -> bool:
        """Whether its clause says that it is not so yet."""
        return self.reading.grammar.plan.search(self._clause()) is not None

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
        self.quotes = quotes(text)
        self.lines = lines(text, grammar)
        self.sentences = sentences(text, self.lines, self.quotes, grammar)
        text = self._unwrapped(text)
        self.words = words(text)
        self._texts = [it.text for it in self.words]
        self.day = self._day()
        self._addresses = [
            Mention(kind="address", start=it.start(), end=it.end(), value=it[0]) for it in _ADDRESS.finditer(text)
        ]
        closed = bytearray(len(text) + 1)
        for start, end in (*self.quotes, *((it.start, it.end) for it in self._addresses)):
            closed[start:end] = b"\1" * (end - start)
        self.entities: list[Entity] = []
        self._known_entities: dict[str, Entity] = {}
        self._people: dict[str, Entity] = {}
        self._known_mentions(closed)
        for mention in self._fixed():
            if mention.kind == "label":
                continue
            closed[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
        self.entities += Discovery(text, self.words, closed, grammar).run()
        self._note_boilerplate()
        self.retag()

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
        return None

    def _fixed(self) -> list[Mention]:
        """Return the mentions that do not depend on names: labels, days, durations, offices."""
        grammar, text = self.grammar, self.view.text
        found: list[Mention] = []
        for match in grammar.levels.finditer(text):
            level = next(key for key, value in match.groupdict().items() if value).replace("_", "-")
            found.append(Mention(kind="label", start=match.start(), end=match.end(), value=level))
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
            found = self.known.names.longest(self._texts, number)
            if found is not None:
                thing, count = found
                start, end = word.start, self.words[number + count - 1].end
                if self._is_run(number, count):
                    self._known(thing, (start, end))
                    if count > 1:
                        closed[start:end] = b"\1" * (end - start)

    def _is_run(self, number: int, count: int) -> bool:
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
            self.grammar.class_by(which, it.lower()) is not None
            for it in parts
            for which in (self.grammar.heads, self.grammar.nouns)
        ):
            return None
        entity = Entity(kind="person", class_="Person", name=name, first=(start, end))
        particles = self.grammar.data["particles"]
        at = next((i for i, it in enumerate(parts) if it in particles and i), len(parts) - 1)
        entity.family = " ".join(parts[at:])
        entity.forms |= {name, entity.family}
        if match := _title(self, start):
            entity.title = match
        self._people[name] = entity
        self.entities.append(entity)
        return entity

    # -- mentions

    def retag(self) -> None:
        """Write all sentences with what they mention, by the names that are known by now."""
        text = self.view.text
        taken = bytearray(len(text) + 1)
        found: list[Mention] = []

        def take(mentions: Iterable[Mention]) -> None:
            for mention in mentions:
                if 1 not in taken[mention.start : mention.end]:
                    taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                    found.append(mention)

        take(Mention(kind="quote", start=start, end=end) for start, end in self.quotes)
        take(self._addresses)
        named = list(self._named())
        labels = list(self._labels(named))
        take(it for it in named if not any(label.start <= it.start and it.end <= label.end for label in labels))
        take(labels)
        take(self._fixed())
        take(figures(text, self.grammar))
        take(self._again(taken))
        take(self._works())
        take(self._other_names(taken))
        pronouns = frozenset(self.grammar.data["pronouns"])
        take(
            Mention(kind="pronoun", start=it.start, end=it.end, value=it.lower)
            for it in self.words
            if it.lower in pronouns
        )
        found.sort(key=lambda it: it.start)
        self.mentions = found
        self._prefer_body(found)
        at = 0
        for sentence in self.sentences:
            while at < len(found) and found[at].start < sentence.start:
                at += 1
            last = at
            while last < len(found) and found[last].end <= sentence.end:
                last += 1
            sentence.tag(text, found[at:last])

    def _prefer_body(self, found: Sequence[Mention]) -> None:
        """Take the first place below the headline where the whole name of a thing stands for what names it."""
        headline = next((it for it in self.sentences if it.section == "headline"), None)
        todo = {it for it in self.entities if headline is not None and headline.start <= it.first[0] < headline.end}
        for mention in found:
            entity = mention.entity
            if entity is None or entity not in todo or headline is None or mention.start < headline.end:
                continue
            if " ".join(self.view.text[slice(*mention.name)].split()) == entity.name:
                entity.first = mention.name
                todo.remove(entity)

    def _named(self) -> Iterator[Mention]:
        """Yield the mentions of things by their names, with the article, the noun and the title in front."""
        names: Names[Entity] = Names()
        for entity in self.entities:
            for form in sorted(entity.forms):
                names.add(WORD.findall(form), entity)
        number = 0
        while number < len(self.words):
            found = names.longest(self._texts, number)
            if found is None or not self._is_run(number, found[1]):
                number += 1
                continue
            entity, count = found
            mention = self._mention(entity, number, count)
            again = names.longest(self._texts, number + count) if number + count < len(self.words) else None
            if again is not None and again[0] is entity and self.view.text[mention.end : mention.end + 2] == " (":
                # its abbreviation in brackets
                end = self.words[number + count + again[1] - 1].end
                if self.words[number + count].start == mention.end + 2 and self.view.text.startswith(")", end):
                    mention = replace(mention, end=end + 1)
                    count += again[1]
            yield mention
            number += count

    def _mention(self, entity: Entity, number: int, count: int) -> Mention:
        text = self.view.text
        start, end = self.words[number].start, self.words[number + count - 1].end
        inner = start, end
        if (form := self.grammar.legal_forms.match(text, end + 1)) is not None and text[end] == " ":
            end = form.end()
        elif text.startswith(".", end) and self.words[number + count - 1].text in {"V", "e.V"}:
            end += 1
        if entity.kind == "person":
            if (title := _title(self, start)) is not None:
                start = title[0]
        else:
            if entity.short is not None and text.startswith(" (", end) and entity.short[0] == end + 2:
                end = entity.short[1] + 1
            at = number - 1
            if at >= 0 and text[self.words[at].end : start] == " ":
                noun = self.grammar.class_by(self.grammar.nouns, self.words[at].lower)
                if noun is not None and (at == 0 or text[self.words[at - 1].end : self.words[at].start] == " "):
                    start = self.words[at].start
                    at -= 1
                    before = f"{self.words[at].lower} {self.words[at + 1].lower}"
                    if at >= 0 and before in self.grammar.nouns:
                        start = self.words[at].start
                        at -= 1
                if (
                    at >= 0
                    and self.words[at].lower in self.grammar.articles
                    and text[self.words[at].end : start] == " "
                ):
                    start = self.words[at].start
            after = number + count
            if (
                after < len(self.words)
                and text[end : self.words[after].start] == " "
                and self.grammar.data["nouns_behind"]
            ):
                class_ = self.grammar.class_by(self.grammar.nouns, self.words[after].lower)
                both = f"{self.words[after].lower} {self.words[after + 1].lower}" if after + 1 < len(self.words) else ""
                if both in self.grammar.nouns and self.grammar.nouns[both] == entity.class_:
                    end = self.words[after + 1].end
                elif class_ == entity.class_ and not self.words[after].is_name:
                    end = self.words[after].end
        genitive = next((it for it in self.grammar.data["genitives"] if text.startswith(it, end)), "")
        return Mention(kind=entity.kind, start=start, end=end + len(genitive), entity=entity, inner=inner)

    def _labels(self, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield labels with their article, and with the scheme or the initiative behind them."""
        text = self.view.text
        behind = {it.start: it for it in found if it.entity is not None}
        of = "|".join(re.escape(it) for it in sorted(self.grammar.data["label"]["of"], key=len, reverse=True))
        joint = re.compile(rf"\s+(?:{of})\s+|\s+", re.IGNORECASE)
        for match in self.grammar.levels.finditer(text):
            level = next(key for key, value in match.groupdict().items() if value).replace("_", "-")
            start, end, scheme = match.start(), match.end(), ""
            if (gap := joint.match(text, end)) is not None:
                mention = behind.get(gap.end()) or behind.get(gap.start() + 1) or behind.get(gap.end() - 4)
                for at in range(gap.start(), gap.end() + 1):
                    mention = mention or behind.get(at)
                entity = mention.entity if mention is not None else None
                known = entity.known if entity is not None else None
                if mention is not None and known is not None and entity is not None:
                    scheme = known if entity.kind == "scheme" else self.known.schemes_of.get(known, "")
                    end = mention.end if scheme else end
            if before := self._article.search(text, max(0, start - 12), start):
                start = before.start()
            yield Mention(kind="label", start=start, end=end, value=level, other=scheme, inner=match.span())

    @cached_property
    def _article(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(self.grammar.articles))}) $", re.IGNORECASE)

    def _again(self, taken: bytearray) -> Iterator[Mention]:
        """Yield where a thing is called by the noun for its kind alone: the cluster, the label, the project."""
        labels = frozenset(self.grammar.data["label"]["words"])
        main = self.main
        for number, word in enumerate(self.words):
            if not number or taken[word.start]:
                continue
            before = self.words[number - 1]
            contracted = before.lower in self.grammar.data["contractions"]
            if not contracted and before.lower not in self.grammar.articles:
                continue
            if self.view.text[before.end : word.start] != " ":
                continue
            if number > 1 and self.words[number - 2].lower in self.grammar.data["copulas"]:
                continue
            start = word.start if contracted else before.start
            end = word.end + len(
                next((it for it in self.grammar.data["genitives"] if self.view.text.startswith(it, word.end)), "")
            )
            if word.lower in labels:
                yield Mention(kind="label", start=start, end=end)
                continue
            class_ = self.grammar.class_by(self.grammar.nouns, word.lower)
            entity = self._meant(class_, word, main) if class_ is not None else None
            if entity is not None:
                yield Mention(kind=entity.kind, start=start, end=end, entity=entity, status="implied")

    def _other_names(self, taken: bytearray) -> Iterator[Mention]:
        """Yield what may be a name, with its title or its article."""
        for start, end in name_runs(self.words, self.view.text, taken, self.grammar):
            title = _title(self, start)
            article = self._article.search(self.view.text, max(0, start - 12), start) if title is None else None
            first = title[0] if title is not None else article.start() if article is not None else start
            name = self.view.text[start:end]
            # one word is the name of a place at most, unless it looks like no other word
            kind = "name" if title is not None or re.search(r"[\s-]|\w[^\W\d_a-zà-ÿ]", name) else "word"
            yield Mention(kind=kind, start=first, end=end, inner=(start, end))

    def _works(self) -> Iterator[Mention]:
        for class_, names in self.grammar.data["works"].items():
            alternatives = "|".join(re.escape(it) for it in sorted(names, key=len, reverse=True))
            for match in re.finditer(rf"(?<!\w)(?:{alternatives})(?!\w)", self.view.text, re.IGNORECASE):
                if class_ in self.grammar.profile.classes:
                    before = self._article.search(self.view.text, max(0, match.start() - 12), match.start())
                    start = before.start() if before is not None else match.start()
                    yield Mention(kind="work", start=start, end=match.end(), value=class_, inner=match.span())

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
            if fits and entity.first[0] < at:
                place = max((p for form in entity.forms if (p := self.view.text.rfind(form, 0, at)) >= 0), default=-1)
                if place >= 0 and (best is None or place > best[0]):
                    best = place, entity
        return best[1] if best is not None else None

    def _meant(self, class_: str, word: Word, main: Entity | None) -> Entity | None:
        """Return what a noun alone means: the organisation that the text is about, else what was named last."""
        of_main = main is not None and main.first[0] < word.start
        if of_main and main is not None and (main.class_ == class_ or word.lower in self.grammar.data["own"]):
            return main
        return self.recent(class_, word.start)

    @property
    def main(self) -> Entity | None:
        """The organisation that the text is about: one of a cluster, in the headline, an association, or the first."""
        orgs = [it for it in self.entities if it.kind == "org" and it.class_ != "GovernmentOrganization"]
        headline = next((it for it in self.lines if it.section == "headline"), None)
        top = self.view.text[headline.start : headline.end] if headline is not None else ""

        def rank(entity: Entity) -> tuple[bool, bool, bool, bool, int]:
            return (
                entity.known is None or entity.class_ == "ClusterOrganisation",
                entity.class_ == "ClusterOrganisation",
                any(form in top for form in entity.forms),
                entity.legal is not None,
                -entity.first[0],
            )

        return max(orgs, key=rank, default=None)

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
            found = self._before(mention, kind)
            return (found, "implied") if found is not None else None
        if mention.kind == "name":
            entity = self.person(mention) if kind == "person" else self._new(mention, kind)
            return (entity, "stated") if entity is not None else None
        return None

    def _before(self, mention: Mention, kind: str) -> Entity | None:
        """Return whom a pronoun means: of people the last one, of organisations the first of the sentence before."""
        here = next((i for i, it in enumerate(self.sentences) if it.start <= mention.start < it.end), None)
        if here is None:
            return None
        if kind == "person":
            earlier = [it for it in self.mentions if it.end <= mention.start and it.entity and it.kind == "person"]
            return earlier[-1].entity if earlier else None
        for sentence in reversed(self.sentences[max(0, here - 2) : here]):
            if (first := next((it for it in sentence.mentions if it.kind == kind and it.entity), None)) is not None:
                return first.entity
        return None

    def place(self, span: Span) -> Entity | None:
        """Return the place that stands somewhere: one that is named already, or a new one."""
        name = " ".join(self.view.text[slice(*span)].split())
        for entity in self.entities:
            if name in entity.forms:
                return entity if entity.kind == "place" else None
        entity = Entity(kind="place", class_="City", name=name, first=span, forms={name})
        self.entities.append(entity)
        return entity

    def _new(self, mention: Mention, kind: str) -> Entity | None:
        """Return a new thing of a name that only its sentence makes one."""
        start, end = mention.name
        name = " ".join(self.view.text[start:end].split())
        if name in self._people:
            return None
        for entity in self.entities:
            if name in entity.forms:
                return entity if entity.kind == kind else None
        classes = {"org": "Organization", "place": "City", "event": "Event", "project": "Project"}
        entity = Entity(kind=kind, class_=classes[kind], name=name, first=(start, end), forms={name})
        self.entities.append(entity)
        return entity


def _title(reading: Reading, start: int) -> Span | None:
    """Return where the title in front of a name stands."""
    text = reading.view.text
    for match in reading.grammar.titles.finditer(text, max(0, start - 40), start):
        if match.end() == start:
            return match.start(), len(match[0].rstrip()) + match.start()
    return None
