"""Ids: what they may look like, and the IRIs that they stand for.

An id is relative to the project's id base (`agent/x`), a CURIE under a prefix of the profile (`lvl:silver`), or an
absolute IRI. The three resolve as in JSON-LD 1.1 (5.2, IRI expansion) under the profile's context.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pressgraph.facts.rules import phrase
from pressgraph.project.model import ABSOLUTE_ID, RELATIVE_ID
from pressgraph.rdf.prefixes import Converter
from pressgraph.rdf.terms import is_iri
from pressgraph.spelling import composed, nearest, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pressgraph.profile import ClassTerm, Profile

# The usual ones, in which nothing is left to doubt.
_PLAIN = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:/[A-Za-z0-9._~-]*)*")
_CURIE_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._~/-]*")
_QUERY_LOCAL = re.compile(r"[\w./-]+")

_SHOWN = 5

_TRANSLITERATION = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "oe",
        "å": "aa",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
    }
)


class Ids:
    """Resolve ids under a profile and a base."""

    def __init__(self, profile: Profile, id_base: str) -> None:
        self.base = id_base
        self.prefixes = dict(profile.context_prefixes)
        self._profile = profile

    def iri(self, text: str) -> str | None:
        """Return the IRI of an id, or None where it is not one."""
        if RELATIVE_ID.fullmatch(text):
            return self.base + text
        if _PLAIN.fullmatch(text):
            return text
        text = composed(text)
        prefix, _, local = text.partition(":")
        if prefix in self.prefixes and not local.startswith("//"):
            return self._profile.context_converter.expand(text, local=_CURIE_LOCAL)
        return text if ABSOLUTE_ID.fullmatch(text) and is_iri(text) else None

    def iri_in_query(self, text: str) -> str | None:
        """Return the IRI of an id, or of a CURIE under a prefix that queries have, such as `agent:x`."""
        return self.iri(text) or Converter(self._profile.query_prefixes(self.base)).expand(text, local=_QUERY_LOCAL)

    def normal(self, text: str) -> str:
        """Return an id in the form that equal things share: relative where it is below the base."""
        if text.startswith(self.base) and RELATIVE_ID.fullmatch(text.removeprefix(self.base)):
            return text.removeprefix(self.base)
        return composed(text)

    def is_relative(self, text: str) -> bool:
        """Tell whether an id names a thing of the project."""
        return RELATIVE_ID.fullmatch(text) is not None

    def unknown_prefix(self, text: str) -> str | None:
        """Return the prefix of an id that looks like a CURIE with an undeclared prefix, or None."""
        prefix, colon, local = text.partition(":")
        if colon and prefix not in self.prefixes and re.fullmatch(r"[A-Za-z][\w-]*", prefix) and local[:2] != "//":
            return prefix
        return None


def slug(text: str) -> str:
    """Turn a text into an id's segment: lower case, ASCII, words joined by hyphens.

    >>> slug("Bündnis für Gewebe & Zellen e. V.")
    'buendnis-fuer-gewebe-zellen-e-v'
    """
    plain = unicodedata.normalize("NFKD", composed(text).lower().translate(_TRANSLITERATION))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


# what a class, or one above it, is called, and what the ids of its things begin with; the first that fits counts
_KINDS = (
    ("AwardedLabel", "label"), ("ValidityPeriod", "validity"), ("Membership", "membership"),
    ("QuotedStatement", "quotation"), ("Quotation", "quotation"), ("Claim", "claim"), ("CriteriaSet", "criteria"),
    ("Grant", "grant"), ("Call", "call"), ("Agreement", "agreement"), ("Project", "project"), ("Industry", "industry"),
    ("Figure", "figure"), ("Event", "event"), ("Organization", "agent"), ("Person", "agent"), ("Agent", "agent"),
    ("Article", "document"), ("CreativeWork", "document"), ("Place", "place"), ("Action", "activity"),
    ("Activity", "activity"),
)  # fmt: skip


def kind_of(classes: Iterable[ClassTerm]) -> str:
    """Return what the ids of things of some classes begin with, such as `agent`; `thing` where no word is known."""
    names = {re.split("[#/]", iri)[-1] for term in classes for iri in (term.iri, *term.superclasses)}
    return next((kind for name, kind in _KINDS if name in names), "thing")


def advise_unknown(reference: str, ids: Collection[str], names: Callable[[str], Collection[str]] = lambda _: ()) -> str:
    """Say what to do about an id that nothing describes; `ids` are those that something does, `names` their names."""
    close = near_id(reference, ids, names)
    if close is not None:
        return suggestion(close)
    same = sorted(_of_kind(reference, ids))
    if same:
        shown = ", ".join(same[:_SHOWN]) + (", …" if len(same) > _SHOWN else "")
        return phrase(
            "nothing is described under that id: add '- id: {id}', or use one that is, such as {ids}",
            id=reference,
            ids=shown,
        )
    return phrase("add a fact about it: '- id: {id}'", id=reference)


def near_id(reference: str, ids: Collection[str], names: Callable[[str], Collection[str]]) -> str | None:
    """Return the id of the thing that another id is likely to mean; `names` says what a thing is called.

    It is of the same kind and has the same words, or all but a slip of the finger, or has them in a name: ids that
    merely share letters are of other things. Names come last, since those of ten thousand things take seconds to read.
    """
    words = _words(reference)
    same = sorted(_of_kind(reference, ids))

    def is_akin(others: set[str]) -> bool:
        return bool(others) and (others <= words or words <= others)

    def of_akin(akin: list[str]) -> str | None:
        return (nearest(reference, akin, cutoff=0.3) or akin[0]) if akin else None

    return (
        of_akin([one for one in same if is_akin(_words(one))])
        or nearest(reference, same, cutoff=0.9)
        or of_akin([one for one in same if any(is_akin(_words(f"/{slug(name)}")) for name in names(one))])
    )


def _of_kind(reference: str, ids: Iterable[str]) -> set[str]:
    kind = reference.partition("/")[0]
    return {name for name in ids if name.partition("/")[0] == kind and name != reference}


def _words(text: str) -> set[str]:
    return set(re.split("[-/.]+", text.partition("/")[2])) - {""}


def suggest_id(text: str) -> str | None:
    """Suggest a proper id for a text that is none, or None where nothing is left of it.

    >>> suggest_id("agent/K%C3%BCstenlicht e. V.")
    'agent/kuestenlicht-e-v'
    """
    segments = [slug(unquote(segment)) for segment in text.split("/")]
    segments = [segment for segment in segments if segment]
    return "/".join(segments) if len(segments) > 1 else None
