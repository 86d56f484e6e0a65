"""An account's catalogue over time: how posts performed in each period, and how many there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypedDict, cast

import altair as alt

from dwell.charts.chosen_metric import chosen_metric, count_posts
from dwell.charts.formatting import (
    axis_format,
    column_label,
    day,
    format_metric,
    metric_unit,
    number,
    parse_instant,
    pluralize,
)
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart

FEW = 3
_LABEL = 95  # pixels that a date needs


class _Axis(TypedDict):
    """The time axis that both panels share: its ends, its ticks, its width in pixels."""

    ends: list[int]
    ticks: list[int]
    inner: int


def trend(
    trend: Iterable[Mapping[str, Any]], *, rate: str | None = None, every: str | None = None, width: int = WIDE
) -> alt.TopLevelMixin:
    """Median rate per period above the number of posts; hollow dots have fewer than three posts.

    The line joins neighbouring periods only: over a period without posts nothing is known.

    Args:
        trend: Rows of `trend`: period_start, posts, medians of the rate.
        rate: Which rate: `<rate>_median` is drawn. Without it, the metric that compares the posts (`meta["metric"]`),
            from `metric_median`; else engagement rate.
        every: The length of a period, for the title; by default that of the result, else a week.
        width: Whole width, pixels.
    """
    every = every or getattr(trend, "meta", {}).get("every") or "week"
    prefix = rate or ("metric" if (chosen := chosen_metric(trend)) else "engagement_rate")
    rate = rate or chosen or "engagement_rate"
    dated = [row for row in trend if row.get("period_start") is not None]
    rows = [_row(row, rate, prefix) for row in dated]
    title = f"{column_label(rate).capitalize()} per {every}"
    if not rows:
        return empty_chart(title, "No eligible post has a known posting time.", width)
    rows.sort(key=lambda row: row["at"])
    periods = _periods(rows[0]["start"], rows[-1]["start"], every)
    _add_segments(rows, periods)
    subtitle = [f"Median of the posts of each {every}, {metric_unit(rate)} · {count_posts(dated, 'posts')}"]
    few = f"Hollow dots have fewer than {FEW} posts. Bars below: posts in the {every}."
    subtitle.append(few + (f" No line over a {every} without posts." if len(periods) > len(rows) else ""))
    if not all(row["whole"] for row in rows):
        subtitle.append(f"Grey: a {every} that is not complete, cut off by the period or by the last observation.")
    inner = width - (62 if width <= NARROW else 70)
    values = [{key: value for key, value in row.items() if key not in {"start", "whole"}} for row in rows]
    x: _Axis = {"ends": [rows[0]["at"], rows[-1]["at"]], "ticks": _ticks(periods, inner), "inner": inner}
    spacing = inner / len(periods)
    panels = alt.vconcat(_medians(values, spacing, rate, **x), _counts(values, spacing, **x), spacing=18)
    return apply_theme(panels, title, subtitle)


def _row(row: Mapping[str, Any], rate: str, prefix: str) -> dict[str, Any]:
    start = cast("date", parse_instant(row["period_start"]))
    first = start.date() if isinstance(start, datetime) else start
    median, posts, whole = row.get(f"{prefix}_median"), row["posts"], row.get("complete") is not False
    views = number(row.get("views_median"), 0)
    medians = f"median {column_label(rate)} {format_metric(rate, median)}, median views {views}"
    return {
        "start": first,
        "at": _milliseconds(first),
        "posts": posts,
        "median": median,
        "tip": f"from {day(first)}: {pluralize(posts, 'post')}, {medians}{'' if whole else ', not complete'}",
        "fill": colour("paper" if posts < FEW or not whole else "accent"),
        "stroke": colour("accent" if whole else "unsure"),
        "whole": whole,
    }


def _milliseconds(first: date) -> int:
    """Start of the day in UTC as Vega counts time: a text would be read in the machine's time zone."""
    return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp() * 1000)


def _periods(first: date, last: date, every: str) -> list[int]:
    """The start of every period from the first to the last, with posts or without."""
    starts = [first]
    while starts[-1] < last:
        here = starts[-1]
        if every == "month":
            starts.append(date(here.year + here.month // 12, here.month % 12 + 1, 1))
        else:
            starts.append(here + timedelta(days=1 if every == "day" else 7))
    return [_milliseconds(start) for start in starts]


def _add_segments(rows: list[dict[str, Any]], periods: list[int]) -> None:
    """Rows of neighbouring periods with a known median share a number, and a line."""
    place = {at: number for number, at in enumerate(periods)}
    segment, before = 0, -1
    for row in rows:
        here = place.get(row["at"], before + 2)
        segment += here != before + 1 or row["median"] is None
        row["segment"], before = segment, here


def _ticks(periods: list[int], inner: int) -> list[int]:
    """Starts of periods, as many as have room: a label between two of them would name a day on which none begins."""
    return periods[:: max(1, -(-len(periods) // max(2, inner // _LABEL)))]


def _along(ends: list[int], ticks: list[int], *, labels: bool) -> alt.X:
    same = ends[0] == ends[1]
    scale = alt.Scale(type="utc", padding=14) if same else alt.Scale(type="utc", domain=ends, padding=14)
    return alt.X(
        "at:T", scale=scale, axis=alt.Axis(title=None, format="%-d %b %y", labels=labels, grid=False, values=ticks)
    )


def _medians(
    rows: list[dict[str, Any]], spacing: float, rate: str, *, ends: list[int], ticks: list[int], inner: int
) -> alt.LayerChart:
    known = [row for row in rows if row["median"] is not None]
    base = alt.Chart(InlineRows(values=known))
    x = _along(ends, ticks, labels=False)
    top = max((row["median"] for row in known), default=0.0) * 1.15 or 0.01
    y = alt.Y(
        "median:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=axis_format(rate, top, 5), title=None, tickCount=5),
    )
    line = base.mark_line(color=colour("accent"), strokeWidth=2, opacity=0.6).encode(x=x, y=y, detail="segment:N")
    size = max(14.0, min(54.0, (1.2 * spacing) ** 2))
    dots = base.mark_point(size=size, filled=False, opacity=1, strokeWidth=2 if size > 30 else 1.3).encode(
        x=x,
        y=y,
        stroke=alt.Stroke("stroke:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
    )
    return alt.layer(line, dots).properties(width=inner, height=210)


def _counts(rows: list[dict[str, Any]], spacing: float, *, ends: list[int], ticks: list[int], inner: int) -> alt.Chart:
    base = alt.Chart(InlineRows(values=rows))
    thick = max(1.5, min(18.0, 0.6 * spacing))
    y = alt.Y("posts:Q", axis=alt.Axis(title=None, tickCount=2, tickMinStep=1, format="d"))
    bars = base.mark_bar(size=thick, color=colour("dot"), cornerRadiusEnd=1.5).encode(
        x=_along(ends, ticks, labels=True), y=y, description=alt.Description("tip:N"), tooltip=alt.Tooltip("tip:N")
    )
    return bars.properties(width=inner, height=64)
