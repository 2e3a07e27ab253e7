"""Footprints: what shapes and checks read, from a focus node, along which paths, which triples.

A result on a focus node can only change when a triple changes that some shape reads from there. So one footprint says
two things: whom a changed triple can affect (its node, walked backwards), and what an engine must be given to come to
the same results on a focus node (everything read from it). Where it is unknown, all is checked: SPARQL with subqueries
or without a walk to `$this`, components of one's own, results on nodes other than the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Edge: TypeAlias = tuple[str | None, bool]
"""A property (None: any), `IN_GRAPH` or `EXISTS`, and whether it is followed backwards."""

IN_GRAPH = "urn:x-pressgraph:in-graph"
"""Leads from a thing to the named graphs that say something of it."""

EXISTS = "urn:x-pressgraph:exists"
"""Whether anything is said of a thing at all; only read, never followed."""


@dataclass(frozen=True, slots=True)
class Step:
    """Edges of which one is followed; `closure` where any number of them may be, none included."""

    edges: frozenset[Edge]
    closure: bool = False


Chain: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Triples read at the end of a chain of steps from the focus node."""

    chain: Chain
    edge: Edge
    value: str | None = None
    """The IRI at the other end, where no other one is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Why it cannot be told what is read from where, and what is read at all."""

    reason: str
    properties: frozenset[str | None] = frozenset((None,))
    """The properties read; None for any."""
    graphs: bool = True
    """Whether it matters which graph says a thing."""


Footprint: TypeAlias = frozenset[Read] | Unknown


class NotLocalError(Exception):
    """It cannot be told what is read."""


class Trace:
    """Note what is read along chains of steps."""

    def __init__(self) -> None:
        self.reads: set[Read] = set()

    def read(self, chain: Chain, edge: Edge, value: str | None = None) -> None:
        """Note that the triples of an edge, all or those with a value, are read at the end of a chain."""
        self.reads.add(Read(chain, edge, value))

    def step(self, edge: Edge, starts: list[Chain]) -> list[Chain]:
        """Note that an edge is read and followed; return the chains to its other ends."""
        self.reads.update(Read(start, edge) for start in starts)
        return [(*start, Step(frozenset((edge,)))) for start in starts]

    def closure(self, edges: frozenset[Edge], starts: list[Chain]) -> list[Chain]:
        """Note that some edges are read and followed any number of times; return the chains to their other ends."""
        ends = [(*start, Step(edges, closure=True)) for start in starts]
        self.reads.update(Read(end, edge) for end in ends for edge in edges)
        return ends
