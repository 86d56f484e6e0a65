"""The current row of each post, account and topic, by key, in the journal: what a writer must know without an engine.

The lake holds every version of a row and is read in bulk; an append needs the few rows that its own keys have, at once.
So the journal keeps the newest of them in tables of their own, `current_<table>`, which no seal empties. They are
derived: a large import, which goes straight to the lake, leaves them behind, and the next append reads the rest from
there (`refresh`). `meta` says up to which batch they are complete, and how new the sealed observations of a table are:
a row observed later than those cannot be in the lake.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dwell.records import TABLES, Column, Table
from dwell.settings import Settings
from dwell.warehouse import catalogue
from dwell.warehouse.columns import SEQ, SQLITE, quote_name, to_journal

KEYS: Mapping[str, tuple[str, ...]] = {
    "posts": ("post_id",),
    "creators": ("handle",),
    "post_snapshots": ("post_id",),
    "post_states": ("post_id",),
    "creator_states": ("handle",),
    "topic_samples": ("topic_kind", "topic"),
}
"""Table -> the columns by which its current row is found."""

_COMPLETE_UNTIL = "current_seq"
_SEALED_UNTIL = "sealed_until:"
_LOOKUP = 500
_CHUNK = 20_000


def table_name(name: str) -> str:
    """Name in the journal of the current rows of a table."""
    return f"current_{name}"


def definition(table: Table) -> str:
    """`CREATE TABLE` of a table's current rows."""
    columns = ", ".join(f"{quote_name(column.name)} {SQLITE[column.kind]}" for column in table.columns)
    key = ", ".join(map(quote_name, KEYS[table.name]))
    return f"CREATE TABLE {table_name(table.name)} ({columns}, {SEQ} INTEGER NOT NULL, PRIMARY KEY ({key}))"


INDEXES: Mapping[str, tuple[str, ...]] = {
    "current_posts": ("CREATE INDEX current_posts_of_handle ON current_posts (handle)",)
}


def is_complete(log: sqlite3.Connection, seq: int) -> bool:
    """The current rows include every batch up to `seq`."""
    return _complete_until(log) == seq


def mark_complete(log: sqlite3.Connection, seq: int) -> None:
    """Note, inside the caller's transaction, that they include every batch up to `seq`."""
    log.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_COMPLETE_UNTIL, seq))


def _complete_until(log: sqlite3.Connection) -> int:
    row = log.execute("SELECT value FROM meta WHERE key = ?", (_COMPLETE_UNTIL,)).fetchone()
    return int(row[0]) if row else -1


def update(log: sqlite3.Connection, table: Table, seq: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Take over the rows of one batch, inside the caller's transaction.

    Args:
        log: The journal.
        table: Their table; one without current rows is left alone.
        seq: The batch.
        rows: As `journal.insert` takes them.
    """
    if table.name in KEYS and rows:
        log.executemany(_upsert(table), [(*row, seq) for row in rows])


def _upsert(table: Table) -> str:
    names = [*(column.name for column in table.columns), SEQ]
    key = KEYS[table.name]
    changed = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in names if name not in key)
    newer = f"excluded.{SEQ} >= {SEQ}"
    if table.keeps == "every":
        newer = f"(excluded.observed_at, excluded.{SEQ}) >= (observed_at, {SEQ})"
    return (
        f"INSERT INTO {table_name(table.name)} ({', '.join(map(quote_name, names))}) "
        f"VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT ({', '.join(map(quote_name, key))}) DO UPDATE SET {changed} WHERE {newer}"
    )


def find(log: sqlite3.Connection, table: Table, keys: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """The current rows with these keys, as `journal.insert` takes them, by key.

    Args:
        log: The journal.
        table: A table whose current row is found by one column.
        keys: Values of that column.
    """
    (key,) = KEYS[table.name]
    place = [column.name for column in table.columns].index(key)
    columns = ", ".join(quote_name(column.name) for column in table.columns)
    sql = f"SELECT {columns} FROM {table_name(table.name)} WHERE {quote_name(key)} IN "
    return {row[place]: row for row in select_in(log, sql, keys)}


def newest_observations(log: sqlite3.Connection, table: Table, keys: Iterable[str]) -> dict[str, int]:
    """When each was last observed, microseconds since 1970, for the keys that have a current row."""
    (key,) = KEYS[table.name]
    sql = f"SELECT {quote_name(key)}, observed_at FROM {table_name(table.name)} WHERE {quote_name(key)} IN"
    return dict(select_in(log, sql, keys))


def select_in(log: sqlite3.Connection, sql: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that ends with `IN`, for any number of values."""
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), _LOOKUP):
        part = wanted[start : start + _LOOKUP]
        yield from log.execute(f"{sql} ({', '.join('?' * len(part))})", part)


