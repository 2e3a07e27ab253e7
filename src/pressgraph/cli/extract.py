"""The command `extract`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

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
    the draft of a facts file: keys of the profile where they match, the rest in comments. Of a page that carries none,
    the text is drafted, as 'pressgraph draft' does. A block that cannot be read is reported by line and column; the
    others are read. Exit status 1 if there was such a block, or nothing at all; 2 if a page cannot be had.

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
    read, status = _read(workspace, pages, options, as_facts=as_facts)
    if len(read) < len(pages) > 1:
        state.say(
            gettext(
                "{count} pages: {read} read, {lost} not", count=len(pages), read=len(read), lost=len(pages) - len(read)
            )
        )
    if not read:
        sys.exit(status)
    if syntax is not None:
        write_output([workspace.write_extracted([it.extracted for it in read], syntax)], output)
    elif read[0].extracted.quads:
        write_output([workspace.draft_page(read[0].extracted, name=pages[0]).encode()], output)
    elif read[0].extracted.blocks:
        sys.exit(1)
    else:
        status = 0
        _draft_text(state, read[0], output)
    sys.exit(status)


class _Read(NamedTuple):
    """A page as it came, and what it carries."""

    html: bytes
    charset: str | None
    address: str | None
    name: str
    extracted: Extracted


def _draft_text(state: State, page: _Read, output: Path | None) -> None:
    """Draft the text of a page without structured data."""
    from dataclasses import replace

    from pressgraph.drafting.read import read_bytes

    release = replace(read_bytes(page.html, page.name, charset=page.charset, is_page=True), url=page.address)
    state.say(gettext("{name}: the page carries no JSON-LD; this is a draft of its text", name=page.name))
    drafted = state.workspace.draft(release, output=output if output is not None and str(output) != "-" else None)
    if output is None or str(output) == "-":
        write_output([drafted.content], None)
        if not drafted.text.exists():
            name = state.workspace.project.name_of(drafted.text)
            state.warn(gettext("the text that the draft names, {name}, is not there: -o FILE writes it too", name=name))
    else:
        drafted.write()
    for note in drafted.notes:
        state.warn(note)


def _read(
    workspace: Workspace, pages: Iterable[str], options: dict[str, Any], *, as_facts: bool
) -> tuple[list[_Read], int]:
    """Read pages, and say what is wrong with them; return also the exit status that this makes."""
    from pressgraph.cli.failures import show
    from pressgraph.drafting.read import refuse_data
    from pressgraph.embed.fetch import read_source
    from pressgraph.errors import PageError, Place, PressgraphError

    read: list[_Read] = []
    status = 0
    for page in pages:
        try:
            if page == "-":
                html, address, charset = sys.stdin.buffer.read(), None, None
            else:
                limits = {name: options[name] for name in ("limit", "timeout", "private")}
                html, address, charset = read_source(page, **limits)
            extracted = workspace.extract(html, base=options["base"] or address, charset=charset)
            if not extracted.blocks:
                refuse_data(html, page)
        except (PressgraphError, OSError) as error:
            if isinstance(error, PageError):
                error.place = Place(file=page)
            # the others are read all the same
            status = max(status, show(error))
            continue
        status = max(status, _say_problems(page, extracted, as_facts=as_facts))
        read.append(_Read(html, charset, address, page, extracted))
    return read, status


def _say_problems(page: str, extracted: Extracted, *, as_facts: bool) -> int:
    """Say what is wrong with a page's blocks; return the exit status that this makes."""
    for problem in extracted.problems:
        word = said(gettext("error") if problem.fatal else gettext("warning"))
        click.echo(f"{page}:{problem.line}:{problem.column}: {word}: {said(problem.reason)}", err=True)
    if not extracted.blocks and not as_facts:
        click.echo(f"{page}: {said(gettext('error'))}: {said(gettext('the page carries no JSON-LD'))}", err=True)
    return 1 if not extracted.blocks or any(problem.fatal for problem in extracted.problems) else 0
