"""Write drafts of facts files: YAML of which the facts rules refuse nothing.

A draft is made by a program, and checked like what people type; what is refused is taken out of it, and told.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from pressgraph.facts.yaml_text import to_yaml
from pressgraph.profile.model import FACT_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pressgraph.errors import Problem
    from pressgraph.facts.model import Path

    Places: TypeAlias = list[tuple[tuple[int, int], Path]]
    """Line and column, from 1, of each value, with the path to it."""

# What is taken out may be what others link to, and so on; a draft is no deeper than that.
_ROUNDS = 100
_RECEIPT = frozenset(FACT_WORDS) - {"id", "type"}
# what says nothing by itself
_SILENT = frozenset(FACT_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut:
    """A value that the facts rules refuse."""

    about: str
    """The id of its thing, and the keys that lead to it."""
    value: str
    problem: Problem | None
    """What is wrong with it, or with what it stood in."""


def checked_draft(
    body: dict[str, Any], problems_of: Callable[[bytes], Iterable[Problem]], *, source: dict[str, Any]
) -> tuple[str, list[TakenOut]]:
    """Return the YAML of a draft without what the facts rules refuse, and what that was.

    `body` is taken apart. `problems_of` tells what is wrong with a file; `source` is the source block in the place of
    one that is refused as a whole. What is wrong with the receipt of a fact is wrong with the fact.
    """
    return _Checking(body, source).checked(problems_of)


class _Checking:
    def __init__(self, body: dict[str, Any], source: dict[str, Any]) -> None:
        self.body = body
        self.source = source
        self.out: list[TakenOut] = []
        self.problem: Problem | None = None

    def checked(self, problems_of: Callable[[bytes], Iterable[Problem]]) -> tuple[str, list[TakenOut]]:
        for _ in range(_ROUNDS):
            text = to_yaml(self.body)
            problems = list(problems_of(text.encode()))
            if not problems:
                return text, self.out
            places = _places_in(text)
            paths: dict[Path, Problem] = {}
            for problem in problems:
                paths.setdefault(_path_at(places, problem), problem)
            # from the end, so that the places of list items before stay what they are
            for path in sorted(paths, key=_order, reverse=True):
                self.problem = paths[path]
                self.take_out(path)
        self.note("facts", self.body["facts"])
        return to_yaml({"source": self.source, "facts": []}), self.out

    def take_out(self, path: Path) -> None:
        """Take the value at a path out; what has no id without it goes as a whole."""
        if path[:1] == ("source",) and path[1:] in {(), ("id",)}:
            self.note("source", self.body["source"])
            self.body["source"] = self.source
            return
        if path[:1] == ("facts",) and path[2:3] and path[2] in _RECEIPT:
            path = path[:2]
        if path[-1:] == ("id",):
            path = path[:-1]
        if len(path) <= 1:
            self.note("facts", self.body["facts"])
            self.body["facts"] = []
            return
        holder: Any = self.body
        for step in path[:-1]:
            if isinstance(step, int) and not (isinstance(holder, list) and step < len(holder)):
                return
            holder = holder[step]
        last = path[-1]
        if last in holder if isinstance(holder, dict) else isinstance(last, int) and last < len(holder):
            about = self.body["source"] if path[0] == "source" else self.body["facts"][path[1]] if len(path) > 2 else {}  # noqa: PLR2004
            words = [str(it) for it in path[2:] if isinstance(it, str)]
            self.note(" ".join([str(about.get("id", "")), *words]).strip(), holder[last])
            del holder[last]
        if len(path) > 2 and not holder:  # noqa: PLR2004 - an empty value is none
            self.take_out(path[:-1])
        elif len(path) == 3 and path[0] == "facts" and not holder.keys() - (_SILENT - {"type"}):  # noqa: PLR2004
            # a receipt of nothing
            del self.body["facts"][path[1]]

    def note(self, name: str, value: Any) -> None:
        if isinstance(value, dict):
            if value.keys() - _SILENT:
                for word, item in value.items():
                    if word not in _SILENT:
                        self.note(f"{value.get('id', name)} {word}", item)
        elif isinstance(value, list):
            for item in value:
                self.note(name, item)
        else:
            self.out.append(TakenOut(about=name, value=one_line(str(value)), problem=self.problem))


def one_line(text: str) -> str:
    """Return a text as it can stand in a comment."""
    return " ".join("".join(it if it.isprintable() else " " for it in text).split())


def _order(path: Path) -> list[tuple[bool, int, str]]:
    return [(isinstance(it, int), it if isinstance(it, int) else 0, str(it)) for it in path]


def _places_in(text: str) -> Places:
    """Return where each value of a YAML text begins, key or value, with the path to it; in the order of the text."""
    places: Places = []

    def walk(node: Any, path: Path) -> None:
        places.append(((node.start_mark.line + 1, node.start_mark.column + 1), path))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                places.append(((key.start_mark.line + 1, key.start_mark.column + 1), (*path, str(key.value))))
                walk(value, (*path, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                walk(value, (*path, number))

    walk(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return sorted(places, key=lambda it: it[0])


def _path_at(places: Places, problem: Problem) -> Path:
    """Return the path of what stands at a problem's place, or last before it: the innermost."""
    at = (problem.place.line, problem.place.column)
    index = bisect_right([place for place, _ in places], at)
    same = [path for place, path in places if place == places[max(0, index - 1)][0]]
    return max(same, key=len)
