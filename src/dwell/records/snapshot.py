"""The public counters of a post at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSnapshot:
    """Public, cumulative counters of one post at one instant. Null is unknown; 0 is an observed zero."""

    post_id: str = column("The post")
    observed_at: datetime = column("When the counters were read, UTC")
    views: int | None = column("Views since publishing", default=None)
    likes: int | None = column("Likes since publishing", default=None)
    comments: int | None = column("Comments since publishing", default=None)
    shares: int | None = column("Shares since publishing", default=None)
    saves: int | None = column("Saves (bookmarks, favourites) since publishing", default=None)
    downloads: int | None = column("Downloads since publishing", default=None)
    rounded: bool | None = column("The source rounded counters of this row (17.7K)", default=None)
    source: str = column("Format or provider")
