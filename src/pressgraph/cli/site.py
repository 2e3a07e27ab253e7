"""The command `site`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state
from pressgraph.cli.language import said
from pressgraph.cli.parameters import DAY, WebAddress
from pressgraph.i18n import gettext, ngettext, some_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_FEW = 5


@click.command("site")
@click.argument("out", metavar="[OUT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--url",
    metavar="URL",
    type=WebAddress(),
    help="The address that OUT is published at.  [default: publish.url, else the project's base]",
)
@click.option(
    "--date",
    "day",
    metavar="DAY",
    type=DAY,
    help="Make it for this day, such as 2026-11-26: which labels are valid, which run out.  [default: today]",
)
@click.option(
    "--check",
    "target",
    metavar="DIR|URL",
    help="Write nothing: ask a site, in a folder or at an address, for every page in every form.",
)
@pass_state
def command(state: State, out: Path | None, *, url: str | None, day: date | None, target: str | None) -> None:
    """Write the built graph as a folder of files for any web host.

    OUT gets a page for every thing in each language, its data beside it as Turtle and JSON-LD, the graph as a whole,
    and rules for web servers in hosts/. Run again, it writes what has changed, and removes what is no longer published.
    Files in OUT that it has not made are never touched. What 'withhold' names in pressgraph.toml, and personal data
    that it does not include, is in no file.

    \b
    Example:
      pressgraph site public --url https://data.example.org/
      rsync -a --delete public/ www.example.org:/var/www/data/
      pressgraph site --check https://data.example.org/
    """
    if (out is None) == (target is None):
        raise click.UsageError(said(gettext("Name the folder to write, or a site to --check.")))
    if out is None:
        _check(state, target or "")
        return
    state.warn_of_unknown_withheld()
    with state.bar(gettext("drawing")) as bar:
        made = state.workspace.site(out, url=url, day=day, progress=bar.show)
    for sentence, hint in made.warnings:
        state.warn(sentence, hint=hint)
    if made.kept:
        _warn_of_kept(state, made.kept)
    counted = ngettext("{count} page", "{count} pages", count=made.pages)
    state.say(
        gettext(
            "{folder}: {pages}, {files} files; {written} written, {removed} removed",
            folder=out,
            pages=counted,
            files=f"{made.files:,}",
            written=f"{made.written:,}",
            removed=f"{len(made.removed):,}",
        )
    )


def _check(state: State, target: str) -> None:
    from pressgraph.site.check import check_site

    with state.bar(gettext("asking")) as bar:
        asked, found = check_site(target if "://" in target else Path(target), progress=bar.show)
    for it in found:
        click.echo(f"{it.address}\t{it.accept}\t{it.reason}")
    counted = ngettext("{count} address", "{count} addresses", count=asked)
    state.say(
        gettext("asked {addresses}; {failed} do not resolve", addresses=counted, failed=f"{len(found):,}")
        if found
        else gettext("asked {addresses}; all resolve", addresses=counted)
    )
    if found:
        raise click.exceptions.Exit(1)


def _warn_of_kept(state: State, names: Sequence[str]) -> None:
    from pressgraph.errors import shown_name

    shown = some_of([shown_name(it) for it in names], _FEW)
    state.warn(
        ngettext(
            "{names} was not made by this command and stays as it is",
            "{names} were not made by this command and stay as they are",
            count=len(names),
            names=shown,
        ),
        hint=gettext("take it away, or name a folder that is for the site alone"),
    )
