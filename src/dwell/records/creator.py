"""An account, and its public counters at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """One account. The newest known value of each attribute is kept."""

    handle: str = column("Account name, lower case, without @")
    platform: str = column("`tiktok` or `youtube`")
    creator_id: str | None = column("Platform id, as text", default=None)
    display_name: str | None = column("Name shown on the profile", default=None)
    verified: bool | None = column("Verified by the platform", default=None)
    private: bool | None = column("The account is private", default=None)
    niche: str | None = column("Subject that the user gave it (`--niche`)", default=None)
    source: str = column("Format or provider of the newest observation")
    observed_at: datetime = column("When these attributes were last observed, UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorSnapshot:
    """Public counters of one account at one instant."""

    handle: str = column("The account")
    observed_at: datetime = column("When the counters were read, UTC")
    followers: int | None = column("Followers", default=None)
    following: int | None = column("Accounts followed", default=None)
    total_likes: int | None = column("Likes received over all posts", default=None)
    post_count: int | None = column("Posts published, by the source's count", default=None)
    source: str = column("Format or provider")
