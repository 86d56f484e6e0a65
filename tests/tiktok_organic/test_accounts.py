"""Accounts by day, and comments, worked by hand."""

from __future__ import annotations

from datetime import date

from dwell.records import CategoryBenchmark, CreatorSnapshot

from .conftest import SOURCE, World, at

D2, D3 = date(2026, 3, 2), date(2026, 3, 3)


def test_every_field_of_an_account_has_its_column(world: World) -> None:
    world.account(
        at(2),
        display_name="Me",
        bio_description="",
        profile_image="i",
        profile_deep_link="d",
        is_business_account=True,
        is_verified=False,
        followers=10,
        following=0,
        total_likes=30,
        post_count=4,
    )
    assert world.rows("account") == [
        {
            "video_creator_username": "me",
            "metric_date": D2,
            "bio_description": "",
            "display_name": "Me",
            "followers_count": 10.0,
            "following_count": 0.0,
            "is_business_account": True,
            "is_verified": False,
            "profile_deep_link": "d",
            "profile_image": "i",
            "total_likes": 30.0,
            "videos_count": 4.0,
            "_synced_at": at(2),
            "_source": SOURCE,
        }
    ]


def test_a_day_of_an_account_has_the_newest_known_values_of_the_api(world: World) -> None:
    world.account(at(2, 6), display_name="Me", followers=10, following=2)
    world.account(at(2, 9), followers=11)
    world.append(CreatorSnapshot(handle="me", platform="tiktok", observed_at=at(2, 12), followers=99, source="sweep"))
    world.append(CreatorSnapshot(handle="me", platform="tiktok", observed_at=at(2, 9), total_likes=8, source="sweep"))
    columns = ("display_name", "followers_count", "following_count", "total_likes", "_synced_at")
    assert world.rows("account", *columns) == [("Me", 11.0, 2.0, None, at(2, 9))]


def test_days_of_an_account_are_as_sent(world: World) -> None:
    world.account(at(4), "me", profile_image="older")
    world.account(at(5), "me", profile_image="newer")
    world.day(D2, at(4), {0: 5, 23: 7}, video_views=9, daily_total_followers=-3, followers_count=36_000)
    world.day(D2, at(5), video_views=8, likes=0)  # TikTok corrects the last days
    columns = ("video_creator_username", "metric_date", "profile_image", "video_views", "likes", "address_clicks")
    assert world.rows("account_metrics", *columns) == [("me", D2, "newer", 8.0, 0.0, None)]
    totals = ("daily_total_followers", "followers_count", "_synced_at")
    assert world.rows("account_metrics", *totals) == [(-3.0, 36_000.0, at(5))]
    hours = ("audience_activity_hour", "audience_activity_count", "_synced_at")
    activity = world.rows("account_metrics_audience_activity", *hours)
    assert activity == [(0.0, 5.0, at(4)), (23.0, 7.0, at(4))]


def test_one_name_and_day_is_one_row_though_it_has_two_open_ids(world: World) -> None:
    """The same account connected to two apps, in which it has two ids."""
    world.account(at(2, 6), open_id="o1", followers=10)
    world.account(at(2, 9), open_id="o2", followers=11)
    assert world.rows("account", "followers_count", "_synced_at") == [(11.0, at(2, 9))]


def test_accounts_that_swap_names_are_two_rows_a_day(world: World) -> None:
    world.account(at(2), "a", "o1", followers=1)
    world.account(at(2), "b", "o2", followers=2)
    world.account(at(3), "b", "o1", followers=1)
    world.account(at(3), "a", "o2", followers=2)
    named = world.rows("account", "metric_date", "video_creator_username", "followers_count")
    assert sorted(named) == [(D2, "a", 1.0), (D2, "b", 2.0), (D3, "a", 2.0), (D3, "b", 1.0)]


def test_a_comment_is_as_it_was_read_last(world: World) -> None:
    world.video(at(2), thumbnail_url="older")
    world.video(at(4), thumbnail_url="newest")
    world.video(at(5))
    world.comment(at(2), is_pinned=False, comment_likes=1, username="fan", user_id="u")
    world.comment(
        at(3),
        is_pinned=True,
        is_liked=True,
        is_owner=False,
        comment_likes=2,
        replies=0,
        posted_at=at(2),
        username="fan",
        display_name="Fän",
        profile_image="p",
        status="PUBLIC",
        unique_identifier="x",
    )
    (row,) = world.rows("videos_comments")
    assert row == {
        "video_id": "7571000000000000001",
        "comment_id": "7571000000000000101",
        "video_creator_username": "me",
        "thumbnail_url": "newest",
        "create_time": at(2),
        "display_name": "Fän",
        "liked": True,
        "likes": 2.0,
        "owner": False,
        "pinned": True,
        "profile_image": "p",
        "replies": 0.0,
        "status": "PUBLIC",
        "text": "hi",
        "unique_identifier": "x",
        "user_id": None,
        "comment_author_username": "fan",
        "_synced_at": at(3),
        "_source": SOURCE,
    }


def test_benchmarks_by_day(world: World) -> None:
    key = {"business_category": "ART_AND_CRAFTS", "source": SOURCE}
    world.append(CategoryBenchmark(**key, observed_at=at(2), average_likes=5.0, average_shares=1.0))
    world.append(CategoryBenchmark(**key, observed_at=at(2, 9), average_likes=6.0))
    columns = ("business_category", "metric_date", "average_likes", "average_shares", "average_comments")
    assert world.rows("benchmark", *columns) == [("ART_AND_CRAFTS", D2, 6.0, 1.0, None)]
