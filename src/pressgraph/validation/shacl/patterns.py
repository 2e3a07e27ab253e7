"""Regular expressions of shapes in a form that both engines read (XML Schema 1.1 part 2, appendix G).

`sh:pattern` is XPath's, which is XML Schema's with anchors. The compiled engine's expressions and Python's lack `\\i`
and `\\c` and read the subtraction of classes, `[a-z-[aeiou]]`, otherwise; Python's lack `\\p{…}` besides.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = f"{_START}\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CLASSES = {"i": _START, "c": _NAME}
_PROPERTY = re.compile(r"\\([pP])\{(\^?)([A-Za-z]{1,2})\}")


def portable(pattern: str, *, properties: bool = False) -> str:
    """Return a pattern without what only XPath's expressions have; `properties` writes `\\p{…}` out too.

    What is no expression is returned as far as it can be read: the engine refuses it.

    >>> portable("[a-z-[aeiou]]+")
    '(?:(?![aeiou])[a-z])+'
    """
    written: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "[":
            text, at = _class(pattern, at, properties=properties)
            written.append(text)
        elif pattern[at] == "\\":
            text, at = _escape(pattern, at, inside=False, properties=properties)
            written.append(text)
        else:
            written.append(pattern[at])
            at += 1
    return "".join(written)


def why_no_pattern(pattern: str) -> str | None:
    """Return why a pattern is no regular expression to either engine, in the words of Python's, or None."""
    try:
        re.compile(portable(pattern, properties=True))
    except re.error as error:
        return str(error)
    return None


def _class(pattern: str, at: int, *, properties: bool) -> tuple[str, int]:
    """Return a class that starts at a position, and where it ends."""
    start, at = at, at + 1
    written = ["["]
    if pattern[at : at + 1] == "^":
        written.append("^")
        at += 1
    if pattern[at : at + 1] == "]":
        # no class of XPath's is empty, but engines read this bracket as a member
        written.append("\\]")
        at += 1
    while at < len(pattern):
        if pattern[at] == "]":
            return "".join(written) + "]", at + 1
        if pattern.startswith("-[", at):
            without, end = _class(pattern, at + 1, properties=properties)
            if pattern[end : end + 1] == "]":
                return f"(?:(?!{without}){''.join(written)}])", end + 1
        if pattern[at] == "\\":
            text, at = _escape(pattern, at, inside=True, properties=properties)
            written.append(text)
        elif pattern[at] == "[":
            written.append("\\[")
            at += 1
        else:
            written.append(pattern[at])
            at += 1
    return pattern[start:], len(pattern)


def _escape(pattern: str, at: int, *, inside: bool, properties: bool) -> tuple[str, int]:
    """Return what an escape that starts at a position means, and where it ends."""
    sign = pattern[at + 1 : at + 2]
    if sign.lower() in _CLASSES and sign:
        ranges = _CLASSES[sign.lower()]
        if sign.islower():
            return (ranges if inside else f"[{ranges}]"), at + 2
        return (_others(ranges) if inside else f"[^{ranges}]"), at + 2
    match = _PROPERTY.match(pattern, at) if properties else None
    if match is not None:
        wanted = (match[1] == "p") != bool(match[2])
        ranges = _ranges(match[3], wanted=wanted)
        return (ranges if inside else f"[{ranges}]"), match.end()
    return pattern[at : at + 2], at + 2


@lru_cache(maxsize=32)
def _ranges(category: str, *, wanted: bool) -> str:
    """Return the characters of a general category, or all others, as the inside of a class."""
    return _written(
        unicodedata.category(chr(code)).startswith(category) == wanted for code in range(sys.maxunicode + 1)
    )


@lru_cache(maxsize=4)
def _others(ranges: str) -> str:
    within = re.compile(f"[{ranges}]")
    return _written(within.match(chr(code)) is None for code in range(sys.maxunicode + 1))


def _written(members: Iterable[bool]) -> str:
    parts: list[str] = []
    start: int | None = None
    code = -1
    for code, member in enumerate(members):
        # surrogates are no characters of XML
        member = member and not 0xD800 <= code <= 0xDFFF  # noqa: PLW2901, PLR2004
        if member and start is None:
            start = code
        elif not member and start is not None:
            parts.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    if start is not None:
        parts.append(f"\\U{start:08x}-\\U{code:08x}")
    return "".join(parts)
