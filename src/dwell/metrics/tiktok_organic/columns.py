"""The columns of the connector's tables: names, order, types and descriptions as the connector publishes them.

A sentence is added where only some accounts have a field, where it may be withheld, or where TikTok leaves open what it
means.
"""

from __future__ import annotations

from dwell.records import Column
from dwell.records.tables import Kind

Columns = tuple[Column, ...]

BUSINESS = "Only business accounts have it; null for others."
REGISTERED = "Only registered business accounts have it; null for others."
QUIET = "TikTok withholds it after 7 days without activity on the video; null then."
FOLLOWERS_100 = "Only business accounts with 100 followers or more have it."


def columns_of(kind: Kind, meanings: dict[str, str], *, nullable: bool = True) -> Columns:
    """Columns of one kind, in order, by their meanings."""
    return tuple(Column(name, kind, nullable=nullable, meaning=meaning) for name, meaning in meanings.items())


def key_column(kind: Kind, name: str, meaning: str) -> Columns:
    """A column that is always known."""
    return columns_of(kind, {name: meaning}, nullable=False)


def username(more: str = "") -> Columns:
    """The account, as it was named on the row's day."""
    unread = "Where its name was never read, the account's open_id."
    meaning = " ".join(part for part in ("TikTok account username or @.", unread, more) if part)
    return key_column("text", "video_creator_username", meaning)


def metric_date(meaning: str) -> Columns:
    """The day of the row, UTC."""
    return key_column("day", "metric_date", meaning)


SYNC = (
    Column("_synced_at", "instant", nullable=False, meaning="When the newest reading in this row was made, UTC."),
    Column(
        "_source",
        "text",
        nullable=False,
        meaning="Where that reading is from: `tiktok-organic`, or `tiktok-organic-sandbox`.",
    ),
)
"""Every table ends with these two."""

ITEM = key_column("text", "item_id", "Video unique identifier.")
_READ_ON = "Date of video data collection."
_PROFILE_IMAGE = "URL of the profile image associated with the TikTok account."

ACCOUNT: Columns = (
    *username("A rename changes it from that day."),
    *metric_date("Date the data was read"),
    *columns_of(
        "text",
        {
            "bio_description": "User-entered description in the profile bio section.",
            "display_name": "Display name set on the TikTok account.",
        },
    ),
    *columns_of(
        "number",
        {
            "followers_count": "Total number of followers of the account.",
            "following_count": "Number of accounts this profile is following on TikTok.",
        },
    ),
    *columns_of(
        "flag",
        {
            "is_business_account": "Indicates whether the account is a TikTok Business account.",
            "is_verified": "Indicates whether the account is officially verified by TikTok.",
        },
    ),
    *columns_of(
        "text",
        {
            "profile_deep_link": "Direct deep link to the TikTok profile, usually in shortened format.",
            "profile_image": _PROFILE_IMAGE,
        },
    ),
    *columns_of(
        "number",
        {
            "total_likes": "Total number of likes received by the TikTok account across all videos.",
            "videos_count": "Total number of videos published by the account.",
        },
    ),
)

