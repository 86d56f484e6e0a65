"""The profile of a connected account, and which of the provider's requirements it meets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

from dwell.http import HttpRequest
from dwell.providers.tiktok_organic.api import API_PATH

MIN_FOLLOWERS = 100
"""With fewer followers there is nothing about the audience."""

ANALYTICS_FIELDS = ("video_views",)
"""Fields that only an account with analytics has."""

_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "user.info.basic": ("display_name",),
        "user.info.username": ("username",),
        "user.info.stats": ("followers_count", "videos_count"),
        "user.account.type": ("is_business_account",),
        "user.insights": ANALYTICS_FIELDS,
    }
)
"""Scope -> the fields that are asked for with it."""

_MAX_DIGITS = 18

State = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the provider wants of an account.

    Attributes:
        requirement: `account_type`, `followers`, `analytics`, `public_post` or `login`.
        state: Whether it is met; `unknown` where that cannot be found out.
        message: What that means, and what to do.
    """

    requirement: str
    state: State
    message: str

    def to_dict(self) -> dict[str, str]:
        """As it is stored."""
        return asdict(self)


def profile_request(open_id: str, scopes: Iterable[str], *, with_analytics: bool = True) -> HttpRequest:
    """Asks for the profile and, to find out whether analytics are on, for the views of the last days.

    Args:
        open_id: The account.
        scopes: What its owner allowed: a field without its scope would make TikTok refuse the request.
        with_analytics: Ask for views.
    """
    granted = set(scopes)
    names = [name for scope, fields in _FIELDS.items() if scope in granted for name in fields]
    if not with_analytics:
        names = [name for name in names if name not in ANALYTICS_FIELDS]
    query = {"business_id": open_id, "fields": json.dumps(names or ["display_name"], separators=(",", ":"))}
    return HttpRequest("business/get", "GET", f"{API_PATH}/business/get/", query=query, credits=0)


def check_requirements(
    profile: Mapping[str, Any], scopes: Iterable[str], *, analytics: bool | None
) -> list[Requirement]:
    """What can be said of the provider's five requirements.

    Args:
        profile: The data of the response.
        scopes: What the owner allowed.
        analytics: Whether TikTok shows numbers of days; None if they could not be asked for.
    """
    granted = set(scopes)
    return [
        _check_account_type(business=read_flag(profile.get("is_business_account"))),
        _check_followers(_read_count(profile.get("followers_count"))),
        _check_analytics(shown=analytics, asked="user.insights" in granted),
        _check_posts(_read_count(profile.get("videos_count"))),
        Requirement(
            "login",
            "unknown",
            "Which login was used cannot be seen: compare the account with the one in your TikTok app. If it is "
            "another, run dwell disconnect, log in to TikTok in the browser as in the app, and connect again.",
        ),
    ]


def read_flag(value: object) -> bool | None:
    """A truth value, as such or as a word in any case; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def _read_count(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) <= _MAX_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        return None
    return int(value)


def _check_account_type(*, business: bool | None) -> Requirement:
    if business is None:
        return Requirement("account_type", "unknown", "TikTok does not say which type of account it is.")
    if business:
        return Requirement("account_type", "met", "A Business account.")
    return Requirement(
        "account_type",
        "met",
        "A Personal account: TikTok withholds the viewers reached in a day, gained and lost followers, and the hours "
        "at which followers are active; a Business account has them (TikTok app, Settings, Account).",
    )


def _check_followers(followers: int | None) -> Requirement:
    if followers is None:
        return Requirement("followers", "unknown", "TikTok does not say how many followers the account has.")
    if followers >= MIN_FOLLOWERS:
        return Requirement("followers", "met", f"{followers:,} followers.")
    return Requirement(
        "followers",
        "unmet",
        f"{followers:,} followers: TikTok shows nothing about the audience until there are {MIN_FOLLOWERS}; all else "
        "is read.",
    )


def _check_analytics(*, shown: bool | None, asked: bool) -> Requirement:
    if shown:
        return Requirement("analytics", "met", "Analytics are on.")
    if shown is None:
        why = "the scope user.insights was not allowed" if not asked else "TikTok gave no answer"
        return Requirement("analytics", "unknown", f"Whether analytics are on cannot be seen: {why}.")
    return Requirement(
        "analytics",
        "unmet",
        "TikTok shows no analytics of this account: open the TikTok app, Creator tools, Analytics, and press Turn On; "
        "then run dwell accounts --check.",
    )


def _check_posts(videos: int | None) -> Requirement:
    if videos is None:
        return Requirement("public_post", "unknown", "TikTok does not say whether the account has a public post.")
    if videos:
        return Requirement("public_post", "met", f"{videos:,} published {'video' if videos == 1 else 'videos'}.")
    return Requirement(
        "public_post", "unmet", "The account has no public post: publish one, then run dwell accounts --check."
    )
