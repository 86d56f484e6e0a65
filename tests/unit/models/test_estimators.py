"""The estimators keep scikit-learn's contract."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from dwell.models.completion import BlendRegressor, CompletionRegressor
from dwell.models.features import KnownScaler
from dwell.models.gaussian_process import GaussianProcess


@parametrize_with_checks([KnownScaler(), GaussianProcess(), BlendRegressor(), CompletionRegressor(ceiling=2.0)])
def test_estimator_keeps_the_contract(estimator, check):
    check(estimator)
