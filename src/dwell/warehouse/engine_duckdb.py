"""DuckDB as the query engine of one process: in memory, in UTC, never a shared file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import views
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.fetch_arrow import fetch_arrow

if TYPE_CHECKING:
    import duckdb

    from dwell.warehouse.snapshot import StoreSnapshot


class DuckDBEngine:
    """Queries on one snapshot in this process, through one connection that opens with the first query.

    Args:
        settings: Memory and threads.
        snapshot: What the queries see; its journal rows are copied once per table.

    Attributes:
        dialect: The SQL that it runs.
    """

    dialect: ClassVar[Literal["duckdb"]] = "duckdb"

    def __init__(self, settings: Settings, snapshot: StoreSnapshot) -> None:
        self._settings = settings
        self._snapshot = snapshot
        self._attached: set[str] = set()
        self._loaded: set[str] = set()

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return connect(self._settings)

    def query(self, sql: str, tables: Iterable[str], parameters: Any = None) -> Result:
        """Runs one query.

        Args:
            sql: The query, in DuckDB's dialect.
            tables: Names of the tables that it reads.
            parameters: Values for `$name` or `?` in the query.

        Returns:
            Rows with instants aware and in UTC, and None for what is unknown.
        """
        with self._reading(tables):
            return fetch(self._connection, sql, parameters)

    def query_arrow(self, sql: str, tables: Iterable[str]) -> Result:
        """Runs one query, whose rows stay in Arrow."""
        with self._reading(tables):
            return fetch_arrow(self._connection, sql)

    @contextmanager
    def _reading(self, tables: Iterable[str]) -> Iterator[None]:
        """Makes the views of these tables; names a file that turns out to be damaged inside the block."""
        snapshot = self._snapshot
        snapshot.require_files()
        fresh = [name for name in dict.fromkeys(tables) if name not in self._attached]
        unsealed = snapshot.unsealed_rows(fresh)
        with reading_errors(snapshot.root):
            views.attach(self._connection, snapshot.root, snapshot.catalogue, unsealed, fresh, loaded=self._loaded)
            self._attached.update(fresh)
            self._loaded.update(unsealed)
            yield

    def close(self) -> None:
        """Closes the connection, if a query opened it."""
        if "_connection" in self.__dict__:
            self._connection.close()


def fetch(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> Result:
    """Runs one query; instants come back aware and in UTC, NaN and infinity as None."""
    cursor = connection.execute(sql, parameters) if parameters is not None else connection.execute(sql)
    described = cursor.description or []
    rows = cursor.fetchall()
    floats = [index for index, column in enumerate(described) if str(column[1]) in {"DOUBLE", "FLOAT"}]
    instants = [index for index, column in enumerate(described) if str(column[1]) == "TIMESTAMP WITH TIME ZONE"]
    if floats or instants:
        rows = [_to_python(row, floats, instants) for row in rows]
    return Result(columns=tuple(column[0] for column in described), rows=rows)


def _to_python(row: tuple[Any, ...], floats: list[int], instants: list[int]) -> tuple[Any, ...]:
    values = list(row)
    for index in floats:
        value = values[index]
        if value is not None and not -1.7976931348623157e308 <= value <= 1.7976931348623157e308:
            values[index] = None
    for index in instants:
        value = values[index]
        if isinstance(value, datetime):
            values[index] = value.astimezone(UTC)
    return tuple(values)
