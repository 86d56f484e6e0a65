from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.errors import DwellError

from .conftest import DAY, Ask, World


def pair(world: World, ask: Ask, before: tuple[int, Any], after: tuple[int, Any]) -> dict[str, Any]:
    world.post("a", views=before[0], rounded=before[1], seen_at=DAY)
    world.snapshot("a", DAY + timedelta(hours=2), views=after[0], rounded=after[1])
    (row,) = ask("growth")
    return row


def test_views_over_hours(world: World, ask: Ask) -> None:
    row = pair(world, ask, (1_000, False), (1_500, False))
    assert (row["hours"], row["views_from"], row["views_to"], row["views_per_hour"]) == (2.0, 1_000, 1_500, 250.0)
    assert (row["from_at"], row["to_at"]) == (DAY, DAY + timedelta(hours=2))


def test_views_taken_back_are_negative(world: World, ask: Ask) -> None:
    assert pair(world, ask, (1_000, False), (900, False))["views_per_hour"] == -50.0


@pytest.mark.parametrize(
    ("before", "after", "explained"),
    [
        ((17_700, True), (17_800, True), True),
        ((17_700, True), (17_600, True), True),
        ((17_700, True), (17_700, True), True),
        ((17_700, True), (17_900, True), False),
        ((177_300, True), (177_400, True), True),
        ((177_300, True), (178_300, True), False),
        ((1_200_000, True), (1_300_000, True), True),
        ((1_200_000, True), (1_400_000, True), False),
        ((999_900, True), (1_000_000, True), True),
        ((1_200_300, True), (1_200_500, True), False),
        ((1_200_000_000, True), (1_300_000_000, True), True),
        ((9_990, True), (9_999, True), False),
        ((9_990, True), (10_000, True), True),
        ((17_700, False), (17_800, False), False),
        ((17_700, False), (17_800, True), True),
        ((17_700, None), (17_800, False), None),
        ((17_700, None), (18_800, None), False),
    ],
)
def test_rounding_explains_up_to_the_coarser_unit(
    before: tuple[int, Any], after: tuple[int, Any], explained: bool | None, world: World, ask: Ask
) -> None:
    assert pair(world, ask, before, after)["rounding_explains"] is explained


def test_pairs_are_consecutive_and_skip_unknown_views(world: World, ask: Ask) -> None:
    world.post("a", views=10, seen_at=DAY)
    world.snapshot("a", DAY + timedelta(hours=1), views=None)
    world.snapshot("a", DAY + timedelta(hours=4), views=50)
    world.snapshot("a", DAY + timedelta(hours=5), views=70)
    world.post("b", views=1)
    found = [(row["post_id"], row["hours"], row["views_per_hour"]) for row in ask("growth")]
    assert found == [("a", 4.0, 10.0), ("a", 1.0, 20.0)]


def test_no_pace_within_one_second(world: World, ask: Ask) -> None:
    world.post("a", views=10, seen_at=DAY)
    world.snapshot("a", DAY + timedelta(milliseconds=400), views=50)
    (row,) = ask("growth")
    assert (row["hours"], row["views_per_hour"]) == (0.0, None)


def test_only_the_account_asked_for(world: World, ask: Ask) -> None:
    for name in ("me", "you"):
        world.post(name, handle=name, seen_at=DAY)
        world.snapshot(name, DAY + timedelta(hours=1), views=5_000)
    assert [row["post_id"] for row in ask("growth", handle="you")] == ["you"]


def test_likes_of_both_snapshots_go_along(world: World, ask: Ask) -> None:
    world.post("a", views=10, likes=3, seen_at=DAY)
    world.snapshot("a", DAY + timedelta(hours=1), views=50, likes=None)
    (row,) = ask("growth")
    assert (row["likes_from"], row["likes_to"]) == (3, None)


def test_the_fastest_are_ranked_by_their_newest_pair(world: World, ask: Ask) -> None:
    for name, (views, later) in {"slow": (100, 200), "fast": (100, 900), "was_fast": (5_000, 5_001)}.items():
        world.post(name, views=views, seen_at=DAY, caption=name)
        world.snapshot(name, DAY + timedelta(hours=2), views=later)
    world.snapshot("was_fast", DAY - timedelta(hours=2), views=0)
    world.post("once")
    rows = ask("growth_ranking", limit=2)
    assert [(row["post_id"], row["caption"], row["views_per_hour"]) for row in rows] == [
        ("fast", "fast", 400.0),
        ("slow", "slow", 50.0),
    ]
    assert {row["observed_twice"] for row in rows} == {3}
    assert len(ask("growth_ranking")) == 3
    assert ask("growth_ranking", handle="nobody") == []


def test_a_ranking_has_at_least_one_place(ask: Ask) -> None:
    with pytest.raises(DwellError, match="from 1 up, not 0"):
        ask("growth_ranking", limit=0)


def test_counters_that_tiktok_shows_late_are_not_compared(world: World, ask: Ask) -> None:
    world.post("a", views=1_000, seen_at=DAY, rounded=False)
    world.snapshot("a", DAY + timedelta(hours=20), views=900, rounded=False, source="tiktok-organic")
    world.snapshot("a", DAY + timedelta(hours=24), views=1_240, rounded=False, source="tikliveapi")
    (row,) = ask("growth")
    assert (row["views_from"], row["views_to"], row["views_per_hour"]) == (1_000, 1_240, 10.0)
