"""What is visible: per table the Delta version, its files, and how many of its rows are superseded; and the roll-up.

It lives in the journal, so that one SQLite transaction makes a batch visible in all tables at once, and so that a
reader needs no Delta log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dwell import clock
from dwell.clock import from_micros, to_micros

SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE lake_tables (name TEXT PRIMARY KEY, version INTEGER, superseded INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE lake_files (
        name TEXT, path TEXT, rows INT, bytes INT, seq INTEGER NOT NULL DEFAULT 0, checksum INTEGER,
        first_seq INTEGER, first_at INTEGER, last_at INTEGER, PRIMARY KEY (name, path)
    ) WITHOUT ROWID""",
    """CREATE TABLE rollup_files (
        path TEXT PRIMARY KEY, low TEXT NOT NULL, rows INT, bytes INT, removed_at INTEGER, checksum INTEGER
    ) WITHOUT ROWID""",
    """CREATE TABLE log_files (
        name TEXT, path TEXT, bytes INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (name, path)
    ) WITHOUT ROWID""",
)
_KEYS = "('seq', 'sealed_seq', 'folder_id', 'rollup_seq', 'rollup_layout')"
_DESTINATION = "destination:"
_COLUMNS = {
    "lake_files": {
        "seq": "INTEGER NOT NULL DEFAULT 0",
        "checksum": "INTEGER",
        "first_seq": "INTEGER",
        "first_at": "INTEGER",
        "last_at": "INTEGER",
    },
    "rollup_files": {"checksum": "INTEGER"},
}
"""Columns that older journals lack; in files that an older dwell wrote, all but `seq` are null."""

_LAKE_FILE = ("path", "rows", "bytes", "seq", "checksum", "first_seq", "first_at", "last_at")
_ROLLUP_FILE = ("path", "low", "rows", "bytes", "checksum")


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One Parquet file of a lake table.

    Attributes:
        path: Inside the table's folder.
        rows: How many it has.
        bytes: Its size.
        seq: The newest batch in it.
        checksum: Its CRC-32; None where an older dwell wrote it and no seal has read it since.
        first_seq: The oldest batch in it; None where that is not known.
        first_at: The earliest `observed_at` in it, microseconds since 1970; None where that is not known.
        last_at: The latest one.
    """

    path: str
    rows: int
    bytes: int
    # The Delta log says none of these.
    seq: int = field(default=0, compare=False)
    checksum: int | None = field(default=None, compare=False)
    first_seq: int | None = field(default=None, compare=False)
    first_at: int | None = field(default=None, compare=False)
    last_at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RollUpFile:
    """One Parquet file of the roll-up.

    Attributes:
        path: Inside its folder.
        low: The lowest handle that belongs to it.
        rows: How many it has.
        bytes: Its size.
        checksum: Its CRC-32; None where an older dwell wrote it and no seal has read it since.
    """

    path: str
    low: str
    rows: int
    bytes: int
    checksum: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class RollUp:
    """What is visible of the roll-up `post_latest`.

    Attributes:
        seq: It contains every batch up to this one.
        layout: Digest of its columns; one with other columns than today's is made again.
        files: Its files, by `low`; each has the posts of the handles from its `low` to that of the next.
    """

    seq: int
    layout: str
    files: tuple[RollUpFile, ...] = ()


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
        rollup: What is visible of `post_latest`; None until a seal made it.
    """

    seq: int = 0
    sealed_seq: int = 0
    tables: Mapping[str, TableState] = field(default_factory=dict)
    folder_id: str | None = None
    rollup: RollUp | None = None

    def table(self, name: str) -> TableState:
        """The state of one table; an empty one if the lake does not know it."""
        return self.tables.get(name) or TableState()

    def with_tables(self, changed: Mapping[str, TableState]) -> Catalogue:
        """This catalogue with some tables moved on."""
        return replace(self, tables={**self.tables, **changed})

    def versions(self) -> dict[str, int]:
        """Visible Delta version of every table that has one."""
        return {name: state.version for name, state in self.tables.items() if state.version is not None}


