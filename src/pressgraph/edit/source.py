"""A facts file as its editor sees it: the text, the facts beside it, and what of the text each is read from."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.errors import DataError
from pressgraph.facts import read_facts_bytes
from pressgraph.facts.edit import Literal, decode
from pressgraph.facts.rules import RULES
from pressgraph.facts.spans import yaml_spans
from pressgraph.facts.support import unsaid
from pressgraph.facts.tree import LINE_END
from pressgraph.i18n import Text
from pressgraph.text import SourceText, TextError, Texts, WordsError
from pressgraph.validation.report import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.errors import Place
    from pressgraph.facts import FactsFile
    from pressgraph.facts.model import Fact
    from pressgraph.facts.spans import Span as Node
    from pressgraph.profile import Profile
    from pressgraph.text import Span
    from pressgraph.validation import Report
    from pressgraph.validation.report import Result

_PAIR = 2
_SPAN = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a fact, in the words of `validate`."""

    rule: str
    message: str
    hint: str | None = None
    key: str = ""
    """The key of the fact that it is about; empty where it is about the whole."""
    warns: bool = False
    """Whether the fact is published all the same."""
    about: str = ""
    """What the same trouble has in common with itself before a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One item of a file's `facts:`, right or wrong."""

    index: int
    """Which of the file's facts it is, from 0."""
    said: Mapping[str, Any]
    """What is written: texts, lists and mappings."""
    lines: tuple[int, int]
    """Its first line and its last, from 1."""
    spans: tuple[Span, ...] = ()
    """The characters of the text that it is read from."""
    fact: Fact | None = None
    """As it is read; None where it has a problem."""
    troubles: tuple[Trouble, ...] = ()
    misses: bool = False
    """Whether the text that it was read from has changed, and no longer says it there."""

    @property
    def id(self) -> str:
        """The id of the thing that it is about."""
        found = self.said.get("id", "")
        return found if isinstance(found, str) else ""

    @property
    def types(self) -> tuple[str, ...]:
        """The classes that it states."""
        stated = self.said.get("type", ())
        return (stated,) if isinstance(stated, str) else tuple(it for it in stated if isinstance(it, str))

    @property
    def status(self) -> str:
        """How sure it is."""
        found = self.said.get("status", "stated")
        return found if isinstance(found, str) else "stated"

    @property
    def personal(self) -> bool:
        """Whether it is kept and not published."""
        return self.said.get("personal") == "true"

    @property
    def to_review(self) -> bool:
        """Whether a program proposed it and nobody has reviewed it."""
        return "proposedBy" in self.said and "reviewedBy" not in self.said

    @property
    def wrong(self) -> bool:
        """Whether something keeps it from being published."""
        return self.misses or any(not it.warns for it in self.troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSource:
    """A facts file, opened. `sha256` is that of the file, and says what a change was made of."""

    name: str
    """The file's name below the project's folder."""
    data: bytes
    sha256: str
    facts: tuple[FactView, ...] = ()
    source: Mapping[str, Any]
    """The `source:` block, as written."""
    text: SourceText | None = None
    troubles: tuple[Trouble, ...] = ()
    """What is wrong with the file or its source rather than with a fact."""
    text_changed: bool = False
    """Whether the text is another one than that in which offsets were counted."""
    read: FactsFile | None = None
    """The file as others read it; None where it cannot be edited."""
    unasked: bool = False
    """Whether shapes and checks are still being asked about it."""
    refusal: str = ""
    """Why it is shown and not edited."""
    text_stamp: str = ""
    """What changes with the file of the text."""
    layout: Layout | None = field(default=None, repr=False, compare=False)
    """Where things are written."""

    @property
    def editable(self) -> bool:
        """Whether facts can be changed here."""
        return not self.refusal

    @property
    def title(self) -> str:
        """The headline, in the language that comes first."""
        headline = self.source.get("headline", "")
        if isinstance(headline, dict):
            headline = next((it for it in headline.values() if isinstance(it, str)), "")
        return headline if isinstance(headline, str) and headline else Path(self.name).stem

    @property
    def language(self) -> str:
        """The language of the text, empty where it is not said."""
        found = self.source.get("inLanguage", "")
        return found if isinstance(found, str) else ""

    @property
    def checked(self) -> tuple[Span, ...]:
        """The characters in which there is nothing worth a fact."""
        return tuple(_offsets(self.source.get("checked", ()), self.text))

    @property
    def to_review(self) -> tuple[FactView, ...]:
        """The proposals that nobody has reviewed."""
        return tuple(it for it in self.facts if it.to_review)

    @property
    def wrong(self) -> tuple[FactView, ...]:
        """The facts with a problem."""
        return tuple(it for it in self.facts if it.wrong)

    @property
    def personal(self) -> tuple[FactView, ...]:
        """The facts that are kept and not published."""
        return tuple(it for it in self.facts if it.personal)

    def at(self, span: Span) -> list[FactView]:
        """Return the facts that are read from some of these characters."""
        start, end = span
        return [it for it in self.facts if any(a < end and start < b for a, b in it.spans)]

    def in_words(self) -> bool:
        """Tell whether evidence is to be written in words rather than in offsets."""
        if not isinstance(self.source.get("sha256"), str):
            return True
        facts = (it.fact for it in self.facts if it.fact is not None)
        return any(it.receipt.written for it in facts)


def open_source(data: bytes, path: Path, name: str, profile: Profile, *, id_base: str) -> OpenSource:
    """Open a YAML facts file from its bytes, by the rules of facts alone.

    What is no YAML is opened too, as nothing that can be edited.
    """
    digest = hashlib.sha256(data).hexdigest()
    read = read_facts_bytes(data, profile, id_base=id_base, name=name, folder=path.parent)
    try:
        text = decode(data, name)
        root = yaml_spans(text, name)
    except DataError as error:
        return OpenSource(name=name, data=data, sha256=digest, source={}, refusal=str(error))
    if root.kind != "mapping":
        return OpenSource(name=name, data=data, sha256=digest, source={}, refusal=str(read.problems[0]))
    source = root.get("source")
    said = plain(source) if source is not None else {}
    said = said if isinstance(said, dict) else {}
    source_text = _text_of(said, path)
    changed = source_text is not None and said.get("sha256", source_text.sha256) != source_text.sha256
    nodes = root.get("facts")
    items = tuple(node for _, node in nodes.items) if nodes is not None and nodes.kind == "sequence" else ()
    layout = Layout(_Lines(text), items, source)
    read_by_line = {it.place.line: it for it in (*read.facts, *read.proposals)}
    facts = []
    for index, node in enumerate(items):
        lines = layout.lines_of(node)
        fact = read_by_line.get(lines[0])
        written = plain(node)
        written = written if isinstance(written, dict) else {}
        spans = fact.receipt.evidence if fact is not None else tuple(_offsets(written.get("evidence"), source_text))
        misses = changed and source_text is not None and _misses(fact, spans, written, source_text, profile)
        facts.append(FactView(index=index, said=written, lines=lines, spans=spans, fact=fact, misses=misses))
    opened = OpenSource(
        name=name,
        data=data,
        sha256=digest,
        facts=tuple(facts),
        source=said,
        text=source_text,
        text_changed=changed,
        read=read,
        text_stamp=text_stamp(path, said),
        layout=layout,
    )
    problems = (*read.problems, *read.warnings)
    return _with_troubles(opened, [_of_problem(it) for it in problems if it.rule != "unreviewed-proposal"])


def with_report(opened: OpenSource, report: Report, profile: Profile) -> OpenSource:
    """Return an opened file with what shapes and checks found in it, beside what the rules of facts did."""
    found = [_of_problem(it) for it in report.problems] + _of_report(report, opened.name, profile)
    return _with_troubles(opened, found)


def _with_troubles(opened: OpenSource, found: Iterable[tuple[Place | None, Trouble]]) -> OpenSource:
    """Return a file with troubles added, each with the fact on whose lines it is."""
    layout = opened.layout
    assert layout is not None  # noqa: S101 - what can be edited has one
    starts = [(layout.lines.of(it.start), layout.lines.column(it.start)) for it in layout.facts]
    here: dict[int, list[Trouble]] = defaultdict(list)
    left: list[Trouble] = []
    for place, trouble in found:
        at = bisect_right(starts, (place.line, place.column)) - 1 if place is not None else -1
        if place is None or at < 0 or place.line > opened.facts[at].lines[1]:
            if place is not None and layout.source is not None and layout.has_source(place):
                trouble = _with_key(trouble, place, layout.source, layout.lines)  # noqa: PLW2901
            left.append(trouble)
        else:
            here[at].append(_with_key(trouble, place, layout.facts[at], layout.lines))
    if not here and not left:
        return opened
    facts = tuple(
        replace(it, troubles=(*it.troubles, *here[it.index])) if it.index in here else it for it in opened.facts
    )
    return replace(opened, facts=facts, troubles=(*opened.troubles, *left))


def text_stamp(path: Path, source: Mapping[str, Any]) -> str:
    """Return what changes with the file of a source's text."""
    named = source.get("file")
    return stamp_of(path.parent / named) if isinstance(named, str) and named and "\0" not in named else ""


def stamp_of(path: Path) -> str:
    """Return what changes with a file: when it was written, and its size."""
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_mtime_ns}.{status.st_size}"


