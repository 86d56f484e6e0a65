"""From the wide stage to the tables: which rows are good, and what each of them gives to each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dwell.records import TABLES, Column, Shape, Table
from dwell.warehouse.columns import DUCKDB, literal, quoted
from dwell.warehouse.load.stage import Stage
from dwell.warehouse.load.verdict import COUNTERS, Verdict

_BASE = ("rn", "line", "reason")


@dataclass(frozen=True)
class Staged:
    """One extract on the stage.

    Attributes:
        table: Its stage table.
        shape: What its rows mean.
        stage: Its columns.
        verdict: What the whole file said.
        offset: Its first row's number.
        label: Its name, where a file has several extracts.
        niche: Given to its creators.
        place: Column of the stage that numbers its rows from 0.
    """

    table: str
    shape: Shape
    stage: Stage
    verdict: Verdict
    offset: int
    label: str
    niche: str | None
    place: str

    def good(self) -> str:
        """SELECT of `rn`, `line`, the columns, and `reason`, which is null for a good row."""
        columns = [self._repaired(name) for name in sorted(self.stage.columns)]
        row = f"SELECT {self.place} + {self.offset} AS rn, line, problem, suffixed, fractional, zero_length, "
        row += f"{', '.join(columns)}, {self._damage()} AS damage FROM {self.table}"
        return f"SELECT * EXCLUDE (problem, damage), {self._reason()} AS reason FROM ({row})"

    def table_rows(self, table: Table) -> str:
        """SELECT of `rn` and the table's columns for the good rows that give it a row."""
        columns = ", ".join(f"{self._column(table, column)} AS {quoted(column.name)}" for column in table.columns)
        rows = f"SELECT rn, {columns} FROM good_{self.table_number} WHERE reason IS NULL"
        return f"SELECT * FROM ({rows}) WHERE {made(table)}"

    @property
    def table_number(self) -> str:
        """What tells this stage's views from the others'."""
        return self.table.rsplit("_", 1)[1]

    def _hit(self) -> str | None:
        if "post_id" not in self.stage.columns or self.stage.local_ids:
            return None
        tests = [test for test, on in (("zeros_say", self.verdict.zeros), ("step_says", self.verdict.step)) if on]
        return " OR ".join(f"{test}(post_id)" for test in tests) or None

    def _mended(self) -> str:
        link = "id_of(url)" if "url" in self.stage.columns else "NULL"
        return f"(abs(TRY_CAST({link} AS BIGINT) - TRY_CAST(post_id AS BIGINT)) <= 10000)"

    def _repaired(self, name: str) -> str:
        hit = self._hit() if name == "post_id" and "url" in self.stage.columns else None
        return f"CASE WHEN ({hit}) AND {self._mended()} THEN id_of(url) ELSE post_id END AS post_id" if hit else name

    def _damage(self) -> str:
        hit = self._hit()
        return f"CASE WHEN ({hit}) AND {self._mended()} IS NOT TRUE THEN post_id END" if hit else "NULL::VARCHAR"

    def _reason(self) -> str:
        whens = ["WHEN problem IS NOT NULL THEN problem"]
        whens.append(
            "WHEN damage IS NOT NULL THEN 'id damaged by a spreadsheet (its last digits are lost): ' || damage"
        )
        if self.verdict.handle and "handle" in self.stage.columns:
            whens.append(f"WHEN handle <> {literal(self.verdict.handle)} THEN 'another account: ' || handle")
        any_made = " OR ".join(f"({self._made(TABLES[name])})" for name in self.shape.tables)
        whens.append(f"WHEN NOT ({any_made}) THEN 'nothing to keep: no {self._keys()}'")
        return f"CASE {' '.join(whens)} END"

    def _keys(self) -> str:
        names = dict.fromkeys(key for table in self.shape.tables for key in TABLES[table].key)
        return " or ".join(name for name in names if name != "observed_at")

    def _made(self, table: Table) -> str:
        wanted = [*required(table), *([] if table.keeps == "newest" else evidence(table))]
        known = {name: self._column(table, column) for column in table.columns if (name := column.name) in wanted}
        return made(table, known)

    def _column(self, table: Table, column: Column) -> str:
        """SQL of a table's column: the row's value, else what the shape or the user says of all rows."""
        name, kind = column.name, DUCKDB[column.kind]
        fixed = self._fixed(table, name)
        if column.kind == "texts":
            return self._tags()
        if name in self.stage.columns:
            return f"coalesce({name}, {fixed})" if fixed != "NULL" else name
        if name == "rounded" and fixed == "NULL" and self._counters():
            return self._rounded()
        return f"CAST({fixed} AS {kind})"

    def _tags(self) -> str:
        """Hashtags: the source's own, else those in the caption; read only where a row is kept, for they cost."""
        own = "coalesce(hashtags, [])" if "hashtags" in self.stage.columns else None
        spelt = "coalesce(caption_tags_of(caption), [])" if "caption" in self.stage.columns else "[]::VARCHAR[]"
        return f"CASE WHEN len({own}) > 0 THEN {own} ELSE {spelt} END" if own else spelt

    def _fixed(self, table: Table, name: str) -> str:
        given: dict[str, Any] = {"source": self.shape.name, "platform": "tiktok", "niche": self.niche}
        if table.name == "account_days":
            given["provisional"] = False
        value = self.shape.constants.get(name, given.get(name))
        return "NULL" if value is None else literal(str(value))

    def _counters(self) -> list[str]:
        return [name for name in COUNTERS if name in self.stage.columns]

    def _rounded(self) -> str:
        if not self.verdict.rounds:
            return "suffixed"
        return f"suffixed OR coalesce(greatest({', '.join(self._counters())}, 0) >= 10000, false)"


def required(table: Table) -> list[str]:
    """Columns without which there is no row."""
    return [c.name for c in table.columns if not c.nullable and c.kind != "texts"]


def evidence(table: Table) -> list[str]:
    """Columns of which one must be known for an observation to be one."""
    return [name for name in table.values if name != "rounded"]


def made(table: Table, sql: dict[str, str] | None = None) -> str:
    """SQL: a row is made where its key is known and, in a table of observations, something was observed."""
    spelt = {name: (sql or {}).get(name, quoted(name)) for name in (*required(table), *evidence(table))}
    whole = " AND ".join(f"{spelt[name]} IS NOT NULL" for name in required(table))
    if table.keeps == "newest" or not evidence(table):
        return whole
    some = " OR ".join(f"{spelt[name]} IS NOT NULL" for name in evidence(table))
    return f"{whole} AND ({some})"


def candidates(staged: Sequence[Staged], table: Table) -> str:
    """SELECT of `rn` and the table's columns over all extracts that feed it."""
    return " UNION ALL ".join(one.table_rows(table) for one in staged if table.name in one.shape.tables)
