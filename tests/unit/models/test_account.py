"""The figures behind the statements about an account, worked out by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dwell.models.account import COLUMNS, findings
from dwell.models.coverage_shares import coverage_shares
from dwell.models.quarters import compare_quarters
from dwell.models.tiers import COLUMNS as TIER_COLUMNS
from dwell.results import Result

WATCH_RATIO = {"name": "watch_ratio", "reason": "", "n": 0, "eligible": 0}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def post(number: int, **given: Any) -> dict[str, Any]:
    return {"post_id": str(number), "excluded": None, "posted_at": NOW + timedelta(days=number), **given}


def of(result: Result, finding: str) -> list[dict[str, Any]]:
    return [row for row in result if row["finding"] == finding]


def test_an_account_without_posts_has_no_figure_and_says_what_is_missing():
    result = findings([])
    assert result.columns == COLUMNS
    assert [(row["finding"], row["verdict"], row["value"]) for row in result] == [
        ("watch_ratio", "unknown", None),
        ("best_posts", "unknown", None),
    ]
    assert all(row["reason"] for row in result)
    assert result.meta["medians"] == {"watch_ratio": None, "engagement_rate": None}
    assert (result.meta["posts"], result.meta["eligible"], result.meta["lengths"]) == (0, 0, [])


def test_what_is_found_comes_first_and_the_largest_effect_before_others():
    dice = random.Random(5)
    rows = [
        post(n, bucket=b, watch_ratio=v + dice.random() / 4, engagement_rate=dice.random(), above_p90=n < 5)
        for b, v in (("<=10", 0.9), ("<=20", 0.5))
        for n in range(20)
    ]
    tiers = [
        ("hashtag", tag, 0.5, 0.5 - effect, effect, "difference", 0.1, 0.9, 0.01, 0.01, True)
        for tag, effect in (("small", 0.3), ("large", 0.6))
    ]
    result = findings(rows, tiers=Result(TIER_COLUMNS, tiers, {"n_top": 10, "n_bottom": 10}), no_fit="None is stored.")
    statements = {row["statement"]: row for row in result}
    shown = [(row["finding"], row["verdict"]) for row in statements.values()]
    assert shown[:2] == [("watch_ratio", "found"), ("length", "found")]
    assert [row["level"] for row in statements.values() if row["finding"] == "best_posts"] == ["large", "small"]
    assert shown[4] == ("above_p90", "found")
    assert ("model", "unknown") in shown
    assert [verdict for _, verdict in shown] == sorted((v for _, v in shown), key=["found", "nothing", "unknown"].index)


def test_quarters_are_medians_of_both_ends():
    assert compare_quarters([1.0] * 31, "watch_ratio") is None
    found = compare_quarters([float(n) for n in range(1, 41)], "watch_ratio")
    assert found is not None
    assert (found["metric"], found["best"]["value"], found["best"]["n"]) == ("watch_ratio", 35.5, 10)
    assert (found["weakest"]["value"], found["weakest"]["low"] is not None) == (5.5, True)


def test_medians_are_of_eligible_posts_with_their_exact_interval():
    rows = [post(n, watch_ratio=float(n), engagement_rate=None, rounded=n % 2 == 0) for n in range(1, 21)]
    rows += [post(99, watch_ratio=1000.0, excluded="ads", rounded=None)]
    result = findings(rows)
    (row,) = of(result, "watch_ratio")
    assert (row["value"], row["low"], row["high"], row["n"]) == (10.5, 6.0, 15.0, 20)  # ranks of the sign test
    assert result.meta["medians"]["watch_ratio"] == {"value": 10.5, "low": 6.0, "high": 15.0, "n": 20}
    assert result.meta["medians"]["engagement_rate"] is None
    assert (result.meta["posts"], result.meta["eligible"]) == (21, 20)
    assert result.meta["rounded"] == {"posts": 10, "known": 20}


def test_lengths_have_intervals_and_small_ones_are_not_compared():
    groups = {"<=10": [float(n) for n in range(1, 11)], "<=20": [float(n) for n in range(101, 111)], ">60": [7.0, 9.0]}
    rows = [post(n, bucket=bucket, watch_ratio=value) for bucket in groups for n, value in enumerate(groups[bucket])]
    result = findings(rows, metric=WATCH_RATIO)
    short, longer, few = result.meta["lengths"]
    assert (short["median"], short["n"], short["p90"], short["confidence"]) == (5.5, 10, pytest.approx(9.1), 0.95)
    assert (short["low"], short["high"]) == (2.0, 9.0)
    assert (few["median"], few["low"], few["high"], few["compared"]) == (8.0, None, None, False)
    (row,) = of(result, "length")
    assert (row["verdict"], row["clear"], row["comparisons"]) == ("found", True, 1)
    assert (row["group"], row["value"], row["n"]) == ("<=20", longer["median"], 10)
    assert (row["other_group"], row["other_value"], row["other_high"]) == ("<=10", 5.5, 9.0)
    assert (row["effect_name"], row["effect"]) == ("cliffs_delta", 1.0)
    assert row["p_value"] == pytest.approx(0.000157, abs=1e-6)  # Kruskal-Wallis: H = 14.29, one degree of freedom


def test_every_pair_of_lengths_that_differs_is_a_row_of_one_statement():
    groups = {"<=10": 1.0, "<=20": 0.5, "<=35": 0.49, ">60": 0.1}
    rows = [post(n, bucket=b, watch_ratio=v + n / 1000) for b, v in groups.items() for n in range(20)]
    pairs = of(findings(rows), "length")
    assert {row["statement"] for row in pairs} == {2}
    assert {(row["group"], row["other_group"]) for row in pairs} == {
        *(("<=10", other) for other in ("<=20", "<=35", ">60")),
        *(("<=20", other) for other in ("<=35", ">60")),
        ("<=35", ">60"),
    }
    assert (pairs[0]["comparisons"], pairs[0]["effect"]) == (6, 1.0)


def test_a_smallest_length_of_few_posts_does_not_decide_for_all():
    """Two lengths of 37 and 38 posts differ clearly; the lowest median is that of a third length with eleven."""
    spread = [n / 100 for n in range(-20, 21)]
    groups = {"<=20": (0.49, 37), "<=60": (0.20, 38), ">60": (0.18, 11)}
    rows = [
        post(n, bucket=bucket, watch_ratio=middle + spread[n * 41 // size])
        for bucket, (middle, size) in groups.items()
        for n in range(size)
    ]
    pairs = of(findings(rows), "length")
    assert {(row["group"], row["other_group"]) for row in pairs if row["clear"]} == {("<=20", "<=60"), ("<=20", ">60")}


@pytest.mark.parametrize(("posts", "verdict"), [(7, "unknown"), (100, "nothing")])
def test_no_difference_is_said_only_where_a_large_one_is_excluded(posts: int, verdict: str):
    rows = [post(n, bucket=b, watch_ratio=n % 7 / 7) for b in ("<=10", ">60") for n in range(posts)]
    (row,) = of(findings(rows, metric=WATCH_RATIO), "length")
    assert (row["verdict"], row["clear"], row["effect"]) == (verdict, False, pytest.approx(0.0))
    assert bool(row["reason"]) == (verdict == "unknown")
    assert (row["effect_high"] < 0.5) == (verdict == "nothing")


def test_one_length_is_not_compared():
    rows = [post(n, bucket="<=10", engagement_rate=0.1) for n in range(9)]
    (row,) = of(findings(rows), "length")
    assert (row["verdict"], row["metric"], row["comparisons"]) == ("unknown", "engagement_rate", 1)
    assert row["value"] is None


@pytest.mark.parametrize(
    ("older", "newer", "verdict"),
    [(0.05, 0.08, "found"), (0.08, 0.05, "found"), (0.05, 0.05, "nothing")],
)
def test_the_newer_half_is_compared_with_the_older(older: float, newer: float, verdict: str):
    rows = [post(n, engagement_rate=older if n < 12 else newer) for n in range(25)]  # the middle post is newer
    (row,) = of(findings(rows), "change")
    assert row["verdict"] == verdict
    assert (row["group"], row["value"], row["n"]) == ("newer_half", newer, 13)
    assert (row["other_group"], row["other_value"], row["other_n"]) == ("older_half", older, 12)


def test_too_few_dated_posts_are_counted():
    rows = [post(n, engagement_rate=0.1) for n in range(23)] + [post(50, engagement_rate=0.1, posted_at=None)]
    (row,) = of(findings(rows), "change")
    assert (row["verdict"], row["n"], row["reason"]) == (
        "unknown",
        23,
        "23 eligible posts with a date; 24 are needed for two halves.",
    )


def test_posts_above_p90_are_counted_once_there_are_ten():
    rows = [post(n, above_p90=n == 0, engagement_rate=0.1) for n in range(10)]
    (row,) = of(findings(rows), "above_p90")
    assert (row["value"], row["n"]) == (1, 10)
    assert not of(findings(rows[:9]), "above_p90")


TIERS = ("dimension", "level", "top", "bottom", "effect", "effect_name", "low", "high", "q_value", "separates")


def test_each_clear_difference_is_a_statement_and_all_others_are_one():
    clear = [
        ("hashtag", tag, 0.6, 0.2, effect, "difference", 0.1, 0.6, 0.01, True)
        for tag, effect in zip("abcd", (0.3, -0.5, 0.4, 0.2), strict=True)
    ]
    meta = {"n_top": 30, "n_bottom": 31}
    rows = of(findings([], tiers=Result(TIERS, clear, meta)), "best_posts")
    assert [(row["level"], row["effect"]) for row in rows] == [("b", -0.5), ("c", 0.4), ("a", 0.3)]
    assert len({row["statement"] for row in rows}) == 3
    assert {(row["n"], row["other_n"], row["comparisons"]) for row in rows} == {(30, 31, 4)}


@pytest.mark.parametrize(("high", "verdict"), [(0.4, "nothing"), (0.6, "unknown")])
def test_quarters_without_a_difference_are_alike_only_where_a_large_one_is_excluded(high: float, verdict: str):
    dull = [
        ("hashtag", tag, 0.3, 0.2, effect, "difference", -0.1, high, 0.6, False)
        for tag, effect in zip("abcd", (0.3, -0.5, 0.4, 0.2), strict=True)
    ]
    rows = of(findings([], tiers=Result(TIERS, dull, {"n_top": 30, "n_bottom": 31})), "best_posts")
    assert [row["level"] for row in rows] == ["a", "b", "c", "d"]
    assert {(row["verdict"], row["statement"], row["clear"]) for row in rows} == {(verdict, 2, False)}


def test_the_model_is_compared_with_its_best_baseline():
    fit = {"target": "watch_ratio", "verdict": "usable", "n": 90, "out_of_fold": {"r2": 0.8}, "forward": {"r2": None}}
    fit["baselines"] = {"mean": {"out_of_fold": {"r2": -0.1}}, "duration_only": {"out_of_fold": {"r2": 0.5}}, "x": {}}
    (row,) = of(findings([], fit=fit), "model")
    assert (row["value"], row["n"], row["other_group"], row["other_value"]) == (0.8, 90, "duration_only", 0.5)
    fit["gain"] = {"duration_only": {"over": "duration_only", "r2": 0.3, "low": 0.2, "high": 0.4}}
    _, alone = of(findings([], fit=fit), "model")
    assert (alone["group"], alone["value"], alone["clear"]) == ("duration_only", 0.5, True)
    assert (alone["effect_name"], alone["effect"], alone["effect_low"]) == ("gain_r2", 0.3, 0.2)
    (row,) = of(findings([], fit={**fit, "verdict": "abstain", "reasons": ["a", "b"]}), "model")
    assert (row["verdict"], row["value"], row["reason"]) == ("unknown", None, "a; b")


def test_coverage_has_the_interval_of_chance():
    interval = {"level": 0.9, "coverage": 0.9, "coverage_by_bucket": {"<=10": 0.8, ">60": None}, "rows_by_bucket": {}}
    everything, short = coverage_shares({"n": 50, "interval": interval})
    assert (everything["bucket"], everything["share"], everything["n"]) == (None, 0.9, 50)
    assert (everything["low"], everything["high"]) == pytest.approx((0.7864, 0.9565), abs=1e-4)  # Wilson, 45 of 50
    assert short == {"bucket": "<=10", "n": None, "share": 0.8, "low": None, "high": None}
    assert coverage_shares({"n": 50, "interval": {}}) == []
    assert coverage_shares(None) == []
