"""YAML of drafts: written so that every reader of YAML reads texts, and found again by line and column."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from pressgraph.facts.tree import Scalar

if TYPE_CHECKING:
    from pressgraph.errors import Problem
    from pressgraph.facts.model import Path

    Places: TypeAlias = list[tuple[tuple[int, int], Path]]
    """Line and column, from 1, of each value, with the path to it."""


class _Dumper(yaml.SafeDumper):
    """Write texts so that every YAML reader reads texts."""


def to_yaml(body: dict[str, Any]) -> str:
    """Return a facts file as YAML."""
    return yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    kind = Scalar(text=text, plain=True, line=1, column=1).reads_as()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if kind == "str" else '"')


_Dumper.add_representer(str, _represent_text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


def places_in(text: str) -> Places:
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


def path_at(places: Places, problem: Problem) -> Path:
    """Return the path of what stands at a problem's place, or last before it: the innermost."""
    at = (problem.place.line, problem.place.column)
    index = bisect_right([place for place, _ in places], at)
    same = [path for place, path in places if place == places[max(0, index - 1)][0]]
    return max(same, key=len)
