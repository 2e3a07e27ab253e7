"""Forms with what a file says, or with what somebody has typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.edit.forms import Forms
from pressgraph.edit.kinds import fitting_kind
from pressgraph.edit.offered import Offers
from pressgraph.edit.values import label_of
from pressgraph.edit.web.filled import Filled, Words
from pressgraph.edit.web.page import MissingError, Page, number_of, span_of

if TYPE_CHECKING:
    from pressgraph.edit.editor import SourceEditor
    from pressgraph.edit.source import FactView, OpenSource
    from pressgraph.edit.web.answers import Asked
    from pressgraph.text import Span


class Filling(Page):
    """Fills forms."""

    def _forms(self, source: OpenSource) -> Forms:
        session = self._session
        return Forms(session.profile, session.known, session.project.id_base, self.desk.language, source.language)

    def _begun(self, asked: Asked, editor: SourceEditor, source: OpenSource) -> Filled | None:
        """Return the form that is asked for, filled with what the file says; None where none is."""
        if not source.editable:
            return None
        number, kind, about = number_of(asked.get("fact")), asked.get("kind"), asked.get("about")
        if number is not None and asked.get("form"):
            if number >= len(source.facts):
                raise MissingError
            return self._of_fact(source, source.facts[number])
        if kind and kind not in self._session.profile.classes:
            raise MissingError
        if not kind:
            return None
        span = span_of(asked.get("at"), len(source.text.text)) if source.text is not None else None
        del editor
        return self._of_kind(source, kind, about, span)

    def _of_fact(self, source: OpenSource, fact: FactView) -> Filled:
        session = self._session
        thing = session.known.things.get(fact.id)
        types = fitting_kind((*fact.types, *(thing.types if thing is not None else ())), session.profile)
        form = self._forms(source).of(types or ("Thing",), fact.said, has=self._has(source, fact.id, fact.index))
        return Filled(
            form=form,
            base=source.sha256,
            index=fact.index,
            about=fact.id,
            kind=types[0] if types else "",
            status=fact.status,
            personal=fact.personal,
            words=Words.of_fact(fact, source),
            troubles=list(fact.troubles),
            raw=fact.said,
            kinds=self._kinds() if fact.types == types[:1] else (),
        )

    def _kinds(self) -> list[tuple[str, str]]:
        """Return the classes that forms can be made of, by their labels."""
        terms = [it for it in self._session.profile.classes.values() if it.uses and it.deprecated is None]
        labelled = [(it.name, label_of(it.labels, self.desk.language, it.name)) for it in terms if ":" not in it.name]
        return sorted(labelled, key=lambda it: it[1].casefold())

    def _of_kind(self, source: OpenSource, kind: str, about: str, span: Span | None) -> Filled:
        session = self._session
        thing = session.known.things.get(about) if about else None
        types = fitting_kind(thing.types, session.profile) if thing is not None else (kind,)
        form = self._forms(source).of(types or (kind,), {}, has=self._has(source, about, None) if about else ())
        status = "stated"
        if span is not None and source.text is not None:
            offers = Offers(profile=session.profile, known=session.known, language=self.desk.language)
            status = offers.give(form, source.text.slice(span), source.language)
        return Filled(
            form=form,
            base=source.sha256,
            about=about,
            kind=kind,
            status=status,
            personal=session.profile.classes[kind].personal,
            words=Words.of_span(span, source),
        )

    def _has(self, source: OpenSource, about: str, index: int | None) -> set[str]:
        """Return the keys that other facts say of a thing already."""
        found: set[str] = set()
        for fact in source.facts:
            if fact.id == about and fact.index != index:
                found |= fact.said.keys()
        for path in self._session.known.files():
            for stated in self._session.known.file(path).facts:
                if stated.body.get("id") == about and self._session.project.name_of(path) != source.name:
                    found |= stated.body.keys()
        return found

    def _types(self, filled: Filled, source: OpenSource, about: str) -> tuple[str, ...]:
        """Return the classes that a fact states: what it stated; of a new thing, the kind that was chosen."""
        if filled.index is not None:
            return (filled.kind,) if filled.kinds else source.facts[filled.index].types
        thing = self._session.known.things.get(about)
        if thing is not None and filled.kind in thing.types:
            return ()
        return () if filled.known and thing is not None else (filled.kind,)

    def _minted(self, kind: str, said: dict[str, Any], source: OpenSource) -> str:
        known = self._session.known
        named = next((it for key in ("name", "legalName", "title", "headline") for it in _texts(said.get(key))), "")
        if not named:
            things = (
                known.things.get(it)
                for key, value in said.items()
                for it in _texts(value)
                if key not in {"text", "abstract"}
            )
            made = [it["name"] for it in said.values() if isinstance(it, dict) and isinstance(it.get("name"), str)]
            named = "-".join([*made, *(it.name for it in things if it is not None)][:2])
        stem = Path(source.name).stem
        return known.free_id(known.prefix(kind), named[:60] or stem)


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for it in value for text in _texts(it)]
        case dict() if "id" not in value and "type" not in value:
            return [text for it in value.values() for text in _texts(it)]
    return []
