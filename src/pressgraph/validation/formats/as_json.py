"""A report as JSON; its schema is docs/validation-report.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pressgraph.errors import Place
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

VERSION = 1


def json_report(report: Report, options: Options) -> str:
    """Return a report as a JSON object with sorted findings."""
    document = {
        "version": VERSION,
        "language": options.language,
        "conforms": report.conforms,
        "engine": report.engine,
        "files": report.files,
        "facts": report.facts,
        "counts": {
            **{severity.name.lower(): count for severity, count in report.counts.items()},
            "allowed": len(report.allowed),
        },
        "findings": [_finding(finding) for finding in report.findings(options.language)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    written: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        "message": finding.message,
        "hint": finding.hint,
        "notes": list(finding.notes),
        "place": _place(finding.place) if finding.place is not None else None,
        "about": finding.about,
        "value": finding.value,
        "evidence": [list(span) for span in finding.evidence],
        "words": list(finding.words),
        "source": finding.source,
        "related": [{**_place(place), "note": note} for place, note in finding.related],
        "allowed": finding.allowed,
    }
    if finding.result is not None:
        details = {
            "focusNode": finding.result.focus,
            "resultPath": finding.result.path,
            "value": finding.result.value,
            "sourceShape": finding.result.shape,
            "sourceConstraintComponent": finding.result.component,
        }
        written["shacl"] = {name: value for name, value in details.items() if value is not None}
    return {name: value for name, value in written.items() if value not in (None, [], ())}


def _place(place: Place) -> dict[str, Any]:
    written: dict[str, Any] = {"file": place.name}
    if place.line:
        written["line"] = place.line
    if place.column:
        written["column"] = place.column
    if place.sheet:
        written["sheet"] = place.sheet
    if place.header:
        written["header"] = place.header
    return written
