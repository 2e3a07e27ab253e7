"""Build: convert what changed, validate the whole, publish a snapshot; or leave everything as it was."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.build.fingerprints import Fingerprints
from pressgraph.build.learning import learning
from pressgraph.build.manifest import Basis, BuildManifest, FileEntry, count_sources
from pressgraph.build.update import StoreUpdate, leave
from pressgraph.convert import is_stream
from pressgraph.dataset import Snapshot, Snapshots
from pressgraph.dataset.counts import Counts, recount
from pressgraph.errors import FactsError, NotConformingError
from pressgraph.i18n import gettext
from pressgraph.processes import rare_collections
from pressgraph.validation import Report, check_files
from pressgraph.validation.incremental import FootprintCache, ValidationState
from pressgraph.validation.incremental.compared import keep, kept_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project

_FOOTPRINTS = "footprints.json"
_MANY = 100
"""From so many files on, a build from nothing also finds out what shapes and checks read; so many sources are few."""
_MOST_IN_MEMORY = 64 * 2**20
"""Bytes of YAML."""
_MOST = 3
"""A change of a part of the sources that is larger than one of so many is built as if all had changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """What a build did: which files it converted, removed and kept, and the snapshot that is published now."""

    snapshot: Snapshot
    converted: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: int = 0
    facts: int = 0
    triples: int = 0
    report: Report = field(default_factory=Report)
    unreported: Report = field(default_factory=Report)
    """What of the report the build before did not find, or stands in files that changed."""
    anew: bool = False
    """Whether nothing of the build before was of use, as an earlier version of the program had made it."""

    @property
    def changed(self) -> bool:
        """Whether a new snapshot was published."""
        return bool(self.converted or self.removed)


class RefusedError(NotConformingError):
    """The new graph does not conform and was not published; `report` says why, and `unreported` what of it is new."""

    def __init__(self, report: Report, unreported: Report) -> None:
        super().__init__(gettext("the graph does not conform to the shapes, so it was not published"))
        self.report = report
        self.unreported = unreported


# of what a build makes nearly all stays until its end
@rare_collections(between=200_000, looks=50)
def build(
    project: Project,
    profile: Profile,
    *,
    full: bool = False,
    wait: float = 0,
    progress: Callable[[list[Path]], Iterable[Path]] = iter,
) -> BuildResult:
    """Bring the project's dataset up to date with its facts files.

    `full` converts every file. `progress` wraps the files to be converted, to show how far it is. `wait` is how many
    seconds to wait for another build.

    Raises FactsError for facts that cannot be converted and RefusedError for a graph that the shapes refuse; what was
    published before then stays published.
    """
    names = project.required_facts_names()
    snapshots = Snapshots(project.state)
    with snapshots.building(wait=wait):
        # what begins anew needs nothing of what is there, and mends it
        current = snapshots.current() if not full else None
        manifest = BuildManifest.of(current) if current is not None else None
        basis = Basis.of(project, profile)
        before = manifest if manifest is not None and manifest.basis == basis else None
        look = _Look(project, names, before.files if before is not None else {}, trust=not full)
        if current is not None and before is not None and not look.changed and not look.removed:
            current.open()
            # a server takes this for a publication: what it may publish can have changed, and what it was told go
            snapshots.touch()
            return BuildResult(snapshot=current, kept=len(names), facts=before.facts, triples=before.triples)
        if look.is_large:
            before = None
            look.take_all()
        fresh = before is None

        path = project.cache / _FOOTPRINTS
        beside = learning(project, path) if fresh and len(names) >= _MANY and sys.executable else nullcontext()
        with beside, snapshots.candidate(fresh=fresh) as candidate:
            footprints = FootprintCache(path)
            in_memory = fresh and look.fits_memory
            store = ox.Store() if in_memory else candidate.open_store()
            update = StoreUpdate(project, profile, store, footprints=footprints)
            if fresh:
                update.load_profile()
            kept = current.path if current is not None and not fresh else None
            found_before = ValidationState.load(kept) if kept is not None else None
            files = update.apply(
                before.files if before is not None else {}, look.changed, look.removed, progress=progress, fresh=fresh
            )
            if update.problems:
                raise FactsError(sorted(update.problems, key=lambda problem: problem.place))
            look.note(files)
            with (
                candidate.writing(store) if in_memory else nullcontext(leave) as write,
                ThreadPoolExecutor(1) as thread,
            ):
                if fresh:
                    update.conclude(write)
                # the engine counts, beside the validation
                counting = thread.submit(_counted, current if not fresh else None, update)
                report, state = update.validate(
                    files,
                    found_before,
                    compared=kept_in(current.path) if current is not None else None,
                    triples=before.triples if before is not None else 0,
                )
                known = found_before.results if found_before is not None else ()
                unreported = report.without_known(known, look.changed) if before is not None else report
                if not report.conforms:
                    raise RefusedError(report, unreported)
                footprints.save()
                keep(update.validator.compared, candidate.path)
                state.save(candidate.path, before=found_before, kept=kept)
                counting.result().save(candidate.path)
                candidate.note_altered(update.altered)
            if not in_memory:
                candidate.settle(store)
            del update, store
            snapshot = candidate.publish(
                BuildManifest(
                    basis=basis,
                    facts=report.facts,
                    triples=report.triples,
                    files=dict(sorted(files.items())),
                )
            )
    return BuildResult(
        snapshot=snapshot,
        converted=tuple(look.changed),
        removed=tuple(look.removed),
        kept=len(names) - len(look.changed),
        facts=report.facts,
        triples=report.triples,
        report=report,
        unreported=unreported,
        anew=current is not None and manifest is None,
    )


