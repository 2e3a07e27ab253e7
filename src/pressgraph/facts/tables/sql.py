"""Read the rows of a SQL query through SQLAlchemy; nothing is written to the database."""

from __future__ import annotations

import dataclasses
import os
import re
import weakref
from typing import TYPE_CHECKING

from pressgraph.errors import Place, PressgraphError
from pressgraph.extras import extra
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables.sheet import Cells, SheetRows, report_bytes
from pressgraph.i18n import gettext

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
        hint = gettext(
            'add a section to pressgraph.toml: [tables.NAME] with file = "{name}" and url = "sqlite:///…"', name=name
        )
        return None, [
            problem("not-a-table", Place(file=name), hint=hint, reason=gettext("it does not say which database"))
        ]
    with extra("sql"):
        import sqlalchemy as sa
    try:
        query = path.read_text(encoding="utf-8-sig").strip().rstrip(";")
    except UnicodeDecodeError:
        return None, [problem("not-a-table", Place(file=name), reason=phrase("it is not UTF-8"))]
    connection: sqlalchemy.Connection | None = None
    try:
        # a database's driver is imported here
        with extra("sql"):
            connection = sa.create_engine(_address(url, root), poolclass=sa.NullPool).connect()
        _read_only(connection, query)
        result = connection.execution_options(stream_results=True, yield_per=_BATCH).exec_driver_sql(query)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        if connection is not None:
            connection.close()
        return None, [problem("not-a-table", Place(file=name), reason=_reason(error))]
    if not result.returns_rows:
        connection.close()
        return None, [
            problem("not-a-table", Place(file=name), reason=gettext("the query returns no rows: write a SELECT"))
        ]
    sheet = SheetRows(file=name, headers=list(result.keys()), header_row=0, rows=())
    # not the sheet itself: a circle would keep the connection open until it is found, in whatever thread
    sheet.rows = _Rows(connection, result, dataclasses.replace(sheet))
    return sheet, []


class _Rows:
    """The rows of a query; the connection ends with them, read or not."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        result: sqlalchemy.CursorResult[tuple[object, ...]],
        sheet: SheetRows,
    ) -> None:
        self._result = result
        self._sheet = sheet
        weakref.finalize(self, _close, result, connection)

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        import sqlalchemy as sa

        try:
            for number, row in enumerate(self._result, start=1):
                if not report_bytes(self._sheet, number, tuple(row)):
                    yield number, tuple(row)
        except sa.exc.SQLAlchemyError as error:
            self._sheet.problems.append(problem("not-a-table", Place(file=self._sheet.file), reason=_reason(error)))


def _close(result: sqlalchemy.CursorResult[tuple[object, ...]], connection: sqlalchemy.Connection) -> None:
    result.close()
    connection.close()


def _reason(error: Exception) -> str:
    """Return the first line of what a database says, without a password."""
    cause = getattr(error, "orig", None) or error
    return re.sub(r"://[^@/\s]*@", "://…@", str(cause)).partition("\n")[0]


def _address(url: str, root: Path) -> sqlalchemy.URL:
    import sqlalchemy as sa

    def value(match: re.Match[str]) -> str:
        variable = os.environ.get(match[1])
        if variable is None:
            raise PressgraphError(
                gettext("the environment variable {name} is not set", name=match[1]),
                hint=gettext("a table's url names it"),
            )
        return variable

    address = sa.make_url(re.sub(r"\$\{(\w+)\}", value, url))
    backend = address.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise PressgraphError(
            gettext("'{name}' is no database that pressgraph reads", name=backend), hint=gettext("sqlite or postgresql")
        )
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if address.database and address.database != ":memory:":
        # SQLite would make an empty database of a mistyped name; opened so, it cannot even write to a right one
        file = (root / address.database).resolve()
        return sa.make_url(f"sqlite:///file:{file}?mode=ro&uri=true")
    return address


def _read_only(connection: sqlalchemy.Connection, query: str) -> None:
    """Let a connection read only, and see that the query is one statement: a second could end the transaction.

    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    import sqlalchemy as sa

    if connection.engine.url.get_backend_name() == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        return
    import psycopg

    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the address names the driver
    # parsed and not run; psycopg sends text without parameters in a way that allows several statements
    parsed = driver.pgconn.prepare(b"", query.encode(driver.info.encoding))
    if parsed.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise sa.exc.DatabaseError(query, None, psycopg.DatabaseError(parsed.get_error_message()))
