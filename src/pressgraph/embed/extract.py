"""Read the structured data of a page: JSON-LD 1.1 from HTML (JSON-LD 1.1, 7), as quads.

The blank nodes of a page's blocks are common, as the specification says. Each block is a document by itself, though:
its `@graph` is the default graph. The specification makes one list of all blocks, in which each `@graph` is an unnamed
graph of its own, and with one block alone it is the default graph again; nobody means the difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.charsets import codec_of
from pressgraph.dataset.json_ld import Document, read_json_ld
from pressgraph.embed.addresses import is_address, resolve
from pressgraph.embed.blocks import BlockProblem, read_blocks
from pressgraph.embed.page import Page
from pressgraph.embed.subject import page_words
from pressgraph.errors import PageError
from pressgraph.facts.datatypes import datatype, fitting
from pressgraph.i18n import gettext
from pressgraph.profile import Kind
from pressgraph.rdf import SCHEMA, XSD, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.profile import Profile

UNKNOWN_BASE = "https://page.invalid/"
"""What relative ids of a page without an address are resolved against."""

_SCHEMA_IRI = re.compile(r"https?://(?:www\.)?schema\.org/")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a page carries: quads, what was wrong with its blocks, how many these are, and the page's own words."""

    quads: frozenset[ox.Quad]
    problems: tuple[BlockProblem, ...]
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

    Raises PageError for a page that cannot be read at all, and for an address that is none.
    """
    address = resolve(base) if base is not None else None
    if base is not None and address is None:
        raise PageError(gettext("the page's address '{address}' is none", address=base))
    page = _page(html, charset)
    words = page_words(page, address)
    resolved = words.base or words.canonical or UNKNOWN_BASE
    blocks = read_blocks(page)
    problems = [problem for block in blocks for problem in block.problems]
    read = [it for it in blocks if it.data is not None]
    quads, findings = read_json_ld([Document(data=it.data, text=it.text) for it in read], resolved, profile)
    problems.extend(read[it.document].problem(it.offset, it.reason, fatal=it.fatal) for it in findings)
    if resolved == UNKNOWN_BASE and read and any(UNKNOWN_BASE in str(quad) for quad in quads):
        reason = gettext(
            "the page's address is not known, so relative ids begin with {base}; give it with --base URL",
            base=UNKNOWN_BASE,
        )
        problems.append(read[0].problem(0, reason, fatal=False))
    title = page.document.find("title")
    text = " ".join(title.text.split()) if title is not None else ""
    return Extracted(
        quads=frozenset(_normal(quads, profile)),
        problems=tuple(sorted(problems, key=lambda it: (it.line, it.column))),
        blocks=len(blocks),
        base=resolved,
        language=words.language,
        title=text or None,
    )


def _page(html: bytes, charset: str | None) -> Page:
    # a label that is none says nothing
    declared = codec_of(charset) if charset is not None else None
    if declared is not None and not html.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return Page(b"\xef\xbb\xbf" + html.decode(declared, errors="replace").encode())
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
        if (time := _date_time(text)) is not None:
            return ox.Literal(time, datatype=ox.NamedNode(f"{XSD}dateTime"))
    if key.kind is Kind.MIXED and (typed := fitting(key.datatypes, text)) is not None:
        return ox.Literal(typed[1], datatype=ox.NamedNode(typed[0]))
    if key.kind is Kind.LINK and is_address(text):
        try:
            return ox.NamedNode(text)
        except ValueError:
            return literal
    return literal


def _date_time(text: str) -> str | None:
    """Return an ISO 8601 time as xsd:dateTime writes it: with seconds, and with a colon in the zone."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    minutes, seconds, zone = match.groups()
    if zone is not None and zone != "Z":
        zone = f"{zone[:3]}:{zone[3:].lstrip(':') or '00'}"
    time = f"{minutes}{seconds or ':00'}{zone or ''}"
    return time if datatype(f"{XSD}dateTime").valid(time) else None
