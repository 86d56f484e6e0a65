"""The estimators keep scikit-learn's contract."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from dwell.models.completion import BlendRegressor, CompletionRegressor
from dwell.models.gaussian_process import GaussianProcess
from dwell.models.known_scaler import KnownScaler

# The contract says nothing about skill, so a few trees and steps are enough.
SMALL = {"n_estimators": 10, "max_iter": 5}


@parametrize_with_checks(
    [
        KnownScaler(),
        GaussianProcess(max_iter=5),
        BlendRegressor(**SMALL),
        CompletionRegressor(ceiling=2.0, **SMALL),
    ]
)
def test_estimator_keeps_the_contract(estimator, check):
    check(estimator)
