"""The review of what a program proposed, and the draft that proposes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.edit.web.answers import Answer, Asked, link
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.page import MissingError, number_of, reason_of
from pressgraph.edit.web.saving import Saving
from pressgraph.errors import DataError, PressgraphError
from pressgraph.facts.ids import Ids
from pressgraph.i18n import gettext, in_language

if TYPE_CHECKING:
    from pressgraph.edit.editor import SourceEditor
    from pressgraph.edit.session import EditSession


class Reviewing(Saving):
    """Reviews proposals one by one."""

    def review(self, asked: Asked) -> Answer:
        """Note that a proposal is right or not so, and go to the next."""

        def make() -> Answer:
            editor = self._source(asked)
            number = number_of(asked.get("index"))
            if number is None or asked.get("do") not in {"right", "not_so", "nothing"}:
                raise MissingError
            base = asked.get("base")
            if asked.get("do") == "not_so":
                return self._saved(asked, editor, lambda: editor.not_so(number, base=base or None), None, go_on=True)
            if asked.get("do") == "nothing":
                return self._saved(
                    asked, editor, lambda: editor.says_nothing(number, base=base or None), None, go_on=True
                )
            if asked.get("by"):
                problem = self._reviewer(asked.get("by").strip())
                if problem:
                    return self._who(asked, editor, problem)
            if not self.desk.by:
                return self._who(asked, editor, "")
            return self._saved(
                asked, editor, lambda: editor.right(number, self.desk.by, base=base or None), None, go_on=True
            )

        return self._answered(make)

    def _who(self, asked: Asked, editor: SourceEditor, problem: str) -> Answer:
        return self._page("who.html", status=422 if problem else 200, editor=editor, asked=asked, problem=problem)

    def _reviewer(self, name: str) -> str:
        """Take somebody who reviews, by name or id; return what is wrong with that."""
        known = self._session.known
        found = known.named(name, _classes_named(self._session, "Person", "Organization"))
        if len(found) == 1:
            self.desk.by = self._named_reviewer(name, found[0].id)
            return ""
        if len(found) > 1:
            several = ", ".join(it.id for it in found)
            return gettext("several things are called so: {ids}", ids=several).to(self.desk.language)
        if Ids(self._session.profile, self._session.project.id_base).iri(name) is not None:
            return gettext("nothing here has this id").to(self.desk.language)
        self.desk.by = self._named_reviewer(name, None)
        return ""

    def _named_reviewer(self, name: str, known: str | None) -> str:
        """Return the id of who reviews; a person whom no file knows is described, and remembered for the next time."""
        if self.desk.name_reviewer is not None:
            return self.desk.name_reviewer(name, known)
        if known is None:
            raise DataError(gettext("nothing here is called so"))
        return known

    def draft(self, asked: Asked) -> Answer:
        """Let a draft propose facts for a text without any."""

        def make() -> Answer:
            editor = self._source(asked)
            if self.desk.draft is None:
                raise MissingError
            try:
                # a model takes its time: others may save meanwhile, and then nothing of the draft is written
                drafted = self.desk.draft(editor.path, asked.get("propose") or "rules")
                with self._session.lock:
                    drafted.write()
            except (PressgraphError, OSError) as error:
                return self._file(asked, status=409, told=in_language(reason_of(error), self.desk.language))
            if not drafted.count:
                return self._file(asked, told=words(self.desk.language)["draft_empty"])
            return Answer(location=link("/file", name=editor.name, show="todo"))

        return self._answered(make)


def _classes_named(session: EditSession, *names: str) -> tuple[str, ...]:
    return tuple(session.profile.classes[it].iri for it in names if it in session.profile.classes)
