"""Web pages: put JSON-LD into them and read it out, without touching another byte.

>>> page = embed(b"<!doctype html><title>Hi</title>", {"@context": "https://schema.org", "@type": "Thing"})
>>> remove(page)
b'<!doctype html><title>Hi</title>'
"""

from __future__ import annotations

from typing import Any

from pressgraph.embed.block import Block, PageLink
from pressgraph.embed.extract import Extracted, extract
from pressgraph.embed.page import Page

__all__ = ["Block", "Extracted", "Page", "PageLink", "embed", "extract", "remove"]


def embed(html: bytes, data: Any, *, about: str | None = None, links: tuple[PageLink, ...] = ()) -> bytes:
    """Return a page's bytes with JSON-LD in its head; our block of an earlier run is replaced.

    `data` is a JSON-LD document; `about` the IRI that the page is about, which the block then says too.

    Raises PageError where this cannot be done without changing anything else.
    """
    block = data if isinstance(data, Block) else Block(data=data, about=about, links=links)
    return Page(html).embed(block)


def remove(html: bytes) -> bytes:
    """Return a page's bytes as they were before `embed`.

    Raises PageError for an encoding that cannot be spliced, and where the text around the block would make another.
    """
    return Page(html).remove()
