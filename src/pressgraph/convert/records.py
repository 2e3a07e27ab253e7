"""From records to quads: the one chain that every input goes through.

A record, be it a line of JSON or a row of a table, is first converted by the functions that are written for shapes of
facts (`convert/accelerate.py`). Where these raise NeedsCheck, the record becomes a tree whose nodes know their places,
the checker reports what is wrong with it, and what is right goes through the plans (`convert/plans.py`).
YAML files, which are checked as a whole, enter at the plans.
"""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from pressgraph.convert.emitter import Emitter, SourceEmitter
from pressgraph.facts.check import check_facts
from pressgraph.facts.datatypes import DATATYPES
from pressgraph.facts.model import NeedsCheck
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tree import MAX_DEPTH, Mapping, Scalar, Sequence, place_of
from pressgraph.rdf import SCHEMA, XSD
from pressgraph.text import TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyoxigraph as ox

    from pressgraph.errors import Problem
    from pressgraph.facts.model import FactsFile, Receipt
    from pressgraph.text import SourceText, Span, Texts

    Listener: TypeAlias = Callable[[FactsFile, SourceEmitter | None], None]

    Raw: TypeAlias = tuple[dict[str, Any], bool, int | None]
    """A record as JSON has it; whether no text in it needs an escape; how many strings it must have, keys included."""

Item = TypeVar("Item")

_CHUNK = 1 << 18
"""Bytes per chunk of output: enough to make writing cheap, few enough to stay in the processor's cache."""

_SOURCES_KEPT = 10_000

_WITH_TEXT = frozenset({"file", "publishText"})
_SHA256 = re.compile("[0-9a-f]{64}")
_is_date = DATATYPES[f"{XSD}date"].valid


def convert_facts(facts_file: FactsFile, emitter: Emitter) -> Iterator[bytes]:
    """Yield the N-Quads of a checked file in chunks.

    Facts that have a problem are not in a checked file: whoever must not lose any looks at its problems first. Of a
    draft that nobody has reviewed anything of, nothing is said of its document either.
    """
    if facts_file.source is None or (facts_file.proposals and not facts_file.facts):
        return
    source = emitter.source(facts_file.source, facts_file.facts)
    facts: Iterable[bytes] = map(source.fact, facts_file.facts)
    if emitter.reviewed:
        facts = [it for it in facts if it]
        if not facts:
            # of a document of which nothing is told, nothing is told either
            return
    yield from in_chunks(itertools.chain((source.description(),), facts))


def left_out(facts_file: FactsFile, emitter: Emitter) -> int:
    """Return how many facts of a file an emitter leaves out: personal ones, or those that nobody has reviewed."""
    source = facts_file.source
    unread = emitter.reviewed and source is not None and source.reviewed_by is None
    return sum(is_left_out(it.receipt, personal=emitter.personal, unread=unread) for it in facts_file.facts)


