"""Facts as read from a file: checked, normalised, and with the places of all they say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.errors import Place, Problem
    from pressgraph.text import SourceText, Span

Path: TypeAlias = tuple[str | int, ...]
"""Where in a body: `()` the node, `(key,)` a key, `(key, i)` its i-th value, and so on into nested nodes."""

Body: TypeAlias = dict[str, Any]
"""A JSON-LD 1.1 node object under the profile's context, normalised: `id` a string, `type` and every key a list.

A value is a string (term, literal, plain text, id), a LanguageMap, a ValueObject, or a nested body.
"""


class NeedsCheck(Exception):  # noqa: N818 - no error: a request for the checker's opinion
    """A record or a row may be wrong or written unusually, so the checker is asked."""


class LanguageMap(dict[str, list[str]]):
    """Texts by language tag: the one value of a text's key.

    A class of its own because a list of bare maps, which JSON can write too, is no JSON-LD.
    """

    __slots__ = ()


class ValueObject(dict[str, str]):
    """A literal of a key whose values are of several kinds: `@value`, and its `@type` (an IRI) or `@language`."""

    __slots__ = ()


def is_node(value: object) -> TypeGuard[Body]:
    """Tell whether a value of a body is a node: nested, or an id by itself."""
    return isinstance(value, dict) and not isinstance(value, LanguageMap | ValueObject)


class Words(NamedTuple):
    """Evidence in words of the source's text: of the places where they stand, the `nth`, if there are several."""

    text: str
    nth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is said of a fact rather than of its thing."""

    status: str = "stated"
    evidence: tuple[Span, ...] = ()
    written: tuple[Words | Span, ...] = field(default=(), compare=False)
    """The evidence as it is written, where that is in words."""
    personal: bool = False
    proposed_by: str | None = None
    """The program that proposed the fact: rules, or a model."""
    reviewed_by: str | None = None
    reviewed_on: str | None = None

    @property
    def is_proposal(self) -> bool:
        """Whether a program proposed the fact, and nobody has reviewed it; a review of its source does not count."""
        return self.proposed_by is not None and self.reviewed_by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A check that a fact may fail, and why."""

    rule: str
    reason: str
    place: Place
    used: bool = field(default=False, compare=False)
    """Whether the facts rules have found what it allows; what shapes and checks find is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One item of a file's `facts:`."""

    body: Body
    receipt: Receipt
    place: Place
    places: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    allow: tuple[Allowance, ...] = ()

    def allowing(self, rule: str) -> Fact:
        """Return the fact with what allows a rule to be broken marked as used; itself where nothing does."""
        if all(it.rule != rule for it in self.allow):
            return self
        return replace(self, allow=tuple(replace(it, used=it.used or it.rule == rule) for it in self.allow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that facts were read from; `sha256` is that of the text which evidence counts in."""

    body: Body
    place: Place
    places: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    sha256: str | None = None
    text_file: str | None = None
    text: SourceText | None = field(default=None, repr=False, compare=False)
    """What is in that file."""
    publish_text: bool = False
    """Whether words of the text may be published."""
    reviewed_by: str | None = None
    reviewed_on: str | None = None
    checked: tuple[Span, ...] = ()
    """Where in the text a review found nothing worth a fact."""
    rejected: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    """Facts that a review found not so, as they are written."""

    @property
    def id(self) -> str:
        """The document's id."""
        return str(self.body["id"])

    @property
    def published_text(self) -> SourceText | None:
        """The text, where words of it may be published."""
        return self.text if self.publish_text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsFile:
    """What a facts file says, and every problem found in it.

    Proposals of a program that nobody has reviewed are no facts: whoever publishes, converts or stores facts does not
    see them. `described` are the ids that the file says something about; `references` the ids that it links to, each
    with its first place. `source` is None only where the file has none, which is a problem too.
    """

    file: str
    source: Source | None
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    described: frozenset[str] = frozenset()
    references: Mapping[str, Place] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    """What is read, and better written otherwise: former keys; and what is not published."""
    proposals: tuple[Fact, ...] = ()
    described_by_proposals: frozenset[str] = frozenset()
    references_of_proposals: Mapping[str, Place] = field(default_factory=dict)

    def with_proposals(self) -> FactsFile:
        """Return the file as if all proposals had been reviewed, for those who check or rewrite it."""
        return replace(
            self,
            facts=tuple(sorted((*self.facts, *self.proposals), key=lambda it: it.place)),
            described=self.described | self.described_by_proposals,
            references={**self.references_of_proposals, **self.references},
            proposals=(),
            described_by_proposals=frozenset(),
            references_of_proposals={},
        )


def nested_id(parent: str, key: str, node: Mapping[str, Any]) -> str:
    """Mint the id of a nested node that has none, from its parent's id and what it says.

    Equal nodes below one key of one parent are one node; the order of values does not matter.

    >>> nested_id("label/x", "hasValidity", {"basis": ["stated"]})
    'label/x/hasValidity-dff0f03043fa'
    """
    digest = hashlib.sha256(json.dumps(canonical(node), ensure_ascii=False).encode()).hexdigest()
    return f"{parent}/{key.replace(':', '-')}-{digest[:12]}"


def canonical(value: Any) -> Any:
    """Return a body in a form that equal ones share, whatever the order of keys and values; JSON can write it."""
    match value:
        case dict():
            return [[key, canonical(value[key])] for key in sorted(value)]
        case list():
            return sorted((canonical(item) for item in value), key=json.dumps)
    return value
