"""Count how much of releases is said by their facts: those of docs/examples, and of a folder that is named.

    python benchmarks/said.py [FOLDER]

A folder holds a text and a facts file for each release. Where comments of a facts file number the facts that a reader
wants (`# A1 A2`), as those of PRESSGRAPH_EXAMPLES do, these are counted too: they have a key, or are missing. Which of
them say less than the text is known by reading alone, and listed here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
# who the members are, what is planned, whose cooperation: the text says it more closely than the facts
COARSER = frozenset({"A23", "D28", "D29", "D30", "D31", "E10", "E11"})
_NUMBERED = re.compile(r"\b([A-Z])([0-9]+)\b(?!-)")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")
_WORDS = {"id", "type", "status", "evidence", "personal"}


class Coverage(NamedTuple):
    """What is counted of a release."""

    name: str
    facts: int
    values: int
    sentences: int
    evident: int
    """Sentences of which at least a part is evidence of a fact."""
    wanted: frozenset[str]
    """The numbers of facts that a reader wants, as far as comments give them."""


def coverage(path: Path) -> Coverage:
    """Count a release: its facts file, and its text beside it."""
    written, text = path.read_text(encoding="utf-8"), path.with_suffix(".txt").read_text(encoding="utf-8")
    release = yaml.safe_load(written)
    spans = [span for fact in release["facts"] for span in _spans(fact.get("evidence", []), text)]
    sentences = [it.span() for it in _SENTENCE.finditer(text) if it[0].strip(" \n“”„’")]
    evident = sum(any(start < end_ and begin < end for begin, end_ in spans) for start, end in sentences)
    comments = " ".join(re.findall(r"#(.*)", written.partition("\nsource:")[2]))
    wanted = frozenset(f"{letter}{number}" for letter, number in _NUMBERED.findall(comments))
    values = sum(_values(fact) for fact in (release["source"], *release["facts"]))
    return Coverage(path.stem, len(release["facts"]), values, len(sentences), evident, wanted)


def _spans(evidence: Any, text: str) -> list[tuple[int, int]]:
    """Return where evidence stands in a text: words, where they are first, or numbers of characters."""
    each = evidence if isinstance(evidence, list) and not all(isinstance(it, int) for it in evidence) else [evidence]
    return [(text.find(it), text.find(it) + len(it)) if isinstance(it, str) else tuple(it) for it in each if it]


def _values(node: Any) -> int:
    if isinstance(node, dict):
        return sum(_values(value) for key, value in node.items() if key not in _WORDS)
    return sum(map(_values, node)) if isinstance(node, list) else 1


def table(folders: list[Path]) -> list[str]:
    """Return the lines of a table of all releases in folders."""
    rows = [coverage(path) for folder in folders for path in sorted(folder.glob("*.yaml"))]
    head = (
        "release",
        "facts",
        "values",
        "parts of the text",
        "with evidence",
        "wanted, with a key",
        "exact",
        "coarser",
    )
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for row in rows:
        coarser = len(row.wanted & COARSER)
        wanted = (len(row.wanted), len(row.wanted) - coarser, coarser) if row.wanted else ("–", "–", "–")
        cells = (row.name, row.facts, row.values, row.sentences, row.evident, *wanted)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


if __name__ == "__main__":
    print("\n".join(table([EXAMPLES, *map(Path, sys.argv[1:])])))
