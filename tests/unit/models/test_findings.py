import math

import numpy as np
import pytest

from dwell.models.findings import mean_interval, median_interval, share_interval


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


def test_a_share_of_nothing_still_has_room_above():
    low, high = share_interval(0, 20)
    assert low == 0.0
    assert high == pytest.approx(0.1611, abs=1e-4)
