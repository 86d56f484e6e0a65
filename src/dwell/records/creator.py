"""An account, and its public counters at one instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.reading import ObservedPrecision, ObservedZone, ValueSources
from dwell.records.unit import Unit


class Creator(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One account: a handle on a platform. The newest known value of each attribute is kept."""

    handle: Annotated[str, Meaning("Account name, lower case, without @")]
    platform: Annotated[str, Meaning("`tiktok`, `youtube` or `facebook`")]
    creator_id: Annotated[str | None, Meaning("Platform id, as text")] = None
    display_name: Annotated[str | None, Meaning("Name shown on the profile")] = None
    verified: Annotated[bool | None, Meaning("Verified by the platform")] = None
    private: Annotated[bool | None, Meaning("The account is private")] = None
    niche: Annotated[str | None, Meaning("Subject that the user gave it (`--niche`)")] = None
    source: Annotated[str, Meaning("Format or provider of the newest observation")]
    observed_at: Annotated[datetime, Meaning("When these attributes were last observed, UTC")]


class CreatorSnapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Public counters of one account at one instant."""

    handle: Annotated[str, Meaning("The account")]
    platform: Annotated[str, Meaning("`tiktok`, `youtube` or `facebook`", default="tiktok")]
    observed_at: Annotated[datetime, Meaning("When the counters were read, UTC")]
    followers: Annotated[int | None, Meaning("Followers")] = None
    following: Annotated[int | None, Meaning("Accounts followed")] = None
    total_likes: Annotated[int | None, Meaning("Likes received over all posts")] = None
    post_count: Annotated[int | None, Meaning("Posts published, by the source's count")] = None
    followers_unit: Unit = None
    following_unit: Unit = None
    total_likes_unit: Unit = None
    post_count_unit: Unit = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
    value_sources: ValueSources = None
