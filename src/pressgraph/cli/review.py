"""The command `review`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, pass_state, use_color
from pressgraph.cli.language import said
from pressgraph.i18n import gettext, ngettext

if TYPE_CHECKING:
    from pressgraph.edit.review import Proposal, Review

_WIDEST = 100
_PLUS = frozenset(
    {"vi", "vim", "nvim", "gvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "ed", "jed", "mg"}
)
"""Editors that take a line as `+12`."""
_COLON = frozenset({"hx", "helix", "subl", "zed"})
"""Editors that take it as `FILE:12`."""
_GOTO = frozenset({"code", "codium", "cursor"})


@click.command("review")
@click.argument("facts", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", metavar="ID", help="Who reviews: the id of a person or an organisation; asked for once.")
@pass_state
def command(state: State, facts: Path, by: str | None) -> None:
    """Review the facts of a FILE that a program proposed, one by one, each with the words that say it.

    Keep writes 'reviewedBy' and 'reviewedOn' to the fact. Edit opens the file in your editor, at the fact. Drop removes
    it, and nothing removes it because its words say nothing worth a fact; the file remembers both, so that no draft
    proposes it again. Skip goes on, quit ends. Each answer is in the file at once: whoever comes back goes on where it
    was.

    \b
    Example:
      pressgraph review data/releases/draft.yaml
      pressgraph review data/releases/draft.yaml --by agent/ida-lindqvist
    """
    review = state.workspace.review(facts, by or _reviewer(state))
    skipped = kept = dropped = 0
    total = 0
    while pending := _pending(review, facts)[skipped:]:
        total = total or len(pending)
        proposal = pending[0]
        click.echo(_shown(proposal, total - len(pending) + 1, total))
        answer = click.prompt(
            said(gettext("[k]eep, [e]dit, [d]rop, [n]othing here, [s]kip, [q]uit")),
            type=click.Choice(list("kednsq")),
            default="k",
            show_choices=False,
        )
        match answer:
            case "k":
                review.keep(proposal)
                kept += 1
            case "d":
                review.drop(proposal)
                dropped += 1
            case "n":
                review.pass_over(proposal)
                dropped += 1
            case "e":
                _edit(facts, proposal.fact.place.line)
            case "s":
                skipped += 1
            case _:
                break
    left = len(review.pending())
    state.say(gettext("{kept} kept, {dropped} dropped", kept=kept, dropped=dropped))
    state.say(
        ngettext("{count} proposal is left to review", "{count} proposals are left to review", count=left)
        if left
        else gettext("all is reviewed")
    )


def _reviewer(state: State) -> str:
    """Return who reviews: the one who said so before, else whoever says so now."""
    workspace = state.workspace
    known = workspace.reviewer()
    if known is not None and workspace.is_described(known):
        return known
    question = gettext("who reviews? your name") if known is None else gettext("what is the name of {id}?", id=known)
    answer = str(click.prompt(said(question), prompt_suffix=": " if known is None else " ")).strip()
    if known is None and "/" in answer:
        return answer
    reviewer = workspace.name_reviewer(answer, known)
    state.say(gettext("{id} reviews: see data/reviewers.yaml, which is not published", id=reviewer))
    return reviewer


def _pending(review: Review, path: Path) -> list[Proposal]:
    """Return what is left to review; mistakes that were made in the editor can be mended there."""
    from pressgraph.cli.failures import show
    from pressgraph.errors import FactsError

    while True:
        try:
            return review.pending()
        except FactsError as error:
            if not error.problems or not sys.stdin.isatty():
                raise
            show(error)
            if not click.confirm(said(gettext("edit it again?")), default=True):
                raise
            _edit(path, error.problems[0].place.line)


def _edit(path: Path, line: int) -> None:
    """Open an editor at a line, where it is one that is known to take lines."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    words = shlex.split(editor) if editor else []
    name = Path(words[0]).stem if words else ""
    if name in _PLUS:
        words += [f"+{line}", str(path)]
    elif name in _COLON:
        words += [f"{path}:{line}"]
    elif name in _GOTO:
        words += ["--wait", "--goto", f"{path}:{line}"]
    else:
        click.edit(filename=str(path))
        return
    try:
        subprocess.run(words, check=False)  # noqa: S603 - the user's own editor
    except OSError as error:
        raise click.ClickException(f"{words[0]}: {error.strerror or error}") from error


def _shown(proposal: Proposal, number: int, total: int) -> str:
    """Return a proposal beside the words that say it, as wide as the terminal."""
    width = min(_WIDEST, max(40, shutil.get_terminal_size((80, 24)).columns))
    fact = proposal.fact
    line = said(gettext("line {line}", line=fact.place.line))
    head = f"── {number}/{total} ── {line} "
    by = said(gettext("proposed by {name}", name=fact.receipt.proposed_by))
    marks = [by, *([fact.receipt.status] if fact.receipt.status != "stated" else [])]
    marks += [said(gettext("personal: not published"))] if fact.receipt.personal else []
    lines = ["", head + "─" * max(0, width - len(head)), fact.body["id"], f"  ({', '.join(marks)})"]
    for written in proposal.written.splitlines():
        lines += _wrapped("  ", written, width)
    for (at, words), (before, behind) in zip(proposal.passages, proposal.around, strict=True):
        shown = " ".join(f"{before}{_BEGIN}{words}{_END}{behind}".split())
        lines += _wrapped(f"  {said(gettext('line {line}', line=at))} │ ", shown, width, mark="│ ")
    begin, end = ("\033[1m", "\033[0m") if use_color() else ("»", "«")
    return "\n".join(lines).replace(_BEGIN, begin).replace(_END, end)


# marks of one character while lines are wrapped, in the place of what a terminal understands
_BEGIN, _END = "\ue000", "\ue001"


def _wrapped(first: str, text: str, width: int, *, mark: str = "") -> list[str]:
    indent = text[: len(text) - len(text.lstrip(" "))]
    rest = " " * (len(first) - len(mark)) + mark + indent
    return textwrap.wrap(
        " ".join(text.split()), width, initial_indent=first + indent, subsequent_indent=rest, break_on_hyphens=False
    ) or [first]
