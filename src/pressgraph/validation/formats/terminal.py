"""Draw a report: each problem with its line, the place in it underlined, and what to do.

rich says how wide characters are, and writes colours; most of it is imported where there are some.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, set_cell_size

from pressgraph.i18n import gettext
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it
from pressgraph.validation.formats.folding import by_file, folded
from pressgraph.validation.formats.frames import cell_at, extent, line_at
from pressgraph.validation.report import Severity, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.errors import Place
    from pressgraph.validation.formats.folding import FoldedFinding
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

Line: TypeAlias = list[tuple[str, str]]
"""Pieces of a line, each with its style as rich calls it."""

_STYLES = {Severity.VIOLATION: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_FEW = 6
"""Other places that a folded problem names."""
_NARROWEST = 20
"""As many columns words have, however long what stands before them is."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# a no-break space is none of these
_SPACE = re.compile("[ \t\n]+")

WORDS = {
    "hint": N_("help"),
    "note": N_("note"),
    "evidence": N_("read from"),
    "characters": N_("characters"),
    "also": N_("the same in {count} more places"),
    "and": N_("and {count} more; --all shows each"),
    "allowed": N_("allowed"),
    "because": N_("because"),
    "nowhere": N_("without a place in a file"),
}


def say(name: str, language: str, **values: object) -> str:
    """Return a word of the text report."""
    return gettext(WORDS[name], **values).to(language)


def draw(report: Report, options: Options) -> str:
    """Return a report that has findings, at most as wide as asked for where words can be broken."""
    lines = _TextReport(report, options).lines()
    if not options.color:
        return "".join(f"{_plain(line)}\n" for line in lines)
    return _colored(lines, options.width)


