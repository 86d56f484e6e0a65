"""The data folder as one store: who reads gets one instant, who writes gets it alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.disk.errors import not_writable
from dwell.disk.lock import exclusive, scratch_folder
from dwell.disk.paths import require_reachable
from dwell.disk.permissions import FOLDER
from dwell.disk.temporary import temporary_folder
from dwell.disk.unwritable import takes_files
from dwell.errors import NoDataError
from dwell.records import TABLES
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import (
    batches,
    catalogue,
    current_rows,
    current_rows_refresh,
    journal,
    journal_layout,
    journal_rows,
    recover,
    unfinished,
    views,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.check import require_parts
from dwell.warehouse.journal_damage import journal_errors
from dwell.warehouse.lookups import Lookups
from dwell.warehouse.snapshot import StoreSnapshot
from dwell.warehouse.writer import Writer

if TYPE_CHECKING:
    import sqlite3

    import duckdb

    from dwell.records.personal import Subject
    from dwell.warehouse.append import Appender
    from dwell.warehouse.future_readings import FutureReadings
    from dwell.warehouse.set_aside import CopiedRows
    from dwell.warehouse.waiting import Waiting

LOCK = "writer.lock"

_CHECKED_FOR = timedelta(days=1)
"""How long a journal whose pages were all read is trusted by the process that read them."""


class Store:
    """Everything that is kept in one data folder.

    Attributes:
        root: The data folder.
        settings: What it was opened with.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = settings.data
        self._journal = self.root / journal.NAME
        self._checked_at: datetime | None = None

    @classmethod
    def open(cls, settings: Settings, *, create: bool = False) -> Store:
        """Opens the data folder.

        Raises:
            NoDataError: There is no data in the folder and `create` is not set.
            DamagedDataError: A part of it is missing, or the journal is damaged.
            StorageError: A newer dwell wrote the folder, it is being restored, or it cannot be used.
        """
        store = cls(settings)
        require_reachable(store.root / unfinished.NAME)  # of the journal, which may be a broken link, the parts tell
        unfinished.require_finished(store.root)
        require_parts(store.root, state_elsewhere=settings.database is not None)
        if not store._journal.exists():
            if not create:
                raise NoDataError(
                    f"There is no data in {store.root}: import a file (dwell import PATH), read accounts (dwell sweep "
                    "@name) or track a video (dwell track URL) first, or name another folder with --data."
                )
            store._create()
        return store

    def _create(self) -> None:
        with journal_errors(self.root):
            self.root.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        with exclusive(self.root / LOCK):
            if not self._journal.exists():  # another process may have been faster
                recover.create_or_rebuild(self.root, self._journal)

    def attach(
        self, connection: duckdb.DuckDBPyConnection, tables: Iterable[str] | None = None, *, with_seq: bool = False
    ) -> set[str]:
        """Makes a temporary view per table, all of one instant, without the internal columns.

        Args:
            connection: The DuckDB connection that will read.
            tables: Names of the tables, or `post_latest`; all tables when None.
            with_seq: The views also have the number of each row's batch, as `seq`.

        Returns:
            Those of the tables that have rows.
        """
        names = list(TABLES if tables is None else tables)
        state, unsealed = self.instant(names)
        views.attach(connection, self.root, state, unsealed, names, with_seq=with_seq)
        return {name for name in views.stored_tables(names) if state.table(name).files or unsealed[name]}

    def snapshot(self) -> AbstractContextManager[StoreSnapshot]:
        """One instant of the store, for a `with` block: everything read through it belongs together."""
        return closing(StoreSnapshot(self.root))

    def instant(self, tables: Iterable[str] | None = None) -> tuple[catalogue.Catalogue, views.Unsealed]:
        """The catalogue and the journal's rows of these tables, read in one transaction."""
        with self.snapshot() as snapshot:
            return snapshot.catalogue, snapshot.unsealed_rows(TABLES if tables is None else tables)

    def query(self, sql: str, tables: Iterable[str], parameters: Any = None) -> Result:
        """Runs one DuckDB query over the named tables, which it sees as of one instant.

        Args:
            sql: The query.
            tables: The tables it reads.
            parameters: Values for `$name` or `?` in the query.

        Returns:
            Rows with instants aware and in UTC, and None for what is unknown.
        """
        from dwell.warehouse.engine_duckdb import DuckDBEngine

        with self.snapshot() as snapshot, closing(DuckDBEngine(self.settings, snapshot)) as engine:
            return engine.query(sql, tables, parameters)

    def folder_id(self) -> str | None:
        """The id that this folder and its state database share; None until they met."""
        with journal.connect(self._journal) as log:
            return catalogue.read_folder_id(log)

    def set_folder_id(self, folder_id: str) -> str:
        """Gives the folder an id unless it has one; returns the id that it has."""
        with self.writing(), journal.connect(self._journal, writing=True) as log, journal.transaction(log):
            state = catalogue.read(log)
            if state.folder_id is not None:
                return state.folder_id
            catalogue.write(log, state, replace(state, folder_id=folder_id))
            return folder_id

    def find_batch(self, batch_id: str) -> Batch | None:
        """The import of that identity, if it was ever done."""
        with journal.connect(self._journal) as log:
            return batches.find(log, batch_id)

    def current_id(self, batch_id: str) -> str:
        """The id of an import today: another one after each time that rows of it were set aside."""
        with journal.connect(self._journal) as log:
            return batches.current_id(log, batch_id)

    def batch_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """Number of a batch -> its id."""
        with journal.connect(self._journal) as log:
            return batches.find_ids(log, numbers)

    def batches_of_file(self, digest: str) -> list[Batch]:
        """The imports of a file with this digest, oldest first, but those that were undone."""
        with journal.connect(self._journal) as log:
            return batches.find_of_file(log, digest)

    def batches(self) -> list[Batch]:
        """Every import that was ever done, oldest first."""
        with journal.connect(self._journal) as log:
            return batches.list_all(log)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Holds the store alone; waits for another writer, and first undoes what a killed one left.

        Raises:
            DamagedDataError: The journal is damaged: nothing is written on top of that.
        """
        with exclusive(self.root / LOCK):
            recover.prepare_for_writing(self.root, self._journal, check=self._is_check_due())
            yield Writer(self.root)

    @contextmanager
    def appending(self) -> Iterator[Appender]:
        """An open journal that takes records, a batch at a time, without an engine; the lock is held for each batch.

        Raises:
            DamagedDataError: The journal is damaged: nothing is written on top of that.
        """
        from dwell.warehouse.append import Appender

        with exclusive(self.root / LOCK), journal.connect(self._journal, writing=True) as log:
            if self._is_check_due():
                journal_rows.verify(self._journal, log)
            journal_layout.upgrade(log)
        with journal.connect(self._journal, writing=True) as log:
            yield Appender(self.root, self.settings, self.root / LOCK, log)

    @contextmanager
    def lookups(self) -> Iterator[Lookups]:
        """Answers about single posts, accounts and topics, without an engine.

        Raises:
            DamagedDataError: The journal or, where it has to be read, the lake is damaged.
        """
        with self._complete_journal() as log, journal.read_transaction(log):
            yield Lookups(log)

    @contextmanager
    def _complete_journal(self) -> Iterator[sqlite3.Connection]:
        """A journal, or a copy of it, whose current rows are complete."""
        with journal.connect(self._journal) as log:
            if journal_layout.is_current(log) and current_rows.is_complete(log, catalogue.read_seq(log)):
                yield log
                return
        if takes_files(self.root):
            with exclusive(self.root / LOCK), journal.connect(self._journal, writing=True) as log:
                journal_layout.upgrade(log)
                current_rows_refresh.refresh(log, self.root, self.settings)
            with journal.connect(self._journal) as log:
                yield log
            return
        with temporary_folder("dwell-read-") as folder:
            with self.snapshot() as snapshot:
                snapshot.copy_journal(folder / journal.NAME)
            with journal.connect(folder / journal.NAME, writing=True) as log:
                journal_layout.upgrade(log)
                current_rows_refresh.refresh(log, self.root, self.settings)
                yield log

    def _is_check_due(self) -> bool:
        """Whether a writer should read every page of the journal: at the first write of a process, and once a day."""
        now = clock.now()
        due = self._checked_at is None or abs(now - self._checked_at) > _CHECKED_FOR
        self._checked_at = now if due else self._checked_at
        return due

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder for this process alone; it is gone afterwards, even after kill -9.

        It is on the data's own disk, unless that takes no files: then reading still works, in the system's temporary
        folder.
        """
        return scratch_folder(self.root / "scratch") if takes_files(self.root) else temporary_folder("dwell-work-")

    def require_writable(self) -> None:
        """Refuses, before any work, to write where nothing can be written.

        Raises:
            StorageError: The folder takes no files.
        """
        if not takes_files(self.root):
            raise not_writable(self.root)

    def seal(self) -> int:
        """Moves the journal's rows to the lake; returns how many."""
        from dwell.warehouse.seal import seal

        with exclusive(self.root / LOCK):
            recover.prepare_for_writing(self.root, self._journal, check=self._is_check_due())
            return seal(self.root, self.settings)

    def list_future_readings(self, now: datetime) -> list[FutureReadings]:
        """The readings that are stamped later than now, by table and source."""
        from dwell.warehouse.future_readings import list_future_readings

        with self.snapshot() as snapshot:
            return list_future_readings(snapshot, self.settings, now)

    def set_aside_future_readings(self, now: datetime) -> list[CopiedRows]:
        """Moves the readings that are stamped later than now to files in `set-aside/`; returns the files."""
        from dwell.warehouse.set_aside import set_aside_future_readings

        with exclusive(self.root / LOCK):
            recover.prepare_for_writing(self.root, self._journal, check=self._is_check_due())
            return set_aside_future_readings(self.root, self.settings, now)

    def erase(self, subject: Subject, now: datetime) -> bool:
        """Removes every row about a person; says whether there were any. Old versions of files are left to `purge`."""
        from dwell.warehouse.erasure import erase_rows

        with exclusive(self.root / LOCK):
            recover.prepare_for_writing(self.root, self._journal, check=self._is_check_due())
            return erase_rows(self.root, self.settings, subject, now)

    def purge(self) -> None:
        """Deletes whatever is no longer visible, at once.

        Raises:
            StorageError: Another process reads the journal.
        """
        from dwell.warehouse.purge import purge

        with exclusive(self.root / LOCK):
            recover.prepare_for_writing(self.root, self._journal, check=self._is_check_due())
            purge(self.root)

    def destinations(self) -> list[tuple[str, str | None]]:
        """Where tables were loaded to, as far as this folder knows: address without a password, and schema."""
        with journal.connect(self._journal) as log:
            return catalogue.list_destinations(log)

    def remember_destination(self, address: str, schema: str | None) -> None:
        """Notes where tables are loaded to, so that an erasure reaches them."""
        if (address, schema) in self.destinations():
            return
        with exclusive(self.root / LOCK), journal.connect(self._journal, writing=True) as log, journal.transaction(log):
            catalogue.add_destination(log, address, schema)

    def seal_if_due(self) -> int:
        """Seals at the end of a command if very many rows are in the journal; returns how many rows moved."""
        return self.seal() if self.needs_seal() else 0

    def needs_seal(self, *, in_background: bool = False) -> bool:
        """So many rows wait that a seal pays.

        Args:
            in_background: Nobody waits for the seal, so it may come early.
        """
        return self.waiting().is_due(in_background=in_background)

    def waiting(self) -> Waiting:
        """What a seal would have to do, and when the latest one was."""
        from dwell.warehouse.waiting import read_waiting

        with journal.connect(self._journal) as log, journal.read_transaction(log):
            return read_waiting(log)

    def unsealed(self) -> int:
        """Rows that are only in the journal."""
        with journal.connect(self._journal) as log, journal.read_transaction(log):
            return sum(journal_rows.count(log, name) for name in TABLES)

    def rows(self) -> dict[str, int]:
        """Rows per table as a reader sees them, without reading the tables."""
        with self.snapshot() as snapshot:
            return snapshot.rows()
