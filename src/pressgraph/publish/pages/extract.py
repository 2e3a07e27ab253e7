"""Read the structured data of a page: JSON-LD 1.1 from HTML (JSON-LD 1.1, 7), as quads.

All blocks of a page are one document, as the specification says, so that their blank nodes are common. Where a block
spoils that, each is read by itself. Nothing is fetched: schema.org's context and the project's own are at hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import PageError
from pressgraph.facts.datatypes import datatype
from pressgraph.profile import Kind, json_ld_context
from pressgraph.publish.pages.addresses import is_address
from pressgraph.publish.pages.blocks import PageBlock, Trouble, read_blocks
from pressgraph.publish.pages.splice import Page
from pressgraph.publish.pages.subject import page_words
from pressgraph.rdf import SCHEMA, XSD, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.profile import Profile

UNKNOWN_BASE = "https://page.invalid/"
"""What relative ids of a page without an address are resolved against."""

_SCHEMA_CONTEXT = re.compile(r"https?://(?:www\.)?schema\.org(?:/docs/jsonldcontext\.json(?:ld)?)?/?")
_OWN_CONTEXT = re.compile(r"https?://w3id\.org/pressgraph/(?:cluster/)?context(?:\.jsonld)?")
_SCHEMA_IRI = re.compile(r"https?://(?:www\.)?schema\.org/")
# Terms whose strings schema.org's own context takes for IRIs: those that expect a URL and no text.
_URL_TERMS = (
    *("url", "sameAs", "image", "logo", "license", "contentUrl", "embedUrl", "thumbnailUrl", "mainEntityOfPage"),
    *("additionalType", "codeRepository", "discussionUrl", "downloadUrl", "installUrl", "isBasedOn", "relatedLink"),
    *("significantLink", "target", "acquireLicensePage", "usageInfo", "publishingPrinciples", "hasMap"),
)
_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a page carries: quads, what was wrong with its blocks, how many these are, and the page's own words."""

    quads: frozenset[ox.Quad]
    troubles: tuple[Trouble, ...]
    blocks: int
    base: str
    language: str | None = None
    title: str | None = None

    @property
    def triples(self) -> set[ox.Triple]:
        """The union of the graphs."""
        return {quad.triple for quad in self.quads}

    def quads_in(self, graph: ox.NamedNode | ox.DefaultGraph, number: int) -> Iterator[ox.Quad]:
        """Yield the quads, those of the default graph in another one; blank nodes are those of the page `number`."""

        def own(term: Any) -> Any:
            return ox.BlankNode(f"p{number}{term.value}") if isinstance(term, ox.BlankNode) else term

        for quad in self.quads:
            name = graph if isinstance(quad.graph_name, ox.DefaultGraph) else own(quad.graph_name)
            yield ox.Quad(own(quad.subject), quad.predicate, own(quad.object), name)


def extract(
    html: bytes, base: str | None = None, *, profile: Profile | None = None, charset: str | None = None
) -> Extracted:
    """Read a page's JSON-LD.

    `base` is the page's address: relative ids count from it, or from the page's `<base>`. With a profile, dates and
    links become what it says they are. `charset` is what a server said; it wins over what the page says.

    Raises PageError for a page that cannot be read at all.
    """
    page = _page(html, charset)
    words = page_words(page, base)
    resolved = words.base or words.canonical or base or UNKNOWN_BASE
    blocks = read_blocks(page)
    troubles = [trouble for block in blocks for trouble in block.troubles]
    quads: set[ox.Quad] = set()
    for block, error in _to_quads([it for it in blocks if it.data is not None], resolved, profile, quads):
        troubles.append(Trouble(line=block.line, column=block.column, reason=error))
    title = page.document.find("title")
    text = " ".join(title.text.split()) if title is not None else ""
    return Extracted(
        quads=frozenset(_normal(quads, profile)),
        troubles=tuple(sorted(troubles, key=lambda it: (it.line, it.column))),
        blocks=len(blocks),
        base=resolved,
        language=words.language,
        title=text or None,
    )


