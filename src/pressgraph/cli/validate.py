"""The command `validate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, facts_argument, output_option, pass_state, write_output
from pressgraph.cli.language import UsageError
from pressgraph.cli.reports import FORMS, LIMITS, report_options
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pressgraph.validation import Report
    from pressgraph.validation.consumers import Ignored


@click.command("validate")
@facts_argument
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="The form of the report; by default the suffix of -o says it, else text.",
)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(LIMITS),
    default="violation",
    show_default=True,
    help="From which severity on the exit status is 1.",
)
@click.option("--technical", is_flag=True, help="Show shapes, paths, components and IRIs too.")
@click.option("--all", "every", is_flag=True, help="Show every place of a problem that stands in many.")
@click.option(
    "--changed",
    is_flag=True,
    help="Check only what the changes since the last build can affect; the report is that of the whole.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl+C.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "shacl", "pyshacl"]),
    default="auto",
    show_default=True,
    help="The SHACL engine: auto takes the compiled one where the shapes allow, pyshacl is the reference.",
)
@click.option("--profile", "consumer", metavar="NAME", help="What a search engine asks for, instead: google.")
@pass_state
def command(
    state: State,
    facts: tuple[Path, ...],
    form: str | None,
    output: Path | None,
    fail_on: str,
    engine: str,
    consumer: str | None,
    *,
    technical: bool,
    every: bool,
    changed: bool,
    watch: bool,
) -> None:
    """Check facts files, then the graph that they make.

    First the facts rules (keys, terms, dates, ids, evidence), then the SHACL shapes of the profile and the checks in
    queries/checks/. RDF files (.ttl, .nt, .jsonld, …) are checked by the shapes. None named means the project's facts
    files. Exit status 1 if something is wrong.

    \b
    Example:
      pressgraph validate
      pressgraph validate data/releases/new.yaml --lang de
      pressgraph validate --profile google
      pressgraph validate -f sarif -o report.sarif
    """
    from pressgraph.cli.failures import show as show_error
    from pressgraph.errors import PressgraphError
    from pressgraph.validation import Severity
    from pressgraph.validation.formats import report_format

    workspace = state.workspace
    if (changed or watch) and facts:
        raise UsageError(
            gettext("{option} is about the whole project: name no files", option="--changed" if changed else "--watch")
        )
    state.say_encodings(facts)
    if not facts:
        state.say_unread()
    written = report_format(form, output)
    options = report_options(workspace.project, state.language, output, technical=technical, every=every)

    def show(report: Report) -> None:
        state.say(gettext("SHACL engine: {engine}", engine=report.engine), level=1)
        write_output([written.write(report, options).encode()], output)
        state.say(report.summary(options.language))

    if consumer is not None:
        if changed or watch:
            raise UsageError(gettext("--profile checks facts files as they are: leave out --changed and --watch"))
        report, ignored = workspace.validate_for(consumer, facts, engine=engine)
        show(report)
        _say_ignored(state, consumer, ignored)
    elif watch:
        for outcome in workspace.watch(engine=engine):
            show_error(outcome) if isinstance(outcome, PressgraphError) else show(outcome)
            state.say(gettext("waiting for a file to be saved; Ctrl+C ends"))
        return
    else:
        report = workspace.validate_changed(engine=engine) if changed else workspace.validate(facts, engine=engine)
        show(report)
    sys.exit(0 if report.passes(Severity[fail_on.upper()]) else 1)


def _say_ignored(state: State, consumer: str, ignored: Iterable[Ignored]) -> None:
    """Say what a consumer makes nothing of."""
    id_base, shrink = state.workspace.project.id_base, state.workspace.profile.shrink
    for thing in ignored:
        sentence = gettext(
            "{subject}: ignored: {consumer} makes nothing of {words}",
            subject=shrink(thing.subject, id_base),
            consumer=consumer.title(),
            words=", ".join(sorted({shrink(iri, id_base) for iri in thing.properties})),
        )
        state.say(sentence)
