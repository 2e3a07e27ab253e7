"""Make the served dataset, a copy of what `build` published without what is withheld.

It has snapshots as the built dataset has (`pressgraph.dataset.snapshots`), in the project's folder that `serve.store`
names: beside `.pressgraph`, which may be deleted at any time. Where that folder cannot be written, they lie in a
temporary one. Facts that are withheld (`pressgraph.dataset.withholding`) are left out when it is made, with their
receipts and with what they add to the default graph; so nothing that reads the served dataset can reach them.

When `build` publishes again, the graphs that it owns (facts, receipts, ontology) take the place of the older ones;
graphs that were written over HTTP stay. The default graph is the union of the named graphs, and what was written to
the default graph itself.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames, Snapshot, Snapshots, union
from pressgraph.dataset.counts import Counts, count, recount
from pressgraph.dataset.failures import store_error
from pressgraph.dataset.graphs import stands_apart
from pressgraph.dataset.published import owned_by_build, withhold
from pressgraph.dataset.withholding import Rules, Withheld, count_personal
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext
from pressgraph.pages.view.reading import GraphReader
from pressgraph.project import write_atomically
from pressgraph.rdf import RDF_TYPE
from pressgraph.server.manifest import ServedManifest
from pressgraph.server.revisions import Revisions
from pressgraph.server.served import FIRST_PAGE
from pressgraph.server.workers.unnamed import Unnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping

    from pressgraph.dataset.snapshots import Candidate
    from pressgraph.project import Project

_TYPE = ox.NamedNode(RDF_TYPE)
_MOST_GONE = 10_000
"""How many ids that were served once are remembered, to be answered 410."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What `build` published."""

    snapshot: Snapshot
    identity: str
    """A name that another build has not, after 'rm -r .pressgraph' neither."""
    looked: int
    """When a build last looked whether it is current, in nanoseconds."""

    @classmethod
    def of(cls, state: Path) -> Built | None:
        """Return what is published in a project's state folder, or None where nothing is.

        Raises StoreError.
        """
        snapshots = Snapshots(state)
        snapshot = snapshots.current()
        if snapshot is None:
            return None
        try:
            looked = snapshots.looked()
        except OSError as error:
            raise store_error(snapshot.path, error) from error
        return cls(snapshot=snapshot, identity=snapshot.identity(), looked=looked)


def served_folder(project: Project, *, writable: bool) -> tuple[Path, bool]:
    """Return the folder of the served dataset, and whether it is a temporary one, which the caller removes.

    Raises StoreError where a folder for what is written over HTTP cannot be written.
    """
    folder = project.root / project.serve.store
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder, False
        problem = OSError("this user may not write there")
    except OSError as error:
        problem = error
    if writable:
        raise store_error(folder, problem, name="served")
    return Path(tempfile.mkdtemp(prefix="pressgraph-served-")), True


def is_current(served: Snapshot | None, built: Built | None, rules: Rules) -> bool:
    """Tell whether the served dataset was made by these rules from this build, and has what the build states."""
    if served is None or Counts.load(served.path) is None:
        return False
    manifest = ServedManifest.of(served)
    if manifest.rules != rules.to_json():
        return False
    if built is None:
        return True
    # what was written to the graphs of a build lasts until a build looks at them again
    return manifest.built == built.identity and manifest.altered in {None, built.looked}


