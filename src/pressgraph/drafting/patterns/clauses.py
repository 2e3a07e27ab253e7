"""Clauses: what is said anywhere in them, in whichever order, by the words that a language has for a kind of news."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.template import any_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.mentions import Entity, Mention, Sentence
    from pressgraph.drafting.patterns.reading import Reading
    from pressgraph.text import Span

_SILENT = frozenset({"contact", "about-heading", "release"})
_LISTED = re.compile(rf"\s+(?:[^\W\d_]+\s){{0,2}}{any_of(('org', 'name'))}")
_BEGINNING = 4
"""Characters of a tagged clause in which its subject begins, where that is a pronoun."""
_WORDS = 24
"""Characters in which the words in front of a mention stand."""
_LAST_WORD = re.compile(r"([^\W\d_]+)\s*$")


@dataclass(frozen=True, slots=True)
class Part:
    """A mention in a clause, and the word in front of it, in lower case."""

    at: int
    mention: Mention
    marker: str


class Clause:
    """A part of a sentence that has a verb of its own; a relative clause knows what it is about."""

    def __init__(self, reading: Reading, sentence: Sentence, span: Span, head: Mention | None) -> None:
        self.reading, self.sentence = reading, sentence
        self.start, self.end = span
        self.head = head
        self.text = sentence.tagged[self.start : self.end]
        self._triggers: dict[str, re.Match[str] | None] = {}
        self.parts = [
            Part(at, sentence.mention(sign), self._marker(at))
            for at, sign in enumerate(self.text)
            if kind_of(sign) is not None
        ]

    def _marker(self, at: int) -> str:
        before = _LAST_WORD.search(self.text, max(0, at - _WORDS), at)
        return before[1].lower() if before is not None else ""

    @property
    def span(self) -> Span:
        """Where it stands in the view."""
        text = self.sentence.tagged[self.start : self.end]
        start = self.start + len(text) - len(text.lstrip(" ,;:–—"))
        end = self.end - (len(text) - len(text.rstrip()))
        return self.sentence.span(start, max(end, start + 1))

    def says(self, key: str) -> bool:
        """Tell whether it has a word of the language for a kind of news."""
        return self.trigger(key) is not None

    def trigger(self, key: str) -> re.Match[str] | None:
        """Return the first word of the language for a kind of news."""
        if key not in self._triggers:
            self._triggers[key] = self.reading.grammar.trigger(key).search(self.text)
        return self._triggers[key]

    def of_kind(self, *kinds: str) -> list[Part]:
        """Return what it mentions of some kinds."""
        return [it for it in self.parts if it.mention.kind in kinds]

    def groups(self, parts: Iterable[Part]) -> list[list[Part]]:
        """Return mentions, those of one list together."""
        found: list[list[Part]] = []
        for part in parts:
            gap = self.text[found[-1][-1].at + 1 : part.at] if found else ""
            if found and self.reading.grammar.joint.fullmatch(gap):
                found[-1].append(part)
            else:
                found.append([part])
        return found

    def orgs(self) -> list[list[Part]]:
        """Return the organisations that it mentions, those of one list together; a name in their list is one too."""
        groups = self.groups(self.of_kind("org", "name"))
        return [it for it in groups if any(part.mention.kind == "org" for part in it)]

    def one(self, *kinds: str) -> Part | None:
        """Return its mention of some kinds, where it has only one."""
        found = self.of_kind(*kinds)
        return found[0] if len(found) == 1 else None

    @property
    def begins_with_pronoun(self) -> bool:
        """Whether a pronoun is its subject."""
        return any(it.at < _BEGINNING for it in self.of_kind("pronoun"))

    def spoken_of(self, kind: str, most: int) -> Entity | None:
        """Return the thing of a kind that its sentence names, or the nearest of so many before; None of several."""
        for sentence in self.reading.back_from(self.sentence, most):
            entities = {it.entity for it in sentence.mentions if it.kind == kind and it.entity is not None}
            if entities:
                return entities.pop() if len(entities) == 1 else None
        return None

    @cached_property
    def denied(self) -> bool:
        """Whether it says that something is not so."""
        return self.reading.grammar.denies(self.text)

    @cached_property
    def planned(self) -> bool:
        """Whether it says that something is not so yet."""
        return self.reading.grammar.plan.search(self.text) is not None

    @cached_property
    def future(self) -> bool:
        """Whether it says what will be, or is being done."""
        return self.reading.grammar.future.search(self.text) is not None

    @property
    def is_wanted(self) -> bool:
        """Whether it says what somebody only wants: a plan that does more than tell when."""
        return any(it[0].lower() not in self.reading.grammar.data["sure"] for it in self._plans())

    def _plans(self) -> Iterator[re.Match[str]]:
        return self.reading.grammar.plan.finditer(self.text)

    @property
    def is_told(self) -> bool:
        """Whether what it says is so."""
        return not (self.denied or self.planned or self.future)

    def is_last(self, part: Part) -> bool:
        """Tell whether a day is the last one of something: "until 2029"."""
        return self.is_behind(part, "last_day")

    def is_behind(self, part: Part, key: str) -> bool:
        """Tell whether some words of the language stand in front of a mention."""
        return self.reading.follows(part.mention, key)

    def day(self) -> Mention | None:
        """Return the one day, to the day, on which something was done."""
        days = [it for it in self.of_kind("date") if it.mention.is_day and not self.is_last(it)]
        return days[0].mention if len(days) == 1 else None

    def is_marked(self, part: Part, key: str) -> bool:
        """Tell whether the word in front of a mention is one of some prepositions."""
        return part.marker in self.reading.grammar.data["prepositions"].get(key, ())


def clauses(reading: Reading) -> Sequence[Clause]:
    """Return the clauses of a text, the headline's last: it says the least."""
    if reading.clauses is None:
        reading.clauses = [
            clause
            for sentence in sorted(reading.sentences, key=lambda it: it.section == "headline")
            if sentence.section not in _SILENT and sentence.mentions
            for clause in _clauses_of(reading, sentence)
        ]
    return reading.clauses


