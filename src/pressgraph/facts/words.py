"""What was meant by a word that is no key of a thing.

First by its meaning among the keys of the thing's classes, with its meaning in other classes beside it; then by
spelling among the keys of the thing's classes, then by the word that a compound is a kind of.

Words are data: `skos:altLabel` on the property shapes of a class, and on the concepts that figures measure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from pressgraph.facts.ids import slug
from pressgraph.facts.rules import phrase
from pressgraph.rdf.terms import local_name
from pressgraph.spelling import nearest, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pressgraph.profile.model import ClassTerm, Key, Profile

_MOST_SHOWN = 6
_OF = {"of", "for", "von", "der", "des", "vom", "fuer", "im", "in"}
_COUNTED = ("anzahl", "zahlen", "zahl", "number", "count")
_SAYING_LITTLE = ("date", "datum", "tag", "day", "angabe", "stelle", "link")
"""Last words of compounds whose meaning the words before have: a 'Gültigkeitsdatum' is said where 'Gültigkeit' is."""
_SHORTEST = 3
"""Letters of a word that is looked for at the end of a compound, and how many more stand before it."""
_SURE_SLIP = 0.85
_CLASS_SLIP = 0.8
"""The same of classes: 'Vorstand' is 0.77 like 'Stand'."""
SLIP = 0.7
"""How alike a slip of the finger and its word are; words that share letters by chance are less so."""


class KeyWords:
    """The words for the keys of a profile's classes. Made by `words_of`."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._forms: dict[str, dict[str, str]] = {}
        self._classes: dict[str, str] = {}

    def forms(self, name: str) -> Mapping[str, str]:
        """Return the keys of a class by the words for them: those that its shapes give first, then their labels."""
        if name not in self._forms:
            uses = self.profile.classes[name].uses
            forms: dict[str, str] = {}
            for key, use in uses.items():
                for word in use.words:
                    forms.setdefault(form(word), key)
            for key in uses:
                for label in self.profile.keys[key].labels.values():
                    forms.setdefault(form(label), key)
            self._forms[name] = forms
        return self._forms[name]

    def named(self, word: str, *, of_class: bool = False) -> str | None:
        """Return the key, or the class, whose IRI or CURIE a word is, or None."""
        known: Mapping[str, Key | ClassTerm] = self.profile.class_of if of_class else self.profile.key_of
        if ":" not in word:
            # what other vocabularies' documentation calls a property that has another name here
            return next((term.name for iri, term in known.items() if local_name(iri) == word), None)
        iri = self.profile.context_converter.expand(word) or word
        # schema.org's terms are written with either scheme
        term = known.get(iri) or known.get(iri.replace("https:", "http:", 1))
        return term.name if term is not None else None

    def meant(self, word: str, types: Collection[str]) -> str | None:
        """Return the key that a word means in some classes, or None."""
        return next((key for name in sorted(types) if (key := self.forms(name).get(form(word))) is not None), None)

    def counted(self, word: str, types: Collection[str]) -> str | None:
        """Return the key in some classes that a compound names with a word that says little: a number, a date."""
        parts = form(word).split("-")
        for name in sorted(types):
            forms = self.forms(name)
            numbers = (self._plural(forms[it], name) for it in without(parts, _COUNTED) if it in forms)
            known = (forms[it] for it in without(parts, _SAYING_LITTLE) if it in forms)
            if (key := next((it for it in (*numbers, *known) if it is not None), None)) is not None:
                return key
        return None

    def kind_of(self, word: str, types: Collection[str]) -> str | None:
        """Return the key in some classes that a compound is a kind of, or None: 'Projektpartner' is a 'Partner'."""
        heads = ((self.forms(name), head_of(form(word).split("-"), self.forms(name))) for name in sorted(types))
        return next((forms[head] for forms, head in heads if head is not None), None)

    def _plural(self, key: str, name: str) -> str | None:
        """Return the key of a class that counts what a key is about."""
        keys, iri = self.profile.keys, self.profile.keys[key].iri
        counting = (it for it in self.profile.classes[name].uses if keys[it].measure and keys[it].singular == iri)
        return key if keys[key].measure is not None else next(counting, None)

    def class_of(self, word: str) -> str | None:
        """Return the class that a word names, by its IRI or in any language, is a slip for, or is a kind of."""
        if (named := self.named(word, of_class=True)) is not None:
            return named
        if not self._classes:
            for name, term in self.profile.classes.items():
                for label in (*term.labels.values(), *term.alternatives, *term.words):
                    self._classes.setdefault(form(label), name)
        wanted = form(word)
        known = self._classes.get(wanted) if wanted else None
        if (near := known or nearest(word, self.profile.classes, cutoff=_CLASS_SLIP)) is not None:
            return near
        head = head_of(wanted.split("-"), self._classes) if wanted else None
        return self._classes[head] if head is not None else None

    def elsewhere(self, word: str, types: Collection[str]) -> dict[str, list[str]]:
        """Return the keys that a word means in other classes, each with the classes that do not inherit it."""
        wanted = form(word)
        meant = {
            term.iri: (name, key)
            for name, term in self.profile.classes.items()
            if name not in types and (key := self.forms(name).get(wanted)) is not None
        }
        classes: dict[str, list[str]] = defaultdict(list)
        for iri, (name, key) in meant.items():
            above = self.profile.class_of[iri].superclasses
            if not any(meant[it][1] == key for it in above if it in meant):
                classes[key].append(name)
        return classes

    def hint(self, word: str, types: Collection[str], others: Collection[str]) -> str:
        """Say what a word in a thing of some classes, or of none, was probably meant to be; `others` are no keys."""
        if word.startswith("@"):
            return keyword_hint(word)
        if (named := self.named(word)) is not None:
            return suggestion(named)
        uses = self.profile.uses_of(sorted(types)) if types else self.profile.keys
        key = self.meant(word, types)
        elsewhere = {it: where for it, where in self.elsewhere(word, types).items() if it != key}
        if not types and len(elsewhere) == 1:
            return suggestion(next(iter(elsewhere)))
        if key is None:
            # a slip of the finger; two words that merely share letters mean different things
            names = [*uses, *others]
            key = self.counted(word, types) or nearest(word, names, cutoff=_SURE_SLIP) or self.kind_of(word, types)
            if key is None and not elsewhere:
                key = nearest(word, names, cutoff=SLIP)
        if not elsewhere:
            if key is not None:
                return suggestion(key)
            return (
                phrase("'pressgraph profile keys {type}' lists them", type=min(types))
                if types
                else phrase("'pressgraph profile keys' lists them")
            )
        alternatives = ", ".join(f"'{it}' ({', '.join(elsewhere[it])})" for it in list(elsewhere)[:_MOST_SHOWN])
        if key is not None:
            return phrase("did you mean '{key}'? in a thing of its own it may be {keys}", key=key, keys=alternatives)
        return phrase("is one of these meant, each in a thing of its own? {keys}", keys=alternatives)


