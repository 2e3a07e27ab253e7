"""Read the comments that a query starts with: what a row means, then `@word value` lines for pressgraph."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pressgraph.facts.tree import LINE_END

_TAG = re.compile(r"@(?P<word>[\w-]+)\s*(?P<value>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An `@word value` comment, and its line."""

    word: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The leading comments of a query: its first paragraph, and its tags in order."""

    summary: str
    tags: tuple[Tag, ...]


def read_header(text: str) -> Header:
    """Read a query's leading comments.

    >>> read_header("# Which labels are valid\\n# on a day?\\n#\\n# @mode entailment\\nSELECT …").summary
    'Which labels are valid on a day?'
    """
    summary: list[str] = []
    tags: list[Tag] = []
    complete = False
    for number, line in enumerate(LINE_END.split(text), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            break
        comment = stripped.removeprefix("#").strip()
        if match := _TAG.fullmatch(comment):
            tags.append(Tag(word=match["word"], value=match["value"].strip(), line=number))
        elif not comment:
            complete = bool(summary)
        elif not complete and not tags:
            summary.append(comment)
    return Header(summary=" ".join(summary), tags=tuple(tags))
