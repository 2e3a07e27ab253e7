"""Templates of sentences: what languages say of facts, without Python.

A template is written over a sentence in which each mention (an organisation, a day, a figure) is one character, so that
its expressions are short and bounded. It is words, and between them

- `{holder:org}`: a mention of a kind, named; `{org}` names it by its kind, `{parties:org+}` takes a list,
  `{x:org/name}` a mention of either kind, `{what:text}` the rest of the clause,
  `{x:words}` a few words of any kind;
- `…`: up to 120 characters of the same clause, or nothing;
- `[word]`: what may be left out; `(one|other)`: one of these; `word~`: any ending, or none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = (
    "org", "person", "place", "date", "period", "number", "count", "money", "label", "role", "quote", "event",
    "project", "name", "duration", "scheme", "industry", "address", "work", "programme", "share", "pronoun", "word",
)  # fmt: skip
_ALIASES = {
    "someone": "person/name/pronoun",
    "names": "person/name+",
    "people": "person/name+",
    "group": "org/name/pronoun",
    "groups": "org/name/pronoun+",
    "orgs": "org/name+",
    "orgish": "org/name/project",
    "counts": "count+",
    "where": "place/name/word",
    "subject": "org/industry/project/name/pronoun",
}
"""What many templates take."""
_PLANE = 0xF0000
_SIZE = 0x800
"""Mentions of a kind in one sentence, at most."""
_GAP = r"(?:[\s,][^.;:!?\n]{0,120}?)??"
_TEXT = r"[^.;:!?\n]{1,240}"
_FEW_WORDS = r"[^\s.,;:!?]{1,40}(?:\s[^\s.,;:!?]{1,40}){0,2}?"
_SLOT = re.compile(r"\{(?:(\w+):)?([\w/]+)(\+?)\}")


_GROUP = re.compile(r"\[[^\[\]()]*\]|\([^\[\]()]*\)")
_FIXED = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template of a language, and what it says besides its slots; compiled where a sentence may be one of its."""

    text: str
    joiners: tuple[str, ...]
    tails: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Its expression over a tagged sentence."""
        return compile_template(self.text, self.joiners, self.tails)

    @cached_property
    def needs(self) -> tuple[tuple[frozenset[str], ...], tuple[str, ...]]:
        """What every sentence has in which it finds something: one of the kinds of each slot, and words, small."""
        always, shorter = "", self.text
        while always != shorter:
            always, shorter = shorter, _GROUP.sub(" ", shorter)
        slots = (_ALIASES.get(it[2], it[2]).removesuffix("+") for it in _SLOT.finditer(always))
        kinds = tuple(frozenset(it.split("/")) for it in slots if it not in {"text", "words"})
        return kinds, tuple(_FIXED.findall(_SLOT.sub(" ", always).lower()))

    def may_find(self, kinds: frozenset[str], words: str) -> bool:
        """Tell whether it may find something where things of some kinds are mentioned among small-letter words."""
        needed, fixed = self.needs
        if ":text}" not in self.text and not kinds:
            return False
        return not any(map(kinds.isdisjoint, needed)) and all(it in words for it in fixed)


def character(kind: str, index: int) -> str | None:
    """Return the character of the mention of a kind with a number in its sentence, or None where there are too many."""
    return chr(_PLANE + KINDS.index(kind) * _SIZE + index) if index < _SIZE else None


def kind_of(character: str) -> tuple[str, int] | None:
    """Return the kind and the number of a mention's character; None for other characters."""
    at = ord(character) - _PLANE
    return (KINDS[at // _SIZE], at % _SIZE) if 0 <= at < len(KINDS) * _SIZE else None


def any_of(kinds: Iterable[str]) -> str:
    """Return the expression of one mention of some kinds."""
    ranges = (f"{chr(first)}-{chr(first + _SIZE - 1)}" for it in kinds for first in [_PLANE + KINDS.index(it) * _SIZE])
    return f"[{''.join(ranges)}]"


def compile_template(template: str, joiners: Iterable[str], tails: Iterable[str] = ()) -> re.Pattern[str]:
    """Compile a template; `joiners` are the words for and, `tails` templates of what may stand behind one of a list.

    Raises ValueError, re.error for what is no template.

    >>> bool(compile_template("{x:org} [has] joined", ["and"]).search(character("org", 0) + " joined"))
    True
    """
    words = "|".join(map(re.escape, joiners))
    joined = rf"(?:\s*,\s*(?:(?:{words})\s+)?|\s+(?:{words})\s+|\s+&\s+)"
    behind = (re.sub(r"\?P<\w+>", "?:", _expression(it, joined, "")) for it in tails)
    tail = "".join(f"(?:{it})?" if it.startswith(r"\s*,") else rf"(?:\s+{it})?" for it in behind)
    return re.compile(rf"(?<!\w){_expression(template, joined, tail)}(?!\w)", re.IGNORECASE)


def _expression(template: str, joined: str, tail: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(template):
        if slot := _SLOT.match(template, at):
            name, kinds, several = slot.groups()
            name = name or kinds.split("/", maxsplit=1)[0]
            kinds, plus, _ = _ALIASES.get(kinds, kinds).partition("+")
            several = several or plus
            if kinds in {"text", "words"}:
                parts.append(rf"(?P<{name}>{_TEXT if kinds == 'text' else _FEW_WORDS})")
                at = slot.end()
                continue
            one = any_of(kinds.split("/"))
            # a tail belongs to one of a list; behind the last it would take what the template goes on with
            item = f"{one}(?:{tail}{joined}{one})*" if several else one
            parts.append(f"(?P<{name}>{item})")
            at = slot.end()
            continue
        letter = template[at]
        if template.startswith(" … ", at):
            parts.append(rf"{_GAP}\s+\(?")
            at += 3
            continue
        if template.startswith(" …", at) and at + 2 == len(template):
            break
        if letter == "[" or template.startswith(" [", at):
            end = _closing(template, at)
            inner = template[template.index("[", at) + 1 : end]
            spaced = letter == " "
            if inner.strip(",|:") == "":
                parts.append(rf"(?:\s*[{inner.replace('|', '')}])?")
            elif spaced:
                parts.append(rf"(?:\s+(?:{_expression(inner, joined, tail)}))?")
            else:
                # at the front the space behind goes with it
                parts.append(rf"(?:(?:{_expression(inner, joined, tail)})\s+)?")
                end += template.startswith(" ", end + 1)
            at = end + 1
            continue
        parts.append(_letter(letter))
        at += 1
    return "".join(parts)


def _letter(letter: str) -> str:
    match letter:
        case " ":
            return r"\s+"
        case ",":
            return r"\s*,"
        case "~":
            return r"\w{0,12}"
        case "(":
            return "(?:"
        case "|" | ")":
            return letter
    return re.escape(letter)


def _closing(template: str, at: int) -> int:
    depth = 0
    for end in range(at, len(template)):
        depth += (template[end] == "[") - (template[end] == "]")
        if template[end] == "]" and depth == 0:
            return end
    msg = f"a '[' is not closed: {template}"
    raise ValueError(msg)
