"""Facts in words: what a card of the editor says of each, what has changed, and how two states of a fact differ."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from pressgraph.edit.changes import facts_of, paired
from pressgraph.edit.values import classes_label, concept_label, label_of, shown, widget_of
from pressgraph.facts.tree import LINE_END
from pressgraph.i18n import gettext
from pressgraph.profile.model import FACT_WORDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.edit.known import Known
    from pressgraph.profile import Key, Profile
    from pressgraph.profile.model import Concept

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A value of a fact, in words."""

    key: str
    label: str
    value: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """A fact that a session has changed: what it said, and what it says; empty where it was not there."""

    title: str
    kind: str
    before: tuple[Saying, ...] = ()
    after: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed: as lines of the file, and as facts."""

    lines: tuple[str, ...] = ()
    facts: tuple[ChangedFact, ...] = ()


class Showing:
    """Says facts in a language."""

    def __init__(self, profile: Profile, known: Known, language: str) -> None:
        """Take the profile, what is known of things, and the reader's language."""
        self.profile, self.language = profile, language
        # looked up for every fact of a page: whether files have changed is asked once
        self._things = known.things

    def title(self, said: Any) -> str:
        """Return what a fact is about: its thing's name, else what it calls itself, else whose it is, else its id."""
        if not isinstance(said, dict):
            return ""
        about = said.get("id")
        thing = self._things.get(about) if isinstance(about, str) else None
        if thing is not None and thing.names:
            return thing.name
        for word in ("name", "legalName", "headline"):
            if word in said and (texts := list(_texts(said[word]))):
                return texts[0]
        if thing is not None and thing.linked:
            return thing.linked
        return about if isinstance(about, str) else ""

    def kind(self, said: Any) -> str:
        """Return the class of a fact's thing, in words."""
        if not isinstance(said, dict):
            return ""
        stated = said.get("type")
        types = [stated] if isinstance(stated, str) else stated if isinstance(stated, list) else []
        if not types and isinstance(said.get("id"), str) and (thing := self._things.get(said["id"])) is not None:
            types = list(thing.types)
        return classes_label((it for it in types if isinstance(it, str)), self.profile, self.language)

    def sayings(self, said: Any) -> tuple[Saying, ...]:
        """Return what a fact says besides of which thing and how sure it is."""
        if not isinstance(said, dict):
            return (Saying(key="", label="", value=str(said)),)
        return tuple(
            Saying(key=name, label=self.label(name), value=self.words(name, value)[:_LONGEST])
            for name, value in said.items()
            if name not in FACT_WORDS
        )

    def term(self, concept: Concept) -> str:
        """Return what a term of a vocabulary is called."""
        return concept_label(concept, self.language)

    def label(self, name: str) -> str:
        """Return what a key is called."""
        key = self.profile.keys.get(name)
        return label_of(key.labels, self.language, name) if key is not None else name

    def words(self, name: str, value: Any) -> str:
        """Return a value in words."""
        key = self.profile.keys.get(name)
        match value:
            case list():
                return ", ".join(self.words(name, it) for it in value)
            case dict() if isinstance(value.get("id"), str):
                return next(iter(_texts(value.get("name", value["id"]))), value["id"])
            case dict() if "type" in value or any(it in self.profile.keys for it in value):
                parts = [f"{self.label(word)} {self.words(word, it)}" for word, it in value.items() if word != "type"]
                return "; ".join(parts)
            case dict():
                return " · ".join(f"{text} ({tag})" for tag, it in value.items() for text in _texts(it))
        return self._scalar(key, str(value))

    def _scalar(self, key: Key | None, value: str) -> str:
        if key is None:
            return value
        if key.kind is Kind.TERM and key.scheme is not None and value in key.scheme.concepts:
            return concept_label(key.scheme.concepts[value], self.language)
        if key.takes(Kind.LINK) and (thing := self._things.get(value)) is not None:
            return thing.name
        widget = widget_of(key)
        if widget == "last-day":
            last = shown(widget, value, self.language, self.profile)
            return gettext("to {day}", day=last).to(self.language) if last != value else value
        return shown(widget, value, self.language, self.profile)

    def changes(self, before: bytes, after: bytes, name: str) -> Changes:
        """Return what of a file has changed. Raises DataError where one of the two is no YAML."""
        old, new = before.decode("utf-8-sig", "replace"), after.decode("utf-8-sig", "replace")
        lines = list(unified_diff(LINE_END.split(old), LINE_END.split(new), lineterm="", n=2))[2:]
        facts = []
        for one, other in paired(facts_of(before, name), facts_of(after, name)):
            said = other if other is not None else one
            facts.append(
                ChangedFact(
                    title=self.title(said),
                    kind=self.kind(said),
                    before=(*self.sayings(one), *self._receipt(one)) if one is not None else (),
                    after=(*self.sayings(other), *self._receipt(other)) if other is not None else (),
                )
            )
        return Changes(lines=tuple(lines), facts=tuple(facts))

    def _receipt(self, said: Any) -> Iterator[Saying]:
        if isinstance(said, dict):
            for word in ("status", "personal", "reviewedBy", "reviewedOn"):
                if isinstance(said.get(word), str):
                    yield Saying(key=word, label=word, value=said[word])


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for it in value:
                yield from _texts(it)
        case dict():
            for it in value.values():
                yield from _texts(it)
