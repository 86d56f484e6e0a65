import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import spearmanr

from dwell import clock
from dwell.models.fitting import fit
from dwell.models.sample import make_sample
from dwell.models.scoring import score
from dwell.models.transfer import MeanInterval, leave_one_creator_out

NAMES = ("watch_ratio_predicted", "watch_ratio_predicted_low", "watch_ratio_predicted_high")


@pytest.fixture(scope="module")
def stranger(made):
    return made.account(50, seed=11, handle="stranger", level=-1.0)


def test_a_stranger_gets_ranks_but_no_level(fitted, made, stranger):
    result = score(fitted.model, made.unmeasured(stranger))
    assert result["level_shown"] is False
    assert "1 account" in result["reasons"][0]
    assert len(result["rows"]) == 50
    assert all(row[name] is None for row in result["rows"] for name in NAMES)
    assert any("single account" in note for note in result["warnings"])
    json.dumps(result, allow_nan=False)


def test_ranks_follow_the_truth_that_was_hidden(fitted, made, stranger):
    truth = {row["post_id"]: row["watch_ratio"] for row in stranger}
    rows = score(fitted.model, made.unmeasured(stranger))["rows"]
    assert [row["rank"] for row in rows] == list(range(1, 51))
    assert spearmanr([row["rank"] for row in rows], [truth[row["post_id"]] for row in rows]).statistic < -0.7


def test_percentiles_lie_in_their_intervals_which_hold_the_truth(fitted, made, stranger):
    rows = score(fitted.model, made.unmeasured(stranger))["rows"]
    order = np.argsort(np.argsort([row["watch_ratio"] for row in stranger]))
    true = {row["post_id"]: (place + 0.5) / 50 for row, place in zip(stranger, order, strict=True)}
    for row in rows:
        assert 0 <= row["percentile_low"] <= row["percentile"] <= row["percentile_high"] <= 1
    inside = [row["percentile_low"] <= true[row["post_id"]] <= row["percentile_high"] for row in rows]
    assert np.mean(inside) >= 0.75


def test_other_posts_of_the_same_account_get_a_level_with_its_interval(fitted, made):
    result = score(fitted.model, made.unmeasured(made.account(20, seed=12)))
    assert result["level_shown"] is True
    assert result["reasons"] == []
    for row in result["rows"]:
        assert 0 <= row[NAMES[1]] <= row[NAMES[0]] <= row[NAMES[2]] <= 2


def test_levels_of_the_same_account_hold_the_truth(made, fitted):
    later = made.account(200, seed=13)
    rows = {row["post_id"]: row for row in score(fitted.model, made.unmeasured(later))["rows"]}
    found = [rows[row["post_id"]] for row in later]
    inside = [f[NAMES[1]] <= row["watch_ratio"] <= f[NAMES[2]] for f, row in zip(found, later, strict=True)]
    assert 0.8 <= np.mean(inside) <= 0.99


def test_measured_excluded_and_undescribed_posts_are_counted_not_ranked(fitted, made):
    rows = made.unmeasured(made.account(6, seed=14))
    rows[0]["watch_ratio"] = 0.4
    rows[1]["excluded"] = "ads"
    rows[2]["duration_s"] = None
    rows[3]["views"] = None
    result = score(fitted.model, rows)
    assert len(result["rows"]) == 2
    assert sum(result["left_out"].values()) == 4


def test_nothing_to_rank_is_an_empty_answer(fitted):
    assert score(fitted.model, [])["rows"] == []


def test_an_account_outside_the_training_posts_is_warned_about(fitted, made):
    rows = [{**row, "duration_s": row["duration_s"] * 50, "saves": None} for row in made.unmeasured(made.account(10))]
    notes = " ".join(score(fitted.model, rows)["warnings"])
    assert "duration_s of 100% of the posts is outside the range" in notes
    assert "save_rate is unknown for all of these posts" in notes


def test_a_model_past_its_month_says_so(fitted, made, monkeypatch):
    strangers = made.unmeasured(made.account(5))
    fresh = score(fitted.model, strangers)["warnings"]
    monkeypatch.setattr(clock, "now", lambda: datetime(2100, 1, 1, tzinfo=UTC))
    late = score(fitted.model, strangers)["warnings"]
    assert len(late) == len(fresh) + 1
    assert "due for a new fit on" in late[-1]


@pytest.fixture(scope="module")
def alike(made):
    """A model of four accounts that behave alike."""
    rows = [row for k in range(4) for row in made.account(25, seed=20 + k, handle=f"alike_{k}")]
    return fit(rows, "watch_ratio")


def test_level_is_shown_where_transfer_was_shown(alike, made):
    report, model = alike
    assert report["transfer"]["creators"] == 4
    assert report["transfer"]["r2"]["low"] > 0
    result = score(model, made.unmeasured(made.account(30, seed=30, handle="fifth")))
    assert result["level_shown"] is True
    assert all(row[NAMES[0]] is not None for row in result["rows"])
    assert "Spearman" in result["warnings"][0]


def test_level_is_refused_where_accounts_differ(fitted, made):
    levels = (-2.5, -0.5, 1.0, 2.5)
    rows = [row for k in range(4) for row in made.account(25, seed=40 + k, handle=f"h{k}", level=levels[k])]
    transfer = leave_one_creator_out(make_sample(rows, "watch_ratio"), 2.0)
    assert transfer.level_shown is False
    assert transfer.spearman.low > 0.3
    training = {**fitted.model.training, "handles": ["h0", "h1", "h2", "h3"]}
    model = replace(fitted.model, transfer=transfer, training=training)
    result = score(model, made.unmeasured(made.account(30, seed=31, handle="fifth")))
    assert result["level_shown"] is False
    assert "level fails" in result["reasons"][0]
    assert all(row[name] is None for row in result["rows"] for name in NAMES)


def test_no_interval_of_a_skill_goes_beyond_1():
    few = MeanInterval.over([0.77, 0.83])
    assert few.mean == pytest.approx(0.8)
    assert (few.low, few.high) == (pytest.approx(0.8 - 12.7062 * 0.03, abs=1e-3), 1.0)
    assert MeanInterval.over([-0.9, 0.9], lowest=-1.0).low == -1.0


def test_one_account_tells_nothing_of_transfer(made):
    assert leave_one_creator_out(make_sample(made.account(30), "watch_ratio"), 2.0) is None


def test_two_accounts_give_a_wide_interval_and_one_gives_none():
    two = MeanInterval.over([0.5, 0.6])
    assert two.low < 0
    assert two.high == 1.0  # no skill is above 1
    assert MeanInterval.over([0.7]) == MeanInterval(0.7, None, None)


def test_posts_of_a_period_are_ranked_among_themselves_and_the_others_still_tell_the_errors(made, fitted):
    measured = made.account(40, seed=14)
    unmeasured = [{**row, "post_id": f"new-{n}"} for n, row in enumerate(made.unmeasured(made.account(20, seed=12)))]
    chosen = {row["post_id"] for row in unmeasured[:5]} | {measured[0]["post_id"]}
    every = score(fitted.model, [*measured, *unmeasured])
    some = score(fitted.model, [*measured, *unmeasured], chosen)
    assert [row["rank"] for row in some["rows"]] == [1, 2, 3, 4, 5]
    assert {row["post_id"] for row in some["rows"]} == chosen - {measured[0]["post_id"]}
    assert some["left_out"]["outside the period"] == 54
    assert some["later_posts"] == every["later_posts"]
    levels = {row["post_id"]: [row[name] for name in NAMES] for row in every["rows"]}
    assert all([row[name] for name in NAMES] == levels[row["post_id"]] for row in some["rows"])
