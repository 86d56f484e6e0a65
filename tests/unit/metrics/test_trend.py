from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dwell.errors import DwellError
from dwell.metrics.compile import sql

from .conftest import DAY, Ask, World

LATE = DAY + timedelta(days=200)


def test_weeks_begin_on_monday_and_change_is_against_the_week_before(world: World, ask: Ask) -> None:
    sunday, monday = datetime(2025, 3, 9, 23, 59, 59, tzinfo=UTC), datetime(2025, 3, 10, tzinfo=UTC)
    world.post("a", likes=100, posted_at=sunday, seen_at=LATE)
    world.post("b", likes=300, posted_at=monday, seen_at=LATE)
    world.post("c", likes=500, posted_at=monday + timedelta(days=6), seen_at=LATE)
    world.post("d", likes=100, posted_at=monday + timedelta(days=21), seen_at=LATE)
    rows = ask("trend")
    assert [row["period_start"] for row in rows] == [date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 31)]
    assert [row["posts"] for row in rows] == [1, 2, 1]
    # The gap of two weeks is no "week over week".
    assert [row["engagement_rate_change"] for row in rows] == [None, pytest.approx(0.3), None]


def test_the_top_tier_begins_at_the_exact_third_quartile_of_each_creator_and_ties_count(world: World, ask: Ask) -> None:
    for place, likes in enumerate((10, 20, 30, 40, 40)):
        world.post(f"p{place}", likes=likes)
    world.post("unrated", likes=None)
    world.post("ad", likes=900, is_ad=True)
    world.post("nobody", handle=None)
    world.post("other", handle="you", likes=70)
    (mine,), (yours,) = ask("trend", handle="me"), ask("trend", handle="you")
    assert (mine["posts"], mine["top_tier_share"]) == (6, pytest.approx(2 / 5))
    assert (yours["posts"], yours["top_tier_share"]) == (1, 1.0)


@pytest.mark.parametrize(
    ("every", "starts"),
    [("month", [date(2024, 12, 1), date(2025, 1, 1)]), ("day", [date(2024, 12, 31), date(2025, 1, 1)])],
)
def test_neighbours_over_new_year(every: str, starts: list[date], world: World, ask: Ask) -> None:
    new_year = datetime(2025, 1, 1, tzinfo=UTC)
    world.post("a", likes=100, posted_at=new_year - timedelta(seconds=1), seen_at=LATE)
    world.post("b", likes=150, posted_at=new_year, seen_at=LATE)
    rows = ask("trend", every=every)
    assert [row["period_start"] for row in rows] == starts
    assert rows[1]["engagement_rate_change"] == pytest.approx(0.05)


def test_top_tier_is_the_creators_over_all_periods(world: World, ask: Ask) -> None:
    for place in range(4):
        world.post(f"old{place}", likes=10 * place, posted_at=DAY - timedelta(days=7), seen_at=LATE)
        world.post(f"new{place}", likes=10 * place + 100, seen_at=LATE)
    world.post("unrated", likes=None, seen_at=LATE)
    shares = [row["top_tier_share"] for row in ask("trend", handle="me")]
    # q75 of 0..30 and 100..130 is between 110 and 120.
    assert shares == [0.0, 0.5]


def test_pace_is_that_between_the_last_two_snapshots(world: World, ask: Ask) -> None:
    world.post("a", views=1_000)
    world.snapshot("a", DAY + timedelta(hours=110), views=3_000)
    world.snapshot("a", DAY + timedelta(hours=50), views=0)
    world.post("once")
    (row,) = ask("trend")
    assert (row["posts"], row["views_per_hour_n"], row["views_per_hour_median"]) == (2, 1, 200.0)


def test_a_wrong_period_is_said() -> None:
    with pytest.raises(DwellError, match="week"):
        sql("trend", every="fortnight")