def _page(html: bytes, charset: str | None) -> Page:
    if charset is not None and not html.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return Page(b"\xef\xbb\xbf" + html.decode(charset, errors="replace").encode())
        except LookupError:
            pass  # a label that is none says nothing
    try:
        return Page(html)
    except PageError:
        # what cannot be spliced can still be read
        for codec in ("utf-16-le", "utf-16-be") if b"\x00" in html else ("iso2022_jp_3", "hz", "utf-7"):
            try:
                text = html.decode(codec)
            except UnicodeError:
                continue
            if "<" in text:
                return Page(b"\xef\xbb\xbf" + text.encode(errors="replace"))
        raise


def _to_quads(
    blocks: list[PageBlock], base: str, profile: Profile | None, quads: set[ox.Quad]
) -> Iterable[tuple[PageBlock, str]]:
    """Add what blocks say, and return those that say nothing with the reason."""
    if not blocks:
        return []
    together: list[Any] = []
    for block in blocks:
        together.extend(block.data if isinstance(block.data, list) else [block.data])
    try:
        quads |= _quads(together, base, profile)
    except _UnreadableError:
        bad = []
        for block in blocks:
            try:
                quads |= _quads(block.data, base, profile)
            except _UnreadableError as error:
                bad.append((block, str(error)))
        return bad
    return []


class _UnreadableError(Exception):
    """JSON that is no JSON-LD."""


def _quads(data: Any, base: str, profile: Profile | None) -> set[ox.Quad]:
    from pyld import jsonld

    unknown: list[str] = []

    def load(url: str, _options: Any) -> dict[str, Any]:
        context = _context(url, profile)
        if context is None:
            unknown.append(url)
            raise jsonld.JsonLdError(f"not known: {url}", "pressgraph", code="loading remote context failed")
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    try:
        text = jsonld.to_rdf(data, {"format": "application/n-quads", "base": base, "documentLoader": load})
        return set(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    except jsonld.JsonLdError as error:
        if unknown:
            raise _UnreadableError(f"its context {unknown[0]} is not at hand, and nothing is fetched") from error
        raise _UnreadableError(f"not JSON-LD 1.1: {_reason(error)}") from error
    except SyntaxError as error:
        raise _UnreadableError(f"not RDF: {error.msg}") from error
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        # the processor assumes more of its input than pages keep
        raise _UnreadableError(f"not JSON-LD 1.1: {error}") from error


def _reason(error: Any) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause
    return str(getattr(error, "code", None) or error.args[0])


def _context(url: str, profile: Profile | None) -> dict[str, Any] | None:
    if _SCHEMA_CONTEXT.fullmatch(url):
        terms = {name: {"@id": SCHEMA + name, "@type": "@id"} for name in _URL_TERMS}
        return {"@vocab": SCHEMA, "schema": SCHEMA, "id": "@id", "type": "@type", **terms}
    if profile is not None and _OWN_CONTEXT.fullmatch(url):
        return json_ld_context(profile)
    return None


def _normal(quads: Iterable[ox.Quad], profile: Profile | None) -> Iterable[ox.Quad]:
    """Yield quads with schema.org's terms in http, and values as the profile types them."""
    for quad in quads:
        subject, predicate, value = _http(quad.subject), _http(quad.predicate), _http(quad.object)
        if profile is not None and isinstance(value, ox.Literal):
            value = _typed(predicate.value, value, profile)
        yield ox.Quad(subject, predicate, value, quad.graph_name)


def _http(term: Any) -> Any:
    if isinstance(term, ox.NamedNode) and "schema.org/" in term.value:
        match = _SCHEMA_IRI.match(term.value)
        # schema.org's own pages are not its terms
        if match is not None and re.fullmatch(r"[A-Za-z0-9]+", term.value[match.end() :]):
            return ox.NamedNode(SCHEMA + term.value[match.end() :])
    return term


def _typed(predicate: str, literal: ox.Literal, profile: Profile) -> ox.Literal | ox.NamedNode:
    key = profile.key_of.get(predicate)
    if key is None or literal.language is not None or literal.datatype.value not in {XSD_STRING, f"{SCHEMA}Date"}:
        return literal
    text = literal.value.strip()
    if key.kind is Kind.LITERAL and key.datatype is not None:
        if datatype(key.datatype).valid(text):
            return ox.Literal(text, datatype=ox.NamedNode(key.datatype))
        if _DATE_TIME.fullmatch(text):
            return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}dateTime"))
    if key.kind is Kind.LINK and is_address(text):
        try:
            return ox.NamedNode(text)
        except ValueError:
            return literal
    return literal
