"""Which fields an account and a video have: the scope that each needs, and the accounts that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dwell_sandbox.business_api.errors import NO_PERMISSION, SCOPE_MISSING, error
from dwell_sandbox.owner.account_types import ACCOUNT_TYPES, AccountType

SCOPES = (
    "user.info.basic", "user.info.username", "user.info.profile", "user.info.stats", "user.account.type",
    "user.insights", "video.list", "video.insights", "comment.list", "comment.list.manage",
)  # fmt: skip
"""The scopes that the endpoints of the sandbox need."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        scopes: One of these is needed.
        account: The least account that has it: `personal` for all.
        while_active: Withheld once a video has had no view for more than 7 days.
    """

    scopes: tuple[str, ...]
    account: AccountType = "personal"
    while_active: bool = False


def _table(*groups: tuple[str, Field]) -> Mapping[str, Field]:
    return MappingProxyType({name: field for names, field in groups for name in names.split()})


_STATS, _INSIGHTS, _LISTED, _WATCHED = ("user.info.stats",), ("user.insights",), ("video.list",), ("video.insights",)

PROFILE_FIELDS = _table(
    ("display_name profile_image", Field(("user.info.basic",))),
    ("username", Field(("user.info.username",))),
    ("profile_deep_link bio_description is_verified", Field(("user.info.profile",))),
    ("following_count total_likes videos_count", Field(_STATS)),
    ("is_business_account", Field(("user.account.type",))),
)
"""Fields of the profile, as it is now. `followers_count` is one, too, and a field of each day."""

DAY_FIELDS = _table(
    ("video_views profile_views likes comments shares", Field(_INSIGHTS)),
    (
        "unique_video_views daily_new_followers daily_lost_followers daily_total_followers engaged_audience",
        Field(_INSIGHTS, "business"),
    ),
    ("audience_activity", Field(_INSIGHTS, "business")),
    (
        "bio_link_clicks email_clicks phone_number_clicks address_clicks lead_submissions app_download_clicks",
        Field(_INSIGHTS, "registered_business"),
    ),
)
"""Fields of each day."""

AUDIENCE_FIELDS = _table(("audience_ages audience_genders audience_countries audience_cities", Field(_INSIGHTS)))
"""Fields about all followers."""

FOLLOWERS = "followers_count"
ACCOUNT_FIELDS = MappingProxyType(
    {**PROFILE_FIELDS, **DAY_FIELDS, **AUDIENCE_FIELDS, FOLLOWERS: Field((*_STATS, *_INSIGHTS))}
)

POST_FIELDS = _table(
    ("item_id create_time caption share_url embed_url thumbnail_url media_type is_ad", Field(_LISTED)),
)
"""Fields of a video that are shown at once."""

VIDEO_FIELDS = MappingProxyType(
    {
        **POST_FIELDS,
        **_table(
            ("video_duration likes comments shares favorites video_views", Field(_LISTED)),
            ("reach", Field(_LISTED, while_active=True)),
            (
                "average_time_watched total_time_watched full_video_watched_rate impression_sources audience_countries",
                Field(_WATCHED, while_active=True),
            ),
            (
                "audience_genders audience_cities audience_types video_view_retention engagement_likes new_followers",
                Field(_WATCHED),
            ),
            ("profile_views", Field(_WATCHED, "business")),
            (
                "website_clicks phone_number_clicks lead_submissions app_download_clicks email_clicks address_clicks",
                Field(_WATCHED, "registered_business"),
            ),
        ),
    }
)


def check_scopes(names: Iterable[str], table: Mapping[str, Field], granted: Iterable[str]) -> None:
    """Refuse fields without their scope.

    Raises:
        EndpointError: There are such fields: code 40125, whose message names them and the scopes.
    """
    allowed = set(granted)
    missing = [name for name in names if allowed.isdisjoint(table[name].scopes)]
    if missing:
        scopes = dict.fromkeys(table[name].scopes[0] for name in missing)
        raise error(
            SCOPE_MISSING,
            f"The access token lacks the scope {', '.join(scopes)} for the fields {', '.join(missing)}.",
        )


def check_analytics(names: Iterable[str], table: Mapping[str, Field], *, on: bool) -> None:
    """Refuse insights of an account whose owner has not turned analytics on.

    Raises:
        EndpointError: There are such fields: code 40001.
    """
    insights = [name for name in names if any(scope.endswith(".insights") for scope in table[name].scopes)]
    if insights and not on:
        raise error(
            NO_PERMISSION,
            f"No permission for {', '.join(insights)}: the owner has not turned on analytics in the TikTok app.",
        )


def is_offered(field: Field, account: AccountType) -> bool:
    """Whether accounts of this type have the field."""
    return ACCOUNT_TYPES.index(account) >= ACCOUNT_TYPES.index(field.account)
