"""How the dataset's named graphs are called, and what each kind holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNames:
    """The graphs of a project.

    - `{base}id/fact/{source}/{hash}`: the triples of one fact; `…/source`: the source's own description
    - `{base}id/provenance/{source}`: the receipts of a source's facts
    - `ontology` and `vocabulary` graphs of the profile, so that queries can follow labels and classes
    """

    id_base: str

    @property
    def facts(self) -> str:
        """The prefix of fact graphs."""
        return f"{self.id_base}fact/"

    @property
    def provenance(self) -> str:
        """The prefix of provenance graphs."""
        return f"{self.id_base}provenance/"

    @property
    def profile(self) -> str:
        """The graph of ontology and vocabularies."""
        return f"{self.id_base}profile"

    def provenance_of(self, source: str) -> str:
        """Return a source's provenance graph."""
        return f"{self.provenance}{source}"
