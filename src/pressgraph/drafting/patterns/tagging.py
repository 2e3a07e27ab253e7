"""What sentences mention: names with what belongs to them, labels, days, figures, offices, nouns that mean a thing."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pressgraph.drafting.known import WORD, Names
from pressgraph.drafting.patterns.mentions import Entity, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.names import Word
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.text import Span

_MOST_WORDS = 7
_NOUN = 48
"""Characters in which the noun in front of a name stands."""
"""Words of a name."""


class Tagger:
    """Writes the sentences of a reading with what they mention, by the names that are known by then."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def tag(self) -> list[Mention]:
        """Write all sentences with what they mention, by the names that are known by now."""
        text = self.reading.view.text
        taken = bytearray(len(text) + 1)
        found: list[Mention] = []

        def take(mentions: Iterable[Mention]) -> None:
            for mention in mentions:
                if 1 not in taken[mention.start : mention.end]:
                    taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                    found.append(mention)

        take(Mention(kind="quote", start=start, end=end) for start, end in self.reading.quotes)
        take(self.reading.addresses)
        named = list(self._named())
        labels = list(self._labels(named))
        of_labels = bytearray(len(text) + 1)
        for label in labels:
            of_labels[label.start : label.end] = b"\1" * (label.end - label.start)
        take(it for it in named if not of_labels[it.start] or not of_labels[it.end - 1])
        take(labels)
        take(self.reading.fixed)
        take(self.reading.figures)
        take(self._again(taken))
        take(self._works())
        take(self._other_names(taken))
        pronouns = frozenset(self.reading.grammar.data["pronouns"])
        take(
            Mention(kind="pronoun", start=it.start, end=it.end, value=it.lower)
            for it in self.reading.words
            if it.lower in pronouns
        )
        found.sort(key=lambda it: it.start)
        self._prefer_body(found)
        at = 0
        for sentence in self.reading.sentences:
            while at < len(found) and found[at].start < sentence.start:
                at += 1
            last = at
            while last < len(found) and found[last].end <= sentence.end:
                last += 1
            sentence.tag(text, found[at:last])
        return found

    def _prefer_body(self, found: Sequence[Mention]) -> None:
        """Take the first place below the headline where the whole name of a thing stands for what names it."""
        headline = next((it for it in self.reading.sentences if it.section == "headline"), None)
        todo = {
            it for it in self.reading.entities if headline is not None and headline.start <= it.first[0] < headline.end
        }
        for mention in found:
            entity = mention.entity
            if entity is None or entity not in todo or headline is None or mention.start < headline.end:
                continue
            if " ".join(self.reading.view.text[slice(*mention.name)].split()) == entity.name:
                entity.first = mention.name
                todo.remove(entity)

    def _named(self) -> Iterator[Mention]:
        """Yield the mentions of things by their names, with the article, the noun and the title in front."""
        names: Names[Entity] = Names()
        for entity in self.reading.entities:
            for form in sorted(entity.forms):
                names.add(WORD.findall(form), entity)
        number = 0
        while number < len(self.reading.words):
            found = names.longest(self.reading.texts, number)
            if found is None or not self.reading.is_run(number, found[1]):
                number += 1
                continue
            entity, count = found
            mention = self._mention(entity, number, count)
            again = (
                names.longest(self.reading.texts, number + count) if number + count < len(self.reading.words) else None
            )
            if (
                again is not None
                and again[0] is entity
                and self.reading.view.text[mention.end : mention.end + 2] == " ("
            ):
                # its abbreviation in brackets
                end = self.reading.words[number + count + again[1] - 1].end
                if self.reading.words[number + count].start == mention.end + 2 and self.reading.view.text.startswith(
                    ")", end
                ):
                    mention = replace(mention, end=end + 1)
                    count += again[1]
            yield mention
            number += count

    def _mention(self, entity: Entity, number: int, count: int) -> Mention:
        text = self.reading.view.text
        start, end = self.reading.words[number].start, self.reading.words[number + count - 1].end
        inner = start, end
        if (form := self.reading.grammar.legal_forms.match(text, end + 1)) is not None and text[end] == " ":
            end = form.end()
        elif text.startswith(".", end) and self.reading.words[number + count - 1].text in {"V", "e.V"}:
            end += 1
        if entity.kind == "person":
            title = title_before(self.reading, start)
            start = title[0] if title is not None else self._person_noun(start)
        else:
            if entity.short is not None and text.startswith(" (", end) and entity.short[0] == end + 2:
                end = entity.short[1] + 1
            at = number - 1
            if at >= 0 and text[self.reading.words[at].end : start] == " ":
                noun = self.reading.grammar.class_by(self.reading.grammar.nouns, self.reading.words[at].lower)
                if noun is not None and (
                    at == 0 or text[self.reading.words[at - 1].end : self.reading.words[at].start] == " "
                ):
                    start = self.reading.words[at].start
                    at -= 1
                    before = f"{self.reading.words[at].lower} {self.reading.words[at + 1].lower}"
                    if at >= 0 and before in self.reading.grammar.nouns:
                        start = self.reading.words[at].start
                        at -= 1
                if (
                    at >= 0
                    and self.reading.words[at].lower in self.reading.grammar.articles
                    and text[self.reading.words[at].end : start] == " "
                ):
                    start = self.reading.words[at].start
            after = number + count
            if (
                after < len(self.reading.words)
                and text[end : self.reading.words[after].start] == " "
                and self.reading.grammar.data["nouns_behind"]
            ):
                class_ = self.reading.grammar.class_by(self.reading.grammar.nouns, self.reading.words[after].lower)
                both = (
                    f"{self.reading.words[after].lower} {self.reading.words[after + 1].lower}"
                    if after + 1 < len(self.reading.words)
                    else ""
                )
                if both in self.reading.grammar.nouns and self.reading.grammar.nouns[both] == entity.class_:
                    end = self.reading.words[after + 1].end
                elif class_ == entity.class_ and not self.reading.words[after].is_name:
                    end = self.reading.words[after].end
        if start > 0 and text[start - 1] in '„“"»«' and text[end : end + 1] in tuple('“”"«»'):
            start, end = start - 1, end + 1
        genitive = next((it for it in self.reading.grammar.data["genitives"] if text.startswith(it, end)), "")
        return Mention(kind=entity.kind, start=start, end=end + len(genitive), entity=entity, inner=inner)

    def _labels(self, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield labels with their article, and with the scheme or the initiative behind them."""
        text = self.reading.view.text
        behind = {it.start: it for it in found if it.entity is not None}
        of = "|".join(re.escape(it) for it in sorted(self.reading.grammar.data["label"]["of"], key=len, reverse=True))
        joint = re.compile(rf"\s+(?:{of})\s+|\s+", re.IGNORECASE)
        for match in self.reading.grammar.levels.finditer(text):
            level = next(key for key, value in match.groupdict().items() if value).replace("_", "-")
            start, end, scheme = match.start(), match.end(), ""
            if (gap := joint.match(text, end)) is not None:
                mention = behind.get(gap.end()) or behind.get(gap.start() + 1) or behind.get(gap.end() - 4)
                for at in range(gap.start(), gap.end() + 1):
                    mention = mention or behind.get(at)
                entity = mention.entity if mention is not None else None
                known = entity.known if entity is not None else None
                if mention is not None and known is not None and entity is not None:
                    scheme = known if entity.kind == "scheme" else self.reading.known.schemes_of.get(known, "")
                    end = mention.end if scheme else end
            if before := self._article.search(text, max(0, start - 12), start):
                start = before.start()
            yield Mention(kind="label", start=start, end=end, value=level, other=scheme, inner=match.span())

    @cached_property
    def _article(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(self.reading.grammar.articles))}) $", re.IGNORECASE)

    def _again(self, taken: bytearray) -> Iterator[Mention]:
        """Yield where a thing is called by the noun for its kind alone: the cluster, the label, the project."""
        labels = frozenset(self.reading.grammar.data["label"]["words"])
        main = self.reading.main
        feminine = tuple(self.reading.grammar.data["feminine"])
        for number, word in enumerate(self.reading.words):
            if not number or taken[word.start]:
                continue
            before = self.reading.words[number - 1]
            contracted = before.lower in self.reading.grammar.data["contractions"]
            if not contracted and before.lower not in self.reading.grammar.articles:
                continue
            if self.reading.view.text[before.end : word.start] != " ":
                continue
            if number > 1 and self.reading.words[number - 2].lower in self.reading.grammar.data["copulas"]:
                continue
            start = word.start if contracted else before.start
            end = word.end + len(
                next(
                    (
                        it
                        for it in self.reading.grammar.data["genitives"]
                        if self.reading.view.text.startswith(it, word.end)
                    ),
                    "",
                )
            )
            if word.lower in labels:
                yield Mention(kind="label", start=start, end=end)
                continue
            if before.lower in self.reading.grammar.data["plural_articles"] and not word.lower.endswith(feminine):
                # several of them
                continue
            if self._is_followed(number) or before.lower in self.reading.grammar.data["indefinite"]:
                continue
            class_ = self.reading.grammar.class_by(self.reading.grammar.nouns, word.lower)
            entity = self._meant(class_, word, main) if class_ is not None else self._own(word, main)
            if entity is not None:
                yield Mention(kind=entity.kind, start=start, end=end, entity=entity, status="implied")

    def _is_followed(self, number: int) -> bool:
        """Tell whether a name stands behind a noun, which then means no other thing: "das Start-up Boxtrack"."""
        if number + 1 >= len(self.reading.words) or self.reading.grammar.data["nouns_behind"]:
            return False
        word, behind = self.reading.words[number], self.reading.words[number + 1]
        gap = self.reading.view.text[word.end : behind.start]
        return gap == " " and behind.is_name and not self.reading.grammar.is_plain(behind.lower)

    def _own(self, word: Word, main: Entity | None) -> Entity | None:
        """Return the organisation that the text is about, where a noun of its name is said: "the alliance"."""
        if main is None or word.lower not in self.reading.grammar.heads or main.since >= word.start:
            return None
        return main if word.lower in main.name.lower().split() else None

    def _meant(self, class_: str, word: Word, main: Entity | None) -> Entity | None:
        """Return what a noun alone means: the organisation that the text is about, else what was named last."""
        of_main = main is not None and main.since < word.start
        if of_main and main is not None and (main.class_ == class_ or word.lower in self.reading.grammar.data["own"]):
            return main
        return self.reading.recent(class_, word.start)

    def _other_names(self, taken: bytearray) -> Iterator[Mention]:
        """Yield what may be a name, with its title, its article or the noun for what a person is."""
        for start, end in _name_runs(self.reading.words, self.reading.view.text, taken, self.reading.grammar):
            title = title_before(self.reading, start)
            article = self._article.search(self.reading.view.text, max(0, start - 12), start) if title is None else None
            first = title[0] if title is not None else article.start() if article is not None else start
            if first == start:
                first = self._person_noun(start)
            name = self.reading.view.text[start:end]
            if self.reading.grammar.is_verb(name.lower()):
                continue
            # one word is the name of a place at most, unless it looks like no other word
            kind = "name" if title is not None or re.search(r"[\s-]|\w[^\W\d_a-zà-ÿ]", name) else "word"
            yield Mention(kind=kind, start=first, end=end, inner=(start, end))

    def _person_noun(self, start: int) -> int:
        """Return where the noun begins that says what a person is, right in front of a name: "founder Ann Marsh"."""
        before = self.reading.view.text[max(0, start - _NOUN) : start].rpartition(" ")[0]
        noun = re.search(r"[^\W\d_][\w-]*$", before)
        word = noun[0].lower() if noun is not None else ""
        grammar = self.reading.grammar
        # templates read "his predecessor"
        read = word in grammar.plain_words or word.startswith(grammar.plain_stems) or start - 1 in self._offices
        if noun is None or read or not grammar.is_person_noun(word):
            return start
        return start - len(noun[0]) - 1

    @cached_property
    def _offices(self) -> frozenset[int]:
        """Where the words for offices end."""
        return frozenset(it.end for it in self.reading.fixed if it.kind == "role")

    def _works(self) -> Iterator[Mention]:
        for class_, words in self.reading.grammar.works.items():
            for match in words.finditer(self.reading.view.text):
                if class_ in self.reading.grammar.profile.classes:
                    before = self._article.search(self.reading.view.text, max(0, match.start() - 12), match.start())
                    start = before.start() if before is not None else match.start()
                    yield Mention(kind="work", start=start, end=match.end(), value=class_, inner=match.span())


def title_before(reading: Reading, start: int) -> Span | None:
    """Return where the title in front of a name stands."""
    text = reading.view.text
    for match in reading.grammar.titles.finditer(text, max(0, start - 40), start):
        if match.end() == start:
            return match.start(), len(match[0].rstrip()) + match.start()
    return None


def _name_runs(found: Sequence[Word], text: str, closed: bytearray, grammar: Grammar) -> Iterator[Span]:
    """Yield runs of words that may be names, of people above all, with the particles inside of them."""
    particles = frozenset(grammar.data["particles"])
    number = 0
    while number < len(found):
        if not _may_be_name(found[number], closed, grammar):
            number += 1
            continue
        last = number
        while last + 1 < len(found) and last - number < _MOST_WORDS:
            gap = text[found[last].end : found[last + 1].start]
            if gap != " " and not (gap == ". " and len(found[last].text) == 1):
                break
            if _may_be_name(found[last + 1], closed, grammar):
                last += 1
            elif (
                found[last + 1].text in particles
                and found[last + 1].text not in grammar.articles
                and last + 2 < len(found)
                and text[found[last + 1].end : found[last + 2].start] == " "
                and _may_be_name(found[last + 2], closed, grammar)
            ):
                last += 2
            elif (
                found[last + 1].text in particles
                and last + 3 < len(found)
                and found[last + 2].text in particles
                and text[found[last + 1].end : found[last + 2].start] == " "
                and text[found[last + 2].end : found[last + 3].start] == " "
                and _may_be_name(found[last + 3], closed, grammar)
            ):
                # "van der Berg"
                last += 3
            else:
                break
        yield found[number].start, found[last].end
        number = last + 1


def _may_be_name(word: Word, closed: bytearray, grammar: Grammar) -> bool:
    return word.is_name and not closed[word.start] and not grammar.is_plain(word.lower)
