"""What a workspace does to edit facts files, one fact at a time."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import DataError, Place, PressgraphError
from pressgraph.i18n import gettext
from pressgraph.workspace.drafts import RULES, Drafts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.drafting import ReleaseText
    from pressgraph.drafting.draft import Drafted
    from pressgraph.edit import EditSession, SourceEditor
    from pressgraph.edit.review import Review
    from pressgraph.edit.web.desk import Setup
    from pressgraph.i18n import Text
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.workspace import Workspace


class Editing(Drafts):
    """The methods that edit."""

    @cached_property
    def editing(self) -> EditSession:
        """The session that this workspace edits in: what can be undone, and the states that changes were made of."""
        from pressgraph.edit import EditSession

        return EditSession(self.project, self.profile)

    def edit(self, path: str | Path) -> SourceEditor:
        """Return the editor of a YAML facts file: open it, say, change, review and remove facts, undo.

        Each call reads the file as it is, and a save is in it at once; see `pressgraph.edit.SourceEditor`.
        """
        from pressgraph.edit import SourceEditor

        return SourceEditor(self.editing, Path(path))

    def review(self, path: str | Path, by: str) -> Review:
        """Return the review of a YAML facts file by whom an id names: its proposals, to be kept or dropped.

        Raises PressgraphError for what is no id, and for a table or JSON Lines, in which an answer has no place.
        """
        from pressgraph.convert import is_stream
        from pressgraph.edit.review import Review

        if is_stream(Path(path)):
            reason = gettext(
                "tables and JSON Lines are edited where they come from; 'facts convert' makes YAML of them"
            )
            raise PressgraphError(reason)
        return Review(self.edit(path), by)

    def edit_in_browser(
        self,
        document: str | None = None,
        *,
        by: str | None = None,
        port: int = 0,
        browser: bool = True,
        language: str = "en",
        make: Callable[[Path, Setup], Workspace] | None = None,
        say: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """Edit in a browser of this machine, until Ctrl-C or an hour without a request.

        `document` is a facts file of the project, or a text that one is begun for. `by` is the id of who reviews.
        `make` makes a project where there is none. `say` is told of the file that lets a browser in.

        Raises PressgraphError for a document that cannot be read, or a port that is taken.
        """
        from pressgraph.edit.web.desk import Desk
        from pressgraph.edit.web.run import run
        from pressgraph.extras import extra

        with extra("serve"):
            import starlette  # noqa: F401 - says which extra is missing

        start = self._file_to_edit(document) if document is not None else ""

        def made(setup: Setup) -> tuple[Project, Profile]:
            assert make is not None  # noqa: S101 - narrows the type
            workspace = make(self.project.root, setup)
            desk.draft, desk.models = workspace.draft_into, workspace.models_for
            desk.name_reviewer = workspace.name_reviewer
            return workspace.project, workspace.profile

        desk = Desk(
            root=self.project.root,
            language=language if language.partition("-")[0] in {"en", "de"} else "en",
            session=self.editing if make is None else None,
            by=by or self._described_reviewer(),
            start=start,
            make_project=made if make is not None else None,
            draft=self.draft_into,
            models=self.models_for,
            name_reviewer=self.name_reviewer,
        )
        run(desk, port=port, browser=browser, say=say)

    def draft_into(self, path: Path, propose: str = RULES) -> Drafted:
        """Draft the facts of the text that a facts file names; what is in the file stays.

        Nothing is written before `Drafted.write`. Raises DataError for a file that names no text, and as `draft`.
        """
        release, offsets = self._named_text(path)
        return self.draft(release, propose=propose, output=path, offsets=offsets)

    def models_for(self, path: Path) -> tuple[tuple[str, Text], ...]:
        """Return the models that the user has set up, each with what it would be sent of the text of a facts file.

        A model to which the text is too long is left out. Raises PressgraphError for what is wrong in the user's
        configuration.
        """
        from pressgraph.drafting.settings import user_settings

        names = sorted(user_settings().models)
        found: list[tuple[str, Text]] = []
        for name in names:
            with contextlib.suppress(DataError):
                found.append((name, self.model_request(self._named_text(path)[0], name).told))
        return tuple(found)

    def _named_text(self, path: Path) -> tuple[ReleaseText, bool]:
        """Return the text that a facts file names, and whether its facts give evidence as offsets."""
        from pressgraph.drafting.release import ReleaseText

        opened = self.edit(path).open(checked=False)
        if opened.text is None:
            raise DataError(gettext("the file names no text"), place=Place(file=opened.name))
        day = opened.source.get("datePublished")
        release = ReleaseText(
            text=opened.text.text,
            title=opened.title,
            published=day if isinstance(day, str) else None,
            language=opened.language or None,
        )
        return release, not opened.in_words()

    def _described_reviewer(self) -> str:
        """Return who reviews by the user's configuration, if this project knows them."""
        reviewer = self.reviewer()
        return reviewer if reviewer is not None and self.is_described(reviewer) else ""

    def _file_to_edit(self, document: str) -> str:
        """Return the name of a facts file; for a text, one is begun."""
        path = Path(document)
        if path.resolve() in {it.resolve() for it in self.project.facts_files()}:
            return self.project.name_of(path.resolve())
        from pressgraph.drafting import begin, read_document

        begun = begin(read_document(document), self.project.root / "data")
        return self.project.name_of(begun.facts)
