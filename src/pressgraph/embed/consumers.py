"""Say what a search engine will miss in page data, and what it makes nothing of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.i18n import gettext
from pressgraph.languages import choose
from pressgraph.rdf import SCHEMA
from pressgraph.validation.consumers import check_consumer, ignored, with_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.embed.data import PageData
    from pressgraph.profile import Profile

GOOGLE = "google"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One finding for a consumer: how bad, and the message by language tag."""

    word: str
    """error, warning, info or ignored"""
    messages: Mapping[str, str]

    def message(self, language: str) -> str:
        """Return the message in a language, else in English."""
        return choose(self.messages, language) or self.messages["en"]


def advise(
    data: dict[str, Any], known: PageData, profile: Profile, id_base: str, *, consumer: str
) -> tuple[Advice, ...]:
    """Return what a consumer requires and recommends of page data and does not find, then what it ignores.

    `known` is what the data was written from.
    """
    root = str(data.get("@id", known.root))
    triples = _triples(data)
    results = check_consumer(triples, profile, consumer)
    own = [it for it in results if it.focus == root and "en" in it.messages]
    advice = [
        Advice(
            word=it.severity.word,
            messages={tag: " ".join((text, *(note.to(tag) for note in it.notes))) for tag, text in it.messages.items()},
        )
        for it in with_reasons(own, _said_of(known, root), profile)
    ]
    for it in ignored(known.triples, profile, consumer, subjects=[known.root]):
        words = ", ".join(sorted({profile.shrink(iri, id_base) for iri in it.properties}))
        advice.append(
            Advice(
                word="ignored",
                messages=gettext(
                    "{consumer} makes nothing of: {words}.", consumer=consumer.title(), words=words
                ).by_language(),
            )
        )
    return tuple(advice)


def _said_of(known: PageData, root: str) -> list[ox.Triple]:
    """Return what is known of the thing, under the id that the page gives it."""
    subject = ox.NamedNode(known.root)
    return [ox.Triple(ox.NamedNode(root), it.predicate, it.object) for it in known.triples if it.subject == subject]


def _triples(data: dict[str, Any]) -> list[ox.Triple]:
    """Return page data as triples; plain strings stay plain."""
    context = {"@vocab": SCHEMA, **{word: {"@type": "@id"} for word in ("url", "sameAs", "image", "logo", "license")}}
    text = json.dumps({**data, "@context": context})
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)]
