"""Settling a file against itself and the store: what is new in each table, what contradicts, what was known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import TABLES, Table
from dwell.warehouse.load.keyed import Keyed
from dwell.warehouse.load.newest import Newest
from dwell.warehouse.load.observed import Observed
from dwell.warehouse.load.rows import Staged, candidates

if TYPE_CHECKING:
    import duckdb

_OF_POSTS = frozenset({"posts", "post_snapshots", "watch_times", "retention", "comments"})


class Settlement:
    """All tables of one file.

    Attributes:
        tables: Names of the tables that the file can give rows to.
        done: Table -> what became of its rows.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, staged: Sequence[Staged], *, correct: bool = False
    ) -> None:
        self.connection = connection
        self.staged = staged
        self.correct = correct
        wanted = {name for one in staged for name in one.shape.tables}
        self.tables = [name for name in TABLES if name in wanted]
        self.done: dict[str, Observed | Newest] = {}
        about_posts = bool(wanted & _OF_POSTS)
        self.strict = [
            name
            for name in self.tables
            if TABLES[name].keeps == "every" and not (about_posts and name == "creator_snapshots")
        ]
        for number, one in enumerate(staged):
            self._run(f"CREATE OR REPLACE TEMP VIEW good_{number} AS {one.good()}")
        self._run(
            "CREATE OR REPLACE TABLE work.rejects AS "
            + " UNION ALL ".join(
                f"SELECT rn, reason FROM good_{n} WHERE reason IS NOT NULL" for n in range(len(staged))
            )
        )
        self._run("CREATE OR REPLACE TABLE work.conflicts (rn BIGINT, reason VARCHAR)")
        self.keyed = {name: self._keyed(TABLES[name]) for name in self.tables}
        for name, keyed in self.keyed.items():
            keyed.find_twins(self.keyed["posts"] if self._within_posts(name) else None)

    def against_store(self) -> None:
        """Decides over every row; the store's views must be attached."""
        for keyed in self.keyed.values():
            keyed.find_stored()
            keyed.find_close()
        while self._settle_observations() and len(self.strict) > 1:
            self._exclude()
        self._exclude()
        for name in self.tables:
            if name not in self.strict:
                keyed = self.keyed[name]
                table = TABLES[name]
                kind = Newest if table.keeps == "newest" else Observed
                self.done[name] = kind(keyed, correct=self.correct)
                self.done[name].settle()
        self._run("INSERT INTO work.rejects SELECT rn, min(reason) FROM work.conflicts GROUP BY rn")
        for name, settled in self.done.items():
            self._run(f"CREATE OR REPLACE TEMP VIEW out_{name} AS {settled.output()}")

    def _within_posts(self, name: str) -> bool:
        """Every row that this table gets also gives a post, whose id is a part of the key."""
        feeds = [one.shape.tables for one in self.staged if name in one.shape.tables]
        return name != "posts" and "post_id" in TABLES[name].key and all("posts" in tables for tables in feeds)

    def _keyed(self, table: Table) -> Keyed:
        return Keyed(self.connection, table, candidates(self.staged, table))

    def _settle_observations(self) -> bool:
        """Settles the tables whose rows are refused when they contradict; tells whether any newly did."""
        before = self._number("SELECT count(*) FROM work.conflicts")
        for name in self.strict:
            settled = Observed(self.keyed[name], correct=self.correct)
            settled.settle()
            self.done[name] = settled
            if settled.disagreements():
                self._run(f"INSERT INTO work.conflicts {settled.conflicts()}")
        return self._number("SELECT count(*) FROM work.conflicts") > before

    def _exclude(self) -> None:
        """Rows that were refused give nothing to any table."""
        if not self._number("SELECT count(*) FROM work.conflicts"):
            return
        for name, keyed in self.keyed.items():
            if name in self.strict and len(self.strict) == 1:
                continue
            keyed.restrict(
                f"SELECT * FROM ({candidates(self.staged, TABLES[name])}) ANTI JOIN work.conflicts USING (rn)"
            )

    def replaced(self) -> list[str]:
        """Tables of observations in which rows get a new version."""
        return [name for name, one in self.done.items() if isinstance(one, Observed) and one.counts()[1]]

    def known(self) -> int:
        """Good rows that gave nothing new to any table."""
        names = sorted(self.tables, key=lambda name: self.keyed[name].shared - self.keyed[name].total)
        first, others = names[0], names[1:]
        accepted = " UNION ALL ".join(f"SELECT rn FROM good_{n} WHERE reason IS NULL" for n in range(len(self.staged)))
        self._run(f"CREATE OR REPLACE TABLE work.idle AS {self._idle_of(first, accepted)}")
        for name in others:
            if not self._number("SELECT count(*) FROM work.idle"):
                return 0
            keyed, settled = self.keyed[name], self.done[name]
            mine = f"(SELECT * FROM {keyed.rows} SEMI JOIN work.idle USING (rn))"
            alone = f"SELECT rn FROM {mine} ANTI JOIN {keyed.name('slow')} s ON s.h = {keyed.hash}"
            self._run(f"CREATE OR REPLACE TABLE work.busy AS {alone} UNION ALL {settled.settled_gains()}")
            self._run("CREATE OR REPLACE TABLE work.idle AS SELECT * FROM work.idle ANTI JOIN work.busy USING (rn)")
        return self._number("SELECT count(*) FROM work.idle")

    def _idle_of(self, name: str, accepted: str) -> str:
        """SELECT of `rn` of the good rows that gave one table nothing."""
        keyed, settled = self.keyed[name], self.done[name]
        refused = self._number("SELECT count(*) FROM work.conflicts")
        good = self._number(f"SELECT count(*) FROM ({accepted})") - self._number(
            "SELECT count(DISTINCT rn) FROM work.conflicts"
        )
        outside = (
            f"SELECT rn FROM ({accepted}) ANTI JOIN (SELECT rn FROM {keyed.rows}) USING (rn)"
            if keyed.total < good + refused
            else "SELECT NULL::BIGINT AS rn WHERE false"
        )
        slow = f"SELECT rn FROM ({keyed.close()}) ANTI JOIN ({settled.settled_gains()}) USING (rn)"
        return f"SELECT rn FROM ({outside} UNION ALL {slow}) ANTI JOIN work.conflicts USING (rn)"

    def _run(self, sql: str) -> None:
        self.connection.execute(sql).fetchall()

    def _number(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0