def publish_build(
    state: Path,
    folder: Path,
    *,
    id_base: str,
    rules: Rules,
    before_in: Path | None = None,
    gone: Mapping[str, str] | None = None,
    keep: Collection[str] = (),
    wait: float = 0,
) -> Snapshot:
    """Bring the served dataset in `folder` up to date with the build in `state`; return its snapshot.

    Without a build it is what it was, or empty where nobody reads an earlier one. `before_in` is the folder of an older
    served dataset, only read. `gone` are ids that were served once, with the days of their withdrawal, `keep` names
    snapshots that are still read.

    Raises StoreError.
    """
    built = Built.of(state)
    served = Snapshots(folder, kind="served", keep=keep)
    with served.building(wait=wait):
        before = served.current()
        if before is not None and is_current(before, built, rules):
            return before
        if before is None and before_in is not None:
            before = Snapshots(before_in, kind="served").current()
        if before is None and built is None and keep:
            # deleted under who reads it: an empty dataset is no successor of what is served
            raise StoreError(gettext("the served dataset was deleted"), hint=gettext("run 'pressgraph build'"))
        manifest = ServedManifest.of(before) if before is not None else ServedManifest()
        written = manifest.written
        basis = built.snapshot if built is not None and not written else before
        with served.candidate(fresh=basis is None, of=basis) as candidate:
            store = candidate.open_store()
            owned, graphs = owned_by_build(id_base), GraphNames(id_base=id_base)
            personal = _personal(basis if built is None else built.snapshot, rules, graphs)
            unnamed = Unnamed.of(candidate.path, store, manifest if basis is before else ServedManifest())
            if built is not None and written:
                _replace_built(store, built.snapshot.open(), owned, rules, graphs, unnamed)
                counts = count(store, id_base)
            elif basis is not None:
                _, touched = withhold(store, rules, owned, graphs, unnamed)
                counts = recount(Counts.load(basis.path), basis.open(), store, touched, id_base)
            else:
                counts = Counts()
            counts = replace(counts, personal=personal)
            store.flush()
            unnamed.close()
            described = _described(store, id_base)
            before_described = _described(before.open(), id_base) if before is not None else set()
            today = dt.datetime.now().astimezone().date()
            # what was written again after its withdrawal is withdrawn anew
            days = {**(gone or {}), **manifest.withdrawn, **dict.fromkeys(before_described, today.isoformat())}
            withdrawn = sorted(days.keys() - described)[:_MOST_GONE]
            describe(candidate, store, counts, id_base)
            del store
            revisions = Revisions.of(manifest)
            revisions.built(owned)
            made = ServedManifest(
                built=built.identity if built is not None else manifest.built,
                rules=rules.to_json(),
                written=written,
                gone=tuple(withdrawn),
                gone_on={it: days[it] for it in withdrawn if days[it]},
                unnamed=True,
            )
            return candidate.publish(revisions.noted_in(made))


def _described(store: ox.Store, id_base: str) -> set[str]:
    """Return the ids that something is said of, without those of facts and receipts."""
    graphs = GraphNames(id_base=id_base)
    internal = (graphs.facts, graphs.provenance, graphs.derived, graphs.derivation)
    return {
        quad.subject.value.removeprefix(id_base)
        for quad in store.quads_for_pattern(None, _TYPE, None, union.DEFAULT)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(id_base)
        and not quad.subject.value.startswith(internal)
    }


def _personal(snapshot: Snapshot | None, rules: Rules, graphs: GraphNames) -> dict[str, int]:
    """Return how many facts with personal data are withheld of a snapshot, and were withheld when it was made."""
    if snapshot is None:
        return {}
    known = Counts.load(snapshot.path)
    return dict(Counter(count_personal(snapshot.open(), rules, graphs)) + Counter(known.personal if known else {}))


def _replace_built(
    store: ox.Store,
    built: ox.Store,
    owned: Callable[[object], bool],
    rules: Rules,
    graphs: GraphNames,
    unnamed: Container[ox.Triple],
) -> None:
    """Put the graphs of a build, as far as they are published, into the place of an older build's."""
    withheld = Withheld.of(built, rules, graphs)
    gone: set[ox.Triple] = set()
    for name in [it for it in store.named_graphs() if owned(it)]:
        if isinstance(name, ox.NamedNode):
            gone |= union.remove_graph(store, name)

    def fresh() -> Iterator[ox.Quad]:
        for name in built.named_graphs():
            if owned(name):
                yield from (it for it in built.quads_for_pattern(None, None, None, name) if not withheld.hides(it))

    _add_quads(store, fresh())
    union.prune(store, gone, keep=unnamed)


def describe(candidate: Candidate, store: ox.Store, counts: Counts, id_base: str) -> None:
    """Keep, beside the store of a candidate, what is told of it as a whole: its numbers, what its first page names."""
    counts.save(candidate.path)
    # labels that have run out before this day are not held on a later one
    found = GraphReader(store, id_base).first_page(counts, dt.datetime.now().astimezone().date())
    with write_atomically(candidate.path / FIRST_PAGE) as file:
        file.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def _add_quads(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Add quads of named graphs to them and to the default graph."""

    def both() -> Iterator[ox.Quad]:
        for quad in quads:
            yield quad
            if not (isinstance(quad.graph_name, ox.NamedNode) and stands_apart(quad.graph_name.value)):
                yield ox.Quad(quad.subject, quad.predicate, quad.object)

    store.bulk_extend(both())
