"""Count the steps that a regular expression takes, as a backtracking matcher takes them.

`re` does not say how much it does, and time says it badly. So the expression, as `re` itself parses it, is made into a
program for a small machine that tries alternatives in the same order, and whose steps are counted. Tests hold that it
finds what `re` finds.
"""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}


class Machine:
    """A regular expression whose steps are counted."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        source = pattern.pattern
        self._pattern = pattern
        self._bytes = isinstance(source, bytes)
        text = source.decode("latin-1") if isinstance(source, bytes) else source
        flags = pattern.flags & (re.IGNORECASE | re.VERBOSE | re.DOTALL)
        self._flags = flags | (re.ASCII if self._bytes else 0)
        self._program: list[tuple[Any, ...]] = []
        self._compile(parser.parse(text, flags | (re.ASCII if self._bytes else 0)))
        self._program.append(("match",))
        self._classes: dict[str, dict[str, bool]] = {}
        self.steps = 0

    # -- from the parsed expression to a program

    def _add(self, *instruction: Any) -> int:
        self._program.append(instruction)
        return len(self._program) - 1

    def _set(self, at: int, *instruction: Any) -> None:
        self._program[at] = instruction

    def _compile(self, parsed: Any) -> None:
        for code, value in parsed:
            self._one(code, value)

    def _one(self, code: Any, value: Any) -> None:
        if code in {codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN}:
            self._add("char", _class_of(code, value))
        elif code is codes.SUBPATTERN:
            self._compile(value[3])
        elif code is codes.BRANCH:
            self._branch(value[1])
        elif code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            self._repeat(code, *value)
        elif code in {codes.ASSERT, codes.ASSERT_NOT, codes.ATOMIC_GROUP}:
            self._inside(code, value)
        elif code is codes.AT:
            self._add("at", value)
        else:
            raise AssertionError(f"the machine does not know {code}")

    def _branch(self, branches: Any) -> None:
        ends = []
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1
            split = None if last else self._add("split")
            self._compile(branch)
            if split is not None:
                ends.append(self._add("jump"))
                self._set(split, "split", split + 1, len(self._program))
        for end in ends:
            self._set(end, "jump", len(self._program))

    def _repeat(self, code: Any, least: int, most: Any, item: Any) -> None:
        if code is codes.POSSESSIVE_REPEAT:
            begin = self._add("inside")
            self._repeat(codes.MAX_REPEAT, least, most, item)
            self._add("match")
            self._set(begin, "inside", "atomic", len(self._program))
            return
        for _ in range(least):
            self._compile(item)
        lazy = code is codes.MIN_REPEAT
        if most is codes.MAXREPEAT:
            split = self._add("split")
            self._compile(item)
            self._add("loop", split)
            self._choose(split, lazy=lazy)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add("split"))
            self._compile(item)
        for split in splits:
            self._choose(split, lazy=lazy)

    def _choose(self, split: int, *, lazy: bool) -> None:
        ways = (split + 1, len(self._program))
        self._set(split, "split", *(reversed(ways) if lazy else ways))

    def _inside(self, code: Any, value: Any) -> None:
        direction, item = (1, value) if code is codes.ATOMIC_GROUP else value
        begin = self._add("inside")
        self._compile(item)
        self._add("match")
        kind = {codes.ATOMIC_GROUP: "atomic", codes.ASSERT: "ahead", codes.ASSERT_NOT: "not"}[code]
        if direction < 0:
            # here all that is looked at behind has one character
            kind += " behind"
        self._set(begin, "inside", kind, len(self._program))

    # -- running it

    def run(self, text: Any, method: str) -> list[tuple[int, int]]:
        """Return where the expression matches, as `re` finds it by this method; count the steps."""
        text = text.decode("latin-1") if isinstance(text, bytes) else text
        self.steps = 0
        found: list[tuple[int, int]] = []
        at = 0
        while at <= len(text):
            end = self._from(0, at, text, whole=method == "fullmatch")
            if end is not None:
                found.append((at, end))
                if method != "finditer":
                    break
                at = max(end, at + 1) if end > at else at + 1
            elif method in {"match", "fullmatch"}:
                break
            else:
                at += 1
        return found

    def _is(self, char: str, expression: str) -> bool:
        known = self._classes.setdefault(expression, {})
        if char not in known:
            known[char] = re.fullmatch(expression, char, self._flags & ~re.VERBOSE) is not None
        return known[char]

    def _from(self, start: int, at: int, text: str, *, whole: bool = False) -> int | None:
        """Run the program from a place until a match; return where that ends."""
        waiting = [(start, at)]
        while waiting:
            place, at = waiting.pop()
            while True:
                self.steps += 1
                instruction = self._program[place]
                match instruction[0]:
                    case "char":
                        if at >= len(text) or not self._is(text[at], instruction[1]):
                            break
                        at += 1
                        place += 1
                    case "split":
                        waiting.append((instruction[2], at))
                        place = instruction[1]
                    case "jump" | "loop":
                        place = instruction[1]
                    case "inside":
                        kind, after = instruction[1:]
                        begin = at - 1 if kind.endswith("behind") else at
                        end = self._from(place + 1, begin, text) if begin >= 0 else None
                        if (end is None) != kind.startswith("not"):
                            break
                        at = end if kind == "atomic" and end is not None else at
                        place = after
                    case "at":
                        if not self._holds(instruction[1], at, text):
                            break
                        place += 1
                    case "match":
                        if whole and at < len(text):
                            break
                        return at
        return None

    def _holds(self, what: Any, at: int, text: str) -> bool:
        assert what is codes.AT_BOUNDARY
        before = at > 0 and self._is(text[at - 1], r"\w")
        after = at < len(text) and self._is(text[at], r"\w")
        return before != after


def _class_of(code: Any, value: Any) -> str:
    """Write one character's class as an expression of its own."""
    if code is codes.ANY:
        return "."
    if code is codes.LITERAL:
        return re.escape(chr(value))
    if code is codes.NOT_LITERAL:
        return f"[^{re.escape(chr(value))}]"
    items, negated = [], ""
    for kind, item in value:
        if kind is codes.NEGATE:
            negated = "^"
        elif kind is codes.LITERAL:
            items.append(re.escape(chr(item)))
        elif kind is codes.RANGE:
            items.append(f"{re.escape(chr(item[0]))}-{re.escape(chr(item[1]))}")
        else:
            items.append(_CATEGORIES[item])
    return f"[{negated}{''.join(items)}]"
