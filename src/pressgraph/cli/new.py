"""The command `new`."""

from __future__ import annotations

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.i18n import gettext


@click.command("new")
@click.argument("document", metavar="FILE|URL|-")
@click.option("--name", help="Call the files so; by default after the day and the headline.")
@click.option("--allow-private", is_flag=True, help="Fetch addresses that are not of the public internet, too.")
@pass_state
def command(state: State, document: str, *, name: str | None, allow_private: bool) -> None:
    """Begin a facts file for a text: plain, HTML, PDF, DOCX or an e-mail.

    Writes the text to data/texts/NAME.txt, as characters that evidence counts in, and to data/releases/NAME.yaml the
    source block that names it: headline, day, language, hash. The facts are yours to type; evidence may be words of the
    text. Existing files are never overwritten.

    \b
    Example:
      pressgraph new release.docx
      pressgraph new https://www.example.org/news/1 --name gold-label
    """
    begun = state.workspace.begin(document, name=name, allow_private=allow_private)
    for note in begun.notes:
        state.warn(note)
    for path in (begun.text, begun.facts):
        state.say(gettext("wrote {path}", path=path))
