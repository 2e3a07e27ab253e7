"""The command `embed`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, draw_diff, draw_table, pass_state
from pressgraph.cli.language import UsageError, said
from pressgraph.cli.parameters import DAY, ID
from pressgraph.errors import shown_name
from pressgraph.i18n import gettext, joined, ngettext

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from pathlib import Path

    from pressgraph.embed.publisher import Edit

_FEW = 30
_WORDS = {
    "embedded": gettext("embedded"),
    "updated": gettext("updated"),
    "unchanged": gettext("unchanged"),
    "removed": gettext("removed"),
    "skipped": gettext("skipped"),
    "refused": gettext("refused"),
    "error": gettext("error"),
    "warning": gettext("warning"),
    "info": gettext("info"),
    "ignored": gettext("ignored"),
}


@click.command("embed")
@click.argument("pages", nargs=-1, metavar="[PAGE...]")
@click.option("--about", metavar="ID", type=ID, help="What the pages are about, such as document/our-release.")
@click.option(
    "--for",
    "audience",
    type=click.Choice(["google", "full"]),
    help="For search engines (google, the default), or the whole description (full).",
)
@click.option("--links/--no-links", default=None, help="Add links to the thing's RDF (alternate, describedby).")
@click.option(
    "--on-conflict",
    type=click.Choice(["link", "warn", "skip", "fail"]),
    help="Pages with structured data of their own: refer to its Organization and WebSite (link, the default), "
    "warn, skip them, or fail.",
)
@click.option(
    "--date", "day", metavar="DAY", type=DAY, help="The day that the pages are of (YYYY-MM-DD); today without it."
)
@click.option("--snippet", is_flag=True, help="Print the block about --about, to paste into a page; no PAGE is edited.")
@click.option(
    "--language", metavar="TAG", help="With --snippet: the language of the page that the block is for, such as de."
)
@click.option("--dry-run", is_flag=True, help="Show what would change, as a diff; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a page is out of date.")
@click.option("--remove", is_flag=True, help="Take our block out again: the page as it was.")
@pass_state
def command(
    state: State,
    pages: tuple[str, ...],
    about: str | None,
    audience: str | None,
    *,
    links: bool | None,
    on_conflict: str | None,
    day: datetime.date | None,
    snippet: bool,
    language: str | None,
    dry_run: bool,
    check: bool,
    remove: bool,
) -> None:
    """Put structured data (JSON-LD) into web pages, and change no other byte.

    PAGE is a file, a folder, a pattern, or - for stdin to stdout. Without --about a page says itself what it is about:
    by data-pressgraph-about on an element, by a link (describedby, cite-as, canonical), or by [embed.pages] in
    pressgraph.toml. A page where something else would change is refused and left alone. Exit status 1 if a page was
    refused, or with --check is out of date.

    With --snippet the block itself is printed, for editors of WordPress, TYPO3 and others who have no page file.

    \b
    Example:
      pressgraph embed news/silver-label.html --about document/our-release
      pressgraph embed --snippet --about document/our-release --language de
      pressgraph embed site/ --check
    """
    from pressgraph.embed.publisher import strip

    if snippet:
        if about is None:
            raise UsageError(gettext("--snippet needs --about ID: what the block is about."))
        if pages or on_conflict or dry_run or check or remove:
            raise UsageError(
                gettext("--snippet prints a block; it goes with --about, --for, --links, --language and --date only.")
            )
        block = state.workspace.page_snippet(about, audience=audience, links=links, language=language, day=day)
        state.warn_of_unknown_withheld()
        sys.stdout.write(block)
        return
    if language is not None:
        raise UsageError(gettext("--language goes with --snippet; a page says its language itself."))
    if not pages:
        raise click.MissingParameter(param_type="argument", param_hint="'PAGE...'")
    if remove and (about or audience or links or on_conflict or day):
        raise UsageError(gettext("--remove takes out what is there; it goes with --dry-run and --check only."))
    if remove:
        run = _Run(state, lambda html, _path, _named: strip(html), dry_run=dry_run, check=check)
    else:
        edit = state.workspace.page_editor(
            about=about, audience=audience, links=links, on_conflict=on_conflict, day=day
        )
        state.warn_of_unknown_withheld()
        run = _Run(state, edit, dry_run=dry_run, check=check)
    sys.exit(run.stdin() if pages == ("-",) else run.files(pages))


class _Run:
    """One run of the command over pages."""

    def __init__(
        self, state: State, edit: Callable[[bytes, Path | None, bool], Edit], *, dry_run: bool, check: bool
    ) -> None:
        self.state = state
        self.edit = edit
        self.dry_run = dry_run
        self.check = check

    def stdin(self) -> int:
        """Edit the page on stdin, to stdout; a refused one comes out as it went in."""
        edit = self.edit(sys.stdin.buffer.read(), None, True)
        if self.dry_run:
            sys.stdout.write(draw_diff(edit.before, edit.after, "stdin") if edit.status.changes else "")
        elif not self.check:
            sys.stdout.buffer.write(edit.after)
            sys.stdout.buffer.flush()
        for note in edit.notes:
            click.echo(f"-: {said(_WORDS[edit.status.value])}: {said(note)}", err=True)
        self._advise([edit])
        return self._status([edit])

    def files(self, pages: tuple[str, ...]) -> int:
        """Edit files, and show a table of what became of them."""
        from pressgraph.embed.files import find_pages
        from pressgraph.embed.publisher import edit_file

        if "-" in pages:
            raise UsageError(gettext("'-' (stdin) goes alone."))
        files = find_pages(pages)
        named = {file.path: file.named for file in files}
        progress = self.state.progress("embed")
        write = not self.dry_run and not self.check
        done = [(path, edit_file(path, self.edit, must_say=named[path], write=write)) for path in progress(list(named))]
        edits = [edit for _, edit in done]
        if self.dry_run:
            for path, edit in done:
                sys.stdout.write(
                    draw_diff(edit.before, edit.after, shown_name(path.as_posix())) if edit.status.changes else ""
                )
        self._table(done)
        self._advise(edits)
        return self._status(edits)

    def _table(self, done: list[tuple[Path, Edit]]) -> None:
        from pressgraph.embed.publisher import Status

        quiet = {Status.UNCHANGED, Status.SKIPPED}
        shown = [(p, e) for p, e in done if len(done) <= _FEW or e.status not in quiet or self.state.verbosity > 0]
        # a diff on stdout is for a program to read
        if shown and self.state.verbosity >= 0:
            rows = [(shown_name(p.as_posix()), self._word(e), e.about or "", joined("; ", e.notes)) for p, e in shown]
            # what goes into a file or a pipe is for other programs, which look for names in one piece
            fold = (sys.stderr if self.dry_run else sys.stdout).isatty()
            table = draw_table(
                (gettext("page"), gettext("status"), gettext("about"), gettext("notes")), rows, fold=fold
            )
            click.echo(table.decode(), err=self.dry_run, nl=False)
        counts = {status: sum(e.status is status for _, e in done) for status in Status}
        summary = joined(", ", (joined(" ", (str(n), _WORDS[it.value])) for it, n in counts.items() if n))
        self.state.say(
            ngettext(
                "{count} page: {told}",
                "{count} pages: {told}",
                count=len(done),
                told=summary or gettext("nothing to do"),
            )
        )
        if any(e.status is Status.REFUSED for _, e in done) and self.state.verbosity < 0:
            for path, edit in done:
                if edit.status is Status.REFUSED:
                    name = shown_name(path.as_posix())
                    click.echo(f"{name}: {said(_WORDS['refused'])}: {said(joined('; ', edit.notes))}", err=True)

    def _word(self, edit: Edit) -> str:
        if self.check and edit.status.changes:
            return gettext("out of date")
        word = _WORDS[edit.status.value]
        return gettext("would be {status}", status=word) if self.dry_run and edit.status.changes else word

    def _advise(self, edits: list[Edit]) -> None:
        """Say once for each thing what its consumer misses; what is ignored, to those who want to know more."""
        seen: set[str] = set()
        for edit in edits:
            for advice in edit.advice:
                line = f"{edit.about}: {said(_WORDS[advice.word])}: {advice.message(self.state.language)}"
                if line not in seen:
                    seen.add(line)
                    self.state.say(line, level=0 if advice.word in {"error", "warning"} else 1)

    def _status(self, edits: list[Edit]) -> int:
        from pressgraph.embed.publisher import Status

        if any(edit.status is Status.REFUSED for edit in edits):
            return 1
        return 1 if self.check and any(edit.status.changes for edit in edits) else 0
