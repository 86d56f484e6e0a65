"""Setting rows aside: they move from the tables to files in `set-aside/`, which `dwell import` can read again.

The copies are on the disk before anything is removed, and the journal's catalogue changes in one transaction: killed at
any moment, the rows are in the tables, or in the files and gone from the tables. Files that a killed process wrote are
written again by the next one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import logs
from dwell.disk.flush import flush
from dwell.disk.lock import scratch_folder
from dwell.disk.replace import replacing
from dwell.records import TABLES, Table
from dwell.settings import Settings
from dwell.warehouse import (
    batches,
    catalogue,
    current_rows,
    current_rows_refresh,
    ingest_log,
    journal,
    lake,
    lake_scan,
    parquet,
    rollup,
    rollup_update,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import SEQ, column_list, key_list, quote_name, quote_text
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.engine_duckdb import connect
from dwell.warehouse.future_readings import WITNESSES, is_future, is_past
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.seal import seal

if TYPE_CHECKING:
    import duckdb

FOLDER = "set-aside"

logger = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """Rows of a table that were set aside.

    Attributes:
        table: The table.
        rows: How many.
        path: The file that has them now.
    """

    table: str
    rows: int
    path: Path


@dataclass(frozen=True)
class _Current:
    """What becomes of the current rows of a table: other ones for some keys; how new the rows in the lake are."""

    newest: int | None
    latest_day: int | None
    keys: Sequence[tuple[str, ...]] = field(default_factory=list)
    rows: Sequence[tuple[Any, ...]] = field(default_factory=list)


def set_aside_future_readings(root: Path, settings: Settings, now: datetime) -> list[CopiedRows]:
    """Moves the readings that are stamped later than now to files; the caller holds the writer lock.

    The journal is sealed first, so that all rows are in the lake; of that, only files with such readings are rewritten.
    The seal keeps older versions of rows, which are the newest ones afterwards.

    Returns:
        The files; none where there are no such readings.
    """
    seal(root, settings, keep_versions=True)
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        reading_errors(root),
        connect(settings, scratch) as connection,
    ):
        state = catalogue.read(log)
        affected = _find_files(connection, root, state, now)
        if not affected:
            return []
        removal = _Removal(connection, root, state, now, affected)
        copies = removal.copy()
        batch = removal.describe(copies)
        ahead = removal.rewrite_lake()
        ahead = ingest_log.write_entry(connection, root, ahead, [(ahead.seq, *batches.to_row(batch))], None)
        current = {name: removal.find_current(name, ahead.table(name)) for name in affected}
        with journal.transaction(log):
            _replace_current(log, current)
            if current_rows.is_complete(log, state.seq):
                current_rows.mark_complete(log, ahead.seq)
            batches.insert(log, ahead.seq, batch, in_lake=True)
            catalogue.write(log, state, ahead)
    logger.info("set aside %(rows)d rows", {"rows": sum(copy.rows for copy in copies)})
    return copies


def _find_files(
    connection: duckdb.DuckDBPyConnection, root: Path, state: Catalogue, now: datetime
) -> dict[str, tuple[LakeFile, ...]]:
    """Table -> its files in the lake that have future readings."""
    found = {}
    for name, table in TABLES.items():
        files = tuple(
            file
            for file in state.table(name).files
            if connection.execute(
                f"SELECT 1 FROM {_scan(root, name, [file])} WHERE {is_future(table, now)} LIMIT 1"
            ).fetchall()
        )
        if files:
            found[name] = files
    return found


def _scan(root: Path, name: str, files: Sequence[LakeFile]) -> str:
    return lake_scan.scan(root, name, TableState(files=tuple(files)))


class _Removal:
    """The removal of future readings from the lake.

    Args:
        connection: A DuckDB connection for the work.
        root: The data folder.
        state: What is visible; all rows are in the lake.
        now: The present.
        affected: Table -> its files that have such readings.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        state: Catalogue,
        now: datetime,
        affected: Mapping[str, tuple[LakeFile, ...]],
    ) -> None:
        self.connection = connection
        self.root = root
        self.state = state
        self.now = now
        self.affected = affected
        self.name = f"{now:%Y-%m-%d}-{state.seq + 1}"
        self._set_aside = {
            name: f"(SELECT * FROM {_scan(root, name, files)} WHERE {is_future(TABLES[name], now)})"
            for name, files in affected.items()
        }

    def copy(self) -> list[CopiedRows]:
        """Writes the rows to files, one a table, flushed to the disk."""
        return [self._copy(TABLES[name]) for name in self.affected]

    def _copy(self, table: Table) -> CopiedRows:
        folder = self.root / FOLDER / self.name
        path = folder / f"{table.name}.parquet"
        with lake_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            ordered = f"SELECT * FROM {self._set_aside[table.name]} ORDER BY {key_list(table)}, {SEQ}"
            query = f"SELECT {column_list(table)} FROM ({ordered})"
            with replacing(path) as partial:
                copying = f"COPY ({query}) TO {quote_text(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
                ((rows,),) = self.connection.execute(copying).fetchall()
            flush(folder.parent, self.root)
        return CopiedRows(table.name, int(rows), path)

    def describe(self, copies: Sequence[CopiedRows]) -> Batch:
        """The removal as a batch, with the imports that gave the rows: those can be made again."""
        report = {"rows": {copy.table: copy.rows for copy in copies}, "imports": self._list_imports()}
        digest = hashlib.sha256(f"{self.name}\n{json.dumps(report)}".encode()).hexdigest()
        return Batch(digest[:32], f"{FOLDER}/{self.name}", batches.SET_ASIDE, digest, self.now, report)

    def _list_imports(self) -> list[str]:
        names: set[str] = set()
        for name, rows in self._set_aside.items():
            numbers = self.connection.execute(f"SELECT DISTINCT {SEQ} FROM {rows}").fetchall()
            with journal.connect(self.root / journal.NAME) as log:
                names.update(map(import_name, batches.find_ids(log, (number for (number,) in numbers)).values()))
            if any(column.name == "value_sources" for column in TABLES[name].columns):
                sql = f"SELECT DISTINCT value_sources FROM {rows} WHERE value_sources IS NOT NULL"
                for (text,) in self.connection.execute(sql).fetchall():
                    names.update(source.rpartition("@")[2] for source in json.loads(text).values())
        return sorted(names)

    def rewrite_lake(self) -> Catalogue:
        """Writes the affected files of the lake and the roll-up again, without the rows; returns the new catalogue."""
        ahead = replace(self.state, seq=self.state.seq + 1, sealed_seq=self.state.seq + 1)
        for name in self.affected:
            with lake_errors(lake.folder(self.root, name)):
                ahead = ahead.with_tables({name: self._rewrite(TABLES[name], ahead)})
        posts = [f"SELECT post_id FROM {rows}" for name, rows in self._set_aside.items() if name in rollup.BASES]
        if not posts:
            return ahead
        self.connection.execute(f"CREATE TEMP TABLE dwell_stale AS {' UNION '.join(posts)}").fetchall()
        return rollup_update.remake_posts(self.connection, self.root, ahead, "dwell_stale")

    def _rewrite(self, table: Table, ahead: Catalogue) -> TableState:
        before, removed = self.state.table(table.name), self.affected[table.name]
        written: list[parquet.WrittenFile] = []
        if table.name in WITNESSES:
            self._date_attributes(table)
        for file in removed:  # one by one, so that each new file keeps the newest batch of its old one
            kept = self._kept_rows(table, file)
            files = parquet.write(self.connection, table.name, kept, lake.folder(self.root, table.name))
            written += [replace(new, file=replace(new.file, seq=file.seq)) for new in files]
        version = lake.commit(self.root, table.name, written, ahead.seq, removed, drops_rows=True)
        untouched = tuple(file for file in before.files if file not in removed)
        after = TableState(version, 0, (*untouched, *(new.file for new in written)))
        return replace(after, superseded=self._count_superseded(table, after)) if before.superseded else after

    def _kept_rows(self, table: Table, file: LakeFile) -> str:
        """SQL for the rows that stay of a file."""
        stored, columns = _scan(self.root, table.name, [file]), f"{column_list(table)}, {SEQ}"
        kept = f"SELECT {columns} FROM {stored} WHERE NOT {is_future(table, self.now)}"
        if table.name not in WITNESSES:
            return kept
        dated = (
            f"SELECT stored.* REPLACE (dated.read_at AS observed_at) FROM {stored} AS stored JOIN dwell_dated AS dated "
            f"ON stored.{quote_name(table.key[0])} = dated.subject AND stored.{SEQ} = dated.{SEQ}"
        )
        return f"{kept} UNION ALL SELECT {columns} FROM ({dated})"

    def _date_attributes(self, table: Table) -> None:
        """Finds the newest version of each post or account that has no other version, and when it was read besides.

        Compaction drops older versions, and the newest one has their values: it stays, with a time that is past.
        """
        key, name = quote_name(table.key[0]), table.name
        read = " UNION ALL ".join(
            f"SELECT {key} AS subject, observed_at FROM {_scan(self.root, witness, files)} "
            f"SEMI JOIN {self._set_aside[name]} USING ({key}) WHERE {is_past(self.now)}"
            for witness in (name, *WITNESSES[name])  # the table itself, so that there is one
            if (files := self.state.table(witness).files)
        )
        newest = f"SELECT {key} AS subject, max({SEQ}) AS {SEQ} FROM {self._set_aside[name]} GROUP BY ALL"
        others = (
            f"SELECT {key} AS subject FROM {_scan(self.root, name, self.state.table(name).files)} "
            f"WHERE NOT {is_future(table, self.now)}"
        )
        witnessed = f"SELECT subject, max(observed_at) AS read_at FROM ({read}) GROUP BY ALL"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE dwell_dated AS WITH alone AS ({newest}) "
            f"SELECT subject, {SEQ}, read_at FROM alone JOIN ({witnessed}) USING (subject) "
            f"ANTI JOIN ({others}) USING (subject)"
        ).fetchall()

    def _count_superseded(self, table: Table, state: TableState) -> int:
        if not state.files:
            return 0
        distinct = f"count(DISTINCT ({key_list(table)}))"
        sql = f"SELECT count(*) - {distinct} FROM {_scan(self.root, table.name, state.files)}"
        return int(self.connection.execute(sql).fetchall()[0][0])

    def find_current(self, name: str, state: TableState) -> _Current:
        """What the journal must say about a table of which rows are gone."""
        table, connection = TABLES[name], self.connection
        rows = f"(SELECT * FROM {_scan(self.root, name, state.files)})" if state.files else None
        newest = latest_day = None
        if rows:
            ((newest,),) = connection.execute(f"SELECT epoch_us(max(observed_at)) FROM {rows}").fetchall()
            latest_day = current_rows_refresh.days_until(connection, table, rows)
        if name not in current_rows.KEYS:
            return _Current(newest, latest_day)
        columns = ", ".join(map(quote_name, current_rows.KEYS[name]))
        keys = f"(SELECT DISTINCT {columns} FROM {self._set_aside[name]})"
        of_keys = f"(SELECT * FROM {rows} SEMI JOIN {keys} USING ({columns}))"
        found = connection.execute(current_rows_refresh.newest_rows(table, of_keys)).fetchall() if rows else []
        return _Current(newest, latest_day, connection.execute(f"FROM {keys}").fetchall(), found)


def _replace_current(log: sqlite3.Connection, current: Mapping[str, _Current]) -> None:
    for name, table in current.items():
        current_rows.reset_until(log, name, table.newest, table.latest_day)
        if name in current_rows.KEYS:
            current_rows.replace(log, TABLES[name], table.keys, table.rows)
