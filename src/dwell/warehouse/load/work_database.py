"""The database of the working tables, `work`, and the macros that the loader's queries use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dwell.warehouse.columns import quote_text
from dwell.warehouse.load import comparison, ids, instants, macros, number_readers

if TYPE_CHECKING:
    import duckdb

_MACROS = (*macros.MACROS, *number_readers.MACROS, *ids.MACROS, *instants.MACROS, *comparison.MACROS)

_IN_MEMORY = "':memory:' AS work"


def attach_work(connection: duckdb.DuckDBPyConnection, scratch: Path | None) -> None:
    """Attaches `work`.

    Args:
        connection: For bulk work.
        scratch: The working tables are in a file in this folder, compressed and never all in memory. In memory where
            None: to write a file takes longer than all other work on a small one.
    """
    # A file is never read after a crash, so it keeps no log.
    file = f"{quote_text(str(scratch / 'work.duckdb'))} AS work (RECOVERY_MODE no_wal_writes)" if scratch else ""
    connection.execute(f"ATTACH {file or _IN_MEMORY}").fetchall()
    connection.execute("SET search_path = 'memory.main,work.main'").fetchall()
    _define_macros(connection)
    # Progress can then be asked for; DuckDB must not print it by itself.
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false").fetchall()


def _define_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Defines the macros, unless an earlier session of the instance did: it takes longer than to read a small file."""
    import duckdb

    try:
        connection.execute("SELECT has_all_macros()").fetchall()
    except duckdb.CatalogException:
        for macro in (*_MACROS, "has_all_macros() AS true"):
            connection.execute(f"CREATE OR REPLACE MACRO memory.main.{macro}").fetchall()
