"""Build: convert what changed, validate the whole, publish a snapshot; or leave everything as it was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.dataset import Snapshot, Snapshots
from pressgraph.errors import FactsError, NotConformingError, ProjectError
from pressgraph.facts.tables.open import SQL, open_sheets
from pressgraph.publish.work import Work
from pressgraph.validation import Report, check_files
from pressgraph.validation.allow import UNUSED
from pressgraph.validation.keep import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project

# Raise it when the same facts and profile give other quads than before: every project then builds anew.
_QUADS_VERSION = 1


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

    @property
    def changed(self) -> bool:
        """Whether a new snapshot was published."""
        return bool(self.converted or self.removed)


class RefusedError(NotConformingError):
    """The new graph does not conform and was not published; `report` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("the graph does not conform to the shapes, so it was not published")
        self.report = report


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
    paths = {project.name_of(path): path for path in project.facts_files()}
    if not paths:
        raise ProjectError(
            f"there are no facts files in {project.root}",
            hint=f"looked for {', '.join(project.facts)}; 'pressgraph init DIR' makes a project with a sample",
        )
    snapshots = Snapshots(project.state)
    with snapshots.building(wait=wait):
        current = snapshots.current()
        before = current.manifest() if current is not None else {}
        basis = {"quads": _QUADS_VERSION, "profile": profile.digest, "base": project.id_base}
        fresh = full or before.get("basis") != basis
        known: dict[str, Any] = {} if fresh else before["files"]
        hashes = {name: fingerprint(path, project) for name, path in paths.items()}
        changed = [name for name in paths if known.get(name, {}).get("sha256") != hashes[name]]
        removed = sorted(set(known) - set(paths))
        kept = {name: known[name] for name in paths if name not in changed}
        if current is not None and not fresh and not changed and not removed:
            return BuildResult(snapshot=current, kept=len(kept), facts=before["facts"], triples=before["triples"])

        candidate = snapshots.candidate(fresh=fresh)
        try:
            work = Work(project, profile, candidate.open_store())
            if fresh:
                work.load_profile()
            files = work.apply(known, changed, removed, paths, progress=progress, fresh=fresh)
            if work.problems:
                raise FactsError(sorted(work.problems, key=lambda it: it.place))
            for name in changed:
                files[name]["sha256"] = hashes[name]
            report = work.validate(files, paths, None if fresh else before.get("results"))
            if not report.conforms:
                raise RefusedError(report)
            work.store.flush()
            del work
            snapshot = candidate.publish(
                {
                    "basis": basis,
                    "facts": report.facts,
                    "triples": report.triples,
                    "files": files,
                    "results": [to_json(it) for it in report.results if not it.shape.endswith(UNUSED)],
                }
            )
        except BaseException:
            candidate.discard()
            raise
    return BuildResult(
        snapshot=snapshot,
        converted=tuple(changed),
        removed=tuple(removed),
        kept=len(kept),
        facts=report.facts,
        triples=report.triples,
        report=report,
    )


def validate_changed(project: Project, profile: Profile, *, engine: str = "auto") -> Report:
    """Validate the project's facts files as they are now, checking again what has changed since the last build.

    Nothing is published. The report is that of the whole; where nothing was built yet, or with another profile, all is
    checked.
    """
    paths = {project.name_of(path): path for path in project.facts_files()}
    snapshots = Snapshots(project.state)
    with snapshots.building():
        current = snapshots.current()
        before = current.manifest() if current is not None else {}
        fresh = before.get("basis") != {"quads": _QUADS_VERSION, "profile": profile.digest, "base": project.id_base}
        if fresh:
            return check_files([], project, profile, engine=engine)
        known: dict[str, Any] = before["files"]
        changed = [
            name for name, path in paths.items() if known.get(name, {}).get("sha256") != fingerprint(path, project)
        ]
        removed = sorted(set(known) - set(paths))
        candidate = snapshots.candidate()
        try:
            work = Work(project, profile, candidate.open_store(), engine=engine)
            files = work.apply(known, changed, removed, paths)
            if work.problems:
                return work.refusal(files)
            return work.validate(files, paths, before.get("results"))
        finally:
            candidate.discard()


def fingerprint(path: Path, project: Project) -> str:
    """Return what changes with what a file says: its SHA-256, and of tables also their settings and a query's rows."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    settings = project.tables_of(path)
    if settings:
        digest.update(repr(settings).encode())
    if path.suffix.lower() in SQL:
        sheets, _ = open_sheets(path, name=path.name, settings=settings, root=project.root)
        for sheet in sheets:
            for row in sheet.rows:
                digest.update(repr(row).encode())
    return digest.hexdigest()
