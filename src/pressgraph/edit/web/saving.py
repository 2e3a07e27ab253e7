"""What the forms of the editor do: save, undo, and decide between two versions."""

from __future__ import annotations

import datetime
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.edit.changes import Change
from pressgraph.edit.forms import fact_of
from pressgraph.edit.outcomes import ConflictError, RefusedFactError
from pressgraph.edit.showing import Showing
from pressgraph.edit.source import Trouble
from pressgraph.edit.web.answers import Answer, Asked, link
from pressgraph.edit.web.filled import Filled, Words
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.page import MissingError, number_of, reason_of, span_of
from pressgraph.edit.web.reading import FilePage
from pressgraph.errors import DataError, PressgraphError
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext, in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.edit.editor import SourceEditor
    from pressgraph.edit.outcomes import Saved


class Saving(FilePage):
    """Saves facts; what cannot be saved is shown, to be mended or copied."""

    def save(self, asked: Asked) -> Answer:
        """Save a fact, or say what keeps it from being saved."""
        return self._answered(lambda: self._save(asked))

    def _save(self, asked: Asked) -> Answer:
        editor = self._source(asked)
        sent = dict(asked.fields)
        name, _, value = sent.get("offer", "").partition("=")
        if name.startswith("new."):
            sent[name] = value
        elif name.startswith("pick."):
            sent[name.removeprefix("pick.")] = value
        elif name == "at":
            sent["at"], sent["which"] = value, "1"
        number = number_of(sent.get("index", ""))
        base = sent.get("base") or None
        if number is not None and base is None:
            raise MissingError
        if sent.get("do") == "remove" and number is not None:
            return self._saved(asked, editor, lambda: editor.remove(number, base=base), None)
        filled, change = self._said(editor, sent, number, base)
        if filled.count:
            return self._file(asked, filled=filled, status=422)
        if sent.get("do") == "preview":
            filled.preview = editor.preview(change, base=base)
            return self._file(asked, filled=filled)
        return self._saved(asked, editor, lambda: editor.save(change, base=base), filled, change)

    def preview(self, asked: Asked) -> Answer:
        """Return the lines that a form would write, for the script; nothing where it has problems yet."""

        def make() -> Answer:
            editor = self._source(asked)
            number, base = number_of(asked.get("index")), asked.get("base") or None
            filled, change = self._said(editor, asked.fields, number, base)
            return Answer(data={"written": "" if filled.count else editor.preview(change, base=base)})

        return self._answered(make)

    def _said(
        self, editor: SourceEditor, sent: Mapping[str, str], number: int | None, base: str | None
    ) -> tuple[Filled, Change]:
        """Return the form that was sent, with what is wrong in it, and the change that it asks for."""
        source = editor.opened_at(base)
        if number is not None and number >= len(source.facts):
            raise MissingError
        if number is not None:
            filled = self._of_fact(source, source.facts[number])
        else:
            kind = sent.get("kind", "")
            if kind not in self._session.profile.classes:
                raise MissingError
            filled = self._of_kind(source, kind, sent.get("about", "") if sent.get("known") else "", None)
            filled.known = bool(sent.get("known"))
        filled.troubles = []
        filled.base = base or source.sha256
        said = self._forms(source).read(filled.form, sent)
        filled.made = {key: it for key, it in sent.items() if key.startswith("new.") and it}
        filled.status = sent.get("status", filled.status)
        filled.personal = bool(sent.get("personal"))
        filled.words = Words.sent(sent, filled.words, source, self.desk.language)
        filled.about = sent.get("about", filled.about).strip()
        if sent.get("class") in {name for name, _ in filled.kinds}:
            filled.kind = sent["class"]
        about = filled.about or self._minted(filled.kind, said, source)
        if Ids(self._session.profile, self._session.project.id_base).iri(about) is None:
            hint = gettext("an id is a kind and a name, such as agent/ida-lindqvist").to(self.desk.language)
            filled.about_problem = hint
        types = self._types(filled, source, about)
        before = filled.raw
        fact = fact_of(
            {**said, **filled.form.others},
            before,
            about=about,
            types=types,
            status=filled.status,
            personal=filled.personal,
            evidence=filled.words.evidence(editor, source, before.get("evidence")),
        )
        if not said and not filled.form.others and not types:
            filled.troubles.append(Trouble(rule="empty-fact", message=gettext("the fact says nothing yet")))
        return filled, Change(index=number, said=fact)

    def _saved(
        self,
        asked: Asked,
        editor: SourceEditor,
        save: Callable[[], Saved],
        filled: Filled | None,
        change: Change | None = None,
        *,
        go_on: bool = False,
    ) -> Answer:
        """Save, and return where to go then; or the page that says why not, with all that was typed."""
        try:
            saved = save()
        except RefusedFactError as error:
            if filled is None:
                raise
            filled.troubles = list(error.troubles)
            return self._file(asked, filled=filled, status=422)
        except ConflictError as error:
            key = secrets.token_urlsafe(16)
            self.desk.keep(key, error)
            return self._conflict(editor, error, key)
        except (PressgraphError, OSError) as error:
            return self._lost_nothing(editor, error, change, base=asked.get("base") or None)
        self._note_saved()
        index = saved.index
        if go_on:
            left = [it.index for it in editor.open(checked=False).to_review]
            at = number_of(asked.get("index")) or 0
            index = next((it for it in left if it >= at), left[0] if left else None)
        at_words = asked.get("at") if index is None else ""
        # behind the last proposal is said that it was, and what publishes the facts
        show = "todo" if go_on and index is None else ""
        done = "joined" if saved.joined else "saved"
        return Answer(location=link("/file", name=editor.name, fact=index, at=at_words, show=show, done=done))

    def _note_saved(self) -> None:
        self.desk.saved_at = datetime.datetime.now().astimezone().strftime("%H:%M")

    def _lost_nothing(
        self,
        editor: SourceEditor,
        error: Exception,
        change: Change | None,
        source: Mapping[str, Any] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Return a page with what could not be saved, to be copied."""
        import yaml

        from pressgraph.edit.changes import texts

        text = ""
        if change is not None and change.said is not None:
            try:
                text = editor.preview(change, base=base)
            except (PressgraphError, OSError):
                # the file that it was made of is gone, too
                text = yaml.safe_dump([texts(dict(change.said))], allow_unicode=True, sort_keys=False)
        elif source is not None:
            text = yaml.safe_dump({key: texts(it) for key, it in source.items() if it is not None}, allow_unicode=True)
        reason = reason_of(error)
        return self._page(
            "not_saved.html", status=409, editor=editor, reason=in_language(reason, self.desk.language), text=text
        )

    def _conflict(self, editor: SourceEditor, error: ConflictError, key: str) -> Answer:
        from pressgraph.edit.changes import texts

        showing = Showing(self._session.profile, self._session.known, self.desk.language)
        mine = texts(dict(error.mine)) if error.mine is not None else None
        states = [showing.sayings(it) if it is not None else () for it in (error.before, error.theirs, mine)]
        return self._page(
            "conflict.html",
            status=409,
            editor=editor,
            error=error,
            key=key,
            written_at=self._written_at(editor),
            before=states[0],
            theirs=states[1],
            mine=states[2],
            title=showing.title(mine or error.before),
        )

    def _written_at(self, editor: SourceEditor) -> str:
        try:
            seconds = editor.path.stat().st_mtime
        except OSError:
            return "–"
        return f"{datetime.datetime.fromtimestamp(seconds).astimezone():%H:%M}"

    def conflict(self, asked: Asked) -> Answer:
        """Decide a conflict."""

        def make() -> Answer:
            editor = self._source(asked)
            error = self.desk.conflicts.pop(asked.get("key"), None)
            if error is None:
                raise MissingError
            keep = asked.get("keep")
            if keep not in {"theirs", "mine", "both", "later"}:
                raise MissingError
            try:
                done = editor.resolve(error, keep)
            except ConflictError as again:
                key = secrets.token_urlsafe(16)
                self.desk.keep(key, again)
                return self._conflict(editor, again, key)
            except (PressgraphError, OSError) as failed:
                return self._lost_nothing(editor, failed, error.change, base=error.now)
            if isinstance(done, Path):
                return self._page("kept.html", editor=editor, path=done.name)
            self._note_saved()
            return Answer(location=link("/file", name=editor.name, fact=done.index, done="saved"))

        return self._answered(make)

    def nothing(self, asked: Asked) -> Answer:
        """Note that there is nothing worth a fact in some words."""

        def make() -> Answer:
            editor = self._source(asked)
            span = span_of(asked.get("at"), 10**9)
            if span is None:
                raise MissingError
            return self._saved(asked, editor, lambda: editor.nothing(span, base=asked.get("base") or None), None)

        return self._answered(make)

    def undo(self, asked: Asked) -> Answer:
        """Undo the last save."""
        return self._answered(lambda: self._stepped(asked, "undone"))

    def redo(self, asked: Asked) -> Answer:
        """Make the save again that was undone."""
        return self._answered(lambda: self._stepped(asked, "redone"))

    def _stepped(self, asked: Asked, done: str) -> Answer:
        editor = self._source(asked)
        try:
            if done == "undone":
                editor.undo()
            else:
                editor.redo()
        except DataError as error:
            said = words(self.desk.language)
            told = in_language(error.reason, self.desk.language)
            return self._file(asked, status=409, note=f"{said['not_saved']}", told=told)
        return Answer(location=link("/file", name=editor.name, done=done))