def before(clause: Clause) -> Clause | None:
    """Return what its sentence says in front of a clause, else the sentence before; None at the beginning."""
    if clause.start and clause.sentence.all_in(clause.sentence.tagged[: clause.start]):
        return Clause(clause.reading, clause.sentence, (0, clause.start), None)
    earlier = clause.reading.back_from(clause.sentence, 1)[1:]
    return Clause(clause.reading, earlier[0], (0, len(earlier[0].tagged)), None) if earlier else None


def _clauses_of(reading: Reading, sentence: Sentence) -> Iterator[Clause]:
    tagged = sentence.tagged
    start = 0
    head: Mention | None = None
    for match in reading.grammar.boundary.finditer(tagged):
        if match[0] == ":" and _LISTED.match(tagged, match.end()):
            # what is announced belongs to who announces it: "three new members: A, B and C"
            continue
        if match.start() > start:
            yield Clause(reading, sentence, (start, match.start()), head)
        before = tagged[match.start() - 1 : match.start()]
        relative = match["relative"] is not None and before and kind_of(before) is not None
        head = sentence.mention(before) if relative else None
        start = match.start("relative") if match["relative"] is not None else match.end()
    if start < len(tagged):
        yield Clause(reading, sentence, (start, len(tagged)), head)


def boundary(grammar: Grammar) -> re.Pattern[str]:
    """Return the expression of what stands between two clauses."""
    relatives, contrasts = (
        "|".join(re.escape(it) for it in sorted(grammar.data[key], key=len, reverse=True)) or "(?!)"
        for key in ("relatives", "contrasts")
    )
    return re.compile(
        rf"{grammar.and_plans}|[;:](?=\s)|\s[–—-]\s|,\s+(?=(?:{contrasts})(?!\w))"
        rf"|,\s+(?P<relative>(?:{relatives})(?!\w))",
        re.IGNORECASE,
    )
