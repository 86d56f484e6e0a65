"""Removing rows from the tables: the files of lake and roll-up that have them are written again.

All rows are in the lake meanwhile. The caller commits the new catalogue together with the current rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.records import TABLES, Table
from dwell.warehouse import (
    batches,
    current_rows,
    current_rows_refresh,
    journal,
    lake,
    lake_scan,
    parquet,
    rollup,
    rollup_update,
)
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import SEQ, column_list, key_list, quote_name
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.load.earlier_imports import import_name

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Current:
    """What becomes of the current rows of a table: other ones for some keys; how new the rows in the lake are."""

    newest: int | None
    latest_day: int | None
    keys: Sequence[tuple[str, ...]] = field(default_factory=list)
    rows: Sequence[tuple[Any, ...]] = field(default_factory=list)


def find_files(
    connection: duckdb.DuckDBPyConnection, root: Path, state: Catalogue, conditions: Mapping[str, str]
) -> dict[str, tuple[LakeFile, ...]]:
    """Table -> its files in the lake that have rows for which its condition, an SQL expression, is true."""
    found = {}
    for name, condition in conditions.items():
        files = tuple(
            file
            for file in state.table(name).files
            if connection.execute(f"SELECT 1 FROM {scan(root, name, [file])} WHERE {condition} LIMIT 1").fetchall()
        )
        if files:
            found[name] = files
    return found


def scan(root: Path, name: str, files: Sequence[LakeFile]) -> str:
    """SQL, in parentheses, that reads these files of a table."""
    return lake_scan.scan(root, name, TableState(files=tuple(files)))


class Removal:
    """The removal of rows from the lake.

    Args:
        connection: A DuckDB connection for the work.
        root: The data folder.
        state: What is visible; all rows are in the lake.
        affected: Table -> its files that have such rows.
        conditions: Table -> SQL, true or false for each row: it is to be removed.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        state: Catalogue,
        affected: Mapping[str, tuple[LakeFile, ...]],
        conditions: Mapping[str, str],
    ) -> None:
        self.connection = connection
        self.root = root
        self.state = state
        self.affected = affected
        self.conditions = conditions
        self.removed = {
            name: f"(SELECT * FROM {scan(root, name, files)} WHERE {conditions[name]})"
            for name, files in affected.items()
        }
        """Table -> SQL of the rows that are removed."""

    def list_imports(self) -> list[str]:
        """Names of the imports that gave the rows: those can be made again."""
        names: set[str] = set()
        for name, rows in self.removed.items():
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
            ahead = self._add_rows(TABLES[name], ahead)
        posts = [f"SELECT post_id FROM {rows}" for name, rows in self.removed.items() if name in rollup.BASES]
        if not posts:
            return ahead
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_stale AS {' UNION '.join(posts)}").fetchall()
        return rollup_update.remake_posts(self.connection, self.root, ahead, "dwell_stale")

    def _rewrite(self, table: Table, ahead: Catalogue) -> TableState:
        before, removed = self.state.table(table.name), self.affected[table.name]
        written: list[parquet.WrittenFile] = []
        self._prepare(table)
        for file in removed:  # one by one, so that each new file keeps the newest batch of its old one
            kept = self._kept_rows(table, file)
            files = parquet.write(self.connection, table.name, kept, lake.folder(self.root, table.name))
            written += [replace(new, file=replace(new.file, seq=file.seq)) for new in files]
        version = lake.commit(self.root, table.name, written, ahead.seq, removed, drops_rows=True)
        untouched = tuple(file for file in before.files if file not in removed)
        after = TableState(version, 0, (*untouched, *(new.file for new in written)))
        return replace(after, superseded=self._count_superseded(table, after)) if before.superseded else after

    def _prepare(self, table: Table) -> None:
        """What has to be known before the files of a table are written again."""

    def _add_rows(self, table: Table, ahead: Catalogue) -> Catalogue:
        """What comes in place of the removed rows of a table: nothing, unless a subclass says so."""
        del table
        return ahead

    def _kept_rows(self, table: Table, file: LakeFile) -> str:
        """SQL for the rows that stay of a file."""
        stored, columns = scan(self.root, table.name, [file]), f"{column_list(table)}, {SEQ}"
        return f"SELECT {columns} FROM {stored} WHERE NOT {self.conditions[table.name]}"

    def _count_superseded(self, table: Table, state: TableState) -> int:
        if not state.files:
            return 0
        distinct = f"count(DISTINCT ({key_list(table)}))"
        sql = f"SELECT count(*) - {distinct} FROM {scan(self.root, table.name, state.files)}"
        return int(self.connection.execute(sql).fetchall()[0][0])

    def find_current(self, name: str, state: TableState) -> Current:
        """What the journal must say about a table of which rows are gone."""
        table, connection = TABLES[name], self.connection
        rows = f"(SELECT * FROM {scan(self.root, name, state.files)})" if state.files else None
        newest = latest_day = None
        if rows:
            ((newest,),) = connection.execute(f"SELECT epoch_us(max(observed_at)) FROM {rows}").fetchall()
            latest_day = current_rows_refresh.days_until(connection, table, rows)
        if name not in current_rows.KEYS:
            return Current(newest, latest_day)
        columns = ", ".join(map(quote_name, current_rows.KEYS[name]))
        keys = f"(SELECT DISTINCT {columns} FROM {self.removed[name]})"
        of_keys = f"(SELECT * FROM {rows} SEMI JOIN {keys} USING ({columns}))"
        found = connection.execute(current_rows_refresh.newest_rows(table, of_keys)).fetchall() if rows else []
        return Current(newest, latest_day, connection.execute(f"FROM {keys}").fetchall(), found)


def replace_current(log: sqlite3.Connection, current: Mapping[str, Current]) -> None:
    """Store what `find_current` found, inside the caller's transaction."""
    for name, table in current.items():
        current_rows.reset_until(log, name, table.newest, table.latest_day)
        if name in current_rows.KEYS:
            current_rows.replace(log, TABLES[name], table.keys, table.rows)
