"""Accounts side by side: at equal length, with intervals that hold, and silence where posts are too few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dwell.models.comparison import MIN_POSTS, Account, compare
from dwell.models.matched_effect import matched_effect
from dwell.models.median_draws import median_draws
from dwell.models.weekly_posts import common_time, compare_weeks

START = datetime(2026, 1, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Groups = dict[str, list[float]]


def posts(seed: int, lengths: dict[str, int], *, factor: float = 1.0, **given: Any) -> list[dict[str, Any]]:
    """Posts whose rates are twice as high in the bucket `<=10` as in others, one a day."""
    dice = np.random.default_rng(seed)
    found = []
    for bucket, n in lengths.items():
        for rate in dice.lognormal(-3, 0.4, n) * factor * (2 if bucket == "<=10" else 1):
            moment = START + timedelta(days=len(found))
            row = {"bucket": bucket, "excluded": None, "posted_at": moment, "observed_at": moment + timedelta(days=9)}
            row |= {"is_pinned": False, "age_h": 216.0, "duration_s": 8.0 if bucket == "<=10" else 30.0}
            rates = ("engagement_rate", "like_rate", "comment_rate", "share_rate", "save_rate")
            found.append({**row, **dict.fromkeys(rates, float(rate)), "watch_ratio": None, **given})
    return found


def row_of(metric: str, *accounts: list[dict[str, Any]]) -> dict[str, Any]:
    named = [Account(name, rows) for name, rows in zip(("you", "rival", "third"), accounts, strict=False)]
    return next(row for row in compare(named) if row["metric"] == metric)


def test_a_difference_of_lengths_is_no_difference_of_accounts() -> None:
    """The rival posts mostly in the length that does well everywhere: its raw median is higher, at equal length not."""
    mine, theirs = posts(1, {"<=10": 20, "<=35": 120}), posts(2, {"<=10": 120, "<=35": 20})
    raw = [float(np.median([row["save_rate"] for row in rows])) for rows in (mine, theirs)]
    assert raw[1] > 1.6 * raw[0]
    row = row_of("save_rate", mine, theirs)
    assert row["verdict"] in {"similar", "unknown"}
    assert row["difference_low"] < 0 < row["difference_high"]


def test_a_planted_difference_is_found_with_its_direction_and_its_n() -> None:
    mine, theirs = posts(3, {"<=10": 60, "<=35": 60, ">60": 3}), posts(4, {"<=10": 50, "<=35": 40}, factor=1.6)
    row = row_of("save_rate", mine, theirs)
    assert (row["verdict"], row["n"], row["own_n"], row["buckets"]) == ("higher", 90, 120, ["<=10", "<=35"])
    assert row["difference"] == pytest.approx(row["value"] - row["own_value"])
    assert 0 < row["difference_low"] < row["difference"] < row["difference_high"]
    assert row["share"] == pytest.approx(120 / 123)
    assert row_of("save_rate", theirs, mine)["verdict"] == "lower"


def test_too_few_posts_say_how_many_are_missing() -> None:
    mine = posts(5, {"<=10": 40})
    row = row_of("save_rate", mine, posts(6, {"<=10": 7}))
    assert (row["verdict"], row["value"], row["difference"]) == ("unknown", None, None)
    assert row["reason"] == "@rival has 7 posts where it is known, 3 fewer than needed"
    row = row_of("save_rate", mine, posts(7, {"<=10": 4, "<=35": 40}))
    assert row["reason"].startswith("of the lengths that both have 5 posts of, @rival has 0, 10 fewer")
    assert MIN_POSTS == 10


def test_watch_ratio_is_compared_where_both_are_measured() -> None:
    mine = posts(8, {"<=10": 30}, watch_ratio=0.5)
    assert row_of("watch_ratio", mine, posts(9, {"<=10": 30}))["reason"].startswith("@rival has 0 posts")
    assert row_of("watch_ratio", mine, posts(9, {"<=10": 30}, watch_ratio=0.7))["verdict"] == "higher"
    unmeasured = compare([Account("you", posts(8, {"<=10": 30})), Account("rival", posts(9, {"<=10": 30}))])
    assert "watch_ratio" not in unmeasured.column("metric")


def test_excluded_posts_and_unknown_lengths_are_left_out() -> None:
    mine = posts(10, {"<=10": 20}) + posts(11, {"<=10": 20}, excluded="ads") + posts(12, {"<=10": 20}, bucket=None)
    assert row_of("save_rate", mine, posts(13, {"<=10": 20}))["own_n"] == 20


def test_equal_values_differ_in_nothing() -> None:
    rows = posts(14, {"<=10": 30}, save_rate=0.01)
    row = row_of("save_rate", rows, rows)
    assert (row["difference"], row["p_value"], row["verdict"]) == (0.0, 1.0, "similar")


def test_posts_a_week_are_counted_over_the_weeks_of_both() -> None:
    mine, theirs = [[START + timedelta(days=day) for day in range(0, 70, step)] for step in (7, 1)]
    first, last = START, START + timedelta(days=72)
    found = compare_weeks(mine, theirs, first, last)
    assert (found.weeks, found.own, found.other, found.difference) == (10, 1.0, 7.0, 6.0)
    assert (found.low, found.high) == (6.0, 6.0)
    assert found.p_value is not None
    assert found.p_value < 0.01
    assert compare_weeks(mine, theirs, first, first + timedelta(days=41)).own is None
    assert compare_weeks(mine, theirs, last, first).weeks == 0


@pytest.mark.parametrize(
    ("own", "other", "within", "days"),
    [
        ([(0, 100)], [(20, 90)], (None, None), (20, 90)),
        ([(0, 100)], [(20, 90)], (30, 60), (30, 60)),
        # Read until day 40, and again from day 60 on: the longest time without a gap counts.
        ([(0, 40), (60, 90)], [(-50, 200)], (None, None), (0, 40)),
        ([(0, 40), (30, 70), (35, 50)], [(-50, 200)], (None, None), (0, 70)),
    ],
)
def test_weeks_are_those_of_which_every_post_of_both_is_stored(
    own: list[tuple[int, int]], other: list[tuple[int, int]], within: tuple[Any, Any], days: tuple[int, int]
) -> None:
    def at(day: int | None) -> Any:
        return None if day is None else START + timedelta(days=day)

    times: Any = [[(at(begin), at(end)) for begin, end in pairs] for pairs in (own, other)]
    assert common_time(*times, (at(within[0]), at(within[1]))) == (at(days[0]), at(days[1]))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_weeks_are_those_of_the_users_zone(zone: str) -> None:
    """One posts on each Monday, of which the file says the day alone, the other at each week's end; clocks change."""
    where, week = ZoneInfo(zone), timedelta(days=7)
    first = START.replace(tzinfo=where)
    mine, theirs = posts(15, {"<=10": 12}), posts(16, {"<=10": 12})
    for number, (monday, sunday) in enumerate(zip(mine, theirs, strict=True)):
        monday |= {"post_id": f"local-{number}", "posted_at": START + number * week}
        sunday |= {"post_id": f"{number}", "posted_at": (first + (number + 1) * week).astimezone(UTC) - MINUTE}
    known = [(START - week, START + 14 * week)]
    within = first.astimezone(UTC), (first + 12 * week).astimezone(UTC)
    found = compare([Account("you", mine, known), Account("rival", theirs, known)], within, where)
    row = next(row for row in found if row["metric"] == "posts_per_week")
    assert (row["n"], row["value"], row["own_value"]) == (12, 1.0, 1.0)
    assert (row["difference_low"], row["difference_high"]) == (0.0, 0.0)


