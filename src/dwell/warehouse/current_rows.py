"""The current row of each post, account and topic, by key, in the journal: what a writer must know without an engine.

The lake holds every version of a row and is read in bulk; an append needs the few rows that its own keys have, at once.
So the journal keeps the newest of them in tables of their own, `current_<table>`, which no seal empties. They are
derived: a large import, which goes straight to the lake, leaves them behind, and the next append reads the rest from
there (`current_rows_refresh`). `meta` says up to which batch they are complete, and how new the sealed observations of
a table are: a row observed later than those cannot be in the lake.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from dwell.records import TABLES, Table
from dwell.warehouse.columns import SEQ, SQLITE, quote_name
from dwell.warehouse.journal import path_of
from dwell.warehouse.journal_damage import damaged_journal
from dwell.warehouse.row_checksums import as_stored, checksum

_NAMES = (
    "posts", "creators", "post_snapshots", "post_states", "creator_states", "topic_samples",
    "owned_posts", "owned_account_days", "owned_account_activity", "owned_gaps",
)  # fmt: skip
KEYS: Mapping[str, tuple[str, ...]] = {name: TABLES[name].entity for name in _NAMES}
"""Table -> the columns by which its current row is found."""

_COMPLETE_UNTIL = "current_seq"
FORGET = f"DELETE FROM meta WHERE key = '{_COMPLETE_UNTIL}'"
"""Marks them as incomplete: the next append reads them from the tables again."""

CHECKSUM = "row_checksum"
"""Of a row; null where an older dwell wrote it."""

_SEALED_UNTIL = "sealed_until:"
_DAYS_UNTIL = "days_until:"
_LOOKUP = 400


def table_name(name: str) -> str:
    """Name in the journal of the current rows of a table."""
    return f"current_{name}"


def definition(table: Table) -> str:
    """`CREATE TABLE` of a table's current rows."""
    columns = ", ".join(f"{quote_name(column.name)} {SQLITE[column.kind]}" for column in table.columns)
    key = ", ".join(map(quote_name, KEYS[table.name]))
    columns += f", {SEQ} INTEGER NOT NULL, {CHECKSUM} INTEGER"
    return f"CREATE TABLE {table_name(table.name)} ({columns}, PRIMARY KEY ({key}))"


INDEXES: Mapping[str, tuple[str, ...]] = {
    "current_posts": ("CREATE INDEX current_posts_of_handle ON current_posts (handle)",),
    "current_owned_posts": ("CREATE INDEX current_owned_posts_of_account ON current_owned_posts (open_id)",),
}


def is_complete(log: sqlite3.Connection, seq: int) -> bool:
    """The current rows include every batch up to `seq`."""
    return complete_until(log) == seq


def mark_complete(log: sqlite3.Connection, seq: int) -> None:
    """Note, inside the caller's transaction, that they include every batch up to `seq`."""
    log.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_COMPLETE_UNTIL, seq))


def complete_until(log: sqlite3.Connection) -> int:
    """The newest batch that they include; -1 for a journal that never had them."""
    row = log.execute("SELECT value FROM meta WHERE key = ?", (_COMPLETE_UNTIL,)).fetchone()
    return int(row[0]) if row else -1


def forget(log: sqlite3.Connection) -> None:
    """Remove all of them, inside the caller's transaction: the next append reads them from the tables again."""
    for name in KEYS:
        log.execute(f"DELETE FROM {table_name(name)}")
    log.execute(FORGET)


