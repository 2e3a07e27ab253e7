"""Short forms of names: abbreviations in brackets, compounds and parts that stand for the whole name."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from pressgraph.drafting.known import WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.drafting.patterns.grammar import Grammar
    from pressgraph.drafting.patterns.mentions import Entity
    from pressgraph.drafting.patterns.names import Word

ASSOCIATION = "registered-association"
SHORT = re.compile(r"\s\((?:kurz:?\s|short:?\s)?([^\W\d_][\w.-]{1,14})\)")
_ACRONYM = re.compile(r"[^\W\d_a-zß-ÿ]{2}[\w-]*|[^\W\d_]\w?[^\W\d_a-zß-ÿ][\w-]*")
_MOST = 7
"""Words in front of a name that may be part of it."""


class ShortForms:
    """Notes by which forms the things of a text are named besides their names, and takes what is one thing for one."""

    def __init__(self, text: str, words: Sequence[Word], entities: list[Entity], grammar: Grammar) -> None:
        self.text, self.words, self.entities, self.grammar = text, words, entities, grammar
        self._numbers = {word.start: number for number, word in enumerate(words)}

    def note(self) -> None:
        """Note the abbreviations in brackets, and the compounds that may stand for a name."""
        for entity in list(self.entities):
            if entity in self.entities:
                self._abbreviated(entity)
        if self.grammar.data["nouns_are_capital"]:
            self._compounds()

    def unite(self) -> None:
        """Take an organisation that has a part of another one's name, or only a noun, for that one.

        "Moorland" is "Moorland Alderford", and "das Torf-Cluster" is who was named before.
        """
        orgs = [it for it in self.entities if it.kind == "org"]
        begun: dict[str, list[Entity]] = defaultdict(list)
        for entity in orgs:
            parts = entity.name.casefold().split()
            for count in range(1, min(len(parts), _MOST)):
                begun[" ".join(parts[:count])].append(entity)
            if len(parts) > 1 and self.grammar.class_by(self.grammar.nouns, parts[0]) is not None:
                # "Nordlicht-Netz" is "Torf-Cluster Nordlicht-Netz"
                begun[" ".join(parts[1:])].append(entity)
        bare = self._bare()
        for entity in orgs:
            if entity.formal or entity.short is not None:
                continue
            longer = begun.get(entity.name.casefold(), [])
            whole = longer[0] if len(longer) == 1 else None
            if not longer and entity.name not in bare:
                whole = self._described_by(entity, orgs)
            if whole is not None and whole in self.entities:
                whole.forms |= entity.forms
                whole.since = min(whole.since, entity.since)
                if is_narrower(self.grammar, entity.class_, whole.class_):
                    whole.class_ = entity.class_
                self.entities.remove(entity)

    def _compounds(self) -> None:
        """Note that the compound of a name may stand for it: "der Holzcluster" for "Holzcluster Rennsteig"."""
        first: dict[str, list[Entity]] = defaultdict(list)
        for entity in self.entities:
            word, space, _ = entity.name.partition(" ")
            lower = word.lower()
            compound = space and lower not in self.grammar.heads
            if entity.kind == "org" and compound and self.grammar.class_by(self.grammar.heads, lower) is not None:
                first[word].append(entity)
        for word, entities in first.items():
            if len(entities) == 1:
                entities[0].forms |= {word, *(f"{word}{it}" for it in self.grammar.data["genitive_endings"])}

    def _bare(self) -> frozenset[str]:
        """Return the words that stand somewhere without an article, as names do and nouns do not."""
        return frozenset(
            word.text
            for number, word in enumerate(self.words)
            if not number or self.words[number - 1].lower not in self.grammar.articles
        )

    def _described_by(self, entity: Entity, orgs: Sequence[Entity]) -> Entity | None:
        """Return the one association of a text, which a compound behind its name means: "das Torf-Cluster"."""
        if " " in entity.name or "-" not in entity.name or not self.grammar.data["nouns_are_capital"]:
            return None
        named = [it for it in orgs if it is not entity and it.formal and it.form == ASSOCIATION]
        return named[0] if len(named) == 1 and named[0].since < entity.since else None

    def _abbreviated(self, entity: Entity) -> None:
        """Note the abbreviation that stands in brackets behind a name, and the words of the name that it begins."""
        for form in sorted(entity.forms):
            match = re.search(re.escape(form) + SHORT.pattern, self.text)
            if match is not None and entity.short is None and is_acronym(match[1]):
                entity.short = match.span(1)
                entity.forms.add(match[1])
                self._spelt_out(entity, match, form)

    def _spelt_out(self, entity: Entity, match: re.Match[str], form: str) -> None:
        """Take the words in front of a name for a part of it, where its abbreviation has their initials.

        "Cluster Torf und Moor Ems e. V. (CTM)" is one name, and not that of "Moor Ems".
        """
        number = self._numbers.get(match.start())
        if number is None or entity.kind != "org" or not match[1].isupper():
            return
        end = number + len(WORD.findall(entity.name))
        first = self._first(number, end, match[1])
        if first is None:
            return
        start = self.words[first].start
        entity.first = start, match.start() + len(entity.name)
        entity.name = one_line(self.text[slice(*entity.first)])
        entity.since = min(entity.since, start)
        entity.forms |= {entity.name, one_line(self.text[start : match.start() + len(form)])}
        if entity.legal is not None:
            entity.legal = start, entity.legal[1]
            entity.legal_name = one_line(self.text[slice(*entity.legal)])
        class_ = self.grammar.class_by(self.grammar.nouns, self.words[first].lower)
        if class_ is not None and is_narrower(self.grammar, class_, entity.class_):
            entity.class_ = class_
        for other in [it for it in self.entities if it is not entity and it.kind == "org"]:
            if other.name == entity.name:
                entity.since = min(entity.since, other.since)
                self.entities.remove(other)
            elif start <= other.first[0] < match.start():
                self.entities.remove(other)

    def _first(self, number: int, end: int, letters: str) -> int | None:
        """Return the word before a name from which on the initials are those of its abbreviation."""
        if self._initials(number, end).startswith(letters):
            return None
        for first in range(number - 1, max(-1, number - _MOST), -1):
            word = self.words[first]
            gap = self.text[word.end : self.words[first + 1].start]
            if gap not in {" ", "-"} or not (word.is_name or word.lower in self.grammar.data["and"]):
                return None
            if word.is_name and self._initials(first, end).startswith(letters):
                return first
        return None

    def _initials(self, first: int, last: int) -> str:
        return "".join(it.text[0] for it in self.words[first:last] if it.is_name)


def is_acronym(word: str) -> bool:
    """Tell whether a word is an abbreviation, as those in brackets behind names are."""
    return _ACRONYM.fullmatch(word) is not None


def is_narrower(grammar: Grammar, class_: str, than: str) -> bool:
    """Tell whether a class of the profile is below another one."""
    classes = grammar.profile.classes
    return classes[than].iri in classes[class_].superclasses


def one_line(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())
