"""What a day's row of a video holds, worked by hand."""

from __future__ import annotations

import tarfile
from datetime import date
from pathlib import Path

import pytest

from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import PostSnapshot, WatchTime
from dwell.settings import Settings
from dwell.workspace.loads import LoadRequest
from dwell.workspace.workspace import Workspace

from .conftest import SOURCE, V1, V2, World, at

D2, D3, D4 = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
WATCHED = {"avg_watch_s": 4.118, "full_watch_rate": 0.0237, "total_watch_s": 695.942, "reach": 154, "new_followers": 3}
COUNTERS = {"views": 1231, "likes": 10, "comments": 2, "shares": 0, "saves": 1}


def test_every_field_of_a_reading_has_its_column(world: World) -> None:
    world.video(
        at(2),
        counters=COUNTERS,
        watched=WATCHED,
        caption="c",
        duration_s=20.0,
        share_url="s",
        embed_url="e",
        thumbnail_url="t",
        profile_views=1,
        website_clicks=2,
        phone_number_clicks=3,
        lead_submissions=4,
        app_download_clicks=5,
        email_clicks=6,
        address_clicks=7,
    )
    assert world.rows("videos") == [
        {
            "item_id": V1,
            "video_creator_username": "me",
            "metric_date": D2,
            "app_download_clicks": 5.0,
            "average_time_watched": 4.118,
            "caption": "c",
            "comments": 2.0,
            "create_time": at(1),
            "embed_url": "e",
            "favorites": 1.0,
            "full_video_watched_rate": 0.0237,
            "lead_submissions": 4.0,
            "likes": 10.0,
            "new_followers": 3.0,
            "phone_number_clicks": 3.0,
            "profile_views": 1.0,
            "reach": 154.0,
            "share_url": "s",
            "shares": 0.0,
            "thumbnail_url": "t",
            "total_time_watched": 695.942,
            "video_duration": 20.0,
            "video_views": 1231.0,
            "website_clicks": 2.0,
            "_synced_at": at(2),
            "_source": SOURCE,
        }
    ]
    (details,) = world.rows("videos_details", "media_type", "is_ad", "email_clicks", "address_clicks")
    assert details == ("video", False, 6.0, 7.0)


def test_the_newest_known_value_of_the_day_stands(world: World) -> None:
    world.video(at(2, 6), counters={"views": 5, "likes": 1}, watched={"avg_watch_s": 3.0}, caption="old")
    world.video(at(2, 23, 59), counters={"views": 9}, caption="new")
    world.video(at(3, 0), counters={"views": 11})
    columns = ("metric_date", "video_views", "likes", "average_time_watched", "caption", "_synced_at")
    assert world.rows("videos", *columns) == [
        (D2, 9.0, 1.0, 3.0, "new", at(2, 23, 59)),
        (D3, 11.0, None, None, None, at(3, 0)),  # nothing is carried forward
    ]


def test_latest_has_each_field_with_its_day(world: World) -> None:
    world.video(at(2), counters=COUNTERS, watched=WATCHED, caption="c")
    world.video(at(4), counters={"views": 1300, "likes": 0})
    world.video(at(3), V2, counters={"views": 1})
    first, second = world.rows("videos_latest")
    assert (first["item_id"], first["metric_date"], first["_synced_at"]) == (V1, D4, at(4))
    assert (first["video_views"], first["video_views_date"]) == (1300.0, D4)
    assert (first["likes"], first["likes_date"]) == (0.0, D4)
    assert (first["reach"], first["reach_date"]) == (154.0, D2)
    assert (first["caption"], first["caption_date"]) == ("c", D2)
    assert (second["item_id"], second["reach"], second["reach_date"]) == (V2, None, None)


def test_readings_of_others_are_not_shown(world: World) -> None:
    world.video(at(2), counters={"views": 5}, watched={"reach": 4})
    world.sweep(at(2, 7), views=99, likes=98)
    world.sweep(at(3), views=999)
    world.sweep(at(3), V2, views=7)
    assert world.rows("videos", "metric_date", "video_views", "likes") == [(D2, 5.0, None)]


