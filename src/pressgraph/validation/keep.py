"""Keep results as JSON, as a build does, so that the next validation need not find them again."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from pressgraph.errors import Place, Text
from pressgraph.validation.report import Related, Result, Severity


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
    return {"en": str(text), **text.translations} if text is not None else None


def _read_text(kept: dict[str, str]) -> Text:
    return Text(kept["en"], **{tag: words for tag, words in kept.items() if tag != "en"})
