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
from dwell.text.platforms import STORED
from dwell.text.posting_time import OBSERVATION_SLACK
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.macros import bind, matches
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.spellings import shown_unit
from dwell.warehouse.load.text import IDS, Field

OTHER_COUNTERS = ("likes", "comments", "shares", "saves", "downloads")
"""Counters that a post without views cannot have."""
OWN_EXPORT = "dwell"
"""The format of dwell's own exports: what they say was decided when it was stored, and is not decided again."""
NO_TIME = "no observation time; --as-of gives one"
OTHER_PLATFORM = "another platform, of which dwell stores nothing: "

_OLDEST = "TIMESTAMPTZ '2005-01-01 00:00:00+00'"
_PLATFORM_TABLES = frozenset({"posts", "creators"})
_POST_TABLES = frozenset(name for name, table in TABLES.items() if "post_id" in table.key)
_LATE_DAYS = OBSERVATION_SLACK.days
# Rows about a post of a provider's: an id that dwell made up would belong to no post.
_PROVIDER_TABLES = frozenset({"post_states", "topic_posts"})


@dataclass(frozen=True)
class LoadOptions:
    """What is decided before a file is read.

    Attributes:
        now: The latest instant that is accepted: the present, or a simulation's.
        as_of: When rows without a time were observed.
        as_of_is_day: Only the day of that is known.
        zone: IANA zone of times without one.
        zone_given: The user named it.
        handle: The account of rows without one.
    """

    now: datetime
    as_of: datetime | None
    zone: str
    zone_given: bool
    handle: str | None
    as_of_is_day: bool = False


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
    steps = steps.add("platforms", f"SELECT *, {builder.row_platform()} AS row_platform FROM spelled")
    steps = steps.add("accounts", f"SELECT *, {builder.column_handle()} AS column_handle FROM platforms")
    steps = steps.add("linked_accounts", f"SELECT *, {builder.link_handle()} AS link_handle FROM accounts")
    steps = steps.add("whole_row", f"SELECT *, {', '.join(builder.derived())} FROM linked_accounts")
    steps = steps.add("dated", f"SELECT *, {', '.join(builder.dated())} FROM whole_row")
    number = "record, " if numbered else ""
    return steps.add("checked", f"SELECT {number}{builder.checked()} FROM dated"), CheckedColumns(
        frozenset(builder.columns()), builder.local_ids, tuple(builder.units())
    )


