"""RDF: the namespaces that code names, terms as text, and one view of a graph.

Only the namespaces are imported here: they cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.rdf.vocabulary import (
    CLU,
    DCTERMS,
    EDTF,
    LABELS,
    OA,
    ORG,
    OWL,
    PG,
    PROV,
    RDF,
    RDF_TYPE,
    RDFS,
    RELEASE,
    SCHEMA,
    SD,
    SH,
    SKOS,
    STATUS_BASE,
    STATUSES,
    TIME,
    VOID,
    XSD,
    XSD_STRING,
)

if TYPE_CHECKING:
    # re-exported; `terms` needs pyoxigraph, and who only wants a namespace does not
    from pressgraph.rdf.terms import Resource, Term  # noqa: TC004

__all__ = [
    "CLU",
    "DCTERMS",
    "EDTF",
    "LABELS",
    "OA",
    "ORG",
    "OWL",
    "PG",
    "PROV",
    "RDF",
    "RDFS",
    "RDF_TYPE",
    "RELEASE",
    "SCHEMA",
    "SD",
    "SH",
    "SKOS",
    "STATUSES",
    "STATUS_BASE",
    "TIME",
    "VOID",
    "XSD",
    "XSD_STRING",
    "Resource",
    "Term",
]
