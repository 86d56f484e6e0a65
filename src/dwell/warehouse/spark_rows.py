"""Types of columns in Spark, and rows that are in no file of the lake, written as Parquet for a Spark server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dwell.records import Table
from dwell.settings import Settings
from dwell.warehouse import views
from dwell.warehouse.columns import DUCKDB, SEQ, quote_name, quote_text
from dwell.warehouse.duckdb_connection import bulk_connection

SPARK = {
    "text": "STRING",
    "count": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMP",
    "day": "DATE",
    "texts": "ARRAY<STRING>",
}
"""Kind of column -> its type in Spark."""


def empty_query(table: Table) -> str:
    """Spark SQL for no row with the typed columns of a table, and `seq`."""
    columns = [f"CAST(NULL AS {SPARK[column.kind]}) AS `{column.name}`" for column in table.columns]
    return f"SELECT {', '.join(columns)}, CAST(NULL AS BIGINT) AS {SEQ} WHERE false"


def write_unsealed_rows(table: Table, rows: list[tuple[Any, ...]], folder: Path) -> Path:
    """The file with the journal's rows of a table."""
    path = (folder / f"{table.name}.parquet").absolute()
    with bulk_connection(Settings(), folder) as connection:
        loaded = views.load_unsealed(connection, table, rows)
        connection.execute(f"COPY (FROM {loaded}) TO {quote_text(str(path))} (FORMAT parquet)").fetchall()
    return path


def write_rows(table: Table, rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """The file with these rows of a table; a column that a row does not name is unknown."""
    path = (folder / f"{table.name}.parquet").absolute()
    columns = ", ".join(f"{quote_name(column.name)} {DUCKDB[column.kind]}" for column in table.columns)
    with bulk_connection(Settings(), folder) as connection:
        connection.execute(f"CREATE TEMP TABLE given ({columns}, {SEQ} BIGINT)").fetchall()
        places = ", ".join("?" * (len(table.columns) + 1))
        for row in rows:
            values = [row.get(column.name, [] if column.kind == "texts" else None) for column in table.columns]
            connection.execute(f"INSERT INTO given VALUES ({places})", [*values, 1]).fetchall()
        connection.execute(f"COPY given TO {quote_text(str(path))} (FORMAT parquet)").fetchall()
    return path
