"""What commands share that show a validation report."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pressgraph.cli.common import use_color

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.project import Project
    from pressgraph.validation.formats import Options

FORMS = ["text", "json", "sarif", "html", "turtle"]
LIMITS = ["violation", "warning", "info"]
_PIPE_WIDTH = 100


def report_options(
    project: Project, language: str, output: Path | None = None, *, technical: bool = False, every: bool = False
) -> Options:
    """Return how to write a report here: the reader's language, the terminal's width, and its colours on a terminal."""
    from pressgraph.validation.formats import Options
    from pressgraph.version import __version__

    return Options(
        language=language,
        root=project.root,
        width=max(40, shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns),
        color=use_color() and (output is None or str(output) == "-"),
        technical=technical,
        every=every,
        version=__version__,
    )
