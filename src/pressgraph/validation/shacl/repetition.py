"""Patterns that repeat a repetition, such as `(a+)+`: a backtracking engine may take exponential time for them.

The pattern is read in its portable form (`patterns.portable`), in which classes are flat and escapes Python's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pressgraph.validation.shacl.patterns import portable

_MAX_REPEAT = 1000
"""As many repetitions are as good as any number."""

_TOKEN = re.compile(
    r"""
      (?P<open>\((?:\?(?:[:=!>]|<[=!]|P<\w+>|[a-zA-Z-]+:?))?)
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<quantifier>(?:[*+?]|\{(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\})[?+]?)
    | (?P<anchor>[\^$])
    | (?P<one>\[\^?\]?(?:\\.|[^\]\\])*+\]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Item:
    """A character, a class of characters, or a group of alternatives; whether it is repeated, and without limit."""

    one: str = ""
    """What matches one character, as an expression by itself."""
    group: list[list[_Item]] | None = None
    repeated: bool = False
    endless: bool = False


@dataclass(slots=True)
class _Open:
    """A group that is being read."""

    alternatives: list[list[_Item]] = field(default_factory=lambda: [[]])


def repeats_a_repetition(pattern: str) -> bool:
    """Tell whether an endless repetition stands in another one, and a text can be divided among both in several ways.

    False for what is no expression: the engine refuses it.
    """
    try:
        written = portable(pattern, properties=True)
        re.compile(written)
    except (re.error, OverflowError, RecursionError):
        return False
    return _nested(_read(written), inside=False)


def _read(pattern: str) -> list[list[_Item]]:
    """Return the alternatives of a pattern that is well-formed."""
    opened = [_Open()]
    for match in _TOKEN.finditer(pattern):
        sequence = opened[-1].alternatives[-1]
        match match.lastgroup:
            case "open":
                opened.append(_Open())
            case "close":
                group = opened.pop().alternatives
                opened[-1].alternatives[-1].append(_Item(group=group))
            case "bar":
                opened[-1].alternatives.append([])
            case "quantifier" if sequence:
                sequence[-1].repeated = True
                sequence[-1].endless |= _is_endless(match)
            case "one":
                sequence.append(_Item(one=match["one"]))
    return opened[0].alternatives


def _is_endless(match: re.Match[str]) -> bool:
    if match["quantifier"][0] in "*+?":
        return match["quantifier"][0] != "?"
    most = match["most"] or ("" if match["comma"] else match["least"])
    # Python reads no number of more than four thousand digits
    return not most or len(most.lstrip("0")) > len(str(_MAX_REPEAT)) or int(most) > _MAX_REPEAT


def _nested(alternatives: list[list[_Item]], *, inside: bool) -> bool:
    for item in (item for sequence in alternatives for item in sequence):
        if item.endless and inside:
            return True
        if item.group is not None:
            # a group whose every turn starts with something fixed cannot be divided in two ways
            divided = item.endless and not _starts_fixed(item.group)
            if _nested(item.group, inside=inside or divided):
                return True
    return False


def _starts_fixed(group: list[list[_Item]]) -> bool:
    """Tell whether each alternative of a group starts with one character of its own that none can have later."""
    group = [_unwrapped(sequence) for sequence in group]
    starts: set[str] = set()
    for sequence in group:
        character = _character(sequence[0].one) if sequence and not sequence[0].repeated else None
        if character is None or character in starts:
            return False
        starts.add(character)
    rest = [item for sequence in group for item in sequence[1:]]
    return not any(_accepts(item, start) for item in rest for start in starts)


def _unwrapped(sequence: list[_Item]) -> list[_Item]:
    """Return a sequence whose first item is no group that only holds others together."""
    while sequence and not sequence[0].repeated and sequence[0].group is not None and len(sequence[0].group) == 1:
        sequence = [*sequence[0].group[0], *sequence[1:]]
    return sequence


def _character(one: str) -> str | None:
    """Return the only character that an expression matches, or None."""
    if len(one) == 1:
        return None if one == "." else one
    # an escaped sign stands for itself, an escaped letter or digit for more
    return one[1] if len(one) == 2 and one[0] == "\\" and not one[1].isalnum() else None  # noqa: PLR2004 - a pair


def _accepts(item: _Item, character: str) -> bool:
    if item.group is not None:
        return any(_accepts(inner, character) for sequence in item.group for inner in sequence)
    return re.fullmatch(item.one, character, re.DOTALL) is not None
