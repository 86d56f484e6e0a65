import math

import numpy as np
import pytest

from dwell.errors import ModelError
from dwell.models.extrapolation import extrapolation_warnings
from dwell.models.feature_names import FEATURES
from dwell.models.features import design, has_features, matrix, topic_flags
from dwell.models.known_scaler import KnownScaler
from dwell.models.sample import make_sample, require_one_platform, seed_rates

ROW = {"duration_s": 20.0, "views": 999, "likes": 40, "comments": 0, "shares": 5, "saves": 9, "excluded": None}


def test_design_is_logs_of_length_views_and_rates():
    line = design([ROW])[0]
    assert line[0] == pytest.approx(math.log(20))
    assert line[1] == pytest.approx(math.log(999))
    assert line[2] == pytest.approx(math.log(40.5 / 1000))


def test_unknown_is_not_zero():
    zero, unknown = design([{**ROW, "saves": 0}, {**ROW, "saves": None}])[:, FEATURES.index("log_save_rate")]
    assert math.isfinite(zero)
    assert math.isnan(unknown)


@pytest.mark.parametrize("bad", [-3, float("nan"), float("inf"), None])
def test_impossible_counters_are_unknown(bad):
    assert math.isnan(design([{**ROW, "likes": bad}])[0][2])


@pytest.mark.parametrize(
    "change", [{"duration_s": None}, {"duration_s": 0.0}, {"views": None}, {"views": 0}, {"views": 99}]
)
def test_posts_without_length_or_views_are_not_described(change):
    assert has_features(ROW)
    assert not has_features({**ROW, **change})


def test_scaler_gives_unknown_the_median_and_a_flag():
    matrix = np.array([[1.0], [2.0], [3.0], [4.0], [50.0], *[[np.nan]] * 5])
    scaled = KnownScaler().fit(matrix).transform(matrix)
    assert scaled.shape == (10, 2)
    assert np.allclose(scaled[5:, 0], scaled[2, 0])
    assert scaled[:, 1].tolist() == [0.0] * 5 + [1.0] * 5


def test_scaler_needs_enough_unknown_rows_for_a_flag():
    matrix = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [np.nan]])
    assert KnownScaler().fit_transform(matrix).shape == (6, 1)


def test_a_column_never_known_carries_nothing_even_when_it_is_known_later():
    scaler = KnownScaler().fit(np.array([[1.0, np.nan], [2.0, np.nan]]))
    assert scaler.transform(np.array([[1.0, 7.0], [1.0, -7.0]]))[:, 1].tolist() == [0.0, 0.0]


def test_values_far_outside_are_held_near_the_training_range():
    scaler = KnownScaler(margin=1.0).fit(np.array([[0.0], [1.0], [2.0]]))
    ends = scaler.transform(np.array([[-100.0], [100.0]]))
    inside = scaler.transform(np.array([[0.0], [2.0]]))
    assert np.allclose(ends, inside + np.array([[-1.0], [1.0]]))


def test_sample_says_why_posts_were_left_out(made):
    rows = made.account(6)
    rows[0]["excluded"] = "ads"
    rows[1]["watch_ratio"] = rows[1]["avg_watch_s"] = None
    rows[2]["duration_s"] = None
    rows[3]["views"] = 12
    chosen = make_sample(rows, "watch_ratio")
    assert len(chosen) == 2
    assert chosen.left_out == {
        "ads": 1,
        "not measured": 1,
        "length unknown": 1,
        "fewer than 100 views or views unknown": 1,
    }


def test_sample_of_nothing_is_empty():
    assert len(make_sample([], "watch_ratio")) == 0


def test_seed_rates_are_the_recipe():
    assert seed_rates(ROW) == pytest.approx([45 / 999, 9 / 999, 5 / 999, 0.0])


def test_topic_flags_are_one_zero_or_unknown():
    rows = [{"sound_rising": True, "tag_saturated": False}, {"sound_rising": None}, {}]
    flags = topic_flags(rows)
    assert flags[0].tolist() == [1.0, 0.0]
    assert np.isnan(flags[1:]).all()


def test_matrix_has_the_columns_that_a_model_names():
    rows = [{**ROW, "handle": "a", "bucket": "<=20", "sound_rising": True}, {**ROW, "handle": "b", "bucket": ">60"}]
    columns = matrix(rows, ("log_views", "account:a", "bucket:>60", "sound_rising"))
    assert columns[:, 0].tolist() == design(rows)[:, 1].tolist()
    assert columns[:, 1:3].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert columns[0, 3] == 1.0
    assert np.isnan(columns[1, 3])
    assert matrix([], ("log_views", "account:a")).shape == (0, 2)


def test_accounts_get_a_column_where_there_are_several(made):
    both = made.account(8, handle="a") + made.account(6, handle="b") + made.account(2, handle="c")
    wide = make_sample(both, "watch_ratio").with_accounts()
    assert wide.names == (*FEATURES, "account:a", "account:b")
    assert wide.X[wide.handles == "b", -1].tolist() == [1.0] * 6
    assert np.array_equal(matrix(both[:3], wide.names), wide.take(np.flatnonzero(wide.handles == "a")[:3]).X)
    alone = make_sample(both[:8], "watch_ratio")
    assert alone.with_accounts().names == FEATURES


def test_a_column_with_one_value_carries_nothing_even_when_it_differs_later():
    scaler = KnownScaler().fit(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    assert scaler.transform(np.array([[1.0, 1.0]]))[0, 1] == 0.0


def test_platforms_are_never_mixed(made):
    rows = [{**row, "platform": "tiktok"} for row in made.account(6)]
    require_one_platform(rows)
    youtube = [{**row, "platform": "youtube"} for row in made.account(3)]
    with pytest.raises(ModelError, match=r"6 of tiktok and 3 of youtube.*--platform tiktok"):
        require_one_platform(rows + youtube)
    require_one_platform(rows + made.unmeasured(youtube))  # posts without watch time are no part of a model


def test_a_flag_that_the_model_never_saw_true_is_told():
    ranges = {name: [None, None, 0.0] for name in FEATURES} | {"sound_rising": [0.0, 0.0, 1.0]}
    ranges["tag_saturated"] = [0.0, 1.0, 1.0]
    posts = np.column_stack([np.full((4, len(FEATURES)), np.nan), [1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]])
    (warning,) = extrapolation_warnings(posts, ranges)
    assert warning == "sound_rising of 50% of the posts has a value that the model never saw in training."
