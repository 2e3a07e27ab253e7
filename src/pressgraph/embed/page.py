"""Put a block into a page, or take it out, and change no other byte.

What is written is the page's own bytes with ours between them. Then the result is parsed and compared: our elements
must be where they were put, with the text they were given, and without them the tree must be that of the page before.
A page for which no place satisfies this is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.parsers import expat

import turbohtml

from pressgraph.embed.block import MARK
from pressgraph.embed.locate import ParsedPage
from pressgraph.embed.templates import code_regions, template_of, without_code
from pressgraph.embed.text import PageText
from pressgraph.errors import PageError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.embed.block import Block


class Page:
    """A page to edit.

    Raises PageError for an encoding that cannot be spliced.
    """

    def __init__(self, html: bytes) -> None:
        self.html = html
        self.source = PageText.of(html)

    @cached_property
    def tree(self) -> ParsedPage:
        """The page as it is, our own block included."""
        return ParsedPage(self.source.parsed)

    @cached_property
    def document(self) -> turbohtml.Document:
        """What the page says, as browsers decode it: elements' texts and attributes are read here and nowhere else.

        In `tree` a character is a byte, or what an entity stands for, and nothing tells which.
        """
        if self.source.codec != "latin-1" or self.source.text.isascii():
            return self.tree.document
        return turbohtml.parse(self.source.readable(self.source.parsed), scripting=True)

    @cached_property
    def original(self) -> PageText:
        """The page without our block.

        Raises PageError where the text around the block would make another one.
        """
        own = self.tree.own
        if not own:
            return self.source
        text, end = [], len(self.source.text)
        for element in reversed(own):
            text.append(self.source.text[element.end : end])
            end = element.start
        text.append(self.source.text[:end])
        page = PageText(self.source.mark, "".join(reversed(text)), self.source.codec)
        if MARK in page.text and ParsedPage(page.parsed).marked:
            raise PageError(
                gettext("what stands before and after our block would be a block of ours without it"),
                hint=gettext("delete the piece of a tag before the block by hand"),
            )
        return page

    def remove(self) -> bytes:
        """Return the page's bytes without our block; a page without one comes back as it is.

        Raises PageError where the text around the block would make another one.
        """
        return self.original.encode(self.original.text) if self.tree.own else self.html

    def embed(self, block: Block) -> bytes:
        """Return the page's bytes with the block, in place of the one it has or where one may go.

        Raises PageError where no place leaves the rest of the page as it is.
        """
        original = self.original
        base = _Base(original, self.tree if not self.tree.own else None)
        if (seen := template_of(base.tree)) is not None:
            raise PageError(
                gettext("the file is the source of pages, not a page: {reason}", reason=seen),
                hint=gettext("embed into the pages that are made from it, or into the template that has their <head>"),
            )
        written = block.write(base.tree.free_number(), original.newline)
        tried: set[int] = set()
        for place in self._places(base):
            if place <= base.tree.last_charset or place in tried:
                continue
            tried.add(place)
            text = original.text[:place] + written + original.text[place:]
            if base.same_with(text, place, written):
                return original.encode(text)
        raise PageError(
            gettext("there is no place for the block that leaves the rest of the page as it is"),
            hint=gettext(
                "validate its HTML: close its comments, titles and scripts, and let nothing stand before its <head>"
            ),
        )

    def _places(self, base: _Base) -> Iterator[int]:
        own = self.tree.own
        if own:
            # where the block stands, whoever put it there, is where it stays
            yield own[0].start
        yield from base.places()


@dataclass
class _Base:
    """The page without our block, and its trees to compare with."""

    page: PageText
    known: ParsedPage | None = None

    @cached_property
    def tree(self) -> ParsedPage:
        return self.known if self.known is not None else ParsedPage(self.page.parsed)

    @cached_property
    def code(self) -> list[tuple[int, int]]:
        return code_regions(self.page.parsed)

    @cached_property
    def readings(self) -> tuple[tuple[str, bool], ...]:
        """The ways to read the page that must agree: the text's treatment, and whether scripts run.

        Without scripts, what stands in <noscript> is part of the page; with server pages, what stands in their code
        is not.
        """
        lower = self.page.parsed.lower()
        readings = [("as it is", True)]
        if "<noscript" in lower:
            readings.append(("as it is", False))
        if self.code:
            readings.append(("without code", True))
        return tuple(readings)

    @cached_property
    def trees(self) -> tuple[ParsedPage, ...]:
        return tuple(
            self.tree if reading == self.readings[0] else _read(self.page.parsed, *reading) for reading in self.readings
        )

    @cached_property
    def well_formed(self) -> bool:
        """Whether the page says that it is XML, and is."""
        start = self.page.parsed[:5].lower()
        return start == "<?xml" and _is_well_formed(self.page.encode(self.page.text))

    def places(self) -> Iterator[int]:
        for tree in reversed(self.trees) if self.code else (self.tree,):
            for place in tree.places():
                if not any(start <= place < end for start, end in self.code):
                    yield place

    def same_with(self, text: str, place: int, written: str) -> bool:
        """Tell whether a text, the page's with our block at a place, is that page and our block in every reading."""
        parsed = PageText(self.page.mark, text, self.page.codec).parsed
        for before, reading in zip(self.trees, self.readings, strict=True):
            if not _same(before, _read(parsed, *reading), place, written.replace("\r", " ")):
                return False
        return not self.well_formed or _is_well_formed(self.page.encode(text))


def _read(text: str, treatment: str, scripting: bool) -> ParsedPage:  # noqa: FBT001 - a row of a small table
    return ParsedPage(without_code(text) if treatment == "without code" else text, scripting=scripting)


def _same(before: ParsedPage, after: ParsedPage, place: int, written: str) -> bool:
    end = place + len(written)
    own = [it for it in after.marked if place <= it.start and it.end <= end]
    if not own or own[0].start != place or own[-1].end != end or after.text[place:end] != written:
        return False
    if any(one.end != other.start for one, other in pairwise(own)):
        return False
    script = own[-1]
    if script.element.text != after.text[slice(*script.inner)]:
        return False
    for element in own:
        parent = element.element.parent
        element.element.decompose()
        # a text that our elements stood in is one text again
        normalize = getattr(parent, "normalize", None)
        if normalize is not None:
            normalize()
    return bool(before.document.equals(after.document)) and before.document.html == after.document.html


def _is_well_formed(html: bytes) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(html, True)
    except (expat.ExpatError, LookupError, ValueError):
        # not XML, or in an encoding that expat or Python does not know
        return False
    return True
