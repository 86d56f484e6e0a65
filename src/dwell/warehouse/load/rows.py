"""Step `rows`: from checked rows to the tables: which rows are accepted, and what each of them gives to each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dwell.records import TABLES, Column, Shape, Table
from dwell.text.ids import LOST_REASON
from dwell.warehouse.columns import DUCKDB, quote_name, quote_text
from dwell.warehouse.load.checked import CheckedColumns
from dwell.warehouse.load.damaged_ids import ID_COLUMNS, key_ids
from dwell.warehouse.load.file_checks import COUNTERS, FileFacts
from dwell.warehouse.load.pipeline import Pipeline

# An account is identified by its handle alone: in a file of several platforms, TikTok's account has the name.
_ACCOUNT_TABLES = frozenset({"creators", "creator_snapshots"})


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
            f"SELECT {self.number_column} + {self.offset} AS row_id, line, problem, suffixed, fractional, zero_length, "
            f"other_account, no_handle, observed_before_id, contradicts_id, views_missing, {', '.join(columns)}, "
            f"{self._damage()} AS damage FROM {self.table}",
        )
        return steps.add("decided", f"SELECT * EXCLUDE (problem, damage), {self._reason()} AS reason FROM repaired")

    def table_rows(self, table: Table) -> Pipeline:
        """The steps to `row_id` and the table's columns, for the accepted rows that give the table a row."""
        columns = ", ".join(f"{self._column(table, column)} AS {quote_name(column.name)}" for column in table.columns)
        accepted = "reason IS NULL"
        if self.facts.mixed and table.name in _ACCOUNT_TABLES and "handle" in self.columns.names:
            named = f"SELECT handle FROM {self.view} WHERE {accepted} AND platform = 'tiktok' AND handle IS NOT NULL"
            accepted += f" AND (platform = 'tiktok' OR handle NOT IN ({named}))"
        steps = Pipeline().add("table_columns", f"SELECT row_id, {columns} FROM {self.view} WHERE {accepted}")
        return steps.add("rows", f"SELECT * FROM table_columns WHERE {is_row(table)}")

    @property
    def lost_ids(self) -> tuple[str, ...]:
        """Columns of ids that are no key and in some rows lost their digits; `decided` has `lost_x` for each."""
        lost = [name for name in ID_COLUMNS if name in self.columns.names and name not in key_ids(self.shape.tables)]
        return tuple(name for name in lost if self.facts.ids.is_lost(name))

    def _repaired(self, name: str) -> str:
        ids = self.facts.ids
        if name in self.lost_ids:
            return f"CASE WHEN NOT {ids.is_lost(name)} THEN {name} END AS {name}, {ids.is_lost(name)} AS lost_{name}"
        test = ids.is_damaged("post_id") if name == "post_id" and "url" in self.columns.names else None
        if test is None:
            return name
        return f"CASE WHEN {test} AND {ids.true_id_in_link()} THEN id_of(url) ELSE post_id END AS post_id"

    def _damage(self) -> str:
        """SQL of the damaged id that is the key of the row and that no link repairs."""
        ids, whens = self.facts.ids, []
        for name in sorted(key_ids(self.shape.tables) & self.facts.ids.damaged.keys()):
            repaired = name == "post_id" and "url" in self.columns.names
            unless = f" AND {ids.true_id_in_link()} IS NOT TRUE" if repaired else ""
            whens.append(f"WHEN {ids.is_damaged(name)}{unless} THEN {name}")
        return f"CASE {' '.join(whens)} END" if whens else "NULL::VARCHAR"

    def _reason(self) -> str:
        whens = ["WHEN problem IS NOT NULL THEN problem"]
        damaged = f"id damaged by a spreadsheet, JavaScript or a float {LOST_REASON}: "
        whens.append(f"WHEN damage IS NOT NULL THEN {quote_text(damaged)} || damage")
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
        return f"CASE WHEN len({own}) > 0 THEN {own} ELSE {tags} END" if own else tags

    def _fixed(self, table: Table, name: str) -> str:
        given: dict[str, Any] = {"source": self.shape.name, "platform": "tiktok", "niche": self.niche}
        if table.name == "account_days":
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
