"""Opening the state database, and the transaction that every change goes through."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.disk.errors import move_away, sidecars, sqlite_errors
from dwell.disk.flush import flush
from dwell.disk.holder import WAIT_S, warn_of_wait
from dwell.disk.unwritable import connect_or_read
from dwell.disk.wal import find_wal_damage
from dwell.errors import StorageError
from dwell.redact import register_secrets
from dwell.state.database_errors import damaged_state, database_errors

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine
    from sqlalchemy import Connection as Connection  # for rooms that hand it on and write no SQL

NAME = "live.db"
APPLICATION = 0x6477656D  # "dwem" in SQLite's header: not the journal's
PROGRAM = "dwell"
"""How connections to PostgreSQL are named, so that a restore sees who uses the database."""
READY = ".repaired"
"""Ending of the new state of a repair that was stopped: whoever opens the state puts it in its place."""
_open: Counter[Path] = Counter()
"""Files that this process has open, and how often."""
_BUSY_MS = 30_000  # a writer waits this long for another one
_NAMED_MS = int(1_000 * WAIT_S)  # and then says for whom
_CLOCK_EVERY_S = 60.0


class StateDatabase:
    """An open state database; threads share it, each with a connection of its own, and so may processes.

    Args:
        place: The SQLite file, or a PostgreSQL URL.

    Attributes:
        name: The database for messages, without a password.
    """

    def __init__(self, place: Path | str) -> None:
        self.path = place if isinstance(place, Path) else None
        self.engine = _sqlite_engine(place) if isinstance(place, Path) else _postgresql_engine(place)
        if self.path is not None:
            _open[self.path.absolute()] += 1
        self.name = str(place) if isinstance(place, Path) else _shown(self.engine)
        self._file = None if self.path is None else _identify(self.path)
        self._closing = weakref.finalize(self, _close, self.engine, self.path)  # also if nobody closes it
        # SQLite has one writer at a time, and lets the others sleep and try again: threads of one process line up here.
        self._one_writer = nullcontext() if self.path is None else threading.Lock()
        self._clock_lock = threading.Lock()
        self._clock_offset = timedelta(0)
        self._compared_at = float("-inf")

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """All or nothing; gives the connection. Waits for other threads and processes.

        Args:
            durable: It outlives a power cut from the moment it ends. Without that it outlives the death of this
                process, and a power cut once a durable one has followed.
        """
        with self._errors(), self._one_writer, self.engine.connect() as connection:
            self._check_file()
            if self.path is not None:
                _set_durable(connection, durable=durable)
            with connection.begin():
                if self.path is None and not durable:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose questions all see one instant."""
        with (
            self._errors(),
            self.engine.connect().execution_options(dwell_reads=True) as connection,
            connection.begin(),
        ):
            self._check_file()
            yield connection

    @contextmanager
    def instant(self) -> Iterator[Connection]:
        """A connection that only reads, however much: all of one instant, also on PostgreSQL."""
        if self.path is not None:
            with self.reading() as connection:
                _raw(connection).execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # the instant is now
                yield connection
            return
        with self._errors(), self.engine.connect() as connection:
            isolated = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with isolated.begin():
                yield isolated

    def now(self) -> datetime:
        """The present instant; on PostgreSQL by the server's clock, which all machines share."""
        if self.path is not None:
            return clock.now()
        with self._clock_lock:
            if time.monotonic() - self._compared_at > _CLOCK_EVERY_S:
                with self._errors(), self.engine.connect() as connection:
                    before = clock.now()
                    there = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
                    self._clock_offset = there - (before + (clock.now() - before) / 2)
                    self._compared_at = time.monotonic()
            return clock.now() + self._clock_offset

    def close(self) -> None:
        """Ends its connections."""
        self._closing()

    def _check_file(self) -> None:
        """Refuses to work on a file that has no name any more: what is written there is lost with this process."""
        if self.path is not None and _identify(self.path) != self._file:
            raise StorageError(
                f"{self.path} was removed or replaced while this process used it: nothing can be stored. Put it back, "
                "and start dwell again."
            )

    def _errors(self) -> AbstractContextManager[None]:
        return database_errors(self.path, self.name)


