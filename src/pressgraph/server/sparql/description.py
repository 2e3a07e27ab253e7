"""The service description, as triples (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.dataset.description import dataset_iri, link, void_number
from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.feeds.dcat import FORMAT_NAMES, FORMATS
from pressgraph.feeds.dcat import PREFIXES as DATASET_PREFIXES
from pressgraph.rdf import RDF_TYPE, SD, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph as ox

    from pressgraph.dataset.counts import Counts

PREFIXES = {"sd": SD, **DATASET_PREFIXES}

_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")


def service_description(
    endpoint: str, base: str, counts: Counts, *, writable: bool, federated: bool
) -> Iterator[ox.Triple]:
    """Yield the description of the service at an endpoint."""
    service = f"{endpoint}#service"
    dataset, default = f"{endpoint}#dataset", f"{endpoint}#default-graph"
    yield link(service, RDF_TYPE, f"{SD}Service")
    yield link(service, f"{SD}endpoint", endpoint)
    yield link(service, f"{SD}supportedLanguage", f"{SD}SPARQL11Query")
    if writable:
        yield link(service, f"{SD}supportedLanguage", f"{SD}SPARQL11Update")
    for name in _RESULTS:
        yield link(service, f"{SD}resultFormat", FORMATS + name)
    for it in SERIALIZATIONS:
        yield link(service, f"{SD}resultFormat", FORMATS + FORMAT_NAMES[it.name])
    # the default graph is the union of the named graphs
    yield link(service, f"{SD}feature", f"{SD}UnionDefaultGraph")
    if federated:
        yield link(service, f"{SD}feature", f"{SD}BasicFederatedQuery")
    yield link(service, f"{SD}defaultDataset", dataset)
    yield link(dataset, RDF_TYPE, f"{SD}Dataset")
    yield link(dataset, f"{SD}defaultGraph", default)
    yield link(default, RDF_TYPE, f"{SD}Graph")
    yield void_number(default, "triples", counts.triples)
    yield link(default, f"{VOID}inDataset", dataset_iri(base))
