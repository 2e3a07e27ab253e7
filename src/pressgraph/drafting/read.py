"""Read a document of any kind, by what is in it rather than by its name."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.drafting.plain import read_plain
from pressgraph.drafting.release import MAX_BYTES, ReleaseText, required
from pressgraph.errors import DataError, PressgraphError
from pressgraph.i18n import gettext

# RFC 5322, 2.2: fields, the first of them one that a message begins with
_MAIL = re.compile(
    rb"(?:return-path|received|from|to|subject|date|message-id|mime-version|delivered-to|x-[\w-]+):", re.IGNORECASE
)
_FIELDS = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_SOME = 4096
_ELSE = {".pdf": "PDF", ".docx": "DOCX"}
"""What a file is not that has such a name and begins otherwise."""
_DATA = {
    **dict.fromkeys((it.suffix for it in SERIALIZATIONS), "RDF"),
    **dict.fromkeys((".yaml", ".yml"), "YAML"),
    **dict.fromkeys((".csv", ".tsv"), "CSV"),
    **dict.fromkeys((".jsonl", ".ndjson"), "JSON Lines"),
    ".json": "JSON",
}
"""What data are called, by the names of their files."""
_OFFICE = {b"\xd0\xcf\x11\xe0": "Word 97", b"{\\rtf": "RTF"}
"""What other documents of word processors begin with."""


def read_document(source: str, *, allow_private: bool = False) -> ReleaseText:
    """Read the text of a file, of an http(s) address, or of stdin (`-`).

    Raises DataError for what has no text, PressgraphError for what cannot be read or fetched.
    """
    if source.partition("://")[0].lower() in {"http", "https"}:
        from pressgraph.embed.fetch import TIMEOUT, TooLargeError, fetch

        try:
            fetched = fetch(source, limit=MAX_BYTES, timeout=TIMEOUT, allow_private=allow_private)
        except TooLargeError as error:
            raise _too_large(source) from error
        return replace(read_bytes(fetched.html, fetched.url, charset=fetched.charset), url=fetched.url)
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PressgraphError(gettext("{name} cannot be read: {reason}", name=source, reason=reason)) from error
    return read_bytes(data, source)


def read_bytes(data: bytes, name: str, *, charset: str | None = None, is_page: bool = False) -> ReleaseText:
    """Read the text of a document from memory; `charset` is what a server says of it, `is_page` that it is HTML.

    Raises DataError.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    suffix = Path(name).suffix.lower()
    refuse_data(data, name)
    # each reader brings a library along
    if is_page:
        from pressgraph.drafting.page import read_page

        read = read_page(data, name, charset)
    elif data.startswith(b"%PDF-"):
        from pressgraph.drafting.pdf import read_pdf

        read = read_pdf(data, name)
    elif data.startswith(b"PK\x03\x04"):
        from pressgraph.drafting.word import read_docx

        read = read_docx(data, name)
    elif suffix in _ELSE:
        raise DataError(gettext("{name}: the file is no {kind}, whatever its name says", name=name, kind=_ELSE[suffix]))
    elif (kind := next((it for start, it in _OFFICE.items() if data.startswith(start)), None)) is not None:
        raise DataError(
            gettext("{name}: {kind} is not read here", name=name, kind=kind),
            hint=gettext("save it as DOCX, PDF or plain text"),
        )
    elif suffix == ".eml" or (_MAIL.match(data) and _FIELDS.match(data[:_SOME].replace(b"\r\n", b"\n"))):
        from pressgraph.drafting.mail import read_mail

        read = read_mail(data, name)
    elif suffix in {".html", ".htm", ".xhtml"} or _HTML.match(data[:_SOME].removeprefix(b"\xef\xbb\xbf")):
        from pressgraph.drafting.page import read_page

        read = read_page(data, name, charset)
    else:
        read = read_plain(data, name, charset)
    return replace(read, text=required(read.text, name))


def refuse_data(content: bytes, name: str) -> None:
    """Raise DataError for what is data and no text: by the name of its file, or because it is JSON."""
    start = content[:_SOME].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(start):
        return
    kind = _DATA.get(Path(urlsplit(name).path if "://" in name else name).suffix.lower())
    if kind is None and start.startswith((b"{", b"[")) and _is_json(content):
        kind = "JSON"
    if kind is not None:
        raise DataError(
            gettext("{name}: {kind} is data, neither a web page nor a text", name=name, kind=kind),
            hint=gettext(
                "'pressgraph validate' checks files of RDF (JSON-LD as .jsonld) and of facts, "
                "and 'pressgraph convert' makes RDF of facts"
            ),
        )


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _too_large(name: str) -> DataError:
    return DataError(gettext("{name}: it is larger than {limit} MiB", name=name, limit=MAX_BYTES // 1024**2))
