"""A topic's days, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from .conftest import DAY, Ask, World


def test_posts_added_are_the_difference_over_the_days_between(world: World, ask: Ask) -> None:
    for hours, count in ((0, 1_000), (24, 1_100), (48, None), (72, 1_050)):
        world.look(DAY + timedelta(hours=hours), {}, topic_posts=count)
    rows = ask("topic_days")
    assert [(row["topic_posts"], row["posts_added"], row["count_span_d"]) for row in rows] == [
        (1_000, None, None),
        (1_100, 100.0, 1.0),
        (None, None, None),
        (1_050, -25.0, 2.0),
    ]
    assert [row["looks"] for row in rows] == [1, 1, 1, 1]
    assert rows[1]["last_look_at"] == rows[1]["counted_at"] == DAY + timedelta(hours=24)


def test_the_last_count_of_a_day_stands_and_close_counts_tell_nothing(world: World, ask: Ask) -> None:
    world.look(DAY, {}, topic_posts=10)
    world.look(DAY + timedelta(hours=11), {}, topic_posts=20)
    world.look(DAY + timedelta(hours=13), {}, topic_posts=30)
    first, second = ask("topic_days")
    assert (first["looks"], first["topic_posts"]) == (2, 20)
    assert (second["posts_added"], second["count_span_d"]) == (None, None)


def test_a_post_is_counted_once_a_day_and_new_once(world: World, ask: Ask) -> None:
    world.look(DAY + timedelta(hours=2), {"a": {"views": 100, "shares": 1}})
    world.look(DAY + timedelta(hours=4), {"a": {"views": 200, "shares": 4}, "b": {"views": 400, "shares": None}})
    world.look(DAY + timedelta(hours=26), {"a": {"views": 300, "shares": 6}, "c": {"views": 100, "shares": 8}})
    first, second = ask("topic_days")
    assert (first["sampled"], first["new_posts"], first["views_median"], first["shares_total"]) == (2, 2, 300.0, 4)
    assert (second["sampled"], second["new_posts"], second["shares_total"]) == (2, 1, 14)
    assert first["share_rate_median"] == 0.02
    assert second["share_rate_median"] == pytest.approx(0.05)
    assert (first["posts_published"], second["posts_published"]) == (3, 0)


def test_the_pace_of_fresh_posts_leaves_out_old_and_just_published_ones(world: World, ask: Ask) -> None:
    at = DAY + timedelta(days=20)
    posts = {
        "fresh": {"views": 100, "posted_at": at - timedelta(hours=10)},
        "old": {"views": 10**6, "posted_at": at - timedelta(hours=169)},
        "new": {"views": 10**6, "posted_at": at - timedelta(minutes=59)},
    }
    world.look(at, posts)
    row = ask("topic_days")[-1]
    assert (row["fresh_views_per_hour_median"], row["fresh_n"]) == (10.0, 1)


def test_days_of_publishing_stand_beside_days_of_looking(world: World, ask: Ask) -> None:
    at = DAY + timedelta(days=5)
    world.look(at, {"a": {}, "b": {"posted_at": at + timedelta(days=3)}, "c": {"posted_at": None}})
    rows = ask("topic_days")
    assert [(row["day"], row["looks"], row["sampled"], row["posts_published"]) for row in rows] == [
        (date(2025, 3, 3), 0, None, 1),
        (date(2025, 3, 8), 1, 3, 0),
    ]
    assert [row["day"] for row in ask("topic_days", days=5)] == [date(2025, 3, 8)]


def test_only_topics_that_posts_of_the_accounts_use(world: World, ask: Ask) -> None:
    for topic in ("song", "other song"):
        world.look(DAY, {}, topic_posts=10)
        world.rows["topic_samples"][-1]["topic"] = topic
    for tag in ("cake", "tart"):
        world.look(DAY, {}, topic_posts=10)
        world.rows["topic_samples"][-1] |= {"topic_kind": "hashtag", "topic": tag}
    world.post("a", sound_id="SONG", hashtags=["cake", "cake"])
    world.post("b", handle="them", hashtags=["tart"])
    assert [row["topic"] for row in ask("topic_days", handles=("me",))] == ["cake", "song"]
    assert [row["topic"] for row in ask("topic_days", handles=("me", "them"))] == ["cake", "tart", "song"]
    assert ask("topic_days", handles=()) == []
