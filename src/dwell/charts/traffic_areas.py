"""Where an owner's views come from, over the months in which videos were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import altair as alt

from dwell.charts.formatting import parse_instant, percent, pluralize
from dwell.charts.theme import WIDE, InlineRows, apply_theme, empty_chart

_COLOURS = ("#0c4f8a", "#d9822b", "#4d9a6a", "#a24d7f", "#7a6bb5", "#8a8f98", "#c9b458", "#5b7f95")
_MOST = len(_COLOURS)
_TALL = 480
_OTHERS = "Others"


def traffic_sources(traffic_sources: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Stacked bars: the shares of a month's views by source, each video counted with its views.

    Args:
        traffic_sources: Rows of `traffic_sources`: month, traffic_source, share, videos, views.
        width: Whole width, pixels.
    """
    rows = [dict(row) for row in traffic_sources]
    title = "Where views come from"
    if not rows:
        return empty_chart(title, "No video has a list of traffic sources yet: run dwell sync.", width)
    order = _order(rows)
    cells = [_cell(row, order) for row in rows]
    videos = sum({row["month"]: row["videos"] for row in rows}.values())
    subtitle = [f"Share of the views of the videos published in a month · {pluralize(videos, 'video')}"]
    chart = (
        alt.Chart(InlineRows(values=cells))
        .mark_bar()
        .encode(
            x=alt.X("month:O", axis=alt.Axis(title=None, grid=False, labelAngle=-45, labelOverlap=True)),
            y=alt.Y("sum(share):Q", stack="normalize", axis=alt.Axis(title=None, format="%")),
            color=alt.Color(
                "source:N",
                sort=order,
                scale=alt.Scale(domain=order, range=list(_COLOURS[: len(order)])),
                legend=alt.Legend(title=None, orient="bottom", columns=4 if width > _TALL else 2, labelLimit=110),
            ),
            order=alt.Order("place:Q"),
            description=alt.Description("tip:N"),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    months = len({cell["month"] for cell in cells})
    size = {"width": min(width - 70, 60 * months), "height": 260}
    return apply_theme(chart.properties(**size), title, subtitle)


def _order(rows: list[dict[str, Any]]) -> list[str]:
    """The sources by their views, largest first; the smallest ones are one."""
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["traffic_source"]] = totals.get(row["traffic_source"], 0.0) + row["share"] * row["views"]
    named = sorted((name for name in totals if name != _OTHERS), key=lambda name: -totals[name])
    return [*named[: _MOST - 1], _OTHERS] if len(totals) > len(named[: _MOST - 1]) else named


def _cell(row: Mapping[str, Any], order: list[str]) -> dict[str, Any]:
    start = cast("date", parse_instant(row["month"]))
    first = start.astimezone(UTC).date() if isinstance(start, datetime) else start
    source = row["traffic_source"] if row["traffic_source"] in order else _OTHERS
    month = f"{first:%Y-%m}"
    return {
        "month": month,
        "source": source,
        "place": order.index(source),
        "share": row["share"],
        "tip": f"{month}: {percent(row['share'])} from {row['traffic_source']}, {pluralize(row['videos'], 'video')}",
    }
