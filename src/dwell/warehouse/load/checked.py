"""Step `checked`: one row a record of the file, with its values and, where it is bad, the first reason for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dwell.records import TABLES, TOPICS, Shape
from dwell.text.ids import latest_id
from dwell.text.names import normalize_handle
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import IDS, Field

BACKUP = "dwell"
"""The format of dwell's own exports: what they say was decided when it was stored, and is not decided again."""

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
        return f"{', '.join(row)}, {marks}, {self._problem()} AS problem"

    def columns(self) -> dict[str, str]:
        """Canonical column -> SQL of its value."""
        columns = {name: self._value(name) for name in self.fields if name not in IDS}
        columns |= {name: f"final_{name}" for name in ("observed_at", "posted_at", "handle", *IDS) if self._has(name)}
        columns |= {"observed_precision": "final_observed_precision", "observed_zone": self._observed_zone()}
        if "duration_s" in columns:
            columns["duration_s"] = "nullif(value_duration_s, 0)"
        if "posts" in self.shape.tables:
            columns["media_type"] = self._media_type()
        return columns

    def _has(self, name: str) -> bool:
        if name == "observed_at":
            return True
        if name == "handle":
            return bool({"handle", "url"} & self.fields.keys()) or self.options.handle is not None
        return name in self.fields or (name == "post_id" and self.posts)

    def _value(self, name: str) -> str:
        return f"value_{name}" if name in self.fields else "NULL"

    def _platform(self) -> str:
        constant = self.shape.constants.get("platform")
        either = [self._value("platform")] if "platform" in self.fields else []
        return f"coalesce({', '.join([*either, quote_text(constant) if constant else 'NULL::VARCHAR', 'NULL'])})"

    def derived(self) -> list[str]:
        """Values that take more than one column: ids, instants, the account."""
        derived = [f"{self._observed()} AS final_observed_at", f"{self._handle()} AS final_handle"]
        derived.append(f"{self._observed_precision()} AS final_observed_precision")
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
            return f"mended_id_of({own}, id_of(value_url))"
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

    def _observed_precision(self) -> str:
        """How exactly the observation's time is known: a day's first moment without a zone is the day."""
        own = self._value("observed_precision")
        if self.shape.name == BACKUP:
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
        if self.shape.name == BACKUP:
            return f"coalesce({own}, NULL::VARCHAR)"
        return f"CASE WHEN final_observed_precision = 'day' THEN coalesce({own}, {quote_text(self.options.zone)}) END"

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
        if self.shape.name == BACKUP and field is not None:
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
        whens += [f"WHEN {self._id_problem(name)} IS NOT NULL THEN {self._id_problem(name)}" for name in self._ids()]
        typed = [name for name, field in self.fields.items() if field.kind not in {"text", "texts"}]
        whens += [
            f"WHEN unread_{name} IS NOT NULL THEN 'unreadable {name}: ' || left(unread_{name}, 60)" for name in typed
        ]
        whens += ["WHEN final_observed_at IS NULL THEN " + quote_text(NO_TIME), *self._negative(), *self._impossible()]
        return f"CASE {' '.join(whens)} END"

    def _ids(self) -> list[str]:
        key = {"comment_id": "comments" in self.shape.tables, "post_id": self.posts}
        return [name for name in IDS if key[name] and self._has(name)]

    def _id_problem(self, name: str) -> str:
        return f"id_problem_of(final_{name}, number_{name}, {latest_id(self.options.now)}, {self._platform()})"

    def _negative(self) -> list[str]:
        names = [name for name, field in self.fields.items() if field.kind == "number"]
        if self.shape.cumulative:
            names += [name for name, field in self.fields.items() if field.kind == "count"]
        if not names:
            return []
        lowest = f"least({', '.join(f'value_{name}' for name in names)}, 0) < 0"
        which = " ".join(f"WHEN value_{name} < 0 THEN 'negative {name}: ' || value_{name}" for name in names)
        return [f"WHEN {lowest} THEN CASE {which} END"]

    def _impossible(self) -> list[str]:
        now = instant(self.options.now)
        tests = [
            f"WHEN final_observed_at > {now} + INTERVAL 1 DAY THEN 'observed in the future: ' || final_observed_at"
        ]
        tests += [f"WHEN final_observed_at < {_OLDEST} THEN 'observed before 2005: ' || final_observed_at"]
        if "posted_at" in self.fields:
            tests += [f"WHEN final_posted_at < {_OLDEST} THEN 'published before 2005: ' || final_posted_at"]
            late = "final_posted_at > final_observed_at + INTERVAL 2 DAY"
            tests += [f"WHEN {late} THEN 'published after it was observed: ' || final_posted_at"]
        if "day" in self.fields:
            impossible = f"value_day < DATE '2005-01-01' OR value_day > {now} + INTERVAL 2 DAY"
            tests += [f"WHEN {impossible} THEN 'impossible day: ' || value_day"]
        if "topic_kind" in self.fields:
            kinds = ", ".join(map(quote_text, TOPICS))
            tests += [f"WHEN value_topic_kind NOT IN ({kinds}) THEN 'unknown kind of topic: ' || value_topic_kind"]
        tests += [
            f"WHEN value_{name} > 1 THEN '{name} above 100 %: ' || value_{name}"
            for name in ("full_watch_rate", "share")
            if name in self.fields
        ]
        return tests
