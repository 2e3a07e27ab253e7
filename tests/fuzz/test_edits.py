"""Edits of facts files in every style: what was asked for changes and nothing else does, or the edit is refused."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import yaml
from fuzzing import EXAMPLES, fuzzed
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pressgraph.edit.changes import Change, changed
from pressgraph.errors import DataError
from pressgraph.facts.edit import (
    Add,
    ChangeId,
    Edit,
    Literal,
    NodePath,
    Remove,
    RenameKey,
    Replace,
    edit_json_lines,
    edit_yaml,
)

WORDS = [
    "agent/a",
    "agent/b",
    "Küste",
    "Ku\u0308ste",
    "no",
    "2019-01-01",
    "~",
    "a: b",
    "x #y",
    "🧬",
    "",
    "it's",
    '"q"',
    "1e3",
]
KEYS = ["id", "name", "heldBy", "ä", "type", "text", "memberOf", "k1", "k2", "'k"]
MOST_DEPTH = 3


class Writer:
    """Write a value as YAML, each time in another style, with comments that are all different."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.comments = 0

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def value(self, depth: int = 0) -> Any:
        kind = self.random.randrange(4) if depth < MOST_DEPTH else 0
        if depth == 0:
            kind = 2
        if kind == 1:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 2:
            keys = self.random.sample(KEYS, self.random.randrange(1 if depth == 0 else 0, 5))
            return {key: self.value(depth + 1) for key in keys}
        return self.random.choice(WORDS)

    def comment(self) -> str:
        if not self.chance(4):
            return " " * self.random.randrange(2)
        self.comments += 1
        return f"  # c{self.comments}: - {{x}} 'q"

    def gap(self) -> str:
        if self.chance(8):
            return "\n"
        if self.chance(8):
            self.comments += 1
            return f"{' ' * self.random.randrange(4)}# c{self.comments}\n"
        return ""

    def scalar(self, text: str) -> str:
        quoted = json.dumps(text, ensure_ascii=False)
        single = "'" + text.replace("'", "''") + "'"
        plain = text.strip() and not set(text) & set("#:'\"~&*{}[]")
        return self.random.choice([quoted, single, text if plain else quoted])

    def flow(self, value: Any) -> str:
        match value:
            case dict():
                inner = ", ".join(f"{self.scalar(key)}: {self.flow(item)}" for key, item in value.items())
                return f"{{{' ' * self.random.randrange(2)}{inner}{' ' * self.random.randrange(2)}}}"
            case list():
                inner = ",  ".join(self.flow(item) for item in value)
                return f"[{inner}{',' if value and self.chance(3) else ''}]"
        return self.scalar(value)

    def block(self, value: Any, indent: int, *, compact: bool = False) -> str:
        """Return a value that begins on a line of its own, or, `compact`, behind a hyphen."""
        pad = " " * indent
        out = ""
        pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for number, (key, item) in enumerate(pairs):
            before = "" if compact and number == 0 else self.gap() + pad
            if key is None:
                spaces = 1 + self.random.randrange(3)
                if isinstance(item, dict | list) and item and not self.chance(3):
                    out += f"{before}-{' ' * spaces}{self.block(item, indent + 1 + spaces, compact=True)}"
                else:
                    out += f"{before}-{' ' * spaces}{self.rest(item, indent)}"
            elif isinstance(item, dict | list) and item and not self.chance(3):
                deeper = indent + (self.random.randrange(3) if isinstance(item, list) else 1 + self.random.randrange(3))
                out += f"{before}{self.scalar(key)}:{self.comment()}\n{self.block(item, deeper)}"
            else:
                out += f"{before}{self.scalar(key)}: {self.rest(item, indent)}"
        return out

    def rest(self, item: Any, indent: int) -> str:
        if isinstance(item, str) and item.strip() and self.chance(4):
            mark = self.random.choice(["|", "|-", ">-", "|+"])
            return f"{mark}\n{' ' * (indent + 2)}{item}\n"
        return f"{self.flow(item)}{self.comment()}\n"


def paths(value: Any, path: NodePath = ()) -> list[NodePath]:
    found = [path]
    match value:
        case dict():
            found += [it for key, item in value.items() for it in paths(item, (*path, key))]
        case list():
            found += [it for number, item in enumerate(value) for it in paths(item, (*path, number))]
    return found


