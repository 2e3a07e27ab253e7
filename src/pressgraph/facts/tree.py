"""A YAML document as a tree of marked nodes, read strictly.

Built from the parser's events rather than by a loader: nothing is resolved, merged or constructed, so `no` stays
two letters until the profile says what the key wants, and an alias can neither be followed nor multiplied.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from pressgraph.errors import Place, Problem
from pressgraph.facts.rules import phrase, problem
from pressgraph.i18n import gettext
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 40
MAX_BYTES = 64 * 1024 * 1024

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# What YAML 1.2's core schema (10.3.2) takes for a number and PyYAML's resolvers, which follow 1.1, do not.
_OTHER_READERS = (
    (re.compile("0o[0-7]+"), "int"),
    (re.compile(r"0[0-9]*[89][0-9]*"), "int"),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"), "float"),
)


LINE_END = re.compile("\r\n|[\n\r]")
"""What ends a line of a facts file (YAML 1.2, 5.4), and a comment of a query (SPARQL 1.1, 19.4)."""

OLD_LINE_ENDS = frozenset("\x85\u2028\u2029")
"""What YAML 1.1 (4.2) ends lines at too, and with it the parser; YAML 1.2 and JSON take it for characters of a text."""
_ESCAPED = re.compile(r"\\U([0-9A-Fa-f]{8})")
_PRIVATE_USE = range(0xF0000, 0xFFFFE)


def yaml_events(text: str) -> Iterator[yaml.Event]:
    """Yield the parser's events of a YAML stream, read as YAML 1.2 reads lines.

    Raises yaml.YAMLError.
    """
    text, meant = without_old_line_ends(text)
    loader = _Parser(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if meant and isinstance(event, yaml.ScalarEvent):
                event.value = event.value.translate(meant)
            yield event
    finally:
        loader.dispose()


def without_old_line_ends(text: str) -> tuple[str, dict[int, str]]:
    """Return a text with a stand-in for each character that only YAML 1.1 ends a line at, and what each stands for.

    A stand-in is a character for private use that the text neither holds nor escapes; offsets stay as they are.

    >>> without_old_line_ends("a\u2028b")
    ('a\\U000f0000b', {983040: '\\u2028'})
    """
    found = [it for it in sorted(OLD_LINE_ENDS) if it in text]
    if not found:
        return text, {}
    taken = {ord(it) for it in set(text)} | {int(it, 16) for it in _ESCAPED.findall(text)}
    free = (it for it in _PRIVATE_USE if it not in taken)
    meant = dict(zip(free, found, strict=False))
    return text.translate({ord(mark): code for code, mark in meant.items()}), meant


@dataclass(slots=True, kw_only=True)
class Scalar:
    """A scalar as written; `plain` where it stands without quotes."""

    text: str
    plain: bool
    line: int
    column: int
    sheet: str = ""
    header: str = ""

    def reads_as(self) -> str:
        """Return what YAML makes of a plain scalar.

        One of `str`, `null`, `bool`, `int`, `float`, `timestamp`, `value` and `merge`.
        By YAML 1.1's rules, and by 1.2's where those are wider: what both leave a string, every reader leaves a string.
        """
        if not self.plain:
            return "str"
        for pattern, kind in _OTHER_READERS:
            if pattern.fullmatch(self.text):
                return kind
        first = self.text[:1]
        resolvers = yaml.SafeLoader.yaml_implicit_resolvers
        for tag, pattern in resolvers.get(first, []):
            if pattern.match(self.text):
                return str(tag).rpartition(":")[2]
        return "str"


@dataclass(slots=True, kw_only=True)
class Mapping:
    """A mapping, its items in the order of the file; duplicate keys are dropped and reported."""

    items: list[tuple[Scalar, Node]] = field(default_factory=list)
    line: int
    column: int
    sheet: str = ""
    header: str = ""

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        for scalar, value in self.items:
            if scalar.text == key:
                return value
        return None


@dataclass(slots=True, kw_only=True)
class Sequence:
    """A sequence."""

    items: list[Node] = field(default_factory=list)
    line: int
    column: int
    sheet: str = ""
    header: str = ""


Node: TypeAlias = Scalar | Mapping | Sequence


_WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""Marks of other encodings; that of UTF-32 begins as that of UTF-16 does."""


def place_of(file: str, node: Node) -> Place:
    """Return where a node starts."""
    return Place(file=file, line=node.line, column=node.column, sheet=node.sheet, header=node.header)


