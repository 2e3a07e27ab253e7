"""The command `evidence`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, draw_table, pass_state, write_output
from pressgraph.cli.parameters import ID
from pressgraph.i18n import gettext, ngettext

if TYPE_CHECKING:
    from pressgraph.convert.evidence import FactWithEvidence


@click.command("evidence")
@click.argument("what", metavar="FILE|ID", type=ID)
@click.option("--personal", is_flag=True, help="Show facts with personal data too.")
@pass_state
def command(state: State, what: str, *, personal: bool) -> None:
    """Show facts beside the words that say them: those of a FILE, or what the project says of one thing.

    The words come from the text that the source names ('file'). Without it, the numbers of the characters are shown.

    \b
    Example:
      pressgraph evidence data/releases/2026-01-15-gold-label.yaml
      pressgraph evidence agent/kuestenlicht
    """
    path = Path(what)
    facts = state.workspace.evidence(path if what == "-" or path.is_file() else what)
    shown = [it for it in facts if personal or not it.personal]
    names = (gettext("fact"), gettext("says"), gettext("read from"))
    write_output([draw_table(names, [(it.id, _says(it), _read_from(it)) for it in shown])], None)
    if hidden := len(facts) - len(shown):
        state.say(
            ngettext(
                "{count} fact with personal data is not shown; --personal shows it",
                "{count} facts with personal data are not shown; --personal shows them",
                count=hidden,
            )
        )


def _says(fact: FactWithEvidence) -> str:
    said = "; ".join(f"{key}: {value}" for key, value in fact.says)
    return said if fact.status == "stated" else f"{said} ({fact.status})"


def _read_from(fact: FactWithEvidence) -> str:
    return " / ".join(
        gettext("characters {start}–{end}", start=it.span[0], end=it.span[1])
        if it.words is None
        else gettext("line {line}: {words}", line=it.line, words=it.words)
        for it in fact.passages
    )
