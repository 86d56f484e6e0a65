"""Responses about a connected account give the same rows whether they are appended or loaded.

They are loaded where the lake has newer rows of their tables: after a seal that happens for accounts read in parallel.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.live.owned_records import to_objects
from dwell.live.parse_responses import parse_payload
from dwell.live.store_objects import append_objects, load_objects, owned_reading
from dwell.providers.tiktok_organic.client import TikTokOrganic
from dwell.settings import Settings
from dwell.state.owner import Owner
from dwell.state.responses import StoredResponse
from dwell.workspace import Workspace

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIDEO, COMMENT = "7571000000000000137", "7571000000000000211"
PROFILE = {
    "username": "me", "display_name": "Ä name", "bio_description": "words", "profile_image": "https://cdn.example/me",
    "profile_deep_link": "https://www.tiktok.com/@me", "is_business_account": True, "is_verified": False,
    "followers_count": 120, "following_count": 3, "total_likes": 0, "videos_count": 1,
    "audience_genders": [{"gender": "Female", "percentage": 0.25}],
}  # fmt: skip
DAY = {"date": "2026-02-27", "likes": 0, "followers_count": 119, "audience_activity": [{"hour": "0", "count": 7}]}
WATCHED = {
    "item_id": VIDEO, "create_time": "1762772000", "caption": "#food", "share_url": f"https://www.tiktok.com/@me/video/{VIDEO}",
    "embed_url": "https://www.tiktok.com/embed", "thumbnail_url": "https://cdn.example/t", "media_type": "VIDEO",
    "is_ad": False, "video_duration": 12.345, "likes": 2, "comments": 1, "shares": 0, "favorites": 0, "video_views": 9,
    "reach": 8, "average_time_watched": 3.2, "total_time_watched": 28.8, "full_video_watched_rate": 0.1234,
    "impression_sources": [{"impression_source": "For You", "percentage": 1}],
    "audience_cities": [{"city_name": "US New York", "percentage": 17.4921}],
    "audience_genders": [{"gender": "female_vv", "percentage": 0.5}],
    "video_view_retention": [{"second": "0", "percentage": 1}, {"second": "1", "percentage": 0.5}],
    "engagement_likes": [{"second": "0", "percentage": 0.5}], "new_followers": 0, "website_clicks": 0,
}  # fmt: skip
SAID = {
    "comment_id": COMMENT, "video_id": VIDEO, "user_id": "7000000000000000007", "unique_identifier": "abc-_",
    "username": "Somebody", "display_name": "Some Body", "profile_image": "https://cdn.example/s",
    "create_time": "1762773000", "text": "so good", "likes": 1, "replies": 0, "owner": False, "liked": True,
    "pinned": False, "status": "PUBLIC",
}  # fmt: skip
ODD = ("", "none", "a\nb", "12")
CASES = [
    *(("account", {**PROFILE, "display_name": text, "bio_description": text}) for text in ODD),
    ("account_days", {"metrics": [DAY]}),
    *(("videos", {"videos": [{**WATCHED, "caption": text}]}) for text in ODD),
    *(("owner_comments", {"comments": [{**SAID, "display_name": text, "text": text}]}) for text in ODD),
    ("owner_comments", {"comments": [{**SAID, "user_id": "", "unique_identifier": "", "status": "", "username": ""}]}),
]


def rows(folder: Path, what: str, payload: dict[str, Any], *, append: bool) -> dict[str, list[dict[str, Any]]]:
    """Every table with rows, after one response."""
    response = StoredResponse(
        1, "request-1", Owner("sweep", "s"), 0, "tiktok-organic", what, what, "o1", AT, False, None
    )
    items = parse_payload(TikTokOrganic(), what, payload)
    objects: list[Any] = [
        (response, records, None) for item in items for records in to_objects(item, owned_reading(response))
    ]
    ws = Workspace(Settings(data=folder, threads=1), create=True)
    if append:
        with ws.store.appending() as appender:
            loaded = append_objects(appender, [response], objects, None)
    else:
        loaded = load_objects(ws.store, [response], objects, None, correct=False)
    assert not loaded.rejected
    return {name: list(ws.table(name)) for name, count in ws.store.rows().items() if count}


@pytest.mark.parametrize(("what", "payload"), CASES)
def test_both_ways_give_the_same_rows(tmp_path: Path, what: str, payload: dict[str, Any]) -> None:
    appended = rows(tmp_path / "appended", what, payload, append=True)
    assert appended
    assert rows(tmp_path / "loaded", what, payload, append=False) == appended