ACCOUNT_METRICS: Columns = (
    *username(),
    *metric_date("Date of the analytics data"),
    *columns_of("text", {"profile_image": f"{_PROFILE_IMAGE} That of the account's newest reading."}),
    *columns_of(
        "number",
        {
            "address_clicks": f"Number of clicks on the address/location link in the TikTok profile. {REGISTERED}",
            "app_download_clicks": (
                f"Number of clicks on the app download link in the profile on the given date. {REGISTERED}"
            ),
            "bio_link_clicks": f"Number of clicks on the link in the bio section of the TikTok profile. {REGISTERED}",
            "comments": "Total number of comments received on videos during the given date.",
            "daily_lost_followers": f"Number of followers lost on the given date. {BUSINESS}",
            "daily_new_followers": f"Number of new followers gained on the given date. {BUSINESS}",
            "daily_total_followers": (
                f"Total number of followers at the end of the given date. {BUSINESS} TikTok's own documentation calls "
                "it the day's net change: the value is as sent, so compare it with followers_count before you use it."
            ),
            "email_clicks": f"Number of clicks on the email contact link in the TikTok profile. {REGISTERED}",
            "engaged_audience": (
                "Number of followers who engaged (liked, commented, shared, etc.) with content on the given date. "
                f"{BUSINESS}"
            ),
            "followers_count": "Total number of followers of the account at the time of the report.",
            "lead_submissions": (
                f"Number of leads submitted through TikTok lead forms associated with the account. {REGISTERED}"
            ),
            "likes": "Total number of likes received on the account’s videos during the given date.",
            "phone_number_clicks": f"Number of clicks on the phone number link in the TikTok profile. {REGISTERED}",
            "profile_views": "Number of times the TikTok profile was viewed on the given date.",
            "shares": "Total number of times the account’s videos were shared on the given date.",
            "unique_video_views": (f"Total number of unique views across all videos on the specified date. {BUSINESS}"),
            "video_views": "Total number of views on all videos for the specified date.",
        },
    ),
)

ACCOUNT_ACTIVITY: Columns = (
    *username(),
    *metric_date("Date of the analytics data related to audience activity"),
    *columns_of(
        "number", {"audience_activity_count": f"Count of audience activity on the TikTok account. {FOLLOWERS_100}"}
    ),
    *key_column(
        "number", "audience_activity_hour", "Hours of day associated with each audience activity count. UTC, 0-23."
    ),
)

VIDEO_FIELDS: Columns = (
    *columns_of(
        "number",
        {
            "app_download_clicks": f"Number of clicks to download the application from the video. {REGISTERED}",
            "average_time_watched": f"Average time (in seconds) viewers watched the video. {QUIET}",
        },
    ),
    *columns_of("text", {"caption": "Caption or description added to the video."}),
    *columns_of("number", {"comments": "Number of comments on the video."}),
    *columns_of(
        "instant", {"create_time": "Video publication date/time in Unix/Epoch format. Here a timestamp in UTC."}
    ),
    *columns_of("text", {"embed_url": "URL used to embed the video in external pages."}),
    *columns_of(
        "number",
        {
            "favorites": "Number of times the video was added to favorites.",
            "full_video_watched_rate": f"Proportion of complete video views (between 0 and 1). {QUIET}",
            "lead_submissions": f"Number of form submissions (leads) generated by the video. {REGISTERED}",
            "likes": "Number of likes received by the video.",
            "new_followers": "Number of new followers gained from the video.",
            "phone_number_clicks": (
                f"Number of clicks on the phone number shown in the video or profile. {REGISTERED}"
            ),
            "profile_views": f"Number of times the profile was viewed from the video. {BUSINESS}",
            "reach": f"Number of people who watched the video at least once. {QUIET}",
        },
    ),
    *columns_of("text", {"share_url": "Public URL of the video, used for sharing."}),
    *columns_of("number", {"shares": "Number of times the video was shared."}),
    *columns_of("text", {"thumbnail_url": "URL of the video thumbnail. It expires."}),
    *columns_of(
        "number",
        {
            "total_time_watched": f"Total time (in seconds) the video was watched by all users. {QUIET}",
            "video_duration": "Video duration in seconds.",
            "video_views": "Number of video views.",
            "website_clicks": f"Number of clicks to visit the website from the video. {REGISTERED}",
        },
    ),
)

ITEM_DAY: Columns = (*ITEM, *username(), *metric_date(_READ_ON))
VIDEOS: Columns = (*ITEM_DAY, *VIDEO_FIELDS)

