"""What is said of a dataset as a whole: DCAT and DCMI terms (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import DCTERMS, RDF_TYPE, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.project import Publication

DCAT = "http://www.w3.org/ns/dcat#"
VCARD = "http://www.w3.org/2006/vcard/ns#"


def dataset_iri(base: str) -> str:
    """Return the name of the dataset of a project."""
    return f"{base}#dataset"


def link(subject: str, predicate: str, value: str) -> ox.Triple:
    """Return a triple between things, of their IRIs."""
    return statement(subject, predicate, ox.NamedNode(value))


def void_number(subject: str, word: str, value: int) -> ox.Triple:
    """Return a number in a word of VoID."""
    return statement(subject, f"{VOID}{word}", ox.Literal(value))


def statement(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    """Return a triple of two IRIs and a term."""
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)


def dataset_quads(base: str, published: Publication | None) -> frozenset[ox.Quad]:
    """Return what a project says of its dataset, in a graph of its own; nothing where it says nothing."""
    graph = ox.NamedNode(dataset_iri(base))
    triples = describe_dataset(base, published) if published else ()
    return frozenset(ox.Quad(it.subject, it.predicate, it.object, graph) for it in triples)


def describe_dataset(base: str, published: Publication) -> Iterator[ox.Triple]:
    """Yield what a project says of its dataset."""
    dataset = ox.NamedNode(dataset_iri(base))

    def said(predicate: str, value: ox.NamedNode | ox.Literal, of: ox.NamedNode = dataset) -> ox.Triple:
        return ox.Triple(of, ox.NamedNode(predicate), value)

    yield said(RDF_TYPE, ox.NamedNode(f"{DCAT}Dataset"))
    for predicate, text in (("title", published.title), ("description", published.description)):
        if text is not None:
            yield said(DCTERMS + predicate, ox.Literal(text, language=published.language))
    for keyword in published.keywords:
        yield said(f"{DCAT}keyword", ox.Literal(keyword, language=published.language))
    for predicate, iri in (("license", published.licence), ("publisher", published.publisher)):
        if iri is not None:
            yield said(DCTERMS + predicate, ox.NamedNode(iri))
    if published.contact is not None:
        contact = ox.NamedNode(f"{base}#contact")
        kind = "hasEmail" if published.contact.startswith("mailto:") else "hasURL"
        yield said(f"{DCAT}contactPoint", contact)
        yield said(RDF_TYPE, ox.NamedNode(f"{VCARD}Kind"), contact)
        yield said(VCARD + kind, ox.NamedNode(published.contact), contact)
