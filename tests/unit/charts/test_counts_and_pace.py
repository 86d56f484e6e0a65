"""The number of posts below a title, and views per hour: neither says more or less than is known."""

from __future__ import annotations

import pytest

from dwell.charts import posting_times, trend
from dwell.charts.chosen_metric import count_posts
from dwell.charts.formatting import pace
from dwell.results import Result

CHOSEN = {"metric": {"name": "watch_ratio"}}


def test_the_number_of_posts_is_of_those_whose_metric_is_known() -> None:
    groups = [{"posts": 100, "metric_n": 98}, {"posts": 43, "metric_n": 42}]
    assert count_posts(groups, "posts") == "140 of 143 posts"
    assert count_posts([{"n": 1, "metric_n": 1}], "n") == "1 post"
    assert count_posts([{"n": 5}], "n") == "5 posts"


def test_charts_of_the_metric_say_so() -> None:
    weeks = Result(("period_start", "posts", "metric_median", "metric_n"), [("2026-11-02", 9, 0.4, 7)], CHOSEN)
    cells = Result(("weekday", "hour", "n", "metric_median", "metric_n"), [(1, 9, 9, 0.4, 7)], CHOSEN)
    for drawn in (trend(weeks), posting_times(cells)):
        assert any("7 of 9 posts" in line for line in drawn.title.subtitle)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (0.0, "0"),
        (0.0213, "0.021"),
        (-0.004, "−0.0040"),
        (0.62, "0.62"),
        (3.14, "3.1"),
        (2500.4, "2,500"),
    ],
)
def test_no_pace_reads_0_that_is_not(value: float | None, text: str) -> None:
    assert pace(value) == text
