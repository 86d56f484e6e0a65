"""Whether responses say what is true in the simulated world, and whether they show everything that is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dwell_sandbox import World
from dwell_sandbox.business_api.fields import DAY_FIELDS, VIDEO_FIELDS, is_offered
from dwell_sandbox.business_api.latency import QUIET, end_of_day, last_measured_day, measured_until
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.owner.account_days import AccountDay
from dwell_sandbox.owner.video_metrics import VideoMetrics
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom

_CURVE_VIEWS, _AUDIENCE_FOLLOWERS = 20, 100
_UNCHECKED = frozenset(
    {
        "item_id", "share_url", "embed_url", "thumbnail_url", "media_type", "is_ad", "display_name", "profile_image",
        "profile_deep_link", "bio_description", "is_verified", "metrics", "date",
    }
)  # fmt: skip
"""Texts that are made for the response."""

_CLICKS = (
    *("profile_views", "new_followers", "website_clicks", "phone_number_clicks", "lead_submissions"),
    *("app_download_clicks", "email_clicks", "address_clicks"),
)


class Truth:
    """Compares responses about one account with the world.

    Args:
        world: The world.
        handle: The account, by its first name.

    Attributes:
        values: How many values and lists were compared.
    """

    def __init__(self, world: World, handle: str) -> None:
        self.world, self.handle = world, handle
        self.values = 0
        self._owner = OwnerAnalytics(world)
        self._number = world.creator(handle).number
        self._kind = self._owner.account_type(handle)

    def differences(self, at: datetime, endpoint: str, query: Mapping[str, str], data: Mapping[str, Any]) -> list[str]:
        """What in a response is not true, or is not shown although it is due."""
        found: list[str] = []
        asked = json.loads(query.get("fields", "[]"))
        if endpoint == "business/video/list":
            for row in data["videos"]:
                found += self._compare(
                    f"{row['item_id']} at {at}", self._video(at, row["item_id"], asked), _spelled(row)
                )
        if endpoint == "business/get":
            if "display_name" in data:
                found += self._compare(f"{self.handle} at {at}", self._profile(at, asked), data)
            for row in data.get("metrics") or ():
                found += self._compare(
                    f"{self.handle} on {row['date']}", self._day(row["date"], asked, data.get("followers_count")), row
                )
        return found

    def visible(self, since: datetime, at: datetime) -> set[str]:
        """The ids of the videos that an owner sees."""
        return {post.post_id for post in self.world.posts(self.handle, since=since, at=at)}

    def deleted(self, post_id: str) -> datetime | None:
        """When a video is deleted."""
        return self.world.deleted_at(post_id)

    def _compare(self, what: str, true: Mapping[str, Any], said: Mapping[str, Any]) -> list[str]:
        self.values += len(true)
        unknown = said.keys() - true.keys() - _UNCHECKED
        return [
            f"{what}: {name} is {true.get(name)!r}, and was shown as {said.get(name)!r}"
            for name in {*true, *unknown}
            if true.get(name) != said.get(name)
        ]

    def _profile(self, at: datetime, asked: list[str]) -> dict[str, Any]:
        profile = self.world.profile(self.handle, at)
        true: dict[str, Any] = {
            "username": self.world.status(self.handle, at).handle,
            "followers_count": profile.followers,
            "following_count": profile.following,
            "total_likes": profile.total_likes,
            "videos_count": profile.post_count,
            "is_business_account": self._kind != "personal",
        }
        if profile.followers < _AUDIENCE_FOLLOWERS or "audience_ages" not in asked:
            return true
        until = end_of_day(last_measured_day(self.world.seed, self._number, at)) - timedelta(seconds=1)
        audience = self._owner.audience(self.handle, until)
        return {
            **true,
            "audience_ages": _shares(audience.ages, "age"),
            "audience_genders": _shares(audience.genders, "gender"),
            "audience_countries": _shares(audience.countries, "country"),
            "audience_cities": _shares(audience.cities, "city_name", 100),
        }

    def _day(self, of: str, asked: list[str], followers: int | None) -> dict[str, Any]:
        day = self._owner.day(self.handle, date.fromisoformat(of))
        true = {
            "video_views": day.gains.views, "likes": day.gains.likes, "comments": day.gains.comments,
            "shares": day.gains.shares, "profile_views": day.profile_views, "followers_count": day.followers,
            "unique_video_views": day.unique_viewers, "daily_new_followers": day.new_followers,
            "daily_lost_followers": day.lost_followers, "engaged_audience": day.engaged_viewers,
            "daily_total_followers": self._total(day), "bio_link_clicks": day.clicks["website_clicks"],
            **{name: value for name, value in day.clicks.items() if name != "website_clicks"},
        }  # fmt: skip
        if followers is not None and followers >= _AUDIENCE_FOLLOWERS:
            true["audience_activity"] = [{"hour": str(hour), "count": count} for hour, count in enumerate(day.activity)]
        return {
            name: value
            for name, value in true.items()
            if name in asked and (name not in DAY_FIELDS or is_offered(DAY_FIELDS[name], self._kind))
        }

    def _total(self, day: AccountDay) -> int:
        """Some accounts have the followers at the end of the day here, some the change of the day."""
        total = SeededRandom(self.world.seed, "spelling", self._number).chance("daily total", 0.5)
        return day.followers if total else day.net_followers

    def _video(self, at: datetime, post_id: str, asked: list[str]) -> dict[str, Any]:
        """What is shown of a video: its figures at the end of the newest day that is measured, or at its freeze."""
        post = self.world.post(post_id)
        true: dict[str, Any] = {"create_time": str(int(post.posted_at.timestamp())), "caption": post.caption}
        until = measured_until(self.world.seed, self._number, at, post.posted_at)
        if until <= post.posted_at:
            return true
        day = last_measured_day(self.world.seed, self._number, at)
        watched = self._owner.has_views_within(post_id, end_of_day(day), QUIET)
        metrics = self._owner.video(post_id, until)
        figures = _figures(post, metrics)
        for name in asked:
            field = VIDEO_FIELDS[name]
            if name in figures and is_offered(field, self._kind) and (watched or not field.while_active):
                true[name] = figures[name]
        return {name: value for name, value in true.items() if value is not None}


def _figures(post: Post, metrics: VideoMetrics) -> dict[str, Any]:
    curves = metrics.views >= _CURVE_VIEWS
    return {
        "video_duration": None if post.duration_s is None else float(post.duration_s),
        "video_views": metrics.views, "likes": metrics.likes, "comments": metrics.comments, "shares": metrics.shares,
        "favorites": metrics.favorites, "reach": metrics.reach,
        "average_time_watched": _rounded(metrics.average_watch_s, 3),
        "total_time_watched": _rounded(metrics.total_watch_s, 3),
        "full_video_watched_rate": _rounded(metrics.full_watch_rate, 4),
        **{name: getattr(metrics.totals, name) for name in _CLICKS},
        "impression_sources": _shares(metrics.impression_sources, "impression_source"),
        "audience_types": _shares(metrics.audience_types, "type"),
        "audience_countries": _shares(metrics.audience.countries, "country"),
        "audience_cities": _shares(metrics.audience.cities, "city_name", 100),
        "audience_genders": _shares(metrics.audience.genders, "gender"),
        "video_view_retention": _seconds(metrics.retention) if curves else [],
        "engagement_likes": _seconds(metrics.likes_by_second) if curves else [],
    }  # fmt: skip


def _spelled(row: Mapping[str, Any]) -> dict[str, Any]:
    """A video whose genders are written as in the world: some accounts have `female_vv` for `Female`."""
    genders = [
        {**each, "gender": each["gender"].removesuffix("_vv").title()} for each in row.get("audience_genders", [])
    ]
    return {**row, "audience_genders": genders} if "audience_genders" in row else dict(row)


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _shares(shares: Mapping[str, float], key: str, unit: int = 1) -> list[dict[str, Any]]:
    return [{"percentage": round(unit * share, 4), key: name} for name, share in shares.items()]


def _seconds(shares: tuple[float, ...]) -> list[dict[str, Any]]:
    return [{"second": str(second), "percentage": round(share, 4)} for second, share in enumerate(shares)]
