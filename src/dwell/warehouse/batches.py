"""The ingest log: one row per imported file, kept for ever, so that the same file is never imported twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dwell.clock import from_micros, to_micros
from dwell.warehouse.load.earlier_imports import import_name

SCHEMA = (
    "CREATE TABLE ingest_batches (seq INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, "
    "format TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, report TEXT NOT NULL, in_lake INTEGER NOT NULL)"
)

SET_ASIDE = "set-aside"
"""Format of a batch that removed rows; its report names the imports that they came from, as `imports`."""

ERASURE = "erasure"
"""The same of a batch that erased what is about a person; see `erasure`."""

REMOVALS = (SET_ASIDE, ERASURE)

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
    connection.execute("INSERT INTO ingest_batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (seq, *to_row(batch), in_lake))


def find(connection: sqlite3.Connection, batch_id: str) -> Batch | None:
    """The logged batch of that identity."""
    sql = "SELECT batch_id, path, format, digest, at, report FROM ingest_batches WHERE batch_id = ?"
    row = connection.execute(sql, (batch_id,)).fetchone()
    return from_row(row) if row else None


def current_id(connection: sqlite3.Connection, batch_id: str) -> str:
    """The id of an import today: another one after each time that rows of it were removed, so it can be repeated."""
    sql = "SELECT batch_id, report FROM ingest_batches WHERE format IN (?, ?) ORDER BY seq"
    for removal, report in connection.execute(sql, REMOVALS):
        if import_name(batch_id) in json.loads(report)["imports"]:
            batch_id = hashlib.sha256(f"{batch_id}\n{removal}".encode()).hexdigest()[:32]
    return batch_id


def find_ids(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Number of a batch -> its id."""
    wanted = sorted(set(numbers))
    ids: dict[int, str] = {}
    for start in range(0, len(wanted), _PARAMETERS):
        part = wanted[start : start + _PARAMETERS]
        sql = f"SELECT seq, batch_id FROM ingest_batches WHERE seq IN ({', '.join('?' * len(part))})"
        ids.update(connection.execute(sql, part))
    return ids


def find_last(connection: sqlite3.Connection) -> tuple[int, str]:
    """Number and id of the newest batch; 0 and no id where there is none."""
    row = connection.execute("SELECT seq, batch_id FROM ingest_batches ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def has_removals(connection: sqlite3.Connection, after: int) -> bool:
    """Rows were set aside or erased by a batch after this number."""
    sql = "SELECT EXISTS (SELECT 1 FROM ingest_batches WHERE seq > ? AND format IN (?, ?))"
    return bool(connection.execute(sql, (after, *REMOVALS)).fetchone()[0])


def find_ids_of_file(connection: sqlite3.Connection, digest: str) -> list[str]:
    """The ids of the batches that were made of a file with this digest, oldest first."""
    sql = "SELECT batch_id FROM ingest_batches WHERE digest = ? ORDER BY seq"
    return [batch_id for (batch_id,) in connection.execute(sql, (digest,))]


def list_all(connection: sqlite3.Connection) -> list[Batch]:
    """All logged batches, oldest first."""
    sql = "SELECT batch_id, path, format, digest, at, report FROM ingest_batches ORDER BY seq"
    return [from_row(row) for row in connection.execute(sql)]


def describe_again(connection: sqlite3.Connection, seq: int, path: str, report: str) -> None:
    """Gives a batch another path and report, inside the caller's transaction."""
    connection.execute("UPDATE ingest_batches SET path = ?, report = ? WHERE seq = ?", (path, report, seq))


def list_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Rows `seq, batch_id, path, format, digest, at, report` of all batches."""
    sql = "SELECT seq, batch_id, path, format, digest, at, report FROM ingest_batches ORDER BY seq"
    return connection.execute(sql).fetchall()


def list_unsealed(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Rows `seq, batch_id, path, format, digest, at, report` of the batches that only the journal knows."""
    sql = "SELECT seq, batch_id, path, format, digest, at, report FROM ingest_batches WHERE in_lake = 0 ORDER BY seq"
    return connection.execute(sql).fetchall()


def mark_in_lake(connection: sqlite3.Connection) -> None:
    """Notes, inside the caller's transaction, that the lake's ingest log has every batch."""
    connection.execute("UPDATE ingest_batches SET in_lake = 1 WHERE in_lake = 0")
