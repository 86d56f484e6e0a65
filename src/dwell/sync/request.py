"""A user's request to sync connected accounts, as plain data that a schedule can store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from dwell.errors import NoDataError, SettingsError
from dwell.providers.tiktok_organic.fields import BENCHMARK_CATEGORIES

SPEC = "sync"
"""The field of a schedule that has a `SyncRequest` in place of a sweep's fields."""

PREFIX = "tiktok_organic_"

_VIDEO_TABLES = (
    "videos", "videos_impression_sources", "videos_engagement_likes", "videos_audience_types",
    "videos_audience_countries", "videos_audience_cities", "videos_video_view_retention", "videos_audience_genders",
)  # fmt: skip
STREAM_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("account",),
    "account_days": ("account_metrics", "account_metrics_audience_activity"),
    "videos": _VIDEO_TABLES,
    "owner_comments": ("videos_comments",),
    "benchmark": ("benchmark",),
}
"""Stream -> the tables of the connector that it fills, without `tiktok_organic_`."""

_STREAM_OF = {table: stream for stream, tables in STREAM_TABLES.items() for table in tables}


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to sync.

    Attributes:
        accounts: Connected accounts as @handle or open_id; all of them when empty.
        since: The first day: of videos by their publishing date, of an account's days by themselves.
        tables: Names of tables, with or without `tiktok_organic_`; all but comments and benchmark when empty.
        full: Read from the beginning again, and not only what may have changed.
        comments: Read comments, too: personal data of others.
        benchmark: A business category whose averages are read, too.
    """

    accounts: tuple[str, ...] = ()
    since: date | None = None
    tables: tuple[str, ...] = ()
    full: bool = False
    comments: bool = False
    benchmark: str | None = None

    def streams(self) -> tuple[str, ...]:
        """The streams that are read, in order.

        Raises:
            NoDataError: There is no table of a name.
            SettingsError: There is no such category.
        """
        if self.benchmark is not None and self.benchmark not in BENCHMARK_CATEGORIES:
            raise SettingsError(
                f"{self.benchmark[:40]!r} isn't a business category: choose from {', '.join(BENCHMARK_CATEGORIES)}."
            )
        wanted = {"account", "account_days", "videos"}
        if self.tables:
            names = [name.strip().lower().removeprefix(PREFIX) for name in self.tables]
            if unknown := [name for name in names if name not in _STREAM_OF]:
                raise NoDataError(
                    f"There is no table {unknown[0][:60]!r} to sync: choose from {', '.join(_STREAM_OF)}."
                )
            # The profile says whose rows they are.
            wanted = {"account", *(_STREAM_OF[name] for name in names)}
        if self.comments:
            wanted.add("owner_comments")
        if self.benchmark is not None:
            wanted.add("benchmark")
        elif "benchmark" in wanted:
            raise SettingsError("Name the business category of the benchmark: --benchmark PETS, for example.")
        if "owner_comments" in wanted:
            wanted.add("videos")  # which have comments, and how many
        return tuple(stream for stream in STREAM_TABLES if stream in wanted)

    def to_spec(self) -> dict[str, Any]:
        """As a schedule stores it."""
        self.streams()
        return {SPEC: {**asdict(self), "since": self.since.isoformat() if self.since else None}}


def from_spec(spec: Mapping[str, Any]) -> SyncRequest:
    """The request that a schedule stores."""
    fields = spec[SPEC]
    return SyncRequest(
        accounts=tuple(fields["accounts"]),
        since=date.fromisoformat(fields["since"]) if fields["since"] else None,
        tables=tuple(fields["tables"]),
        full=fields["full"],
        comments=fields["comments"],
        benchmark=fields["benchmark"],
    )
