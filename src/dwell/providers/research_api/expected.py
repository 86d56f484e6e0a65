"""The objects that TikTok's Research API sends; drift is measured against them."""

from __future__ import annotations

from dwell.providers.object_schema import KindSchemas, object_schema

EXPECTED: KindSchemas = {
    "post": {
        "": object_schema(
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
    "user": {
        "": object_schema(
            "display_name",
            text="username display_name bio_description avatar_url",
            flag="is_verified",
            whole="follower_count following_count likes_count video_count",
        )
    },
    "comment": {
        "": object_schema(
            "id text create_time",
            whole="id video_id like_count reply_count parent_comment_id create_time",
            text="text",
        )
    },
}
