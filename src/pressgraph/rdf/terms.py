"""RDF's terms as pyoxigraph has them, and how they are written."""

from __future__ import annotations

from typing import TypeAlias, overload

import pyoxigraph as ox

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Resource: TypeAlias = ox.NamedNode | ox.BlankNode


@overload
def term_text(term: Term) -> str: ...
@overload
def term_text(term: None) -> None: ...
@overload
def term_text(term: Term | None) -> str | None: ...
def term_text(term: Term | None) -> str | None:
    """Return an IRI as it is, another term in N-Triples syntax (RDF 1.1 N-Triples, 2).

    >>> term_text(ox.NamedNode("https://example.org/a")), term_text(ox.Literal("a", language="en"))
    ('https://example.org/a', '"a"@en')
    """
    if term is None or isinstance(term, ox.NamedNode):
        return term.value if term is not None else None
    return str(term)


def read_term(text: str) -> Term:
    """Return the term that `term_text` wrote, or a term in N-Triples syntax.

    >>> read_term("https://example.org/a") == read_term("<https://example.org/a>")
    True
    """
    if not text.startswith(('"', "_:", "<")):
        return ox.NamedNode(text)
    if text.startswith("_:"):
        return ox.BlankNode(text.removeprefix("_:"))
    (quad,) = ox.parse(f"<urn:x:s> <urn:x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term


def named(text: str) -> ox.NamedNode | None:
    """Return what `term_text` wrote where it is an IRI; None for a literal and a blank node.

    >>> named('"Gold"')
    """
    term = read_term(text)
    return term if isinstance(term, ox.NamedNode) else None


def lexical(term: Term) -> str:
    """Return an IRI, a literal's lexical form, or a blank node's label."""
    return str(getattr(term, "value", term))


def is_iri(text: str) -> bool:
    """Tell whether a text is an IRI, as the parser that will read it does.

    RFC 3987 also rules percent-encoding, hosts and private code points.
    """
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def external(iri: str) -> str:
    """Return the reference to an IRI of others: itself, or nothing where following it would not be safe."""
    scheme, _, rest = iri.partition(":")
    match scheme.lower():
        case "http" | "https":
            # without a host a browser would take what follows for one, or for a path of the page's
            return iri if rest.startswith("//") and rest[2:3] not in {"", "/", "\\", "?", "#"} else ""
        case "mailto" | "tel":
            return iri
    return ""


def local_name(iri: str) -> str:
    """Return what follows the last `#` or `/` of an IRI that something follows; of a URN, what follows the last `:`.

    >>> local_name("http://schema.org/name"), local_name("https://example.org/val/"), local_name("urn:example:val")
    ('name', 'val', 'val')
    """
    signs = "#/" if "/" in iri or "#" in iri else ":"
    path = iri.rstrip(signs)
    return path[max(map(path.rfind, signs)) + 1 :] or iri
