"""Predicted against measured watch time, for posts that the model did not see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.swarm import thin
from dwell.charts.theme import NARROW, WIDE, blank, colour, dress, painted
from dwell.charts.words import caption, counted, name, number, with_interval

DOTS = 600


def predictions(
    rows: Iterable[Mapping[str, Any]], *, target: str = "watch_ratio", width: int = WIDE
) -> alt.TopLevelMixin:
    """Each left-out post: its measured value over the value predicted for it, with the interval; orange outside it.

    Args:
        rows: post_id, measured, predicted, low, high, and caption where known.
        target: What was predicted, for the title and the axes.
        width: Whole width, pixels.
    """
    points = [
        _point(row, target) for row in rows if row.get("measured") is not None and row.get("predicted") is not None
    ]
    title = f"Predicted and measured {name(target)}, post by post"
    if not points:
        return blank(title, "No post was predicted from a model that had not seen it.", width)
    drawn = thin(points, [not point["inside"] for point in points], DOTS)
    missed = sum(not point["inside"] for point in points)
    subtitle = [
        f"Out-of-fold predictions with their interval · {counted(len(points), 'post')}, {missed} outside it (orange)"
    ]
    if len(drawn) < len(points):
        subtitle.append(f"{len(drawn)} of {len(points):,} posts drawn; all outside their interval are.")
    top = max(max(point["measured"], point["high"]) for point in points) * 1.03
    scale = {"scale": alt.Scale(domain=[0, top], nice=False)}
    x = alt.X("predicted:Q", **scale, axis=alt.Axis(title=f"predicted {name(target)}", format=".1f", tickCount=6))
    y = alt.Y("measured:Q", **scale, axis=alt.Axis(title=f"measured {name(target)}", format=".1f", tickCount=6))
    base = alt.Chart(alt.InlineData(values=drawn))
    hue = painted()
    bars = base.mark_rule(strokeWidth=1, opacity=0.22).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=hue)
    dots = base.mark_circle(size=48, opacity=0.9, stroke=colour("paper"), strokeWidth=0.7).encode(
        x=x, y=y, color=hue, description="tip:N", tooltip=alt.Tooltip("tip:N")
    )
    ideal = alt.Chart(alt.InlineData(values=[{"predicted": 0, "measured": 0}, {"predicted": top, "measured": top}]))
    line = ideal.mark_line(color=colour("muted"), strokeDash=[2, 3], strokeWidth=1.2).encode(x=x, y=y)
    inner = width - 62 if width <= NARROW else min(width - 80, 620)
    return dress(alt.layer(line, bars, dots).properties(width=inner, height=min(inner, 420)), title, subtitle)


def _point(row: Mapping[str, Any], target: str) -> dict[str, Any]:
    low = row["predicted"] if row.get("low") is None else row["low"]
    high = row["predicted"] if row.get("high") is None else row["high"]
    text = caption(row.get("caption"), row.get("post_id"))
    guess = with_interval(row["predicted"], row.get("low"), row.get("high"))
    tip = f"{text} · measured {name(target)} {number(row['measured'])}, predicted {guess}"
    return {
        "measured": row["measured"],
        "predicted": row["predicted"],
        "low": low,
        "high": high,
        "inside": low <= row["measured"] <= high,
        "ink": colour("accent" if low <= row["measured"] <= high else "warm"),
        "tip": tip,
    }
