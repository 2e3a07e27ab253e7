"""Mentions: where a text names a thing, a day, a figure; and the things that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressgraph.drafting.patterns.template import character, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.text import Span


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True, kw_only=True, eq=False)
class Entity:
    """A thing that a text names, with the forms that it is named by."""

    kind: str
    class_: str
    name: str
    first: Span
    """Where its name stood first, in the view."""
    known: str | None = None
    """The id that it is known by."""
    legal: Span | None = None
    """Where its full name with its legal form stands."""
    legal_name: str = ""
    formal: bool = False
    """Whether a legal form stands behind its name."""
    form: str | None = None
    """Its legal form: a term of the profile."""
    short: Span | None = None
    """Where the abbreviation stands that the text introduces."""
    variants: dict[str, Span] = field(default_factory=dict)
    """Other spellings of its full name, and where they stand."""
    title: Span | None = None
    family: str | None = None
    forms: set[str] = field(default_factory=set)
    ref: str = ""
    since: int = -1
    """Where it is spoken of first, in whichever form."""

    def __post_init__(self) -> None:
        """Note where it is named first, before a better place for its name is found."""
        if self.since < 0:
            self.since = self.first[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mention:
    """A part of the view that is one thing; `inner` is the part that is its name or value, without articles."""

    kind: str
    start: int
    end: int
    entity: Entity | None = None
    value: str = ""
    """As a facts file says it."""
    other: str = ""
    """The second value: the end of a period, the whole of a share, the word of a role."""
    inner: Span | None = None
    status: str = "stated"

    @property
    def is_day(self) -> bool:
        """Whether it is a day of a month, not only a part of a year."""
        return self.kind == "date" and _DAY.match(self.value) is not None

    @property
    def name(self) -> Span:
        """Where its name or value stands."""
        return self.inner or (self.start, self.end)


@dataclass(slots=True, kw_only=True, eq=False)
class Sentence:
    """A sentence of the view; `tagged` has one character for each mention."""

    start: int
    end: int
    section: str
    mentions: list[Mention] = field(default_factory=list)
    tagged: str = ""
    small: str = ""
    """The tagged sentence in small letters."""
    kinds: frozenset[str] = frozenset()
    """The kinds of its mentions."""
    _places: list[int] = field(default_factory=list)
    _by_character: dict[str, Mention] = field(default_factory=dict)

    def tag(self, text: str, mentions: Iterable[Mention]) -> None:
        """Write the sentence with mentions, given from left to right."""
        parts: list[str] = []
        places: list[int] = []
        at = self.start
        self.mentions = []
        self._by_character = {}
        counts: dict[str, int] = {}
        for mention in mentions:
            number = counts.get(mention.kind, 0)
            sign = character(mention.kind, number)
            if sign is None or mention.start < at:
                continue
            counts[mention.kind] = number + 1
            self.mentions.append(mention)
            self._by_character[sign] = mention
            parts.append(text[at : mention.start])
            places.extend(range(at, mention.start))
            parts.append(sign)
            places.append(mention.start)
            at = mention.end
        parts.append(text[at : self.end])
        places.extend(range(at, self.end + 1))
        self.tagged = "".join(parts)
        self.small = self.tagged.lower()
        self.kinds = frozenset(counts)
        self._places = places

    def span(self, start: int, end: int) -> Span:
        """Return where a part of the tagged sentence, at least one character, stands in the view."""
        last = self._by_character.get(self.tagged[end - 1])
        return self._places[start], last.end if last is not None else self._places[end - 1] + 1

    def mention(self, sign: str) -> Mention:
        """Return the mention of a character of the tagged sentence."""
        return self._by_character[sign]

    def all_in(self, part: str) -> list[Mention]:
        """Return the mentions in a part of the tagged sentence."""
        return [self._by_character[it] for it in part if kind_of(it) is not None]
