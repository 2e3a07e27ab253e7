"""Addresses: where this server shows an IRI, how a link to there is written, and which IRIs an address may stand for.

Every link, redirect and header that leads to this server is written by `link`. It begins with one slash and a name, so
that no reader takes it for the address of another host, and it stays below the prefix that the server is mounted at.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote, urlencode, urlsplit

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.pages.names import Links
from pressgraph.pages.view.listing import LISTS
from pressgraph.project.model import DEFAULT_BASE
from pressgraph.query.patterns import ESCAPED_CHARACTERS, LONE_PERCENT, PLAIN_PATH
from pressgraph.rdf.terms import is_iri
from pressgraph.server.http.negotiation import DOCUMENT_TYPES, MediaType

if TYPE_CHECKING:
    from pressgraph.project import Project

NAMES = frozenset(
    (
        *("id", "doc", "about", "links", "search", "sparql", "store", "download", "void", ".well-known", "context"),
        *LISTS,
        *(
            "context.jsonld",
            "terms.json",
            "static",
            "robots.txt",
            "opensearch.xml",
            "favicon.ico",
            "healthz",
            "readyz",
            "metrics",
        ),
    )
)
"""The first names of this server's own paths: no thing below the base is shown there."""
_BY_SUFFIX = {it.suffix: it for it in DOCUMENT_TYPES} | {
    suffix: next(it for it in DOCUMENT_TYPES if it.name == name)
    for suffix, name in ((".json", "jsonld"), (".xml", "rdfxml"))
}

_SAFE = "/:@!$&'()*+,;=~-._%"
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


def link(path: str, fields: Fields = (), *, fragment: str = "", prefix: str = "") -> str:
    """Return the reference to a path of this server, which is mounted at a prefix.

    >>> link("//evil.example/../x"), link("/about", {"iri": "urn:x y"}, prefix="/data")
    ('/evil.example/x', '/data/about?iri=urn%3Ax+y')
    """
    kept = [it for it in path.split("/") if it and not _is_dots(it)]
    end = "/" if path.endswith("/") and kept else ""
    written = f"{prefix}/{_escaped('/'.join(kept))}{end}"
    if fields:
        written += f"?{urlencode(fields)}"
    return f"{written}#{_escaped(fragment)}" if fragment else written


