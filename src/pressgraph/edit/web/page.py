"""What all pages of the editor share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.edit.editor import SourceEditor
from pressgraph.edit.showing import Showing
from pressgraph.edit.web.answers import Answer, Asked, link
from pressgraph.edit.web.messages import words
from pressgraph.edit.web.templates import environment
from pressgraph.errors import PressgraphError
from pressgraph.i18n import in_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.edit.session import EditSession
    from pressgraph.edit.web.desk import Desk
    from pressgraph.text import Span


class MissingError(Exception):
    """An address that leads to nothing."""


class Page:
    """The views of one desk. Each takes what is asked and returns an answer; none keeps anything but in the desk."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self.desk = desk
        self._environment = environment()

    # -- what all pages share

    @property
    def _session(self) -> EditSession:
        if self.desk.session is None:
            raise MissingError
        return self.desk.session

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Answer:
        language = self.desk.language
        html = self._environment.get_template(template).render(
            t=words(language),
            language=language,
            link=link,
            token=self.desk.door.form_token,
            say=lambda text: in_language(text, language) if text else "",
            **values,
        )
        return Answer(html=html, status=status)

    def _showing(self) -> Showing:
        return Showing(self._session.profile, self._session.known, self.desk.language)

    def refusal(self, status: int, reason: str, told: str = "") -> Answer:
        """Return a page that says why a request is not answered."""
        return self._page("refusal.html", status=status, reason=reason, told=told)

    def entered(self) -> Answer:
        """Return the page that goes on to the editor, once the cookie is set."""
        start = link("/file", name=self.desk.start) if self.desk.start else link("/")
        return self._page("entered.html", start=start)

    def _answered(self, make: Callable[[], Answer]) -> Answer:
        """Return what a view makes, or a page that says what is wrong."""
        try:
            return make()
        except MissingError:
            return self.refusal(404, "not_found")
        except (PressgraphError, OSError) as error:
            told = reason_of(error)
            return self.refusal(409, "failed", in_language(told, self.desk.language))

    def _source(self, asked: Asked) -> SourceEditor:
        """Return the editor of the file that is asked for: one of the project's, never any other."""
        name = asked.get("name")
        if name not in self._session.files():
            raise MissingError
        return SourceEditor(self._session, self._session.project.root / name)


def reason_of(error: Exception) -> str:
    """Return why something failed, without its place."""
    if isinstance(error, PressgraphError):
        return error.reason
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else (error.strerror or str(error))
    return str(error)


def number_of(text: str) -> int | None:
    """Return a number that an address or a form carries, None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def span_of(text: str, length: int) -> Span | None:
    """Return the characters `START-END` of a text of some length, None for what is not in it."""
    first, dash, last = text.partition("-")
    start, end = number_of(first), number_of(last)
    if not dash or start is None or end is None or not 0 <= start < end <= length:
        return None
    return start, end
