"""Retention curves in figures: worked by hand, on every axis that a file may have, and with what is wrong in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.errors import DwellError
from dwell.metrics.retention_columns import FRACTIONS

from .conftest import DAY, Ask, World

STEADY = {second: 1 - 0.04 * second for second in range(16)}  # 15 s, from 1 to 0.4
AT = [f"at_{place}" for place in FRACTIONS]


def one(ask: Ask, **parameters: Any) -> dict[str, Any]:
    (row,) = ask("retention_curves", **parameters)
    return row


def test_the_figures_of_a_curve(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", STEADY)
    at = DAY + timedelta(hours=100)
    world.rows["watch_times"].append(
        {"post_id": "1", "observed_at": at, "avg_watch_s": 10.5, "full_watch_rate": 0.4, "source": "test"}
    )
    row = one(ask)
    assert row["observed_at"] == at
    assert (row["points"], row["first_s"], row["last_s"], row["duration_s"], row["bucket"]) == (16, 0, 15, 15, "<=20")
    assert row["start_rate"] == 1
    assert [row[f"retention_{second}s"] for second in (1, 3, 5)] == pytest.approx([0.96, 0.88, 0.8])
    assert [row[f"hook_loss_{second}s"] for second in (1, 3, 5)] == pytest.approx([0.04, 0.12, 0.2])
    assert row["end_rate"] == pytest.approx(0.4)
    assert [row[name] for name in AT] == pytest.approx([1 - 0.6 * place / 100 for place in FRACTIONS])
    assert row["area_s"] == pytest.approx(10.5)
    assert row["area_difference_s"] == pytest.approx(0, abs=1e-9)
    assert (row["bumps"], row["cliffs"], row["plateau_s"], row["flags"]) == (0, 0, 0, None)
    assert (row["bump_s"], row["cliff_s"], row["plateau_from_s"]) == (None, None, None)
    assert (row["bucket_n"], row["end_rate_median"], row["above_band"]) == (1, None, None)


def test_bumps_cliffs_and_plateaus_with_their_seconds(world: World, ask: Ask) -> None:
    curve = dict(STEADY) | dict.fromkeys(range(8, 16), 0.5)
    curve |= {4: 0.84, 5: 0.6, 6: 0.57, 7: 0.53, 12: 0.58, 13: 0.53}
    world.post("1")
    world.curve("1", curve)
    row = one(ask)
    assert (row["cliffs"], row["cliff_s"]) == (1, 5)
    assert row["cliff_drop"] == pytest.approx(0.24 - (0.04 + 0.03) / 2)
    assert (row["bumps"], row["bump_s"]) == (1, 12)
    assert row["bump_height"] == pytest.approx(0.08)
    assert (row["plateau_s"], row["plateau_from_s"], row["plateau_to_s"]) == (4, 8, 12)
    events = {point["second"]: point["event"] for point in ask("retention_points") if point["event"]}
    assert events == {5: "cliff", 12: "bump"}


def test_the_fall_after_a_bump_is_no_cliff_and_a_steep_start_is_none(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", {0: 1, 1: 0.6, 2: 0.42, 3: 0.34, 4: 0.3, 5: 0.28, 6: 0.27, 7: 0.45, 8: 0.3, 9: 0.25, 10: 0.24})
    assert (one(ask)["bumps"], one(ask)["cliffs"]) == (1, 0)


@pytest.mark.parametrize(
    ("points", "length"),
    [
        ({second / 2: 1 - 0.02 * second for second in range(31)}, 15.0),  # half seconds
        ({place: 1 - 0.006 * place for place in range(101)}, 15.0),  # percent of the length
        ({15 * place / 40: 1 - 0.6 * place / 40 for place in range(41)}, 15.0),  # as in Meta's table
    ],
)
def test_other_axes_give_the_same_figures(world: World, ask: Ask, points: dict[float, float], length: float) -> None:
    world.post("1", duration_s=length)
    world.curve("1", points)
    row = one(ask)
    assert [row[name] for name in AT] == pytest.approx([1 - 0.6 * place / 100 for place in FRACTIONS])
    assert row["retention_3s"] == pytest.approx(0.88)
    assert row["area_s"] == pytest.approx(10.5)
    assert row["flags"] in {None, "percent_axis"}
    rates = {point["second"]: point["retention_rate"] for point in ask("retention_points")}
    assert rates == pytest.approx({second: 1 - 0.04 * second for second in range(16)})


def test_percent_of_the_length_is_said(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", {place: 1 - 0.006 * place for place in range(101)})
    assert one(ask)["flags"] == "percent_axis"


UNKNOWN_FIGURES = ("retention_3s", "end_rate", "at_50", "area_s", "plateau_s", "bumps", "cliffs")


@pytest.mark.parametrize(
    ("points", "length", "flag"),
    [
        (dict.fromkeys(range(30), 1.0), 15.0, "outside_length"),
        ({-1: 1.0, 0: 1.0, 15: 0.5}, 15.0, "outside_length"),
        ({second: 100 - second for second in range(16)}, 15.0, "implausible_rate"),
        ({second: 0.5 - second / 10 for second in range(16)}, 15.0, "implausible_rate"),
        ({place: 1 - place / 200 for place in range(101)}, 180.0, "axis_unclear"),
        ({place / 20: 1 - place / 40 for place in range(21)}, 15.0, "axis_unclear"),
    ],
)
def test_a_curve_that_cannot_be_read_has_no_figures(
    world: World, ask: Ask, points: dict[float, float], length: float, flag: str
) -> None:
    world.post("1", duration_s=length)
    world.curve("1", points)
    row = one(ask)
    assert row["flags"].split(",")[0] == flag
    assert {row[name] for name in UNKNOWN_FIGURES} == {None}
    assert ask("retention_points") == []


def test_a_single_point(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", {0: 1.0})
    row = one(ask)
    assert row["flags"] == "single_point,ends_early"
    assert row["start_rate"] == row["at_0"] == 1
    assert {row[name] for name in ("retention_1s", "at_5", "end_rate", "area_s", "hook_loss_1s")} == {None}


def test_a_gap_is_not_bridged(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", {second: rate for second, rate in STEADY.items() if not 2 <= second <= 8})
    row = one(ask)
    assert row["flags"] == "gap"
    assert {row[name] for name in ("retention_3s", "retention_5s", "at_25", "at_50", "area_s")} == {None}
    assert row["retention_1s"] == pytest.approx(0.96)
    assert row["end_rate"] == pytest.approx(0.4)
    points = {point["second"]: point["change"] for point in ask("retention_points")}
    assert sorted(points) == [0, 1, *range(9, 16)]
    assert points[9] is None


def test_all_equal_is_one_plateau(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", dict.fromkeys(range(16), 1.0))
    row = one(ask)
    assert (row["plateau_s"], row["plateau_from_s"], row["plateau_to_s"]) == (15, 0, 15)
    assert (row["hook_loss_5s"], row["end_rate"], row["area_s"], row["bumps"]) == (0, 1, 15, 0)


def test_above_1_is_kept_and_said(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", dict(STEADY) | {6: 1.3})
    row = one(ask)
    assert row["flags"] == "over_1"
    assert (row["bump_s"], row["bump_height"]) == (6, pytest.approx(0.5))


def test_a_start_far_from_1_and_one_that_is_missing(world: World, ask: Ask) -> None:
    world.post("1")
    world.curve("1", {second: 0.9 * rate for second, rate in STEADY.items()})
    world.post("2", posted_at=DAY - timedelta(days=1))
    world.curve("2", {second: rate for second, rate in STEADY.items() if second})
    low, late = ask("retention_curves")
    assert low["flags"] == "start_not_1"
    assert low["hook_loss_3s"] == pytest.approx(0.9 * 0.12)
    assert late["flags"] == "no_start"
    assert {late[name] for name in ("start_rate", "hook_loss_3s", "at_0", "area_s")} == {None}
    assert late["retention_3s"] == pytest.approx(0.88)


@pytest.mark.parametrize("length", [None, 0.0, 40_000.0])
def test_without_a_length_seconds_are_known_and_fractions_are_not(world: World, ask: Ask, length: float | None) -> None:
    world.post("1", duration_s=length)
    world.curve("1", STEADY)
    row = one(ask)
    assert row["flags"] == "unknown_length"
    assert row["retention_3s"] == pytest.approx(0.88)
    assert {row[name] for name in (*AT, "end_rate", "area_s", "bucket", "duration_s")} == {None}
    points = ask("retention_points")
    assert len(points) == 16
    assert {point["fraction"] for point in points} == {None}


def test_a_curve_that_stops_early_has_no_end(world: World, ask: Ask) -> None:
    world.post("1", duration_s=60.0)
    world.curve("1", STEADY)
    row = one(ask)
    assert row["flags"] == "ends_early"
    assert {row["end_rate"], row["area_s"], row["at_50"]} == {None}
    assert row["at_25"] == pytest.approx(0.4)


def test_a_length_with_a_fraction(world: World, ask: Ask) -> None:
    """Its last whole second is before the end, or after it."""
    for number, last in enumerate((14, 15)):
        world.post(str(number), duration_s=14.6, posted_at=DAY - timedelta(days=number))
        world.curve(str(number), {second: rate for second, rate in STEADY.items() if second <= last})
    before, after = ask("retention_curves")
    assert before["end_rate"] == pytest.approx(0.44)
    assert after["end_rate"] == pytest.approx(1 - 0.04 * 14.6)
    assert before["flags"] is after["flags"] is None


def test_the_newest_curve_counts_and_only_the_average_of_its_reading(world: World, ask: Ask) -> None:
    world.post("1")
    old, new = DAY + timedelta(days=5), DAY + timedelta(days=9)
    world.curve("1", dict.fromkeys(range(16), 0.1), at=old)
    world.curve("1", STEADY, at=new)
    for at, seconds in ((old, 1.5), (new, 12.0)):
        row = {"post_id": "1", "observed_at": at, "avg_watch_s": seconds, "source": "test"}
        world.rows["watch_times"].append(row)
    row = one(ask)
    assert (row["observed_at"], row["start_rate"]) == (new, 1)
    assert row["avg_watch_s"] == 12
    assert row["area_difference_s"] == pytest.approx(-1.5)
    assert row["flags"] == "area_differs"


def band(world: World, number: int, ads: int = 0) -> None:
    """Videos of 15 s; the curve of post n ends at n/100, and promoted ones at 1."""
    for place in range(1, number + ads + 1):
        end, is_ad = (1.0, True) if place > number else (place / 100, None)
        world.post(str(place), is_ad=is_ad, views=1_000 + place)
        world.curve(str(place), {second: 1 - (1 - end) * second / 15 for second in range(16)})


def test_the_band_is_that_of_the_accounts_own_length(world: World, ask: Ask) -> None:
    band(world, 11, ads=3)
    world.post("long", duration_s=50.0)
    world.curve("long", dict.fromkeys(range(51), 0.9))
    world.post("other", handle="other")
    world.curve("other", dict.fromkeys(range(16), 0.9))
    rows = {row["post_id"]: row for row in ask("retention_curves")}
    assert rows["1"]["bucket_n"] == 11
    assert [rows["1"][f"end_rate_{name}"] for name in ("p10", "median", "p90")] == pytest.approx([0.02, 0.06, 0.1])
    assert rows["long"]["end_rate_median"] is rows["other"]["end_rate_median"] is None
    assert rows["1"]["below_band"] == pytest.approx(20 / 21)  # all but the start, where every curve is at 1
    assert rows["11"]["above_band"] == pytest.approx(20 / 21)
    assert (rows["6"]["above_band"], rows["6"]["below_band"]) == (0, 0)
    seconds = [row for row in ask("retention_bands", handle="me") if row["bucket"] == "<=20"]
    assert [(row["position"], row["n"]) for row in seconds] == [(float(second), 11) for second in range(16)]
    assert [seconds[-1][name] for name in ("p10", "median", "p90")] == pytest.approx([0.02, 0.06, 0.1])
    places = [row for row in ask("retention_bands", handle="me", axis="fraction") if row["bucket"] == "<=20"]
    assert [row["position"] for row in places] == [place / 100 for place in FRACTIONS]
    assert places[-1]["median"] == pytest.approx(0.06)


def test_promoted_posts_count_on_request(world: World, ask: Ask) -> None:
    band(world, 11, ads=3)
    rows = {row["post_id"]: row for row in ask("retention_curves", ads=True)}
    assert rows["1"]["bucket_n"] == 14
    assert rows["12"]["excluded"] is None
    assert {row["excluded"] for row in ask("retention_curves") if row["is_ad"]} == {"ads"}
    assert {row["post_id"] for row in ask("retention_points")} == {str(place) for place in range(1, 12)}
    assert len({row["post_id"] for row in ask("retention_points", ads=True)}) == 14
    assert {row["post_id"] for row in ask("retention_points", post="13")} == {"13"}
    assert {row["post_id"] for row in ask("retention_points", most=2)} == {"10", "11"}


def test_few_curves_have_no_band(world: World, ask: Ask) -> None:
    band(world, 4)
    assert {row["end_rate_median"] for row in ask("retention_curves")} == {None}
    assert {(row["n"], row["median"]) for row in ask("retention_bands")} == {(4, None)}


def test_wrong_parameters_are_refused(world: World, ask: Ask) -> None:
    with pytest.raises(DwellError, match="axis"):
        ask("retention_bands", axis="percent")
    with pytest.raises(DwellError, match="number of posts"):
        ask("retention_points", most=0)


def test_the_second_with_the_most_likes_of_the_newest_reading(world: World, ask: Ask) -> None:
    for post_id in ("1", "2", "3"):
        world.post(post_id)
    old, new = DAY + timedelta(days=5), DAY + timedelta(days=9)
    shares = {("1", old): [0.9, 0.1], ("1", new): [0.2, 0.3, 0.3, 0.2], ("2", new): [0.0, 0.0]}
    for (post_id, at), likes in shares.items():
        for second, share in enumerate(likes):
            row = {"post_id": post_id, "observed_at": at, "second": float(second), "like_share": share}
            world.rows["engagement_likes"].append(row)
    assert ask("like_peaks", handle="me") == [{"post_id": "1", "like_peak_s": 1, "like_peak_share": 0.3}]
    of_one = ask("likes_by_second", handle="me", post="1")
    assert [row["like_share"] for row in of_one] == [0.2, 0.3, 0.3, 0.2]
    assert {row["post_id"] for row in ask("likes_by_second", platform="tiktok")} == {"1", "2"}
