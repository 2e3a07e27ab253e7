"""The command `draft`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state, write_output
from pressgraph.cli.language import UsageError, said
from pressgraph.i18n import gettext, ngettext
from pressgraph.languages import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.drafting.draft import Drafted
    from pressgraph.drafting.models import Request

_SUFFIXES = frozenset({".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".eml"})
_MOST_ASKED = 5


@click.command("draft")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|URL|-...")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the facts file here, not to data/releases/; - only shows it.",
)
@click.option("--name", help="Call the files so; by default after the day and the headline.")
@click.option(
    "--propose",
    metavar="rules|MODEL",
    default="rules",
    show_default=True,
    help="Who proposes: rules, or a model that your own configuration sets up.",
)
@click.option("--contacts", is_flag=True, help="Send a model the lines that say whom to contact, too.")
@click.option(
    "--evidence", type=click.Choice(["words", "offsets"]), default="words", show_default=True, help="How it is written."
)
@click.option("--again", is_flag=True, help="Of many, draft those anew that have a draft.")
@click.option("--dry-run", is_flag=True, help="Write nothing: show the draft, or, of a model, what would be sent.")
@click.option("--allow-private", is_flag=True, help="Fetch addresses that are not of the public internet, too.")
@pass_state
def command(
    state: State,
    sources: tuple[str, ...],
    *,
    output: Path | None,
    name: str | None,
    propose: str,
    contacts: bool,
    evidence: str,
    again: bool,
    dry_run: bool,
    allow_private: bool,
) -> None:
    """Draft the facts of texts: plain, HTML, PDF, DOCX or e-mail.

    Writes the text to data/texts/NAME.txt, and to data/releases/NAME.yaml what rules, or a model, find in it: each fact
    with the words that say it. What the words do not say is left out, and stands in comments at the file's end. Nothing
    of a draft is published before somebody has reviewed it: 'pressgraph review'.

    A text that is drafted again keeps what was typed, reviewed and refused. Of several texts, those that have a draft
    are passed over, so that a stopped run goes on where it was.

    \b
    Example:
      pressgraph draft release.docx
      pressgraph draft texts/ --propose rules
      pressgraph draft https://www.example.org/news/1 -o data/releases/gold-label.yaml
    """
    from pressgraph.project.files import is_stream

    own = (state.workspace.project.root / "data" / "texts").resolve()
    named = list(_files(sources, own))
    several = len(named) > 1
    if several and (output is not None or name is not None):
        raise UsageError(gettext("-o and --name are for one text."))
    if dry_run and propose != "rules":
        for source in named:
            write_output([state.workspace.model_request(source, propose, contacts=contacts).written(), b"\n"], None)
        return
    stream = output if output is not None and (str(output) == "-" or is_stream(output)) else None
    shown = dry_run or stream is not None

    def told(request: Request) -> None:
        state.say(request.told)

    def one(source: str) -> Drafted:
        release = state.workspace.read_document(source, allow_private=allow_private)
        return state.workspace.draft(
            release,
            propose=propose,
            name=name,
            output=output if stream is None else None,
            offsets=evidence == "offsets",
            contacts=contacts,
            told=told,
        )

    if not several:
        if not named:
            raise UsageError(gettext("There is no text in these folders."))
        drafted = one(named[0])
        _put(drafted, stream, shown=shown)
        _tell(state, drafted, written=not shown)
        return
    sys.exit(_many(state, named, one, again=again, shown=shown))


def _files(sources: tuple[str, ...], own: Path) -> Iterator[str]:
    """Yield documents; of folders, the files in them that may hold a text, without the texts of drafts themselves."""
    for source in sources:
        path = Path(source)
        if "://" not in source and path.is_dir():
            found = (it for it in sorted(path.rglob("*")) if it.suffix.lower() in _SUFFIXES and it.is_file())
            yield from (str(it) for it in found if path.resolve() == own or own not in it.resolve().parents)
        else:
            yield source


class _Tally:
    """What became of several texts."""

    def __init__(self) -> None:
        self.status = self.drafts = self.facts = 0
        self.passed_over: list[str] = []
        self.failed: list[str] = []

    def tell(self, state: State) -> None:
        state.say(
            gettext(
                "{count} texts: {drafts} drafted with {facts} proposals, {passed} passed over, {failed} not read",
                count=self.drafts + len(self.passed_over) + len(self.failed),
                drafts=self.drafts,
                facts=self.facts,
                passed=len(self.passed_over),
                failed=len(self.failed),
            )
        )
        if self.passed_over:
            state.say(gettext("passed over, since they have a draft (--again drafts them anew):"))
            _list(state, self.passed_over)
        if self.failed:
            state.say(gettext("not read:"))
            _list(state, self.failed)


def _many(state: State, sources: list[str], one: Callable[[str], Drafted], *, again: bool, shown: bool) -> int:
    """Draft several texts, each for itself; return the exit status."""
    from pressgraph.cli.failures import show
    from pressgraph.errors import PressgraphError

    tally = _Tally()
    with state.bar(gettext("drafting")) as bar:
        for number, source in enumerate(sources):
            bar.show(number, len(sources))
            try:
                if not again and not shown and state.workspace.has_draft(source):
                    tally.passed_over.append(source)
                    continue
                drafted = one(source)
                _put(drafted, None, shown=shown)
            except (PressgraphError, OSError) as error:
                # the others are drafted all the same
                tally.status = max(tally.status, show(error))
                tally.failed.append(source)
                continue
            tally.drafts += 1
            tally.facts += drafted.count
            for note in drafted.notes:
                named = str(note).startswith(f"{source}: ")
                state.warn(note if named else gettext("{name}: {note}", name=source, note=note))
    tally.tell(state)
    return tally.status


def _put(drafted: Drafted, stream: Path | None, *, shown: bool) -> None:
    if shown:
        write_output([drafted.content], stream)
    else:
        drafted.write()


def _list(state: State, names: list[str]) -> None:
    most = 20
    for name in names[:most]:
        state.say(f"  {name}")
    if len(names) > most:
        state.say(gettext("  and {count} more", count=len(names) - most))


def _tell(state: State, drafted: Drafted, *, written: bool) -> None:
    """Say what is in a draft, what to look at first, and what is missing."""
    for note in drafted.notes:
        state.warn(note)
    name = state.workspace.project.name_of
    if written:
        state.say(gettext("wrote {path}", path=name(drafted.text)))
        state.say(gettext("wrote {path}", path=shlex.quote(name(drafted.facts))))
    profile = state.workspace.profile
    state.say(ngettext("{count} fact is proposed", "{count} facts are proposed", count=drafted.count))
    for kind, count in sorted(drafted.things.items(), key=lambda it: (-it[1], it[0])):
        state.say(f"{count:>4}  {choose(profile.classes[kind].labels, state.language) or kind}")
    if drafted.repeated:
        state.say(gettext("not said again: {count}, which are known or decided", count=drafted.repeated))
    if drafted.look_first:
        state.say(gettext("look first:"))
        for line in drafted.look_first:
            state.say(f"  {said(line)}")
    if drafted.asks:
        state.say(gettext("once they are reviewed, the shapes ask for more:"))
        for line in drafted.asks[:_MOST_ASKED]:
            state.say(f"  {said(line)}")
        if len(drafted.asks) > _MOST_ASKED:
            state.say(gettext("  and {count} more", count=len(drafted.asks) - _MOST_ASKED))
    if written and drafted.count:
        state.say(gettext("next: pressgraph review {path}", path=shlex.quote(name(drafted.facts))))
