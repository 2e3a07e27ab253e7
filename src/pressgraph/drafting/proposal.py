"""What is proposed of a text, in one flat shape, whoever proposes: rules or a model.

A proposal is not believed: the gate (`pressgraph.drafting.gate`) decides what of it becomes facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.text import Span

SOURCE = "source"
"""The ref of the document itself, of which no thing is proposed."""
RULES = "rules"
"""Who proposes, where no model does."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that is a thing: `ref` is that of a ProposedThing, or SOURCE."""

    ref: str


Value: TypeAlias = "str | Ref | Mapping[str, Value]"
"""What a key says: as a facts file would write it (`"142"`, `"2024-05-14"`, `"more than 180"`, `"silver"`, a known id
such as `"ref:ecei-labels"`), a thing, or a node that belongs to its thing alone, by key (`{"value": "6 %"}`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedThing:
    """A thing that the text names."""

    ref: str
    """Local to the proposal; statements refer to it."""
    class_: str
    """A class of the profile, by its name."""
    name: str
    """What the text calls it; an id is made of it. People, organisations, places and projects get it as their name,
    unless a statement gives them one."""
    words: str
    """The words that name it, as they stand in the text."""
    id: str | None = None
    """The id that it is known by, where the proposer has met it among known things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedStatement:
    """A value of a key of a thing, and the words that say it."""

    about: str
    """The ref of a thing, or SOURCE."""
    key: str
    value: Value
    words: str
    """They stand in the text literally, or folded."""
    status: str = "stated"
    span: Span | None = None
    """Where the words stand, in code points, when the proposer knows it; needed where they stand several times."""
    personal: bool = False
    """Whether this is somebody's contact; what the profile marks as personal needs no mark here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was proposed of one text, in the order of the text; `by` is RULES or the name of a model.

    A thing without statements is left out, unless a statement refers to it.
    """

    by: str
    things: tuple[ProposedThing, ...] = ()
    statements: tuple[ProposedStatement, ...] = ()
    questions: tuple[str, ...] = ()
    """What a person is asked in comments, such as whether a name is that of a known thing."""
