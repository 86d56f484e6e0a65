"""The objects that TikTok's Display API sends; drift is measured against them."""

from __future__ import annotations

from dwell.providers.object_schema import KindSchemas, object_schema

EXPECTED: KindSchemas = {
    "post": {
        "": object_schema(
            "id create_time view_count like_count",
            text="id cover_image_url share_url video_description title embed_html embed_link",
            whole="create_time duration height width like_count comment_count share_count view_count",
            flag="is_aigc",
        )
    },
    "user": {
        "": object_schema("user", object="user"),
        "user": object_schema(
            "display_name",
            text="open_id union_id avatar_url avatar_url_100 avatar_large_url display_name bio_description "
            "profile_deep_link username",
            flag="is_verified",
            whole="follower_count following_count likes_count video_count",
        ),
    },
}
