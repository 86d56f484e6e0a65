"""Step `checked`: one row a record of the file, with its values and, where it is bad, the first reason for that.

A value that is unreadable or impossible is left unknown and listed in `left_unknown`; only a key refuses its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dwell.records import TABLES, Shape
from dwell.text.ids import POST_ID, ROW_NUMBER
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.macros import bind, matches
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.row_accounts import RowAccounts
from dwell.warehouse.load.row_facts import OWN_EXPORT, LoadOptions
from dwell.warehouse.load.row_problems import RowProblems
from dwell.warehouse.load.spellings import shown_unit
from dwell.warehouse.load.text import IDS, Field

OTHER_COUNTERS = ("likes", "comments", "shares", "saves", "downloads")
"""Counters that a post without views cannot have."""

_PLATFORM_TABLES = frozenset(name for name, table in TABLES.items() if "platform" in {c.name for c in table.columns})


@dataclass(frozen=True)
class CheckedColumns:
    """What the rows of `checked` have.

    Attributes:
        names: Canonical columns.
        local_ids: The file has no ids, so dwell made them.
        units: Counters whose text may show a unit, in `shown_unit_<counter>`.
    """

    names: frozenset[str]
    local_ids: bool
    units: tuple[str, ...] = ()


def add_checked(
    steps: Pipeline, shape: Shape, fields: Sequence[Field], options: LoadOptions, *, numbered: bool = False
) -> tuple[Pipeline, CheckedColumns]:
    """The pipeline with `whole_row`, the values that take several columns, and `checked`.

    Args:
        steps: A pipeline that ends with `spelled`.
        shape: What the rows mean.
        fields: The columns that the file has.
        options: What is decided before.
        numbered: Rows have their number as `record`, which stays.
    """
    builder = _Builder(shape, {field.name: field for field in fields}, options)
    steps = steps.add("platforms", f"SELECT *, {builder.row_platform()} AS row_platform FROM spelled")
    steps = steps.add("accounts", f"SELECT *, {builder.column_handle()} AS column_handle FROM platforms")
    steps = steps.add("linked_accounts", f"SELECT *, {builder.link_handle()} AS link_handle FROM accounts")
    steps = steps.add("whole_row", f"SELECT *, {', '.join(builder.derived())} FROM linked_accounts")
    steps = steps.add("dated", f"SELECT *, {', '.join(builder.dated())} FROM whole_row")
    number = "record, " if numbered else ""
    return steps.add("checked", f"SELECT {number}{builder.checked()} FROM dated"), CheckedColumns(
        frozenset(builder.columns()), builder.local_ids, tuple(builder.units())
    )


class _Builder(RowAccounts, RowProblems):
    """The SQL of one shape's rows."""

    def checked(self) -> str:
        """The columns of a checked row, marks, and its problem."""
        row = [f"{sql} AS {quote_name(name)}" for name, sql in self.columns().items()]
        zero = "coalesce(value_duration_s = 0, false)" if "duration_s" in self.fields else "false"
        units = "".join(f", {shown_unit(name)}" for name in self.units())
        marks = f"line, fractional, unusual, {zero} AS zero_length{units}, {self._account_marks()}"
        marks += f", {self._posted_marks()}, {self._views_are_missing()} AS views_missing"
        return f"{', '.join(row)}, {marks}, {self._unknown()} AS left_unknown, {self._problem()} AS problem"

    def units(self) -> list[str]:
        """Counters whose text may show a unit."""
        return [name for name, field in self.fields.items() if field.has_unit]

    def columns(self) -> dict[str, str]:
        """Canonical column -> SQL of its value."""
        columns = {name: self._possible(name) for name in self.fields if name not in IDS}
        columns |= {name: f"final_{name}" for name in ("observed_at", "posted_at", "handle", *IDS) if self._has(name)}
        columns |= {"observed_precision": "final_observed_precision", "observed_zone": self._observed_zone()}
        if "duration_s" in columns:
            columns["duration_s"] = f"nullif({self._possible('duration_s')}, 0)"
        if "posted_at" in columns:
            columns["posted_at"] = self._possible_posted()
        if "posts" in self.shape.tables:
            columns["media_type"] = self._media_type()
        if {"platform", "url"} & self.fields.keys() and _PLATFORM_TABLES & set(self.shape.tables):
            columns["platform"] = "row_platform"
        if "views" in columns:
            columns["views"] = f"CASE WHEN NOT ({self._views_are_missing()}) THEN {self._possible('views')} END"
        return columns

    def _views_are_missing(self) -> str:
        """SQL: 0 views beside other counters, which nobody can give without a view: the source does not know them."""
        others = [name for name in OTHER_COUNTERS if name in self.fields]
        if not (others and "views" in self.fields and self.shape.name != OWN_EXPORT):
            return "false"
        return f"coalesce(value_views = 0 AND greatest({', '.join(f'value_{name}' for name in others)}) > 0, false)"

    def derived(self) -> list[str]:
        """Values that take more than one column: ids, instants, the account."""
        derived = [f"{self._observed()} AS final_observed_at", f"{self._handle()} AS final_handle"]
        derived.append(f"{self._observed_precision()} AS final_observed_precision")
        for name in IDS:
            if self._has(name):
                derived.append(f"{self._id(name)} AS final_{name}")
                derived.append(f"TRY_CAST({self._id(name)} AS BIGINT) AS number_{name}")
        return [*derived, *self._stated()]

    def _id(self, name: str) -> str:
        if name == "post_id" and self.local_ids:
            return self._local_id()
        constant = self.shape.constants.get(name)
        own = f"value_{name}" if name in self.fields else quote_text(str(constant)) if constant else "NULL::VARCHAR"
        if name == "post_id" and name in self.fields and "url" in self.fields:
            # A row number beside a link is no id: the link has it.
            return bind(
                f"mended_id_of({own}, id_of(value_url))",
                "i",
                f"CASE WHEN {matches('i', ROW_NUMBER)} AND {matches('id_of(value_url)', POST_ID)} "
                "THEN id_of(value_url) ELSE i END",
            )
        return own

    def _local_id(self) -> str:
        """SQL of an id out of posting time, title and length; null where the time or both others are unknown.

        A line with totals has counters only, and without the time a title names no post.
        """
        wall = (
            "coalesce(CAST(absolute_posted_at AS TIMESTAMP), local_posted_at)" if "posted_at" in self.fields else "NULL"
        )
        caption, length = self._value("caption"), self._value("duration_s")
        parts = [self._handle(), wall, caption, length]
        texts = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
        # The same video on two platforms is two posts; `concat_ws` skips null.
        texts += ", CASE WHEN row_platform <> 'tiktok' THEN row_platform END"
        known = f"{wall} IS NOT NULL AND ({caption} IS NOT NULL OR {length} IS NOT NULL)"
        return f"CASE WHEN {known} THEN 'local-' || left(md5(concat_ws(chr(31), {texts})), 16) END"

    def _media_type(self) -> str:
        """What the source says; a link says photo; and where only absence stated video, a length of 0 says photo."""
        field, own = self.fields.get("media_type"), self._value("media_type")
        if self.shape.name == OWN_EXPORT and field is not None:
            return own
        weak = field is not None and "*" in field.source.equals and "duration_s" in self.fields
        linked = "WHEN contains(value_url, '/photo/') THEN 'photo' " if "url" in self.fields else ""
        zero = "WHEN value_duration_s = 0 THEN 'photo' " if weak else ""
        constant = self.shape.constants.get("media_type")
        stated = f"coalesce({own}, {quote_text(constant) if constant else 'NULL'}, NULL::VARCHAR)"
        return f"CASE {linked}{zero}ELSE {stated} END" if linked or zero else stated