class _Builder:
    """The SQL of one shape's rows."""

    def __init__(self, shape: Shape, fields: dict[str, Field], options: LoadOptions) -> None:
        self.shape = shape
        self.fields = fields
        self.options = options
        self.posts = bool(_POST_TABLES & set(shape.tables))
        own = self.posts and not _PROVIDER_TABLES & set(shape.tables)
        self.is_stored = shape.accounts == "stored"
        self.local_ids = own and "post_id" not in fields and "post_id" not in shape.constants
        # The time in the id stands in for a posting time that is unknown or impossible; dwell's own rows stay as they
        # are, and a comment's id is not its post's.
        about_posts = bool({"posts", "topic_posts"} & set(shape.tables)) and "comments" not in shape.tables
        self.dates_by_id = about_posts and not self.local_ids and shape.name != OWN_EXPORT

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

    def _has(self, name: str) -> bool:
        if name == "observed_at":
            return True
        if name == "handle":
            return bool({"handle", "url"} & self.fields.keys()) or self.options.handle is not None
        if name == "posted_at":
            return name in self.fields or self.dates_by_id
        return name in self.fields or (name == "post_id" and self.posts)

    def _possible(self, name: str) -> str:
        """A value, null where it is negative and cannot be."""
        return (
            f"CASE WHEN value_{name} >= 0 THEN value_{name} END"
            if name in self._never_negative()
            else self._value(name)
        )

    def _possible_posted(self) -> str:
        """The posting time; where it is impossible, the time in the id."""
        minted = "CASE WHEN timely_id IS NOT NULL THEN id_time_of(timely_id) END" if self.dates_by_id else "NULL"
        return f"CASE WHEN {self._impossible_posted()} THEN {minted} ELSE final_posted_at END"

    @staticmethod
    def _impossible_posted() -> str:
        late = "final_posted_at > final_observed_at + INTERVAL 2 DAY"
        return f"coalesce(final_posted_at < {_OLDEST} OR {late}, false)"

    def _value(self, name: str) -> str:
        return f"value_{name}" if name in self.fields else "NULL"

    def row_platform(self) -> str:
        """SQL of the platform of the row: its link's, else its own cell's, else the format's."""
        constant = self.shape.constants.get("platform")
        link = ["link_platform_of(value_url)"] if "url" in self.fields and not self.is_stored else []
        own = [self._value("platform") if self.is_stored else "platform_of(value_platform)"]
        named = [*link, *(own if "platform" in self.fields else [])]
        return f"coalesce({', '.join([*named, quote_text(constant) if constant else 'NULL::VARCHAR', 'NULL'])})"

    def column_handle(self) -> str:
        """SQL of the account in the column; an id is none, which stands there where the column is that of the link."""
        if "handle" not in self.fields:
            return "NULL::VARCHAR"
        own = "nullif(value_handle, value_post_id)" if self._may_be_id() else "value_handle"
        return own if self.is_stored else _valid(own)

    def _may_be_id(self) -> bool:
        """The column of the account is that of the link, where a bare id may stand."""
        handle, link = (self.fields.get(name) for name in ("handle", "url"))
        return "post_id" in self.fields and bool(handle and link and {*handle.raw} & {*link.raw})

    def link_handle(self) -> str:
        """SQL of the account in the link, where that is needed; mostly it is the column's, which is cheap to see."""
        if "url" not in self.fields or self.is_stored:
            return "NULL::VARCHAR"
        linked = f"WHEN contains(value_url, '/') THEN {_valid('handle_of(value_url)')}"
        if self.shape.accounts == "link":
            return f"CASE WHEN contains(value_url, concat('/@', column_handle, '/')) THEN column_handle {linked} END"
        return f"CASE {linked} END" if "handle" not in self.fields else "NULL::VARCHAR"

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
        wall = (
            "coalesce(CAST(absolute_posted_at AS TIMESTAMP), local_posted_at)" if "posted_at" in self.fields else "NULL"
        )
        parts = [wall, self._value("caption"), self._value("duration_s")]
        texts = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in [self._handle(), *parts])
        # The same video on two platforms is two posts; `concat_ws` skips null.
        texts += ", CASE WHEN row_platform <> 'tiktok' THEN row_platform END"
        known = " AND ".join(f"{part} IS NULL" for part in parts)
        return f"CASE WHEN NOT ({known}) THEN 'local-' || left(md5(concat_ws(chr(31), {texts})), 16) END"

    def _handle(self) -> str:
        constant = self.shape.constants.get("handle")
        stated = (normalize_handle(str(constant)) if constant else None, self.options.handle)
        named = [quote_text(handle) for handle in stated if handle]
        found = ["link_handle", "column_handle"] if self.shape.accounts == "link" else ["column_handle", "link_handle"]
        return f"coalesce({', '.join([*found, *named, 'NULL'])})"

    def _account_marks(self) -> str:
        """SQL of two marks: column and link name different accounts; the column holds a name that is no account's."""
        if self.is_stored or "handle" not in self.fields:
            return "false AS other_account, false AS no_handle"
        other = "coalesce(column_handle <> link_handle, false)" if self.shape.accounts == "link" else "false"
        shown = "value_handle IS NOT NULL AND column_handle IS NULL"
        shown += " AND value_handle <> value_post_id" if self._may_be_id() else ""
        return f"{other} AS other_account, {shown} AS no_handle"

    def _observed(self) -> str:
        zone, as_of = quote_text(self.options.zone), self.options.as_of
        own = f"absolute_observed_at, timezone({zone}, local_observed_at), " if "observed_at" in self.fields else ""
        constant = self.shape.constants.get("observed_at")
        fixed = f"TRY_CAST({quote_text(str(constant))} AS TIMESTAMPTZ), " if constant else ""
        return f"coalesce({own}{fixed}{instant(as_of) if as_of else 'NULL::TIMESTAMPTZ'}, NULL)"

    def dated(self) -> list[str]:
        """How far a stated posting time is from the id's own, and which of the two is right."""
        if not self._has("posted_at"):
            return ["false AS observed_before_id"]
        if not self.dates_by_id:
            return ["false AS observed_before_id", "stated_posted_at AS final_posted_at"]
        # An id that is younger than the observation tells nothing: one of the two is wrong.
        known = "coalesce(row_platform, 'tiktok') = 'tiktok' AND has_id_time(number_post_id)"
        early = f"(number_post_id >> 32) > epoch_us(final_observed_at) // 1000000 + {_LATE_DAYS * 86400}"
        after = "epoch_us(stated_posted_at) // 1000000 - (timely_id >> 32)"
        # A macro pastes its arguments, so each is computed once, in a lateral column.
        return [
            f"CASE WHEN {known} AND NOT coalesce({early}, false) THEN number_post_id END AS timely_id",
            f"coalesce({known} AND {early}, false) AS observed_before_id",
            f"{after} AS after_id",
            "posting_time_of(stated_posted_at, timely_id, after_id, vague_posted_at) AS final_posted_at",
        ]

    def _observed_precision(self) -> str:
        """How exactly the observation's time is known: a day's first moment without a zone is the day."""
        own = self._value("observed_precision")
        if self.shape.name == OWN_EXPORT:
            return f"coalesce({own}, NULL::VARCHAR)"
        whens = []
        if "observed_at" in self.fields:
            at_midnight = "local_observed_at = date_trunc('day', local_observed_at)"
            whens.append("WHEN absolute_observed_at IS NOT NULL THEN 'instant'")
            whens.append(
                f"WHEN local_observed_at IS NOT NULL THEN CASE WHEN {at_midnight} THEN 'day' ELSE 'instant' END"
            )
        constant = str(self.shape.constants.get("observed_at") or "")
        fixed = "day" if len(constant) == 10 or (not constant and self.options.as_of_is_day) else "instant"
        if self.options.as_of_is_day and self.options.as_of:
            whens.insert(0, f"WHEN {self._observed()} = {instant(self.options.as_of)} THEN 'day'")
        return f"coalesce({own}, CASE {' '.join([*whens, f'WHEN true THEN {quote_text(fixed)}'])} END)"

    def _observed_zone(self) -> str:
        own = self._value("observed_zone")
        if self.shape.name == OWN_EXPORT:
            return f"coalesce({own}, NULL::VARCHAR)"
        return f"CASE WHEN final_observed_precision = 'day' THEN coalesce({own}, {quote_text(self.options.zone)}) END"

    def _stated(self) -> list[str]:
        """What the source says of the posting time, and whether it leaves the zone or the clock time open."""
        if "posted_at" not in self.fields:
            return ["NULL::TIMESTAMPTZ AS stated_posted_at", "false AS vague_posted_at"]
        stated = f"coalesce(absolute_posted_at, timezone({quote_text(self.options.zone)}, local_posted_at))"
        # Where the user named the zone, a clock time is the better witness; a bare date never is.
        bare = "local_posted_at = date_trunc('day', local_posted_at)" if self.options.zone_given else "true"
        midnight = "epoch_us(absolute_posted_at) % 86400000000 = 0"
        vague = f"CASE WHEN absolute_posted_at IS NULL THEN {bare} ELSE {midnight} END"
        return [f"{stated} AS stated_posted_at", f"{vague} AS vague_posted_at"]

    def _posted_marks(self) -> str:
        if not (self.dates_by_id and "posted_at" in self.fields):
            return "observed_before_id, NULL::TIMESTAMPTZ AS stated_posted_at, false AS contradicts_id"
        contradicts = "coalesce(contradicts_id(after_id, vague_posted_at), false)"
        return f"observed_before_id, stated_posted_at, {contradicts} AS contradicts_id"

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

    def _problem(self) -> str:
        """The first reason against the row, or null."""
        whens = ["WHEN broken IS NOT NULL THEN broken"]
        if not self.is_stored:
            other = f"row_platform NOT IN ({', '.join(map(quote_text, STORED))})"
            whens += [f"WHEN {other} THEN {quote_text(OTHER_PLATFORM)} || left(row_platform, 40)"]
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
        return f"id_problem_of(final_{name}, number_{name}, {latest_id(self.options.now)}, row_platform)"

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


def _valid(handle: str) -> str:
    """SQL of an account's name where the row's platform allows it."""
    return f"CASE WHEN row_platform <> 'tiktok' OR is_tiktok_handle({handle}) THEN {handle} END"


def _is_negative(value: str) -> str:
    return f"coalesce({value} < 0, false)"
