"""The service description, as triples (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.description import dataset_iri
from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.feeds.dcat import FORMAT_NAMES, FORMATS
from pressgraph.feeds.dcat import PREFIXES as DATASET_PREFIXES
from pressgraph.rdf import RDF_TYPE, SD, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.dataset.counts import Counts

PREFIXES = {"sd": SD, **DATASET_PREFIXES}

_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")


def service_description(
    endpoint: str, base: str, counts: Counts, *, writable: bool, federated: bool
) -> Iterator[ox.Triple]:
    """Yield the description of the service at an endpoint."""
    service = f"{endpoint}#service"
    dataset, default = f"{endpoint}#dataset", f"{endpoint}#default-graph"
    yield _link(service, RDF_TYPE, f"{SD}Service")
    yield _link(service, f"{SD}endpoint", endpoint)
    yield _link(service, f"{SD}supportedLanguage", f"{SD}SPARQL11Query")
    if writable:
        yield _link(service, f"{SD}supportedLanguage", f"{SD}SPARQL11Update")
    for name in _RESULTS:
        yield _link(service, f"{SD}resultFormat", FORMATS + name)
    for it in SERIALIZATIONS:
        yield _link(service, f"{SD}resultFormat", FORMATS + FORMAT_NAMES[it.name])
    # the default graph is the union of the named graphs
    yield _link(service, f"{SD}feature", f"{SD}UnionDefaultGraph")
    if federated:
        yield _link(service, f"{SD}feature", f"{SD}BasicFederatedQuery")
    yield _link(service, f"{SD}defaultDataset", dataset)
    yield _link(dataset, RDF_TYPE, f"{SD}Dataset")
    yield _link(dataset, f"{SD}defaultGraph", default)
    yield _link(default, RDF_TYPE, f"{SD}Graph")
    yield _count(default, "triples", counts.triples)
    yield _link(default, f"{VOID}inDataset", dataset_iri(base))


def _link(subject: str, predicate: str, value: str) -> ox.Triple:
    return _triple(subject, predicate, ox.NamedNode(value))


def _count(subject: str, word: str, value: int) -> ox.Triple:
    return _triple(subject, f"{VOID}{word}", ox.Literal(value))


def _triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
