"""The first pages: the files of a project, a new text, and the questions of a new project."""

from __future__ import annotations

from dataclasses import replace

from pressgraph.drafting.begin import begin, beginning
from pressgraph.drafting.read import read_bytes
from pressgraph.edit.showing import Showing
from pressgraph.edit.values import read
from pressgraph.edit.web.answers import Answer, Asked, link
from pressgraph.edit.web.desk import Setup
from pressgraph.edit.web.page import MissingError, Page
from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext, in_language
from pressgraph.pages.dates import when_in_words
from pressgraph.project.model import is_base


class StartPages(Page):
    """The pages before a file is open."""

    def index(self, asked: Asked) -> Answer:
        """Return the list of files, or the questions of a new project."""
        del asked
        if self.desk.session is None:
            return self._setup(Setup(title="", base="https://data.example.org/", language=self.desk.language), {})
        return self._answered(lambda: self._files({}))

    def _files(self, problems: dict[str, str], *, text: str = "", day: str = "", status: int = 200) -> Answer:
        session = self._session
        yaml = set(session.known.files())
        files = []
        for name in session.files():
            path = session.project.root / name
            read = session.known.file(path) if path in yaml else None
            count = len(read.facts) + len(read.proposals) if read is not None else None
            todo = len(read.proposals) if read is not None else 0
            wrong = len(read.problems) if read is not None else 0
            title = ""
            if read is not None and read.source is not None:
                title = Showing(session.profile, session.known, self.desk.language).title(read.source.body)
            files.append({"name": name, "count": count, "todo": todo, "wrong": wrong, "title": title})
        files.sort(key=lambda it: str(it["name"]), reverse=True)
        return self._page("files.html", status=status, files=files, problems=problems, text=text, day=day)

    def _setup(self, setup: Setup, problems: dict[str, str], *, status: int = 200) -> Answer:
        return self._page("setup.html", status=status, setup=setup, problems=problems)

    def begin(self, asked: Asked) -> Answer:
        """Begin a facts file for a text that was pasted."""

        def make() -> Answer:
            text, said_day = asked.get("text"), asked.get("day").strip()
            try:
                release = read_bytes(text.encode("utf-8", "replace"), "text.txt")
                day = read("date", said_day, self.desk.language, self._session.profile) if said_day else None
                if day is not None and (day.problem or len(str(day.value)) != len("2026-01-31")):
                    wanted = gettext("this is not read as a day; write 31 January 2026").to(self.desk.language)
                    return self._files({"day": wanted}, text=text, day=said_day, status=422)
                if day is None and release.published is None:
                    # what only the text says is asked
                    supposed = beginning(release).supposed
                    shown_day = when_in_words(supposed, self.desk.language) if supposed else ""
                    return self._files({"ask": "1"}, text=text, day=shown_day, status=422)
                if day is not None:
                    release = replace(release, published=str(day.value))
                begun = begin(release, self._session.project.root / "data")
            except PressgraphError as error:
                problem = {"text": in_language(error.reason, self.desk.language)}
                return self._files(problem, text=text, day=said_day, status=422)
            return Answer(location=link("/file", name=self._session.project.name_of(begun.facts)))

        return self._answered(make)

    def project(self, asked: Asked) -> Answer:
        """Make a project in a folder that has none."""

        def make() -> Answer:
            if self.desk.session is not None or self.desk.make_project is None:
                raise MissingError
            title, base, language = (asked.get(it).strip() for it in ("title", "base", "language"))
            setup = Setup(
                title=title, base=base or "https://data.example.org/", language=language or self.desk.language
            )
            problems = {}
            if not is_base(setup.base):
                problems["base"] = gettext(
                    "'{base}' is not an absolute http(s) IRI that ends in '/'", base=setup.base
                ).to(self.desk.language)
            if setup.language not in {"en", "de"}:
                problems["language"] = gettext("choose one of them").to(self.desk.language)
            if problems:
                return self._setup(setup, problems, status=422)
            self.desk.begin(*self.desk.make_project(setup))
            self.desk.language = setup.language
            return Answer(location=link("/"))

        return self._answered(make)
