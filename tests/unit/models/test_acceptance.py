import numpy as np
import pytest

from dwell.models.acceptance import chance_within_periods, gain_in_r2, r2_interval, reasons_to_abstain
from dwell.models.evaluation import Evaluation, OutOfFold
from dwell.models.forward import UNKNOWN, Forward

ORDER = np.arange(40)


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
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :]), y, ORDER) == []


def test_a_model_no_better_than_the_mean_is_refused_with_a_cure(y):
    noise = np.random.default_rng(2).normal(0, 0.1, (1, 40))
    (reason,) = reasons_to_abstain(_evaluation(y, y.mean() + noise), y, ORDER)
    assert "does not beat the" in reason
    assert "may not help" in reason


def test_a_promising_model_is_told_how_many_posts_it_needs(y):
    rng = np.random.default_rng(3)
    model = y.mean() + 0.3 * (y - y.mean()) + rng.normal(0, 0.16, (1, 40))
    reasons = reasons_to_abstain(_evaluation(y, model), y, ORDER)
    assert len(reasons) == 1
    assert "would show with about" in reasons[0]


def test_a_model_that_fails_forward_in_time_is_refused(y):
    (reason,) = reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=-0.4), y, ORDER)
    assert "does not predict the present" in reason


def test_a_shift_that_hurts_the_mean_more_is_forgiven(y):
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=-0.1, later_mean=-2.0), y, ORDER) == []


def test_unknown_times_do_not_refuse(y):
    assert reasons_to_abstain(_evaluation(y, (y * 0.9 + 0.05)[None, :], later=None), y, ORDER) == []


def test_a_model_that_only_knows_the_period_is_refused():
    """Steps over time that the predictions know, and noise within each step that they do not."""
    rng = np.random.default_rng(5)
    step = np.repeat(np.linspace(0.2, 0.8, 8), 15)
    y, model = step + rng.normal(0, 0.05, 120), step + rng.normal(0, 0.05, 120)
    (reason,) = reasons_to_abstain(_evaluation(y, model[None, :]), y, np.arange(120))
    assert "within periods of time its predictions do not follow" in reason
    assert "fit again" in reason


def test_a_model_that_follows_within_periods_is_usable():
    rng = np.random.default_rng(6)
    step, own = np.repeat(np.linspace(0.2, 0.8, 8), 15), rng.normal(0, 0.05, 120)
    y, model = step + own, step + own + rng.normal(0, 0.05, 120)
    assert reasons_to_abstain(_evaluation(y, model[None, :]), y, np.arange(120)) == []
    assert chance_within_periods(y, model, np.arange(120)) < 1e-6


def test_periods_are_those_of_time_whatever_the_order_of_the_rows():
    rng = np.random.default_rng(7)
    y, model = rng.uniform(size=64), rng.uniform(size=64)
    mixed = rng.permutation(64)
    asked = chance_within_periods(y[mixed], model[mixed], np.argsort(mixed))
    assert asked == pytest.approx(chance_within_periods(y, model, np.arange(64)))


def test_without_times_periods_are_not_asked(y):
    assert chance_within_periods(y, 1 - y, np.arange(0)) == 0.0


def test_chance_follows_within_periods_as_often_as_it_says():
    rng = np.random.default_rng(8)
    found = [
        chance_within_periods(rng.uniform(size=60), rng.uniform(size=60), np.arange(60)) < 0.05 for _ in range(600)
    ]
    assert 15 <= sum(found) <= 50


def test_the_interval_of_r2_holds_its_true_value_nineteen_times_in_twenty():
    rng = np.random.default_rng(9)
    truth = 1 - 0.1**2 / (0.1**2 + 0.2**2)
    held = 0
    for _ in range(400):
        signal = rng.normal(0.5, 0.2, 40).clip(0.02, 0.98)
        y = (signal + rng.normal(0, 0.1, 40)).clip(0, 1)
        ends = r2_interval(y, signal[None, :])
        held += ends["low"] <= truth <= ends["high"]
    assert 360 <= held <= 397


def test_a_target_that_does_not_vary_has_no_interval():
    assert r2_interval(np.full(20, 0.4), np.full((1, 20), 0.4)) is None
