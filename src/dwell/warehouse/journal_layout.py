"""The layout of the journal: its tables as they are made, and how those of an older dwell become them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from dwell.disk.flush import flush
from dwell.records import TABLES, Table
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    journal_checksum,
    journal_revision,
    row_checksums,
)
from dwell.warehouse.columns import REPLACES, SEQ, SQLITE, quote_name
from dwell.warehouse.journal import APPLICATION, VERSION, transaction
from dwell.warehouse.journal_damage import journal_errors
from dwell.warehouse.journal_rows import columns_of, default_of, remake_checksums, verify_rows


def upgrade(connection: sqlite3.Connection) -> None:
    """Adds what the journal of an older dwell lacks: tables, columns, and columns of keys.

    The caller holds the writer lock.
    """
    missing = [*catalogue.upgrade(connection), *batches.upgrade(connection)]
    if not columns_of(connection, row_checksums.NAME):
        missing.append(row_checksums.SCHEMA)
    if is_older := not contributions.is_kept(connection):
        missing.append(contributions.SCHEMA)
    missing += [
        statement
        for name, table, definition in _tables()
        for statement in _additions(connection, name, table, definition)
    ]
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not missing and version == VERSION:
        return
    with transaction(connection):
        if journal_checksum.is_known(connection):
            verify_rows(connection)
        for statement in missing:
            connection.execute(statement)
        if is_older:
            contributions.begin(connection, catalogue.read_seq(connection))
        _finish(connection)


def is_current(connection: sqlite3.Connection) -> bool:
    """The journal has the layout of today."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version == VERSION)


def _finish(connection: sqlite3.Connection) -> None:
    """Numbers the layout, and makes the checksums of the rows anew, which depend on the columns."""
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('layout', ?)", (VERSION,))
    remake_checksums(connection)
    batches.remake_checksums(connection)


def _tables() -> Iterator[tuple[str, Table, str]]:
    """Name, columns and `CREATE TABLE` of every table of rows."""
    for table in TABLES.values():
        yield table.name, table, _ddl(table)
    for name in current_rows.KEYS:
        yield current_rows.table_name(name), TABLES[name], current_rows.definition(TABLES[name])


def _additions(connection: sqlite3.Connection, name: str, table: Table, definition: str) -> list[str]:
    """What makes the journal's table as it is today."""
    present = columns_of(connection, name)
    if not present:
        return [definition, *current_rows.INDEXES.get(name, ())]
    columns = {column.name: SQLITE[column.kind] for column in table.columns}
    if table.keeps == "every" and name == table.name:
        columns[REPLACES] = SQLITE["count"]
    if name != table.name:
        columns[current_rows.CHECKSUM] = SQLITE["count"]
    added = [
        f"ALTER TABLE {quote_name(name)} ADD COLUMN {quote_name(column)} {kind} DEFAULT {default_of(table, column)}"
        for column, kind in columns.items()
        if column not in present
    ]
    if _has_key(present, definition):
        forget = [f"UPDATE {quote_name(name)} SET {current_rows.CHECKSUM} = NULL"]  # of rows with other columns
        return [*added, *(forget if added and name != table.name else ())]
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
        journal_revision.forget(path.parent)
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with transaction(connection, fresh=True):
                for statement in (*catalogue.SCHEMA, batches.SCHEMA, row_checksums.SCHEMA, contributions.SCHEMA):
                    connection.execute(statement)
                for name, table, definition in _tables():
                    for statement in _additions(connection, name, table, definition):
                        connection.execute(statement)
                catalogue.write(connection, catalogue.Catalogue(), state)
                if not state.tables:
                    current_rows.mark_complete(connection, state.seq)
                batches.insert_rows(connection, log, in_lake=True)
                contributions.begin(connection, state.seq)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                _finish(connection)
        fresh.rename(path)
        flush(path.parent)


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
