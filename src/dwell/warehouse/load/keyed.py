"""Rows that share a key, among themselves or with stored ones, told from the many that do not.

Most rows of most files are new and alone with their key. Those go from the stage to the store without being sorted or
held in memory; only the others ("close" rows) are settled one key at a time. Keys are told apart by their hash first: a
collision sends a row the slow way and changes nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.records import Table
from dwell.warehouse.columns import quoted

if TYPE_CHECKING:
    import duckdb

# Close rows that are settled at a time: bounds the memory whatever the file.
CHUNK = 200_000
# The same where all rows of a key are held together in a list, which cannot leave the memory.
LISTED = 40_000


class Keyed:
    """One table's candidates and what became of them.

    Attributes:
        table: The table.
        rows: View of the candidates: `rn` and the columns.
        total: Candidates.
        shared: Keys that several rows share, the file's or stored ones; most files have none.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, select: str) -> None:
        self.connection = connection
        self.table = table
        self.rows = f"rows_{table.name}"
        self.key = ", ".join(quoted(name) for name in table.key)
        self.hash = f"hash({self.key})"
        self.names = ", ".join(quoted(column.name) for column in table.columns)
        self.total = 0
        self.shared = 0
        self.restrict(select)

    def restrict(self, select: str) -> None:
        """Takes another SELECT for the candidates."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {self.rows} AS {select}")
        self.total = self.number(f"SELECT count(*) FROM {self.rows}")

    def run(self, sql: str) -> None:
        """Executes to the end."""
        self.connection.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        """The one number that a query yields."""
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def name(self, what: str) -> str:
        """A working table of this table's."""
        return f"work.{what}_{self.table.name}"

    def find_twins(self, wider: Keyed | None = None) -> None:
        """Keys that the file has more than once.

        Args:
            wider: A table whose key is a part of this one's: only its twins can be twins here.
        """
        rows = self.rows
        if wider:
            rows = f"(SELECT * FROM {rows} SEMI JOIN {wider.name('twins')} t ON t.h = {wider.hash})"
        self.run(
            f"CREATE OR REPLACE TABLE {self.name('twins')} AS SELECT {self.hash} AS h FROM {rows} "
            "GROUP BY h HAVING count(*) > 1"
        )

    def find_stored(self) -> None:
        """Stored rows with a key of the file; the store's view has the table's name."""
        low_high = ", ".join(f"min({quoted(key)}), max({quoted(key)})" for key in self.table.key)
        bounds = self.connection.execute(f"SELECT {low_high} FROM {self.rows}").fetchone() or ()
        within = " AND ".join(f"{quoted(key)} BETWEEN ? AND ?" for key in self.table.key)
        stored = quoted(self.table.name)
        any_stored = (
            self.total
            and self.connection.execute(f"SELECT 1 FROM {stored} WHERE {within} LIMIT 1", list(bounds)).fetchone()
        )
        match = f"SEMI JOIN (SELECT {self.hash} AS h FROM {self.rows}) c ON c.h = {self.hash}" if any_stored else ""
        where = f"WHERE {within}" if any_stored else "WHERE false"
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {self.name('old')} AS SELECT {self.names} FROM "
            f"(SELECT * FROM {stored} {where}) {match}",
            list(bounds) if any_stored else [],
        ).fetchall()

    def find_close(self) -> None:
        """The hashes of every key that must be settled."""
        self.run(
            f"CREATE OR REPLACE TABLE {self.name('slow')} AS SELECT h FROM {self.name('twins')} "
            f"UNION SELECT {self.hash} FROM {self.name('old')}"
        )
        self.shared = self.number(f"SELECT count(*) FROM {self.name('slow')}")

    def alone(self) -> str:
        """SELECT of `rn` and the columns of the candidates whose key nobody shares."""
        return f"SELECT rn, {self.names} FROM {self.rows} ANTI JOIN {self.name('slow')} s ON s.h = {self.hash}"

    def close(self) -> str:
        """SELECT of `rn` and the columns of the others."""
        return f"SELECT rn, {self.names} FROM {self.rows} SEMI JOIN {self.name('slow')} s ON s.h = {self.hash}"

    def chunks(self, table: str, size: int | None = None) -> list[str]:
        """Conditions on a key's hash that cut a working table into pieces of bounded size."""
        pieces = self.number(f"SELECT count(*) FROM {table}") // (size or CHUNK) + 1
        return [f"{self.hash} % {pieces} = {piece}" for piece in range(pieces)]