def _counted(before: Snapshot | None, update: StoreUpdate) -> Counts:
    """Count what is in a store: of what goes on from a snapshot, what differs from that."""
    counts = Counts.load(before.path) if before is not None else None
    store = before.open() if before is not None and counts is not None else ox.Store()
    return recount(counts, store, update.store, update.touched, update.project.id_base)


def validate_changed(project: Project, profile: Profile, *, engine: str = "auto", wait: float = 10) -> Report:
    """Validate the project's facts files as they are now, checking again what has changed since the last build.

    Nothing is published. The report is that of the whole; where nothing was built yet, or with another profile, all is
    checked. `wait` is how many seconds to wait for a build that is running.
    """
    names = project.required_facts_names()
    snapshots = Snapshots(project.state)
    with snapshots.building(wait=wait):
        current = snapshots.current()
        before = BuildManifest.of(current) if current is not None else None
        if current is None or before is None or before.basis != Basis.of(project, profile):
            return check_files([], project, profile, engine=engine)
        look = _Look(project, names, before.files)
        if look.is_large:
            return check_files([], project, profile, engine=engine)
        with snapshots.candidate() as candidate:
            footprints = FootprintCache(project.cache / _FOOTPRINTS)
            update = StoreUpdate(project, profile, candidate.open_store(), engine=engine, footprints=footprints)
            files = update.apply(before.files, look.changed, look.removed)
            if update.problems:
                return update.refusal(files)
            found_before = ValidationState.load(current.path)
            report, _ = update.validate(files, found_before, compared=kept_in(current.path), triples=before.triples)
            footprints.save()
            return report


class _Look:
    """What has changed in a project's files since a build."""

    def __init__(
        self, project: Project, names: Iterable[str], known: Mapping[str, FileEntry], *, trust: bool = True
    ) -> None:
        self._root = project.root
        self._prints = Fingerprints(project, trust=trust)
        self._hashes = {name: self._prints.of(name) for name in names}
        self.changed = [name for name in self._hashes if name not in known or not self._as_before(name, known[name])]
        self.removed = sorted(known.keys() - self._hashes)
        self._known = known
        self._prints.save()

    @property
    def is_large(self) -> bool:
        """Whether so much has changed that it takes longer to take it out of the dataset than to begin anew.

        The sources of a file are all taken for changed: of one large file of JSON Lines, for one that was edited.
        """
        changed = count_sources(self._known[name] for name in (*self.changed, *self.removed) if name in self._known)
        return changed > _MANY and changed * _MOST > count_sources(self._known.values())

    @property
    def fits_memory(self) -> bool:
        """Whether the graph of all files can be made in memory, where a store answers ten times as fast as on a disk.

        Of YAML it takes about 35 bytes for one. How much a stream or a table holds, only reading it tells.
        """
        paths = [self._root / name for name in self._hashes]
        return not any(map(is_stream, paths)) and sum(map(_size, paths)) <= _MOST_IN_MEMORY

    def take_all(self) -> None:
        """Take all files for changed."""
        self.changed, self.removed = list(self._hashes), []

    def _as_before(self, name: str, entry: FileEntry) -> bool:
        same = entry.sha256 == self._hashes[name]
        return same and (entry.text is None or entry.text_sha256 == self._of_text(name, entry.text))

    def _of_text(self, name: str, text: str) -> str:
        return self._prints.of_text((self._root / name).parent / text)

    def note(self, files: Mapping[str, FileEntry]) -> None:
        """Write into what is to be known of the files how they were when it was looked."""
        for name in self.changed:
            entry = files[name]
            entry.sha256 = self._hashes[name]
            if entry.text is not None:
                entry.text_sha256 = self._of_text(name, entry.text)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # whoever reads it says so
        return 0
