"""The command `review`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.cli.language import said
from pressgraph.i18n import gettext, ngettext

if TYPE_CHECKING:
    from pressgraph.facts.review import Proposal


@click.command("review")
@click.argument("facts", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", metavar="ID", required=True, help="Who reviews: the id of a person or an organisation.")
@pass_state
def command(state: State, facts: Path, by: str) -> None:
    """Review the facts of a FILE that a program proposed, one by one, each with the words that say it.

    Keep writes 'reviewedBy' and 'reviewedOn' to the fact, drop removes it, edit opens the file in your editor, skip
    goes on, quit ends. Each answer is in the file at once: whoever comes back goes on where it was.

    \b
    Example:
      pressgraph review data/releases/draft.yaml --by agent/ida-lindqvist
    """
    review = state.workspace.review(facts, by)
    skipped = 0
    while pending := review.pending()[skipped:]:
        click.echo(_shown(pending[0], len(pending)))
        answer = click.prompt(
            said(gettext("keep, drop, edit, skip or quit")), type=click.Choice(["k", "d", "e", "s", "q"]), default="k"
        )
        match answer:
            case "k":
                review.keep(pending[0])
            case "d":
                review.drop(pending[0])
            case "e":
                click.edit(filename=str(facts))
            case "s":
                skipped += 1
            case _:
                break
    left = len(review.pending())
    state.say(
        ngettext("{count} proposal is left to review", "{count} proposals are left to review", count=left)
        if left
        else gettext("all is reviewed")
    )


def _shown(proposal: Proposal, left: int) -> str:
    fact = proposal.fact
    by = gettext("proposed by {name}", name=fact.receipt.proposed_by)
    lines = [f"\n{fact.place}  ({said(by)}, {said(gettext('{count} left', count=left))})", f"  {fact.body['id']}"]
    lines += [f"    {key}: {value}" for key, value in proposal.says]
    lines += [f"  | {line}: {' '.join(words.split())}" for line, words in proposal.passages]
    return "\n".join(lines)
