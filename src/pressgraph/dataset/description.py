"""What is said of a dataset as a whole: DCAT and DCMI terms (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.rdf import DCTERMS, RDF_TYPE, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressgraph.project import Publication

DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
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


def said_of_document(iri: str, base: str, published: Publication) -> dict[str, str]:
    """Return what a document says of itself, IRIs by property: what it is about (https://www.w3.org/TR/cooluris/, 5).

    It is no dataset but a part of one (`void:inDataset`), and whoever has it alone must know under which terms.
    """
    said = {f"{FOAF}primaryTopic": iri}
    if published:
        said[f"{VOID}inDataset"] = dataset_iri(base)
        for predicate, value in (("license", published.licence), ("publisher", published.publisher)):
            if value is not None:
                said[DCTERMS + predicate] = value
    return said


def including(tree: dict[str, Any], page: str, said: Mapping[str, str]) -> dict[str, Any]:
    """Return a JSON-LD tree with what its document says of itself beside it, where that is more than its topic."""
    if len(said) <= 1:
        return tree
    return {**tree, "@included": [{"@id": page, **{name: {"@id": value} for name, value in said.items()}}]}
