"""The form of the release itself: its title, day, publisher, language, and whether its text may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.edit.kinds import fitting_kind
from pressgraph.edit.outcomes import RefusedFactError
from pressgraph.edit.web.answers import Answer, link
from pressgraph.edit.web.filled import Filled
from pressgraph.edit.web.page import MissingError
from pressgraph.edit.web.saving import Saving
from pressgraph.errors import PressgraphError

if TYPE_CHECKING:
    from typing import Any

    from pressgraph.edit.source import OpenSource
    from pressgraph.edit.web.answers import Asked

_CONSENT = "publishText"


class Release(Saving):
    """Shows and saves what a file says of its release."""

    def release(self, asked: Asked) -> Answer:
        """Return the form of the release."""

        def make() -> Answer:
            source = self._source(asked).open()
            return self._release(asked, source, self._of_source(source))

        return self._answered(make)

    def save_release(self, asked: Asked) -> Answer:
        """Save what was typed of the release, or say what keeps it from being saved."""

        def make() -> Answer:
            editor = self._source(asked)
            base = asked.get("base") or None
            source = editor.opened_at(base)
            filled = self._of_source(source)
            filled.troubles = []
            filled.base = base or source.sha256
            said = self._forms(source).read(filled.form, asked.fields)
            if filled.count:
                return self._release(asked, source, filled, status=422)
            before = source.source
            names = (it.key.name for it in filled.form.fields)
            changed: dict[str, Any] = {it: said.get(it) for it in names if said.get(it) != before.get(it)}
            consent = "true" if asked.get(_CONSENT) else None
            if source.text is not None and (before.get(_CONSENT) == "true") != bool(consent):
                changed[_CONSENT] = True if consent else None
            if changed:
                try:
                    editor.change_source(changed, base=base)
                except RefusedFactError as error:
                    filled.troubles = list(error.troubles)
                    return self._release(asked, source, filled, status=422)
                except (PressgraphError, OSError) as error:
                    return self._lost_nothing(editor, error, None, changed)
                self._note_saved()
            return Answer(location=link("/file", name=editor.name, done="saved"))

        return self._answered(make)

    def _of_source(self, source: OpenSource) -> Filled:
        if not source.editable or not source.source:
            raise MissingError
        stated = source.source.get("type", ())
        named = (stated,) if isinstance(stated, str) else tuple(it for it in stated if isinstance(it, str))
        types = fitting_kind(named, self._session.profile)
        form = self._forms(source).of(types or ("NewsArticle",), source.source)
        return Filled(form=form, base=source.sha256, kind=types[0] if types else "", troubles=list(source.troubles))

    def _release(self, asked: Asked, source: OpenSource, filled: Filled, *, status: int = 200) -> Answer:
        filled.troubles = [self._spoken(it) for it in filled.troubles]
        return self._page(
            "release.html",
            status=status,
            editor=self._source(asked),
            source=source,
            filled=filled,
            showing=self._showing(),
            note=self._note(asked, filled),
            consent=bool(asked.get(_CONSENT)) if asked.fields else source.source.get(_CONSENT) == "true",
        )