def test_no_common_time_is_no_week() -> None:
    first, last = common_time([], [(START, START + timedelta(days=90))], (None, None))
    assert compare_weeks([], [], first, last).weeks == 0
    apart = [(START, START + timedelta(days=9))], [(START + timedelta(days=20), START + timedelta(days=90))]
    assert compare_weeks([], [], *common_time(*apart, (None, None))).weeks == 0


def test_posts_of_unknown_length_are_the_reason_where_rates_are_known() -> None:
    mine = posts(30, {"<=10": 40})
    row = row_of("save_rate", mine, posts(31, {"<=10": 40}, bucket=None))
    expected = "@rival has 40 posts where it is known, the length of 0 of them, 10 fewer than needed"
    assert (row["verdict"], row["reason"]) == ("unknown", expected)


def test_an_effect_against_the_difference_is_no_verdict() -> None:
    """Of 1,000 values each, ranks say that the second are higher, and medians that they are lower."""
    mine, theirs = ([{**posts(1, {"<=10": 1})[0], "save_rate": float(value)} for value in values] for values in (
        [0] * 400 + [10] * 600, [9] * 550 + [20] * 450
    ))  # fmt: skip
    row = row_of("save_rate", mine, theirs)
    assert row["difference"] < 0 < row["effect_low"]
    assert row["verdict"] not in {"higher", "lower"}


