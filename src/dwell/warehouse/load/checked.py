"""Step `checked`: one row a record of the file, with its values and, where it is bad, the first reason for that.

A value that is unreadable or impossible is left unknown and listed in `left_unknown`; only a key refuses its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dwell.records import TABLES, TOPICS, Shape
from dwell.text.ids import POST_ID, ROW_NUMBER, latest_id
from dwell.text.names import normalize_handle
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.macros import bind, matches
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import IDS, Field

NO_TIME = "no observation time; --as-of gives one"

_OLDEST = "TIMESTAMPTZ '2005-01-01 00:00:00+00'"
_POST_TABLES = frozenset(name for name, table in TABLES.items() if "post_id" in table.key)
# Rows about a post of a provider's: an id that dwell made up would belong to no post.
_PROVIDER_TABLES = frozenset({"post_states", "topic_posts"})


@dataclass(frozen=True)
class LoadOptions:
    """What is decided before a file is read.

    Attributes:
        now: The latest instant that is accepted: the present, or a simulation's.
        as_of: When rows without a time were observed.
        zone: IANA zone of times without one.
        zone_given: The user named it.
        handle: The account of rows without one.
    """

    now: datetime
    as_of: datetime | None
    zone: str
    zone_given: bool
    handle: str | None


@dataclass(frozen=True)
class CheckedColumns:
    """What the rows of `checked` have.

    Attributes:
        names: Canonical columns.
        local_ids: The file has no ids, so dwell made them.
    """

    names: frozenset[str]
    local_ids: bool


def instant(moment: datetime) -> str:
    """An instant as an SQL literal."""
    return f"TIMESTAMPTZ {quote_text(moment.isoformat())}"


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
    steps = steps.add("whole_row", f"SELECT *, {', '.join(builder.derived())} FROM spelled")
    number = "record, " if numbered else ""
    return steps.add("checked", f"SELECT {number}{builder.checked()} FROM whole_row"), CheckedColumns(
        frozenset(builder.columns()), builder.local_ids
    )


class _Builder:
    """The SQL of one shape's rows."""

    def __init__(self, shape: Shape, fields: dict[str, Field], options: LoadOptions) -> None:
        self.shape = shape
        self.fields = fields
        self.options = options
        self.posts = bool(_POST_TABLES & set(shape.tables))
        own = self.posts and not _PROVIDER_TABLES & set(shape.tables)
        self.local_ids = own and "post_id" not in fields and "post_id" not in shape.constants

    def checked(self) -> str:
        """The columns of a checked row, marks, and its problem."""
        row = [f"{sql} AS {quote_name(name)}" for name, sql in self.columns().items()]
        zero = "coalesce(value_duration_s = 0, false)" if "duration_s" in self.fields else "false"
        marks = f"line, suffixed, fractional, unusual, {zero} AS zero_length"
        return f"{', '.join(row)}, {marks}, {self._unknown()} AS left_unknown, {self._problem()} AS problem"

    def columns(self) -> dict[str, str]:
        """Canonical column -> SQL of its value."""
        columns = {name: self._possible(name) for name in self.fields if name not in IDS}
        columns |= {name: f"final_{name}" for name in ("observed_at", "posted_at", "handle", *IDS) if self._has(name)}
        if "duration_s" in columns:
            columns["duration_s"] = f"nullif({self._possible('duration_s')}, 0)"
        if "posted_at" in columns:
            columns["posted_at"] = self._possible_posted()
        if "posts" in self.shape.tables:
            columns["media_type"] = self._media_type()
        return columns

    def _has(self, name: str) -> bool:
        if name == "observed_at":
            return True
        if name == "handle":
            return bool({"handle", "url"} & self.fields.keys()) or self.options.handle is not None
        return name in self.fields or (name == "post_id" and self.posts)

    def _possible(self, name: str) -> str:
        """A value, null where it is negative and cannot be."""
        return (
            f"CASE WHEN value_{name} >= 0 THEN value_{name} END"
            if name in self._never_negative()
            else self._value(name)
        )

    def _possible_posted(self) -> str:
        """The posting time; where what is stated is unreadable or impossible, the time in the id."""
        if "post_id" not in self.fields:
            return f"CASE WHEN NOT ({self._impossible_posted()}) THEN final_posted_at END"
        wrong = f"unread_posted_at IS NOT NULL OR ({self._impossible_posted()})"
        minted = "CASE WHEN has_id_time(number_post_id) THEN id_time_of(number_post_id) END"
        return f"CASE WHEN {wrong} THEN {minted} ELSE final_posted_at END"

    @staticmethod
    def _impossible_posted() -> str:
        late = "final_posted_at > final_observed_at + INTERVAL 2 DAY"
        return f"coalesce(final_posted_at < {_OLDEST} OR {late}, false)"

    def _value(self, name: str) -> str:
        return f"value_{name}" if name in self.fields else "NULL"

    def _platform(self) -> str:
        constant = self.shape.constants.get("platform")
        either = [self._value("platform")] if "platform" in self.fields else []
        return f"coalesce({', '.join([*either, quote_text(constant) if constant else 'NULL::VARCHAR', 'NULL'])})"

    def derived(self) -> list[str]:
        """Values that take more than one column: ids, instants, the account."""
        derived = [f"{self._observed()} AS final_observed_at", f"{self._handle()} AS final_handle"]
        for name in IDS:
            if self._has(name):
                derived.append(f"{self._id(name)} AS final_{name}")
                derived.append(f"TRY_CAST({self._id(name)} AS BIGINT) AS number_{name}")
        if "posted_at" in self.fields:
            derived.append(f"{self._posted()} AS final_posted_at")
        return derived

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
        wall = (
            "coalesce(CAST(absolute_posted_at AS TIMESTAMP), local_posted_at)" if "posted_at" in self.fields else "NULL"
        )
        parts = [wall, self._value("caption"), self._value("duration_s")]
        texts = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in [self._handle(), *parts])
        known = " AND ".join(f"{part} IS NULL" for part in parts)
        return f"CASE WHEN NOT ({known}) THEN 'local-' || left(md5(concat_ws(chr(31), {texts})), 16) END"

    def _handle(self) -> str:
        link = ["handle_of(value_url)"] if "url" in self.fields and "handle" not in self.fields else []
        own = [self._value("handle")] if "handle" in self.fields else []
        constant = self.shape.constants.get("handle")
        stated = (normalize_handle(str(constant)) if constant else None, self.options.handle)
        named = [quote_text(handle) for handle in stated if handle]
        return f"coalesce({', '.join([*own, *link, *named, 'NULL::VARCHAR', 'NULL'])})"

    def _observed(self) -> str:
        zone, as_of = quote_text(self.options.zone), self.options.as_of
        own = f"absolute_observed_at, timezone({zone}, local_observed_at), " if "observed_at" in self.fields else ""
        constant = self.shape.constants.get("observed_at")
        fixed = f"TRY_CAST({quote_text(str(constant))} AS TIMESTAMPTZ), " if constant else ""
        return f"coalesce({own}{fixed}{instant(as_of) if as_of else 'NULL::TIMESTAMPTZ'}, NULL)"

    def _posted(self) -> str:
        stated = f"coalesce(absolute_posted_at, timezone({quote_text(self.options.zone)}, local_posted_at))"
        if "post_id" not in self.fields:
            return stated
        # Where the user named the zone, a clock time is the better witness; a bare date never is.
        vague = "local_posted_at = date_trunc('day', local_posted_at)" if self.options.zone_given else "true"
        number = "TRY_CAST(value_post_id AS BIGINT)"
        close = f"abs(epoch(timezone('UTC', local_posted_at)) - ({number} >> 32)) <= 36 * 3600"
        return (
            f"CASE WHEN absolute_posted_at IS NULL AND local_posted_at IS NOT NULL AND {vague} "
            f"AND has_id_time({number}) AND {close} THEN id_time_of({number}) ELSE {stated} END"
        )

    def _media_type(self) -> str:
        """What the source says; a link says photo; and where only absence stated video, a length of 0 says photo."""
        field, own = self.fields.get("media_type"), self._value("media_type")
        weak = field is not None and "*" in field.source.equals and "duration_s" in self.fields
        linked = "WHEN contains(value_url, '/photo/') THEN 'photo' " if "url" in self.fields else ""
        zero = "WHEN value_duration_s = 0 THEN 'photo' " if weak else ""
        constant = self.shape.constants.get("media_type")
        stated = f"coalesce({own}, {quote_text(constant) if constant else 'NULL'}, NULL::VARCHAR)"
        return f"CASE {linked}{zero}ELSE {stated} END" if linked or zero else stated

    def _problem(self) -> str:
        """The first reason against the row, or null."""
        whens = ["WHEN broken IS NOT NULL THEN broken"]
        whens += [f"WHEN {self._id_problem(name)} IS NOT NULL THEN {self._id_problem(name)}" for name in self._ids()]
        whens += [f"WHEN {test} THEN {reason}" for name, test, reason in self._bad_values() if name in self._keys()]
        whens += ["WHEN final_observed_at IS NULL THEN " + quote_text(NO_TIME), *self._impossible()]
        return f"CASE {' '.join(whens)} END"

    def _keys(self) -> frozenset[str]:
        """Columns without which a row of the shape's tables is none: what is wrong with them refuses the row."""
        return frozenset(key for table in self.shape.tables for key in TABLES[table].key)

    def _unknown(self) -> str:
        """A list of what was left unknown because it is unreadable or impossible; null where nothing was."""
        bad = [(test, reason) for name, test, reason in self._bad_values() if name not in self._keys()]
        if not bad:
            return "NULL::VARCHAR[]"
        # One question for all amounts: most rows have nothing below 0.
        amounts = [f"value_{name}" for name in self._never_negative() if name not in self._keys()]
        single = [test for test, _ in bad if not any(test == _is_negative(value) for value in amounts)]
        tests = " OR ".join([*single, *([f"least({', '.join(amounts)}, 0) < 0"] if amounts else [])])
        reasons = ", ".join(f"CASE WHEN {test} THEN {reason} END" for test, reason in bad)
        return f"CASE WHEN {tests} THEN list_filter([{reasons}], lambda x: x IS NOT NULL) END"

    def _bad_values(self) -> list[tuple[str, str, str]]:
        """Column, SQL of whether its value is unreadable or impossible, and SQL of the reason."""
        typed = [name for name, field in self.fields.items() if field.kind not in {"text", "texts"}]
        bad = [
            (name, f"unread_{name} IS NOT NULL", f"'unreadable {name}: ' || left(unread_{name}, 60)") for name in typed
        ]
        bad += [
            (name, _is_negative(f"value_{name}"), f"'negative {name}: ' || value_{name}")
            for name in self._never_negative()
        ]
        if "posted_at" in self.fields:
            reason = (
                f"CASE WHEN final_posted_at < {_OLDEST} THEN 'posted_at before 2005: ' "
                "ELSE 'posted_at after it was observed: ' END || final_posted_at"
            )
            bad.append(("posted_at", self._impossible_posted(), reason))
        return bad

    def _never_negative(self) -> list[str]:
        kinds = {"number", "count"} if self.shape.cumulative else {"number"}
        return [name for name, field in self.fields.items() if field.kind in kinds]

    def _ids(self) -> list[str]:
        key = {"comment_id": "comments" in self.shape.tables, "post_id": self.posts}
        return [name for name in IDS if key[name] and self._has(name)]

    def _id_problem(self, name: str) -> str:
        return f"id_problem_of(final_{name}, number_{name}, {latest_id(self.options.now)}, {self._platform()})"

    def _impossible(self) -> list[str]:
        now = instant(self.options.now)
        tests = [
            f"WHEN final_observed_at > {now} + INTERVAL 1 DAY THEN 'observed in the future: ' || final_observed_at"
        ]
        tests += [f"WHEN final_observed_at < {_OLDEST} THEN 'observed before 2005: ' || final_observed_at"]
        if "day" in self.fields:
            impossible = f"value_day < DATE '2005-01-01' OR value_day > {now} + INTERVAL 2 DAY"
            tests += [f"WHEN {impossible} THEN 'impossible day: ' || value_day"]
        if "topic_kind" in self.fields:
            kinds = ", ".join(map(quote_text, TOPICS))
            tests += [f"WHEN value_topic_kind NOT IN ({kinds}) THEN 'unknown kind of topic: ' || value_topic_kind"]
        return tests


def _is_negative(value: str) -> str:
    return f"coalesce({value} < 0, false)"