def at(value: Any, path: NodePath) -> Any:
    for step in path:
        value = value[step]
    return value


def some_edit(random: Random, value: Any) -> tuple[Edit, Any, NodePath]:
    """Return an edit, what the value then is, and where it is made."""
    wanted = copy.deepcopy(value)
    path = random.choice(paths(value))
    new: Any = random.choice([*WORDS, ["x", "y z"], {"id": "agent/z", "name": "no"}, [], {}])
    kind = random.randrange(5)
    held = at(value, path)
    if kind == 0 and isinstance(held, dict | list):
        if isinstance(held, list):
            at(wanted, path).append(new)
            return Add(path, new), wanted, path
        at(wanted, path)["new"] = new
        return Add(path, new, "new"), wanted, path
    if kind == 1 or not path:
        done = _with_id(wanted)
        return ChangeId("agent/a", "agent/new-1", lambda key: key in {"heldBy", "memberOf"}), done, ()
    parent = at(wanted, path[:-1])
    if kind == 2:
        parent[path[-1]] = new
        return Replace(path, Literal(new) if new == "2019-01-01" else new), wanted, path
    if kind == 3 and isinstance(path[-1], str):
        renamed = {("renamed: key" if key == path[-1] else key): item for key, item in parent.items()}
        parent.clear()
        parent.update(renamed)
        return RenameKey(path, "renamed: key"), wanted, path
    del parent[path[-1]]
    return Remove(path), wanted, path


def _with_id(value: Any, *, link: bool = False) -> Any:
    match value:
        case dict():
            return {key: _with_id(item, link=key in {"id", "heldBy", "memberOf"}) for key, item in value.items()}
        case list():
            return [_with_id(item, link=link) for item in value]
    return "agent/new-1" if link and value == "agent/a" else value


def as_read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but texts