def _colored(lines: Iterable[Line], width: int) -> str:
    # half of the time that a report takes would be their import
    from rich.console import Console
    from rich.text import Text

    # what the terminal is like is in the options, not in the environment
    console = Console(
        file=io.StringIO(),
        width=width,
        color_system="standard",
        force_terminal=True,
        no_color=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    with console.capture() as written:
        for line in lines:
            console.print(Text.assemble(*line), soft_wrap=True)
    return written.get()


class _TextReport:
    def __init__(self, report: Report, options: Options) -> None:
        self.report = report
        self.options = options

    def lines(self) -> Iterator[Line]:
        findings = self.report.findings(self.options.language)
        shown = [finding for finding in findings if finding.allowed is None]
        groups = {id(group.first): group for group in folded(shown, every=self.options.every)}
        for file, of_file in by_file(shown):
            mine = [groups[id(finding)] for finding in of_file if id(finding) in groups]
            if not mine:
                continue
            yield [_styled(file or say("nowhere", self.options.language), "bold")]
            yield []
            for group in mine:
                yield from self.group(group)
                yield []
        allowed = [it for it in findings if it.allowed is not None]
        if allowed:
            yield [_styled(say("allowed", self.options.language), "bold")]
            for finding in allowed:
                where = str(finding.place) if finding.place is not None else finding.about or ""
                because = say("because", self.options.language)
                yield from self.wrapped(
                    [_styled(f"  {where}: ")], f"{finding.message} [{finding.rule}] {because}: {finding.allowed}"
                )
            yield []

    def group(self, group: FoldedFinding) -> Iterator[Line]:
        finding, language = group.first, self.options.language
        kind = word(finding.severity.word, language)
        head = [_styled(kind, _STYLES[finding.severity]), (": ", "")]
        yield from self.wrapped(head, f"{finding.message} [{finding.rule}]", "bold")
        if finding.place is not None:
            yield from self.frame(finding, finding.place)
        elif finding.about:
            yield [("  ", ""), ("-->", "blue"), (" ", ""), _styled(finding.about)]
        if finding.hint is not None:
            yield from self.labelled("hint", finding.hint, "green")
        for note in finding.notes:
            yield from self.labelled("note", note, "cyan")
        for place, note in finding.related:
            yield from self.labelled("note", f"{note}: {place}", "cyan")
        if finding.evidence:
            where = f"{finding.source or ''}, {say('characters', language)}"
            yield from self.labelled("evidence", f"{where} {finding.passages}", "dim")
        others = [place for place in group.places if place != finding.place]
        if others:
            named = ", ".join(_short(place, finding.place) for place in others[:_FEW])
            rest = len(others) - _FEW
            more = f", {say('and', language, count=rest)}" if rest > 0 else ""
            yield from self.labelled("note", f"{say('also', language, count=len(others))}: {named}{more}", "cyan")
        if self.options.technical and finding.result is not None:
            details = (
                ("focus node", finding.result.focus),
                ("path", finding.result.path),
                ("value", finding.result.value),
                ("shape", finding.result.shape),
                ("component", finding.result.component),
            )
            # IRIs are kept whole: they are for copying
            yield from ([_styled(f"  = {name}: {value}", "dim")] for name, value in details if value is not None)

    def frame(self, finding: Finding, place: Place) -> Iterator[Line]:
        """Draw the line with the place underlined; a long line is cut around the place."""
        number = str(place.line) if place.line else ""
        margin = " " * max(2, len(number))
        bar: Line = [(f"{margin} ", ""), ("|", "blue")]
        numbered: Line = [(number.rjust(len(margin)), "blue"), (" ", ""), ("|", "blue"), (" ", "")]
        style, width = _STYLES[finding.severity], self.options.width - len(margin) - 4
        yield [(margin, ""), ("-->", "blue"), (" ", ""), _styled(str(place))]
        if (cell := cell_at(place, self.options)) is not None:
            header, _, _ = _cut(place.header, 0, 1, width)
            shown, _, length = _cut(cell, 0, max(1, len(cell)), width)
            yield [*bar, (" ", ""), (header, "dim")]
            yield _without_end(numbered, shown)
            yield [*bar, (" ", ""), _marks(shown[:length], style)]
            return
        written = line_at(place, self.options)
        if written is None:
            return
        column = place.column or len(written) - len(written.lstrip()) + 1
        length = extent(written, column, place.file) if place.column else max(1, len(written.strip()))
        shown, start, length = _cut(written, column - 1, length, width)
        yield bar
        yield [*numbered, (shown, "")]
        yield [*bar, (" " * (cell_len(shown[:start]) + 1), ""), _marks(shown[start : start + length], style)]

    def labelled(self, name: str, words: str, style: str) -> Iterator[Line]:
        label = say(name, self.options.language)
        yield from self.wrapped([("  = ", ""), (label, style), (": ", "")], words)

    def wrapped(self, head: Line, words: str, style: str = "") -> Iterator[Line]:
        """Yield words behind a head, wrapped to the width; the lines that follow are indented."""
        taken = cell_len(_plain(head))
        indent = " " * min(taken, 4)
        first = max(_NARROWEST, self.options.width - taken)
        for number, line in enumerate(_wrapped(words, first, self.options.width - len(indent))):
            yield [*([(indent, "")] if number else head), _styled(line, style)]


def _wrapped(words: str, first: int, rest: int) -> list[str]:
    """Break words into lines, the first of another width. A word that is too long is an IRI or a path: for copying."""
    lines: list[str] = []
    line: list[str] = []
    width, used = first, 0
    for one in _SPACE.split(words.strip()):
        needed = cell_len(one)
        if line and used + 1 + needed > width:
            lines.append(" ".join(line))
            line, width, used = [], rest, 0
        used += needed + (1 if line else 0)
        line.append(one)
    return [*lines, " ".join(line)]


def _plain(line: Line) -> str:
    return "".join(words for words, _ in line)


def _without_end(head: Line, shown: str) -> Line:
    """Return a line without white space at its end."""
    if shown := shown.rstrip():
        return [*head, (shown, "")]
    *before, (words, style) = head
    return [*before, (words.rstrip(), style)]


def _styled(words: str, style: str = "") -> tuple[str, str]:
    """Return words with control characters, which could drive a terminal, as their pictures."""
    return _visible(words), style


def _visible(words: str) -> str:
    return _CONTROLS.sub("�", words)


def _marks(shown: str, style: str) -> tuple[str, str]:
    return "^" * max(1, cell_len(shown)), style


def _short(place: Place, first: Place | None) -> str:
    return str(place).removeprefix(f"{place.name}:") if first is not None and place.file == first.file else str(place)


def _cut(line: str, start: int, length: int, width: int) -> tuple[str, int, int]:
    """Cut a line to a width around what is underlined; return it with where that is now."""
    line = _visible(line).replace("\t", " ").rstrip()
    length = max(1, min(length, len(line) - start))
    if cell_len(line) <= width:
        return line, start, length
    left = max(0, start - width // 3) if start + length > width - 1 else 0
    lead = "…" if left else ""
    shown = lead + line[left:]
    if cell_len(shown) > width:
        shown = f"{set_cell_size(shown, width - 1)}…"
    start = start - left + len(lead)
    return shown, start, max(1, min(length, len(shown) - start))
