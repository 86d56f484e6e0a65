"""Step `stored`: a file merged with itself and the store: what is new, what contradicts, what was known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import ABOUT_POSTS, TABLES, Table
from dwell.warehouse.load.keyed_rows import KeyedRows
from dwell.warehouse.load.merge_newest import NewestMerge
from dwell.warehouse.load.merge_observations import ObservationMerge
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.rows import CheckedExtract, candidate_rows

if TYPE_CHECKING:
    import duckdb


class Merge:
    """All tables of one file.

    Attributes:
        tables: Names of the tables that the file can give rows to.
        merges: Table -> what became of its rows.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract], *, correct: bool = False
    ) -> None:
        self.connection = connection
        self.extracts = extracts
        self.correct = correct
        wanted = {name for extract in extracts for name in extract.shape.tables}
        self.tables = [name for name in TABLES if name in wanted]
        self.merges: dict[str, ObservationMerge | NewestMerge] = {}
        about_posts = bool(wanted & ABOUT_POSTS)
        self.strict = [
            name
            for name in self.tables
            if TABLES[name].keeps == "every" and not (about_posts and name == "creator_snapshots")
        ]
        for extract in extracts:
            self._run(f"CREATE OR REPLACE TEMP VIEW {extract.view} AS {extract.decided().query()}")
        rejects = [f"SELECT row_id, reason FROM {extract.view} WHERE reason IS NOT NULL" for extract in extracts]
        self._run(f"CREATE OR REPLACE TABLE work.rejects AS {' UNION ALL '.join(rejects)}")
        self._run("CREATE OR REPLACE TABLE work.conflicts (row_id BIGINT, reason VARCHAR)")
        self.keyed = {name: self._keyed(TABLES[name]) for name in self.tables}
        for name, keyed in self.keyed.items():
            keyed.find_duplicates(self.keyed["posts"] if self._within_posts(name) else None)

    def merge_with_store(self) -> None:
        """Decides over every row; the store's views must be attached."""
        for keyed in self.keyed.values():
            keyed.find_stored()
            keyed.find_shared()
        while self._merge_observations() and len(self.strict) > 1:
            self._exclude()
        self._exclude()
        for name in self.tables:
            if name not in self.strict:
                keyed = self.keyed[name]
                table = TABLES[name]
                kind = NewestMerge if table.keeps == "newest" else ObservationMerge
                self.merges[name] = kind(keyed, correct=self.correct)
                self.merges[name].merge()
        self._run("INSERT INTO work.rejects SELECT row_id, min(reason) FROM work.conflicts GROUP BY row_id")
        for name, merged in self.merges.items():
            self._run(f"CREATE OR REPLACE TEMP VIEW out_{name} AS {merged.output().query()}")

    def _within_posts(self, name: str) -> bool:
        """Every row that this table gets also gives a post, whose id is a part of the key."""
        feeds = [extract.shape.tables for extract in self.extracts if name in extract.shape.tables]
        return name != "posts" and "post_id" in TABLES[name].key and all("posts" in tables for tables in feeds)

    def _keyed(self, table: Table) -> KeyedRows:
        return KeyedRows(self.connection, table, candidate_rows(self.extracts, table))

    def _merge_observations(self) -> bool:
        """Merges the tables whose rows are refused when they contradict; returns whether any newly did."""
        before = self._number("SELECT count(*) FROM work.conflicts")
        for name in self.strict:
            merged = ObservationMerge(self.keyed[name], correct=self.correct)
            merged.merge()
            self.merges[name] = merged
            if merged.conflict_count():
                self._run(f"INSERT INTO work.conflicts {merged.conflicts()}")
        return self._number("SELECT count(*) FROM work.conflicts") > before

    def _exclude(self) -> None:
        """Rows that were refused give nothing to any table."""
        if not self._number("SELECT count(*) FROM work.conflicts"):
            return
        for name, keyed in self.keyed.items():
            if name in self.strict and len(self.strict) == 1:
                continue
            steps = Pipeline().add("candidates", candidate_rows(self.extracts, TABLES[name]))
            keyed.set_rows(
                steps.add("accepted", "SELECT * FROM candidates ANTI JOIN work.conflicts USING (row_id)").query()
            )

    def replaced(self) -> list[str]:
        """Tables of observations in which rows get a new version."""
        return [n for n, merged in self.merges.items() if isinstance(merged, ObservationMerge) and merged.counts()[1]]

    def known(self) -> int:
        """Accepted rows that gave nothing new to any table; they are in `work.unchanged`."""
        names = sorted(self.tables, key=lambda name: self.keyed[name].shared - self.keyed[name].total)
        first, others = names[0], names[1:]
        self._run(f"CREATE OR REPLACE TABLE work.unchanged AS {self._unchanged_in(first).query()}")
        for name in others:
            if not self._number("SELECT count(*) FROM work.unchanged"):
                return 0
            keyed, merged = self.keyed[name], self.merges[name]
            steps = Pipeline().add("candidates", f"SELECT * FROM {keyed.rows} SEMI JOIN work.unchanged USING (row_id)")
            steps = steps.add(
                "changed",
                f"SELECT row_id FROM candidates ANTI JOIN {keyed.work_table('shared')} s ON s.key_hash = {keyed.hash} "
                f"UNION ALL SELECT row_id FROM ({merged.changed_rows()})",
            )
            self._run(f"CREATE OR REPLACE TABLE work.changed AS {steps.query()}")
            self._run(
                "CREATE OR REPLACE TABLE work.unchanged AS "
                "SELECT * FROM work.unchanged ANTI JOIN work.changed USING (row_id)"
            )
        return self._number("SELECT count(*) FROM work.unchanged")

    def _unchanged_in(self, name: str) -> Pipeline:
        """The steps to `row_id` of the accepted rows that gave one table nothing."""
        keyed, merged = self.keyed[name], self.merges[name]
        accepted = [f"SELECT row_id FROM {extract.view} WHERE reason IS NULL" for extract in self.extracts]
        steps = Pipeline().add("accepted", " UNION ALL ".join(accepted))
        conflicts = self._number("SELECT count(*) FROM work.conflicts")
        count = self._number(steps.add("counted", "SELECT count(*) FROM accepted").query())
        count -= self._number("SELECT count(DISTINCT row_id) FROM work.conflicts")
        steps = steps.add("candidates", keyed.shared_rows()).add("changed", merged.changed_rows())
        unchanged = "SELECT row_id FROM candidates ANTI JOIN changed USING (row_id)"
        if keyed.total < count + conflicts:
            steps = steps.add("in_table", f"SELECT row_id FROM {keyed.rows}")
            unchanged += " UNION ALL SELECT row_id FROM accepted ANTI JOIN in_table USING (row_id)"
        steps = steps.add("unchanged", unchanged)
        return steps.add("known", "SELECT row_id FROM unchanged ANTI JOIN work.conflicts USING (row_id)")

    def _run(self, sql: str) -> None:
        self.connection.execute(sql).fetchall()

    def _number(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0
