"""The breakdowns and curves of videos: of each video and day one list, the newest that is not empty."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.tables import table_with_seq
from dwell.metrics.tiktok_organic.readings import day_of, finished, is_api, newest_list, with_username


def impression_sources() -> Table:
    """Where the views come from."""
    return _breakdown("impression_source", "impression_sources", "impression_sources_impression_source")


def audience_types() -> Table:
    """New and returning viewers, followers and others."""
    return _breakdown("audience_type", "audience_types", "audience_types_type")


def audience_countries() -> Table:
    """Countries of the viewers."""
    return _breakdown("audience_country", "audience_countries", "audience_countries_country")


def audience_cities() -> Table:
    """Cities of the viewers."""
    return _breakdown("audience_city", "audience_cities", "audience_cities_city_name")


def audience_genders() -> Table:
    """Genders of the viewers."""
    return _breakdown("audience_gender", "audience_genders", "audience_genders_gender")


def engagement_likes() -> Table:
    """Likes by second of the video."""
    stored = table_with_seq("engagement_likes")
    return _list(stored, "engagement_likes", "second", "engagement_likes_second", "like_share")


def video_view_retention() -> Table:
    """Views that last to each second of the video."""
    stored = table_with_seq("retention")
    return _list(stored, "video_view_retention", "second", "video_view_retention_second", "retention_rate")


def _breakdown(dimension: str, name: str, member: str) -> Table:
    stored = table_with_seq("post_breakdowns")
    return _list(stored.filter(stored.dimension == dimension), name, "member", member, "share")


def _list(stored: Table, name: str, member: str, shown: str, share: str) -> Table:
    """One table of lists.

    Args:
        stored: Its members, with the instant of their reading.
        name: Of the table, behind `tiktok_organic_videos_`, and of its column of shares, before `_percentage`.
        member: Column that says which member of the list it is.
        shown: The same column in the table.
        share: Column with its share, 0-1.
    """
    rows = stored.mutate(metric_date=day_of(stored))
    chosen = newest_list(rows, ("post_id", "metric_date"), is_api(rows))
    owned = table_with_seq("owned_posts")
    read = chosen.inner_join(owned, [chosen.post_id == owned.post_id, chosen.observed_at == owned.observed_at]).select(
        owned.open_id,
        chosen.metric_date,
        chosen.source.name("_source"),
        item_id=chosen.post_id,
        _synced_at=chosen.observed_at,
        seq=ibis.greatest(chosen.seq, owned.seq),
        **{shown: chosen[member], f"{name}_percentage": chosen[share]},
    )
    return finished(with_username(read), f"tiktok_organic_videos_{name}")