def sealed_until(log: sqlite3.Connection) -> dict[str, int]:
    """Table -> its newest observation in the lake, microseconds since 1970; no entry while the lake has none."""
    rows = log.execute("SELECT key, value FROM meta WHERE key GLOB ?", (_SEALED_UNTIL + "*",))
    return {key.removeprefix(_SEALED_UNTIL): value for key, value in rows}


def record_seal(log: sqlite3.Connection) -> None:
    """Note how new the rows are that a seal moves; inside the transaction that removes them from the journal."""
    for table in TABLES.values():
        (newest,) = log.execute(f"SELECT max(observed_at) FROM {quote_name(table.name)}").fetchone()
        _raise_sealed_until(log, table.name, newest)


def _raise_sealed_until(log: sqlite3.Connection, name: str, newest: int | None) -> None:
    if newest is not None:
        log.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
            (_SEALED_UNTIL + name, newest),
        )


def refresh(log: sqlite3.Connection, root: Path, settings: Settings) -> None:
    """Complete the current rows with what the lake and the journal have above them; the caller holds the writer lock.

    Killed at any moment, it is simply done again: a row is only ever replaced by a newer one.
    """
    from dwell.warehouse import journal

    since = _complete_until(log)
    if since == catalogue.read_seq(log):
        return
    state = catalogue.read(log)
    if any(state.table(name).files for name in TABLES):
        _refresh_from_lake(log, root, settings, state, since)
    with journal.transaction(log):
        for name in KEYS:
            table = TABLES[name]
            columns = ", ".join(quote_name(column.name) for column in table.columns)
            above = log.execute(f"SELECT {columns}, {SEQ} FROM {quote_name(name)} WHERE {SEQ} > ?", (since,))
            log.executemany(_upsert(table), above.fetchall())
        mark_complete(log, state.seq)


def _refresh_from_lake(
    log: sqlite3.Connection, root: Path, settings: Settings, state: catalogue.Catalogue, since: int
) -> None:
    from dwell.warehouse import journal, views
    from dwell.warehouse.engine_duckdb import connect

    with connect(settings) as connection:
        for name, table in TABLES.items():
            files = state.table(name)
            if not files.files:
                continue
            rows = f"(SELECT * FROM {views.scan(root, name, files)} WHERE {SEQ} > {since})"
            newest = connection.execute(f"SELECT epoch_us(max(observed_at)) FROM {rows}").fetchall()[0][0]
            if name in KEYS:
                cursor = connection.execute(_newest_rows(table, rows))
                while chunk := cursor.fetchmany(_CHUNK):
                    with journal.transaction(log):
                        log.executemany(_upsert(table), chunk)
            with journal.transaction(log):
                _raise_sealed_until(log, name, newest)


def _newest_rows(table: Table, rows: str) -> str:
    key = ", ".join(map(quote_name, KEYS[table.name]))
    order = f"{SEQ} DESC" if table.keeps == "newest" else f"observed_at DESC, {SEQ} DESC"
    columns = ", ".join(_as_column(column) for column in table.columns)
    newest = f"SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
    return f"SELECT {columns}, {SEQ} FROM ({newest})"


def _as_column(column: Column) -> str:
    return f"{to_journal(column)} AS {quote_name(column.name)}"
