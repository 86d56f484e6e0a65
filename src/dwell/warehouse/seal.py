"""Sealing: the journal's rows move to the lake, and one transaction makes both ends of the move visible at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dwell import logs
from dwell.disk.lock import scratch_folder
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import batches, catalogue, compact, journal, lake, manifest, views
from dwell.warehouse.columns import SEQ, column_list
from dwell.warehouse.engine_duckdb import connect

# An import seals at its end when the journal holds more rows than this: a reader copies all of them for each query.
UNSEALED_ROWS = 50_000

logger = logs.get_logger(__name__)


def seal(root: Path, settings: Settings) -> int:
    """Moves every row of the journal to the lake, then tidies the lake; the caller holds the writer lock.

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
            source = f"SELECT {column_list(table)}, {SEQ} FROM {views.load_hot(connection, table, rows)}"
            ahead = ahead.with_tables({name: lake.append(connection, root, name, source, state.seq, ahead.table(name))})
            moved += len(rows)
        entries = batches.list_unsealed(log)
        ahead = compact.compact(connection, root, ahead)
        if not moved and not entries and ahead.tables == state.tables:
            return 0
        ahead = manifest.write_entry(connection, root, ahead, entries, None)
        with journal.transaction(log):
            journal.clear(log)
            batches.mark_in_lake(log)
            catalogue.write(log, state, ahead)
        if compact.is_cleanup_due(log):
            compact.delete_unused_files(root, ahead)
        logger.info("sealed %(rows)d rows: they moved from the journal to the lake", {"rows": moved})
        return moved
