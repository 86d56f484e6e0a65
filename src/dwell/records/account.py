"""The figures of an owner's analytics on the account as a whole, day by day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.reading import ObservedPrecision, ObservedZone


class AccountDay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One day of one account. Adjustments by the platform can make a day's likes or comments negative."""

    handle: Annotated[str, Meaning("The account")]
    day: Annotated[date, Meaning("Day as the source counts days; its time zone is not stated")]
    views: Annotated[int | None, Meaning("Video views of the day")] = None
    profile_views: Annotated[int | None, Meaning("Profile views of the day")] = None
    likes: Annotated[int | None, Meaning("Likes of the day, net")] = None
    comments: Annotated[int | None, Meaning("Comments of the day, net")] = None
    shares: Annotated[int | None, Meaning("Shares of the day, net")] = None
    viewers: Annotated[int | None, Meaning("People who watched that day; not additive over days")] = None
    new_viewers: Annotated[int | None, Meaning("Of them, new")] = None
    returning_viewers: Annotated[int | None, Meaning("Of them, returning")] = None
    followers: Annotated[int | None, Meaning("Followers at the end of the day")] = None
    reach: Annotated[int | None, Meaning("Reached audience of the day (Business export)")] = None
    provisional: Annotated[
        bool | None, Meaning("One of the last 3 days of its export: the next import may overwrite it")
    ] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_at: Annotated[datetime, Meaning("When the export was made, UTC")]


class FollowerActivity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Followers active in one hour of one day."""

    handle: Annotated[str, Meaning("The account")]
    day: Annotated[date, Meaning("Day as the source counts days; its time zone is not stated")]
    hour: Annotated[int, Meaning("Hour of the day, 0-23, time zone not stated")]
    active_followers: Annotated[int | None, Meaning("Followers active in that hour")] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_at: Annotated[datetime, Meaning("When the export was made, UTC")]


class AudienceShare(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Share of an account's followers in one group, at one instant."""

    handle: Annotated[str, Meaning("The account")]
    observed_at: Annotated[datetime, Meaning("When the export was made, UTC")]
    dimension: Annotated[str, Meaning("`gender`, `territory`, `age` or `city`")]
    member: Annotated[str, Meaning("Group, e.g. `Female`, `DE`, `18-24` or `US Cincinnati`")]
    share: Annotated[float | None, Meaning("Share of followers, 0-1")] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
