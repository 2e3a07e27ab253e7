"""Validate again and again: a project in memory, of which only what changed is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.publish.work import Work
from pressgraph.validation.allow import UNUSED
from pressgraph.validation.keep import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation import Report


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
        self._results: list[dict[str, Any]] | None = None
        self._pending: set[str] = set()
        """Files whose last state has problems: what is in the store is older."""

    def check(self) -> Report:
        """Validate the project's files as they are now; what has not changed since the last call is not read again."""
        paths = {self.project.name_of(path): path for path in self.project.facts_files()}
        stamps = {name: _stamp(path) for name, path in paths.items()}
        changed = [name for name in paths if self._stamps.get(name) != stamps[name] or name in self._pending]
        removed = sorted(set(self._files) - set(paths))
        fresh = self._results is None
        work = Work(self.project, self.profile, self.store, engine=self.engine)
        if not self._files:
            work.load_profile()
        files = work.apply(self._files, changed, removed, paths, fresh=fresh)
        self._files, self._stamps = files, stamps
        if work.problems:
            # the store has lost what could not be read: what follows is checked as a whole
            self._results = None
            self._pending = {it.place.file for it in work.problems} & set(paths)
            return work.refusal(files)
        self._pending = set()
        report = work.validate(files, paths, self._results)
        self._results = [to_json(it) for it in report.results if not it.shape.endswith(UNUSED)]
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
