"""Tell a template from a page: what a program will read before any browser does.

The code of template engines and server pages is no HTML, so a page with code in it is read with the code and without.
A file that is only a part of pages, or that a generator takes apart, has no place for a block at all: what stands
outside its parts is never shown, or shown on every page.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.embed.locate import ParsedPage

# -- code

_OPENING = re.compile(r"<\?(?!xml\b)|<%|\{[%{#]", re.IGNORECASE)
# how code ends, and whether it may go on in the next line, and whether it may go on to the end of the page
_CLOSING = {
    "<?": ("?>", True, True),
    "<%": ("%>", True, True),
    "{%": ("%}", False, False),
    "{{": ("}}", False, False),
    "{#": ("#}", True, False),
}


def code_regions(text: str) -> list[tuple[int, int]]:
    """Return where a page holds code of template engines and server pages: `<?php … ?>`, `{% … %}` and the like.

    The time is linear: of each mark the next place is kept until the search has passed it.
    """
    following: dict[str, int] = {}

    def find(mark: str, start: int) -> int:
        position = following.get(mark, -1)
        if position < start:
            place = text.find(mark, start)
            position = following[mark] = place if place >= 0 else len(text)
        return position

    regions: list[tuple[int, int]] = []
    position = 0
    while (match := _OPENING.search(text, position)) is not None:
        close, over_lines, to_the_end = _CLOSING[match[0]]
        end = find(close, match.end())
        if end < len(text) and (over_lines or end < find("\n", match.end())):
            position = end + len(close)
        elif to_the_end:
            position = len(text)
        else:
            position = match.start() + 1
            continue
        regions.append((match.start(), position))
    return regions


def without_code(text: str) -> str:
    """Return the text with every code region blank."""
    return _blanked(text, code_regions(text))


def _blanked(text: str, regions: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end in regions:
        if end > position:
            begin = max(start, position)
            parts += (text[position:begin], " " * (end - begin))
            position = end
    parts.append(text[position:])
    return "".join(parts)


# -- templates

_FENCE = re.compile(r"(---|\+\+\+|;;;)[A-Za-z]*[ \t]*(?:\n|$)")
# Elements and attributes that template engines read, by their namespaces or names.
_NAMESPACES = (
    ("typo3.org/ns/", "TYPO3 Fluid"),
    ("thymeleaf.org", "Thymeleaf"),
    ("java.sun.com/jsf", "Jakarta Faces"),
    ("xmlns.jcp.org/jsf", "Jakarta Faces"),
    ("jakarta.faces", "Jakarta Faces"),
    ("java.sun.com/jsp", "JSP"),
    ("xml.zope.org/namespaces/", "Zope"),
    ("genshi.edgewall.org", "Genshi"),
    ("www.w3.org/1999/xsl/transform", "XSLT"),
)
_PREFIXES = {"f": "TYPO3 Fluid", "jsp": "JSP", "c": "JSP", "ui": "Jakarta Faces", "xsl": "XSLT", "asp": "ASP.NET"}
_PREFIXES |= {"th": "Thymeleaf", "tal": "Zope", "metal": "Zope", "svelte": "Svelte"}
_ATTRIBUTE_PREFIXES = {"th": "Thymeleaf", "tal": "Zope", "metal": "Zope"}
_PREFIXED = re.compile(
    rf"<(?:{'|'.join(_PREFIXES)}):\w|\s(?:{'|'.join(_ATTRIBUTE_PREFIXES)}):\w|\sxmlns:|typo3", re.IGNORECASE
)
# What only a part of a page says: that it extends another, or defines what another shows.
_PARTS = (
    (re.compile(r"\{%[-+~]?\s*(?:extends|layout|inherits)\b"), "Jinja, Twig or Liquid"),
    (re.compile(r"\{\{-?\s*define\s+[\"`]"), "Go (Hugo)"),
    (re.compile(r"\{\{\s*(?:#>|!<|<\s*\w|#\*inline\b|#extend\b|#content\b)"), "Handlebars or Mustache"),
    (
        re.compile(r"<%@\s*(?:page|taglib|include|master|control|layout|tag)\b", re.IGNORECASE),
        "JSP or ASP.NET",
    ),
    (re.compile(r"<%(?:inherit|namespace|def|block|page)\b"), "Mako"),
    (re.compile(r"(?m)^[ \t]*@(?:extends|section|layout|push|component)\s*\("), "Blade"),
    (re.compile(r"(?m)^[ \t]*@(?:model|inherits|using|layout)\s+\w|^[ \t]*@page\b|^[ \t]*@\{"), "Razor"),
    (
        re.compile(r"(?m)^[ \t]*\{(?:extends|layout|block|include|namespace)\s+[\w'\"$.=/\\-]+[^}\n]*\}"),
        "Smarty, Latte or Fluid",
    ),
    (re.compile(r"(?m)^[ \t]*#(?:parse|set|macro|include|extends|define)\s*\("), "Velocity"),
    (re.compile(r"<#(?:import|include|macro|assign|if|list|ftl)\b|<@\w+[.\w]*"), "FreeMarker"),
)
# Statements, which a page that lacks a beginning of its own cannot have as text.
_STATEMENTS = (
    (re.compile(r"\{%[-+~]?\s*\w"), "Jinja, Twig or Liquid"),
    (
        re.compile(r"\{\{-?\s*(?:(?:if|with|range|template|block|partial|end|else|return)\b|/\*|\.[A-Z]|\$)"),
        "Go (Hugo)",
    ),
    (re.compile(r"\{\{\s*[#/^>!~]"), "Handlebars"),
    (re.compile(r"<\?(?:php\b|=)", re.IGNORECASE), "PHP"),
    (re.compile(r"<%"), "ERB, EJS or JSP"),
    (re.compile(r"(?m)^[ \t]*@(?:if|foreach|include|yield|csrf|auth)\b"), "Blade or Razor"),
)
_BEGINNING = re.compile(r"<(?:!doctype|html|head)[\s>]", re.IGNORECASE)
_SHOWN_AS_TEXT = ("script", "style", "textarea", "title", "pre", "code", "samp", "template", "noscript", "xmp")
_MARKS = ("{%", "{{", "<?", "<%", "<#", "<@", "\n@", "\n#", "{extends", "{layout", "{block", "{include", "{namespace")


def template_of(page: ParsedPage) -> str | None:
    """Return which template language a file is a source in, and by what one sees it; None for a page.

    A template that is a whole page by itself, with its own head, is a page.
    """
    return _front_matter(page.text) or _namespace(page) or _part(page)


def _front_matter(text: str) -> str | None:
    """Front matter counts at the first character only: there generators look for it (Jekyll, Hugo, Eleventy)."""
    fence = _FENCE.match(text)
    if fence is not None:
        closed = re.compile(rf"(?m)^{re.escape(fence[1])}[ \t]*$").search(text, fence.end())
        return gettext("it begins with front matter ({mark})", mark=fence[1]) if closed is not None else None
    if text.startswith("{"):
        try:
            data, _ = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return None
        return gettext("it begins with front matter ({mark})", mark="JSON") if isinstance(data, dict) and data else None
    return None


def _namespace(page: ParsedPage) -> str | None:
    if _PREFIXED.search(page.text) is None:
        return None
    for element in page.document.find_all(True):
        prefix, colon, _ = element.tag.partition(":")
        if colon and prefix in _PREFIXES:
            return gettext("{code} is {language}", code=f"<{element.tag}>", language=_PREFIXES[prefix])
        for name, value in element.attrs.items():
            if name == "data-namespace-typo3-fluid":
                return gettext("{code} is {language}", code=name, language="TYPO3 Fluid")
            prefix, colon, _ = name.partition(":")
            if colon and prefix in _ATTRIBUTE_PREFIXES:
                return gettext("{code} is {language}", code=name, language=_ATTRIBUTE_PREFIXES[prefix])
            if prefix == "xmlns":
                lower = str(value or "").lower()
                for namespace, language in _NAMESPACES:
                    if namespace in lower:
                        return gettext("{code} is {language}", code=name, language=language)
    return None


def _part(page: ParsedPage) -> str | None:
    if not any(mark in f"\n{page.text}" for mark in _MARKS):
        return None
    outside = _blanked(page.text, sorted(_text_regions(page)))
    begins = _beginning(outside)
    # of a whole page only what stands before it can say that it is less
    patterns, outside = ((*_PARTS, *_STATEMENTS), outside) if begins is None else (_PARTS, outside[:begins])
    for pattern, language in patterns:
        match = pattern.search(outside)
        if match is not None:
            code = " ".join(match[0].split())
            return gettext("{code} is {language}", code=f"'{code}'", language=language)
    return None


def _beginning(outside: str) -> int | None:
    """Return where a whole page begins: its doctype, its `<html>` or its `<head>`; None for a part of one."""
    match = _BEGINNING.search(without_code(outside))
    return match.start() if match is not None else None


def _text_regions(page: ParsedPage) -> Iterator[tuple[int, int]]:
    """Yield where a page shows text as it is: scripts, comments, code."""
    for tag in _SHOWN_AS_TEXT:
        if f"<{tag}" in page.text.lower():
            for element in page.document.find_all(tag):
                located = page.found(element)
                if located is not None and located.closed:
                    yield located.inner
    start = page.text.find("<!--")
    while start >= 0:
        end = page.text.find("-->", start)
        if end < 0:
            break
        yield start, end + 3
        start = page.text.find("<!--", end)
