"""Read Parquet through pyarrow, a batch of rows at a time."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from pressgraph.errors import Place
from pressgraph.extras import extra
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.sheet import Cells, SheetRows, report_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq

    from pressgraph.errors import Problem

_BATCH = 4096

# Controls, quotes and backslashes, and the byte that the code points which are no characters begin with, among others.
_DOUBTFUL = bytes([*range(32), 0x22, 0x5C, 0x7F, 0xEF])


def open_parquet(path: str | Path | IO[bytes]) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises PressgraphError where pyarrow is not installed, and what pyarrow raises.
    """
    with extra("parquet"):
        import pyarrow.parquet as pq
    return pq.ParquetFile(path)


def needs_no_escapes(column: pa.Array) -> bool:
    """Tell whether certainly no text in a column holds what literals must escape or facts may not hold."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        _, offsets, texts = column.buffers()
        if texts is None:
            return True
        bounds = memoryview(offsets).cast("q" if pa.types.is_large_string(kind) else "i")
        data = memoryview(texts)[bounds[column.offset] : bounds[column.offset + len(column)]].tobytes()
        return len(data.translate(None, _DOUBTFUL)) == len(data)
    if pa.types.is_dictionary(kind):
        return needs_no_escapes(column.dictionary)
    if pa.types.is_struct(kind):
        return all(map(needs_no_escapes, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return needs_no_escapes(column.flatten())
    return bool(pa.types.is_primitive(kind) or pa.types.is_null(kind))


def read_parquet(
    path: Path, *, name: str, groups: Sequence[int] | None = None
) -> tuple[SheetRows | None, list[Problem]]:
    """Open a Parquet file, or some of its row groups; rows count from 1 over the whole file."""
    try:
        file = open_parquet(path)
    except (OSError, ValueError) as error:
        return None, [damaged(Place(file=name), error)]
    headers = list(file.schema_arrow.names)
    wanted = list(range(file.num_row_groups)) if groups is None else list(groups)
    start = sum(file.metadata.row_group(i).num_rows for i in range(wanted[0])) if wanted else 0
    sheet = SheetRows(file=name, headers=headers, header_row=0, rows=())
    sheet.rows = _rows(file, wanted, start + 1, sheet)
    return sheet, []


def _rows(file: pq.ParquetFile, groups: list[int], number: int, sheet: SheetRows) -> Iterator[tuple[int, Cells]]:
    binary = any(map(_holds_bytes, file.schema_arrow.types))
    with file:
        for group in groups:
            following = number + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group], use_threads=False):
                    columns = [column.to_pylist() for column in batch.columns]
                    for row in zip(*columns, strict=True):
                        if not binary or not report_bytes(sheet, number, row):
                            yield number, row
                        number += 1
            except (OSError, ValueError) as error:
                sheet.problems.append(damaged(Place(file=sheet.file, line=number), error))
            number = following


def damaged(place: Place, error: OSError | ValueError) -> Problem:
    """Return the problem of what pyarrow cannot read, as it says it."""
    return problem("not-a-table", place, reason=str(error).partition("\n")[0])


def _holds_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_nested(kind):
        return any(_holds_bytes(kind.field(index).type) for index in range(kind.num_fields))
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or (pa.types.is_dictionary(kind) and _holds_bytes(kind.value_type))
    )
