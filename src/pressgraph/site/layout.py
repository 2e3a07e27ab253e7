"""Where a site shows what: the folder of each IRI's page, and the references between pages.

A page is the file `index.html` of a folder, so that its address ends in a slash on every host. All references are
relative, so that a site works below any path:

    doc/agent/x/index.html      the page about the id agent/x, beside it index.ttl and index.jsonld
    labels/level/silver/        a list, here of one value of a facet; its next page is in page-2/
    links/doc/agent/x/          all that leads to it, where its page cannot show it; next in links/page-2/doc/agent/x/
    de/doc/agent/x/index.html   the same page in another language than the project's
    doc/document/y/#fact-1a2b   a fact: a place on the page of its source
    ontology/cluster/#Award     a term of the profile; ontology/vocab/level/silver/ a concept
    terms/schema/name/          a term of somebody else, and how it is used here
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from pressgraph.dataset import GraphNames
from pressgraph.project.model import DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pressgraph.pages.profile_documents import ProfileDocuments
    from pressgraph.profile import Profile
    from pressgraph.project import Project

PAGE = "index.html"
DATA = {"turtle": "index.ttl", "jsonld": "index.jsonld"}
"""The files beside a page that say the same as data, by serialization."""
CALENDAR = "index.ics"
"""The file beside the page of a label that says when it ends."""
_RESERVED = frozenset({PAGE, CALENDAR, *DATA.values()})
_LONGEST = 120
"""File systems take names of 255 bytes; a temporary name beside one is longer than it."""
_HASHED = 12
_MOST_KEPT = 8192
"""Paths that are kept as they are written, as pages link to the same ones."""
_PLAIN = re.compile(r"[^/\x00-\x1f\x7f\\]+")
_NEXT_PAGE = re.compile(r"~*page-[0-9]+")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~/-]*")
"""What most paths are made of, which stands in addresses as it is (RFC 3986, 2.3)."""
_SAFE = "-._~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Spot:
    """A page, as its folder below the site ('' or with a slash at its end), and a place on it."""

    folder: str
    fragment: str = ""


NOWHERE = Spot("\0")
"""What stands for IRIs of the project that no page is about: conclusions from several sources, places in texts."""


class Layout:
    """The pages of a project's site. `languages` are those of the pages, the one without a folder of its own first."""

    def __init__(
        self, project: Project, profile: Profile, defined: ProfileDocuments, languages: tuple[str, ...], url: str
    ) -> None:
        self.languages = languages
        self.url = url
        """The address of the first page; it ends in a slash."""
        self.base = project.base
        self.id_base = project.id_base
        self._graphs = GraphNames(id_base=project.id_base)
        self._profile = profile
        self._defined = defined
        self.roots = tuple(dict.fromkeys((project.base, DEFAULT_BASE)))
        self.namespaces = _namespaces(defined, self.roots)
        """The namespaces with a page, by their IRIs without a sign at the end."""
        self.concepts = sorted(
            {it for namespace in self.namespaces.values() for it in defined.terms(namespace) if "#" not in it}
            - self.namespaces.keys()
            - defined.versions.keys()
        )
        """The terms that have a page of their own."""
        paths = (it.removeprefix(next(filter(it.startswith, self.roots))) for it in (*self.namespaces, *self.concepts))
        self.defined_folders = frozenset(f"ontology/{folder_of(it)}" for it in paths)
        self.place({}, {}, ())

    def place(self, others: Mapping[str, str], sources: Mapping[str, str], linked: Collection[str]) -> None:
        """Take what has a place because of the graph.

        `others` are the folders of the pages about IRIs of others, and about terms that share the page of their
        namespace; `sources` are those of the pages of sources, by what their graphs call them; to the IRIs that are
        `linked` leads more than their pages show.
        """
        self.others, self._sources, self._linked = others, sources, linked
        self.spot = lru_cache(_MOST_KEPT)(self._spot)

    def _spot(self, iri: str) -> Spot | None:
        """Return where an IRI of the project or the profile is shown, NOWHERE or not; None for IRIs of others."""
        if iri.startswith(self.roots) and self._defined.defines(iri):
            return self._term(iri)
        if iri.startswith(self.id_base):
            return self._thing(iri.removeprefix(self.id_base))
        return None

    def _term(self, iri: str) -> Spot:
        iri = self._defined.versions.get(iri, iri)
        root = next(it for it in self.roots if iri.startswith(it))
        path, _, fragment = iri.removeprefix(root).partition("#")
        folder = f"ontology/{folder_of(path)}"
        return Spot(folder, fragment) if folder in self.defined_folders else NOWHERE

    def _thing(self, name: str) -> Spot:
        graphs = self._graphs
        iri = self.id_base + name
        if iri == graphs.profile:
            return NOWHERE
        if iri.startswith(graphs.facts):
            source, _, last = iri.removeprefix(graphs.facts).rpartition("/")
            return self._source(source, "" if last == "source" else f"fact-{last}")
        if iri.startswith(graphs.evidence):
            return NOWHERE
        behind = graphs.source_behind(iri)
        if behind is not None:
            return self._source(behind)
        return Spot(f"doc/{folder_of(name)}") if name else NOWHERE

    def _source(self, source: str, fragment: str = "") -> Spot:
        folder = self._sources.get(source)
        return NOWHERE if folder is None else Spot(folder, fragment)

    def is_thing(self, iri: str) -> bool:
        """Tell whether an IRI is that of a thing, not of a graph, a receipt or the evidence of one."""
        graphs = self._graphs
        return (
            iri.startswith(self.id_base)
            and iri not in {self.id_base, graphs.profile}
            and not iri.startswith((*graphs.of_sources, graphs.evidence))
            and not self._defined.defines(iri)
        )

    def has_page(self, iri: str) -> bool:
        """Tell whether an IRI of the project or the profile has a page of its own."""
        spot = self.spot(iri)
        return spot is not None and spot is not NOWHERE and not spot.fragment

    def other(self, iri: str) -> str:
        """Return the folder for what is known of an IRI of others, or of a term that shares its page."""
        curie = self._profile.curie(iri)
        if curie is not None and "/" not in curie:
            prefix, _, local = curie.partition(":")
            return f"terms/{folder_of(prefix)}{folder_of(local)}"
        return f"terms/other/{_digest(iri)}/"

    def in_list(self, kind: str, facet: str = "", value: str = "", number: int = 1) -> str:
        """Return the folder of a page of a list."""
        return _folder_in_list(kind, facet, value, number)

    def in_links(self, iri: str, number: int = 1) -> str:
        """Return the folder of a page of all that leads to an IRI; empty where there is none."""
        if iri not in self._linked:
            return ""
        spot = self.spot(iri)
        folder = self.others.get(iri) or (spot.folder if spot is not None else "")
        return f"links/{folder}" if number == 1 else f"links/page-{number}/{folder}"

    def in_language(self, language: str) -> str:
        """Return the folder of the pages in a language."""
        return "" if language == self.languages[0] else f"{language}/"

    def address(self, folder: str, language: str, fragment: str = "") -> str:
        """Return the absolute address of a page."""
        return f"{self.url}{quoted(self.in_language(language) + folder)}" + (f"#{quoted(fragment)}" if fragment else "")


