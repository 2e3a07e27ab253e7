"""An open project: its profile, its saved queries, its built dataset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import EndpointError, StoreError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pressgraph.errors import Problem
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.project.model import Endpoint
    from pressgraph.query import SavedQuery
    from pressgraph.validation import ValidatedDataset


@dataclass(frozen=True)
class Opened:
    """What all that a workspace does begins with."""

    project: Project
    on_warning: Callable[[Problem], None] | None = None
    """Told what of the profile's files is left out, when they are read."""

    @cached_property
    def profile(self) -> Profile:
        """The compiled profile."""
        from pressgraph.profile import load_profile

        profile = load_profile(self.project)
        if self.on_warning is not None:
            for warning in profile.warnings:
                self.on_warning(warning)
        return profile

    @cached_property
    def saved_queries(self) -> Mapping[str, SavedQuery]:
        """The saved queries, by name."""
        from pressgraph.query import load_saved_queries

        return load_saved_queries(self.project)

    def facts_files(self, paths: Iterable[str | Path] = ()) -> list[str | Path]:
        """Return facts files as paths, addresses as they are; none named means the project's.

        Raises ProjectError where the project has none.
        """
        from pressgraph.convert.inputs import is_address

        named: list[str | Path] = [str(path) if is_address(str(path)) else Path(path) for path in paths]
        return named or list(self.project.required_facts_files())

    @cached_property
    def _opened(self) -> dict[tuple[Path, int, int], ValidatedDataset]:
        return {}

    def dataset(self) -> ValidatedDataset:
        """Return the built dataset, open for reading; as long as no other one is published, it is opened once.

        Raises StoreError before the first build.
        """
        from pressgraph.dataset import GraphNames, Snapshots
        from pressgraph.dataset.failures import store_error
        from pressgraph.validation import ValidatedDataset

        snapshot = Snapshots(self.project.state).current()
        if snapshot is None:
            raise StoreError(
                gettext("nothing is built yet in {folder}", folder=self.project.root),
                hint=gettext("run 'pressgraph build' first"),
            )
        try:
            status = snapshot.path.stat()
        except OSError as error:
            raise store_error(snapshot.path, error) from error
        # who deletes all that was built and builds anew has another one of the same name
        key = (snapshot.path, status.st_ino, status.st_mtime_ns)
        opened = self._opened.get(key)
        if opened is None:
            opened = ValidatedDataset.published(snapshot, self.profile, GraphNames(id_base=self.project.id_base))
            self._opened.clear()
            self._opened[key] = opened
        return opened

    def check_built(self) -> None:
        """Raise StoreError where there is nothing to serve: no build, and nothing written over HTTP."""
        from pressgraph.dataset import Snapshots

        project = self.project
        if Snapshots(project.root / project.serve.store).current() is None:
            self.dataset()

    def languages(self, language: str | None = None) -> tuple[str, ...]:
        """Return the languages in which names are looked for: the reader's, then the project's."""
        return tuple(dict.fromkeys(it for it in (language, self.project.language) if it))

    def endpoint(self, name: str) -> Endpoint:
        """Return an endpoint: by its address, or by its name in the configuration's [endpoints].

        Raises EndpointError.
        """
        from pressgraph.project.model import Endpoint
        from pressgraph.spelling import did_you_mean

        settings = self.project.endpoints.get(name)
        if settings is not None:
            return settings
        if "://" in name:
            return Endpoint(url=name)
        hint = did_you_mean(
            name,
            self.project.endpoints,
            otherwise=gettext("name one under [endpoints] in pressgraph.toml, or give an address"),
        )
        raise EndpointError(gettext("'{name}' is no endpoint of this project", name=name), hint=hint)
