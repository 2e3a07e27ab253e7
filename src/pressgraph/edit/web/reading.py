"""The page of a facts file: its text, and the facts or the form beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pressgraph.edit.kinds import FIRST_KINDS, kinds_for
from pressgraph.edit.marks import marked
from pressgraph.edit.showing import Showing
from pressgraph.edit.web.filled import Filled, Words
from pressgraph.edit.web.filling import Filling
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.page import number_of, span_of
from pressgraph.errors import PressgraphError
from pressgraph.facts.tree import LINE_END
from pressgraph.i18n import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.edit.editor import SourceEditor
    from pressgraph.edit.marks import Sentence
    from pressgraph.edit.source import FactView, OpenSource, Trouble
    from pressgraph.edit.web.answers import Answer, Asked
    from pressgraph.text import Span

_CARDS = 60
_NEAR = 4
_SHORT_LINE = 60
_MOST_CHOSEN = 100
_LONGEST_PARAGRAPH = 5_000
_SHOWN = ("all", "todo", "bad", "personal")


class FilePage(Filling):
    """The page of a facts file, and what has changed in it."""

    def file(self, asked: Asked) -> Answer:
        """Return the page of a facts file: its text, and the facts of what is chosen."""
        return self._answered(lambda: self._file(asked))

    def _file(
        self, asked: Asked, *, filled: Filled | None = None, status: int = 200, note: str = "", told: str = ""
    ) -> Answer:
        editor = self._source(asked)
        source = editor.open(wait=False)
        if filled is None:
            filled = self._begun(asked, editor, source)
        showing = Showing(self._session.profile, self._session.known, self.desk.language)
        if filled is not None:
            filled.troubles = [self._spoken(it) for it in filled.troubles]
        chosen = self._chosen(asked, source, filled)
        span = chosen[0] if chosen else None
        cards, near, heading = self._cards(asked, source, span)
        show = asked.get("show") if asked.get("show") in _SHOWN else "all"
        search = asked.get("q")[:100]
        kinds = []
        if (
            span is not None
            and filled is None
            and source.editable
            and source.text is not None
            and not asked.get("fact")
        ):
            kinds = kinds_for(
                source.text.slice(span),
                self._session.profile,
                self._session.known,
                self.desk.language,
                search=search,
                around=_paragraph(source, span),
                subject=_subject(source),
            )
        can_draft = self.desk.draft is not None and not source.facts and source.text is not None and source.editable
        todo = [it.index for it in source.to_review]
        here = filled.index if filled is not None and filled.index is not None else number_of(asked.get("fact"))
        here = -1 if here is None else here
        return self._page(
            "file.html",
            status=status,
            editor=editor,
            source=source,
            paragraphs=(paragraphs := marked(source)),
            titled=_is_titled(source, paragraphs),
            span=span,
            chosen=chosen,
            words_chosen=source.text.slice(span) if span is not None and source.text is not None else "",
            filled=filled,
            kinds=kinds,
            search=search,
            every=bool(asked.get("every")),
            first_kinds=FIRST_KINDS,
            picking=span is not None and filled is None and source.editable and not asked.get("fact"),
            cards=cards,
            near=near,
            heading=heading,
            show=show,
            showing=showing,
            next=next((it for it in todo if it > here), todo[0] if todo else None),
            previous=next((it for it in reversed(todo) if it < here), todo[-1] if todo else None),
            note=note or self._note(asked, filled),
            told=told,
            counts={
                "all": len(source.facts),
                "todo": len(todo),
                "bad": len(source.wrong),
                "personal": len(source.personal),
            },
            missed=[it for it in source.facts if it.misses],
            can_draft=can_draft,
            models=self._models(editor) if can_draft else (),
            page=number_of(asked.get("page")) or 0,
            most=_CARDS,
            opened=number_of(asked.get("fact")) is not None,
            is_lines=lambda paragraph: _is_lines(source, paragraph),
            apart=bool(filled) or number_of(asked.get("fact")) is not None or show != "all",
            once=filled is not None and _stands_once(source, filled.words.span),
            at=f"{span[0]}-{span[1]}" if span is not None else "",
            is_checked=span is not None and any(a < span[1] and span[0] < b for a, b in source.checked),
            lookup=Words.looked_up(asked.get("words"), source, self.desk.language)
            if asked.get("words") and filled is None
            else None,
        )

    def _models(self, editor: SourceEditor) -> list[tuple[str, str]]:
        """Return the models that are set up, with what each would be sent; instead of that, what keeps them away."""
        try:
            return [(name, told.to(self.desk.language)) for name, told in self.desk.models(editor.path)]
        except PressgraphError as error:
            return [("", in_language(error.reason, self.desk.language))]

    def _spoken(self, trouble: Trouble) -> Trouble:
        """Return a problem in the language of the page."""
        hint = in_language(trouble.hint, self.desk.language) if trouble.hint else None
        return replace(trouble, message=in_language(trouble.message, self.desk.language), hint=hint)

    def _note(self, asked: Asked, filled: Filled | None) -> str:
        said = words(self.desk.language)
        if filled is not None and filled.count:
            return str(said["not_saved_problems"](filled.count))
        done = asked.get("done")
        if done in {"undone", "redone"}:
            return str(said[done])
        return f"{said['saved']} {self.desk.saved_at}" if self.desk.saved_at else ""

    def _chosen(self, asked: Asked, source: OpenSource, filled: Filled | None) -> list[Span]:
        """Return the characters that the page is about."""
        if source.text is None:
            return []
        length = len(source.text.text)
        number = number_of(asked.get("fact")) if filled is None or filled.index is None else filled.index
        fact = source.facts[number] if number is not None and number < len(source.facts) else None
        if filled is not None and filled.words.span is not None:
            kept = fact is not None and filled.words.span in fact.spans
            chosen = list(fact.spans) if fact is not None and kept else [filled.words.span]
        elif (span := span_of(asked.get("at"), length)) is not None:
            chosen = [span]
        elif asked.get("words"):
            found = Words.looked_up(asked.get("words"), source, self.desk.language)
            chosen = [found.span] if found.span is not None else []
        else:
            chosen = list(fact.spans) if fact is not None else []
        return [it for it in chosen[:_MOST_CHOSEN] if it[1] <= length]

    def _cards(self, asked: Asked, source: OpenSource, span: Span | None) -> tuple[list[FactView], list[FactView], str]:
        number = number_of(asked.get("fact"))
        if number is not None:
            if number >= len(source.facts):
                return [], [], "none_here"
            return [source.facts[number]], [], "this_fact"
        if span is not None:
            here = source.at(span)
            at = span[0]
            others = [it for it in source.to_review if it not in here]
            near = sorted(others, key=lambda it: abs(it.spans[0][0] - at) if it.spans else len(source.data))[:_NEAR]
            return here, near, "facts_here"
        match asked.get("show"):
            case "todo":
                return list(source.to_review), [], "to_review"
            case "bad":
                return list(source.wrong), [], "problems"
            case "personal":
                return list(source.personal), [], "personal_facts"
        return list(source.facts), [], "all_facts"

    def changes(self, asked: Asked) -> Answer:
        """Return what has changed in a file since this session met it."""

        def make() -> Answer:
            editor = self._source(asked)
            showing = Showing(self._session.profile, self._session.known, self.desk.language)
            found = showing.changes(editor.first, editor.read(), editor.name)
            return self._page("changes.html", editor=editor, found=found, note=self._note(asked, None))

        return self._answered(make)


def _is_lines(source: OpenSource, paragraph: Sequence[Sentence]) -> bool:
    """Tell whether the line ends of a paragraph are meant, as in an address: wrapped texts have longer lines."""
    if source.text is None or not paragraph:
        return False
    lines = LINE_END.split(source.text.slice((paragraph[0].start, paragraph[-1].end)))
    return len(lines) > 1 and max(map(len, lines)) <= _SHORT_LINE


def _subject(source: OpenSource) -> str:
    """Return the id of what most facts of a file are about; empty where that says little."""
    counted = Counter(it.id for it in source.facts if it.id and it.id != source.source.get("id"))
    ((most, count),) = counted.most_common(1) or [("", 0)]
    return most if count > 1 else ""


def _stands_once(source: OpenSource, span: Span | None) -> bool:
    """Tell whether some words of the text stand in it only there."""
    if source.text is None or span is None:
        return False
    places = source.text.places(source.text.slice(span))
    return next(places, None) is not None and next(places, None) is None


def _is_titled(source: OpenSource, paragraphs: list[list[Sentence]]) -> bool:
    """Tell whether the text begins with its headline, which then is not said twice."""
    if source.text is None or not paragraphs:
        return False
    first = source.text.slice((paragraphs[0][0].start, paragraphs[0][-1].end))
    return " ".join(first.split()) == " ".join(source.title.split())


def _paragraph(source: OpenSource, span: Span) -> str:
    """Return the paragraph that some characters stand in."""
    assert source.text is not None  # noqa: S101 - they are characters of it
    text = source.text.text
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    return text[start : end if end >= 0 else len(text)][:_LONGEST_PARAGRAPH]
