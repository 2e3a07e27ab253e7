"""Independent judges of web pages: other HTML parsers than the one that the program uses."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import html5lib

if TYPE_CHECKING:
    from collections.abc import Iterator

    import justhtml

MARK = "data-pressgraph"
HTML = "http://www.w3.org/1999/xhtml"


def html5lib_misreads(html: bytes) -> bool:
    """Tell whether html5lib does not read a page as the standard says: no judge of this one.

    It knows no <template>, so a <frameset> after one drops what was before; it stays in SVG and MathML at </p> and
    </br>; and it takes a mark of UTF-16 before a NUL for one of UTF-32, which browsers have given up.
    """
    lower = html.lower()
    return (
        html.startswith(b"\xff\xfe\x00\x00")
        or (b"<template" in lower and b"<frameset" in lower)
        or re.search(rb"<(?:svg|math)\b.*</(?:p|br)\b", lower, re.DOTALL) is not None
    )


def justhtml_misreads(text: str) -> bool:
    """Tell whether justhtml does not read a page as the standard says: in an end tag it takes a quote for a value's."""
    return re.search("</[a-z][^>]*[\"']", text, re.IGNORECASE) is not None


def html5lib_tokens(html: bytes) -> tuple[list[Any], list[str]]:
    """Return a page's tree as html5lib has it, as tokens without our elements, and the texts of our scripts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # html5lib warns of pages, which is what these are for
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=True)
        tree = parser.parse(html)
        walker = html5lib.getTreeWalker("etree")
        tokens: list[Any] = [("encoding", parser.documentEncoding), ("mode", parser.compatMode)]
        scripts: list[str] = []
        inside = False
        for token in walker(tree):
            kind, name = token["type"], token.get("name")
            if token.get("namespace") not in {None, HTML}:
                name = f"{token['namespace']} {name}"
            attributes = {key[1]: value for key, value in (token.get("data") or {}).items()} if "Tag" in kind else {}
            if not inside and kind == "StartTag" and name == "script" and _is_ours(attributes):
                inside = True
                scripts.append("")
            elif inside and kind == "EndTag" and name == "script":
                inside = False
            elif inside:
                scripts[-1] += token["data"]
            elif kind == "EmptyTag" and name == "link" and MARK in attributes:
                continue
            elif kind in {"Characters", "SpaceCharacters"}:
                _add_text(tokens, token["data"])
            else:
                data = (
                    sorted(map(repr, token["data"].items()))
                    if isinstance(token.get("data"), dict)
                    else token.get("data")
                )
                tokens.append((kind, name, data, token.get("publicId"), token.get("systemId")))
    return tokens, scripts


def justhtml_tokens(html: str, *, scripting: bool) -> list[Any]:
    """Return a page's tree as justhtml has it, without our elements."""
    import justhtml

    tokens: list[Any] = []
    for item in _walk(justhtml.JustHTML(html, sanitize=False, scripting_enabled=scripting).root):
        if isinstance(item, str):
            _add_text(tokens, item)
        else:
            tokens.append(item)
    return tokens


def _walk(root: justhtml.Node) -> Iterator[Any]:
    # a stack: pages are deeper than Python
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            yield node
            continue
        name = str(node.name)
        if name == "#text":
            yield node.data or ""
            continue
        attributes = dict(node.attrs or {})
        if MARK in attributes and (name == "link" or (name == "script" and _is_ours(attributes))) and not _in_svg(node):
            continue
        slots = getattr(node.data, "__slots__", ())
        data = [getattr(node.data, slot) for slot in slots] if slots else node.data
        yield (name, str(node.namespace), sorted(map(repr, attributes.items())), data)
        stack.append(("end", name))
        content = getattr(node, "template_content", None)
        stack.extend(reversed([*([content] if content is not None else []), *(node.children or [])]))


def _in_svg(node: Any) -> bool:
    return str(node.namespace) not in {"html", "None"}


def _is_ours(attributes: dict[str, Any]) -> bool:
    return (
        MARK in attributes
        and str(attributes.get("type", "")).partition(";")[0].strip().lower() == "application/ld+json"
    )


def _add_text(tokens: list[Any], text: str) -> None:
    if tokens and tokens[-1][0] == "text":
        tokens[-1] = ("text", tokens[-1][1] + text)
    else:
        tokens.append(("text", text))
