"""The published copy of a build that a site is drawn from, and the copy that it was drawn from the last time."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pressgraph.dataset import GraphNames, Snapshots
from pressgraph.dataset.counts import Counts, recount
from pressgraph.dataset.failures import DamagedError
from pressgraph.dataset.published import owned_by_build, withhold
from pressgraph.dataset.snapshots import Altered, Snapshot
from pressgraph.dataset.withholding import Rules, count_personal
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pressgraph.project import Project

FOLDER = "site"
"""The folder in the project's state that holds copies; it may be deleted, and then the next site is drawn anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The copy that is published now, and its numbers."""

    snapshot: Snapshot
    identity: str
    counts: Counts
    built: str
    """The identity of the build that it is a copy of."""
    withheld: frozenset[str]
    """The graphs of what is built that something is withheld of in it."""
    altered: Altered | None
    """How the build differs from the one before, where it went on from one."""


def published_copy(project: Project, *, wait: float = 60) -> Copy:
    """Return the copy of what is built that has nothing which is withheld; it is made where it is not there.

    Raises StoreError before the first build.
    """
    built = Snapshots(project.state).current()
    if built is None:
        raise StoreError(
            gettext("nothing is built yet in {folder}", folder=project.root),
            hint=gettext("run 'pressgraph build' first"),
        )
    rules = Rules.of(project)
    wanted: dict[str, object] = {"built": built.identity(), "rules": rules.to_json(), "base": project.base}
    try:
        return _copied(project, built, rules, wanted, wait=wait)
    except DamagedError:
        # it can be made again at any time
        shutil.rmtree(project.state / FOLDER, ignore_errors=True)
        return _copied(project, built, rules, wanted, wait=wait)


def _copied(project: Project, built: Snapshot, rules: Rules, wanted: dict[str, object], *, wait: float) -> Copy:
    copies = Snapshots(project.state / FOLDER)
    with copies.building(wait=wait):
        current = copies.current()
        manifest = current.manifest() if current is not None else {}
        counts = Counts.load(current.path) if current is not None else None
        if current is not None and counts is not None and {key: manifest.get(key) for key in wanted} == wanted:
            return copy_of(current, counts)
        graphs = GraphNames(id_base=project.id_base)
        personal = count_personal(built.open(), rules, graphs)
        with copies.candidate(of=built) as candidate:
            store = candidate.open_store()
            touched = withhold(store, rules, owned_by_build(project.id_base), graphs)
            counts = recount(Counts.load(built.path), built.open(), store, touched, project.id_base)
            store.flush()
            del store
            counts = replace(counts, personal=personal)
            counts.save(candidate.path)
            snapshot = candidate.publish(
                {**wanted, "withheld": sorted(it.value for it in touched.graphs), "altered": built.altered()}
            )
    return copy_of(snapshot, counts)


def earlier_copy(project: Project, identity: str) -> Copy | None:
    """Return the copy with an identity, where it is still kept."""
    for path in sorted((project.state / FOLDER / "snapshots").glob("[0-9]*")):
        if path.name.isdecimal():
            with suppress(StoreError):
                copy = copy_of(Snapshot(path=path), Counts.load(path) or Counts())
                if copy.identity == identity:
                    return copy
    return None


def copy_of(snapshot: Snapshot, counts: Counts) -> Copy:
    """Return a copy that is there.

    Raises StoreError.
    """
    manifest = snapshot.manifest()
    built, withheld = str(manifest.get("built", "")), manifest.get("withheld")
    altered: Altered | None = None
    match manifest.get("altered"):
        case [str() as before, list() as names]:
            altered = Altered(before, list(map(str, names)))
    return Copy(
        snapshot=snapshot,
        identity=f"{snapshot.name}-{built}",
        counts=counts,
        built=built,
        withheld=frozenset(map(str, withheld)) if isinstance(withheld, list) else frozenset(),
        altered=altered,
    )
