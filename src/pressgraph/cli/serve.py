"""The command `serve`."""

from __future__ import annotations

import os

import click

from pressgraph.cli.common import State, pass_state


@click.command("serve")
@click.option("--host", metavar="HOST", help="Listen on this address.  [default: 127.0.0.1, or serve.host]")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Listen on this port; 0 takes a free one.  [default: 7019, or serve.port]",
)
@click.option("--writable", is_flag=True, help="Let who has the token in PRESSGRAPH_SERVE_TOKEN write.")
@pass_state
def command(state: State, host: str | None, port: int | None, *, writable: bool) -> None:
    """Put the built graph on the web: a SPARQL endpoint, and a page for every thing.

    It serves what 'build' published, and moves on when it publishes again. Facts that are marked as personal data are
    left out unless pressgraph.toml includes them. Limits stand in the section [serve] of pressgraph.toml.

    \b
    Example:
      pressgraph serve
      pressgraph serve --port 8080
    """
    from pressgraph.server.run import serve

    workspace = state.workspace
    settings = workspace.project.serve
    if not writable:
        workspace.check_built()
    serve(
        workspace.project,
        workspace.profile,
        workspace.saved_queries,
        host=host or settings.host,
        port=settings.port if port is None else port,
        writable=writable,
        token=os.environ.get("PRESSGRAPH_SERVE_TOKEN"),
        listening=lambda host, port: state.say(f"serving at http://{f'[{host}]' if ':' in host else host}:{port}/"),
    )
