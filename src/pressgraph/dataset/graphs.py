"""How the dataset's named graphs are called, and what each kind holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pressgraph.rdf import STATUSES

SEVERAL = "several"
"""Stands for a source where a conclusion takes more than one."""
_WITHDRAWN, _TEXT = "withdrawn/", "release-text/"


class Concluded(NamedTuple):
    """What the name of a graph of conclusions tells."""

    source: str
    status: str
    mark: str
    """What it is withheld for; empty where it is not."""


def stands_apart(graph: str) -> bool:
    """Tell whether a graph is no part of the default graph, the union of the others, in whichever project."""
    return f"/id/{_WITHDRAWN}" in graph or f"/id/{_TEXT}" in graph


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNames:
    """The graphs of a project.

    - `{base}id/fact/{source}/{hash}`: the triples of one fact; `…/source`: the source's own description
    - `{base}id/provenance/{source}`: the receipts of a source's facts
    - `{base}id/derived/{source}/{status}`: what rules conclude from a source's facts, by the least sure of them;
      `several` in the place of a source where it takes more than one
    - `{base}id/derivation/{source}`: the receipts of these graphs
    - `{base}id/withdrawn/{source}`: what a source said and another one has corrected; no part of the default graph
    - `{base}id/release-text/{source}`: a source's text, where it may be published; no part of the default graph
    - `ontology` and `vocabulary` graphs of the profile, so that queries can follow labels and classes
    """

    id_base: str

    @property
    def base(self) -> str:
        """The IRI of the project, below which its ids are."""
        return self.id_base.removesuffix("id/")

    @property
    def facts(self) -> str:
        """The prefix of fact graphs."""
        return f"{self.id_base}fact/"

    @property
    def provenance(self) -> str:
        """The prefix of provenance graphs."""
        return f"{self.id_base}provenance/"

    @property
    def derived(self) -> str:
        """The prefix of the graphs of conclusions."""
        return f"{self.id_base}derived/"

    def is_derived(self, graph: str) -> bool:
        """Tell whether a graph holds conclusions."""
        return graph.startswith(self.derived)

    @property
    def derivation(self) -> str:
        """The prefix of the graphs of receipts of conclusions."""
        return f"{self.id_base}derivation/"

    @property
    def withdrawn(self) -> str:
        """The prefix of the graphs of what was corrected."""
        return self.id_base + _WITHDRAWN

    def withdrawn_of(self, source: str, mark: str = "") -> str:
        """Return the graph of what was corrected of a source; `mark` says what it is withheld for."""
        return f"{self.withdrawn}{source}{f'!{mark}' if mark else ''}"

    def withdrawn_from(self, graph: str) -> str | None:
        """Return the source of a graph of what was corrected, None for another graph. No id has an exclamation mark."""
        return graph.removeprefix(self.withdrawn).partition("!")[0] if graph.startswith(self.withdrawn) else None

    @property
    def texts(self) -> str:
        """The prefix of the graphs of texts."""
        return self.id_base + _TEXT

    @property
    def evidence(self) -> str:
        """The prefix of evidence in texts."""
        return f"{self.id_base}evidence/"

    def evidence_of(self, source: str) -> str:
        """Return the prefix of the evidence in a source's text."""
        return f"{self.evidence}{source}/"

    @property
    def of_sources(self) -> tuple[str, ...]:
        """The prefixes of all graphs that belong to sources."""
        return (self.facts, self.provenance, self.derived, self.derivation, self.withdrawn, self.texts)

    def source_behind(self, iri: str) -> str | None:
        """Return the source that a graph or evidence belongs to; None for anything else.

        >>> GraphNames(id_base="https://example.org/id/").source_behind("https://example.org/id/fact/x/1a2b")
        'x'
        """
        for prefix in (self.facts, self.evidence):
            if iri.startswith(prefix):
                return iri.removeprefix(prefix).rpartition("/")[0]
        if self.is_derived(iri):
            return self.concluded(iri).source
        for prefix in (self.provenance, self.derivation, self.withdrawn, self.texts):
            if iri.startswith(prefix):
                return iri.removeprefix(prefix).partition("!")[0]
        return None

    @property
    def profile(self) -> str:
        """The graph of ontology and vocabularies."""
        return f"{self.id_base}profile"

    def conclusions_of(self, source: str | None) -> str:
        """Return how graphs of conclusions call a source; None is several of them. No id has an exclamation mark."""
        return SEVERAL if source is None else f"{source}!" if source == SEVERAL else source

    def concluded(self, graph: str) -> Concluded:
        """Return what the name of a graph of conclusions tells."""
        source, _, last = graph.removeprefix(self.derived).rpartition("/")
        if last in STATUSES:
            return Concluded(source, last, "")
        source, _, status = source.rpartition("/")
        return Concluded(source, status, last)

    def receipts_of(self, graph: str) -> str:
        """Return the graph that holds the receipts of a graph of facts, of conclusions or of what was corrected."""
        source = self.withdrawn_from(graph)
        if source is not None:
            return self.provenance_of(source)
        if self.is_derived(graph):
            return self.derivation + self.concluded(graph).source
        return self.provenance_of(self.source_of(graph))

    def source_of(self, graph: str) -> str:
        """Return the source of a graph of facts."""
        return graph.removeprefix(self.facts).rpartition("/")[0]

    def provenance_of(self, source: str) -> str:
        """Return a source's provenance graph."""
        return f"{self.provenance}{source}"
