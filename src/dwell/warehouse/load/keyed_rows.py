"""Rows that share a key, among themselves or with stored ones, separated from the many that do not.

Most rows of most files are new and the only ones of their key. Those go to the store without being sorted or held in
memory; only the others, which share a key, are merged, one key at a time. Keys are compared by their hash first: a
collision sends a row the slower way and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from dwell.records import Table
from dwell.warehouse.columns import quote_name
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

# Rows of shared keys that are merged at a time: bounds the memory whatever the file.
CHUNK = 200_000
# The same where all rows of a key are held in a list, which cannot leave the memory.
LIST_CHUNK = 40_000


class KeyedRows:
    """The candidate rows of one table, by key.

    Attributes:
        table: The table.
        rows: The candidates: `row_id` and the columns; a view, or for few rows a table.
        total: Candidates.
        stored: Stored rows with a key of the file.
        shared: Keys that several rows share, the file's or stored ones; most files have none.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, select: str, kind: Literal["TABLE", "VIEW"]
    ) -> None:
        self.connection = connection
        self.table = table
        self._kind = kind
        self.rows = f"rows_{table.name}"
        self.key = ", ".join(quote_name(name) for name in table.key)
        self.hash = f"hash({self.key})"
        self.names = ", ".join(quote_name(column.name) for column in table.columns)
        self.total = 0
        self.stored = 0
        self.shared = 0
        self.set_rows(select)

    def set_rows(self, select: str) -> None:
        """Takes another SELECT for the candidates."""
        rows = self.number(f"CREATE OR REPLACE TEMP {self._kind} {self.rows} AS {select}")
        self.total = rows if self._kind == "TABLE" else self.number(f"SELECT count(*) FROM {self.rows}")

    def run(self, sql: str) -> None:
        """Executes to the end."""
        self.connection.execute(sql).fetchall()

    def number(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """The one number that a query yields; of `CREATE TABLE ... AS` the rows."""
        row = self.connection.execute(sql, values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def work_table(self, kind: str) -> str:
        """Name of a working table of this table's."""
        return f"work.{kind}_{self.table.name}"

    def find_duplicates(self, wider: KeyedRows | None = None) -> None:
        """Keys that the file has more than once.

        Args:
            wider: A table whose key is a part of this one's: only its duplicates can be duplicates here.
        """
        steps = Pipeline().add("candidates", f"SELECT {self.key} FROM {self.rows}")
        if wider:
            duplicates = wider.work_table("duplicates")
            steps = steps.add(
                "likely", f"SELECT * FROM candidates SEMI JOIN {duplicates} d ON d.key_hash = {wider.hash}"
            )
        steps = steps.add(
            "duplicates",
            f"SELECT {self.hash} AS key_hash FROM {steps.last} GROUP BY key_hash HAVING count(*) > 1",
        )
        self.run(f"CREATE OR REPLACE TABLE {self.work_table('duplicates')} AS {steps.query()}")

    def find_stored(self) -> None:
        """Stored rows with a key of the file, with `seq`; the store's view has the table's name."""
        low_high = ", ".join(f"min({quote_name(key)}), max({quote_name(key)})" for key in self.table.key)
        bounds = self.connection.execute(f"SELECT {low_high} FROM {self.rows}").fetchone() or ()
        within = " AND ".join(f"{quote_name(key)} BETWEEN ? AND ?" for key in self.table.key)
        stored = quote_name(self.table.name)
        any_stored = (
            self.total
            and self.connection.execute(f"SELECT 1 FROM {stored} WHERE {within} LIMIT 1", list(bounds)).fetchone()
        )
        steps = Pipeline().add("keys", f"SELECT {self.hash} AS key_hash FROM {self.rows}")
        steps = steps.add("nearby", f"SELECT * FROM {stored} WHERE {within if any_stored else 'false'}")
        match = f"SEMI JOIN keys k ON k.key_hash = {self.hash}" if any_stored else ""
        steps = steps.add("stored", f"SELECT {self.names}, seq FROM nearby {match}")
        self.stored = self.number(
            f"CREATE OR REPLACE TABLE {self.work_table('stored')} AS {steps.query()}",
            list(bounds) if any_stored else [],
        )

    def find_shared(self) -> None:
        """The hashes of every key that several rows share, and so must be merged."""
        shared, duplicates = self.work_table("shared"), self.work_table("duplicates")
        self.shared = self.number(
            f"CREATE OR REPLACE TABLE {shared} AS SELECT key_hash FROM {duplicates} "
            f"UNION SELECT {self.hash} FROM {self.work_table('stored')}"
        )

    def unshared_rows(self) -> str:
        """SELECT of `row_id` and the columns of the candidates whose key no other row has."""
        return f"{self._candidates()} ANTI JOIN {self.work_table('shared')} s ON s.key_hash = {self.hash}"

    def shared_rows(self) -> str:
        """SELECT of `row_id` and the columns of the others."""
        return f"{self._candidates()} SEMI JOIN {self.work_table('shared')} s ON s.key_hash = {self.hash}"

    def _candidates(self) -> str:
        return f"SELECT row_id, {self.names} FROM {self.rows}"

    def merge_chunks(self, distinct: str, merged: Callable[[str], Pipeline], size: int | None = None) -> None:
        """Merges the rows of shared keys into `work.merged_<table>`, some keys at a time.

        Args:
            distinct: SELECT of the distinct rows of these keys, and of how often the file has each (`times`).
            merged: The steps to a row a key: `is_new`, `changed` and the values; of the keys of a condition.
            size: Rows at a time.
        """
        rows = self.number(f"CREATE OR REPLACE TABLE {self.work_table('distinct')} AS {distinct}")
        pieces = rows // (size or CHUNK) + 1
        target = self.work_table("merged")
        for piece in range(pieces):
            into = f"INSERT INTO {target} BY NAME" if piece else f"CREATE OR REPLACE TABLE {target} AS"
            self.run(f"{into} {merged(f'{self.hash} % {pieces} = {piece}').query()}")

    def count_merged(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        if not self.shared:
            return self.total, 0
        times = f"(SELECT sum(times) FROM {self.work_table('distinct')})"
        counts = f"{times}, count(*) FILTER (is_new), count(*) FILTER (changed AND NOT is_new)"
        row = self.connection.execute(f"SELECT {counts} FROM {self.work_table('merged')}").fetchone()
        shared, new, changed = row or (0, 0, 0)
        return self.total - int(shared or 0) + new, changed
