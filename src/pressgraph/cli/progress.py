"""The progress bar of all commands: on a terminal, on stderr, gone when the work is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from pressgraph.cli.language import said

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar:
    """A progress bar; where it is not shown, nothing is told."""

    def __init__(self, label: str, *, shown: bool) -> None:
        self._label = label
        self._shown = shown and sys.stderr.isatty()
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(20),
                TextColumn("{task.fields[told]}"),
                TimeRemainingColumn(),
            )
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.start()
            self._task = self._progress.add_task(said(self._label), total=None, told="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, done: float, total: float | None, text: str = "") -> None:
        """Show how far it is, of which total (None: nobody knows), and what there is to tell."""
        if self._progress is not None:
            self._progress.update(
                self._task, completed=done, total=total, told=said(text) or f"{done:,.0f}/{total:,.0f}"
            )
