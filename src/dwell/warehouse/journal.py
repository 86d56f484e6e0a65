"""The journal: a SQLite database in WAL mode that holds small batches, the ingest log and the catalogue.

Its tables carry only rows that no seal has moved yet, because a seal deletes what it moved in the transaction that
makes the moved rows visible in the lake.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from dwell.disk.flush import flush
from dwell.disk.unwritable import connect_or_read
from dwell.errors import StorageError
from dwell.records import TABLES, Table
from dwell.warehouse import batches, catalogue, current_rows
from dwell.warehouse.columns import REPLACES, SEQ, SQLITE, column_list, key_list, quote_name, quote_text
from dwell.warehouse.journal_damage import damaged_journal, journal_errors

NAME = "journal.db"
VERSION = 6  # of the folder's layout: goes up with every table or column that is added; a newer one is refused
APPLICATION = 0x6477656C  # "dwel", in SQLite's header

# A writer waits this long for a reader that is copying the WAL back; writers exclude one another by `writer.lock`.
_BUSY_MS = 30_000
_PARAMETERS = 900  # in one statement; SQLite allows more, older ones 999


@contextmanager
def connect(path: Path, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
    """An open journal whose layout this dwell knows.

    Raises:
        DamagedDataError: It is no SQLite database, is cut off, or is another program's.
        StorageError: A newer dwell made it, or the folder cannot be used.
    """
    with journal_errors(path), closing(_open(path, writing=writing)) as connection:
        _check_identity(path, connection)
        yield connection


def _open(path: Path, *, writing: bool) -> sqlite3.Connection:
    if not writing:
        return connect_or_read(path, _connect)
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    # A power cut must not lose an import that was reported as done.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _check_identity(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise damaged_journal(path, "it is not dwell's")
    if version > VERSION:
        raise StorageError(
            f"{path.parent} was written by a newer dwell (layout {version}, this one knows {VERSION}): update dwell."
        )


def check_pages(path: Path, connection: sqlite3.Connection) -> None:
    """Reads every page of the journal; a writer does so before it builds on it.

    Raises:
        DamagedDataError: A page is damaged or missing.
    """
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise damaged_journal(path, verdict)


def upgrade(connection: sqlite3.Connection) -> None:
    """Adds what the journal of an older dwell lacks: tables, columns, and columns of keys.

    The caller holds the writer lock.
    """
    missing = [*catalogue.upgrade(connection)]
    missing += [
        statement
        for name, table, definition in _tables()
        for statement in _additions(connection, name, table, definition)
    ]
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not missing and version == VERSION:
        return
    with transaction(connection):
        for statement in missing:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _tables() -> Iterator[tuple[str, Table, str]]:
    """Name, columns and `CREATE TABLE` of every table of rows."""
    for table in TABLES.values():
        yield table.name, table, _ddl(table)
    for name in current_rows.KEYS:
        yield current_rows.table_name(name), TABLES[name], current_rows.definition(TABLES[name])


def _additions(connection: sqlite3.Connection, name: str, table: Table, definition: str) -> list[str]:
    """What makes the journal's table as it is today."""
    present = _columns(connection, name)
    if not present:
        return [definition, *current_rows.INDEXES.get(name, ())]
    columns = {column.name: SQLITE[column.kind] for column in table.columns}
    if table.keeps == "every" and name == table.name:
        columns[REPLACES] = SQLITE["count"]
    added = [
        f"ALTER TABLE {quote_name(name)} ADD COLUMN {quote_name(column)} {kind} DEFAULT {_default(table, column)}"
        for column, kind in columns.items()
        if column not in present
    ]
    if _has_key(present, definition):
        return added
    if name == table.name:
        return [*added, *_copies(name, definition, [*columns, SEQ])]
    return [f"DROP TABLE {quote_name(name)}", definition, *current_rows.INDEXES.get(name, ()), current_rows.FORGET]


def _has_key(present: Mapping[str, int], definition: str) -> bool:
    """The table has the key of its definition; SQLite cannot change the key of a table that is there."""
    key = sorted((place, name) for name, place in present.items() if place)
    return f"PRIMARY KEY ({', '.join(quote_name(name) for _, name in key)})" in definition


def _copies(name: str, definition: str, columns: Sequence[str]) -> list[str]:
    """What copies a table into one with the key of today."""
    old, listed = quote_name(f"{name}_before"), ", ".join(map(quote_name, columns))
    return [
        f"ALTER TABLE {quote_name(name)} RENAME TO {old}",
        definition,
        f"INSERT INTO {quote_name(name)} ({listed}) SELECT {listed} FROM {old}",
        f"DROP TABLE {old}",
    ]


def _default(table: Table, column: str) -> str:
    """SQL of what a column has in rows that were written before it existed."""
    return quote_text(table.defaults[column]) if column in table.defaults else "NULL"


