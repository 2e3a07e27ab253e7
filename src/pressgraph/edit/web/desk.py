"""What the editor's pages have before them: the project, who reads them, and what waits for an answer."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Protocol

from pressgraph.edit.session import EditSession
from pressgraph.edit.web.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pressgraph.edit.outcomes import ConflictError
    from pressgraph.i18n import Text
    from pressgraph.profile import Profile
    from pressgraph.project import Project

_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The answers to the three questions of a new project."""

    title: str
    base: str
    language: str


class Draft(Protocol):
    """Proposals that are not in their file yet."""

    @property
    def count(self) -> int:
        """How many there are."""

    def write(self) -> None:
        """Write them, unless the file has changed since."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """One run of the editor.

    `make_project` makes a project in the folder; `draft` proposes facts for a facts file by rules or by a model,
    `models` says which ones are set up and what they would be sent, `name_reviewer` describes who reviews, by name and
    an id that files know, where that can be done here.
    """

    root: Path
    language: str = "en"
    session: EditSession | None = None
    start: str = ""
    """The name of the file that the editor opens with."""
    by: str = ""
    """The id of who reviews."""
    door: Door = field(default_factory=Door)
    make_project: Callable[[Setup], tuple[Project, Profile]] | None = None
    draft: Callable[[Path, str], Draft] | None = None
    models: Callable[[Path], Sequence[tuple[str, Text]]] = lambda _: ()
    name_reviewer: Callable[[str, str | None], str] | None = None
    saved_at: str = ""
    conflicts: OrderedDict[str, ConflictError] = field(default_factory=OrderedDict)

    def keep(self, key: str, conflict: ConflictError) -> None:
        """Keep a conflict until it is decided."""
        self.conflicts[key] = conflict
        while len(self.conflicts) > _KEPT:
            self.conflicts.popitem(last=False)

    def begin(self, project: Project, profile: Profile) -> EditSession:
        """Begin to edit a project."""
        self.session = EditSession(project, profile)
        self.prepare()
        return self.session

    def prepare(self) -> None:
        """Let the session read what it takes, beside all else."""
        if self.session is not None:
            Thread(target=self.session.prepare, daemon=True).start()