def _escaped(text: str) -> str:
    return quote(LONE_PERCENT.sub("%25", text), safe=_SAFE)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of this server: a path below its mount as it stands in IRIs, fields, a fragment."""

    path: str
    fields: tuple[tuple[str, str], ...] = ()
    fragment: str = ""

    def link(self, prefix: str = "", *more: tuple[str, str]) -> str:
        """Return the reference to this place, with more fields."""
        return link(self.path, (*self.fields, *more), fragment=self.fragment, prefix=prefix)

    def as_type(self, media_type: MediaType) -> Place | None:
        """Return the place of a document in one media type; one with fields has none."""
        return None if self.fields else Place(f"{self.path}{media_type.suffix}")


def about(iri: str) -> Place:
    """Return the place that says what is known of an IRI, whatever it is."""
    return Place("/about", (("iri", iri),))


def split_suffix(path: str) -> tuple[str, MediaType | None]:
    """Return a path without the suffix of a media type, and the media type."""
    for suffix, media_type in _BY_SUFFIX.items():
        if path.endswith(suffix) and len(path) > len(suffix):
            return path.removesuffix(suffix), media_type
    return path, None


def spellings(raw: str) -> list[str]:
    """Return how what an address holds may be spelled in an IRI, the likeliest first.

    An IRI becomes an address by escaping what is no ASCII and nothing else (RFC 3987, 3.1); what was escaped in the IRI
    stays so. Last comes what a client meant that escapes more than it has to.

    >>> spellings("a%20%C3%A4%28b%29")
    ['a%20ä%28b%29', 'a%20%C3%A4%28b%29', 'a ä(b)']
    """
    return list(dict.fromkeys((ESCAPED_CHARACTERS.sub(lambda found: _characters(found[0]), raw), raw, unquote(raw))))


def _is_dots(segment: str) -> bool:
    """Tell whether a segment is one that URL parsers take out of a path (URL Standard, 4.1)."""
    return segment.lower().replace("%2e", ".") in {".", ".."}


def _characters(escapes: str) -> str:
    try:
        return unquote(escapes, errors="strict")
    except UnicodeDecodeError:
        return escapes


class Terms(Protocol):
    """What the profile defines, as far as addresses need it."""

    def defines(self, iri: str) -> bool:
        """Tell whether an IRI is a term, an ontology or a vocabulary of the profile."""


class Addresses:
    """The places of a project's IRIs and of its profile's terms."""

    def __init__(self, project: Project, terms: Terms) -> None:
        self.base = project.base
        self.roots = tuple(dict.fromkeys((self.base, DEFAULT_BASE)))
        """The IRIs that paths are read below: the project's base, and that of the shipped profile's terms."""
        self._terms = terms
        self.public = _public_prefix(project.serve.url)
        own = _escaped(urlsplit(self.base).path.rstrip("/"))
        # things are named below the base: their addresses are answered with its path and without
        of_base = own if _is_prefix(own) and _begins_with_name(own) is None else ""
        self._prefixes = sorted({self.public, of_base} - {""}, key=len, reverse=True)
        self._fixed = bool(project.serve.url)

    # -- where the server is mounted

    def enter(self, scope: MutableMapping[str, Any]) -> None:
        """Take the prefix from a request's path, and note which one links have.

        The links of a server that knows its public address all have that one's path; those of others have what the
        request had, so that it works behind a proxy that passes paths on as they are.
        """
        raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        path = raw.decode("latin-1").partition("?")[0]
        # an application that this one is mounted in says where (ASGI, root_path)
        root = _escaped(scope.get("root_path", "").rstrip("/"))
        entered = ""
        for prefixes in ([root] if root else [], self._prefixes):
            found = next((it for it in prefixes if path == it or path.startswith(f"{it}/")), "")
            path, entered = path[len(found) :], entered + found
        scope["pressgraph.prefix"] = self.public if self._fixed else entered
        if entered:
            # what ends before the slash is sent on to it
            scope["pressgraph.outside"] = not path
            scope["pressgraph.entered"] = entered
            scope["root_path"] = ""
            scope["raw_path"] = path.encode("latin-1") or b"/"
            scope["path"] = unquote(path) or "/"

    # -- from an IRI to its place

    def place(self, iri: str) -> Place | None:
        """Return where this server shows an IRI of the project or the profile; None for those of others."""
        defined = self._terms.defines(iri)
        for root in self.roots:
            if iri.startswith(root) and (defined or root == self.base):
                rest, _, fragment = iri.removeprefix(root).partition("#")
                return self._own(iri, rest, fragment, defined=defined) or about(iri)
        return None

    def _own(self, iri: str, rest: str, fragment: str, *, defined: bool) -> Place | None:
        if PLAIN_PATH.fullmatch(rest) is None or any(map(_is_dots, rest.split("/"))):
            return None
        if split_suffix(rest)[1] is not None and not defined:
            # the address would be that of another thing's document
            return None
        if iri.startswith(f"{self.base}id/"):
            return None if "#" in iri else Place(f"/doc/{rest.removeprefix('id/')}")
        path = f"/{rest}"
        if rest.partition("/")[0] in NAMES or any(path.startswith(f"{it}/") or path == it for it in self._prefixes):
            return None
        if not defined and ("#" in iri or any(self._terms.defines(root + rest) for root in self.roots)):
            return None
        return Place(path, fragment=fragment)

    def where(self, iri: str) -> Place:
        """Return where this server shows an IRI, of whomever it is."""
        return self.place(iri) or about(iri)

    def links(self, prefix: str) -> Links:
        """Return the links of pages that are read below a prefix."""

        def own(iri: str) -> str | None:
            place = self.place(iri)
            return None if place is None else place.link(prefix)

        return Links(own, lambda iri: about(iri).link(prefix))

    # -- from an address to IRIs

    def readings(self, path: str, query: str) -> list[tuple[str, MediaType | None]]:
        """Return the IRIs that the address of a thing, a term or a document may stand for, likeliest first, with forms.

        `path` is that below the mount, without its first slash, as it was sent.
        """
        document = path.startswith("doc/")
        whole: list[tuple[str, MediaType | None]] = [(path, None)]
        name, media_type = split_suffix(path)
        # the document of `x` as Turtle comes before the document of `x.ttl`; a thing's own IRI is taken as it is
        named = [(name, media_type), *whole] if document else [*whole, (name, media_type)]
        found: dict[str, MediaType | None] = {}
        for spelled, asked in named if media_type is not None else whole:
            for asked_query in _queries(query):
                for reading in spellings(spelled + asked_query):
                    below = f"id/{reading.removeprefix('doc/')}" if document else reading
                    roots = (self.base,) if below.startswith("id/") else self.roots
                    known = [root + below for root in roots]
                    # the profile's terms come first: they are what stands at these paths
                    for iri in sorted(known, key=lambda it: not self._terms.defines(it)):
                        if is_iri(iri):
                            found.setdefault(iri, asked)
        return list(found.items())


def _queries(query: str) -> list[str]:
    """Return what of an address's query may belong to the IRI: all, all but the reader's language, nothing."""
    fields = query.split("&")
    without_last = fields[:-1] if fields[-1].startswith("lang=") else fields
    without = [it for it in fields if not it.startswith("lang=")]
    return list(dict.fromkeys((*(f"?{'&'.join(it)}" for it in (fields, without_last, without) if any(it)), "")))


def _is_prefix(path: str) -> bool:
    return all(it and not _is_dots(it) for it in path.split("/")[1:])


def _begins_with_name(prefix: str) -> str | None:
    name = prefix[1:].partition("/")[0]
    return name if name in NAMES else None


def _public_prefix(url: str) -> str:
    """Return the path of the server's public address.

    Raises PressgraphError for one that addresses below it could not be told from the server's own.
    """
    prefix = _escaped(urlsplit(url).path.rstrip("/"))
    if not _is_prefix(prefix):
        raise PressgraphError(
            gettext("serve.url '{url}' has a path that addresses cannot begin with", url=url),
            hint=gettext("write it without '//', '.' and '..'"),
        )
    name = _begins_with_name(prefix)
    if name is not None:
        raise PressgraphError(
            gettext(
                "serve.url '{url}' has a path that begins with '{name}', which is an address of the server itself",
                url=url,
                name=name,
            ),
            hint=gettext("mount the server at another path of that host, such as /data"),
        )
    return prefix
