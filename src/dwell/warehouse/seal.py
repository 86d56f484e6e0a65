"""Sealing: the journal's rows move to the lake, and one transaction makes both ends of the move visible at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dwell import logs
from dwell.disk.lock import scratch_folder
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import (
    batches,
    catalogue,
    compact,
    current_rows,
    ingest_log,
    journal,
    lake,
    rollup,
    rollup_update,
    views,
)
from dwell.warehouse.columns import SEQ, column_list
from dwell.warehouse.engine_duckdb import connect

# A question copies every row of the journal, which costs 4 CPU seconds a million. The sealer, a job in the background,
# comes early; a command, whose user waits, only where no sealer runs (DECISIONS.md has the figures).
SEALER_ROWS = 20_000
COMMAND_ROWS = 100_000

logger = logs.get_logger(__name__)


@dataclass(frozen=True)
class Waiting:
    """What a seal would have to do.

    Attributes:
        rows: Rows that are only in the journal.
        later: Rows of `posts` and `post_snapshots` in the lake that are not in the roll-up yet.
        corrected: Superseded rows in tables that keep every observation: until they are dropped, every question looks
            for the newest version of each key, and the roll-up cannot be used.
        sealed_at: The latest seal; None before the first.
    """

    rows: int
    later: int
    corrected: int
    sealed_at: datetime | None

    def is_due(self, *, in_background: bool) -> bool:
        """A seal pays now; no command of a user brings the roll-up up to date for its own sake."""
        due = self.rows + self.later > SEALER_ROWS if in_background else self.rows > COMMAND_ROWS
        return due or self.corrected > 0


def read_waiting(log: sqlite3.Connection) -> Waiting:
    """What waits, as the connection's transaction sees it; no table is read."""
    state = catalogue.read(log)
    after = state.rollup.seq if state.rollup else -1
    corrected = sum(state.table(name).superseded for name, table in TABLES.items() if table.keeps == "every")
    return Waiting(
        rows=sum(journal.count(log, name) for name in TABLES),
        later=sum(rollup.later_table(state, name, after).rows for name in rollup.BASES),
        corrected=corrected,
        sealed_at=catalogue.read_sealed_at(log),
    )


def seal(root: Path, settings: Settings, *, fresh_rollup: bool = False) -> int:
    """Moves every row of the journal to the lake, then tidies the lake; the caller holds the writer lock.

    Args:
        root: The data folder.
        settings: Memory and threads.
        fresh_rollup: Make the roll-up out of the tables, whatever is there.

    Returns:
        Rows moved.
    """
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        connect(settings, scratch) as connection,
    ):
        state = catalogue.read(log)
        moved, ahead = 0, replace(state, sealed_seq=state.seq)
        for name, table in TABLES.items():
            rows = journal.rows(log, table)
            if not rows:
                continue
            source = f"SELECT {column_list(table)}, {SEQ} FROM {views.load_unsealed(connection, table, rows)}"
            ahead = ahead.with_tables({name: lake.append(connection, root, name, source, state.seq, ahead.table(name))})
            moved += len(rows)
        entries = batches.list_unsealed(log)
        ahead = rollup_update.update(connection, root, replace(ahead, rollup=None) if fresh_rollup else ahead)
        ahead = compact.compact(connection, root, ahead)
        if not moved and not entries and ahead.tables == state.tables and ahead.rollup == state.rollup:
            return 0
        ahead = ingest_log.write_entry(connection, root, ahead, entries, None)
        with journal.transaction(log):
            current_rows.record_seal(log)
            journal.clear(log)
            batches.mark_in_lake(log)
            catalogue.write(log, state, ahead)
            catalogue.write_sealed_at(log)
        if compact.is_cleanup_due(log):
            compact.delete_unused_files(root, ahead)
            rollup_update.delete_unused_files(root, log, compact.KEEP)
        logger.info("sealed %(rows)d rows: they moved from the journal to the lake", {"rows": moved})
        return moved
