"""Opening `live.db`, its tables, and the transaction that every change goes through."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dwell.errors import StorageError
from dwell.warehouse.damage import journal_errors
from dwell.warehouse.lock import exclusive

Execute = Callable[..., sqlite3.Cursor]

NAME = "live.db"
VERSION = 1
_APPLICATION = 0x6477656D  # "dwem": not the journal's
_BUSY_MS = 30_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SCHEMA = """
-- When the next request of a key may go out (GCRA): its theoretical arrival time, microseconds since 1970.
CREATE TABLE pacing (
    name TEXT PRIMARY KEY, tat INTEGER NOT NULL, held_until INTEGER NOT NULL DEFAULT 0, day TEXT,
    day_used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- One row a request, written before it is sent: what was paid is never only in memory.
CREATE TABLE calls (
    call_id TEXT PRIMARY KEY, sweep_id TEXT NOT NULL, provider TEXT NOT NULL, endpoint TEXT NOT NULL,
    command TEXT NOT NULL, subject TEXT NOT NULL, sent_at INTEGER NOT NULL, done_at INTEGER, outcome TEXT NOT NULL,
    status INTEGER, credits INTEGER NOT NULL, certain INTEGER NOT NULL, cost_micros INTEGER NOT NULL,
    simulated INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX calls_by_sweep ON calls (sweep_id);
CREATE INDEX calls_by_time ON calls (sent_at);

-- What came back, as it came. `parsed_by` is the version of the parser whose rows are stored; null: not yet.
CREATE TABLE answers (
    answer_id INTEGER PRIMARY KEY, call_id TEXT NOT NULL UNIQUE, sweep_id TEXT NOT NULL, position INTEGER NOT NULL,
    provider TEXT NOT NULL, endpoint TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
    received_at INTEGER NOT NULL, simulated INTEGER NOT NULL, items INTEGER NOT NULL, parsed_by TEXT,
    body BLOB NOT NULL
);
CREATE INDEX answers_by_target ON answers (sweep_id, position);
CREATE INDEX answers_waiting ON answers (parsed_by) WHERE parsed_by IS NULL;

-- A job: what was asked for, and what became of each thing in it.
CREATE TABLE sweeps (
    sweep_id TEXT PRIMARY KEY, command TEXT NOT NULL, request TEXT NOT NULL, started_at INTEGER NOT NULL,
    finished_at INTEGER, summary TEXT
) WITHOUT ROWID;
CREATE TABLE targets (
    sweep_id TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT,
    PRIMARY KEY (sweep_id, position)
) WITHOUT ROWID;

-- Ids that a provider needs in place of a name, so that no lookup is paid for twice.
CREATE TABLE subjects (
    provider TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, id TEXT, key TEXT, total INTEGER,
    looked_up_at INTEGER NOT NULL, PRIMARY KEY (provider, kind, name)
) WITHOUT ROWID;

CREATE TABLE watchlists (
    watchlist TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, added_at INTEGER NOT NULL,
    PRIMARY KEY (watchlist, kind, name)
) WITHOUT ROWID;

CREATE TABLE schedules (
    schedule TEXT PRIMARY KEY, every TEXT NOT NULL, at TEXT NOT NULL, tz TEXT NOT NULL, request TEXT NOT NULL,
    added_at INTEGER NOT NULL
) WITHOUT ROWID;
-- A due moment is taken by one process alone: the key makes it once, the lease gives it back if that process dies.
CREATE TABLE runs (
    schedule TEXT NOT NULL, slot INTEGER NOT NULL, token TEXT NOT NULL, lease_until INTEGER NOT NULL,
    started_at INTEGER NOT NULL, finished_at INTEGER, outcome TEXT, PRIMARY KEY (schedule, slot)
) WITHOUT ROWID;

-- How a provider's objects differ from its contract.
CREATE TABLE drift (
    provider TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL, what TEXT NOT NULL, seen TEXT,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (provider, object, field, what)
) WITHOUT ROWID;
"""


def micros(instant: datetime) -> int:
    """An instant as whole microseconds since 1970, UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(value: int | None) -> datetime | None:
    """The instant behind such a number."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)


class StateDatabase:
    """One open `live.db`; safe to share between threads, and any number of processes may have it open.

    Args:
        root: The data folder, which is there already.

    Raises:
        StorageError: The file cannot be used, or a newer dwell wrote it.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / NAME
        self._lock = threading.RLock()
        self._lasting = True
        with journal_errors(self.path):
            self._connection = sqlite3.connect(
                self.path, isolation_level=None, timeout=_BUSY_MS / 1000, check_same_thread=False
            )
            self._closing = weakref.finalize(self, self._connection.close)
            try:
                self._prepare()
            except BaseException:
                self._closing()
                raise

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StorageError(
                f"{self.path} was written by a newer dwell (layout {version}, this one knows {VERSION}): update dwell."
            )
        if version < VERSION:
            # SQLite waits for nobody when it changes the journal's mode: two processes that open a new folder at once
            # would find it locked.
            with exclusive(self.path.with_suffix(".lock")):
                self._make()
        self._connection.execute("PRAGMA synchronous = FULL")

    def _make(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        with self.transaction() as run:
            (version,) = run("PRAGMA user_version").fetchone()  # another process may have been faster
            if version < VERSION:
                for statement in SCHEMA.split(";\n"):
                    run(statement)
                run(f"PRAGMA application_id = {_APPLICATION}")
                run(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[Execute]:
        """All or nothing; gives the connection's `execute`. Waits for other threads and processes.

        Args:
            lasting: It outlives a power cut from the moment it ends. Without that it outlives the death of this
                process, and a power cut once a lasting one has followed.
        """
        with self._lock, journal_errors(self.path):
            if lasting != self._lasting:
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
                self._lasting = lasting
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one question."""
        with self._lock, journal_errors(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Ends the connection."""
        with self._lock:
            self._closing()
