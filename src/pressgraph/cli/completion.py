"""The command `completion`."""

from __future__ import annotations

import click

from pressgraph.cli.language import UsageError
from pressgraph.i18n import gettext


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete commands, options and query names.

    \b
    Example:
      pressgraph completion bash > ~/.local/share/bash-completion/completions/pressgraph
      pressgraph completion zsh > ~/.zfunc/_pressgraph
    """
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:
        raise UsageError(gettext("no completion for {shell}", shell=shell))
    root = context.find_root().command
    click.echo(completion(root, {}, "pressgraph", "_PRESSGRAPH_COMPLETE").source())
