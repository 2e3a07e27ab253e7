"""Descriptions of the dataset for catalogues: DCAT-AP 3 and VoID.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/ and https://www.w3.org/TR/void/. What is said of the dataset stands in
`[publish]`; nothing is said of what is not known, and nothing is a blank node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.description import (
    DCAT,
    VCARD,
    dataset_iri,
    describe_dataset,
    link,
    statement,
    void_number,
)
from pressgraph.dataset.serializations import SERIALIZATIONS, serialization
from pressgraph.dataset.writing import write_triples
from pressgraph.feeds.published_at import DataFile
from pressgraph.feeds.reading import Reading
from pressgraph.i18n import gettext
from pressgraph.languages import primary
from pressgraph.rdf import DCTERMS, RDF_TYPE, RELEASE, VOID, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.dataset.counts import Counts
    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "text/turtle"
FORMATS = "http://www.w3.org/ns/formats/"
FORMAT_NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF_XML",
}
"""The serializations as the W3C's list of formats names them."""
_FOAF = "http://xmlns.com/foaf/0.1/"
PREFIXES = {
    "void": VOID,
    "formats": FORMATS,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": _FOAF,
    "vcard": VCARD,
    "xsd": XSD,
}
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_PUBLIC = f"{_AUTHORITY}access-right/PUBLIC"
_FILE_TYPES = {
    "text/turtle": "RDF_TURTLE",
    "application/ld+json": "JSON_LD",
    "application/n-triples": "RDF_N_TRIPLES",
    "application/n-quads": "RDF_N_QUADS",
    "application/trig": "RDF_TRIG",
    "application/rdf+xml": "RDF_XML",
}
"""The EU's names of formats, by media type."""
_LANGUAGES = {
    "bg": "BUL",
    "cs": "CES",
    "da": "DAN",
    "de": "DEU",
    "el": "ELL",
    "en": "ENG",
    "es": "SPA",
    "et": "EST",
    "fi": "FIN",
    "fr": "FRA",
    "ga": "GLE",
    "hr": "HRV",
    "hu": "HUN",
    "it": "ITA",
    "lt": "LIT",
    "lv": "LAV",
    "mt": "MLT",
    "nl": "NLD",
    "pl": "POL",
    "pt": "POR",
    "ro": "RON",
    "sk": "SLK",
    "sl": "SLV",
    "sv": "SWE",
}
"""The EU's names of its official languages, by tag."""
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def catalogue(
    graph: PublishedGraph, at: PublishedAt, files: Sequence[DataFile], *, endpoint: str | None = None
) -> bytes:
    """Return the catalogue of a site as Turtle: its dataset, the files that have it whole, and its SPARQL endpoint."""
    triples = {*_catalogue(at, endpoint), *_dataset(graph, at), *_distributions(at, files, endpoint)}
    return write_triples(triples, serialization("turtle"), PREFIXES)


def void(counts: Counts, at: PublishedAt, files: Sequence[DataFile], *, endpoint: str | None = None) -> bytes:
    """Return the VoID description of the dataset as Turtle; `counts` are the numbers of what is published."""
    return write_triples(set(void_description(counts, at, files, endpoint=endpoint)), serialization("turtle"), PREFIXES)


