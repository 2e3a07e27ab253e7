"""The command `export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, output_option, pass_state, write_output
from pressgraph.cli.parameters import FORMAT, ID, Depth
from pressgraph.i18n import gettext
from pressgraph.rdf import STATUSES

if TYPE_CHECKING:
    from pathlib import Path

DEPTH = 2


@click.command("export")
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    type=FORMAT,
    help="turtle (default), jsonld, ntriples, nquads, trig or rdfxml.",
)
@click.option("--about", metavar="ID", type=ID, help="Only the description of this thing, such as agent/biosaxony.")
@click.option(
    "--depth",
    metavar="N",
    type=Depth(),
    default=str(DEPTH),
    show_default=True,
    help="With --about: follow this many links, or 'all'.",
)
@click.option(
    "--with-evidence",
    "evidence",
    is_flag=True,
    help="Add the receipts: source, characters, status of each fact.",
)
@click.option("--derived/--no-derived", default=True, help="Write what follows from the facts too, or the facts alone.")
@click.option(
    "--status",
    "statuses",
    metavar="STATUS",
    multiple=True,
    type=click.Choice(STATUSES),
    help="Only facts of this status, and what follows from such facts alone: stated, normalised, implied or assumed.",
)
@output_option
@pass_state
def command(
    state: State,
    form: str | None,
    about: str | None,
    depth: int | None,
    *,
    evidence: bool,
    derived: bool,
    statuses: tuple[str, ...],
    output: Path | None,
) -> None:
    """Write the built graph as RDF.

    The same facts give the same bytes. Facts that are marked as personal data are left out unless pressgraph.toml
    includes them, and so are the things that 'withhold' names there.

    \b
    Example:
      pressgraph export -o graph.ttl
      pressgraph export -f jsonld --about agent/biosaxony
    """
    from pressgraph.dataset import serialization
    from pressgraph.errors import PressgraphError
    from pressgraph.export import export

    syntax = serialization(form, path=output, default="trig" if evidence else "turtle")
    if evidence and not syntax.keeps_graphs:
        raise PressgraphError(
            gettext("{name} cannot say which fact a receipt belongs to", name=syntax.name),
            hint=gettext("use -f trig, nquads or jsonld"),
        )
    selection = state.workspace.select(
        about=about, depth=depth, evidence=evidence, derived=derived, statuses=statuses or None
    )
    write_output([export(selection, syntax)], output)
    state.say_unpublished(selection.withheld, level=0 if output else 1)
    state.warn_of_unknown_withheld()
