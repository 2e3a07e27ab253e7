"""What shapes may not do: reach into the network, or make a check that never ends.

- `SERVICE` in a SPARQL constraint would ask another endpoint; `sh:js` would fetch and run code
- `owl:imports` is never followed by any engine here, and said when it is there
- a pattern that repeats a repetition, such as `(a+)+`, takes exponential time in a backtracking engine
- a SPARQL property path nested in itself, such as `((:p*)*)*`
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.i18n import gettext
from pressgraph.query.lexer import tokens
from pressgraph.rdf import OWL, PG, SH
from pressgraph.validation.shacl.repetition import repeats_a_repetition

if TYPE_CHECKING:
    from collections.abc import Iterable

SPARQL_TEXTS = frozenset(f"{SH}{name}" for name in ("select", "ask", "construct", "update"))
_MAX_DEPTH = 100
# what shapes that are shipped import is shipped too
_OURS = PG.removesuffix("profile#")


def guard_shapes(triples: Iterable[ox.Triple]) -> list[str]:
    """Refuse shapes that are dangerous to run; return what is left out of them, in words.

    Raises ProfileError.
    """
    left_out: list[str] = []
    for triple in triples:
        name, value = triple.predicate.value, triple.object
        if name in SPARQL_TEXTS and isinstance(value, ox.Literal):
            _guard_query(value.value, triple.subject)
        elif name == f"{SH}pattern" and isinstance(value, ox.Literal):
            _guard_pattern(value.value, triple.subject)
        elif name == f"{SH}js":
            raise ProfileError(
                gettext("the shape {shape} runs JavaScript (sh:js)", shape=triple.subject),
                hint=gettext("use SPARQL (sh:sparql)"),
            )
        elif name == f"{OWL}imports" and isinstance(value, ox.NamedNode) and not value.value.startswith(_OURS):
            left_out.append(f"owl:imports {value.value} is not followed: nothing is fetched")
    return left_out


def _guard_query(text: str, shape: object) -> None:
    depth = 0
    previous = ""
    for token in tokens(text):
        if token.kind == "word" and "SERVICE" in token.text.upper():
            raise ProfileError(
                gettext(
                    "SERVICE in the shape {shape} would ask another endpoint, and nothing is fetched here", shape=shape
                ),
                hint=gettext("remove it"),
            )
        if token.kind == "other" and token.text in "{([":
            depth += 1
            if depth > _MAX_DEPTH:
                raise ProfileError(
                    gettext(
                        "the SPARQL of the shape {shape} is nested deeper than {limit} levels",
                        shape=shape,
                        limit=_MAX_DEPTH,
                    )
                )
        elif token.kind == "other" and token.text in "})]":
            depth -= 1
        elif token.kind == "string" and previous == "," and _is_pattern(token.text):
            _guard_pattern(token.text.strip("'\""), shape)
        previous = token.text


def _is_pattern(text: str) -> bool:
    # any string argument with a repeated group: the second argument of REGEX and REPLACE is one
    return re.search(r"\)[*+{]", text) is not None


def _guard_pattern(pattern: str, shape: object) -> None:
    if repeats_a_repetition(pattern):
        raise ProfileError(
            gettext(
                "the pattern '{pattern}' of the shape {shape} repeats a repetition, which can take forever",
                pattern=pattern,
                shape=shape,
            ),
            hint=gettext("write each repetition once: (a+)+ is a+"),
        )
