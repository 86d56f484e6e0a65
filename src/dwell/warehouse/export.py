"""Everything that is stored comes out, and imports again to the same tables; what is derived comes out, too."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dwell.disk.replace import is_special, replacing
from dwell.disk.temporary import temporary_folder
from dwell.errors import NoDataError
from dwell.records import TABLES, Column, Relation
from dwell.warehouse.columns import column_list, key_list, quote_name, quote_text
from dwell.warehouse.damage import output_errors, reading_errors
from dwell.warehouse.derived import Derived
from dwell.warehouse.duckdb_connection import connect

if TYPE_CHECKING:
    import duckdb

    from dwell.warehouse.store import Store

Format = Literal["parquet", "csv", "jsonl"]

_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false",
    "csv": "FORMAT csv, HEADER true, USE_TMP_FILE false",
    "jsonl": "FORMAT json, ARRAY false, USE_TMP_FILE false",
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
    return export_tables(store, {table: target}, form)[table]


def export_tables(
    store: Store,
    targets: Mapping[str, Path | BinaryIO],
    form: Format,
    derived: Mapping[str, Derived] | None = None,
) -> dict[str, int]:
    """Writes tables, each as `export` does; an engine takes as long to start as a small table to write.

    Args:
        store: Where from.
        targets: Name of a stored or derived table -> the file. What is no file, such as a pipe, is written through.
        form: File format.
        derived: The derived tables among them, by name.

    Returns:
        Name of the table -> rows written.
    """
    rows = {}
    with connect(store.settings) as connection:
        for table, target in targets.items():
            source = (derived or {}).get(table) or TABLES[table]
            with output_errors(target if isinstance(target, Path) else Path("stdout")):
                if isinstance(target, Path) and not is_special(target):
                    with replacing(target) as path:
                        rows[table] = _write(connection, store, source, path, form)
                else:
                    rows[table] = _write_through(connection, store, source, target, form)
    return rows


def _write_through(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    source: Relation | Derived,
    target: Path | BinaryIO,
    form: Format,
) -> int:
    """To what cannot be replaced: the engine needs a file, whose bytes are copied."""
    with temporary_folder("dwell-export-") as folder:
        whole = folder / "export"
        rows = _write(connection, store, source, whole, form)
        with whole.open("rb") as file:
            if isinstance(target, Path):
                with target.open("wb", buffering=0) as special:
                    shutil.copyfileobj(file, special)
            else:
                shutil.copyfileobj(file, target)
                target.flush()
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
