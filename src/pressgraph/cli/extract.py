"""The command `extract`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.common import State, output_option, pass_state, write_output
from pressgraph.cli.language import UsageError, said
from pressgraph.cli.parameters import PAGE_FORMAT
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pressgraph.embed import Extracted
    from pressgraph.workspace import Workspace

_FACTS = ("facts", "yaml", "yml")


@click.command("extract")
@click.argument("pages", nargs=-1, required=True, metavar="PAGE...")
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    type=PAGE_FORMAT,
    help="facts (YAML, the default), turtle, jsonld or nquads.",
)
@click.option("--base", metavar="URL", help="The page's address: relative ids count from it.")
@click.option("--max-bytes", type=click.IntRange(min=1), default=10_000_000, show_default=True, help="Of a URL.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="Seconds, for a URL.")
@click.option("--allow-private", is_flag=True, help="Fetch from addresses that are not of the public internet, too.")
@output_option
@pass_state
def command(
    state: State,
    pages: tuple[str, ...],
    form: str | None,
    base: str | None,
    max_bytes: int,
    timeout: float,
    *,
    allow_private: bool,
    output: Path | None,
) -> None:
    """Read the structured data (JSON-LD) that web pages carry.

    PAGE is a file, - for stdin, or an http(s) URL, which is the only thing that is fetched. As facts, one page becomes
    the draft of a facts file: keys of the profile where they match, the rest in comments. A block that cannot be read
    is reported by line and column; the others are read. Exit status 1 if there was such a block, or none at all; 2 if a
    page cannot be had.

    \b
    Example:
      pressgraph extract page.html -o data/releases/draft.yaml
      pressgraph extract https://www.example.org/news/1 -f turtle
    """
    from pressgraph.dataset import serialization
    from pressgraph.embed.addresses import is_address

    workspace = state.workspace
    if base is not None and not is_address(base):
        raise UsageError(
            gettext(
                "--base: '{base}' is not an address; write it in full, such as https://www.example.org/.", base=base
            )
        )
    as_facts = form in _FACTS if form else output is None or output.suffix.lower() in {"", ".yaml", ".yml"}
    syntax = None if as_facts else serialization(form, path=output)
    if as_facts and len(pages) > 1:
        raise UsageError(gettext("A facts file has one source: name one page, or another format with -f."))
    options = {"base": base, "limit": max_bytes, "timeout": timeout, "private": allow_private}
    read, status = _read(workspace, pages, options)
    if len(read) < len(pages) > 1:
        state.say(
            gettext(
                "{count} pages: {read} read, {lost} not", count=len(pages), read=len(read), lost=len(pages) - len(read)
            )
        )
    if not read:
        sys.exit(status)
    if syntax is None:
        if not read[0].quads:
            sys.exit(1)
        write_output([workspace.draft(read[0], name=pages[0]).encode()], output)
    else:
        write_output([workspace.write_extracted(read, syntax)], output)
    sys.exit(status)


def _read(workspace: Workspace, pages: Iterable[str], options: dict[str, Any]) -> tuple[list[Extracted], int]:
    """Read pages, and say what is wrong with them; return also the exit status that this makes."""
    from pressgraph.cli.failures import show
    from pressgraph.errors import PageError, Place, PressgraphError

    read: list[Extracted] = []
    status = 0
    for page in pages:
        try:
            if page == "-":
                extracted = workspace.extract(sys.stdin.buffer.read(), base=options["base"])
            else:
                extracted = workspace.extract_page(page, **options)
        except (PressgraphError, OSError) as error:
            if isinstance(error, PageError):
                error.place = Place(file=page)
            # the others are read all the same
            status = max(status, show(error))
            continue
        status = max(status, _say_problems(page, extracted))
        read.append(extracted)
    return read, status


def _say_problems(page: str, extracted: Extracted) -> int:
    """Say what is wrong with a page's blocks; return the exit status that this makes."""
    for problem in extracted.problems:
        word = said(gettext("error") if problem.fatal else gettext("warning"))
        click.echo(f"{page}:{problem.line}:{problem.column}: {word}: {said(problem.reason)}", err=True)
    if not extracted.blocks:
        click.echo(f"{page}: {said(gettext('error'))}: {said(gettext('the page carries no JSON-LD'))}", err=True)
    return 1 if not extracted.blocks or any(problem.fatal for problem in extracted.problems) else 0
