"""The service description and the VoID description of the served dataset, as triples.

https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.description import DCAT, VCARD, dataset_iri, describe_dataset
from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.rdf import DCTERMS, RDF_TYPE, SD, VOID, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.dataset.counts import Counts
    from pressgraph.project import Publication

FORMATS = "http://www.w3.org/ns/formats/"
PREFIXES = {
    "sd": SD,
    "void": VOID,
    "formats": FORMATS,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "vcard": VCARD,
    "xsd": XSD,
}

_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_FORMATS = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF_XML",
}


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
        yield _link(service, f"{SD}resultFormat", FORMATS + _FORMATS[it.name])
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


def void_description(
    address: str, base: str, counts: Counts, published: Publication, *, title: str
) -> Iterator[ox.Triple]:
    """Yield the VoID and DCAT description of a dataset whose things are named below `base`, served at `address`.

    `title` is that of a dataset which has none of its own.
    """
    dataset = dataset_iri(base)
    yield _link(dataset, RDF_TYPE, f"{VOID}Dataset")
    if published.title is None:
        yield _triple(dataset, f"{DCTERMS}title", ox.Literal(title, language="en"))
    yield from describe_dataset(base, published)
    yield from _distributions(dataset, address, published)
    yield _triple(dataset, f"{VOID}uriSpace", ox.Literal(f"{base}id/"))
    yield _link(dataset, f"{VOID}sparqlEndpoint", f"{address}/sparql")
    for it in SERIALIZATIONS:
        yield _link(dataset, f"{VOID}feature", FORMATS + _FORMATS[it.name])
    for namespace in sorted({it for it in map(_namespace, counts.properties) if it}):
        yield _link(dataset, f"{VOID}vocabulary", namespace)
    yield _count(dataset, "triples", counts.triples)
    yield _count(dataset, "distinctSubjects", counts.subjects)
    yield _count(dataset, "distinctObjects", counts.objects)
    yield _count(dataset, "properties", len(counts.properties))
    yield _count(dataset, "classes", len(counts.classes))
    for kind, word, counted in (("property", "property", "triples"), ("class", "class", "entities")):
        found = counts.properties if kind == "property" else counts.classes
        for number, (iri, count) in enumerate(sorted(found.items()), start=1):
            part = f"{base}#{kind}-{number}"
            yield _link(dataset, f"{VOID}{word}Partition", part)
            yield _link(part, f"{VOID}{word}", iri)
            yield _count(part, counted, count)


def _distributions(dataset: str, address: str, published: Publication) -> Iterator[ox.Triple]:
    """Yield where the dataset can be had: a file in each serialization, and the endpoint (DCAT 3, 6.8 and 6.9)."""
    for it in SERIALIZATIONS:
        # quads are asked for by graph: the store's default graph is their union
        if it.named_graphs:
            continue
        distribution = f"{dataset}-{it.name}"
        yield _link(dataset, f"{DCAT}distribution", distribution)
        yield _link(distribution, RDF_TYPE, f"{DCAT}Distribution")
        yield _link(distribution, f"{DCAT}accessURL", f"{address}/store?default")
        yield _link(distribution, f"{DCAT}mediaType", f"https://www.iana.org/assignments/media-types/{it.media_type}")
        if published.licence is not None:
            yield _link(distribution, f"{DCTERMS}license", published.licence)
    service = f"{dataset}-sparql"
    yield _link(service, RDF_TYPE, f"{DCAT}DataService")
    yield _link(service, f"{DCAT}endpointURL", f"{address}/sparql")
    yield _link(service, f"{DCAT}endpointDescription", f"{address}/sparql")
    yield _link(service, f"{DCAT}servesDataset", dataset)


def _namespace(iri: str) -> str:
    """Return the namespace of a term, or "" where its IRI has none, such as a URN."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    return "" if namespace.endswith(("//", ":/")) else namespace


def _link(subject: str, predicate: str, value: str) -> ox.Triple:
    return _triple(subject, predicate, ox.NamedNode(value))


def _count(subject: str, word: str, value: int) -> ox.Triple:
    return _triple(subject, f"{VOID}{word}", ox.Literal(value))


def _triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