def lines_outside(text: str, path: NodePath) -> list[str]:
    """Return the lines of a YAML text on which nothing of the node at a path, or of its key, stands."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    first = node.start_mark.line
    for step in path:
        if isinstance(step, int):
            node = node.value[step]
            first = node.start_mark.line
        else:
            key, node = next(pair for pair in node.value if pair[0].value == step)
            first = key.start_mark.line
    last = max(node.end_mark.line, first)
    lines = text.splitlines()
    return [line for line in (*lines[:first], *lines[last + 1 :]) if line.strip()]


def is_subsequence(some: list[str], of: list[str]) -> bool:
    rest = iter(of)
    # what follows a removed first key moves up to the hyphen
    return all(any(line.strip() in other for other in rest) for line in some)


def comments(text: str) -> set[str]:
    return {it.partition(":")[0] for it in text.split() if it.startswith("c") and it[1:2].isdigit()}


@given(seed=st.integers(0, 2**64), windows=st.booleans(), mark=st.booleans(), end=st.booleans())
@settings(fuzzed, max_examples=max(1000, EXAMPLES))
def test_an_edit_of_yaml_changes_what_was_asked_for_and_nothing_else(
    seed: int, *, windows: bool, mark: bool, end: bool
) -> None:
    # drawn by hypothesis piece by piece, a file takes thirty times as long
    random = Random(seed)  # noqa: S311 - no secret
    writer = Writer(random)
    value = writer.value()
    text = writer.gap() + writer.block(value, 0)
    text = text if end else text.rstrip("\n")
    value = as_read(text)
    edit, wanted, path = some_edit(random, value)
    data = (b"\xef\xbb\xbf" if mark else b"") + (text.replace("\n", "\r\n") if windows else text).encode()
    try:
        edited = edit_yaml(data, [edit], file="facts.yaml")
    except DataError as error:
        event(f"refused: {error.reason}")
        edited = b""
        place = error.place
    if not edited:
        assert place is not None
        assert place.file == "facts.yaml"
        return
    event(type(edit).__name__)
    assert edited.startswith(b"\xef\xbb\xbf") == mark
    result = edited.decode("utf-8-sig")
    assert not windows or "\n" not in text or "\n" not in result.replace("\r\n", "")
    assert as_read(result) == wanted
    assert list(wanted) == list(as_read(result))
    if not isinstance(edit, ChangeId | Add):
        # the last item gone, brackets stand behind the key above
        emptied = isinstance(edit, Remove) and not at(wanted, path[:-1])
        kept = lines_outside(text, path[:-1] if emptied else path)
        assert is_subsequence(kept, result.splitlines())
    if not isinstance(edit, Remove | Replace):
        assert comments(text) == comments(result)


@given(seed=st.integers(0, 2**64), ascii_only=st.booleans(), spaced=st.booleans())
@settings(fuzzed)
def test_an_edit_of_json_lines_changes_what_was_asked_for_and_nothing_else(
    seed: int, *, ascii_only: bool, spaced: bool
) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    writer = Writer(random)
    values = [writer.value() for _ in range(3)]
    separators = (" ,  ", " : ") if spaced else (",", ":")
    lines = [json.dumps(value, ensure_ascii=ascii_only, separators=separators) for value in values]
    number = random.randrange(3)
    edit, wanted, path = some_edit(random, values[number])
    edit = _in_line(edit, number)
    data = "\r\n".join(lines).encode()
    if isinstance(edit, Remove) and len(path) == 0:
        return
    edited = edit_json_lines(data, [edit], file="facts.jsonl").decode().split("\r\n")
    values[number] = wanted
    if isinstance(edit, ChangeId):
        values = [_with_id(value) for value in values]
    assert [json.loads(line) for line in edited] == values
    if not isinstance(edit, ChangeId):
        assert [line for at, line in enumerate(edited) if at != number] == [
            line for at, line in enumerate(lines) if at != number
        ]


def _in_line(edit: Edit, number: int) -> Edit:
    match edit:
        case Add(path, value, key):
            return Add((number, *path), value, key)
        case Replace(path, value):
            return Replace((number, *path), value)
        case RenameKey(path, key):
            return RenameKey((number, *path), key)
        case Remove(path):
            return Remove((number, *path))
    return edit


def some_fact(random: Random, writer: Writer) -> dict[str, Any]:
    keys = random.sample(["name", "heldBy", "ä", "text", "memberOf", "k1"], random.randrange(4))
    return {"id": random.choice(["agent/a", "agent/b"]), **{key: writer.value(2) for key in keys}}


@given(seed=st.integers(0, 2**64), windows=st.booleans(), mark=st.booleans(), end=st.booleans())
@settings(fuzzed, max_examples=max(1000, EXAMPLES))
def test_a_save_changes_one_fact_and_no_byte_outside(seed: int, *, windows: bool, mark: bool, end: bool) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    writer = Writer(random)
    facts = [some_fact(random, writer) for _ in range(random.randrange(1, 4))]
    text = writer.gap() + writer.block({"source": {"id": "document/d"}, "facts": facts}, 0)
    text = text if end else text.rstrip("\n")
    document = as_read(text)
    facts = document["facts"]
    index = random.choice([None, *range(len(facts))])
    new = some_fact(random, writer)
    said: dict[str, Any] | None = new
    if index is not None and random.randrange(3):
        # what stays of a fact, and what is new in it
        kept = {key: value for key, value in facts[index].items() if random.randrange(4)}
        said = {**kept, **{key: new[key] for key in new if random.randrange(2)}, "id": facts[index]["id"]}
    elif index is not None:
        said = None
    data = (b"\xef\xbb\xbf" if mark else b"") + (text.replace("\n", "\r\n") if windows else text).encode()
    try:
        edited = changed(data, Change(index=index, said=said), "facts.yaml")
    except DataError as error:
        event(f"refused: {error.reason}")
        return
    event("new" if index is None else "changed" if said is not None else "removed")
    wanted = [*facts]
    if index is None:
        wanted.append(said)
    elif said is None:
        del wanted[index]
    else:
        wanted[index] = said
    result = edited.decode("utf-8-sig")
    assert edited.startswith(b"\xef\xbb\xbf") == mark
    assert not windows or "\n" not in result.replace("\r\n", "")
    assert as_read(result) == {**document, "facts": wanted}
    plain = result.replace("\r\n", "\n")
    if index is None:
        assert comments(text) == comments(plain)
        assert is_subsequence([it for it in text.splitlines() if it.strip() and "facts" not in it], plain.splitlines())
    else:
        outside = ("facts",) if not wanted else ("facts", index)
        assert is_subsequence(lines_outside(text, outside), plain.splitlines())
