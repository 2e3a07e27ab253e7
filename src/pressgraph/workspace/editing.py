"""What a workspace does to edit facts files, one fact at a time."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.edit import EditSession, SourceEditor
    from pressgraph.edit.web.desk import Setup
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.workspace import Workspace


class Editing(Opened):
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
        return self.editing.source(Path(path))

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
            return workspace.project, workspace.profile

        desk = Desk(
            root=self.project.root,
            language=language if language.partition("-")[0] in {"en", "de"} else "en",
            session=self.editing if make is None else None,
            by=by or "",
            start=start,
            make_project=made if make is not None else None,
        )
        run(desk, port=port, browser=browser, say=say)

    def _file_to_edit(self, document: str) -> str:
        """Return the name of a facts file; for a text, one is begun."""
        path = Path(document)
        if path.resolve() in {it.resolve() for it in self.project.facts_files()}:
            return self.project.name_of(path.resolve())
        from pressgraph.drafting import begin, read_document

        begun = begin(read_document(document), self.project.root / "data")
        return self.project.name_of(begun.facts)
