"""The metrics that posts are compared by: their values, counts, percentiles and medians, worked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import DAY, Ask, World


def measure(world: World, post_id: str, seconds: float) -> None:
    at = DAY + timedelta(hours=100)
    world.rows["watch_times"].append(
        {"post_id": post_id, "observed_at": at, "avg_watch_s": seconds, "full_watch_rate": seconds / 30}
    )


@pytest.fixture
def three(world: World) -> World:
    """The order by watch ratio is the reverse of that by engagement rate; one post is not measured."""
    world.post("a", views=100, likes=30)
    world.post("b", views=100, likes=20)
    world.post("c", views=100, likes=10)
    world.post("unmeasured", views=100, likes=None)
    for post_id, seconds in {"a": 3.0, "b": 6.0, "c": 9.0}.items():
        measure(world, post_id, seconds)
    return world


def test_posts_of_which_a_metric_is_known_are_counted(three: World, ask: Ask) -> None:
    three.post("ad", is_ad=True)
    measure(three, "ad", 5.0)
    assert ask("metric_counts") == [{"eligible": 4, "watch_ratio": 3, "engagement_rate": 3, "like_rate": 3}]
    names = ("watch_ratio", "full_watch_rate", "save_rate", "views_per_hour")
    assert ask("metric_counts", metrics=names) == [
        {"eligible": 4, "watch_ratio": 3, "full_watch_rate": 3, "save_rate": 4, "views_per_hour": 0}
    ]


def test_percentiles_are_by_the_metric(three: World, ask: Ask) -> None:
    by_rate = {row["post_id"]: row["percentile"] for row in ask("posts")}
    by_watch = {row["post_id"]: row["percentile"] for row in ask("posts", metric="watch_ratio")}
    assert by_rate == {"a": 1.0, "b": 0.5, "c": 0.0, "unmeasured": None}
    assert by_watch == {"a": 0.0, "b": 0.5, "c": 1.0, "unmeasured": None}
    assert [row["post_id"] for row in ask("posts", metric="watch_ratio", above_p90=True)] == ["c"]


@pytest.mark.parametrize("question", ["benchmarks", "trend", "posting_times"])
def test_medians_are_of_the_metric_and_count_whom_they_know(three: World, ask: Ask, question: str) -> None:
    (row,) = ask(question, metric="watch_ratio")
    assert (row["metric_median"], row["metric_n"]) == (pytest.approx(0.4), 3)
    assert row["engagement_rate_median"] == pytest.approx(0.2)


def test_the_best_quarter_of_a_trend_is_by_the_metric(three: World, ask: Ask) -> None:
    three.post("later", views=100, likes=90, posted_at=DAY + timedelta(days=1))
    measure(three, "later", 1.5)
    by_rate = [row["top_tier_share"] for row in ask("trend", every="day")]
    by_watch = [row["top_tier_share"] for row in ask("trend", every="day", metric="watch_ratio")]
    assert by_rate == [0.0, 1.0]
    assert by_watch == [pytest.approx(1 / 3), 0.0]
    (_, change) = [row["metric_change"] for row in ask("trend", every="day", metric="watch_ratio")]
    assert change == pytest.approx(0.1 - 0.4)


def test_growth_compares_posts_and_unknown_growth_is_unknown(world: World, ask: Ask) -> None:
    for post_id, views in {"slow": 1_010, "fast": 1_100, "still": None}.items():
        world.post(post_id, views=1_000)
        if views is not None:
            world.snapshot(post_id, DAY + timedelta(hours=110), views=views, likes=100, rounded=False, views_unit=1)
    for row in world.rows["post_snapshots"]:
        row["views_unit"] = 1
    rows = ask("posts", metric="views_per_hour", sort="views_per_hour")
    assert [(row["post_id"], row["views_per_hour"]) for row in rows] == [("fast", 10.0), ("slow", 1.0), ("still", None)]
    assert [row["percentile"] for row in rows] == [1.0, 0.0, None]
