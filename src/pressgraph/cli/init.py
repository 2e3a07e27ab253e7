"""The command `init`."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.i18n import gettext


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base", metavar="IRI", help="The IRI below which your things are named; it ends in '/'.")
@pass_state
def command(state: State, folder: Path, base: str | None) -> None:
    """Make a new project that builds at once.

    Writes a configuration with comments, a sample release, a sample query and the schema with which editors complete
    facts files. Existing files are never overwritten.

    \b
    Example:
      pressgraph init news --base https://data.example.org/
    """
    from pressgraph.scaffold import create_project

    written = create_project(folder, base=base, language=state.language)
    for path in written:
        state.say(gettext("wrote {path}", path=path))
    state.say(gettext("\nnext:"))
    if folder.resolve() != Path.cwd():
        state.say(f"  cd {shlex.quote(str(folder))}")
    program = _program()
    state.say(f"  {program} build\n  {program} query labels-valid-on -p date=2026-06-01")
    state.say(gettext("to draft the facts of a text of your own:"))
    state.say(f"  {program} draft FILE")


def _program() -> str:
    """Return what calls this program from a shell here: its name where that is found, else its path."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m pressgraph"
    path = shutil.which("pressgraph")
    if called.name != "pressgraph" or (path is not None and Path(path).resolve() == called.resolve()):
        return "pressgraph"
    return shlex.quote(str(called.absolute()))
