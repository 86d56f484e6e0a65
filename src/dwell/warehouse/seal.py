"""Sealing: the journal's rows move to the lake, and one transaction makes both ends of the move visible at once."""

from __future__ import annotations

from dataclasses import replace
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
    journal_rows,
    lake,
    log_checksums,
    rollup_update,
    views,
)
from dwell.warehouse.columns import SEQ, column_list
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.older_files import with_checksums

logger = logs.get_logger(__name__)


def seal(root: Path, settings: Settings, *, fresh_rollup: bool = False, keep_versions: bool = False) -> int:
    """Moves every row of the journal to the lake, then tidies the lake; the caller holds the writer lock.

    Args:
        root: The data folder.
        settings: Memory and threads.
        fresh_rollup: Make the roll-up out of the tables, whatever is there.
        keep_versions: Drop no older version of a row in a table of newest values.

    Returns:
        Rows moved.
    """
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        bulk_connection(settings, scratch) as connection,
    ):
        state = catalogue.read(log)
        moved, ahead = 0, replace(state, sealed_seq=state.seq)
        replaced = {}
        for name, table in TABLES.items():
            rows = journal_rows.rows(log, table)
            if not rows:
                continue
            source = f"SELECT {column_list(table)}, {SEQ} FROM {views.load_unsealed(connection, table, rows)}"
            ahead = ahead.with_tables({name: lake.append(connection, root, name, source, state.seq, ahead.table(name))})
            moved += len(rows)
            if views.is_replacing(table, rows):
                replaced[name] = sum(row[-1] is not None for row in rows)
        entries = batches.list_unsealed(log)
        ahead = rollup_update.update(
            connection,
            root,
            replace(ahead, rollup=None) if fresh_rollup else ahead,
            replacing="post_snapshots" in replaced,
        )
        for name, number in replaced.items():  # the lake has both versions until it is compacted, which is next
            before = ahead.table(name)
            ahead = ahead.with_tables({name: replace(before, superseded=before.superseded + number)})
        ahead = compact.compact(connection, root, ahead, keep_versions=keep_versions)
        ahead = with_checksums(root, ahead)
        if not moved and not entries and ahead.tables == state.tables and ahead.rollup == state.rollup:
            if catalogue.count_unverified(state) > catalogue.count_unverified(ahead):
                with journal.transaction(log):
                    catalogue.write_checksums(log, ahead)
            return 0
        ahead = ingest_log.write_entry(connection, root, ahead, entries, None)
        with journal.transaction(log):
            current_rows.record_seal(log)
            journal_rows.clear(log)
            batches.mark_in_lake(log)
            catalogue.write(log, state, ahead)
            catalogue.write_checksums(log, ahead)
            catalogue.write_sealed_at(log)
            log_checksums.record(log, root, state, ahead)
        if compact.is_cleanup_due(log):
            compact.delete_unused_files(root, ahead)
            rollup_update.delete_unused_files(root, log, compact.KEEP)
        logger.info("sealed %(rows)d rows: they moved from the journal to the lake", {"rows": moved})
        return moved
