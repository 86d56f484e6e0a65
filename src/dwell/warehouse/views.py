"""The reading views: lake rows and journal rows of one instant as one table, newest version per key, without `seq`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.records import TABLES, Table
from dwell.warehouse import journal, lake
from dwell.warehouse.catalogue import Catalogue, TableState
from dwell.warehouse.columns import SEQ, column_list, from_journal, key_list, quote_name, quote_text, typed_nulls
from dwell.warehouse.damage import damaged_lake_file, reading_errors

if TYPE_CHECKING:
    import duckdb

Hot = dict[str, list[tuple[Any, ...]]]

_CARRIED = {"text": "string", "count": "int64", "number": "float64", "day": "string", "texts": "string"}


def hot_rows(connection: sqlite3.Connection, tables: list[str]) -> Hot:
    """The journal's rows of these tables, as the connection's transaction sees them."""
    return {name: journal.rows(connection, TABLES[name]) for name in tables}


def attach(
    connection: duckdb.DuckDBPyConnection, root: Path, catalogue: Catalogue, hot: Hot, *, prefix: str = ""
) -> None:
    """Makes a temporary view per table of `hot`, named as the table behind the prefix.

    Raises:
        DamagedDataError: A file of the lake is missing or has another size than was written.
    """
    for name, rows in hot.items():
        table, state = TABLES[name], catalogue.table(name)
        if rows:
            load_hot(connection, table, rows)
        every = _all_versions(table, root, state, hot=bool(rows))
        view = f"CREATE OR REPLACE TEMP VIEW {quote_name(prefix + name)} AS {_newest(table, every, state)}"
        with reading_errors(root):
            connection.execute(view).fetchall()


def _newest(table: Table, every: str, state: TableState) -> str:
    """The newest version per key; without superseded rows, which the catalogue counts, a plain scan."""
    if not state.superseded:
        return f"SELECT {column_list(table)} FROM ({every})"
    return newest_versions(table, every)


def newest_versions(table: Table, every: str, columns: Sequence[str] | None = None) -> str:
    """SQL for the newest version per key out of all versions; its columns are the table's unless they are named.

    Only keys that have several versions go through the join: on a million keys that takes 0.6 of the wall time of
    `row_number() OVER (PARTITION BY key ORDER BY seq DESC) = 1`.
    """
    match = " AND ".join(f"stored.{quote_name(key)} = several.{quote_name(key)}" for key in table.key)
    grouped = f"FROM ({every}) GROUP BY {key_list(table)} HAVING count(*) > 1"
    versions = f"SELECT {key_list(table)}, max({SEQ}) AS dwell_newest {grouped}"
    shown = ", ".join(f"stored.{quote_name(name)}" for name in columns or [column.name for column in table.columns])
    return (
        f"SELECT {shown} FROM ({every}) AS stored LEFT JOIN ({versions}) AS several ON {match} "
        f"WHERE several.dwell_newest IS NULL OR stored.{SEQ} = several.dwell_newest"
    )


def _all_versions(table: Table, root: Path, state: TableState, *, hot: bool) -> str:
    parts = []
    if state.files:
        parts.append(f"SELECT {column_list(table)}, {SEQ} FROM {scan(root, table.name, state)}")
    if hot:
        parts.append(f"SELECT {column_list(table)}, {SEQ} FROM {_hot_name(table)}")
    if not parts:
        parts.append(typed_nulls(table.name))
    return " UNION ALL ".join(parts)


def scan(root: Path, name: str, state: TableState) -> str:
    """DuckDB SQL, in parentheses, that reads the visible files of a table.

    A file that was written before a column existed lacks it: its rows have null there.
    """
    return read_files(name, visible_files(root, name, state))


def read_files(name: str, paths: Sequence[Path]) -> str:
    """The same for files by their paths."""
    listed = ", ".join(quote_text(str(path)) for path in paths)
    stored = f"FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    return f"({typed_nulls(name)} UNION ALL BY NAME {stored})"


def visible_files(root: Path, name: str, state: TableState) -> list[Path]:
    """The visible files of a table, absolute.

    Raises:
        DamagedDataError: One is missing or has another size than was written.
    """
    place = lake.folder(root, name).absolute()
    for file in state.files:
        path = place / file.path
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            raise damaged_lake_file(path, "it is missing") from None
        if size != file.bytes:
            raise damaged_lake_file(path, f"it has {size} bytes, not {file.bytes}")
    return [place / file.path for file in state.files]


def load_hot(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[tuple[Any, ...]]) -> str:
    """Copies journal rows into a temporary DuckDB table; returns its name.

    arro3 carries them: DuckDB's own `executemany` takes a millisecond a row.
    """
    from arro3.core import Array, DataType
    from arro3.core import Table as ArrowTable

    kinds = {"string": DataType.string(), "int64": DataType.int64(), "float64": DataType.float64()}
    types = [kinds[_CARRIED.get(column.kind, "int64")] for column in table.columns] + [kinds["int64"]]
    columns = zip(*rows, strict=True)
    arrays = [Array(list(values), type=kind) for values, kind in zip(columns, types, strict=True)]
    carried = ArrowTable.from_arrays(arrays, names=[*(column.name for column in table.columns), SEQ])
    select = ", ".join(from_journal(column) for column in table.columns)
    connection.register("dwell_carried", carried)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_hot_name(table)} AS SELECT {select}, {SEQ} FROM dwell_carried"
    ).fetchall()
    connection.unregister("dwell_carried")
    return _hot_name(table)


def _hot_name(table: Table) -> str:
    return quote_name(f"dwell_hot_{table.name}")
