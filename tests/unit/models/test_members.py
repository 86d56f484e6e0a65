"""Each member of the blend against an independent computation of the same thing."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

from dwell.models.boosting import DEPTH, LEARNING_RATE, SUBSAMPLE, BoostedTrees
from dwell.models.completion import BlendRegressor, CompletionRegressor
from dwell.models.gaussian_process import GaussianProcess, _Posterior
from dwell.models.ridge import CurvedRidge


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(60, 4))
    return matrix, np.sin(matrix[:, 0]) + 0.5 * matrix[:, 1] + 0.2 * rng.normal(size=60)


def test_process_gradient_is_the_derivative(data):
    matrix, y = data
    posterior = _Posterior(matrix, (y - y.mean()) / y.std())
    for seed in range(3):
        point = posterior.mean + np.random.default_rng(seed).normal(size=len(posterior.mean)) * 0.5
        error = check_grad(lambda p: posterior(p)[0], lambda p: posterior(p)[1], point)
        assert error < 1e-3 * np.linalg.norm(posterior(point)[1])


def test_process_predicts_what_scikit_learn_predicts_with_the_same_kernel(data):
    matrix, y = data
    process = GaussianProcess().fit(matrix, y)
    smooth, *scales, linear, noise = np.exp(process.point_)
    kernel = (
        ConstantKernel(smooth) * RBF(scales)
        + ConstantKernel(linear / 4) * DotProduct(0.0, "fixed")
        + WhiteKernel(noise)
    )
    other = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=None, normalize_y=True).fit(matrix, y)
    ask = np.random.default_rng(4).normal(size=(20, 4))
    assert np.allclose(process.predict(ask), other.predict(ask), atol=1e-6)


def test_process_finds_the_noise(data):
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(200, 2))
    y = 3.0 * matrix[:, 0] + 0.5 * rng.normal(size=200)
    assert GaussianProcess().fit(matrix, y).noise_sd_ == pytest.approx(0.5, abs=0.1)


def test_process_thins_many_rows_and_still_fits():
    rng = np.random.default_rng(6)
    matrix = rng.normal(size=(400, 2))
    process = GaussianProcess(max_tuning_rows=50, max_rows=100).fit(matrix, matrix[:, 0])
    assert len(process.X_fit_) == 100
    assert np.corrcoef(process.predict(matrix), matrix[:, 0])[0, 1] > 0.99


def test_trees_predict_what_scikit_learn_predicts(data):
    matrix, y = data
    other = GradientBoostingRegressor(
        max_depth=DEPTH, n_estimators=40, learning_rate=LEARNING_RATE, subsample=SUBSAMPLE, random_state=0
    ).fit(matrix, y)
    ask = np.random.default_rng(7).normal(size=(200, 4))
    assert np.allclose(BoostedTrees(n_estimators=40).fit(matrix, y).predict(ask), other.predict(ask))


def test_ridge_bends_with_the_first_column():
    x = np.linspace(-2, 2, 80)
    matrix = np.column_stack([x, np.zeros(80)])
    assert np.allclose(CurvedRidge().fit(matrix, x**2).predict(matrix), x**2, atol=0.05)


def test_blend_is_the_mean_of_its_members(data):
    matrix, y = data
    blend = BlendRegressor(n_estimators=20).fit(matrix, y)
    scaled = blend.scaler_.transform(matrix)
    parts = [member.predict(scaled) for member in blend.fitted_.values()]
    assert len(parts) == 3
    assert np.allclose(blend.predict(matrix), np.mean(parts, axis=0))


def test_blend_is_deterministic(data):
    matrix, y = data
    first, second = (BlendRegressor(n_estimators=20).fit(matrix, y).predict(matrix) for _ in range(2))
    assert np.array_equal(first, second)


def test_blend_rebuilt_from_its_state_predicts_bit_for_bit(data):
    matrix, y = data
    matrix = matrix.copy()
    matrix[::7, 3] = np.nan
    model = CompletionRegressor(ceiling=2.0, n_estimators=20).fit(matrix, np.exp(y / 2))
    again = CompletionRegressor.from_state(model.state())
    assert np.array_equal(model.predict(matrix), again.predict(matrix))


def test_completion_stays_between_0_and_its_ceiling(data):
    matrix, _ = data
    y = np.where(matrix[:, 0] > 0, 1.9, 0.0)
    predicted = CompletionRegressor(ceiling=2.0, n_estimators=20).fit(matrix, y).predict(matrix * 50)
    assert predicted.min() >= 0.0
    assert predicted.max() <= 2.0
