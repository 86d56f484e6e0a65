from __future__ import annotations

from datetime import timedelta
from statistics import median, quantiles
from typing import Any

import pytest

from dwell.errors import DwellError
from dwell.metrics.post_dots import post_dots

from .conftest import DAY, Ask, World


def fill(world: World, lengths: dict[float, int]) -> None:
    for duration, count in lengths.items():
        for number in range(count):
            world.post(f"{duration:g}-{number:04d}", views=10_000, likes=number * 7 % 997, duration_s=duration)


def test_few_posts_are_all_drawn_highest_first(world: World, ask: Ask) -> None:
    fill(world, {8.0: 30, 45.0: 12})
    world.post("ad", is_ad=True)
    world.post("no-length", duration_s=None)
    world.post("no-views", views=None)
    rows = ask("post_dots")
    assert len(rows) == 42
    values = [row["value"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert {(row["total"], row["bucket_n"], row["bucket"]) for row in rows} == {(42, 30, "<=10"), (42, 12, "<=60")}


def test_a_sample_keeps_its_bounds_and_the_share_of_those_above_p90(world: World, ask: Ask) -> None:
    fill(world, {8.0: 300, 45.0: 100})
    everything = ask("post_dots")
    assert sum(row["above_p90"] for row in everything) == 40
    sample = ask("post_dots", most=120)
    assert 90 <= len(sample) <= 120
    assert sum(row["above_p90"] for row in sample) / len(sample) == pytest.approx(0.1, abs=0.01)
    assert {row["post_id"] for row in sample} <= {row["post_id"] for row in everything}
    assert sample == ask("post_dots", most=120)
    assert {(row["total"], row["total_above_p90"]) for row in sample} == {(400, 40)}
    # Of two lengths with 3 and 1 of 4 posts, about as many are drawn.
    buckets = [row["bucket"] for row in sample]
    assert buckets.count("<=10") / len(buckets) == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize("most", [2, 7, 20, 60, 400])
def test_a_sample_of_any_size_has_both_kinds(world: World, ask: Ask, most: int) -> None:
    fill(world, {8.0: 400})
    sample = ask("post_dots", most=most)
    assert most // 2 < len(sample) <= most
    assert 0 < sum(row["above_p90"] for row in sample) <= max(1, most / 8)


def test_median_and_p90_are_those_of_all_posts_and_of_benchmarks(world: World, ask: Ask) -> None:
    fill(world, {8.0: 300, 45.0: 77})
    benchmarks = {row["bucket"]: row for row in ask("benchmarks")}
    for row in ask("post_dots", most=20):
        figures = benchmarks[row["bucket"]]
        assert row["bucket_n"] == figures["engagement_rate_n"]
        assert row["bucket_median"] == figures["engagement_rate_median"]
        assert row["bucket_p90"] == figures["engagement_rate_p90"]


def test_measured_watch_time(world: World, ask: Ask) -> None:
    ratios = []
    for number in range(9):
        world.post(f"p{number}", duration_s=10.0)
        if number != 4:
            row: dict[str, Any] = {"post_id": f"p{number}", "observed_at": DAY + timedelta(days=9)}
            world.rows["watch_times"].append({**row, "avg_watch_s": 2.0 + number, "full_watch_rate": number / 10})
            ratios.append((2.0 + number) / 10.0)
    rows = ask("post_dots", rate="watch_ratio")
    assert [row["value"] for row in rows] == pytest.approx(sorted(ratios, reverse=True))
    assert rows[0]["bucket_median"] == pytest.approx(median(ratios))
    assert rows[0]["bucket_p90"] == pytest.approx(quantiles(ratios, n=10, method="inclusive")[-1])
    assert next(row["value"] for row in ask("post_dots", rate="full_watch_rate")) == 0.8


def test_a_length_with_few_posts_has_none_above(world: World, ask: Ask) -> None:
    fill(world, {8.0: 4})
    assert [row["above_p90"] for row in ask("post_dots")] == [False] * 4


def test_wrong_parameters_are_named() -> None:
    with pytest.raises(DwellError, match="'fun': choose from engagement_rate"):
        post_dots(rate="fun")
    with pytest.raises(DwellError, match="from 2 up, not 1"):
        post_dots(most=1)