def keyword_hint(word: str) -> str:
    """Say how facts files write what a keyword of JSON-LD 1.1 (1.7) says."""
    if word in {"@id", "@type"}:
        return suggestion(word[1:])
    if word in {"@value", "@language", "@direction"}:
        return phrase("facts files are no JSON-LD: a value stands behind its key, and a language is a key: 'de: …'")
    if word in {"@list", "@set"}:
        return phrase("facts files are no JSON-LD: several values stand in brackets: [a, b]")
    if word in {"@graph", "@included"}:
        return phrase("facts files are no JSON-LD: facts are the list under 'facts:'")
    if word == "@context":
        return phrase("facts files are no JSON-LD: leave it out; the profile says what keys mean")
    return phrase("facts files are no JSON-LD: no key begins with @")


def form(word: str) -> str:
    """Return what is compared of a word: no case, no umlauts, and words that are joined taken apart.

    >>> form("gueltigBis") == form("gültig bis"), form("shortName") == form("short name")
    (True, True)
    """
    return slug(re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])", " ", word))


def without(parts: list[str], words: tuple[str, ...]) -> Iterator[str]:
    """Yield what stands beside one of some words at the beginning or the end of a compound, as German inflects it too.

    >>> list(without(["number", "of", "members"], ("number",)))[:2]
    ['members', 'member']
    >>> list(without(["quellenangabe"], ("angabe",)))
    ['quellen', 'quelle', 'quell']
    """
    last = parts[-1]
    ending = next((it for it in words if last.endswith(it)), None)
    if parts[0] in words and len(parts) > 1:
        rest = "-".join(it for it in parts[1:] if it not in _OF)
    elif ending is not None:
        rest = "-".join(it for it in (*parts[:-1], last.removesuffix(ending)) if it)
    else:
        return
    for ends in range(3):
        if len(rest) - ends > _SHORTEST:
            yield rest[: len(rest) - ends]


def head_of(parts: list[str], forms: Collection[str]) -> str | None:
    """Return the one of some forms that a compound is a kind of: its last word, or the one before 'of'.

    >>> head_of(["projektpartner"], {"partner"}), head_of(["motto", "der", "messe"], {"motto", "messe"})
    ('partner', 'motto')
    """
    parts = parts[: next((at for at, it in enumerate(parts) if at and it in _OF), len(parts))]
    whole = ["-".join(parts[start:]) for start in range(len(parts))]
    last = parts[-1]
    ends = [last[start:] for start in range(_SHORTEST + 1, len(last) - _SHORTEST + 1)]
    return next((it for it in (*whole, *ends, "-".join(parts[:-1])) if it in forms), None)


@lru_cache(maxsize=8)
def words_of(profile: Profile) -> KeyWords:
    """Return the words of a profile."""
    return KeyWords(profile)
