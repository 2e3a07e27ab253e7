"""Check evidence: spans of the source's text, or words of it, which are found there."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pressgraph.facts.model import Words
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.support import unsaid
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence
from pressgraph.text import AbsentError, SeveralError, SourceText, TextError

if TYPE_CHECKING:
    from pressgraph.errors import Place
    from pressgraph.facts.check.context import CheckContext
    from pressgraph.facts.model import Fact, Source
    from pressgraph.text import Span, Texts

_OFFSET = re.compile(r"0|[1-9][0-9]{0,9}")
_ORDINAL = re.compile(r"[1-9][0-9]{0,5}")
_PAIR = 2


class EvidenceChecker:
    """Check the evidence of one document's facts against the text of its source, where that is at hand."""

    def __init__(self, context: CheckContext, texts: Texts | None, file: str | None) -> None:
        """Take where texts lie, and the file of a source that the document does not describe."""
        self._context = context
        self._texts = texts
        self._file = file
        self.text: SourceText | None = None
        self.name: str | None = None
        """The file that holds the text."""
        self._unreadable = False

    def open(self, source: Mapping | None) -> None:
        """Read the text that the source names; report one that cannot be read, or is another one by its hash."""
        named = source.get("file") if source is not None else None
        own = named.text if isinstance(named, Scalar) and named.text else None
        name = own if source is not None else self._file
        if name is None or self._texts is None:
            return
        place = self._context.place(named) if named is not None else None
        try:
            self.text = self._texts.read(name)
            self.name = name
        except TextError as error:
            # where the document does not name the text, the one that does reports it
            if place is not None:
                self._context.report("source-file", place, file=name, reason=error.reason)
                self._unreadable = True
            return
        digest = source.get("sha256") if source is not None else None
        if isinstance(digest, Scalar) and re.fullmatch("[0-9a-f]{64}", digest.text) and digest.text != self.text.sha256:
            hint = phrase(
                "the text has changed since the offsets were counted: check the evidence, then write the new hash"
            )
            self._context.report(
                "hash-differs", self._context.place(digest), hint=hint, file=name, found=self.text.sha256
            )

    def compare(self, facts: list[Fact]) -> list[Fact]:
        """Report spans that end behind the text; warn of those that do not say what is stated.

        Return the facts; where one allows this, that is noted.
        """
        if self.text is None:
            return facts
        length = len(self.text.text)
        compared: list[Fact] = []
        for fact in facts:
            place = fact.places.get(("evidence",), fact.place)
            spans = fact.receipt.evidence
            beyond = [span for span in spans if span[1] > length]
            for start, end in beyond:
                self._context.report("evidence-outside", place, start=start, end=end, length=length)
            said = fact
            if spans and not beyond and fact.receipt.status == "stated":
                words = "\n".join(map(self.text.slice, spans))
                for key, value in islice(unsaid(fact.body, words, self._context.profile), 1):
                    warning = problem("evidence-without-value", place, key=key, value=value)
                    said = fact.allowing(warning.rule)
                    if said is fact:
                        self._context.warnings.append(warning)
            compared.append(said)
        return compared

    def evidence(self, node: Node | None) -> tuple[tuple[Span, ...], tuple[Words | Span, ...]]:
        """Return the spans that a fact was read from, sorted, and what is written where that is in words."""
        items: list[Node]
        match node:
            case None:
                return (), ()
            case Scalar() if not _is_number(node) and node.text:
                items = [node]
            case Mapping():
                items = [node]
            case Sequence(items=[Scalar() as first, *_]) if _is_number(first):
                items = [node]
            case Sequence(items=[_, *_]):
                items = node.items
            case _:
                self._bad(node, phrase("this is no list of numbers"))
                return (), ()
        found: dict[Span, Words | Span] = {}
        for item in items:
            written = self._words(item) if isinstance(item, Scalar | Mapping) else self._span(item)
            if written is None:
                continue
            span = self._find(written, self._context.place(item)) if isinstance(written, Words) else written
            if span is not None:
                found.setdefault(span, written)
        spans = tuple(sorted(found))
        in_words = any(isinstance(it, Words) for it in found.values())
        return spans, tuple(found[span] for span in spans) if in_words else ()

    def _bad(self, node: Node, reason: str) -> None:
        self._context.report("bad-evidence", self._context.place(node), reason=reason)

    def _span(self, node: Sequence) -> Span | None:
        if len(node.items) != _PAIR:
            self._bad(node, phrase("a span has two numbers"))
            return None
        numbers: list[int] = []
        for item in node.items:
            text = item.text if isinstance(item, Scalar) and item.plain else ""
            if not _OFFSET.fullmatch(text):
                self._bad(item, phrase("an offset is a whole number from 0"))
                return None
            numbers.append(int(text))
        start, end = numbers
        if start >= end:
            self._bad(node, phrase("{start} is not before {end}", start=start, end=end))
            return None
        return start, end

    def _words(self, node: Scalar | Mapping) -> Words | None:
        """Return words as they are written: alone, or with which of their places is meant."""
        if isinstance(node, Scalar):
            if _is_number(node):
                self._bad(node, phrase("a span has two numbers; words that look like a number need quotes"))
                return None
            if not node.text.strip():
                self._bad(node, phrase("there are no words"))
                return None
            return Words(node.text)
        words, nth = node.get("words"), node.get("nth")
        others = [key for key, _ in node.items if key.text not in {"words", "nth"}]
        if others or not isinstance(words, Scalar) or not words.text.strip():
            self._bad(others[0] if others else node, phrase("words are written as {{ words: …, nth: 2 }}"))
            return None
        if nth is None:
            return Words(words.text)
        if not isinstance(nth, Scalar) or not _ORDINAL.fullmatch(nth.text):
            self._bad(nth, phrase("'nth' is a whole number from 1"))
            return None
        return Words(words.text, int(nth.text))

    def _find(self, words: Words, place: Place) -> Span | None:
        if self.text is None:
            if not self._unreadable:
                self._context.report("evidence-without-text", place)
            return None
        try:
            return self.text.find(words.text, words.nth)
        except AbsentError as error:
            hint = None
            if error.nearest is not None:
                line, passage = error.nearest
                hint = phrase("line {line} of the text says '{passage}'", line=line, passage=passage)
            self._context.report("evidence-absent", place, hint=hint, words=_short(words.text))
        except SeveralError as error:
            passages = "; ".join(
                phrase("{number}: '{passage}' in line {line}", number=number, passage=it.text, line=it.line)
                for number, it in enumerate(error.passages, start=1)
            )
            self._context.report(
                "evidence-several",
                place,
                words=_short(words.text),
                count=error.count,
                places=passages + ("; …" if error.count > len(error.passages) else ""),
            )
        return None

    def finish(self, source: Source | None) -> str | None:
        """Return the hash that offsets need: what the source says, else that of the text; free memory."""
        if self.text is not None:
            self.text.forget()
        stated = source.sha256 if source is not None else None
        return stated or (self.text.sha256 if self.text is not None else None)


def _is_number(node: Scalar) -> bool:
    return node.plain and node.reads_as() in {"int", "float", "null", "bool"}


def _short(words: str) -> str:
    most = 80
    shown = " ".join(words.split())
    return shown if len(shown) <= most else f"{shown[:most].rstrip()}…"
