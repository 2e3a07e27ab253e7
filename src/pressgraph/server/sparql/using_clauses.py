"""Give an update the dataset that the protocol's parameters name (SPARQL 1.1 Protocol, 2.2.3).

The engine's update takes no dataset, so each operation with a WHERE gets USING clauses, by its tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.query.lexer import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence


def with_dataset(text: str, using: Sequence[str], using_named: Sequence[str]) -> str:
    """Return an update that reads these graphs; they are IRIs that have been checked.

    Raises QueryError where the update names its dataset itself: the two must not be mixed.
    """
    if not using and not using_named:
        return text
    clause = "".join(f" USING <{iri}>" for iri in using) + "".join(f" USING NAMED <{iri}>" for iri in using_named)
    edits: list[tuple[int, str]] = []
    depth = 0
    before: Token | None = None
    found = [token for token in tokens(text) if token.kind != "comment"]
    for index, token in enumerate(found):
        if token.kind == "other":
            depth += (token.text == "{") - (token.text == "}")
        elif depth == 0 and token.kind == "word":
            match token.text.upper():
                case "USING" | "WITH":
                    raise QueryError(
                        gettext(
                            "the update has USING or WITH, and the request using-graph-uri or using-named-graph-uri"
                        )
                    )
                case "WHERE" if before is not None and before.text.upper() == "DELETE":
                    # DELETE WHERE {…} takes no USING; the same as a template and a pattern does
                    pattern = _group(text, found[index + 1 :])
                    edits.append((token.start, f"{pattern}{clause} "))
                case "WHERE":
                    edits.append((token.start, f"{clause} "))
        before = token
    for start, insertion in reversed(edits):
        text = f"{text[:start]}{insertion}{text[start:]}"
    return text


def _group(text: str, following: list[Token]) -> str:
    depth = 0
    for token in following:
        if token.kind == "other":
            depth += (token.text == "{") - (token.text == "}")
            if depth == 0:
                return text[following[0].start : token.start + 1]
    raise QueryError(gettext("the update has a brace that is not closed"))
