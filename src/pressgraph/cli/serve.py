"""The command `serve`."""

from __future__ import annotations

import os

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.i18n import gettext


@click.command("serve")
@click.option(
    "--host",
    "hosts",
    metavar="HOST",
    multiple=True,
    help="Listen on this address, :: for all; may be given again.  [default: 127.0.0.1, or serve.host]",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Listen on this port; 0 takes a free one.  [default: 7019, or serve.port]",
)
@click.option("--unix", metavar="PATH", help="Listen on a Unix socket, and on no port unless --host is given.")
@click.option("--writable", is_flag=True, help="Let who has the token in PRESSGRAPH_SERVE_TOKEN write.")
@pass_state
def command(state: State, hosts: tuple[str, ...], port: int | None, unix: str | None, *, writable: bool) -> None:
    """Put the built graph on the web: a SPARQL endpoint, and a page for every thing.

    It serves what 'build' published, and moves on when it publishes again. Facts that are marked as personal data are
    left out unless pressgraph.toml includes them, and so are the things that 'withhold' names there.
    Limits stand in the section [serve] of pressgraph.toml.

    \b
    Example:
      pressgraph serve
      pressgraph serve --host :: --port 8080
    """
    state.warn_of_unknown_withheld()
    state.workspace.serve(
        hosts=hosts,
        port=port,
        unix=unix,
        writable=writable,
        token=os.environ.get("PRESSGRAPH_SERVE_TOKEN"),
        say=lambda addresses: state.say(gettext("serving at {addresses}", addresses=addresses)),
    )
