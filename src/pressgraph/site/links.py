"""The references on one page of a site: to pages of IRIs, to what a server has at fixed addresses, to files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from pressgraph.pages.view.listing import LISTS
from pressgraph.site.layout import NOWHERE, folder_of, quoted, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pressgraph.site.assets import Assets
    from pressgraph.site.layout import Layout

_FILES = {"/void": "void.ttl", "/feed.xml": "feed.xml", "/calendar.ics": "calendar.ics", "/store": "graph.ttl"}
_IN_LANGUAGES = {"/opensearch.xml": "opensearch.xml"}
"""What a server answers by itself, and a site has as a file."""
_PAGES = {"/": "", "/sparql": "query/", "/search": "search/"}


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of the page in a folder and a language, as the templates ask for them."""

    layout: Layout
    assets: Assets
    folder: str
    language: str
    note: Callable[[str], object] = str
    """Told of the IRIs of others that a reference was asked for."""
    absolute: bool = False
    """Whether references are whole paths: of a page that may be shown at any address."""
    known: dict[str, str | None] = field(default_factory=dict, repr=False)
    """The references to IRIs that were asked for already, which are the same in all languages."""

    @property
    def _here(self) -> str:
        return self.layout.in_language(self.language) + self.folder

    def page(self, folder: str, language: str | None = None, fragment: str = "") -> str:
        """Return the reference to a page, in this one's language where no other one is named."""
        there = self.layout.in_language(self.language if language is None else language) + folder
        return self._reference(there, fragment)

    def _reference(self, there: str, fragment: str = "") -> str:
        if self.absolute:
            return f"{urlsplit(self.layout.url).path}{quoted(there)}"
        return reference(self._here, there, fragment)

    def file(self, name: str) -> str:
        """Return the reference to a file, which is the same for all languages."""
        return self._reference(name)

    def asset(self, name: str) -> str:
        """Return the reference to a file that pages need: its name changes with it. Empty where there is none."""
        known = self.assets.name(name)
        return self.file(known) if known else ""

    def own(self, iri: str) -> str | None:
        """Return the reference to the page of an IRI of the project or the profile; None for those of others."""
        if iri not in self.known:
            spot = self.layout.spot(iri)
            self.known[iri] = (
                None if spot is None else "" if spot is NOWHERE else self.page(spot.folder, fragment=spot.fragment)
            )
        return self.known[iri]

    def about(self, iri: str) -> str:
        """Return the reference to what is known of an IRI, of whomever it is; empty where no page says it."""
        self.note(iri)
        folder = self.layout.others.get(iri)
        return self.page(folder) if folder is not None else self.own(iri) or ""

    def app(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]] = ()) -> str:
        """Return the reference to what a server has at an address."""
        values = dict(fields)
        if path == "/about":
            return self.about(values["iri"])
        if path == "/links":
            folder = self.layout.in_links(values["iri"], int(values.get("page", "1")))
            return self.page(folder) if folder else ""
        if path == "/sparql" and "saved" in values:
            return self.page(f"query/{folder_of(values['saved'])}")
        if path == "/sparql" and values:
            # its script puts the query into the form
            return f"{self.page(_PAGES[path])}?{urlencode(values, quote_via=quote)}"
        if (kind := path.removeprefix("/")) in LISTS:
            number = int(values.pop("page", "1"))
            facet, value = next(iter(values.items()), ("", ""))
            return self.page(self.layout.in_list(kind, facet, value, number))
        if path in _PAGES:
            return self.page(_PAGES[path])
        if path in _IN_LANGUAGES:
            return self.file(self.layout.in_language(self.language) + _IN_LANGUAGES[path])
        if path in _FILES:
            return self.file(_FILES[path])
        return self.page(f"ontology/{folder_of(path)}")
