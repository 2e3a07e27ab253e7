"""Read the JSON-LD blocks of a page, tolerantly: a bad block is reported by line and column, the others are read.

What people's systems wrap around JSON is taken off (CDATA and comment marks, a closing semicolon, HTML's entities,
commas before a closing bracket), and said. What is not JSON then is a problem.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.publish.pages.locate import Found
    from pressgraph.publish.pages.splice import Page

_WRAPPING = re.compile(
    r"(?P<open>\s*(?:(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--)?\s*)"
    r"(?P<json>.*?)"
    r"(?P<close>\s*(?:(?://|/\*)?\s*\]\]>\s*(?:\*/)?|(?://\s*)?-->)?\s*)",
    re.DOTALL,
)
_STRING_OR_COMMA = re.compile(r"(\"(?:[^\"\\]|\\.)*\")|,(?=\s*[\]}])", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something wrong with a block: where in the page, and what. `fatal` where nothing of it could be read."""

    line: int
    column: int
    reason: str
    fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBlock:
    """A JSON-LD block of a page: what it says, None where it could not be read, and what was wrong with it."""

    data: Any
    line: int
    column: int
    own: bool
    troubles: tuple[Trouble, ...] = ()

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Yield every node object of the block, nested ones too, as written."""
        yield from _nodes(self.data)


def read_blocks(page: Page, *, own: bool = True) -> list[PageBlock]:
    """Return the JSON-LD blocks of a page in their order; `own` includes ours."""
    ours = {found.start for found in page.tree.own}
    found = (it for it in page.tree.all_blocks() if own or it.start not in ours)
    return [_read(page, it, own=it.start in ours) for it in found]


def _read(page: Page, found: Found, *, own: bool) -> PageBlock:
    start, end = found.inner
    text = page.source.readable(page.source.text[start:end])
    troubles: list[Trouble] = []
    line, column = page.source.place(found.start)

    def place(offset: int) -> tuple[int, int]:
        # an offset in the readable text; its bytes may be more
        before = text[:offset]
        if page.source.codec == "latin-1" and not before.isascii():
            before = before.encode(page.source.encoding, errors="replace").decode("latin-1")
        return page.source.place(start + len(before))

    def trouble(offset: int, reason: str, *, fatal: bool = True) -> None:
        at, col = place(min(offset, len(text)))
        troubles.append(Trouble(line=at, column=col, reason=reason, fatal=fatal))

    def block(data: Any) -> PageBlock:
        return PageBlock(data=data, line=line, column=column, own=own, troubles=tuple(troubles))

    if not found.closed:
        trouble(0, "the script is never closed")
        return block(None)
    if not text.strip():
        trouble(0, "the block is empty")
        return block(None)
    try:
        return block(json.loads(text, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        first = error
    for offset, repaired, what in _repairs(text):
        try:
            data = json.loads(repaired, strict=False, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
        trouble(offset, f"read after {what}", fatal=False)
        return block(data)
    where = first.pos if isinstance(first, json.JSONDecodeError) else 0
    reason = first.msg if isinstance(first, json.JSONDecodeError) else str(first)
    trouble(where, f"not JSON: {reason[:1].lower()}{reason[1:]}")
    return block(None)


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
    match = _WRAPPING.fullmatch(text.strip().removeprefix("\ufeff"))
    return match["json"] if match is not None else text.strip()


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