def _sqlite_engine(path: Path) -> Engine:
    from sqlalchemy import QueuePool, create_engine, event

    with sqlite_errors(path, damaged_state):
        finish_repair(path)
        if damage := find_log_damage(path):
            raise damaged_state(path, damage)
        if not path.exists():  # what was paid for and what is watched is the user's business alone
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path),
        poolclass=QueuePool,  # a connection for each thread that uses it
        pool_size=16,
        max_overflow=64,
        pool_reset_on_return=None,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Reading and then writing in a deferred transaction ends in "database is locked" under several writers.
        if connection.get_execution_options().get("dwell_reads"):
            _raw(connection).execute("BEGIN")
        else:
            _begin_writing(_raw(connection), path)

    return engine


def _begin_writing(connection: sqlite3.Connection, path: Path) -> None:
    """Waits for the writer of another process, who is named if that takes long: it may be stopped."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        warn_of_wait(path, *sidecars(path))
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS - _NAMED_MS}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.execute(f"PRAGMA busy_timeout = {_NAMED_MS}")


def _close(engine: Engine, path: Path | None) -> None:
    engine.dispose()
    if path is not None:
        _open[path.absolute()] -= 1


def find_log_damage(path: Path) -> str:
    """What is wrong with the write-ahead log of an SQLite state; empty where nothing is."""
    return find_wal_damage(path, alone=not _open[path.absolute()])


def finish_repair(path: Path) -> None:
    """Puts the new state of a repair in its place, if it is ready and the damaged one was moved away.

    Raises:
        StorageError: The folder cannot be written.
    """
    ready = path.with_name(path.name + READY)
    if not ready.exists() or path.exists():
        return
    move_away(path)  # its log, if the repair was killed before that was moved
    with suppress(FileNotFoundError):  # another process was faster
        ready.rename(path)
    flush(path.parent)


def _identify(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None where none has."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists() or not path.stat().st_size:
        return _connect_to(f"{path.absolute().as_uri()}?mode=rw")  # as new: there is no log yet
    return connect_or_read(path, _connect_to)


def _connect_to(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_NAMED_MS / 1000, check_same_thread=False)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _raw(connection: Connection) -> Any:
    """The driver's own connection: what SQLAlchemy does around a statement takes ten times as long as BEGIN."""
    return connection.connection.driver_connection


@contextmanager
def readable_text(connection: Connection) -> Iterator[None]:
    """Text that is no UTF-8, as damage leaves it in SQLite, is read with marks in place of what is wrong."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = _raw(connection)
    raw.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        yield
    finally:
        raw.text_factory = str


def _set_durable(connection: Connection, *, durable: bool) -> None:
    if connection.info.get("durable", True) != durable:
        _raw(connection).execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.info["durable"] = durable


def _shown(engine: Engine) -> str:
    """Host, port and database of a URL; the password may be anywhere in the rest."""
    url = engine.url
    return f"postgresql://{url.host or ''}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def parse_url(url: str) -> URL:
    """The parts of a PostgreSQL URL; SettingsError, which does not show its text, where it is none."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from dwell.errors import SettingsError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its text is not shown: it may contain the password
        raise SettingsError("DWELL_DATABASE isn't a database URL: write postgresql://user@host/name.") from None
    register_secrets([parsed.password or ""])
    if "@" in (parsed.host or ""):
        raise SettingsError("The password in DWELL_DATABASE contains an @: write it as %40.")
    if parsed.get_backend_name() != "postgresql":
        raise SettingsError(f"DWELL_DATABASE names {parsed.get_backend_name()}: only postgresql://... is supported.")
    return parsed


def _postgresql_engine(url: str) -> Engine:
    from sqlalchemy import create_engine

    from dwell.errors import MissingExtraError

    parsed = parse_url(url)
    try:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=16,
            max_overflow=64,
            pool_pre_ping=True,
            connect_args={"application_name": PROGRAM},
        )
    except ImportError as error:
        raise MissingExtraError("PostgreSQL needs its driver: pip install 'dwell[postgresql]'.") from error


def read_layout(path: Path) -> int:
    """The layout number of an SQLite file, without loading SQLAlchemy; 0 of one that is new."""
    with sqlite_errors(path, damaged_state), closing(_connect(path)) as connection:
        (number,) = connection.execute("PRAGMA user_version").fetchone()
        return int(number)
