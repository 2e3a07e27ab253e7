"""Follow what `build` publishes, what is written, and what may be published; serve the snapshot that comes of it.

What is served stays served: where the built dataset or the served one is deleted, the last good snapshot is kept, and
the log and `/readyz` say so.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from pressgraph.dataset.withholding import Rules
from pressgraph.errors import PressgraphError, StoreError
from pressgraph.project import open_project
from pressgraph.project.model import CONFIG_NAME
from pressgraph.server.failures import JobError
from pressgraph.server.http.log import log_event
from pressgraph.server.http.responses import RequestError
from pressgraph.server.manifest import ServedManifest
from pressgraph.server.workers.publish import Built, is_current

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressgraph.server.served import Served
    from pressgraph.server.workers.messages import Outcome, Write
    from pressgraph.server.workers.pool import Pool
    from pressgraph.server.workers.served_dataset import ServedDataset
    from pressgraph.server.workers.write_queue import WriteQueue

_POLL = 0.05
_LATER = "by the next 'pressgraph build'"


class Follower:
    """What makes another snapshot the served one."""

    def __init__(self, dataset: ServedDataset, served: Served, pool: Pool, write_queue: WriteQueue) -> None:
        self._dataset = dataset
        self._served = served
        self._pool = pool
        self._write_queue = write_queue
        self._moving = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        project = dataset.project
        self._watched = (project.root / CONFIG_NAME, project.state / "current", dataset.folder / "current")
        self._seen = self._stamps()

    async def move(self) -> bool:
        """Serve what is published now; return whether that is another snapshot than before.

        Raises PressgraphError, JobError or RequestError where another one cannot be made or opened.
        """
        served, dataset = self._served, self._dataset
        async with self._moving:
            built, trouble = self._built()
            latest = dataset.snapshots.current()
            if latest is None and built is None and served.current.store is not None:
                self._note_trouble("the served dataset was deleted: run 'pressgraph build'")
                return False
            if not is_current(latest, built, dataset.rules):
                await self._write_queue.publish()
                latest = dataset.snapshots.current()
            if latest is None:
                return False
            manifest = ServedManifest.of(latest)
            if built is None and manifest.built is not None:
                trouble = trouble or "the built dataset was deleted: run 'pressgraph build'"
            moved = manifest.identity(latest) != served.current.id
            if moved:
                snapshot = served.read(latest)
                await self._pool.open(snapshot)
                served.current = snapshot
                self._pool.moved()
                log_event("snapshot", snapshot=snapshot.name)
            self._note_trouble(trouble)
            return moved

    async def write(self, request: Write, contents: Sequence[bytes] = ()) -> Outcome:
        """Have a write made, and serve what came of it; return its outcome.

        Raises RequestError.
        """
        outcome = await self._write_queue.write(request, contents)
        # what is written is there: where it cannot be served now, that is tried again
        await self._tried_to_move()
        return outcome

    def _built(self) -> tuple[Built | None, str]:
        """Return what is built, and what is wrong with that."""
        try:
            return Built.of(self._dataset.project.state), ""
        except StoreError as error:
            return None, f"{error.reason}: run 'pressgraph build'"

    def _note_trouble(self, trouble: str) -> None:
        if trouble != self._served.trouble:
            self._served.trouble = trouble
            message = f"{trouble}; the last good snapshot is served" if trouble else "the dataset is whole again"
            log_event("dataset", message=message)

    # -- following

    def start(self) -> None:
        """Follow from now on."""
        self._task = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        """Watch for publications, here and by 'pressgraph build' in other processes."""
        while True:
            now = self._stamps()
            if now != self._seen:
                if now[:2] != self._seen[:2]:
                    self._read_rules(by_build=now[1] != self._seen[1] and now[1] is not None)
                if await self._tried_to_move():
                    self._seen = now
                else:
                    await asyncio.sleep(1)
            await asyncio.sleep(_POLL)

    def _stamps(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._watched)

    async def _tried_to_move(self) -> bool:
        """Move, and return whether that went well."""
        try:
            await self.move()
        except (PressgraphError, JobError, RequestError, OSError) as error:
            log_event("error", error=type(error).__name__, message=str(error)[:300])
            return False
        return True

    def _read_rules(self, *, by_build: bool) -> None:
        """Read what may be published: what is withheld now goes at once, what is published now waits for a build."""
        dataset = self._dataset
        try:
            rules = Rules.of(open_project(dataset.project.root))
        except (PressgraphError, OSError) as error:
            log_event("error", error=type(error).__name__, message=f"{CONFIG_NAME}: {str(error)[:300]}")
            return
        before, dataset.rules = dataset.rules, rules if by_build else rules.joined(dataset.rules)
        for message in (*_changes(before, dataset.rules, "from now on"), *_changes(dataset.rules, rules, _LATER)):
            log_event("configuration", message=message)


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
