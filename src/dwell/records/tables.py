"""The tables that dwell stores: one per record, with its key and how a second row with the same key is treated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, Protocol, get_args, get_type_hints

import msgspec

from dwell.records.account import AccountDay, AudienceShare, FollowerActivity
from dwell.records.comment import Comment
from dwell.records.creator import Creator, CreatorSnapshot
from dwell.records.owned import (
    CategoryBenchmark,
    EngagementLike,
    OwnedAccount,
    OwnedAccountActivity,
    OwnedAccountDay,
    OwnedComment,
    OwnedGap,
    OwnedPost,
    PostBreakdown,
)
from dwell.records.post import Post
from dwell.records.reading import PROVENANCE
from dwell.records.snapshot import PostSnapshot
from dwell.records.state import CreatorState, PostState
from dwell.records.topic import TopicPost, TopicSample
from dwell.records.unit import SUFFIX, unit_of
from dwell.records.watch_time import Retention, WatchTime

Kind = Literal["text", "count", "number", "flag", "instant", "day", "texts"]

_KINDS: dict[Any, Kind] = {
    str: "text",
    int: "count",
    float: "number",
    bool: "flag",
    datetime: "instant",
    date: "day",
    tuple[str, ...]: "texts",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what kind of value it holds, whether it may be unknown, and its meaning.

    Rows that were written before the column existed have the default there.
    """

    name: str
    kind: Kind
    nullable: bool
    meaning: str
    default: str | None = None


class Relation(Protocol):
    """Rows with a name, columns and a key: a stored table, or what is derived from several."""

    @property
    def name(self) -> str:
        """Its name in exports, loads and docs."""

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that identify a row."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in order."""


@dataclass(frozen=True)
class Table:
    """One stored table.

    Attributes:
        name: Name in the lake, the journal, exports, docs.
        record: The record whose fields are the columns.
        key: Columns that identify a row.
        keeps: `every` observation is kept, and a second one with the same key is the same observation; or the
            `newest` known value of each column is kept, and older versions are superseded.
    """

    name: str
    record: type[msgspec.Struct]
    key: tuple[str, ...]
    keeps: Literal["every", "newest"]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the record's fields."""
        hints = get_type_hints(self.record, include_extras=True)
        return tuple(_column(name, hints[name]) for name in self.record.__struct_fields__)

    @cached_property
    def entity(self) -> tuple[str, ...]:
        """Names of the columns that say what a row is about: the key, up to the instant of a reading."""
        instant = self.key.index("observed_at") if "observed_at" in self.key else len(self.key)
        return self.key[:instant]

    @cached_property
    def is_daily(self) -> bool:
        """Its counts are of one day, and not since the beginning: they can be negative."""
        return "day" in self.key

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Names of the columns that carry what was observed: neither the key, nor where and when it was read."""
        return tuple(c.name for c in self.columns if c.name not in {*self.key, *PROVENANCE})

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which there is no row."""
        return tuple(c.name for c in self.columns if not c.nullable and c.kind != "texts")

    @cached_property
    def defaults(self) -> dict[str, str]:
        """Column -> what rows have that were written before the column existed, for the columns that are not null."""
        return {column.name: column.default for column in self.columns if column.default is not None}

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """Names of the columns of which one must be known for an observation to be one."""
        return tuple(name for name in self.values if name != "rounded" and not name.endswith(SUFFIX))

    @cached_property
    def units(self) -> dict[str, str]:
        """Counter -> the column with its unit, for the counters whose unit is stored."""
        return {name: unit_of(name) for name in self.observed if unit_of(name) in self.values}


def _column(name: str, hint: Any) -> Column:
    kind, meaning = get_args(hint)
    options = [option for option in get_args(kind) if option is not type(None)] if type(None) in get_args(kind) else []
    return Column(name, _KINDS[options[0] if options else kind], bool(options), meaning.text, meaning.default)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("posts", Post, ("post_id",), "newest"),
        Table("post_snapshots", PostSnapshot, ("post_id", "observed_at"), "every"),
        Table("creators", Creator, ("handle", "platform"), "newest"),
        Table("creator_snapshots", CreatorSnapshot, ("handle", "platform", "observed_at"), "every"),
        Table("watch_times", WatchTime, ("post_id", "observed_at"), "every"),
        Table("retention", Retention, ("post_id", "observed_at", "second"), "every"),
        Table("account_days", AccountDay, ("handle", "day"), "newest"),
        Table("follower_activity", FollowerActivity, ("handle", "day", "hour"), "newest"),
        Table("audience_shares", AudienceShare, ("handle", "observed_at", "dimension", "member"), "every"),
        Table("comments", Comment, ("comment_id", "observed_at"), "every"),
        Table("creator_states", CreatorState, ("handle", "observed_at"), "every"),
        Table("post_states", PostState, ("post_id", "observed_at"), "every"),
        Table("topic_samples", TopicSample, ("topic_kind", "topic", "observed_at"), "every"),
        Table("topic_posts", TopicPost, ("topic_kind", "topic", "observed_at", "post_id"), "every"),
        Table("owned_accounts", OwnedAccount, ("open_id", "observed_at"), "every"),
        Table("owned_account_days", OwnedAccountDay, ("open_id", "day"), "newest"),
        Table("owned_account_activity", OwnedAccountActivity, ("open_id", "day", "hour"), "newest"),
        Table("owned_posts", OwnedPost, ("post_id", "observed_at"), "every"),
        Table("post_breakdowns", PostBreakdown, ("post_id", "observed_at", "dimension", "member"), "every"),
        Table("engagement_likes", EngagementLike, ("post_id", "observed_at", "second"), "every"),
        Table("owned_comments", OwnedComment, ("comment_id", "observed_at"), "every"),
        Table("owned_gaps", OwnedGap, ("open_id", "stream", "day"), "newest"),
        Table("category_benchmarks", CategoryBenchmark, ("business_category", "observed_at"), "every"),
    )
}


def missing_key(tables: Iterable[Table]) -> str:
    """The reason against an object that makes no row of these tables; its instant and its platform are always known."""
    names = dict.fromkeys(name for table in tables for name in table.key if name not in {"observed_at", "platform"})
    return f"nothing to keep: no {' or '.join(names)}"


ABOUT_POSTS = frozenset({"posts", "post_snapshots", "watch_times", "retention", "comments"})
"""Tables whose rows are about posts: what such a row says of the account besides cannot refuse it."""


def find_table(header: Iterable[str]) -> Table | None:
    """The table whose export has these columns: all belong to it, and none without which there is no row is missing."""
    names = set(header)
    fitting = [
        table
        for table in TABLES.values()
        if names <= {column.name for column in table.columns}
        and names >= {name for name in table.required if name not in table.defaults}
    ]
    return max(fitting, key=lambda table: len(names) - len(table.columns), default=None)
