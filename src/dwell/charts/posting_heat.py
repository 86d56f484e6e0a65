"""When an account posts and how its viewers respond, by hour and weekday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import altair as alt

from dwell.charts.chosen_metric import chosen_metric, count_posts
from dwell.charts.formatting import WEEKDAYS, column_label, format_metric, metric_unit, pluralize
from dwell.charts.theme import HEAT, WIDE, InlineRows, apply_theme, colour, empty_chart, literal_colour, literal_size

FEW = 3
_RATE = "engagement_rate"  # of rows without `meta`
_TALL = 480


def posting_times(
    posting_times: Iterable[Mapping[str, Any]], *, tz: str | None = None, width: int = WIDE
) -> alt.TopLevelMixin:
    """Heat map of the median of the metric, with the number of posts in each cell; small squares have few posts.

    Args:
        posting_times: Rows of `posting_times`: weekday 1-7 (1 = Monday), hour 0-23, n, metric_median with
            `meta["metric"]`, or engagement_rate_median.
        tz: The time zone of hours and weekdays; by default that of the result, else UTC.
        width: Whole width, pixels; at 480 and below the hours run downwards.
    """
    tz = tz or getattr(posting_times, "meta", {}).get("tz") or "UTC"
    rows = [row for row in posting_times if row.get("n")]
    title = f"When posts go out and how viewers respond ({tz} time)"
    if not rows:
        return empty_chart(title, "No eligible post has a known posting time.", width)
    chosen = chosen_metric(posting_times)
    cells, steps = _cells(rows, chosen)
    words = column_label(chosen or _RATE)
    subtitle = [f"Median {words} ({metric_unit(chosen or _RATE)}) by hour and weekday · {count_posts(rows, 'n')}"]
    subtitle.append(
        f"The number is the count of posts. Small squares have fewer than {FEW} posts: no evidence on their own."
    )
    tall = width <= _TALL
    step = (width - 60) / 7 if tall else (width - 70) / 24
    chart = alt.layer(*_layers(cells, steps, words, tall=tall, size=min(step, 30 if tall else 34) - 3))
    size = {"width": alt.Step(step), "height": alt.Step(22 if tall else 34)}
    return apply_theme(chart.properties(**size), title, subtitle)


def _cells(rows: list[Mapping[str, Any]], chosen: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """All 168 cells, and the labels of the colour steps: fifths of the cells' medians."""
    median, metric = ("metric_median" if chosen else f"{_RATE}_median"), chosen or _RATE
    digits = 1 if metric == "views_per_hour" else 3
    edges = _edges([row[median] for row in rows if row.get(median) is not None], digits)
    steps = [
        f"{format_metric(metric, low).removesuffix('%')}–{format_metric(metric, high)}" for low, high in pairwise(edges)
    ] or [format_metric(metric, edge) for edge in edges]
    by_cell = {(int(row["weekday"]), int(row["hour"])): row for row in rows}
    cells = [
        _cell(weekday, hour, by_cell.get((weekday, hour), {}), (metric, median, digits), edges, steps)
        for weekday in range(1, 8)
        for hour in range(24)
    ]
    return cells, steps


def _edges(medians: list[float], digits: int) -> list[float]:
    """Smallest, the cuts into fifths, largest; rounded as in labels, so that no two steps have the same label."""
    ordered = sorted(round(value, digits) for value in medians)
    return sorted({ordered[len(ordered) * part // 5] for part in range(5)} | {ordered[-1]}) if ordered else []


def _cell(
    weekday: int,
    hour: int,
    row: Mapping[str, Any],
    about: tuple[str, str, int],
    edges: list[float],
    steps: list[str],
) -> dict[str, Any]:
    metric, median, digits = about
    rate, n = row.get(median), row.get("n") or 0
    step = None if rate is None else min(sum(round(rate, digits) >= edge for edge in edges[1:]), len(steps) - 1)
    words = f", median {column_label(metric)} {format_metric(metric, rate)}" if n else ""
    when = f"{WEEKDAYS[weekday - 1]} {hour:02d}:00–{hour:02d}:59"
    return {
        "weekday": WEEKDAYS[weekday - 1],
        "hour": f"{hour:02d}",
        "n": n,
        "tip": f"{when}: {pluralize(n, 'post')}" + words,
        "step": None if step is None else steps[step],
        "ink": colour("on_strong" if step is not None and step >= 3 else "on_faint"),
    }


def _layers(cells: list[dict[str, Any]], steps: list[str], words: str, *, tall: bool, size: float) -> list[Any]:
    days = {
        "sort": list(WEEKDAYS),
        "axis": alt.Axis(title=None, grid=False, labelAngle=0, orient="top" if tall else "left"),
    }
    labels = "datum.value % 3 == 0 ? +datum.value + ' h' : ''"
    hours = {
        "axis": alt.Axis(title=None, grid=False, labelAngle=0, labelExpr=labels, orient="left" if tall else "bottom")
    }
    hours["sort"] = [f"{hour:02d}" for hour in range(24)]
    place = (
        {"x": alt.X("weekday:O", **days), "y": alt.Y("hour:O", **hours)}
        if tall
        else {"x": alt.X("hour:O", **hours), "y": alt.Y("weekday:O", **days)}
    )
    shades = list(HEAT[: len(steps)]) if len(steps) > 3 else list(HEAT[1 : 1 + len(steps)])
    base = alt.Chart(InlineRows(values=cells))
    side = 20 if tall else size
    posted = [cell | {"size": side**2 if cell["n"] >= FEW else (side * 0.62) ** 2} for cell in cells if cell["n"]]
    used = alt.Chart(InlineRows(values=posted))
    ground = base.mark_square(size=side**2, color=colour("empty"), opacity=1).encode(**place)
    legend = alt.Legend(title=f"median {words}", symbolType="square", symbolSize=140, columns=2 if tall else 0)
    known = used.transform_filter("isValid(datum.step)")
    squares = known.mark_square(opacity=1).encode(
        **place,
        color=alt.Color("step:N", scale=alt.Scale(domain=steps, range=shades), sort=steps, legend=legend),
        size=literal_size(),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
    )
    counts = used.mark_text(fontSize=11).encode(
        **place,
        text=alt.Text("n:Q"),
        color=literal_colour(),
    )
    return [ground, squares, counts]
