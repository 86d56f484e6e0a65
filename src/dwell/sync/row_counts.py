"""How many rows of the connector's tables an item stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dwell.records.item import Item, ParseError
from dwell.records.owned_item import AccountDayItem, AccountItem, BenchmarkItem, OwnedItem, OwnerCommentItem, VideoItem

_BREAKDOWNS = {
    "impression_source": "videos_impression_sources",
    "audience_type": "videos_audience_types",
    "audience_country": "videos_audience_countries",
    "audience_city": "videos_audience_cities",
    "audience_gender": "videos_audience_genders",
}


def count_rows(item: Item | OwnedItem | ParseError) -> Mapping[str, int]:
    """Table of the connector, without `tiktok_organic_`, -> rows of an item of a connected account."""
    if isinstance(item, AccountItem):
        return {"account": 1}
    if isinstance(item, AccountDayItem):
        return {"account_metrics": 1, "account_metrics_audience_activity": len(item.activity)}
    if isinstance(item, OwnerCommentItem):
        return {"videos_comments": 1 + len(item.nested)}
    if isinstance(item, BenchmarkItem):
        return {"benchmark": 1}
    if not isinstance(item, VideoItem):
        return {}
    rows = Counter({_BREAKDOWNS[name]: len(shares) for name, shares in item.breakdowns.items()})
    rows["videos_video_view_retention"] = len(item.retention)
    rows["videos_engagement_likes"] = len(item.likes_by_second)
    rows["videos"] = 1
    return rows
