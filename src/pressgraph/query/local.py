"""Run SPARQL over a local store, whose default graph is the union of its graphs (`pressgraph.dataset.union`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.query.forms import empty_store, with_columns_as_written
from pressgraph.query.guard import Limits, check_query
from pressgraph.query.lexer import kinds
from pressgraph.query.patterns import ENGINE_PLACE
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

    from pressgraph.profile import Profile

# Our own user may ask for more than a stranger; what ends the process stays out.
_LIMITS = Limits(size=16 * 1024 * 1024, depth=100, operators=2000)
_LONGEST_MESSAGE = 160


def query_store(text: str, store: ox.Store, profile: Profile, *, id_base: str) -> Answer:
    """Answer a query; the profile's prefixes need no declaring.

    Raises QueryError for a query that is not valid, and for what `pressgraph.query.guard` refuses.
    """
    check_query(text, _LIMITS)
    prefixes = profile.query_prefixes(id_base)
    try:
        answer = store.query(with_columns_as_written(text, prefixes), prefixes=prefixes)
    except SyntaxError as error:
        raise syntax_error(text, error.msg or str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(gettext("the query failed: {reason}", reason=error)) from error
    return Answer(answer)


def check_syntax(text: str, prefixes: Mapping[str, str]) -> None:
    """Raise QueryError for a text that is not valid SPARQL 1.1."""
    try:
        empty_store().query(text, prefixes=dict(prefixes))
    except SyntaxError as error:
        raise syntax_error(text, error.msg or str(error)) from error
    except (OSError, RuntimeError, ValueError):
        # what an empty store cannot do is no matter of syntax
        return


def syntax_error(text: str, message: str) -> QueryError:
    """Say where the text stops being SPARQL; the engine's list of all that it would have taken helps nobody."""
    if next(iter(kinds(text)), None) is None:
        return QueryError(
            gettext("the query is empty"), hint=gettext("it begins with SELECT, ASK, CONSTRUCT or DESCRIBE")
        )
    message = " ".join(message.split())
    match = ENGINE_PLACE.match(message)
    if match is None:
        return QueryError(gettext("not valid SPARQL 1.1: {reason}", reason=message[:_LONGEST_MESSAGE]))
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    reason = gettext("unexpected '{text}'", text=rest[:40]) if rest else gettext("it ends too early")
    # where white space is among what the engine expects, it lists the keywords that may follow, and not what else may
    known = match[3] if len(match[3]) < _LONGEST_MESSAGE and "[_]" not in match[3] else None
    if "Prefix not found" in match[3]:
        known = gettext("is a prefix not declared?")
    return QueryError(
        gettext(
            "not valid SPARQL 1.1 in line {line}, column {column}: {reason}", line=line, column=column, reason=reason
        ),
        hint=known,
    )
