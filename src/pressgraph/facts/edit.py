"""Edit people's facts files: the one place that changes what somebody has typed.

Bytes are spliced where the parser says that a node stands; what lies between is not touched, so comments, indentation,
quotes, line ends and trailing spaces stay as they are. Then the file is parsed again, and must say exactly what it
said, but for the change: where it does not, nothing is written and the editor says so.

>>> edit_yaml(b"a: 1   # one\\nb: [x, y]\\n", [RenameKey(("a",), "c"), Remove(("b", 0))], file="f.yaml")
b'c: 1   # one\\nb: [y]\\n'
"""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pressgraph.errors import DataError, Place
from pressgraph.facts.spans import ANY, Span, block_entries, copied, json_lines_spans, place_in, same, yaml_spans
from pressgraph.facts.tree import LINE_END, Scalar
from pressgraph.facts.yaml_text import Plain
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable

NodePath: TypeAlias = "tuple[str | int, ...]"
"""The path of a node from the root: keys of mappings, numbers of items from 0; of JSON Lines, a line comes first."""

Value: TypeAlias = "str | bool | int | list[Any] | dict[str, Any]"

Splice: TypeAlias = tuple[int, int, str]


class Literal(Plain):
    """A value that the profile knows the datatype of, such as a date: written without quotes where YAML allows it."""

    __slots__ = ()


