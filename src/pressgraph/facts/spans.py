"""Where everything stands in a facts file: the tree of a YAML document, or of lines of JSON, with ends.

Made for editing: unlike `pressgraph.facts.tree`, nothing is refused or resolved, and what a node looks like (quotes,
anchor, tag) is part of it, so that two trees tell whether an edit changed anything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from pressgraph.errors import DataError, Place
from pressgraph.facts.tree import LINE_END, MAX_DEPTH, read_tree, without_old_line_ends, yaml_events
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = 4
ANY = "any"
"""The style of a scalar that may be written in any way: one that an edit puts in."""


@dataclass(slots=True, eq=False, kw_only=True)
class Span:
    """A node and where it stands: `start` and `end` are offsets in the text, without what follows a block."""

    kind: str
    """`scalar`, `mapping`, `sequence` or `alias`."""
    start: int
    end: int
    text: str = ""
    """Of a scalar, its value; of an alias, its name."""
    style: str = ""
    """Of a scalar, its quotes or block mark; of a collection, `{` in flow style."""
    anchor: str = ""
    tag: str = ""
    items: list[tuple[Span | None, Span]] = field(default_factory=list)
    """The values of a collection, each with its key in a mapping."""

    @property
    def flow(self) -> bool:
        """Whether a collection is written in brackets."""
        return self.style == "{"

    @property
    def decorated(self) -> bool:
        """Whether an anchor or a tag stands before it."""
        return bool(self.anchor or self.tag)

    def get(self, step: str | int) -> Span | None:
        """Return the value of a key, or the item of a number; None where there is none."""
        if isinstance(step, int):
            has_step = self.kind == "sequence" and 0 <= step < len(self.items)
            return self.items[step][1] if has_step else None
        return next((value for key, value in self.items if key is not None and key.text == step), None)

    def walk(self) -> Iterator[Span]:
        """Yield this and everything in it, keys too."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo += [it for pair in node.items for it in pair if it is not None]


def same(one: Span, other: Span) -> bool:
    """Tell whether two nodes say the same, written in the same way."""
    todo = [(one, other)]
    while todo:
        a, b = todo.pop()
        styles = a.style == b.style or ANY in {a.style, b.style}
        if (a.kind, a.text, a.anchor, a.tag) != (b.kind, b.text, b.anchor, b.tag) or not styles:
            return False
        if len(a.items) != len(b.items):
            return False
        for (key, value), (other_key, other_value) in zip(a.items, b.items, strict=True):
            if (key is None) != (other_key is None):
                return False
            if key is not None and other_key is not None:
                todo.append((key, other_key))
            todo.append((value, other_value))
    return True


def copied(node: Span) -> tuple[Span, dict[int, Span]]:
    """Return a tree like another, and for the `id` of each node of that the one that stands for it."""
    copies: dict[int, Span] = {}
    for one in reversed(list(node.walk())):
        # what is in a node is walked after it, so here before it
        items = [(copies[id(key)] if key is not None else None, copies[id(value)]) for key, value in one.items]
        copies[id(one)] = replace(one, items=items)
    return copies[id(node)], copies


def place_in(text: str, at: int, file: str) -> Place:
    """Return the place of an offset."""
    lines = LINE_END.split(text[:at])
    return Place(file=file, line=len(lines), column=len(lines[-1]) + 1)


def yaml_spans(text: str, file: str) -> Span:
    """Read one YAML document without a byte order mark.

    The last few trees are kept, so nobody may change one: an edit changes a `copied` one. Raises DataError for what is
    no YAML, is empty, holds several documents, or is nested too deep.
    """
    return _yaml_spans(text, file)


@lru_cache(maxsize=_KEPT)
def _yaml_spans(text: str, file: str) -> Span:
    try:
        return _from_events(yaml_events(text), text, file)
    except yaml.YAMLError as error:
        # the reader of facts says it best
        problems = read_tree(text.encode("utf-8", "surrogatepass"), file)[1]
        if problems:
            raise DataError(problems[0].message, place=problems[0].place, hint=problems[0].hint) from error
        raise DataError(str(error), place=Place(file=file)) from error


