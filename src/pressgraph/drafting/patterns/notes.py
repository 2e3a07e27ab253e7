"""What has been found so far, as a proposal is made of it: each thing once, each statement once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pressgraph.drafting.proposal import RULES, SOURCE, Proposal, ProposedStatement, ProposedThing, Ref
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pressgraph.drafting.patterns.mentions import Entity, Mention
    from pressgraph.drafting.patterns.reading import Match, Reading
    from pressgraph.drafting.proposal import Value
    from pressgraph.text import Span


class Notes:
    """Collects things and statements; the classes and keys that the profile does not have are left out."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.profile = reading.grammar.profile
        self._things: dict[str, ProposedThing] = {}
        self._statements: dict[tuple[str, str, str], ProposedStatement] = {}
        self._said: dict[tuple[str, str], list[ProposedStatement]] = {}
        """Statements by their thing and their key."""
        self._counts: Counter[str] = Counter()
        """How many things there are of a class, and of a kind of names."""
        self._places: dict[tuple[str, str, str], int] = {}
        self.questions: list[str] = []

    def thing(self, class_: str, span: Span) -> Ref:
        """Note a thing that has no name of its own, such as a label, by the words that tell of it; return its ref."""
        self._counts[class_.lower()] += 1
        ref = f"{class_.lower()}-{self._counts[class_.lower()]}"
        words = self.reading.view.words(*span)
        self._things[ref] = ProposedThing(ref=ref, class_=class_, name=_one_line(self.reading, span), words=words)
        return Ref(ref)

    def entity(self, entity: Entity) -> Ref:
        """Note a thing that the text names, with its names; return its ref."""
        if entity.ref:
            return Ref(entity.ref)
        self._counts[entity.kind] += 1
        entity.ref = f"{entity.kind}-{self._counts[entity.kind]}"
        words = self.reading.view.words(*entity.first)
        self._things[entity.ref] = ProposedThing(
            ref=entity.ref, class_=entity.class_, name=entity.name, words=words, id=entity.known
        )
        ref = Ref(entity.ref)
        if entity.known is None:
            if (near := self.reading.known.near(entity.name, entity.class_)) is not None:
                question = gettext(
                    "is '{name}' {id}, which is called '{other}'?", name=entity.name, id=near.id, other=near.names[0]
                )
                self.questions.append(question)
            self.say(ref, "name", entity.name, entity.first)
            if entity.legal is not None:
                self.say(ref, "legalName", entity.legal_name, entity.legal)
            for variant, span in entity.variants.items():
                self.say(ref, "alternateName", variant, span)
            if entity.form is not None:
                self.say(ref, "legalForm", entity.form, entity.legal or entity.first)
            if entity.short is not None:
                around = min(entity.first[0], entity.short[0]), max(entity.first[1], entity.short[1])
                # "Tidal Cluster (TC)": with the bracket that is opened in it
                around = around[0], around[1] + self.reading.view.text.startswith(")", around[1])
                self.say(ref, "alternateName", _one_line(self.reading, entity.short), around)
            if entity.title is not None:
                title = _one_line(self.reading, entity.title)
                if title not in self.reading.grammar.data["addresses"]:
                    self.say(ref, "honorificPrefix", title, entity.title)
        return ref

    def say(
        self, about: Ref | str, key: str, value: Value, span: Span, status: str = "stated", *, personal: bool = False
    ) -> bool:
        """Note a statement, the first time; tell whether the thing's class has such a key."""
        ref = about if isinstance(about, str) else about.ref
        if key not in self.profile.keys or not self._has(ref, key):
            return False
        said = (ref, key, repr(value))
        if said not in self._statements and span[1] > span[0]:
            first, last = self.reading.view.span(*span)
            self._statements[said] = statement = ProposedStatement(
                about=ref, key=key, value=value, words=self.reading.view.source[first:last], status=status,
                span=(first, last), personal=personal,
            )  # fmt: skip
            self._said.setdefault((ref, key), []).append(statement)
            self._places[said] = span[0]
        return True

    def say_once(self, about: Ref, key: str, value: Value, span: Span, status: str = "stated") -> None:
        """Note a statement, unless something has been said of the thing by that key."""
        if not self.has(about, key):
            self.say(about, key, value, span, status)

    def _has(self, ref: str, key: str) -> bool:
        class_ = "NewsArticle" if ref == SOURCE else self._things[ref].class_
        term = self.profile.classes.get(class_)
        return term is not None and key in term.uses

    def value(self, about: Ref, key: str) -> str | None:
        """Return the first text that was said of a thing by a key."""
        found = (it.value for it in self._said.get((about.ref, key), ()))
        return next((it for it in found if isinstance(it, str)), None)

    def person_of_contact(self, entity: Entity) -> Ref:
        """Note a person whom a contact names, as personal where nothing else of the text names them; return the ref."""
        named = bool(entity.ref)
        ref = self.entity(entity)
        if not named:
            for said, statement in list(self._statements.items()):
                if said[0] == ref.ref:
                    self._statements[said] = replace(statement, personal=True)
        return ref

    def has(self, about: Ref, key: str) -> bool:
        """Tell whether something has been said of a thing by a key."""
        return (about.ref, key) in self._said

    def mention(self, match: Match, slot: str, kind: str) -> tuple[Ref, str] | None:
        """Note the thing of a slot; return its ref, and how surely it is meant; None where it means none."""
        mention = match.one(slot)
        return self.of(mention, kind) if mention is not None else None

    def of(self, mention: Mention, kind: str) -> tuple[Ref, str] | None:
        """Note the thing of a mention."""
        found = self.reading.entity(mention, kind)
        return (self.entity(found[0]), found[1]) if found is not None else None

    def each(self, match: Match, slot: str, kind: str) -> list[Ref]:
        """Note the things of a slot that takes a list."""
        found = (self.of(it, kind) for it in match.all(slot))
        return list(dict.fromkeys(it[0] for it in found if it is not None))

    def proposal(self) -> Proposal:
        """Return what was found, in the order of the text."""
        order = sorted(self._statements, key=lambda it: self._places[it])
        return Proposal(
            by=RULES,
            things=tuple(self._things.values()),
            statements=tuple(self._statements[it] for it in order),
            questions=tuple(dict.fromkeys(self.questions)),
        )


def _one_line(reading: Reading, span: Span) -> str:
    return " ".join(reading.view.text[slice(*span)].split())
