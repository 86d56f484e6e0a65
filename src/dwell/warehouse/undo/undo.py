"""Undoing an import: its rows go from the lake, and what the others gave comes in their place, as one batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dwell import logs
from dwell.disk.lock import scratch_folder
from dwell.records import TABLES, Table
from dwell.settings import Settings
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    ingest_log,
    journal,
    lake,
    log_checksums,
    views,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue, LakeFile
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.removal import Removal, find_files, replace_current
from dwell.warehouse.seal import seal
from dwell.warehouse.undo.plan import Undone, count, replay_all, require_undoable
from dwell.warehouse.undo.replay import Batches, Replay

if TYPE_CHECKING:
    import duckdb

logger = logs.get_logger(__name__)


def undo(root: Path, settings: Settings, batch_id: str, now: datetime) -> Undone:
    """Takes an import back; the caller holds the writer lock. Killed at any moment, it is undone or not.

    Raises:
        UndoError: It cannot be undone, or not exactly; nothing was changed.
    """
    with journal.connect(root / journal.NAME) as log:
        require_undoable(log, batch_id)
    seal(root, settings)
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        reading_errors(root),
        bulk_connection(settings, scratch) as connection,
    ):
        seq = require_undoable(log, batch_id)
        state, known = catalogue.read(log), Batches.read(log, seq)
        nothing: views.Unsealed = {name: [] for name in TABLES}
        replays = replay_all(connection, scratch, log, (root, state, nothing), known)
        undone = count(known.by_seq[seq], replays)
        conditions = {name: replay.condition() for name, replay in replays.items()}
        affected = find_files(connection, root, state, conditions)
        removal = _Undo(connection, root, state, affected, conditions, replays)
        batch = _describe(undone, state, now)
        ahead = removal.rewrite_lake()
        ahead = ingest_log.write_entry(connection, root, ahead, [(ahead.seq, *batches.to_row(batch))], None)
        current = {name: removal.find_current(name, ahead.table(name)) for name in affected}
        with journal.transaction(log):
            replace_current(log, current)
            if current_rows.is_complete(log, state.seq):
                current_rows.mark_complete(log, ahead.seq)
            contributions.remove(log, seq)
            batches.insert(log, ahead.seq, batch, in_lake=True)
            catalogue.write(log, state, ahead)
            log_checksums.record(log, root, state, ahead)
    logger.info("undid import %(import)s", {"import": import_name(batch_id)})
    return undone


def _describe(undone: Undone, state: Catalogue, now: datetime) -> Batch:
    """The undo as a batch; the import can be made again."""
    done = undone.batch
    report = {
        "rows": undone.removed,
        "changed": undone.changed,
        "imports": [import_name(done.batch_id)],
        "undone": done.batch_id,
    }
    name = f"{batches.UNDO}/{now:%Y-%m-%d}-{state.seq + 1}"
    digest = hashlib.sha256(f"{name}\n{json.dumps(report)}".encode()).hexdigest()
    return Batch(digest[:32], name, batches.UNDO, digest, now, report)


class _Undo(Removal):
    """The removal of the rows of an import from the lake, with others in their place."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        state: Catalogue,
        affected: Mapping[str, tuple[LakeFile, ...]],
        conditions: Mapping[str, str],
        replays: Mapping[str, Replay],
    ) -> None:
        super().__init__(connection, root, state, affected, conditions)
        self._replays = replays

    def _add_rows(self, table: Table, ahead: Catalogue) -> Catalogue:
        rows = self._replays[table.name].added()
        grown = lake.append(self.connection, self.root, table.name, rows, ahead.seq, ahead.table(table.name))
        return ahead.with_tables({table.name: grown})
