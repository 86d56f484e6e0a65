"""Keeping the lake tidy: small files are joined, superseded rows dropped, unused files deleted a day later."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dwell import clock, logs
from dwell.clock import to_micros
from dwell.records import TABLES
from dwell.warehouse import journal, lake, lake_scan, parquet, views
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import INGEST, INGEST_COLUMNS, SEQ, key_list, quote_name
from dwell.warehouse.damage import lake_errors

if TYPE_CHECKING:
    import duckdb

# Files below this size are worth joining, once there are so many of them side by side.
_SMALL = 16 * 1024 * 1024
_MANY = 12

# A table is rewritten without its superseded rows once they are this share of it.
_SUPERSEDED_SHARE = 0.3

# Readers hold lists of files, so a file that is no longer used stays this long.
KEEP = timedelta(hours=24)

logger = logs.get_logger(__name__)


def compact(
    connection: duckdb.DuckDBPyConnection, root: Path, state: Catalogue, *, keep_versions: bool = False
) -> Catalogue:
    """Rewrites what is worth it; the journal's rows must be in the lake already, and the writer lock held.

    Args:
        connection: Any DuckDB connection.
        root: The data folder.
        state: The catalogue.
        keep_versions: Leave the tables of newest values alone, whose older versions would be dropped.

    Returns:
        The catalogue to make visible; the given one if nothing was worth it.
    """
    for name, before in state.tables.items():
        if keep_versions and not _keeps_every(name):
            continue
        with lake_errors(lake.folder(root, name)):
            for group in _groups(connection, root, name, before):
                logger.info("compacting %(files)d files of %(table)s", {"files": len(group), "table": name})
                state = state.with_tables({name: _rewrite(connection, root, name, state, group)})
    return state


def _groups(
    connection: duckdb.DuckDBPyConnection, root: Path, name: str, state: TableState
) -> list[tuple[LakeFile, ...]]:
    """Files to be rewritten together: all of a table with many superseded rows, else the small ones of a month.

    Of a table that keeps every observation, also each month with a corrected row, however few: one such row makes every
    reader look at all keys. The versions of a row lie in one month, for they were observed at one time.
    """
    corrected = state.superseded > 0 and _keeps_every(name)
    if not corrected and state.superseded and state.superseded >= _SUPERSEDED_SHARE * state.rows:
        return [state.files]
    months: dict[str, list[LakeFile]] = defaultdict(list)
    for file in state.files:
        months[file.path.rpartition("/")[0]].append(file)
    groups = []
    for files in months.values():
        small = [file for file in files if file.bytes < _SMALL]
        if corrected and _has_several_versions(connection, root, name, files):
            groups.append(tuple(files))
        elif len(small) >= _MANY:
            groups.append(tuple(small))
    return groups


def _keeps_every(name: str) -> bool:
    return name != INGEST and TABLES[name].keeps == "every"


def _has_several_versions(
    connection: duckdb.DuckDBPyConnection, root: Path, name: str, files: Sequence[LakeFile]
) -> bool:
    scan = lake_scan.scan(root, name, TableState(files=tuple(files)))
    sql = f"SELECT 1 FROM {scan} GROUP BY {key_list(TABLES[name])} HAVING count(*) > 1 LIMIT 1"
    return connection.execute(sql).fetchone() is not None


def _rewrite(
    connection: duckdb.DuckDBPyConnection, root: Path, name: str, state: Catalogue, group: tuple[LakeFile, ...]
) -> TableState:
    before = state.table(name)
    scan = lake_scan.scan(root, name, TableState(files=group))
    columns = [*INGEST_COLUMNS] if name == INGEST else [*(column.name for column in TABLES[name].columns), SEQ]
    source = f"SELECT {', '.join(map(quote_name, columns))} FROM {scan}"
    # Only where every version of a key is in the group can the older ones go.
    if before.superseded > 0 and (_keeps_every(name) or len(group) == len(before.files)):
        source = views.newest_versions(TABLES[name], source, columns)
    written = parquet.write(connection, name, source, lake.folder(root, name))
    version = lake.commit(root, name, written, state.seq, removed=group)
    kept = tuple(file for file in before.files if file not in group)
    dropped = sum(file.rows for file in group) - sum(new.file.rows for new in written)
    newest = max(file.seq for file in group)
    files = (*kept, *(replace(new.file, seq=newest) for new in written))
    return TableState(version, before.superseded - dropped, files)


def is_cleanup_due(log: sqlite3.Connection) -> bool:
    """Once a day; noted at once, so that a sweep that fails is not tried again by every import."""
    now = to_micros(clock.now())
    row = log.execute("SELECT value FROM meta WHERE key = 'swept_at'").fetchone()
    if row and 0 <= now - row[0] < KEEP // timedelta(microseconds=1):  # a clock may have been ahead
        return False
    with journal.transaction(log):
        log.execute("INSERT OR REPLACE INTO meta VALUES ('swept_at', ?)", (now,))
    return True


def delete_unused_files(root: Path, state: Catalogue) -> int:
    """Deletes files that no visible version has used for a day; returns how many."""
    deleted = 0
    for name in state.versions():
        place = lake.folder(root, name)
        with lake_errors(place):
            used = {file.path for file in state.table(name).files}
            unused = lake.open_table(root, name).vacuum(
                KEEP // timedelta(hours=1), dry_run=True, enforce_retention_duration=False, full=True
            )
            for path in unused:
                if path not in used and path.endswith(".parquet"):
                    (place / path).unlink(missing_ok=True)
                    deleted += 1
    return deleted
