"""The ingest log: one row per imported file, kept for ever, so that the same file is never imported twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dwell.clock import from_micros, to_micros
from dwell.warehouse import journal_checksum
from dwell.warehouse.columns import quote_text
from dwell.warehouse.journal import path_of
from dwell.warehouse.journal_damage import damaged_journal
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.row_checksums import checksum

SCHEMA = (
    "CREATE TABLE ingest_batches (seq INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, "
    "format TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, report TEXT NOT NULL, in_lake INTEGER NOT NULL, "
    "row_checksum INTEGER)"
)

_COLUMNS = "seq, batch_id, path, format, digest, at, report, in_lake"

SET_ASIDE = "set-aside"
"""Format of a batch that removed rows; its report names the imports that they came from, as `imports`."""

ERASURE = "erasure"
"""The same of a batch that erased what is about a person; see `erasure`."""

DAMAGE = "damage"
"""The same of a batch that took damaged files out of the tables; see `lake_repair`."""

UNDO = "undo"
"""The same of a batch that took an import back; see `undo`."""

REMOVALS = (SET_ASIDE, ERASURE, DAMAGE, UNDO)
_REMOVALS = f"({', '.join(map(quote_text, REMOVALS))})"

ANSWERS, STATES = "answers", "states"
PROVIDER_FORMATS = (ANSWERS, STATES)
"""Formats of what providers sent, and of what a sweep or a sync concluded; every other batch is of a file."""

_PARAMETERS = 900  # in one statement; SQLite allows more, older ones 999


@dataclass(frozen=True)
class Batch:
    """One imported file.

    Attributes:
        batch_id: Identity of the import: the same bytes read with the same hints have the same one.
        path: As the user named the file.
        format: Format that was recognised.
        digest: SHA-256 of the file, hex.
        at: When it was imported, UTC.
        report: What the import counted; JSON-compatible.
    """

    batch_id: str
    path: str
    format: str
    digest: str
    at: datetime
    report: dict[str, Any]


def to_row(batch: Batch) -> tuple[str, str, str, str, int, str]:
    """The batch as the journal's row, without `seq` and `in_lake`."""
    report = json.dumps(batch.report, ensure_ascii=False, allow_nan=False)
    return batch.batch_id, batch.path, batch.format, batch.digest, to_micros(batch.at), report


def from_row(row: tuple[Any, ...]) -> Batch:
    """The batch in a row of `batch_id, path, format, digest, at, report`."""
    batch_id, path, form, digest, at, report = row
    return Batch(batch_id, path, form, digest, from_micros(at), json.loads(report))


def insert(connection: sqlite3.Connection, seq: int, batch: Batch, *, in_lake: bool) -> None:
    """Logs a batch inside the caller's transaction."""
    insert_rows(connection, [(seq, *to_row(batch))], in_lake=in_lake)


def insert_rows(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], *, in_lake: bool) -> None:
    """Logs batches, rows `seq, batch_id, path, format, digest, at, report`, inside the caller's transaction."""
    whole = [(*row, int(in_lake)) for row in rows]
    connection.executemany(
        f"INSERT INTO ingest_batches ({_COLUMNS}, row_checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row, checksum(row)) for row in whole],
    )


def upgrade(connection: sqlite3.Connection) -> list[str]:
    """Statements that make the log of an older journal as it is today."""
    is_known = any(row[1] == "row_checksum" for row in connection.execute("PRAGMA table_info(ingest_batches)"))
    return [] if is_known else ["ALTER TABLE ingest_batches ADD COLUMN row_checksum INTEGER"]


def remake_checksums(connection: sqlite3.Connection) -> None:
    """Gives a checksum to the batches that an older dwell logged, inside the caller's transaction."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM ingest_batches WHERE row_checksum IS NULL").fetchall()
    _update(connection, rows)


def _update(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Stores other values of batches, rows of `_COLUMNS`."""
    connection.executemany(
        "UPDATE ingest_batches SET path = ?, report = ?, in_lake = ?, row_checksum = ? WHERE seq = ?",
        [(row[2], row[6], row[7], checksum(row), row[0]) for row in rows],
    )


