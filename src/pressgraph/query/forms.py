"""What a SPARQL query asks for: its form, the prefixes that it uses, the columns of `SELECT *`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pressgraph.query.lexer import kinds, tokens
from pressgraph.query.outermost import FORMS, outermost
from pressgraph.query.patterns import PREFIX, QUOTED, REFERENCE, SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

_FORM_BY_LETTER = {form[0]: form for form in FORMS}
_LONGEST_FORM = len("CONSTRUCT")
_MODIFIERS = {"DISTINCT", "REDUCED"}


def query_form(text: str) -> str | None:
    """Return the form of a query: SELECT, ASK, CONSTRUCT or DESCRIBE; None where it has none.

    The prologue is read as the grammar has it (SPARQL 1.1, 19.8, rules 4 to 6; SPARQL 1.2 adds VERSION), where names
    and IRIs cannot be taken for anything else. What follows it is the form. Where an engine of another kind has
    something else there, the form is the first such word.
    """
    at = _after_space(text, 0)
    while True:
        begins = text[at : at + _LONGEST_FORM].upper()
        form = _FORM_BY_LETTER.get(begins[:1])
        if form is not None and begins.startswith(form):
            return form
        after = _after_declaration(text, at, begins)
        if after is None:
            break
        at = _after_space(text, after)
    return next((word.upper() for kind, word in kinds(text) if kind == "word" and word.upper() in FORMS), None)


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with PREFIX declarations for the known prefixes that it uses and does not declare.

    They stand in its first line, so that an error's line number is that of the text.
    """
    used: set[str] = set()
    declared: set[str] = set()
    before = ""
    for token in tokens(text):
        if token.kind == "curie":
            prefix = token.text.partition(":")[0]
            (declared if before == "PREFIX" else used).add(prefix)
        before = token.text.upper() if token.kind == "word" else ""
    return "".join(f"PREFIX {p}: <{prefixes[p]}> " for p in sorted(used - declared) if p in prefixes) + text


def with_columns_as_written(text: str, prefixes: Mapping[str, str], *, base: str | None = None) -> str:
    """Return a query whose outermost `SELECT *` names its variables, in the order in which they are written.

    SPARQL 1.1 leaves the order of `*` open; engines sort by name, people expect what they wrote. A query without `*`,
    and one that is not valid, is returned as it is.
    """
    query = outermost(text) if "*" in text else None
    if query is None or not query.is_select:
        return text
    head = query.words[query.form + 1 : query.opening]
    if head and head[0].text.upper() in _MODIFIERS:
        del head[0]
    if not head or head[0].text != "*" or any("SERVICE" in token.text.upper() for token in query.words):
        # even an empty store would ask the other endpoint
        return text
    star = head[0].start
    variables = (token for token in query.words if token.kind == "variable" and token.start > star)
    order = dict.fromkeys(token.text[1:] for token in variables)
    try:
        columns = empty_store().query(text, base_iri=base, prefixes=dict(prefixes)).variables  # type: ignore[union-attr]
    except (SyntaxError, ValueError, RuntimeError, OSError):
        return text
    projected = {variable.value for variable in columns}
    names = [name for name in order if name in projected]
    if not names or set(names) != projected:
        return text
    return f"{text[:star]}{' '.join(f'?{name}' for name in names)}{text[star + 1 :]}"


@cache
def empty_store() -> ox.Store:
    """Return a store to ask what a query is, not what it finds."""
    import pyoxigraph as ox

    return ox.Store()


def _after_declaration(text: str, at: int, begins: str) -> int | None:
    """Return where a declaration of the prologue ends, or None where there is none."""
    if begins.startswith("PREFIX"):
        name = PREFIX.match(text, _after_space(text, at + len("PREFIX")))
        match = REFERENCE.match(text, _after_space(text, name.end())) if name else None
    elif begins.startswith("BASE"):
        match = REFERENCE.match(text, _after_space(text, at + len("BASE")))
    elif begins.startswith("VERSION"):
        match = QUOTED.match(text, _after_space(text, at + len("VERSION")))
    else:
        match = None
    return match.end() if match else None


def _after_space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at