def plain(node: Node) -> Any:
    """Return what a node says: texts, lists and mappings. What is written twice is read once."""
    match node.kind:
        case "mapping":
            pairs = reversed([(key.text, value) for key, value in node.items if key is not None])
            said = {key: plain(value) for key, value in pairs}
            return dict(reversed(said.items()))
        case "sequence":
            return [plain(value) for _, value in node.items]
    return node.text


def written_as(node: Node) -> Any:
    """Return what a node says, as an edit writes it again: what has no quotes gets none."""
    match node.kind:
        case "mapping":
            return {key.text: written_as(value) for key, value in node.items if key is not None}
        case "sequence":
            return [written_as(value) for _, value in node.items]
    return node.text if node.style else Literal(node.text)


class _Lines:
    """The lines of a text, by offset."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(it.end() for it in LINE_END.finditer(text))]

    def of(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def column(self, at: int) -> int:
        return at - self._starts[self.of(at) - 1] + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the facts of a file are written."""

    lines: _Lines
    facts: tuple[Node, ...]
    source: Node | None = None

    def has_source(self, place: Place) -> bool:
        """Tell whether a place is in the `source:` block."""
        if self.source is None:
            return False
        first, last = self.lines_of(self.source)
        return first <= place.line <= last

    def lines_of(self, node: Node) -> tuple[int, int]:
        """Return the first line of a node and its last, from 1."""
        return self.lines.of(node.start), self.lines.of(max(node.start, node.end - 1))