class Edit(Protocol):
    """A change of a facts file."""

    def apply(self, file: _File) -> None:
        """Note the splices, and make the change in the tree that is expected."""


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give the key at a path another name; the value stays."""

    path: NodePath
    key: str

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        parent, index = file.holder(self.path)
        key = parent.items[index][0]
        if key is None or key.kind != "scalar":
            raise file.refusal(parent, gettext("a list's items have no keys"))
        if any(other is not None and other.text == self.key for other, _ in parent.items):
            raise file.refusal(
                key,
                gettext("'{key}' cannot be renamed: '{name}' stands beside it", key=key.text, name=self.key),
            )
        file.plain_place(key)
        file.splice(key.start, key.end, file.written(self.key, like=key, flow=parent.flow, key=True))
        target = file.wanted(key)
        target.text, target.style = self.key, ANY


@dataclass(frozen=True, slots=True)
class Replace:
    """Put another value in the place of the one at a path."""

    path: NodePath
    value: Value

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        parent, index = file.holder(self.path)
        node = parent.items[index][1]
        file.plain_place(node)
        file.put(parent, index, file.written(self.value, like=node, flow=parent.flow))
        parent_wanted = file.wanted(parent)
        parent_wanted.items[index] = (parent_wanted.items[index][0], _expected(self.value))


@dataclass(frozen=True, slots=True)
class Add:
    """Add a key with its value to the mapping at a path, or, without a key, an item to the list there; at its end."""

    path: NodePath
    value: Value
    key: str | None = None

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        node = file.node(self.path)
        wanted = file.wanted(node)
        kind = "sequence" if self.key is None else "mapping"
        if node.kind != kind:
            raise file.refusal(
                node,
                gettext("this is no list") if kind == "sequence" else gettext("this is no node with keys"),
            )
        if self.key is not None and node.get(self.key) is not None:
            raise file.refusal(node, gettext("'{key}' is there already", key=self.key))
        file.plain_place(node)
        if node.flow:
            self._into_flow(file, node)
        else:
            self._into_block(file, node)
        key = None if self.key is None else Span(kind="scalar", start=0, end=0, text=self.key, style=ANY)
        wanted.items.append((key, _expected(self.value)))

    def _pair(self, file: _File) -> str:
        value = file.written(self.value, flow=True)
        return value if self.key is None else f"{file.written(self.key, flow=True, key=True)}: {value}"

    def _into_flow(self, file: _File, node: Span) -> None:
        if node.items:
            at = node.items[-1][1].end
            file.splice(at, at, f", {self._pair(file)}")
            return
        at = node.start + 1
        close = file.text[at : node.end - 1]
        if close.strip():
            raise file.refusal(node, gettext("a comment stands in the brackets"))
        space = " " if node.kind == "mapping" and not file.json else ""
        file.splice(at, node.end - 1, f"{space}{self._pair(file)}{space}")

    def _into_block(self, file: _File, node: Span) -> None:
        indent = " " * file.column(node.start)
        lines = [f"{indent}- {self._pair(file)}" if self.key is None else f"{indent}{self._pair(file)}"]
        if self.key is None and isinstance(self.value, dict) and self.value:
            lines = file.fact_lines(self.value, indent)
        end = node.items[-1][1].end
        if _ends_line(file, node):
            file.splice(end, end, "".join(f"{line}{file.line_end}" for line in lines))
            return
        at = file.end_of_line(end)
        file.splice(at, at, "".join(f"{file.line_end}{line}" for line in lines))


@dataclass(frozen=True, slots=True)
class AddFact:
    """Add a fact at the end of `facts:`; where that says nothing yet, the first one begins a list there."""

    value: dict[str, Any]

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        node = file.root.get("facts")
        if node is None:
            Add((), [self.value], "facts").apply(file)
            return
        empty = node.kind == "scalar" and not node.style and node.text in {"", "~", "null"}
        if node.items or file.json or file.root.flow or not (empty or node.kind == "sequence"):
            Add(("facts",), self.value).apply(file)
            return
        file.plain_place(node)
        if file.text[node.start + 1 : node.end - 1].strip() and not empty:
            raise file.refusal(node, gettext("a comment stands in the brackets"))
        key = next(key for key, value in file.root.items if value is node)
        assert key is not None  # noqa: S101 - narrows the type
        behind = file.text.index(":", key.end) + 1
        # what stands behind the brackets on their line stays there
        if node.end > node.start:
            file.splice(behind, node.end, "")
        at = file.end_of_line(max(behind, node.end))
        file.splice(at, at, "".join(f"{file.line_end}{line}" for line in file.fact_lines(self.value, "  ")))
        wanted = file.wanted(node)
        wanted.kind, wanted.text, wanted.style = "sequence", "", ANY
        wanted.items.append((None, _expected(self.value)))


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the key with its value, or the item, at a path, and the comments on its lines."""

    path: NodePath

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        parent, index = file.holder(self.path)
        key, value = parent.items[index]
        if file.json and parent is file.root:
            start, end = file.start_of_line(value.start), file.after_line(value.end)
        elif len(parent.items) == 1:
            file.plain_place(parent)
            empty = "[]" if parent.kind == "sequence" else "{}"
            if len(self.path) > 1:
                file.put(*file.holder(self.path[:-1]), empty)
            else:
                file.splice(parent.start, parent.end, empty)
            target = file.wanted(parent)
            target.items, target.style = [], "{"
            return
        elif parent.flow:
            start, end = self._from_flow(file, parent, index)
        else:
            start, end = self._from_block(file, parent, index)
        if key is not None:
            file.plain_place(key)
        file.splice(start, end, "")
        file.remove_later(parent, index)

    def _from_flow(self, file: _File, parent: Span, index: int) -> tuple[int, int]:
        def first(at: int) -> int:
            key, value = parent.items[at]
            return value.start if key is None else key.start

        start, end = first(index), parent.items[index][1].end
        before = parent.items[index - 1][1].end if index else None
        if before is not None and "#" not in file.text[before:start]:
            return before, end
        if index + 1 < len(parent.items) and "#" not in file.text[end : first(index + 1)]:
            return start, first(index + 1)
        raise file.refusal(
            parent.items[index][1],
            gettext("comments stand between the items in these brackets"),
        )

    def _from_block(self, file: _File, parent: Span, index: int) -> tuple[int, int]:
        start = file.entry(parent, index)
        value = parent.items[index][1]
        end = value.end
        line = file.start_of_line(start)
        if not file.text[line:start].strip(" "):
            return line, end if _ends_line(file, value) else file.after_line(end)
        # it stands behind the hyphen of a list: what follows moves up to it
        following = file.entry(parent, index + 1)
        # its own comment goes with it, no other one
        below = end if _ends_line(file, value) else min(file.after_line(end), following)
        if file.text[below:following].strip():
            raise file.refusal(
                value,
                gettext("a comment stands below what is to be removed"),
            )
        return start, following


@dataclass(frozen=True, slots=True)
class ChangeId:
    """Write another id wherever one stands: after `id`, and after the keys that `links` says hold ids."""

    old: str
    new: str
    links: Callable[[str], bool]

    def apply(self, file: _File) -> None:
        """See `Edit`."""
        todo: list[tuple[Span, bool, bool]] = [(file.root, False, False)]
        while todo:
            node, links, flow = todo.pop()
            if node.kind == "scalar":
                if links and node.text == self.old:
                    file.plain_place(node)
                    text = file.written(self.new, like=node, flow=flow)
                    file.splice(node.start, node.end, text + (file.line_end if _ends_line(file, node) else ""))
                    target = file.wanted(node)
                    target.text, target.style = self.new, ANY
                continue
            for key, value in node.items:
                inside = links if key is None else key.text == "id" or self.links(key.text)
                todo.append((value, inside, node.flow))


