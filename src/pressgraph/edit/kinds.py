"""What a passage may say: kinds of facts, the likelier first, in sentences where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.edit.values import label_of
from pressgraph.facts.ids import slug
from pressgraph.i18n import Text, gettext, pgettext
from pressgraph.pages.names import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.edit.known import Known, KnownThing
    from pressgraph.profile import Profile
    from pressgraph.profile.model import ClassTerm

FIRST_KINDS = 6
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


_SENTENCES: dict[str, tuple[Text, str]] = {
    "Membership": (pgettext("kind", "Somebody leads or belongs to something"), "person"),
    "QuotedStatement": (pgettext("kind", "Somebody says something"), "release"),
    "AwardedLabel": (pgettext("kind", "Somebody holds a label"), "label"),
    "LabelAward": (pgettext("kind", "A label is awarded"), "label"),
    "Assessment": (pgettext("kind", "Something is assessed"), "label"),
    "Person": (pgettext("kind", "A person is named"), "person"),
    "Organization": (pgettext("kind", "An organisation is named"), "organisation"),
    "ClusterOrganisation": (pgettext("kind", "A cluster organisation is named"), "organisation"),
    "OrganizationalUnit": (pgettext("kind", "An organisation has a unit"), "organisation"),
    "Event": (pgettext("kind", "Something takes place"), "event"),
    "Project": (pgettext("kind", "A project is run"), "programme"),
    "Grant": (pgettext("kind", "Somebody is funded"), "programme"),
    "Programme": (pgettext("kind", "A programme or an initiative is named"), "programme"),
    "Agreement": (pgettext("kind", "Somebody agrees on something"), "release"),
    "Place": (pgettext("kind", "A place is named"), "place"),
    "Claim": (pgettext("kind", "Something is claimed"), "release"),
    "Figure": (pgettext("kind", "Something is counted or measured"), "graph"),
    "ContactPoint": (pgettext("kind", "Somebody can be reached"), "lock"),
}
_ORDER = tuple(_SENTENCES)
_QUOTED = re.compile('[“„«»”"]')
# words that make a kind likely, German and English: beginnings of words, in their spelling for ids
_SIGNS = {
    "Membership": "vorsitz vorstand leit fuehr geschaeftsfuehr mitglied chair lead led head board director member "
    "elected gewaehlt nachfolg succe president praesident sprecher spokes",
    "QuotedStatement": "sagt sagte erklaert betont said says explains according laut",
    "AwardedLabel": "label siegel gold silber silver bronze zertifi certif guelt valid",
    "LabelAward": "verlieh verleih ausgezeichn award erhalten erhielt received",
    "Assessment": "bewert gutacht audit pruef assess expert indikator indicator",
    "OrganizationalUnit": "arbeitsgruppe abteilung fachgruppe working-group department unit office geschaeftsstelle",
    "Event": "messe kongress tagung workshop konferenz conference fair congress findet event veranstalt takes-place "
    "summit forum",
    "Project": "projekt project vorhaben testfeld field",
    "Grant": "foerder funding funded grant zuschuss euro eur million mio",
    "Agreement": "vertrag vereinbar kooperation memorandum agreement signed unterzeichn",
    "ContactPoint": "kontakt contact telefon phone mail tel",
    "Figure": "prozent percent mitglieder members unternehmen companies beschaeftigte employees umsatz turnover",
    "Place": "standort sitz",
}


def kinds_for(
    words: str, profile: Profile, known: Known, language: str, *, search: str = "", around: str = ""
) -> list[KindOffer]:
    """Return kinds of facts that words may say; `search` asks for those whose name has some letters.

    Words that name nothing, such as “73 members”, may say something of what is named `around` them.
    """
    offers = list(_all(words, profile, known, language, around))
    if search:
        wanted = slug(search)
        return [it for it in offers if wanted in slug(f"{it.title} {it.detail} {it.class_}")]
    return offers


def _all(words: str, profile: Profile, known: Known, language: str, around: str) -> Iterator[KindOffer]:
    named = known.within(words)
    scored = sorted(
        (it for it in profile.classes.values() if it.uses and it.deprecated is None and ":" not in it.name),
        key=lambda it: (-_score(it, words, known, named), _rank(it.name), it.name),
    )
    of_things = [
        KindOffer(
            class_=next((kind for kind in it.types if kind in profile.classes), ""),
            title=gettext("Something else of {name}", name=it.name).to(language),
            detail=", ".join(
                label_of(profile.classes[kind].labels, language, kind) for kind in it.types if kind in profile.classes
            ),
            about=it.id,
        )
        for it in (named or known.within(around))[:3]
        if any(kind in profile.classes for kind in it.types)
    ]
    for at, term in enumerate(scored):
        if at == 2:  # noqa: PLR2004 - the two likeliest kinds go first
            yield from of_things
        yield _offer(term, language)


def _offer(term: ClassTerm, language: str) -> KindOffer:
    label = label_of(term.labels, language, term.name)
    definition = label_of(term.definitions, language, "").split(". ")[0]
    if term.name in _SENTENCES:
        sentence, icon = _SENTENCES[term.name]
        return KindOffer(class_=term.name, title=sentence.to(language), detail=label, icon=icon)
    return KindOffer(class_=term.name, title=capital(label), detail=definition[:120])


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _score(term: ClassTerm, words: str, known: Known, named: Sequence[KnownThing]) -> int:
    tokens = slug(words)
    score = 0
    for sign in _SIGNS.get(term.name, "").split():
        score += 2 * (f"-{sign}" in f"-{tokens}")
    for word in (*term.labels.values(), *term.alternatives):
        score += 3 * (len(word) > 3 and f"-{slug(word)}-" in f"-{tokens}-")  # noqa: PLR2004 - shorter ones are chance
    if term.name == "QuotedStatement" and _QUOTED.search(words):
        score += 6
    if term.name == "Membership" and any("Person" in it.types for it in named):
        score += 1
    if term.name == "Figure" and any(it.isdigit() for it in words):
        score += 1
    return score * 10 + (term.name in _SENTENCES) * 2 + bool(known.uses(term.name))


def fitting_kind(types: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """Return the classes of a thing that forms can be made of."""
    return tuple(it for it in types if it in profile.classes and profile.classes[it].uses)