def block_entries(text: str) -> list[int]:
    """Return where the hyphens of block lists stand in a YAML document. Raises yaml.YAMLError."""
    tokens = yaml.scan(without_old_line_ends(text)[0], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [it.start_mark.index for it in tokens if isinstance(it, yaml.BlockEntryToken)]


def _from_events(events: Iterator[Any], text: str, file: str) -> Span:
    root: Span | None = None
    documents = 0
    open_nodes: list[Span] = []
    keys: list[Span | None] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise DataError(
                    gettext("a second YAML document starts here"),
                    place=place_in(text, _start(event), file),
                )
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            keys.pop()
            node.end = _end(event) if node.flow else node.items[-1][1].end
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        node = _node(event)
        if not open_nodes:
            root = node
        elif open_nodes[-1].kind == "sequence":
            open_nodes[-1].items.append((None, node))
        elif (key := keys[-1]) is None:
            keys[-1] = node
        else:
            open_nodes[-1].items.append((key, node))
            keys[-1] = None
        if isinstance(event, yaml.CollectionStartEvent):
            if len(open_nodes) >= MAX_DEPTH:
                raise DataError(
                    gettext("nested deeper than {limit} levels", limit=MAX_DEPTH),
                    place=place_in(text, _start(event), file),
                )
            open_nodes.append(node)
            keys.append(None)
    if root is None:
        raise DataError(gettext("the file is empty"), place=Place(file=file))
    return root


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


def _node(event: Any) -> Span:
    start, end = _start(event), _end(event)
    anchor = event.anchor or ""
    if isinstance(event, yaml.AliasEvent):
        return Span(kind="alias", start=start, end=end, text=anchor)
    tag = event.tag or ""
    if isinstance(event, yaml.ScalarEvent):
        style = event.style or ""
        return Span(kind="scalar", start=start, end=end, text=event.value, style=style, anchor=anchor, tag=tag)
    kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
    return Span(kind=kind, start=start, end=end, style="{" if event.flow_style else "", anchor=anchor, tag=tag)


# -- JSON

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")


def json_lines_spans(text: str, file: str) -> Span:
    """Read lines of JSON as a sequence of what each says.

    Raises DataError.
    """
    lines: list[tuple[Span | None, Span]] = []
    start = 0
    for line in re.findall("[^\n]*\n|[^\n]+", text):
        content = line.strip(" \t\r\n")
        if content:
            first = start + line.index(content)
            lines.append((None, _Json(text, file, first).line(first + len(content))))
        start += len(line)
    return Span(kind="sequence", start=0, end=len(text), items=lines)


class _Json:
    """Read a value of JSON (RFC 8259) and where everything in it stands."""

    def __init__(self, text: str, file: str, at: int) -> None:
        self.text = text
        self.file = file
        self.at = at

    def line(self, end: int) -> Span:
        node = self.value(0)
        if self.at != end:
            raise self.error()
        return node

    def error(self) -> DataError:
        return DataError(gettext("not a line of JSON"), place=place_in(self.text, self.at, self.file))

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def value(self, depth: int) -> Span:
        if depth > MAX_DEPTH:
            raise self.error()
        start = self.at
        mark = self.text[start : start + 1]
        if mark == '"':
            return self.string()
        if mark in {"{", "["}:
            return self.collection(mark, depth)
        match = _SCALAR.match(self.text, start)
        if match is None:
            raise self.error()
        self.at = match.end()
        return Span(kind="scalar", start=start, end=self.at, text=match[0])

    def string(self) -> Span:
        start = self.at
        try:
            value, self.at = json.decoder.scanstring(self.text, start + 1, True)  # type: ignore[attr-defined]
        except ValueError as error:
            raise self.error() from error
        return Span(kind="scalar", start=start, end=self.at, text=value, style='"')

    def collection(self, mark: str, depth: int) -> Span:
        kind, close = ("mapping", "}") if mark == "{" else ("sequence", "]")
        node = Span(kind=kind, start=self.at, end=self.at, style="{")
        self.at += 1
        self.space()
        while self.text[self.at : self.at + 1] != close:
            if node.items:
                self.expect(",")
            key = None
            if kind == "mapping":
                if self.text[self.at : self.at + 1] != '"':
                    raise self.error()
                key = self.string()
                self.space()
                self.expect(":")
            node.items.append((key, self.value(depth + 1)))
            self.space()
        self.at += 1
        node.end = self.at
        return node

    def expect(self, mark: str) -> None:
        if self.text[self.at : self.at + 1] != mark:
            raise self.error()
        self.at += 1
        self.space()