class _File:
    """The text of a file, its tree, the tree that is wanted, and the splices that make it."""

    def __init__(self, text: str, name: str, read: Callable[[str, str], Span], *, json: bool) -> None:
        self.text = text
        self.name = name
        self.json = json
        self.root = read(text, name)
        self.target, self._wanted = copied(self.root)
        self._splices: list[Splice] = []
        self._removed: list[tuple[Span, int]] = []
        match = LINE_END.search(text)
        self.line_end = match[0] if match is not None else "\n"
        self._entries: list[int] | None = None

    # -- where things are

    def node(self, path: NodePath) -> Span:
        node = self.root
        for number, step in enumerate(path, start=1):
            child = node.get(step)
            if child is None:
                named = ".".join(map(str, path[:number]))
                raise self.refusal(node, gettext("there is no '{path}'", path=named))
            node = child
        return node

    def holder(self, path: NodePath) -> tuple[Span, int]:
        """Return what holds the node at a path, and the number of its item."""
        if not path:
            raise self.refusal(self.root, gettext("the whole file is no item"))
        parent, value = self.node(path[:-1]), self.node(path)
        return parent, next(number for number, (_, it) in enumerate(parent.items) if it is value)

    def wanted(self, node: Span) -> Span:
        """Return the node of the wanted tree that stands for one of the text's."""
        return self._wanted[id(node)]

    def column(self, at: int) -> int:
        return at - self.start_of_line(at)

    def start_of_line(self, at: int) -> int:
        return max(self.text.rfind(mark, 0, at) for mark in "\n\r") + 1

    def end_of_line(self, at: int) -> int:
        match = LINE_END.search(self.text, at)
        return match.start() if match is not None else len(self.text)

    def after_line(self, at: int) -> int:
        match = LINE_END.search(self.text, at)
        return match.end() if match is not None else len(self.text)

    def entry(self, parent: Span, index: int) -> int:
        """Return where an item of a block begins: at its key, or at its hyphen."""
        key, value = parent.items[index]
        if key is not None:
            return key.start
        if self._entries is None:
            self._entries = block_entries(self.text)
        return self._entries[bisect_left(self._entries, value.start) - 1]

    def plain_place(self, node: Span) -> None:
        """Refuse to touch what an anchor or a tag stands before, and keys that a question mark does."""
        if node.decorated or node.kind == "alias":
            raise self.refusal(node, gettext("an anchor, an alias or a tag stands here, which facts files do not have"))
        if not self.json and self.text[self.start_of_line(node.start) : node.start].rstrip(" ").endswith("?"):
            raise self.refusal(node, gettext("the key is written with a question mark"))

    def refusal(self, node: Span, reason: str) -> DataError:
        return DataError(
            reason,
            place=place_in(self.text, node.start, self.name),
            hint=gettext("edit it by hand"),
        )

    # -- what is written

    def written(self, value: Any, *, flow: bool, like: Span | None = None, key: bool = False) -> str:
        """Return a value on one line; `like` is the node whose quotes it takes where they fit."""
        if self.json:
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, str):
            return _scalar(value, flow=flow or key, style=like.style if like is not None else "")
        if isinstance(value, list):
            return f"[{', '.join(self.written(it, flow=True) for it in value)}]"
        if not value:
            return "{}"
        pairs = (
            f"{self.written(name, flow=True, key=True)}: {self.written(it, flow=True)}" for name, it in value.items()
        )
        return f"{{ {', '.join(pairs)} }}"

    def fact_lines(self, value: dict[str, Any], indent: str) -> list[str]:
        """Return a fact as people write facts: a line for each key."""
        pairs = (
            f"{self.written(key, flow=False, key=True)}: {self.written(it, flow=False)}" for key, it in value.items()
        )
        return [f"{indent}{'- ' if number == 0 else '  '}{pair}" for number, pair in enumerate(pairs)]

    def put(self, parent: Span, index: int, text: str) -> None:
        """Put a text of one line in the place of a value."""
        key, node = parent.items[index]
        if not parent.flow and node.items and not node.flow:
            before = self.text.index(":", key.end) + 1 if key is not None else self.entry(parent, index) + 1
            line = self.start_of_line(node.start)
            if line > before:
                # a block below its key: the text goes behind the key, where what follows is no deeper than the key
                self.splice(before, before, f" {text}")
                self.splice(line, node.end if _ends_line(self, node) else self.after_line(node.end), "")
                return
        if node.start == node.end and not node.style:
            text = f" {text}"
        elif _ends_line(self, node):
            # the line end that a block scalar took is part of it
            text += self.line_end
        self.splice(node.start, node.end, text)

    def splice(self, start: int, end: int, text: str) -> None:
        self._splices.append((start, end, text))

    def remove_later(self, parent: Span, index: int) -> None:
        """Take an item out of the wanted tree when all edits are noted: until then numbers hold."""
        self._removed.append((parent, index))

    def result(self, read: Callable[[str, str], Span]) -> str:
        for parent, index in sorted(self._removed, key=lambda it: -it[1]):
            del self.wanted(parent).items[index]
        parts: list[str] = []
        at = 0
        for start, end, text in sorted(self._splices, key=lambda it: it[:2]):
            if start < at:
                raise ValueError("two edits are of the same place: make them one after the other")
            parts += (self.text[at:start], text)
            at = end
        edited = "".join((*parts, self.text[at:]))
        try:
            tree = read(edited, self.name)
        except DataError:
            tree = None
        if tree is None or not same(tree, self.target):
            start = min((it[0] for it in self._splices), default=0)
            node = Span(kind="scalar", start=start, end=start)
            raise self.refusal(node, gettext("this cannot be changed without changing something else"))
        return edited


