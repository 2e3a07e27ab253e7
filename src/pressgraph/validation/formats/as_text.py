"""A report for a terminal: each problem with its line, the place in it underlined, and what to do."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from pressgraph.validation.formats.folding import by_file, folded
from pressgraph.validation.formats.frames import cell_at, extent, line_at
from pressgraph.validation.report import Severity, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.errors import Place
    from pressgraph.validation.formats.folding import Group
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

_STYLES = {Severity.VIOLATION: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_FEW = 6
"""Other places that a folded problem names."""

WORDS = {
    "hint": ("help", "Hilfe"),
    "note": ("note", "Anmerkung"),
    "evidence": ("read from", "gelesen aus"),
    "characters": ("characters", "Zeichen"),
    "also": ("the same in {count} more places", "dasselbe an {count} weiteren Stellen"),
    "and": ("and {count} more; --all shows each", "und {count} weitere; --all zeigt jede"),
    "allowed": ("allowed", "erlaubt"),
    "because": ("because", "Grund"),
    "nowhere": ("without a place in a file", "ohne Stelle in einer Datei"),
}


def say(name: str, language: str, **values: object) -> str:
    """Return a word of the text report."""
    english, german = WORDS[name]
    return (german if language.partition("-")[0].lower() == "de" else english).format(**values)


def text(report: Report, options: Options) -> str:
    """Return a report as text, at most as wide as asked for where words can be broken."""
    writer = _Writer(report, options)
    return "\n".join(writer.lines()) + "\n" if report.problems or report.results else ""


class _Writer:
    def __init__(self, report: Report, options: Options) -> None:
        self.report = report
        self.options = options

    def lines(self) -> Iterator[str]:
        findings = self.report.findings(self.options.language)
        shown = [it for it in findings if it.allowed is None]
        groups = {id(group.first): group for group in folded(shown, every=self.options.every)}
        for file, found in by_file(shown):
            mine = [groups[id(it)] for it in found if id(it) in groups]
            if not mine:
                continue
            yield self.paint("1", file or say("nowhere", self.options.language))
            yield ""
            for group in mine:
                yield from self.group(group)
                yield ""
        allowed = [it for it in findings if it.allowed is not None]
        if allowed:
            yield self.paint("1", say("allowed", self.options.language))
            for it in allowed:
                where = str(it.place) if it.place is not None else it.about or ""
                because = say("because", self.options.language)
                yield from self.wrapped(f"  {where}: ", f"{it.message} [{it.rule}] {because}: {it.allowed}")
            yield ""

    def group(self, group: Group) -> Iterator[str]:
        finding, language = group.first, self.options.language
        kind = (
            word(finding.severity.word, language).lower()
            if language[:2] != "de"
            else word(finding.severity.word, language)
        )
        head = self.paint(_STYLES[finding.severity], kind)
        yield from self.wrapped(f"{kind}: ", f"{finding.message} [{finding.rule}]", head=f"{head}: ", bold=True)
        indent = "  "
        if finding.place is not None:
            yield from self.frame(finding, finding.place)
        elif finding.about:
            yield f"{indent}{self.paint('34', '-->')} {finding.about}"
        if finding.hint is not None:
            yield from self.labelled("hint", finding.hint, "32")
        for note in finding.notes:
            yield from self.labelled("note", note, "36")
        for place, note in finding.related:
            yield from self.labelled("note", f"{note}: {place}", "36")
        if finding.evidence:
            spans = ", ".join(f"{start}–{end}" for start, end in finding.evidence)
            said = f"{finding.source or ''}, {say('characters', language)} {spans}"
            yield from self.labelled("evidence", said, "2")
        others = [place for place in group.places if place != finding.place]
        if others:
            named = ", ".join(self._short(place, finding.place) for place in others[:_FEW])
            rest = len(others) - _FEW
            more = f", {say('and', language, count=rest)}" if rest > 0 else ""
            yield from self.labelled("note", f"{say('also', language, count=len(others))}: {named}{more}", "36")
        if self.options.technical and finding.result is not None:
            yield from self.technical(finding)

    def _short(self, place: Place, first: Place | None) -> str:
        return (
            str(place).removeprefix(f"{place.name}:") if first is not None and place.file == first.file else str(place)
        )

    def technical(self, finding: Finding) -> Iterator[str]:
        result = finding.result
        assert result is not None  # noqa: S101 - asked before
        details = (
            ("focus node", result.focus),
            ("path", result.path),
            ("value", result.value),
            ("shape", result.shape),
            ("component", result.component),
        )
        for name, value in details:
            if value is not None:
                # IRIs are kept whole: they are for copying
                yield self.paint("2", f"  = {name}: {value}")

    def frame(self, finding: Finding, place: Place) -> Iterator[str]:
        """Draw the line with the place underlined; a long line is cut around the place."""
        number = str(place.line) if place.line else ""
        margin = " " * max(2, len(number))
        yield f"{margin}{self.paint('34', '-->')} {place}"
        bar = self.paint("34", "|")
        if (cell := cell_at(place, self.options)) is not None:
            header, _, _ = _cut(place.header, 0, 1, self.options.width - len(margin) - 4)
            shown, _, length = _cut(cell, 0, max(1, len(cell)), self.options.width - len(margin) - 4)
            yield f"{margin} {bar} {self.paint('2', header)}"
            yield f"{self.paint('34', number.rjust(len(margin)))} {bar} {shown}".rstrip()
            yield f"{margin} {bar} {self.paint(_STYLES[finding.severity], '^' * max(1, _width(shown[:length])))}"
            return
        line = line_at(place, self.options)
        if line is None:
            return
        column = place.column or len(line) - len(line.lstrip()) + 1
        length = extent(line, column) if place.column else max(1, len(line.strip()))
        shown, start, length = _cut(line, column - 1, length, self.options.width - len(margin) - 4)
        yield f"{margin} {bar}"
        yield f"{self.paint('34', number.rjust(len(margin)))} {bar} {shown}"
        before = " " * max(0, _width(shown[:start]))
        marks = "^" * max(1, _width(shown[start : start + length]))
        yield f"{margin} {bar} {before}{self.paint(_STYLES[finding.severity], marks)}"

    def labelled(self, name: str, words: str, style: str) -> Iterator[str]:
        label = say(name, self.options.language)
        yield from self.wrapped(f"  = {label}: ", words, head=f"  = {self.paint(style, label)}: ")

    def wrapped(self, prefix: str, words: str, *, head: str | None = None, bold: bool = False) -> Iterator[str]:
        """Yield words after a prefix, wrapped to the width; `head` is the prefix with its colours."""
        lines = textwrap.wrap(
            words,
            max(20, self.options.width - len(prefix)),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
        rest = " " * min(len(prefix), 4)
        yield f"{head or prefix}{self.paint('1', lines[0]) if bold else lines[0]}"
        remaining = " ".join(lines[1:])
        for line in textwrap.wrap(
            remaining, self.options.width - len(rest), break_long_words=False, break_on_hyphens=False
        ):
            yield f"{rest}{self.paint('1', line) if bold else line}"

    def paint(self, style: str, words: str) -> str:
        return f"\x1b[{style}m{words}\x1b[0m" if self.options.color else words


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return int(wcswidth(text))


def _cut(line: str, start: int, length: int, width: int) -> tuple[str, int, int]:
    """Cut a line to a width around what is underlined; return it with where that is now.

    Control characters, which could drive a terminal, are shown as their pictures.
    """
    line = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", line).replace("\t", " ").rstrip()
    length = max(1, min(length, len(line) - start))
    if _width(line) <= width:
        return line, start, length
    left = max(0, start - width // 3) if start + length > width - 1 else 0
    lead = "…" if left else ""
    shown = lead + line[left:]
    if _width(shown) > width:
        while _width(shown) > width - 1:
            shown = shown[: max(1, len(shown) - max(1, (_width(shown) - width + 1) // 2))]
        shown += "…"
    start = start - left + len(lead)
    return shown, start, max(1, min(length, len(shown) - start))
