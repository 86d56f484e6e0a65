import json

import numpy as np
import pytest

from dwell.metrics.counters import PROXY_RATES
from dwell.models.audit import COLUMNS, audit


def _planted(n, seed, *, saves=0.0, shares=0.0):
    """Posts whose watch ratio follows (or goes against) only the planted ratios."""
    rng = np.random.default_rng(seed)
    rows = []
    lengths = np.exp(rng.normal(3, 0.6, n))
    save, share = rng.normal(size=n), rng.normal(size=n)
    link = -0.8 * (np.log(lengths) - 3) + saves * save + shares * share + 0.5 * rng.normal(size=n)
    for i in range(n):
        views = int(np.exp(rng.normal(12, 1)))
        rows.append(
            {
                "handle": "made_up",
                "duration_s": lengths[i],
                "bucket": "short" if lengths[i] < 20 else "long",
                "views": views,
                "likes": int(views * 0.03 * np.exp(0.4 * rng.normal())),
                "comments": int(views * 0.002 * np.exp(0.4 * rng.normal())),
                "shares": int(views * 0.002 * np.exp(0.6 * share[i])),
                "saves": int(views * 0.003 * np.exp(0.6 * save[i])),
                "watch_ratio": 1 / (1 + np.exp(-link[i])),
                "full_watch_rate": 1 / (1 + np.exp(1.5 - link[i] + 0.2 * rng.normal())),
            }
        )
    return rows


@pytest.fixture(scope="module")
def planted():
    return audit(_planted(120, 1, saves=0.8, shares=-0.6))


@pytest.fixture
def ranks_only(monkeypatch):
    """Verdicts rest on rank correlations alone: spare the regressions where only verdicts are looked at."""

    def flat(asked, *_):
        return np.full((1, len(asked)), asked.y.mean())

    monkeypatch.setattr("dwell.models.audit._out_of_fold", flat)


def _line(result, target, proxy):
    return next(row for row in result if row["target"] == target and row["proxy"] == proxy)


@pytest.mark.parametrize("target", ["watch_ratio", "full_watch_rate"])
def test_planted_ratios_are_recovered(planted, target):
    verdicts = {row["proxy"]: row["verdict"] for row in planted if row["target"] == target}
    assert verdicts["save_rate"] == "follows"
    assert verdicts["share_rate"] == "against"
    assert verdicts["like_rate"] == verdicts["comment_rate"] == "cannot tell"


def test_the_planted_order_of_strength_is_recovered(planted):
    strength = {row["proxy"]: abs(row["spearman"]) for row in planted if row["target"] == "watch_ratio"}
    assert sorted(strength, key=strength.get, reverse=True)[:2] == ["save_rate", "share_rate"]


def test_saves_add_what_was_planted(planted):
    line = _line(planted, "watch_ratio", "save_rate")
    assert line["gain_low"] > 0.1
    assert line["drop_low"] > 0.1
    assert planted.meta["full_r2"]["watch_ratio"] > planted.meta["without_saves_r2"]["watch_ratio"] + 0.1
    assert _line(planted, "watch_ratio", "comment_rate")["gain_low"] < 0


def test_intervals_hold_their_estimate(planted):
    for row in planted:
        assert row["low"] <= row["spearman"] <= row["high"]
        assert row["gain_low"] <= row["gain_r2"] <= row["gain_high"]


def test_shape_is_the_contract(planted):
    assert planted.columns == COLUMNS
    assert {row["proxy"] for row in planted} == {*PROXY_RATES, "views", "duration_s"}
    assert "save_rate follows" in planted.meta["verdict"]
    json.dumps(planted.to_dict(), allow_nan=False)


def test_length_alone_is_not_taken_for_a_ratio(ranks_only):
    """Saves rise with the length and the watch ratio falls with it, but within a bucket neither follows the other."""
    rows = _planted(100, 2)
    for row in rows:
        row["duration_s"] = 10.0 if row["bucket"] == "short" else 60.0
        row["watch_ratio"] = row["watch_ratio"] * (1.0 if row["bucket"] == "short" else 0.3)
        row["saves"] = row["saves"] * (1 if row["bucket"] == "short" else 8)
    line = _line(audit(rows), "watch_ratio", "save_rate")
    assert line["spearman_overall"] < -0.4
    assert line["verdict"] == "cannot tell"


def test_on_noise_it_cannot_tell_at_the_stated_rate(ranks_only, monkeypatch):
    monkeypatch.setattr("dwell.models.audit.BOOTSTRAPS", 200)
    told = []
    for seed in range(100):  # the length is planted; ratios and views are noise
        rows = [row for row in audit(_planted(40, 100 + seed)) if row["proxy"] != "duration_s"]
        told.append(any(row["verdict"] != "cannot tell" for row in rows))
    assert sum(told) <= 10


def test_views_and_length_are_asked_like_the_ratios():
    """Views carry the watch ratio, no ratio does: the verdict says that none is needed."""
    rows = _planted(120, 6)
    rng = np.random.default_rng(6)
    for row in rows:
        strength = np.log(row["views"]) - 12
        row["watch_ratio"] = 1 / (1 + np.exp(-(strength - 0.3 * (np.log(row["duration_s"]) - 3) + 0.3 * rng.normal())))
    result = audit(rows)
    views = _line(result, "watch_ratio", "views")
    assert views["verdict"] == "follows"
    assert views["gain_low"] > 0.2
    assert result.meta["ratios_gain"]["watch_ratio"]["low"] <= 0
    verdict = result.meta["verdict"].split("full_watch_rate")[0]
    assert "views follows" in verdict
    assert "cannot tell for any ratio" in verdict
    assert "no ratio adds anything that shows to length and views" in verdict


def test_a_ratio_is_the_documented_one_without_smoothing():
    """Of two posts without a share, neither has the higher share rate, however many views they have."""
    rows = [{**row, "shares": 0} for row in _planted(40, 7)]
    line = _line(audit(rows), "watch_ratio", "share_rate")
    assert line["spearman"] is None
    assert line["verdict"] == "cannot tell"


def test_unknown_saves_are_left_out(ranks_only):
    rows = [{**row, "saves": None} for row in _planted(40, 3)]
    assert "save_rate" not in {row["proxy"] for row in audit(rows)}


def test_too_few_posts_cannot_tell():
    result = audit(_planted(10, 4))
    assert len(result) == 0
    assert result.meta["verdict"].startswith("Cannot tell: 10 posts")
