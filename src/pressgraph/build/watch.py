"""Validate again and again: a project in memory, of which only what changed is read anew."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.build.update import StoreUpdate, leave
from pressgraph.errors import PressgraphError
from pressgraph.extras import extra
from pressgraph.project.model import CONFIG_NAME, STATE_FOLDER
from pressgraph.validation.incremental import FootprintCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.build.manifest import FileEntry
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.validation import Report
    from pressgraph.validation.incremental import ValidationState


class LiveCheck:
    """Keep a project's graph in memory, and validate it as its files change."""

    def __init__(self, project: Project, profile: Profile, *, engine: str = "auto") -> None:
        self.project = project
        self.profile = profile
        self.engine = engine
        self.store = ox.Store()
        self._files: dict[str, FileEntry] = {}
        self._stamps: dict[str, tuple[Stamp | None, ...]] = {}
        self._state: ValidationState | None = None
        self._footprints = FootprintCache()
        self._triples = 0
        self._pending: set[str] = set()
        """Files whose last state has problems: what is in the store is older."""

    def check(self) -> Report:
        """Validate the project's files as they are now; what has not changed since the last call is not read again."""
        stamps = {name: self._stamp(name) for name in self.project.facts_names()}
        changed = [name for name in stamps if self._stamps.get(name) != stamps[name] or name in self._pending]
        removed = sorted(set(self._files) - set(stamps))
        fresh = self._state is None
        update = StoreUpdate(self.project, self.profile, self.store, engine=self.engine, footprints=self._footprints)
        if not self._files:
            update.load_profile()
        files = update.apply(self._files, changed, removed, fresh=fresh)
        self._files = files
        # which text belongs to a file is known once it is read
        self._stamps = {name: (*stamp[:1], *self._stamp(name)[1:]) for name, stamp in stamps.items()}
        if update.problems:
            # the store has lost what could not be read: what follows is checked as a whole
            self._state = None
            self._pending = {it.place.file for it in update.problems} & set(stamps)
            return update.refusal(files)
        self._pending = set()
        if fresh:
            update.conclude(leave)
        report, self._state = update.validate(files, self._state, triples=self._triples)
        self._triples = report.triples
        return report

    def is_current(self) -> bool:
        """Tell whether no file has changed since the last check."""
        return self._stamps == {name: self._stamp(name) for name in self.project.facts_names()}

    def is_made_by(self, path: Path) -> bool:
        """Tell whether a file is the project's configuration, or part of what it adds to the profile."""
        project = self.project
        own = (project.root / CONFIG_NAME, *project.ontology, *project.shapes, *project.queries)
        new = (project.root / name for name in ("ontology", "shapes", "queries"))
        return any(path == it or it in path.parents for it in (*own, *new))

    def _stamp(self, name: str) -> tuple[Stamp | None, ...]:
        """Return the stamps of a file, and of the text that its evidence is checked against."""
        path = self.project.root / name
        entry = self._files.get(name)
        if entry is None or entry.text is None:
            return (_stamp(path),)
        return (_stamp(path), _stamp(path.parent / entry.text))


def watch(root: Path, start: Callable[[], LiveCheck]) -> Iterator[Report | PressgraphError]:
    """Yield a report now, and one whenever a file is saved that it depends on.

    Where the configuration or the profile is saved, `start` opens the project anew; what is wrong with them is yielded
    too.
    """
    with extra("watch"):
        from watchfiles import watch as wait

    live: LiveCheck | None = None
    events = wait(root, watch_filter=_is_ours, step=100, rust_timeout=500, yield_on_timeout=True)
    for turn, changes in enumerate(chain([set()], events)):
        # what was saved before the watch began has no event: so look once at its first turn
        if turn > 1 and not changes:
            continue
        try:
            if live is None or any(live.is_made_by(Path(path)) for _, path in changes):
                live = start()
            elif live.is_current():
                # reports and pages may be written below the project too
                continue
            yield live.check()
        except PressgraphError as error:
            live = None
            yield error


Stamp: TypeAlias = tuple[int, int]
_IGNORED = {STATE_FOLDER, ".git", ".venv", "node_modules", "__pycache__"}


def _is_ours(_change: object, path: str) -> bool:
    # editors write beside the file first, under names that start with a dot or end in ~
    parts = Path(path).parts
    return _IGNORED.isdisjoint(parts) and not parts[-1].startswith(".") and not parts[-1].endswith("~")


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        # between being listed and being looked at, it went
        return None
    return status.st_mtime_ns, status.st_size
