from __future__ import annotations

from datetime import timedelta

import pytest

from dwell.errors import DwellError
from dwell.metrics.compile import sql

from .conftest import DAY, Ask, World


def test_median_and_p90_are_exact_and_interpolated(world: World, ask: Ask) -> None:
    for place, likes in enumerate((10, 20, 40, 100)):
        world.post(f"p{place}", likes=likes)
    (row,) = ask("benchmarks")
    assert (row["bucket"], row["n"], row["like_rate_n"]) == ("<=20", 4, 4)
    assert row["like_rate_median"] == pytest.approx(0.03)
    assert row["like_rate_p90"] == pytest.approx(0.04 + 0.7 * 0.06)


def test_posts_of_unknown_rate_are_counted_but_not_in_its_n(world: World, ask: Ask) -> None:
    world.post("a", saves=30)
    world.post("b", saves=None)
    world.post("c", views=0)
    (row,) = ask("benchmarks")
    assert (row["n"], row["save_rate_n"], row["engagement_rate_n"]) == (3, 1, 2)
    assert row["save_rate_median"] == 0.03
    assert row["views_median"] == 1_000.0


def test_a_rate_that_nobody_knows_is_null(world: World, ask: Ask) -> None:
    world.post("a", downloads=None)
    (row,) = ask("benchmarks")
    assert (row["download_rate_median"], row["download_rate_p90"], row["download_rate_n"]) == (None, None, 0)


def test_creator_sizes_small_first_and_unknown_last(world: World, ask: Ask) -> None:
    sizes = {"a": 999, "b": 1_000, "c": 10_000, "d": 99_999, "e": 100_000, "f": 1_000_000}
    for handle, followers in sizes.items():
        world.post(handle, handle=handle)
        world.rows["creator_snapshots"].append({"handle": handle, "observed_at": DAY, "followers": followers})
    world.post("x", handle="x")
    world.post("y", handle=None)
    rows = [(row["group"], row["n"]) for row in ask("benchmarks", by="creator-size")]
    assert rows == [
        *(("<1K", 1), ("nano 1K-10K", 1), ("micro 10K-100K", 2), ("macro 100K-1M", 1), ("mega >1M", 1)),
        ("unknown", 2),
    ]


def test_niches_by_name_and_unknown_where_none_was_given(world: World, ask: Ask) -> None:
    for handle, niche in (("a", "food"), ("b", None), ("c", "art")):
        world.post(handle, handle=handle)
        world.rows["creators"].append({"handle": handle, "platform": "tiktok", "niche": niche})
    world.post("d", handle="never heard of")
    assert [(row["group"], row["n"]) for row in ask("benchmarks", by="niche")] == [
        ("art", 1),
        ("food", 1),
        ("unknown", 2),
    ]


def test_followers_are_those_of_the_time(world: World, ask: Ask) -> None:
    """The newest count not later than the observation; the earliest one after it where there is none."""
    world.post("early", seen_at=DAY + timedelta(hours=80))
    world.post("late", seen_at=DAY + timedelta(hours=200))
    world.post("same", seen_at=DAY + timedelta(hours=150))
    for hours, followers in ((90, 500), (150, 2_000), (199, None), (201, 9_000)):
        world.rows["creator_snapshots"].append(
            {"handle": "me", "observed_at": DAY + timedelta(hours=hours), "followers": followers}
        )
    found = {row["post_id"]: row["followers"] for row in ask("posts")}
    assert found == {"early": 500, "late": 2_000, "same": 2_000}


def test_a_wrong_grouping_is_said() -> None:
    with pytest.raises(DwellError, match="creator-size"):
        sql("benchmarks", by="colour")
