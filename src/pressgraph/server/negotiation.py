"""Choose a media type, a language and an encoding by what a request accepts (RFC 9110, 12.5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pressgraph.dataset.serializations import SERIALIZATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_RANGES = 100


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an answer: its name, its media type and the suffix of a file in it."""

    name: str
    media_type: str
    suffix: str
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of Content-Type."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


JSON = Form("json", "application/sparql-results+json", ".srj")
XML = Form("xml", "application/sparql-results+xml", ".srx")
CSV = Form("csv", "text/csv", ".csv", charset=True)
TSV = Form("tsv", "text/tab-separated-values", ".tsv", charset=True)
HTML = Form("html", "text/html", ".html", charset=True)
ROWS = (JSON, XML, CSV, TSV)
BOOLEAN = (JSON, XML)
GRAPHS = tuple(
    Form(it.name, it.media_type, it.suffix, charset=it.media_type.startswith("text/")) for it in SERIALIZATIONS
)

_ALSO = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "application/x-turtle": "text/turtle",
    "application/xhtml+xml": "text/html",
    "text/plain": "application/n-triples",
}
"""Media types that mean one of ours where nothing better is accepted."""


@lru_cache(maxsize=1024)
def ranges(header: str) -> tuple[tuple[str, float], ...]:
    """Return what an Accept-like header lists, with weights; what is no range is passed over."""
    found: list[tuple[str, float]] = []
    for part in header.split(",", _MOST_RANGES)[:_MOST_RANGES]:
        value, *parameters = part.split(";")
        value = value.strip().lower()
        if not value:
            continue
        weight = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    weight = min(1.0, max(0.0, float(number.strip())))
                except ValueError:
                    weight = 0.0
        found.append((value, weight if weight == weight else 0.0))  # noqa: PLR0124 - NaN
    return tuple(found)


def _weight(media_type: str, accepted: tuple[tuple[str, float], ...]) -> float:
    """Return the weight of the most specific range that matches."""
    kind = media_type.partition("/")[0]
    best = (-1, 0.0)
    for value, weight in accepted:
        if value == media_type:
            level = 3
        elif _ALSO.get(value) == media_type:
            level = 2
        elif value == f"{kind}/*":
            level = 1
        elif value == "*/*":
            level = 0
        else:
            continue
        if level > best[0]:
            best = (level, weight)
    return best[1]


def choose(header: str | None, offered: Sequence[Form]) -> Form | None:
    """Return the form that suits best, the first of equals; None where none is accepted."""
    if header is None or not header.strip():
        return offered[0]
    accepted = ranges(header)
    best: tuple[float, Form] | None = None
    for form in offered:
        weight = _weight(form.media_type, accepted)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, form)
    return best[1] if best else None


def choose_language(header: str | None, offered: Sequence[str], default: str) -> str:
    """Return the offered language tag that suits best (RFC 4647, lookup)."""
    for value, weight in sorted(ranges(header or ""), key=lambda it: -it[1]):
        if weight > 0:
            for tag in (value, value.partition("-")[0]):
                if tag in offered:
                    return tag
    return default


def accepts_gzip(header: str | None) -> bool:
    """Tell whether the answer may be compressed with gzip."""
    if not header:
        return False
    weights = dict(ranges(header))
    return weights.get("gzip", weights.get("*", 0.0)) > 0
