"""What validation found: problems of the facts rules and results of shapes and checks, as findings with places."""

from __future__ import annotations

import enum
from collections.abc import Mapping  # noqa: TC003 - msgspec reads the types of what is kept
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import Place  # noqa: TC001 - msgspec too
from pressgraph.i18n import Text, gettext, in_language, ngettext
from pressgraph.languages import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pressgraph.errors import Problem


class Severity(enum.IntEnum):
    """How bad a result is; higher is worse (SHACL 1.0, 2.1.4)."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @property
    def word(self) -> str:
        """The severity as people read it."""
        return {1: "info", 2: "warning", 3: "error"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another place that a result is about, and what is there."""

    place: Place
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One validation result (SHACL 1.0, 3.6). Terms are IRIs, or N-Triples syntax for literals and blank nodes."""

    focus: str
    shape: str
    component: str
    severity: Severity
    messages: Mapping[str, str]
    path: str | None = None
    """An IRI, or a property path in SPARQL's syntax."""
    steps: tuple[str, ...] = ()
    """The properties that the path can start with; `^` before one that is followed backwards."""
    value: str | None = None
    lexical: str | None = None
    """The value as people write it: an IRI, or a literal's lexical form."""
    language: str | None = None
    """The language tag of a literal."""
    other: str | None = None
    """What a check compared the value or the thing with."""
    place: Place | None = None
    source: str | None = None
    """The id of the document whose fact is at the place."""
    evidence: tuple[tuple[int, int], ...] = ()
    """The characters of that document which the fact was read from."""
    words: tuple[str, ...] = ()
    """The words that stand there, where the source allows that they are shown."""
    hint: Text | None = None
    notes: tuple[Text, ...] = ()
    """What explains the result: which alternative came closest, and what it lacks."""
    related: tuple[Related, ...] = ()
    allowed: str | None = None
    """The reason that a fact gives for breaking this rule."""
    graph: str = field(default="", repr=False, compare=False)
    """The result's triples in the report graph, blank nodes below it included, as N-Triples."""

    @property
    def rule(self) -> str:
        """The short name of the shape or check that reported this."""
        return rule_of(self.shape)

    def triples(self) -> list[ox.Triple]:
        """Return the result's triples in the report graph."""
        return [quad.triple for quad in ox.parse(self.graph, format=ox.RdfFormat.N_TRIPLES)]

    def message(self, language: str) -> str:
        """Return the message in a language, else in English, else in none, else in any."""
        return choose(self.messages, language) or gettext("does not conform to {rule}", rule=self.rule).to(language)


def rule_of(shape: str) -> str:
    """Return the short name of a shape or check by its IRI: what `allow` calls it."""
    return shape[max(shape.rfind("#"), shape.rfind("/")) + 1 :] or shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem or a result, in one language: what the formats show."""

    rule: str
    severity: Severity
    message: str
    place: Place | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()
    related: tuple[tuple[Place, str], ...] = ()
    value: str | None = None
    source: str | None = None
    evidence: tuple[tuple[int, int], ...] = ()
    words: tuple[str, ...] = ()
    allowed: str | None = None
    about: str | None = None
    """The thing, as facts name it."""
    result: Result | None = None
    """The technical detail; a problem of the facts rules has none."""

    @property
    def passages(self) -> str:
        """The evidence on one line: the numbers of the characters, and their words where they may be shown."""
        numbers = [f"{start}–{end}" for start, end in self.evidence]
        if not self.words:
            return ", ".join(numbers)
        shown = (" ".join(it.split()) for it in self.words)
        quoted = (it if len(it) <= _LONGEST else f"{it[:_LONGEST].rstrip()}…" for it in shown)
        return ", ".join(f"{span} “{words}”" for span, words in zip(numbers, quoted, strict=True))


_LONGEST = 100
"""Characters of a passage that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Problems and warnings of the facts rules, then results of the shapes and checks.

    `counts` leaves out what facts are allowed to break.
    """

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()
    files: int = 0
    facts: int = 0
    triples: int = 0
    engine: str = ""
    """The SHACL engine, and why it was taken."""
    id_base: str = ""
    counts: Mapping[Severity, int] = field(init=False)

    def __post_init__(self) -> None:
        """Count by severity what was found; a problem of the facts rules is a violation."""
        counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
        for result in self.results:
            if result.allowed is None:
                counts[result.severity] += 1
        counts[Severity.VIOLATION] += len(self.problems)
        counts[Severity.WARNING] += len(self.warnings)
        object.__setattr__(self, "counts", counts)

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found."""
        return self.passes(Severity.VIOLATION)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was found."""
        return not (self.problems or self.warnings or self.results)

    @property
    def allowed(self) -> tuple[Result, ...]:
        """The results that a fact gives a reason for."""
        return tuple(result for result in self.results if result.allowed is not None)

    def passes(self, limit: Severity) -> bool:
        """Tell whether nothing was found that is as bad as the limit."""
        return not any(count for severity, count in self.counts.items() if severity >= limit)

    def with_totals(self, *, files: int, facts: int) -> Report:
        """Return the report with how much was looked at."""
        return replace(self, files=files, facts=facts)

    def with_results(self, results: Iterable[Result]) -> Report:
        """Return the report with other results, in order."""
        return replace(self, results=tuple(sorted(results, key=result_order)))

    def with_warnings(self, warnings: Iterable[Problem]) -> Report:
        """Return the report with warnings of the facts rules, in the order of the files."""
        return replace(self, warnings=tuple(sorted(warnings, key=lambda it: it.place)))

    def without_warnings(self, rule: str) -> tuple[Report, int]:
        """Return the report without the warnings of a rule of facts, and how many these were."""
        kept = tuple(it for it in self.warnings if it.rule != rule)
        return replace(self, warnings=kept), len(self.warnings) - len(kept)

    def without_known(self, known: Iterable[Result], files: Collection[str]) -> Report:
        """Return the report without the results that are known, and the warnings of facts, but for what is in files."""
        before = {_identity(it) for it in known}
        return replace(
            self,
            results=tuple(
                it
                for it in self.results
                if (it.place is not None and it.place.file in files) or _identity(it) not in before
            ),
            warnings=tuple(it for it in self.warnings if it.place.file in files),
        )

    def about(self, nodes: Collection[str]) -> Report:
        """Return the report with only the results on these focus nodes."""
        return replace(self, results=tuple(result for result in self.results if result.focus in nodes))

    def findings(self, language: str) -> list[Finding]:
        """Return everything found in the words of a language, in the order of the files."""
        findings = [
            Finding(
                rule=it.rule,
                severity=severity,
                message=in_language(it.message, language),
                hint=in_language(it.hint, language) if it.hint is not None else None,
                place=it.place,
            )
            for severity, problems in ((Severity.VIOLATION, self.problems), (Severity.WARNING, self.warnings))
            for it in problems
        ]
        findings.extend(self._finding(it, language) for it in self.results)
        return sorted(findings, key=lambda it: (_order(it.place), -it.severity, it.rule, it.about or "", it.message))

    def _finding(self, result: Result, language: str) -> Finding:
        return Finding(
            rule=result.rule,
            severity=result.severity,
            message=result.message(language),
            hint=result.hint.to(language) if result.hint is not None else None,
            notes=tuple(note.to(language) for note in result.notes),
            related=tuple((it.place, it.note.to(language)) for it in result.related),
            place=result.place,
            value=result.lexical.removeprefix(self.id_base) if result.lexical is not None else None,
            source=result.source,
            evidence=result.evidence,
            words=result.words,
            allowed=result.allowed,
            about=result.focus.removeprefix(self.id_base),
            result=result,
        )

    def lines(self, *, language: str) -> Iterator[str]:
        """Yield one line for each finding that no fact allows, in the order of the files."""
        for it in self.findings(language):
            if it.allowed is None:
                where = str(it.place) if it.place is not None else f"<{it.about}>"
                hint = f" ({it.hint})" if it.hint else ""
                yield f"{where}: {word(it.severity.word, language)}: {it.message}{hint} [{it.rule}]"

    def summary(self, language: str = "en") -> str:
        """Return one line that says what was looked at and how it is."""
        return summary(self, language)


_WORDS = {
    "error": gettext("error"),
    "warning": gettext("warning"),
    "info": gettext("info"),
    "fine": gettext("all conform"),
}
_COUNTED: dict[str, Callable[[int], Text]] = {
    "file": lambda count: ngettext("{count} file", "{count} files", count=count),
    "fact": lambda count: ngettext("{count} fact", "{count} facts", count=count),
    "error": lambda count: ngettext("{count} error", "{count} errors", count=count),
    "warning": lambda count: ngettext("{count} warning", "{count} warnings", count=count),
    "info": lambda count: ngettext("{count} info", "{count} infos", count=count),
    "allowed": lambda count: gettext("{count} allowed", count=count),
}


def word(name: str, language: str) -> str:
    """Return a word of the report in a language, else in English."""
    return _WORDS[name].to(language)


def counted(number: int, name: str, language: str) -> str:
    """Return a number and what it counts."""
    return _COUNTED[name](number).to(language)


def summary(report: Report, language: str) -> str:
    """Return one line that says what was looked at and how it is."""
    looked = f"{counted(report.files, 'file', language)}, {counted(report.facts, 'fact', language)}"
    parts = [counted(n, severity.word, language) for severity, n in report.counts.items() if n]
    if report.allowed:
        parts.append(counted(len(report.allowed), "allowed", language))
    return f"{looked}: {', '.join(parts) or word('fine', language)}"


def _identity(result: Result) -> tuple[Any, ...]:
    """Return what a result is known by, wherever the thing stands now."""
    return result.focus, result.shape, result.component, result.path, result.value, result.other


def result_order(result: Result) -> tuple[Any, ...]:
    """Return the key that results are sorted by: worst first, then by focus node."""
    return (-result.severity, result.focus, result.path or "", result.value or "", result.rule, result.component)


def _order(place: Place | None) -> tuple[str, int, int]:
    return (place.file, place.line, place.column) if place else ("\uffff", 0, 0)
