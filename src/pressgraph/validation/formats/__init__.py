"""The forms of a validation report: one table, one function each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.spelling import did_you_mean
from pressgraph.validation.formats.as_html import html
from pressgraph.validation.formats.as_json import json_report
from pressgraph.validation.formats.as_sarif import sarif
from pressgraph.validation.formats.as_text import text
from pressgraph.validation.formats.as_turtle import turtle
from pressgraph.validation.formats.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePath

    from pressgraph.validation.report import Report

__all__ = ["FORMATS", "Options", "ReportFormat", "report_format", "write_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """A form of a report."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Report, Options], str]


FORMATS = {
    it.name: it
    for it in (
        ReportFormat(name="text", suffixes=(".txt",), write=text),
        ReportFormat(name="json", suffixes=(".json",), write=json_report),
        ReportFormat(name="sarif", suffixes=(".sarif",), write=sarif),
        ReportFormat(name="html", suffixes=(".html", ".htm"), write=html),
        ReportFormat(name="turtle", suffixes=(".ttl",), write=turtle),
    )
}


def report_format(name: str | None, path: PurePath | None = None) -> ReportFormat:
    """Return the form of a name, else of a file's suffix, else text.

    Raises PressgraphError.
    """
    if name is None:
        suffix = path.suffix.lower() if path is not None else ""
        return next((form for form in FORMATS.values() if suffix in form.suffixes), FORMATS["text"])
    if name not in FORMATS:
        raise PressgraphError(
            gettext("'{name}' is not a form of report", name=name),
            hint=did_you_mean(name, FORMATS, otherwise=gettext("known: {words}", words=", ".join(FORMATS))),
        )
    return FORMATS[name]


def write_report(report: Report, name: str, options: Options) -> str:
    """Return a report in the form of a name."""
    return report_format(name).write(report, options)
