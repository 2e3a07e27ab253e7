"""Show errors in one place: one line that says where and what to do, never a traceback unless asked for."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pressgraph import interrupts
from pressgraph.cli.language import said, speaking, translated
from pressgraph.errors import FactsError, PressgraphError, shown_name
from pressgraph.i18n import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Group(click.Group):
    """A command group whose errors end as one line on stderr and the exit status of their kind."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; for an unknown one, fail with the nearest name."""
        command = super().get_command(ctx, cmd_name)
        if command is None and not cmd_name.startswith("-"):
            from pressgraph.spelling import nearest

            close = nearest(cmd_name, self.list_commands(ctx))
            if close is not None:
                ctx.fail(
                    said(gettext("There is no command '{name}'. Did you mean '{close}'?", name=cmd_name, close=close))
                )
            ctx.fail(said(gettext("There is no command '{name}'.", name=cmd_name)))
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        """Run the program in the language that was asked for."""
        args = sys.argv[1:] if args is None else list(args)
        with speaking(args):
            return click.Group.main(translated(self), args, *rest, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn what it raises into a message and a status."""
        try:
            with stopping(lambda: gettext("\nstopped; nothing was left half-written")), interrupts.raised():
                return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:
            state = ctx.obj
            if state is not None and state.debug:
                raise
            sys.exit(show(error))


@contextmanager
def stopping(sentence: Callable[[], str]) -> Iterator[None]:
    """Say something else where Ctrl-C stops what is done inside."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(said(sentence()), err=True)
        sys.exit(interrupts.STATUS)


def show(error: Exception) -> int:
    """Print an error and return its exit status."""
    word = _error()
    if isinstance(error, FactsError):
        for problem in error.problems:
            hint = f" ({said(problem.hint)})" if problem.hint else ""
            click.echo(f"{problem.place}: {word} {said(problem.message)}{hint} [{problem.rule}]", err=True)
        count = len(error.problems)
        sentence = ngettext("{count} problem in the facts", "{count} problems in the facts", count=count)
        click.echo(said(sentence), err=True)
        return error.exit_status
    if isinstance(error, PressgraphError):
        where = f"{error.place}: " if error.place else ""
        click.echo(f"{where}{word} {said(error.reason)}", err=True)
        if error.hint:
            click.echo(f"  {said(error.hint)}", err=True)
        return error.exit_status
    if isinstance(error, OSError):
        name = f"{shown_name(os.fsdecode(error.filename))}: " if error.filename else ""
        click.echo(f"{name}{word} {error.strerror or error}", err=True)
        return 2
    unexpected = gettext("unexpected: {kind}: {text}", kind=type(error).__name__, text=error)
    report = gettext("this is a mistake in pressgraph; run it again with --debug, and report what it prints")
    click.echo(f"{word} {said(unexpected)}\n  {said(report)}", err=True)
    return 2


def _error() -> str:
    word = f"{said(gettext('error'))}:"
    # click leaves colours out where stderr is no terminal, but does not know https://no-color.org
    return word if os.environ.get("NO_COLOR") else click.style(word, fg="red", bold=True)
