"""The dataset: an Oxigraph store, in memory or on disk in snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.dataset.graphs import GraphNames
from pressgraph.dataset.serializations import SERIALIZATIONS, Serialization, parsed, serialization
from pressgraph.dataset.snapshots import Snapshot, Snapshots

if TYPE_CHECKING:
    from pressgraph.dataset.terms import from_ox, rdflib_graph, to_ox

__all__ = [
    "SERIALIZATIONS",
    "GraphNames",
    "Serialization",
    "Snapshot",
    "Snapshots",
    "from_ox",
    "parsed",
    "rdflib_graph",
    "serialization",
    "to_ox",
]


def __getattr__(name: str) -> Any:
    # rdflib takes longer to import than most commands to run, and few of them need it
    if name in {"from_ox", "rdflib_graph", "to_ox"}:
        from pressgraph.dataset import terms

        return getattr(terms, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
