"""Find names in a text wherever they stand, however they are written there: in time linear in its length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.text.fold import Folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.text.fold import Span

_WORD = re.compile(r"\w+")
_ENDINGS = ("", "s", "es", "n", "en")
"""What names end with where they are inflected, German and English."""
_SHORT = 4
"""Letters: a name of one word that is no longer is found as it is written alone, such as IT."""
_TELLING, _LONG = 6, 40
"""Letters: so many at the beginning of a longer word are a name in it, such as Nordlichtern."""


class Mentions:
    """Names to look for.

    >>> text = "IDA LINDQVIST leads. Ida\\nLindqvists plan, ida-lindqvist.example; it is hers."
    >>> [text[a:b] for a, b in Mentions(["Ida Lindqvist", "IT"]).spans(text)]
    ['IDA LINDQVIST', 'Ida\\nLindqvists', 'ida-lindqvist']
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        self._exact: set[str] = set()
        for name in sorted(set(names)):
            words = tuple(_WORD.findall(Folded(name).text))
            if len(words) == 1 and len(words[0]) <= _SHORT:
                self._exact.add(words[0])
            elif words:
                lowered = tuple(map(str.lower, words))
                self._by_first.setdefault(lowered[0], []).append(lowered)

    def __bool__(self) -> bool:
        return bool(self._by_first or self._exact)

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where names stand, in their order; some may overlap."""
        if not self:
            return
        folded = Folded(text)
        words = [(it[0], it.span()) for it in _WORD.finditer(folded.text)]
        lowered = [word.lower() for word, _ in words]
        for at, (word, (start, end)) in enumerate(words):
            if word in self._exact:
                yield folded.span(start, end)
            for first in {stem for stem in _stems(lowered[at]) if stem in self._by_first}:
                for name in self._by_first[first]:
                    last = at + len(name) - 1
                    if (
                        (len(name) == 1 or lowered[at] == first)
                        and last < len(words)
                        and all(lowered[at + it] == name[it] for it in range(1, len(name) - 1))
                        and name[-1] in _stems(lowered[last])
                    ):
                        yield folded.span(start, words[last][1][1])


def _stems(word: str) -> set[str]:
    """Return a word, and what it may be a form of, or a compound with."""
    return {
        *(word.removesuffix(it) for it in _ENDINGS),
        *(word[:end] for end in range(_TELLING, min(len(word), _LONG))),
    }


def family_name(name: str) -> str:
    """Return the last word of a name of several; empty where it has one alone.

    >>> family_name("Dr. Ida Lindqvist"), family_name("Ida")
    ('Lindqvist', '')
    """
    words = name.split()
    return words[-1] if len(words) > 1 else ""
