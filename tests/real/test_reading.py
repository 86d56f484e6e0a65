"""Every file of the real data is recognised, and holds as many rows as its README states."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

import pytest

from dwell.errors import BadFileError
from dwell.records import Extract, SourceFile

Opened = Callable[..., SourceFile]


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def rows(extract: Extract) -> list[dict[str, Any]]:
    with extract.path.open(encoding="utf-8-sig", newline="") as stream:
        if extract.layout == "csv":
            return list(csv.DictReader(stream, delimiter=extract.delimiter))
        return [json.loads(line, parse_int=str) for line in stream]


def values(extract: Extract, column: str) -> list[str]:
    """Raw values of a canonical column in a CSV: the first header that holds one."""
    names = extract.shape.columns[column].names
    return [next((row[name] for name in names if row[name]), "") for row in rows(extract)]


def test_a_creator_copied_by_hand(opened: Opened) -> None:
    file = opened("studio_watch_time/creator_a.csv")
    extract = only(file)
    assert (file.format, len(rows(extract))) == ("table", 140)
    assert sum(bool(text) for text in values(extract, "avg_watch_s")) == 137
    assert extract.shape.columns["full_watch_rate"].unit == "undecided"
    assert extract.shape.columns["posted_at"].time == "published time"
    assert len(extract.shape.columns) == 15
    assert "followers" in file.warnings[0]
    assert "Index" not in file.warnings[0]


def test_web_items(opened: Opened) -> None:
    file = opened("tiktok_web_items/items.jsonl.gz")
    found = rows(only(file))
    assert (file.format, len(found), len({row["id"] for row in found})) == ("web-items", 3925, 3924)
    assert len({row["author"]["uniqueId"] for row in found}) == 117


@pytest.mark.parametrize(
    ("place", "count", "ids"),
    [("search_a.csv", 234, 234), ("search_b.csv", 242, 242), ("merged.csv.gz", 8200, 5202)],
)
def test_apify(opened: Opened, place: str, count: int, ids: int) -> None:
    file = opened(f"apify_exports/{place}")
    found = values(only(file), "post_id")
    assert (file.format, len(found), len(set(found))) == ("apify", count, ids)
    assert all(values(only(file), "posted_at"))


@pytest.mark.parametrize(("day", "count"), [("22", 4976), ("30", 5310)])
def test_two_snapshots(opened: Opened, day: str, count: int) -> None:
    file = opened(f"two_snapshots/videos_2026-03-{day}.csv")
    extract = only(file)
    assert (file.format, len(set(values(extract, "post_id")))) == ("table", count)
    assert extract.shape.columns.keys() == {
        "post_id", "handle", "url", "posted_at", "views", "likes", "comments", "shares", "saves",
    }  # fmt: skip


def test_youtube_shorts(opened: Opened) -> None:
    file = opened("youtube_shorts_watch_time/shorts.csv", as_of="2025-05-05")
    extract = only(file)
    found = rows(extract)
    assert (file.format, len(found), extract.rejects) == ("youtube-shorts", 5825, ())
    assert sum(row["media_type"] == "video" for row in found) == 5366
    assert len({row["handle"] for row in found}) == 6
    assert {row["observed_at"] for row in found} == {"2025-03-31T00:00:00+00:00", "2025-05-01T00:00:00+00:00"}
    assert sum(row["likes"].startswith("-") for row in found) == 701


@pytest.mark.parametrize(
    ("name", "table", "count", "rejects"),
    [
        ("Content", "posts", 13, 0), ("Content_2", "posts", 12, 0), ("Content_3", "posts", 6, 0),
        ("Content_4", "posts", 12, 0), ("Overview", "account_days", 365, 0), ("Viewers", "account_days", 340, 25),
        ("FollowerHistory", "account_days", 340, 25), ("FollowerActivity", "follower_activity", 162, 6),
        ("FollowerGender", "audience_shares", 3, 0), ("FollowerTopTerritories", "audience_shares", 11, 0),
    ],
)  # fmt: skip
def test_studio_exports(opened: Opened, name: str, table: str, count: int, rejects: int) -> None:
    file = opened(f"studio_exports/{name}.csv", as_of="2026-02-28", handle="creator_b")
    extract = only(file)
    assert (file.format, extract.shape.tables[0]) == ("studio", table)
    assert (len(rows(extract)), len(extract.rejects)) == (count, rejects)
    if table == "account_days":
        days = [row["day"] for row in rows(extract)]
        assert days[-1] == "2026-02-27"
        assert days == sorted(set(days))


PAYLOADS = {
    "tikwm_2021/01_video_by_url": ("tikliveapi", "posts", 0, 1),
    "tikwm_2021/02_user_posts": ("tikliveapi", "posts", 0, 1),
    "tikwm_2021/03_user_detail": ("tikliveapi", "creators", 1, 0),
    "tikwm_2021/04_user_following": ("tikliveapi", "creators", 3, 0),
    "tikwm_2021/05_user_followers": ("tikliveapi", "creators", 3, 0),
    "tikwm_2021/06_music_posts": ("tikliveapi", "posts", 3, 0),
    "tikwm_2021/09_feed_list_by_region": ("tikliveapi", "posts", 3, 0),
    "tikwm_2021/10_comment_list": ("tikliveapi", "comments", 1, 0),
    "tikwm_2021/11_comment_reply": ("tikliveapi", "comments", 1, 0),
    "tikwm_2021/12_user_favorite": ("tikliveapi", "posts", 1, 0),
    "tikwm_2021/13_feed_search": ("tikliveapi", "posts", 1, 0),
    "tikwm_2021/16_challenge_posts": ("tikliveapi", "posts", 3, 0),
    "tikwm_2021/17_similar_users": ("tikliveapi", "creators", 3, 0),
    "tikwm_video_detail_2025-02": ("tikliveapi", "posts", 1, 0),
    "web_item_list_2025-01": ("web-items", "posts", 12, 0),
    "web_item_list_2025-01_b": ("web-items", "posts", 5, 0),
    "web_recommend_item_list_1": ("web-items", "posts", 6, 0),
    "web_recommend_item_list_2": ("web-items", "posts", 10, 0),
    "web_recommend_item_list_3": ("web-items", "posts", 11, 0),
    "web_trending_2021-08": ("web-items", "posts", 10, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", PAYLOADS)
def test_api_responses(opened: Opened, name: str) -> None:
    file = opened(f"api_responses/{name}.json")
    extract = only(file)
    assert (file.format, extract.shape.tables[0], len(rows(extract)), len(extract.rejects)) == PAYLOADS[name]


@pytest.mark.parametrize("name", ["07_music_info", "08_region_list", "14_challenge_search", "15_challenge_info"])
def test_api_responses_without_posts_say_so(opened: Opened, name: str) -> None:
    with pytest.raises(BadFileError, match="which dwell does not store"):
        opened(f"api_responses/tikwm_2021/{name}.json")
