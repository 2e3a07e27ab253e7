"""The published copy of a build that a site is drawn from, and the copy that it was drawn from the last time."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from pressgraph.dataset import GraphNames, Snapshots
from pressgraph.dataset.counts import Counts, recount
from pressgraph.dataset.failures import DamagedError
from pressgraph.dataset.published import EarlierCopy, Taken, owned_by_build, withhold
from pressgraph.dataset.snapshots import Altered, Snapshot
from pressgraph.dataset.withholding import Rules, count_personal_among
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext
from pressgraph.project import sealed, unsealed, write_atomically

if TYPE_CHECKING:
    from pressgraph.project import Project

FOLDER = "site"
"""The folder in the project's state that holds copies; it may be deleted, and then the next site is drawn anew."""
_TAKEN = "withheld.json"


class _Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out of a copy."""

    copy: str
    """The identity of the copy."""
    names: list[str]
    quads: str
    """As N-Quads."""
    shared: str
    """Of their triples those that the default graph still has, as N-Quads."""
    empty: list[str]
    """Graphs of which only the name was there."""


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
    """How it differs from the copy before, where it is known what was withheld of that."""


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
        shutil.rmtree(project.state / FOLDER / "snapshots", ignore_errors=True)
        (project.state / FOLDER / "current").unlink(missing_ok=True)
        return _copied(project, built, rules, wanted, wait=wait)


def _copied(project: Project, built: Snapshot, rules: Rules, wanted: dict[str, object], *, wait: float) -> Copy:
    copies = Snapshots(project.state / FOLDER)
    with copies.building(wait=wait):
        current = copies.current()
        manifest = current.manifest() if current is not None else {}
        counts = Counts.load(current.path) if current is not None else None
        before = copy_of(current, counts) if current is not None and counts is not None else None
        differs = {key for key, value in wanted.items() if manifest.get(key) != value}
        if before is not None and not differs:
            return before
        earlier = _earlier(project, before, built) if before is not None and differs == {"built"} else None
        graphs = GraphNames(id_base=project.id_base)
        with copies.candidate(of=built) as candidate:
            store = candidate.open_store()
            taken, touched = withhold(store, rules, owned_by_build(project.id_base), graphs, earlier=earlier)
            altered: Altered | None = None
            if before is not None and earlier is not None:
                altered = Altered(before.identity, sorted(it.value for it in touched.graphs))
                counts = recount(before.counts, earlier.store, store, touched, project.id_base)
            else:
                counts = recount(Counts.load(built.path), built.open(), store, touched, project.id_base)
            store.flush()
            del store
            counts = replace(counts, personal=count_personal_among(taken.quads, rules, graphs))
            counts.save(candidate.path)
            withheld = sorted(it.value for it in taken.graphs)
            snapshot = candidate.publish({**wanted, "withheld": withheld, "altered": altered})
        copy = copy_of(snapshot, counts)
        _note(project, copy, taken)
    return copy


def _earlier(project: Project, before: Copy, built: Snapshot) -> EarlierCopy | None:
    """Return the copy before, where what is built went on from what that is a copy of; None where nothing tells it."""
    altered = _altered_since(before.built, built)
    if altered is None:
        return None
    with suppress(OSError, ValueError):
        noted = unsealed((project.state / FOLDER / _TAKEN).read_bytes(), _Noted)
        if noted.copy == before.identity:
            # an engine has written them
            quads, shared = (
                ox.parse(it, format=ox.RdfFormat.N_QUADS, lenient=True) for it in (noted.quads, noted.shared)
            )
            taken = Taken(
                quads=frozenset(quads),
                shared=frozenset(it.triple for it in shared),
                names=frozenset(noted.names),
                empty=frozenset(map(ox.NamedNode, noted.empty)),
            )
            return EarlierCopy(store=before.snapshot.open(), taken=taken, altered=altered)
    return None


def _altered_since(identity: str, built: Snapshot) -> set[ox.NamedNode] | None:
    """Return the graphs that builds have altered since one of them, as far as these are kept; None where not."""
    found: set[ox.NamedNode] = set()
    with suppress(StoreError):
        while (altered := built.altered()) is not None:
            found.update(map(ox.NamedNode, altered.graphs))
            if altered.before == identity:
                return found
            name, _, _ = altered.before.partition("-")
            built = Snapshot(path=built.path.with_name(name))
            if built.identity() != altered.before:
                break
    return None


def _note(project: Project, copy: Copy, taken: Taken) -> None:
    """Note what was taken out of a copy, for the next one: beside the copies, as nothing of it may be in one."""
    quads, shared = (
        (ox.serialize(it, format=ox.RdfFormat.N_QUADS) or b"").decode()
        for it in (taken.quads, (ox.Quad(*it) for it in taken.shared))
    )
    names, empty = sorted(taken.names), sorted(it.value for it in taken.empty)
    with write_atomically(project.state / FOLDER / _TAKEN, durable=False) as file:
        file.write(sealed(_Noted(copy=copy.identity, names=names, quads=quads, shared=shared, empty=empty)))


def earlier_copy(project: Project, identity: str) -> Copy | None:
    """Return the copy with an identity, where it is still kept."""
    name, _, _ = identity.partition("-")
    path = project.state / FOLDER / "snapshots" / name
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
