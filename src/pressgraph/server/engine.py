"""What answers over the data: the snapshot that is served, the processes over it, and what makes it another one."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pressgraph.embed.day import load_day_queries
from pressgraph.server.follow import Follower
from pressgraph.server.served import Served
from pressgraph.server.workers.background import Background
from pressgraph.server.workers.children import Nursery
from pressgraph.server.workers.descriptions import Descriptions
from pressgraph.server.workers.messages import WorkerSettings
from pressgraph.server.workers.pool import Pool
from pressgraph.server.workers.served_dataset import ServedDataset
from pressgraph.server.workers.write_queue import WriteQueue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pressgraph.project import Project

_LAST_ANSWERS = 1.0
"""Seconds that queries have to end when the server does."""


class Engine:
    """The served dataset of a project, and all that works on it."""

    def __init__(self, project: Project, prefixes: Mapping[str, str], *, writable: bool) -> None:
        settings = project.serve
        self.background = Background()
        self.served = Served(cache_size=settings.cache_mib * 1024 * 1024)
        self._nursery = Nursery(_worker_settings(project, prefixes))
        self.pool = Pool(self.served, settings, self._nursery)
        self.dataset = ServedDataset(project, self.served, writable=writable)
        self.write_queue = WriteQueue(self.dataset, prefixes, settings, self._nursery)
        self.follower = Follower(self.dataset, self.served, self.pool, self.write_queue)
        self.descriptions = Descriptions(self.pool, self.background)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve what is published, and follow what will be."""
        try:
            await self.follower.move()
            self.background.start()
            self.follower.start()
            yield
        finally:
            await self.follower.stop()
            await self.write_queue.stop()
            await self.pool.stop(_LAST_ANSWERS)
            await self._nursery.stop()
            self.background.stop()
            self.dataset.clean()


def _worker_settings(project: Project, prefixes: Mapping[str, str]) -> WorkerSettings:
    settings = project.serve
    return WorkerSettings(
        memory=settings.memory_mib * 1024 * 1024,
        network=bool(settings.services),
        services=tuple(settings.services),
        service_timeout=settings.service_timeout,
        prefixes=dict(prefixes),
        base=project.base,
        id_base=project.id_base,
        language=project.language,
        day_queries=load_day_queries(project, prefixes),
    )
