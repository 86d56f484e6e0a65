"""By which metric posts are compared where the user names none, and why."""

from __future__ import annotations

import pytest

from dwell.errors import DwellError
from dwell.metrics.metric_choice import choose_metric


@pytest.mark.parametrize(
    ("watched", "engaged", "liked", "eligible", "name"),
    [
        (180, 290, 290, 300, "watch_ratio"),
        (30, 60, 60, 60, "watch_ratio"),
        (30, 61, 61, 61, "engagement_rate"),  # fewer than half
        (29, 29, 29, 29, "engagement_rate"),  # all, but fewer than 30
        (0, 0, 40, 40, "like_rate"),  # no shares
        (0, 19, 40, 40, "like_rate"),
        (0, 20, 40, 40, "engagement_rate"),  # half of them have shares
        (0, 0, 0, 40, "engagement_rate"),
        (0, 0, 0, 0, "engagement_rate"),
    ],
)
def test_the_best_metric_that_is_known_of_enough_posts(
    watched: int, engaged: int, liked: int, eligible: int, name: str
) -> None:
    counts = {"eligible": eligible, "watch_ratio": watched, "engagement_rate": engaged, "like_rate": liked}
    choice = choose_metric(counts)
    assert (choice.name, choice.n, choice.eligible) == (name, counts[name], eligible)


def test_the_reason_has_both_numbers() -> None:
    counts = {"eligible": 1_300, "watch_ratio": 1_180, "engagement_rate": 0, "like_rate": 1_200}
    assert choose_metric(counts).reason == "By watch ratio: measured for 1,180 of 1,300 eligible posts."
    few = choose_metric({**counts, "watch_ratio": 12}).reason
    assert few == (
        "By like rate: known for 1,200 of 1,300 eligible posts; the watch ratio is measured for only 12 (30 and half "
        "of all are needed); none has an engagement rate, which needs shares."
    )
    chosen = choose_metric({"eligible": 1, "save_rate": 0}, "save_rate")
    assert chosen.reason == "By save rate, as chosen: known for 0 of 1 eligible post."


def test_another_metric_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(DwellError, match=r"'views'.*watch_ratio, full_watch_rate, engagement_rate"):
        choose_metric({"eligible": 0}, "views")