def _namespaces(defined: ProfileDocuments, roots: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    # of hash IRIs and slash IRIs with one beginning, the former are what is described there, as on a server
    for namespace in sorted(defined.namespaces - set(roots)):
        if namespace.startswith(roots):
            found.setdefault(namespace.rstrip("#/"), namespace)
    return found


@lru_cache(_MOST_KEPT)
def folder_of(path: str) -> str:
    """Return the folder for a path of an IRI: a name that file systems take for each of its segments.

    >>> folder_of("agent/example"), folder_of("agent/x%20%C3%A4/index.html")
    ('agent/example/', 'agent/x ä/~index.html/')
    """
    return "".join(f"{_name(it)}/" for it in path.split("/") if it)


@lru_cache(_MOST_KEPT)
def _folder_in_list(kind: str, facet: str, value: str, number: int) -> str:
    parts = folder_of(value).split("/")[:-1] if facet else ()
    # what is called as the next pages are is something else
    named = (f"~{it}/" if _NEXT_PAGE.fullmatch(it) else f"{it}/" for it in parts)
    folder = "".join((f"{kind}/", *((f"{facet}/", *named) if facet else ())))
    return folder if number == 1 else f"{folder}page-{number}/"


def _name(segment: str) -> str:
    try:
        text = unicodedata.normalize("NFC", unquote_to_bytes(segment).decode())
    except UnicodeDecodeError:
        return f"~{_digest(segment)}"
    if text in _RESERVED:
        return f"~{text}"
    # names that begin with a dot are hidden or special, and one with a tilde would be taken for ours
    if not _PLAIN.fullmatch(text) or text[0] in ".~" or text[-1] in ". " or len(text.encode()) > _LONGEST:
        return f"~{_digest(segment)}"
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASHED]


@lru_cache(_MOST_KEPT)
def quoted(path: str) -> str:
    """Return a path of files as it stands in addresses.

    >>> quoted("doc/agent/x ä/")
    'doc/agent/x%20%C3%A4/'
    """
    if _UNRESERVED.fullmatch(path):
        return path
    return "/".join(quote(it, safe=_SAFE) for it in path.split("/"))


def reference(here: str, there: str, fragment: str = "") -> str:
    """Return the relative reference from a page in the folder `here` to a folder or file `there`.

    >>> reference("doc/agent/x/", "doc/agent/y/"), reference("", ""), reference("de/", "de/", "a")
    ('../y/', './', '#a')
    """
    mark = f"#{quoted(fragment)}" if fragment else ""
    if here == there:
        return mark or "./"
    ours = here.split("/")[:-1]
    same = length = 0
    for one, other in zip(ours, there.split("/")[:-1], strict=False):
        if one != other:
            break
        same += 1
        length += len(one) + 1
    path = quoted(there[length:])
    climbed = "../" * (len(ours) - same)
    # a first name with a colon would be read as a scheme (RFC 3986, 4.2)
    start = climbed or ("./" if not path or ":" in path.partition("/")[0] else "")
    return f"{start}{path}{mark}"