def is_left_out(receipt: Receipt, *, personal: bool, unread: bool) -> bool:
    """Tell whether a fact is left out where `personal` ones are not wanted, or where its source is `unread`."""
    return (receipt.personal and not personal) or (unread and receipt.reviewed_by is None)


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join pieces to chunks."""
    chunk: list[bytes] = []
    size = 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(chunk)
            chunk.clear()
            size = 0
    yield b"".join(chunk)


def quads(chunks: Iterable[bytes]) -> Iterator[ox.Quad]:
    """Parse chunks of N-Quads, each of whole lines, into quads."""
    import pyoxigraph as ox

    for chunk in chunks:
        yield from ox.parse(chunk, format=ox.RdfFormat.N_QUADS)


class _TextFile(NamedTuple):
    """The file with the text of a source, and whether words of it may be published."""

    name: str
    published: bool


class Records(ABC, Generic[Item]):
    """Convert records, one after another: sources, facts, and whole releases (`source` and `facts`).

    An input says by `record` and `place` how it reads one of its items. Iterating yields N-Quads. An instance is one
    call's.

    A fact belongs to the source whose id it names, else to the one described last. Mistakes are gathered in
    `problems`, and a record that has one yields nothing. `listen` hears what the checker made of each record instead:
    nothing is then emitted.
    """

    def __init__(
        self, emitter: Emitter, *, name: str, listen: Listener | None = None, texts: Texts | None = None
    ) -> None:
        self.emitter = emitter
        self.texts = texts
        """Where the texts of sources lie; None for input without a folder."""
        self.name = name
        self.problems: list[Problem] = []
        self.facts = 0
        self.withheld = 0
        """How many of the facts are personal, and were left out."""
        self.quads = 0
        """How many have been returned."""
        self.listen = listen
        self.warnings: dict[str, Problem] = {}
        """By message, where each warning is due first: a column of a table is one warning, not one for each row."""
        self.allowing: list[FactsFile] = []
        """The records whose facts are allowed to break a rule."""
        self.described: set[str] = set()
        """The names of the sources that have been described, as graphs have them."""
        self._source: SourceEmitter | None = None
        self._sources: dict[str, SourceEmitter] = {}
        self._reviewed: dict[str, tuple[str | None, str | None]] = {}
        self._text_files: dict[str, _TextFile] = {}
        """The texts that sources name, by the ids of the sources."""
        self._text_file: _TextFile | None = None
        """That of the source at hand."""
        wording = emitter.profile.key_of.get(f"{SCHEMA}text")
        self._wording = wording.name if wording is not None else None
        """The key under which quotations have their words."""
        self._language: str | None = None
        """Of the source at hand, where it has been described just above its facts."""
        self._pending = b""
        """The description of a source that no fact of it has been emitted yet."""
        self._known = 0
        """How many quads a record has become, where that need not be counted."""

    @abstractmethod
    def record(self, item: Item) -> Raw:
        """Read an item as a record.

        Raises NeedsCheck.
        """

    @abstractmethod
    def place(self, item: Item) -> Mapping | None:
        """Read an item as a tree whose nodes know their places; None where it says nothing, or a problem is noted."""

    @abstractmethod
    def _pieces(self) -> Iterator[bytes]:
        """Yield the N-Quads of each item, then the rest."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield chunks of N-Quads, each of whole lines."""
        yield from in_chunks(self._pieces())

    def review(self, sources: Iterable[dict[str, Any]]) -> None:
        """Say what sources, described elsewhere, pass on to facts that name them: their review and their text."""
        for source in sources:
            if isinstance(file := source.get("file"), str):
                self._text_files[source["id"]] = _TextFile(file, source.get("publishText") is True)
            try:
                self._reviewed[source["id"]] = (self._reviewer(source), _day(source))
            except NeedsCheck:
                continue

    def rest(self) -> bytes:
        """Return what is still to be emitted when there are no more records."""
        output, self._pending = b"" if self.emitter.reviewed else self._pending, b""
        self.quads += output.count(b"\n")
        return output

    def convert(self, item: Item) -> bytes:
        """Convert one item."""
        self._known = 0
        try:
            output = self._accelerated(*self.record(item))
        except NeedsCheck:
            output = self._checked(item)
        self.quads += self._known or output.count(b"\n")
        return output

    # -- the accelerated route

    def _accelerated(self, record: dict[str, Any], plain: bool, strings: int | None) -> bytes:  # noqa: FBT001 - as Raw
        if self.listen is not None:
            raise NeedsCheck
        if "source" in record:
            if record["source"].__class__ is dict:
                if strings is not None and _count_strings(record) != strings:
                    raise NeedsCheck
                return self._release(record)
            self._switch(record.pop("source"))
            if strings is not None:
                # the word and the name
                strings -= 2
        if self._source is None or "facts" in record:
            raise NeedsCheck
        if self._text_file is not None and _says(record, self._wording):
            # the words of a quotation are looked for in the text
            raise NeedsCheck
        output = self._fact(self._source, record, plain=plain, strings=strings)
        self.facts += 1
        self.withheld += not output
        self._known = self._source.quads
        if self._pending and (output or not self.emitter.reviewed):
            output, self._pending, self._known = self._pending + output, b"", 0
        return output

    def _release(self, record: dict[str, Any]) -> bytes:
        facts = record.get("facts", [])
        if facts.__class__ is not list or not {"source", "facts"}.issuperset(record):
            raise NeedsCheck
        described = record["source"]
        name = _text(described, "id")
        if name is None:
            raise NeedsCheck
        sha256 = _text(described, "sha256")
        if not _WITH_TEXT.isdisjoint(described) or (sha256 is not None and not _SHA256.fullmatch(sha256)):
            raise NeedsCheck
        source = SourceEmitter(
            self.emitter,
            described,
            sha256=sha256,
            reviewed_by=self._reviewer(described),
            reviewed_on=_day(described),
        )
        self._language = source.language
        pieces = [self._fact(source, fact) for fact in facts]
        output = source.description() + b"".join(pieces) if self._is_told(source, pieces) else b""
        self.facts += len(facts)
        self.withheld += pieces.count(b"")
        self._become(name, source)
        if not output:
            self._pending = self._bare(name, source)
        return output

    def _is_told(self, source: SourceEmitter, pieces: list[bytes]) -> bool:
        """Tell whether what a record says of a source is told: a fact of it is, or the source itself is reviewed."""
        return not self.emitter.reviewed or any(pieces) or (not pieces and source.reviewed_by is not None)

    def _bare(self, name: str, source: SourceEmitter) -> bytes:
        """Return what is told of a source whose facts may be, and what it says of itself is not."""
        bare = SourceEmitter(
            self.emitter,
            {"id": name},
            reviewed_by=source.reviewed_by,
            reviewed_on=source.reviewed_on,
            text=self._published_text(name),
        )
        return bare.description()

    def _fact(
        self, source: SourceEmitter, record: dict[str, Any], *, plain: bool = False, strings: int | None = None
    ) -> bytes:
        if record.__class__ is not dict or "allow" in record or "proposedBy" in record:
            raise NeedsCheck
        personal = record.get("personal", False)
        if personal.__class__ is not bool:
            raise NeedsCheck
        status = record.get("status", "stated")
        if status.__class__ is not str or status not in self.emitter.statuses:
            raise NeedsCheck
        spans = _spans(record["evidence"]) if "evidence" in record else ()
        reviewed = "reviewedBy" in record or "reviewedOn" in record
        return source.write(
            self.emitter.lines(
                record, personal=personal, checked=False, plain=plain, strings=strings, language=self._language
            ),
            status,
            spans,
            personal=personal,
            reviewed_by=self._reviewer(record) if reviewed else None,
            reviewed_on=_day(record) if reviewed else None,
        )

    def _reviewer(self, record: dict[str, Any]) -> str | None:
        reviewer = _text(record, "reviewedBy")
        if reviewer is not None:
            self.emitter.iri(reviewer)
        return reviewer

    def _become(self, name: str, source: SourceEmitter) -> None:
        self._language = source.language
        if len(self._sources) >= _SOURCES_KEPT:
            self._sources.clear()
        self._text_file = self._text_files.get(name)
        self._sources[name] = self._source = source
        self.described.add(source.name)

    def _switch(self, name: Any) -> None:
        """Go on with the source that a fact names; the first time, describe it as far as it is known."""
        if name.__class__ is not str:
            raise NeedsCheck
        source = self._sources.get(name)
        if source is None:
            by, on = self._reviewed.get(name, (None, None))
            source = SourceEmitter(
                self.emitter, {"id": name}, reviewed_by=by, reviewed_on=on, text=self._published_text(name)
            )
            # of a source of which nothing is told, nothing is told either
            self._pending = (b"" if self.emitter.reviewed else self._pending) + source.description()
            self._become(name, source)
        self._source = source
        self._text_file = self._text_files.get(name)
        # blocks of a file, which know nothing of each other, give the same
        self._language = None

    def _published_text(self, name: str) -> SourceText | None:
        """Return the text of a source that is described elsewhere, where its words may be published."""
        file = self._text_files.get(name)
        if file is None or not file.published or self.texts is None:
            return None
        try:
            return self.texts.read(file.name)
        except TextError:
            # reported where the source is described
            return None

    # -- the checked route

    def _checked(self, item: Item) -> bytes:
        """Have an item checked: note its problems, or convert what the checker made of it."""
        before = len(self.problems)
        tree = self.place(item)
        if tree is None:
            return b""
        try:
            return self._of_tree(tree, before)
        except RecursionError:
            self.problems.append(problem("too-deep", place_of(self.name, tree), limit=MAX_DEPTH))
            return b""

    def _of_tree(self, tree: Mapping, before: int) -> bytes:
        place = place_of(self.name, tree)
        source = tree.get("source")
        if source is not None and not isinstance(source, Mapping) and tree.get("facts") is None:
            tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
            try:
                self._switch(source.text if isinstance(source, Scalar) else None)
            except NeedsCheck:
                written = source.text if isinstance(source, Scalar) else "a list"
                self.problems.append(problem("bad-id", place_of(self.name, source), id=written))
        elif source is None and self._source is None:
            self.problems.append(
                problem(
                    "missing-section",
                    place,
                    hint=phrase('name it: "source": "document/…", or start with a line {{"source": {{…}}}}'),
                    section="source",
                )
            )
        checked = check_facts(
            document(tree),
            file=self.name,
            profile=self.emitter.profile,
            id_base=self.emitter.id_base,
            language=self._language,
            texts=self.texts,
            text_file=self._text_file.name if self._text_file is not None else None,
        )
        for warning in checked.warnings:
            self.warnings.setdefault(warning.message, warning)
        # Unlike a file, a record may be a source alone, or facts of a source named above.
        self.problems.extend(p for p in checked.problems if p.rule != "missing-section")
        if len(self.problems) > before:
            return b""
        if any(fact.allow for fact in checked.facts):
            self.allowing.append(checked)
        output, self._pending = self._pending, b""
        if checked.source is not None:
            if checked.source.text_file is not None:
                self._text_files[checked.source.id] = _TextFile(checked.source.text_file, checked.source.publish_text)
            source_emitter = self.emitter.source(checked.source, checked.facts)
            self._become(checked.source.id, source_emitter)
            output = (b"" if self.emitter.reviewed else output) + source_emitter.description()
        if self.listen is not None:
            self.facts += len(checked.facts)
            self.listen(checked, self._source)
            return b""
        if self._source is not None:
            pieces = [self._source.fact(fact) for fact in checked.facts]
            self.facts += len(checked.facts)
            self.withheld += pieces.count(b"")
            if not self._is_told(self._source, pieces):
                named = checked.source
                self._pending = output if named is None else self._bare(named.id, self._source)
                return b""
            output += b"".join(pieces)
        return output


