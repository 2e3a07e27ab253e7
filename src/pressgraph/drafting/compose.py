"""Compose a facts file of what passed the gate: YAML in the order of the text, and in comments what did not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.drafting.admitted import Refused
from pressgraph.facts.drafts import checked_draft, one_line
from pressgraph.facts.tree import LINE_END
from pressgraph.facts.yaml_text import Flow, FlowNode
from pressgraph.i18n import in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressgraph.drafting.admitted import DraftedFact
    from pressgraph.errors import Problem
    from pressgraph.text import SourceText, Span

_MOST_SHOWN = 200


def written_fact(fact: DraftedFact, text: SourceText, *, offsets: bool = False) -> dict[str, Any]:
    """Return a fact as a facts file writes it: a proposal, with its words or their offsets as evidence."""
    written = dict(fact.body)
    if fact.status != "stated":
        written["status"] = fact.status
    written["evidence"] = Flow(fact.span) if offsets else in_words(text, fact.span)
    if fact.personal:
        written["personal"] = True
    written["proposedBy"] = fact.by
    return written


def in_words(text: SourceText, span: Span) -> Any:
    """Return a span as words that mean it, on one line; as offsets where words cannot say it."""
    words = " ".join(text.slice(span).split())
    places = list(text.places(words))
    if span not in places:
        return Flow(span)
    return words if len(places) == 1 else FlowNode({"words": words, "nth": places.index(span) + 1})


def composed(
    source: dict[str, Any], facts: Sequence[dict[str, Any]], problems_of: Callable[[bytes], Iterable[Problem]]
) -> tuple[str, list[dict[str, Any]], list[Refused]]:
    """Return the YAML of a draft that passes the facts rules, its facts, and what did not pass."""
    kept = [dict(fact) for fact in facts]
    body: dict[str, Any] = {"source": dict(source), "facts": kept}
    text, out = checked_draft(body, problems_of, source={"id": source["id"]})
    refused = [
        Refused(what=f"{it.about}: {it.value}", words="", reason=it.problem.message)
        for it in out
        if it.problem is not None
    ]
    return text, body["facts"], refused


def comments(refused: Sequence[Refused], questions: Iterable[str], *, language: str = "en") -> str:
    """Return what did not pass as the comments at a file's end, with the reasons in a language."""
    asked = [f"# - {one_line(it)}" for it in questions]
    lines = [f"\n{QUESTIONS}", *asked] if asked else []
    if refused:
        lines.append(f"\n{REFUSED}")
        for one in refused[:_MOST_SHOWN]:
            words = f" | {one_line(one.words)}" if one.words else ""
            lines.append(f"# - {one_line(one.what)}: {one_line(in_language(one.reason, language))}{words}")
        if len(refused) > _MOST_SHOWN:
            lines.append(f"# - and {len(refused) - _MOST_SHOWN} more")
    return "".join(f"{line}\n" for line in lines)


QUESTIONS = "# To decide:"
REFUSED = "# Proposed, and not taken up:"


def without_comments(text: str) -> str:
    """Return a facts file without the comments that `comments` wrote at its end."""
    for mark in (QUESTIONS, REFUSED):
        before, found, behind = text.partition(f"\n{mark}\n")
        if found and all(line.startswith("#") or not line.strip() for line in LINE_END.split(behind)):
            text = before.rstrip("\n") + "\n"
    return text


def spaced(text: str) -> str:
    """Return a facts file with an empty line before each fact, as people write them."""
    return text.replace("\n  - id:", "\n\n  - id:").replace("facts:\n\n", "facts:\n")


def counted(facts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count the things that facts say the class of, by class."""
    counts: dict[str, int] = {}
    for fact in facts:
        if isinstance(kind := fact.get("type"), str):
            counts[kind] = counts.get(kind, 0) + 1
    return counts
