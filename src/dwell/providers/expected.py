"""The objects that providers promise: their fields, the JSON types of each, and which are always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMES: Mapping[type, str] = {
    str: "text", int: "whole", float: "number", bool: "flag", dict: "object", list: "list", type(None): "null",
}  # fmt: skip
"""What JSON types are called."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One object.

    Attributes:
        fields: Known fields and their accepted types.
        required: Of each group one field is there.
    """

    fields: Mapping[str, frozenset[str]]
    required: tuple[tuple[str, ...], ...] = ()


def _object(required: str = "", **fields: str) -> Expected:
    """`required` names fields, `a|b` where either will do; each type in `fields` is followed by its field names."""
    groups = tuple(tuple(group.split("|")) for group in required.split())
    known = {name: frozenset(kinds.split("_or_")) for kinds, names in fields.items() for name in names.split()}
    return Expected(known, groups)


_TIKLIVE_AUTHOR = _object("unique_id", text="id unique_id nickname avatar")
_TIKLIVE_SOUND = _object(
    "id", text="id title play cover author", text_or_null="album", flag="original", whole="duration"
)
_TIKLIVE_POST = _object(
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
_TIKLIVE_USER = _object(
    "",
    text="region sec_uid unique_id nickname signature avatar youtube_channel_id twitter_id ins_id",
    text_or_whole="id",
    text_or_null="youtube_channel_title twitter_name",
    whole="aweme_count follower_count following_count favoriting_count total_favorited",
    flag_or_whole="verified secret",
    object="user user_info stats",
)
_TIKLIVE_INFO = _object(
    "id uniqueId|unique_id",
    text="uniqueId unique_id nickname avatarThumb avatarMedium avatarLarger signature secUid sec_uid region roomId "
    "shortId",
    text_or_whole="id",
    flag="verified secret privateAccount ftc isADVirtual openFavorite ttSeller",
    whole="relation commentSetting duetSetting stitchSetting",
    object="stats bioLink",
)
_TIKLIVE_STATS = _object(
    "followerCount videoCount", whole="followerCount followingCount heartCount heart videoCount diggCount"
)

_SCAVIO_POST = _object(
    "aweme_id create_time statistics|play_count",
    text="aweme_id desc desc_language region",
    whole="create_time is_top play_count digg_count comment_count share_count collect_count download_count",
    flag_or_whole="is_ads is_ad",
    object="statistics video author music image_post_info",
    list_or_null="cha_list text_extra",
)
_SCAVIO_FLAT_POST = _object(
    "id create_time play_count",
    text="id desc username",
    whole="create_time play_count digg_count comment_count share_count collect_count download_count",
    whole_or_number="duration",
    list="hashtags",
    object="author music",
)
_SCAVIO_STATISTICS = _object(
    "play_count digg_count",
    text="aweme_id",
    whole="play_count digg_count comment_count share_count collect_count download_count",
)
_SCAVIO_VIDEO = _object("duration", whole="duration", object="play_addr cover")
_SCAVIO_AUTHOR = _object("unique_id", text="unique_id nickname uid sec_uid", object="avatar_larger")
_SCAVIO_SOUND = _object(
    "", text="title author id_str mid", text_or_whole="id", flag="is_original_sound is_original", whole="duration"
)
_SCAVIO_USER = _object(
    "",
    text="unique_id nickname sec_uid uid signature region",
    text_or_null="bio_url",
    whole="follower_count following_count aweme_count total_favorited secret",
    object="avatar_larger user user_info",
)

EXPECTED: Mapping[tuple[str, str], Mapping[str, Expected]] = {
    ("tikliveapi", "post"): {"": _TIKLIVE_POST, "author": _TIKLIVE_AUTHOR, "music_info": _TIKLIVE_SOUND},
    ("tikliveapi", "user"): {"": _TIKLIVE_USER, "user": _TIKLIVE_INFO, "stats": _TIKLIVE_STATS},
    ("tikliveapi", "comment"): {
        "": _object(
            "id text create_time",
            text="id video_id text",
            whole="create_time digg_count reply_total status",
            object="user",
        )
    },
    ("tikliveapi", "topic"): {
        "": _object(
            "id",
            text="id title author cover play cha_name desc album",
            whole="duration video_count user_count view_count type",
            flag="original is_pgcshow is_commerce",
            flag_or_whole="is_challenge is_strong_music",
        )
    },
    ("scavio", "post"): {
        "": _SCAVIO_POST, "statistics": _SCAVIO_STATISTICS, "video": _SCAVIO_VIDEO, "author": _SCAVIO_AUTHOR,
        "music": _SCAVIO_SOUND,
    },
    ("scavio", "flat post"): {"": _SCAVIO_FLAT_POST},
    ("scavio", "user"): {"": _SCAVIO_USER, "user": _SCAVIO_USER},
    ("scavio", "comment"): {
        "": _object(
            "cid text create_time",
            text="cid text aweme_id",
            whole="create_time digg_count reply_comment_total is_author_digged",
            object="user",
        )
    },
    ("scavio", "topic"): {"": _object("challengeInfo", object="challengeInfo")},
    ("display-api", "post"): {
        "": _object(
            "id create_time view_count like_count",
            text="id cover_image_url share_url video_description title embed_html embed_link",
            whole="create_time duration height width like_count comment_count share_count view_count",
            flag="is_aigc",
        )
    },
    ("display-api", "user"): {
        "": _object("user", object="user"),
        "user": _object(
            "display_name",
            text="open_id union_id avatar_url avatar_url_100 avatar_large_url display_name bio_description "
            "profile_deep_link username",
            flag="is_verified",
            whole="follower_count following_count likes_count video_count",
        ),
    },
    ("research-api", "post"): {
        "": _object(
            "id create_time view_count like_count username",
            whole="id create_time share_count view_count like_count comment_count favorites_count favourites_count "
            "video_duration",
            text="video_description region_code username voice_to_text",
            text_or_whole="music_id playlist_id",
            flag="is_stem_verified",
            list="hashtag_names effect_ids hashtag_info_list sticker_info_list effect_info_list video_mention_list",
            object="video_label video_tag",
        )
    },
    ("research-api", "user"): {
        "": _object(
            "display_name",
            text="username display_name bio_description avatar_url",
            flag="is_verified",
            whole="follower_count following_count likes_count video_count",
        )
    },
    ("research-api", "comment"): {
        "": _object(
            "id text create_time",
            whole="id video_id like_count reply_count parent_comment_id create_time",
            text="text",
        )
    },
}  # fmt: skip
"""By provider and kind; in each, by place: the object itself (empty), and those in it that parsers read."""
