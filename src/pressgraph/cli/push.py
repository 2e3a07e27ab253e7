"""The commands `push`, `pull` and `status`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import LONG, State, output_option, pass_state, write_output
from pressgraph.cli.failures import stopping
from pressgraph.cli.language import said
from pressgraph.cli.parameters import ENDPOINT
from pressgraph.i18n import gettext, joined, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.i18n import Text
    from pressgraph.remote.push import Plan

_endpoint = click.option(
    "--endpoint", metavar="NAME|URL", type=ENDPOINT, required=True, help="The store: a name of [endpoints]."
)
_check = click.option("--check", is_flag=True, help="Read every source back instead of trusting the store's manifest.")


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
    placed = _Placed(state)
    with stopping(lambda: gettext("\nstopped; {placed}", placed=placed.told)):
        plan = workspace.push(endpoint, dry_run=dry_run, check=check, jobs=jobs, progress=placed.counting)
    if dry_run:
        _list(
            (gettext("upload"), plan.uploaded),
            (gettext("replace"), plan.replaced),
            (gettext("delete"), plan.deleted),
            (gettext("sweep"), plan.staged),
        )
    state.say(_summary(plan, dry_run=dry_run))
    if plan.adapted:
        state.warn(
            ngettext(
                "{count} value stored in another form: the store does not keep the datatype "
                "(Virtuoso: xsd:duration becomes plain text)",
                "{count} values stored in another form: the store does not keep the datatype "
                "(Virtuoso: xsd:duration becomes plain text)",
                count=plan.adapted,
            )
        )
    state.say_unpublished(plan.withheld)
    state.warn_of_unknown_withheld()
    if not dry_run and not workspace.target(endpoint).unites:
        state.warn(
            gettext(
                "the store's default graph is not the union of its named graphs, which the saved "
                "queries expect (Oxigraph: start it with --union-default-graph)"
            )
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
    _list(
        (gettext("only here"), plan.uploaded),
        (gettext("differs"), plan.replaced),
        (gettext("only there"), plan.deleted),
    )
    if plan.last is not None:
        if plan.last.ended:
            outcome = gettext("ended {time}", time=plan.last.ended)
        else:
            outcome = gettext("was interrupted: push again")
        state.say(
            gettext(
                "last push: began {time}, {told} (pressgraph {version})",
                time=plan.last.started,
                told=outcome,
                version=plan.last.version,
            )
        )
    if plan.staged:
        state.say(gettext("{count} staging graphs left by an interrupted push: push again", count=len(plan.staged)))
    state.say(ngettext("{count} source the same", "{count} sources the same", count=plan.same))
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


def _summary(plan: Plan, *, dry_run: bool) -> Text:
    if not plan.changes:
        return ngettext(
            "nothing to send: {count} source unchanged", "nothing to send: {count} sources unchanged", count=plan.same
        )
    counts = {
        "uploaded": len(plan.uploaded),
        "replaced": len(plan.replaced),
        "deleted": len(plan.deleted),
        "same": plan.same,
        "triples": plan.triples,
    }
    if dry_run:
        return gettext(
            "{uploaded} sources to be uploaded, {replaced} to be replaced, {deleted} to be deleted, {same} unchanged; "
            "{triples} triples",
            **counts,
        )
    return gettext(
        "{uploaded} sources uploaded, {replaced} replaced, {deleted} deleted, {same} unchanged; {triples} triples",
        **counts,
    )


def _list(*groups: tuple[Text, Iterable[str]]) -> None:
    """Print names of sources, each after what there is to say of it."""
    from pressgraph.remote.sources import DATASET, TOGETHER

    shown = {
        TOGETHER: said(gettext("what follows from several sources")),
        DATASET: said(gettext("what is said of the dataset")),
    }
    for word, names in groups:
        for name in names:
            # no source is called so
            click.echo(f"{said(word)}\t{shown.get(name, name)}")


class _Placed:
    """How many sources are in their place."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.total: int | None = None
        self.done = 0

    @property
    def told(self) -> Text:
        """How many, in a sentence."""
        if self.total is None:
            return gettext("no source was sent")
        return gettext(
            "{count} of {total} sources are in their place; the same call goes on", count=self.done, total=self.total
        )

    @contextmanager
    def counting(self, total: int) -> Iterator[Callable[[int], None]]:
        """Count what is placed, and show rate and time left where there is much to send."""
        started = monotonic()
        self.total = total
        with self._state.bar(gettext("pushing"), worth=total >= LONG) as bar:

            def more(count: int) -> None:
                self.done += count
                rate = self.done / max(monotonic() - started, 1e-6)
                progress = gettext("{count:,} of {total:,} sources", count=self.done, total=total)
                bar.show(self.done, total, joined(" · ", (progress, f"{rate:,.0f}/s")))

            yield more
