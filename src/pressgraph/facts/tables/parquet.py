"""Read Parquet through pyarrow, a batch of rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.errors import Place, PressgraphError
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.sheet import Cells, SheetRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow.parquet as pq

    from pressgraph.errors import Problem

_BATCH = 4096


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises PressgraphError where pyarrow is not installed, and what pyarrow raises.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise PressgraphError(
            "reading Parquet needs pyarrow", hint="install it: pip install 'pressgraph[parquet]'"
        ) from error
    return pq.ParquetFile(path)


def read_parquet(
    path: Path, *, name: str, groups: Sequence[int] | None = None
) -> tuple[SheetRows | None, list[Problem]]:
    """Open a Parquet file, or some of its row groups; rows count from 1 over the whole file."""
    try:
        file = open_parquet(path)
    except (OSError, ValueError) as error:
        return None, [problem("not-a-table", Place(file=name), reason=str(error).partition("\n")[0])]
    headers = list(file.schema_arrow.names)
    wanted = list(range(file.num_row_groups)) if groups is None else list(groups)
    start = sum(file.metadata.row_group(i).num_rows for i in range(wanted[0])) if wanted else 0
    return SheetRows(file=name, headers=headers, header_row=0, rows=_rows(file, wanted, start + 1)), []


def _rows(file: pq.ParquetFile, groups: list[int], number: int) -> Iterator[tuple[int, Cells]]:
    with file:
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=groups, use_threads=False):
            columns = [column.to_pylist() for column in batch.columns]
            for row in zip(*columns, strict=True):
                yield number, row
                number += 1
