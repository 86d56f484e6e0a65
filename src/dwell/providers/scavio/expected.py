"""The objects that Scavio sends, as documented and as in its examples; drift is measured against them."""

from __future__ import annotations

from dwell.providers.object_schema import KindSchemas, object_schema

_POST = object_schema(
    "aweme_id create_time statistics|play_count",
    text="aweme_id desc desc_language region",
    whole="create_time is_top play_count digg_count comment_count share_count collect_count download_count",
    flag_or_whole="is_ads is_ad",
    object="statistics video author music image_post_info",
    list_or_null="cha_list text_extra",
)
_FLAT_POST = object_schema(
    "id create_time play_count",
    text="id desc username",
    whole="create_time play_count digg_count comment_count share_count collect_count download_count",
    whole_or_number="duration",
    list="hashtags",
    object="author music",
)
_STATISTICS = object_schema(
    "play_count digg_count",
    text="aweme_id",
    whole="play_count digg_count comment_count share_count collect_count download_count",
)
_VIDEO = object_schema("duration", whole="duration", object="play_addr cover")
_AUTHOR = object_schema("unique_id", text="unique_id nickname uid sec_uid", object="avatar_larger")
_SOUND = object_schema(
    "", text="title author id_str mid", text_or_whole="id", flag="is_original_sound is_original", whole="duration"
)
_USER = object_schema(
    "",
    text="unique_id nickname sec_uid uid signature region",
    text_or_null="bio_url",
    whole="follower_count following_count aweme_count total_favorited secret",
    object="avatar_larger user user_info",
)

EXPECTED: KindSchemas = {
    "post": {
        "": _POST,
        "author": _AUTHOR,
        "statistics": _STATISTICS,
        "video": _VIDEO,
        "music": _SOUND,
    },
    "flat post": {"": _FLAT_POST},
    "user": {"": _USER, "user": _USER},
    "comment": {
        "": object_schema(
            "cid text create_time",
            text="cid text aweme_id",
            whole="create_time digg_count reply_comment_total is_author_digged",
            object="user",
        )
    },
    "topic": {"": object_schema("challengeInfo", object="challengeInfo")},
}
