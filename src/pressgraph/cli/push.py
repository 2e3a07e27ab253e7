"""The commands `push`, `pull` and `status`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias

import click

from pressgraph.cli.common import State, output_option, pass_state, write_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pressgraph.remote.push import Plan

    Shown: TypeAlias = Callable[[int], AbstractContextManager[Callable[[int], None]]]

_endpoint = click.option("--endpoint", metavar="NAME|URL", required=True, help="The store: a name of [endpoints].")
_check = click.option("--check", is_flag=True, help="Read every source back instead of trusting the store's manifest.")
_FEW = 20
"""Sources that are sent before a progress bar is worth its place."""


@click.command("push")
@_endpoint
@click.option("--dry-run", is_flag=True, help="Show what would be uploaded, replaced and deleted.")
@_check
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 16), default=2, show_default=True, help="Requests under way at a time."
)
@pass_state
def command(state: State, endpoint: str, *, dry_run: bool, check: bool, jobs: int) -> None:
    """Bring a remote store up to date with the built graph, source by source.

    Only sources that changed are sent. Each is checked in staging graphs before it takes its place. Facts that are
    marked as personal data stay here unless pressgraph.toml includes them, and so do the things that 'withhold' names
    there. Credentials come from
    PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and PRESSGRAPH_ENDPOINT_PASSWORD, or the keyring.

    \b
    Example:
      pressgraph push --endpoint network --dry-run
      pressgraph push --endpoint http://127.0.0.1:7878/query
    """
    workspace = state.workspace
    placed = _Placed()
    try:
        plan = workspace.push(
            endpoint, dry_run=dry_run, check=check, jobs=jobs, progress=placed.counting(_progress(state))
        )
    except KeyboardInterrupt:
        click.echo(f"\nstopped; {placed}", err=True)
        sys.exit(130)
    if dry_run:
        for word, names in (("upload", plan.uploaded), ("replace", plan.replaced), ("delete", plan.deleted)):
            for name in names:
                click.echo(f"{word}\t{name}")
        for graph in plan.staged:
            click.echo(f"sweep\t{graph}")
    state.say(_summary(plan, "to be " if dry_run else ""))
    if plan.adapted:
        state.say(
            f"warning: {plan.adapted} value{'s' if plan.adapted != 1 else ''} stored in another form: the store "
            "does not keep the datatype (Virtuoso: xsd:duration becomes plain text)"
        )
    state.say_unpublished(plan.withheld)
    state.warn_of_unknown_withheld()
    if not dry_run and not workspace.target(endpoint).unites:
        state.say(
            "warning: the store's default graph is not the union of its named graphs, which the saved queries expect "
            "(Oxigraph: start it with --union-default-graph)"
        )


@click.command("status")
@_endpoint
@_check
@pass_state
def status(state: State, endpoint: str, *, check: bool) -> None:
    """Compare the built graph with a remote store, source by source; exit 1 where they differ.

    \b
    Example:
      pressgraph status --endpoint network
      pressgraph status --endpoint network --check
    """
    plan = state.workspace.push(endpoint, dry_run=True, check=check)
    for word, names in (("only here", plan.uploaded), ("differs", plan.replaced), ("only there", plan.deleted)):
        for name in names:
            click.echo(f"{word}\t{name}")
    if plan.last is not None:
        ended = f"ended {plan.last.ended}" if plan.last.ended else "was interrupted: push again"
        state.say(f"last push: began {plan.last.started}, {ended} (pressgraph {plan.last.version})")
    if plan.staged:
        state.say(f"{len(plan.staged)} staging graphs left by an interrupted push: push again")
    state.say(f"{plan.same} source{'s' if plan.same != 1 else ''} the same")
    if plan.changes:
        sys.exit(1)


@click.command("pull")
@_endpoint
@output_option
@pass_state
def pull(state: State, endpoint: str, output: Path | None) -> None:
    """Bring the graphs of a remote store back, as N-Quads: facts and receipts as `build` published them.

    \b
    Example:
      pressgraph pull --endpoint network -o network.nq
    """
    write_output(state.workspace.pull(endpoint), output)


def _summary(plan: Plan, about: str) -> str:
    if not plan.changes:
        return f"nothing to send: {plan.same} source{'s' if plan.same != 1 else ''} unchanged"
    return (
        f"{len(plan.uploaded)} sources {about}uploaded, {len(plan.replaced)} {about}replaced, "
        f"{len(plan.deleted)} {about}deleted, {plan.same} unchanged; {plan.triples} triples"
    )


class _Placed:
    """How many sources are in their place."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.done = 0

    def __str__(self) -> str:
        if self.total is None:
            return "no source was sent"
        return f"{self.done} of {self.total} sources are in their place; the same call goes on"

    def counting(self, shown: Shown) -> Shown:
        """Return a progress that counts what is told to another."""
        from contextlib import contextmanager

        @contextmanager
        def show(total: int) -> Iterator[Callable[[int], None]]:
            self.total = total
            with shown(total) as tell:

                def more(count: int) -> None:
                    self.done += count
                    tell(count)

                yield more

        return show


def _progress(state: State) -> Shown:
    """Show rate and time left on a terminal, where there is much to send."""
    from contextlib import contextmanager

    @contextmanager
    def show(total: int) -> Iterator[Callable[[int], None]]:
        if total < _FEW or state.verbosity < 0 or not sys.stderr.isatty():
            yield lambda _: None
            return
        from time import monotonic

        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("sources{task.fields[rate]}"), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("pushing", total=total, rate="")
            started = monotonic()
            done = 0

            def more(count: int) -> None:
                nonlocal done
                done += count
                rate = done / max(monotonic() - started, 1e-6)
                bar.update(task, completed=done, rate=f" · {rate:,.0f}/s")

            yield more

    return show
