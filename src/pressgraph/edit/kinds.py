"""What a passage may say: kinds of facts, the likelier first, in sentences where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.edit.values import classes_label, label_of
from pressgraph.facts.ids import slug
from pressgraph.i18n import gettext
from pressgraph.pages.names import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.edit.known import Known, KnownThing
    from pressgraph.profile import Profile
    from pressgraph.profile.model import ClassTerm

_MOST_THINGS = 3
FIRST_KINDS = 7
"""How many are shown at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOffer:
    """A kind of fact that words may say."""

    class_: str
    """A class, by its name."""
    title: str
    detail: str = ""
    about: str = ""
    """The id of the thing that it is about, where that is known."""
    icon: str = "graph"


_QUOTED = re.compile('[“„«»”"]')
_ICONS = frozenset(["event", "graph", "label", "lock", "organisation", "person", "place", "programme", "release"])


def kinds_for(
    words: str, profile: Profile, known: Known, language: str, *, search: str = "", around: str = "", subject: str = ""
) -> list[KindOffer]:
    """Return kinds of facts that words may say; `search` asks for those whose name has some letters.

    Words that name nothing, such as “73 members”, may say something of what is named `around` them, or of the `subject`
    of the text, by its id.
    """
    things = (known.within(words) or known.within(around))[:_MOST_THINGS]
    if subject in known.things and known.things[subject] not in things:
        things.append(known.things[subject])
    offers = list(_all(words, profile, known, language, things))
    if search:
        wanted = slug(search)
        return [it for it in offers if wanted in slug(f"{it.title} {it.detail} {it.class_}")]
    return offers


def _all(
    words: str, profile: Profile, known: Known, language: str, things: Sequence[KnownThing]
) -> Iterator[KindOffer]:
    named = known.within(words)
    scored = sorted(
        (it for it in profile.classes.values() if it.uses and it.deprecated is None and ":" not in it.name),
        key=lambda it: (-_score(it, words, known, named), it.place, it.name),
    )
    of_things = [
        KindOffer(
            class_=next((kind for kind in it.types if kind in profile.classes), ""),
            title=gettext("Something else of {name}", name=it.name).to(language),
            detail=classes_label(it.types, profile, language),
            about=it.id,
        )
        for it in things
        if any(kind in profile.classes for kind in it.types)
    ]
    for at, term in enumerate(scored):
        if at == 2:  # noqa: PLR2004 - the two likeliest kinds go first
            yield from of_things
        yield _offer(term, language)


def _offer(term: ClassTerm, language: str) -> KindOffer:
    label = label_of(term.labels, language, term.name)
    definition = label_of(term.definitions, language, "").split(". ")[0]
    icon = term.icon if term.icon in _ICONS else "graph"
    if term.sayings:
        return KindOffer(class_=term.name, title=label_of(term.sayings, language, label), detail=label, icon=icon)
    return KindOffer(class_=term.name, title=capital(label), detail=definition[:120], icon=icon)


def _score(term: ClassTerm, words: str, known: Known, named: Sequence[KnownThing]) -> int:
    tokens = slug(words)
    score = 0
    for clue in term.clues:
        score += 2 * (f"-{slug(clue)}" in f"-{tokens}")
    for word in (*term.labels.values(), *term.alternatives):
        score += 3 * (len(word) > 3 and f"-{slug(word)}-" in f"-{tokens}-")  # noqa: PLR2004 - shorter ones are chance
    if term.name == "QuotedStatement" and _QUOTED.search(words):
        score += 6
    if term.name == "Membership" and any("Person" in it.types for it in named):
        score += 1
    if term.name == "Figure" and any(it.isdigit() for it in words):
        score += 1
    return score * 10 + bool(term.sayings) * 2 + bool(known.uses(term.name))


def fitting_kind(types: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """Return the classes of a thing that forms can be made of."""
    return tuple(it for it in types if it in profile.classes and profile.classes[it].uses)
