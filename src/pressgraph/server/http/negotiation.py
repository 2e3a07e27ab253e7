"""Content negotiation: choose a media type, a language and an encoding by what a request accepts (RFC 9110, 12.5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.languages import lookup
from pressgraph.query.patterns import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.datastructures import Headers

_MOST_RANGES = 100


@dataclass(frozen=True, slots=True, eq=False)
class MediaType:
    """A media type that responses have: its name here, its name in HTTP, and the suffix of a file in it.

    There is one of each, so that each is its own key.
    """

    name: str
    media_type: str
    suffix: str
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of Content-Type."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


JSON = MediaType("json", "application/sparql-results+json", ".srj")
XML = MediaType("xml", "application/sparql-results+xml", ".srx")
CSV = MediaType("csv", "text/csv", ".csv", charset=True)
TSV = MediaType("tsv", "text/tab-separated-values", ".tsv", charset=True)
HTML = MediaType("html", "text/html", ".html", charset=True)
ROWS = (JSON, XML, CSV, TSV)
GRAPHS = tuple(
    MediaType(it.name, it.media_type, it.suffix, charset=it.media_type.startswith("text/")) for it in SERIALIZATIONS
)
DOCUMENT_TYPES = (HTML, *GRAPHS)
"""The media types of a document about one thing."""
LINKED_TYPES = tuple(it for it in DOCUMENT_TYPES if it.name not in {"nquads", "trig"})
"""The media types that documents link to; the others say the same, and are given where they are asked for."""

_ALSO = {
    "application/json": {"application/sparql-results+json", "application/ld+json"},
    "application/xml": {"application/sparql-results+xml", "application/rdf+xml"},
    "text/xml": {"application/sparql-results+xml", "application/rdf+xml"},
    "application/x-turtle": {"text/turtle"},
    "text/n3": {"text/turtle"},
    "text/rdf+n3": {"text/turtle"},
    "application/x-trig": {"application/trig"},
    "text/x-nquads": {"application/n-quads"},
    "application/xhtml+xml": {"text/html"},
    "text/plain": {"application/n-triples"},
}
"""Media types that mean one of ours where nothing better is accepted: general names, and names of before."""


def field(headers: Headers, name: str) -> str | None:
    """Return the value of a header that is a list: all its lines are one list (RFC 9110, 5.3)."""
    lines = headers.getlist(name)
    return ", ".join(lines) if lines else None


@lru_cache(maxsize=1024)
def ranges(header: str) -> tuple[tuple[str, float], ...]:
    """Return what an Accept-like header lists, with weights; what is no range is passed over."""
    found: list[tuple[str, float]] = []
    for name, *parameters in _listed(header):
        value = name.strip().lower()
        if not value:
            continue
        weight = 1.0
        for parameter in parameters:
            key, _, number = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    weight = min(1.0, max(0.0, float(number.strip())))
                except ValueError:
                    weight = 0.0
                # what follows belongs to the weight, not to the range
                break
        # Java's first HTTP client writes "*" for everything
        found.append(("*/*" if value == "*" else value, weight if weight == weight else 0.0))  # noqa: PLR0124 - NaN
    return tuple(found)


def _listed(header: str) -> Iterator[list[str]]:
    """Yield the members of a list, each as its value and its parameters."""
    if '"' not in header:
        for member in header.split(",", _MOST_RANGES)[:_MOST_RANGES]:
            yield member.split(";")
        return
    pieces: list[list[str]] = [[]]
    left = _MOST_RANGES
    for piece in LISTED.findall(header):
        if piece == ",":
            yield ["".join(it) for it in pieces]
            pieces, left = [[]], left - 1
            if not left:
                return
        elif piece == ";":
            pieces.append([])
        else:
            pieces[-1].append(piece)
    yield ["".join(it) for it in pieces]


def _weight(media_type: str, accepted: tuple[tuple[str, float], ...]) -> float:
    """Return the weight of the most specific range that matches; parameters make no range more specific here."""
    kind = media_type.partition("/")[0]
    best = (-1, 0.0)
    for value, weight in accepted:
        if value == media_type:
            level = 3
        elif media_type in _ALSO.get(value, ()):
            level = 2
        elif value == f"{kind}/*":
            level = 1
        elif value == "*/*":
            level = 0
        else:
            continue
        best = max(best, (level, weight))
    return best[1]


def choose(header: str | None, offered: Sequence[MediaType]) -> MediaType | None:
    """Return the media type that suits best, the first of equals; None where none is accepted."""
    if header is None or not header.strip():
        return offered[0]
    accepted = ranges(header)
    best: tuple[float, MediaType] | None = None
    for media_type in offered:
        weight = _weight(media_type.media_type, accepted)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, media_type)
    return best[1] if best else None


def choose_language(header: str | None, offered: Sequence[str], default: str) -> str:
    """Return the offered language tag that suits best (RFC 4647, lookup)."""
    for value, weight in sorted(ranges(header or ""), key=lambda it: -it[1]):
        if weight > 0:
            found = default if value == "*" else lookup(value, offered)
            if found is not None:
                return found
    return default


def cookie(headers: Iterable[str], name: str) -> str | None:
    """Return the value of a cookie (RFC 6265, 4.2.1), as it is: a value of ours is never quoted.

    `http.cookies` takes the square of the length for quoted values before CPython 3.11.10.
    """
    for header in headers:
        for pair in header.split(";"):
            key, found, value = pair.partition("=")
            if found and key.strip() == name:
                return value.strip()
    return None


def accepts_gzip(header: str | None) -> bool:
    """Tell whether the answer may be compressed with gzip."""
    if not header:
        return False
    weights = dict(ranges(header))
    return weights.get("gzip", weights.get("*", 0.0)) > 0
