"""Say what a search engine will miss in page data, and what it makes nothing of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.i18n import gettext
from pressgraph.languages import choose
from pressgraph.rdf import SCHEMA
from pressgraph.validation.consumers import check_consumer, ignored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.export.select import Selection

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


def advise(data: dict[str, Any], selection: Selection, *, consumer: str) -> tuple[Advice, ...]:
    """Return what a consumer requires and recommends of page data and does not find, then what it ignores."""
    root = str(data.get("@id", selection.root))
    triples = _triples(data)
    results = check_consumer(triples, selection.profile, consumer)
    advice = [
        Advice(word=it.severity.word, messages=it.messages)
        for it in results
        if it.focus == root and "en" in it.messages
    ]
    subject = selection.root or root
    shrink = selection.profile.shrink
    for it in ignored(selection.triples, selection.profile, consumer, subjects=[subject]):
        words = ", ".join(sorted({shrink(iri, selection.id_base) for iri in it.properties}))
        advice.append(
            Advice(
                word="ignored",
                messages=gettext(
                    "{consumer} makes nothing of: {words}.", consumer=consumer.title(), words=words
                ).by_language(),
            )
        )
    return tuple(advice)


def _triples(data: dict[str, Any]) -> list[ox.Triple]:
    """Return page data as triples; plain strings stay plain."""
    context = {"@vocab": SCHEMA, **{word: {"@type": "@id"} for word in ("url", "sameAs", "image", "logo", "license")}}
    text = json.dumps({**data, "@context": context})
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)]
