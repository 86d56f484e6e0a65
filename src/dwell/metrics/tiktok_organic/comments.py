"""The comments under an account's videos, each as it was read last."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.tables import table_with_seq
from dwell.metrics.tiktok_organic.readings import api_value, day_of, finished, newest_known, with_username

_OWNED = ("display_name", "profile_image", "status", "unique_identifier", "user_id")


def comments() -> Table:
    """One row per comment: its newest reading through the API, and the newest known thumbnail of the video."""
    owned, read = table_with_seq("owned_comments"), table_with_seq("comments")
    last = owned.group_by("comment_id").agg(last_at=owned.observed_at.max(), last_seq=owned.seq.max())
    newest = owned.inner_join(last, [owned.comment_id == last.comment_id, owned.observed_at == last.last_at])
    joined = newest.left_join(read, [owned.comment_id == read.comment_id, owned.observed_at == read.observed_at])
    rows = joined.select(
        owned.comment_id,
        owned.open_id,
        *(owned[name] for name in _OWNED),
        video_id=owned.post_id,
        metric_date=day_of(owned),
        create_time=api_value(read, "posted_at"),
        text=api_value(read, "text"),
        likes=api_value(read, "comment_likes"),
        replies=api_value(read, "replies"),
        liked=owned.is_liked,
        owner=owned.is_owner,
        pinned=owned.is_pinned,
        comment_author_username=owned.username,
        _synced_at=owned.observed_at,
        _source=owned.source,
        seq=ibis.greatest(last.last_seq, read.seq.fill_null(0)),
    )
    return finished(_with_thumbnail(with_username(rows.alias("newest_comments"))), "tiktok_organic_videos_comments")


def _with_thumbnail(rows: Table) -> Table:
    posts = table_with_seq("owned_posts")
    seen = posts.filter(posts.thumbnail_url.notnull())
    newest = seen.group_by("post_id").agg(
        thumbnail_url=newest_known(seen.thumbnail_url, seen.observed_at),
        thumbnail_seq=newest_known(seen.seq, seen.observed_at),
    )
    joined = rows.left_join(newest, rows.video_id == newest.post_id)
    return joined.select(
        *(rows[name] for name in rows.columns if name != "seq"),
        newest.thumbnail_url,
        seq=ibis.greatest(rows.seq, newest.thumbnail_seq.fill_null(0)),
    )
