"""Charsets by the labels that servers and documents give them."""

from __future__ import annotations

import codecs

_NONE = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
"""Codecs of Python that make text of bytes and are no charsets: escapes in source code, names of hosts."""


def codec_of(label: str) -> str | None:
    """Return the name of the codec for a charset's label, or None for what is no charset.

    >>> codec_of("Latin1"), codec_of("unicode_escape"), codec_of("base64"), codec_of("utf8-ish")
    ('iso8859-1', None, None, None)
    """
    try:
        name = codecs.lookup(label).name
        # bytes to bytes, such as base64: no text encoding
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _NONE else name
