"""The command `validate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, facts_argument, pass_state

if TYPE_CHECKING:
    from pathlib import Path


@click.command("validate")
@facts_argument
@click.option("--lang", metavar="TAG", help="The language of messages; by default the project's.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "shacl", "pyshacl"]),
    default="auto",
    show_default=True,
    help="The SHACL engine: auto takes the compiled one, pyshacl is the reference.",
)
@click.option("--profile", "consumer", metavar="NAME", help="What a search engine asks for, instead: google.")
@pass_state
def command(state: State, facts: tuple[Path, ...], lang: str | None, engine: str, consumer: str | None) -> None:
    """Check facts files, then the graph that they make.

    First the facts rules (keys, terms, dates, ids, evidence), then the SHACL shapes of the profile. RDF files (.ttl,
    .nt, .jsonld, …) are checked by the shapes. None named means the project's facts files. Exit status 1 if something
    is wrong.

    \b
    Example:
      pressgraph validate
      pressgraph validate data/releases/new.yaml --lang de
      pressgraph validate --profile google
    """
    if consumer is not None:
        sys.exit(_for_consumer(state, facts, consumer, engine, lang))
    report = state.workspace.validate(facts, engine=engine)
    for line in report.lines(language=lang or state.workspace.project.language):
        click.echo(line)
    state.say(report.summary())
    sys.exit(0 if report.conforms else 1)


def _for_consumer(state: State, facts: tuple[Path, ...], consumer: str, engine: str, lang: str | None) -> int:
    """Report what a consumer misses in facts, and what of them it makes nothing of."""
    workspace = state.workspace
    report, ignored = workspace.validate_for(consumer, facts, engine=engine)
    for line in report.lines(language=lang or workspace.project.language):
        click.echo(line)
    for it in ignored:
        shrink = workspace.profile.shrink
        words = ", ".join(sorted({shrink(iri, workspace.project.id_base) for iri in it.properties}))
        subject = shrink(it.subject, workspace.project.id_base)
        click.echo(f"{subject}: ignored: {consumer.title()} makes nothing of {words}")
    state.say(report.summary())
    return 0 if report.conforms else 1
