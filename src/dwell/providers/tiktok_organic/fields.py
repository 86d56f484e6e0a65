"""The fields of TikTok's API for Business, and the scope that each needs: a field without its scope is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType


def _fields(*groups: tuple[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name: scope for scope, names in groups for name in names.split()})


PROFILE: Mapping[str, str] = _fields(
    ("user.info.basic", "display_name profile_image"),
    ("user.info.username", "username"),
    ("user.info.profile", "profile_deep_link bio_description is_verified"),
    ("user.info.stats", "followers_count following_count total_likes videos_count"),
    ("user.account.type", "is_business_account"),
)
"""Of the account, as it is now: field -> scope."""

AUDIENCE: Mapping[str, str] = _fields(
    ("user.insights", "audience_ages audience_genders audience_countries audience_cities")
)
"""About the followers of an account that has 100 of them."""

DAY_COUNTS = (
    "video_views", "profile_views", "likes", "comments", "shares", "followers_count", "unique_video_views",
    "daily_new_followers", "daily_lost_followers", "daily_total_followers", "engaged_audience", "bio_link_clicks",
    "email_clicks", "phone_number_clicks", "address_clicks", "lead_submissions", "app_download_clicks",
)  # fmt: skip
"""Counts of a day; their columns in `owned_account_days` have the same names."""

DAY: Mapping[str, str] = _fields(("user.insights", " ".join([*DAY_COUNTS, "audience_activity"])))
"""Of each day."""

VIDEO_EXTRA = (
    "profile_views", "website_clicks", "phone_number_clicks", "lead_submissions", "app_download_clicks",
    "email_clicks", "address_clicks",
)  # fmt: skip
"""Counts of a video with a column of the same name in `owned_posts`."""

VIDEO: Mapping[str, str] = _fields(
    (
        "video.list",
        """item_id create_time caption share_url embed_url thumbnail_url media_type is_ad video_duration likes comments
        shares favorites video_views reach""",
    ),
    (
        "video.insights",
        f"""average_time_watched total_time_watched full_video_watched_rate impression_sources audience_countries
        audience_genders audience_cities audience_types video_view_retention engagement_likes new_followers
        {" ".join(VIDEO_EXTRA)}""",
    ),
)
"""Of a video."""

PUBLISHED = frozenset(
    {"item_id", "create_time", "caption", "share_url", "embed_url", "thumbnail_url", "media_type", "is_ad"}
)
"""Fields of a video that TikTok shows at once; the others follow a day or two later."""

QUIET = frozenset(
    {
        "reach", "average_time_watched", "total_time_watched", "full_video_watched_rate", "impression_sources",
        "audience_countries",
    }
)  # fmt: skip
"""Fields of a video that TikTok withholds once it has had no view for 7 days."""

BENCHMARK_CATEGORIES = (
    "ART_AND_CRAFTS", "AUTOMOTIVE_AND_TRANSPORTATION", "BABY", "BEAUTY", "CLOTHING_AND_ACCESSORIES",
    "EDUCATION_AND_TRAINING", "ELECTRONICS", "FINANCE_AND_INVESTING", "FOOD_AND_BEVERAGE", "GAMING",
    "HEALTH_AND_WELLNESS", "HOME_FURNITURE_AND_APPLIANCES", "MACHINERY_AND_EQUIPMENT", "MEDIA_AND_ENTERTAINMENT",
    "PERSONAL_BLOG", "PETS", "PROFESSIONAL_SERVICES", "PUBLIC_ADMINISTRATION", "REAL_ESTATE", "RESTAURANTS_AND_BARS",
    "SHOPPING_AND_RETAIL", "SOFTWARE_AND_APPS", "SPORTS_FITNESS_AND_OUTDOORS", "TRAVEL_AND_TOURISM",
)  # fmt: skip
"""TikTok's business categories."""


def allowed(fields: Mapping[str, str], scopes: Iterable[str]) -> tuple[str, ...]:
    """The fields whose scope an owner allowed."""
    granted = set(scopes)
    return tuple(name for name, scope in fields.items() if scope in granted)
