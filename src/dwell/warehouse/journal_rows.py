"""The rows of the journal: those that no seal has moved yet, with the sums of their checksums."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dwell.records import TABLES, Table
from dwell.warehouse import batches, current_rows, journal_checksum, row_checksums
from dwell.warehouse.columns import REPLACES, SEQ, key_list, quote_name, quote_text
from dwell.warehouse.journal import check_pages, path_of, read_transaction
from dwell.warehouse.journal_damage import damaged_journal

_PARAMETERS = 900  # in one statement; SQLite allows more, older ones 999


def insert(connection: sqlite3.Connection, table: Table, seq: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows in the order of the table's columns, inside the caller's transaction."""
    if not rows:
        return
    columns = _stored_columns(table)
    sql = f"INSERT INTO {quote_name(table.name)} ({_listed(columns)}) VALUES ({', '.join('?' * len(columns))})"
    rest = (seq, None) if REPLACES in columns else (seq,)
    whole = [(*row, *rest) for row in row_checksums.as_stored(table, rows)]
    connection.executemany(sql, whole)
    row_checksums.add(connection, table.name, row_checksums.add_up(whole, columns))


def replace(
    connection: sqlite3.Connection, table: Table, seq: int, rows: Sequence[tuple[Any, ...]], sealed: Mapping[Any, int]
) -> None:
    """Adds readings, or replaces those of the same keys, inside the caller's transaction.

    Args:
        connection: The journal.
        table: A table that keeps every reading.
        seq: The batch.
        rows: As `insert` takes them.
        sealed: Key -> the batch of the row in the lake that is replaced; no entry for a new key, nor for a row that is
            in the journal, which knows for itself whether it replaces one.
    """
    if not rows:
        return
    columns = _stored_columns(table)
    places = [columns.index(name) for name in table.key]
    rows = row_checksums.as_stored(table, rows)
    keys = [tuple(row[place] for place in places) for row in rows]
    before = _find_stored(connection, table, keys)
    replaced = columns.index(REPLACES)
    after = [
        (*row, seq, before[key][replaced] if key in before else sealed.get(key))
        for key, row in zip(keys, rows, strict=True)
    ]
    changed = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in columns)
    sql = (
        f"INSERT INTO {quote_name(table.name)} ({_listed(columns)}) VALUES ({', '.join('?' * len(columns))}) "
        f"ON CONFLICT ({key_list(table)}) DO UPDATE SET {changed}"
    )
    connection.executemany(sql, after)
    row_checksums.subtract(connection, table.name, row_checksums.add_up(before.values(), columns))
    row_checksums.add(connection, table.name, row_checksums.add_up(after, columns))


def _stored_columns(table: Table) -> list[str]:
    """The columns of a table in the journal: those of its rows, the batch, and what a reading replaces."""
    return [*(column.name for column in table.columns), SEQ, *([REPLACES] if table.keeps == "every" else [])]


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(map(quote_name, columns))


def find(connection: sqlite3.Connection, table: Table, keys: Iterable[Any]) -> dict[Any, tuple[tuple[Any, ...], int]]:
    """The rows of these keys in a table that keeps every reading, as `insert` takes them, and their batches, by key.

    Args:
        connection: The journal.
        table: The table.
        keys: Tuples in the order of the table's key.
    """
    width = len(table.columns)
    found = _find_stored(connection, table, _of_stored_readings(connection, table, list(keys)))
    return {key: (row[:width], row[width]) for key, row in found.items()}


