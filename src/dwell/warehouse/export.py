"""Everything that is stored comes out, and imports again to the same tables; what is derived comes out, too."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dwell.disk.replace import replacing
from dwell.disk.temporary import temporary_folder
from dwell.errors import NoDataError
from dwell.records import TABLES, Column, Relation
from dwell.warehouse.columns import column_list, key_list, quote_name, quote_text
from dwell.warehouse.damage import output_errors, reading_errors
from dwell.warehouse.derived import Derived
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
    with temporary_folder("dwell-export-") as folder, connect(store.settings) as connection:
        whole = folder / "export"
        rows = _write(connection, store, TABLES[table], whole, form)
        with whole.open("rb") as file:
            shutil.copyfileobj(file, target)
    return rows


def export_tables(
    store: Store, targets: Mapping[str, Path], form: Format, derived: Mapping[str, Derived] | None = None
) -> dict[str, int]:
    """Writes tables, each as `export` does; an engine takes as long to start as a small table to write.

    Args:
        store: Where from.
        targets: Name of a stored or derived table -> the file.
        form: File format.
        derived: The derived tables among them, by name.

    Returns:
        Name of the table -> rows written.
    """
    rows = {}
    with connect(store.settings) as connection:
        for table, target in targets.items():
            with output_errors(target), replacing(target) as path:
                made = (derived or {}).get(table)
                rows[table] = _write(connection, store, made or TABLES[table], path, form)
    return rows


def _write(
    connection: duckdb.DuckDBPyConnection, store: Store, source: Relation | Derived, path: Path, form: Format
) -> int:
    table = source.relation if isinstance(source, Derived) else source
    rows = f"({source.make_query(with_seq=False)})" if isinstance(source, Derived) else quote_name(table.name)
    columns = column_list(table) if form == "parquet" else ", ".join(_plain(column, form) for column in table.columns)
    ordered = f"SELECT {column_list(table)} FROM {rows} ORDER BY {key_list(table)}"
    store.attach(connection, source.reads if isinstance(source, Derived) else [table.name])
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
