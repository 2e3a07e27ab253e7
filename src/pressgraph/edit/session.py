"""What editing a project takes: the states of its files that changes were made of, and what can be undone."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from threading import RLock
from typing import TYPE_CHECKING

from pressgraph.edit.checking import Checker
from pressgraph.edit.history import History
from pressgraph.edit.known import Known
from pressgraph.edit.source import OpenSource, open_source, text_stamp
from pressgraph.errors import PressgraphError

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project

_KEPT_STATES = 200
_KEPT_OPEN = 8


class EditSession:
    """One session of editing a project, with all of its files."""

    def __init__(self, project: Project, profile: Profile) -> None:
        """Take an open project."""
        self.project, self.profile = project, profile
        self.known = Known(project, profile)
        self.checker = Checker(project, profile, self.known)
        self.lock = RLock()
        self._states: OrderedDict[str, bytes] = OrderedDict()
        self._opened: OrderedDict[tuple[Path, str, str], OpenSource] = OrderedDict()
        self._histories: dict[Path, History] = {}

    def prepare(self) -> None:
        """Read what every check takes, rules and shapes, before the first file is opened: while a browser starts."""
        # what is wrong with them is told where a file is opened
        with contextlib.suppress(PressgraphError, OSError):
            self.checker.prepare()

    def files(self) -> list[str]:
        """Return the names of the project's facts files, those of tables and of JSON Lines too."""
        return list(self.project.facts_names())

    def remember(self, data: bytes) -> str:
        """Keep a state of a file, and return its hash."""
        digest = hashlib.sha256(data).hexdigest()
        self._states[digest] = data
        self._states.move_to_end(digest)
        while len(self._states) > _KEPT_STATES:
            self._states.popitem(last=False)
        return digest

    def state(self, digest: str) -> bytes | None:
        """Return a state by its hash, where it is kept."""
        return self._states.get(digest)

    def opened(self, path: Path, name: str, data: bytes) -> OpenSource:
        """Return a state of a file, by the rules of facts alone; the last few are kept while their text stays."""
        digest = self.remember(data)
        for key, kept in reversed(self._opened.items()):
            if key == (path, digest, text_stamp(path, kept.source)):
                return kept
        opened = open_source(data, path, name, self.profile, id_base=self.project.id_base)
        self._opened[path, digest, opened.text_stamp] = opened
        while len(self._opened) > _KEPT_OPEN:
            self._opened.popitem(last=False)
        return opened

    def history(self, path: Path, data: bytes | None = None) -> History:
        """Return the saves of a file; `data` is what it holds, for one that is opened for the first time."""
        known = self._histories.get(path)
        if known is None:
            known = History(first=data if data is not None else b"")
            if data is not None:
                self._histories[path] = known
        return known
