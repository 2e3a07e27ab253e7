"""Which snapshot is served: follow what `build` publishes, what is written, and what may be published.

What is served stays served: where the built dataset or the served one is deleted, the last good snapshot is kept, and
the log and `/readyz` say so.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pressgraph.dataset import Snapshots
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import PressgraphError, StoreError
from pressgraph.project import open_project
from pressgraph.project.model import CONFIG_NAME
from pressgraph.server.http.responses import RequestError
from pressgraph.server.workers.job import ExchangeError
from pressgraph.server.workers.publish import Built, Description, is_current, served_folder
from pressgraph.server.workers.revisions import Revisions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.dataset import Snapshot
    from pressgraph.server.app import Front

_POLL = 0.05
_LATER = "by the next 'pressgraph build'"


class Following:
    """The served snapshot of a front, and what makes it another one."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.project = front.project
        self.folder, self._temporary = served_folder(front.project, writable=front.writable)
        self.rules = Rules.of(front.project)
        self.snapshot: Snapshot | None = None
        self.identity = "none"
        """Names the snapshot, and no other one ever."""
        self.revisions = Revisions()
        """The states that its graphs are in."""
        self.described = Description()
        """What is told of it as a whole."""
        self.since: float | None = None
        """When it was published, in seconds of `time.time`."""
        self.gone: frozenset[str] = frozenset()
        """The ids that were served once and are not any more."""
        self.trouble = ""
        """What is wrong while the last good snapshot is served."""
        self._snapshots = Snapshots(self.folder, kind="served")
        self._moving = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        root, state = self.project.root, self.project.state
        self._watched = (root / CONFIG_NAME, state / "current", self.folder / "current")
        self._seen = self._stamps()

    # -- what is served

    def is_gone(self, name: str) -> bool:
        """Tell whether an id was served once and is not any more, or is withheld by name."""
        return name in self.gone or f"{self.project.id_base}{name}" in self.rules.withhold

    def request(self) -> dict[str, Any]:
        """Return what a writer process needs to know of the served dataset."""
        project = self.project
        return {
            "folder": str(self.folder),
            "state": str(project.state),
            "id_base": project.id_base,
            "rules": self.rules.to_json(),
            "before_in": str(project.root / project.serve.store) if self._temporary else None,
            "gone": sorted(self.gone),
            "keep": [self.snapshot.name] if self.snapshot is not None else [],
        }

    async def move(self) -> bool:
        """Serve what is published now; return whether that is another snapshot than before.

        Raises PressgraphError, ExchangeError or RequestError where another one cannot be made or opened.
        """
        front = self._front
        async with self._moving:
            built, trouble = self._built()
            current = self._snapshots.current()
            if current is None and built is None and self.snapshot is not None:
                self._say_trouble("the served dataset was deleted: run 'pressgraph build'")
                return False
            if not is_current(current, built, self.rules):
                await front.writes.publish()
                current = self._snapshots.current()
            if current is None:
                return False
            manifest = current.manifest()
            if built is None and manifest.get("built") is not None:
                trouble = trouble or "the built dataset was deleted: run 'pressgraph build'"
            identity = current.identity
            moved = identity != self.identity
            if moved:
                described = Description.of(current)
                await front.pool.open(current.path / "store")
                self.snapshot, self.identity, self.described = current, identity, described
                self.revisions = Revisions.of(manifest)
                self.since = current.path.stat().st_mtime
                self.gone = frozenset(manifest.get("gone", ()))
                front.moved()
                front.say("snapshot", snapshot=current.name)
            self._say_trouble(trouble)
            return moved

    def _built(self) -> tuple[Built | None, str]:
        """Return what is built, and what is wrong with that."""
        try:
            return Built.of(self.project.state), ""
        except StoreError as error:
            return None, f"{error.reason}: run 'pressgraph build'"

    def _say_trouble(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            message = f"{trouble}; the last good snapshot is served" if trouble else "the dataset is whole again"
            self._front.say("dataset", message=message)

    # -- following

    def start(self) -> None:
        """Follow from now on."""
        self._task = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        """Follow no more; a temporary folder goes."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def clean(self) -> None:
        """Remove the folder of the served dataset where it is a temporary one."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    async def _follow(self) -> None:
        """Watch for publications, here and by 'pressgraph build' in other processes."""
        while True:
            with suppress(OSError):
                await self._front.writes.prepare()
            now = self._stamps()
            if now != self._seen:
                if now[:2] != self._seen[:2]:
                    self._read_rules(by_build=now[1] != self._seen[1] and now[1] is not None)
                if await self._move():
                    self._seen = now
                else:
                    await asyncio.sleep(1)
            await asyncio.sleep(_POLL)

    def _stamps(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._watched)

    async def _move(self) -> bool:
        """Move, and return whether that went well."""
        try:
            await self.move()
        except (PressgraphError, ExchangeError, RequestError, OSError) as error:
            self._front.say("error", error=type(error).__name__, message=str(error)[:300])
            return False
        return True

    def _read_rules(self, *, by_build: bool) -> None:
        """Read what may be published: what is withheld now goes at once, what is published now waits for a build."""
        try:
            rules = Rules.of(open_project(self.project.root))
        except (PressgraphError, OSError) as error:
            self._front.say("error", error=type(error).__name__, message=f"{CONFIG_NAME}: {str(error)[:300]}")
            return
        before, self.rules = self.rules, rules if by_build else rules.joined(self.rules)
        for message in (*_changes(before, self.rules, "from now on"), *_changes(self.rules, rules, _LATER)):
            self._front.say("configuration", message=message)


def _changes(before: Rules, rules: Rules, when: str) -> Iterator[str]:
    """Say what is published and withheld by other rules than before, without naming it: logs are read by many."""
    if before.personal != rules.personal:
        yield f"personal data is published {when}" if rules.personal else "personal data is withheld"
    for some, said in ((rules.withhold - before.withhold, "withheld"), (before.withhold - rules.withhold, "published")):
        if some:
            count = "1 thing is" if len(some) == 1 else f"{len(some)} things are"
            yield f"{count} {said} {when}" if said == "published" else f"{count} {said} by name"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
