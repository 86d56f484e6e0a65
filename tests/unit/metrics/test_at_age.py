"""Posts at one age: every number here is worked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dwell.errors import DwellError

from .conftest import DAY, Ask, World

Row = dict[str, Any]


def read(world: World, post: str, *readings: tuple[float, int | None], **given: Any) -> None:
    """A post with readings (hours after publishing, views), likes a tenth of them; exact unless said otherwise."""
    exact = {"views_unit": 1, "likes_unit": 1, "comments_unit": 1, "shares_unit": 1, "rounded": False}
    own = {
        name: given.pop(name)
        for name in ("observed_precision", "observed_zone", "views_unit", "rounded")
        if name in given
    }
    attributes = {"platform": "tiktok", "handle": "me", "posted_at": DAY, "duration_s": 15.0, "media_type": "video"}
    world.rows["posts"].append({"post_id": post, "hashtags": [], **attributes, **given})
    for hours, views in readings:
        counters = {"likes": None if views is None else views // 10, "comments": 0, "shares": 0, "saves": 0}
        world.snapshot(post, DAY + timedelta(hours=hours), views=views, **counters, **exact | own)


def one(ask: Ask, age: str, **options: Any) -> Row:
    (row,) = ask("posts_at_age", age=age, **options)
    return row


def test_a_counter_is_on_the_line_between_the_readings_that_enclose_the_age(world: World, ask: Ask) -> None:
    read(world, "a", (20.0, 1_000), (28.0, 1_800), (400.0, 9_000))
    row = one(ask, "24h")
    assert (row["views"], row["views_low"], row["views_high"], row["likes"]) == (1_400, 1_000, 1_800, 140)
    assert (row["gap_h"], row["precision"], row["reason"]) == (8.0, "exact", None)
    assert row["engagement_rate"] == pytest.approx(0.1)


def test_a_reading_of_that_very_age_is_the_answer(world: World, ask: Ask) -> None:
    read(world, "a", (1.0, 50), (24.0, 1_234), (72.0, 5_000))
    assert (one(ask, "24h")["views"], one(ask, "24h")["gap_h"]) == (1_234, 0.0)
    assert one(ask, "24h")["views_low"] == one(ask, "24h")["views_high"] == 1_234


@pytest.mark.parametrize(
    ("age", "readings", "reason"),
    [
        ("24h", [(30.0, 5), (40.0, 6)], "first read later"),
        ("24h", [(1.0, 5), (23.99, 6)], "not read since"),
        ("24h", [(17.0, 5), (29.1, 6)], "readings too far apart"),
        ("24h", [(17.0, 5), (29.0, 6)], None),
        ("72h", [(48.0, 5), (84.0, 6)], None),
        ("7d", [(100.0, 5), (184.0, 6)], None),
        ("7d", [(100.0, 5), (184.1, 6)], "readings too far apart"),
        ("1h", [(0.5, 5), (1.75, 6)], None),
        ("1h", [(0.5, 5), (1.76, 6)], "readings too far apart"),
        ("24h", [(20.0, None), (28.0, 5)], "first read later"),
    ],
)
def test_readings_must_enclose_the_age_closely(
    age: str, readings: list[tuple[float, int | None]], reason: str | None, world: World, ask: Ask
) -> None:
    read(world, "a", *readings)
    row = one(ask, age)
    assert row["reason"] == reason
    assert (row["views"] is None) is (reason is not None)
    assert (row["engagement_rate"] is None, row["gap_h"] is None, row["precision"] is None) == (bool(reason),) * 3


def test_a_counter_that_falls_stays_between_its_readings(world: World, ask: Ask) -> None:
    read(world, "a", (22.0, 2_000), (26.0, 1_000))
    row = one(ask, "24h")
    assert (row["views"], row["views_low"], row["views_high"]) == (1_500, 1_000, 2_000)


def test_rounding_widens_the_range(world: World, ask: Ask) -> None:
    read(world, "a", (24.0, 17_700), views_unit=100)
    read(world, "b", (24.0, 17_700), views_unit=None, rounded=None)
    for row in ask("posts_at_age", age="24h"):
        assert (row["views"], row["views_low"], row["views_high"]) == (17_700, 17_600, 17_800)
        assert row["engagement_rate_low"] == pytest.approx(1_770 / 17_800)
        assert row["engagement_rate_high"] == pytest.approx(1_770 / 17_600)


def test_a_reading_of_a_day_serves_a_week_only_and_as_a_range(world: World, ask: Ask) -> None:
    # Published at 12:00 on day 0, so the age of a week is reached at noon of day 7.
    read(
        world, "a", *((24.0 * day - 12.0, 1_000 * day) for day in (1, 2, 3, 4, 6, 7, 8)), observed_precision="day",
        observed_zone="UTC",
    )  # fmt: skip
    for age in ("1h", "24h", "72h"):
        assert one(ask, age)["reason"] == "no reading with a time"
    row = one(ask, "7d")
    # Day 6 is surely before, day 8 surely after; from the middle of one to that of the other it is halfway.
    assert (row["views"], row["views_low"], row["views_high"]) == (7_000, 6_000, 8_000)
    assert (row["precision"], row["gap_h"]) == ("day", 72.0)


def test_a_single_day_is_no_range(world: World, ask: Ask) -> None:
    read(world, "a", (24.0 * 7 - 12.0, 5_000), observed_precision="day", observed_zone="UTC")
    assert one(ask, "7d")["reason"] == "first read later"


def test_a_post_of_a_day_is_up_to_a_day_younger(world: World, ask: Ask) -> None:
    """A file without ids gives days alone: the age of a reading is known to a day, whatever zone the day is of."""
    hours = (23.0, 25.0, 144.0, 166.0, 168.0, 192.0, 200.0)
    read(world, "local-1", *((hour, 100 * int(hour)) for hour in hours))
    for age in ("1h", "24h", "72h"):
        row = one(ask, age)
        assert (row["views"], row["reason"]) == (None, "only the day of publishing known")
    row = one(ask, "7d")
    # After 168 h it is 144 to 168 h old, so surely before; after 192 h it is 168 to 192 h old, so surely after.
    assert (row["views_low"], row["views_high"], row["precision"]) == (16_800, 19_200, "day")
    (counts,) = ask("known_at_age", age="24h")
    assert (counts["dated"], counts["unread"]) == (1, 0)


def test_an_id_of_the_platform_is_as_exact_as_its_second(world: World, ask: Ask) -> None:
    read(world, "7647000000000000009", (24.0, 1_234))
    read(world, "local-2", (24.1, 1_234), posted_at=DAY + timedelta(hours=0.1))
    assert {row["views"] for row in ask("posts_at_age", age="24h")} == {1_234}


def test_an_exact_reading_is_preferred_to_a_day(world: World, ask: Ask) -> None:
    read(world, "a", (167.0, 1_000), (169.0, 1_200))
    for day in (6, 8):
        when = DAY + timedelta(hours=24.0 * day - 12.0)
        world.snapshot("a", when, views=9_999, likes=0, observed_precision="day", observed_zone="UTC")
    assert (one(ask, "7d")["views"], one(ask, "7d")["precision"]) == (1_100, "exact")


def test_what_owners_see_and_figures_of_a_period_are_no_readings(world: World, ask: Ask) -> None:
    read(world, "a", (24.0, 100), platform="youtube")
    read(world, "b", (24.0, 100), posted_at=None)
    world.rows["posts"].append({**world.rows["posts"][0], "post_id": "c", "platform": "tiktok"})
    world.snapshot("c", DAY + timedelta(hours=24), views=5, source="tiktok-organic")
    found = {row["post_id"]: row["reason"] for row in ask("posts_at_age", age="24h")}
    assert found == {"a": "figures of a period", "b": "time of publishing unknown", "c": "no reading with a time"}


def test_young_posts_are_compared_at_the_same_age(world: World, ask: Ask) -> None:
    for name, views, last in (("old", 1_000, 900.0), ("new", 3_000, 25.0), ("mid", 2_000, 80.0)):
        read(world, name, (24.0, views), (last, views * 2))
    rows = {row["post_id"]: row for row in ask("posts_at_age", age="24h", sort="views")}
    assert list(rows) == ["new", "mid", "old"]
    assert [rows[name]["views_percentile"] for name in ("old", "mid", "new")] == [0.0, 0.5, 1.0]
    assert all(row["excluded"] is None for row in rows.values())
    assert [row["post_id"] for row in ask("posts_at_age", age="24h", sort="views", limit=1)] == ["new"]


def test_benchmarks_count_the_known_of_the_eligible(world: World, ask: Ask) -> None:
    for number, views in enumerate((100, 200, 300, 400)):
        read(world, f"p{number}", (24.0, views))
    read(world, "late", (90.0, 7))
    read(world, "ad", (24.0, 9_999), is_ad=True)
    (row,) = ask("benchmarks_at_age", age="24h")
    assert (row["bucket"], row["n"], row["known"], row["views_median"], row["views_p90"]) == ("<=20", 5, 4, 250, 370)
    assert (row["views_median_low"], row["engagement_rate_n"]) == (250, 4)
    (counts,) = ask("known_at_age", age="24h")
    assert (counts["eligible"], counts["known"], counts["late"], counts["early"]) == (5, 4, 1, 0)
    assert {row["group"] for row in ask("benchmarks_at_age", age="24h", by="creator-size")} == {"unknown"}
    assert {row["group"] for row in ask("benchmarks_at_age", age="24h", by="niche")} == {"unknown"}


@pytest.mark.parametrize("options", [{"age": "2h"}, {"age": "24h", "sort": "nothing"}, {"age": "24h", "limit": 0}])
def test_what_there_is_not_is_refused(options: Row, world: World, ask: Ask) -> None:
    read(world, "a", (24.0, 1))
    with pytest.raises(DwellError):
        ask("posts_at_age", **options)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readings=st.lists(
        st.tuples(st.integers(0, 60 * 48), st.integers(0, 10_000_000)), max_size=8, unique_by=lambda pair: pair[0]
    ),
    dice=st.randoms(use_true_random=False),
)
def test_a_known_value_is_between_two_readings_in_any_order_of_rows(
    world: World, ask: Ask, readings: list[tuple[int, int]], dice: Any
) -> None:
    for name in world.rows:
        world.rows[name] = []
    read(world, "a", *((minute / 60, views) for minute, views in readings))
    row = one(ask, "24h")
    before = max((pair for pair in readings if pair[0] <= 1_440), default=None)
    after = min((pair for pair in readings if pair[0] >= 1_440), default=None)
    close = before is not None and after is not None and after[0] - before[0] <= 720
    assert (row["views"] is not None) is close
    if close and before is not None and after is not None:
        assert min(before[1], after[1]) <= row["views"] <= max(before[1], after[1])
        assert (row["views_low"], row["views_high"]) == (min(before[1], after[1]), max(before[1], after[1]))
    dice.shuffle(world.rows["post_snapshots"])
    assert one(ask, "24h") == row
