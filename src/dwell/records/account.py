"""The figures of an owner's analytics on the account as a whole, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDay:
    """One day of one account. Adjustments by the platform can make a day's likes or comments negative."""

    handle: str = column("The account")
    day: date = column("Day as the source counts days; its time zone is not stated")
    views: int | None = column("Video views of the day", default=None)
    profile_views: int | None = column("Profile views of the day", default=None)
    likes: int | None = column("Likes of the day, net", default=None)
    comments: int | None = column("Comments of the day, net", default=None)
    shares: int | None = column("Shares of the day, net", default=None)
    viewers: int | None = column("People who watched that day; not additive over days", default=None)
    new_viewers: int | None = column("Of them, new", default=None)
    returning_viewers: int | None = column("Of them, returning", default=None)
    followers: int | None = column("Followers at the end of the day", default=None)
    reach: int | None = column("Reached audience of the day (Business export)", default=None)
    provisional: bool | None = column(
        "One of the last 3 days of its export: the next import may overwrite it", default=None
    )
    source: str = column("Format or provider")
    observed_at: datetime = column("When the export was made, UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerActivity:
    """Followers active in one hour of one day."""

    handle: str = column("The account")
    day: date = column("Day as the source counts days; its time zone is not stated")
    hour: int = column("Hour of the day, 0-23, time zone not stated")
    active_followers: int | None = column("Followers active in that hour", default=None)
    source: str = column("Format or provider")
    observed_at: datetime = column("When the export was made, UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceShare:
    """Share of an account's followers in one group, at one instant."""

    handle: str = column("The account")
    observed_at: datetime = column("When the export was made, UTC")
    dimension: str = column("`gender` or `territory`")
    member: str = column("Group, e.g. `Female` or `DE`")
    share: float | None = column("Share of followers, 0-1", default=None)
    source: str = column("Format or provider")