def test_of_a_merged_reading_only_the_values_of_the_api_are_shown(world: World) -> None:
    """One instant, two sources: the sweep knows likes and more shares, the export a watch time."""
    world.video(at(2), counters={"views": 5, "comments": 3}, watched={"reach": 4})
    world.sweep(at(2), likes=98, shares=97)
    world.append(WatchTime(post_id=V1, observed_at=at(2), avg_watch_s=1.5, source="studio"), source="studio")
    (stored,) = world.ws.table("post_snapshots")
    assert (stored["views"], stored["likes"], stored["value_sources"] is None) == (5, 98, False)
    columns = ("video_views", "comments", "likes", "shares", "reach", "average_time_watched")
    assert world.rows("videos", *columns) == [(5.0, 3.0, None, None, 4.0, None)]


def test_a_merged_reading_that_began_elsewhere_shows_the_values_of_the_api(world: World) -> None:
    world.sweep(at(2), likes=98)
    world.video(at(2), counters={"views": 5})
    assert world.rows("videos", "video_views", "likes") == [(5.0, None)]


@pytest.mark.parametrize("sealed", [False, True])
def test_sealed_and_corrected_rows_are_shown_once(world: World, *, sealed: bool) -> None:
    world.video(at(2), counters={"views": 5}, caption="old")
    if sealed:
        world.ws.seal()
    world.video(at(3), counters={"views": 6}, post={"posted_at": at(1, 9)}, caption="new")
    world.append(PostSnapshot(post_id=V1, observed_at=at(3), likes=4, source=SOURCE))  # completes a stored reading
    columns = ("metric_date", "video_views", "likes", "caption", "create_time")
    assert world.rows("videos", *columns) == [
        (D2, 5.0, None, "old", at(1, 9)),
        (D3, 6.0, 4.0, "new", at(1, 9)),
    ]


def test_a_rename_is_seen_from_its_day_in_every_table(world: World) -> None:
    world.account(at(2), "old")
    world.video(at(2), username="old", likes=[1.0])
    world.video(at(3, 6), username="old", likes=[1.0])
    world.account(at(3, 7), "new")
    world.video(at(4), username="new", likes=[1.0])
    for name in ("account", "videos", "videos_engagement_likes"):
        named = dict(world.rows(name, "metric_date", "video_creator_username"))
        assert named == {D2: "old", D3: "new"} | ({} if name == "account" else {D4: "new"})
    assert world.rows("videos_latest", "video_creator_username") == ["new"]


def test_a_name_that_a_reading_lacks_is_the_latest_before_else_the_first_after(world: World) -> None:
    world.video(at(2), username=None)
    world.account(at(3), "first")
    world.video(at(4), username=None)
    world.account(at(5), "second")
    world.video(at(6), V2, username=None, open_id="o2")  # never read: the open_id stands for the name
    named = world.rows("videos", "item_id", "metric_date", "video_creator_username")
    assert named == [(V1, D2, "first"), (V1, D4, "first"), (V2, date(2026, 3, 6), "o2")]


def test_a_folder_of_an_older_dwell_has_empty_tables(tmp_path: Path) -> None:
    """It was written before there were tables of connected accounts."""
    with tarfile.open(Path(__file__).parents[1] / "layouts" / "c121b03.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    (journal,) = tmp_path.rglob("journal.db")
    older = Workspace(Settings(data=journal.parent, threads=1))
    assert older.store.rows()["posts"]
    assert {len(older.table(name)) for name in DERIVED} == {0}
    (loaded,) = older.load(LoadRequest(f"duckdb:{tmp_path / 'a.duckdb'}", ("tiktok_organic_videos",)))
    assert (loaded["rows"], loaded["how"]) == (0, "all rows")


def test_a_folder_without_a_connected_account_has_empty_tables(world: World) -> None:
    world.sweep(at(2), views=1)
    assert world.rows("videos") == []
    assert world.rows("account_metrics") == []
