import math

import numpy as np
import pytest

from dwell.models.completion import BlendRegressor
from dwell.models.intervals import MONDRIAN_ROWS, Calibration, calibrate, conformal_quantile


def test_quantile_is_conformal():
    errors = np.arange(1.0, 20.0)
    assert conformal_quantile(errors, 0.9) == 18.0
    assert conformal_quantile(np.arange(1.0, 10.0), 0.9) == 9.0
    assert conformal_quantile(np.arange(1.0, 9.0), 0.9) == math.inf


def test_a_large_bucket_is_calibrated_on_itself():
    errors = np.concatenate([np.linspace(-1, 1, MONDRIAN_ROWS), np.linspace(-10, 10, MONDRIAN_ROWS)])
    calibration = Calibration(errors, np.repeat(["a", "b"], MONDRIAN_ROWS))
    assert calibration.half_width("a") == conformal_quantile(np.abs(errors[:MONDRIAN_ROWS]), 0.9)
    assert calibration.half_width("b") == conformal_quantile(np.abs(errors[MONDRIAN_ROWS:]), 0.9)


def test_small_buckets_share_their_errors_but_not_their_spread():
    rng = np.random.default_rng(0)
    errors = np.concatenate([rng.normal(0, 0.5, 30), rng.normal(0, 1.5, 30)])
    calibration = Calibration(errors, np.repeat(["quiet", "loud"], 30))
    quiet, loud, new = (calibration.half_width(name) for name in ("quiet", "loud", "never seen"))
    assert quiet < new < loud


def test_too_few_errors_give_no_finite_interval():
    assert Calibration(np.ones(5), np.repeat("a", 5)).half_width("a") == math.inf


@pytest.mark.parametrize("seed", range(3))
def test_intervals_hold_nine_of_ten_new_posts_in_every_bucket(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(1200, 3))
    buckets = np.where(matrix[:, 0] > 0, "noisy", "calm")
    link = matrix @ [1.0, -0.5, 0.2] + rng.normal(size=1200) * np.where(matrix[:, 0] > 0, 1.5, 0.4)
    blend = BlendRegressor(members=("ridge",))
    calibration, predict = calibrate(blend, matrix[:200], link[:200], buckets[:200])
    predicted = predict(matrix[200:])
    inside = np.abs(link[200:] - predicted) <= calibration.half_widths(buckets[200:])
    for bucket in ("noisy", "calm"):
        assert 0.82 <= inside[buckets[200:] == bucket].mean() <= 0.98


def test_calibration_errors_are_out_of_fold():
    rng = np.random.default_rng(1)
    matrix, noise = rng.normal(size=(60, 6)), rng.normal(size=60)
    blend = BlendRegressor(n_estimators=60)
    calibration, predict = calibrate(blend, matrix, noise, np.repeat("a", 60))
    in_sample = noise - predict(matrix)
    assert np.array_equal(predict(matrix), BlendRegressor(n_estimators=60).fit(matrix, noise).predict(matrix))
    assert np.abs(calibration.errors).mean() > 1.2 * np.abs(in_sample).mean()
    assert np.abs(calibration.errors).mean() > 0.9 * np.abs(noise - noise.mean()).mean()
