"""A report as one page: self-contained, accessible, printable; no script, nothing is loaded."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from pressgraph.validation.formats.folding import by_file, folded
from pressgraph.validation.formats.frames import cell_at, extent, in_table, line_at
from pressgraph.validation.report import counted, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.errors import Place
    from pressgraph.validation.formats.folding import Group
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

_STYLE = """
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #fff; --soft: #f3f4f6; --line: #c9ced6; --dim: #505761;
  --error: #a4141c; --warning: #7a4b00; --info: #0b5394; --good: #1a6332; }
@media (prefers-color-scheme: dark) { :root { --fg: #e8eaed; --bg: #16181c; --soft: #22262c; --line: #444b55;
  --dim: #b3bac4; --error: #ff9a94; --warning: #ffcc66; --info: #8ec7ff; --good: #84d79b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: var(--fg); background: var(--bg);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; }
.counts li { border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .7rem; }
article { border: 1px solid var(--line); border-left: .35rem solid var(--mark); border-radius: .4rem;
  padding: .8rem 1rem; margin: .8rem 0; break-inside: avoid; }
.error { --mark: var(--error); } .warning { --mark: var(--warning); } .info { --mark: var(--info); }
.kind { color: var(--mark); font-weight: 700; }
.where, .rule { color: var(--dim); font-size: .9rem; margin: .15rem 0 0; overflow-wrap: anywhere; }
pre { background: var(--soft); border-radius: .3rem; padding: .6rem .8rem; margin: .6rem 0; overflow-x: auto;
  font: .9rem/1.5 ui-monospace, monospace; }
pre mark { background: none; color: inherit; font-weight: 700; text-decoration: underline wavy var(--mark);
  text-underline-offset: .2em; }
.number { color: var(--dim); user-select: none; }
.hint { color: var(--good); font-weight: 600; margin: .3rem 0; }
.note { margin: .3rem 0; }
details { margin-top: .4rem; } summary { cursor: pointer; color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0; font-size: .9rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.fine { color: var(--good); font-weight: 700; }
@media print { body { max-width: none; padding: 0; } pre { white-space: pre-wrap; }
  details::details-content { content-visibility: visible; block-size: auto; } }
"""

_WORDS = {
    "title": ("Validation report", "Prüfbericht"),
    "looked": ("Looked at {files} and {facts}.", "Geprüft: {files} und {facts}."),
    "fine": ("Everything conforms.", "Alles in Ordnung."),
    "counts": ("What was found", "Was gefunden wurde"),
    "nowhere": ("Without a place in a file", "Ohne Stelle in einer Datei"),
    "allowed": ("Allowed, with a reason", "Erlaubt, mit Grund"),
    "line": ("line {line}", "Zeile {line}"),
    "column": ("line {line}, column {column}", "Zeile {line}, Spalte {column}"),
    "hint": ("Help", "Hilfe"),
    "also": ("The same in {count} more places", "Dasselbe an {count} weiteren Stellen"),
    "evidence": ("Read from {source}, characters {spans}", "Gelesen aus {source}, Zeichen {spans}"),
    "technical": ("Technical detail", "Technische Angaben"),
    "reason": ("Reason: {reason}", "Grund: {reason}"),
    "rule": ("Rule", "Regel"),
    "thing": ("Thing", "Ding"),
    "code": ("The line in the file", "Die Zeile in der Datei"),
}


def html(report: Report, options: Options) -> str:
    """Return a report as an HTML page."""
    return "\n".join(_Page(report, options).lines()) + "\n"


class _Page:
    def __init__(self, report: Report, options: Options) -> None:
        self.report = report
        self.options = options
        self.german = options.language.partition("-")[0].lower() == "de"

    def say(self, name: str, **values: object) -> str:
        return escape(_WORDS[name][self.german].format(**values))

    def lines(self) -> Iterator[str]:
        language = self.options.language
        title = self.say("title")
        yield "<!DOCTYPE html>"
        yield f'<html lang="{"de" if self.german else "en"}">'
        yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{title}</title>"
        yield f"<style>{_STYLE}</style></head>"
        yield "<body><header>"
        yield f"<h1>{title}</h1>"
        files = counted(self.report.files, "file", language)
        facts = counted(self.report.facts, "fact", language)
        yield f"<p>{self.say('looked', files=files, facts=facts)}</p>"
        found = [(severity, count) for severity, count in self.report.counts.items() if count]
        if found or self.report.allowed:
            yield f'<ul class="counts" aria-label="{self.say("counts")}">'
            for severity, count in found:
                words = escape(counted(count, severity.word, language))
                yield f'<li class="{severity.word}"><span class="kind">{words}</span></li>'
            if self.report.allowed:
                yield f"<li>{escape(counted(len(self.report.allowed), 'allowed', language))}</li>"
            yield "</ul>"
        else:
            yield f'<p class="fine">{self.say("fine")}</p>'
        yield "</header><main>"
        yield from self.main()
        yield "</main></body></html>"

    def main(self) -> Iterator[str]:
        findings = self.report.findings(self.options.language)
        open_ones = [it for it in findings if it.allowed is None]
        groups = {id(group.first): group for group in folded(open_ones, every=self.options.every)}
        for file, found in by_file(open_ones):
            mine = [groups[id(it)] for it in found if id(it) in groups]
            if mine:
                heading = escape(file) if file else self.say("nowhere")
                yield f'<section><h2 dir="auto">{heading}</h2>'
                for group in mine:
                    yield from self.article(group)
                yield "</section>"
        allowed = [it for it in findings if it.allowed is not None]
        if allowed:
            yield f"<section><h2>{self.say('allowed')}</h2>"
            for group in folded(allowed, every=True):
                yield from self.article(group)
            yield "</section>"

    def article(self, group: Group) -> Iterator[str]:
        finding = group.first
        kind = escape(word(finding.severity.word, self.options.language))
        yield f'<article class="{finding.severity.word}">'
        yield f'<h3><span class="kind">{kind}:</span> <bdi>{escape(finding.message)}</bdi></h3>'
        if finding.place is not None:
            yield f'<p class="where">{self.where(finding.place)}</p>'
            yield from self.code(finding, finding.place)
        elif finding.about:
            yield f'<p class="where" dir="auto">{escape(finding.about)}</p>'
        if finding.hint is not None:
            yield f'<p class="hint">{self.say("hint")}: <bdi>{escape(finding.hint)}</bdi></p>'
        for note in finding.notes:
            yield f'<p class="note" dir="auto">{escape(note)}</p>'
        for place, note in finding.related:
            yield f'<p class="note"><bdi>{escape(note)}</bdi>: <bdi>{escape(str(place))}</bdi></p>'
        if finding.evidence:
            spans = ", ".join(f"{start}–{end}" for start, end in finding.evidence)
            yield f'<p class="note" dir="auto">{self.say("evidence", source=finding.source or "", spans=spans)}</p>'
        if finding.allowed is not None:
            yield f'<p class="note" dir="auto">{self.say("reason", reason=finding.allowed)}</p>'
        others = [place for place in group.places if place != finding.place]
        if others:
            yield f"<details><summary>{self.say('also', count=len(others))}</summary><ul>"
            yield from (f'<li dir="auto">{escape(str(place))}</li>' for place in others)
            yield "</ul></details>"
        yield from self.technical(finding)
        yield "</article>"

    def where(self, place: Place) -> str:
        if in_table(place):
            return escape(str(place).removeprefix(f"{place.name}:"))
        if place.column:
            return self.say("column", line=place.line, column=place.column)
        return self.say("line", line=place.line) if place.line else escape(place.name)

    def code(self, finding: Finding, place: Place) -> Iterator[str]:
        cell = cell_at(place, self.options)
        line = line_at(place, self.options) if cell is None else f"{place.header}: {cell}"
        if line is None:
            return
        if cell is not None:
            place = replace(place, column=len(place.header) + 3)
        start = place.column - 1 if place.column else 0
        end = start + (extent(line, place.column) if place.column and cell is None else len(line))
        marked = f"{escape(line[:start])}<mark>{escape(line[start:end])}</mark>{escape(line[end:])}"
        # a region that scrolls must be reachable by keyboard (WCAG 2.1.1)
        label = f"{self.say('code')} {place.line}, {escape(finding.rule)}"
        number = f'<span class="number" aria-hidden="true">{place.line} </span>'
        yield f'<pre tabindex="0" role="group" aria-label="{label}">{number}<code><bdi>{marked}</bdi></code></pre>'

    def technical(self, finding: Finding) -> Iterator[str]:
        details = [(self.say("rule"), finding.rule)]
        if finding.about:
            details.append((self.say("thing"), finding.about))
        if finding.result is not None:
            result = finding.result
            details += [
                (name, value)
                for name, value in (
                    ("sh:focusNode", result.focus),
                    ("sh:resultPath", result.path),
                    ("sh:value", result.value),
                    ("sh:sourceShape", result.shape),
                    ("sh:sourceConstraintComponent", result.component),
                )
                if value is not None
            ]
        is_open = " open" if self.options.technical else ""
        yield f"<details{is_open}><summary>{self.say('technical')}</summary><dl>"
        yield from (f'<dt>{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in details)
        yield "</dl></details>"
