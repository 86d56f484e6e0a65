"""Which days, weeks or months of a trend are whole: all posts of a whole one can be among those that are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from dwell.results import Result
from dwell.workspace.period import Period

_CHANGES = ("engagement_rate_change", "metric_change")


def mark_whole(rows: Result, every: str, period: Period, last_observed_at: datetime | None, min_age_h: float) -> Result:
    """The trend with `complete` for each period; a change from or to one that is not whole is null.

    Args:
        rows: Rows of `trend`, in the order of time.
        every: `day`, `week` or `month`.
        period: That of the posts; it can cut off the first and the last.
        last_observed_at: When the account was last observed; no post after it is known.
        min_age_h: Hours from publishing to observation below which a post does not count.
    """
    ends = [period.until] if period.until is not None else []
    if last_observed_at is not None:
        ends.append(last_observed_at.astimezone(UTC) - timedelta(hours=min_age_h))
    until, columns, marked = min(ends, default=None), rows.columns, []
    before = True
    for row in rows:
        start = row["period_start"]
        begins, stops = _midnight(start), _midnight(_next(start, every))
        whole = (period.since is None or period.since <= begins) and (until is None or stops <= until)
        unknown = {} if whole and before else dict.fromkeys(_CHANGES)
        marked.append((*({**row, **unknown}[name] for name in columns), whole))
        before = whole
    return replace(rows, columns=(*columns, "complete"), rows=marked)


def _next(start: date, every: str) -> date:
    """The first day of the following period."""
    if every == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start + timedelta(days=1 if every == "day" else 7)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
