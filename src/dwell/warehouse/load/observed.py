"""Tables that keep every observation: one row per key, and no two that disagree.

Rows with one key that agree in what both know are one observation seen twice. Where they disagree, what is stored
stands; inside a file the one with more views, then with more known values, then the first. The other is a reject where
the row is an observation of this very thing; a post's row that merely carries its account's counters is not refused for
those, it just adds nothing to them.
"""

from __future__ import annotations

from dwell.warehouse.columns import quoted
from dwell.warehouse.load.keyed import Keyed
from dwell.warehouse.load.rows import evidence


class Observed:
    """One such table of one file."""

    def __init__(self, keyed: Keyed) -> None:
        self.keyed = keyed
        self.values = evidence(keyed.table)

    def settle(self) -> None:
        """Decides over the close rows: `work.variants_<table>` says of each distinct one if it won or conflicts."""
        keyed, values = self.keyed, ", ".join(quoted(name) for name in self.values)
        columns = ", ".join(f"first({quoted(c.name)} ORDER BY rn) AS {quoted(c.name)}" for c in keyed.table.columns
                            if c.name not in {*keyed.table.key, *self.values})  # fmt: skip
        keyed.run(
            f"CREATE OR REPLACE TABLE {keyed.name('seen')} AS SELECT min(rn) AS rn, count(*) AS times, {keyed.key}, "
            f"{values}, {columns} FROM ({keyed.close()}) GROUP BY {keyed.key}, {values}"
        )
        keyed.run(
            f"CREATE OR REPLACE TABLE {keyed.name('variants')} AS SELECT *, false AS won, false AS conflict, "
            f"NULL::VARCHAR AS kept FROM {keyed.name('seen')} LIMIT 0"
        )
        for chunk in keyed.chunks(keyed.name("seen")):
            keyed.run(self._settle(chunk))

    def _settle(self, chunk: str) -> str:
        keyed = self.keyed
        packed = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in self.values)
        known = " + ".join(f"CAST({quoted(name)} IS NOT NULL AS INTEGER)" for name in self.values)
        views = "views DESC NULLS LAST, " if "views" in self.values else ""
        against = " OR ".join(f"coalesce({quoted(name)} <> best.{quoted(name)}, false)" for name in self.values)
        says = "WHEN {0} <> best.{0} THEN '{1} ' || {0} || ', kept ' || best.{0}"
        differs = f"CASE {' '.join(says.format(quoted(name), name) for name in self.values)} END"
        return f"""
            INSERT INTO {keyed.name("variants")} BY NAME
            SELECT * EXCLUDE (best, place), place = 1 AS won, ({against}) AS conflict, {differs} AS kept
            FROM (SELECT *, first_value(struct_pack({packed})) OVER each AS best, row_number() OVER each AS place
                FROM (SELECT * FROM {keyed.name("seen")} WHERE {chunk}
                    UNION ALL BY NAME SELECT -1 AS rn, 0 AS times, * FROM {keyed.name("old")} WHERE {chunk})
                WINDOW each AS (PARTITION BY {keyed.key} ORDER BY rn = -1 DESC, {views}{known} DESC, rn))
            WHERE rn <> -1"""

    def conflicts(self) -> str:
        """SELECT of `rn` and `reason` of every row that contradicts the one that was kept."""
        keyed = self.keyed
        same = " AND ".join(
            f"r.{quoted(n)} IS NOT DISTINCT FROM v.{quoted(n)}" for n in (*keyed.table.key, *self.values)
        )
        return (
            f"SELECT r.rn, 'conflict: another row of the same key and time has ' || v.kept AS reason "
            f"FROM ({keyed.close()}) r JOIN (SELECT * FROM {keyed.name('variants')} WHERE conflict) v ON {same}"
        )

    def settled_gains(self) -> str:
        """SELECT of `rn` of the close rows that gave the table something new."""
        return f"SELECT rn FROM {self.keyed.name('variants')} WHERE won"

    def output(self) -> str:
        """SELECT of the rows to store."""
        names = self.keyed.names
        return (
            f"SELECT {names} FROM ({self.keyed.alone()}) "
            f"UNION ALL SELECT {names} FROM {self.keyed.name('variants')} WHERE won"
        )

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version (none here)."""
        close = self.keyed.number(f"SELECT sum(times) FROM {self.keyed.name('seen')}")
        won = self.keyed.number(f"SELECT count(*) FROM {self.keyed.name('variants')} WHERE won")
        return self.keyed.total - close + won, 0

    def disagreements(self) -> int:
        """Rows that contradict what was kept."""
        return self.keyed.number(f"SELECT sum(times) FROM {self.keyed.name('variants')} WHERE conflict")
