"""XML 1.0 as text: what is written is well-formed, whatever the facts say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# what XML 1.0 has no way to say, not even as a reference (2.2), and half of a surrogate pair
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# a parser would read these as other white space (2.11, 3.3.3)
_REFERENCES = {"\r": "&#13;"}


def readable(text: str) -> str:
    """Return a text with U+FFFD in the place of what is no character of XML.

    >>> readable("a\\x00b")
    'a\ufffdb'
    """
    return _NO_CHARACTER.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Return a text in one line, as titles are.

    >>> one_line(" Silver\\r\\n Label ")
    'Silver Label'
    """
    return " ".join(readable(text).split())


def element(name: str, content: str | Iterable[str] | None = None, **attributes: str | None) -> str:
    """Return an element with a text, with elements that are written already, or with nothing in it.

    An underscore at the end of an attribute's name is not written, `__` within it is a colon.

    >>> element("link", href="https://example.org/?a=1&b=2"), element("title", "R & D")
    ('<link href="https://example.org/?a=1&amp;b=2"/>', '<title>R &amp; D</title>')
    """
    written = "".join(
        f" {key.rstrip('_').replace('__', ':')}={quoteattr(readable(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    if content is None:
        return f"<{name}{written}/>"
    inner = escape(readable(content), _REFERENCES) if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inner}</{name}>"
