"""The commands `push`, `pull` and `status`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.common import State, output_option, pass_state, write_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pressgraph.publish.push import Plan

_endpoint = click.option("--endpoint", metavar="NAME|URL", required=True, help="The store: a name of [endpoints].")


@click.command("push")
@_endpoint
@click.option("--dry-run", is_flag=True, help="Show what would be uploaded, replaced and deleted.")
@pass_state
def command(state: State, endpoint: str, *, dry_run: bool) -> None:
    """Bring a remote store up to date with the built graph, source by source.

    Only sources that changed are sent. Each is checked in a staging graph before it takes its place. Facts that are
    marked as personal data stay here unless pressgraph.toml includes them. Credentials come from
    PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and PRESSGRAPH_ENDPOINT_PASSWORD, or the keyring.

    \b
    Example:
      pressgraph push --endpoint network --dry-run
      pressgraph push --endpoint http://127.0.0.1:7878/query
    """
    workspace = state.workspace
    plan = workspace.push(endpoint, dry_run=dry_run, progress=_progress(state))
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
    if plan.withheld:
        state.say(f"withheld {plan.withheld} fact{'s' if plan.withheld != 1 else ''} with personal data")


@click.command("status")
@_endpoint
@pass_state
def status(state: State, endpoint: str) -> None:
    """Compare the built graph with a remote store, source by source; exit 1 where they differ.

    \b
    Example:
      pressgraph status --endpoint network
    """
    plan = state.workspace.push(endpoint, dry_run=True)
    for word, names in (("only here", plan.uploaded), ("differs", plan.replaced), ("only there", plan.deleted)):
        for name in names:
            click.echo(f"{word}\t{name}")
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
    """Bring the graphs of a remote store back, as N-Quads: one graph for each source.

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


def _progress(state: State) -> Callable[[list[str]], Iterable[str]]:
    wrap: Any = state.progress("pushing")
    found: Callable[[list[str]], Iterable[str]] = wrap
    return found
