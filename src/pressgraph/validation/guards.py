"""What shapes may not do: reach into the network, or make a check that never ends.

- `SERVICE` in a SPARQL constraint would ask another endpoint; `sh:js` would fetch and run code
- `owl:imports` is never followed by any engine here, and said when it is there
- a pattern that repeats a repetition, such as `(a+)+`, takes exponential time in a backtracking engine
- a SPARQL property path nested in itself, such as `((:p*)*)*`
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.query.lexer import tokens
from pressgraph.rdf import OWL, SH

if TYPE_CHECKING:
    from collections.abc import Iterable

_parser: Any
with warnings.catch_warnings():
    # `re._parser` is where CPython keeps the parser; the public name is deprecated, the structure is the same
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse as _parser

SPARQL_TEXTS = frozenset(f"{SH}{name}" for name in ("select", "ask", "construct", "update"))
_MAX_REPEAT = 1000
_MAX_DEPTH = 100


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
            raise ProfileError(f"the shape {triple.subject} runs JavaScript (sh:js)", hint="use SPARQL (sh:sparql)")
        elif name == f"{OWL}imports" and isinstance(value, ox.NamedNode):
            left_out.append(f"owl:imports {value.value} is not followed: nothing is fetched")
    return left_out


def _guard_query(text: str, shape: object) -> None:
    depth = 0
    previous = ""
    for token in tokens(text):
        if token.kind == "word" and "SERVICE" in token.text.upper():
            raise ProfileError(
                f"SERVICE in the shape {shape} would ask another endpoint, and nothing is fetched here",
                hint="remove it",
            )
        if token.kind == "other" and token.text in "{([":
            depth += 1
            if depth > _MAX_DEPTH:
                raise ProfileError(f"the SPARQL of the shape {shape} is nested deeper than {_MAX_DEPTH} levels")
        elif token.kind == "other" and token.text in "})]":
            depth -= 1
        elif token.kind == "string" and previous == "," and _is_pattern(token.text):
            _guard_pattern(token.text.strip("'\""), shape)
        previous = token.text


def _is_pattern(text: str) -> bool:
    # any string argument with a repeated group: the second argument of REGEX and REPLACE is one
    return re.search(r"\)[*+{]", text) is not None


def _guard_pattern(pattern: str, shape: object) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        # XPath's syntax is not quite Python's: what cannot be read here the engine refuses or runs
        return
    if _repeats(tree, inside=False):
        raise ProfileError(
            f"the pattern '{pattern}' of the shape {shape} repeats a repetition, which can take forever",
            hint="write each repetition once: (a+)+ is a+",
        )


def _repeats(tree: Any, *, inside: bool) -> bool:
    """Tell whether an unbounded repetition stands inside another one and can match in more than one way."""
    for operator, argument in tree:
        name = str(operator)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _, most, inner = argument
            unbounded = most == _parser.MAXREPEAT or most > _MAX_REPEAT
            if unbounded and inside:
                return True
            # a group whose every turn starts with something fixed cannot be split in two ways
            inner = _unwrapped(inner)
            fixed = bool(inner) and str(inner[0][0]) == "LITERAL" and not _starts_again(inner)
            if _repeats(inner, inside=inside or (unbounded and not fixed)):
                return True
        elif name == "SUBPATTERN":
            if _repeats(argument[-1], inside=inside):
                return True
        elif name == "BRANCH":
            if any(_repeats(branch, inside=inside) for branch in argument[1]):
                return True
        elif name in {"ASSERT", "ASSERT_NOT"} and _repeats(argument[1], inside=inside):
            return True
    return False


def _unwrapped(tree: Any) -> Any:
    while len(tree) == 1 and str(tree[0][0]) == "SUBPATTERN":
        tree = tree[0][1][-1]
    return tree


def _starts_again(tree: Any) -> bool:
    """Tell whether the first, fixed character can occur later in the group too."""
    first = chr(tree[0][1])
    later = re.compile(re.escape(first))
    return any(_accepts(item, later, first) for item in list(tree)[1:])


def _accepts(item: Any, later: re.Pattern[str], first: str) -> bool:
    operator, argument = item
    name = str(operator)
    if name == "LITERAL":
        return bool(later.match(chr(argument)))
    if name == "NOT_LITERAL":
        return chr(argument) != first
    if name == "ANY":
        return True
    if name == "IN":
        return _in_set(argument, first)
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return any(_accepts(it, later, first) for it in argument[2])
    if name == "SUBPATTERN":
        return any(_accepts(it, later, first) for it in argument[-1])
    return True


def _in_set(items: Any, first: str) -> bool:
    negated = False
    found = False
    for operator, argument in items:
        name = str(operator)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found |= chr(argument) == first
        elif name == "RANGE":
            found |= argument[0] <= ord(first) <= argument[1]
        else:
            category = str(argument)
            known = {
                "CATEGORY_DIGIT": first.isdigit(),
                "CATEGORY_WORD": first.isalnum() or first == "_",
                "CATEGORY_SPACE": first.isspace(),
            }
            found |= known.get(category, True)
    return found != negated
