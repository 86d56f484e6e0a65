import numpy as np
import pytest

from dwell.models.baselines import SEED_FLOOR, bucket_mean, bucket_ols, duration_only
from dwell.models.evaluation import predict_out_of_fold, splits
from dwell.models.forward import UNKNOWN, forward_split, rolling_splits, score_forward
from dwell.models.link import clip_for_score
from dwell.models.predictors import Predicted, baseline, predict_splits
from dwell.models.sample import make_sample
from dwell.models.skill import skill


@pytest.fixture(scope="module")
def posts(made):
    return make_sample(made.account(80, seed=2), "watch_ratio")


@pytest.mark.parametrize("rows", [12, 20, 40, 137, 1000])
def test_every_post_is_asked_once_by_a_model_that_did_not_see_it(rows):
    asked = []
    for train, test in splits(rows, 0):
        assert not set(train) & set(test)
        asked += test.tolist()
    assert sorted(asked) == list(range(rows))


def test_repetitions_deal_differently_but_always_the_same():
    assert [t.tolist() for _, t in splits(40, 0)] == [t.tolist() for _, t in splits(40, 0)]
    assert [t.tolist() for _, t in splits(40, 0)] != [t.tolist() for _, t in splits(40, 1)]


def test_a_predictor_never_receives_the_answers_of_its_fold(posts):
    seen = []

    def spy(pairs, ceiling):
        seen.extend(set(train.posted) & set(test.posted) for train, test in pairs)
        return baseline("mean")(pairs, ceiling)

    predict_out_of_fold(posts, spy, 2.0, 0)
    predict_splits(posts, [*forward_split(posts), *rolling_splits(posts)], spy, 2.0)
    assert seen == [set()] * 23


def test_forward_trains_on_the_oldest_and_asks_about_the_rest(posts):
    shuffled = posts.take(np.random.default_rng(0).permutation(80))
    ((train, test),) = forward_split(shuffled)
    assert (len(train), len(test)) == (48, 32)
    assert shuffled.posted[train].max() < shuffled.posted[test].min()


def test_rolling_fits_ask_about_every_twentieth_with_all_posts_before(posts):
    shuffled = posts.take(np.random.default_rng(0).permutation(80))
    dealt = rolling_splits(shuffled)
    assert [len(train) for train, _ in dealt] == list(range(32, 80, 4))
    assert all(shuffled.posted[train].max() < shuffled.posted[test].min() for train, test in dealt)


def test_forward_without_posting_times_is_unknown():
    timeless = make_sample([], "watch_ratio")
    assert forward_split(timeless) == rolling_splits(timeless) == []
    assert score_forward(timeless, [], [], []).scores == UNKNOWN


def test_forward_scores_say_how_far_the_level_fell(posts):
    """Predictions 0.05 too high: the order is right, the bias is +0.05."""
    ((_, later),) = forward_split(posts)
    high = clip_for_score(posts.y[later]) * 0.9 + 0.05
    expected = float((high - clip_for_score(posts.y[later])).mean())
    scores = score_forward(posts, [Predicted(high, high)], [], []).scores
    assert scores["bias"] == pytest.approx(expected)
    assert scores["spearman"] == pytest.approx(1.0)
    assert scores["rolling_r2"] is None


def test_rolling_r2_is_that_of_the_same_later_posts(posts):
    dealt = rolling_splits(posts)
    perfect = [Predicted(posts.y[test], posts.y[test]) for _, test in dealt]
    once = predict_splits(posts, forward_split(posts), baseline("mean"), 2.0)
    scores = score_forward(posts, once, dealt, perfect).scores
    assert scores["rolling_r2"] == 1.0
    assert scores["r2"] < 0.1


def test_skill_of_truth_mean_and_nonsense():
    y = np.array([0.1, 0.4, 0.5, 0.9])
    assert skill(y, y) == {"r2": 1.0, "mae": 0.0, "spearman": pytest.approx(1.0)}
    assert skill(y, np.full(4, y.mean()))["r2"] == pytest.approx(0.0)
    assert skill(y, np.full(4, 0.5))["spearman"] is None
    assert skill(np.full(4, 0.5), y)["r2"] is None


def test_skill_clips_loops_on_both_sides():
    assert skill(np.array([0.2, 1.6]), np.array([0.2, 1.2]))["r2"] == 1.0


def test_bucket_mean_is_the_mean_of_the_bucket(posts):
    predicted = bucket_mean(posts, posts, 2.0)
    inside = posts.buckets == "11-20s"
    assert np.allclose(predicted[inside], clip_for_score(posts.y[inside]).mean())


def test_bucket_ols_is_least_squares_on_the_four_rates(posts):
    predicted = bucket_ols(posts, posts, 2.0)
    inside = posts.buckets == "11-20s"
    assert inside.sum() >= SEED_FLOOR
    left = np.column_stack([np.ones(inside.sum()), posts.rates[inside]])
    y = clip_for_score(posts.y[inside])
    assert np.allclose(predicted[inside], np.clip(left @ np.linalg.pinv(left) @ y, 0.0, 1.0), atol=1e-6)


def test_bucket_ols_skips_buckets_under_the_floor(posts):
    inside = np.flatnonzero(posts.buckets == "11-20s")
    few = posts.take(inside[: SEED_FLOOR - 1])
    assert np.allclose(bucket_ols(few, posts, 2.0), clip_for_score(few.y).mean())


def test_bucket_ols_copes_with_saves_that_are_never_shown(made):
    posts = make_sample(made.account(60, seed=3, saves=False), "watch_ratio")
    predicted = bucket_ols(posts, posts, 2.0)
    assert np.isfinite(predicted).all()
    assert np.unique(predicted).size > 10


def test_duration_only_follows_the_length_and_ignores_the_rest(posts):
    other = posts.take(np.arange(80))
    other.X[:, 1:] = 0.0
    assert np.allclose(duration_only(posts, posts, 2.0), duration_only(other, other, 2.0))
    assert skill(posts.y, duration_only(posts, posts, 2.0))["spearman"] > 0.4