def void_description(
    counts: Counts, at: PublishedAt, files: Iterable[DataFile], *, endpoint: str | None = None
) -> Iterator[ox.Triple]:
    """Yield the VoID and DCAT description of the dataset, with the files that have it and the endpoint that asks it."""
    base = at.base
    dataset = dataset_iri(base)
    yield link(dataset, RDF_TYPE, f"{VOID}Dataset")
    if at.published.title is None:
        yield statement(dataset, f"{DCTERMS}title", ox.Literal(at.title, language="en"))
    yield from describe_dataset(base, at.published)
    files = list(files)
    yield from _distributions(at, files, endpoint)
    for file in files:
        if file.is_file:
            yield link(dataset, f"{VOID}dataDump", file.address)
    yield statement(dataset, f"{VOID}uriSpace", ox.Literal(f"{base}id/"))
    if endpoint is not None:
        yield link(dataset, f"{VOID}sparqlEndpoint", endpoint)
    offered = {file.media_type for file in files}
    for it in SERIALIZATIONS:
        if endpoint is not None or it.media_type in offered:
            yield link(dataset, f"{VOID}feature", FORMATS + FORMAT_NAMES[it.name])
    for namespace in sorted({it for it in map(_namespace, counts.properties) if it}):
        yield link(dataset, f"{VOID}vocabulary", namespace)
    yield void_number(dataset, "triples", counts.triples)
    yield void_number(dataset, "distinctSubjects", counts.subjects)
    yield void_number(dataset, "distinctObjects", counts.objects)
    yield void_number(dataset, "properties", len(counts.properties))
    yield void_number(dataset, "classes", len(counts.classes))
    for kind, word, counted in (("property", "property", "triples"), ("class", "class", "entities")):
        found = counts.properties if kind == "property" else counts.classes
        for number, (iri, count) in enumerate(sorted(found.items()), start=1):
            part = f"{base}#{kind}-{number}"
            yield link(dataset, f"{VOID}{word}Partition", part)
            yield link(part, f"{VOID}{word}", iri)
            yield void_number(part, counted, count)


def served_files(address: str) -> list[DataFile]:
    """Return where a server has the whole dataset: its default graph, in the form that is asked for."""
    # quads are asked for by graph: the store's default graph is their union
    graphs = [it for it in SERIALIZATIONS if not it.named_graphs]
    return [DataFile(it.name, f"{address}/store?default", it.media_type, is_file=False) for it in graphs]


def _catalogue(at: PublishedAt, endpoint: str | None) -> Iterator[ox.Triple]:
    own, published = f"{at.base}#catalogue", at.published
    yield link(own, RDF_TYPE, f"{DCAT}Catalog")
    yield link(own, f"{_FOAF}homepage", at.url)
    yield link(at.url, RDF_TYPE, f"{_FOAF}Document")
    yield link(own, f"{DCAT}dataset", dataset_iri(at.base))
    if endpoint is not None:
        yield link(own, f"{DCAT}service", f"{dataset_iri(at.base)}-sparql")
    yield from _described(own, at)
    for predicate, iri in (("license", published.licence), ("publisher", published.publisher)):
        if iri is not None:
            yield link(own, DCTERMS + predicate, iri)
    for language in at.languages:
        yield from _language(own, language)


def _described(node: str, at: PublishedAt) -> Iterator[ox.Triple]:
    """Yield title and description, which both are mandatory; without words of the project, in general ones."""
    published, language = at.published, at.published.language
    yield statement(node, f"{DCTERMS}title", ox.Literal(at.title, language=language))
    if published.description is not None:
        yield statement(node, f"{DCTERMS}description", ox.Literal(published.description, language=language))
    else:
        for tag, text in gettext("The facts of press releases, as linked data.").by_language().items():
            yield statement(node, f"{DCTERMS}description", ox.Literal(text, language=tag))


def _dataset(graph: PublishedGraph, at: PublishedAt) -> Iterator[ox.Triple]:
    dataset, published = dataset_iri(at.base), at.published
    reading = Reading(graph, at.languages[0], at.languages[0])
    yield from describe_dataset(at.base, published)
    yield link(dataset, RDF_TYPE, f"{DCAT}Dataset")
    yield from _described(dataset, at)
    yield link(dataset, f"{DCAT}landingPage", at.url)
    yield link(dataset, f"{DCTERMS}accessRights", _PUBLIC)
    yield link(_PUBLIC, RDF_TYPE, f"{DCTERMS}RightsStatement")
    for language in at.languages:
        yield from _language(dataset, language)
    yield from _temporal(dataset, at, sorted(_days(reading)))
    if published.licence is not None:
        yield link(published.licence, RDF_TYPE, f"{DCTERMS}LicenseDocument")
    if published.publisher is not None:
        yield link(published.publisher, RDF_TYPE, f"{_FOAF}Agent")
        name = reading.name(published.publisher)
        if name is not None:
            yield statement(published.publisher, f"{_FOAF}name", ox.Literal(name))


