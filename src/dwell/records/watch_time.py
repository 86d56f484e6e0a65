"""How long viewers stayed, as measured by the platform. Only the owner of an account has these figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTime:
    """Measured watch metrics of one post at one instant."""

    post_id: str = column("The post")
    observed_at: datetime = column("When the figures were read, UTC")
    avg_watch_s: float | None = column(
        "Average watch time of a view in seconds; may exceed the length (loops)", default=None
    )
    full_watch_rate: float | None = column("Share of views that reached the end, 0-1", default=None)
    total_watch_s: float | None = column("Watch time of all views together, seconds", default=None)
    reach: int | None = column("People who watched at least once", default=None)
    new_followers: int | None = column("Followers gained by the post", default=None)
    source: str = column("Format or provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """One point of a post's retention curve."""

    post_id: str = column("The post")
    observed_at: datetime = column("When the curve was read, UTC")
    second: float = column("Seconds from the start of the video")
    retention_rate: float = column("Share of viewers still watching, 0-1")
    source: str = column("Format or provider")
