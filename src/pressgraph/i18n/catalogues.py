"""The catalogues of messages: gettext's, one for each language, in `locale/de/LC_MESSAGES/pressgraph.mo`."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.languages import lookup

if TYPE_CHECKING:
    from gettext import NullTranslations

DOMAIN = "pressgraph"
LOCALE = Path(__file__).parent / "locale"
PATH_VARIABLE = "PRESSGRAPH_LOCALE"
"""Names folders with further catalogues; what they hold goes before our own."""


def languages() -> tuple[str, ...]:
    """Return the tags of the languages that messages are written in: English, then those that have a catalogue."""
    return ("en", *_files(os.environ.get(PATH_VARIABLE, "")))


def translate(language: str, message: str, plural: str | None, context: str | None, count: int) -> str:
    """Return how the catalogue of a language has a message; an empty text where it does not have it."""
    path = os.environ.get(PATH_VARIABLE, "")
    files = _files(path)
    tag = lookup(language, ("en", *files)) or ""
    if tag not in files:
        return ""
    catalogue = _catalogue(path, tag)
    if plural is not None:
        return catalogue.ngettext(message, plural, count)
    return catalogue.gettext(message) if context is None else catalogue.pgettext(context, message)


def folder_of(language: str) -> Path | None:
    """Return the folder of the catalogue that is best for a language, such as `locale/de`; None for English."""
    files = _files(os.environ.get(PATH_VARIABLE, ""))
    tag = lookup(language, ("en", *files)) or ""
    return files[tag][0].parents[1] if tag in files else None


@lru_cache(maxsize=8)
def _files(path: str) -> dict[str, list[Path]]:
    """Return the catalogues' files by language tag."""
    files: dict[str, list[Path]] = {}
    for folder in (*map(Path, filter(None, path.split(os.pathsep))), LOCALE):
        for file in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
            # folders are named as gettext's are: pt_BR
            files.setdefault(file.parents[1].name.replace("_", "-"), []).append(file)
    return dict(sorted(files.items()))


@lru_cache(maxsize=8)
def _catalogue(path: str, tag: str) -> NullTranslations:
    files = _files(path)[tag]
    from gettext import GNUTranslations, NullTranslations

    class Missing(NullTranslations):
        """What is asked when no catalogue has a message."""

        def gettext(self, message: str) -> str:  # noqa: ARG002 - the interface
            return ""

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the interface
            return ""

        def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - the interface
            return ""

    catalogues: list[NullTranslations] = []
    for file in files:
        with file.open("rb") as stream:
            catalogues.append(GNUTranslations(stream))
    for catalogue in catalogues[1:]:
        catalogues[0].add_fallback(catalogue)
    catalogues[0].add_fallback(Missing())
    return catalogues[0]
