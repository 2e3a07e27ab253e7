"""The commands `facts template`, `facts convert` and `facts migrate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pressgraph.cli.common import State, draw_diff, facts_argument, pass_state, write_output
from pressgraph.cli.failures import show
from pressgraph.cli.language import UsageError
from pressgraph.cli.parameters import FACTS_FORMAT, KEY_CLASS
from pressgraph.i18n import gettext, joined, ngettext

_output = click.option(
    "-o", "--output", metavar="FILE|DIR", type=click.Path(path_type=Path, allow_dash=True), help="Write here."
)


@click.group("facts")
def command() -> None:
    """Make and move facts files: spreadsheets, YAML, JSON Lines.

    \b
    Example:
      pressgraph facts template AwardedLabel -o labels.xlsx
      pressgraph facts convert labels.xlsx -o labels.yaml
    """


@command.command("template")
@click.argument("kind", type=KEY_CLASS)
@click.option("--with", "nested", metavar="KEY", multiple=True, help="Columns for the things under this key too.")
@_output
@pass_state
def template(state: State, kind: str, nested: tuple[str, ...], output: Path | None) -> None:
    """Write an empty spreadsheet for a KIND of thing: a class of the profile.

    Headers are the profile's keys, each with a note; cells that want a term have a list to choose from. A name that
    ends in .csv or .tsv gets the headers alone.

    \b
    Example:
      pressgraph facts template AwardedLabel --with hasValidity -o labels.xlsx
    """
    target = output or Path(f"{kind.replace(':', '-')}.xlsx")
    suffix = target.suffix.lower()
    if suffix not in {".xlsx", ".csv", ".tsv", ""}:
        raise UsageError(gettext("a template is .xlsx, .csv or .tsv, not {suffix}", suffix=suffix))
    form = suffix.removeprefix(".") or "xlsx"
    data = state.workspace.template(kind, form=form, language=state.language, nested=nested)
    if output is None and target.exists():
        raise UsageError(gettext("{path} is there already; name another with -o", path=target))
    write_output([data], target)
    if str(target) != "-":
        state.say(gettext("wrote {path}", path=target))


@command.command("convert")
@facts_argument
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    type=FACTS_FORMAT,
    help="yaml, jsonl, csv, tsv, xlsx, parquet, jsonld.",
)
@click.option(
    "--evidence",
    type=click.Choice(["words", "offsets"]),
    help="Write evidence in words of the source's text, or as numbers of characters; else as it is.",
)
@_output
@pass_state
def convert(state: State, facts: tuple[Path, ...], form: str | None, evidence: str | None, output: Path | None) -> None:
    """Write facts files in another format; comments, and the order and spelling of keys, are lost, the graph is not.

    Relative 'file:' paths become relative to the new place.

    YAML holds the facts of one source in a file: several go into a folder, '-o DIR/'. JSON-LD is no facts file any
    more: it says what is published of the facts, in full, for other programs.

    \b
    Example:
      pressgraph facts convert labels.xlsx -o labels.yaml
      pressgraph facts convert data/releases/*.yaml -o all.csv
      pressgraph facts convert release.yaml --evidence words
    """
    by_suffix = {".yml": "yaml", ".ndjson": "jsonl"}
    suffix = output.suffix.lower() if output is not None else ""
    syntax = form or by_suffix.get(suffix, suffix.removeprefix(".")) or "yaml"
    state.say_encodings(facts)
    target = output if str(output) != "-" else None
    # a device or a pipe has no suffix either, but is there
    into_folder = target is not None and (
        target.is_dir() or (not target.exists() and (not suffix or str(output).endswith("/")))
    )
    into = Path.cwd() if target is None else target if into_folder else target.parent
    files = state.workspace.rewrite(facts, syntax, into=into, apart=into_folder, evidence=evidence)
    if target is None or not into_folder:
        write_output([files[0][1]], output)
        return
    for name, data in files:
        write_output([data], target / name)
    state.say(
        ngettext(
            "wrote {count} file into {folder}", "wrote {count} files into {folder}", count=len(files), folder=target
        )
    )


@command.command("migrate")
@facts_argument
@click.option("--dry-run", is_flag=True, help="Show what would change, as a diff; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file has something deprecated in it.")
@pass_state
def migrate(state: State, facts: tuple[Path, ...], *, dry_run: bool, check: bool) -> None:
    """Rewrite deprecated keys, classes and terms to what the profile says replaces them.

    Nothing else in the files changes: comments, order, quotes and indentation stay. In CSV and TSV, headers and
    cells are rewritten; of a workbook, what to change is listed. Exit status: 1 if a file could not be rewritten, which
    then is as it was, or with --check would be.

    \b
    Example:
      pressgraph facts migrate --dry-run
      pressgraph facts migrate data/releases/*.yaml
    """
    from pressgraph.errors import PressgraphError, shown_name
    from pressgraph.facts.edit import replace_file

    workspace = state.workspace
    changed = refused = 0
    files = list(facts) or workspace.project.required_facts_files()
    for path in state.progress("migrate")(files):
        try:
            before, after = workspace.migrate(path)
            if not dry_run and not check:
                replace_file(path, before, after)
        except (PressgraphError, OSError) as error:
            show(error)
            refused += 1
            continue
        if before != after:
            changed += 1
            name = shown_name(workspace.project.name_of(path))
            if dry_run:
                click.echo(draw_diff(before, after, name), nl=False)
            else:
                state.say(joined(": ", (name, gettext("out of date") if check else gettext("rewritten"))))
    word = gettext("to rewrite") if dry_run or check else gettext("rewritten")
    state.say(
        ngettext(
            "{count} file: {changed} {word}, {refused} refused",
            "{count} files: {changed} {word}, {refused} refused",
            count=len(files),
            changed=changed,
            word=word,
            refused=refused,
        )
    )
    sys.exit(1 if refused or (check and changed) else 0)