def document(tree: Mapping) -> Mapping:
    """Make a facts document of a line: a source or a release is one, a fact becomes one."""
    if any(key.text in {"source", "facts"} for key, _ in tree.items):
        return tree
    key = Scalar(text="facts", plain=False, line=tree.line, column=tree.column)
    facts = Sequence(items=[tree], line=tree.line, column=tree.column)
    return Mapping(items=[(key, facts)], line=tree.line, column=tree.column)


def _count_strings(value: Any) -> int:
    """Count the strings of a JSON value, keys and nested ones included."""
    kind = value.__class__
    if kind is str:
        return 1
    if kind is dict:
        return len(value) + sum(map(_count_strings, value.values()))
    return sum(map(_count_strings, value)) if kind is list else 0


def _says(value: Any, key: str | None) -> bool:
    """Tell whether a JSON value has a key, at any depth."""
    kind = value.__class__
    if kind is dict:
        return key in value or any(_says(it, key) for it in value.values())
    return any(_says(it, key) for it in value) if kind is list else False


def _text(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None and key not in record:
        return None
    if value.__class__ is not str or not value:
        raise NeedsCheck
    return str(value)


def _day(record: dict[str, Any]) -> str | None:
    day = _text(record, "reviewedOn")
    if day is not None and not _is_date(day):
        raise NeedsCheck
    return day


def _spans(value: Any) -> list[Span]:
    if value.__class__ is not list or not value:
        raise NeedsCheck
    spans: list[Span] = []
    for span in [value] if value[0].__class__ is int else value:
        if span.__class__ is not list or len(span) != 2:  # noqa: PLR2004 - start and end
            raise NeedsCheck
        start, end = span
        if start.__class__ is not int or end.__class__ is not int or not 0 <= start < end < 10**10:
            raise NeedsCheck
        spans.append((start, end))
    return sorted(set(spans)) if len(spans) > 1 else spans
