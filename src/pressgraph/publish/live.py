"""Validate again and again: a project in memory, of which only what changed is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.publish.work import Work
from pressgraph.validation.reads import KnownReads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation import Report
    from pressgraph.validation.keep import Kept


class LiveCheck:
    """Keep a project's graph in memory, and validate it as its files change.

    The profile is that of the start: who edits shapes starts again.
    """

    def __init__(self, project: Project, profile: Profile, *, engine: str = "auto") -> None:
        self.project = project
        self.profile = profile
        self.engine = engine
        self.store = ox.Store()
        self._files: dict[str, Any] = {}
        self._stamps: dict[str, tuple[int, int]] = {}
        self._kept: Kept | None = None
        self._reads = KnownReads()
        self._triples = 0
        self._pending: set[str] = set()
        """Files whose last state has problems: what is in the store is older."""

    def check(self) -> Report:
        """Validate the project's files as they are now; what has not changed since the last call is not read again."""
        stamps = {name: _stamp(self.project.root / name) for name in self.project.facts_names()}
        changed = [name for name in stamps if self._stamps.get(name) != stamps[name] or name in self._pending]
        removed = sorted(set(self._files) - set(stamps))
        fresh = self._kept is None
        work = Work(self.project, self.profile, self.store, engine=self.engine, reads=self._reads)
        if not self._files:
            work.load_profile()
        files = work.apply(self._files, changed, removed, fresh=fresh)
        self._files, self._stamps = files, stamps
        if work.problems:
            # the store has lost what could not be read: what follows is checked as a whole
            self._kept = None
            self._pending = {it.place.file for it in work.problems} & set(stamps)
            return work.refusal(files)
        self._pending = set()
        report, self._kept = work.validate(files, self._kept, triples=self._triples)
        self._triples = report.triples
        return report

    def watch(self) -> Iterator[Report]:
        """Yield a report now, and one whenever a facts file is saved."""
        from watchfiles import watch

        yield self.check()
        suffixes = tuple({"." + pattern.rpartition(".")[2] for pattern in self.project.facts})
        for changes in watch(self.project.root, watch_filter=lambda _, path: path.endswith(suffixes), step=100):
            if changes:
                yield self.check()


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