def _days(reading: Reading) -> Iterator[str]:
    for iri in reading.of_class(RELEASE):
        yield from reading.days(iri)


def _temporal(dataset: str, at: PublishedAt, days: Sequence[str]) -> Iterator[ox.Triple]:
    """Yield from when until when releases are, and that the newest one is what the dataset was last changed for."""
    if not days:
        return
    period, date = f"{at.base}#temporal", ox.NamedNode(f"{XSD}date")
    yield link(dataset, f"{DCTERMS}temporal", period)
    yield link(period, RDF_TYPE, f"{DCTERMS}PeriodOfTime")
    yield statement(period, f"{DCAT}startDate", ox.Literal(days[0], datatype=date))
    yield statement(period, f"{DCAT}endDate", ox.Literal(days[-1], datatype=date))
    yield statement(dataset, f"{DCTERMS}modified", ox.Literal(days[-1], datatype=date))


def _language(node: str, tag: str) -> Iterator[ox.Triple]:
    name = _LANGUAGES.get(primary(tag))
    if name is not None:
        yield link(node, f"{DCTERMS}language", f"{_AUTHORITY}language/{name}")
        yield link(f"{_AUTHORITY}language/{name}", RDF_TYPE, f"{DCTERMS}LinguisticSystem")


def _distributions(at: PublishedAt, files: Iterable[DataFile], endpoint: str | None) -> Iterator[ox.Triple]:
    """Yield where the dataset can be had: in files, and by the endpoint (DCAT 3, 6.8 and 6.9)."""
    dataset, licence = dataset_iri(at.base), at.published.licence
    for file in files:
        node = f"{dataset}-{file.name}"
        yield link(dataset, f"{DCAT}distribution", node)
        yield link(node, RDF_TYPE, f"{DCAT}Distribution")
        yield link(node, f"{DCAT}accessURL", file.address)
        if file.is_file:
            yield link(node, f"{DCAT}downloadURL", file.address)
        yield link(node, f"{DCAT}mediaType", _MEDIA_TYPES + file.media_type)
        yield link(_MEDIA_TYPES + file.media_type, RDF_TYPE, f"{DCTERMS}MediaType")
        if (kind := _FILE_TYPES.get(file.media_type)) is not None:
            yield link(node, f"{DCTERMS}format", f"{_AUTHORITY}file-type/{kind}")
            yield link(f"{_AUTHORITY}file-type/{kind}", RDF_TYPE, f"{DCTERMS}MediaTypeOrExtent")
        if file.compressed is not None:
            yield link(node, f"{DCAT}compressFormat", _MEDIA_TYPES + file.compressed)
            yield link(_MEDIA_TYPES + file.compressed, RDF_TYPE, f"{DCTERMS}MediaType")
        if file.size is not None:
            size = ox.Literal(str(file.size), datatype=ox.NamedNode(f"{XSD}nonNegativeInteger"))
            yield statement(node, f"{DCAT}byteSize", size)
        if licence is not None:
            yield link(node, f"{DCTERMS}license", licence)
    if endpoint is not None:
        service = f"{dataset}-sparql"
        yield link(service, RDF_TYPE, f"{DCAT}DataService")
        yield statement(service, f"{DCTERMS}title", ox.Literal("SPARQL"))
        yield link(service, f"{DCAT}endpointURL", endpoint)
        yield link(service, f"{DCAT}endpointDescription", endpoint)
        yield link(service, f"{DCAT}servesDataset", dataset)


def _namespace(iri: str) -> str:
    """Return the namespace of a term, or "" where its IRI has none, such as a URN."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    return "" if namespace.endswith(("//", ":/")) else namespace
