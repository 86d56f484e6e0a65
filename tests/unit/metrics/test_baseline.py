from __future__ import annotations

from datetime import timedelta
from statistics import median

import pytest

from .conftest import DAY, Ask, Row, World


def by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["post_id"]: row for row in rows}


def test_the_last_twenty_before(world: World, ask: Ask) -> None:
    views = [(place * 37) % 101 + 1 for place in range(25)]
    for place, seen in enumerate(views):
        world.post(f"p{place:02}", views=seen * 100, posted_at=DAY - timedelta(days=30 - place))
    rows = by_id(ask("posts"))
    assert rows["p00"]["baseline_n"] == 0
    assert rows["p00"]["views_multiple"] is None
    assert rows["p01"]["views_multiple"] == pytest.approx(views[1] / views[0])
    assert [rows[f"p{place:02}"]["baseline_n"] for place in (19, 20, 21, 24)] == [19, 20, 20, 20]
    assert rows["p24"]["views_multiple"] == pytest.approx(views[24] / median(views[4:24]))


def test_posts_of_one_instant_share_a_baseline(world: World, ask: Ask) -> None:
    world.post("old", views=500, posted_at=DAY - timedelta(days=1))
    for name in ("a", "b", "c"):
        world.post(name, views=1_000)
    rows = by_id(ask("posts"))
    assert [(rows[name]["baseline_n"], rows[name]["views_multiple"]) for name in ("a", "b", "c")] == [(1, 2.0)] * 3


def test_posts_that_do_not_count_have_a_baseline_but_are_in_none(world: World, ask: Ask) -> None:
    world.post("a", views=1_000, posted_at=DAY - timedelta(days=3))
    world.post("ad", views=9_000, posted_at=DAY - timedelta(days=2), is_ad=True)
    world.post("b", views=2_000, posted_at=DAY - timedelta(days=1))
    rows = by_id(ask("posts"))
    assert (rows["ad"]["baseline_n"], rows["ad"]["views_multiple"]) == (1, 9.0)
    assert (rows["b"]["baseline_n"], rows["b"]["views_multiple"]) == (1, 2.0)


def test_each_creator_and_platform_has_its_own(world: World, ask: Ask) -> None:
    world.post("a", posted_at=DAY - timedelta(days=1))
    world.post("b", handle="you")
    world.post("c", platform="youtube")
    rows = by_id(ask("posts"))
    assert [rows[name]["baseline_n"] for name in ("a", "b", "c")] == [0, 0, 0]


def test_unknown_creator_or_time_is_an_unknown_baseline(world: World, ask: Ask) -> None:
    world.post("old", posted_at=DAY - timedelta(days=1), handle=None)
    world.post("nobody", handle=None)
    world.post("undated", posted_at=None)
    rows = by_id(ask("posts"))
    assert {rows[name]["baseline_n"] for name in rows} == {None}


def test_engagement_of_unknown_rate_is_passed_over(world: World, ask: Ask) -> None:
    world.post("a", likes=100, posted_at=DAY - timedelta(days=3))
    world.post("b", likes=None, posted_at=DAY - timedelta(days=2))
    world.post("c", likes=300)
    row = by_id(ask("posts"))["c"]
    assert (row["baseline_n"], row["engagement_multiple"]) == (2, pytest.approx(3.0))


def test_a_baseline_of_zero_is_no_divisor(world: World, ask: Ask) -> None:
    world.post("a", views=0, posted_at=DAY - timedelta(days=1))
    world.post("b", views=10)
    row = by_id(ask("posts"))["b"]
    assert (row["baseline_n"], row["views_multiple"], row["engagement_multiple"]) == (1, None, None)
