"""Find out what a page is about: from the page itself, or from the project's configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.embed.addresses import is_address, resolve
from pressgraph.embed.block import ABOUT, MARK
from pressgraph.errors import PageError
from pressgraph.i18n import gettext, joined
from pressgraph.spelling import composed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.embed.page import Page

_RELATIONS = ("describedby", "cite-as", "canonical")
_DOCUMENT_SUFFIX = re.compile(r"\.(?:html|ttl|jsonld|nt|rdf|nq|trig)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """What a page says of itself: its language, its address, and its links that may name what it is about."""

    language: str | None = None
    base: str | None = None
    canonical: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    """(relation, absolute address)"""
    about: str | None = None
    """The page's `data-pressgraph-about`, our block's apart."""
    block_about: str | None = None
    """What our block of an earlier run is about."""


def page_words(page: Page, address: str | None = None) -> PageWords:
    """Read what a page says of itself; `address` is where it is published, if that is known.

    Raises PageError where it says two different things.
    """
    document = page.document
    html = document.find("html")
    language = html.attr("lang") or html.attr("xml:lang") if html is not None else None
    href = next((it.attr("href") for it in document.find_all("base") if it.attr("href")), None)
    base = (resolve(href, address) if href else None) or address
    links: list[tuple[str, str]] = []
    for link in document.find_all("link"):
        target = link.attr("href")
        if target and link.attr(MARK) is None:
            relations = set((link.attr("rel") or "").lower().split())
            led = resolve(target, base) or target
            links.extend((one, led) for one in _RELATIONS if one in relations)
    canonical = next((target for one, target in links if one == "canonical" and is_address(target)), None)
    return PageWords(
        # 'de_DE' is what systems write who took it from a locale
        language=(language or "").strip().replace("_", "-") or None,
        base=base,
        canonical=canonical,
        links=tuple(sorted(links, key=lambda it: _RELATIONS.index(it[0]))),
        about=_stated_about(page),
        block_about=next((text for it in page.tree.own if (text := it.element.attr(ABOUT))), None),
    )


def _stated_about(page: Page) -> str | None:
    if ABOUT not in page.tree.text:
        return None
    stated: list[str] = []
    for element in page.document.select(f"[{ABOUT}]"):
        text = element.attr(ABOUT)
        if text and text.strip() and element.attr(MARK) is None:
            stated.append(text.strip())
    if len(set(stated)) > 1:
        raise PageError(
            gettext(
                "the page says that it is about {things}", things=joined(gettext(" and about "), sorted(set(stated)))
            ),
            hint=gettext("say with --about which"),
        )
    return stated[0] if stated else None


def named_by(links: Iterable[tuple[str, str]], base: str) -> Iterator[str]:
    """Yield the ids, as IRIs, that links may name: things below `{base}id/`, documents below `{base}doc/`, others."""
    for _, target in links:
        plain = target.partition("#")[0] if target.startswith(base) else target
        if plain.startswith(f"{base}doc/"):
            yield f"{base}id/{_DOCUMENT_SUFFIX.sub('', plain.removeprefix(f'{base}doc/'))}"
        elif plain.startswith(f"{base}id/"):
            yield _DOCUMENT_SUFFIX.sub("", plain)
        else:
            yield target


def mapped(patterns: Iterable[tuple[str, str]], names: Iterable[str]) -> str | None:
    r"""Return the id that the first matching pattern maps one of a page's names (paths, addresses) to.

    >>> mapped([("news/*.html", "document/*")], ["news/silver.html"])
    'document/silver'
    >>> mapped([("küste/*.html", "agent/*")], ["ku\N{COMBINING DIAERESIS}ste/x.html"])
    'agent/x'
    """
    # macOS names files with umlauts of two characters
    composed_names = [composed(name) for name in names if name]
    for pattern, target in patterns:
        expression = _expression(composed(pattern))
        for name in composed_names:
            match = expression.fullmatch(name)
            if match is not None:
                return target.replace("*", match[1] if match.groups() else "")
    return None


def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    table = {"**/": "((?:.*/)?)", "**": "(.*)", "*": "([^/]*)", "?": "[^/]"}
    return re.compile("".join(table.get(part, re.escape(part)) for part in parts), re.DOTALL)
