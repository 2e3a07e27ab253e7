"""HTML: the main text of a page as people see it."""

from __future__ import annotations

import re

import turbohtml

from pressgraph.charsets import codec_of
from pressgraph.drafting.release import ReleaseText, clean, day_of, one_line
from pressgraph.errors import DataError
from pressgraph.i18n import gettext

_UNSEEN = '[hidden], [aria-hidden="true" i], template, script, style, noscript, dialog:not([open])'
_NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
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
