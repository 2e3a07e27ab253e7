"""Show errors in one place: one line that says where and what to do, never a traceback unless asked for."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from pressgraph import interrupts
from pressgraph.errors import FactsError, PressgraphError, shown_name


class Group(click.Group):
    """A command group whose errors end as one line on stderr and the exit status of their kind."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; for an unknown one, fail with the nearest name."""
        found = super().get_command(ctx, cmd_name)
        if found is None and not cmd_name.startswith("-"):
            from pressgraph.spelling import nearest

            close = nearest(cmd_name, self.list_commands(ctx))
            hint = f" Did you mean '{close}'?" if close is not None else ""
            ctx.fail(f"There is no command '{cmd_name}'.{hint}")
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn what it raises into a message and a status."""
        try:
            with interrupts.raised():
                return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except KeyboardInterrupt:
            click.echo(interrupts.MESSAGE, err=True)
            sys.exit(interrupts.STATUS)
        except Exception as error:
            state = ctx.obj
            if state is not None and state.debug:
                raise
            sys.exit(show(error))


def show(error: Exception) -> int:
    """Print an error and return its exit status."""
    if isinstance(error, FactsError):
        for problem in error.problems:
            hint = f" ({problem.hint})" if problem.hint else ""
            line = f"{problem.place}: {_word('error')} {problem.message}{hint} [{problem.rule}]"
            click.echo(line, err=True)
        count = len(error.problems)
        click.echo(f"{count} problem{'s' if count != 1 else ''} in the facts", err=True)
        return error.exit_status
    if isinstance(error, PressgraphError):
        where = f"{error.place}: " if error.place else ""
        click.echo(f"{where}{_word('error')} {error.reason}", err=True)
        if error.hint:
            click.echo(f"  {error.hint}", err=True)
        return error.exit_status
    if isinstance(error, OSError):
        name = f"{shown_name(os.fsdecode(error.filename))}: " if error.filename else ""
        click.echo(f"{name}{_word('error')} {error.strerror or error}", err=True)
        return 2
    click.echo(
        f"{_word('error')} unexpected: {type(error).__name__}: {error}\n"
        "  this is a mistake in pressgraph; run it again with --debug, and report what it prints",
        err=True,
    )
    return 2


def _word(word: str) -> str:
    # click leaves colours out where stderr is no terminal, but does not know https://no-color.org
    return f"{word}:" if os.environ.get("NO_COLOR") else click.style(f"{word}:", fg="red", bold=True)