def test_chance_is_rarely_taken_for_a_difference() -> None:
    """At most 5 % of pairs of equal accounts get a verdict; 40 pairs are allowed 7 points more (2 standard errors)."""
    said = 0
    for seed in range(40):
        accounts = [Account(str(side), posts(1_000 + 2 * seed + side, {"<=10": 20, "<=35": 30})) for side in (0, 1)]
        said += bool({"higher", "lower"} & {row["verdict"] for row in compare(accounts) if row["kind"] == "public"})
    assert said / 40 <= 0.05 + 0.07


@pytest.mark.parametrize("sizes", [{"a": (5, 5), "b": (5, 6)}, {"a": (30, 12), "b": (9, 25)}])
def test_intervals_hold(sizes: dict[str, tuple[int, int]]) -> None:
    """95 % intervals of difference and effect hold the truth in at least 92 % of 120 worlds less 2 standard errors."""
    dice, worlds, shift = np.random.default_rng(20), 120, 0.4
    weights = {name: own / sum(pair[0] for pair in sizes.values()) for name, (own, _) in sizes.items()}
    truth = sum(weights[name] * float(np.exp(-3 + shift) - np.exp(-3)) for name in sizes)
    held = 0
    for _ in range(worlds):
        own: Groups = {name: list(dice.lognormal(-3, 0.6, n)) for name, (n, _) in sizes.items()}
        other: Groups = {name: list(dice.lognormal(-3 + shift, 0.6, n)) for name, (_, n) in sizes.items()}
        found = matched_effect(own, other).difference
        held += found.low <= truth <= found.high
    assert held / worlds >= 0.92 - 0.05


@pytest.mark.parametrize("n", [1, 2, 7, 10])
def test_drawn_medians_are_those_of_resamples(n: int) -> None:
    values = np.arange(1.0, n + 1) ** 2
    dice = np.random.default_rng(21)
    drawn = median_draws(values, dice, 20_000)
    resampled = np.median(dice.choice(values, (20_000, n)), axis=1)
    edges = [0.1, 0.4, 0.6, 0.9]
    assert np.quantile(drawn, edges) == pytest.approx(np.quantile(resampled, edges), rel=0.08, abs=1.0)
    assert drawn.mean() == pytest.approx(resampled.mean(), rel=0.03)


def test_the_sentence_names_what_differs() -> None:
    mine, theirs = posts(30, {"<=10": 80}), posts(31, {"<=10": 80}, factor=0.5)
    verdict = compare([Account("you", mine), Account("rival", theirs)]).meta["verdict"]
    assert verdict.startswith("@rival is lower in engagement_rate, like_rate")
    assert verdict.endswith("than @you.")
    few = compare([Account("you", mine[:3]), Account("rival", theirs[:2])])
    assert few.meta["verdict"].startswith("@rival cannot be compared with @you: @rival has 2 posts")
    assert few.meta["accounts"][1] | {"first_posted_at": 0, "last_posted_at": 0} == {
        "handle": "rival", "posts": 2, "eligible": 2, "known": 0, "age_h_median": 216.0,
        "first_posted_at": 0, "last_posted_at": 0,
    }  # fmt: skip
