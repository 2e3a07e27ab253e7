"""The dataset: an Oxigraph store, in memory or on disk in snapshots."""

from pressgraph.dataset.graphs import GraphNames
from pressgraph.dataset.serializations import SERIALIZATIONS, Serialization, serialization
from pressgraph.dataset.snapshots import Snapshot, Snapshots
from pressgraph.dataset.terms import from_ox, rdflib_graph, to_ox

__all__ = [
    "SERIALIZATIONS",
    "GraphNames",
    "Serialization",
    "Snapshot",
    "Snapshots",
    "from_ox",
    "rdflib_graph",
    "serialization",
    "to_ox",
]
