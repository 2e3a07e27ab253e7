"""Read the rows of a SQL query through SQLAlchemy; nothing is written to the database."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pressgraph.errors import Place, PressgraphError
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.sheet import Cells, SheetRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy

    from pressgraph.errors import Problem

_BATCH = 2000


def read_sql(path: Path, *, name: str, url: str | None, root: Path) -> tuple[SheetRows | None, list[Problem]]:
    """Run the query of a `.sql` file; rows count from 1.

    A relative `sqlite:///` path is below the project's folder. `${NAME}` in the address is taken from the environment,
    so that no password stands in a file.
    """
    if url is None:
        hint = f'add a section to pressgraph.toml: [tables.NAME] with file = "{name}" and url = "sqlite:///…"'
        return None, [problem("not-a-table", Place(file=name), hint=hint, reason="it does not say which database")]
    try:
        import sqlalchemy as sa
    except ImportError as error:
        raise PressgraphError("SQL needs SQLAlchemy", hint="install it: pip install 'pressgraph[sql]'") from error
    query = path.read_text(encoding="utf-8-sig").strip().rstrip(";")
    try:
        engine = sa.create_engine(_address(url, root), poolclass=sa.NullPool)
        connection = engine.connect()
        _read_only(connection)
        result = connection.execution_options(stream_results=True, yield_per=_BATCH).exec_driver_sql(query)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        reason = re.sub(r"://[^@/\s]*@", "://…@", str(cause)).partition("\n")[0]
        return None, [problem("not-a-table", Place(file=name), reason=reason)]
    if not result.returns_rows:
        connection.close()
        return None, [problem("not-a-table", Place(file=name), reason="the query returns no rows: write a SELECT")]
    sheet = SheetRows(file=name, headers=list(result.keys()), header_row=0, rows=())
    sheet.rows = _rows(connection, result, sheet)
    return sheet, []


def _rows(
    connection: sqlalchemy.Connection, result: sqlalchemy.CursorResult[tuple[object, ...]], sheet: SheetRows
) -> Iterator[tuple[int, Cells]]:
    import sqlalchemy as sa

    try:
        for number, row in enumerate(result, start=1):
            yield number, tuple(row)
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        sheet.problems.append(problem("not-a-table", Place(file=sheet.file), reason=reason))
    finally:
        connection.close()


def _address(url: str, root: Path) -> sqlalchemy.URL:
    import sqlalchemy as sa

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise PressgraphError(f"the environment variable {match[1]} is not set", hint="a table's url names it")
        return found

    address = sa.make_url(re.sub(r"\$\{(\w+)\}", value, url))
    if address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:":
        # SQLite would make an empty database of a mistyped name; opened so, it cannot even write to a right one
        file = (root / address.database).resolve()
        return sa.make_url(f"sqlite:///file:{file}?mode=ro&uri=true")
    return address


def _read_only(connection: sqlalchemy.Connection) -> None:
    backend = connection.engine.url.get_backend_name()
    if backend == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    elif backend in {"mysql", "mariadb"}:
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
    elif backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    else:
        raise PressgraphError(f"'{backend}' is no database that pressgraph reads", hint="sqlite, postgresql or mysql")
