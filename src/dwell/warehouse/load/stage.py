"""The typed stage: one row a record of the file, with its values and, where it is bad, the first reason for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dwell.records import TABLES, TOPICS, Shape
from dwell.warehouse.columns import literal, quoted
from dwell.warehouse.load.fields import IDS, Field
from dwell.warehouse.load.ids import latest_id

NO_TIME = "no observation time; --as-of gives one"

_POST_TABLES = frozenset(name for name, table in TABLES.items() if "post_id" in table.key)
# What says something about a post of a provider's: an id that dwell made up would be nobody's.
_FOREIGN = frozenset({"post_states", "topic_posts"})


@dataclass(frozen=True)
class Reading:
    """What is decided before a file is read.

    Attributes:
        now: The latest instant that is believed: the present, or a simulation's.
        as_of: When rows without a time were observed.
        zone: IANA zone of times without one.
        zone_given: The user named it.
        handle: The account of rows that name none.
    """

    now: datetime
    as_of: datetime | None
    zone: str
    zone_given: bool
    handle: str | None


@dataclass(frozen=True)
class Stage:
    """The stage of one extract.

    Attributes:
        sql: SELECT of the stage over the rows put in the place of `{rows}`.
        columns: Canonical columns that it has.
        local_ids: The file has no ids, so dwell made them.
    """

    sql: str
    columns: frozenset[str]
    local_ids: bool

    def over(self, rows: str) -> str:
        """The stage's SELECT over rows, themselves a SELECT."""
        return self.sql.replace("{rows}", rows, 1)


def instant(moment: datetime) -> str:
    """An instant as an SQL literal."""
    return f"TIMESTAMPTZ {literal(moment.isoformat())}"


def stage(shape: Shape, found: Sequence[Field], reading: Reading) -> Stage:
    """The SELECT of a stage over parsed rows: what takes several columns, then the first reason against the row."""
    builder = _Builder(shape, {field.name: field for field in found}, reading)
    return Stage(builder.sql(), frozenset(builder.columns()), builder.local_ids)