def read_tree(data: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document; the tree is None where nothing can be read or the document is empty."""
    if len(data) > MAX_BYTES:
        return None, [problem("too-large", Place(file=file), limit=f"{MAX_BYTES // 1024**2} MiB")]
    text, problems = decoded(data, file)
    if text is None:
        return None, problems
    builder = _Builder(file, problems)
    try:
        tree = builder.document(text)
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax_problem(error, file, text))
        return None, problems
    except yaml.YAMLError as error:
        problems.append(_character_problem(error, file, text))
        return None, problems
    return tree, problems


def decoded(data: bytes, file: str, *, line: int = 1) -> tuple[str | None, list[Problem]]:
    """Return the text of a file, or of a line of one; None, with the problem, where it is not UTF-8."""
    wide = next((name for mark, name in _WIDE if data.startswith(mark)), None)
    if wide is not None:
        return None, [problem("not-utf8", Place(file=file, line=line, column=1), found=wide)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        # the codec counts from behind the byte order mark
        before = data.removeprefix(codecs.BOM_UTF8)[: error.start]
        byte = f"byte 0x{error.object[error.start]:02x}"
        return None, [problem("not-utf8", _end_of(before.decode(), file, line), found=byte)]


def _end_of(text: str, file: str, line: int = 1) -> Place:
    """Return the place that follows a text, which begins in a line."""
    lines = LINE_END.split(text)
    return Place(file=file, line=line + len(lines) - 1, column=len(lines[-1]) + 1)


def _syntax_problem(error: yaml.MarkedYAMLError, file: str, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = LINE_END.split(text)
    content = lines[line] if line < len(lines) else ""
    # libyaml ends a last line that has no line break
    place = Place(file=file, line=line + 1, column=column + 1) if line < len(lines) else _end_of(text, file)
    indent = re.match(r"[ \t]*", content)
    if "\t" in (indent.group() if indent else "") or "'\\t'" in str(error.problem):
        return problem("tab", place)
    hint = None
    said = str(error.problem)
    if (cause := _cause(lines, line)) is not None:
        # where the parser stumbled may be the line after
        number, column, reason = cause
        place, hint = Place(file=file, line=number + 1, column=column + 1), gettext(reason)
    elif "mapping values are not allowed" in said:
        hint = (
            phrase("a text with ': ' in it needs quotes")
            if _NESTED.search(content)
            else phrase(
                "the line stands deeper than the one before, which has a value already: align it with its neighbours"
            )
        )
    elif "unknown escape" in said:
        hint = phrase("in double quotes a backslash starts an escape; use single quotes")
    elif "expected ',' or" in said:
        hint = phrase("in braces and brackets a text with a comma or a colon needs quotes: put the text in quotes")
    reason = " ".join(filter(None, (error.context, error.problem)))
    return problem("yaml-syntax", place, hint=hint, reason=reason)


# 'key: text: text', where the second colon is what the parser stumbles over
_NESTED = re.compile(r":\s.*:(?:\s|$)")
_START = r"^[ \xa0]*(?:-[ \xa0]+)?(?:[\w.]+:[ \xa0]+)?"
_CAUSES = (
    (
        N_(
            "two versions stand here that git could not merge: keep one, and remove the lines with "
            "<<<<<<<, ======= and >>>>>>>"
        ),
        re.compile(r"^(?=<{7}(?: |$)|={7}$|>{7}(?: |$))"),
    ),
    (
        N_("here stands a no-break space (U+00A0), which looks like a space: replace it with a plain one"),
        re.compile(r"^ *(?=\xa0)|^ *(?:- +)?[\w.]+:(?=\xa0)|^ *-(?=\xa0)"),
    ),
    (
        N_("here stands a dash: an item of a list begins with a hyphen and a space, '- '"),
        re.compile(r"^ *(?=[–—]\s*\w)"),
    ),
    (N_("a space belongs after the hyphen: '- id: …'"), re.compile(r"^ *(?=-\w[\w.]*:(?:\s|$))")),
    (N_("a space belongs after the colon: 'key: value'"), re.compile(r"^ *(?:- +)?[A-Za-z_][\w.]*(?=:[^\s:/\"'\xa0])")),
    (
        N_("an apostrophe ends a text in single quotes: use double quotes around it"),
        re.compile(rf"{_START}(?='[^']*'\w)"),
    ),
    (
        N_("a text that begins with @, *, &, % or ` needs quotes"),
        re.compile(rf"{_START}(?=[@`%]|\*[^\s,\]}}]*\*|[*&]\W)"),
    ),
)
"""What people write that is no YAML: the pattern ends where it stands."""


def _cause(lines: list[str], line: int) -> tuple[int, int, str] | None:
    """Return the line, the column and the name of what probably broke a file: there, or in the last line before."""
    before = next((it for it in range(min(line, len(lines)) - 1, -1, -1) if lines[it].strip()), None)
    for number in (line, before):
        if number is not None and number < len(lines):
            for name, pattern in _CAUSES:
                if (match := pattern.match(lines[number])) is not None:
                    return number, match.end(), name
    return None


def cause_in(line: str) -> str | None:
    """Say what makes a line another one than was meant, where that is known: a hyphen or a space that is none."""
    return next((gettext(reason) for reason, pattern in _CAUSES if pattern.match(line)), None)


def _character_problem(error: yaml.YAMLError, file: str, text: str) -> Problem:
    position = getattr(error, "position", 0) or 0
    bad = _NOT_PRINTABLE.search(text)
    at = bad.start() if bad else min(position, len(text))
    character = f"U+{ord(text[at]):04X}" if at < len(text) else "a character"
    return problem("bad-character", _end_of(text[:at], file), character=character)


# YAML 1.1, 4.1.1: the printable characters.
_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Builder:
    """Make the tree from parser events; iterative, so that depth is a number and not a crash."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def report(self, rule: str, mark: Any, **values: Any) -> None:
        place = Place(file=self.file, line=mark.line + 1, column=mark.column + 1)
        self.problems.append(problem(rule, place, **values))

    def document(self, text: str) -> Node | None:
        root: Node | None = None
        documents = 0
        open_nodes: list[Mapping | Sequence] = []
        keys: list[Scalar | None] = []
        seen: list[dict[str, int]] = []
        for event in yaml_events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.report("second-document", event.start_mark)
                    return root
                continue
            if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                node: Node = open_nodes.pop()
                key = keys.pop()
                known = seen.pop()
                del key, known
            elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent | yaml.CollectionStartEvent):
                node = self.node(event)
            else:
                continue
            if isinstance(event, yaml.CollectionStartEvent):
                self.attach(node, open_nodes, keys, seen)
                if root is None:
                    root = node
                if len(open_nodes) >= MAX_DEPTH:
                    self.report("too-deep", event.start_mark, limit=MAX_DEPTH)
                    return root
                assert isinstance(node, Mapping | Sequence)  # noqa: S101 - narrows the type
                open_nodes.append(node)
                keys.append(None)
                seen.append({})
            elif not isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self.attach(node, open_nodes, keys, seen)
                if root is None:
                    root = node
        return root

    def node(self, event: yaml.Event) -> Node:
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.AliasEvent):
            self.report("alias", mark, name=getattr(event, "anchor", ""))
            return Scalar(text="", plain=False, line=line, column=column)
        if getattr(event, "anchor", None):
            self.report("anchor", mark, name=getattr(event, "anchor", ""))
        if getattr(event, "tag", None):
            self.report("tag", mark, tag=getattr(event, "tag", ""))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(text=event.value, plain=not event.style, line=line, column=column)
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(line=line, column=column)
        return Sequence(line=line, column=column)

    def attach(
        self,
        node: Node,
        open_nodes: list[Mapping | Sequence],
        keys: list[Scalar | None],
        seen: list[dict[str, int]],
    ) -> None:
        if not open_nodes:
            return
        parent = open_nodes[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = keys[-1]
        if key is None:
            if not isinstance(node, Scalar):
                place = place_of(self.file, node)
                self.problems.append(problem("key-not-text", place))
                node = Scalar(text="", plain=False, line=node.line, column=node.column)
            keys[-1] = node
            return
        keys[-1] = None
        if key.text in seen[-1]:
            hint = phrase("several texts stand under one key, as {{ en: [A, B] }}, several things in a list")
            known = hint if isinstance(node, Mapping) else None
            place = place_of(self.file, key)
            self.problems.append(problem("duplicate-key", place, hint=known, key=key.text, line=seen[-1][key.text]))
            return
        seen[-1][key.text] = key.line
        parent.items.append((key, node))