def update(log: sqlite3.Connection, table: Table, seq: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Take over the rows of one batch, inside the caller's transaction.

    Args:
        log: The journal.
        table: Their table; one without current rows is left alone.
        seq: The batch.
        rows: As `journal_rows.insert` takes them.
    """
    if table.name in KEYS and rows:
        upsert(log, table, [(*row, seq) for row in rows])


def upsert(log: sqlite3.Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Store each row where none newer is stored, inside the caller's transaction.

    Args:
        log: The journal.
        table: A table with current rows.
        rows: As `journal_rows.insert` takes them, each with its `seq`.
    """
    of = checksum_of(table)
    log.executemany(_upsert_sql(table), [(*row, of(row)) for row in as_stored(table, rows)])


@cache
def checksum_of(table: Table) -> Callable[[Sequence[Any]], int]:
    """What gives the checksum of a current row, with its `seq`: over the values in the order of the columns' names."""
    names = [*(column.name for column in table.columns), SEQ]
    in_order = itemgetter(*sorted(range(len(names)), key=names.__getitem__))
    return lambda row: checksum(in_order(row))


def _upsert_sql(table: Table) -> str:
    names = [*(column.name for column in table.columns), SEQ, CHECKSUM]
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


def replace(
    log: sqlite3.Connection, table: Table, keys: Sequence[tuple[str, ...]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Store other current rows of these keys, inside the caller's transaction; none where a key has no row.

    Args:
        log: The journal.
        table: A table with current rows.
        keys: Tuples of the columns by which its current row is found.
        rows: As `journal_rows.insert` takes them, each with its `seq`.
    """
    match = " AND ".join(f"{quote_name(name)} = ?" for name in KEYS[table.name])
    log.executemany(f"DELETE FROM {table_name(table.name)} WHERE {match}", keys)
    upsert(log, table, rows)


def find(log: sqlite3.Connection, table: Table, keys: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    """The current rows with these keys, as `journal_rows.insert` takes them, by key.

    Args:
        log: The journal.
        table: A table with current rows.
        keys: Values of the column by which its current row is found, or tuples of the columns.
    """
    key = KEYS[table.name]
    key_of = itemgetter(*map([column.name for column in table.columns].index, key))
    return {key_of(row): row for row in select(log, table, key, keys)}


def find_batches(log: sqlite3.Connection, table: Table, keys: Iterable[Any]) -> dict[Any, int]:
    """The batches of the current rows with these keys, which are as `find` takes them."""
    key = ", ".join(map(quote_name, KEYS[table.name]))
    found = select_in(log, f"SELECT {key}, {SEQ} FROM {table_name(table.name)} WHERE ({key}) IN", keys)
    return {values[0] if len(values) == 1 else tuple(values): seq for *values, seq in found}


def select(
    log: sqlite3.Connection, table: Table, columns: Sequence[str], values: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    """The current rows with these values in one or several columns, as `journal_rows.insert` takes them.

    Raises:
        DamagedDataError: One of them is not what was written.
    """
    sql = f"{_select_sql(table)} WHERE ({', '.join(map(quote_name, columns))}) IN"
    return _verified(log, table, select_in(log, sql, values))


def list_all(log: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """All current rows of a table, as `journal_rows.insert` takes them.

    Raises:
        DamagedDataError: One of them is not what was written.
    """
    return _verified(log, table, log.execute(_select_sql(table)))


def _select_sql(table: Table) -> str:
    names = [*(column.name for column in table.columns), SEQ, CHECKSUM]
    return f"SELECT {', '.join(map(quote_name, names))} FROM {table_name(table.name)}"


def _verified(log: sqlite3.Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    of = checksum_of(table)
    for *row, stored in rows:
        if stored is not None and stored != of(row):
            raise damaged_journal(path_of(log), f"a row of {table_name(table.name)} is not what was written")
        yield tuple(row[:-1])


def verify(log: sqlite3.Connection) -> None:
    """Reads all current rows.

    Raises:
        DamagedDataError: One of them is not what was written.
    """
    for name in KEYS:
        for _ in list_all(log, TABLES[name]):
            pass


def newest_observations(log: sqlite3.Connection, table: Table, keys: Iterable[str]) -> dict[str, int]:
    """When each was last observed, microseconds since 1970, for the keys that have a current row."""
    (key,) = KEYS[table.name]
    names = [column.name for column in table.columns]
    key_of, observed = names.index(key), names.index("observed_at")
    return {row[key_of]: row[observed] for row in select(log, table, (key,), keys)}


def select_in(log: sqlite3.Connection, sql: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that ends with `IN`, for any number of values, or of tuples of values."""
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), _LOOKUP):
        part = wanted[start : start + _LOOKUP]
        if isinstance(part[0], tuple):
            listed = ", ".join([f"({', '.join('?' * len(part[0]))})"] * len(part))
            yield from log.execute(f"{sql} (VALUES {listed})", [value for row in part for value in row])
        else:
            yield from log.execute(f"{sql} ({', '.join('?' * len(part))})", part)


def sealed_until(log: sqlite3.Connection) -> dict[str, int]:
    """Table -> its newest observation in the lake, microseconds since 1970; no entry while the lake has none."""
    rows = log.execute("SELECT key, value FROM meta WHERE key GLOB ?", (_SEALED_UNTIL + "*",))
    return {key.removeprefix(_SEALED_UNTIL): value for key, value in rows}


def days_until(log: sqlite3.Connection, name: str) -> int | None:
    """The end of the latest day of a table's readings that are known to the day, microseconds; None without any."""
    row = log.execute("SELECT value FROM meta WHERE key = ?", (_DAYS_UNTIL + name,)).fetchone()
    return int(row[0]) if row else None


def raise_days_until(log: sqlite3.Connection, name: str, until: int | None) -> None:
    """Note how late a table's readings of days are, inside the caller's transaction."""
    _raise(log, _DAYS_UNTIL + name, until)


def record_seal(log: sqlite3.Connection) -> None:
    """Note how new the rows are that a seal moves; inside the transaction that removes them from the journal."""
    for table in TABLES.values():
        (newest,) = log.execute(f"SELECT max(observed_at) FROM {quote_name(table.name)}").fetchone()
        raise_sealed_until(log, table.name, newest)


def raise_sealed_until(log: sqlite3.Connection, name: str, newest: int | None) -> None:
    """Note how new a table's rows in the lake are, inside the caller's transaction."""
    _raise(log, _SEALED_UNTIL + name, newest)


def reset_until(log: sqlite3.Connection, name: str, newest: int | None, latest_day: int | None) -> None:
    """Note, inside the caller's transaction, how new a table's rows are when all are in the lake; None without any."""
    for key, value in ((_SEALED_UNTIL + name, newest), (_DAYS_UNTIL + name, latest_day)):
        log.execute("DELETE FROM meta WHERE key = ?", (key,))
        _raise(log, key, value)


def _raise(log: sqlite3.Connection, key: str, value: int | None) -> None:
    if value is not None:
        log.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
            (key, value),
        )
