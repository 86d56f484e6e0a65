"""One instant of the store: what is written, sealed or compacted later changes nothing in it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import StorageError
from dwell.records import TABLES
from dwell.warehouse import batches, catalogue, journal, journal_rows, rollup, views
from dwell.warehouse.journal_damage import damaged_journal, journal_errors

if TYPE_CHECKING:
    from dwell.warehouse.waiting import Waiting

# Compaction keeps files that are no longer visible for a day (`compact.py`), so a younger snapshot finds all its files.
MAX_AGE_S = 23 * 3_600
_PAGES = 4_096  # that are copied before somebody is told


class StoreSnapshot:
    """The catalogue and the journal of one instant, read through one connection; for one thread, until it is closed.

    The journal's read transaction stays open, so the rows of a table are read when the first query needs them, and are
    still those of that instant. SQLite in WAL mode lets others write meanwhile.

    Args:
        root: The data folder.

    Attributes:
        root: The data folder.
        catalogue: What is visible of the lake, and the sequence number of the newest batch.

    Raises:
        DamagedDataError: The journal is damaged.
        StorageError: It cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._path = root / journal.NAME
        self._opened = time.monotonic()
        self._closed = False
        self._unsealed: views.Unsealed = {}
        self._resources = ExitStack()
        try:
            self._log = self._resources.enter_context(journal.connect(self._path))
            self._resources.enter_context(journal.read_transaction(self._log))
            with journal_errors(self._path):
                self.catalogue = catalogue.read(self._log)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the read transaction and closes the journal."""
        self._closed = True
        self._resources.close()

    @cached_property
    def has_rollup(self) -> bool:
        """Metrics are answered faster from the roll-up `post_latest` than from all snapshots."""
        return rollup.is_usable(self.root, self.catalogue)

    def unsealed_rows(self, tables: Iterable[str]) -> views.Unsealed:
        """The journal's rows that these tables, or the roll-up, need; those of a table are read once."""
        self.require_files()
        names = views.stored_tables(tables)
        with journal_errors(self._path):
            self._unsealed |= views.unsealed_rows(self._log, [name for name in names if name not in self._unsealed])
        return {name: self._unsealed[name] for name in names}

    def rows(self) -> dict[str, int]:
        """Rows per table as a reader sees them, without reading the tables."""
        self.require_files()
        with journal_errors(self._path):
            unsealed = {
                name: journal_rows.count(self._log, name) - journal_rows.count_replaced(self._log, name)
                for name in TABLES
            }
        states = {name: self.catalogue.table(name) for name in TABLES}
        return {name: states[name].rows - states[name].superseded + rows for name, rows in unsealed.items()}

    def last_batch(self) -> tuple[int, str]:
        """Number and id of the newest batch; 0 and no id where there is none."""
        self.require_files()
        with journal_errors(self._path):
            return batches.find_last(self._log)

    def is_batch(self, seq: int, batch_id: str) -> bool:
        """The batch of this number has this id; without batches, 0 has none."""
        with journal_errors(self._path):
            return batches.find_ids(self._log, [seq]).get(seq, "") == batch_id

    def has_removals(self, after: int) -> bool:
        """Rows were set aside by a batch after this number."""
        with journal_errors(self._path):
            return batches.has_removals(self._log, after)

    def waiting(self) -> Waiting:
        """What a seal would have to do, and when the latest one was."""
        self.require_files()
        from dwell.warehouse.waiting import read_waiting

        with journal_errors(self._path):
            return read_waiting(self._log)

    def copy_journal(self, target: Path, on_pages: Callable[[int, int], None] | None = None) -> None:
        """Copies the journal as it was at this instant; only its owner can read the copy.

        Args:
            target: The file to write, which does not exist.
            on_pages: Is told how many pages are left, and how many there are.

        Raises:
            DamagedDataError: The journal is damaged.
            StorageError: The copy cannot be written.
        """
        self.require_files()
        with journal_errors(self._path):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                report = None if on_pages is None else lambda _, left, total: on_pages(left, total)
                self._log.backup(copy, pages=_PAGES, progress=report)
                (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise damaged_journal(self._path, verdict)

    def require_files(self) -> None:
        """Refuses to read a snapshot that is closed, or whose files compaction may have deleted.

        Raises:
            StorageError: It is closed, or was opened about a day ago.
        """
        if self._closed:
            raise StorageError("This snapshot is closed: ask inside its `with` block, or open a new one.")
        age = time.monotonic() - self._opened
        if age > MAX_AGE_S:
            raise StorageError(
                f"This snapshot is {age / 3_600:.0f} hours old, and files that it reads may be deleted by now: "
                "open a new one."
            )
