"""Claims about simulated accounts: rarely made without the effect, nearly always with it."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwell.models.effects import variance_inflation
from dwell.models.group_comparison import compare_groups, compare_periods

BENCHMARK = runpy.run_path(str(Path(__file__).parents[3] / "benchmarks" / "claims.py"))
FAST = [claim for claim in BENCHMARK["CLAIMS"] if claim not in BENCHMARK["SLOW"]]
ACCOUNTS = 40
MOST = 5
"""Of 40 accounts, each with a chance of one in twenty, more than five get the claim once in 70 tries."""


@pytest.mark.parametrize("claim", FAST)
def test_at_most_one_account_in_twenty_without_the_effect_gets_the_claim(claim: str):
    verdicts = BENCHMARK["count"](claim, ACCOUNTS, effect=False)
    assert verdicts["found"] <= MOST
    assert verdicts.total() == ACCOUNTS


@pytest.mark.parametrize("claim", FAST)
def test_a_large_effect_is_found_and_never_called_no_difference(claim: str):
    verdicts = BENCHMARK["count"](claim, 20, effect=True)
    assert verdicts["found"] >= 18
    assert verdicts["nothing"] <= 1


@pytest.mark.parametrize("effect", [False, True])
def test_public_ratios(effect: bool):
    verdicts = BENCHMARK["count"]("public_ratios", 2, effect=effect)
    assert verdicts["found"] == (2 if effect else 0)


def test_no_difference_is_not_said_of_groups_that_differ_by_a_large_effect():
    """At Cliff's delta 0.5 (normal values 0.954 apart) a claim of "no large difference" is false."""
    rng = np.random.default_rng(5)
    drawn = [{"a": rng.normal(size=15).tolist(), "b": rng.normal(0.954, 1, 15).tolist()} for _ in range(100)]
    verdicts = [compare_groups(groups).verdict for groups in drawn]
    assert verdicts.count("nothing") <= 5
    assert verdicts.count("found") >= 50


def test_values_without_any_spread_are_neither_different_nor_an_error():
    same: dict[str, Any] = {"a": [0.5] * 10, "b": [0.5] * 10}
    compared = compare_groups(same)
    assert (compared.verdict, compared.p_value, compared.pairs[0].clear) == ("nothing", 1.0, False)


def test_similar_neighbours_count_for_fewer_posts():
    climbing = [float(n) for n in range(30)]
    assert variance_inflation([climbing, climbing]) > 10
    rng = np.random.default_rng(3)
    assert variance_inflation([rng.normal(size=400).tolist(), rng.normal(size=400).tolist()]) < 1.2
    assert variance_inflation([[1.0] * 5, [1.0] * 5]) == 1.0


def test_the_periods_of_a_series_that_only_climbs_within_each_are_alike():
    part = [float(n) for n in range(40)]
    verdict, effect = compare_periods(part, part)
    assert (verdict, effect.value) == ("unknown", 0.0)  # two long waves: far fewer than 80 independent posts
