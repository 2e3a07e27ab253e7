"""The command `build`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.i18n import gettext, joined, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.build import BuildResult
    from pressgraph.validation import Report

_UNREVIEWED = "unreviewed-proposal"


@click.command("build")
@click.option("--full", is_flag=True, help="Convert every file, not only those that changed.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=0,
    help="Wait this long for another build.",
)
@pass_state
def command(state: State, *, full: bool, wait: float) -> None:
    """Convert what changed, validate the whole, and store it.

    The new graph takes the place of the old one in one step, and only if it conforms. Queries and exports read what
    the last build stored, in .pressgraph/.

    \b
    Example:
      pressgraph build
    """
    from pressgraph.build.build import RefusedError

    workspace = state.workspace
    state.say_encodings()
    state.say_unread()
    try:
        result = workspace.build(full=full, wait=wait, progress=state.progress(gettext("converting")))
    except RefusedError as error:
        report = _say_findings(state, error.report, error.unreported, partial(click.echo, err=True))
        state.say(report.summary(state.language))
        raise
    _say_result(state, result)


def _say_proposals(state: State, count: int) -> None:
    if count:
        state.say(
            ngettext(
                "{count} proposal is not published: nobody has reviewed it ('pressgraph review FILE')",
                "{count} proposals are not published: nobody has reviewed them ('pressgraph review FILE')",
                count=count,
            )
        )


def _say_findings(state: State, whole: Report, unreported: Report, say: Callable[[str], object]) -> Report:
    """Say what of a report is unreported, and how much else of it stands; return it without proposals."""
    report, proposals = whole.without_warnings(_UNREVIEWED)
    unreported, _ = unreported.without_warnings(_UNREVIEWED)
    for line in unreported.lines(language=state.language):
        say(line)
    count = len(report.results) + len(report.warnings) - len(report.allowed)
    count -= len(unreported.results) + len(unreported.warnings) - len(unreported.allowed)
    if count:
        state.say(
            ngettext(
                "{count} earlier warning or info still stands in other files ('pressgraph validate --changed')",
                "{count} earlier warnings and infos still stand in other files ('pressgraph validate --changed')",
                count=count,
            )
        )
    _say_proposals(state, proposals)
    return report


def _say_result(state: State, result: BuildResult) -> None:
    if result.anew:
        state.say(gettext("the last build was made by an earlier version of pressgraph: all files were converted anew"))
    _say_findings(state, result.report, result.unreported, state.say)
    state.warn_of_unknown_withheld()
    if state.workspace.project.require_reviewed:
        state.say(gettext("only facts that somebody has reviewed are published: 'require' in [publish]"))
    if not result.changed:
        state.say(
            ngettext(
                "nothing to convert: {count} file unchanged since the last build",
                "nothing to convert: {count} files unchanged since the last build",
                count=result.kept,
            )
        )
        return
    parts = [ngettext("converted {count} file", "converted {count} files", count=len(result.converted))]
    if result.removed:
        parts.append(ngettext("removed {count} file", "removed {count} files", count=len(result.removed)))
    if result.kept:
        parts.append(gettext("kept {count}", count=result.kept))
    state.say(
        gettext(
            "{parts}; {facts} facts, {triples} triples with the vocabularies, all conform",
            parts=joined(", ", parts),
            facts=result.facts,
            triples=result.triples,
        )
    )
    for name in result.converted:
        state.say(f"  {name}", level=1)
