"""Split SPARQL text into the tokens that matter without parsing it: strings, comments, IRIs, names (SPARQL 1.1, 19.8).

The engine parses; this only has to know what is inside a string, a comment or an IRI and what is not. It takes time in
proportion to the text, whatever the text is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pressgraph.query.patterns import PIECE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSED_OVER = frozenset({"space", "comment"})
_KINDS = {"local": "curie"}


class Token(NamedTuple):
    """A token: its kind, its text and where it starts.

    Kinds are comment, string, iri, variable, curie (a prefixed name), language (a tag), number, word and
    other.
    """

    kind: str
    text: str
    start: int


def kinds(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of the tokens of SPARQL text without space and comments: `tokens`, for who asks often."""
    for match in TOKEN.finditer(text):
        kind, content = match.lastgroup or "other", match.group()
        if kind == "names":
            if content.isidentifier():
                yield "word", content
            else:
                yield from ((piece.lastgroup or "other", piece.group()) for piece in PIECE.finditer(content))
        elif kind not in _PASSED_OVER:
            yield _KINDS.get(kind, kind), content


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of SPARQL text without space."""
    for match in TOKEN.finditer(text):
        kind, start = match.lastgroup or "other", match.start()
        if kind == "names":
            for piece in PIECE.finditer(match.group()):
                yield Token(kind=piece.lastgroup or "other", text=piece.group(), start=start + piece.start())
        elif kind != "space":
            yield Token(kind=_KINDS.get(kind, kind), text=match.group(), start=start)