def _columns(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """The columns that a table has in this journal, with their place in its key, from 1, or 0.

    None where an older dwell wrote the journal without the table.
    """
    return {row[1]: row[5] for row in connection.execute(f"PRAGMA table_info({quote_name(name)})")}


def create(path: Path, state: catalogue.Catalogue, log: Sequence[tuple[Any, ...]] = ()) -> None:
    """Makes a journal with this catalogue and these batches of the lake; readers see it whole or not at all.

    Args:
        path: Where; the caller holds the writer lock and has seen that nothing is there.
        state: The catalogue to start with.
        log: Rows `seq, batch_id, path, format, digest, at, report` of the ingest log.
    """
    fresh = path.with_name(path.name + ".new")
    with journal_errors(path):
        for leftover in (fresh, *(path.with_name(path.name + end) for end in (".new-wal", ".new-shm", "-shm"))):
            leftover.unlink(missing_ok=True)
        stale = path.with_name(path.name + "-wal")
        if stale.exists():  # of a journal that was moved away: SQLite would replay it into the new one
            stale.rename(stale.with_name(stale.name + ".orphan"))
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with transaction(connection):
                for statement in (*catalogue.SCHEMA, batches.SCHEMA):
                    connection.execute(statement)
                for name, table, definition in _tables():
                    for statement in _additions(connection, name, table, definition):
                        connection.execute(statement)
                catalogue.write(connection, catalogue.Catalogue(), state)
                if not state.tables:
                    current_rows.mark_complete(connection, state.seq)
                connection.executemany("INSERT INTO ingest_batches VALUES (?, ?, ?, ?, ?, ?, ?, 1)", log)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
        fresh.rename(path)
        flush(path.parent)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any way out that is not the end."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    commit(connection)


def commit(connection: sqlite3.Connection) -> None:
    """The one moment at which a change becomes visible to readers, and lasts."""
    connection.execute("COMMIT")


@contextmanager
def read_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything read inside belongs to one instant."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _ddl(table: Table) -> str:
    # Key columns stand first and nothing else is NOT NULL: PRAGMA quick_check of SQLite 3.40 mistakes the columns of a
    # WITHOUT ROWID table whose stored order differs from the declared one.
    # A table that keeps every observation has one row a key; one that keeps the newest has one a key and batch.
    key = [*table.key, SEQ] if table.keeps == "newest" else list(table.key)
    kinds = {column.name: SQLITE[column.kind] for column in table.columns} | {SEQ: SQLITE["count"]}
    if table.keeps == "every":
        kinds[REPLACES] = SQLITE["count"]
    ordered = [*key, *(name for name in kinds if name not in key)]
    columns = ", ".join(f"{quote_name(name)} {kinds[name]}" for name in ordered)
    primary = ", ".join(map(quote_name, key))
    return f"CREATE TABLE {quote_name(table.name)} ({columns}, PRIMARY KEY ({primary})) WITHOUT ROWID"


def insert(connection: sqlite3.Connection, table: Table, seq: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows in the order of the table's columns, inside the caller's transaction."""
    places = ", ".join("?" * len(table.columns))
    sql = f"INSERT INTO {quote_name(table.name)} ({column_list(table)}, {SEQ}) VALUES ({places}, {seq})"
    connection.executemany(sql, rows)


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
    columns = [column.name for column in table.columns]
    places = [columns.index(name) for name in table.key]
    changed = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in (*columns, SEQ))
    sql = (
        f"INSERT INTO {quote_name(table.name)} ({column_list(table)}, {SEQ}, {REPLACES}) "
        f"VALUES ({', '.join('?' * len(columns))}, {seq}, ?) ON CONFLICT ({key_list(table)}) DO UPDATE SET {changed}"
    )
    connection.executemany(sql, [(*row, sealed.get(tuple(row[place] for place in places))) for row in rows])


def find(connection: sqlite3.Connection, table: Table, keys: Iterable[Any]) -> dict[Any, tuple[tuple[Any, ...], int]]:
    """The rows of these keys in a table that keeps every reading, as `insert` takes them, and their batches, by key.

    Args:
        connection: The journal.
        table: The table.
        keys: Tuples in the order of the table's key.
    """
    columns = [column.name for column in table.columns]
    places = [columns.index(name) for name in table.key]
    wanted, found = _of_stored_readings(connection, table, list(keys)), {}
    size = _PARAMETERS // len(table.key)
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        listed = ", ".join([f"({', '.join('?' * len(table.key))})"] * len(part))
        sql = (
            f"SELECT {column_list(table)}, {SEQ} FROM {quote_name(table.name)} "
            f"WHERE ({key_list(table)}) IN (VALUES {listed})"
        )
        for row in connection.execute(sql, [value for key in part for value in key]):
            found[tuple(row[place] for place in places)] = (row[:-1], row[-1])
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


def clear(connection: sqlite3.Connection) -> None:
    """Removes the rows of every table, inside the caller's transaction."""
    for name in TABLES:
        connection.execute(f"DELETE FROM {quote_name(name)}")


def rows(connection: sqlite3.Connection, table: Table) -> list[tuple[Any, ...]]:
    """All rows of a table, with `seq` and in tables of readings `replaces`.

    A column that was added later has its default, or null.
    """
    present = _columns(connection, table.name)
    if not present:
        return []
    selected = ", ".join(
        quote_name(column.name)
        if column.name in present
        else f"{_default(table, column.name)} AS {quote_name(column.name)}"
        for column in table.columns
    )
    selected += f", {SEQ}"
    if table.keeps == "every":
        selected += f", {REPLACES}" if REPLACES in present else f", NULL AS {REPLACES}"
    return connection.execute(f"SELECT {selected} FROM {quote_name(table.name)}").fetchall()


def count(connection: sqlite3.Connection, name: str) -> int:
    """How many rows the journal holds of a table."""
    if not _columns(connection, name):
        return 0
    return int(connection.execute(f"SELECT count(*) FROM {quote_name(name)}").fetchone()[0])


def count_replaced(connection: sqlite3.Connection, name: str) -> int:
    """How many rows of a table in the lake are replaced by one in the journal."""
    if REPLACES not in _columns(connection, name):
        return 0
    return int(connection.execute(f"SELECT count({REPLACES}) FROM {quote_name(name)}").fetchone()[0])
