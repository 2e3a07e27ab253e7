"""The command `rule`."""

from __future__ import annotations

import click

from pressgraph.cli.common import State, draw_table, pass_state, write_output
from pressgraph.cli.parameters import RULE
from pressgraph.i18n import gettext


@click.command("rule")
@click.argument("rule_id", required=False, metavar="[ID]", type=RULE)
@pass_state
def command(state: State, rule_id: str | None) -> None:
    """Explain a rule by the id that reports show in brackets, with a wrong and a right example.

    None named lists the rules.

    \b
    Example:
      pressgraph rule unknown-key
      pressgraph rule AwardedLabel-heldBy-minCount --lang de
    """
    from pressgraph.languages import choose
    from pressgraph.validation.explain.rule_pages import as_text
    from pressgraph.validation.explain.rules import explain, explanations

    workspace = state.workspace
    language = state.language
    if rule_id is None:
        rules = explanations(workspace.project, workspace.profile)
        rows = [(name, it.severity.word, choose(it.messages, language) or "") for name, it in sorted(rules.items())]
        write_output([draw_table((gettext("rule"), gettext("severity"), gettext("says")), rows)], None)
        return
    # as a report shows it
    rule = explain(rule_id.strip("[]"), workspace.project, workspace.profile)
    write_output([as_text(rule, language).encode()], None)
