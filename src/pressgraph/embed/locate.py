"""Find places in a page: our own block, other people's blocks, and where a block may go.

The parser only locates; it never writes. Its offsets are those of the text it was given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import turbohtml

from pressgraph.embed.block import ID, MARK, MEDIA_TYPE
from pressgraph.embed.text import PRESCAN
from pressgraph.errors import PageError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

# Elements that have no end tag (HTML, 13.1.2, void elements); the obsolete ones are parsed alike.
_VOID = frozenset({"base", "basefont", "bgsound", "link", "meta"})
_LEADING = re.compile(r"(?:\s|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"(?:\s|<!--.*?-->|<\?[^>]*>)*<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
_CHARSET = re.compile(r"<meta\b[^>]*\bcharset\b[^>]*>", re.IGNORECASE)
_HEAD_END = re.compile(r"</head[\s/>]", re.IGNORECASE)
# Each place costs two parses of the page, and a page may hold any number of these.
_MOST_HEAD_ENDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An element in the page: its offsets from `<` to the end of its end tag, and those of its content."""

    start: int
    end: int
    inner: tuple[int, int]
    element: turbohtml.Element
    closed: bool = True


class ParsedPage:
    """A page's tree with the places of its elements.

    `text` is the copy in which every CR is a space (`PageText.parsed`).
    """

    def __init__(self, text: str, *, scripting: bool = True) -> None:
        self.text = text
        self.document = turbohtml.parse(text, source_locations=True, scripting=scripting)

    @cached_property
    def own(self) -> tuple[Found, ...]:
        """Our marked elements, in the order of the page.

        Those in templates, comments, text areas and the like are not elements of the page, so they are not here.

        Raises PageError for a marked script that nothing closes.
        """
        for element in self.marked:
            if not element.closed:
                raise PageError(
                    gettext("our own block is not closed"), hint=gettext("restore its </script>, or delete it by hand")
                )
        return self.marked

    @cached_property
    def marked(self) -> tuple[Found, ...]:
        """Our marked elements, closed or not."""
        if MARK not in self.text:
            return ()
        elements = [*self._elements("script"), *self._elements("link")]
        return tuple(sorted((it for it in elements if _is_own(it)), key=lambda it: it.start))

    @cached_property
    def last_charset(self) -> int:
        """Where the last `<meta charset>` starts that browsers look for in the first bytes; -1 without one.

        They look into scripts and code, too, and for no element (HTML, 13.2.3.2), so no block goes before it.
        """
        return max((m.start() for m in _CHARSET.finditer(self.text, 0, PRESCAN)), default=-1)

    @cached_property
    def blocks(self) -> tuple[Found, ...]:
        """The JSON-LD blocks that are not ours."""
        if "<script" not in self.text and "<SCRIPT" not in self.text.upper():
            return ()
        return tuple(it for it in self._elements("script") if is_json_ld(it.element) and not _is_own(it))

    def all_blocks(self) -> tuple[Found, ...]:
        """Return every JSON-LD block."""
        return tuple(it for it in self._elements("script") if is_json_ld(it.element))

    def _elements(self, tag: str) -> Iterator[Found]:
        for element in self.document.find_all(tag):
            located = self.found(element)
            if located is not None and not _is_inert(element):
                yield located

    def found(self, element: turbohtml.Element) -> Found | None:
        """Return where an element stands; None where the source does not have it."""
        location = element.source_location
        if location is None:
            return None
        start, after = location.start_tag.start_offset, location.start_tag.end_offset
        if location.end_tag is None:
            # what is never closed reaches to the end of the page, but for void elements
            end = after if element.tag in _VOID else len(self.text)
            return Found(start=start, end=end, inner=(after, end), element=element, closed=element.tag in _VOID)
        inner = (after, location.end_tag.start_offset)
        return Found(start=start, end=location.end_tag.end_offset, inner=inner, element=element)

    def free_number(self) -> int:
        """Return the least number from 1 whose id no element has."""
        number = 1
        while f"{ID}{number}" in self.text and self.document.find(id=f"{ID}{number}") is not None:
            number += 1
        return number

    def places(self) -> Iterator[int]:
        """Yield where a block may go, best first: before `</head>`, else as late in the head as there is one.

        Then before what is written `</head>` and ends nothing, and at last at the page's beginning.
        """
        head = self.document.find("head")
        if head is not None:
            location = head.source_location
            if location is not None and location.end_tag is not None:
                place = location.end_tag.start_offset
                if self.text[place : place + 6].lower() == "</head":
                    yield place
            for child in reversed([node for node in head.children if isinstance(node, turbohtml.Element)]):
                located = self.found(child)
                if located is not None and located.closed:
                    yield located.end
                    break
            if location is not None:
                yield location.start_tag.end_offset
        # where something before <head> has opened the body already, the head's end is no element's
        yield from (it.start() for it in islice(_HEAD_END.finditer(self.text), _MOST_HEAD_ENDS))
        html = self.document.find("html")
        if html is not None and html.source_location is not None:
            yield self._after_blank(html.source_location.start_tag.end_offset)
        doctype = _DOCTYPE.match(self.text)
        if doctype is not None:
            yield self._after_blank(doctype.end())
        yield self._after_blank(0)

    def _after_blank(self, place: int) -> int:
        # White space and comments before the head stay outside it only as long as nothing opens the head.
        match = _LEADING.match(self.text, place)
        return match.end() if match is not None else place


def is_json_ld(element: turbohtml.Element) -> bool:
    """Tell whether a script is a JSON-LD block: its type without parameters, in any case (JSON-LD 1.1, 7)."""
    kind = element.attr("type")
    return kind is not None and kind.partition(";")[0].strip().lower() == MEDIA_TYPE


def _is_own(located: Found) -> bool:
    element = located.element
    if element.attr(MARK) is None:
        return False
    return element.tag == "link" or is_json_ld(element)


def _is_inert(element: turbohtml.Element) -> bool:
    """Tell whether an element is in a template, or is SVG's or MathML's element of the same name."""
    if element.namespace is not turbohtml.Namespace.HTML:
        return True
    return any(isinstance(it, turbohtml.DocumentFragment) for it in element.ancestors)
