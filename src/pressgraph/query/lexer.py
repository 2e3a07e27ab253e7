"""Split SPARQL text into the tokens that matter without parsing it: strings, comments, IRIs, names (SPARQL 1.1, 19.8).

The engine parses; this only has to know what is inside a string, a comment or an IRI and what is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<string>'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
              | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"
              | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<curie>(?:[^\W\d_][\w.-]*)?:(?:(?:[\w:%-]|\\.)(?:(?:[\w.:%-]|\\.)*(?:[\w:%-]|\\.))?)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


_PASSED_OVER = frozenset({"space", "comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token: its kind, its text and where it starts."""

    kind: str
    text: str
    start: int


def kinds(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of the tokens of SPARQL text without space and comments: `tokens`, for who asks often."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind not in _PASSED_OVER:
            yield kind, match.group()


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of SPARQL text without space."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "space":
            yield Token(kind=kind, text=match.group(), start=match.start())
