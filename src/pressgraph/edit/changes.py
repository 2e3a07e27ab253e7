"""Changes of a facts file, one fact at a time: what is spliced in, and what two hands have done to one file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pressgraph.edit.source import plain
from pressgraph.errors import DataError
from pressgraph.facts.edit import Add, AddFact, Remove, Replace, decode, edit_yaml
from pressgraph.facts.spans import yaml_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.facts.edit import Edit, NodePath
    from pressgraph.facts.spans import Span as Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of one fact.

    `index` is that of the fact in the file that the change was made of, None for a new one; `said` is all that it
    then says, None where it goes. `source` is what the `source:` block is to say besides, by key;
    None for a key that goes.
    """

    index: int | None = None
    said: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = None


def facts_of(data: bytes, name: str) -> list[Any]:
    """Return what each fact of a file says; raises DataError for what is no YAML."""
    nodes = yaml_spans(decode(data, name), name).get("facts")
    return [plain(node) for _, node in nodes.items] if nodes is not None and nodes.kind == "sequence" else []


def changed(data: bytes, change: Change, name: str) -> bytes:
    """Return a file with a change made in it; no byte outside of the fact, or of the key of the source, changes.

    Raises DataError where that cannot be.
    """
    if change.source:
        root = yaml_spans(decode(data, name), name)
        source = root.get("source")
        edits: list[Edit] = []
        for key, value in change.source.items():
            before = source.get(key) if source is not None else None
            if value is None:
                edits += [Remove(("source", key))] if before is not None else []
            elif before is None:
                edits.append(Add(("source",), value, key))
            else:
                edits += differences(("source", key), before, value)
        data = edit_yaml(data, edits, file=name)
    if change.index is None:
        return edit_yaml(data, [AddFact(dict(change.said))], file=name) if change.said is not None else data
    path: NodePath = ("facts", change.index)
    if change.said is None:
        return edit_yaml(data, [Remove(path)], file=name)
    node = yaml_spans(decode(data, name), name).get("facts")
    fact = node.get(change.index) if node is not None else None
    if fact is None:
        return edit_yaml(data, [Remove(path)], file=name)
    return _edited(data, path, fact, change.said, name)


def _edited(data: bytes, path: NodePath, fact: Node, said: Mapping[str, Any], name: str) -> bytes:
    """Return a file with another fact in the place of one; key by key, so that what stays keeps its quotes."""
    edits = differences(path, fact, said)
    if not edits:
        return data
    try:
        return edit_yaml(data, edits, file=name)
    except (DataError, ValueError):
        # edits that meet in one place are made one after the other, the last first: then the paths hold
        for edit in sorted(edits, key=lambda it: isinstance(it, Add)):
            data = edit_yaml(data, [edit], file=name)
        return data


def differences(path: NodePath, node: Node, value: Any) -> list[Edit]:
    """Return the edits that make a node say a value, as few as there can be."""
    if node.kind == "scalar" and not isinstance(value, dict | list):
        same = node.text == _text(value)
        return [] if same else [Replace(path, value)]
    if node.kind == "mapping" and isinstance(value, dict) and value:
        return _of_mapping(path, node, value)
    if node.kind == "sequence" and isinstance(value, list) and value:
        return _of_list(path, node, value)
    return [] if plain(node) == texts(value) else [Replace(path, value)]


def _of_mapping(path: NodePath, node: Node, value: Mapping[str, Any]) -> list[Edit]:
    keys = [key.text for key, _ in node.items if key is not None]
    if not set(keys) & value.keys():
        return [Replace(path, dict(value))]
    edits: list[Edit] = []
    for key, inner in node.items:
        if key is not None and key.text in value:
            edits += differences((*path, key.text), inner, value[key.text])
    edits += [Remove((*path, key)) for key in reversed(keys) if key not in value]
    return edits + [Add(path, inner, key) for key, inner in value.items() if key not in keys]