def upgrade(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Statements that make the catalogue of an older journal as it is today."""
    missing = []
    for statement in SCHEMA:
        name = statement.split()[2]
        present = _columns(connection, name)
        if not present:
            missing.append(statement)
        else:
            added = _COLUMNS.get(name, {}).items()
            missing += [f"ALTER TABLE {name} ADD COLUMN {c} {kind}" for c, kind in added if c not in present]
    return tuple(missing)


def _columns(connection: sqlite3.Connection, name: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}


def _select(connection: sqlite3.Connection, name: str, columns: Iterable[str]) -> str:
    """These columns of a table as an SQL list, null where an older journal lacks one, and `seq` 0."""
    present, other = _columns(connection, name), {"seq": "0"}
    return ", ".join(column if column in present else other.get(column, "NULL") for column in columns)


def read(connection: sqlite3.Connection) -> Catalogue:
    """The catalogue, as the connection's transaction sees it."""
    files: dict[str, list[LakeFile]] = {}
    listed = _select(connection, "lake_files", _LAKE_FILE)
    for name, *rest in connection.execute(f"SELECT name, {listed} FROM lake_files"):
        files.setdefault(name, []).append(LakeFile(*rest))
    meta = dict(connection.execute(f"SELECT key, value FROM meta WHERE key IN {_KEYS}"))
    tables = {
        name: TableState(version, superseded, tuple(files.get(name, ())))
        for name, version, superseded in connection.execute("SELECT name, version, superseded FROM lake_tables")
    }
    rollup = _read_rollup(connection, meta)
    return Catalogue(meta["seq"], meta["sealed_seq"], tables, meta.get("folder_id"), rollup)


def _read_rollup(connection: sqlite3.Connection, meta: Mapping[str, Any]) -> RollUp | None:
    if "rollup_seq" not in meta:
        return None
    listed = _select(connection, "rollup_files", _ROLLUP_FILE)
    sql = f"SELECT {listed} FROM rollup_files WHERE removed_at IS NULL ORDER BY low"
    return RollUp(meta["rollup_seq"], meta["rollup_layout"], tuple(RollUpFile(*row) for row in connection.execute(sql)))


def read_seq(connection: sqlite3.Connection) -> int:
    """The newest batch alone."""
    (seq,) = connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()
    return int(seq)


def count_superseded(connection: sqlite3.Connection, name: str) -> int:
    """Stored rows of a table that a newer version replaces."""
    row = connection.execute("SELECT superseded FROM lake_tables WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def read_folder_id(connection: sqlite3.Connection) -> str | None:
    """The id of the data folder alone."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'folder_id'").fetchone()
    return row[0] if row else None


def read_sealed_at(connection: sqlite3.Connection) -> datetime | None:
    """When the latest seal ended; None before the first one by a dwell that notes it."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'sealed_at'").fetchone()
    return from_micros(row[0]) if row else None


def write_sealed_at(connection: sqlite3.Connection) -> None:
    """Notes a seal, inside the caller's transaction."""
    _write_meta(connection, {"sealed_at": to_micros(clock.now())})


def count_unverified(state: Catalogue) -> int:
    """Visible files of the lake and the roll-up that have no checksum."""
    files = state.rollup.files if state.rollup else ()
    found = sum(file.checksum is None for file in files)
    return found + sum(file.checksum is None for table in state.tables.values() for file in table.files)


def list_destinations(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Addresses and schemas that tables were loaded into."""
    rows = connection.execute("SELECT key, value FROM meta WHERE key GLOB ? ORDER BY key", (_DESTINATION + "*",))
    return [(key.removeprefix(_DESTINATION).partition("\n")[0], schema or None) for key, schema in rows]


def add_destination(connection: sqlite3.Connection, address: str, schema: str | None) -> None:
    """Notes one, inside the caller's transaction."""
    _write_meta(connection, {f"{_DESTINATION}{address}\n{schema or ''}": schema or ""})


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
    _write_meta(connection, {"seq": new.seq, "sealed_seq": new.sealed_seq, "folder_id": new.folder_id})
    for name, state in new.tables.items():
        before = old.table(name)
        if state == before:
            continue
        connection.execute(
            "INSERT OR REPLACE INTO lake_tables VALUES (?, ?, ?)", (name, state.version, state.superseded)
        )
        removed = set(before.files) - set(state.files)
        added = set(state.files) - set(before.files)
        connection.executemany(
            "DELETE FROM lake_files WHERE name = ? AND path = ?", [(name, file.path) for file in removed]
        )
        places = ", ".join("?" * len(_LAKE_FILE))
        connection.executemany(
            f"INSERT INTO lake_files (name, {', '.join(_LAKE_FILE)}) VALUES (?, {places})",
            [(name, *(getattr(file, column) for column in _LAKE_FILE)) for file in added],
        )
    if new.rollup is not None and new.rollup != old.rollup:
        _write_rollup(connection, old.rollup.files if old.rollup else (), new.rollup)


def _write_meta(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    known = [(key, value) for key, value in values.items() if value is not None]
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", known)


def _write_rollup(connection: sqlite3.Connection, before: tuple[RollUpFile, ...], rollup: RollUp) -> None:
    """Files that are no longer used stay listed with the time, until readers of the old state must have ended."""
    _write_meta(connection, {"rollup_seq": rollup.seq, "rollup_layout": rollup.layout})
    removed, added = set(before) - set(rollup.files), set(rollup.files) - set(before)
    now = to_micros(clock.now())
    connection.executemany(
        "UPDATE rollup_files SET removed_at = ? WHERE path = ?", [(now, file.path) for file in removed]
    )
    connection.executemany(
        f"INSERT INTO rollup_files ({', '.join(_ROLLUP_FILE)}) VALUES ({', '.join('?' * len(_ROLLUP_FILE))})",
        [tuple(getattr(file, column) for column in _ROLLUP_FILE) for file in added],
    )


def write_checksums(connection: sqlite3.Connection, state: Catalogue) -> None:
    """Notes the checksums of all files of the lake and the roll-up, inside the caller's transaction."""
    connection.executemany(
        "UPDATE lake_files SET checksum = ? WHERE name = ? AND path = ?",
        [(file.checksum, name, file.path) for name, table in state.tables.items() for file in table.files],
    )
    files = state.rollup.files if state.rollup else ()
    connection.executemany(
        "UPDATE rollup_files SET checksum = ? WHERE path = ?", [(file.checksum, file.path) for file in files]
    )
