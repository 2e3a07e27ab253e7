"""Languages as data: a file for each, and which of them a text is in.

A further language is a further file, `fr.toml`, with the same keys. What tells it from others, `frequent` and
`headings`, stands in front of its first empty line.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000
"""Characters that are looked at."""
_PART = 0.18
"""The part of a text's words that are frequent ones of its language, at least; of others it is much smaller."""
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is known of a language."""

    tag: str
    frequent: frozenset[str]
    headings: tuple[str, ...]
    """Words of lines that begin a release, in lower case."""


@lru_cache(maxsize=8)
def language_data(tag: str) -> Mapping[str, Any]:
    """Return what the file of a language says.

    Raises KeyError where there is none.
    """
    file = files(__name__) / f"{tag}.toml"
    if not file.is_file():
        raise KeyError(tag)
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Return first names that are common in Europe, and no words of a language beside."""
    return frozenset((files(__name__) / "given-names.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """Return the languages that there are files for, by their tags."""
    found = []
    for file in sorted(files(__name__).iterdir(), key=lambda it: it.name):
        if file.name.endswith(".toml"):
            # what tells it stands above the first empty line: to parse all of a file takes longer than to read a text
            data = tomllib.loads(file.read_text(encoding="utf-8").partition("\n\n")[0])
            found.append(
                Language(
                    tag=file.name.removesuffix(".toml"),
                    frequent=frozenset(data["frequent"]),
                    headings=tuple(data["headings"]),
                )
            )
    return tuple(found)


def language_of(text: str) -> str | None:
    """Return the tag of the language that a text is in; None where it is none that there is a file for.

    >>> language_of("Das Netzwerk ist mit dem Label ausgezeichnet worden, und die Freude ist groß.")
    'de'
    >>> language_of("Le réseau a reçu le label, et les membres sont très heureux de la nouvelle.")
    """
    words = [it.lower() for it in _WORD.findall(text[:_SAMPLE])]
    if len(words) < _FEWEST:
        return None
    counts = {it.tag: sum(word in it.frequent for word in words) for it in languages()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] >= _PART * len(words) else None


_HEADING = 60


def begins_release(line: str) -> bool:
    """Tell whether a line begins a release: it says no more than what it is, and perhaps a number or a day.

    >>> begins_release("Pressemitteilung 3/2026"), begins_release("The press release was long.")
    (True, False)
    """
    headings = tuple(heading for it in languages() for heading in it.headings)
    shown = " ".join(line.split()).strip(" :*#–-").lower()
    return len(shown) <= _HEADING and shown.startswith(headings)
