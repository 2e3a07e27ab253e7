"""Addresses as pages and folders have them, made into IRIs.

Browsers take far more than an IRI for an address (URL Standard, 4.4): blanks around it, blanks, umlauts and braces in
it. What an IRI cannot hold is percent-encoded here, as browsers do.
"""

from __future__ import annotations

import os
import re
from urllib.parse import quote, quote_from_bytes, unquote, urljoin, urlsplit

from pressgraph.rdf.terms import is_iri

# What no IRI holds (RFC 3987, 2.2), and a percent sign that encodes nothing.
_NONCHARACTERS = "".join(map(chr, (it for plane in range(0x10000, 0x110000, 0x10000) for it in (plane - 2, plane - 1))))
_NOT_IN_IRIS = re.compile(
    '[\x00-\x20\x7f-\x9f"<>\\\\^`{|}\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U0010ffff'
    + _NONCHARACTERS
    + "]|%(?![0-9A-Fa-f]{2})"
)
_TO_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_BLANKS = "".join(map(chr, range(0x21)))


def resolve(address: str, base: str | None = None) -> str | None:
    """Return what an address in a page leads to, as an IRI; None where it is not one.

    >>> resolve(" ./küste?q=a b", "https://www.example.org/x/")
    'https://www.example.org/x/küste?q=a%20b'
    >>> resolve("http://[::1/") is None
    True
    """
    text = re.sub(r"[\t\n\r]", "", address.strip(_BLANKS))
    try:
        text = urljoin(base or "", text)
    except ValueError:
        return None
    start, mark, fragment = text.partition("#")
    text = start + mark + fragment.replace("#", "%23")
    text = _NOT_IN_IRIS.sub(lambda match: quote(match[0], safe=""), text)
    host = _TO_PATH.match(text)
    if host is not None:
        # brackets belong to the addresses of hosts alone
        text = host[0] + text[host.end() :].replace("[", "%5B").replace("]", "%5D")
    return text if is_iri(text) else None


def is_address(text: str) -> bool:
    """Tell whether a text is an absolute address of the web."""
    try:
        return text.startswith(("http://", "https://")) and bool(urlsplit(text).netloc)
    except ValueError:
        return False


def address_of_file(site: str, below: str) -> str:
    """Return where a file is published; `below` is its path in the published folder. A folder's index is the folder.

    >>> address_of_file("https://www.example.org/", "küste/100 %/index.html")
    'https://www.example.org/küste/100%20%25/'
    """
    folder, _, name = below.rpartition("/")
    path = below if name != "index.html" else f"{folder}/" if folder else ""
    return site + "".join(map(_segment, path))


def _segment(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        # a byte of a file name that is not UTF-8
        return quote_from_bytes(os.fsencode(character))
    return quote(character, safe="/") if character.isascii() or _NOT_IN_IRIS.match(character) else character


def bare(url: str) -> str:
    """Return what two addresses of one page have in common: no scheme, fragment, closing slash or percent-encoding."""
    plain = url.partition("#")[0].removeprefix("https://").removeprefix("http://").rstrip("/")
    return unquote(plain, errors="surrogateescape")
