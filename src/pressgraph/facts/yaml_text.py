"""Write YAML as people write facts files: block style, and texts so that every reader of YAML reads texts."""

from __future__ import annotations

from typing import Any

import yaml

from pressgraph.facts.tree import OLD_LINE_ENDS, Scalar


class Plain(str):
    """A literal whose datatype the profile knows: needs no quotes."""

    __slots__ = ()


class Flow(list[Any]):
    """A list that is written on one line."""

    __slots__ = ()


class FlowNode(dict[str, Any]):
    """A node that is written on one line."""

    __slots__ = ()


def to_yaml(data: dict[str, Any]) -> str:
    """Return a document as YAML.

    >>> print(to_yaml({"facts": [{"name": "no", "day": Plain("2026-01-15"), "evidence": Flow([1, 2])}]}), end="")
    facts:
      - name: "no"
        day: 2026-01-15
        evidence: [1, 2]
    """
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - its own signature
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - its own signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # what only YAML 1.1 ends a line at is escaped, so that readers of either version read the same
    quoted = Scalar(text=value, plain=True, line=0, column=0).reads_as() != "str" or OLD_LINE_ENDS.intersection(value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if quoted else None)


def _plain(dumper: yaml.SafeDumper, value: Plain) -> yaml.Node:
    tag = dumper.resolve(yaml.ScalarNode, str(value), (True, False))  # type: ignore[no-untyped-call]
    return dumper.represent_scalar(tag, str(value))


def _flow(dumper: yaml.SafeDumper, value: Flow) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _flow_node(dumper: yaml.SafeDumper, value: FlowNode) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Plain, _plain)
_Dumper.add_representer(Flow, _flow)
_Dumper.add_representer(FlowNode, _flow_node)
