"""Read facts files from disk or memory."""

from __future__ import annotations

import dataclasses
import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pressgraph.facts.check import check_facts
from pressgraph.facts.compressed import decompressed, plain_name
from pressgraph.facts.ids import advise_unknown
from pressgraph.facts.model import FactsFile, LanguageMap, is_node
from pressgraph.facts.rules import problem, unreadable
from pressgraph.facts.tree import read_tree
from pressgraph.text import Texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pressgraph.errors import Problem
    from pressgraph.profile import Profile

JSON_LINES = (".jsonl", ".ndjson")

KnownTypes = dict[str, frozenset[str]]


def is_json_lines(path: Path) -> bool:
    """Tell whether a file holds JSON Lines: by its suffix, and on stdin by its first character."""
    if str(path) != "-":
        return plain_name(path.name).lower().endswith(JSON_LINES)
    stdin = sys.stdin.buffer
    return isinstance(stdin, io.BufferedReader) and stdin.peek(1)[:1] == b"{"


@contextmanager
def open_json_lines(path: Path) -> Iterator[IO[bytes]]:
    """Open a file of JSON Lines, compressed or not, or stdin."""
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with path.open("rb") as raw, decompressed(raw, str(path)) as file:
        yield file


def read_facts(
    path: Path,
    profile: Profile,
    *,
    id_base: str,
    name: str | None = None,
    known_types: KnownTypes | None = None,
) -> FactsFile:
    """Read a YAML facts file and check it against its source's text where that is at hand.

    Problems are in the result; nothing is raised for them. `name` is how places call the file. Links to ids that the
    file does not describe are left to `dangling_problems`, which knows the other files.
    """
    name = name or str(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        return _nothing(name, (unreadable(error, name),))
    return read_facts_bytes(data, profile, id_base=id_base, name=name, folder=path.parent, known_types=known_types)


def read_facts_bytes(
    data: bytes,
    profile: Profile,
    *,
    id_base: str,
    name: str,
    folder: Path | None = None,
    known_types: KnownTypes | None = None,
    texts: Texts | None = None,
) -> FactsFile:
    """Read YAML facts from memory; `folder` is where a relative `source.file` lies, `texts` what reads it instead."""
    tree, problems = read_tree(data, name)
    if tree is None and problems:
        return _nothing(name, tuple(problems))
    texts = texts or Texts(folder or Path.cwd())
    file = check_facts(tree, file=name, profile=profile, id_base=id_base, known_types=known_types, texts=texts)
    if not problems:
        return file
    return dataclasses.replace(
        file, problems=tuple(sorted((*file.problems, *problems), key=lambda problem: problem.place))
    )


def _nothing(name: str, problems: tuple[Problem, ...]) -> FactsFile:
    return FactsFile(file=name, source=None, facts=(), problems=problems)


def dangling_problems(file: FactsFile, described: Mapping[str, Collection[str]] | None = None) -> list[Problem]:
    """Report the links of a file to ids that neither it nor any other file says anything about.

    `described` are the ids that some file describes, each with the names that are known of its thing.
    """
    ids: dict[str, Collection[str]] | None = None
    problems: list[Problem] = []
    own = file.described | ({file.source.id} if file.source else set())
    for name, place in file.references.items():
        if name in own or (described is not None and name in described):
            continue
        if ids is None:
            ids = {**dict.fromkeys(own, ()), **(described or {})}
            for one, names in names_in(file).items():
                ids[one] = {*ids.get(one, ()), *names}
        problems.append(problem("dangling-id", place, hint=advise_unknown(name, ids, ids.__getitem__), id=name))
    return problems


_NAMES = ("name", "legalName", "alternateName", "headline", "prefLabel", "altLabel")


def names_in(file: FactsFile) -> dict[str, set[str]]:
    """Return the names that a file gives to things, by their ids."""
    names: dict[str, set[str]] = {}

    def look(value: object) -> None:
        if isinstance(value, list):
            for one in value:
                look(one)
        elif is_node(value):
            for key, inner in value.items():
                if key in _NAMES and isinstance(value.get("id"), str):
                    names.setdefault(str(value["id"]), set()).update(_texts(inner))
                look(inner)

    look([*(fact.body for fact in file.facts), *([file.source.body] if file.source is not None else [])])
    return names


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case LanguageMap():
            for texts in value.values():
                yield from _texts(texts)
