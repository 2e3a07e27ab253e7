"""E-mail (RFC 5322): the body of a message, its subject and its day. Nothing that it names is loaded."""

from __future__ import annotations

import email
import email.policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pressgraph.drafting.page import read_page
from pressgraph.drafting.plain import read_plain
from pressgraph.drafting.release import ReleaseText, clean, one_line
from pressgraph.errors import DataError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from email.message import EmailMessage


def read_mail(data: bytes, name: str) -> ReleaseText:
    """Read a message: its plain text, else its HTML.

    Raises DataError where it has neither.
    """
    message: EmailMessage = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    content = body.get_payload(decode=True) if body is not None else None
    if body is None or not isinstance(content, bytes):
        raise DataError(gettext("{name}: the message has no text", name=name))
    charset = body.get_content_charset()
    is_page = body.get_content_type() == "text/html"
    read = read_page(content, name, charset) if is_page else read_plain(content, name, charset)
    return ReleaseText(
        text=clean(read.text),
        title=one_line(str(message.get("subject") or "")),
        published=_day(str(message.get("date") or "")),
        language=read.language,
        notes=read.notes,
    )


def _day(stated: str) -> str | None:
    try:
        return parsedate_to_datetime(stated).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
