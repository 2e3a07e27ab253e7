"""What the built graph says of the things that files are about, beside what the files themselves have said before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from pressgraph.convert.stored import restored
from pressgraph.dataset import GraphNames, Snapshots
from pressgraph.rdf.terms import term_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from pressgraph.dataset import Snapshot
    from pressgraph.profile import Profile
    from pressgraph.project import Project


class _BuiltFile(msgspec.Struct):
    sources: list[str]


class _Manifest(msgspec.Struct):
    files: dict[str, _BuiltFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What is said of some things, other than by the files that are checked."""

    quads: list[ox.Quad] = field(default_factory=list)
    """What fact graphs of the built graph say."""
    news: set[tuple[str | None, str, str | None]] = field(default_factory=set)
    """What they say and the store does not: subject, predicate and object, as results name them."""
    files: list[Path] = field(default_factory=list)
    """The project's files that say so."""
    changed: list[Path] = field(default_factory=list)
    """Those of them that say it otherwise by now, perhaps: their quads are left out."""


def said_elsewhere(
    things: Iterable[str], files: Iterable[Path], store: ox.Store, project: Project, profile: Profile
) -> Elsewhere:
    """Return what the built graph says of things, with the datatypes that keys have.

    What comes from the `files`, from sources of which the store has facts, or from files that are gone, is passed
    over: it is said otherwise by now, or no more.
    """
    own = sorted(name for name in things if name.startswith(project.id_base))
    snapshot = Snapshots(project.state).current() if own else None
    if snapshot is None:
        return Elsewhere()
    facts = GraphNames(id_base=project.id_base).facts
    checked = {project.name_of(path) for path in files}
    file_of = _files(snapshot)
    old = {it for it, name in file_of.items() if name in checked or not (project.root / name).exists()}
    old |= {_source(graph.value, facts) for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
    built = snapshot.open()
    found: dict[str, list[ox.Quad]] = {}
    for name in own:
        for quad in built.quads_for_pattern(ox.NamedNode(name), None, None, None):
            graph = getattr(quad.graph_name, "value", "")
            if graph.startswith(facts):
                found.setdefault(_source(graph, facts), []).append(quad)
    names = sorted({file_of[it] for it in found.keys() - old if it in file_of})
    changed = _changed(names, snapshot, project)
    kept = (quads for source, quads in found.items() if source not in old and file_of.get(source) not in changed)
    said = list(restored([quad for quads in kept for quad in quads], profile))
    return Elsewhere(
        quads=said,
        news={
            (term_text(it.subject), it.predicate.value, term_text(it.object))
            for it in said
            if ox.Quad(it.subject, it.predicate, it.object) not in store
        },
        files=[project.root / name for name in names],
        changed=[project.root / name for name in names if name in changed],
    )


def _files(snapshot: Snapshot) -> dict[str, str]:
    """Return the file of each source of a build."""
    manifest = snapshot.manifest_as(_Manifest)
    files = manifest.files if manifest is not None else {}
    return {source: name for name, file in files.items() for source in file.sources}


def _changed(names: Collection[str], snapshot: Snapshot, project: Project) -> set[str]:
    """Return the files that were written after the build."""
    at = (snapshot.path / "build.json").stat().st_mtime_ns
    return {name for name in names if (project.root / name).stat().st_mtime_ns > at}


def _source(graph: str, facts: str) -> str:
    """Return the name of the source of a fact graph."""
    return graph.removeprefix(facts).rpartition("/")[0]
