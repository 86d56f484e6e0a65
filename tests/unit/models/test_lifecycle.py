"""Stages of topics whose truth is known, and how often chance alone is given one."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dwell.models.lifecycle import MIN_PUBLISHED, lifecycle

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def days(added):
    """Rows of `topic_days`: a first count, and then so many posts more each day."""
    rows, total = [], 1_000
    for number, count in enumerate([None, *added]):
        at = START + timedelta(days=number)
        total += 0 if count is None else int(count)
        rows.append(
            {
                "day": at.date(),
                "looks": 1,
                "last_look_at": at,
                "topic_posts": total,
                "counted_at": at,
                "count_span_d": None if count is None else 1.0,
                "posts_added": None if count is None else float(count),
                "sampled": 20,
                "posts_published": 0,
            }
        )
    return rows


def published(counts, looked=True):
    """Rows of days on which sampled posts were published, looked at on the last."""
    last = len(counts) - 1
    return [
        {"day": date(2026, 1, 1) + timedelta(days=number), "looks": int(looked and number == last)}
        | {"posts_published": count, "topic_posts": None, "sampled": None}
        for number, count in enumerate(counts)
    ]


STEP = np.arange(14)
SHAPES = {
    "rising": 100 * 1.2 ** (STEP - 7.0),
    "fading": 100 * 0.85 ** (STEP - 7.0),
    "peak": 100 * np.minimum(1, np.exp((STEP - 6) * 0.4)),
    "steady": np.full(14, 400.0),
}


@pytest.mark.parametrize("stage", SHAPES)
def test_clear_shapes_are_told(stage):
    rng = np.random.default_rng(2)
    found = [lifecycle(days(rng.poisson(SHAPES[stage]))).stage for _ in range(40)]
    assert found.count(stage) >= 37


def test_what_rose_and_fell_within_the_week_is_fading():
    rng = np.random.default_rng(4)
    bell = 300 * np.exp(-(((STEP - 9) / 3.0) ** 2))
    assert {lifecycle(days(rng.poisson(bell))).stage for _ in range(20)} == {"fading"}


@pytest.mark.parametrize("mean", [3, 30, 1_000])
@pytest.mark.parametrize("length", [5, 8, 14])
def test_flat_poisson_counts_are_rarely_given_a_direction(mean, length):
    rng = np.random.default_rng(mean + length)
    found = Counter(lifecycle(days(rng.poisson(mean, length))).stage for _ in range(200))
    assert found["rising"] + found["fading"] + found["peak"] <= 0.05 * 200


@pytest.mark.parametrize("length", [8, 14])
def test_flat_but_uneven_counts_are_rarely_given_a_direction(length):
    rng = np.random.default_rng(length)
    found = Counter(lifecycle(days(rng.poisson(100 * rng.gamma(8, 1 / 8, length)))).stage for _ in range(200))
    assert found["rising"] + found["fading"] + found["peak"] <= 0.08 * 200


def test_too_few_days_of_counts_are_not_judged():
    found = lifecycle(days([100, 300]))
    assert (found.stage, found.growth, found.basis) == ("cannot tell", None, None)
    assert "once a day for 4 days" in found.reason


def test_wide_intervals_are_not_called_steady():
    found = lifecycle(days([2, 3, 1, 2, 2, 3, 1]))
    assert found.stage == "cannot tell"
    assert "more days would narrow it" in found.reason


def test_the_reason_states_the_numbers():
    found = lifecycle(days(100 * 1.3 ** np.arange(7)))
    assert found.growth == pytest.approx(0.3, abs=0.01)
    assert found.low < found.growth < found.high
    assert "+30 % a day" in found.reason
    assert "7 days" in found.reason
    assert found.to_dict()["stage"] == "rising"


def test_posts_that_went_are_no_growth():
    assert lifecycle(days([400, 300, 200, 90, -5, -200, -100])).stage == "fading"


def test_a_topic_that_fell_silent_is_fading_and_one_never_used_is_not():
    found = lifecycle(days([9, 12, 8, 4, 1, 2, *[0] * 7]))
    assert (found.stage, found.growth) == ("fading", None)
    assert "42 were expected" in found.reason
    assert lifecycle(days([900, 700, 500, 400, 300, 200, 100, 92, *[0] * 6])).stage == "fading"
    assert lifecycle(days([1, 0, 0, 1, 0, *[0] * 7])).stage == "cannot tell"
    assert lifecycle(days([0] * 12)).stage == "cannot tell"


def test_publishing_dates_are_provisional():
    found = lifecycle(published([1, 2, 4, 8, 16, 32, 64, 3]))
    assert (found.stage, found.basis) == ("rising", "publishing dates")
    assert found.reason.startswith("Provisional")


def test_publishing_dates_of_few_posts_say_nothing():
    rows = published([1, 2, 2, 3, 4, 3, 4, 1])
    assert sum(row["posts_published"] for row in rows) == MIN_PUBLISHED
    assert lifecycle(rows).stage == "cannot tell"
    assert lifecycle(published([1, 2, 4, 8, 16, 32, 64, 3]), dates=False).stage == "cannot tell"


def test_without_any_row_nothing_is_said():
    assert lifecycle([]).stage == "cannot tell"
