"""Setting rows aside: they move from the tables to files in `set-aside/`, which `dwell import` can read again.

The copies are on the disk before anything is removed, and the journal's catalogue changes in one transaction: killed at
any moment, the rows are in the tables, or in the files and gone from the tables. Files that a killed process wrote are
written again by the next one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dwell import logs
from dwell.disk.flush import flush
from dwell.disk.lock import scratch_folder
from dwell.disk.replace import replacing
from dwell.records import TABLES, Table
from dwell.settings import Settings
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    ingest_log,
    journal,
    log_checksums,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue, LakeFile
from dwell.warehouse.columns import SEQ, column_list, key_list, quote_name, quote_text
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.future_readings import WITNESSES, is_future, is_past
from dwell.warehouse.removal import Removal, find_files, replace_current, scan
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
        bulk_connection(settings, scratch) as connection,
    ):
        state = catalogue.read(log)
        conditions = {name: is_future(table, now) for name, table in TABLES.items()}
        affected = find_files(connection, root, state, conditions)
        if not affected:
            return []
        removal = _Removal(connection, root, state, affected, conditions, now)
        copies = removal.copy()
        batch = removal.describe(copies)
        ahead = removal.rewrite_lake()
        ahead = ingest_log.write_entry(connection, root, ahead, [(ahead.seq, *batches.to_row(batch))], None)
        current = {name: removal.find_current(name, ahead.table(name)) for name in affected}
        with journal.transaction(log):
            contributions.begin(log, ahead.seq)
            replace_current(log, current)
            if current_rows.is_complete(log, state.seq):
                current_rows.mark_complete(log, ahead.seq)
            batches.insert(log, ahead.seq, batch, in_lake=True)
            catalogue.write(log, state, ahead)
            log_checksums.record(log, root, state, ahead)
    logger.info("set aside %(rows)d rows", {"rows": sum(copy.rows for copy in copies)})
    return copies


class _Removal(Removal):
    """The removal of future readings from the lake.

    Args:
        connection: A DuckDB connection for the work.
        root: The data folder.
        state: What is visible; all rows are in the lake.
        affected: Table -> its files that have such readings.
        conditions: Table -> SQL that recognises them.
        now: The present.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        state: Catalogue,
        affected: Mapping[str, tuple[LakeFile, ...]],
        conditions: Mapping[str, str],
        now: datetime,
    ) -> None:
        super().__init__(connection, root, state, affected, conditions)
        self.now = now
        self.name = f"{now:%Y-%m-%d}-{state.seq + 1}"

    def copy(self) -> list[CopiedRows]:
        """Writes the rows to files, one a table, flushed to the disk."""
        return [self._copy(TABLES[name]) for name in self.affected]

    def _copy(self, table: Table) -> CopiedRows:
        folder = self.root / FOLDER / self.name
        path = folder / f"{table.name}.parquet"
        with lake_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            ordered = f"SELECT * FROM {self.removed[table.name]} ORDER BY {key_list(table)}, {SEQ}"
            query = f"SELECT {column_list(table)} FROM ({ordered})"
            with replacing(path) as partial:
                copying = f"COPY ({query}) TO {quote_text(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
                ((rows,),) = self.connection.execute(copying).fetchall()
            flush(folder.parent, self.root)
        return CopiedRows(table.name, int(rows), path)

    def describe(self, copies: Sequence[CopiedRows]) -> Batch:
        """The removal as a batch, with the imports that gave the rows: those can be made again."""
        report = {"rows": {copy.table: copy.rows for copy in copies}, "imports": self.list_imports()}
        digest = hashlib.sha256(f"{self.name}\n{json.dumps(report)}".encode()).hexdigest()
        return Batch(digest[:32], f"{FOLDER}/{self.name}", batches.SET_ASIDE, digest, self.now, report)

    def _prepare(self, table: Table) -> None:
        if table.name in WITNESSES:
            self._date_attributes(table)

    def _kept_rows(self, table: Table, file: LakeFile) -> str:
        """SQL for the rows that stay of a file."""
        kept = super()._kept_rows(table, file)
        if table.name not in WITNESSES:
            return kept
        stored, columns = scan(self.root, table.name, [file]), f"{column_list(table)}, {SEQ}"
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
            f"SELECT {key} AS subject, observed_at FROM {scan(self.root, witness, files)} "
            f"SEMI JOIN {self.removed[name]} USING ({key}) WHERE {is_past(self.now)}"
            for witness in (name, *WITNESSES[name])  # the table itself, so that there is one
            if (files := self.state.table(witness).files)
        )
        newest = f"SELECT {key} AS subject, max({SEQ}) AS {SEQ} FROM {self.removed[name]} GROUP BY ALL"
        others = (
            f"SELECT {key} AS subject FROM {scan(self.root, name, self.state.table(name).files)} "
            f"WHERE NOT {is_future(table, self.now)}"
        )
        witnessed = f"SELECT subject, max(observed_at) AS read_at FROM ({read}) GROUP BY ALL"
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE dwell_dated AS WITH alone AS ({newest}) "
            f"SELECT subject, {SEQ}, read_at FROM alone JOIN ({witnessed}) USING (subject) "
            f"ANTI JOIN ({others}) USING (subject)"
        ).fetchall()
