"""The command `convert`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, facts_argument, output_option, pass_state, write_output

if TYPE_CHECKING:
    from pathlib import Path


@click.command("convert")
@facts_argument
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    help="nquads (default), trig, turtle, jsonld, ntriples or rdfxml.",
)
@output_option
@pass_state
def command(state: State, facts: tuple[Path, ...], form: str | None, output: Path | None) -> None:
    """Turn facts files into RDF, without storing anything.

    Takes YAML and JSON Lines (.jsonl); none named means the project's. N-Quads and TriG keep one named graph for each
    fact and the receipts; the other formats write the union of the facts.

    \b
    Example:
      pressgraph convert data/releases/2019-01-01-biosaxony-silver-label.yaml -f nquads
      pressgraph convert facts.jsonl -o facts.nq
    """
    from pressgraph.dataset import serialization

    known = serialization(form, path=output, default="nquads")
    workspace = state.workspace
    if known.name == "nquads":
        write_output(workspace.convert(facts), output)
    else:
        write_output([workspace.convert_to(known, facts)], output)
