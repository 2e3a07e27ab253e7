"""What the script of the editor asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.edit.showing import Showing
from pressgraph.edit.values import read
from pressgraph.edit.web.answers import Answer, Asked
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.page import MissingError, Page
from pressgraph.i18n import in_language

if TYPE_CHECKING:
    from pressgraph.edit.session import EditSession


class Data(Page):
    """Answers with data rather than pages."""

    def known_things(self, asked: Asked) -> Answer:
        """Return the names of things that a link may mean, as the script asks for them."""

        def make() -> Answer:
            key = self._session.profile.keys.get(asked.get("key"))
            classes = _classes_of(asked.get("kind"), key.name, self._session) if key is not None else ()
            found = self._session.known.search(asked.get("q")[:100], classes)
            showing = Showing(self._session.profile, self._session.known, self.desk.language)
            return Answer(data=[{"id": it.id, "name": it.name, "kind": showing.kind({"id": it.id})} for it in found])

        return self._answered(make)

    def checked(self, asked: Asked) -> Answer:
        """Return what shapes and checks said of a large file, once they have been asked."""

        def make() -> Answer:
            source = self._source(asked).open(wait=False)
            wrong, said = len(source.wrong), words(self.desk.language)
            told = said["checked_wrong"](wrong) if wrong else said["checked_fine"]
            return Answer(data={"asking": source.unasked, "told": told, "wrong": wrong})

        return self._answered(make)

    def understood(self, asked: Asked) -> Answer:
        """Return how a text is understood as a value."""

        def make() -> Answer:
            key = self._session.profile.keys.get(asked.get("key"))
            if key is None:
                raise MissingError
            from pressgraph.edit.values import widget_of

            found = read(widget_of(key), asked.get("q")[:200], self.desk.language, self._session.profile, key)
            said = words(self.desk.language)
            if found.problem:
                return Answer(data={"problem": in_language(found.problem, self.desk.language)})
            shown = said["written_as"](f"{key.name}: {found.value}") if found.shown else ""
            return Answer(data={"shown": f"{found.shown}. {shown}" if found.shown else ""})

        return self._answered(make)


def _classes_of(kind: str, key: str, session: EditSession) -> tuple[str, ...]:
    term = session.profile.classes.get(kind)
    use = term.uses.get(key) if term is not None else None
    return use.value_classes if use is not None else ()
