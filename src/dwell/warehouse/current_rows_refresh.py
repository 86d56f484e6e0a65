"""Completing the current rows with what a large import, or an older dwell, left out of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.records import TABLES, Column, Table
from dwell.settings import Settings
from dwell.warehouse import catalogue, current_rows, journal, lake, lake_scan
from dwell.warehouse.columns import SEQ, quote_name, to_journal
from dwell.warehouse.damage import lake_errors, reading_errors

if TYPE_CHECKING:
    import duckdb

_CHUNK = 20_000
DAY_MICROS = 86_400_000_000


def refresh(log: sqlite3.Connection, root: Path, settings: Settings) -> None:
    """Complete the current rows with what the lake and the journal have above them; the caller holds the writer lock.

    Killed at any moment, it is simply done again: a row is only ever replaced by a newer one.
    """
    since = current_rows.complete_until(log)
    if since == catalogue.read_seq(log):
        return
    state = catalogue.read(log)
    if any(state.table(name).files for name in TABLES):
        _refresh_from_lake(log, root, settings, state, since)
    with journal.transaction(log):
        for name in current_rows.KEYS:
            table = TABLES[name]
            columns = ", ".join(quote_name(column.name) for column in table.columns)
            above = log.execute(f"SELECT {columns}, {SEQ} FROM {quote_name(name)} WHERE {SEQ} > ?", (since,))
            current_rows.upsert(log, table, above.fetchall())
        current_rows.mark_complete(log, state.seq)


def _refresh_from_lake(
    log: sqlite3.Connection, root: Path, settings: Settings, state: catalogue.Catalogue, since: int
) -> None:
    from dwell.warehouse.duckdb_connection import connect

    with reading_errors(root), lake_errors(root / lake.FOLDER), connect(settings) as connection:
        for name, table in TABLES.items():
            files = state.table(name)
            if not files.files:
                continue
            rows = f"(SELECT * FROM {lake_scan.scan(root, name, files)} WHERE {SEQ} > {since})"
            newest = connection.execute(f"SELECT epoch_us(max(observed_at)) FROM {rows}").fetchall()[0][0]
            latest_day = days_until(connection, table, rows)
            if name in current_rows.KEYS:
                cursor = connection.execute(newest_rows(table, rows))
                while chunk := cursor.fetchmany(_CHUNK):
                    with journal.transaction(log):
                        current_rows.upsert(log, table, chunk)
            with journal.transaction(log):
                current_rows.raise_sealed_until(log, name, newest)
                current_rows.raise_days_until(log, name, latest_day)


def days_until(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int | None:
    """The end of the latest day of the readings that are known to the day, microseconds; None without any."""
    if "observed_precision" not in {column.name for column in table.columns}:
        return None
    latest = "epoch_us(max(observed_at) FILTER (observed_precision = 'day'))"
    ((start,),) = connection.execute(f"SELECT {latest} FROM {source}").fetchall()
    return None if start is None else int(start) + DAY_MICROS


def newest_rows(table: Table, rows: str) -> str:
    """SQL for the current rows out of rows with `seq`, as `current_rows.upsert` takes them."""
    key = ", ".join(map(quote_name, current_rows.KEYS[table.name]))
    order = f"{SEQ} DESC" if table.keeps == "newest" else f"observed_at DESC, {SEQ} DESC"
    columns = ", ".join(_as_column(column) for column in table.columns)
    newest = f"SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
    return f"SELECT {columns}, {SEQ} FROM ({newest})"


def _as_column(column: Column) -> str:
    return f"{to_journal(column)} AS {quote_name(column.name)}"
