"""Read the JSON-LD blocks of a page, tolerantly: a bad block is reported by line and column, the others are read.

What people's systems wrap around JSON is taken off (CDATA and comment marks, a closing semicolon, HTML's entities,
commas before a closing bracket), and said. What is not JSON then is a problem.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.embed.locate import Found
    from pressgraph.embed.page import Page

# Marks around JSON, so that XML's parsers and old browsers leave it alone.
_OPEN_MARK = re.compile(r"(?:(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--)")
_CLOSE_MARK = re.compile(r"(?:(?://|/\*)?\s*\]\](?:>|&gt;)\s*(?:\*/)?|(?://\s*)?--(?:>|&gt;))$")
_LONGEST_MARK = 64
_LONGEST_INTEGER = 300
_STRING_OR_COMMA = re.compile(r"(\"(?:[^\"\\]|\\.)*(?:\"|\Z))|,(?=\s*[\]}])", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockProblem:
    """Something wrong with a block: where in the page, and what. `fatal` where nothing of it could be read."""

    line: int
    column: int
    reason: str
    fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBlock:
    """A JSON-LD block of a page: what it says, None where it could not be read, and what was wrong with it."""

    page: Page = field(repr=False)
    start: int
    """Where its text begins in the page's."""
    text: str = field(repr=False)
    """Its text as people read it."""
    data: Any
    line: int
    column: int
    own: bool
    problems: tuple[BlockProblem, ...] = ()

    def problem(self, offset: int, reason: str, *, fatal: bool = True) -> BlockProblem:
        """Return what is wrong at an offset of the text, with its place in the page."""
        before = self.text[: min(offset, len(self.text))]
        source = self.page.source
        if source.codec == "latin-1" and not before.isascii():
            # the text's characters may be several of the page's
            before = before.encode(source.encoding, errors="replace").decode("latin-1")
        line, column = source.place(self.start + len(before))
        return BlockProblem(line=line, column=column, reason=reason, fatal=fatal)

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Yield every node object of the block, nested ones too, as written."""
        yield from _nodes(self.data)


def read_blocks(page: Page, *, own: bool = True) -> list[PageBlock]:
    """Return the JSON-LD blocks of a page in their order; `own` includes ours."""
    ours = {element.start for element in page.tree.own}
    element = (it for it in page.tree.all_blocks() if own or it.start not in ours)
    return [_read(page, it, own=it.start in ours) for it in element]


def _read(page: Page, element: Found, *, own: bool) -> PageBlock:
    start, end = element.inner
    text = page.source.readable(page.source.text[start:end])
    line, column = page.source.place(element.start)
    empty = PageBlock(page=page, start=start, text=text, data=None, line=line, column=column, own=own)

    def troubled(offset: int, reason: str) -> PageBlock:
        return replace(empty, problems=(empty.problem(offset, reason),))

    if not element.closed:
        return troubled(0, gettext("the script is never closed"))
    if not text.strip():
        return troubled(0, gettext("the block is empty"))
    try:
        return replace(empty, data=_loads(text))
    except (ValueError, RecursionError) as error:
        first = error
    for offset, repaired, what in _repairs(text):
        try:
            data = _loads(repaired, strict=False)
        except (ValueError, RecursionError):
            continue
        return replace(
            empty, data=data, problems=(empty.problem(offset, gettext("read after {what}", what=what), fatal=False),)
        )
    if isinstance(first, json.JSONDecodeError):
        return troubled(first.pos, gettext("not JSON: {reason}", reason=first.msg[:1].lower() + first.msg[1:]))
    return troubled(
        0,
        gettext("not JSON: it is nested too deep")
        if isinstance(first, RecursionError)
        else gettext("not JSON: {reason}", reason=first),
    )


def _loads(text: str, *, strict: bool = True) -> Any:
    return json.loads(text, strict=strict, parse_constant=_refuse, parse_int=_integer)


def _repairs(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield what the text may have been meant as, with how it came about, the least change first."""
    done: list[str] = []
    offset = len(text)
    current = text
    if json_only := _unwrapped(current):
        if json_only != current.strip():
            offset = min(offset, len(text) - len(text.lstrip()))
            done.append("taking off the marks around it")
        current = json_only
        yield offset, current, " and ".join(done) or "leaving control characters in strings"
    bare = current.rstrip().rstrip(";").rstrip()
    if bare != current.rstrip():
        offset = min(offset, text.rfind(";"))
        done.append("taking off the semicolon at its end")
        current = bare
        yield offset, current, " and ".join(done)
    plain = html.unescape(current) if "&" in current else current
    if plain != current:
        offset = min(offset, text.find("&"))
        done.append("resolving HTML entities")
        current = plain
        yield offset, current, " and ".join(done)
    fewer = _STRING_OR_COMMA.sub(lambda match: match[1] or "", current)
    if fewer != current:
        done.append("taking out commas before closing brackets")
        yield min(offset, text.rfind(",")), fewer, " and ".join(done)


def _unwrapped(text: str) -> str:
    bare = text.strip().removeprefix("\ufeff").lstrip()
    opened = _OPEN_MARK.match(bare)
    bare = bare[opened.end() :] if opened is not None else bare
    tail = bare[-_LONGEST_MARK:]
    closed = _CLOSE_MARK.search(tail)
    return (bare[: len(bare) - len(tail) + closed.start()] if closed is not None else bare).strip()


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of thousands of digits; a number that large is one thing, the block another
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    # a stack instead of recursion: pages can be deeper than Python
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            if "@value" not in item:
                yield item
            stack.extend(value for key, value in reversed(item.items()) if key != "@context")
