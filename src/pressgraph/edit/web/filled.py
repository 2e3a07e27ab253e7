"""A form with what somebody has typed, and the words of the text that bear a fact out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.i18n import gettext
from pressgraph.text import AbsentError, SeveralError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.edit.editor import SourceEditor
    from pressgraph.edit.forms import Field, NodeForm
    from pressgraph.edit.source import FactView, OpenSource, Trouble
    from pressgraph.text import Span

BETWEEN = "\n…\n"
"""What stands between passages, where a fact has several."""
_MOST_PLACES = 20


@dataclass(slots=True, kw_only=True)
class Words:
    """Words that bear a fact out: `span` is where they stand, None where they are several or nowhere."""

    text: str = ""
    span: Span | None = None
    kept: bool = False
    """Whether the evidence stays as the file has it."""
    problem: str = ""
    places: tuple[tuple[Span, str], ...] = ()
    """Where they stand, if in several places: spans and what is around them."""

    @classmethod
    def of_fact(cls, fact: FactView, source: OpenSource) -> Words:
        """Return the words that a fact of the file rests on."""
        if source.text is None or not fact.spans:
            return cls(kept=True)
        text = BETWEEN.join(source.text.slice(it) for it in fact.spans)
        return cls(text=text, span=fact.spans[0], kept=True)

    @classmethod
    def of_span(cls, span: Span | None, source: OpenSource) -> Words:
        """Return the words of some characters."""
        if span is None or source.text is None:
            return cls()
        return cls(text=source.text.slice(span), span=span)

    @classmethod
    def looked_up(cls, typed: str, source: OpenSource, language: str) -> Words:
        """Look words up that somebody has typed."""
        typed = typed.strip()
        if not typed or source.text is None:
            return cls(text=typed)
        try:
            return cls(text=typed, span=source.text.find(typed))
        except AbsentError as error:
            problem = gettext("the text does not say this").to(language)
            if error.nearest is not None:
                problem += " " + gettext("It says: {passage}", passage=error.nearest.text).to(language)
            return cls(text=typed, problem=problem)
        except SeveralError as error:
            places = []
            for span in source.text.places(typed):
                places.append((span, source.text.passage(span).text))
                if len(places) == _MOST_PLACES:
                    break
            problem = gettext("it stands in {count} places: which is meant?", count=error.count).to(language)
            return cls(text=typed, problem=problem, places=tuple(places))

    @classmethod
    def sent(cls, sent: Mapping[str, str], before: Words, source: OpenSource, language: str) -> Words:
        """Return the words that a form was sent with."""
        typed = sent.get("words", before.text).replace("\r\n", "\n").strip()
        if before.kept and typed == before.text.replace("\r\n", "\n").strip():
            return before
        if source.text is None or not typed:
            return cls(text=typed)
        start, _, end = sent.get("at", "").partition("-")
        if start.isdigit() and end.isdigit() and len(start) < 10 and len(end) < 10:  # noqa: PLR2004
            span = (int(start), int(end))
            said = source.text.slice(span)
            if " ".join(said.split()) == " ".join(typed.split()):
                return cls(text=typed, span=span)
            if sent.get("which") and 0 <= span[0] < span[1] <= len(source.text.text):
                return cls(text=said, span=span)
        return cls.looked_up(typed, source, language)

    def evidence(self, editor: SourceEditor, source: OpenSource, before: Any) -> Any:
        """Return the evidence as the file is to have it, None for none."""
        if self.kept:
            return before
        return editor.evidence(self.span, source) if self.span is not None else None


@dataclass(slots=True, kw_only=True)
class Filled:
    """A form: of a fact of the file, or of a new one."""

    form: NodeForm
    base: str
    index: int | None = None
    about: str = ""
    kind: str = ""
    status: str = "stated"
    personal: bool = False
    words: Words = field(default_factory=Words)
    troubles: list[Trouble] = field(default_factory=list)
    raw: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    """The new things that somebody has asked for, by slot."""
    preview: str = ""
    about_problem: str = ""
    kinds: Sequence[tuple[str, str]] = ()
    """The classes that the thing may be said to be of instead, with their labels; none where the fact states none."""
    known: bool = False
    """Whether the thing is one that files know already."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield the problems that keep the fact from being saved: the id of what is to be mended, and what is wrong."""
        if self.about_problem:
            yield "about", self.about_problem
        yield from _of_slots(self.form)
        if self.words.problem:
            yield "words", self.words.problem
        for it in self.troubles:
            if not it.warns:
                yield self.anchor(it.key), it.message

    @property
    def count(self) -> int:
        """How many problems there are."""
        return sum(1 for _ in self.problems())

    def anchor(self, key: str) -> str:
        """Return the id of the first input of a key, else of the form."""
        found = self._field(key)
        if found is None:
            return {"evidence": "words", "id": "about", "personal": "personal"}.get(key, "form")
        slot = found.slots[0] if found.slots else None
        while slot is not None and slot.node is not None:
            fields = slot.node.fields
            slot = fields[0].slots[0] if fields and fields[0].slots else None
        return slot.name if slot is not None else "form"

    def of(self, key: str) -> list[Trouble]:
        """Return what is wrong with a key."""
        return [it for it in self.troubles if it.key == key]

    @property
    def general(self) -> list[Trouble]:
        """What is wrong with no key of the form."""
        return [it for it in self.troubles if self._field(it.key) is None]

    def _field(self, key: str) -> Field | None:
        return next((it for it in self.form.fields if it.key.name == key), None)


def _of_slots(form: NodeForm) -> Iterator[tuple[str, str]]:
    for one in form.fields:
        for slot in one.slots:
            if slot.problem:
                yield slot.name, slot.problem
            if slot.node is not None:
                yield from _of_slots(slot.node)
