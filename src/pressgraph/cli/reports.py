"""What commands share that show a validation report."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import use_color

if TYPE_CHECKING:
    from pressgraph.project import Project
    from pressgraph.validation.formats import Options

FORMS = ["text", "json", "sarif", "html", "turtle"]
LIMITS = ["violation", "warning", "info"]
_LANGUAGES = ("en", "de")
_PIPE_WIDTH = 100

language_option = click.option(
    "--lang", metavar="TAG", help="The language of messages; by default the locale's, else the project's."
)


def report_options(
    project: Project, language: str | None = None, *, technical: bool = False, every: bool = False
) -> Options:
    """Return how to write a report here: the reader's language, the terminal's width and colours."""
    from pressgraph import __version__
    from pressgraph.validation.formats import Options

    return Options(
        language=language or locale_language() or project.language,
        root=project.root,
        width=max(40, shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns),
        color=use_color(),
        technical=technical,
        every=every,
        version=__version__,
    )


def locale_language() -> str | None:
    """Return the locale's language where messages are written in it (POSIX: the first of these that is set counts)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            tag = value.partition(".")[0].partition("_")[0].lower()
            return tag if tag in _LANGUAGES else None
    return None
