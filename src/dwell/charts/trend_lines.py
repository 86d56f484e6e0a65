"""An account's catalogue over time: how posts performed in each period, and how many there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import altair as alt

from dwell.charts.formatting import column_label, day, number, parse_instant, percent, pluralize
from dwell.charts.theme import NARROW, WIDE, apply_theme, colour, empty_chart

FEW = 3


def trend(
    trend: Iterable[Mapping[str, Any]], *, rate: str = "engagement_rate", every: str | None = None, width: int = WIDE
) -> alt.TopLevelMixin:
    """Median rate per period above the number of posts; hollow dots have fewer than three posts.

    Args:
        trend: Rows of `trend`: period_start, posts, `<rate>_median`.
        rate: Which rate, a fraction of views.
        every: The length of a period, for the title; by default that of the result, else a week.
        width: Whole width, pixels.
    """
    every = every or getattr(trend, "meta", {}).get("every") or "week"
    rows = [_row(row, rate) for row in trend if row.get("period_start") is not None]
    title = f"{column_label(rate).capitalize()} per {every}"
    if not rows:
        return empty_chart(title, "No eligible post has a known posting time.", width)
    subtitle = [
        f"Median of the posts of each {every}, share of views · {pluralize(sum(row['posts'] for row in rows), 'post')}"
    ]
    subtitle.append(f"Hollow dots have fewer than {FEW} posts. Bars below: posts in the {every}.")
    inner = width - (62 if width <= NARROW else 70)
    known = [row for row in rows if row["median"] is not None]
    ends = [min(row["at"] for row in rows), max(row["at"] for row in rows)]
    panels = alt.vconcat(_medians(known, inner, ends), _counts(rows, inner, ends), spacing=18)
    return apply_theme(panels, title, subtitle)


def _row(row: Mapping[str, Any], rate: str) -> dict[str, Any]:
    start = parse_instant(row["period_start"])
    date = "" if start is None else start.isoformat()[:10]
    median, posts = row.get(f"{rate}_median"), row["posts"]
    views = number(row.get("views_median"), 0)
    medians = f"median {column_label(rate)} {percent(median)}, median views {views}"
    tip = f"from {day(date)}: {pluralize(posts, 'post')}, {medians}"
    return {
        "at": _milliseconds(date),
        "posts": posts,
        "median": median,
        "tip": tip,
        "fill": colour("paper" if posts < FEW else "accent"),
    }


def _milliseconds(date: str) -> int:
    """Start of the day in UTC as Vega counts time: a text would be read in the machine's time zone."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def _along(ends: list[int], inner: int, *, labels: bool) -> alt.X:
    same = ends[0] == ends[1]
    scale = alt.Scale(type="utc", padding=14) if same else alt.Scale(type="utc", domain=ends, padding=14)
    axis = alt.Axis(
        title=None,
        format="%-d %b %y",
        tickCount=max(2, inner // 110),
        labels=labels,
        grid=False,
        values=ends[:1] if same else alt.Undefined,
    )
    return alt.X("at:T", scale=scale, axis=axis)


def _medians(rows: list[dict[str, Any]], inner: int, ends: list[int]) -> alt.LayerChart:
    base = alt.Chart(alt.InlineData(values=rows))
    x = _along(ends, inner, labels=False)
    top = max((row["median"] for row in rows), default=0.0) * 1.15 or 0.01
    y = alt.Y(
        "median:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".0%" if top > 0.04 else ".1%", title=None, tickCount=5),
    )
    line = base.mark_line(color=colour("accent"), strokeWidth=2, opacity=0.6).encode(x=x, y=y)
    dots = base.mark_point(size=54, filled=False, opacity=1, strokeWidth=2, stroke=colour("accent")).encode(
        x=x,
        y=y,
        fill=alt.Fill("fill:N", scale=None),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
    )
    return alt.layer(line, dots).properties(width=inner, height=210)


def _counts(rows: list[dict[str, Any]], inner: int, ends: list[int]) -> alt.Chart:
    base = alt.Chart(alt.InlineData(values=rows))
    thick = max(2.0, min(18.0, 0.6 * inner / len(rows)))
    y = alt.Y("posts:Q", axis=alt.Axis(title=None, tickCount=2, tickMinStep=1, format="d"))
    bars = base.mark_bar(size=thick, color=colour("dot"), cornerRadiusEnd=1.5).encode(
        x=_along(ends, inner, labels=True), y=y, description=alt.Description("tip:N"), tooltip=alt.Tooltip("tip:N")
    )
    return bars.properties(width=inner, height=64)
