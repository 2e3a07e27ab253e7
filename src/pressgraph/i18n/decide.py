"""Decide which language a run speaks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pressgraph.i18n.catalogues import languages
from pressgraph.languages import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping


def language_of_run(chosen: str | None, stated: str | None) -> str:
    """Return the language that was asked for (`--lang`), else the one that the project states, else the locale's.

    English where all are silent. A language that has no catalogue may be asked for: its texts among the data are
    shown, and messages in English.
    """
    return chosen or stated or locale_language() or "en"


def locale_language(environment: Mapping[str, str] | None = None) -> str | None:
    """Return the language of the locale where messages are written in it.

    The first of LC_ALL, LC_MESSAGES and LANG that is set counts (POSIX.1-2024, 8.2).

    >>> locale_language({"LANG": "de_AT.UTF-8"}), locale_language({"LC_ALL": "C", "LANG": "de_DE"})
    ('de', None)
    """
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return lookup(value.partition(".")[0].partition("@")[0].replace("_", "-"), languages())
    return None
