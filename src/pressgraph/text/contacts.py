"""Stretches of a text that look like contact data: they are not shown on pages, whoever wrote them down.

Addresses of mail and numbers of telephones are cut and counted; a number needs a sign of what it is, so that figures
stay: a plus, a leading zero with a part for the area, or a word such as "Tel.".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.text.fold import Span

MARK = "[…]"
_MAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_CLOAKED = (
    r"[\w.+-]{1,64} ?[(\[] ?(?:at|ät) ?[)\]] ?[\w-]{1,63}(?:(?:\.| ?[(\[] ?(?:dot|punkt) ?[)\]] ?)[\w-]{1,63}){1,8}"
)
_DIGITS = r"[0-9](?:(?:[ \u00a0/()–-]{0,3}|\.)[0-9]){5,17}"
_PHONE = rf"(?:\+|\b00)[ \u00a0(]?{_DIGITS}|(?<![\w.,/–-])\(?0[1-9][0-9]{{1,4}}\)?[ \u00a0]?[/–-]?[ \u00a0]?{_DIGITS}"
_SAID = rf"(?:tel(?:efon|ephone)?|phone|fon|fax|mobil(?:e)?|handy)\.?:?[ \u00a0]{{0,2}}\(?\+?{_DIGITS}"
_MOST_KEPT = 2048
"""Texts that are kept as they are shown, as pages show the same ones."""
_CONTACT = re.compile(rf"{_MAIL}|{_CLOAKED}|\b(?:{_SAID})|{_PHONE}", re.IGNORECASE)


@lru_cache(_MOST_KEPT)
def without_contacts(text: str) -> tuple[str, int]:
    """Return a text without what looks like contact data, and how many stretches were cut.

    >>> without_contacts("Write to ida@netz.example or call +49 30 1234567. 86 members since 2016, 1,200,000 euros.")
    ('Write to […] or call […]. 86 members since 2016, 1,200,000 euros.', 2)
    """
    return _CONTACT.subn(MARK, text)


def contacts(text: str) -> Iterator[Span]:
    """Yield the stretches of a text that look like contact data."""
    return (it.span() for it in _CONTACT.finditer(text))
