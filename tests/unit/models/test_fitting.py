"""What `fit` reports and refuses, from 8 rows to 130."""

import json
from datetime import UTC, datetime

import pytest

from dwell import clock
from dwell.errors import ModelError
from dwell.models.fitting import fit

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SKILLS = {"r2", "mae", "spearman"}
LATER = {"r2", "mae", "spearman", "bias", "rolling_r2"}


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def _check_shape(report):
    assert {"model_id", "target", "n", "verdict", "reasons", "out_of_fold", "forward", "baselines"} <= set(report)
    assert set(report["out_of_fold"]) == SKILLS
    assert set(report["forward"]) == LATER
    assert set(report["baselines"]) == {"mean", "bucket_mean", "duration_only", "bucket_ols"}
    for baseline in report["baselines"].values():
        assert set(baseline["out_of_fold"]) == SKILLS
        assert set(baseline["forward"]) == LATER
    assert {"level", "coverage", "coverage_by_bucket", "mean_width"} <= set(report["interval"])
    assert report["verdict"] in {"usable", "abstain"}
    assert (report["verdict"] == "usable") == (report["model_id"] is not None) == (not report["reasons"])
    json.dumps(report, allow_nan=False)


def test_eight_posts_are_refused_with_the_number_that_is_missing(made):
    report, model = fit(made.account(8), "watch_ratio")
    _check_shape(report)
    assert model is None
    assert report["out_of_fold"]["r2"] is None
    assert "4 more posts" in report["reasons"][0]


@pytest.mark.parametrize("n", [12, 20])
def test_few_posts_are_judged_and_warned_about(made, n):
    report, model = fit(made.account(n, seed=1, noise=0.1), "watch_ratio")
    _check_shape(report)
    assert report["n"] == n
    assert any("fewer than 12 posts" in note for note in report["warnings"])
    assert any("fewer than 20." in note for note in report["warnings"]) == (n < 20)
    if model is None:
        assert "posts" in report["reasons"][0]


@pytest.mark.parametrize("n", [12, 20, 40])
def test_few_posts_of_noise_are_refused(made, n):
    refused = [fit(made.shuffled(made.account(n, seed=seed), seed), "watch_ratio")[1] is None for seed in range(3)]
    assert all(refused)


def test_forty_posts_of_a_clear_account_are_usable(made):
    report, model = fit(made.account(40, seed=4), "full_watch_rate")
    _check_shape(report)
    assert model is not None
    assert report["out_of_fold"]["r2"] > report["baselines"]["bucket_ols"]["out_of_fold"]["r2"]
    assert report["gain"]["duration_only"]["low"] > 0


def test_a_hundred_and_thirty_posts_beat_every_baseline_with_honest_intervals(made):
    report, model = fit(made.account(130, seed=5), "watch_ratio")
    _check_shape(report)
    assert model is not None
    for baseline in report["baselines"].values():
        assert report["out_of_fold"]["r2"] > baseline["out_of_fold"]["r2"]
        assert report["forward"]["r2"] > baseline["forward"]["r2"]
    assert 0.84 <= report["interval"]["coverage"] <= 0.96
    assert report["out_of_fold"]["r2"] < report["in_sample_r2"]
    assert report["refit_due_at"] == "2026-07-01T00:00:00Z"


def test_a_model_that_only_knows_the_length_says_so(made):
    rows = made.account(80, seed=6, duration=1.5, quality=0.0, noise=0.3)
    report, _ = fit(rows, "watch_ratio")
    assert any("Beyond the length of the videos, no gain is proven" in note for note in report["warnings"])
    assert report["gain"]["duration_only"]["low"] <= 0


def test_saves_that_are_never_shown_are_no_zeros(made):
    report, model = fit(made.account(40, seed=7, saves=False), "watch_ratio")
    assert any("save rate" in note for note in report["warnings"])
    assert model is not None
    assert model.training["ranges"]["log_save_rate"] == [None, None, 0.0]


def test_old_and_undated_posts_are_mentioned(made, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 6, 1, tzinfo=UTC))
    rows = made.account(14, seed=8)
    rows[0]["posted_at"] = None
    report, _ = fit(rows, "watch_ratio")
    assert any("days old" in note for note in report["warnings"])
    assert any("Without a posting time" in note for note in report["warnings"])


def test_a_target_that_never_varies_is_refused(made):
    rows = [{**row, "watch_ratio": 0.5} for row in made.account(30)]
    report, model = fit(rows, "watch_ratio")
    assert model is None
    assert "same value" in report["reasons"][0]


def test_an_unknown_target_is_an_error(made):
    with pytest.raises(ModelError, match="watch_ratio, full_watch_rate"):
        fit(made.account(20), "virality")


def test_the_same_posts_give_the_same_model(made, fitted):
    again, _ = fit(made.account(60, seed=1), "watch_ratio")
    assert again["out_of_fold"] == fitted.report["out_of_fold"]
    assert again["interval"] == fitted.report["interval"]
    assert again["model_id"].split("-")[-1] == fitted.report["model_id"].split("-")[-1]