class _Builder:
    """One stage in the making."""

    def __init__(self, shape: Shape, found: dict[str, Field], reading: Reading) -> None:
        self.shape = shape
        self.fields = found
        self.reading = reading
        self.posts = bool(_POST_TABLES & set(shape.tables))
        own = self.posts and not _FOREIGN & set(shape.tables)
        self.local_ids = own and "post_id" not in found and "post_id" not in shape.constants

    def sql(self) -> str:
        """Values of the whole row, then its columns and its problem."""
        row = [f"{sql} AS {quoted(name)}" for name, sql in self.columns().items()]
        zero = "coalesce(v_duration_s = 0, false)" if "duration_s" in self.fields else "false"
        marks = f"line, suffixed, fractional, odd, {zero} AS zero_length"
        whole = f"SELECT *, {', '.join(self._derived())} FROM ({{rows}})"
        return f"SELECT {', '.join(row)}, {marks}, {self._problem()} AS problem FROM ({whole})"

    def columns(self) -> dict[str, str]:
        """Canonical column -> SQL of its value."""
        found = {name: self._value(name) for name in self.fields if name not in IDS}
        found |= {name: f"d_{name}" for name in ("observed_at", "posted_at", "handle", *IDS) if self._has(name)}
        if "duration_s" in found:
            found["duration_s"] = "nullif(v_duration_s, 0)"
        if "posts" in self.shape.tables:
            found["media_type"] = self._media_type()
        return found

    def _has(self, name: str) -> bool:
        if name == "observed_at":
            return True
        if name == "handle":
            return bool({"handle", "url"} & self.fields.keys()) or self.reading.handle is not None
        return name in self.fields or (name == "post_id" and self.posts)

    def _value(self, name: str) -> str:
        return f"v_{name}" if name in self.fields else "NULL"

    def _platform(self) -> str:
        constant = self.shape.constants.get("platform")
        either = [self._value("platform")] if "platform" in self.fields else []
        return f"coalesce({', '.join([*either, literal(constant) if constant else 'NULL::VARCHAR', 'NULL'])})"

    def _derived(self) -> list[str]:
        """Values that take more than one column: ids, instants, the account."""
        made = [f"{self._observed()} AS d_observed_at", f"{self._handle()} AS d_handle"]
        for name in IDS:
            if self._has(name):
                made.append(f"{self._id(name)} AS d_{name}")
                made.append(f"TRY_CAST({self._id(name)} AS BIGINT) AS n_{name}")
        if "posted_at" in self.fields:
            made.append(f"{self._posted()} AS d_posted_at")
        return made

    def _id(self, name: str) -> str:
        if name == "post_id" and self.local_ids:
            return self._local_id()
        constant = self.shape.constants.get(name)
        own = f"v_{name}" if name in self.fields else literal(str(constant)) if constant else "NULL::VARCHAR"
        if name == "post_id" and name in self.fields and "url" in self.fields:
            return f"mended_id_of({own}, id_of(v_url))"
        return own

    def _local_id(self) -> str:
        wall = "coalesce(CAST(a_posted_at AS TIMESTAMP), l_posted_at)" if "posted_at" in self.fields else "NULL"
        parts = [wall, self._value("caption"), self._value("duration_s")]
        spelt = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in [self._handle(), *parts])
        known = " AND ".join(f"{part} IS NULL" for part in parts)
        return f"CASE WHEN NOT ({known}) THEN 'local-' || left(md5(concat_ws(chr(31), {spelt})), 16) END"

    def _handle(self) -> str:
        link = ["handle_of(v_url)"] if "url" in self.fields and "handle" not in self.fields else []
        own = [self._value("handle")] if "handle" in self.fields else []
        constant = self.shape.constants.get("handle")
        named = [literal(str(name).lstrip("@").lower()) for name in (constant, self.reading.handle) if name]
        return f"coalesce({', '.join([*own, *link, *named, 'NULL::VARCHAR', 'NULL'])})"

    def _observed(self) -> str:
        zone, as_of = literal(self.reading.zone), self.reading.as_of
        own = f"a_observed_at, timezone({zone}, l_observed_at), " if "observed_at" in self.fields else ""
        constant = self.shape.constants.get("observed_at")
        fixed = f"TRY_CAST({literal(str(constant))} AS TIMESTAMPTZ), " if constant else ""
        return f"coalesce({own}{fixed}{instant(as_of) if as_of else 'NULL::TIMESTAMPTZ'}, NULL)"

    def _posted(self) -> str:
        said = f"coalesce(a_posted_at, timezone({literal(self.reading.zone)}, l_posted_at))"
        if "post_id" not in self.fields:
            return said
        # Where the user named the zone, a clock time is the better witness; a bare date never is.
        vague = "l_posted_at = date_trunc('day', l_posted_at)" if self.reading.zone_given else "true"
        number = "TRY_CAST(v_post_id AS BIGINT)"
        close = f"abs(epoch(timezone('UTC', l_posted_at)) - ({number} >> 32)) <= 36 * 3600"
        return (
            f"CASE WHEN a_posted_at IS NULL AND l_posted_at IS NOT NULL AND {vague} AND id_time_says({number}) "
            f"AND {close} THEN id_time_of({number}) ELSE {said} END"
        )

    def _media_type(self) -> str:
        """What the source says; a link says photo; and where only absence said video, a length of 0 says photo."""
        field, own = self.fields.get("media_type"), self._value("media_type")
        weak = field is not None and "*" in field.source.equals and "duration_s" in self.fields
        linked = "WHEN contains(v_url, '/photo/') THEN 'photo' " if "url" in self.fields else ""
        zero = "WHEN v_duration_s = 0 THEN 'photo' " if weak else ""
        constant = self.shape.constants.get("media_type")
        said = f"coalesce({own}, {literal(constant) if constant else 'NULL'}, NULL::VARCHAR)"
        return f"CASE {linked}{zero}ELSE {said} END" if linked or zero else said

    def _problem(self) -> str:
        """The first reason against the row, or null."""
        whens = ["WHEN broken IS NOT NULL THEN broken"]
        whens += [f"WHEN {self._id_problem(name)} IS NOT NULL THEN {self._id_problem(name)}" for name in self._ids()]
        told = [name for name, field in self.fields.items() if field.kind not in {"text", "texts"}]
        whens += [f"WHEN o_{name} IS NOT NULL THEN 'unreadable {name}: ' || left(o_{name}, 60)" for name in told]
        whens += ["WHEN d_observed_at IS NULL THEN " + literal(NO_TIME), *self._negative(), *self._impossible()]
        return f"CASE {' '.join(whens)} END"

    def _ids(self) -> list[str]:
        key = {"comment_id": "comments" in self.shape.tables, "post_id": self.posts}
        return [name for name in IDS if key[name] and self._has(name)]

    def _id_problem(self, name: str) -> str:
        return f"id_problem_of(d_{name}, n_{name}, {latest_id(self.reading.now)}, {self._platform()})"

    def _negative(self) -> list[str]:
        names = [name for name, field in self.fields.items() if field.kind == "number"]
        if self.shape.cumulative:
            names += [name for name, field in self.fields.items() if field.kind == "count"]
        if not names:
            return []
        lowest = f"least({', '.join(f'v_{name}' for name in names)}, 0) < 0"
        which = " ".join(f"WHEN v_{name} < 0 THEN 'negative {name}: ' || v_{name}" for name in names)
        return [f"WHEN {lowest} THEN CASE {which} END"]

    def _impossible(self) -> list[str]:
        now = instant(self.reading.now)
        tests = [f"WHEN d_observed_at > {now} + INTERVAL 1 DAY THEN 'observed in the future: ' || d_observed_at"]
        tests += [
            "WHEN d_observed_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' THEN 'observed before 2005: ' || d_observed_at"
        ]
        if "posted_at" in self.fields:
            tests += [
                "WHEN d_posted_at < TIMESTAMPTZ '2005-01-01 00:00:00+00' THEN 'published before 2005: ' || d_posted_at"
            ]
            late = "d_posted_at > d_observed_at + INTERVAL 2 DAY"
            tests += [f"WHEN {late} THEN 'published after it was observed: ' || d_posted_at"]
        if "day" in self.fields:
            tests += [
                f"WHEN v_day < DATE '2005-01-01' OR v_day > {now} + INTERVAL 2 DAY THEN 'impossible day: ' || v_day"
            ]
        if "topic_kind" in self.fields:
            kinds = ", ".join(map(literal, TOPICS))
            tests += [f"WHEN v_topic_kind NOT IN ({kinds}) THEN 'unknown kind of topic: ' || v_topic_kind"]
        tests += [
            f"WHEN v_{name} > 1 THEN '{name} above 100 %: ' || v_{name}"
            for name in ("full_watch_rate", "share")
            if name in self.fields
        ]
        return tests
