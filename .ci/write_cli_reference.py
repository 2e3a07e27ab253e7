"""Write docs/cli.md, the reference of the command line, from the commands' own help.

python .ci/write_cli_reference.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
_WIDTH = 100


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Yield a command and those below it, sorted."""
    settings = {**command.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None  # noqa: S101 - it was listed
            yield from commands(found, each, context)


def text() -> str:
    """Return the reference as Markdown."""
    lines = [
        "# Command line",
        "",
        "What `pressgraph COMMAND --help` says, for every command. `make cli-reference` writes this page.",
        "",
    ]
    for context in commands(main, "pressgraph"):
        lines += [f"## {context.command_path}", "", "```text", context.get_help(), "```", ""]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