def edit_yaml(data: bytes, edits: Iterable[Edit], *, file: str) -> bytes:
    """Return a YAML facts file with edits made in it; paths are those of the file as it is.

    Raises DataError, with place and reason, for what is no YAML, for a path that is not there, and for what cannot be
    changed without changing anything else; ValueError for edits of the same place.
    """
    return _edited(data, edits, file, yaml_spans, json=False)


def edit_json_lines(data: bytes, edits: Iterable[Edit], *, file: str) -> bytes:
    """Return a file of JSON Lines with edits made in it; a path begins with the number of the line that says something.

    Raises as `edit_yaml`.
    """
    return _edited(data, edits, file, json_lines_spans, json=True)


def _edited(data: bytes, edits: Iterable[Edit], name: str, read: Callable[[str, str], Span], *, json: bool) -> bytes:
    text = decode(data, name)
    file = _File(text, name, read, json=json)
    for edit in edits:
        edit.apply(file)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return mark + file.result(read).encode()


def decode(data: bytes, name: str) -> str:
    """Return the text of a facts file without its byte order mark.

    Raises DataError for what is not UTF-8.
    """
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise DataError(
            gettext("the text is not UTF-8"),
            place=Place(file=name),
            hint=gettext("save the file as UTF-8"),
        ) from error


def replace_file(path: pathlib.Path, before: bytes, after: bytes) -> None:
    """Put edited bytes in the place of those that were read; mode and owner stay.

    Raises DataError where the file is not as it was read, OSError.
    """
    if path.read_bytes() != before:
        raise DataError(
            gettext("the file was changed while it was edited"),
            place=Place(file=str(path)),
            hint=gettext("run it again"),
        )
    if after != before:
        with write_atomically(path) as file:
            file.write(after)


def _ends_line(file: _File, node: Span) -> bool:
    """Tell whether a node ends where a line begins, as block scalars do."""
    while node.items:
        node = node.items[-1][1]
    return node.style in {"|", ">"} and file.text[node.start : node.end].endswith(("\n", "\r"))


def _expected(value: Any) -> Span:
    """Return the tree of a value that is put in."""
    if isinstance(value, dict):
        items = [(_expected(str(key)), _expected(it)) for key, it in value.items()]
        return Span(kind="mapping", start=0, end=0, style=ANY, items=list(items))
    if isinstance(value, list):
        return Span(kind="sequence", start=0, end=0, style=ANY, items=[(None, _expected(it)) for it in value])
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return Span(kind="scalar", start=0, end=0, text=text, style=ANY)


# what can stand without quotes in brackets and outside: no mark that YAML gives a meaning to
_PLAIN = re.compile(r"[^\W_](?:[^\s#:,\[\]{}&*!|>'\"%@`\\?]| (?![ #])|:(?=[^\s,\[\]{}]))*")
_BAD = re.compile("[\x7f-\x9f\ufeff\u2028\u2029\ud800-\udfff]")


def _scalar(value: str, *, flow: bool, style: str = "") -> str:
    """Return a text as a scalar on one line: plain where every reader takes it for a text, else in quotes."""
    del flow  # what is plain here is plain in brackets too
    readable = value.isprintable() and not _BAD.search(value)
    if style == "'" and readable:
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and readable and _PLAIN.fullmatch(value) and not value.endswith((" ", ":")):
        reads = Scalar(text=value, plain=True, line=0, column=0).reads_as()
        if reads == "str" or isinstance(value, Plain):
            return str(value)
    return _BAD.sub(lambda it: f"\\u{ord(it[0]):04x}", json.dumps(str(value), ensure_ascii=False))
