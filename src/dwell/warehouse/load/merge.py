"""Step `stored`: a file merged with itself and the store: what is new, what another reading has, what was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from dwell.records import ABOUT_POSTS, TABLES, Table
from dwell.warehouse.load.earlier_imports import EarlierImports
from dwell.warehouse.load.keyed_rows import KeyedRows
from dwell.warehouse.load.merge_newest import NewestMerge
from dwell.warehouse.load.merge_observations import ObservationMerge
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.row_facts import OWN_EXPORT
from dwell.warehouse.load.rows import CheckedExtract, candidate_rows

if TYPE_CHECKING:
    import duckdb

# So many rows are stored between the steps; of more the steps are views, which need neither memory nor disk. To plan a
# view, which each of some twenty queries does again, takes longer than to store few rows.
_FEW_ROWS = 5_000


class Merge:
    """All tables of one file; each is decided by its own key, and none costs another a row.

    Attributes:
        tables: Names of the tables that the file can give rows to.
        merges: Table -> what became of its rows.
        carried: The table of account counters, where rows about posts merely carry them.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract], *, correct: bool = False
    ) -> None:
        self.connection = connection
        self.extracts = extracts
        self.correct = correct
        self.fill_days = not all(extract.shape.name == OWN_EXPORT for extract in extracts)
        wanted = {name for extract in extracts for name in extract.shape.tables}
        self.tables = [name for name in TABLES if name in wanted]
        self.merges: dict[str, ObservationMerge | NewestMerge] = {}
        self.reads_again = False
        self.carried = "creator_snapshots" if wanted & ABOUT_POSTS else None
        rows = sum(extract.facts.rows for extract in extracts)
        self._kind: Literal["TABLE", "VIEW"] = "TABLE" if rows <= _FEW_ROWS else "VIEW"
        for extract in extracts:
            self._run(f"CREATE OR REPLACE TEMP {self._kind} {extract.view} AS {extract.decided().query()}")
        rejects = [f"SELECT row_id, reason FROM {extract.view} WHERE reason IS NOT NULL" for extract in extracts]
        self._run(f"CREATE OR REPLACE TABLE work.rejects AS {' UNION ALL '.join(rejects)}")
        self.keyed = {name: self._keyed(TABLES[name]) for name in self.tables}
        for name, keyed in self.keyed.items():
            keyed.find_duplicates(self.keyed["posts"] if self._within_posts(name) else None)

    def merge_with_store(self, earlier: EarlierImports) -> None:
        """Decides over every row; the store's views must be attached, with the number of each row's batch."""
        for keyed in self.keyed.values():
            keyed.find_stored()
            keyed.find_shared()
        name_imports(self.connection, self.keyed.values(), earlier)
        self.reads_again = bool(earlier.of_file)
        for name in self.tables:
            if TABLES[name].keeps == "newest":
                self.merges[name] = NewestMerge(self.keyed[name], earlier, correct=self.correct)
            else:
                self.merges[name] = ObservationMerge(
                    self.keyed[name], earlier, correct=self.correct, fill_days=self.fill_days
                )
            self.merges[name].merge()
        unkept = [
            f"SELECT '{name}' AS name, row_id, entity, difference FROM ({merged.unkept()})"
            for name, merged in self.merges.items()
            if isinstance(merged, ObservationMerge)
        ]
        empty = "SELECT '' AS name, 0::BIGINT AS row_id, '' AS entity, '' AS difference WHERE false"
        self._run(f"CREATE OR REPLACE TABLE work.unkept AS {' UNION ALL '.join([empty, *unkept])}")
        for name, merged in self.merges.items():
            self._run(f"CREATE OR REPLACE TEMP {self._kind} out_{name} AS {merged.output().query()}")

    def options(self) -> dict[str, bool]:
        """How it merges, where that is not as usual; JSON, for the log of batches."""
        return {**({"correct": True} if self.correct else {}), **({} if self.fill_days else {"fill_days": False})}

    def _within_posts(self, name: str) -> bool:
        """Every row that this table gets also gives a post, whose id is a part of the key."""
        feeds = [extract.shape.tables for extract in self.extracts if name in extract.shape.tables]
        return name != "posts" and "post_id" in TABLES[name].key and all("posts" in tables for tables in feeds)

    def _keyed(self, table: Table) -> KeyedRows:
        return KeyedRows(self.connection, table, candidate_rows(self.extracts, table), self._kind)

    def replaced(self) -> list[str]:
        """Tables of readings in which rows get a new version."""
        return [n for n, merged in self.merges.items() if isinstance(merged, ObservationMerge) and merged.counts()[1]]

    def corrected(self) -> int:
        """Stored values that a file which was imported before now says otherwise."""
        if not self.reads_again:
            return 0
        merged = [keyed.work_table("merged") for keyed in self.keyed.values() if keyed.shared]
        return sum(self._number(f"SELECT sum(corrected) FROM {table}") for table in merged)

    def duplicates(self) -> int:
        """Source rows that gave no reading, because another one of the same key is kept; in `work.duplicates`."""
        others = f" WHERE name <> '{self.carried}'" if self.carried else ""
        rows = self._number(
            f"CREATE OR REPLACE TABLE work.duplicates AS SELECT DISTINCT row_id FROM work.unkept{others}"
        )
        for name, merged in self.merges.items():
            if rows and name != self.carried and isinstance(merged, ObservationMerge):
                rows = self._remove("duplicates", name, merged)
        return rows

    def known(self) -> int:
        """Accepted rows that gave nothing new to any table, and are no duplicates; after `duplicates`."""
        if not self._find_unchanged():
            return 0
        return self._number("SELECT count(*) FROM work.unchanged ANTI JOIN work.duplicates USING (row_id)")

    def _remove(self, kind: str, name: str, merged: ObservationMerge | NewestMerge) -> int:
        """Takes the rows that gave a table something out of a working table of rows; returns how many are left."""
        keyed = self.keyed[name]
        steps = Pipeline().add("candidates", f"SELECT * FROM {keyed.rows} SEMI JOIN work.{kind} USING (row_id)")
        steps = steps.add(
            "changed",
            f"SELECT row_id FROM candidates ANTI JOIN {keyed.work_table('shared')} s ON s.key_hash = {keyed.hash} "
            f"UNION ALL SELECT row_id FROM ({merged.changed_rows()})",
        )
        self._run(f"CREATE OR REPLACE TABLE work.changed AS {steps.query()}")
        return self._number(
            f"CREATE OR REPLACE TABLE work.{kind} AS SELECT * FROM work.{kind} ANTI JOIN work.changed USING (row_id)"
        )

    def _find_unchanged(self) -> int:
        """Accepted rows that gave nothing new to any table, in `work.unchanged`; returns how many."""
        names = sorted(self.tables, key=lambda name: self.keyed[name].shared - self.keyed[name].total)
        first, others = names[0], names[1:]
        rows = self._number(f"CREATE OR REPLACE TABLE work.unchanged AS {self._unchanged_in(first).query()}")
        for name in others:
            if rows:
                rows = self._remove("unchanged", name, self.merges[name])
        return rows

    def _unchanged_in(self, name: str) -> Pipeline:
        """The steps to `row_id` of the accepted rows that gave one table nothing."""
        keyed, merged = self.keyed[name], self.merges[name]
        accepted = [f"SELECT row_id FROM {extract.view} WHERE reason IS NULL" for extract in self.extracts]
        steps = Pipeline().add("accepted", " UNION ALL ".join(accepted))
        count = self._number(steps.add("counted", "SELECT count(*) FROM accepted").query())
        steps = steps.add("candidates", keyed.shared_rows()).add("changed", merged.changed_rows())
        unchanged = "SELECT row_id FROM candidates ANTI JOIN changed USING (row_id)"
        if keyed.total < count:
            steps = steps.add("in_table", f"SELECT row_id FROM {keyed.rows}")
            unchanged += " UNION ALL SELECT row_id FROM accepted ANTI JOIN in_table USING (row_id)"
        return steps.add("unchanged", unchanged)

    def _run(self, sql: str) -> None:
        self.connection.execute(sql).fetchall()

    def _number(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


def name_imports(connection: duckdb.DuckDBPyConnection, tables: Iterable[KeyedRows], earlier: EarlierImports) -> None:
    """`work.imports`: the batches of the stored rows of these tables, and the names of their imports."""
    stored = " UNION ".join(f"SELECT DISTINCT seq FROM {keyed.work_table('stored')}" for keyed in tables)
    numbers = [number for (number,) in connection.execute(stored).fetchall()]
    named = earlier.names(numbers)
    listed = ", ".join(f"({number}, '{named.get(number, '')}')" for number in numbers) or "(NULL, NULL)"
    connection.execute(
        f"CREATE OR REPLACE TABLE work.imports AS SELECT seq::BIGINT AS seq, import::VARCHAR AS import "
        f"FROM (VALUES {listed}) AS named(seq, import)"
    ).fetchall()
