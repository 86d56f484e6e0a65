"""A week that is cut off is not compared as if it were whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dwell.charts import trend
from dwell.results import Result
from dwell.workspace.period import ALWAYS, Period
from dwell.workspace.whole_periods import mark_whole

MONDAY = date(2026, 11, 2)
COLUMNS = ("period_start", "posts", "engagement_rate_median", "metric_change", "engagement_rate_change")
WEEKS = Result(COLUMNS, [(MONDAY + timedelta(days=7 * n), 5, 0.1, 0.1, 0.1) for n in range(4)])


def instant(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "seen", "complete", "changes"),
    [
        (ALWAYS, None, [True] * 4, [0.1] * 4),
        (Period(since=instant(2)), None, [True] * 4, [0.1] * 4),
        (Period(since=instant(3)), None, [False, True, True, True], [None, None, 0.1, 0.1]),
        (Period(until=instant(29)), None, [True, True, True, False], [0.1, 0.1, 0.1, None]),
        (ALWAYS, instant(30) + timedelta(hours=72), [True] * 4, [0.1] * 4),
        (ALWAYS, instant(30), [True, True, True, False], [0.1, 0.1, 0.1, None]),
    ],
)
def test_cut_weeks_are_marked_and_left_out_of_changes(
    period: Period, seen: datetime | None, complete: list[bool], changes: list[float | None]
) -> None:
    marked = mark_whole(WEEKS, "week", period, seen, 72.0)
    assert list(marked.column("complete")) == complete
    assert list(marked.column("metric_change")) == list(marked.column("engagement_rate_change")) == changes


def test_months_end_where_the_next_begins() -> None:
    months = Result(COLUMNS, [(date(2026, 11, 1), 5, 0.1, 0.1, 0.1), (date(2026, 12, 1), 5, 0.1, 0.1, 0.1)])
    ends = Period(until=datetime(2027, 1, 1, tzinfo=UTC))
    assert list(mark_whole(months, "month", ends, None, 0.0).column("complete")) == [True, True]


def test_the_chart_says_which_weeks_are_not_complete() -> None:
    marked = mark_whole(WEEKS, "week", Period(since=instant(3)), None, 72.0)
    assert any("not complete" in line for line in trend(marked).title.subtitle)
    assert not any("not complete" in line for line in trend(WEEKS).title.subtitle)
