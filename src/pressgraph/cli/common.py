"""What the commands share: the open project, output, progress."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.language import said, spoken
from pressgraph.cli.streams import reader_is_gone
from pressgraph.errors import shown_name
from pressgraph.i18n import gettext, joined, ngettext, some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressgraph.cli.progress import Bar
    from pressgraph.errors import Problem
    from pressgraph.workspace import Workspace

_FEW = 5
LONG = 20
"""Files or sources that are worth a progress bar."""
COMMAND_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass
class State:
    """The options before the command."""

    folder: Path | None
    debug: bool
    verbosity: int

    @cached_property
    def workspace(self) -> Workspace:
        """The project, opened when a command needs it."""
        from pressgraph.workspace import open_workspace

        def say(warning: Problem) -> None:
            hint = f" ({said(warning.hint)})" if warning.hint else ""
            where = f"{warning.place}: " if warning.place.file else ""
            self.say(f"{where}{said(gettext('warning'))}: {said(warning.message)}{hint}")

        return open_workspace(self.folder.absolute() if self.folder is not None else None, on_warning=say)

    @property
    def language(self) -> str:
        """The language of this run."""
        return spoken().language

    @property
    def asked_language(self) -> str | None:
        """What `--lang` says, where it was given."""
        return spoken().asked

    def say(self, message: str, *, level: int = 0) -> None:
        """Talk to the user, on stderr, if they want to hear it."""
        if self.verbosity >= level:
            click.echo(said(message), err=True)

    def say_encodings(self, paths: Sequence[Path | str] = ()) -> None:
        """Say which encodings were guessed of tables, those of the project where none are named."""
        from pressgraph.facts.tables import guess_encoding
        from pressgraph.facts.tables.open import DELIMITED

        project = self.workspace.project
        # names before paths: a project has thousands of other files
        tables = [Path(path) for path in paths if str(path).lower().endswith(DELIMITED)]
        if not paths:
            tables = [project.root / name for name in project.facts_names() if name.lower().endswith(DELIMITED)]
        for path in tables:
            if any(settings.encoding for settings in project.tables_of(path)[:1]):
                continue
            try:
                guess = guess_encoding(path)
            except OSError:
                continue  # whoever reads it says so
            if guess is not None:
                name = shown_name(project.name_of(path))
                self.say(
                    gettext(
                        "{name}: taken to be {encoding} (line {line} has '{word}'); if that is wrong, set 'encoding' "
                        "in a [tables] section of pressgraph.toml for {name}",
                        name=name,
                        encoding=guess.name,
                        line=guess.line,
                        word=guess.word,
                    )
                )

    def say_withheld(self, count: int) -> None:
        """Say how many facts `convert` left out: those that are personal, and those of what 'withhold' names."""
        project = self.workspace.project
        if project.withhold or project.require_reviewed:
            self.say_unpublished(count)
        elif count:
            self.say(
                ngettext(
                    "{count} personal fact left out; --personal writes them too",
                    "{count} personal facts left out; --personal writes them too",
                    count=count,
                )
            )

    def say_unpublished(self, count: int, *, level: int = 0) -> None:
        """Say how many facts were left out of what is published, and why."""
        if count:
            project = self.workspace.project
            reasons = [] if project.include_personal_data else [gettext("with personal data")]
            reasons += [gettext("of what 'withhold' names")] if project.withhold else []
            reasons += [gettext("that nobody has reviewed")] if project.require_reviewed else []
            why = joined(gettext(" or "), reasons)
            sentence = ngettext("withheld {count} fact {why}", "withheld {count} facts {why}", count=count, why=why)
            self.say(sentence, level=level)

    def warn(self, message: str, *, hint: str | None = None) -> None:
        """Warn the user of something."""
        advice = f" ({said(hint)})" if hint else ""
        self.say(f"{said(gettext('warning'))}: {said(message)}{advice}")

    def warn_of_unknown_withheld(self) -> None:
        """Warn of ids under `withhold` that nothing is said of: a misspelt one withholds nothing."""
        for name, hint in self.workspace.unknown_withheld():
            sentence = gettext("withhold: no fact speaks of '{name}', so it withholds nothing", name=name)
            self.warn(sentence, hint=hint)

    def say_unread(self) -> None:
        """Say which files beside the project's facts nothing reads, though they look like data."""
        if names := self.workspace.project.unread_names():
            shown = some_of([shown_name(name) for name in names], _FEW)
            self.say(
                ngettext(
                    "{names} is not read: 'facts' in pressgraph.toml does not name it",
                    "{names} are not read: 'facts' in pressgraph.toml does not name them",
                    count=len(names),
                    names=shown,
                )
            )

    def bar(self, label: str, *, worth: bool = True) -> Bar:
        """Return a progress bar, for work that is worth one."""
        from pressgraph.cli.progress import Bar

        return Bar(label, shown=worth and self.verbosity >= 0)

    def progress(self, label: str) -> Callable[[list[Path]], Iterable[Path]]:
        """Return a wrapper that shows a progress bar, for work that is long enough to wait for."""

        def wrap(items: list[Path]) -> Iterable[Path]:
            with self.bar(label, worth=len(items) >= LONG) as bar:
                for number, item in enumerate(items):
                    bar.show(number, len(items))
                    yield item

        return wrap


