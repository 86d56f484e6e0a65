"""Posts after the training posts: wider intervals, which adapt to measured ones, until the account has changed."""

import numpy as np
import pytest

from dwell.models.features import design
from dwell.models.intervals import LEVEL, Calibration
from dwell.models.later_posts import GAMMA, adapt, follow_later_posts, is_later
from dwell.models.link import from_link, to_link
from dwell.models.scoring import score


@pytest.fixture(scope="module")
def later(made):
    """The 40 posts after the 60 of `fitted`, measured."""
    return made.account(100, seed=1)[60:]


def _with_errors(model, rows, errors):
    """The same posts, measured with these errors of the model in logit units."""
    link = model.regressor.predict_link(design(rows)) + errors
    values = from_link(link, 2.0)
    return [
        {**row, "watch_ratio": float(value), "avg_watch_s": float(value * row["duration_s"])}
        for row, value in zip(rows, values, strict=True)
    ]


def test_posts_are_later_after_the_newest_training_post(fitted, later):
    assert not any(is_later(fitted.model, row) for row in fitted.rows)
    assert all(is_later(fitted.model, row) for row in later)
    assert not is_later(fitted.model, {**later[0], "posted_at": None})


def test_widths_of_later_posts_come_from_rolling_errors(fitted, later, made):
    rows = made.unmeasured([fitted.rows[3], {**later[0], "bucket": fitted.rows[3]["bucket"]}])
    found = {row["post_id"]: row for row in score(fitted.model, rows)["rows"]}
    for post, known in zip(rows, (fitted.model.calibration, fitted.model.later), strict=True):
        row = found[post["post_id"]]
        width = to_link(np.array([row["watch_ratio_predicted_high"]]), 2.0) - fitted.model.regressor.predict_link(
            design([post])
        )
        assert width[0] == pytest.approx(known.half_width(post["bucket"]), rel=1e-6)


def test_the_level_follows_adaptive_conformal_inference():
    known = Calibration(np.linspace(-1, 1, 99), np.repeat("a", 99))
    adapted, inside = adapt(known, np.zeros(10), ["a"] * 10)
    assert (adapted.level, inside) == (pytest.approx(LEVEL - 10 * GAMMA * (1 - LEVEL)), 10)
    adapted, inside = adapt(known, np.array([5.0, 6.0]), ["a", "a"])
    assert (adapted.level, inside) == (pytest.approx(LEVEL + 2 * GAMMA * LEVEL), 0)
    assert len(adapted.errors) == 101


@pytest.mark.parametrize("spread", [0.6, 1.0, 1.6])
def test_adapted_widths_hold_nine_of_ten_whatever_the_drift(spread):
    rng = np.random.default_rng(0)
    known = Calibration(rng.normal(size=200), np.repeat("a", 200))
    errors = spread * rng.normal(size=2000)
    _, inside = adapt(known, errors, ["a"] * 2000)
    assert inside / 2000 == pytest.approx(LEVEL, abs=0.02)


def test_measured_later_posts_that_miss_widen_the_next(fitted, later, made):
    rng = np.random.default_rng(1)
    noisy = _with_errors(fitted.model, later[:10], 2.0 * rng.choice([-1.0, 1.0], 10))
    rest = made.unmeasured(later[10:])
    plain, wide = (score(fitted.model, rows) for rows in (rest, noisy + rest))
    assert wide["later_posts"]["inside"] <= 7
    assert wide["later_posts"]["level"] > LEVEL

    def width(found):
        return np.mean([row["watch_ratio_predicted_high"] - row["watch_ratio_predicted_low"] for row in found["rows"]])

    assert width(wide) > width(plain)


def test_posts_that_hold_leave_no_warning(fitted, later, made):
    found = score(fitted.model, later[:20] + made.unmeasured(later[20:]))
    assert found["later_posts"]["n"] == 20
    assert not any("has changed" in note for note in found["warnings"])


def test_a_jump_says_refit(fitted, later, made):
    jump = _with_errors(fitted.model, later[:12], np.full(12, -1.5))
    found = score(fitted.model, jump + made.unmeasured(later[12:]))
    assert found["later_posts"]["bias"] > 0.1
    note = found["warnings"][0]
    assert "has changed since the fit" in note
    assert "`dwell fit` again (refit)" in note
    assert "too high on average" in note


def test_chance_rarely_says_refit(fitted, later):
    rng = np.random.default_rng(2)
    known = fitted.model.later
    moved = [
        follow_later_posts(
            fitted.model, _with_errors(fitted.model, later[:15], rng.choice(known.errors, 15)), known
        ).moved
        for _ in range(100)
    ]
    assert sum(moved) <= 6


def test_a_stranger_has_no_later_posts(fitted, later, made):
    found = score(fitted.model, made.unmeasured([{**row, "handle": "other"} for row in later]))
    assert found["later_posts"] is None
