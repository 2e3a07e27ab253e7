"""A page as text in which every character is as many bytes as its neighbour, so that offsets can be spliced.

HTML's own syntax is ASCII in every encoding that browsers accept (Encoding, 4; "ASCII-compatible"), but for UTF-16 and
the stateful ones. So a page is read as latin-1, where a character is a byte; UTF-16 with its mark is decoded; what
switches character sets midway is refused.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property

from pressgraph.charsets import codec_of
from pressgraph.errors import PageError
from pressgraph.i18n import gettext

# Encodings in which a byte below 0x80 need not be the ASCII character (RFC 1468, RFC 1843, RFC 2152).
_STATEFUL = re.compile(rb"charset\s*=\s*[\"']?\s*(iso-2022-[a-z0-9]+|hz-gb-2312|utf-7)\b", re.IGNORECASE)
_JIS_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BIJ]|\$\(D)")
_CHARSET = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)", re.IGNORECASE)

PRESCAN = 1024
"""How many bytes browsers look at for `<meta charset>` (HTML, 13.2.3.2)."""

# Labels that browsers read as another encoding (Encoding, 4.2).
_ALIASES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030"}
_ALIASES |= {"gbk": "gb18030", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "euc-kr": "cp949"}


@dataclass(frozen=True)
class PageText:
    """A page's text between its byte order mark and its end.

    `codec` is latin-1, or UTF-16 without a mark; `text` encoded in it is the page's bytes after `mark`.
    """

    mark: bytes
    text: str
    codec: str

    @classmethod
    def of(cls, html: bytes) -> PageText:
        """Read a page.

        Raises PageError for an encoding that cannot be spliced.
        """
        for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            if html.startswith(mark):
                try:
                    return cls(mark, html[2:].decode(codec), codec)
                except UnicodeDecodeError as error:
                    raise PageError(
                        gettext("not valid UTF-16: {reason} at byte {byte}", reason=error.reason, byte=error.start + 2)
                    ) from error
        if html.startswith(codecs.BOM_UTF8):
            # the mark wins over whatever the page says (Encoding, 6)
            return cls(codecs.BOM_UTF8, html[3:].decode("latin-1"), "latin-1")
        if _looks_like_utf16(html):
            raise PageError(
                gettext("the page looks like UTF-16 without a byte order mark"), hint=gettext("save it as UTF-8")
            )
        declared = _STATEFUL.search(html, 0, PRESCAN)
        if declared is not None:
            name = declared[1].decode().upper()
            raise PageError(
                gettext("the page is in {name}, which switches character sets midway", name=name),
                hint=gettext("save it as UTF-8"),
            )
        if _JIS_ESCAPE.search(html):
            raise PageError(gettext("the page seems to be in ISO-2022-JP, which switches character sets midway"))
        return cls(b"", html.decode("latin-1"), "latin-1")

    def encode(self, text: str) -> bytes:
        """Return the bytes of a page with this text."""
        return self.mark + text.encode(self.codec)

    @cached_property
    def parsed(self) -> str:
        """The copy that is parsed: a parser would join CR and LF, and offsets would move."""
        return self.text.replace("\r", " ")

    @cached_property
    def encoding(self) -> str:
        """The encoding in which people read the page: its mark's, what it declares, UTF-8 or windows-1252."""
        if self.codec != "latin-1":
            return self.codec
        if self.mark:
            return "utf-8"
        head = self.text[:PRESCAN].encode("latin-1")
        for pattern in (_CHARSET, _XML_ENCODING):
            match = pattern.search(head)
            if match is not None:
                label = match[1].decode().lower()
                name = codec_of(_ALIASES.get(label, label))
                if name is None:
                    continue
                # a page that can be read cannot be in UTF-16 if it says so in ASCII (HTML, 13.2.3.2)
                return "utf-8" if name.startswith("utf-16") else name
        try:
            self.text.encode("latin-1").decode()
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8"

    def readable(self, text: str) -> str:
        """Return a piece of the text as people read it; what is not valid in the encoding becomes U+FFFD."""
        if self.codec != "latin-1" or text.isascii():
            return text
        return text.encode("latin-1").decode(self.encoding, errors="replace")

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of an offset in the text; columns count characters as people read them."""
        before = self.text[:offset].replace("\r\n", "\n ").replace("\r", "\n")
        start = before.rfind("\n") + 1
        line = before.count("\n") + 1
        column = self.text[start:offset].removeprefix("\n")
        return line, len(self.readable(column)) + 1

    @property
    def newline(self) -> str:
        """The line end that most lines of the page have; LF for a page of one line."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"


def _looks_like_utf16(html: bytes) -> bool:
    """Tell whether every other byte of the beginning is NUL, as in ASCII text written in UTF-16."""
    head = html[:64]
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:  # noqa: PLR2004 - one pair says nothing
        return False
    return (even.count(0) * 2 > len(even)) != (odd.count(0) * 2 > len(odd))