def _select(connection: sqlite3.Connection, rest: str = "", parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows of `_COLUMNS`, each of which is what was written.

    Raises:
        DamagedDataError: One is not.
    """
    if not journal_checksum.is_known(connection):
        return connection.execute(f"SELECT {_COLUMNS} FROM ingest_batches {rest}", parameters).fetchall()
    found = connection.execute(f"SELECT {_COLUMNS}, row_checksum FROM ingest_batches {rest}", parameters).fetchall()
    for *row, stored in found:
        if checksum(row) != stored:
            raise damaged_journal(path_of(connection), f"the log of batch {row[0]} is not what was written")
    return [row[:-1] for row in found]


def verify(connection: sqlite3.Connection) -> None:
    """Reads the log of all batches.

    Raises:
        DamagedDataError: One is not what was written.
    """
    _select(connection)


def find(connection: sqlite3.Connection, batch_id: str) -> Batch | None:
    """The logged batch of that identity."""
    rows = _select(connection, "WHERE batch_id = ?", (batch_id,))
    return from_row(rows[0][1:7]) if rows else None


def current_id(connection: sqlite3.Connection, batch_id: str) -> str:
    """The id of an import today: another one after each time that rows of it were removed, so it can be repeated."""
    for _, removal, _, _, _, _, report, _ in _select(connection, f"WHERE format IN {_REMOVALS} ORDER BY seq"):
        if import_name(batch_id) in json.loads(report)["imports"]:
            batch_id = hashlib.sha256(f"{batch_id}\n{removal}".encode()).hexdigest()[:32]
    return batch_id


def find_ids(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Number of a batch -> its id."""
    wanted = sorted(set(numbers))
    ids: dict[int, str] = {}
    for start in range(0, len(wanted), _PARAMETERS):
        part = wanted[start : start + _PARAMETERS]
        rows = _select(connection, f"WHERE seq IN ({', '.join('?' * len(part))})", part)
        ids.update((row[0], row[1]) for row in rows)
    return ids


def find_last(connection: sqlite3.Connection) -> tuple[int, str]:
    """Number and id of the newest batch; 0 and no id where there is none."""
    rows = _select(connection, "ORDER BY seq DESC LIMIT 1")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")


def has_removals(connection: sqlite3.Connection, after: int) -> bool:
    """Rows were removed by a batch after this number."""
    return bool(_select(connection, f"WHERE seq > ? AND format IN {_REMOVALS}", (after,)))


def find_of_file(connection: sqlite3.Connection, digest: str) -> list[Batch]:
    """The batches that were made of a file with this digest, oldest first, but those that were undone."""
    rows = _select(connection, "WHERE digest = ? ORDER BY seq", (digest,))
    undone = find_undone(connection) if rows else frozenset()
    return [from_row(row[1:7]) for row in rows if row[1] not in undone]


def find_undone(connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of the imports that were undone."""
    rows = _select(connection, "WHERE format = ?", (UNDO,))
    return frozenset(json.loads(row[6])["undone"] for row in rows)


def list_all(connection: sqlite3.Connection) -> list[Batch]:
    """All logged batches, oldest first."""
    return [from_row(row[1:7]) for row in _select(connection, "ORDER BY seq")]


def describe_again(connection: sqlite3.Connection, seq: int, path: str, report: str) -> None:
    """Gives a batch another path and report, inside the caller's transaction."""
    rows = _select(connection, "WHERE seq = ?", (seq,))
    _update(connection, [(*row[:2], path, *row[3:6], report, row[7]) for row in rows])


def list_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Rows `seq, batch_id, path, format, digest, at, report` of all batches."""
    return [row[:7] for row in _select(connection, "ORDER BY seq")]


def list_unsealed(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Rows `seq, batch_id, path, format, digest, at, report` of the batches that only the journal knows."""
    return [row[:7] for row in _select(connection, "ORDER BY seq") if not row[7]]


def mark_in_lake(connection: sqlite3.Connection) -> None:
    """Notes, inside the caller's transaction, that the lake's ingest log has every batch."""
    rows = _select(connection, "WHERE in_lake = 0")
    _update(connection, [(*row[:7], 1) for row in rows])
