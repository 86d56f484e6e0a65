"""What is visible: per table the Delta version, its files, and how many of its rows are superseded.

It lives in the journal, so that one SQLite transaction makes a batch visible in all tables at once, and so that a
reader needs no Delta log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE lake_tables (name TEXT PRIMARY KEY, version INTEGER, superseded INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE lake_files (name TEXT, path TEXT, rows INT, bytes INT, PRIMARY KEY (name, path)) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One Parquet file of a lake table: path inside the table's folder, rows, size in bytes."""

    path: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class TableState:
    """What is visible of one table in the lake.

    Attributes:
        version: Visible Delta version; None while the lake holds nothing of it.
        superseded: Stored rows, journal and lake together, that a newer version of the same key replaces.
        files: The files of that version.
    """

    version: int | None = None
    superseded: int = 0
    files: tuple[LakeFile, ...] = ()

    @property
    def rows(self) -> int:
        """Rows in the lake, superseded ones included."""
        return sum(file.rows for file in self.files)

    def with_files(self, version: int, files: Iterable[LakeFile]) -> TableState:
        """This state after an append."""
        return replace(self, version=version, files=(*self.files, *files))


@dataclass(frozen=True)
class Catalogue:
    """The whole store at one instant.

    Attributes:
        seq: The newest batch.
        sealed_seq: The newest batch that a seal moved.
        tables: What is visible of each table.
        folder_id: The id that the data folder and its state database share; None until they met.
    """

    seq: int = 0
    sealed_seq: int = 0
    tables: Mapping[str, TableState] = field(default_factory=dict)
    folder_id: str | None = None

    def table(self, name: str) -> TableState:
        """The state of one table; an empty one if the lake does not know it."""
        return self.tables.get(name) or TableState()

    def with_tables(self, changed: Mapping[str, TableState]) -> Catalogue:
        """This catalogue with some tables moved on."""
        return replace(self, tables={**self.tables, **changed})

    def versions(self) -> dict[str, int]:
        """Visible Delta version of every table that has one."""
        return {name: state.version for name, state in self.tables.items() if state.version is not None}


def read(connection: sqlite3.Connection) -> Catalogue:
    """The catalogue, as the connection's transaction sees it."""
    files: dict[str, list[LakeFile]] = {}
    for name, *rest in connection.execute("SELECT name, path, rows, bytes FROM lake_files"):
        files.setdefault(name, []).append(LakeFile(*rest))
    meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('seq', 'sealed_seq', 'folder_id')"))
    tables = {
        name: TableState(version, superseded, tuple(files.get(name, ())))
        for name, version, superseded in connection.execute("SELECT name, version, superseded FROM lake_tables")
    }
    return Catalogue(meta["seq"], meta["sealed_seq"], tables, meta.get("folder_id"))


def read_seq(connection: sqlite3.Connection) -> int:
    """The newest batch alone."""
    (seq,) = connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()
    return int(seq)


def read_folder_id(connection: sqlite3.Connection) -> str | None:
    """The id of the data folder alone."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'folder_id'").fetchone()
    return row[0] if row else None


def versions(connection: sqlite3.Connection) -> dict[str, int]:
    """Visible Delta version of every table that has one, without the files."""
    return dict(connection.execute("SELECT name, version FROM lake_tables WHERE version IS NOT NULL"))


def advance(connection: sqlite3.Connection, superseded: Mapping[str, int]) -> int:
    """Count one batch in the journal, inside the caller's transaction; returns its `seq`.

    Args:
        connection: The journal.
        superseded: Table -> how many stored rows the batch replaces.
    """
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'seq'")
    (seq,) = connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()
    connection.executemany(
        "INSERT INTO lake_tables VALUES (?, NULL, ?) "
        "ON CONFLICT (name) DO UPDATE SET superseded = superseded + excluded.superseded",
        [(name, rows) for name, rows in superseded.items() if rows],
    )
    return int(seq)


def write(connection: sqlite3.Connection, old: Catalogue, new: Catalogue) -> None:
    """Moves the stored catalogue from `old` to `new`, inside the caller's transaction."""
    for key, value in (("seq", new.seq), ("sealed_seq", new.sealed_seq), ("folder_id", new.folder_id)):
        if value is None:
            continue
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    for name, state in new.tables.items():
        before = old.table(name)
        if state == before:
            continue
        connection.execute(
            "INSERT OR REPLACE INTO lake_tables VALUES (?, ?, ?)", (name, state.version, state.superseded)
        )
        gone = set(before.files) - set(state.files)
        came = set(state.files) - set(before.files)
        connection.executemany(
            "DELETE FROM lake_files WHERE name = ? AND path = ?", [(name, file.path) for file in gone]
        )
        connection.executemany(
            "INSERT INTO lake_files VALUES (?, ?, ?, ?)", [(name, file.path, file.rows, file.bytes) for file in came]
        )
