"""Growth is what an hour, rounding and the length of a day leave: one rule for every metric."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .conftest import DAY, Ask, World

MIDNIGHT = DAY.replace(hour=0)
HOUR = timedelta(hours=1)


def read_twice(world: World, before: dict[str, Any], after: dict[str, Any], apart: timedelta = 10 * HOUR) -> None:
    world.post("a", views=None, seen_at=DAY - timedelta(days=900))
    world.snapshot("a", DAY, observed_precision="instant", **before)
    world.snapshot("a", DAY + apart, observed_precision="instant", **after)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ((120_000, 1_000), (121_000, 1_000), "rounding explains it"),
        ((1_200, 100), (1_300, 100), "rounding explains it"),
        ((12_000_000, 1_000_000), (13_000_000, 1_000_000), "rounding explains it"),
        ((30_000, 10_000), (40_000, 10_000), "rounding explains it"),
        ((17_700, 100), (17_800, 1), "rounding explains it"),
        ((17_700, None), (17_800, None), "may be rounded"),
        ((8_200, None), (18_345, 1), "may be rounded"),
        ((17_700, 1), (17_800, 1), None),
        ((17_700, 100), (17_900, 100), None),
        ((12_345, None), (12_391, None), None),  # not round, so exact
        ((950, 1), (955, 1), None),
    ],
)
def test_a_change_of_at_most_one_unit_is_no_growth(
    before: tuple[int, Any], after: tuple[int, Any], reason: str | None, world: World, ask: Ask
) -> None:
    read_twice(world, {"views": before[0], "views_unit": before[1]}, {"views": after[0], "views_unit": after[1]})
    (row,), (counts,) = ask("growth"), ask("growth_known")
    assert row["reason"] == reason
    assert (row["views_per_hour"] is None) == (reason is not None)
    assert (counts["posts"], counts["known"]) == (1, 0 if reason else 1)
    assert len(ask("growth_ranking")) == counts["known"]
    (trend,) = ask("trend", include=("young",), min_age_h=0)
    assert trend["views_per_hour_n"] == counts["known"]


def test_growth_over_rounded_readings_is_a_range(world: World, ask: Ask) -> None:
    read_twice(world, {"views": 17_700, "views_unit": 100}, {"views": 18_700, "views_unit": 100})
    (row,) = ask("growth")
    assert [row[f"views_per_hour{end}"] for end in ("", "_low", "_high")] == [100.0, 90.0, 110.0]
    (trend,) = ask("trend", min_age_h=0)
    ends = ("median", "median_low", "median_high")
    assert [trend[f"views_per_hour_{end}"] for end in ends] == [100.0, 90.0, 110.0]


def test_readings_within_an_hour_are_no_growth(world: World, ask: Ask) -> None:
    read_twice(world, {"views": 1_000, "views_unit": 1}, {"views": 1_120, "views_unit": 1}, timedelta(seconds=10))
    (row,) = ask("growth")
    assert (row["views_per_hour"], row["views_per_hour_high"]) == (None, None)
    assert row["reason"] == "less than an hour apart"
    assert ask("growth_ranking") == []
    assert ask("growth_known") == [{"posts": 1, "known": 0, "too_close": 1, "rounding": 0, "suspect": 0}]


def test_growth_is_counted_from_the_newest_reading_an_hour_older(world: World, ask: Ask) -> None:
    world.post("a", views=101, seen_at=DAY)
    for minutes, views in ((20, 111), (40, 121), (60, 131), (80, 141)):
        world.snapshot("a", DAY + timedelta(minutes=minutes), views=views, views_unit=1)
    found = [(row["hours"], row["views_per_hour"]) for row in ask("growth")]
    assert found == [(pytest.approx(1 / 3), None)] * 2 + [(1.0, 30.0)] * 2
    (ranked,) = ask("growth_ranking")
    assert (ranked["views_from"], ranked["views_to"]) == (111, 141)


def days(world: World, *views: int, zone: str = "UTC") -> None:
    world.post("a", views=None, seen_at=DAY - timedelta(days=900))
    for day, count in enumerate(views):
        at = {"observed_precision": "day", "observed_zone": zone}
        world.snapshot("a", MIDNIGHT + timedelta(days=day), views=count, views_unit=1, **at)


def test_neighbouring_days_may_be_a_moment_apart(world: World, ask: Ask) -> None:
    days(world, 1_001, 2_441)
    (row,) = ask("growth")
    assert (row["hours_low"], row["hours"], row["hours_high"]) == (0.0, 24.0, 48.0)
    assert (row["views_per_hour"], row["reason"]) == (None, "less than an hour apart")


def test_between_days_growth_is_a_range(world: World, ask: Ask) -> None:
    days(world, 1_001, 1_501, 2_441)
    first, second = ask("growth")
    assert first["views_per_hour"] is None
    assert (second["from_at"], second["hours_low"], second["hours_high"]) == (MIDNIGHT, 24.0, 72.0)
    assert [second[f"views_per_hour{end}"] for end in ("", "_low", "_high")] == [30.0, 20.0, 60.0]


def test_a_day_elsewhere_may_have_25_hours(world: World, ask: Ask) -> None:
    days(world, 1_001, 1_501, 2_441, zone="Europe/Berlin")
    assert [(row["hours_low"], row["hours_high"]) for row in ask("growth")] == [(0.0, 49.0), (23.0, 73.0)]


def test_a_day_and_an_instant(world: World, ask: Ask) -> None:
    days(world, 1_001)
    world.snapshot("a", MIDNIGHT + timedelta(hours=25), views=1_501, views_unit=1, observed_precision="instant")
    (row,) = ask("growth")
    assert (row["hours_low"], row["hours"], row["hours_high"]) == (1.0, 13.0, 25.0)
    assert (row["views_per_hour_low"], row["views_per_hour_high"]) == (20.0, 500.0)


def test_views_that_were_removed_are_a_range_too(world: World, ask: Ask) -> None:
    read_twice(world, {"views": 18_700, "views_unit": 100}, {"views": 17_700, "views_unit": 100})
    (row,) = ask("growth")
    assert [row[f"views_per_hour{end}"] for end in ("", "_low", "_high")] == [-100.0, -110.0, -90.0]


def test_followers_follow_the_same_rule(world: World, ask: Ask) -> None:
    for hours, followers, unit in ((0, 17_700, 100), (24, 17_800, 100), (48, 18_900, 100), (48.1, 18_990, 1)):
        row = {"handle": "me", "followers": followers, "followers_unit": unit, "observed_precision": "instant"}
        world.rows["creator_snapshots"].append({**row, "observed_at": DAY + timedelta(hours=hours)})
    found = [
        tuple(row[name] for name in ("followers_per_day", "followers_per_day_low", "followers_per_day_high", "reason"))
        for row in ask("follower_steps")
    ]
    assert found[:2] == [(None, 0.0, 200.0, "rounding explains it"), (1_100.0, 1_000.0, 1_200.0, None)]
    assert found[2][0] == pytest.approx(1_190 / 24.1 * 24)  # since the reading a day before, not since six minutes


def test_shares_of_a_topic_follow_the_same_rule(world: World, ask: Ask) -> None:
    rounded = {"shares": 1_200, "shares_unit": 100, "views": 90_000}
    world.look(DAY + 10 * HOUR, {"flat": rounded, "grown": rounded})
    world.look(DAY + 20 * HOUR, {"flat": {**rounded, "shares": 1_300}, "grown": {**rounded, "shares": 1_700}})
    found = {row["post_id"]: row for row in ask("topic_ranking")}
    assert (found["flat"]["basis"], found["flat"]["share_momentum"]) == ("lifetime", 65.0)
    assert (found["flat"]["share_momentum_low"], found["flat"]["share_momentum_high"]) == (60.0, 70.0)
    assert (found["grown"]["basis"], found["grown"]["share_momentum"]) == ("measured", 50.0)
    assert (found["grown"]["share_momentum_low"], found["grown"]["share_momentum_high"]) == (40.0, 60.0)


def test_the_size_of_a_topic_follows_the_same_rule(world: World, ask: Ask) -> None:
    for day, count in enumerate((1_200_000, 1_300_000, 1_500_000)):
        world.look(DAY + timedelta(days=day), {}, topic_posts=count, topic_posts_unit=100_000)
    found = [(row["posts_added"], row["posts_added_low"], row["posts_added_high"]) for row in ask("topic_days")]
    assert found == [(None, None, None), (None, 0.0, 200_000.0), (200_000.0, 100_000.0, 300_000.0)]
