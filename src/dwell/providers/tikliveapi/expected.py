"""The objects that TikLiveAPI and tikwm send; drift is measured against them."""

from __future__ import annotations

from dwell.providers.object_schema import KindSchemas, object_schema

_AUTHOR = object_schema("unique_id", text="id unique_id nickname avatar")
_SOUND = object_schema("id", text="id title play cover author", text_or_null="album", flag="original", whole="duration")
_POST = object_schema(
    "video_id|id create_time duration play_count digg_count comment_count share_count",
    text="aweme_id video_id id region cover ai_dynamic_cover origin_cover play wmplay hdplay music",
    text_or_null="title commercial_video_info mentioned_users anchors_extras",
    whole="duration size wm_size hd_size play_count digg_count comment_count share_count download_count collect_count "
    "create_time is_top item_comment_settings",
    flag="is_ad",
    object="music_info author",
    object_or_null="commerce_info",
    list="content_desc images",
    list_or_null="anchors",
)
_USER = object_schema(
    "",
    text="region sec_uid unique_id nickname signature avatar youtube_channel_id twitter_id ins_id",
    text_or_whole="id",
    text_or_null="youtube_channel_title twitter_name",
    whole="aweme_count follower_count following_count favoriting_count total_favorited",
    flag_or_whole="verified secret",
    object="user user_info stats",
)
_INFO = object_schema(
    "id uniqueId|unique_id",
    text="uniqueId unique_id nickname avatarThumb avatarMedium avatarLarger signature secUid sec_uid region roomId "
    "shortId",
    text_or_whole="id",
    flag="verified secret privateAccount ftc isADVirtual openFavorite ttSeller",
    whole="relation commentSetting duetSetting stitchSetting",
    object="stats bioLink",
)
_STATS = object_schema(
    "followerCount videoCount", whole="followerCount followingCount heartCount heart videoCount diggCount"
)

EXPECTED: KindSchemas = {
    "post": {"": _POST, "author": _AUTHOR, "music_info": _SOUND},
    "user": {"": _USER, "user": _INFO, "stats": _STATS},
    "comment": {
        "": object_schema(
            "id text create_time",
            text="id video_id text",
            whole="create_time digg_count reply_total status",
            object="user",
        )
    },
    "topic": {
        "": object_schema(
            "id",
            text="id title author cover play cha_name desc album",
            whole="duration video_count user_count view_count type",
            flag="original is_pgcshow is_commerce",
            flag_or_whole="is_challenge is_strong_music",
        )
    },
}
