import math

import numpy as np
import pytest
from scipy.stats import binomtest, quantile_test

from dwell.models.confidence_intervals import mean_interval, median_interval, share_interval


@pytest.mark.parametrize(("n", "place"), [(6, 1), (8, 1), (9, 2), (20, 6), (100, 40)])
def test_the_exact_interval_of_a_median_is_that_of_the_sign_test(n, place):
    values = list(range(1, n + 1))
    assert median_interval(values[::-1]) == (place, n + 1 - place)
    outside = sum(math.comb(n, below) for below in range(place)) / 2**n
    assert outside <= 0.025 < outside + math.comb(n, place) / 2**n


def test_few_values_have_no_interval():
    assert median_interval([1.0] * 5) == (None, None)
    assert mean_interval([1.0] * 5) == (None, None)


def test_a_mean_lies_in_its_interval_and_the_draws_are_the_same_each_time():
    values = np.random.default_rng(1).lognormal(size=20).tolist()
    low, high = mean_interval(values)
    assert low < np.mean(values) < high
    assert mean_interval(values) == (low, high)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 1 - 0.05 / 3, 1 - 0.05 / 6])
def test_the_interval_of_a_median_is_that_of_counting_outcomes_by_hand(confidence):
    draw = np.random.default_rng(3)
    for n in (0, 1, 2, 5, 6, 7, 8, 25, 26, 101, 501, 932):
        values = draw.integers(0, 40, n).astype(float).tolist()
        total, place = 0, 0
        while 2 * (total + math.comb(n, place)) <= (1 - confidence) * 2**n:
            total, place = total + math.comb(n, place), place + 1
        ordered = sorted(values)
        expected = (ordered[place - 1], ordered[n - place]) if place else (None, None)
        assert median_interval(values, confidence) == expected


@pytest.mark.parametrize("confidence", [0.9, 0.95, 1 - 0.05 / 6])
def test_the_interval_of_a_median_is_scipys(confidence):
    draw = np.random.default_rng(4)
    for n in (*range(1, 40), 100, 999, 5_000):
        values = draw.normal(size=n).tolist()
        expected = quantile_test(values, q=0, p=0.5).confidence_interval(confidence)
        ends = (expected.low, expected.high)
        assert median_interval(values, confidence) == ((None, None) if np.isnan(ends).any() else ends)


def test_the_interval_of_a_share_is_wilsons():
    for n in (1, 2, 3, 8, 40, 333):
        for count in range(n + 1):
            expected = binomtest(count, n).proportion_ci(method="wilson")
            assert share_interval(count, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_nothing_still_has_room_above():
    low, high = share_interval(0, 20)
    assert low == 0.0
    assert high == pytest.approx(0.1611, abs=1e-4)
