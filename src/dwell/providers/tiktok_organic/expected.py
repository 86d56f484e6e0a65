"""The objects that TikTok's API for Business sends; drift is measured against them."""

from __future__ import annotations

from dwell.providers.object_schema import KindSchemas, object_schema

EXPECTED: KindSchemas = {
    "account": {
        "": object_schema(
            "",
            text="profile_image username profile_deep_link display_name bio_description",
            flag="is_business_account is_verified",
            whole="following_count followers_count total_likes videos_count",
            list="audience_ages audience_genders audience_countries audience_cities metrics",
        )
    },
    "day": {
        "": object_schema(
            "date",
            text="date",
            whole="video_views profile_views likes comments shares followers_count unique_video_views "
            "daily_new_followers daily_lost_followers daily_total_followers engaged_audience bio_link_clicks "
            "email_clicks phone_number_clicks address_clicks lead_submissions app_download_clicks",
            list="audience_activity",
        )
    },
    "video": {
        "": object_schema(
            "item_id",
            text="item_id create_time caption share_url embed_url thumbnail_url media_type",
            flag="is_ad",
            whole="likes comments shares favorites video_views reach new_followers profile_views website_clicks "
            "phone_number_clicks lead_submissions app_download_clicks email_clicks address_clicks",
            number_or_whole="video_duration average_time_watched total_time_watched full_video_watched_rate",
            list="impression_sources audience_countries audience_genders audience_cities audience_types "
            "video_view_retention engagement_likes",
        )
    },
    "owner_comment": {
        "": object_schema(
            "comment_id",
            text="comment_id video_id user_id unique_identifier create_time text image_url username display_name "
            "profile_image status parent_comment_id",
            whole="likes replies",
            flag="owner liked pinned",
            list="reply_list",
        )
    },
}
