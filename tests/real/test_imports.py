"""The real files, imported whole into a data folder: what is stored is what the README of the data states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import BadFileError
from dwell.providers.format_registry import read
from dwell.records import Hints
from dwell.settings import Settings
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.warehouse.store import Store

Import = Callable[..., Loaded]


@pytest.fixture
def store(data: Path, tmp_path: Path) -> Store:
    return Store.open(Settings.read(tmp_path / "data"), create=True)


@pytest.fixture
def imported(data: Path, store: Store, tmp_path: Path) -> Import:
    """Import one file; every row of it is accounted for."""

    def _imported(place: str, **options: Any) -> Loaded:
        hints = Hints(**options)
        file = read(data / place, hints, tmp_path / "scratch")
        loaded = load(store, file, hints)
        assert loaded.rejected + loaded.known <= loaded.rows_read
        return loaded

    return _imported


def value(store: Store, sql: str, *tables: str) -> Any:
    ((found,),) = store.query(sql, tables).rows
    return found


def test_a_creator_copied_by_hand(imported: Import, store: Store) -> None:
    loaded = imported("studio_watch_time/creator_a.csv", as_of="2023-12-31")
    assert (loaded.rows_read, loaded.posts_new, loaded.watch_times_new, loaded.rejected) == (140, 140, 137, 0)
    # Of a view's seconds: play time = views x average watch time, up to the rounding of what was copied.
    ratio = "total_watch_s / views / avg_watch_s"
    sql = f"SELECT median({ratio}) FROM watch_times JOIN post_snapshots USING (post_id)"
    assert value(store, sql, "watch_times", "post_snapshots") == pytest.approx(1, abs=0.005)
    longest = "SELECT max(duration_s) FROM posts WHERE post_id IN (SELECT post_id FROM watch_times)"
    assert value(store, longest, "posts", "watch_times") < 600
    assert (
        value(store, "SELECT count(*) FROM posts WHERE handle = 'creator_a' AND posted_at IS NOT NULL", "posts") == 140
    )
    again = imported("studio_watch_time/creator_a.csv", as_of="2023-12-31")
    assert (again.posts_new, again.known) == (0, 140)


def test_web_items(imported: Import, store: Store) -> None:
    loaded = imported("tiktok_web_items/items.jsonl.gz", as_of="2025-04-01")
    assert (loaded.rows_read, loaded.posts_new, loaded.rejected) == (3925, 3924, 0)
    assert value(store, "SELECT count(DISTINCT handle) FROM posts", "posts") == 117
    # 42 rows are photo posts; one of these posts was captured twice.
    assert value(store, "SELECT count(*) FROM posts WHERE media_type = 'photo'", "posts") == 41
    assert value(store, "SELECT count(*) FROM post_snapshots WHERE views IS NOT NULL", "post_snapshots") == 3920
    assert value(store, "SELECT max(views) FROM post_snapshots WHERE rounded", "post_snapshots") > 10_000


def test_apify(imported: Import, store: Store) -> None:
    for name, day, rows in (("search_a", "2025-06-01", 234), ("search_b", "2025-06-02", 242)):
        loaded = imported(f"apify_exports/{name}.csv", as_of=day)
        assert (loaded.rows_read, loaded.snapshots_new, loaded.rejected) == (rows, rows, 0)
    assert value(store, "SELECT count(*) FROM posts", "posts") <= 476


def test_apify_merged(imported: Import, store: Store) -> None:
    loaded = imported("apify_exports/merged.csv.gz", as_of="2025-06-01")
    # Overlapping searches: a second row of a post at the same time is known, or a duplicate, and never a reject.
    assert (loaded.rows_read, loaded.posts_new, loaded.snapshots_new, loaded.rejected) == (8200, 5202, 5202, 0)
    assert 0 < loaded.duplicates < 8200 - 5202
    assert sum(warning.startswith("Counters of ") for warning in loaded.warnings) == 1
    assert value(store, "SELECT count(*) FROM posts WHERE posted_at IS NULL", "posts") == 0
    assert value(store, "SELECT count(*) FROM posts WHERE handle = 'creator'", "posts") == 0


def test_two_snapshots_show_growth(imported: Import, store: Store) -> None:
    assert imported("two_snapshots/videos_2026-03-22.csv", as_of="2026-03-22").snapshots_new == 4976
    assert imported("two_snapshots/videos_2026-03-30.csv", as_of="2026-03-30").snapshots_new == 5310
    twice = "SELECT count(*) FROM (SELECT post_id FROM post_snapshots GROUP BY 1 HAVING count(*) = 2)"
    assert value(store, twice, "post_snapshots") == 4605


def test_youtube_shorts(imported: Import, store: Store) -> None:
    loaded = imported("youtube_shorts_watch_time/shorts.csv", as_of="2025-05-05")
    assert (loaded.rows_read, loaded.snapshots_new, loaded.rejected) == (5825, 5825, 0)
    joined = "post_snapshots JOIN posts USING (post_id) WHERE media_type = 'video' AND platform = 'youtube'"
    assert value(store, f"SELECT count(*) FROM {joined}", "posts", "post_snapshots") == 5366
    assert value(store, "SELECT count(DISTINCT handle) FROM posts", "posts") == 6
    assert value(store, "SELECT count(*) FROM post_snapshots WHERE likes < 0", "post_snapshots") == 701


def test_studio_exports(imported: Import, store: Store) -> None:
    for name in ("Content", "Content_2", "Content_3", "Content_4", "Overview", "Viewers", "FollowerHistory",
                 "FollowerActivity", "FollowerGender", "FollowerTopTerritories"):  # fmt: skip
        imported(f"studio_exports/{name}.csv", as_of="2026-02-28", handle="creator_b")
    assert value(store, "SELECT count(*) FROM account_days", "account_days") == 365
    whole = (
        "SELECT count(*) FROM account_days WHERE views IS NOT NULL AND viewers IS NOT NULL AND followers IS NOT NULL"
    )
    assert value(store, whole, "account_days") == 340
    assert value(store, "SELECT count(*) FROM follower_activity", "follower_activity") == 162
    assert (
        value(store, "SELECT round(sum(share), 3) FROM audience_shares WHERE dimension = 'gender'", "audience_shares")
        == 1
    )
    assert (
        value(store, "SELECT count(*) FROM posts WHERE posted_at < '2025-03-01' OR posted_at > '2026-02-28'", "posts")
        == 0
    )


PAYLOADS = {
    "tikwm_2021/16_challenge_posts": "2021-12-31", "tikwm_2021/03_user_detail": "2021-12-31",
    "tikwm_2021/10_comment_list": "2021-12-31", "tikwm_video_detail_2025-02": "2025-02-28",
    "web_item_list_2025-01": "2025-01-31", "web_trending_2021-08": "2021-08-31",
}  # fmt: skip


def test_api_responses(imported: Import, store: Store) -> None:
    for name, as_of in PAYLOADS.items():
        assert imported(f"api_responses/{name}.json", as_of=as_of).rejected == 0
    assert value(store, "SELECT count(*) FROM posts", "posts") == 3 + 1 + 12 + 10
    assert (
        value(store, "SELECT max(views) FROM post_snapshots WHERE post_id = '7447222008196205846'", "post_snapshots")
        == 9024473
    )
    assert value(store, "SELECT count(*) FROM comments", "comments") == 1


def test_an_answer_of_rejects_alone_stores_nothing(imported: Import, store: Store) -> None:
    with pytest.raises(BadFileError, match="no post id"):
        imported("api_responses/tikwm_2021/01_video_by_url.json", as_of="2021-12-31")
    assert not any(store.rows().values())
