"""The lists of a site, and those of what leads to a thing: their pages, and what changes with what each shows."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.pages.view.listing import LISTS, PAGE
from pressgraph.pages.view.pointing import PAGE as LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.pages.describe import Describer
    from pressgraph.pages.view.pointing import Pointing

_BETWEEN = "\t"


class ListAt(NamedTuple):
    """A page of a list: of all things, or of those with a value of a facet; pages are counted from 1."""

    kind: str
    facet: str = ""
    value: str = ""
    number: int = 1

    @property
    def key(self) -> str:
        """What stands for it where pages of things have an IRI."""
        return _BETWEEN.join((self.kind, self.facet, self.value, str(self.number)))

    @classmethod
    def of(cls, key: str) -> ListAt:
        """Return the page that a key stands for."""
        kind, facet, value, number = key.split(_BETWEEN)
        return cls(kind, facet, value, int(number))


class LinksAt(NamedTuple):
    """A page of all that leads to an IRI; pages are counted from 1."""

    iri: str
    number: int = 1

    @property
    def key(self) -> str:
        """What stands for it where pages of things have an IRI."""
        return _BETWEEN.join((self.iri, str(self.number)))

    @classmethod
    def of(cls, key: str) -> LinksAt:
        """Return the page that a key stands for."""
        iri, number = key.split(_BETWEEN)
        return cls(iri, int(number))


def links_digests(pointing: Pointing, iri: str, languages: Sequence[str]) -> list[str]:
    """Return a digest of what each page of all that leads to an IRI shows in some languages."""
    found = [pointing.to(iri, it) for it in languages]
    number = len(found[0])
    return [_digest((number, [it[at : at + LINKS] for it in found])) for at in range(0, number, LINKS)]


def list_pages(describer: Describer, today: str) -> Iterator[tuple[ListAt, str]]:
    """Yield the pages of all lists, each with a digest of which things it shows, and how many of what there are."""
    for kind in LISTS:
        listing = describer.listing
        numbers = _digest(listing.numbers(kind, today))
        for facet, value, things, letters in listing.contents(kind, today):
            if _BETWEEN in value:
                # no address of a site is made of it
                continue
            for at in range(0, max(1, len(things)), PAGE):
                shown = _digest((things[at : at + PAGE], len(things), letters))
                yield ListAt(kind, facet, value, at // PAGE + 1), f"{numbers}{shown}"


def _digest(value: object) -> str:
    return f"{zlib.crc32(repr(value).encode('utf-8', 'surrogatepass')):08x}"


def patterns_of_lists(before: Mapping[str, str], after: Mapping[str, str]) -> set[int]:
    """Return what pages of lists note, for those that show other things now."""
    return {noted(key) for key, digest in after.items() if before.get(key) != digest}


def noted(key: str) -> int:
    """Return what a page of a list notes as read."""
    return zlib.crc32(f"list {key}".encode())