def _of_problem(found: Any) -> tuple[Place | None, Trouble]:
    rule = RULES.get(found.rule)
    warns = rule is not None and rule.warns
    about = f"{found.rule} {found.message}"
    return found.place, Trouble(rule=found.rule, message=found.message, hint=found.hint, warns=warns, about=about)


def _of_report(report: Report, name: str, profile: Profile) -> list[tuple[Place | None, Trouble]]:
    """Return what shapes and checks found in a file, each as a text that knows its languages."""
    found: list[tuple[Place | None, Trouble]] = []
    for it in report.results:
        if it.allowed is not None or it.place is None or it.place.file != name:
            continue
        trouble = Trouble(
            rule=it.rule,
            message=_message(it.messages, it.rule),
            hint=it.hint,
            key=profile.key_of[it.path].name if it.path is not None and it.path in profile.key_of else "",
            warns=it.severity is not Severity.VIOLATION,
            about=alike(it),
        )
        found.append((it.place, trouble))
    return found


def alike(result: Result) -> str:
    """Return what a result has in common with itself in another state of the file."""
    return f"{result.rule} {result.focus} {result.path} {result.value} {result.component}"


def _message(messages: Mapping[str, str], rule: str) -> Text:
    english = messages.get("en") or next(iter(messages.values()), rule)
    return Text(english, **{tag: said for tag, said in messages.items() if tag and tag != "en"})


def _with_key(trouble: Trouble, place: Place, node: Node, lines: _Lines) -> Trouble:
    """Say which key of a fact is meant: the last one that begins before the place."""
    at = (place.line, place.column)
    before = [
        key.text for key, _ in node.items if key is not None and (lines.of(key.start), lines.column(key.start)) <= at
    ]
    is_whole = at == (lines.of(node.start), lines.column(node.start)) and trouble.rule != "bad-id"
    key = before[-1] if before and not is_whole else ""
    # what is missing has no place of its own
    return replace(trouble, key=trouble.key if trouble.key and key in {"", "id", "type"} else key)


def _text_of(source: Mapping[str, Any], path: Path) -> SourceText | None:
    name = source.get("file")
    if not isinstance(name, str) or not name:
        return None
    try:
        return Texts(path.parent).read(name)
    except TextError:
        return None


def _offsets(evidence: Any, text: SourceText | None) -> Iterator[Span]:
    """Yield the spans of evidence as it is written, as far as they can be read."""
    match evidence:
        case [str(start), str(end)] if _SPAN.fullmatch(start) and _SPAN.fullmatch(end):
            if int(start) < int(end):
                yield int(start), int(end)
        case str(words) if text is not None and words.strip():
            try:
                yield text.find(words)
            except WordsError:
                return
        case {"words": str(words)} if text is not None:
            nth = evidence.get("nth", "")
            try:
                yield text.find(words, int(nth) if _SPAN.fullmatch(nth) else None)
            except WordsError:
                return
        case list():
            for one in evidence:
                yield from _offsets(one, text)


def _misses(
    fact: Fact | None, spans: Iterable[Span], said: Mapping[str, Any], text: SourceText, profile: Profile
) -> bool:
    """Tell whether a text that has changed no longer says a fact where its offsets are."""
    spans = tuple(spans)
    if not spans:
        # words that are gone from the text have no span
        return bool(said.get("evidence"))
    if any(end > len(text.text) for _, end in spans):
        return True
    return fact is not None and any(unsaid(fact.body, "\n".join(map(text.slice, spans)), profile))
