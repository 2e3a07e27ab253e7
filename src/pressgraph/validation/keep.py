"""Keep what a validation found as JSON, as a build does, so that the next one need not find it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import Place
from pressgraph.i18n import Text
from pressgraph.validation.compare import Candidate
from pressgraph.validation.report import Related, Result, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a validation found: its results, what each check compared, and which checks there were.

    `checks` are digests by name: of a check that reads otherwise now, nothing that it found still stands.
    """

    results: tuple[Result, ...]
    candidates: Mapping[str, Collection[Candidate]]
    checks: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {
            "results": [to_json(it) for it in self.results],
            "candidates": {name: sorted(found) for name, found in self.candidates.items()},
            "checks": dict(self.checks),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Kept:
        """Return what was kept."""
        return cls(
            results=tuple(from_json(it) for it in kept["results"]),
            candidates={name: [Candidate(*it) for it in found] for name, found in kept["candidates"].items()},
            checks=kept["checks"],
        )


def to_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON."""
    kept: dict[str, Any] = {
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
        "related": [[_place(it.place), _text(it.note)] for it in result.related],
        "graph": "".join(f"{triple} .\n" for triple in result.graph),
    }
    return {name: value for name, value in kept.items() if value not in (None, [], "")}


def from_json(kept: dict[str, Any]) -> Result:
    """Return a kept result; what facts allow is asked anew."""
    graph = ox.parse(kept.get("graph", ""), format=ox.RdfFormat.N_TRIPLES)
    return Result(
        focus=kept["focus"],
        shape=kept["shape"],
        component=kept["component"],
        severity=Severity(kept["severity"]),
        messages=kept["messages"],
        path=kept.get("path"),
        steps=tuple(kept.get("steps", ())),
        value=kept.get("value"),
        lexical=kept.get("lexical"),
        language=kept.get("language"),
        other=kept.get("other"),
        place=_read_place(kept["place"]) if "place" in kept else None,
        source=kept.get("source"),
        evidence=tuple((start, end) for start, end in kept.get("evidence", ())),
        hint=_read_text(kept["hint"]) if "hint" in kept else None,
        notes=tuple(_read_text(it) for it in kept.get("notes", ())),
        related=tuple(
            Related(place=_read_place(place), note=_read_text(note)) for place, note in kept.get("related", ())
        ),
        graph=tuple(quad.triple for quad in graph),
    )


def _place(place: Place | None) -> list[Any] | None:
    return [place.file, place.line, place.column, place.sheet, place.header] if place is not None else None


def _read_place(kept: list[Any]) -> Place:
    file, line, column, sheet, header = kept
    return Place(file=file, line=line, column=column, sheet=sheet, header=header)


def _text(text: Text | None) -> dict[str, str] | None:
    return text.by_language() if text is not None else None


def _read_text(kept: dict[str, str]) -> Text:
    return Text(kept["en"], **{tag: words for tag, words in kept.items() if tag != "en"})
