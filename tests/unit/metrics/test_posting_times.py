from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dwell.errors import DwellError
from dwell.metrics.compile import sql
from dwell.metrics.zones import hour, offsets, publishing_time, weekday

from .conftest import DAY, Ask, World

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca")


@pytest.mark.parametrize("name", ZONES)
def test_offsets_are_the_zones_own(name: str) -> None:
    clock, start = ZoneInfo(name), datetime(2014, 1, 1, tzinfo=UTC)
    for step in range(0, 26 * 365 * 24, 37):
        moment = start + timedelta(hours=step)
        second = int(moment.timestamp())
        shift = next(offset for until, offset in offsets(name) if until is None or second < until)
        local = moment.astimezone(clock)
        assert (weekday(second + shift), hour(second + shift)) == (local.isoweekday(), local.hour)


def test_offsets_change_in_the_very_second() -> None:
    spring = datetime(2025, 3, 30, 1, tzinfo=UTC)
    assert int(spring.timestamp()) in {until for until, _ in offsets("Europe/Berlin")}


@pytest.mark.parametrize(
    ("utc", "cell"),
    [
        ("2025-03-30T00:59:59+00:00", (7, 1)),
        ("2025-03-30T01:00:00+00:00", (7, 3)),
        ("2025-10-26T00:59:59+00:00", (7, 2)),
        ("2025-10-26T01:00:00+00:00", (7, 2)),
        ("2025-01-05T23:30:00+00:00", (1, 0)),
    ],
)
def test_hours_in_berlin_around_the_changes_of_the_clocks(
    utc: str, cell: tuple[int, int], world: World, ask: Ask
) -> None:
    posted_at = datetime.fromisoformat(utc)
    world.post("a", posted_at=posted_at, seen_at=posted_at + timedelta(days=9))
    (row,) = ask("posting_times", tz="Europe/Berlin")
    assert (row["weekday"], row["hour"], row["n"]) == (*cell, 1)


def test_cells_hold_medians_of_eligible_posts(world: World, ask: Ask) -> None:
    world.post("a", views=100, likes=10)
    world.post("b", views=300, likes=90)
    world.post("unrated", views=500, likes=None)
    world.post("ad", views=9_000, is_ad=True)
    world.post("undated", posted_at=None)
    (row,) = ask("posting_times")
    assert row == {
        "weekday": 1,
        "hour": 12,
        "n": 3,
        "engagement_rate_median": pytest.approx(0.2),
        "views_median": 300.0,
        "metric_median": pytest.approx(0.2),
        "metric_n": 2,
    }


@pytest.mark.parametrize("tz", ["Berlin", "", "../etc/passwd", "Europe"])
def test_a_wrong_zone_is_said(tz: str) -> None:
    with pytest.raises(DwellError, match="time zone"):
        sql("posting_times", tz=tz)


@pytest.mark.parametrize(("tz", "hour"), [("UTC", 0), ("America/New_York", 5)])
def test_a_day_without_a_time_has_no_hour(world: World, ask: Ask, tz: str, hour: int) -> None:
    """Midnight of UTC, or of the zone that is asked for, where the source had no ids: a day, and not midnight."""
    midnight = DAY.replace(hour=hour)
    world.post("local-1", posted_at=midnight)
    world.post("local-2", posted_at=midnight + timedelta(hours=9))
    world.post("7647000000000000009", posted_at=midnight)
    rows = ask("posting_times", tz=tz)
    assert sum(row["n"] for row in rows) == 2
    assert {row["hour"] for row in rows} == {0, 9}
    times = [publishing_time(post, ZoneInfo(tz)) for post in world.rows["posts"]]
    assert [None if time is None else time.hour for time in times] == [None, 9, 0]


@pytest.mark.parametrize("tz", ["UTC", "America/New_York"])
def test_a_day_of_youtube_has_no_hour(world: World, ask: Ask, tz: str) -> None:
    """YouTube Studio writes days alone: midnight in UTC is no 19:00 in winter and 20:00 in summer of New York."""
    midnight = DAY.replace(hour=0)
    world.post("S97QFbwPJe8", platform="youtube", posted_at=midnight)
    world.post("zK8xFTTIdFo", platform="youtube", posted_at=midnight - timedelta(days=182))
    assert ask("posting_times", tz=tz, platform="youtube") == []
    assert {publishing_time(post, ZoneInfo(tz)) for post in world.rows["posts"]} == {None}
    world.post("c0FFEEc0FFE", platform="youtube", posted_at=midnight + timedelta(hours=15, minutes=3))
    assert [row["n"] for row in ask("posting_times", tz=tz, platform="youtube")] == [1]
