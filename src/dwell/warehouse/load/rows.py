"""Step `rows`: from checked rows to the tables: which rows are accepted, and what each of them gives to each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dwell.records import TABLES, Column, Shape, Table
from dwell.warehouse.columns import DUCKDB, quote_name, quote_text
from dwell.warehouse.load.checked import BACKUP, CheckedColumns
from dwell.warehouse.load.file_checks import COUNTERS, FileFacts
from dwell.warehouse.load.pipeline import Pipeline


@dataclass(frozen=True)
class CheckedExtract:
    """One extract in its checked table.

    Attributes:
        number: Of the extract within its file.
        table: Its checked table.
        shape: What its rows mean.
        columns: What the table has.
        facts: What only the whole file can tell.
        offset: Number of its first row within the file.
        label: Its name, where a file has several extracts.
        niche: Given to its creators.
        number_column: Column of the table that numbers its rows from 0.
    """

    number: int
    table: str
    shape: Shape
    columns: CheckedColumns
    facts: FileFacts
    offset: int
    label: str
    niche: str | None
    number_column: str

    @property
    def view(self) -> str:
        """Name of the view of `decided`."""
        return f"decided_{self.number}"

    def decided(self) -> Pipeline:
        """The steps to `decided`: `row_id`, `line`, the columns, and `reason`, which is null for an accepted row."""
        columns = [self._repaired(name) for name in sorted(self.columns.names)]
        steps = Pipeline().add(
            "repaired",
            f"SELECT {self.number_column} + {self.offset} AS row_id, line, problem, suffixed, fractional, "
            f"zero_length, {', '.join(columns)}, {self._damage()} AS damage FROM {self.table}",
        )
        return steps.add("decided", f"SELECT * EXCLUDE (problem, damage), {self._reason()} AS reason FROM repaired")

    def table_rows(self, table: Table) -> Pipeline:
        """The steps to `row_id` and the table's columns, for the accepted rows that give the table a row."""
        columns = ", ".join(f"{self._column(table, column)} AS {quote_name(column.name)}" for column in table.columns)
        steps = Pipeline().add("table_columns", f"SELECT row_id, {columns} FROM {self.view} WHERE reason IS NULL")
        return steps.add("rows", f"SELECT * FROM table_columns WHERE {is_row(table)}")

    def _damage_test(self) -> str | None:
        if "post_id" not in self.columns.names or self.columns.local_ids:
            return None
        tests = [
            test
            for test, on in (
                ("ends_in_zeros", self.facts.zeros_are_damage),
                ("is_float_step", self.facts.steps_are_damage),
            )
            if on
        ]
        return " OR ".join(f"{test}(post_id)" for test in tests) or None

    def _link_agrees(self) -> str:
        link = "id_of(url)" if "url" in self.columns.names else "NULL"
        return f"(abs(TRY_CAST({link} AS BIGINT) - TRY_CAST(post_id AS BIGINT)) <= 10000)"

    def _repaired(self, name: str) -> str:
        test = self._damage_test() if name == "post_id" and "url" in self.columns.names else None
        return (
            f"CASE WHEN ({test}) AND {self._link_agrees()} THEN id_of(url) ELSE post_id END AS post_id"
            if test
            else name
        )

    def _damage(self) -> str:
        test = self._damage_test()
        return f"CASE WHEN ({test}) AND {self._link_agrees()} IS NOT TRUE THEN post_id END" if test else "NULL::VARCHAR"

    def _reason(self) -> str:
        whens = ["WHEN problem IS NOT NULL THEN problem"]
        whens.append(
            "WHEN damage IS NOT NULL THEN 'id damaged by a spreadsheet (its last digits are lost): ' || damage"
        )
        if self.facts.handle and "handle" in self.columns.names:
            whens.append(f"WHEN handle <> {quote_text(self.facts.handle)} THEN 'another account: ' || handle")
        gives_any = " OR ".join(f"({self._gives_row(TABLES[name])})" for name in self.shape.tables)
        whens.append(f"WHEN NOT ({gives_any}) THEN 'nothing to keep: no {self._keys()}'")
        return f"CASE {' '.join(whens)} END"

    def _keys(self) -> str:
        names = dict.fromkeys(key for table in self.shape.tables for key in TABLES[table].key)
        return " or ".join(name for name in names if name != "observed_at")

    def _gives_row(self, table: Table) -> str:
        wanted = [*table.required, *([] if table.keeps == "newest" else table.observed)]
        known = {name: self._column(table, column) for column in table.columns if (name := column.name) in wanted}
        return is_row(table, known)

    def _column(self, table: Table, column: Column) -> str:
        """SQL of a table's column: the row's value, else what the shape or the user says of all rows."""
        name, kind = column.name, DUCKDB[column.kind]
        fixed = self._fixed(table, name)
        if column.kind == "texts":
            return self._tags()
        if name in self.columns.names:
            return f"coalesce({name}, {fixed})" if fixed != "NULL" else name
        if name == "rounded" and fixed == "NULL" and self._counters():
            return self._rounded()
        return f"CAST({fixed} AS {kind})"

    def _tags(self) -> str:
        """Hashtags: the source's own, else those in the caption; read only for rows that are kept: it is slow."""
        own = "coalesce(hashtags, [])" if "hashtags" in self.columns.names else None
        tags = "coalesce(caption_tags_of(caption), [])" if "caption" in self.columns.names else "[]::VARCHAR[]"
        if own and self.shape.name == BACKUP:
            return own
        return f"CASE WHEN len({own}) > 0 THEN {own} ELSE {tags} END" if own else tags

    def _fixed(self, table: Table, name: str) -> str:
        given: dict[str, Any] = {"source": self.shape.name, "platform": "tiktok", "niche": self.niche}
        if table.name == "account_days" and self.shape.name != BACKUP:
            given["provisional"] = False
        value = self.shape.constants.get(name, given.get(name))
        return "NULL" if value is None else quote_text(str(value))

    def _counters(self) -> list[str]:
        return [name for name in COUNTERS if name in self.columns.names]

    def _rounded(self) -> str:
        if not self.facts.rounds:
            return "suffixed"
        return f"suffixed OR coalesce(greatest({', '.join(self._counters())}, 0) >= 10000, false)"


def is_row(table: Table, sql: dict[str, str] | None = None) -> str:
    """SQL: a row is made where its key is known and, in a table of observations, something was observed."""
    values = {name: (sql or {}).get(name, quote_name(name)) for name in (*table.required, *table.observed)}
    whole = " AND ".join(f"{values[name]} IS NOT NULL" for name in table.required)
    if table.keeps == "newest" or not table.observed:
        return whole
    some = " OR ".join(f"{values[name]} IS NOT NULL" for name in table.observed)
    return f"{whole} AND ({some})"


def candidate_rows(extracts: Sequence[CheckedExtract], table: Table) -> str:
    """SELECT of `row_id` and the table's columns over all extracts that feed it."""
    feeding = [extract for extract in extracts if table.name in extract.shape.tables]
    return " UNION ALL ".join(f"({extract.table_rows(table).query()})" for extract in feeding)
