"""Run SPARQL over a local store, whose default graph is the union of its graphs (`pressgraph.dataset.union`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.errors import QueryError
from pressgraph.query.lexer import tokens
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pressgraph.profile import Profile

# Beyond these, parsing or planning can exhaust the stack and end the process; no person writes such a query.
_MAX_DEPTH = 100
_MAX_STEPS = 2000
_STEPS = {*"!|/^+*-.;,", "BIND", "FILTER", "MINUS", "OPTIONAL", "UNION"}

_LONGEST_MESSAGE = 160


def query_store(text: str, store: ox.Store, profile: Profile, *, id_base: str) -> Answer:
    """Answer a query; the profile's prefixes need no declaring.

    Raises QueryError for a query that is not valid, and for SERVICE: nothing is fetched.
    """
    _guard(text)
    try:
        found = store.query(text, prefixes=profile.query_prefixes(id_base))
    except SyntaxError as error:
        raise _syntax_error(text, error) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error
    return Answer(found)


def _syntax_error(text: str, error: SyntaxError) -> QueryError:
    """Say where the text stops being SPARQL; the engine's list of all that it would have taken helps nobody."""
    message = " ".join((error.msg or str(error)).split())
    match = re.match(r"error at (\d+):(\d+): (.*)", message)
    if match is None:
        return QueryError(f"not valid SPARQL 1.1: {message[:_LONGEST_MESSAGE]}")
    line, column = int(match[1]), int(match[2])
    lines = text.splitlines()
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    found = f"unexpected '{rest[:40]}'" if rest else "it ends too early"
    known = match[3] if len(match[3]) < _LONGEST_MESSAGE else None
    if "Prefix not found" in match[3]:
        known = "is a prefix not declared?"
    return QueryError(f"not valid SPARQL 1.1 in line {line}, column {column}: {found}", hint=known)


def _guard(text: str) -> None:
    """Refuse what would ask elsewhere, and what is nested or chained so far that it could end the process."""
    opened: list[str] = []
    steps = 0
    values = False
    for token in tokens(text):
        word = token.text.upper() if token.kind == "word" else token.text if token.kind == "other" else ""
        if word in {"{", "(", "["}:
            opened.append(word)
            if len(opened) > _MAX_DEPTH:
                raise QueryError(f"the query is nested deeper than {_MAX_DEPTH} levels")
        elif word in {"}", ")", "]"}:
            if opened:
                opened.pop()
            values = values and word != "}"
        elif word == "SERVICE":
            raise QueryError(
                "SERVICE would ask another endpoint, and nothing is fetched here",
                hint="ask that endpoint with --endpoint URL",
            )
        elif word == "VALUES":
            values = True
        elif word in _STEPS and not values and not (word == "," and opened[-1:] == ["("]):
            # neither the data of a VALUES block nor the items of a list are steps
            steps += 1
            if steps > _MAX_STEPS:
                raise QueryError(
                    f"the query has more than {_MAX_STEPS} patterns and operators",
                    hint="put lists of values into VALUES",
                )
