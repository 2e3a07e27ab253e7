"""How the project's dataset is described where it is published: the section `[publish]` of its configuration."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.i18n import gettext
from pressgraph.project.colours import READABLE, colour, contrast

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

KEYS: dict[str, type | tuple[type, ...]] = {
    "licence": str,
    "publisher": str,
    "contact": str,
    "title": str,
    "description": str,
    "keywords": list,
    "url": str,
    "logo": str,
    "logos": dict,
    "accent": str,
    "imprint": str,
    "privacy": str,
    "accessibility": str,
}
"""The keys that describe the dataset and its pages, and their types."""
_PAGES = ("imprint", "privacy", "accessibility")

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
_PAGE = re.compile(r"(?:https?://[^\s<>\"]+|/(?!/)[^\s<>\"\\]*)")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"}
"""What pictures begin with, by suffix: no SVG, which is a program."""
_LARGEST_PICTURE = 256 * 1024
_CONTACT = re.compile(r"mailto:[^\s<>\"{}|\\^`@]+@[^\s<>\"{}|\\^`@]+|https?://[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of the project; `suffix` says which kind it is."""

    suffix: str
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called among other pictures: by its content."""
        return f"logo-{hashlib.sha256(self.content).hexdigest()[:12]}{self.suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is said of the dataset, and how its pages look; nothing is said of what is not known."""

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
    logo: Picture | None = None
    logos: Mapping[str, Picture] = field(default_factory=dict)
    """Pictures of organisations, by id."""
    accent: str | None = None
    """The colour of links and buttons, `#rrggbb`: one that can be read on white."""
    imprint: str = ""
    privacy: str = ""
    accessibility: str = ""
    """Addresses of pages that every page links to."""

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return any((self.licence, self.publisher, self.contact, self.title, self.description, self.keywords))


def publication(table: dict[str, Any], *, root: Path, publisher: str | None, language: str) -> Publication:
    """Read what `[publish]` says of the dataset, of values of the right types; `publisher` is its IRI.

    Paths are below the folder `root`.

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
        logo=_picture(root, "logo", table["logo"]) if table.get("logo") else None,
        logos=_logos(root, table.get("logos", {}), table.get("withhold", ())),
        accent=_accent(table["accent"]) if table.get("accent") else None,
        **{name: _page(name, table.get(name, "")) for name in _PAGES},
    )


def _page(name: str, address: str) -> str:
    if address and not _PAGE.fullmatch(address):
        raise ValueError(
            gettext("publish.{name} '{address}' is not an address", name=name, address=address),
            gettext("such as https://example.org/imprint"),
        )
    return address


def _accent(text: str) -> str:
    hint = gettext('six hexadecimal digits, such as accent = "#0b5364"')
    if not _COLOUR.fullmatch(text):
        raise ValueError(gettext("publish.accent '{colour}' is not a colour", colour=text), hint)
    if contrast(colour(text), (255, 255, 255)) < READABLE:
        raise ValueError(
            gettext("publish.accent '{colour}' cannot be read on white", colour=text),
            gettext("take a darker one: WCAG 2.2 asks for a contrast of 4.5"),
        )
    return text.lower()


def _logos(root: Path, files: dict[str, Any], withheld: Collection[str]) -> dict[str, Picture]:
    """Return the pictures of organisations; of one that is withheld by name, there is none."""
    found = {}
    for name, file in files.items():
        if not isinstance(file, str):
            raise ValueError(  # noqa: TRY004 - wrong in the configuration, as all else is
                gettext("publish.logos '{name}' is not the name of a file", name=name),
                gettext('such as "agent/example-cluster" = "logos/example.png"'),
            )
        if name not in withheld:
            found[name] = _picture(root, "logos", file)
    return found


def _picture(root: Path, key: str, name: str) -> Picture:
    place = root / name
    if not place.resolve().is_relative_to(root.resolve()):
        raise ValueError(gettext("publish.{key} '{file}' is not in the project's folder", key=key, file=name), "")
    try:
        content = place.read_bytes()
    except OSError as error:
        raise ValueError(
            gettext("publish.{key} '{file}' cannot be read", key=key, file=name),
            gettext("name a file of the project's folder"),
        ) from error
    suffix = next((it for it, begin in _PICTURES.items() if content.startswith(begin)), None)
    if suffix is None or (suffix == ".webp" and content[8:12] != b"WEBP"):
        raise ValueError(
            gettext("publish.{key} '{file}' is no picture that pages show", key=key, file=name),
            gettext("PNG, JPEG or WebP"),
        )
    if len(content) > _LARGEST_PICTURE:
        raise ValueError(
            gettext("publish.{key} '{file}' is too large", key=key, file=name),
            gettext("at most {size} KiB", size=_LARGEST_PICTURE // 1024),
        )
    return Picture(suffix=suffix, content=content)