pass_state = click.make_pass_decorator(State)

output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write to this file instead of stdout; it appears when it is complete.",
)


def facts_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take facts files; none means the project's, `-` means stdin."""
    return click.argument(
        "facts",
        nargs=-1,
        metavar="[FACTS]...",
        type=click.Path(path_type=Path, allow_dash=True, exists=True, dir_okay=False),
    )(function)


def write_output(chunks: Iterable[bytes], output: Path | None) -> None:
    """Write bytes to a file, in one step at the end, or to stdout as they come."""
    if output is not None and str(output) != "-":
        from pressgraph.project import write_atomically

        with write_atomically(output) as file:
            file.writelines(chunks)
        return
    stdout = sys.stdout.buffer
    for chunk in chunks:
        stdout.write(chunk)
        if reader_is_gone(sys.stdout):
            break
    stdout.flush()


def use_color() -> bool:
    """Tell whether stdout takes colour (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def draw_table(names: Sequence[str], rows: Sequence[Sequence[str]], *, fold: bool = True) -> bytes:
    """Draw a table with headings: as wide as the terminal, or, where nothing is to `fold`, one line for each row."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for index, name in enumerate(map(said, names)):
        # names in the first column are there to be copied: they stay whole if they leave room for the rest
        longest = max((len(row[0]) for row in rows), default=0)
        table.add_column(name, overflow="fold", no_wrap=not fold or (index == 0 and longest <= _width() // 2))
    for row in rows:
        # cells are data: no markup in them means anything
        table.add_row(*(Text(" ".join(said(cell).split())) for cell in row))
    output = io.StringIO()
    console = Console(
        file=output,
        force_terminal=use_color(),
        no_color=not use_color(),
        width=_width() if fold else _UNFOLDED,
        legacy_windows=False,
    )
    console.print(table)
    lines = (line.rstrip() for line in output.getvalue().removesuffix("\n").split("\n"))
    return ("\n".join(lines) + "\n").encode()


_UNFOLDED = 1_000_000


def _width() -> int:
    import shutil

    return max(40, shutil.get_terminal_size((100, 24)).columns)


def draw_diff(before: bytes, after: bytes, name: str) -> str:
    """Return what differs between two contents of a file, as `diff -u` and `git apply` write it."""
    from difflib import unified_diff

    # for them a line ends at a line feed and nowhere else
    old, new = (list(io.StringIO(it.decode(errors="replace"), newline="\n")) for it in (before, after))
    diff = unified_diff(old, new, f"a/{name.lstrip('/')}", f"b/{name.lstrip('/')}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)
