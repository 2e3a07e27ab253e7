"""The revisions of the served graphs: entity tags of graphs are made of them, and conditions on writes name them.

A snapshot's manifest names the revision of each graph that was written over HTTP, so that a write leaves the entity
tags of other graphs as they were. All other graphs have one revision together, and the default graph, which is the
union, has one that every write changes. A revision that changes without need costs a reader one more read; one that
stays while its graph changes would lose somebody's update. So where it is not known what a write changed, all change.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from pressgraph.server.manifest import GraphRevisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.server.manifest import ServedManifest

_MOST = 2000
"""How many graphs have a revision of their own; a manifest is written and read whole."""


@dataclass(slots=True, kw_only=True)
class Revisions:
    """The revisions of a dataset's graphs."""

    dataset: str = ""
    """The revision of the dataset as a whole, and so of its default graph."""
    others: str = ""
    """The revision of each named graph that `graphs` does not name."""
    graphs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: ServedManifest) -> Revisions:
        """Return what the manifest of a snapshot says of them."""
        named = manifest.revisions or GraphRevisions(others=manifest.id, graphs={})
        return cls(dataset=manifest.id, others=named.others, graphs=dict(named.graphs))

    def noted_in(self, manifest: ServedManifest) -> ServedManifest:
        """Return a manifest that says them."""
        named = GraphRevisions(others=self.others, graphs=dict(self.graphs))
        return msgspec.structs.replace(manifest, id=self.dataset, revisions=named)

    def graph(self, iri: str | None) -> str:
        """Return the revision of a graph; None is the default graph."""
        return self.dataset if iri is None else self.graphs.get(iri, self.others)

    def written(self, names: Iterable[ox.NamedNode], *, whole: bool) -> None:
        """Note that these graphs may have changed, or all of them."""
        self.dataset = secrets.token_hex(8)
        self.graphs |= dict.fromkeys((name.value for name in names), self.dataset)
        if whole or len(self.graphs) > _MOST:
            self.others, self.graphs = self.dataset, {}

    def built(self, owned: Callable[[object], bool]) -> None:
        """Note that the graphs of a build may have changed; `owned` tells which they are."""
        self.dataset = self.others = secrets.token_hex(8)
        self.graphs = {iri: revision for iri, revision in self.graphs.items() if not owned(ox.NamedNode(iri))}
