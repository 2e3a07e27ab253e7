"""Open a file of facts that is converted as it is read: JSON Lines, or tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pressgraph.convert.stream import JsonLines, Tables
from pressgraph.facts import is_json_lines, open_json_lines
from pressgraph.facts.tables import is_table, open_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressgraph.convert.emitter import Emitter
    from pressgraph.convert.stream import Listener
    from pressgraph.project import Project


def is_stream(path: Path) -> bool:
    """Tell whether a file is converted record by record, rather than checked as a whole as YAML is."""
    return is_json_lines(path) or (str(path) != "-" and is_table(path))


@contextmanager
def open_stream(
    path: Path,
    project: Project,
    emitter: Emitter,
    *,
    listen: Listener | None = None,
    groups: Sequence[int] | None = None,
) -> Iterator[JsonLines | Tables]:
    """Open a file for conversion: iterating what this gives yields N-Quads.

    `groups` are the row groups of a Parquet file to read; `listen` as in `Records`.
    """
    name = project.name_of(path)
    if is_json_lines(path):
        with open_json_lines(path) as lines:
            yield JsonLines(lines, emitter, name=name, listen=listen)
        return
    settings = project.tables_of(path)
    sheets, problems = open_sheets(path, name=name, settings=settings, root=project.root, groups=groups)
    tables = Tables(sheets if not problems else [], emitter, name=name, settings=settings, listen=listen)
    tables.problems.extend(problems)
    yield tables
