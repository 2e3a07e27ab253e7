"""The command `edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.cli.language import said
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from pathlib import Path

    from pressgraph.edit.web.desk import Setup
    from pressgraph.workspace import Workspace


@click.command("edit")
@click.argument("document", metavar="[FILE|TEXT]", required=False)
@click.option("--by", metavar="ID", help="Who reviews: the id of a person or an organisation; else it is asked.")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=0,
    help="Listen on this port; by default a free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser: name the file that lets one in.")
@pass_state
def command(state: State, document: str | None, *, by: str | None, port: int, no_browser: bool) -> None:
    """Say and review facts in the browser, beside the text that they are read from.

    FILE is a facts file of the project, TEXT a document that facts are to be read from: plain, HTML, PDF, DOCX or an
    e-mail, which begins a facts file as 'new' does. In a folder without a project it offers to make one.

    The pages are for this machine and the browser that is opened alone. It ends with Ctrl-C, or after an hour in which
    nobody has used it.

    \b
    Example:
      pressgraph edit
      pressgraph edit data/releases/2026-01-15-gold-label.yaml
    """
    from pressgraph.project.model import CONFIG_NAME
    from pressgraph.workspace import open_workspace

    def make(folder: Path, setup: Setup) -> Workspace:
        from pressgraph.scaffold import create_project

        create_project(folder, base=setup.base, language=setup.language, title=setup.title, sample=False)
        return open_workspace(folder)

    workspace = state.workspace
    root = workspace.project.root
    begun = (root / CONFIG_NAME).is_file() or document is not None or workspace.project.facts_names()

    def say(page: Path) -> None:
        state.say(gettext("the editor is open; if your browser is not, open {page} with it", page=page.as_uri()))
        state.say(gettext("Ctrl-C ends it"))

    workspace.edit_in_browser(
        document,
        by=by,
        port=port,
        browser=not no_browser,
        language=state.language,
        make=None if begun else make,
        say=say,
    )
    state.say(said(gettext("the editor has ended")))