def _find_stored(
    connection: sqlite3.Connection, table: Table, keys: Sequence[Any]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of these keys, by key, with all columns of `_stored_columns`."""
    columns = _stored_columns(table)
    places = [columns.index(name) for name in table.key]
    size, found = _PARAMETERS // len(table.key), {}
    for start in range(0, len(keys), size):
        part = keys[start : start + size]
        listed = ", ".join([f"({', '.join('?' * len(table.key))})"] * len(part))
        sql = f"SELECT {_listed(columns)} FROM {quote_name(table.name)} WHERE ({key_list(table)}) IN (VALUES {listed})"
        for row in connection.execute(sql, [value for key in part for value in key]):
            found[tuple(row[place] for place in places)] = row
    return found


def _of_stored_readings(connection: sqlite3.Connection, table: Table, keys: list[Any]) -> list[Any]:
    """The keys of readings that have any row: a reading of a curve has many rows, and most readings are new."""
    length = len(table.entity) + 1
    if length >= len(table.key):
        return keys
    names = ", ".join(map(quote_name, table.key[:length]))
    sql = f"SELECT DISTINCT {names} FROM {quote_name(table.name)} WHERE ({names}) IN"
    stored = set(current_rows.select_in(connection, sql, (key[:length] for key in keys)))
    return [key for key in keys if key[:length] in stored]


def replace_nothing(connection: sqlite3.Connection, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
    """Notes, inside the caller's transaction, that the readings of these keys replace none of the lake any more."""
    if not keys:
        return
    columns = _stored_columns(table)
    before = _find_stored(connection, table, keys)
    after = [(*row[:-1], None) for row in before.values()]
    match = " AND ".join(f"{quote_name(name)} = ?" for name in table.key)
    connection.executemany(f"UPDATE {quote_name(table.name)} SET {REPLACES} = NULL WHERE {match}", list(before))
    row_checksums.subtract(connection, table.name, row_checksums.add_up(before.values(), columns))
    row_checksums.add(connection, table.name, row_checksums.add_up(after, columns))


def clear(connection: sqlite3.Connection) -> None:
    """Removes the rows of every table, inside the caller's transaction."""
    for name in TABLES:
        connection.execute(f"DELETE FROM {quote_name(name)}")
    row_checksums.clear(connection)


def rows(connection: sqlite3.Connection, table: Table) -> list[tuple[Any, ...]]:
    """All rows of a table, with `seq` and in tables of readings `replaces`; they are what was written.

    A column that was added later has its default, or null.

    Raises:
        DamagedDataError: Rows of a batch are damaged or missing.
    """
    columns, present = _stored_columns(table), columns_of(connection, table.name)
    found: list[tuple[Any, ...]] = []
    if present:
        values = (quote_name(name) if name in present else default_of(table, name) for name in columns)
        found = connection.execute(f"SELECT {', '.join(values)} FROM {quote_name(table.name)}").fetchall()
    if journal_checksum.is_known(connection):
        _compare(connection, table, found, [name for name in columns if name in present])
    return found


def _compare(
    connection: sqlite3.Connection, table: Table, found: Sequence[tuple[Any, ...]], present: Sequence[str]
) -> None:
    """Compares rows with the sums of their batches.

    Raises:
        DamagedDataError: They differ; the message names the first batch.
    """
    columns = _stored_columns(table)
    if len(present) < len(columns):  # an older dwell wrote them, and no writer of today has added the columns yet
        places = [columns.index(name) for name in present]
        found = [tuple(row[place] for place in places) for row in found]
    sums, known = row_checksums.add_up(found, present) if found else {}, row_checksums.read(connection, table.name)
    if sums == known:
        return
    seq = min(
        (seq for seq in {*sums, *known} if sums.get(seq) != known.get(seq)), key=str
    )  # a damaged one is any value
    raise damaged_journal(
        path_of(connection), f"rows of {table.name} from batch {seq} are not what was written or are missing"
    )


def verify(path: Path, connection: sqlite3.Connection) -> None:
    """Reads the whole journal but the current rows, which are compared whenever they are read.

    A writer does so before it builds on it.

    Raises:
        DamagedDataError: It is not what was written.
    """
    check_pages(path, connection)
    with read_transaction(connection):
        if journal_checksum.is_known(connection):
            verify_rows(connection)
            batches.verify(connection)


def verify_rows(connection: sqlite3.Connection) -> None:
    """Reads the rows of all tables.

    Raises:
        DamagedDataError: Rows of a batch are damaged or missing.
    """
    for table in TABLES.values():
        rows(connection, table)


def remake_checksums(connection: sqlite3.Connection) -> None:
    """Makes the sums of all rows anew, inside the caller's transaction: the columns of their tables have changed."""
    row_checksums.clear(connection)
    for table in TABLES.values():
        columns = _stored_columns(table)
        found = connection.execute(f"SELECT {_listed(columns)} FROM {quote_name(table.name)}").fetchall()
        if found:
            row_checksums.add(connection, table.name, row_checksums.add_up(found, columns))


def count(connection: sqlite3.Connection, name: str) -> int:
    """How many rows the journal holds of a table.

    Raises:
        DamagedDataError: They are fewer or more than were written.
    """
    present = bool(columns_of(connection, name))
    found = int(connection.execute(f"SELECT count(*) FROM {quote_name(name)}").fetchone()[0]) if present else 0
    return _require_count(connection, name, found, 0)


def count_replaced(connection: sqlite3.Connection, name: str) -> int:
    """How many rows of a table in the lake are replaced by one in the journal.

    Raises:
        DamagedDataError: They are fewer or more than were written.
    """
    present = REPLACES in columns_of(connection, name)
    sql = f"SELECT count({REPLACES}) FROM {quote_name(name)}"
    found = int(connection.execute(sql).fetchone()[0]) if present else 0
    return _require_count(connection, name, found, 1)


def _require_count(connection: sqlite3.Connection, name: str, found: int, place: int) -> int:
    if journal_checksum.is_known(connection) and (known := row_checksums.count(connection, name)[place]) != found:
        raise damaged_journal(path_of(connection), f"{name} has {found:,} rows, of {known:,} that were written")
    return found


def default_of(table: Table, column: str) -> str:
    """SQL of what a column has in rows that were written before it existed."""
    return quote_text(table.defaults[column]) if column in table.defaults else "NULL"


def columns_of(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """The columns that a table has in this journal, with their place in its key, from 1, or 0.

    None where an older dwell wrote the journal without the table.
    """
    return {row[1]: row[5] for row in connection.execute(f"PRAGMA table_info({quote_name(name)})")}
