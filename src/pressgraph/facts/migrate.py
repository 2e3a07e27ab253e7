"""Rewrite the deprecated keys, classes and terms of facts files to what the profile says replaces them.

What is rewritten is what the profile declares (`owl:deprecated`, `dcterms:isReplacedBy`), in the bytes of the files, by
`pressgraph.facts.edit`; everything else in them stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressgraph.errors import DataError, Place
from pressgraph.facts.compressed import plain_name
from pressgraph.facts.edit import Edit, RenameKey, Replace, decode, edit_json_lines, edit_yaml
from pressgraph.facts.read import JSON_LINES, read_facts_bytes
from pressgraph.facts.spans import Span, json_lines_spans, yaml_spans
from pressgraph.facts.tables.delimited import cell_spans
from pressgraph.facts.tables.open import DELIMITED, is_table, open_sheets
from pressgraph.facts.tables.sheet import cell_text, split_values
from pressgraph.i18n import gettext, joined, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pressgraph.facts.edit import NodePath
    from pressgraph.profile import Profile
    from pressgraph.profile.model import Key
    from pressgraph.project import Project
    from pressgraph.project.model import TableSettings

_PART = re.compile(r'[^|"]+')
_AROUND = " \t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What is deprecated in a profile and has a replacement: old short names with new ones."""

    keys: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By key (the old name and the new one), the terms of its vocabulary."""

    @classmethod
    def of(cls, profile: Profile) -> Renames:
        """Return what a profile declares; what replaces a term must be of the same kind, as a key or a class is."""
        keys: dict[str, str] = dict(profile.former_keys)
        terms: dict[str, dict[str, str]] = {}
        for key in profile.keys.values():
            if key.deprecated is not None:
                replacement = profile.key_of.get(key.deprecated.replacement or "")
                if replacement is not None:
                    keys[key.name] = replacement.name
            if replaced := _terms(key):
                terms[key.name] = replaced
        classes = {
            term.name: other.name
            for term in profile.classes.values()
            if term.deprecated is not None
            and (other := profile.class_of.get(term.deprecated.replacement or "")) is not None
        }
        return cls(keys=keys, classes=classes, terms=terms)

    def header(self, header: str) -> str:
        """Return the header of a column with the keys in it that replace deprecated ones."""
        return ".".join(self.keys.get(part, part) for part in header.split("."))

    def words_of(self, header: str, settings: TableSettings | None) -> Mapping[str, str]:
        """Return what replaces the classes or terms that a column can hold."""
        key = (settings.columns.get(header, header) if settings is not None else header).rpartition(".")[2]
        return self.classes if key == "type" else self.terms.get(key, {})

    def __bool__(self) -> bool:
        """Whether anything is to be rewritten at all."""
        return bool(self.keys or self.classes or self.terms)


def _terms(key: Key) -> dict[str, str]:
    """Return the deprecated terms of a key's vocabulary that another term of it replaces."""
    concepts = key.scheme.concepts if key.scheme is not None else {}
    names = {concept.iri: name for name, concept in concepts.items()}
    return {
        name: names[concept.deprecated.replacement]
        for name, concept in concepts.items()
        if concept.deprecated is not None and concept.deprecated.replacement in names
    }


def migrate(path: Path, data: bytes, renames: Renames, project: Project, profile: Profile) -> bytes:
    """Return the content of a facts file with what is deprecated in it replaced; equal where nothing is.

    Raises DataError where that cannot be done: in a workbook, of which it lists what is to be changed, for a key whose
    replacement stands beside it, or where the facts would have mistakes that they do not have now.
    """
    name = project.name_of(path)
    suffix = path.suffix.lower()
    if suffix in DELIMITED:
        return _migrate_delimited(path, data, renames, project)
    if is_table(path):
        _look_through(path, renames, project)
        return data
    if plain_name(path.name).lower().endswith(JSON_LINES):
        if plain_name(path.name) != path.name:
            raise _by_hand(name, gettext("a compressed file is not edited"))
        lines = json_lines_spans(decode(data, name), name)
        return edit_json_lines(data, list(_edits(lines, (), renames, fact=True)), file=name)
    if suffix not in {".yaml", ".yml"}:
        raise _by_hand(name, gettext("{suffix} files are not edited", suffix=suffix))
    root = yaml_spans(decode(data, name), name)
    edits = [it for number, (_, part) in enumerate(root.items) for it in _edits(part, (_step(root, number),), renames)]
    if not edits:
        return data
    edited = edit_yaml(data, edits, file=name)
    problems_before = {
        (it.rule, it.place.line)
        for it in read_facts_bytes(data, profile, id_base=project.id_base, name=name, folder=path.parent).problems
    }
    migrated = read_facts_bytes(edited, profile, id_base=project.id_base, name=name, folder=path.parent)
    for problem in migrated.problems:
        if (problem.rule, problem.place.line) not in problems_before:
            raise DataError(problem.message, place=problem.place, hint=problem.hint)
    return edited


