"""A report as one page, drawn by the template `report.html`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.i18n import gettext, languages
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it
from pressgraph.languages import lookup
from pressgraph.validation.formats.folding import by_file, folded
from pressgraph.validation.formats.frames import cell_at, extent, in_table, line_at
from pressgraph.validation.report import counted, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Template

    from pressgraph.errors import Place
    from pressgraph.validation.formats.folding import FoldedFinding
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

_WORDS = {
    "title": N_("Validation report"),
    "looked": N_("Looked at {files} and {facts}."),
    "fine": N_("Everything conforms."),
    "counts": N_("What was found"),
    "nowhere": N_("Without a place in a file"),
    "allowed": N_("Allowed, with a reason"),
    "line": N_("line {line}"),
    "column": N_("line {line}, column {column}"),
    "hint": N_("Help"),
    "also": N_("The same in {count} more places"),
    "evidence": N_("Read from {source}, characters {spans}"),
    "technical": N_("Technical detail"),
    "reason": N_("Reason: {reason}"),
    "rule": N_("Rule"),
    "thing": N_("Thing"),
    "code": N_("The line in the file"),
}


def html(report: Report, options: Options) -> str:
    """Return a report as an HTML page."""
    findings = report.findings(options.language)
    shown = [finding for finding in findings if finding.allowed is None]

    def say(name: str, **values: object) -> str:
        return gettext(_WORDS[name], **values).to(options.language)

    def where(place: Place) -> str:
        if in_table(place):
            return str(place).removeprefix(f"{place.name}:")
        if place.column:
            return say("column", line=place.line, column=place.column)
        return say("line", line=place.line) if place.line else place.name

    def details(finding: Finding) -> Iterator[tuple[str, str]]:
        yield say("rule"), finding.rule
        if finding.about:
            yield say("thing"), finding.about
        result = finding.result
        if result is not None:
            terms = (
                ("sh:focusNode", result.focus),
                ("sh:resultPath", result.path),
                ("sh:value", result.value),
                ("sh:sourceShape", result.shape),
                ("sh:sourceConstraintComponent", result.component),
            )
            yield from ((name, value) for name, value in terms if value is not None)

    return _template().render(
        report=report,
        lang=lookup(options.language, languages()) or "en",
        technical=options.technical,
        counts=[(severity, number) for severity, number in report.counts.items() if number],
        sections=list(_sections(shown, every=options.every)),
        allowed=folded((finding for finding in findings if finding.allowed is not None), every=True),
        say=say,
        count=lambda number, name: counted(number, name, options.language),
        word=lambda name: word(name, options.language),
        where=where,
        details=details,
        excerpt=lambda place: _excerpt(place, options),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("pressgraph.validation.formats", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template("report.html")


def _sections(findings: list[Finding], *, every: bool) -> Iterator[tuple[str, list[FoldedFinding]]]:
    """Yield files with their groups of findings; a group stands in the file of its first finding."""
    groups = {id(group.first): group for group in folded(findings, every=every)}
    for file, of_file in by_file(findings):
        mine = [groups[id(finding)] for finding in of_file if id(finding) in groups]
        if mine:
            yield file, mine


class _Excerpt(NamedTuple):
    """A line of a file: what is marked in it, and what stands before and after."""

    before: str
    marked: str
    after: str


def _excerpt(place: Place, options: Options) -> _Excerpt | None:
    """Return the line of a place with what stands there, or the text of its cell behind its header."""
    cell = cell_at(place, options)
    if cell is not None:
        return _Excerpt(f"{place.header}: ", cell, "")
    line = line_at(place, options)
    if line is None:
        return None
    start = place.column - 1 if place.column else 0
    end = start + (extent(line, place.column, place.file) if place.column else len(line))
    return _Excerpt(line[:start], line[start:end], line[end:])
