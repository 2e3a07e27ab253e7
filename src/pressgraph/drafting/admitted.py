"""What the gate for proposals judges by, and what it lets pass: things, facts, and the reasons against the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pressgraph.drafting.known import KnownNames
    from pressgraph.i18n import Text
    from pressgraph.profile import Profile
    from pressgraph.text import SourceText, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a proposal is judged by."""

    text: SourceText
    profile: Profile
    id_base: str
    source: str
    """The id of the document."""
    source_types: tuple[str, ...]
    language: str | None = None
    published: str | None = None
    """The day of the release, YYYY-MM-DD."""
    known: KnownNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What did not pass."""

    what: str
    """The thing and the key and the value, as the proposal says them."""
    words: str
    reason: str
    """A message of the catalogues."""


@dataclass(slots=True, kw_only=True)
class DraftedFact:
    """A fact that passed: what a facts file says of a thing, and the span of the words that say it."""

    body: dict[str, Any]
    span: Span
    status: str
    personal: bool
    by: str

    @property
    def id(self) -> str:
        """The id of the thing."""
        return str(self.body["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What the gate made of a proposal: facts in the order of the text."""

    facts: tuple[DraftedFact, ...]
    refused: tuple[Refused, ...]


@dataclass(slots=True, kw_only=True)
class Thing:
    """A thing that passed."""

    id: str
    classes: tuple[str, ...]
    name: str = ""
    words: str = ""
    span: Span | None = None
    is_known: bool = False
    personal: bool = False
    named: bool = False
    """Whether it is one thing wherever its name stands."""


class RefusedError(Exception):
    """Something does not pass, and why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason
