"""What validation found: results (SHACL 1.0, 3.6) with places."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pressgraph.errors import Place, Problem
    from pressgraph.validation.places import Locator


class Severity(enum.IntEnum):
    """How bad a result is; higher is worse."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @property
    def word(self) -> str:
        """The severity as people read it."""
        return {1: "info", 2: "warning", 3: "error"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One validation result. Terms are IRIs, or N-Triples syntax for literals."""

    focus: str
    shape: str
    component: str
    severity: Severity
    messages: Mapping[str, str]
    path: str | None = None
    value: str | None = None
    lexical: str | None = None
    """The value as people write it: an IRI, or a literal's lexical form."""
    place: Place | None = None

    @property
    def rule(self) -> str:
        """The short name of the shape that reported this."""
        return self.shape.rpartition("#")[2] or self.shape

    def message(self, language: str) -> str:
        """Return the message in a language, else in English, else in any."""
        for tag in (language, language.partition("-")[0], "en", ""):
            if tag in self.messages:
                return self.messages[tag]
        return next(iter(self.messages.values()), f"does not conform to {self.rule}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Problems of the facts files, then results of the shapes."""

    problems: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()
    files: int = 0
    facts: int = 0
    triples: int = 0
    counts: Mapping[Severity, int] = field(init=False)

    def __post_init__(self) -> None:
        """Count the results by severity; a problem of the facts rules is a violation."""
        counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
        for result in self.results:
            counts[result.severity] += 1
        counts[Severity.VIOLATION] += len(self.problems)
        object.__setattr__(self, "counts", counts)

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found."""
        return not self.counts[Severity.VIOLATION]

    def with_totals(self, *, files: int, facts: int) -> Report:
        """Return the report with how much was looked at."""
        return replace(self, files=files, facts=facts)

    def about(self, nodes: Collection[str]) -> Report:
        """Return the report with only the results on these focus nodes."""
        return replace(self, results=tuple(result for result in self.results if result.focus in nodes))

    def located(self, locator: Locator) -> Report:
        """Return the report with the place of every result that the locator knows."""
        results = (
            replace(result, place=locator.locate(result.focus, result.path, result.lexical)) for result in self.results
        )
        return replace(self, results=tuple(results))

    def summary(self) -> str:
        """Return one line that says what was looked at and how it is."""
        looked = f"{_count(self.files, 'file')}, {_count(self.facts, 'fact')}"
        found = ", ".join(_count(n, severity.word) for severity, n in self.counts.items() if n)
        return f"{looked}: {found or 'all conform'}"

    def lines(self, *, language: str) -> Iterator[str]:
        """Yield the report as text: one finding per line, in the order of the files."""
        findings: list[tuple[Place | None, str]] = [
            (p.place, _line(str(p.place), "error", p.message, p.hint, p.rule)) for p in self.problems
        ]
        for result in self.results:
            where = str(result.place) if result.place else f"<{result.focus}>"
            text = _line(where, result.severity.word, result.message(language), None, result.rule)
            findings.append((result.place, text))
        for _, text in sorted(findings, key=lambda it: (_order(it[0]), it[1])):
            yield text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _line(where: str, word: str, message: str, hint: str | None, rule: str) -> str:
    return f"{where}: {word}: {message}{f' ({hint})' if hint else ''} [{rule}]"


def _order(place: Place | None) -> tuple[str, int, int]:
    return (place.file, place.line, place.column) if place else ("\uffff", 0, 0)
