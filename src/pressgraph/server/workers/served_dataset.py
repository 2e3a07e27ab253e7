"""The served dataset on disk: its folder, what may be published, and what a process needs to know to write it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pressgraph.dataset import Snapshots
from pressgraph.dataset.withholding import Rules
from pressgraph.server.workers.messages import ServedFolder
from pressgraph.server.workers.publish import served_folder

if TYPE_CHECKING:
    from pressgraph.project import Project
    from pressgraph.server.served import Served


class ServedDataset:
    """The served dataset of a project."""

    def __init__(self, project: Project, served: Served, *, writable: bool) -> None:
        self.project = project
        self._served = served
        self.folder, self._temporary = served_folder(project, writable=writable)
        self.rules = Rules.of(project)
        """What may be published."""
        self.snapshots = Snapshots(self.folder, kind="served")

    def withdrawn(self, name: str) -> str | None:
        """Return the day, as YYYY-MM-DD, on which an id was withdrawn that was served once, or is withheld by name.

        The text is empty where nobody noted the day; None for an id that is not withdrawn.
        """
        day = self._served.current.gone.get(name)
        return "" if day is None and f"{self.project.id_base}{name}" in self.rules.withhold else day

    def request(self) -> ServedFolder:
        """Return what a writer process needs to know of it."""
        project, current = self.project, self._served.current
        return ServedFolder(
            folder=str(self.folder),
            state=str(project.state),
            id_base=project.id_base,
            rules=self.rules.to_json(),
            before_in=str(project.root / project.serve.store) if self._temporary else None,
            gone=dict(current.gone),
            keep=(current.name,) if current.name else (),
        )

    def clean(self) -> None:
        """Remove its folder where that is a temporary one."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
