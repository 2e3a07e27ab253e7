"""Whether a sentence denies or plans what some of its words say: whoever reviews looks there first.

Rules leave such statements out; a model may not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pressgraph.drafting.languages import language_data

if TYPE_CHECKING:
    from pressgraph.text import Span

_END = re.compile(r"[.!?…][\"”“»«’)]*\s|\n\s*\n")
_LONGEST = 1_500
"""Characters of a sentence that are looked at."""


def doubtful(text: str, span: Span, language: str | None) -> bool:
    """Tell whether the sentence of a span has a word that denies or plans; in other languages nothing is told.

    >>> text = "Aurora was founded. It has not won the prize. It plans to apply."
    >>> [doubtful(text, (text.index(it), text.index(it) + 3), "en") for it in ("was", "won", "app")]
    [False, True, True]
    """
    words = _words(language) if language is not None else None
    if words is None:
        return False
    start, end = span
    first = max(
        (it.end() for it in _END.finditer(text, max(0, start - _LONGEST), start)), default=max(0, start - _LONGEST)
    )
    behind = _END.search(text, end, min(len(text), end + _LONGEST))
    return (
        words.search(text, first, behind.start() if behind is not None else min(len(text), end + _LONGEST)) is not None
    )


@lru_cache(maxsize=8)
def _words(language: str) -> re.Pattern[str] | None:
    try:
        data = language_data(language)
    except KeyError:
        return None
    listed = sorted((re.escape(it) for key in ("negations", "plans") for it in data[key]), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)|n't\b", re.IGNORECASE)
