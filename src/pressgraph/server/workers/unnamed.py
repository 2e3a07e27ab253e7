"""What was inserted without a graph: the default graph of what is served is the union of the named graphs and of this.

The union alone cannot tell: a triple that was inserted without a graph and stands in a named graph too would be lost
from the default graph with that named graph. So these triples are kept a second time, in a small store beside the
store (`pressgraph.dataset.snapshots.UNNAMED`), which is there once there is such a triple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.dataset.failures import store_error
from pressgraph.dataset.snapshots import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pressgraph.server.manifest import ServedManifest


class Unnamed:
    """A set of triples: in a folder, which is opened when it is needed, or in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._opened: ox.Store | None = None

    @classmethod
    def found_in(cls, store: ox.Store, folder: Path | None = None) -> Unnamed:
        """Return what stands in a store's default graph and in no named graph."""
        unnamed = cls(folder)
        found = store.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }")
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - a SELECT
        unnamed.add(ox.Triple(it["s"], it["p"], it["o"]) for it in found)
        return unnamed

    @classmethod
    def of(cls, folder: Path, store: ox.Store, manifest: ServedManifest) -> Unnamed:
        """Return what a candidate has, by the manifest of the snapshot that it is a copy of.

        Of a snapshot that an earlier version wrote it is worked out, once.
        """
        path = folder / UNNAMED
        return cls(path) if manifest.unnamed or not manifest.written else cls.found_in(store, path)

    @property
    def _store(self) -> ox.Store | None:
        if self._opened is None and self._folder is not None and self._folder.exists():
            self._opened = self._open()
        return self._opened

    def _open(self) -> ox.Store:
        if self._folder is None:
            return ox.Store()
        try:
            return ox.Store(str(self._folder))
        except (OSError, RuntimeError) as error:
            raise store_error(self._folder, error, name="served") from error

    def __contains__(self, triple: object) -> bool:
        store = self._store
        return store is not None and isinstance(triple, ox.Triple) and ox.Quad(*triple) in store

    def __iter__(self) -> Iterator[ox.Triple]:
        store = self._store
        return iter(()) if store is None else union.triples(store)

    def add(self, triples: Iterable[ox.Triple]) -> None:
        """Add triples."""
        quads = [ox.Quad(*it) for it in triples]
        if quads:
            store = self._store
            if store is None:
                store = self._opened = self._open()
            union.extend(store, iter(quads))

    def remove(self, triples: Iterable[ox.Triple]) -> None:
        """Remove triples."""
        store = self._store
        if store is not None:
            for triple in triples:
                store.remove(ox.Quad(*triple))

    def clear(self) -> None:
        """Remove all triples."""
        store = self._store
        if store is not None:
            store.clear()

    def close(self) -> None:
        """Write out what there is; nothing is asked afterwards."""
        if self._opened is not None and self._folder is not None:
            self._opened.flush()
            self._opened = None
