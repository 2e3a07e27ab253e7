"""The outermost query of a text, found by its tokens: its form, its braces, its solution modifiers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from pressgraph.query.lexer import tokens

if TYPE_CHECKING:
    from pressgraph.query.lexer import Token

GRAPH_FORMS = frozenset({"CONSTRUCT", "DESCRIBE"})
FORMS = ("SELECT", "ASK", *sorted(GRAPH_FORMS))
SLICE = ("LIMIT", "OFFSET")


@dataclass(frozen=True, slots=True)
class Outermost:
    """The tokens of a query but its comments, and where in them the outermost query has what."""

    words: list[Token]
    form: int
    """Where SELECT, ASK, CONSTRUCT or DESCRIBE stands."""
    opening: int
    """Where the first brace after it stands."""
    closing: int
    """Where that is closed; both are after the last token where there is none."""

    @property
    def is_select(self) -> bool:
        """Whether it is a SELECT with a group that ends."""
        return self.words[self.form].text.upper() == "SELECT" and self.closing < len(self.words)

    def clause(self, begins: str, *ends: str) -> range:
        """Return where the tokens of a solution modifier stand; an empty range where there is none."""
        depth, start = 0, None
        words = self.words
        for i in range((self.closing if self.opening < len(words) else self.form) + 1, len(words)):
            word = words[i].text.upper() if words[i].kind == "word" and not depth else ""
            if start is None and word == begins:
                start = i
            elif start is not None and word in ends:
                return range(start, i)
            depth += (words[i].text in {"(", "{"}) - (words[i].text in {")", "}"})
        return range(len(words) if start is None else start, len(words))

    def slice(self, word: str) -> range:
        """Return where LIMIT or OFFSET stands, with what follows it."""
        return self.clause(word, *SLICE, "VALUES")


def outermost(text: str) -> Outermost | None:
    """Return the outermost query of a text; None where no form of a query stands before the first brace."""
    words = [token for token in tokens(text) if token.kind != "comment"]
    for form, token in enumerate(words):
        if token.text == "{":
            return None
        if token.kind == "word" and token.text.upper() in FORMS:
            opening = next((i for i in range(form + 1, len(words)) if words[i].text == "{"), len(words))
            return Outermost(words, form, opening, _closing(words, opening))
    return None


def query_limit(text: str) -> float:
    """Return how many rows a query's outermost LIMIT asks for; infinity where it has none."""
    outer = outermost(text)
    if outer is None:
        return float("inf")
    numbers = (outer.words[i].text for i in outer.slice("LIMIT")[1:])
    digits = "".join(takewhile(str.isdecimal, numbers))
    return int(digits) if digits else float("inf")


def _closing(words: list[Token], opening: int) -> int:
    depth = 0
    for i in range(opening, len(words)):
        depth += (words[i].text == "{") - (words[i].text == "}")
        if not depth:
            return i
    return len(words)
