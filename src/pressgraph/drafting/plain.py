"""Plain text: which characters its bytes are."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from pressgraph.charsets import codec_of
from pressgraph.drafting.release import ReleaseText, clean
from pressgraph.errors import DataError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pressgraph.i18n import Text

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SOME, _MOSTLY = 2_000, 0.7
"""Bytes that are looked at, and which part of every other one is zero in UTF-16."""


def read_plain(data: bytes, name: str, charset: str | None = None) -> ReleaseText:
    """Read plain text: in the charset that a server or a mark names, else UTF-8, else Windows-1252, which is noted.

    Raises DataError for bytes that are no text.
    """
    notes: list[Text] = []
    marked = next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), None)
    wide = _wide(data) if marked is None and charset is None else None
    if wide is not None:
        notes.append(gettext("{name}: taken to be UTF-16, though no mark says so", name=name))
    codec = marked or wide or (codec_of(charset) if charset else None) or "utf-8"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        text = _western(data, name, error)
        notes.append(gettext("{name}: taken to be Windows-1252, since it is not UTF-8", name=name))
    if "\0" in text:
        raise DataError(gettext("{name}: this is not a text", name=name))
    return ReleaseText(text=clean(text), notes=tuple(notes))


def _wide(data: bytes) -> str | None:
    """Return the codec of UTF-16 without its mark: letters of Western languages have a byte of zeros each."""
    some = data[:_SOME]
    for codec, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros, others = some[first::2].count(0), some[1 - first :: 2].count(0)
        if zeros > _MOSTLY * len(some[first::2]) and not others and not len(data) % 2:
            return codec
    return None


def _western(data: bytes, name: str, error: UnicodeDecodeError) -> str:
    """Return bytes as Windows-1252 where nearly all of its letters beyond ASCII are those of Western languages."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    foreign = [it for it in text if ord(it) > 127]  # noqa: PLR2004 - ASCII
    likely = sum(it in _LIKELY for it in foreign)
    if not foreign or likely < 0.9 * len(foreign) or b"\0" in data:
        raise DataError(
            gettext("{name}: the text is not UTF-8 (byte {number})", name=name, number=error.start + 1),
            hint=gettext("save the text as UTF-8"),
        ) from error
    return text


_LIKELY = frozenset("ÄÖÜäöüßéèêáàâíóôúçñåøæÅØÆÉÈ€–—„“”‚‘’…«»·•§°²³½©®™\u00a0\u00ad")