IMPRESSION_SOURCES: Columns = (
    *ITEM_DAY,
    *key_column(
        "text",
        "impression_sources_impression_source",
        "Video impression source (e.g.: Search, For You, Personal Profile).",
    ),
    *columns_of(
        "number",
        {
            "impression_sources_percentage": (
                f"Percentage of impressions that came from the indicated source. 0-1. {QUIET}"
            )
        },
    ),
)
ENGAGEMENT_LIKES: Columns = (
    *ITEM_DAY,
    *columns_of(
        "number", {"engagement_likes_percentage": "Percentage of likes received in the corresponding second. 0-1."}
    ),
    *key_column("number", "engagement_likes_second", "Specific second where likes occurred during the video."),
)
AUDIENCE_TYPES: Columns = (
    *ITEM_DAY,
    *columns_of("number", {"audience_types_percentage": "Percentage corresponding to the audience type. 0-1."}),
    *key_column(
        "text",
        "audience_types_type",
        "Audience type (e.g.: FOLLOWER_PERCENT, NEW_VIEWER, NON_FOLLOWER_PERCENT, RETURN_VIEWER). Two pairs, each of "
        "which adds up to 1.",
    ),
)
AUDIENCE_COUNTRIES: Columns = (
    *ITEM_DAY,
    *key_column(
        "text", "audience_countries_country", "Country code (e.g.: BR, US) where the video audience comes from."
    ),
    *columns_of(
        "number",
        {"audience_countries_percentage": f"Percentage of audience from the specified country. 0-1. {QUIET}"},
    ),
)
AUDIENCE_CITIES: Columns = (
    *ITEM_DAY,
    *key_column("text", "audience_cities_city_name", "Name of the city where the video audience comes from."),
    *columns_of(
        "number",
        {
            "audience_cities_percentage": (
                "Percentage of video audience from the specified city. 0-1, although TikTok sends percent."
            )
        },
    ),
)
RETENTION: Columns = (
    *ITEM_DAY,
    *columns_of(
        "number",
        {"video_view_retention_percentage": "Percentage of views retained up to the corresponding second. 0-1."},
    ),
    *key_column("number", "video_view_retention_second", "Specific second of the video where view retention occurred."),
)
AUDIENCE_GENDERS: Columns = (
    *ITEM_DAY,
    *key_column("text", "audience_genders_gender", "Audience gender (e.g.: male_vv, female_vv, other_vv)."),
    *columns_of("number", {"audience_genders_percentage": "Percentage of audience for each gender. 0-1."}),
)

COMMENTS: Columns = (
    *columns_of("text", {"video_id": "Identifier of the video to which the comment is associated."}),
    *key_column("text", "comment_id", "Unique identifier of the comment."),
    *username(),
    *columns_of("text", {"thumbnail_url": "URL of the video thumbnail. The newest that is known of the video."}),
    *columns_of(
        "instant",
        {"create_time": "Date/time when the comment was created, in Unix/Epoch format. Here a timestamp in UTC."},
    ),
    *columns_of(
        "text",
        {"display_name": "Display name of the comment author (may contain special characters or emojis)."},
    ),
    *columns_of("flag", {"liked": "Indicates if the comment was liked by the API authenticated user (boolean)."}),
    *columns_of("number", {"likes": "Number of likes received by this comment."}),
    *columns_of(
        "flag",
        {
            "owner": "Indicates if the comment was made by the account owner (boolean).",
            "pinned": "Indicates if the comment is pinned at the top of the comments section (boolean).",
        },
    ),
    *columns_of("text", {"profile_image": "URL of the comment author's profile image."}),
    *columns_of("number", {"replies": "Number of replies to the comment (threaded comments)."}),
    *columns_of(
        "text",
        {
            "status": "Comment status, such as 'PUBLIC' for publicly visible comments.",
            "text": "Text of the comment made on the video.",
            "unique_identifier": "Encrypted or encoded comment identifier (platform internal use).",
            "user_id": "Unique identifier of the comment author. TikTok is going to remove it.",
            "comment_author_username": "Username of the comment author.",
        },
    ),
)
