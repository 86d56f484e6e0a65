"""`/business/get/`: the profile as it is now, its days, and its followers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from dwell_sandbox.business_api.breakdowns import list_cities, list_shares
from dwell_sandbox.business_api.call import Call
from dwell_sandbox.business_api.errors import PARTIAL, invalid
from dwell_sandbox.business_api.fields import (
    ACCOUNT_FIELDS,
    AUDIENCE_FIELDS,
    DAY_FIELDS,
    FOLLOWERS,
    PROFILE_FIELDS,
    check_analytics,
    check_scopes,
    is_offered,
)
from dwell_sandbox.business_api.images import profile_image
from dwell_sandbox.business_api.latency import end_of_day, last_measured_day
from dwell_sandbox.business_api.parameters import read_date, read_names
from dwell_sandbox.owner.account_days import AccountDay
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.response import Payload, Response
from dwell_sandbox.world import Profile

LOOK_BACK_DAYS = 60
MIN_FOLLOWERS = 100
"""With fewer followers there is nothing about the audience."""

_DEFAULT_FIELDS = ("display_name", "profile_image")
_VERIFIED_FROM = 1_000_000


def get_account(call: Call) -> Response:
    """`/business/get/`. A field that the account's type does not have is left out."""
    names = read_names(call.query, "fields", ACCOUNT_FIELDS, _DEFAULT_FIELDS)
    first, last = _read_days(call)
    check_scopes(names, ACCOUNT_FIELDS, call.grant.scopes)
    kind = call.owner.account_type(call.account.creator.handle)
    offered = [name for name in names if is_offered(ACCOUNT_FIELDS[name], kind)]
    check_analytics(
        [name for name in offered if name != FOLLOWERS],
        ACCOUNT_FIELDS,
        on=call.owner.has_analytics(call.account.creator.handle),
    )
    profile = call.context.view.profile(call.account, call.context.at)
    data: Payload = _profile(call, profile, offered)
    if profile.followers >= MIN_FOLLOWERS:
        data.update(_audience(call, offered))
    daily = [name for name in offered if name in DAY_FIELDS or name == FOLLOWERS]
    if profile.followers < MIN_FOLLOWERS:
        daily = [name for name in daily if name != "audience_activity"]
    if daily and "user.insights" in call.grant.scopes:
        data["metrics"] = _days(call, daily, first, last)
    return Response(200, data, make_partial=_drop_days if data.get("metrics") else None)


def _read_days(call: Call) -> tuple[date, date]:
    today = call.context.at.astimezone(UTC).date()
    last = read_date(call.query, "end_date") or today - timedelta(days=1)
    first = read_date(call.query, "start_date") or today - timedelta(days=7)
    if first > last:
        raise invalid("start_date: Must not be later than end_date.")
    if first < today - timedelta(days=LOOK_BACK_DAYS):
        raise invalid(f"start_date: The maximum supported look-back period is {LOOK_BACK_DAYS} days.")
    if (last - first).days + 1 > LOOK_BACK_DAYS:
        raise invalid(
            f"end_date: The time span must not exceed {LOOK_BACK_DAYS} days, the first and the last included."
        )
    return first, last


def _profile(call: Call, profile: Profile, names: list[str]) -> Payload:
    handle = call.account.handle
    values: dict[str, Any] = {
        "display_name": call.account.creator.display_name,
        "profile_image": profile_image(call.account.account_id, call.context.at),
        "username": handle,
        "profile_deep_link": f"https://www.tiktok.com/@{handle}?_d=simulated&_r=1",
        "bio_description": _bio(call),
        "is_verified": profile.followers >= _VERIFIED_FROM,
        "following_count": profile.following,
        "total_likes": profile.total_likes,
        "videos_count": profile.post_count,
        "is_business_account": call.owner.account_type(call.account.creator.handle) != "personal",
    }
    data = {name: values[name] for name in names if name in PROFILE_FIELDS}
    if FOLLOWERS in names and "user.info.stats" in call.grant.scopes:
        data[FOLLOWERS] = profile.followers
    return data


def _bio(call: Call) -> str:
    empty = SeededRandom(call.seed, "bio", call.number).chance("empty", 0.3)
    return "" if empty else "A simulated account: nobody is behind it."


def _audience(call: Call, names: list[str]) -> Payload:
    until = end_of_day(last_measured_day(call.seed, call.number, call.context.at)) - timedelta(seconds=1)
    audience = call.owner.audience(call.account.creator.handle, until)
    values = {
        "audience_ages": list_shares(audience.ages, "age"),
        "audience_genders": list_shares(audience.genders, "gender"),
        "audience_countries": list_shares(audience.countries, "country"),
        "audience_cities": list_cities(audience.cities),
    }
    return {name: values[name] for name in names if name in AUDIENCE_FIELDS}


def _days(call: Call, names: list[str], first: date, last: date) -> list[Payload]:
    """The days that are measured by now, oldest first; only those after the one on which the account was created."""
    joined = datetime.fromtimestamp(call.account.creator.joined, UTC).date()
    start = max(first, joined + timedelta(days=1))
    end = min(last, last_measured_day(call.seed, call.number, call.context.at))
    days = [start + timedelta(days=each) for each in range((end - start).days + 1)]
    return [_day(call, call.owner.day(call.account.creator.handle, day), names) for day in days]


def _day(call: Call, day: AccountDay, names: list[str]) -> Payload:
    row: Payload = {"date": day.day.isoformat()}
    for name in names:
        row[name] = _total_followers(call, day) if name == "daily_total_followers" else _DAY_VALUES[name](day)
    return row


def _total_followers(call: Call, day: AccountDay) -> int:
    """Documented as the change of a day; real responses also have the total."""
    style = call.context.options.daily_total_followers
    if style == "account":
        style = "total" if SeededRandom(call.seed, "spelling", call.number).chance("daily total", 0.5) else "change"
    return day.followers if style == "total" else day.net_followers


def _drop_days(response: Response) -> None:
    """Leave out the newest half of the days."""
    metrics = response.payload["metrics"]
    response.payload["metrics"] = metrics[: len(metrics) // 2]
    response.code, response.message = PARTIAL, "Partial success: some days are missing."


_DAY_VALUES: MappingProxyType[str, Callable[[AccountDay], Any]] = MappingProxyType(
    {
        "followers_count": lambda day: day.followers,
        "video_views": lambda day: day.gains.views,
        "profile_views": lambda day: day.profile_views,
        "likes": lambda day: day.gains.likes,
        "comments": lambda day: day.gains.comments,
        "shares": lambda day: day.gains.shares,
        "unique_video_views": lambda day: day.unique_viewers,
        "daily_new_followers": lambda day: day.new_followers,
        "daily_lost_followers": lambda day: day.lost_followers,
        "engaged_audience": lambda day: day.engaged_viewers,
        "audience_activity": lambda day: [
            {"hour": str(hour), "count": count} for hour, count in enumerate(day.activity)
        ],
        "bio_link_clicks": lambda day: day.clicks["website_clicks"],
        "email_clicks": lambda day: day.clicks["email_clicks"],
        "phone_number_clicks": lambda day: day.clicks["phone_number_clicks"],
        "address_clicks": lambda day: day.clicks["address_clicks"],
        "lead_submissions": lambda day: day.clicks["lead_submissions"],
        "app_download_clicks": lambda day: day.clicks["app_download_clicks"],
    }
)
