"""How the project's dataset is described where it is published: the section `[publish]` of its configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pressgraph.i18n import gettext

KEYS: dict[str, type | tuple[type, ...]] = {
    "licence": str,
    "publisher": str,
    "contact": str,
    "title": str,
    "description": str,
    "keywords": list,
    "url": str,
}
"""The keys that describe the dataset, and their types."""

_CC = "https://creativecommons.org/"
LICENCES = {
    "CC0-1.0": f"{_CC}publicdomain/zero/1.0/",
    **{
        f"CC-{name}-4.0": f"{_CC}licenses/{name.lower()}/4.0/"
        for name in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
    },
    "PDDL-1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
    "ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
"""Licences of data by their SPDX identifiers (https://spdx.org/licenses/)."""

_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
SITE_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+")
"""The addresses that pages can be published at."""
_CONTACT = re.compile(r"mailto:[^\s<>\"{}|\\^`@]+@[^\s<>\"{}|\\^`@]+|https?://[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is said of the dataset; nothing is said of what is not known."""

    licence: str | None = None
    """The IRI of the licence."""
    publisher: str | None = None
    """The IRI of who publishes it."""
    contact: str | None = None
    """Whom to ask: a `mailto:` or http(s) address."""
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    language: str = "en"
    """The language of title, description and keywords."""
    url: str = ""
    """The address that the pages are published at, without a slash at its end; empty: nobody says it."""

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return any((self.licence, self.publisher, self.contact, self.title, self.description, self.keywords))


def publication(table: dict[str, Any], *, publisher: str | None, language: str) -> Publication:
    """Read what `[publish]` says of the dataset, of values of the right types; `publisher` is its IRI.

    Raises ValueError with what is wrong and a hint.
    """
    licence = table.get("licence")
    if licence is not None:
        licence = {name.lower(): iri for name, iri in LICENCES.items()}.get(licence.lower(), licence)
        if not _ADDRESS.fullmatch(licence):
            raise ValueError(
                gettext(
                    "publish.licence '{value}' is neither the address of a licence nor a name of one", value=licence
                ),
                gettext("known: {words}", words=", ".join(LICENCES)),
            )
    contact = table.get("contact")
    if contact is not None and not _CONTACT.fullmatch(contact):
        raise ValueError(
            gettext("publish.contact '{value}' is no address", value=contact),
            gettext("such as mailto:data@example.org or https://example.org/contact"),
        )
    url = table.get("url", "")
    if url and not SITE_ADDRESS.fullmatch(url):
        raise ValueError(
            gettext("publish.url '{url}' is not an http(s) address", url=url),
            gettext("such as https://data.example.org/"),
        )
    return Publication(
        url=url.rstrip("/"),
        licence=licence,
        publisher=publisher,
        contact=contact,
        title=table.get("title") or None,
        description=table.get("description") or None,
        keywords=tuple(table.get("keywords", ())),
        language=language,
    )
