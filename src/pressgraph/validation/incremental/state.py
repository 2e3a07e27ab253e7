"""The state that a validation leaves, as JSON: a build keeps it, so that the next one need not find it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import Place, Problem
from pressgraph.i18n import Text, by_language
from pressgraph.validation.checks.compare import Comparand
from pressgraph.validation.report import Related, Result, Severity
from pressgraph.validation.suppressions import UNUSED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pressgraph.validation.validator import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationState:
    """What a validation found: its results, what each check compared, and which checks there were.

    `checks` are digests by name: of a check that reads otherwise now, nothing that it found still stands.
    """

    results: tuple[Result, ...]
    candidates: Mapping[str, Collection[Comparand]]
    checks: Mapping[str, str]
    written: Mapping[int, tuple[Result, dict[str, Any]]] = field(default_factory=dict)
    """Results as they were read, by their identity, with the JSON that they were read from."""

    def to_json(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {
            "results": [self._as_json(result) for result in self.results],
            "candidates": {name: sorted(listed) for name, listed in self.candidates.items()},
            "checks": dict(self.checks),
        }

    def _as_json(self, result: Result) -> dict[str, Any]:
        known, stored = self.written.get(id(result), (None, {}))
        return stored if known is result else to_json(result)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ValidationState:
        """Return the state that `to_json` wrote."""
        results = tuple(from_json(result) for result in stored["results"])
        return cls(
            results=results,
            written={id(result): (result, it) for result, it in zip(results, stored["results"], strict=True)},
            candidates={name: [Comparand(*one) for one in listed] for name, listed in stored["candidates"].items()},
            checks=stored["checks"],
        )

    @classmethod
    def of(
        cls, validator: Validator, results: Iterable[Result], before: ValidationState | None = None
    ) -> ValidationState:
        """Return what the next validation need not find again; what facts suppress is asked anew.

        `before` is what some of the results are from.
        """
        return cls(
            results=tuple(
                replace(result, allowed=None) if result.allowed is not None else result
                for result in results
                if not result.shape.endswith(UNUSED)
            ),
            written=before.written if before is not None else {},
            candidates=validator.candidates,
            checks={check.name: check.digest for check in validator.checks},
        )


def to_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON."""
    stored: dict[str, Any] = {
        "focus": result.focus,
        "shape": result.shape,
        "component": result.component,
        "severity": int(result.severity),
        "messages": dict(result.messages),
        "path": result.path,
        "steps": list(result.steps),
        "value": result.value,
        "lexical": result.lexical,
        "language": result.language,
        "other": result.other,
        "place": _place(result.place),
        "source": result.source,
        "evidence": [list(span) for span in result.evidence],
        "hint": _text(result.hint),
        "notes": [_text(note) for note in result.notes],
        "related": [[_place(related.place), _text(related.note)] for related in result.related],
        "graph": "".join(f"{triple} .\n" for triple in result.graph),
    }
    return {name: value for name, value in stored.items() if value not in (None, [], "")}


def from_json(stored: dict[str, Any]) -> Result:
    """Return the result that `to_json` wrote; what facts suppress is asked anew."""
    graph = ox.parse(stored.get("graph", ""), format=ox.RdfFormat.N_TRIPLES)
    return Result(
        focus=stored["focus"],
        shape=stored["shape"],
        component=stored["component"],
        severity=Severity(stored["severity"]),
        messages=stored["messages"],
        path=stored.get("path"),
        steps=tuple(stored.get("steps", ())),
        value=stored.get("value"),
        lexical=stored.get("lexical"),
        language=stored.get("language"),
        other=stored.get("other"),
        place=_read_place(stored["place"]) if "place" in stored else None,
        source=stored.get("source"),
        evidence=tuple((start, end) for start, end in stored.get("evidence", ())),
        hint=_read_text(stored["hint"]) if "hint" in stored else None,
        notes=tuple(_read_text(note) for note in stored.get("notes", ())),
        related=tuple(
            Related(place=_read_place(place), note=_read_text(note)) for place, note in stored.get("related", ())
        ),
        graph=tuple(quad.triple for quad in graph),
    )


def warning_to_json(warning: Problem) -> list[Any]:
    """Return a warning of the facts rules as JSON, without its file."""
    place, hint = warning.place, by_language(warning.hint) if warning.hint is not None else None
    where = [place.line, place.column, place.sheet, place.header]
    return [warning.rule, by_language(warning.message), hint, *where]


def warning_from_json(stored: list[Any], file: str) -> Problem:
    """Return the warning in a file that `warning_to_json` wrote."""
    rule, message, hint, line, column, sheet, header = stored
    return Problem(
        rule=rule,
        place=Place(file=file, line=line, column=column, sheet=sheet, header=header),
        message=_read_text(message),
        hint=_read_text(hint) if hint is not None else None,
    )


def _place(place: Place | None) -> list[Any] | None:
    return [place.file, place.line, place.column, place.sheet, place.header] if place is not None else None


def _read_place(stored: list[Any]) -> Place:
    file, line, column, sheet, header = stored
    return Place(file=file, line=line, column=column, sheet=sheet, header=header)


def _text(text: Text | None) -> dict[str, str] | None:
    return text.by_language() if text is not None else None


def _read_text(stored: dict[str, str]) -> Text:
    return Text(stored["en"], **{tag: words for tag, words in stored.items() if tag != "en"})
