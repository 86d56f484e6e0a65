"""Tables that keep the newest known value of each column: rows of one key become one, together with the stored one.

A value is newer where its row was observed later; at the same instant what is stored stands, then the first row of the
file; a file that corrects goes before what is stored. Null never replaces a value. Two refinements: figures of an
account's day that are final beat provisional ones whenever they were observed; and of a post's publishing time a full
clock time beats a bare date, which beats the time in its id (a lower bound). A new version is stored only where a value
changed.
"""

from __future__ import annotations

from dwell.records import Column
from dwell.warehouse.columns import quoted
from dwell.warehouse.load.keyed import Keyed

# `rank` is one number: microseconds of the observation, and below it the place in the file, where stored comes first.
_PLACES = 1 << 40
_FINAL = "(1::HUGEINT << 100)"
_CLOCK = "(1::HUGEINT << 105)"


class Newest:
    """One such table of one file."""

    def __init__(self, keyed: Keyed, *, correct: bool = False) -> None:
        self.keyed = keyed
        self.stored_place = str(_PLACES) if correct else "-1"
        self.values = [column for column in keyed.table.columns if column.name in keyed.table.values]

    def settle(self) -> None:
        """Merges the close rows, if any: `work.merged_<table>` has a row a key, what changed, and which rows did it."""
        keyed = self.keyed
        if not keyed.shared:
            return
        values = ", ".join(quoted(column.name) for column in self.values)
        last = "arg_max(rn, rank) AS rn, arg_max(source, rank) AS source, max(observed_at) AS observed_at"
        ranked = f"SELECT *, {self._rank('rn')} AS rank FROM ({keyed.close()})"
        keyed.run(
            f"CREATE OR REPLACE TABLE {keyed.name('seen')} AS SELECT {keyed.key}, {values}, max(rank) AS rank, {last}, "
            f"count(*) AS times FROM ({ranked}) GROUP BY {keyed.key}, {values}"
        )
        for index, chunk in enumerate(keyed.chunks(keyed.name("seen"))):
            into = (
                f"INSERT INTO {keyed.name('merged')} BY NAME"
                if index
                else f"CREATE OR REPLACE TABLE {keyed.name('merged')} AS"
            )
            keyed.run(f"{into} {self._merge(chunk)}")

    def _rank(self, place: str) -> str:
        final = f" + CASE WHEN provisional THEN 0 ELSE {_FINAL} END" if self.keyed.table.name == "account_days" else ""
        return f"epoch_us(observed_at)::HUGEINT * {2 * _PLACES} + ({_PLACES} - {place}){final}"

    def _merge(self, chunk: str) -> str:
        keyed = self.keyed
        kept = ", ".join(f"{self._best(column)} AS {quoted(column.name)}" for column in self.values)
        givers = ", ".join(f"{self._giver(column)} AS {quoted('by_' + column.name)}" for column in self.values)
        before = ", ".join(
            f"any_value({quoted(column.name)}) FILTER (rn = -1) AS {quoted('old_' + column.name)}"
            for column in self.values
        )
        stored = f"SELECT {keyed.names}, -1 AS rn, {self._rank(self.stored_place)} AS rank FROM {keyed.name('old')}"
        changed = {c.name: f"{quoted(c.name)} IS DISTINCT FROM {quoted('old_' + c.name)}" for c in self.values}
        gave = ", ".join(
            f"CASE WHEN {test} OR NOT had THEN {quoted('by_' + name)} END" for name, test in changed.items()
        )
        return f"""
            SELECT {keyed.names}, NOT had AS fresh, NOT had OR {" OR ".join(changed.values())} AS changed,
                list_filter(list_distinct([{gave}, CASE WHEN NOT had THEN leader END]), lambda x: x >= 0) AS gave
            FROM (SELECT {keyed.key}, {kept}, {givers}, {before}, max(observed_at) AS observed_at,
                    arg_max(source, rank) AS source, arg_max(rn, rank) AS leader, bool_or(rn = -1) AS had
                FROM (SELECT {keyed.names}, rn, rank FROM {keyed.name("seen")} WHERE {chunk}
                    UNION ALL BY NAME
                    {stored} WHERE {chunk})
                GROUP BY {keyed.key})"""

    def _best(self, column: Column) -> str:
        name = quoted(column.name)
        best = f"arg_max({name}, {self._order(column)}) FILTER ({self._known(column)})"
        return f"coalesce({best}, [])" if column.kind == "texts" else best

    def _giver(self, column: Column) -> str:
        return f"arg_max(rn, {self._order(column)}) FILTER ({self._known(column)})"

    def _known(self, column: Column) -> str:
        name = quoted(column.name)
        return f"len({name}) > 0" if column.kind == "texts" else f"{name} IS NOT NULL"

    def _order(self, column: Column) -> str:
        if (self.keyed.table.name, column.name) != ("posts", "posted_at"):
            return "rank"
        return (
            f"rank + {_CLOCK} * CASE WHEN epoch_us(posted_at) = (TRY_CAST(post_id AS BIGINT) >> 32) * 1000000 THEN 0 "
            "WHEN epoch_us(posted_at) % 86400000000 = 0 THEN 1 ELSE 2 END"
        )

    def settled_gains(self) -> str:
        """SELECT of `rn` of the close rows that gave a value."""
        if not self.keyed.shared:
            return "SELECT NULL::BIGINT AS rn WHERE false"
        return f"SELECT unnest(gave) AS rn FROM {self.keyed.name('merged')} WHERE changed"

    def output(self) -> str:
        """SELECT of the rows to store."""
        names = self.keyed.names
        if not self.keyed.shared:
            return f"SELECT {names} FROM ({self.keyed.alone()})"
        merged = f"SELECT {names} FROM {self.keyed.name('merged')} WHERE changed"
        return f"SELECT {names} FROM ({self.keyed.alone()}) UNION ALL {merged}"

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        if not self.keyed.shared:
            return self.keyed.total, 0
        close = self.keyed.number(f"SELECT sum(times) FROM {self.keyed.name('seen')}")
        fresh = self.keyed.number(f"SELECT count(*) FROM {self.keyed.name('merged')} WHERE fresh")
        updated = self.keyed.number(f"SELECT count(*) FROM {self.keyed.name('merged')} WHERE changed AND NOT fresh")
        return self.keyed.total - close + fresh, updated
