"""A report for a terminal, drawn by `terminal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Report


def text(report: Report, options: Options) -> str:
    """Return a report as text; one without findings is empty."""
    if report.is_empty:
        return ""
    # rich takes as long to import as a small project to validate
    from pressgraph.validation.formats.terminal import draw

    return draw(report, options)
