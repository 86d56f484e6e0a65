import math

import numpy as np
import pytest

from dwell.models.slopes import slope

DAYS = np.arange(8.0)


def test_an_exact_growth_is_found():
    found = slope(DAYS, 100 * 1.2**DAYS, np.ones(8))
    assert found.value == pytest.approx(math.log(1.2))
    assert found.scatter == 1.0
    assert found.low < found.value < found.high


def test_spans_of_different_length_are_rates():
    spans = np.array([1.0, 3.0, 1.0, 2.0])
    found = slope([0.5, 2.5, 4.5, 6.0], 50 * spans, spans)
    assert found.value == pytest.approx(0.0, abs=1e-9)


def test_scattered_counts_have_wider_intervals():
    calm = slope(DAYS, [100, 101, 99, 100, 101, 99, 100, 100], np.ones(8))
    wild = slope(DAYS, [10, 201, 9, 200, 11, 199, 10, 160], np.ones(8))
    assert wild.scatter > 50
    assert wild.high - wild.low > 5 * (calm.high - calm.low)


@pytest.mark.parametrize(
    ("at", "counts"), [([0, 1], [5, 6]), ([1, 1, 1], [5, 6, 7]), ([0, 1, 2], [0, 0, 0]), ([0, 1, 2], [-4, 0, -1])]
)
def test_nothing_to_fit(at, counts):
    assert slope(at, counts, [1.0] * len(at)) is None


def test_counts_of_one_day_alone_do_not_run_away():
    found = slope(DAYS, [0, 0, 0, 0, 0, 0, 0, 50], np.ones(8))
    assert found is None or math.isfinite(found.high)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    runs = [slope(DAYS, rng.poisson(60 * 1.05**DAYS), np.ones(8)) for _ in range(400)]
    held = np.mean([run.low <= math.log(1.05) <= run.high for run in runs])
    assert held >= 0.94
