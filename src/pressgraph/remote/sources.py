"""What is published of each source, as a store can keep it: sorted lines of N-Quads."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.description import dataset_quads
from pressgraph.dataset.withholding import Rules, Withheld, count_facts
from pressgraph.rdf import PROV, XSD
from pressgraph.remote.store import GRAPHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.project import Publication
    from pressgraph.validation import ValidatedDataset

CHUNK = 5_000
"""Triples that are staged by one request, and of sources that are put in their place by one."""
PROFILE = "profile"
TOGETHER = "several!"
"""What follows from several sources together; no source is called so."""
DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")

DATASET = "dataset!"
"""What the project says of its dataset; no source is called so either."""

# What stores write in another way: Virtuoso writes booleans as 1 and 0, and drops what xsd:string says.
_CANONICAL = (
    (re.compile(rf'"1"\^\^<{XSD}boolean>'), f'"true"^^<{XSD}boolean>'),
    (re.compile(rf'"0"\^\^<{XSD}boolean>'), f'"false"^^<{XSD}boolean>'),
    (re.compile(rf'"\^\^<{XSD}string>'), '"'),
)

# What Virtuoso 7 cannot keep: it makes a number of a duration (P2Y becomes 24) and refuses it in INSERT DATA, forgets
# which kind of integer a number was, and drops trailing zeros.
_VIRTUOSO = (
    (re.compile(rf'"\^\^<{XSD}duration>'), '"'),
    (re.compile(rf"<{XSD}(?:nonNegativeInteger|positiveInteger|int|long|short|byte)>"), f"<{XSD}integer>"),
    (re.compile(rf'(\.[0-9]*[1-9])0+"\^\^<{XSD}decimal>'), rf'\1"^^<{XSD}decimal>'),
)


@dataclass(frozen=True)
class Source:
    """What is published of one source: sorted lines of N-Quads."""

    name: str
    lines: list[str]
    withheld: int = 0
    adapted: int = 0

    @cached_property
    def sha256(self) -> str:
        """The hash of the lines."""
        return hash_lines(self.lines)

    @cached_property
    def graphs(self) -> dict[str, list[str]]:
        """The lines of N-Triples of each graph."""
        graphs: dict[str, list[str]] = {}
        for line in self.lines:
            triple, _, graph = line.removesuffix("> .").rpartition(" <")
            graphs.setdefault(graph, []).append(f"{triple} .")
        return graphs


@dataclass(frozen=True, slots=True)
class Summary:
    """A source without its lines."""

    sha256: str
    size: int
    withheld: int
    adapted: int


def hash_lines(lines: Iterable[str]) -> str:
    """Return the SHA-256 of sorted lines of N-Quads."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def sorted_lines(quads: Iterable[ox.Quad]) -> list[str]:
    """Return quads as lines of N-Quads, sorted, as every store can be made to write them."""
    text = (ox.serialize(set(quads), format=ox.RdfFormat.N_QUADS) or b"").decode()
    for pattern, written in _CANONICAL:
        text = pattern.sub(written, text)
    return sorted(text.split("\n")[:-1])


class PublishedSources:
    """What is published of a dataset, as a store can keep it."""

    def __init__(
        self, dataset: ValidatedDataset, *, rules: Rules, virtuoso: bool, published: Publication | None = None
    ) -> None:
        self._published = published
        self._store, self._graphs = dataset.store, dataset.graphs
        self._withheld = Withheld.of(dataset.store, rules, dataset.graphs)
        self._adapted = _VIRTUOSO if virtuoso else ()

    def names(self) -> list[str]:
        """Return the names of the sources, sorted; the profile comes first."""
        prefix = self._graphs.provenance
        graphs = (graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))
        names = sorted(graph.removeprefix(prefix) for graph in graphs if graph.startswith(prefix))
        return [PROFILE, *names, TOGETHER, DATASET]

    def source(self, name: str) -> Source:
        """Return what is published of a source: its facts and their receipts, without what is withheld."""
        if name == PROFILE:
            shown = [quad for quad in self._in(self._graphs.profile) if not self._withheld.hides(quad)]
            return self._fit(name, sorted_lines(shown), 0)
        if name == TOGETHER:
            return self._fit(name, self._concluded(None), 0)
        if name == DATASET:
            return self._fit(name, sorted_lines(dataset_quads(self._graphs.base, self._published)), 0)
        receipts = self._in(self._graphs.provenance_of(name))
        facts = {quad.subject for quad in receipts if quad.predicate == DERIVED}
        quads = receipts
        for graph in facts - self._withheld.facts:
            if isinstance(graph, ox.NamedNode):
                quads += self._in(graph.value)
        shown = [quad for quad in quads if not self._withheld.hides(quad)]
        lines = sorted((*sorted_lines(shown), *self._concluded(name)))
        return self._fit(name, lines, count_facts(facts & self._withheld.facts))

    def _concluded(self, source: str | None) -> list[str]:
        """Return what follows from a source, or from several together, with the receipts of that."""
        receipts = self._in(self._graphs.derivation + self._graphs.conclusions_of(source))
        graphs = {quad.subject.value for quad in receipts if isinstance(quad.subject, ox.NamedNode)}
        quads = [*receipts, *(quad for graph in graphs for quad in self._in(graph))]
        return sorted_lines(quad for quad in quads if not self._withheld.hides(quad))

    def summaries(self) -> dict[str, Summary]:
        """Return all sources without their lines."""
        summaries: dict[str, Summary] = {}
        for name in self.names():
            source = self.source(name)
            if not source.lines:
                # all of it is withheld, its name too
                continue
            summaries[name] = Summary(source.sha256, len(source.lines), source.withheld, source.adapted)
        return summaries

    def batches(self, names: Iterable[str]) -> Iterator[list[Source]]:
        """Yield sources in groups that fit into one request; a large one comes alone."""
        batch: list[Source] = []
        size = graphs = 0
        for name in names:
            source = self.source(name)
            its = len(source.graphs)
            if batch and (size + len(source.lines) > CHUNK or graphs + its > GRAPHS):
                yield batch
                batch, size, graphs = [], 0, 0
            batch.append(source)
            size, graphs = size + len(source.lines), graphs + its
        if batch:
            yield batch

    def _in(self, graph: str) -> list[ox.Quad]:
        return list(self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))

    def _fit(self, name: str, lines: list[str], withheld: int) -> Source:
        adapted = 0
        if self._adapted:
            fitting: set[str] = set()
            for line in lines:
                fit = line
                for pattern, written in self._adapted:
                    fit = pattern.sub(written, fit)
                adapted += fit != line
                fitting.add(fit)
            lines = sorted(fitting)
        return Source(name, lines, withheld, adapted)
