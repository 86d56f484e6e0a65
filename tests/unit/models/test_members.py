"""Each member of the blend against an independent computation of the same thing."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
from sklearn.linear_model import RidgeCV

from dwell.models.boosting import DEPTH, LEARNING_RATE, SUBSAMPLE, BoostedTrees, grow_together
from dwell.models.completion import BlendRegressor, CompletionRegressor
from dwell.models.gaussian_process import GaussianProcess, _Posterior
from dwell.models.ridge import PENALTIES, CurvedRidge


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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("trees", [1, 40, 150])
def test_trees_of_all_rows_predict_what_scikit_learn_predicts(seed, trees):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(60, 4))
    matrix[:, 3] = np.round(matrix[:, 3])  # equal values, as counters have
    y = np.sin(matrix[:, 0]) + 0.5 * matrix[:, 1] + 0.2 * rng.normal(size=60)
    other = GradientBoostingRegressor(
        max_depth=DEPTH, n_estimators=trees, learning_rate=LEARNING_RATE, random_state=0
    ).fit(matrix, y)
    own = BoostedTrees(n_estimators=trees, subsample=1.0).fit(matrix, y)
    assert np.allclose(own.predict(matrix), other.predict(matrix), atol=1e-12)


def test_trees_of_sampled_rows_are_as_good_as_those_of_scikit_learn():
    """Only the random rows differ, so the errors on new rows agree on average."""
    ours, theirs = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        matrix, new = rng.normal(size=(120, 5)), rng.normal(size=(500, 5))
        truth = np.sin(new[:, 0]) + 0.5 * new[:, 1]
        y = np.sin(matrix[:, 0]) + 0.5 * matrix[:, 1] + 0.3 * rng.normal(size=120)
        other = GradientBoostingRegressor(
            max_depth=DEPTH, n_estimators=150, learning_rate=LEARNING_RATE, subsample=SUBSAMPLE, random_state=0
        ).fit(matrix, y)
        ours.append(np.mean((BoostedTrees().fit(matrix, y).predict(new) - truth) ** 2))
        theirs.append(np.mean((other.predict(new) - truth) ** 2))
    assert np.mean(ours) == pytest.approx(np.mean(theirs), rel=0.1)


def test_trees_grown_together_are_those_grown_alone(data):
    matrix, y = data
    parts = [(matrix, y), (matrix[:41, :2], y[:41]), (matrix[10:], -y[10:])] * 3
    together = [BoostedTrees(n_estimators=30) for _ in parts]
    grow_together(together, [columns for columns, _ in parts], [target for _, target in parts])
    for trees, (columns, target) in zip(together, parts, strict=True):
        alone = BoostedTrees(n_estimators=30).fit(columns, target)
        assert np.allclose(trees.predict(columns), alone.predict(columns), rtol=1e-12, atol=1e-12)


def test_trees_of_a_target_that_never_varies_are_constant():
    assert np.array_equal(
        BoostedTrees(5).fit(np.arange(20.0)[:, None], np.ones(20)).predict(np.ones((3, 1))), [1, 1, 1]
    )


def test_trees_of_columns_that_never_vary_are_constant():
    y = np.arange(20.0)
    assert BoostedTrees(5).fit(np.ones((20, 2)), y).predict(np.ones((1, 2))) == pytest.approx(9.5, abs=3)


@pytest.mark.parametrize("seed", range(6))
def test_ridge_chooses_and_predicts_as_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=((12, 60, 137)[seed % 3], 7))
    matrix[:, 5] *= seed % 2  # a column that never varies
    y = matrix[:, 0] + rng.normal(size=len(matrix))
    curved = np.column_stack([matrix, matrix[:, 0] ** 2])
    own, other = CurvedRidge().fit(matrix, y), RidgeCV(PENALTIES).fit(curved, y)
    assert own.penalty == other.alpha_
    assert np.allclose(own.predict(matrix), other.predict(curved))


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


def test_blends_fitted_together_are_those_fitted_alone(data):
    matrix, y = data
    parts = [(matrix, y), (matrix[:40], y[:40])]
    for blend, (columns, target) in zip(BlendRegressor(n_estimators=20).fit_many(parts), parts, strict=True):
        alone = BlendRegressor(n_estimators=20).fit(columns, target)
        assert np.allclose(blend.predict(columns), alone.predict(columns), rtol=1e-12, atol=1e-12)


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
