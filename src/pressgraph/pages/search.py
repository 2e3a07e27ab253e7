"""What a search found, by kind, with the part of each name that was looked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from pressgraph.pages.describe import fold
from pressgraph.pages.messages import messages
from pressgraph.pages.view.graph import kind_of, with_superclasses
from pressgraph.query.names import label_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.pages.names import Names
    from pressgraph.pages.values import Name
    from pressgraph.profile import Profile

_HEADINGS = {
    "organisation": "organisations",
    "programme": "programmes",
    "label": "labels",
    "release": "releases_list",
    "person": "people",
    "event": "events",
    "place": "places",
    "term": "terms",
}
_FIRST = 3
"""How many of a kind are shown at once, where there are several kinds."""


class Hit(Struct, frozen=True, kw_only=True, gc=False):
    """A thing that was found: its name in pieces, each with whether it was looked for, and what it is."""

    name: Name
    pieces: tuple[tuple[str, bool], ...]
    kind: str
    id: str


class Group(Struct, frozen=True, kw_only=True, gc=False):
    """What was found of a kind; all but the first ones are folded away."""

    key: str
    heading: str
    hits: tuple[Hit, ...]
    rest: tuple[Hit, ...]


def found_groups(
    found: Mapping[str, Any], names: Names, profile: Profile, text: str, language: str
) -> tuple[Group, ...]:
    """Return what was found, by kind: the kind of the best hit first, and in each the best hits first."""
    words: Mapping[str, Any] = messages(language)
    by_heading: dict[str, list[Hit]] = {}
    for iri in found["found"]:
        classes = found["kinds"].get(iri, ())
        kind = "term" if iri in profile.ontology_terms else kind_of(with_superclasses(classes, profile))
        specific = names.specific(classes)
        name = names.name(iri)
        if iri in found["said"]:
            name = replace(name, label=label_name(partial(_called, found["said"][iri], names), language), language="")
        hit = Hit(
            name=name,
            pieces=found_pieces(name.label, text),
            kind=names.name(specific[0]).label if specific else "",
            id=names.local(iri),
        )
        by_heading.setdefault(_HEADINGS.get(kind, "others"), []).append(hit)
    first = _FIRST if len(by_heading) > 1 else len(found["found"])
    return tuple(
        Group(key=key, heading=words[key], hits=tuple(hits[:first]), rest=tuple(hits[first:]))
        for key, hits in by_heading.items()
    )


def _called(said: Mapping[str, Sequence[Sequence[str]]], names: Names, predicate: str) -> str:
    """Return what a property says, or what that which it leads to is called; an empty text where there is none."""
    terms = said.get(predicate, ())
    iri = next((it[1] for it in terms if it[0] == "iri"), None)
    return names.pick([it[1:3] for it in terms])[0] if iri is None else names.name(iri).label


def found_pieces(label: str, text: str) -> tuple[tuple[str, bool], ...]:
    """Cut a name where it holds a word that was looked for, whatever case and spelling of umlauts it has.

    >>> found_pieces("K\u00fcstenlicht e. V.", "LICHT")
    (('K\u00fcsten', False), ('licht', True), (' e. V.', False))
    >>> found_pieces("K\u00fcste", "kueste") == found_pieces("K\u00fcste", "kuste") == (("K\u00fcste", True),)
    True
    """
    marked = [False] * len(label)
    wanted = [*zip(*(it.split() for it in fold(text)), strict=False)]
    # a character may become several, or none: each remembers where it came from
    for spelling in (0, 1):
        folded = [(it, at) for at, character in enumerate(label) for it in _folded(character, spelling)]
        spelled = "".join(it for it, _ in folded)
        for word in {it[spelling] for it in wanted}:
            at = spelled.find(word)
            while at >= 0:
                for _, place in folded[at : at + len(word)]:
                    marked[place] = True
                at = spelled.find(word, at + len(word))
    return _runs(label, marked)


def _folded(character: str, spelling: int) -> str:
    return " " if character.isspace() else fold(character)[spelling]


def _runs(label: str, marked: Sequence[bool]) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    for character, mark in zip(label, marked, strict=True):
        if pieces and pieces[-1][1] is mark:
            pieces[-1] = (pieces[-1][0] + character, mark)
        else:
            pieces.append((character, mark))
    return tuple(pieces)
