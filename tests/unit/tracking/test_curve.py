"""The curve of a tracked video: growth only over an interval or more, every slot in its place, gaps as gaps."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.charts import render
from dwell.tracking.curve import draw_curve, find_growth, make_curve
from dwell.tracking.objects import Gap, Snapshot, VideoDetail, VideoMetadata

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR_S = 3600.0


def snapshot(slot: int, seconds: float, views: int | None, rounded_to: dict[str, int] | None = None) -> Snapshot:
    text = None if views is None else str(views)
    return Snapshot(
        id=f"s{slot}", snapshot_id=f"s{slot}", slot=slot, snapshot_time=NOON + timedelta(seconds=seconds), views=text,
        likes="1", comments="2", shares=None, saves=None, provider="tikliveapi",
        rounded_to=rounded_to,
    )  # fmt: skip


def gap(slot: int, seconds: float, reason: Any = "missed") -> Gap:
    return Gap(slot=slot, slot_time=NOON + timedelta(seconds=seconds), reason=reason)


def video(snapshots: list[Snapshot], gaps: list[Gap] = [], **changes: Any) -> VideoDetail:  # noqa: B006
    values: dict[str, Any] = {
        "id": "vid_1", "job_id": "job_1", "video_link": "https://www.tiktok.com/@demo/video/7350810998023949599",
        "platform": "tiktok", "status": "monitoring", "reason": None, "is_deleted": False, "monitoring_started": NOON,
        "monitoring_duration_days": 1, "days_remaining": 0.5, "interval_s": HOUR_S, "slots": 24,
        "snapshots_count": len(snapshots), "estimated_cost": 0.0, "metadata": None, "created_at": NOON,
        "current_metadata": VideoMetadata(title="One-pan pasta", creator="demo"), "ended_at": None,
        "last_updated": None,
    }  # fmt: skip
    return VideoDetail(snapshots=snapshots, gaps=gaps, **{**values, **changes})


def rates(curve: Any) -> dict[int, float | None]:
    return dict(zip(curve.column("slot"), curve.column("views_per_hour"), strict=True))


def test_growth_is_since_the_newest_snapshot_an_hour_older() -> None:
    curve = make_curve(
        video([snapshot(0, 0, 100), snapshot(1, 3600, 160), snapshot(2, 7190, 200), snapshot(3, 10_800, 300)])
    )
    assert rates(curve) == {0: None, 1: 60.0, 2: pytest.approx(100 / 7190 * 3600), 3: pytest.approx(100 / 3610 * 3600)}
    assert curve.column("hours")[1:3] == [1.0, pytest.approx(7190 / 3600)]


def test_two_snapshots_less_than_an_hour_apart_have_no_growth() -> None:
    assert rates(make_curve(video([snapshot(0, 0, 100), snapshot(1, 3599, 160)]))) == {0: None, 1: None}


def test_unknown_views_are_no_growth_and_no_zero() -> None:
    curve = make_curve(video([snapshot(0, 0, 100), snapshot(1, 3600, None), snapshot(2, 7200, 220)]))
    assert rates(curve) == {0: None, 1: None, 2: 60.0}
    assert curve.column("views") == [100, None, 220]
    assert curve.column("shares") == [None] * 3


def test_views_that_fall_are_shown() -> None:
    assert rates(make_curve(video([snapshot(0, 0, 100), snapshot(1, 3600, 40)])))[1] == -60.0


def test_over_a_gap_growth_is_known_but_the_line_is_broken() -> None:
    curve = make_curve(
        video([snapshot(0, 0, 0), snapshot(1, 3600, 60), snapshot(4, 14_400, 240)], [gap(2, 7200), gap(3, 10_800)])
    )
    assert curve.column("slot") == [0, 1, 2, 3, 4]
    assert curve.column("gap") == [None, None, "missed", "missed", None]
    assert rates(curve)[4] == 60.0
    assert curve.column("hours")[4] == 3.0
    lines = [data for data in values(draw_curve(curve)) if data and "segment" in data[0]]
    assert [row["segment"] for row in lines[0]] == [1, 3]
    bands = [row for data in values(draw_curve(curve)) for row in data if "until" in row]
    assert {(row["reason"], row["slots"], row["tip"]) for row in bands} == {
        ("not polled", 2, "2 hours without a snapshot: not polled")
    }


def values(chart: Any) -> list[list[dict[str, Any]]]:
    spec = json.loads(chart.to_json())
    return [
        layer["data"]["values"] if "values" in layer["data"] else spec["datasets"][layer["data"]["name"]]
        for layer in spec["layer"]
    ]


def test_a_faster_clock_of_a_simulation_keeps_the_order_of_the_slots() -> None:
    speed = 1440
    read = [snapshot(slot, slot * 2.5 * speed, 100 * slot) for slot in (0, 1, 2, 5, 6)]
    curve = make_curve(video(read, [gap(3, 7.5), gap(4, 10), gap(7, 17.5)], interval_s=2.5))
    times = curve.column("at")
    assert times == sorted(times)
    assert times[3] == NOON + timedelta(hours=3)
    assert curve.meta["slot_s"] == HOUR_S


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 3599), st.integers(0, 10**12)), min_size=1, max_size=60),
    st.sampled_from([1.0, 1440.0]),
)
def test_every_slot_has_one_row_and_time_never_goes_back(slots: list[Any], speed: float) -> None:
    interval_s = HOUR_S / speed
    read = [
        snapshot(number, (number * interval_s + late / speed) * speed, views)
        for number, (is_read, late, views) in enumerate(slots)
        if is_read
    ]
    gaps = [gap(number, number * interval_s) for number, (is_read, _, _) in enumerate(slots) if not is_read]
    curve = make_curve(video(read, gaps, interval_s=interval_s))
    assert curve.column("slot") == list(range(len(slots)))
    assert curve.column("at") == sorted(curve.column("at"))
    assert curve.meta["snapshots"] + sum(curve.meta["gaps"].values()) == len(slots)
    assert all(hours is None or hours * HOUR_S >= curve.meta["slot_s"] - 1e-6 for hours in curve.column("hours"))


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.none() | st.integers(0, 10**6)), max_size=30, unique_by=lambda x: x[0])
)
def test_growth_equals_a_search_by_hand(readings: list[tuple[int, int | None]]) -> None:
    read = [snapshot(slot, seconds, views) for slot, (seconds, views) in enumerate(sorted(readings))]
    found = find_growth(read, HOUR_S)
    for one in read:
        older = [
            before
            for before in read
            if before.views is not None
            and one.views is not None
            and (one.snapshot_time - before.snapshot_time).total_seconds() >= HOUR_S
        ]
        assert (one.slot in found) == bool(older)
        if older:
            gained = int(one.views or 0) - int(older[-1].views or 0)
            assert found[one.slot].views_per_hour * found[one.slot].hours == pytest.approx(gained)


def test_the_picture_names_account_number_time_and_source() -> None:
    curve = make_curve(
        video([snapshot(slot, slot * 3600, 60 * slot) for slot in range(6)], [gap(6, 6 * 3600, "deleted")])
    )
    picture = render.svg(draw_curve(curve))
    for text in ("Views per hour", "One-pan pasta", "6 snapshots of 24 hours · 1 gap: 1 deleted", ">deleted<"):
        assert text in picture, text
    assert "@demo · observed on 10 Jun 2026 · source: tikliveapi" in picture


@pytest.mark.parametrize("snapshots", [[], [snapshot(0, 0, 5)], [snapshot(0, 0, None), snapshot(1, 3600, None)]])
def test_without_growth_the_picture_says_why(snapshots: list[Snapshot]) -> None:
    picture = render.svg(draw_curve(make_curve(video(snapshots, current_metadata=VideoMetadata()))))
    assert "Views per hour need two snapshots" in picture
    assert "an unknown account" in picture


def test_many_short_gaps_of_one_reason_have_one_label() -> None:
    gaps = [gap(slot, slot * 3600) for slot in range(100, 130, 2)]
    read = [snapshot(slot, slot * 3600, slot) for slot in range(720) if slot not in {one.slot for one in gaps}]
    chart = draw_curve(make_curve(video(read, gaps, slots=720)))
    labels = [row["label"] for data in values(chart) for row in data if "label" in row]
    assert len(set(labels) - {""}) == 1
    assert sum(label != "" for label in values_of_bands(chart)) == 1


def values_of_bands(chart: Any) -> list[str]:
    return [row["label"] for row in next(data for data in values(chart) if data and "until" in data[0])]


def test_a_change_that_rounding_explains_is_no_growth() -> None:
    read = [
        snapshot(0, 0, 17_700, {"views": 100}),
        snapshot(1, 3600, 17_800, {"views": 100}),
        snapshot(2, 7200, 18_100, {"views": 100}),
        snapshot(3, 10_800, 18_150),
        snapshot(4, 14_400, 18_150),
    ]
    curve = make_curve(video(read))
    assert rates(curve) == {0: None, 1: None, 2: 300.0, 3: None, 4: 0.0}
    assert curve.column("views_per_hour_low") == [None, 0.0, 200.0, -50.0, 0.0]
    assert curve.column("views_per_hour_high") == [None, 200.0, 400.0, 150.0, 0.0]
    assert curve.meta["views_rounded_to"] == 100
    assert "rounded to 100" in draw_curve(curve).to_json()


def test_slots_shorter_than_an_hour_are_compared_over_an_hour() -> None:
    """TikTok updates its counters in batches: the change in five minutes shows the batch."""
    read = [snapshot(slot, slot * 300, 1000 * (slot // 4)) for slot in range(25)]
    curve = make_curve(video(read, interval_s=300.0))
    assert [rate for rate in rates(curve).values() if rate is not None] == [3000.0] * 13
    assert curve.column("hours")[12:] == [1.0] * 13
