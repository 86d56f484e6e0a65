from __future__ import annotations

import random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.models.medians import Median, median_with_interval


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (9, 2), (10, 2), (20, 6), (100, 40)])
def test_ranks_are_those_of_the_sign_test_tables(n, rank):
    found = median_with_interval([float(i) for i in range(1, n + 1)])
    assert (found.low, found.high) == (rank, n + 1 - rank)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_below_six_values_there_is_no_interval(n):
    found = median_with_interval([1.0] * n)
    assert (found.value, found.low, found.high, found.n) == (1.0, None, None, n)


def test_a_wider_confidence_gives_a_wider_interval():
    values = [float(i) for i in range(40)]
    narrow, wide = median_with_interval(values, 0.9), median_with_interval(values, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=700))
def test_the_interval_holds_the_median(values):
    found = median_with_interval(values)
    assert found.low <= found.value <= found.high
    assert found.value == median(values)


def test_it_covers_the_true_median_as_often_as_it_says():
    dice = random.Random(11)
    for n in (8, 25, 600):
        inside = 0
        for _ in range(400):
            found = median_with_interval([dice.expovariate(1) for _ in range(n)])
            inside += found.low <= 0.6931471805599453 <= found.high
        assert inside / 400 >= 0.92


def test_is_below_needs_both_intervals():
    assert Median(1, 0.5, 1.5, 9).is_below(Median(2, 1.6, 2.5, 9))
    assert not Median(1, 0.5, 1.7, 9).is_below(Median(2, 1.6, 2.5, 9))
    assert not Median(1, None, None, 3).is_below(Median(2, 1.6, 2.5, 9))