def _by_hand(name: str, reason: str) -> DataError:
    return DataError(
        reason,
        place=Place(file=name),
        hint=gettext("write it as YAML first ('pressgraph facts convert'), or edit it by hand"),
    )


def _step(parent: Span, number: int) -> str | int:
    key = parent.items[number][0]
    return number if key is None else key.text


def _edits(node: Span, path: NodePath, renames: Renames, *, fact: bool = False) -> Iterator[Edit]:
    """Yield the edits of a node and of what is nested in it. `fact` says that `source` is no key but a section."""
    for number, (key, value) in enumerate(node.items):
        here = (*path, _step(node, number))
        if key is None:
            yield from _edits(value, here, renames, fact=fact)
            continue
        if key.text == "source" and fact:
            yield from _edits(value, here, renames)
            continue
        words = renames.classes if key.text == "type" else renames.terms.get(key.text, {})
        yield from _words(value, here, words)
        yield from _edits(value, here, renames)
        if key.text in renames.keys:
            yield RenameKey(here, renames.keys[key.text])


def _words(node: Span, path: NodePath, words: Mapping[str, str]) -> Iterator[Edit]:
    if node.kind == "scalar" and node.text in words:
        yield Replace(path, words[node.text])
    elif node.kind == "sequence":
        for number, (_, item) in enumerate(node.items):
            yield from _words(item, (*path, number), words)


def _migrate_delimited(path: Path, data: bytes, renames: Renames, project: Project) -> bytes:
    """Rewrite the columns, classes and terms of a table of delimited text."""
    name = project.name_of(path)
    settings = next(iter(project.tables_of(path)), None)
    text = decode(data, name)
    edited: list[str] = []
    at = 0
    headers: list[str] = []
    words: list[Mapping[str, str]] = []
    row = 0
    for column, start, end, cell in cell_spans(
        text,
        path.suffix,
        delimiter=settings.delimiter if settings is not None else None,
        header=settings.header if settings is not None else None,
    ):
        row += not column
        old = text[start:end]
        if row == 1:
            headers.append(cell.strip())
            words.append(renames.words_of(cell.strip(), settings))
            new = old.replace(cell.strip(), renames.header(cell.strip()))
        elif column < len(words) and words[column]:
            new = _with_words(old, words[column])
        else:
            continue
        if new != old:
            edited += (text[at:start], new)
            at = end
    for header in headers:
        new = renames.header(header)
        if new != header and new in headers:
            raise _by_hand(
                name,
                gettext("the column '{column}' cannot be renamed: '{name}' stands beside it", column=header, name=new),
            )
    mark = data[: len(data) - len(text.encode())]
    return mark + "".join((*edited, text[at:])).encode()


def _with_words(cell: str, words: Mapping[str, str]) -> str:
    """Return a cell with other words in the place of some, the space around them as it is."""

    def renamed(part: re.Match[str]) -> str:
        word = part[0].strip(_AROUND)
        return part[0].replace(word, words[word]) if word in words else part[0]

    return _PART.sub(renamed, cell)


def _look_through(path: Path, renames: Renames, project: Project) -> None:
    """Look for what is deprecated in a workbook, in Parquet or in the answer of a database, which nothing here edits.

    Raises DataError that lists it, sheet by sheet, with what to write in its place.
    """
    name = project.name_of(path)
    settings = project.tables_of(path)
    sheets, problems = open_sheets(path, name=name, settings=settings, root=project.root)
    if problems:
        raise DataError(problems[0].message, place=problems[0].place, hint=problems[0].hint)
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for sheet in sheets:
        own = next((one for one in settings if one.sheet in {None, sheet.name}), None)
        words = [renames.words_of(header, own) for header in sheet.headers]
        for header in sheet.headers:
            if header and renames.header(header) != header:
                found[sheet.name, header, header, renames.header(header)] = [sheet.header_row]
        if not any(words):
            continue
        for row, cells in sheet.rows:
            for header, cell, of in zip(sheet.headers, cells, words, strict=False):
                for word in split_values(cell_text(cell) or "") if of else ():
                    if word in of:
                        found.setdefault((sheet.name, header, word, of[word]), []).append(row)
    if not found:
        return
    lines = [
        gettext("column '{column}': write '{name}'", column=header, name=new)
        if header == word
        else ngettext(
            "column '{column}', row {row}: '{word}', write '{name}'",
            "column '{column}', from row {row} on, {count} times: '{word}', write '{name}'",
            count=len(rows),
            column=header,
            row=rows[0],
            word=word,
            name=new,
        )
        for (_, header, word, new), rows in found.items()
    ]
    where = [
        gettext("sheet '{sheet}', {line}", sheet=key[0], line=it) if key[0] else it
        for key, it in zip(found, lines, strict=True)
    ]
    raise DataError(
        gettext("what is deprecated in it is to be changed by hand: {list}", list=joined("; ", where)),
        place=Place(file=name),
        hint=gettext(
            "{suffix} files are not edited here: change it in the program that wrote it", suffix=path.suffix.lower()
        ),
    )
