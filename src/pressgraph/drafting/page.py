"""HTML: the main text of a page as people see it."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import turbohtml

from pressgraph.charsets import codec_of
from pressgraph.drafting.release import ReleaseText, clean, day_of, one_line
from pressgraph.errors import DataError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UNSEEN = '[hidden], [aria-hidden="true" i], template, script, style, noscript, dialog:not([open])'
_NOT_SHOWN = re.compile(
    r"""(?:^|;)\s*(?:
      display\s*:\s*none
    | visibility\s*:\s*(?:hidden|collapse)
    | content-visibility\s*:\s*hidden
    | font-size\s*:\s*0*(?:\.0+|0(?:\.0*)?)(?:[a-z]{1,4}|%)?\s*(?:;|!|$)
    | (?:left|top|right|bottom|text-indent|margin-left)\s*:\s*-\d{3,}
    | clip(?:-path)?\s*:\s*(?:rect\(\s*0|rect\(\s*1px|inset\(\s*(?:50|100)%)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MOST_RULES = 100
_SHOWN_BY_SCRIPTS = frozenset({"html", "body", "main", "article"})
"""What style sheets hide only until a script has run."""
_SHORT = 600
"""Characters: a page with a field for a password and less text than this is there to log in."""


def read_page(data: bytes, name: str, charset: str | None = None) -> ReleaseText:
    """Read the main text of a page without what is not shown, and what its metadata state.

    Raises DataError for a page that asks to log in.
    """
    codec = codec_of(charset) if charset else None
    document = turbohtml.parse(data.decode(codec, "replace") if codec else data)
    for element in document.select("[style]"):
        style = element.attrs.get("style")
        if isinstance(style, str) and _NOT_SHOWN.search(style):
            element.decompose()
    for selector in islice(_unseen(it.text for it in document.select("style")), _MOST_RULES):
        # a selector of what is no element, such as "p::before", cannot be read
        with suppress(ValueError):
            for element in document.select(selector):
                if element.tag not in _SHOWN_BY_SCRIPTS:
                    element.decompose()
    for element in document.select(_UNSEEN):
        element.decompose()
    article = document.article()
    body = document.select_one("body")
    text = article.text or (body.to_text() if body is not None else "")
    if len(text) < _SHORT and document.select_one("input[type=password i]") is not None:
        raise DataError(
            gettext("{name}: the page asks to log in", name=name), hint=gettext("save the page from a browser")
        )
    return ReleaseText(
        text=clean(text), title=one_line(article.title), published=day_of(article.date), language=article.lang or None
    )


def _unseen(sheets: Iterable[str]) -> Iterator[str]:
    """Yield the selectors of what style sheets never show; a rule inside of `@media` says too little.

    >>> list(_unseen([".a, p.b {display: none} @media print { .c {display: none} } .d {color: red}"]))
    ['.a, p.b']
    """
    for sheet in sheets:
        text = _COMMENT.sub(" ", sheet)
        depth, at, selector = 0, 0, ""
        for brace in re.finditer(r"[{}]", text):
            if brace[0] == "{":
                if depth == 0:
                    selector = text[at : brace.start()].rpartition(";")[2].strip()
                depth += 1
            else:
                depth = max(0, depth - 1)
                said = text[at : brace.start()]
                if depth == 0 and selector and not selector.startswith("@") and _NOT_SHOWN.search(said):
                    yield selector
            at = brace.end()
