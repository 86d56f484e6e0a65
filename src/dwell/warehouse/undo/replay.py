"""One table without an import: what the other batches gave to the same rows is merged again, in their order.

The loader's own merge does it, so the rows are what it would have made of them. First everything is merged again with
the import: if that does not give the stored rows, nothing is undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dwell.errors import UndoError
from dwell.records import Table
from dwell.text.plurals import pluralize
from dwell.warehouse import batches, contributions, views
from dwell.warehouse.batches import Batch
from dwell.warehouse.columns import SEQ, column_list, key_list, quote_name
from dwell.warehouse.contributions import BEFORE
from dwell.warehouse.load.comparison import ReadingColumns
from dwell.warehouse.load.earlier_imports import EarlierImports, import_name
from dwell.warehouse.load.keyed_rows import KeyedRows
from dwell.warehouse.load.merge import name_imports
from dwell.warehouse.load.merge_days import can_fill
from dwell.warehouse.load.merge_newest import NewestMerge
from dwell.warehouse.load.merge_observations import ObservationMerge

if TYPE_CHECKING:
    import duckdb

KEPT = "kept_"
"""Prefix of the views of what is stored, with `seq`."""

_AGAIN = "work.merged_again"


@dataclass(frozen=True)
class Batches:
    """The log of batches.

    Attributes:
        by_seq: Number -> batch.
        undone: Number of the import to be undone.
    """

    by_seq: Mapping[int, Batch]
    undone: int

    @classmethod
    def read(cls, log: sqlite3.Connection, undone: int) -> Batches:
        """All of them."""
        return cls({row[0]: batches.from_row(row[1:7]) for row in batches.list_rows(log)}, undone)

    def names(self, numbers: Iterable[int]) -> dict[int, str]:
        """Number of a batch -> the name of its import."""
        return {number: import_name(self.by_seq[number].batch_id) for number in numbers if number in self.by_seq}

    def merging(self, seq: int) -> dict[str, Any]:
        """How a batch was merged, where that was not as usual."""
        found: dict[str, Any] = self.by_seq[seq].report.get("merging", {})
        return found

    def earlier(self, seq: int, *, without: int | None) -> EarlierImports:
        """What a batch knew of the imports before it, one of them left out."""
        found = EarlierImports.from_report(self.merging(seq), self.by_seq[seq].batch_id, self.names)
        if without is None:
            return found
        left_out = frozenset({import_name(self.by_seq[without].batch_id)})
        return replace(found, of_file=found.of_file - left_out, replaced=found.replaced - left_out)


class Replay:
    """One table; the views of what is stored are attached, and the connection is prepared as for a load.

    Working tables are in the database `work`, in which the merge finds the rows under the table's own name.

    Attributes:
        table: The table.
        before: Name of a table with the stored rows that it may have to do with, and `seq`.
        changed: Name of a table with the keys of the rows that an undo changes.
        rows: Name of a table with those rows without the import, and `seq`.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection, table: Table, known: Batches
    ) -> None:
        self.connection = connection
        self.table = table
        self._known = known
        self._key = key_list(table)
        self._names = column_list(table)
        name = table.name
        # In the database on the disk: they are as large as what the import gave.
        self.changed, self.rows, self._merged = f"work.changed_{name}", f"work.without_{name}", f"work.{name}"
        self.before, self._given, self._candidates = f"work.old_{name}", f"work.given_{name}", f"work.candidates_{name}"
        self._load_given(log)
        self._find_touched()

    def _load_given(self, log: sqlite3.Connection) -> None:
        """`batch`, `row_id`, the columns and `seq` of all that is kept of the table."""
        extra = ("row_id", "batch", SEQ)
        empty = f"SELECT *, 0::BIGINT AS row_id, 0::BIGINT AS batch, 0::BIGINT AS seq FROM (SELECT {self._names} FROM "
        self._run(f"CREATE OR REPLACE TABLE {self._given} AS {empty}{quote_name(KEPT + self.table.name)}) LIMIT 0")
        for batch, rows in contributions.read(log, self.table.name):
            moved = [(*row[1:-1], row[0], batch, row[-1]) for row in rows]
            views.copy_rows(self.connection, self.table, moved, extra, f"INSERT INTO {self._given} BY NAME")

    def _find_touched(self) -> None:
        """The rows that the import may have to do with: of its keys, or of its posts where days fill instants."""
        table, undone = self.table, self._known.undone
        fills = table.keeps == "every" and can_fill(ReadingColumns(table))
        group = ", ".join(map(quote_name, table.entity if fills else table.key))
        stored = quote_name(KEPT + table.name)
        self._run(
            f"CREATE OR REPLACE TABLE work.touched AS SELECT {group} FROM {stored} WHERE {SEQ} = {undone} UNION "
            f"SELECT {group} FROM {self._given} WHERE batch = {undone} OR (row_id = {BEFORE} AND {SEQ} = {undone})"
        )
        self._run(
            f"CREATE OR REPLACE TABLE {self.before} AS SELECT {self._names}, {SEQ} FROM {stored} "
            f"SEMI JOIN work.touched USING ({group})"
        )
        # What a key had before the first batch that found it stored is what the earlier ones made of it.
        known = f"(SELECT * FROM {self._given} SEMI JOIN work.touched USING ({group}))"
        self._run(
            f"CREATE OR REPLACE TABLE work.first AS SELECT {self._key}, min(batch) AS batch FROM {known} GROUP BY ALL"
        )
        self._run(
            f"CREATE OR REPLACE TABLE {self._candidates} AS "
            f"SELECT batch, row_id, {self._names} FROM {known} WHERE row_id <> {BEFORE} UNION ALL "
            f"SELECT {SEQ}, 0, {self._names} FROM {known} JOIN work.first USING (batch, {self._key}) "
            f"WHERE row_id = {BEFORE} UNION ALL "
            f"SELECT {SEQ}, 0, {self._names} FROM {self.before} ANTI JOIN work.first USING ({self._key})"
        )
        self._run(f"DROP TABLE {self._given}")

    @property
    def is_touched(self) -> bool:
        """The import gave the table anything, new or not."""
        return self._number(f"SELECT count(*) FROM {self._candidates}") > 0

    def run(self) -> None:
        """Finds the rows without the import, and which of the stored ones they change.

        Raises:
            UndoError: What is kept does not explain the stored rows.
        """
        self._merge(without=None)
        if wrong := self._number(f"SELECT count(*) FROM ({self._differences(self._merged, [*self._columns, SEQ])})"):
            raise UndoError(
                f"It cannot be undone exactly: {pluralize(wrong, 'row')} of {self.table.name} are not what its import "
                "and the others give when they are merged again."
            )
        self._merge(without=self._known.undone)
        self._run(f"CREATE OR REPLACE TABLE {self.rows} AS FROM {self._merged}")
        changed = self._differences(self.rows, [*self._columns, SEQ])
        self._run(f"CREATE OR REPLACE TABLE {self.changed} AS {changed}")

    @property
    def _columns(self) -> list[str]:
        return [column.name for column in self.table.columns]

    def _differences(self, rows: str, columns: list[str]) -> str:
        """SELECT of the keys of the rows that are not as stored, or are in one of both alone."""
        tests = " OR ".join(f"new.{quote_name(name)} IS DISTINCT FROM old.{quote_name(name)}" for name in columns)
        names = [quote_name(key) for key in self.table.key]
        keys = ", ".join(f"coalesce(new.{name}, old.{name}) AS {name}" for name in names)
        both = f"{rows} AS new FULL JOIN {self.before} AS old ON {self._match('new', 'old')}"
        return f"SELECT {keys} FROM {both} WHERE {tests}"

    def _merge(self, *, without: int | None) -> None:
        """Merges what the batches gave, in their order, into a table of the name of this one."""
        self._run(f"CREATE OR REPLACE TABLE {self._merged} AS FROM {self.before} LIMIT 0")
        found = self.connection.execute(f"SELECT DISTINCT batch FROM {self._candidates} ORDER BY batch").fetchall()
        for (seq,) in found:
            if seq != without:
                self._merge_batch(seq, self._known.earlier(seq, without=without))
                self._run(f"DELETE FROM {self._merged} AS old USING {_AGAIN} AS new WHERE {self._match('old', 'new')}")
                self._run(f"INSERT INTO {self._merged} BY NAME SELECT {self._names}, {seq} AS {SEQ} FROM {_AGAIN}")

    def _merge_batch(self, seq: int, earlier: EarlierImports) -> None:
        options = self._known.merging(seq)
        rows = f"SELECT row_id, {self._names} FROM {self._candidates} WHERE batch = {seq}"
        keyed = KeyedRows(self.connection, self.table, rows, "VIEW")
        keyed.find_duplicates()
        keyed.find_stored()
        keyed.find_shared()
        name_imports(self.connection, [keyed], earlier)
        correct = bool(options.get("correct"))
        merged: NewestMerge | ObservationMerge
        if self.table.keeps == "newest":
            merged = NewestMerge(keyed, earlier, correct=correct)
        else:
            merged = ObservationMerge(keyed, earlier, correct=correct, fill_days=options.get("fill_days", True))
        merged.merge()
        self._run(f"CREATE OR REPLACE TABLE {_AGAIN} AS {merged.output().query()}")

    def count(self) -> tuple[int, int]:
        """Rows that go, and rows that get other values."""
        gone = f"SELECT count(*) FROM {self.changed} ANTI JOIN {self.rows} USING ({self._key})"
        other = f"SELECT count(*) FROM ({self._differences(self.rows, self._columns)}) SEMI JOIN {self.rows} "
        return self._number(gone), self._number(f"{other} USING ({self._key})")

    def firsts(self) -> str:
        """SELECT of the key, `first_before` and `first_after`: the first batch that gave a row, without the import."""
        undone = self._known.undone
        return (
            f"SELECT {self._key}, min(batch) AS first_before, min(batch) FILTER (batch <> {undone}) AS first_after "
            f"FROM {self._candidates} GROUP BY ALL"
        )

    def condition(self) -> str:
        """SQL, true or false for each stored row: another one comes in its place, or none."""
        return f"(({self._key}) IN (SELECT {self._key} FROM {self.changed}))"

    def added(self) -> str:
        """SELECT of the rows that come in place of the others, with `seq`."""
        return f"SELECT {self._names}, {SEQ} FROM {self.rows} SEMI JOIN {self.changed} USING ({self._key})"

    def _match(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.{quote_name(key)} = {other}.{quote_name(key)}" for key in self.table.key)

    def _run(self, sql: str) -> None:
        self.connection.execute(sql).fetchall()

    def _number(self, sql: str) -> int:
        ((number,),) = self.connection.execute(sql).fetchall()
        return int(number)
