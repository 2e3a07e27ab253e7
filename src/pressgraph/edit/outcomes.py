"""What becomes of a change: it is saved, refused, or meets another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pressgraph.errors import DataError, Place
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pressgraph.edit.changes import Change
    from pressgraph.edit.source import OpenSource, Trouble


class RefusedFactError(DataError):
    """A fact that is not saved, because of problems that it would have; `troubles` are in the words of `validate`."""

    def __init__(self, troubles: Sequence[Trouble], file: str) -> None:
        """Take the problems and the file."""
        super().__init__(troubles[0].message, place=Place(file=file), hint=troubles[0].hint)
        self.troubles = tuple(troubles)


class ConflictError(DataError):
    """A fact that another program has changed since a change of it was made.

    `before` is what it said, `theirs` what the file says now, `mine` what was to be saved; None where it is gone.
    `both` is what it says with both changes, None where they are of the same key. `now` is the file's hash.
    """

    def __init__(self, change: Change, base: str, now: str, states: tuple[Any, Any, Any, Any], file: str) -> None:
        """Take the change, the hashes of what it was made of and of the file now, and the states of the fact."""
        super().__init__(gettext("the fact was changed elsewhere while it was edited"), place=Place(file=file))
        self.change = change
        self.base = base
        self.now = now
        self.before, self.theirs, self.mine, self.both = states


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save has made: which fact was saved, None where that is gone."""

    index: int | None = None
    joined: bool = False
    """Whether another program had changed other facts of the file meanwhile."""
    opened: Callable[[], OpenSource]

    @property
    def source(self) -> OpenSource:
        """The file as the save left it, with what is wrong in it."""
        return self.opened()
