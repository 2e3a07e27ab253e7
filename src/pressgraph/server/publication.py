"""What is served: a dataset of its own, made from what `build` published, without personal data.

It has snapshots as the built dataset has (`pressgraph.dataset.snapshots`), below `.pressgraph/served` or, once
something was written over HTTP, in the project's folder that `serve.store` names. Facts that are marked as personal
data are left out when it is made, with their receipts and with what they add to the default graph; so nothing that
reads the served dataset can reach them.

When `build` publishes again, the graphs that it owns (facts, receipts, ontology) take the place of the older ones;
graphs that were written over HTTP stay. The default graph is the union of the named graphs, and what was written to
the default graph itself.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset import GraphNames, Snapshot, Snapshots, union
from pressgraph.rdf import CLU, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pressgraph.project import Project

_PERSONAL = ox.NamedNode(f"{CLU}personalData")
_EVIDENCE = ox.NamedNode(f"{CLU}evidence")
_TYPE = ox.NamedNode(RDF_TYPE)
_TRUE = {"true", "1"}
_MOST_GONE = 10_000
"""How many ids that were served once are remembered, to be answered 410."""


def served_folder(project: Project, *, writable: bool) -> Path:
    """Return the state folder of the served dataset: what was written over HTTP is not in a folder that may go."""
    written = project.root / project.serve.store
    return written if writable or (written / "current").exists() else project.state / "served"


def is_current(served: Snapshot | None, built: Snapshot | None, *, personal: bool) -> bool:
    """Tell whether the served dataset was made from this build, by these rules."""
    if served is None:
        return False
    made_from = served.manifest().get("built")
    return (built is None or made_from == _identity(built)) and served.manifest().get("personal") == personal


def publish_build(project: Project, folder: Path, *, wait: float) -> Snapshot:
    """Bring the served dataset up to date with the build; return its snapshot.

    Without a build it is empty, or what was written. Raises StoreError.
    """
    built = Snapshots(project.state).current()
    served = Snapshots(folder)
    personal = project.include_personal_data
    with served.building(wait=wait):
        before = served.current()
        if before is not None and is_current(before, built, personal=personal):
            return before
        manifest = before.manifest() if before is not None else {}
        written = bool(manifest.get("written"))
        if built is not None and not written:
            candidate = served.candidate(fresh=True)
            built.open().backup(str(candidate.path / "store"))
            store = candidate.open_store()
            if not personal:
                withhold_personal(store)
        else:
            candidate = served.candidate(fresh=before is None)
            store = candidate.open_store()
            if built is not None:
                _replace_built(store, built.open(), GraphNames(id_base=project.id_base), personal=personal)
        store.flush()
        described = _described(store, project.id_base)
        before_described = _described(before.open(), project.id_base) if before is not None else set()
        gone = ({*manifest.get("gone", ())} | before_described) - described
        del store
        return candidate.publish(
            {
                "built": _identity(built) if built is not None else None,
                "personal": personal,
                "written": written,
                "gone": sorted(gone)[:_MOST_GONE],
                "id": secrets.token_hex(8),
            }
        )


def _described(store: ox.Store, id_base: str) -> set[str]:
    """Return the ids that something is said of, without those of facts and receipts."""
    graphs = GraphNames(id_base=id_base)
    internal = (graphs.facts, graphs.provenance)
    return {
        quad.subject.value.removeprefix(id_base)
        for quad in store.quads_for_pattern(None, _TYPE, None, union.DEFAULT)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(id_base)
        and not quad.subject.value.startswith(internal)
    }


def _identity(built: Snapshot) -> str:
    """Name a build so that another one after 'rm -r .pressgraph' has another name."""
    return f"{built.name}-{(built.path / 'build.json').stat().st_mtime_ns}"


def withhold_personal(store: ox.Store) -> int:
    """Take the facts marked as personal data out of a store, with their receipts; return how many they were."""
    marked = {
        quad.subject
        for quad in store.quads_for_pattern(None, _PERSONAL, None, None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal) and quad.object.value in _TRUE
    }
    gone: set[ox.Triple] = set()
    for graph in marked:
        gone |= union.remove_graph(store, graph)
        nodes: list[ox.NamedNode] = [graph]
        while nodes:
            node = nodes.pop()
            for quad in list(store.quads_for_pattern(node, None, None, None)):
                below = quad.object
                if isinstance(below, ox.NamedNode):
                    # facts with the same span share its evidence node
                    evidence = quad.predicate == _EVIDENCE and not any(
                        other.subject not in marked for other in store.quads_for_pattern(None, _EVIDENCE, below, None)
                    )
                    if evidence or below.value.startswith(f"{node.value}/"):
                        nodes.append(below)
                gone.add(quad.triple)
                store.remove(quad)
    union.forget(store, gone)
    return len(marked)


def _replace_built(store: ox.Store, built: ox.Store, graphs: GraphNames, *, personal: bool) -> None:
    """Put the graphs of a build into the place of an older build's."""

    def owned(name: object) -> bool:
        return isinstance(name, ox.NamedNode) and (
            name.value.startswith((graphs.facts, graphs.provenance)) or name.value == graphs.profile
        )

    gone: set[ox.Triple] = set()
    for name in [it for it in store.named_graphs() if owned(it)]:
        if isinstance(name, ox.NamedNode):
            gone |= union.remove_graph(store, name)

    def fresh() -> Iterator[ox.Quad]:
        for name in built.named_graphs():
            if owned(name):
                yield from built.quads_for_pattern(None, None, None, name)

    add_quads(store, fresh())
    union.forget(store, gone)
    if not personal:
        withhold_personal(store)


def add_quads(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Add quads of named graphs to them and to the default graph."""

    def both() -> Iterator[ox.Quad]:
        for quad in quads:
            yield quad
            yield ox.Quad(quad.subject, quad.predicate, quad.object)

    store.bulk_extend(both())


def settle_default_graph(store: ox.Store, before: ox.Store) -> None:
    """Make the default graph the union of the named graphs again, after an update that may have changed any graph.

    Triples of the default graph that stood in a named graph `before` the update and stand in none now go; those that
    were written to the default graph itself stay.
    """
    default = union.DEFAULT
    orphans = []
    for quad in store.quads_for_pattern(None, None, None, default):
        pattern = (quad.subject, quad.predicate, quad.object)
        if not _in_named(store, pattern) and _in_named(before, pattern):
            orphans.append(quad)
    for quad in orphans:
        store.remove(quad)
    missing = [
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for name in store.named_graphs()
        for quad in store.quads_for_pattern(None, None, None, name)
        if ox.Quad(quad.subject, quad.predicate, quad.object) not in store
    ]
    store.extend(missing)


def _in_named(store: ox.Store, pattern: tuple[Any, Any, Any]) -> bool:
    return any(quad.graph_name != union.DEFAULT for quad in store.quads_for_pattern(*pattern))
