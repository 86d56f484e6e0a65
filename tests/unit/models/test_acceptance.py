import numpy as np
import pytest

from dwell.models.acceptance import gain_in_r2, reasons_to_abstain
from dwell.models.evaluation import Evaluation, OutOfFold
from dwell.models.forward import UNKNOWN, Forward


def _evaluation(y, model, *, later=0.5, later_mean=0.0):
    mean = np.full((1, len(y)), y.mean())
    flat = {name: OutOfFold(mean, mean, {"r2": 0.0, "mae": 0.1, "spearman": None}) for name in ("mean", "bucket_mean")}
    forward = {name: Forward({**UNKNOWN, "r2": later_mean, "mae": 0.1}) for name in flat}
    scores = {"r2": 0.5, "mae": 0.1, "spearman": 0.5}
    return Evaluation(OutOfFold(model, model, scores), flat, Forward({**UNKNOWN, "r2": later, "mae": 0.1}), forward)


@pytest.fixture
def y():
    return np.random.default_rng(0).uniform(0.1, 0.9, 40)


def test_gain_is_the_difference_of_r2(y):
    half = y.mean() + (y - y.mean()) * 0.5
    found = gain_in_r2(y, half[None, :], np.full((1, 40), y.mean()), "mean")
    assert found.r2 == pytest.approx(0.75)
    assert found.low < 0.75 < found.high


def test_gain_interval_covers_nothing_to_gain_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        measured = rng.uniform(0.2, 0.8, 60)
        one, other = (measured[None, :] + rng.normal(0, 0.1, (1, 60)) for _ in range(2))
        found = gain_in_r2(measured, one, other, "other")
        covered += found.low <= 0 <= found.high
    assert covered >= 370


def test_a_good_model_is_usable(y):
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :]), y) == []


def test_a_model_no_better_than_the_mean_is_refused_with_a_cure(y):
    noise = np.random.default_rng(2).normal(0, 0.1, (1, 40))
    (reason,) = reasons_to_abstain(_evaluation(y, y.mean() + noise), y)
    assert "does not beat the" in reason
    assert "may not help" in reason


def test_a_promising_model_is_told_how_many_posts_it_needs(y):
    rng = np.random.default_rng(3)
    model = y.mean() + 0.3 * (y - y.mean()) + rng.normal(0, 0.16, (1, 40))
    reasons = reasons_to_abstain(_evaluation(y, model), y)
    assert len(reasons) == 1
    assert "would show with about" in reasons[0]


def test_a_model_that_fails_forward_in_time_is_refused(y):
    (reason,) = reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=-0.4), y)
    assert "does not predict the present" in reason


def test_a_shift_that_hurts_the_mean_more_is_forgiven(y):
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=-0.1, later_mean=-2.0), y) == []


def test_unknown_times_do_not_refuse(y):
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=None), y) == []
