import numpy as np
import pytest

from dwell.models.link import clip_for_score, from_link, mean_from_link, to_link
from dwell.models.targets import measured_value


@pytest.mark.parametrize("ceiling", [1.0, 2.0])
def test_link_and_back_is_the_value(ceiling):
    values = np.linspace(0.01, 0.98 * ceiling, 50)
    assert np.allclose(from_link(to_link(values, ceiling), ceiling), values)


def test_loops_keep_their_order_on_the_link():
    link = to_link(np.array([0.9, 1.0, 1.3, 1.9]), 2.0)
    assert (np.diff(link) > 0).all()


def test_extremes_are_finite_on_the_link():
    assert np.isfinite(to_link(np.array([0.0, 1.0, 2.0, 5.0]), 1.0)).all()


def test_expected_share_matches_simulation():
    rng = np.random.default_rng(0)
    simulated = from_link(-2.0 + 0.9 * rng.normal(size=400_000), 1.0).mean()
    assert mean_from_link(np.array([-2.0]), 0.9, 1.0)[0] == pytest.approx(simulated, abs=5e-4)


def test_expected_share_without_spread_is_the_plain_inverse():
    link = np.array([-3.0, 0.0, 2.0])
    assert np.allclose(mean_from_link(link, 0.0, 2.0), from_link(link, 2.0))


def test_observed_is_computed_but_never_clipped_or_invented():
    assert measured_value({"avg_watch_s": 12.0, "duration_s": 8.0}, "watch_ratio") == 1.5
    assert measured_value({"avg_watch_s": None, "duration_s": 8.0}, "watch_ratio") is None
    assert measured_value({"avg_watch_s": 3.0, "duration_s": 0.0}, "watch_ratio") is None
    assert measured_value({"full_watch_rate": 0.0}, "full_watch_rate") == 0.0
    assert measured_value({"full_watch_rate": float("nan")}, "full_watch_rate") is None


def test_scores_are_on_0_to_1():
    assert clip_for_score(np.array([0.2, 1.4])).tolist() == [0.2, 1.0]
