"""Repairs of the lake: damaged files go to `damaged/`, and the tables, the roll-up and the logs are made whole again.

The journal's catalogue changes in one transaction at the end. Killed before it, a file that was moved away is missing,
which the next repair finds and ends.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.errors import set_aside
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
    journal_layout,
    journal_rows,
    lake,
    lake_scan,
    log_checksums,
    rollup_update,
    views,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import INGEST, key_list, to_journal
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.duckdb_connection import bulk_connection, connect
from dwell.warehouse.load.earlier_imports import import_name

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost with a file of the lake.

    Attributes:
        rows: Rows in it, older versions of rows included.
        first_at: The earliest time at which they were observed, microseconds since 1970; None where it is not known.
        last_at: The latest.
        imports: Paths of the imported files that may have given them, as the user named those; oldest first.
        of_sweeps: Sweeps or tracked videos may have given some.
    """

    rows: int
    first_at: int | None
    last_at: int | None
    imports: tuple[str, ...]
    of_sweeps: bool


def find_loss(log: sqlite3.Connection, file: LakeFile) -> Loss:
    """What is lost with a file, by the catalogue and the log of batches."""
    within = _batches_of(log, file)
    paths = dict.fromkeys(row[2] for row in within if row[3] not in {*batches.PROVIDER_FORMATS, *batches.REMOVALS})
    of_sweeps = any(row[3] in batches.PROVIDER_FORMATS for row in within)
    return Loss(file.rows, file.first_at, file.last_at, tuple(paths), of_sweeps)


def _batches_of(log: sqlite3.Connection, file: LakeFile) -> list[tuple[Any, ...]]:
    """Rows of the log of the batches that may have rows in a file; of an older dwell's file any may."""
    first, last = file.first_seq or 0, file.seq or float("inf")
    return [row for row in batches.list_rows(log) if first <= row[0] <= last]


def take_out_files(root: Path, settings: Settings, damaged: Mapping[str, Sequence[LakeFile]], now: datetime) -> None:
    """Takes damaged files out of the tables, as one batch; the imports that gave their rows can be made again.

    Args:
        root: The data folder, whose writer lock the caller holds.
        settings: Memory and threads.
        damaged: Table -> its damaged files.
        now: The present.
    """
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        reading_errors(root),
        bulk_connection(settings, scratch) as connection,
    ):
        journal_layout.upgrade(log)
        state = catalogue.read(log)
        batch = _describe(log, state, damaged, now)
        for name, files in damaged.items():
            for file in files:
                if (path := lake.folder(root, name) / file.path).exists():
                    set_aside(root, path)
        ahead, orphans = replace(state, seq=state.seq + 1), {}
        for name, files in damaged.items():
            before = ahead.table(name)
            kept = tuple(file for file in before.files if file not in files)
            with lake_errors(lake.folder(root, name)):
                version = lake.commit(root, name, [], ahead.seq, files, drops_rows=True)
            after, orphans[name] = _recount(connection, log, root, TABLES[name], TableState(version, 0, kept))
            ahead = ahead.with_tables({name: after})
        if state.rollup is not None:
            made = rollup_update.update(connection, root, replace(ahead, rollup=None)).rollup
            made = made or replace(state.rollup, files=())  # no row is left of it
            # The journal's rows are not in it: the seal that moves them gives their files the number of this batch.
            ahead = replace(ahead, rollup=replace(made, seq=state.seq))
        entry = (ahead.seq, *batches.to_row(batch))
        ahead = ingest_log.write_entry(connection, root, ahead, [entry], ingest_log.unsealed_since(log))
        with journal.transaction(log):
            contributions.begin(log, ahead.seq)
            for name, keys in orphans.items():
                journal_rows.replace_nothing(log, TABLES[name], keys)
            current_rows.forget(log)
            batches.insert(log, ahead.seq, batch, in_lake=True)
            catalogue.write(log, state, ahead)
            log_checksums.record(log, root, state, ahead)


def _describe(
    log: sqlite3.Connection, state: Catalogue, damaged: Mapping[str, Sequence[LakeFile]], now: datetime
) -> Batch:
    rows = {name: sum(file.rows for file in files) for name, files in damaged.items()}
    ids = {row[1] for files in damaged.values() for file in files for row in _batches_of(log, file)}
    report = {"rows": rows, "imports": sorted(map(import_name, ids))}
    name = f"{batches.DAMAGE}/{now:%Y-%m-%d}-{state.seq + 1}"
    digest = hashlib.sha256(f"{name}\n{json.dumps(report)}".encode()).hexdigest()
    return Batch(digest[:32], name, batches.DAMAGE, digest, now, report)


def _recount(
    connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection, root: Path, table: Table, after: TableState
) -> tuple[TableState, list[tuple[Any, ...]]]:
    """The state with its superseded rows counted anew, and the keys of readings that replace nothing any more."""
    rows = journal_rows.rows(log, table)
    if rows:
        views.load_unsealed(connection, table, rows)
    keys = key_list(table)
    unsealed = bool(rows) and table.keeps == "newest"  # a reading in the journal says itself what it replaces
    every = views.all_versions(table, root, after, unsealed=unsealed)
    ((superseded,),) = connection.execute(f"SELECT count(*) - count(DISTINCT ({keys})) FROM ({every})").fetchall()
    orphans: list[tuple[Any, ...]] = []
    if views.is_replacing(table, rows):
        columns = {column.name: column for column in table.columns}
        shown = ", ".join(to_journal(columns[name]) for name in table.key)
        stored = f"SELECT * FROM {lake_scan.scan(root, table.name, after)}" if after.files else None
        lost = f"ANTI JOIN ({stored}) AS stored USING ({keys})" if stored else ""
        orphans = connection.execute(f"SELECT {shown} FROM {views.replacing_name(table)} {lost}").fetchall()
    return replace(after, superseded=int(superseded)), orphans


def rewrite_ingest_log(root: Path, settings: Settings, files: Sequence[LakeFile]) -> None:
    """Writes the lake's ingest log anew out of the journal's, which has every batch; the caller holds the lock."""
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        connect(settings) as connection,
    ):
        journal_layout.upgrade(log)
        state = catalogue.read(log)
        for file in files:
            if (path := lake.folder(root, INGEST) / file.path).exists():
                set_aside(root, path)
        waiting = {row[0] for row in batches.list_unsealed(log)}
        entries = [row for row in batches.list_rows(log) if row[0] not in waiting]
        since = ingest_log.unsealed_since(log)
        ahead = ingest_log.write_entry(connection, root, state, entries, since, anew=True)
        with journal.transaction(log):
            catalogue.write(log, state, ahead)
            log_checksums.record(log, root, state, ahead)


def rewrite_log(root: Path, settings: Settings, name: str) -> None:
    """Writes the Delta log of a table anew, with what the journal says is visible; the caller holds the lock."""
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        connect(settings) as connection,
    ):
        journal_layout.upgrade(log)
        state, since = catalogue.read(log), ingest_log.unsealed_since(log)
        table = state.table(name)
        described = ingest_log.describe(state, since) if name == INGEST else None
        with lake_errors(lake.folder(root, name)):
            version = lake.rewrite_log(root, name, table.files, state.seq, described)
        ahead = state.with_tables({name: replace(table, version=version)})
        if name != INGEST:  # a rebuild of the journal reads the version there
            ahead = ingest_log.write_entry(connection, root, ahead, [], since)
        with journal.transaction(log):
            catalogue.write(log, state, ahead)
            log_checksums.forget(log, name)
            log_checksums.record(log, root, state, ahead)