def _of_list(path: NodePath, node: Node, value: Sequence[Any]) -> list[Edit]:
    before = [plain(it) for _, it in node.items]
    wanted = [texts(it) for it in value]
    if len(wanted) >= len(before):
        inner = zip(node.items, value, strict=False)
        edits = [edit for at, ((_, it), one) in enumerate(inner) for edit in differences((*path, at), it, one)]
        return edits + [Add(path, it) for it in value[len(before) :]]
    gone = [at for at, it in enumerate(before) if it not in wanted]
    if [it for it in before if it in wanted] == wanted:
        return [Remove((*path, at)) for at in reversed(gone)]
    return [Replace(path, list(value))]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def texts(value: Any) -> Any:
    """Return a value as it reads once it is written: texts, lists and mappings."""
    match value:
        case dict():
            return {str(key): texts(it) for key, it in value.items()}
        case list() | tuple():
            return [texts(it) for it in value]
    return _text(value)


# -- two hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What another program has made of the fact that a change is about.

    `index` is where it stands now, None where it is gone. `theirs` is what it says now.
    """

    index: int | None
    before: Any
    theirs: Any

    @property
    def untouched(self) -> bool:
        """Whether it says what it said."""
        return self.index is not None and self.before == self.theirs


def meeting(before: bytes, now: bytes, index: int, name: str) -> Meeting:
    """Find a fact of a file in what another program has made of that file.

    Raises DataError where one of the two is no YAML.
    """
    old, new = facts_of(before, name), facts_of(now, name)
    keys_old, keys_new = [_key(it) for it in old], [_key(it) for it in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys_old, keys_new, autojunk=False).get_opcodes():
        if not i1 <= index < i2:
            continue
        if tag == "equal":
            at = j1 + index - i1
            return Meeting(index=at, before=old[index], theirs=new[at])
        # of what stands there now, that which is about the same thing; else it moved, else it is gone
        near = _nearest(old[index], index - i1, new[j1:j2])
        if near is not None:
            return Meeting(index=j1 + near, before=old[index], theirs=new[j1 + near])
    moved = keys_new.index(keys_old[index]) if keys_old[index] in keys_new else None
    return Meeting(index=moved, before=old[index], theirs=new[moved] if moved is not None else None)


def _key(fact: Any) -> str:
    return json.dumps(fact, ensure_ascii=False, sort_keys=True)


def _nearest(fact: Any, at: int, others: Sequence[Any]) -> int | None:
    about = _id(fact)
    same = [number for number, it in enumerate(others) if _id(it) == about]
    if not same:
        return None

    def shared(number: int) -> tuple[int, int]:
        both = set(fact) & set(others[number]) - {"id"} if isinstance(fact, dict) else set()
        alike = sum(fact[key] == others[number][key] for key in both)
        return alike * 2 + len(both), -abs(number - at)

    return max(same, key=shared)


def _id(fact: Any) -> Any:
    return fact.get("id") if isinstance(fact, dict) else None


def both(before: Any, theirs: Any, mine: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a fact says with the changes of both, None where they changed the same key.

    >>> both({"a": "1", "b": "1"}, {"a": "2", "b": "1"}, {"a": "1", "b": "3", "c": "4"})
    {'a': '2', 'b': '3', 'c': '4'}
    """
    if not isinstance(before, dict) or not isinstance(theirs, dict):
        return None
    own = texts(dict(mine))
    of_theirs = {key for key in before.keys() | theirs.keys() if before.get(key) != theirs.get(key)}
    of_mine = {key for key in before.keys() | own.keys() if before.get(key) != own.get(key)}
    if any(theirs.get(key) != own.get(key) for key in of_theirs & of_mine):
        return None
    joined: dict[str, Any] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        if key in of_mine:
            if key in mine:
                joined[key] = mine[key]
        elif key in theirs:
            joined[key] = theirs[key]
    return joined


def paired(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return the facts that differ between two states of a file, each with what it became; None where it is not."""
    keys_old, keys_new = [_key(it) for it in old], [_key(it) for it in new]
    pairs: list[tuple[Any, Any]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys_old, keys_new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left = list(range(j1, j2))
        for at in range(i1, i2):
            nearest = _nearest(old[at], at - i1, [new[it] for it in left])
            pairs.append((old[at], new[left.pop(nearest)] if nearest is not None else None))
        pairs += [(None, new[it]) for it in left]
    return pairs
