"""Step `rows`: from checked rows to the tables: which rows are accepted, and what each of them gives to each table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dwell.records import TABLES, Column, Shape, Table, missing_key
from dwell.text.ids import LOST_REASON
from dwell.text.rounding import BANDS, FINEST_UNIT
from dwell.warehouse.columns import DUCKDB, quote_name, quote_text
from dwell.warehouse.load.checked import CheckedColumns
from dwell.warehouse.load.damaged_ids import ID_COLUMNS, key_ids
from dwell.warehouse.load.described import described
from dwell.warehouse.load.file_checks import FileFacts
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.row_facts import OWN_EXPORT
from dwell.warehouse.load.spellings import shown_unit


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
        columns += [shown_unit(name) for name in self.columns.units]
        steps = Pipeline().add(
            "repaired",
            f"SELECT {self.number_column} + {self.offset} AS row_id, line, problem, fractional, zero_length, "
            "other_account, no_handle, observed_before_id, contradicts_id, stated_posted_at, views_missing, "
            f"left_unknown, {', '.join(columns)}, {self._damage()} AS damage FROM {self.table}",
        )
        steps = steps.add("linked", f"SELECT *, {self._link_problem()} AS link_problem FROM repaired")
        return steps.add(
            "decided", f"SELECT * EXCLUDE (problem, damage, link_problem), {self._reason()} AS reason FROM linked"
        )

    def table_rows(self, table: Table) -> Pipeline:
        """The steps to `row_id` and the table's columns, for the accepted rows that give the table a row."""
        columns = ", ".join(f"{self._column(table, column)} AS {quote_name(column.name)}" for column in table.columns)
        accepted = "reason IS NULL"
        steps = Pipeline().add("accepted", f"SELECT * FROM {self.view} WHERE {accepted}")
        if units := self._units(table):
            stated = ", ".join(f"{sql} AS {_unit(counter)}" for counter, sql in units.items())
            steps = steps.add("with_units", f"SELECT *, {stated} FROM accepted")
        steps = steps.add("table_columns", f"SELECT row_id, {columns} FROM {steps.last}")
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

    def _link_problem(self) -> str:
        """SQL of what is wrong with the link of the row."""
        has_link = self.shape.accounts != "stored" and {"post_id", "url"} <= self.columns.names
        return "link_problem_of(post_id, url)" if has_link else "NULL::VARCHAR"

    def _reason(self) -> str:
        whens = ["WHEN problem IS NOT NULL THEN problem"]
        damaged = f"id damaged by a spreadsheet, JavaScript or a float {LOST_REASON}: "
        whens.append(f"WHEN damage IS NOT NULL THEN {quote_text(damaged)} || damage")
        whens.append("WHEN link_problem IS NOT NULL THEN link_problem")
        if self.facts.handle and "handle" in self.columns.names:
            whens.append(f"WHEN handle <> {quote_text(self.facts.handle)} THEN 'another account: ' || handle")
        gives_any = " OR ".join(f"({self._gives_row(TABLES[name])})" for name in self.shape.tables)
        whens.append(f"WHEN left_unknown IS NOT NULL AND NOT ({self._gives_value()}) THEN left_unknown[1]")
        whens.append(
            f"WHEN NOT ({gives_any}) THEN {quote_text(missing_key(TABLES[name] for name in self.shape.tables))}"
        )
        return f"CASE {' '.join(whens)} END"

    def _gives_value(self) -> str:
        """SQL: something that one of the tables exists for is known."""
        tables = [TABLES[name] for name in self.shape.tables]
        tests = [f"({self._gives_row(table)})" for table in tables if table.keeps == "every"]
        wanted = {name for table in tables if table.keeps == "newest" for name in described(table)}
        tests += [self._is_stated(name) for name in sorted(wanted & self.columns.names)]
        return " OR ".join(tests) or "false"

    def _is_stated(self, name: str) -> str:
        """SQL: the row says what a column holds; the posting time in its id says nothing beyond the id."""
        known = f"{name} IS NOT NULL"
        if name != "posted_at" or "post_id" not in self.columns.names:
            return known
        number = "TRY_CAST(post_id AS BIGINT)"
        minted = f"CASE WHEN has_id_time({number}) THEN id_time_of({number}) END"
        return f"({known} AND posted_at IS DISTINCT FROM {minted})"

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
        counters = self._units(table)
        if name == "rounded" and counters:
            return _rounded(counters)
        of = next((counter for counter in counters if table.units[counter] == name), None)
        if of is not None:
            return _unit(of)
        return f"CAST({fixed} AS {kind})"

    def _tags(self) -> str:
        """Hashtags: the source's own, else those in the caption; read only for rows that are kept: it is slow."""
        own = "coalesce(hashtags, [])" if "hashtags" in self.columns.names else None
        tags = "coalesce(caption_tags_of(caption), [])" if "caption" in self.columns.names else "[]::VARCHAR[]"
        if own and self.shape.name == OWN_EXPORT:
            return own
        return f"CASE WHEN len({own}) > 0 THEN {own} ELSE {tags} END" if own else tags

    def _fixed(self, table: Table, name: str) -> str:
        given: dict[str, Any] = {"source": self.shape.name, "platform": "tiktok", "niche": self.niche}
        if table.name == "account_days" and self.shape.name != OWN_EXPORT:
            given["provisional"] = False
        value = self.shape.constants.get(name, given.get(name))
        return "NULL" if value is None else quote_text(str(value))

    def _units(self, table: Table) -> dict[str, str]:
        """Counter -> SQL of its unit, for the counters that the file has without one.

        A text shows its unit. A plain number is exact where the provider is, and otherwise as far as the whole column
        tells: rounded as coarsely as it may be, or not known where round numbers stand among exact ones. An export of
        dwell's has the units that are known.
        """
        if self.shape.name == OWN_EXPORT:
            return {}
        return {
            counter: f"CASE WHEN {counter} IS NOT NULL THEN coalesce({shown_unit(counter)}, {self._plain(counter)}) END"
            for counter in table.units
            if counter in self.columns.units and table.units[counter] not in self.columns.names
        }

    def _plain(self, counter: str) -> str:
        """SQL of the unit of a number that is written in full."""
        if "rounded" in self.columns.names:
            return "NULL::BIGINT"  # the file has its own word on it
        bands = self.facts.rounding[counter]
        if self.shape.constants.get("rounded") is False or set(bands) == {"exact"}:
            return "1"
        units = {"exact": "1", "mixed": "NULL::BIGINT"}
        units |= {"decimals": f"decimal_unit({counter})", "rounded": f"coarsest_unit({counter})"}
        of_band = [
            f"WHEN {counter} >= {least} THEN {units[judged]}"
            for least, judged in reversed(list(zip(BANDS, bands, strict=True)))
        ]
        return f"CASE WHEN {counter} % {FINEST_UNIT} <> 0 THEN 1 {' '.join(of_band)} ELSE 1 END"


def _unit(counter: str) -> str:
    """Name of the column with a counter's unit, before the tables."""
    return f"stated_unit_{counter}"


def _rounded(counters: Iterable[str]) -> str:
    """SQL: some counter of the row is rounded; null where none is, as far as is known, but one may be."""
    some = " OR ".join(f"coalesce({_unit(counter)} > 1, false)" for counter in counters)
    open_ = " OR ".join(f"{counter} IS NOT NULL AND {_unit(counter)} IS NULL" for counter in counters)
    return f"CASE WHEN {some} THEN true WHEN {open_} THEN NULL ELSE false END"


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
