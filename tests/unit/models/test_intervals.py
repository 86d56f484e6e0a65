import math

import numpy as np
import pytest
from sklearn.model_selection import KFold

from dwell.models.completion import BlendRegressor
from dwell.models.coverage import held_out
from dwell.models.evaluation import splits
from dwell.models.intervals import MONDRIAN_ROWS, Calibration, conformal_quantile
from dwell.models.link import to_link
from dwell.models.sample import make_sample


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
    blend, errors = BlendRegressor(members=("ridge",)), np.empty(200)
    folds = splits(200, 0)
    for part, (_, test) in zip(blend.fit_many([(matrix[t], link[t]) for t, _ in folds]), folds, strict=True):
        errors[test] = link[test] - part.predict(matrix[test])
    calibration = Calibration(errors, buckets[:200])
    predicted = blend.fit(matrix[:200], link[:200]).predict(matrix[200:])
    inside = np.abs(link[200:] - predicted) <= calibration.half_widths(buckets[200:])
    for bucket in ("noisy", "calm"):
        assert 0.82 <= inside[buckets[200:] == bucket].mean() <= 0.98


def test_calibration_errors_are_out_of_fold(fitted):
    sample = make_sample(fitted.rows, "watch_ratio")
    link = to_link(sample.y, 2.0)
    errors = fitted.model.calibration.errors
    in_sample = link - fitted.model.regressor.predict_link(sample.X)
    assert np.abs(errors).mean() > 1.2 * np.abs(in_sample).mean()
    train, test = splits(len(sample), 0)[0]
    apart = BlendRegressor().fit(sample.X[train], link[train])
    assert np.allclose(errors[test], link[test] - apart.predict(sample.X[test]))


def test_the_out_of_fold_errors_are_those_of_mapie(made):
    """Cross-conformal as the library does it: the same folds, the same absolute errors, hence the same widths."""
    mapie = pytest.importorskip("mapie.regression")
    from mapie.conformity_scores import AbsoluteConformityScore

    sample = make_sample(made.account(60, seed=3), "watch_ratio")
    link = to_link(sample.y, 2.0)
    blend = BlendRegressor(members=("ridge",))
    other = mapie.CrossConformalRegressor(
        blend,
        0.9,
        conformity_score=AbsoluteConformityScore(sym=False),
        method="base",
        cv=KFold(10, shuffle=True, random_state=0),
    )
    other.fit_conformalize(sample.X, link)
    errors = np.empty(60)
    folds = splits(60, 0)
    for part, (_, test) in zip(blend.fit_many([(sample.X[t], link[t]) for t, _ in folds]), folds, strict=True):
        errors[test] = link[test] - part.expect(sample.X[test])
    assert np.allclose(errors, other.conformity_scores)


def test_coverage_of_a_fold_comes_from_the_errors_of_the_others(made):
    """Huge errors in one fold widen every interval but those of that fold."""
    sample = make_sample(made.account(100, seed=4), "watch_ratio")
    link = to_link(sample.y, 2.0)
    links = link[None, :] + np.random.default_rng(0).normal(0, 0.1, (1, 100))
    _, test = splits(100, 0)[0]
    spoilt = links.copy()
    spoilt[0, test] += 3.0
    inside, width = held_out(sample, spoilt, 2.0)
    assert not inside[0, test].any()
    others = np.setdiff1d(np.arange(100), test)
    assert width[0, others].mean() > 2 * held_out(sample, links, 2.0)[1][0, others].mean()
