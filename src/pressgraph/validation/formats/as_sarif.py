"""A report as SARIF 2.1.0 (OASIS), which code hosts show beside the lines."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pressgraph.validation.explain.rules import page_of
from pressgraph.validation.formats.frames import extent, in_table, line_at
from pressgraph.validation.report import Severity

if TYPE_CHECKING:
    from pressgraph.errors import Place
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(report: Report, options: Options) -> str:
    """Return a report as a SARIF log with one run."""
    findings = report.findings(options.language)
    rules: dict[str, dict[str, Any]] = {}
    for it in sorted(findings, key=lambda finding: (finding.rule, finding.message)):
        rules.setdefault(it.rule, _rule(it))
    order = {name: index for index, name in enumerate(rules)}
    driver: dict[str, Any] = {
        "name": "pressgraph",
        "informationUri": "https://w3id.org/pressgraph/",
        "rules": list(rules.values()),
    }
    if options.version:
        driver["version"] = options.version
    run = {
        "tool": {"driver": driver},
        "language": options.language,
        # columns count Unicode code points, 3.14.27
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "the project's folder"}}},
        "results": [_result(finding, order[finding.rule], options) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": finding.rule, "defaultConfiguration": {"level": _LEVELS[finding.severity]}}
    address = page_of(finding.rule, finding.result.shape if finding.result is not None else None)
    if address is not None:
        rule["helpUri"] = address
    if finding.result is not None:
        rule["shortDescription"] = {"text": finding.message}
        rule["properties"] = {
            "shape": finding.result.shape,
            "component": finding.result.component,
        }
    return rule


def _result(finding: Finding, index: int, options: Options) -> dict[str, Any]:
    sentences = [finding.message, *([f"({finding.hint})"] if finding.hint else []), *finding.notes]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": " ".join(sentences)},
        "partialFingerprints": {"pressgraph/v1": _fingerprint(finding)},
    }
    location: dict[str, Any] = {}
    if finding.place is not None:
        location["physicalLocation"] = _physical(finding.place, options)
    logical = [{"fullyQualifiedName": finding.about, "kind": "resource"}] if finding.about else []
    if finding.place is not None and in_table(finding.place):
        logical.append({"fullyQualifiedName": str(finding.place), "kind": "cell"})
    if logical:
        location["logicalLocations"] = logical
    if location:
        result["locations"] = [location]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(place, options), "message": {"text": note}}
            for number, (place, note) in enumerate(finding.related, start=1)
        ]
    if finding.allowed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.allowed}]
    if finding.result is not None:
        result["properties"] = {
            key: value
            for key, value in (
                ("focusNode", finding.result.focus),
                ("resultPath", finding.result.path),
                ("value", finding.result.value),
            )
            if value is not None
        }
    return result


def _fingerprint(finding: Finding) -> str:
    """Identify a finding when lines have moved: by rule, file, thing and value."""
    parts = (
        finding.rule,
        finding.place.file if finding.place is not None else "",
        finding.about or "",
        finding.value or "",
        finding.message if finding.result is None else "",
    )
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]


def _physical(place: Place, options: Options) -> dict[str, Any]:
    name = PurePath(place.file)
    if name.is_absolute():
        artifact: dict[str, Any] = {"uri": name.as_uri()}
    else:
        artifact = {"uri": quote(os.fsencode(name.as_posix())), "uriBaseId": "ROOT"}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if in_table(place):
        # its rows are lines only in a delimited file, and there only while no cell has two
        if PurePath(place.file).suffix.lower() in {".csv", ".tsv"} and place.line:
            physical["region"] = {"startLine": place.line}
    elif place.line:
        region: dict[str, Any] = {"startLine": place.line}
        if place.column:
            region["startColumn"] = place.column
            line = line_at(place, options)
            if line is not None:
                region["endColumn"] = place.column + extent(line, place.column, place.file)
                region["snippet"] = {"text": line}
        physical["region"] = region
    return physical
