"""From headers to columns: which key each header names, and what constants and templates fill in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.errors import Place
from pressgraph.facts.mixed import takes_languages
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables.columns import Column, Columns
from pressgraph.facts.tables.id_templates import IdTemplate
from pressgraph.facts.tables.sheet import Cell, SheetRows, is_source_sheet
from pressgraph.i18n import gettext
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Kind, Profile
from pressgraph.spelling import composed, did_you_mean, folded, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.errors import Problem
    from pressgraph.facts.model import Path
    from pressgraph.project.model import TableSettings

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile("[0-9]{1,6}")
"""Of a node among several under one key, in a header."""


def compile_columns(sheet: SheetRows, profile: Profile, settings: Sequence[TableSettings] = ()) -> Columns | None:
    """Compile a sheet's headers; None, with problems in the sheet, where its rows cannot be read by them.

    A header that is no key, or stands twice, is a problem of the sheet and costs its column: the rows are read for what
    else is wrong, unless too little is left to read.
    """
    own = next((one for one in settings if one.sheet in {None, sheet.name}), None)
    of_sources = is_source_sheet(sheet.name)
    # a list that came from macOS has its umlauts in two characters
    sheet.headers = [composed(header) for header in sheet.headers]
    names = {composed(header): key for header, key in own.columns.items()} if own else {}
    compiler = _HeaderCompiler(sheet, profile, of_sources=of_sources)
    if not any(names.get(header, compiler.path(header)) for header in sheet.headers if header):
        place = sheet.place(sheet.header_row, 1)
        shown = next((header for header in sheet.headers if header), "")
        sheet.problems.append(
            problem(
                "unmapped-header",
                place,
                hint=phrase(
                    "if the headers stand further down, say in which row: header = 3, else name each one's key "
                    "under columns, both in a [tables] section of pressgraph.toml"
                ),
                header=shown,
            )
        )
        return None
    for header in names:
        # a section of no one sheet is about all of them
        elsewhere = sheet.elsewhere if own is None or own.sheet is None else ()
        headers = {*sheet.headers, *map(composed, elsewhere)}
        if header not in headers:
            sheet.problems.append(_no_column(sheet, header))
    for index, header in enumerate(sheet.headers):
        key = names.get(header, header)
        if header and key:
            compiler.column(index, header, key)
        elif not header:
            compiler.unnamed.append(index)
        else:
            sheet.skipped.add(index + 1)
    constants: list[tuple[int, Cell]] = []
    templates: list[IdTemplate] = []
    fixed: dict[str, str] = {}
    if (kind := _class_of_sheet(sheet.name, profile)) is not None and not of_sources:
        fixed["type"] = kind
    fixed.update(own.constants if own else {})
    for key, value in fixed.items():
        constants.append((compiler.fill(key), value))
    # a template's placeholders may be columns, constants, or other templates' keys
    for key, text in (own.templates if own else {}).items():
        index = compiler.fill(key)
        parts: list[tuple[str, int]] = []
        for name in dict.fromkeys(_PLACEHOLDER.findall(composed(text))):
            column = -1 if name == "n" and "n" not in sheet.headers else compiler.find(name)
            if column is None:
                sheet.problems.append(_no_column(sheet, name))
                return None
            parts.append((name, column))
        templates.append(IdTemplate(text=composed(text), index=index, parts=parts))
    if sheet.problems and not compiler.says_enough():
        return None
    return Columns(sheet, compiler.columns, of_sources, constants, templates, compiler.unnamed, compiler.next)


class _HeaderCompiler:
    def __init__(self, sheet: SheetRows, profile: Profile, *, of_sources: bool) -> None:
        self.sheet = sheet
        self.profile = profile
        self.of_sources = of_sources
        self.columns: list[Column] = []
        self.unnamed: list[int] = []
        self.next = len(sheet.headers)
        self._paths: dict[Path, Column] = {}

    def column(self, index: int, header: str, key: str) -> None:
        place = self.sheet.place(self.sheet.header_row, index + 1)
        target = self.path(key)
        if target is None:
            first = key.removeprefix("source.").split(".")[0]
            words = [*self.profile.keys, *FACT_WORDS, "source"]
            labelled = next(
                (
                    one.name
                    for one in self.profile.keys.values()
                    if folded(first) in {folded(label) for label in one.labels.values()}
                ),
                None,
            )
            hint = suggestion(labelled) if labelled else did_you_mean(first, words)
            hint = hint or gettext(
                "name its key, or '' to skip it, under columns in a [tables] section of pressgraph.toml"
            )
            self.sheet.problems.append(problem("unmapped-header", place, hint=hint, header=header))
            self.sheet.skipped.add(index + 1)
            return
        path, kind = target
        if path in self._paths:
            first_letter = str(self._paths[path].index + 1)
            self.sheet.problems.append(problem("repeated-header", place, header=header, first=first_letter))
            self.sheet.skipped.add(index + 1)
            return
        self._paths[path] = column = Column(index=index, header=header, path=path, kind=kind)
        self.columns.append(column)

    def fill(self, key: str) -> int:
        """Return the cell of a key that is filled in: its column's, or a new one."""
        target = self.path(key)
        if target is not None and target[0] in self._paths:
            return self._paths[target[0]].index
        index, self.next = self.next, self.next + 1
        self.column(index, key, key)
        return index

    def find(self, name: str) -> int | None:
        """Return the cell of a header, or of a key."""
        if name in self.sheet.headers:
            return self.sheet.headers.index(name)
        target = self.path(name)
        column = self._paths.get(target[0]) if target else None
        return column.index if column else None

    def says_enough(self) -> bool:
        """Tell whether rows can be read without the headers that are wrong: they have ids, and say something."""
        wrong = {it.rule for it in self.sheet.problems}
        keys = {path[0] for path in self._paths} - {*FACT_WORDS, *SOURCE_WORDS, "source"}
        return wrong <= {"unmapped-header", "repeated-header"} and ("id",) in self._paths and bool(keys)

    def path(self, key: str) -> tuple[Path, str] | None:
        """Return where a header's values go, and how its cells are read; None where it is no key."""
        parts = key.split(".")
        if self.of_sources:
            return self.node_path(parts, SOURCE_WORDS)
        if parts[0] != "source":
            return self.node_path(parts, FACT_WORDS)
        below = self.node_path(parts[1:] or ["id"], SOURCE_WORDS)
        return (("source", *below[0]), below[1]) if below else None

    def node_path(self, parts: list[str], words: tuple[str, ...]) -> tuple[Path, str] | None:
        first, rest = parts[0], parts[1:]
        if first in words:
            kinds = {"evidence": "evidence", "personal": "boolean", "publishText": "boolean", "type": "values"}
            if first == "allow" and len(rest) == 1:
                return (first, rest[0]), "single"
            return ((first,), kinds.get(first, "single")) if not rest and first != "allow" else None
        key = self.profile.keys.get(self.profile.former_keys.get(first, first))
        if key is None:
            return None
        if not rest:
            return (first,), "text" if key.kind is Kind.TEXT else "values"
        if key.kind is Kind.TEXT:
            return ((first, rest[0]), "text") if len(rest) == 1 else None
        if key.kind not in {Kind.LINK, Kind.MIXED}:
            return None
        head: Path = (first,)
        if _NUMBER.fullmatch(rest[0]):
            head, rest = (first, int(rest[0])), rest[1:]
        if not rest:
            return head, "values"
        if key.kind is Kind.MIXED and len(rest) == 1:
            of_nodes = {"id", "type", *self.profile.keys} if key.takes(Kind.LINK) else set()
            if rest[0] in {"@value", "@type"} or (takes_languages(key) and rest[0] not in of_nodes):
                return (*head, rest[0]), "values"
        if not key.takes(Kind.LINK):
            return None
        below = self.node_path(rest, ("id", "type"))
        return ((*head, *below[0]), below[1]) if below else None


def _class_of_sheet(name: str, profile: Profile) -> str | None:
    return name if name in profile.classes else None


def _no_column(sheet: SheetRows, header: str) -> Problem:
    hint = did_you_mean(header, [h for h in sheet.headers if h])
    return problem(
        "no-column", Place(file=sheet.file, sheet=sheet.name, line=sheet.header_row), hint=hint, header=header
    )
