"""Everything that is stored comes out, and imports again to the same tables."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dwell.disk.replace import replacing
from dwell.errors import NoDataError
from dwell.records import TABLES, Column, Table
from dwell.warehouse.columns import column_list, key_list, quote_name, quote_text
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.engine_duckdb import connect

if TYPE_CHECKING:
    import duckdb

    from dwell.warehouse.store import Store

Format = Literal["parquet", "csv", "jsonl"]

_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true",
    "jsonl": "FORMAT json, ARRAY false",
}


def export(store: Store, table: str, target: Path | BinaryIO, form: Format) -> int:
    """Writes one table, sorted by its key, without internal columns.

    Parquet keeps the types. In CSV and JSON lines an instant is `2024-01-05T00:00:00.000000Z`; a list is JSON text in
    CSV; unknown is an empty field or null.

    Args:
        store: Where from; the rows are those of one instant.
        table: Name of the table.
        target: A path, which then holds the whole export or is as it was before; or a binary stream.
        form: File format.

    Returns:
        Rows written.

    Raises:
        NoDataError: There is no table of that name.
        StorageError: The target cannot be written.
    """
    if table not in TABLES:
        raise NoDataError(f"There is no table {table}: choose one of {', '.join(TABLES)}.")
    if isinstance(target, Path):
        return export_tables(store, {table: target}, form)[table]
    with tempfile.TemporaryDirectory(prefix="dwell-export-") as folder, connect(store.settings) as connection:
        whole = Path(folder) / "export"
        rows = _write(connection, store, TABLES[table], whole, form)
        with whole.open("rb") as file:
            shutil.copyfileobj(file, target)
    return rows


def export_tables(store: Store, targets: Mapping[str, Path], form: Format) -> dict[str, int]:
    """Writes tables, each as `export` does; an engine takes as long to start as a small table to write.

    Returns:
        Name of the table -> rows written.
    """
    rows = {}
    with connect(store.settings) as connection:
        for table, target in targets.items():
            with lake_errors(target), replacing(target) as path:
                rows[table] = _write(connection, store, TABLES[table], path, form)
    return rows


def _write(connection: duckdb.DuckDBPyConnection, store: Store, table: Table, path: Path, form: Format) -> int:
    columns = column_list(table) if form == "parquet" else ", ".join(_plain(column, form) for column in table.columns)
    ordered = f"SELECT {column_list(table)} FROM {quote_name(table.name)} ORDER BY {key_list(table)}"
    store.attach(connection, [table.name])
    with reading_errors(store.root):
        query = f"COPY (SELECT {columns} FROM ({ordered})) TO {quote_text(str(path))} ({_OPTIONS[form]})"
        return int(connection.execute(query).fetchall()[0][0])


def _plain(column: Column, form: Format) -> str:
    name = quote_name(column.name)
    if column.kind == "instant":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
    if column.kind == "texts" and form == "csv":
        return f"to_json({name})::VARCHAR AS {name}"
    return name
